#!/usr/bin/env python3
"""What garner source and garner sync promise, one promise a case, against a server that each case fills with answers.
The clock of garner is the test's (SOURCE_DATE_EPOCH). Standard library only, loopback only.

usage: sources_run.py GARNER [CASE...]
"""
import email.utils
import gzip
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

GARNER = sys.argv[1]
START = 1700000000
HOUR, DAY = 3600, 86400
wrong = []
WORDS = ("The harbour council met on the quay at noon and talked about the new pier for most of the afternoon.",
         "Nobody objected to the plan, which had been drawn twice, and they all went home before the rain came.",
         "In the evening the keeper of the lighthouse wrote down how the wind had turned and lit his lamp.")


# ---- the server ----

class Web:
    """answers: path -> bytes, or a function of the request's handler that gives (status, fields, body)."""

    def __init__(self):
        self.answers = {}
        self.asked = []       # (path, fields in lower case)
        self.times = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                web.times.append(time.monotonic())
                web.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                answer = web.answers.get(self.path)
                if callable(answer):
                    answer = answer(self)
                    if answer is None:
                        return
                if answer is None:
                    answer = (404, [], b"")
                status, fields, body = answer if isinstance(answer, tuple) else (200, [], answer)
                self.send_response(status)
                for name, value in [("Content-Length", str(len(body)))] + list(fields):
                    self.send_header(name, value)
                self.end_headers()
                if status != 304:
                    self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = "http://127.0.0.1:%d" % self.server.server_address[1]

    def paths(self):
        """What was asked since the last look, without robots.txt."""
        asked, self.asked = self.asked, []
        return [path for path, _ in asked if path != "/robots.txt"]


def html(title, *paragraphs, head=""):
    body = "".join("<p>%s</p>" % p for p in (paragraphs or WORDS))
    return ("<!doctype html><html lang='en'><head><meta charset='utf-8'><title>%s</title>%s</head><body><article><h1>%s</h1>"
            "%s</article></body></html>" % (title, head, title, body)).encode()


def rss(*items, more=""):
    """Items are dictionaries: element -> text."""
    def one(item):
        return "<item>%s</item>" % "".join("<%s>%s</%s>" % (k, v, k) for k, v in item.items())
    return ("<rss version='2.0'><channel><title>The Quay</title>%s%s</channel></rss>" % (more, "".join(map(one, items)))).encode()


def urlset(*urls):
    return ("<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
            "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>%s</urlset>" % "".join(
                "<url>%s</url>" % "".join("<%s>%s</%s>" % (k, v, k.split(" ")[0]) for k, v in u.items()) for u in urls)).encode()


def index(*maps):
    return ("<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>%s</sitemapindex>" % "".join(
        "<sitemap><loc>%s</loc>%s</sitemap>" % (u, "<lastmod>%s</lastmod>" % m if m else "") for u, m in maps)).encode()


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


# ---- garner ----

