#!/usr/bin/env python3
"""The whole command against the hostile server: each way of going wrong has its reason, the run ends, and no worker
takes more than 64 MiB. Standard library only, loopback only.

usage: hostile_run.py GARNER     HOSTILE_MEMORY=0: memory is not looked at (sanitizers take more)
"""
import json
import os
import re
import subprocess
import sys
import tempfile

GARNER = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
CEILING = 64 << 20
MEASURE = os.environ.get("HOSTILE_MEMORY", "1") == "1"

# How one page ends. "": a document comes out.
PAGES = {
    "/page": "", "/private/open": "", "/once-more": "", "/long-promise": "", "/chunk-cut": "", "/false-gzip": "",
    "/gzip-bomb": "too-large", "/double-gzip-bomb": "too-large", "/zstd-bomb": "too-large",
    "/many-headers": "bad-http", "/long-header": "bad-http", "/endless-continue": "bad-http",
    "/endless-body": "too-large", "/endless-chunks": "too-large", "/huge-promise": "too-large",
    "/drip": "too-slow", "/drip-head": "too-slow", "/silence": "no-answer", "/hang-up": "no-answer",
    "/reset": "no-answer", "/bad-length": "bad-http", "/chunk-garbage": "bad-http", "/chunk-huge": "bad-http",
    "/not-http": "bad-http", "/old-http": "bad-http", "/bad-version": "bad-http", "/unknown-coding": "",
    "/loop/0": "redirect-loop", "/to-self": "redirect-loop", "/to-file": "bad-url", "/to-ftp": "bad-url",
    "/to-credentials": "bad-url", "/to-private": "robots", "/private/closed": "robots", "/missing": "http-error",
    "/broken": "http-error", "/gone": "http-error", "/unmodified": "http-error", "/empty": "empty",
    "/binary": "binary", "/nested": None,  # None: either is right, as long as it ends
    "/cut-gzip": None, "/ask-first": "consent", "/consent/ask": "", "/soft-error": "error-page", "/year": "",
}
# How a source's look ends: what its state says.
SOURCES = {
    "/feed-bomb": r"bad-feed.*entities", "/deep-feed": r"bad-feed.*deep", "/huge-feed": r"too-large",
    "/sitemap-bomb": r"too-large", "/gzip-bomb": r"too-large", "/endless-body": r"too-large", "/broken": r"http-error",
    "/silence": r"no-answer", "/loop/0": r"redirect-loop",
}
wrong = []


def run(*args, timeout=90):
    """Runs garner, gives (exit code, stdout, stderr, peak bytes)."""
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    process = subprocess.Popen([GARNER, *args], stdout=out, stderr=err)
    try:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    except KeyboardInterrupt:
        process.kill()
        raise
    texts = []
    for f in (out, err):
        f.seek(0)
        texts.append(f.read().decode())
    return process.returncode, texts[0], texts[1], usage.ru_maxrss * 1024


def check_memory(what, peak):
    if MEASURE and peak >= CEILING:
        wrong.append("%s: %.1f MiB" % (what, peak / 2 ** 20))
    return peak


def pages(base, common):
    worst = 0
    for path, reason in PAGES.items():
        with tempfile.NamedTemporaryFile() as report:
            code, out, err, peak = run("clean", *common, "--report", report.name, base + path)
            counts = json.load(open(report.name))
        worst = max(worst, check_memory(path, peak))
        got = next(iter(counts.get("reasons", {})), "")
        if counts["inputs"] != 1 or (reason is not None and got != reason):
            wrong.append("%s: %s, expected %s (%s)" % (path, got or "a document", reason or "a document", err.strip()))
        expected_code = 0 if not got else 4
        if code != expected_code:
            wrong.append("%s: exit %d, expected %d" % (path, code, expected_code))
    return worst


def private(base, common):
    """Without --allow-private nothing on this machine can be reached."""
    port = base.rsplit(":", 1)[1]
    spellings = ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]",
                 "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"]
    common = [c for c in common if c != "--allow-private"]
    for host in spellings:
        code, out, err, _ = run("clean", *common, "http://%s:%s/page" % (host, port))
        if code != 4 or "refused-address" not in err:
            wrong.append("%s: exit %d: %s" % (host, code, err.strip()))
    return len(spellings)


def closed(base, common):
    """With --allow-private, too, some addresses stay closed. None of these would leave this machine: the proxy is the
    server of the test, and a link-local address without its interface has no way to go."""
    port = base.rsplit(":", 1)[1]
    cases = [["http://%s:%s/page" % (host, port)] for host in ("0.0.0.0", "0", "[::]", "[::ffff:0.0.0.0]", "[fe80::1]")]
    cases += [[base + "/to-unspecified"]]
    cases += [["--proxy", base, "http://%s/page" % host] for host in
              ("169.254.169.254", "0xa9fea9fe", "[::ffff:169.254.1.1]", "[fe80::1]", "[fd00:ec2::254]", "224.0.0.1")]
    for case in cases:
        code, out, err, _ = run("clean", *common, *case)
        if code != 4 or "refused-address" not in err or "never fetched" not in err:
            wrong.append("%s: exit %d: %s" % (case, code, err.strip()))
    return len(cases)


def sources(base, common):
    worst = 0
    for path, state in SOURCES.items():
        with tempfile.TemporaryDirectory() as store:
            run("source", "add", store, base + path)
            code, out, err, peak = run("sync", *common, "--log", "none", store)
            worst = max(worst, check_memory("source " + path, peak))
            listed = json.loads(run("source", "list", "--format", "jsonl", store)[1])
            if not re.search(state, listed["state"] or ""):
                wrong.append("source %s: %s, expected %s" % (path, listed["state"], state))
            if code not in (0, 1, 4):
                wrong.append("source %s: exit %d: %s" % (path, code, err.strip()))
    with tempfile.TemporaryDirectory() as store:
        run("source", "add", "--backfill", store, base + "/sitemap-loop/0")
        code, out, err, peak = run("sync", *common, "--log", "none", store)
        worst = max(worst, check_memory("sitemap loop", peak))
        count = len(run("source", "list", "--all", "--format", "jsonl", store)[1].splitlines())
        if code or not 2 <= count <= 20:
            wrong.append("sitemap loop: exit %d, %d sitemaps: %s" % (code, count, err.strip()))
    return worst


def main():
    server = subprocess.Popen([sys.executable, os.path.join(HERE, "hostile.py")], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    base = "http://127.0.0.1:%d" % int(server.stdout.readline())
    common = ["--allow-private", "--delay", "0", "--timeout", "4", "--jobs", "1", "--verbose"]
    try:
        worst = max(pages(base, common), sources(base, common))
        spellings = private(base, common) + closed(base, common)
    finally:
        server.stdin.close()
        server.wait()
    print("%d ways for a page, %d for a source, %d addresses that are closed; peak memory %.1f MiB" %
          (len(PAGES), len(SOURCES) + 1, spellings, worst / 2 ** 20))
    for line in wrong:
        print("WRONG: " + line)
    sys.exit(1 if wrong else 0)


main()
