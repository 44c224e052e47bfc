#!/usr/bin/env python3
"""A server that does everything wrong, one path a way. Standard library only, loopback only.

usage: hostile.py     prints its port on the first line, then serves until its standard input ends.
"""
import gzip
import os
import socket
import sys
import threading
import time
import zlib

PAGE = (b"<!doctype html><title>A page</title><article><h1>A page</h1>" +
        b"<p>The lighthouse keeper wrote every evening how the wind had turned.</p>" * 5 + b"</article>")


def head(status, fields, reason="Word"):
    lines = ["HTTP/1.1 %d %s" % (status, reason)] + ["%s: %s" % f for f in fields] + ["", ""]
    return "\r\n".join(lines).encode("latin-1")


def whole(conn, body=PAGE, status=200, fields=(), kind="text/html"):
    conn.sendall(head(status, [("Content-Type", kind), ("Content-Length", len(body)), ("Connection", "close"),
                               *fields]) + body)


def redirect(to):
    return lambda conn, request: whole(conn, b"", 302, [("Location", to)])


def to_unspecified(conn, request):
    port = request.fields.get("host", "127.0.0.1:9").rsplit(":", 1)[1]
    redirect("http://0.0.0.0:%s/page" % port)(conn, request)


def deflated(megabytes, begin=b"", fill=b"\0"):
    out = zlib.compressobj(6, zlib.DEFLATED, 31)
    parts = [out.compress(begin)] + [out.compress(fill * (1 << 20)) for _ in range(megabytes)] + [out.flush()]
    return b"".join(parts)


# Made once, before the first request: 100 MiB take a while.
BOMB = deflated(100)
DOUBLE_BOMB = gzip.compress(BOMB, 9)
SITEMAP_BOMB = deflated(100, b"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>", b" ")


def gzip_bomb(conn, request):
    whole(conn, BOMB, fields=[("Content-Encoding", "gzip")])


def double_gzip_bomb(conn, request):
    whole(conn, DOUBLE_BOMB, fields=[("Content-Encoding", "gzip, gzip")])


def zstd_bomb(conn, request):
    """Run-length blocks: 4 bytes each for 128 KiB of zeros, RFC 8878 section 3.1.1.2."""
    blocks = 4000
    data = b"\x28\xb5\x2f\xfd" + b"\x00\x58"  # no content size, window 2 MiB
    for i in range(blocks):
        data += ((0x20000 << 3) | (1 << 1) | (i == blocks - 1)).to_bytes(3, "little") + b"\x00"
    whole(conn, data, fields=[("Content-Encoding", "zstd")])


def many_headers(conn, request):
    conn.sendall(b"HTTP/1.1 200 OK\r\n")
    try:
        for i in range(100000):
            conn.sendall(b"X-%d: y\r\n" % i)
        conn.sendall(b"\r\n" + PAGE)
    except OSError:
        pass


def long_header(conn, request):
    try:
        conn.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(4096):
            conn.sendall(b"z" * 4096)
    except OSError:
        pass


def endless_body(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html")]))
    try:
        while True:
            conn.sendall(b"<p>more and more and more of it</p>" * 1000)
    except OSError:
        pass


def endless_chunks(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]))
    try:
        while True:
            conn.sendall(b"1000\r\n" + b"a" * 4096 + b"\r\n")
    except OSError:
        pass


