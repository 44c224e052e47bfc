#!/usr/bin/env python3
"""A store of many made-up documents: rate of the first and of the last tenth, memory, times of list and show, size of
the index, and how many of the planted near duplicates are marked.
usage: store_scale.py GARNER [DOCUMENTS=1000000 [FOLDER [OPTION...]]]: options are for `garner ingest`.
Needs a C compiler. Rates stand by the clock and by the CPU time of the process: on a busy machine the second tells."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

garner = sys.argv[1]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1000000
PAIRS = min(10000, max(100, COUNT // 10))
TICKS = os.sysconf("SC_CLK_TCK")


def write(folder):
    """Makes in.jsonl; returns number of a copy -> (kind, number of the first)."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "documents.c")
    subprocess.run(["cc", "-O2", "-o", folder + "/documents", source, "-lm"], check=True)
    with open(folder + "/in.jsonl", "wb") as out:
        subprocess.run([folder + "/documents", str(COUNT), str(PAIRS), folder + "/planted"], stdout=out, check=True)
    with open(folder + "/planted") as lines:
        return {int(n): (kind, int(first)) for kind, n, first in map(str.split, lines)}


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM"))


def ingest(store, path):
    """Seconds, peak memory, and points (seconds, CPU seconds, documents)."""
    began = time.time()
    process = subprocess.Popen([garner, "ingest", "--quiet", *sys.argv[4:], store, path])
    points, memory = [], 0
    while process.poll() is None:
        time.sleep(.25)
        try:
            memory = max(memory, peak_mib(process.pid))
            cpu = cpu_seconds(process.pid)
            db = sqlite3.connect("file:%s/catalogue.db?mode=ro" % store, uri=True, timeout=20)
            points.append((time.time() - began, cpu, db.execute("SELECT max(n) FROM document").fetchone()[0] or 0))
            db.close()
        except (sqlite3.Error, OSError, StopIteration):
            pass
    if process.returncode:
        sys.exit("ingest: exit %d" % process.returncode)
    return time.time() - began, memory, points


def rate(points, low, high, by):
    inside = [p for p in points if low <= p[2] <= high]
    if len(inside) < 2 or inside[-1][by] == inside[0][by]:
        return float("nan")
    return (inside[-1][2] - inside[0][2]) / (inside[-1][by] - inside[0][by])


def timed(*args):
    best = 1e9
    for _ in range(10):
        began = time.time()
        subprocess.run([garner, *args], stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.time() - began)
    return best * 1000


def near_scores(store, planted):
    near = {}
    for name in os.listdir(store + "/manifest"):
        if name[0].isdigit():
            with open(store + "/manifest/" + name) as lines:
                for line in lines:
                    if '"near":' in line:
                        d = json.loads(line)
                        near[d["n"]] = d["near"]["n"]
    positive = {n: first for n, (kind, first) in planted.items() if kind != "translation"}
    found = sum(1 for n, first in positive.items() if near.get(n) == first)
    wrong = sum(1 for n, first in near.items() if positive.get(n) != first)
    return len(positive), found / max(1, len(positive)), 1 - wrong / max(1, len(near))


def tell(store, path, planted):
    whole, memory, points = ingest(store, path)
    print("ingest: %.0f documents/s over %.0f s (%.0f s of CPU), memory %.0f MiB" % (
        COUNT / whole, whole, points[-1][1], memory), flush=True)
    tenth = COUNT // 10
    for name, by in (("clock", 0), ("CPU", 1)):
        rates = [rate(points, i * tenth, (i + 1) * tenth, by) for i in range(10)]
        print("documents/s by the %s, tenth by tenth: %s; last to first %.2f" % (
            name, " ".join("%.0f" % r for r in rates), rates[-1] / rates[0]), flush=True)
    print("near duplicates: %d planted, recall %.4f, precision %.4f" % near_scores(store, planted))
    day = "2015-06-15"
    print("list of a day: %.1f ms; show by URL: %.1f ms, by number: %.1f ms; --help: %.1f ms (best of 10)" % (
        timed("list", "--since", day, "--until", day, store),
        timed("show", store, "https://paper%d.example/%d" % ((COUNT // 2) % 2000, COUNT // 2)),
        timed("show", store, str(COUNT // 3)), timed("--help")))
    print("INDEX.md %.1f KB, %d pages of %.1f KB" % (
        os.path.getsize(store + "/INDEX.md") / 1e3, len(os.listdir(store + "/index")),
        os.path.getsize(store + "/index/000000.md") / 1e3))
    began = time.time()
    subprocess.run([garner, "verify", store], check=True, stdout=subprocess.DEVNULL)
    print("verify: %.1f s" % (time.time() - began))


def main():
    folder = tempfile.mkdtemp(prefix="garner-scale-", dir=sys.argv[3] if len(sys.argv) > 3 else None)
    try:
        planted = write(folder)
        print("input: %d documents, %.0f MB" % (COUNT, os.path.getsize(folder + "/in.jsonl") / 1e6), flush=True)
        tell(folder + "/store", folder + "/in.jsonl", planted)
    finally:
        shutil.rmtree(folder)


main()
