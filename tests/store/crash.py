#!/usr/bin/env python3
"""kill -9 at random moments of ingest (small packs: seals among them), repack, reclean, repair and forget: what was
acknowledged is there afterwards, nothing is twice, and verify passes after the next run.
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
COUNT = 250  # documents of a part
PACK = ["--pack-size", "40K", "--jobs", "2", "--quiet"]
VERBS = {"ingest": 6, "reclean": 4, "repack": 3, "repair": 3, "forget": 2}


def check_kept(before, after, what, forgotten=frozenset()):
    for n, document in before.items():
        if n in after and after[n] != document:
            sys.exit("%s: document %d is another one now" % (what, n))
        if n not in after and document[0] not in forgotten:
            sys.exit("%s: document %d was acknowledged and is lost" % (what, n))
    newest = {}
    for n in sorted(after):
        if newest.get(after[n][0]) == after[n][1]:
            sys.exit("%s: the text of document %d is there twice" % (what, n))
        newest[after[n][0]] = after[n][1]


class Matrix:
    def __init__(self, folder):
        self.rng = random.Random(SEED)
        self.folder, self.store = folder, folder + "/store"
        self.parts, self.kills, self.sealed, self.forgotten = [], {}, 0, set()
        self.rules = made.write_rules(folder)
        for i in range(4):
            lines = "%s/part%d.jsonl" % (folder, i)
            made.write_jsonl(lines, "b%d" % i, COUNT * (i // 2), COUNT, revise=.3, base_seed="a")
            self.parts.append(lines)
            if i % 2 == 0:
                self.parts[-1] = "%s/part%d.warc" % (folder, i)
                made.write_warc(self.parts[-1], lines)
        whole = folder + "/whole"
        tool.run("ingest", *PACK, whole, *self.parts)
        self.expected = set(tool.acknowledged(whole).values())
        self.possible = set(self.expected)
        for rules in self.rules:
            tool.run("reclean", "--quiet", "--rules", rules, whole)
            self.possible |= set(tool.acknowledged(whole).values())

    def choose(self):
        what = self.rng.choices(list(VERBS), VERBS.values())[0]
        if what == "ingest" and self.rng.random() < .6:
            shutil.rmtree(self.store)
            self.forgotten.clear()
            tool.run("ingest", *PACK, self.store, self.parts[0])
        if what == "ingest":
            return what, ["ingest", *PACK, self.store, *self.parts]
        if what == "reclean":
            return what, ["reclean", "--quiet", "--jobs", "2", "--rules", self.rng.choice(self.rules), self.store]
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
        # A repair that was killed may have taken the catalogue away already.
        if what == "repair" and not os.path.exists(self.store + "/catalogue.db"):
            tool.run("repair", self.store, allowed=(0, 1, 5))
        middle = tool.acknowledged(self.store)
        check_kept(before, middle, where, self.forgotten)
        self.finish_without_news(what, where)
        tool.run("ingest", *PACK, self.store, self.parts[i % len(self.parts)])
        done = tool.run("verify", "--data", self.store, allowed=None)
        if done.returncode:
            sys.exit("%s: verify after the next run:\n%s" % (where, done.stdout.decode()[:3000]))
        check_kept(middle, tool.acknowledged(self.store), "the run after " + where, self.forgotten)

    def finish_without_news(self, what, where):
        """The next run finishes what was cut off, also one that brings nothing."""
        if what == "repair":
            return
        trial = self.folder + "/trial"
        tools.copy(self.store, trial)
        tool.run("source", "add", trial, "https://quay.example/feed")
        done = tool.run("verify", trial, allowed=None)
        if done.returncode:
            sys.exit("%s: verify after a run without news:\n%s" % (where, done.stdout.decode()[:3000]))

    def end(self):
        tool.run("ingest", *PACK, self.store, *self.parts)
        tool.run("verify", "--data", self.store)
        tool.run("repack", self.store)
        tool.run("verify", "--data", self.store)
        for name in os.listdir(self.store + "/packs"):
            tool.run("verify", "--data", self.store + "/packs/" + name)
        # A forget that was killed before its commit took nothing out: those documents may be there or not.
        have = set(pair for pair in tool.acknowledged(self.store).values() if pair[0] not in self.forgotten)
        expected = set(pair for pair in self.expected if pair[0] not in self.forgotten)
        if expected - have or have - self.possible:
            sys.exit("at the end %d texts are missing, %d are too many" % (
                len(expected - have), len(have - self.possible)))
        total = sum(self.kills.values())
        print("%d of %d runs were killed: %s" % (total, KILLS, self.kills))
        if total < KILLS * 3 // 4:
            sys.exit("too few kills hit")
        if KILLS >= 100 and set(self.kills) != set(VERBS):
            sys.exit("not every verb was killed")


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