def run(*args, now=START, env=None):
    process = subprocess.run([GARNER, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                             env={**os.environ, "SOURCE_DATE_EPOCH": str(now), "XDG_CONFIG_HOME": "/nonexistent", **(env or {})})
    return process.returncode, process.stdout, process.stderr


SYNC = ("--allow-private", "--delay", "0", "--contact", "x", "--log", "none")


class Desk:
    def __init__(self, folder):
        self.web, self.store = Web(), os.path.join(folder, "store")
        self.folder, self.name = folder, ""

    def add(self, path, *more):
        code, _, err = run("source", "add", *more, self.store, self.web.base + path)
        self.expect("add " + path, code == 0, err)

    def sync(self, now, *more, code=0):
        got, _, err = run("sync", *SYNC, *more, self.store, now=now)
        self.expect("sync at +%d" % (now - START), code is None or got == code, "exit", got, err)
        return err

    def sources(self, *more):
        return [json.loads(line) for line in run("source", "list", "--format", "jsonl", *more, self.store)[1].splitlines()]

    def documents(self):
        return [json.loads(line) for line in run("export", "--format", "jsonl", self.store)[1].splitlines()]

    def expect(self, what, condition, *more):
        if not condition:
            wrong.append("%s: %s: %s" % (self.name, what, " ".join(map(str, more))[:700]))

    def same(self, what, got, wanted):
        self.expect(what, got == wanted, got, "expected", wanted)


# ---- cases ----

def imports_an_opml_list(d):
    path = os.path.join(d.folder, "list.opml")
    with open(path, "w") as f:
        f.write("<opml version='2.0'><body><outline text='Harbours'><outline text='One' type='rss' xmlUrl='%s/one'/>"
                "<outline text='Deeper'><outline title='Two' xmlUrl='%s/two'/></outline></outline>"
                "<outline text='Three' xmlUrl='feed:%s/three'/><outline text='Four' xmlUrl='feed://%s/four'/>"
                "<outline text='No feed'/><outline text='Mail' xmlUrl='mailto:a@b'/>"
                "<outline text='Secret' xmlUrl='http://me:sesame@127.0.0.1/x'/></body></opml>" % (d.web.base, d.web.base, d.web.base,
                                                                                                           d.web.base[7:]))
    code, _, err = run("source", "import", d.store, path)
    d.expect("import", code == 1 and "4 sources added" in err and "2 addresses are not fetched" in err and
             "sesame" not in err, code, err)
    d.same("sources", [(s["url"], s["title"]) for s in d.sources()], [
        (d.web.base + "/" + x.lower(), x) for x in ("One", "Two", "Three", "Four")])
    d.expect("remove by either spelling", run("source", "remove", d.store, "FEED://" + d.web.base[7:] + "/three")[0] == 0 and
             run("source", "remove", d.store, d.web.base + "/four")[0] == 0)
    d.expect("add by the other", run("source", "add", d.store, "feed:" + d.web.base + "/three")[0] == 0)
    d.web.answers = {"/one": rss({"title": "A", "link": "/a"}), "/two": rss(), "/three": rss(), "/a": html("A")}
    d.sync(START)
    d.same("requests", sorted(d.web.paths()), ["/a", "/one", "/three", "/two"])


def finds_the_feed_of_a_page(d):
    link = "<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"
    d.web.answers = {"/": html("Front", head=link), "/feed.xml": rss({"title": "A", "link": "/a"}), "/a": html("A")}
    d.add("/")
    d.sync(START)
    d.same("requests", d.web.paths(), ["/", "/feed.xml", "/a"])
    d.same("source", [(s["url"], s["kind"]) for s in d.sources()], [(d.web.base + "/feed.xml", "feed")])
    d.sync(START + 2 * DAY)
    d.same("the page is not asked for again", d.web.paths(), ["/feed.xml"])


def reads_a_feed_that_is_not_quite_xml(d):
    d.web.answers = {"/feed": b"<rss><channel>\n<title>Fish &nbsp; & Chips</title><item><title>R&D</title><link>/a?x=1&y=2</link>"
                              b"</item></channel></rss>",
                     "/a?x=1&y=2": html("A"),
                     "/map": b"<urlset><url><loc>%s/b?x=1&y=2</loc><lastmod>%s</lastmod></url></urlset>" % (
                         d.web.base.encode(), stamp(START - HOUR).encode()),
                     "/b?x=1&y=2": html("B", WORDS[1], WORDS[0]),
                     "/torn": b"<rss><channel>\n<item><title>C</title><link>/c</link></item>\n<item><title></item>",
                     "/c": html("C", WORDS[2], WORDS[0])}
    for path in ("/feed", "/map", "/torn"):
        d.add(path)
    d.sync(START)
    states = {s["url"][len(d.web.base):]: s["state"] for s in d.sources()}
    d.same("read and said", states, {
        "/feed": "1 new, 0 changed of 1; not quite XML: 4 repairs, the first in line 2",
        "/map": "1 new, 0 changed of 1; not quite XML: 1 repairs, the first in line 1",
        "/torn": "1 new, 0 changed of 1; then broken: line 3: mismatched tag"})
    d.same("all three articles", sorted(x["title"] for x in d.documents()), ["A", "B", "C"])
    d.web.answers["/torn"] = b"<?xml version='1.0'?>\n<rss><channel>\n<item></channel>"
    code, _, err = run("sync", "--allow-private", "--delay", "0", "--contact", "x", "--all", d.store, now=START + DAY)
    d.expect("nothing of it can be read: URL, line and reason are said",
             code == 1 and re.search(r"/torn: bad-feed: line 3: mismatched tag", err), code, err)


def fetches_a_page_once(d):
    def page(handler):
        if handler.headers.get("If-None-Match") == '"v1"':
            return 304, [("ETag", '"v1"')], b""
        return 200, [("ETag", '"v1"'), ("Content-Type", "text/html")], html("A page")
    d.web.answers = {"/page": page}
    d.add("/page")
    d.sync(START)
    d.same("first look", d.web.paths(), ["/page"])
    d.same("stored", [x["title"] for x in d.documents()], ["A page"])
    d.sync(START + 2 * DAY)
    d.same("second look is conditional", d.web.asked[-1][1].get("if-none-match"), '"v1"')
    d.same("and the only one", d.web.paths(), ["/page"])
    d.same("documents", len(d.documents()), 1)


def knows_articles_by_other_guids_and_titles(d):
    date = email.utils.formatdate(START - HOUR)
    d.web.answers = {"/feed": rss({"guid": "1", "title": "Pier opens at noon", "link": "/pier", "pubDate": date},
                                  {"guid": "2", "title": "Market moves", "link": "/market", "pubDate": date}),
                     "/pier": html("Pier opens at noon"), "/market": html("Market moves", WORDS[1] + " Again.", WORDS[2])}
    d.add("/feed")
    d.sync(START)
    d.web.paths()
    # All GUIDs are new, one title is edited, and so is its page; the other stays as it was.
    d.web.answers["/feed"] = rss({"guid": "a", "title": "Pier opens at last", "link": "/pier", "pubDate": date},
                                 {"guid": "b", "title": "Market moves", "link": "/market", "pubDate": date})
    d.web.answers["/pier"] = html("Pier opens at last")
    d.sync(START + 2 * HOUR)
    asked = d.web.paths()
    d.expect("the edited one is asked for", asked[:2] == ["/feed", "/pier"] and asked.count("/pier") == 1, asked)
    docs = d.documents()
    d.same("two articles, one revision", sorted((x["title"], x.get("revision_of")) for x in docs),
           sorted([("Pier opens at noon", None), ("Market moves", None), ("Pier opens at last", 0)]))
    # The address changes with the GUID: same second, title an edit.
    d.web.answers["/feed"] = rss({"guid": "x", "title": "Pier opens at last, for all", "link": "/pier-2", "pubDate": date})
    d.web.answers["/pier-2"] = html("Pier opens at last, for all")
    d.sync(START + 6 * HOUR)
    docs = d.documents()
    d.same("one id for all three", len({x["id"] for x in docs if x["title"].startswith("Pier")}), 1)


def takes_apart_what_one_feed_shows_apart(d):
    """All of a day are dated to its midnight, headlines are alike, and in one feed every entry has the same GUID."""
    date = email.utils.formatdate(START - HOUR)
    def items(kind, *towns):
        return [{"title": "Wetter in %s" % town, "link": "/%s-%s" % (kind, town), **({"guid": "0"} if kind == "guid" else {"pubDate": date})}
                for town in towns]
    for kind in ("guid", "date"):
        for i, town in enumerate(("Emden", "Norden", "Aurich")):
            d.web.answers["/%s-%s" % (kind, town)] = html("Wetter in %s" % town, WORDS[i] + " %s %s." % (town, kind), WORDS[(i + 1) % 3])
        d.web.answers["/" + kind] = rss(*items(kind, "Emden", "Norden"))
        d.add("/" + kind)
    d.sync(START)
    d.same("each is asked for", sorted(d.web.paths())[:6],
           ["/date", "/date-Emden", "/date-Norden", "/guid", "/guid-Emden", "/guid-Norden"])
    # One more on top: it does not take the place of those below.
    for kind in ("guid", "date"):
        d.web.answers["/" + kind] = rss(*items(kind, "Aurich", "Emden", "Norden"))
    d.sync(START + 2 * HOUR)
    d.same("the new ones alone", sorted(d.web.paths()), ["/date", "/date-Aurich", "/guid", "/guid-Aurich"])
    d.sync(START + 20 * HOUR)
    d.same("nothing is new", sorted(d.web.paths()), ["/date", "/guid"])
    docs = d.documents()
    d.same("six articles without revisions", (len(docs), len({x["id"] for x in docs}), [x for x in docs if "revision_of" in x]), (6, 6, []))


def says_what_is_over_a_ceiling(d):
    d.web.answers = {"/feed": rss(*[{"link": "/n%d" % n} for n in range(10001)]),
                     "/json": json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J",
                                          "items": [{"id": str(n), "url": "/j%d" % n} for n in range(10001)]}).encode()}
    d.add("/feed")
    d.add("/json")
    d.sync(START, "--exclude", "/[nj][0-9]+$")
    d.same("both say so", [s["state"] for s in d.sources()], ["0 new, 0 changed of 10000; then broken: more than 10000 entries"] * 2)


