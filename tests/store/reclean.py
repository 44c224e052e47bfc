#!/usr/bin/env python3
"""reclean: rules that change make texts that change, as revisions; what is the same stays; a dry run writes nothing; two
threads give the bytes of one; a run that was killed goes on.
usage: reclean.py GARNER FAULTS.so"""
import hashlib
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import made
import tool as tools

tool = tools.Tool(sys.argv[1], sys.argv[2])
COUNT = 120  # of which every second one is plain text, to which rules apply
CHANGED = COUNT // 2
os.environ["SOURCE_DATE_EPOCH"] = "1717200000"


def fail(text):
    sys.exit(text)


def digests(store):
    """Of everything that does not depend on when the lock was taken."""
    found = {}
    for folder, _, names in os.walk(store):
        for name in names:
            path = os.path.join(folder, name)
            if not name.startswith("catalogue.db") and name != "lock":
                with open(path, "rb") as f:
                    found[os.path.relpath(path, store)] = hashlib.sha256(f.read()).hexdigest()
    return found


def reclean(store, *more):
    done = tool.run("reclean", *more, store)
    return dict(line.rsplit("\t", 1) if line.count("\t") == 1 else line.split("\t", 1)
                for line in done.stdout.decode().splitlines() if "\t" in line)


def expect(report, **values):
    for name, value in values.items():
        if int(report.get(name.replace("_", " "), -1)) != value:
            fail("%s: %s, expected %d: %s" % (name, report.get(name), value, report))


def unchanged_rules_change_nothing(store):
    before = tool.acknowledged(store)
    report = reclean(store)
    expect(report, same=COUNT, changed=0)
    if tool.acknowledged(store) != before:
        fail("reclean with the same rules changed documents")


def a_dry_run_writes_nothing(store, rules):
    before = digests(store)
    report = reclean(store, "--rules", rules, "--dry-run")
    expect(report, same=COUNT - CHANGED, changed=CHANGED)
    if digests(store) != before:
        fail("a dry run wrote: %s" % [name for name, d in digests(store).items() if before.get(name) != d])


def new_texts_are_revisions(store, rules):
    before = tool.acknowledged(store)
    report = reclean(store, "--rules", rules, "--jobs", "2")
    expect(report, same=COUNT - CHANGED, changed=CHANGED)
    cut = report.get("lines cut by house.note-0", "0\t0").split("\t")
    if cut[-2:] != ["0", str(CHANGED)]:
        fail("the report does not say what the rule cut: %s" % report)
    after = tool.acknowledged(store)
    if any(after.get(n) != d for n, d in before.items()) or len(after) != COUNT + CHANGED:
        fail("old texts are not as they were")
    for n in (1, 17, COUNT - 1):
        new = COUNT + n // 2
        shown = tool.run("show", store, str(new)).stdout.decode()
        old = tool.run("show", store, str(n)).stdout.decode()
        if "House note 0." in shown or "House note 0." not in old or "House note 1." not in shown:
            fail("document %d: not the texts that were expected:\n%s" % (n, shown[:500]))
        difference = tool.run("show", "--diff", str(n), store, str(new)).stdout.decode()
        if not any(line.startswith("-") and "House note 0." in line for line in difference.splitlines()):
            fail("document %d: the difference does not show the line: %s" % (n, difference[:300]))
        if len(tool.run("history", store, str(n)).stdout.splitlines()) < 2:
            fail("document %d: no history" % n)
    tool.run("verify", "--data", store)
    expect(reclean(store, "--rules", rules), same=COUNT, changed=0)


def threads_make_no_difference(plain, folder, rules):
    one, two = folder + "/one", folder + "/two"
    for store, jobs in ((one, "1"), (two, "2")):
        tools.copy(plain, store)
        reclean(store, "--rules", rules, "--jobs", jobs)
    if digests(one) != digests(two):
        fail("two threads give other bytes than one")


def a_killed_run_goes_on(plain, folder, rules):
    store, trial = folder + "/killed", folder + "/trial"
    args = ["reclean", "--quiet", "--rules", rules]
    tools.copy(plain, trial)
    calls = tool.calls("kill", trial, *args, trial)
    for part in (3, 2):
        tools.copy(plain, store)
        before = tool.acknowledged(store)
        if not tool.killed(store, calls * (part - 1) // part, *args, store):
            fail("it was not killed")
        tool.run(*args, store)
        after = tool.acknowledged(store)
        if any(after.get(n) != d for n, d in before.items()) or len(after) != COUNT + CHANGED:
            fail("after a kill and another run there are %d texts, not %d" % (len(after), COUNT + CHANGED))
        tool.run("verify", "--data", store)


def main():
    folder = tempfile.mkdtemp(prefix="garner-reclean-")
    try:
        plain, store = folder + "/plain", folder + "/store"
        made.write_jsonl(folder + "/in.jsonl", "r", 0, COUNT, words=80)
        made.write_warc(folder + "/in.warc", folder + "/in.jsonl")
        rules = made.write_rules(folder)
        tool.run("ingest", "--quiet", plain, folder + "/in.warc")
        if len(tool.acknowledged(plain)) != COUNT:
            fail("the pages were not stored")
        tools.copy(plain, store)
        unchanged_rules_change_nothing(store)
        a_dry_run_writes_nothing(store, rules[0])
        new_texts_are_revisions(store, rules[0])
        threads_make_no_difference(plain, folder, rules[1])
        a_killed_run_goes_on(plain, folder, rules[2])
        print("%d captures were cleaned again" % COUNT)
    finally:
        shutil.rmtree(folder)


main()
