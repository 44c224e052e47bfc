#!/usr/bin/env python3
"""A month of cron, played through in minutes: feeds that publish, edit, rename, fail and come back, and garner sync
run over them again and again with a clock of our own. The server counts what it is asked, and at the end the store is
compared with what it answered. Standard library only, loopback only.

usage: month.py GARNER     GARNER_LONG=1: 200 feeds and 2,000 syncs; otherwise a smaller month
"""
import email.utils
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

GARNER = sys.argv[1]
LONG = os.environ.get("GARNER_LONG") == "1"
FEEDS, SYNCS, KILLS = (200, 2000, 30) if LONG else (12, 30, 4)
PER_HOST = 5
DAYS = 30
DELAY = 0.02
START = 1700000000
SHOWN = 15
dice = random.Random(20240229)
WORDS = ("harbour tide lantern ferry orchard granite meadow kettle compass winter ledger bridge sparrow copper valley "
         "saddle thunder pepper village anchor marble chimney barley ribbon cellar quarry willow candle market river "
         "stone engine garden silver music letter island mountain forest table window").split()


def sentences(key, count):
    rng = random.Random(key)
    return [" ".join(rng.choice(WORDS) for _ in range(rng.randint(9, 16))).capitalize() + "." for _ in range(count)]


class Article:
    """One article with all its versions: (from when, what)."""

    def __init__(self, feed, k):
        self.feed, self.k = feed, k
        self.published = START - 40 * 3600 + k * feed.period
        self.edits = sorted(self.published + dice.randint(3600, 3 * 86400)
                            for _ in range(dice.choice((0, 0, 0, 0, 1, 1, 2))))
        self.retitled = dice.random() < 0.4     # edits change the title too
        self.moved = self.edits[0] if self.edits and dice.random() < 0.15 else None  # and the address
        self.told = []          # (version, run): what feeds told garner of
        self.fetched = []       # versions that were sent with a 200
        self.requests = 0
        self.needless = 0

    def version(self, now):
        return sum(1 for e in self.edits if e <= now)

    def updated(self, now):
        return max([self.published] + [e for e in self.edits if e <= now])

    def path(self, now):
        return "/f%d/a%d%s" % (self.feed.n, self.k, "-moved" if self.moved and now >= self.moved else "")

    def title(self, now):
        v = self.version(now)
        return "%s %d of feed %d%s" % (WORDS[(self.k * 7 + self.feed.n) % len(WORDS)].capitalize(), self.k, self.feed.n,
                                       " (version %d)" % v if self.retitled and v else "")

    def marker(self, version):
        return "Edition %d-%d-%d of this report." % (self.feed.n, self.k, version)

    def page(self, now):
        v = self.version(now)
        body = "".join("<p>%s</p>" % " ".join(sentences("%d/%d/%d" % (self.feed.n, self.k, i), 3)) for i in range(3))
        return ("<!doctype html><html lang=en><head><title>%s</title></head><body><nav><a href=/>Home</a></nav><article>"
                "<h1>%s</h1>%s<p>%s</p></article><footer>All of it</footer></body></html>" %
                (self.title(now), self.title(now), body, self.marker(v) + " " + " ".join(sentences(self.k, 1)))).encode()