def resolves_addresses_by_every_base(d):
    entry = "<entry%s><title>%s</title><id>urn:%s</id><link href='%s'/><updated>2023-11-14T00:00:00Z</updated></entry>"
    entries = "".join(entry % row for row in ((" xml:base='deep/'", "One", 1, "one"), ("", "Two", 2, "two"),
                                              (" xml:base='/top/'", "Three", 3, "three"), (" xml:base='deep/'", "Four", 4, "/four")))
    feed = "<feed xmlns='http://www.w3.org/2005/Atom'%s><title>F</title>" + entries + "</feed>"
    d.web.answers = {"/x/bare": (feed % "").encode(), "/x/based": (feed % " xml:base='../base/'").encode()}
    d.add("/x/bare")
    d.add("/x/based")
    d.sync(START, code=None)
    d.same("addresses", sorted(d.web.paths()),
           ["/base/deep/one", "/base/two", "/four", "/top/three", "/x/bare", "/x/based", "/x/deep/one", "/x/two"])


def escapes_spaces_of_addresses(d):
    text = lambda name: html(name, WORDS[0] + name, WORDS[1])
    d.web.answers = {"/feed": rss({"guid": "1", "title": "One", "link": "/an article?q=river bridge&amp;p=a+b"}),
                     "/map": urlset({"loc": d.web.base + "/two?q=a b"}),
                     "/two?q=a%20b": (302, [("Location", "three?to=c d")], b""), "/three?to=c%20d": text("Three"),
                     "/an%20article?q=river%20bridge&p=a+b": text("One")}
    d.add("/feed")
    d.add("/map", "--backfill")
    d.sync(START)
    d.same("requests", sorted(d.web.paths()), sorted(d.web.answers))


def takes_what_a_feed_shows_and_no_more(d):
    items = [{"guid": str(n), "title": "Old %d" % n, "link": "/old%d" % n,
              "pubDate": email.utils.formatdate(START - n * 400 * DAY)} for n in range(4)]
    d.web.answers = {"/feed": rss(*items, more="<link>/archive</link>"), **{"/old%d" % n: html("Old %d" % n, WORDS[0] + str(n),
                     WORDS[1]) for n in range(4)}}
    d.add("/feed")
    d.sync(START)
    d.same("requests", sorted(d.web.paths()), ["/feed", "/old0", "/old1", "/old2", "/old3"])
    d.same("the feed's date stays with the document", sorted(x["feed"]["published"] for x in d.documents()),
           sorted(stamp(START - n * 400 * DAY) for n in range(4)))


def keeps_intervals_within_their_bounds(d):
    d.web.answers = {"/quiet": rss(), "/busy": rss()}
    d.add("/quiet")
    d.add("/busy")
    now, intervals = START, {"/quiet": [], "/busy": []}
    for n in range(9):
        d.web.answers["/busy"] = rss({"guid": str(n), "title": "News %d" % n, "link": "/n%d" % n})
        d.web.answers["/n%d" % n] = html("News %d" % n, WORDS[n % 3], WORDS[(n + 1) % 3] + str(n))
        d.sync(now, "--min-interval", "1800", "--max-interval", "20000")
        for s in d.sources():
            intervals[s["url"][len(d.web.base):]].append(s["interval"])
        now += 30000
    d.expect("down to the lower bound", intervals["/busy"][0] > 1800 and intervals["/busy"][-1] == 1800, intervals["/busy"])
    d.expect("up to the upper bound", intervals["/quiet"][0] < 20000 and intervals["/quiet"][-1] == 20000, intervals["/quiet"])
    d.web.paths()
    d.sync(now, "--min-interval", "1800", "--max-interval", "20000")
    d.web.paths()
    d.sync(now + 1790, "--min-interval", "1800", "--max-interval", "20000")
    d.same("nothing before its time", d.web.paths(), [])


def leaves_out_what_is_filtered(d):
    def item(n, title, age):
        return {"guid": n, "title": title, "link": "/" + n, "pubDate": email.utils.formatdate(START - age)}
    d.web.answers = {"/feed": rss(item("fresh", "Boats", DAY), item("stale", "Boats of old", 40 * DAY),
                                  item("sport", "Rowing", DAY), item("inner", "Harbour", DAY)),
                     "/fresh": html("Boats"), "/stale": html("Boats of old"), "/sport": html("Rowing"),
                     "/inner": html("Harbour", WORDS[0], "This text is sponsored by a chandler of the old town.")}
    d.add("/feed")
    d.sync(START, "--max-age", "10", "--exclude", "/sport|sponsored by", code=None)
    d.same("requests", d.web.paths(), ["/feed", "/fresh", "/inner"])
    d.same("documents", [x["title"] for x in d.documents()], ["Boats"])
    d.store = os.path.join(d.folder, "second")
    d.add("/feed")
    d.sync(START, "--include", "Boats", code=None)
    d.same("--include looks into titles", sorted(x["title"] for x in d.documents()), ["Boats", "Boats of old"])
    code, _, err = run("sync", *SYNC, "--include", "(", d.store)
    d.expect("a broken pattern", code == 2 and "at character" in err, code, err)


def reads_a_plain_list_of_urls_as_a_sitemap(d):
    base = d.web.base
    text = [("Content-Type", "text/plain; charset=utf-8")]
    d.web.answers = {"/sitemap.txt": (200, text, ("\ufeff%s/a\r\n\r\n%s/b?x=1&y=\u00e9\r\n" % (base, base)).encode()),
                     "/packed.txt.gz": gzip.compress(("# one\n%s/c\n# and no more\n" % base).encode()),
                     "/a": html("A"), "/b?x=1&y=%c3%a9": html("B", WORDS[1], WORDS[0]), "/c": html("C", WORDS[2], WORDS[0]),
                     "/late": html("Late", WORDS[2], WORDS[1]),
                     "/notes.txt": (200, text, (WORDS[0] + "\n" + WORDS[1] + "\n\nSee %s/a\n" % base).encode())}
    d.add("/sitemap.txt", "--backfill")
    d.add("/packed.txt.gz", "--backfill")
    d.add("/notes.txt")
    d.sync(START)
    d.same("kinds", {s["url"][len(base):]: s["kind"] for s in d.sources()},
           {"/sitemap.txt": "sitemap", "/packed.txt.gz": "sitemap", "/notes.txt": "page"})
    d.same("requests", sorted(d.web.paths()),
           ["/a", "/b?x=1&y=%c3%a9", "/c", "/notes.txt", "/packed.txt.gz", "/sitemap.txt"])
    d.web.answers["/sitemap.txt"] = (200, text, ("%s/a\n%s/late\nand more to come\n" % (base, base)).encode())
    d.sync(START + 9 * DAY, "--all")
    d.expect("what is new in it", "/late" in d.web.paths())
    d.same("and what is wrong", [s["state"] for s in d.sources() if s["url"].endswith("/sitemap.txt")],
           ["1 new, 0 changed of 2; then broken: line 3: not a URL"])


