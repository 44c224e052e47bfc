#!/usr/bin/env python3
"""Fetching under load, with figures: pages from a local nginx through the whole pipeline into a store, and a queue of a
million URLs whose memory must not follow its length. Loopback only.

usage: load.py GARNER [PAGES [QUEUE]]       default 10000 pages, queue of 1000000 URLs; 0 leaves a part out
"""
import gzip
import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

GARNER = sys.argv[1]
PAGES = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
QUEUE = int(sys.argv[3]) if len(sys.argv) > 3 else 1000000
HOSTS = 20
WORDS = "harbour tide lantern ferry orchard granite meadow kettle compass winter ledger bridge sparrow copper valley".split()

CONF = """
daemon off; master_process off; worker_processes 1; pid %(dir)s/pid; error_log %(dir)s/error.log crit;
events { worker_connections 512; }
http {
    access_log off; client_body_temp_path %(dir)s/t1; proxy_temp_path %(dir)s/t2; fastcgi_temp_path %(dir)s/t3;
    uwsgi_temp_path %(dir)s/t4; scgi_temp_path %(dir)s/t5; types { text/html html; application/xml xml; text/plain txt; }
    default_type application/gzip; root %(dir)s/www; keepalive_requests 100000;
    server { %(listen)s
        location /q/ { return 410; } }
}
"""


def page(n):
    rng = random.Random(n)
    text = "".join("<p>%s.</p>" % " ".join(rng.choice(WORDS) for _ in range(40)) for _ in range(12))
    links = "".join("<li><a href='/p%d.html'>More %d</a></li>" % (k, k) for k in range(120))
    return ("<!doctype html><html lang=en><head><title>Report %d</title><style>%s</style></head><body><nav><ul>%s</ul></nav>"
            "<article><h1>Report %d</h1>%s</article><footer>%s</footer></body></html>" %
            (n, "p{margin:0} " * 300, links, n, text, "<p>Contact</p>" * 20)).encode()


def sitemap(urls):
    return ("<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" +
            "".join("<url><loc>%s</loc></url>" % u for u in urls) + "</urlset>").encode()


def run(*args):
    began = time.monotonic()
    process = subprocess.Popen([GARNER, *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    err = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, err


COMMON = ["--allow-private", "--delay", "0", "--host-connections", "2", "--contact", "x", "--quiet"]


def load(folder, bases, store):
    """The first number with one worker: that, the reader and the writer share what one core gives."""
    urls = ["%s/p%d.html" % (bases[n % HOSTS], n) for n in range(PAGES)]
    with open(os.path.join(folder, "www", "load.xml"), "wb") as f:
        f.write(sitemap(urls[:50000]))
    run("source", "add", "--kind", "sitemap", "--backfill", store, bases[0] + "/load.xml")
    code, seconds, cpu, peak, err = run("sync", *COMMON, "--jobs", "1", "--log", "none", store)
    print("%d pages of %d KB from %d hosts: exit %d, %.1f s, %.0f pages/s, %.1f s of CPU (%.0f pages/s and core), peak %.1f MiB %s" %
          (PAGES, len(page(0)) // 1000, HOSTS, code, seconds, PAGES / seconds, cpu, PAGES / cpu, peak, err.strip()[:200]))
    stored = len(subprocess.run([GARNER, "list", store], stdout=subprocess.PIPE).stdout.splitlines())
    print("%d documents stored" % stored)
    return code == 0 and stored == PAGES


def queue(folder, bases, store):
    """Queued: a sitemap index of QUEUE articles; then fetched for some seconds, and stopped."""
    children = []
    for at in range(0, QUEUE, 50000):
        name = "q%d.xml.gz" % at
        with open(os.path.join(folder, "www", name), "wb") as f:
            f.write(gzip.compress(sitemap("%s/q/%d.html" % (bases[n % HOSTS], n) for n in range(at, min(at + 50000, QUEUE))), 1))
        children.append("<sitemap><loc>%s/%s</loc></sitemap>" % (bases[0], name))
    with open(os.path.join(folder, "www", "index.xml"), "w") as f:
        f.write("<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>%s</sitemapindex>" % "".join(children))
    run("source", "add", "--kind", "sitemap", "--backfill", store, bases[0] + "/index.xml")
    began = time.monotonic()
    process = subprocess.Popen([GARNER, "sync", *COMMON, "--jobs", "1", "--log", "none", store], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    grown, waiting = 0, 0
    while process.poll() is None and time.monotonic() - began < 600:
        time.sleep(5)
        with open("/proc/%d/status" % process.pid) as f:
            grown = max([grown] + [int(n) for n in re.findall(r"VmHWM:\s+(\d+)", f.read())])
        listed = subprocess.run([GARNER, "source", "list", "--all", store], stdout=subprocess.PIPE, text=True).stdout
        waiting = sum(int(n) for n in re.findall(r"(\d+) waiting", listed))
        if waiting and sum(int(n) for n in re.findall(r"items +(\d+)", listed)) >= QUEUE:
            break
    queued = time.monotonic() - began
    time.sleep(10)
    with open("/proc/%d/status" % process.pid) as f:
        grown = max([grown] + [int(n) for n in re.findall(r"VmHWM:\s+(\d+)", f.read())])
    process.send_signal(signal.SIGTERM)
    process.communicate()
    print("queue of %d URLs: %d waiting after %.0f s, peak %.1f MiB while queueing and fetching, SIGTERM: exit %d" %
          (QUEUE, waiting, queued, grown / 1024, process.returncode))
    return grown < 300 * 1024 and process.returncode == 128 + signal.SIGTERM


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "www"))
        for n in range(PAGES):
            with open(os.path.join(folder, "www", "p%d.html" % n), "wb") as f:
                f.write(page(n))
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        hosts = ["127.0.%d.1" % (h + 1) for h in range(HOSTS)]
        with open(os.path.join(folder, "nginx.conf"), "w") as f:
            f.write(CONF % {"dir": folder, "listen": " ".join("listen %s:%d;" % (h, port) for h in hosts)})
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", os.path.join(folder, "nginx.conf")], stderr=subprocess.DEVNULL)
        time.sleep(1)
        bases = ["http://%s:%d" % (h, port) for h in hosts]
        good = True
        try:
            if PAGES:
                good = load(folder, bases, os.path.join(folder, "store")) and good
            if QUEUE:
                good = queue(folder, bases, os.path.join(folder, "queue")) and good
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait()
    sys.exit(0 if good else 1)


main()
