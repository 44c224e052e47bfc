#!/usr/bin/env python3
"""WARCs of garner read by others, and those of others read by garner, with a web server of our own in between.

What garner writes (captures in gzip and zstd, revisits, exports) is taken apart here without garner's code, compared
with what garner's own reader makes of it, and indexed by warcio for JavaScript. What wget writes is read in full. A part
whose tool is missing is skipped (77) and says so.

warcio: "npm install --prefix FOLDER warcio@2.4.11", then GARNER_WARCIO=FOLDER/node_modules/warcio/dist/cli.js; needs
node. wget is the package of that name.

usage: warc_tools.py GARNER written|warcio|wget
"""
import base64
import gzip
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zlib

GARNER, PART = sys.argv[1:3]
WARCIO = os.environ.get("GARNER_WARCIO", "")
NODE = shutil.which("node") or shutil.which("nodejs")
wrong = []
said = []
step = [0]  # of the feed


def page(title, links=""):
    return ("<!doctype html><html lang=\"en\"><head><title>%s</title></head><body><article><h1>%s</h1><p>The %s ferry left the "
            "pier before the bell had stopped, and the crowd on the quay walked home along the wall.</p><p>Nobody had told "
            "the keeper, who waited another hour with his lamp and then wrote it down in the book.</p>%s</article></body>"
            "</html>" % (title, title, title.lower(), links)).encode()


PAGES = {"/plain": page("Plain"), "/packed": page("Packed"), "/chunks": page("Chunks"), "/tagged": page("Tagged"),
         "/steady": page("Steady"), "/ümlaut": page("Accented"), "/again": page("Plain")}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body, kind="text/html; charset=utf-8", fields=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in fields:
            self.send_header(name, value)
        if not any(name == "Transfer-Encoding" for name, _ in fields):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.replace("%C3%BC", "ü")
        if path == "/feed":
            items = "".join("<item><title>%s</title><link>%s</link><description>said %d</description></item>" % (n, n, step[0])
                            for n in ("/tagged", "/steady"))
            return self.answer(200, ("<rss version='2.0'><channel><title>A feed</title>%s</channel></rss>" % items).encode(),
                               "application/rss+xml")
        if path == "/":
            links = "".join("<a href='%s'>%s</a> " % (p, p[1:]) for p in list(PAGES) + ["/old", "/missing", "/picture.png"])
            return self.answer(200, page("Index", "<p>%s</p>" % links))
        if path == "/old":
            return self.answer(301, b"", fields=[("Location", "/plain")])
        if path == "/picture.png":
            return self.answer(200, PICTURE, "image/png")
        if path == "/packed" and "gzip" in self.headers.get("Accept-Encoding", ""):
            return self.answer(200, gzip.compress(PAGES[path], mtime=0), fields=[("Content-Encoding", "gzip")])
        if path == "/chunks":
            body = PAGES[path]
            parts = [body[i:i + 100] for i in range(0, len(body), 100)] + [b""]
            return self.answer(200, b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts),
                               fields=[("Transfer-Encoding", "chunked")])
        if path == "/tagged":
            if self.headers.get("If-None-Match") == '"1"':
                return self.answer(304, b"", fields=[("ETag", '"1"')])
            return self.answer(200, PAGES[path], fields=[("ETag", '"1"')])
        if path in PAGES:
            return self.answer(200, PAGES[path], fields=[("X-Word", "caf\xe9")])
        return self.answer(404, b"nothing here")

    do_HEAD = do_GET


def expect(what, condition, *more):
    if not condition:
        wrong.append("%s: %s" % (what, " ".join(map(str, more))[:600]))