def reads_every_kind_of_sitemap(d):
    base = d.web.base
    recent, old = stamp(START - DAY), stamp(START - 400 * DAY)
    d.web.answers = {
        "/map": index((base + "/new.xml.gz", recent), (base + "/old.xml", old), (base + "/news.xml", recent)),
        "/new.xml.gz": gzip.compress(urlset({"loc": base + "/a", "lastmod": recent}, {"loc": base + "/b", "lastmod": old})),
        "/old.xml": urlset({"loc": base + "/c", "lastmod": old}),
        "/news.xml": urlset({"loc": base + "/d", "news:news": "<news:publication_date>%s</news:publication_date>"
                             "<news:title>Told</news:title>" % recent}),
        "/a": html("A"), "/b": html("B"), "/c": html("C"), "/d": html("D", *WORDS[:2])}
    d.add("/map", "--kind", "sitemap")
    d.sync(START)
    d.same("no walk back over years", sorted(d.web.paths()), ["/a", "/d", "/map", "/new.xml.gz", "/news.xml"])
    told = [x for x in d.documents() if x["url"].endswith("/d")]
    d.same("the news extension", told[0]["feed"].get("title"), "Told")
    later = stamp(START + 2 * DAY)
    d.web.answers["/map"] = index((base + "/new.xml.gz", later), (base + "/old.xml", old), (base + "/news.xml", recent))
    d.web.answers["/new.xml.gz"] = gzip.compress(urlset({"loc": base + "/a", "lastmod": recent},
                                                        {"loc": base + "/e", "lastmod": later}))
    d.web.answers["/e"] = html("E", *WORDS[1:])
    d.sync(START + 3 * DAY)
    d.same("only the child whose lastmod moved", sorted(d.web.paths()), ["/e", "/map", "/new.xml.gz"])
    d.store = os.path.join(d.folder, "all")
    d.add("/map", "--kind", "sitemap", "--backfill")
    d.sync(START + 3 * DAY)
    d.same("--backfill asks for the years", sorted(x["url"][-2:] for x in d.documents()), ["/a", "/c", "/d", "/e"])


