#!/usr/bin/env python3
"""Fetches and syncs against nginx: TLS by a CA of our own, HTTP/2 where it is offered and HTTP/1.1 where it is not, ETags
and 304, gzip, 429 with Retry-After, slow and cut bodies. Skipped (77) where nginx or openssl is missing. Loopback only.

usage: nginx_run.py GARNER
"""
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from certificates import certificates

GARNER = sys.argv[1]
wrong = []
ARTICLE = """<!doctype html><html lang="en"><head><title>%(title)s</title></head><body><article><h1>%(title)s</h1>
<p>The %(word)s council met on the quay at noon and talked about the new pier for most of the afternoon.</p>
<p>Nobody objected to the %(word)s plan, which had been drawn twice, and the meeting ended before the rain came.</p>
</article></body></html>
"""

CONF = """
daemon off; master_process off; worker_processes 1; pid %(dir)s/pid; error_log %(dir)s/error.log;
events { worker_connections 256; }
http {
    log_format how '$remote_addr "$request" $status $server_protocol $server_port $connection';
    access_log %(dir)s/access.log how; client_body_temp_path %(dir)s/t1; proxy_temp_path %(dir)s/t2;
    fastcgi_temp_path %(dir)s/t3; uwsgi_temp_path %(dir)s/t4; scgi_temp_path %(dir)s/t5;
    types { text/html html; application/rss+xml xml; } default_type text/plain; root %(dir)s/www; gzip on;
    gzip_types application/rss+xml; gzip_min_length 1; gzip_http_version 1.0; etag on;
    limit_req_zone $server_name zone=one:1m rate=1r/m;
    server {
        listen 127.0.0.1:%(tls)d ssl http2; server_name localhost;
        ssl_certificate %(dir)s/server.pem; ssl_certificate_key %(dir)s/server.key;
        location /slow/ { alias %(dir)s/www/; limit_rate_after 200; limit_rate 20; gzip off; }
        location /cut/ { gzip off; proxy_pass http://127.0.0.1:%(cut)d; proxy_buffering off; }
        location /old { return 301 /one.html; }
        location /limited/ { add_header Retry-After 3600 always; return 429; }
    }
    server {
        listen 127.0.0.1:%(tls1)d ssl; server_name localhost;
        ssl_certificate %(dir)s/server.pem; ssl_certificate_key %(dir)s/server.key;
    }
    server {
        listen 127.0.0.1:%(wrong)d ssl; server_name localhost;
        ssl_certificate %(dir)s/other.pem; ssl_certificate_key %(dir)s/other.key;
    }
    server {
        listen 127.0.0.1:%(plain)d; server_name localhost;
        location /slow/ { alias %(dir)s/www/; limit_rate 20; gzip off; }
        location /limited/ { alias %(dir)s/www/; limit_req zone=one; limit_req_status 429;
            error_page 429 @later; }
        location @later { add_header Retry-After 3600 always; return 429; }
        location /cut/ { gzip off; proxy_pass http://127.0.0.1:%(cut)d; proxy_buffering off; }
        location /old { return 301 /one.html; }
        location /locked { return 403; }
    }
}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cutting_server():
    """Promises 5,000 bytes, sends an article and ends."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(16)

    def serve():
        while True:
            conn, _ = listener.accept()
            conn.recv(65536)
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n" +
                         (ARTICLE % {"title": "Cut", "word": "cut"}).encode())
            conn.close()
    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def clean(*args):
    process = subprocess.run([GARNER, "clean", "--format", "jsonl", "--allow-private", "--delay", "0", "--verbose", *args],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    return process.returncode, [json.loads(line) for line in process.stdout.splitlines()], process.stderr


def expect(what, condition, *more):
    if not condition:
        wrong.append("%s: %s" % (what, " ".join(map(str, more))))


def write_page(folder, name, title, word):
    with open(os.path.join(folder, "www", name), "w") as f:
        f.write(ARTICLE % {"title": title, "word": word})


def fetches(folder, ports):
    ca = os.path.join(folder, "ca.pem")
    tls, plain = "https://localhost:%d" % ports["tls"], "http://localhost:%d" % ports["plain"]
    code, docs, err = clean("--ca-file", ca, tls + "/one.html", tls + "/two.html")
    expect("TLS", code == 0 and [d["title"] for d in docs] == ["One", "Two"], code, err)
    expect("the facts", docs and docs[0]["http"]["status"] == 200 and docs[0]["http"]["etag"].endswith('"') and
           docs[0]["robots"] == "none" if docs and "robots" in docs[0] else docs, docs[:1])
    code, docs, err = clean(tls + "/one.html")
    expect("a CA that is not known", code == 4 and "bad-tls" in err, code, err)
    code, docs, err = clean("--ca-file", ca, "https://localhost:%d/one.html" % ports["wrong"])
    expect("a certificate of another name", code == 4 and "bad-tls" in err, code, err)
    code, docs, err = clean("--ca-file", ca, "https://127.0.0.1:%d/one.html" % ports["tls"])
    expect("a certificate without this address", code == 4 and "bad-tls" in err, code, err)
    code, docs, err = clean(plain + "/old")
    expect("a redirect", code == 0 and docs[0]["url"] == plain + "/one.html" and docs[0]["url_requested"] == plain + "/old",
           code, err, docs)
    code, docs, err = clean("--timeout", "4", plain + "/slow/one.html")
    expect("a slow body", code == 4 and "too-slow: less than 100 bytes/s for 1 s" in err, code, err)
    code, docs, err = clean(plain + "/cut/x")
    expect("a cut body", code == 0 and "truncated" in docs[0].get("errors", []), code, err,
           [d.get("errors") for d in docs])
    code, docs, err = clean(plain + "/locked")
    expect("403", code == 4 and "http-error" in err, code, err)
    code, docs, err = clean(plain + "/limited/one.html", plain + "/limited/two.html")
    expect("429", code == 1 and len(docs) == 1 and "rate-limited" in err, code, err)
    return 11


def log_fields(folder):
    """path, status, protocol, port, connection of every request."""
    time.sleep(0.2)
    with open(os.path.join(folder, "access.log")) as f:
        return [[line.split('"')[1].split(" ")[1]] + line.split('"')[2].split() for line in f]


def log_lines(folder):
    return [" ".join(fields[:2]) for fields in log_fields(folder)]


def protocols(folder, ports):
    """What was really spoken stands in the server's log."""
    ca = os.path.join(folder, "ca.pem")

    def spoken(*urls, code=0, say="", more=()):
        os.truncate(os.path.join(folder, "access.log"), 0)
        done, docs, err = clean("--ca-file", ca, *more, *urls)
        expect(urls[0], done == code and say in err, done, err)
        return set(f[2] for f in log_fields(folder)), docs

    h2, h1 = "https://localhost:%d" % ports["tls"], "https://localhost:%d" % ports["tls1"]
    plain = "http://localhost:%d" % ports["plain"]
    pages = ["/one.html", "/two.html"]
    how, docs = spoken(*[h2 + p for p in pages])
    expect("HTTP/2 over TLS", how == {"HTTP/2.0"} and [d["title"] for d in docs] == ["One", "Two"], how, docs)
    expect("one connection for it", len(set(f[4] for f in log_fields(folder))) == 1, log_fields(folder))
    how, docs = spoken(*[h1 + p for p in pages])
    expect("HTTP/1.1 over TLS", how == {"HTTP/1.1"} and [d["title"] for d in docs] == ["One", "Two"], how, docs)
    how, docs = spoken(*[plain + p for p in pages])
    expect("HTTP/1.1", how == {"HTTP/1.1"} and [d["title"] for d in docs] == ["One", "Two"], how, docs)
    how, docs = spoken(h2 + "/old")
    expect("a redirect over HTTP/2", how == {"HTTP/2.0"} and docs[0]["url"] == h2 + "/one.html", how, docs)
    how, docs = spoken(h2 + "/cut/x")
    expect("a cut body over HTTP/2", how == {"HTTP/2.0"} and "truncated" in docs[0].get("errors", []), how, docs)
    spoken(h2 + "/slow/one.html", code=4, say="too-slow", more=("--timeout", "4"))
    spoken(h2 + "/limited/x", code=4, say="rate-limited")
    return 9


def kept(folder, ports):
    """What was captured over HTTP/2 is a record that readers of HTTP/1.1 understand."""
    store, url = os.path.join(folder, "kept"), "https://localhost:%d/one.html" % ports["tls"]
    subprocess.run([GARNER, "ingest", "--allow-private", "--delay", "0", "--quiet", "--ca-file",
                    os.path.join(folder, "ca.pem"), store, url], check=True)
    with gzip.open(os.path.join(store, "raw", "000000.warc.gz")) as f:
        records = f.read().split(b"WARC/1.1\r\n")
    for kind, first in ((b"request", b"GET /one.html HTTP/1.1\r\n"), (b"response", b"HTTP/1.1 200 \r\n")):
        found = [r for r in records if b"WARC-Type: " + kind + b"\r\n" in r]
        expect("a record of %s" % kind.decode(), len(found) == 1 and b"WARC-Protocol: h2\r\n" in found[0] and
               found[0].split(b"\r\n\r\n")[1].startswith(first.strip()), found)
    code, docs, err = clean(os.path.join(store, "raw", "000000.warc.gz"))
    expect("it is read again", code == 0 and [(d["url"], d["title"], d["http"]["status"]) for d in docs] == [(url, "One", 200)],
           code, err, docs)
    return 3


def sync(store, ca, now):
    process = subprocess.run([GARNER, "sync", "--allow-private", "--delay", "0", "--ca-file", ca, "--contact", "x", store],
                             env=dict(os.environ, SOURCE_DATE_EPOCH=str(now)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, timeout=120)
    return process.returncode, process.stderr


def feed(folder, names):
    with open(os.path.join(folder, "www", "feed.xml"), "w") as f:
        f.write("<rss version='2.0'><channel><title>Quay</title>%s</channel></rss>" % "".join(
            "<item><title>%s</title><link>/%s</link><description>%s</description></item>" % n for n in names))


def syncs(folder, ports):
    store, ca = os.path.join(folder, "store"), os.path.join(folder, "ca.pem")
    base = "https://localhost:%d" % ports["tls"]
    feed(folder, [("One", "one.html", "a"), ("Two", "two.html", "b")])
    subprocess.run([GARNER, "source", "add", store, base + "/feed.xml"], check=True,
                   env=dict(os.environ, SOURCE_DATE_EPOCH="1700000000"))
    open(os.path.join(folder, "access.log"), "w").close()
    code, err = sync(store, ca, 1700000000)
    expect("first sync", code == 0, code, err)
    expect("first requests", log_lines(folder) == ["/robots.txt 404", "/feed.xml 200", "/one.html 200", "/two.html 200"],
           log_lines(folder))
    os.truncate(os.path.join(folder, "access.log"), 0)
    code, err = sync(store, ca, 1700000060)
    expect("nothing is due", code == 0 and log_lines(folder) == [], code, err, log_lines(folder))
    code, err = sync(store, ca, 1700010000)
    expect("304", code == 0 and log_lines(folder) == ["/feed.xml 304"], code, err, log_lines(folder))
    os.truncate(os.path.join(folder, "access.log"), 0)
    write_page(folder, "two.html", "Two", "second")
    time.sleep(1.1)  # nginx makes ETags of seconds
    feed(folder, [("One", "one.html", "changed"), ("Two", "two.html", "changed too")])
    code, err = sync(store, ca, 1700020000)
    expect("an edit", code == 0 and log_lines(folder) == ["/feed.xml 200", "/one.html 304", "/two.html 200"], code, err,
           log_lines(folder))
    out = subprocess.run([GARNER, "export", "--format", "jsonl", store], stdout=subprocess.PIPE, text=True, check=True).stdout
    docs = [json.loads(line) for line in out.splitlines()]
    expect("the revision", len(docs) == 3 and docs[2]["revision_of"] == 1 and "second plan" in docs[2]["text"], docs)
    expect("verify", subprocess.run([GARNER, "verify", store], stdout=subprocess.DEVNULL).returncode == 0)
    return 6


def main():
    if not shutil.which("nginx") or not shutil.which("openssl"):
        print("nginx or openssl is missing")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "www"))
        certificates(folder)
        write_page(folder, "one.html", "One", "first")
        write_page(folder, "two.html", "Two", "other")
        ports = {name: free_port() for name in ("tls", "tls1", "wrong", "plain")}
        with open(os.path.join(folder, "nginx.conf"), "w") as f:
            f.write(CONF % dict(ports, dir=folder, cut=cutting_server()))
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", os.path.join(folder, "nginx.conf")], stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with socket.socket() as s:
                    if s.connect_ex(("127.0.0.1", ports["plain"])) == 0:
                        break
                time.sleep(0.1)
            count = fetches(folder, ports) + protocols(folder, ports) + kept(folder, ports) + syncs(folder, ports)
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait()
    print("%d checks against nginx" % count)
    for line in wrong:
        print("WRONG: " + line)
    sys.exit(1 if wrong else 0)


main()
