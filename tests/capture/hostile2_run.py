#!/usr/bin/env python3
"""HTTP/2 by a server that does it wrong: each way has its reason, the run ends, and no worker takes more than 64 MiB.
TLS by a CA of our own, frames written by hand (RFC 9113, RFC 7541), a port a way. Skipped (77) where openssl is
missing. Standard library only, loopback only.

usage: hostile2_run.py GARNER     HOSTILE_MEMORY=0: memory is not looked at (sanitizers take more)
"""
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

from certificates import certificates

GARNER = sys.argv[1]
CEILING = 64 << 20
MEASURE = os.environ.get("HOSTILE_MEMORY", "1") == "1"
PAGE = (b"<!doctype html><title>A page</title><article><h1>A page</h1>" +
        b"<p>The lighthouse keeper wrote every evening how the wind had turned.</p>" * 5 + b"</article>")
DATA, HEADERS, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
wrong = []


def frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def number(value, bits, first=0):
    """An integer of RFC 7541 section 5.1."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out, value = [first | most], value - most
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes(out + [value])


def field(name, value, form=0x00):
    """A literal with a new name; @form 0x40: it goes into the table."""
    return bytes([form]) + number(len(name), 7) + name + number(len(value), 7) + value


STATUS_200 = b"\x88"  # row 8 of the static table
HTML = field(b"content-type", b"text/html")


def head(fields=HTML, flags=END_HEADERS):
    return frame(HEADERS, flags, 1, STATUS_200 + fields)


def body(data, end=True, size=16384):
    parts = [data[i:i + size] for i in range(0, len(data), size)] or [b""]
    return b"".join(frame(DATA, END_STREAM if end and i == len(parts) - 1 else 0, 1, p) for i, p in enumerate(parts))


def forever(conn, data, pause=0):
    while True:
        conn.sendall(data)
        if pause:
            time.sleep(pause)


def sent(*frames):
    return lambda conn: conn.sendall(b"".join(frames))


def bomb(conn):
    # One row of 4,000 bytes, then a byte for each time it is named: 16 KB become 64 MB.
    rows = field(b"x-row", b"y" * 3900, 0x40) + bytes([0x80 | 62]) * 12000
    conn.sendall(frame(HEADERS, END_HEADERS, 1, STATUS_200 + rows))


def many_fields(conn):
    block = STATUS_200 + b"".join(field(b"x-%d" % i, b"y") for i in range(100000))
    parts = [block[i:i + 16384] for i in range(0, len(block), 16384)]
    conn.sendall(frame(HEADERS, 0, 1, parts[0]) + b"".join(
        frame(CONTINUATION, END_HEADERS if p is parts[-1] else 0, 1, p) for p in parts[1:]))


def gzip_bomb():
    """In pieces: a child's peak memory begins with that of the process it was forked from."""
    out, piece = zlib.compressobj(1, zlib.DEFLATED, 31), bytes(1 << 20)
    return b"".join([out.compress(piece) for _ in range(100)] + [out.flush()])


GZIP_BOMB = gzip_bomb()  # before the first request: it takes a while


# What libnghttp2 or libcurl refuse, they say nothing about but that the connection or stream is no more.
REFUSED = {"no-answer", "bad-http"}

