#!/usr/bin/env python3
"""Addresses that are not for everybody stay unreached, whatever a name resolves to and however a redirect spells them.

The test has a network of its own (a Linux network namespace without any way out): a public address, private ones, a
name server whose answers change, and a web server that notes on which address it was asked. Skipped (77) where such
a network can't be made. Standard library only.

usage: private_run.py GARNER
"""
import ctypes
import fcntl
import http.server
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading

GARNER = sys.argv[1]
PUBLIC, CLOSED = "11.0.0.1", "11.0.0.2"
wrong = []
hits = []          # (address that was asked, host field, path)
checks = [0]

ARTICLE = ("<!doctype html><html lang='en'><head><title>A page</title>%s</head><body><article><h1>A page</h1>"
           "<p>The lighthouse keeper wrote every evening how the wind had turned, and nobody ever read it.</p>"
           "<p>When the winter came he stopped, and then all of the harbour asked what had become of him.</p></article>")


# ---- a network of our own ----

def own_network(folder):
    """False where the kernel does not let us."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_user, new_net, new_mounts = 0x10000000, 0x40000000, 0x00020000
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(new_net | new_mounts) != 0:
        if libc.unshare(new_user | new_net | new_mounts) != 0:
            return False
        try:
            for name, words in (("setgroups", "deny"), ("uid_map", "0 %d 1" % uid), ("gid_map", "0 %d 1" % gid)):
                with open("/proc/self/" + name, "w") as f:
                    f.write(words)
        except OSError:
            return False
    private, recursive, bind = 1 << 18, 1 << 14, 1 << 12
    if libc.mount(b"none", b"/", None, private | recursive, None) != 0:
        return False
    for name, words in (("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"),
                        ("hosts", "127.0.0.1 localhost\n::1 localhost\n"), ("nsswitch.conf", "hosts: files dns\n")):
        aside, place = os.path.join(folder, name), os.path.realpath("/etc/" + name)
        with open(aside, "w") as f:
            f.write(words)
        os.chmod(aside, 0o644)
        if not os.path.exists(place) or libc.mount(aside.encode(), place.encode(), None, bind, None) != 0:
            return False
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for name, address in (("lo", "127.0.0.1"), ("lo:1", PUBLIC), ("lo:2", CLOSED), ("lo:3", "10.1.1.1"),
                                  ("lo:4", "169.254.169.254"), ("lo:5", "192.168.7.7")):
                mask = "255.0.0.0" if name == "lo" else "255.255.255.255"
                for call, words in ((0x8916, address), (0x891C, mask)):
                    room = struct.pack("16sHH4s8x", name.encode(), socket.AF_INET, 0, socket.inet_aton(words))
                    fcntl.ioctl(s, call, room)
                fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", name.encode(), 0x1 | 0x40))
    except OSError:
        return False
    return True


# ---- names ----

NAMES = {
    "open.test": [PUBLIC], "inside.test": ["127.0.0.1"], "ten.test": ["10.1.1.1"], "cloud.test": ["169.254.169.254"],
    "home.test": ["192.168.7.7"], "zero.test": ["0.0.0.0"], "six.test": ["::1"], "mapped.test": ["::ffff:127.0.0.1"],
    "nat.test": ["64:ff9b::7f00:1"], "sixtofour.test": ["2002:7f00:1::1"],
    # Nobody listens on the public one: the next address of the list is tried.
    "fallback.test": [CLOSED, "127.0.0.1"], "fallback6.test": [CLOSED, "::1"],
}
turns = {}         # name -> answers still to be given, one list a question


def question(data):
    at, labels = 12, []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += data[at] + 1
    return ".".join(labels).lower(), struct.unpack("!H", data[at + 1:at + 3])[0], data[12:at + 5]


def name_server():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 53))
    while True:
        data, peer = s.recvfrom(512)
        name, kind, asked = question(data)
        found = NAMES.get(name)
        if name in turns and kind == 1:
            found = turns[name].pop(0) if len(turns[name]) > 1 else turns[name][0]
        records = []
        for address in found or []:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            if kind == (28 if ":" in address else 1):
                raw = socket.inet_pton(family, address)
                records.append(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 0, len(raw)) + raw)
        known = found is not None or name in turns
        s.sendto(data[:2] + struct.pack("!HHHHH", 0x8180 if known else 0x8183, 1, len(records), 0, 0) + asked +
                 b"".join(records), peer)


# ---- the web server ----

targets = []       # of /to/N


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", kind="text/html", fields=()):
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(body))), ("Connection", "close"), *fields]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do_GET(self):
        host = self.headers.get("Host", "")
        address = self.connection.getsockname()[0]
        hits.append((address, host, self.path))
        port = self.server.server_address[1]
        if self.path == "/robots.txt":
            if host.startswith("robots.test"):
                return self.answer(302, fields=[("Location", "http://inside.test:%d/robots.txt" % port)])
            return self.answer(404)
        if self.path.startswith("/to/"):
            return self.answer(302, fields=[("Location", targets[int(self.path[4:])] % {"port": port})])
        if self.path == "/feed":
            items = "".join("<item><title>%s</title><link>http://%s:%d/page</link></item>" % (name, name, port)
                            for name in NAMES)
            return self.answer(200, ("<rss version='2.0'><channel><title>F</title>%s</channel></rss>" % items).encode(),
                               "application/rss+xml")
        if self.path == "/map":
            items = "".join("<sitemap><loc>http://%s:%d/map</loc></sitemap>" % (name, port) for name in NAMES)
            return self.answer(200, ("<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>%s</sitemapindex>" %
                                     items).encode(), "application/xml")
        if self.path == "/front":
            link = "<link rel=alternate type=application/rss+xml href='http://inside.test:%d/feed'>" % port
            return self.answer(200, (ARTICLE % link).encode())
        return self.answer(200, (ARTICLE % "").encode())


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def serve():
    """On every address but CLOSED, which sends everybody away."""
    server = Server(("::", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


# ---- checks ----

def plain(address):
    return address[7:] if address.startswith("::ffff:") else address


def reached():
    """Addresses that were asked and should not have been."""
    return sorted(set(plain(a) for a, _, _ in hits) - {PUBLIC, CLOSED})


def run(*args, env=None, clock=1700000000):
    process = subprocess.run([GARNER, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                             env=dict(os.environ, SOURCE_DATE_EPOCH=str(clock), **(env or {})))
    return process.returncode, process.stdout, process.stderr


def expect(what, condition, *more):
    checks[0] += 1
    if not condition:
        wrong.append("%s: %s" % (what, " ".join(map(str, more))[:500]))


COMMON = ("--delay", "0", "--timeout", "5", "--contact", "x")


def refused(what, urls, *words, env=None):
    """Each ends for one of these reasons, and nobody inside was asked."""
    hits.clear()
    with tempfile.NamedTemporaryFile() as report:
        code, out, err = run("clean", *COMMON, "--verbose", "--report", report.name, *urls, env=env)
        counts = json.load(open(report.name))
    checks[0] += len(urls) - 1
    expect(what, code == 4 and counts["dropped"] == len(urls) and set(counts["reasons"]) <= set(words or ["refused-address"]) and
           not reached(), code, counts, reached(), err)


def names(port):
    code, out, err = run("clean", *COMMON, "http://open.test:%d/page" % port)
    expect("a public name", code == 0 and "lighthouse" in out, code, err)
    inside = [name for name in NAMES if not name.startswith(("open", "fallback"))]
    refused("private names", ["http://%s:%d/page" % (name, port) for name in inside])
    refused("private names behind public ones", ["http://%s:%d/page" % (name, closed_port)
                                                 for name in ("fallback.test", "fallback6.test")])


def rebinding(port):
    turns["rebind.test"] = [[PUBLIC], ["127.0.0.1"]]
    hits.clear()
    code, out, err = run("clean", *COMMON, "http://rebind.test:%d/page" % port)
    first = [h for h in hits if h[1].startswith("rebind")]
    expect("a name before it changes", code == 0 and len(first) == 2 and not reached(), code, err, hits)
    refused("a name that changed", ["http://rebind.test:%d/page" % port])
    # While a source is followed for days.
    turns["moves.test"] = [[PUBLIC], ["10.1.1.1"]]
    with tempfile.TemporaryDirectory() as store:
        run("source", "add", store, "http://moves.test:%d/page" % port)
        code, _, err = run("sync", *COMMON, "--log", "none", store)
        expect("a source before its name changes", code == 0 and not reached(), code, err)
        code, _, err = run("sync", *COMMON, "--all", store, clock=1700200000)
        expect("a source whose name changed", code == 4 and "refused-address" in err and not reached(), code, err, reached())


def redirects(port):
    here = ["127.0.0.1", "localhost", "localhost.", "127.0.0.1.", "2130706433", "0x7f000001", "0x7F.0.0.1", "0177.0.0.1",
            "0177.0000.0000.0001", "127.1", "127.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
            "10.1.1.1", "0xa.1.1.1", "012.1.1.1", "167837953", "169.254.169.254", "0xA9FEA9FE", "2852039166", "192.168.7.7",
            "3232237319", "%31%32%37.0.0.1", "\u0031\u0032\u0037\u30020.0.1", "\uff11\uff12\uff17.0.0.1",
            "\u2460\u2461\u2466.0.0.1", "inside.test", "INSIDE.test", "ten.test", "mapped.test"]
    targets[:] = ["http://%s:%%(port)d/page" % host.replace("%", "%%") for host in here]
    targets.extend(["//127.0.0.1:%(port)d/page", "http:/127.0.0.1:%(port)d/page", "http:127.0.0.1:%(port)d/page",
                    "http:\\\\127.0.0.1:%(port)d\\page", "http://open.test@127.0.0.1:%(port)d/page",
                    "http://open.test:%(port)d@127.0.0.1:%(port)d/page", "http://127.0.0.1:%(port)d#@open.test/page",
                    "http://127.0.0.1:%(port)d?@open.test/page", "http://open.test\\@127.0.0.1:%(port)d/page",
                    "http://[::1%%25lo]:%(port)d/page", "https://127.0.0.1:%(port)d/page", "http://2001:%(port)d/"])
    targets[:] = [target.encode("utf-8").decode("latin-1") for target in targets]  # as raw UTF-8 in the header
    refused("redirects", ["http://open.test:%d/to/%d" % (port, n) for n in range(len(targets))], "refused-address", "bad-url",
            "no-host", "http-error", "bad-tls", "no-answer")


def rest(port):
    NAMES["robots.test"] = [PUBLIC]
    refused("robots.txt that leads inside", ["http://robots.test:%d/page" % port], "robots", "refused-address")
    for path in ("/feed", "/map", "/front"):
        hits.clear()
        with tempfile.TemporaryDirectory() as store:
            run("source", "add", "--backfill", store, "http://open.test:%d%s" % (port, path))
            code, out, err = run("sync", *COMMON, "--log", "none", store)
            run("sync", *COMMON, "--log", "none", "--all", store)
        expect("a source with doors inside: " + path, code in (0, 1) and hits and not reached(), code, err, reached())
    hits.clear()
    proxy = {"http_proxy": "http://127.0.0.1:%d" % port, "HTTP_PROXY": "http://127.0.0.1:%d" % port,
             "all_proxy": "http://127.0.0.1:%d" % port, "ALL_PROXY": "http://127.0.0.1:%d" % port}
    code, out, err = run("clean", *COMMON, "http://open.test:%d/page" % port, env=proxy)
    expect("proxies of the environment", code == 0 and not reached(), code, err, hits)
    refused("proxies of the environment and a private name", ["http://inside.test:%d/page" % port], env=proxy)
    hits.clear()
    code, out, err = run("clean", *COMMON, "--proxy", "http://127.0.0.1:%d" % port, "http://far.test/page")
    expect("a proxy that was asked for", code == 0 and reached() == ["127.0.0.1"], code, err, hits)
    hits.clear()
    code, out, err = run("clean", *COMMON, "--allow-private", "http://inside.test:%d/page" % port)
    expect("--allow-private", code == 0 and reached() == ["127.0.0.1"], code, err, hits)


def main():
    global closed_port
    with tempfile.TemporaryDirectory() as folder:
        if not own_network(folder):
            print("no network namespace can be made here")
            sys.exit(77)
        threading.Thread(target=name_server, daemon=True).start()
        port = serve()
        # Behind this port only private addresses answer.
        inside = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        closed_port = inside.server_address[1]
        threading.Thread(target=inside.serve_forever, daemon=True).start()
        names(port)
        rebinding(port)
        redirects(port)
        rest(port)
    print("%d checks in a network of their own" % checks[0])
    for line in wrong:
        print("WRONG: " + line)
    sys.exit(1 if wrong else 0)


main()