class Feed:
    def __init__(self, n):
        self.n = n
        self.host = n // PER_HOST
        self.period = dice.randint(2 * 3600, 3 * 86400)
        self.form = ("rss", "atom", "json")[n % 3]
        self.validators = dice.choice(("etag", "modified", "both", "none"))
        self.guids_change = START + dice.randint(5, 25) * 86400 if dice.random() < 0.3 else None
        fails = dice.random() < 0.3
        self.fails_from = START + dice.randint(2, 20) * 86400 if fails else None
        self.fails_until = self.fails_from + dice.randint(3, 60) * 3600 if fails else None
        self.fails_how = dice.choice((500, 404, 429, "hang up", "broken"))
        self.articles = []
        for k in range(int((DAYS * 86400 + 40 * 3600) / self.period) + 1):
            self.articles.append(Article(self, k))
        self.last = None           # simulated time of the last request
        self.requests = self.unconditional = self.too_early = 0
        self.given = None          # validators sent with the last 200

    def failing(self, now):
        return self.fails_from is not None and self.fails_from <= now < self.fails_until

    def entries(self, now):
        return [a for a in self.articles if a.published <= now][-SHOWN:][::-1]

    def guid(self, article, now):
        return "%s:%d:%d" % ("new" if self.guids_change and now >= self.guids_change else "old", self.n, article.k)

    def render(self, now, base):
        entries = self.entries(now)
        if self.form == "json":
            return "application/feed+json", json.dumps({
                "version": "https://jsonfeed.org/version/1.1", "title": "Feed %d" % self.n, "items": [{
                    "id": self.guid(a, now), "url": base + a.path(now), "title": a.title(now),
                    "content_text": a.marker(a.version(now)),
                    "date_published": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(a.published)),
                } for a in entries]}).encode()
        if self.form == "atom":
            body = "".join("<entry><id>%s</id><title>%s</title><link href='%s'/><published>%s</published>"
                           "<updated>%s</updated></entry>" %
                           (self.guid(a, now), a.title(now), a.path(now),
                            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(a.published)),
                            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(a.updated(now)))) for a in entries)
            return "application/atom+xml", ("<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Feed "
                                            "%d</title>%s</feed>" % (self.n, body)).encode()
        body = "".join("<item><guid isPermaLink='false'>%s</guid><title>%s</title><link>%s</link><pubDate>%s</pubDate>"
                       "<description>%s</description></item>" %
                       (self.guid(a, now), a.title(now), base + a.path(now), email.utils.formatdate(a.published),
                        a.marker(a.version(now))) for a in entries)
        return "application/rss+xml", ("<rss version='2.0'><channel><title>Feed %d</title>%s</channel></rss>" %
                                       (self.n, body)).encode()


class World:
    def __init__(self):
        self.now = START
        self.run = 0                 # number of the sync that is going on
        self.feeds = [Feed(n) for n in range(FEEDS)]
        self.hosts = (FEEDS + PER_HOST - 1) // PER_HOST
        self.lock = threading.Lock()
        self.last = {}               # host -> end of the last answer, real seconds
        self.closest = 9e9
        self.too_close = self.requests = self.not_modified = self.robots = self.robots_needless = 0
        self.robots_at = {}
        self.cut_off = set()         # runs that were killed


world = World()


def answer(status, kind="text/plain", body=b"", fields=()):
    lines = ["HTTP/1.1 %d X" % status, "Content-Type: " + kind, "Content-Length: %d" % len(body)]
    return ("\r\n".join(lines + ["%s: %s" % f for f in fields]) + "\r\n\r\n").encode() + (b"" if status == 304 else body)


def conditional(request, key, modified, how):
    """Validators of a body, and whether the request carries them."""
    fields = []
    if how in ("etag", "both"):
        fields.append(("ETag", '"%s"' % key))
    if how in ("modified", "both"):
        fields.append(("Last-Modified", email.utils.formatdate(modified, usegmt=True)))
    if how in ("etag", "both"):
        return fields, request.get("if-none-match") == '"%s"' % key
    return fields, how == "modified" and request.get("if-modified-since") == email.utils.formatdate(modified, usegmt=True)


def serve_feed(feed, request, base):
    now = world.now
    if feed.last is not None and now - feed.last[0] < 900 and feed.last[1] not in world.cut_off and now != feed.last[0]:
        feed.too_early += 1
    # Twice in one run only when the first was hung up on: over a kept connection that can't be told from its end.
    if feed.last is not None and feed.last[1] == world.run and not (feed.failing(now) and feed.fails_how == "hang up"):
        feed.too_early += 1
    feed.last = (now, world.run)
    feed.requests += 1
    if feed.failing(now):
        if feed.fails_how == "hang up":
            return None
        if feed.fails_how == "broken":
            return answer(200, "application/rss+xml", b"<rss><channel><item><oops")
        return answer(feed.fails_how, body=b"not now", fields=[("Retry-After", "7200")] if feed.fails_how == 429 else ())
    kind, body = feed.render(now, base)
    fields, same = conditional(request, hashlib.sha1(body).hexdigest(),
                               max(a.updated(now) for a in feed.entries(now)), feed.validators)
    if feed.given and not (request.get("if-none-match") or request.get("if-modified-since")):
        feed.unconditional += 1
    if feed.guids_change and now >= feed.guids_change and feed.validators == "modified":
        same = False
    if same:
        world.not_modified += 1
        return answer(304, fields=fields)
    feed.given = fields or None
    for a in feed.entries(now):
        a.told.append((a.version(now), world.run))
    return answer(200, kind, body, fields)