def garner(*args, code=0, clock=1700000000):
    process = subprocess.run([GARNER, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                             env=dict(os.environ, SOURCE_DATE_EPOCH=str(clock)))
    expect("garner " + " ".join(args), code is None or process.returncode == code, process.returncode, process.stderr.decode())
    return process.stdout


# ---- a reader of our own, as plain as can be ----

class Record:
    def __init__(self, data, offset, length):
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.offset, self.length = offset, length
        self.version = lines[0]
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.fields[name.lower()] = value.strip()
        self.block = rest[:int(self.fields["content-length"])]
        self.tail = rest[len(self.block):]
        self.type = self.fields["warc-type"]
        http = self.fields.get("content-type", "").startswith("application/http")
        self.head, _, self.body = self.block.partition(b"\r\n\r\n") if http else (b"", b"", self.block)
        if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", self.head):
            self.body = dechunk(self.body)


def dechunk(data):
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        n = int(size, 16)
        out, data = out + data[:n], data[n + 2:]
    return out


def members(data):
    """(offset, length, content) of each gzip member."""
    at = 0
    while at < len(data):
        z = zlib.decompressobj(31)
        content = z.decompress(data[at:])
        length = len(data) - at - len(z.unused_data)
        yield at, length, content
        at += length


def records(path):
    with open(path, "rb") as f:
        data = f.read()
    return [Record(content, at, length) for at, length, content in members(data)]


def sha1(data):
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def check_records(name, found):
    for r in found:
        expect(name, r.version == "WARC/1.1" and r.tail == b"\r\n\r\n", r.version, r.tail)
        expect(name + ": block digest", r.fields.get("warc-block-digest") == sha1(r.block), r.fields)
        if r.type in ("response", "resource") and "warc-payload-digest" in r.fields:
            expect(name + ": payload digest", r.fields["warc-payload-digest"] == sha1(r.body), r.fields)
    ids = [r.fields["warc-record-id"] for r in found]
    expect(name + ": ids are unique", len(ids) == len(set(ids)), ids)


def check_reader(name, path, found):
    """Our own reader finds the same records at the same places with the same bytes."""
    documents = [json.loads(line) for line in garner("clean", "--format", "jsonl", path, code=None).splitlines()]
    captures = [r for r in found if r.type in ("response", "resource", "conversion")]
    expect(name + ": documents", len(documents) == len(captures), len(documents), len(captures))
    for d, r in zip(documents, captures):
        expect(name + ": bytes", d["sha256_raw"] == hashlib.sha256(r.body).hexdigest() and d["src"]["offset"] == r.offset and
               d["src"]["length"] == r.length and d["src"]["record"] == r.fields["warc-record-id"], d["src"], r.fields)
    return len(documents)


def check_warcio(name, path, found):
    if PART != "warcio":
        return 0
    process = subprocess.run([NODE, WARCIO, "index", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    index = [json.loads(line) for line in process.stdout.splitlines()]
    expect("warcio and " + name, process.returncode == 0 and len(index) == len(found), process.returncode, len(index),
           len(found), process.stderr)
    expect("warcio and " + name, [i["warc-type"] for i in index] == [r.type for r in found], index[:3])
    expect("warcio and " + name, [i.get("warc-target-uri") for i in index] ==
           [r.fields.get("warc-target-uri") for r in found], index[:3])
    return len(index)


# ---- what garner writes ----

NETWORK = ("--allow-private", "--delay", "0", "--contact", "x", "--quiet")


def fill(store, base, *more):
    """Pages, the same pages again, a feed whose articles are then not modified or come with the same bytes."""
    urls = [base + p.replace("ü", "%C3%BC") for p in PAGES] + [base + "/old"]
    garner("ingest", *NETWORK, *more, store, *urls)
    garner("ingest", *NETWORK, *more, store, base + "/plain", clock=1700000100)
    garner("source", "add", store, base + "/feed")
    step[0] = 1
    garner("sync", *NETWORK, *more, "--log", "none", store, clock=1700001000)
    step[0] = 2
    garner("sync", *NETWORK, *more, "--log", "none", "--all", store, clock=1700090000)


def check_revisits(found):
    revisits = [r for r in found if r.type == "revisit"]
    by_id = {r.fields["warc-record-id"]: r for r in found}
    profiles = {r.fields["warc-profile"].rsplit("/", 1)[1] for r in revisits}
    expect("revisits", profiles == {"identical-payload-digest", "server-not-modified"}, [r.fields for r in revisits])
    for r in revisits:
        first = by_id.get(r.fields["warc-refers-to"])
        expect("a revisit", first and first.fields["warc-target-uri"] == r.fields["warc-refers-to-target-uri"] and
               first.fields["warc-date"] == r.fields["warc-refers-to-date"] and r.body == b"", r.fields)
        if r.fields["warc-profile"].endswith("digest"):
            expect("the same payload", first and first.fields["warc-payload-digest"] == r.fields["warc-payload-digest"], r.fields)
        else:
            expect("not modified", r.block.startswith(b"HTTP/1.1 304 "), r.block[:60])
    return len(revisits)


def written(folder, base):
    store = os.path.join(folder, "store")
    fill(store, base)
    raw = os.path.join(store, "raw", "000000.warc.gz")
    found = records(raw)
    check_records("captures", found)
    revisits = check_revisits(found)
    documents = check_reader("captures", raw, found)
    indexed = check_warcio("captures", raw, found)
    for form, name in (("wet", "export.warc.wet.gz"), ("wacz", "export.wacz")):
        out = os.path.join(folder, name)
        garner("export", "--format", form, "-o", out, store)
    with open(os.path.join(folder, "export.warc.wet.gz"), "rb") as f:
        data = f.read()
    if data[:2] != b"\x1f\x8b":
        out = os.path.join(folder, "plain.warc")
        os.rename(os.path.join(folder, "export.warc.wet.gz"), out)
        wet = plain_records(data)
    else:
        out = os.path.join(folder, "export.warc.wet.gz")
        wet = records(out)
    indexed += check_warcio("wet", out, wet)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", os.path.join(folder, "export.wacz"), os.path.join(folder, "wacz")],
                   check=True)
    for name in sorted(os.listdir(os.path.join(folder, "wacz", "archive"))):
        inner = records(os.path.join(folder, "wacz", "archive", name))
        check_records("wacz", inner)
        indexed += check_warcio("wacz", os.path.join(folder, "wacz", "archive", name), inner)
    zstd = os.path.join(folder, "zstd")
    fill(zstd, base, "--raw", "zst")
    packed = os.path.join(zstd, "raw", "000000.warc.zst")
    if shutil.which("zstd"):
        unpacked = os.path.join(folder, "unpacked.warc")
        subprocess.run(["zstd", "-q", "-d", packed, "-o", unpacked], check=True)
        with open(unpacked, "rb") as f:
            same = plain_records(f.read())
        check_records("zstd", same)
        check_revisits(same)
        expect("zstd: the same captures", [(r.type, r.body) for r in same if r.type == "response"] ==
               [(r.type, r.body) for r in found if r.type == "response"])
        indexed += check_warcio("zstd", unpacked, same)
    forgotten(store, raw, base)
    again = records(raw)
    indexed += check_warcio("captures after a takedown", raw, again)
    said.append("%d records of captures, %d of them revisits, %d documents read back" %
                (len(found), revisits, documents))
    if PART == "warcio":
        said.append("warcio indexed %d records of captures and exports, as many as were written" % indexed)


def forgotten(store, raw, base):
    """With a document its capture and its revisits go."""
    url = (base + "/plain").encode()
    before = [r for r in records(raw) if r.fields.get("warc-target-uri", "").encode() == url]
    garner("forget", "--reason", "asked for", store, url.decode())
    garner("repack", store)
    left = [r for r in records(raw) if url in r.block or r.fields.get("warc-target-uri", "").encode() == url]
    expect("a takedown", any(r.type == "revisit" for r in before) and not [r for r in left if r.type != "metadata"],
           [(r.type, r.fields.get("warc-target-uri")) for r in left])
    garner("verify", "--data", store)


def plain_records(data):
    found, at = [], 0
    while at < len(data):
        head_end = data.index(b"\r\n\r\n", at) + 4
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", data[at:head_end]).group(1))
        end = head_end + length + 4
        found.append(Record(data[at:end], at, end - at))
        at = end
    return found


# ---- what wget writes ----

def check_wget(folder, base, name, *options):
    target = os.path.join(folder, name)
    subprocess.run(["wget", "-q", "-r", "-l", "2", "-e", "robots=off", "--restrict-file-names=ascii", "--no-proxy", "-P",
                    os.path.join(folder, name + "-files"), "--warc-file=" + target, "--warc-tempdir=" + folder, *options,
                    base + "/"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = target + (".warc" if os.path.exists(target + ".warc") else ".warc.gz")
    if path.endswith(".gz"):
        with open(path, "rb") as f:
            plain = b"".join(content for _, _, content in members(f.read()))
    else:
        with open(path, "rb") as f:
            plain = f.read()
    theirs = plain_records(plain)
    report = os.path.join(folder, name + ".json")
    documents = [json.loads(line) for line in
                 garner("clean", "--format", "jsonl", "--report", report, path, code=None).splitlines()]
    with open(report) as f:
        counts = json.load(f)
    pages = [r for r in theirs if r.type == "response" and b" 200 " in r.head.split(b"\r\n")[0] and
             re.search(rb"(?i)content-type: *text/html", r.head) and r.body]
    inputs = [r for r in theirs if r.type in ("response", "resource", "revisit", "conversion") and
              not r.fields["warc-target-uri"].strip("<>").startswith("metadata:")]  # its own log and arguments
    expect(name + ": every record is counted", counts["inputs"] == len(inputs), counts, len(inputs))
    expect(name + ": nothing is damaged", not {"bad-record", "truncated", "bad-digest", "bad-archive", "bad-http",
                                               "unsupported"} & set(counts["reasons"]), counts)
    expect(name + ": the pages", [(d["url"], d["sha256_raw"]) for d in documents] ==
           [(r.fields["warc-target-uri"].strip("<>"), hashlib.sha256(r.body).hexdigest()) for r in pages],
           [d["url"] for d in documents], [r.fields["warc-target-uri"] for r in pages])
    unchanged = sum(r.type == "revisit" for r in theirs)
    expect(name + ": revisits", counts["reasons"].get("unchanged", 0) == unchanged, counts, unchanged)
    return len(documents), unchanged


def wget(folder, base):
    packed, _ = check_wget(folder, base, "packed", "--warc-cdx")
    plain, _ = check_wget(folder, base, "plain", "--no-warc-compression")
    known, unchanged = check_wget(folder, base, "known", "--warc-dedup=" + os.path.join(folder, "packed.cdx"))
    # The index, and one page twice: by its own name and behind the redirect.
    expect("wget", packed == plain == len(PAGES) + 2 and unchanged, packed, plain, known, unchanged)
    store = os.path.join(folder, "of-wget")
    garner("ingest", "--quiet", store, os.path.join(folder, "packed.warc.gz"), code=None)
    before = len(garner("list", store).splitlines())
    garner("ingest", "--quiet", store, os.path.join(folder, "known.warc.gz"), code=None, clock=1700100000)
    expect("revisits of wget are no news", len(garner("list", store).splitlines()) == before, before)
    said.append("%d + %d pages of wget, and %d revisits" % (packed, plain, unchanged))


def main():
    if PART == "warcio" and not (NODE and os.path.exists(WARCIO)):
        print("node is missing, or GARNER_WARCIO does not name warcio's cli.js")
        sys.exit(77)
    if PART == "wget" and not shutil.which("wget"):
        print("wget is missing")
        sys.exit(77)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        (wget if PART == "wget" else written)(folder, "http://127.0.0.1:%d" % server.server_address[1])
    print("; ".join(said))
    for line in wrong:
        print("WRONG: " + line)
    sys.exit(1 if wrong else 0)


main()
