#!/usr/bin/env python3
"""A store of many made-up documents: rate of the first and of the last tenth, memory, times of list and show, size of
the index, and how many of the planted near duplicates are marked.
usage: store_scale.py GARNER [DOCUMENTS=1000000 [FOLDER]]"""
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

garner = sys.argv[1]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1000000
PAIRS = max(100, COUNT // 100)
rng = random.Random(1)
VOCABULARY = ["".join(rng.choice("bcdfghklmnprstvw") + rng.choice("aeiou") for _ in range(rng.randint(1, 4)))
              for _ in range(30000)]


def sentence():
    return " ".join(rng.choices(VOCABULARY, k=rng.randint(8, 20))).capitalize() + "."


def story(paragraphs):
    return [" ".join(sentence() for _ in range(rng.randint(2, 5))) for _ in range(paragraphs)]


def edited(paragraphs):
    """Some words are others: about one in forty."""
    words = [p.split() for p in paragraphs]
    for p in words:
        for i in range(len(p)):
            if rng.random() < .025:
                p[i] = rng.choice(VOCABULARY)
    return [" ".join(p) for p in words]


def wire_copy(paragraphs):
    return story(1) + paragraphs[1:]


def translated(paragraphs):
    """Another language has other words: the same lengths, nothing shared."""
    return [" ".join(rng.choices(VOCABULARY, k=len(p.split()))) for p in paragraphs]


def write(path):
    """Returns url -> (kind, url of the first)."""
    planted, waiting = {}, []
    with open(path, "w") as out:
        for i in range(COUNT):
            url = "https://paper%d.example/%d" % (i % 2000, i)
            paragraphs = story(min(40, max(2, int(rng.lognormvariate(1.6, .6)))))
            if waiting and rng.random() < 3 * PAIRS / COUNT:
                kind, first, text = waiting.pop(rng.randrange(len(waiting)))
                paragraphs = {"edit": edited, "wire": wire_copy, "translation": translated}[kind](text)
                planted[url] = (kind, first)
            elif len(waiting) < 1000 and len(paragraphs) >= 5:
                waiting.append((rng.choice(["edit", "wire", "translation"]), url, paragraphs))
            day = "%04d-%02d-%02d" % (2005 + i * 20 // COUNT, rng.randint(1, 12), rng.randint(1, 28))
            out.write(json.dumps({"url": url, "title": sentence()[:70], "date": day, "published": day,
                                  "text": "\n\n".join(paragraphs)}) + "\n")
    return planted


def ingest(store, path):
    began = time.time()
    process = subprocess.Popen([garner, "ingest", "--quiet", store, path], stderr=subprocess.DEVNULL)
    points = []
    while process.poll() is None:
        time.sleep(.5)
        try:
            db = sqlite3.connect("file:%s/catalogue.db?mode=ro" % store, uri=True, timeout=20)
            points.append((time.time() - began, db.execute("SELECT max(n) FROM document").fetchone()[0] or 0))
            db.close()
        except sqlite3.Error:
            pass
    whole = time.time() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return whole, memory, points


def rate(points, low, high):
    inside = [p for p in points if low <= p[1] <= high]
    if len(inside) < 2:
        return float("nan")
    return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])


def timed(*args):
    best = 1e9
    for _ in range(5):
        began = time.time()
        subprocess.run([garner, *args], stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.time() - began)
    return best * 1000


def near_scores(store, planted):
    numbers, near = {}, {}
    for name in os.listdir(store + "/manifest"):
        if name[0].isdigit():
            with open(store + "/manifest/" + name) as lines:
                for line in lines:
                    d = json.loads(line)
                    numbers[d["n"]] = d["url"]
                    if "near" in d:
                        near[d["url"]] = d["near"]["n"]
    positive = {u: f for u, (kind, f) in planted.items() if kind != "translation"}
    found = sum(1 for u, f in positive.items() if u in near and numbers[near[u]] == f)
    wrong = sum(1 for u, n in near.items() if positive.get(u) != numbers[n])
    return len(positive), found / max(1, len(positive)), 1 - wrong / max(1, len(near))


def main():
    folder = tempfile.mkdtemp(prefix="garner-scale-", dir=sys.argv[3] if len(sys.argv) > 3 else None)
    try:
        path, store = folder + "/in.jsonl", folder + "/store"
        planted = write(path)
        print("input: %d documents, %.0f MB" % (COUNT, os.path.getsize(path) / 1e6), flush=True)
        whole, memory, points = ingest(store, path)
        tenth = COUNT // 10
        print("ingest: %.0f documents/s over %.0f s, first tenth %.0f/s, last tenth %.0f/s, memory %.0f MiB" % (
            COUNT / whole, whole, rate(points, 0, tenth), rate(points, COUNT - tenth, COUNT), memory), flush=True)
        pairs, recall, precision = near_scores(store, planted)
        print("near duplicates: %d planted, recall %.4f, precision %.4f" % (pairs, recall, precision))
        day = "2015-06-15"
        print("list of a day: %.1f ms; show by URL: %.1f ms, by number: %.1f ms (start of the command included)" % (
            timed("list", "--since", day, "--until", day, store),
            timed("show", store, "https://paper%d.example/%d" % ((COUNT // 2) % 2000, COUNT // 2)),
            timed("show", store, str(COUNT // 3))))
        print("INDEX.md %.1f KB, %d pages of %.1f KB" % (
            os.path.getsize(store + "/INDEX.md") / 1e3, len(os.listdir(store + "/index")),
            os.path.getsize(store + "/index/000000.md") / 1e3))
        began = time.time()
        subprocess.run([garner, "verify", store], check=True, stdout=subprocess.DEVNULL)
        print("verify: %.1f s" % (time.time() - began))
    finally:
        shutil.rmtree(folder)


main()