# way -> (what happens behind the request, reasons that are right; "": a document)
WAYS = {
    "good": (sent(head(), body(PAGE)), {""}),
    "small frames": (sent(head(), body(PAGE, size=7)), {""}),
    "a trailer": (sent(head(), body(PAGE, end=False), frame(HEADERS, END_HEADERS | END_STREAM, 1, field(b"x-sum", b"1"))), {""}),
    "endless continuations": (lambda c: (c.sendall(frame(HEADERS, 0, 1, STATUS_200)),
                                         forever(c, frame(CONTINUATION, 0, 1, field(b"x-more", b"y" * 4000)))), REFUSED),
    "empty continuations": (lambda c: (c.sendall(frame(HEADERS, 0, 1, STATUS_200)),
                                       forever(c, frame(CONTINUATION, 0, 1) * 100)), REFUSED | {"too-slow"}),
    "100,000 fields": (many_fields, REFUSED),
    "a header table bomb": (bomb, REFUSED),
    "endless early hints": (lambda c: forever(c, frame(HEADERS, END_HEADERS, 1, field(b":status", b"103") +
                                                       field(b"link", b"</a.css>"))), {"bad-http"}),
    "an endless body": (lambda c: (c.sendall(head()), forever(c, frame(DATA, 0, 1, b"<p>more</p>" * 1400))), {"too-large"}),
    "a gzip bomb": (lambda c: c.sendall(head(HTML + field(b"content-encoding", b"gzip")) + body(GZIP_BOMB)), {"too-large"}),
    "a huge promise": (sent(head(HTML + field(b"content-length", b"%d" % (1 << 40)))), {"too-large"}),
    "a lying length": (sent(head(HTML + field(b"content-length", b"%d" % (len(PAGE) * 3))), body(PAGE)), REFUSED | {""}),
    "a drip": (lambda c: (c.sendall(head()), forever(c, frame(DATA, 0, 1, b"x"), 0.2)), {"too-slow"}),
    "empty frames": (lambda c: (c.sendall(head()), forever(c, frame(DATA, 0, 1) * 100, 0.01)), {"too-slow", "bad-http"}),
    "pings": (lambda c: forever(c, frame(PING, 0, 0, b"12345678") * 10, 0.01), REFUSED),
    "settings": (lambda c: forever(c, frame(SETTINGS, 0, 0) * 10, 0.01), REFUSED),
    "silence": (lambda c: time.sleep(20), {"no-answer"}),
    "a reset at once": (sent(frame(RESET, 0, 1, struct.pack("!I", 2))), REFUSED),
    "a reset in the body": (lambda c: (c.sendall(head() + body(PAGE, end=False)), time.sleep(0.5),
                                       c.sendall(frame(RESET, 0, 1, struct.pack("!I", 2)))), {""}),
    "an end in the body": (sent(head(), body(PAGE, end=False)), {""}),
    "going away": (sent(frame(GOAWAY, 0, 0, struct.pack("!II", 0, 0))), REFUSED),
    "a push": (sent(frame(PUSH, END_HEADERS, 1, struct.pack("!I", 2) + b"\x82\x84\x87"), head(), body(PAGE)),
               REFUSED),
    "data without a head": (sent(body(PAGE)), REFUSED),
    "no status": (sent(frame(HEADERS, END_HEADERS, 1, HTML), body(PAGE)), REFUSED),
    "a bad row": (sent(frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\x7f")), REFUSED),
    "a name in capitals": (sent(head(field(b"Content-Type", b"text/html")), body(PAGE)), REFUSED),
    "a line end in a value": (sent(head(HTML + field(b"x", b"a\r\nSet-Cookie: b")), body(PAGE)), REFUSED | {""}),
    "a frame over the limit": (sent(head(), b"\xff\xff\xff" + bytes([DATA, 0]) + struct.pack("!I", 1) + b"x" * 70000),
                               REFUSED | {"empty"}),
    "a window that overflows": (sent(frame(WINDOW, 0, 0, struct.pack("!I", 0x7FFFFFFF)) * 2, head(), body(PAGE)),
                                REFUSED | {""}),
    "noise": (sent(bytes(range(256)) * 20), REFUSED),
    "HTTP/1.1 all the same": (sent(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), REFUSED),
}


def talk(raw, context, way):
    try:
        conn = context.wrap_socket(raw, server_side=True)
        data = b""
        while len(data) < 24:
            data += conn.recv(65536)
        conn.sendall(frame(SETTINGS, 0, 0) + frame(SETTINGS, ACK, 0))
        data = data[24:]
        while True:
            while len(data) < 9 or len(data) < 9 + int.from_bytes(data[:3], "big"):
                more = conn.recv(65536)
                if not more:
                    return
                data += more
            kind, size = data[3], int.from_bytes(data[:3], "big")
            data = data[9 + size:]
            if kind == HEADERS:
                way(conn)
                time.sleep(0.3)
                return
    except (OSError, ssl.SSLError):
        pass
    finally:
        raw.close()


def serve(context, way):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(16)

    def accept():
        while True:
            raw, _ = listener.accept()
            threading.Thread(target=talk, args=(raw, context, way), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def run(folder, port):
    report = os.path.join(folder, "report.json")
    process = subprocess.Popen([GARNER, "clean", "--format", "jsonl", "--allow-private", "--ignore-robots", "--delay", "0",
                                "--timeout", "4", "--jobs", "1", "--ca-file", os.path.join(folder, "ca.pem"), "--verbose",
                                "--report", report, "https://localhost:%d/page" % port],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.stdout.read(), process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    with open(report) as f:
        return process.returncode, json.load(f), out.decode(), err, usage.ru_maxrss * 1024


def main():
    if not shutil.which("openssl"):
        print("openssl is missing")
        sys.exit(77)
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        certificates(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
        context.set_alpn_protocols(["h2"])
        for name, (way, reasons) in WAYS.items():
            code, counts, out, err, peak = run(folder, serve(context, way))
            worst = max(worst, peak)
            got = next(iter(counts["reasons"]), "")
            if counts["inputs"] != 1 or got not in reasons or code != (4 if got else 0):
                wrong.append("%s: exit %d, %s, expected %s (%s)" % (name, code, got or "a document", reasons, err.strip()))
            if name.endswith("in the body") and "truncated" not in out:
                wrong.append("%s: not told of: %s" % (name, out))
            if MEASURE and peak >= CEILING:
                wrong.append("%s: %.1f MiB" % (name, peak / 2 ** 20))
    print("%d ways of HTTP/2; peak memory %.1f MiB" % (len(WAYS), worst / 2 ** 20))
    for line in wrong:
        print("WRONG: " + line)
    sys.exit(1 if wrong else 0)


main()