def serve_article(article, request, path):
    now = world.now
    article.requests += 1
    if path != article.path(now):
        return answer(301, fields=[("Location", article.path(now))])
    version = article.version(now)
    body = article.page(now)
    fields, same = conditional(request, hashlib.sha1(body).hexdigest(), article.updated(now), "both")
    if same:
        world.not_modified += 1
        return answer(304, fields=fields)
    if version in [v for v, _ in article.fetched] and article.fetched[-1][1] not in world.cut_off:
        article.needless += 1
    article.fetched.append((version, world.run))
    return answer(200, "text/html; charset=utf-8", body, fields)


def respond(host, path, request, base):
    with world.lock:
        world.requests += 1
        if path == "/robots.txt":
            last = world.robots_at.get(host)
            if last and world.now - last[0] < 86400 and last[1] not in world.cut_off:
                world.robots_needless += 1
            world.robots_at[host] = (world.now, world.run)
            world.robots += 1
            return answer(200, body=b"User-agent: *\nDisallow: /private\n")
        feed = world.feeds[int(path.split("/")[1][1:])]
        if path.endswith("/feed"):
            return serve_feed(feed, request, base)
        return serve_article(feed.articles[int(path.rsplit("/a", 1)[1].partition("-")[0])], request, path)


def talk(conn, host):
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = b""
    try:
        while True:
            while b"\r\n\r\n" not in data:
                more = conn.recv(65536)
                if not more:
                    return
                data += more
            at = time.monotonic()
            with world.lock:
                gap = at - world.last.get(host, -9e9)
                world.closest = min(world.closest, gap)
                world.too_close += gap < DELAY
                world.last[host] = at
            text, data = data.split(b"\r\n\r\n", 1)
            lines = text.decode("latin-1").split("\r\n")
            request = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
            out = respond(host, lines[0].split(" ")[1], request, "http://" + request["host"])
            if out is None:
                return
            conn.sendall(out)
    except OSError:
        pass
    finally:
        conn.close()