def keeps_the_pace_of_hosts_without_sources(d):
    """ingest of URLs is as polite as sync: within a run, from run to run, and from one verb to the other."""
    busy = lambda h: (429, [("Retry-After", str(HOUR))], b"later")
    d.web.answers = {"/busy": busy, "/a": html("A"), "/feed": rss({"guid": "1", "title": "T1", "link": "/t1"}), "/t1": html("T1"),
                     "/robots.txt": b"User-agent: *\nCrawl-delay: 0\nDisallow: /closed\n"}
    page = os.path.join(d.folder, "page.html")
    with open(page, "wb") as f:
        f.write(html("Between"))
    def ingest(*inputs, now, code):
        got, _, err = run("ingest", "--allow-private", "--delay", "0", d.store, *inputs, now=now)
        d.expect("ingest at +%d" % (now - START), got == code, got, err)
        return err
    base = d.web.base
    ingest(base + "/busy", page, base + "/a", now=START, code=1)
    d.same("a file between two URLs changes nothing", [path for path, _ in d.web.asked], ["/robots.txt", "/busy"])
    d.web.paths()
    err = ingest(base + "/a", now=START + HOUR // 2, code=4)
    d.expect("the next run waits, too", d.web.paths() == [] and "rate-limited" in err, err)
    d.add("/feed")
    d.sync(START + HOUR // 2, code=4)
    d.same("and so does sync", d.web.paths(), [])
    ingest(base + "/a", base + "/closed", now=START + 2 * HOUR, code=1)
    d.same("then it is asked again; robots.txt is good for a day", [path for path, _ in d.web.asked], ["/a"])
    d.expect("nothing is wrong with the store", run("verify", "--data", d.store)[0] == 0)


def obeys_retry_after_up_to_a_cap(d):
    d.web.answers = {"/feed": lambda h: (429, [("Retry-After", "999999999")], b"")}
    d.add("/feed")
    err = d.sync(START, code=4)
    source = d.sources()[0]
    d.expect("the state says it", re.search(r"rate-limited: the server answered 429: come back in \d+ s", source["state"]),
             source["state"], err)
    seconds = int(re.search(r"in (\d+) s", source["state"]).group(1))
    d.expect("a day is the cap, a quarter of it jitter", DAY <= seconds <= DAY * 5 / 4, seconds)
    d.web.paths()
    d.sync(START + HOUR, "--all", code=4)
    d.same("the host is left alone", d.web.paths(), [])
    d.web.answers["/feed"] = rss()
    d.sync(START + 2 * DAY, "--all")
    d.same("and asked when the time is over", d.web.paths(), ["/feed"])


def puts_off_what_a_host_has_no_time_for(d):
    later = lambda h: (429, [("Retry-After", "80000")], b"")
    d.web.answers = {"/feed": rss({"guid": "1", "title": "T1", "link": "/a1"}), "/a1": later}
    d.add("/feed")
    d.sync(START, code=None)
    d.same("the article is asked for", d.web.paths(), ["/feed", "/a1"])
    for hours in (1, 2, 6, 15, 21):
        d.sync(START + hours * HOUR, code=None)
    source = d.sources()[0]
    d.same("nothing is asked of the host", d.web.paths(), [])
    d.same("which is no failure of the source", (source["failures"], source["waiting"]), (0, 1))
    d.expect("it is due when the host is", stamp(START + 80000) <= source["due"] <= stamp(START + DAY + 2), source["due"])
    d.web.answers["/a1"] = html("T1")
    d.sync(START + DAY + 2)
    d.same("then all is asked for at once", sorted(d.web.paths()), ["/a1", "/feed"])
    d.same("and nothing is lost", [x["title"] for x in d.documents()], ["T1"])
    d.web.answers["/feed"] = later
    d.sync(START + 3 * DAY, code=4)
    source = d.sources()[0]
    d.expect("a look that was refused is due no sooner, either", source["due"] >= stamp(START + 3 * DAY + 80000), source["due"])
    d.same("and counts", source["failures"], 1)


def outlives_a_robots_txt_out_of_order(d):
    d.web.answers = {"/feed": rss({"guid": "1", "title": "T1", "link": "/a1"}), "/a1": lambda h: (500, [], b"")}
    d.add("/feed")
    d.sync(START, code=None)
    d.web.answers["/robots.txt"] = lambda h: (500, [], b"")
    for hours in (25, 26, 31):
        d.sync(START + hours * HOUR, code=None)
    d.same("an article waits on", d.sources()[0]["waiting"], 1)
    d.web.answers["/robots.txt"] = b""
    d.web.answers["/a1"] = html("T1")
    d.sync(START + 5 * DAY, "--all")
    d.same("and comes in", [x["title"] for x in d.documents()], ["T1"])


def waits_for_no_clock_that_was_ahead(d):
    ahead = START + 3650 * DAY
    d.web.answers = {"/feed": rss({"guid": "1", "title": "T1", "link": "/a1"}), "/a1": html("T1")}
    d.add("/feed")
    d.add("/quiet", "--kind", "feed")
    d.web.answers["/quiet"] = lambda h: (404, [], b"")
    d.web.answers["/a1"] = lambda h: (503, [("Retry-After", "20000")], b"")
    d.sync(ahead, code=None)
    d.expect("a source is due in the years to come", min(s["due"] for s in d.sources()) > stamp(ahead), d.sources())
    d.same("its article waits", d.sources()[0]["waiting"], 1)
    d.web.asked.clear()
    d.web.answers["/a1"] = html("T1")
    d.web.answers["/feed"] = rss({"guid": "1", "title": "T1", "link": "/a1"}, {"guid": "2", "title": "T2", "link": "/a2"})
    d.web.answers["/a2"] = html("T2", *reversed(WORDS))
    d.sync(START + HOUR, code=None)
    d.expect("robots.txt of the years to come is read again", "/robots.txt" in [p for p, _ in d.web.asked], d.web.asked)
    d.same("all is asked for when the clock is right again", sorted(d.web.paths()), ["/a1", "/a2", "/feed", "/quiet"])
    d.same("nothing is lost", sorted(x["title"] for x in d.documents()), ["T1", "T2"])
    d.expect("and what is next is near", max(s["due"] for s in d.sources()) < stamp(START + 3 * DAY), d.sources())
    d.sync(START + HOUR - 60)
    d.same("a minute is no reason", d.web.paths(), [])


def waits_longer_with_jitter_when_nothing_is_said(d):
    waits = set()
    for n in range(4):
        d.store = os.path.join(d.folder, "s%d" % n)
        d.web.answers = {"/feed": lambda h: (503, [("Retry-After", "40")], b"")}
        d.add("/feed")
        d.sync(START, code=4)
        waits.add(int(re.search(r"in (\d+) s", d.sources()[0]["state"]).group(1)))
    d.expect("never before it was asked for, and not all at once", all(40 <= w <= 50 for w in waits) and len(waits) > 1, waits)
    d.web.answers["/robots.txt"] = b"User-agent: *\nCrawl-delay: 0.3\n"
    tries = []

    def twice(handler):
        tries.append(time.monotonic())
        return (429, [("Retry-After", "1")], b"") if len(tries) == 1 else rss()
    d.store = os.path.join(d.folder, "again")
    d.web.answers["/feed"] = twice
    d.add("/feed")
    d.sync(START)
    d.expect("a short one is waited for", len(tries) == 2 and 1.0 <= tries[1] - tries[0] < 10, tries)


def keeps_the_crawl_delay(d):
    d.web.answers = {"/robots.txt": b"User-agent: *\nCrawl-delay: 0.4\nDisallow: /closed\n",
                     "/feed": rss(*[{"guid": str(n), "title": "T%d" % n, "link": "/a%d" % n} for n in range(3)],
                                  {"guid": "c", "title": "Closed", "link": "/closed"}),
                     **{"/a%d" % n: html("T%d" % n, WORDS[n], WORDS[(n + 1) % 3] + str(n)) for n in range(3)}}
    d.add("/feed")
    d.sync(START, code=1)
    gaps = [b - a for a, b in zip(d.web.times, d.web.times[1:])]
    d.expect("between all requests to a host", len(gaps) == 4 and min(gaps) >= 0.4, gaps)
    d.same("what robots.txt forbids is not asked for", [p for p in d.web.paths() if p == "/closed"], [])
    d.same("its word stays with the document", {x["robots"] for x in d.documents()}, {"allowed"})
    d.web.times.clear()
    d.sync(START + 2 * HOUR, code=None)
    d.same("robots.txt is kept for a day", [p for p, _ in d.web.asked], ["/feed"])


def obeys_a_robots_txt_that_comes_packed(d):
    rules = gzip.compress(b"User-agent: *\nDisallow: /closed\n", mtime=0)
    wanted = []

    def packed(handler):
        wanted.append(handler.headers.get("Accept-Encoding", ""))
        return 200, [("Content-Encoding", "gzip")], rules
    d.web.answers = {"/robots.txt": packed, "/feed": rss({"guid": "o", "title": "Open", "link": "/open"},
                                                         {"guid": "c", "title": "Closed", "link": "/closed"}),
                     "/open": html("Open"), "/closed": html("Closed")}
    d.add("/feed")
    d.sync(START, code=1)
    d.same("what it forbids is not asked for", d.web.paths(), ["/feed", "/open"])
    d.same("it is asked for as it is", wanted, ["identity"])


def tells_who_asks(d):
    d.web.answers = {"/feed": rss()}
    d.add("/feed")
    bare = [x for x in SYNC if x not in ("--contact", "x")]
    code, _, err = run("sync", *bare, d.store)
    d.same("one warning without a contact", (code, len(re.findall("contact", err))), (0, 1))
    version = run("--version")[1].split()[1]
    d.same("the user agent", d.web.asked[-1][1]["user-agent"], "garner/" + version)
    config = os.path.join(d.folder, "garner.ini")
    with open(config, "w") as f:
        f.write("contact = https://example.invalid/robot\n[sync]\nallow-private = yes\ndelay = 0\nlog = none\n")
    code, _, err = run("sync", "--config", config, "--all", d.store, now=START + DAY)
    d.expect("none with it", code == 0 and "contact" not in err, code, err)
    d.same("it stands in the user agent", d.web.asked[-1][1]["user-agent"],
           "garner/%s (+https://example.invalid/robot)" % version)
    os.makedirs(os.path.join(d.folder, "xdg", "garner"))
    os.rename(config, os.path.join(d.folder, "xdg", "garner", "garner.ini"))
    code, out, err = run("config", "--dump", env={"XDG_CONFIG_HOME": os.path.join(d.folder, "xdg")})
    d.expect("config --dump", code == 0 and "contact = https://example.invalid/robot\n" in out and "[sync]" in out, out, err)


def refuses_and_hides_credentials(d):
    secret = "http://me:sesame@127.0.0.1:%d/page" % d.web.server.server_address[1]
    shown = []
    for args in (("source", "add", d.store, secret), ("clean", "--allow-private", secret),
                 ("ingest", "--allow-private", "--verbose", d.store, secret)):
        code, out, err = run(*args)
        d.expect(args[0], code != 0, code)
        shown += [out, err]
    d.web.answers = {"/feed": rss({"guid": "1", "title": "Secret", "link": secret}, {"guid": "2", "title": "Led", "link": "/led"},
                                   {"guid": secret + "/told", "title": "Told", "link": "/told"}),
                     "/told": html("Told", "A paragraph that is long enough to be read as one, with words and a full stop."),
                     "/led": lambda h: (302, [("Location", secret)], b"")}
    d.add("/feed")
    for log in ("plain", "json"):
        code, out, err = run("sync", "--allow-private", "--delay", "0", "--contact", "x", "--verbose", "--log", log, "--all", d.store,
                             now=START + (log == "json") * DAY)
        shown += [out, err, run("source", "list", "--format", "jsonl", d.store)[1]]
    d.same("an entry that is not fetched is told of", json.loads(shown[-4])["state"], "2 new, 0 changed of 2; 1 not fetched, the first " +
           secret.replace("me:sesame@", "") + ": a URL with a user name or password in it is not fetched")
    d.expect("no password anywhere", not any("sesame" in text for text in shown), shown)
    d.same("nobody was asked with one", [f for _, f in d.web.asked if "authorization" in f], [])
    with open(os.path.join(d.store, "catalogue.db"), "rb") as f:
        d.expect("none in the store", b"sesame" not in f.read())
    with open(os.path.join(d.store, "INDEX.md"), encoding="utf-8") as f:
        d.expect("the item with such a guid is kept", "Told" in f.read())
    for folder, _, names in os.walk(os.path.join(d.store, "manifest")):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                d.expect("none in " + name, b"sesame" not in f.read())


def weighs_failures(d):
    answers = {"/busy": 503, "/lost": 404, "/gone": 410}
    d.web.answers = {path: (lambda h, s=status: (s, [], b"")) for path, status in answers.items()}
    for path in answers:
        d.add(path, "--kind", "feed")
    now, waits = START, {path: [] for path in answers}
    for n in range(4):
        d.sync(now, "--all", code=4)
        for s in d.sources():
            due = time.mktime(time.strptime(s["due"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
            waits[s["url"][len(d.web.base):]].append(due - now)
        now += 7 * DAY
    for path, seen in waits.items():
        d.expect("%s waits longer each time" % path, seen == sorted(seen), seen)
    d.expect("the weights differ", waits["/busy"][1] < waits["/lost"][1] < waits["/gone"][1], waits)
    states = {s["url"][len(d.web.base):]: s["state"] for s in d.sources()}
    d.same("a short sentence", states["/lost"], "http-error: the server answered 404 (4 times)")
    d.expect("given up, but for a look a month", "once a month" in states["/gone"], states)
    d.web.answers["/lost"] = rss({"guid": "1", "title": "Back", "link": "/back"})
    d.web.answers["/back"] = html("Back")
    d.sync(now, "--all", code=1)
    back = [s for s in d.sources() if s["url"].endswith("/lost")][0]
    d.expect("forgiven when it comes back", back["failures"] == 0 and back["state"] == "1 new, 0 changed of 1", back)


def says_how_a_run_ended(d):
    d.add("/feed")
    code, _, err = run("sync", *SYNC, d.store)
    d.expect("every request failed", code == 4, code, err)
    d.web.answers = {"/feed": rss(), "/other": lambda h: (500, [], b"")}
    d.add("/other")
    d.sync(START + 8 * DAY, "--all", code=1)
    run("source", "remove", d.store, d.web.base + "/other")
    metrics = os.path.join(d.folder, "garner.prom")
    with open(metrics, "w") as f:
        f.write("old")
    os.link(metrics, metrics + ".old")
    d.sync(START + 9 * DAY, "--all", "--metrics", metrics)
    with open(metrics) as f, open(metrics + ".old") as old:
        text = f.read()
        d.expect("metrics are replaced, not written over", old.read() == "old", text)
    d.expect("metrics", "\ngarner_sync_exit_code 0\n" in text and "\ngarner_sync_sources 1\n" in text and
             all(re.match(r"(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z]+=\"[a-z-]+\"\})? [-0-9.e+]+)$", line)
                 for line in text.splitlines()), text)
    d.same("no half of it is left", sorted(os.listdir(d.folder)), ["garner.prom", "garner.prom.old", "store"])
    code, _, err = run("sync", "--allow-private", "--delay", "0", "--contact", "x", "--log", "json", "--all", d.store,
                       now=START + 11 * DAY)
    lines = [json.loads(line) for line in err.splitlines()]
    d.expect("a log of JSON", code == 0 and [x["event"] for x in lines] == ["source", "end"] and
             lines[0]["about"].endswith("/feed") and lines[1]["about"] == d.store and
             lines[1]["words"] == "0 inputs: 0 stored, 0 known, 0 dropped", err)


def asks_again_for_what_came_cut(d):
    """A cut feed, sitemap or article is no answer that a 304 may stand on; one that is always cut alike is left."""
    cut, lying = {"/feed", "/map", "/story"}, {"/lie"}
    whole = {"/feed": rss(*[{"guid": n, "title": n, "link": "/" + n} for n in ("story", "lie", "last")]),
             "/map": urlset(*[{"loc": "%s/m%d" % (d.web.base, n), "lastmod": stamp(START)} for n in range(3)]),
             "/story": html("Story"), "/lie": html("Lie"), "/last": html("Last"),
             **{"/m%d" % n: html("Of the map %d" % n) for n in range(3)}}

    def serve(path):
        def answer(handler):
            tag = '"%s"' % path
            if handler.headers.get("If-None-Match") == tag:
                return 304, [], b""
            if path not in cut | lying:
                return 200, [("ETag", tag)], whole[path]
            handler.close_connection = True
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Length: %d\r\n\r\n" %
                                (tag.encode(), len(whole[path]) + 9))
            handler.wfile.write(whole[path] if path in lying else whole[path][:len(whole[path]) * 3 // 5])
            return None
        return answer
    d.web.answers = {path: serve(path) for path in whole}
    d.add("/feed")
    d.add("/map")
    d.sync(START, code=None)
    first = {x["url"][len(d.web.base):]: x["words"] for x in d.documents()}
    d.expect("a cut story is stored", "/story" in first and "/last" not in first, first)
    cut.clear()
    d.web.paths()
    d.sync(START + 2 * DAY, "--all")
    asked = d.web.paths()
    d.expect("each is asked for as if never before", {"/feed", "/map", "/story", "/last"} <= set(asked), asked)
    texts = [x for x in d.documents() if x["url"].endswith("/story")]
    d.expect("the whole story is its revision", len(texts) == 2 and texts[1].get("revision_of") == texts[0]["n"] and
             texts[1]["words"] > texts[0]["words"], texts)
    d.same("all of the map", sorted(x["url"][-3:] for x in d.documents() if "/m" in x["url"]), ["/m0", "/m1", "/m2"])
    d.same("a lie is stored once", len([x for x in d.documents() if x["url"].endswith("/lie")]), 1)
    d.sync(START + 5 * DAY, "--all")
    d.same("the lie once more", sorted(d.web.paths()), ["/feed", "/lie", "/map"])
    d.sync(START + 9 * DAY, "--all")
    d.same("then nothing is asked for but the sources", sorted(d.web.paths()), ["/feed", "/map"])
    d.expect("verify", run("verify", "--data", d.store)[0] == 0)


def comes_back_when_robots_txt_allows_it(d):
    rules = [b"User-agent: *\nDisallow: /story\n"]
    d.web.answers = {"/feed": rss({"guid": "a", "title": "a", "link": "/story"}), "/story": html("Story"),
                     "/robots.txt": lambda h: (200, [], rules[0])}
    d.add("/feed")
    d.sync(START, "--all", code=1)
    d.sync(START + 2 * 3600, "--all")  # robots.txt is good for a day: there is nothing to find out
    for day in (2, 4):
        d.sync(START + day * DAY, "--all", code=1)
    d.same("nothing is asked for", [x for x in d.web.paths() if x != "/feed"], [])
    rules[0] = b""
    d.sync(START + 8 * DAY, "--all")
    d.same("stored", [x["url"] for x in d.documents()], [d.web.base + "/story"])


def tells_cron_what_failed_alone(d):
    """With --log errors a run without failures says nothing, and one with some names each, where it led and no secret."""
    token = "/lost?page=2&access_token=sesame&author=me"
    d.web.answers = {"/feed": rss(*[{"guid": n, "title": n, "link": link} for n, link in
                                    (("good", "/good"), ("lost", token.replace("&", "&amp;")), ("moved", "/moved"))]),
                     "/good": html("Good"), token: lambda h: (500, [], b""),
                     "/moved": lambda h: (302, [("Location", "/target?sid=sesame#here")], b"")}
    d.add("/feed")
    d.add("/gone?key=sesame")
    common = [x for x in SYNC if x not in ("--log", "none")] + ["--all", "--log"]
    code, _, err = run("sync", *common, "errors", d.store, now=START)
    lines = [re.sub("^[-0-9T:Z]+ |" + re.escape(d.web.base), "", line) for line in err.splitlines()]
    d.same("failures", (code, sorted(lines)), (1, sorted([
        "source /gone?key=***: http-error: the server answered 404 (1 time)",
        "garner: /lost?page=2&access_token=***&author=me: http-error: the server answered 500",
        "garner: /moved (led to /target?sid=***): http-error: the server answered 404",
        d.store + ": 3 inputs: 1 stored, 0 known, 2 dropped"])))
    run("source", "remove", d.store, d.web.base + "/gone?key=sesame")
    d.same("nothing failed", run("sync", *common, "errors", d.store, now=START + 60)[::2], (0, ""))
    d.web.answers["/feed"] = lambda h: (503, [], b"")
    code, _, err = run("sync", *common, "errors", d.store, now=START + 120)
    d.expect("a source that fails", code != 0 and "answered 503" in err and len(err.splitlines()) == 2, err)
    d.same("nothing of what failed", run("sync", *common, "none", d.store, now=START + 180)[2], "")
    code, _, err = run("sync", *common, "json", d.store, now=START + 6 * 3600)
    lines = [json.loads(line) for line in err.splitlines()]
    d.expect("JSON without secrets", "sesame" not in err and [x for x in lines if "access_token=***" in x["about"]], err)
    os.rename(d.store + "/catalogue.db", d.store + "/aside")
    code, _, err = run("sync", *common, "json", d.store, now=START + 7 * 3600)
    lines = [json.loads(line) for line in err.splitlines()]
    d.expect("why a run ended", code == 3 and lines[-1]["event"] == "error" and "garner repair" in lines[-1]["words"], err)
    os.rename(d.store + "/aside", d.store + "/catalogue.db")


def marks_what_is_no_article(d):
    wall = "<script type='application/ld+json'>{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\"," \
           "\"headline\":\"Walled\",\"isAccessibleForFree\":false}</script>"
    names = ("walled", "check", "lost", "ask", "open")
    d.web.answers = {"/feed": rss(*[{"guid": n, "title": n, "link": "/" + n} for n in names]),
                     "/walled": html("Walled", WORDS[0], head=wall), "/check": html("Just a moment...", "Checking your browser."),
                     "/lost": html("404 Not Found", "Nothing lives here."), "/open": html("Open"),
                     "/ask": lambda h: (302, [("Location", "/consent/?to=ask")], b""), "/consent/?to=ask": html("Choices")}
    d.add("/feed")
    report = os.path.join(d.folder, "report.json")
    d.sync(START, "--report", report, code=1)
    with open(report) as f:
        reasons = json.load(f)["reasons"]
    d.same("reasons", reasons, {"paywall": 1, "consent": 2, "error-page": 1})
    d.same("only the article is stored", [x["title"] for x in d.documents()], ["Open"])


def keeps_the_ledger_through_a_repair(d):
    def page(handler):
        if handler.headers.get("If-None-Match") == '"v1"':
            return 304, [], b""
        return 200, [("ETag", '"v1"')], html("A")
    d.web.answers = {"/robots.txt": b"User-agent: *\nDisallow: /closed\n", "/a": page,
                     "/feed": rss({"guid": "1", "title": "A", "link": "/a", "description": "told"},
                                  {"guid": "2", "title": "B", "link": "/b"}),
                     "/b": lambda h: (503, [], b"")}
    d.add("/feed")
    d.sync(START, code=1)
    before = d.sources()
    d.web.asked.clear()
    code, _, err = run("repair", d.store)
    d.expect("repair", code == 0, code, err)
    d.same("sources", d.sources(), before)
    d.web.answers["/feed"] = rss({"guid": "1", "title": "A", "link": "/a", "description": "changed"},
                                 {"guid": "2", "title": "B", "link": "/b"})
    d.web.answers["/b"] = html("B", *WORDS[:2])
    d.sync(START + 5 * HOUR)
    asked = {path: fields for path, fields in d.web.asked}
    d.expect("queue, validators and robots.txt", set(asked) == {"/feed", "/a", "/b"} and asked["/a"].get("if-none-match") == '"v1"',
             d.web.asked)
    d.same("documents", sorted(x["title"] for x in d.documents()), ["A", "B"])
    for name in ("catalogue.db", "catalogue.db-wal", "catalogue.db-shm"):
        if os.path.exists(os.path.join(d.store, name)):
            os.remove(os.path.join(d.store, name))
    code, out, err = run("repair", d.store)
    d.expect("it says that they are lost with the catalogue", "sources and their state" in out + err, code, out, err)
    d.same("documents are not", sorted(x["title"] for x in d.documents()), ["A", "B"])
    d.same("nor can a lost list be asked for", d.sources(), [])


def ends_on_signals(d):
    held, going = threading.Event(), threading.Event()

    def slow(handler):
        body = html("Slow")
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:10])
        going.set()
        held.wait(20)
        try:
            handler.wfile.write(body[10:])
        except OSError:
            pass
        return None

    def begin(store):
        held.clear()
        going.clear()
        d.store = os.path.join(d.folder, store)
        d.add("/feed")
        process = subprocess.Popen([GARNER, "sync", *SYNC, d.store], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=dict(os.environ, SOURCE_DATE_EPOCH=str(START)))
        d.expect("it began", going.wait(30))
        return process
    d.web.answers = {"/feed": rss({"guid": "1", "title": "Slow", "link": "/slow"}), "/slow": slow}
    for number, name in ((signal.SIGTERM, "term"), (signal.SIGINT, "int")):
        process = begin(name)
        process.send_signal(number)
        time.sleep(0.3)
        held.set()
        d.same("the first " + name, process.wait(30), 128 + number)
        d.same("verify", run("verify", d.store)[0], 0)
        d.web.asked.clear()
        d.web.answers["/slow"] = html("Slow")
        d.sync(START + 10)
        d.same("resumed", ([x["title"] for x in d.documents()], [p for p, _ in d.web.asked if p == "/feed"]), (["Slow"], []))
        d.web.answers["/slow"] = slow
    process = begin("twice")
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    code = process.wait(30)
    d.expect("the second one stops at once", code in (-signal.SIGINT, 128 + signal.SIGINT) and time.monotonic() - began < 5, code)
    held.set()
    d.same("verify", run("verify", d.store)[0], 0)
    d.web.answers["/slow"] = html("Slow")
    d.sync(START + 10)
    d.same("nothing is lost", [x["title"] for x in d.documents()], ["Slow"])


def lets_one_run_in(d):
    held, going = threading.Event(), threading.Event()

    def slow(handler):
        going.set()
        held.wait(20)
        return rss()
    d.web.answers = {"/feed": slow}
    d.add("/feed")
    process = subprocess.Popen([GARNER, "sync", *SYNC, d.store], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=dict(os.environ, SOURCE_DATE_EPOCH=str(START)))
    going.wait(30)
    code, _, err = run("sync", *SYNC, d.store)
    d.expect("the second is told", code == 75 and "lock" in err, code, err)
    held.set()
    d.same("the first", process.wait(30), 0)


def watches_a_folder(d):
    folder = os.path.join(d.folder, "watched")
    os.mkdir(folder)
    with open(os.path.join(folder, "one.html"), "wb") as f:
        f.write(html("One"))
    d.expect("add", run("source", "add", d.store, folder)[0] == 0)
    d.sync(START)
    d.sync(START + DAY)
    d.same("once", [x["title"] for x in d.documents()], ["One"])
    with open(os.path.join(folder, "one.html"), "wb") as f:
        f.write(html("One", *WORDS[1:]))
    d.sync(START + 2 * DAY)
    d.same("an edit is read", [WORDS[0] in x["text"] for x in d.documents()], [True, False])


def records_the_same_captures_with_any_count_of_threads(d):
    def article(name):
        def answer(handler):
            if handler.headers.get("If-None-Match") == '"%s"' % name:
                return 304, [("ETag", '"%s"' % name)], b""
            return 200, [("ETag", '"%s"' % name), ("Content-Type", "text/html")], html(name)
        return answer
    names = ["pier", "market", "ferry", "school", "lamp", "rain"]
    d.web.answers = {"/" + name: article(name) if i % 2 else html(name) for i, name in enumerate(names)}
    d.web.answers["/gone"] = (404, [], b"nothing")
    found = []
    for jobs in ("1", "4"):
        store = d.store + jobs
        for round, now in enumerate((START, START + 2 * DAY)):
            # Edited entries are asked for again: half of the answers are "not modified", half the same bytes.
            d.web.answers["/feed"] = rss(*[{"guid": name, "title": "%s %d" % (name, round), "link": "/" + name}
                                           for name in names + ["gone"]])
            if not round:
                d.expect("add", run("source", "add", store, d.web.base + "/feed")[0] == 0)
            code, _, err = run("sync", *SYNC, "--jobs", jobs, "--quiet", "--all", store, now=now)
            d.expect("sync", code == 1, code, err)
        with gzip.open(os.path.join(store, "raw", "000000.warc.gz")) as f:
            raw = f.read().decode()
        found.append(re.findall(r"WARC-Type: (\S+)|WARC-Target-URI: (\S+)|WARC-Profile: (\S+)|(HTTP/1.1 \d+)", raw))
        d.same("revisits with " + jobs, (raw.count("/server-not-modified"), raw.count("/identical-payload-digest"),
                                         raw.count("HTTP/1.1 304")), (3, 3, 3))
        d.expect("verify", run("verify", "--data", store)[0] == 0)
    d.same("records", found[0], found[1])


CASES = (imports_an_opml_list, finds_the_feed_of_a_page, reads_a_feed_that_is_not_quite_xml, reads_a_plain_list_of_urls_as_a_sitemap, fetches_a_page_once, knows_articles_by_other_guids_and_titles,
         takes_apart_what_one_feed_shows_apart, resolves_addresses_by_every_base, escapes_spaces_of_addresses, says_what_is_over_a_ceiling,
         takes_what_a_feed_shows_and_no_more, keeps_intervals_within_their_bounds, leaves_out_what_is_filtered,
         reads_every_kind_of_sitemap, keeps_the_pace_of_hosts_without_sources, obeys_retry_after_up_to_a_cap, puts_off_what_a_host_has_no_time_for, outlives_a_robots_txt_out_of_order, waits_for_no_clock_that_was_ahead, waits_longer_with_jitter_when_nothing_is_said,
         keeps_the_crawl_delay, obeys_a_robots_txt_that_comes_packed, tells_who_asks, refuses_and_hides_credentials, weighs_failures, says_how_a_run_ended,
         tells_cron_what_failed_alone, asks_again_for_what_came_cut, comes_back_when_robots_txt_allows_it,
         marks_what_is_no_article, records_the_same_captures_with_any_count_of_threads, keeps_the_ledger_through_a_repair, ends_on_signals, lets_one_run_in, watches_a_folder)


def main():
    chosen = [c for c in CASES if len(sys.argv) == 2 or c.__name__ in sys.argv[2:]]
    for case in chosen:
        with tempfile.TemporaryDirectory() as folder:
            desk = Desk(folder)
            desk.name = case.__name__
            began = time.monotonic()
            case(desk)
            desk.web.server.shutdown()
            if os.environ.get("TIMES"):
                print("%s: %.1f s" % (case.__name__, time.monotonic() - began))
    print("%d promises of sources and syncs" % len(chosen))
    for line in wrong:
        print("WRONG: " + line)
    sys.exit(1 if wrong else 0)


main()
