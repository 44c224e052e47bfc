#!/usr/bin/env python3
"""Packs, archives and exports read by programs that know nothing of garner: what they see is what went in.
usage: readers.py GARNER
GNU tar, zstd, sha256sum; where they are installed bsdtar and Python's zstandard; with GARNER_NPM=FOLDER what stands in
its node_modules: DuckDB (@duckdb/node-api), and with a Chromium replayweb.page (replaywebpage, in a package.json with
"overrides": {"warcio": "2.4.11"}). warcio: tests/capture/warc_tools.py."""
import fcntl
import functools
import hashlib
import http.server
import io
import json
import os
import select
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import made

GARNER = os.path.abspath(sys.argv[1])
NPM = os.environ.get("GARNER_NPM", "")
NODE = shutil.which("node") or shutil.which("nodejs")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or os.environ.get("GARNER_CHROMIUM")
COUNT = 700  # more than one index page
said, missing = [], []


def run(*args, **more):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if done.returncode:
        sys.exit("%s: exit %d: %s" % (" ".join(args), done.returncode, (done.stdout + done.stderr).decode()[-1500:]))
    return done.stdout


def compare(name, found, expected):
    if found != expected:
        wrong = [k for k in set(found) | set(expected) if found.get(k) != expected.get(k)]
        sys.exit("%s: %d texts, expected %d; another: %s" % (name, len(found), len(expected), wrong[:3]))
    said.append("%s: %d texts" % (name, len(found)))


def is_document(name):
    return name.endswith(".txt") and name[0].isdigit()


def texts_in(folder):
    found = {}
    for name in os.listdir(folder):
        if is_document(name):
            with open(os.path.join(folder, name), "rb") as f:
                found[name] = f.read()
    return found


def unpack(name, command, pack, folder, expected):
    target = os.path.join(folder, name.replace(" ", "-"))
    os.mkdir(target)
    run(*command, pack, "-C", target)
    compare(name, texts_in(target), expected)
    return target


def tar_readers(pack, folder, expected):
    target = unpack("GNU tar", ["tar", "--zstd", "-xf"], pack, folder, expected)
    run("sha256sum", "--quiet", "-c", "SHA256SUMS", cwd=target)
    said.append("sha256sum: every member")
    run("zstd", "-tq", pack)
    said.append("zstd -t: whole")
    if shutil.which("bsdtar"):
        unpack("bsdtar", ["bsdtar", "-xf"], pack, folder, expected)
    else:
        missing.append("bsdtar")
    with open(pack, "rb") as f:
        try:
            import zstandard
            stream = zstandard.ZstdDecompressor().stream_reader(f, read_across_frames=True)
        except ImportError:
            missing.append("Python's zstandard")
            stream = io.BytesIO(run("zstd", "-dcq", pack))
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            found = {m.name: tar.extractfile(m).read() for m in tar if is_document(m.name)}
    compare("Python's tarfile", found, expected)


def duckdb(store, folder, expected):
    if not NODE or not os.path.isdir(NPM + "/node_modules/@duckdb"):
        missing.append("DuckDB")
        return
    lines = folder + "/all.jsonl"
    run(GARNER, "export", "--format", "jsonl", "-o", lines, store)
    script = """
const { DuckDBInstance } = require(process.argv[1] + "/node_modules/@duckdb/node-api");
(async () => {
  const db = await (await DuckDBInstance.create(":memory:")).connect();
  const read = await db.runAndReadAll("SELECT path, coalesce(title || chr(10) || chr(10), '') || text || chr(10) AS member" +
    " FROM read_json_auto('" + process.argv[2] + "', format='newline_delimited', maximum_object_size=20000000)");
  for (const row of read.getRows()) console.log(JSON.stringify(row));
})();
"""
    rows = run(NODE, "-e", script, NPM, lines).decode().splitlines()
    compare("DuckDB", {path: member.encode() for path, member in map(json.loads, rows)}, expected)


class Pages(http.server.SimpleHTTPRequestHandler):
    """With byte ranges, as replayweb.page asks for them."""

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = self.translate_path(self.path.split("?")[0])
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes=") or not os.path.isfile(path):
            return super().do_GET()
        with open(path, "rb") as f:
            content = f.read()
        first, _, last = wanted[6:].partition("-")
        begin = int(first) if first else len(content) - int(last)
        end = min(int(last) if first and last else len(content) - 1, len(content) - 1)
        self.send_response(206)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Range", "bytes %d-%d/%d" % (begin, end, len(content)))
        self.send_header("Content-Length", str(end - begin + 1))
        self.end_headers()
        self.wfile.write(content[begin:end + 1])