def listen():
    port = 0
    for host in range(world.hosts):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.%d.1" % (host + 1), port))
        port = listener.getsockname()[1]
        listener.listen(64)

        def accept(listener=listener, host=host):
            while True:
                conn, _ = listener.accept()
                threading.Thread(target=talk, args=(conn, host), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
    return port


def garner(*args, wait=True):
    env = dict(os.environ, SOURCE_DATE_EPOCH=str(world.now))
    process = subprocess.Popen([GARNER, *args], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return process if not wait else (process.communicate(), process.returncode)


SYNC = ("sync", "--allow-private", "--delay", str(DELAY), "--jobs", "1", "--log", "none", "--contact",
        "test@example.invalid")


def play(store, port):
    kill_at = set(dice.sample(range(SYNCS // 20, SYNCS * 9 // 10), KILLS))
    twice_at = set(dice.sample(range(SYNCS), SYNCS // 20))
    locked = killed = owed = 0
    codes = {}
    for n in range(SYNCS + 100):
        if n >= SYNCS and not owed:
            break
        world.now = START + n * DAYS * 86400 // SYNCS
        world.run += 1
        owed += n in kill_at
        if owed:
            # Killed a little after the sync began; when it was over before that, the next one is killed.
            process = garner(*SYNC, store, wait=False)
            time.sleep(dice.uniform(0.01, 0.25))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if process.returncode == -9:
                killed += 1
                owed -= 1
                world.cut_off.add(world.run)
                # What it asked for may still stand in a socket: it is answered before the next run begins, or it
                # would count as that one's.
                time.sleep(0.5)
            continue
        both = [garner(*SYNC, store, wait=False) for _ in range(2 if n in twice_at else 1)]
        for process in both:
            _, err = process.communicate()
            codes[process.returncode] = codes.get(process.returncode, 0) + 1
            locked += process.returncode == 75
            if process.returncode not in (0, 1, 4, 75):
                sys.exit("sync %d: exit %d: %s" % (n, process.returncode, err.decode()))
        if n in twice_at and all(p.returncode == 75 for p in both):
            sys.exit("sync %d: both runs were locked out" % n)
    world.now += 86400 * 8  # past every failure and the longest interval: one last look
    world.run += 1
    garner(*SYNC, "--all", store)
    return killed, locked, codes


def check(store):
    wrong = []
    (out, err), code = garner("export", "--format", "jsonl", store)
    if code:
        sys.exit("export: exit %d: %s" % (code, err.decode()))
    documents = {}
    for line in out.decode().splitlines():
        d = json.loads(line)
        documents.setdefault(d["id"], []).append(d)
    by_article = {}
    for versions in documents.values():
        names = set()
        for d in versions:
            at = d["text"].index("Edition ")
            names.add(tuple(int(x) for x in d["text"][at + 8:].split(" ")[0].split("-")[:2]))
        if len(names) != 1:
            wrong.append("one id, articles %s" % names)
        by_article.setdefault(names.pop(), []).append(versions)
    stored = revisions = edits = 0
    for feed in world.feeds:
        for a in feed.articles:
            have = by_article.get((feed.n, a.k), [])
            # What a run heard that was killed is not owed: the feed may have moved on before the next.
            told = [v for v, run in a.told if run not in world.cut_off]
            if not told:
                continue
            if len(have) != 1:
                wrong.append("article %d/%d is stored %d times" % (feed.n, a.k, len(have)))
                continue
            stored += 1
            versions = [int(d["text"][d["text"].index("Edition ") + 8:].split(" ")[0].split("-")[2]) for d in have[0]]
            revisions += len(versions) - 1
            # Nor is a version owed that only a killed run was sent, when the next was sent a later one.
            sent = set(v for v, _ in a.fetched)
            owed = set(v for v, run in a.fetched if run not in world.cut_off) | (sent & set(versions))
            edits += len(owed) - 1
            if len(versions) != len(set(versions)):
                wrong.append("article %d/%d has versions %s" % (feed.n, a.k, versions))
            if sorted(owed) != sorted(set(versions)):
                wrong.append("article %d/%d: versions %s were sent, %s stored" % (feed.n, a.k, a.fetched, versions))
            if max(versions) < max(told):
                wrong.append("article %d/%d: version %d was shown, %d is stored" % (feed.n, a.k, max(told), max(versions)))
            if any(not d.get("feed", {}).get("published") for d in have[0]):
                wrong.append("article %d/%d: the feed's date is missing" % (feed.n, a.k))
    return stored, revisions, edits, wrong


def main():
    port = listen()
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "store")
        for feed in world.feeds:
            (_, err), code = garner("source", "add", store, "http://127.0.%d.1:%d/f%d/feed" % (feed.host + 1, port, feed.n))
            if code:
                sys.exit("source add: " + err.decode())
        began = time.monotonic()
        killed, locked, codes = play(store, port)
        seconds = time.monotonic() - began
        stored, revisions, edits, wrong = check(store)
        (_, err), code = garner("verify", store)
        if code:
            wrong.append("verify: exit %d: %s" % (code, err.decode()))
    needless = sum(a.needless for f in world.feeds for a in f.articles)
    early = sum(f.too_early for f in world.feeds)
    unconditional = sum(f.unconditional for f in world.feeds)
    print("%d feeds on %d hosts, %d syncs over %d days in %.0f s; exit codes %s" %
          (FEEDS, world.hosts, SYNCS, DAYS, seconds, codes))
    print("%d runs killed, %d locked out by another" % (killed, locked))
    print("%d articles stored once each; %d edits fetched, %d revisions" % (stored, edits, revisions))
    print("%d requests: %d of feeds, %d of articles, %d of robots.txt; %d answered 304" %
          (world.requests, sum(f.requests for f in world.feeds), sum(a.requests for f in world.feeds for a in f.articles),
           world.robots, world.not_modified))
    print("closest two requests to a host: %.1f ms, delay %.1f ms; %d too close" %
          (world.closest * 1000, DELAY * 1000, world.too_close))
    print("needless: %d articles again, %d feeds before their time, %d without the validators given, %d robots.txt" %
          (needless, early, unconditional, world.robots_needless))
    for name, count in (("requests too close", world.too_close), ("articles fetched again", needless),
                        ("feeds asked too early", early), ("unconditional requests", unconditional),
                        ("robots.txt asked again", world.robots_needless)):
        if count:
            wrong.append("%d %s" % (count, name))
    if killed != KILLS:
        wrong.append("%d runs were killed, %d were to be" % (killed, KILLS))
    if edits != revisions:
        wrong.append("%d edits, %d revisions" % (edits, revisions))
    for line in wrong[:20]:
        print("WRONG: " + line)
    sys.exit(1 if wrong else 0)


main()
