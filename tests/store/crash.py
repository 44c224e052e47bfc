#!/usr/bin/env python3
"""kill -9 at random moments of ingest, seal, repack, reclean, repair and forget: what was acknowledged is there
afterwards, nothing is twice, and verify passes after the next run.
usage: crash.py GARNER FAULTS.so; 200 kills with GARNER_LONG=1, else 16."""
import os
import random
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import made
import tool as tools

tool = tools.Tool(sys.argv[1], sys.argv[2])
KILLS = 200 if os.environ.get("GARNER_LONG") else 16
SEED = int(os.environ.get("GARNER_SEED", "7"))
PACK = ["--pack-size", "40K", "--jobs", "2", "--quiet"]


def check_kept(before, after, what, forgotten=frozenset()):
    for n, document in before.items():
        if n in after and after[n] != document:
            sys.exit("%s: document %d is another one now" % (what, n))
        if n not in after and document[0] not in forgotten:
            sys.exit("%s: document %d was acknowledged and is lost" % (what, n))
    pairs = list(after.values())
    if len(pairs) != len(set(pairs)):
        sys.exit("%s: a text of a document is there twice" % what)


class Matrix:
    def __init__(self, folder):
        self.rng = random.Random(SEED)
        self.folder, self.store = folder, folder + "/store"
        self.parts, self.kills, self.forgotten = [], {}, set()
        for i in range(4):
            self.parts.append("%s/part%d.jsonl" % (folder, i))
            made.write_jsonl(self.parts[-1], "b%d" % i, 300 * (i // 2), 300, revise=.3, base_seed="a")
        tool.run("ingest", *PACK, folder + "/whole", *self.parts)
        self.expected = set(tool.acknowledged(folder + "/whole").values())

    def choose(self):
        what = self.rng.choices(["ingest", "repack", "repair", "forget"], [5, 2, 2, 1])[0]
        if what == "ingest" and self.rng.random() < .6:
            shutil.rmtree(self.store)
            self.forgotten.clear()
            tool.run("ingest", *PACK, self.store, self.parts[0])
        if what == "ingest":
            return what, ["ingest", *PACK, self.store, *self.parts]
        if what == "forget":
            victim = self.rng.choice(sorted(tool.acknowledged(self.store)))
            self.forgotten.add(tool.acknowledged(self.store)[victim][0])
            return what, ["forget", "--reason", "test", self.store, str(victim)]
        return what, [what, self.store]

    def kill_once(self, i):
        what, args = self.choose()
        before = tool.acknowledged(self.store)
        trial = self.folder + "/trial"
        tools.copy(self.store, trial)
        calls = tool.calls("kill", trial, *[trial if a == self.store else a for a in args])
        at = self.rng.randint(1, max(1, calls))
        where = "%s, kill %d at call %d of %d" % (what, i, at, calls)
        if tool.killed(self.store, at, *args):
            self.kills[what] = self.kills.get(what, 0) + 1
        if what == "repair":
            tool.run("repair", self.store)
        middle = tool.acknowledged(self.store)
        check_kept(before, middle, where, self.forgotten)
        # 1: what was taken out is refused.
        tool.run("ingest", *PACK, self.store, self.parts[i % len(self.parts)], allowed=(0, 1))
        done = tool.run("verify", "--data", self.store, allowed=None)
        if done.returncode:
            sys.exit("%s: verify after the next run:\n%s" % (where, done.stdout.decode()[:3000]))
        check_kept(middle, tool.acknowledged(self.store), "the run after " + where, self.forgotten)

    def end(self):
        tool.run("ingest", *PACK, self.store, *self.parts, allowed=(0, 1))
        tool.run("verify", "--data", self.store)
        # A forget that was killed before its commit took nothing out: those documents may be there or not.
        have = set(pair for pair in tool.acknowledged(self.store).values() if pair[0] not in self.forgotten)
        expected = set(pair for pair in self.expected if pair[0] not in self.forgotten)
        if have != expected:
            sys.exit("at the end %d texts are missing, %d are too many" % (len(expected - have), len(have - expected)))
        total = sum(self.kills.values())
        print("%d of %d runs were killed: %s" % (total, KILLS, self.kills))
        if total < KILLS * 3 // 4:
            sys.exit("too few kills hit")


def main():
    folder = tempfile.mkdtemp(prefix="garner-crash-")
    try:
        matrix = Matrix(folder)
        tool.run("ingest", *PACK, matrix.store, matrix.parts[0])
        for i in range(KILLS):
            matrix.kill_once(i)
        matrix.end()
    finally:
        shutil.rmtree(folder)


main()