class Browser:
    """Chromium without a window, over its debugging pipe: JSON messages that end with a NUL."""

    def __init__(self, profile):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        # Numbers of their own, so that neither stands in the way of 3 and 4.
        ends = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (to_read, to_write)]

        def place():
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)
        self.process = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--remote-debugging-pipe", "--user-data-dir=" + profile, "about:blank"],
            preexec_fn=place, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for fd in (to_read, to_write, *ends):
            os.close(fd)
        self.buffer, self.number = b"", 0

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.buffer:
                if not select.select([self.back], [], [], 60)[0]:
                    sys.exit("Chromium does not answer")
                more = os.read(self.back, 1 << 16)
                if not more:
                    sys.exit("Chromium has ended")
                self.buffer += more
            line, _, self.buffer = self.buffer.partition(b"\0")
            answer = json.loads(line)
            if answer.get("id") == self.number:
                return answer.get("result", {})

    def texts(self, session, tree):
        world = self.call("Page.createIsolatedWorld", session, frameId=tree["frame"]["id"])
        value = self.call("Runtime.evaluate", session, contextId=world.get("executionContextId", 0),
                          expression="document.body ? document.body.innerText : ''")
        yield tree["frame"]["url"] + ": " + str(value.get("result", {}).get("value", ""))
        for child in tree.get("childFrames", []):
            yield from self.texts(session, child)

    def look_for(self, words, url):
        """What all frames show when one that is not the first shows the words, or after a minute."""
        target = self.call("Target.createTarget", url=url)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        seen = []
        for _ in range(120):
            time.sleep(.5)
            seen = list(self.texts(session, self.call("Page.getFrameTree", session)["frameTree"]))
            if any(words in text for text in seen[1:]):
                break
        return "\n".join(seen)

    def close(self):
        self.process.kill()
        self.process.wait()


def replay(store, folder, url, words):
    package = NPM + "/node_modules/replaywebpage"
    if not CHROMIUM or not os.path.isdir(package):
        missing.append("replayweb.page in Chromium")
        return
    site = folder + "/site"
    os.makedirs(site + "/replay")
    run(GARNER, "export", "--format", "wacz", "-o", site + "/all.wacz", store)
    shutil.copy(package + "/ui.js", site)
    for name in ("ui.js", "sw.js"):
        shutil.copy(package + "/" + name, site + "/replay")
    with open(site + "/replay/index.html", "w") as out:
        out.write("<!doctype html><script src=ui.js></script><replay-app-main></replay-app-main>")
    with open(site + "/index.html", "w") as out:
        out.write("<!doctype html><script src=ui.js></script><replay-web-page source=all.wacz url='%s' replayBase=replay/ "
                  "embed=replayonly></replay-web-page>" % url)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = Browser(folder + "/profile")
    try:
        seen = browser.look_for(words, "http://127.0.0.1:%d/index.html" % server.server_port)
    finally:
        browser.close()
        server.shutdown()
    if words not in seen:
        sys.exit("replayweb.page does not show '%s': %s" % (words, seen[-800:]))
    said.append("replayweb.page: the page with its words")


def lone_pack(folder):
    """A pack without its store, large enough that its manifest is cut: each kind of key leads to the text."""
    store, lines = folder + "/lone", folder + "/lone.jsonl"
    made.write_jsonl(lines, "l", 0, 2600, words=25)
    run(GARNER, "ingest", "--quiet", store, lines)
    run(GARNER, "repack", store)
    pack = "%s/packs/%s" % (store, os.listdir(store + "/packs")[0])
    documents = [json.loads(line) for line in run(GARNER, "export", "--format", "jsonl", store).splitlines()]
    for d in documents[:2] + documents[1:-1:500] + documents[-2:]:
        for key in (str(d["n"]), d["id"], d["path"], d["url"]):
            shown = run(GARNER, "show", "--json", pack, key)
            if json.loads(shown)["text"] != d["text"]:
                sys.exit("%s: another text by %s" % (pack, key))
    for key in (str(len(documents)), "0123456789abcdef", "https://nobody.example/"):
        if subprocess.run([GARNER, "show", pack, key], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 1:
            sys.exit("%s: %s is not there, and is shown" % (pack, key))
    said.append("garner show: a pack alone")


def main():
    folder = tempfile.mkdtemp(prefix="garner-readers-")
    try:
        store = folder + "/store"
        made.write_jsonl(folder + "/in.jsonl", "o", 0, COUNT, words=60)
        made.write_warc(folder + "/in.warc", folder + "/in.jsonl")
        run(GARNER, "ingest", "--quiet", store, folder + "/in.warc")
        run(GARNER, "repack", store)
        run("sha256sum", "--quiet", "-c", "SHA256SUMS", cwd=store)
        documents = [json.loads(line) for line in run(GARNER, "export", "--format", "jsonl", store).splitlines()]
        expected = {d["path"]: ((d["title"] + "\n\n" if "title" in d else "") + d["text"] + "\n").encode()
                    for d in documents}
        if len(expected) != COUNT or any(hashlib.sha256(expected[d["path"]]).hexdigest() != d["sha256"] for d in documents):
            sys.exit("the texts are not those of their digests")
        tar_readers("%s/packs/%s" % (store, os.listdir(store + "/packs")[0]), folder, expected)
        duckdb(store, folder, expected)
        lone_pack(folder)
        first = documents[0]
        replay(store, folder, first["url"], first["title"])
        print("; ".join(said) + ("; not installed: " + ", ".join(missing) if missing else ""))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