def drip(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Content-Length", 100000)]))
    try:
        while True:
            conn.sendall(b"x")
            time.sleep(0.2)
    except OSError:
        pass


def drip_head(conn, request):
    try:
        conn.sendall(b"HTTP/1.1 200 OK\r\n")
        for i in range(10000):
            conn.sendall(b"X")
            time.sleep(0.2)
    except OSError:
        pass


def silence(conn, request):
    time.sleep(30)


def hang_up(conn, request):
    pass


def reset(conn, request):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def long_promise(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Content-Length", len(PAGE) * 3)]) + PAGE)


def short_promise(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Content-Length", 400)]) + PAGE * 20)


def huge_promise(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Content-Length", 1 << 40)]))


def bad_length(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Content-Length", "minus one")]) + PAGE)


def chunk_garbage(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]) + b"zz\r\n\x00\x01\x02")


def chunk_cut(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]) +
                 b"%x\r\n" % len(PAGE) + PAGE + b"\r\nffff\r\nand here it ends")


def chunk_huge(conn, request):
    conn.sendall(head(200, [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]) +
                 b"f" * 40 + b"\r\n" + PAGE)


def not_http(conn, request):
    conn.sendall(b"220 ready for mail\r\n" + PAGE)


def old_http(conn, request):
    conn.sendall(PAGE)


def bad_version(conn, request):
    conn.sendall(b"HTTP/7.3 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)


def endless_continue(conn, request):
    try:
        while True:
            conn.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
    except OSError:
        pass


def unknown_coding(conn, request):
    whole(conn, PAGE, fields=[("Content-Encoding", "rot13")])


def cut_gzip(conn, request):
    whole(conn, gzip.compress(PAGE * 50)[:120], fields=[("Content-Encoding", "gzip")])


def false_gzip(conn, request):
    whole(conn, PAGE, fields=[("Content-Encoding", "gzip")])


def loop(conn, request):
    n = int(request.path.rsplit("/", 1)[1] or 0) + 1
    whole(conn, b"", 302, [("Location", "/loop/%d" % n)])


def nested(conn, request):
    whole(conn, b"<div>" * 200000 + PAGE)


def slow_down(conn, request):
    whole(conn, b"later", 429, [("Retry-After", "3600")])


seen = {}


def once_more(conn, request):
    first = seen.setdefault(request.path, 0) == 0
    seen[request.path] += 1
    if first:
        whole(conn, b"later", 429, [("Retry-After", "1")])
    else:
        whole(conn)


def etag(conn, request):
    if request.fields.get("if-none-match") == '"one"':
        conn.sendall(head(304, [("ETag", '"one"'), ("Connection", "close")]))
    else:
        whole(conn, fields=[("ETag", '"one"'), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")])


def robots(conn, request):
    whole(conn, b"User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /private/\nAllow: /private/open\n",
          kind="text/plain")


def feed_bomb(conn, request):
    body = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "laughing out loud">'
    names = "abcdefghij"
    for i in range(1, 10):
        body += b'<!ENTITY %s "%s">' % (names[i].encode(), (b"&%s;" % names[i - 1].encode()) * 10)
    body += b"]><rss version='2.0'><channel><title>&j;</title></channel></rss>"
    whole(conn, body, kind="application/rss+xml")


def huge_feed(conn, request):
    conn.sendall(head(200, [("Content-Type", "application/rss+xml")]) +
                 b"<rss version='2.0'><channel><title>Huge</title>")
    try:
        i = 0
        while True:
            i += 1
            conn.sendall(b"".join(b"<item><title>Number %d</title><link>http://127.0.0.1/n/%d-%d</link></item>" %
                                  (k, i, k) for k in range(200)))
    except OSError:
        pass


def deep_feed(conn, request):
    whole(conn, b"<rss version='2.0'><channel>" + b"<a>" * 300000, kind="application/rss+xml")


def sitemap_loop(conn, request):
    host = request.fields.get("host", "127.0.0.1")
    n = int(request.path.rsplit("/", 1)[1] or 0)
    children = b"".join(b"<sitemap><loc>http://%s/sitemap-loop/%d</loc></sitemap>" % (host.encode(), k)
                        for k in (n, n + 1, n + 2))
    whole(conn, b"<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" + children +
          b"</sitemapindex>", kind="application/xml")


def sitemap_gzip_bomb(conn, request):
    whole(conn, SITEMAP_BOMB, kind="application/gzip")


WAYS = {
    "/": lambda c, r: whole(c), "/page": lambda c, r: whole(c), "/robots.txt": robots,
    "/private/closed": lambda c, r: whole(c), "/private/open": lambda c, r: whole(c),
    "/gzip-bomb": gzip_bomb, "/double-gzip-bomb": double_gzip_bomb, "/zstd-bomb": zstd_bomb,
    "/many-headers": many_headers, "/long-header": long_header, "/endless-body": endless_body,
    "/endless-chunks": endless_chunks, "/drip": drip, "/drip-head": drip_head, "/silence": silence,
    "/hang-up": hang_up, "/reset": reset, "/long-promise": long_promise, "/short-promise": short_promise,
    "/huge-promise": huge_promise, "/bad-length": bad_length, "/chunk-garbage": chunk_garbage,
    "/chunk-cut": chunk_cut, "/chunk-huge": chunk_huge, "/not-http": not_http, "/old-http": old_http,
    "/bad-version": bad_version, "/endless-continue": endless_continue, "/unknown-coding": unknown_coding,
    "/cut-gzip": cut_gzip, "/false-gzip": false_gzip, "/nested": nested, "/slow-down": slow_down,
    "/once-more": once_more, "/etag": etag, "/to-self": redirect("/to-self"), "/to-page": redirect("/page"),
    "/to-file": redirect("file:///etc/passwd"), "/to-ftp": redirect("ftp://127.0.0.1/x"),
    "/to-gopher": redirect("gopher://127.0.0.1:70/1"), "/to-credentials": redirect("http://me:word@127.0.0.1/page"),
    "/to-private": redirect("/private/closed"), "/to-nowhere": redirect("http://no-such-host.invalid/"),
    "/to-unspecified": to_unspecified, "/to-nothing": redirect("http://"), "/missing": lambda c, r: whole(c, b"no", 404),
    "/broken": lambda c, r: whole(c, b"no", 500), "/gone": lambda c, r: whole(c, b"no", 410),
    "/ask-first": redirect("/consent/ask?next=page"), "/consent/ask": lambda c, r: whole(c),
    "/soft-error": lambda c, r: whole(c, PAGE.replace(b"A page", b"404 - nothing here")),
    "/year": lambda c, r: whole(c, PAGE.replace(b"A page", b"404 people in the tower")),
    "/empty": lambda c, r: whole(c, b""), "/no-content": lambda c, r: c.sendall(head(204, [])),
    "/binary": lambda c, r: whole(c, bytes(range(256)) * 40, kind="application/octet-stream"),
    "/feed-bomb": feed_bomb, "/huge-feed": huge_feed, "/deep-feed": deep_feed,
    "/sitemap-bomb": sitemap_gzip_bomb,
    "/unmodified": lambda c, r: c.sendall(head(304, [("Connection", "close")])),
}


class Request:
    def __init__(self, data):
        lines = data.split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        self.path = words[1] if len(words) > 1 else "/"
        self.fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}


def serve(conn):
    try:
        data = b""
        while b"\r\n\r\n" not in data and len(data) < 65536:
            more = conn.recv(65536)
            if not more:
                return
            data += more
            if data[0] == 0x16:  # a TLS client
                whole(conn, b"plain words only", 400)
                return
        request = Request(data)
        way = WAYS.get(request.path.partition("?")[0])
        if request.path.startswith("/loop/"):
            way = loop
        if request.path.startswith("/sitemap-loop/"):
            way = sitemap_loop
        if way:
            way(conn, request)
        else:
            whole(conn, b"no such way", 404)
    except OSError:
        pass
    finally:
        conn.close()


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    print(listener.getsockname()[1], flush=True)

    def watch():
        sys.stdin.read()
        os._exit(0)
    threading.Thread(target=watch, daemon=True).start()
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
