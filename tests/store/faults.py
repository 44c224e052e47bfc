#!/usr/bin/env python3
"""A full disk at each write, a read error, a folder that can't be written, and one flipped bit in every kind of file.
usage: faults.py GARNER FAULTS.so; every write with GARNER_LONG=1, else a sample."""
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import made
import tool as tools

tool = tools.Tool(sys.argv[1], sys.argv[2])
LONG = bool(os.environ.get("GARNER_LONG"))
PACK = ["--pack-size", "40K", "--jobs", "1", "--quiet"]
COUNT = 60 if LONG else 250  # documents of a part: each write has its turn in the long mode
rng = random.Random(5)


def fail(text):
    sys.exit(text)


def page(i):
    words = made.text(random.Random(i), 200)
    return ("<html lang=en><head><title>Story %d</title></head><body><nav><a href=/>Home</a></nav><article><h1>Story %d"
            "</h1>%s</article></body></html>" % (i, i, "".join("<p>%s</p>" % p for p in words.split("\n\n")))).encode()


def write_warc(path, count):
    with open(path, "wb") as out:
        for i in range(count):
            body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page(i)
            head = ("WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-%012d>\r\n"
                    "WARC-Date: 2024-05-01T10:00:00Z\r\nWARC-Target-URI: https://paper.example/%d\r\n"
                    "Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (i, i, len(body)))
            out.write(head.encode() + body + b"\r\n\r\n")


def full_disk(folder, parts):
    """Every write may be the one that finds the disk full: named, and what was acknowledged stays."""
    store, trial = folder + "/store", folder + "/trial"
    tool.run("ingest", *PACK, store, parts[0])
    tools.copy(store, trial)
    calls = tool.calls("kill", trial, "ingest", *PACK, trial, *parts)
    places = range(1, calls + 1) if LONG else sorted(rng.sample(range(1, calls + 1), 14))
    refused = 0
    for at in places:
        tools.copy(store, trial)
        before = tool.acknowledged(trial)
        done = tool.run("ingest", *PACK, trial, *parts, env=tool.environment("enospc", trial, at), allowed=None)
        if done.returncode not in (0, 3):
            fail("full disk at call %d: exit %d: %s" % (at, done.returncode, done.stdout.decode()[-500:]))
        if done.returncode == 3:
            refused += 1
            words = done.stdout.decode()
            if trial not in words or not ("No space" in words or "full" in words):
                fail("full disk at call %d: the error names no file or reason: %s" % (at, words[-500:]))
        after = tool.acknowledged(trial)
        if any(after.get(n) != d for n, d in before.items()):
            fail("full disk at call %d: an acknowledged document is lost" % at)
        tool.run("ingest", *PACK, trial, *parts)
        tool.run("verify", "--data", trial)
        if len(set(tool.acknowledged(trial).values())) != len(tool.acknowledged(trial)):
            fail("full disk at call %d: a text is there twice" % at)
    if refused < len(list(places)) // 2:
        fail("the full disk was hardly felt: %d of %d" % (refused, len(list(places))))
    return "%d full disks" % refused


def full_for_one_file(folder, parts):
    """A file may not grow: what the run wrote in vain is given back, and the store is whole without another run."""
    store, trial = folder + "/store", folder + "/trial"
    pack = ["--pack-size", "10M", "--jobs", "1", "--quiet"]
    shutil.rmtree(store)
    tool.run("ingest", *pack, store, parts[0])
    before = tool.acknowledged(store)
    largest = max(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(store) for name in names)
    for more in (1, 4096, 20000):
        tools.copy(store, trial)
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest + more, largest + more))
        done = subprocess.run([tool.garner, "ingest", *pack, trial, *parts], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, preexec_fn=limit)
        if done.returncode != 3 or b"File too large" not in done.stdout:
            fail("a limit of %d: exit %d: %s" % (largest + more, done.returncode, done.stdout.decode()[-500:]))
        tool.run("verify", "--data", trial)
        if tool.acknowledged(trial) != before:
            fail("a limit of %d: other documents than before" % (largest + more))
        tool.run("ingest", *pack, trial, *parts)
        tool.run("verify", "--data", trial)
    return "a file at its limit"


def read_errors(folder, parts):
    store = folder + "/store"
    calls = tool.calls("eio", store, "verify", "--data", store)
    for at in sorted(rng.sample(range(1, calls + 1), min(calls, 200 if LONG else 8))):
        done = tool.run("verify", "--data", store, env=tool.environment("eio", store, at), allowed=None)
        if done.returncode not in (0, 3, 5):
            fail("read error at call %d: exit %d: %s" % (at, done.returncode, done.stdout.decode()[-500:]))
    tool.run("verify", "--data", store)
    return "%d reads" % calls


def read_only(folder, parts):
    """As a user who may not write: a new run is refused with words, reading goes on."""
    if os.geteuid() != 0:
        return "read-only folder skipped: not root"
    store = folder + "/store"
    frozen = folder + "/frozen"
    shutil.copytree(store, frozen)
    for name in os.listdir(frozen):
        if name.startswith("catalogue.db-"):
            os.unlink(frozen + "/" + name)
    os.chmod(folder, 0o755)
    def drop():
        os.setgid(65534)
        os.setuid(65534)
    run = lambda *args: subprocess.run([tool.garner, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       preexec_fn=drop)
    if run("--version").returncode != 0:
        return "read-only folder skipped: another user can't start the command"
    done = run("ingest", *PACK, frozen, parts[0])
    if done.returncode != 3 or frozen not in done.stdout.decode():
        fail("read-only folder: exit %d: %s" % (done.returncode, done.stdout.decode()))
    done = run("list", frozen)
    if done.returncode != 0 or len(done.stdout.splitlines()) != len(tool.acknowledged(store)):
        fail("read-only folder can't be listed: %s" % done.stdout.decode()[-500:])
    return "read-only"


def flip(path, at, bit):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ 1 << bit]))


def flipped_bits(folder):
    """One bit in each kind of file: verify sees and names it, repair makes the store whole or names what is lost."""
    warc, store, trial = folder + "/in.warc", folder + "/flip", folder + "/flipped"
    write_warc(warc, 300)
    tool.run("ingest", *PACK, store, warc)
    tool.run("ingest", *PACK, store, warc)
    tool.run("verify", "--data", store)
    packs = sorted(os.listdir(store + "/packs"))
    if len(packs) < 2:
        fail("no pack was sealed")
    size = lambda name: os.path.getsize(store + "/" + name)
    sealed, last = "packs/" + packs[0], "packs/" + packs[-1]
    places = [(sealed, size(sealed) // 3), (sealed, size(sealed) - 12), (sealed, size(sealed) * 19 // 20),
              (last, size(last) // 2), ("manifest/000000.jsonl", 777), ("manifest/runs.jsonl", 30),
              ("manifest/seen.jsonl", 40), ("INDEX.md", 300), ("index/000000.md", 900), ("SHA256SUMS", 10),
              ("near/signatures", 264 * 150 + 77), ("raw/000000.warc.gz", size("raw/000000.warc.gz") // 2)]
    for name, at in places:
        tools.copy(store, trial)
        flip(trial + "/" + name, at, rng.randrange(8))
        done = tool.run("verify", "--data", trial, allowed=(5,))
        word = os.path.basename(name)
        if word not in done.stdout.decode():
            fail("%s: a flipped bit, and verify does not name it: %s" % (name, done.stdout.decode()[:1000]))
        before = tool.acknowledged(store)
        done = tool.run("repair", trial)
        after = tool.acknowledged(trial)
        words = done.stdout.decode()
        for n, document in before.items():
            if after.get(n) != document and "document %d (" % n not in words:
                fail("%s: document %d is lost without a word:\n%s" % (name, n, words[:2000]))
        kept = len(after) / len(before)
        if kept < .5 or (kept < 1 and not name.startswith("packs/")):
            fail("%s: only %d of %d documents are left" % (name, len(after), len(before)))
        if name.startswith("raw/"):
            # A capture can't be made again: its document is named, and its text is whole.
            if "its text is whole" not in words:
                fail("%s: repair names no document: %s" % (name, words[:1000]))
        else:
            tool.run("verify", "--data", trial)
    return "%d flipped bits" % len(places)


def flipped_logs(folder):
    """Damage that leaves a log or a manifest readable: repair does not say that nothing was wrong, and what it leaves is
    proven."""
    store, trial = folder + "/logs", folder + "/flipped"
    tools.copy(folder + "/flip", store)
    tool.run("forget", "--reason", "test", store, "5")
    with open(store + "/manifest/runs.jsonl", "rb") as f:
        runs = f.read()
    places = [("runs.jsonl", runs.index(b'"at":"') + 6), ("runs.jsonl", runs.index(b'"stored":') + 9),
              ("runs.jsonl", runs.index(b'"tool":"') + 9)]
    for name in ("runs.jsonl", "gone.jsonl", "seen.jsonl", "000000.jsonl"):
        size = os.path.getsize(store + "/manifest/" + name)
        places += [(name, rng.randrange(size)) for _ in range(40 if LONG else 5)]
    for name, at in places:
        tools.copy(store, trial)
        flip(trial + "/manifest/" + name, at, rng.randrange(7))
        tool.run("verify", trial, allowed=(5,))
        words = tool.run("repair", trial).stdout.decode()
        if "manifest/%s: " % name not in words:
            fail("%s: byte %d is another, and repair says: %s" % (name, at, words[:1000]))
        tool.run("verify", "--data", trial)
        if 5 in tool.acknowledged(trial):
            fail("%s: byte %d: what was taken out came back" % (name, at))
    os.unlink(store + "/manifest/runs.jsonl")
    if "runs.jsonl: No such file" not in tool.run("repair", store).stdout.decode():
        fail("runs.jsonl is away, and repair does not say so")
    tool.run("verify", "--data", store)
    return "%d flipped bits of logs and manifests" % len(places)


def flipped_catalogue(folder):
    """A bit of the catalogue: found, or without any effect on what is read."""
    store, trial = folder + "/flip", folder + "/flipped"
    size = os.path.getsize(store + "/catalogue.db")
    export = tool.run("export", "--format", "jsonl", store).stdout
    found = 0
    for _ in range(120 if LONG else 8):
        tools.copy(store, trial)
        at, bit = rng.randrange(size), rng.randrange(8)
        flip(trial + "/catalogue.db", at, bit)
        done = tool.run("verify", "--data", trial, allowed=(0, 3, 5))
        found += done.returncode != 0
        if done.returncode == 0 and tool.run("export", "--format", "jsonl", trial).stdout != export:
            fail("catalogue.db: bit %d of byte %d changes what is read, and verify finds nothing" % (bit, at))
        tool.run("repair", trial)
        tool.run("verify", "--data", trial)
        if tool.run("export", "--format", "jsonl", trial).stdout != export:
            fail("catalogue.db: bit %d of byte %d: repair did not bring everything back" % (bit, at))
    return "%d of %d flipped bits of the catalogue were found, the others have no effect" % (found, 120 if LONG else 8)


def flipped_keys(folder):
    """Runs of keys are made from 2,048 documents on."""
    store, lines = folder + "/many", folder + "/many.jsonl"
    made.write_jsonl(lines, "k", 0, 2200, words=25)
    tool.run("ingest", "--quiet", store, lines)
    runs = sorted(os.listdir(store + "/keys"))
    flip(store + "/keys/" + runs[0], 5000, 3)
    done = tool.run("verify", "--data", store, allowed=(5,))
    if runs[0] not in done.stdout.decode():
        fail("keys: a flipped bit, and verify does not name it: %s" % done.stdout.decode()[:1000])
    tool.run("repair", store)
    tool.run("verify", "--data", store)
    return "a flipped bit of %d runs of keys" % len(runs)


def flipped_words(folder):
    """A bit of the index of words: verify names the file, or its answers are the same; a repair makes it again."""
    store, trial = folder + "/flip", folder + "/flipped"
    tool.run("search", "--index", store)
    tool.run("verify", "--data", store)
    word = "a*"
    answers = tool.run("search", "--limit", "1000", store, word).stdout
    size, found = os.path.getsize(store + "/search.db"), 0
    for i in range(60 if LONG else 6):
        tools.copy(store, trial)
        flip(trial + "/search.db", rng.randrange(size), rng.randrange(8))
        done = tool.run("verify", "--data", trial, allowed=(0, 5))
        found += done.returncode == 5
        if done.returncode == 5 and "search.db" not in done.stdout.decode():
            fail("search.db: a flipped bit, and verify does not name it: %s" % done.stdout.decode()[:1000])
        if done.returncode == 0 and tool.run("search", "--limit", "1000", trial, word).stdout != answers:
            fail("search.db: a flipped bit changes the answers, and verify finds nothing")
        if i < 6:
            tool.run("repair", trial)
            tool.run("verify", "--data", trial)
            if tool.run("search", "--limit", "1000", trial, word).stdout != answers:
                fail("search.db: repair did not bring it back")
    if not found:
        fail("search.db: no flipped bit was found")
    os.unlink(store + "/search.db")
    return "%d of %d flipped bits of the index of words were found, the others change no answer" % (
        found, 60 if LONG else 6)


def missing_and_exchanged_files(folder):
    """A file is away, or has another's name: repair loses no text, takes nothing back in that was taken out, and what it
    leaves is proven."""
    store, trial, lines = folder + "/whole", folder + "/mixed", folder + "/whole.jsonl"
    made.write_jsonl(lines, "x", 0, 300)
    tool.run("ingest", *PACK, store, lines)
    tool.run("forget", "--reason", "test", store, "5")
    before = tool.acknowledged(store)
    numbers = sorted(name.split(".")[0] for name in os.listdir(store + "/packs"))
    first, last = numbers[0], numbers[-1]
    if first == last or 5 in before:
        fail("one pack, or nothing was taken out: %s" % numbers)
    moves = [("manifest/gone.jsonl", None), ("manifest/gone.jsonl", "manifest/%s.jsonl" % first),
             ("manifest/%s.jsonl" % first, None), ("manifest/%s.jsonl" % last, None),
             ("packs/%s.tar.zst" % first, "packs/%s.tar.zst" % last),
             ("manifest/%s.jsonl" % first, "manifest/%s.jsonl" % last)]
    for name, other in moves:
        tools.copy(store, trial)
        os.rename(trial + "/" + name, trial + "/aside")
        if other:
            os.rename(trial + "/" + other, trial + "/" + name)
            os.rename(trial + "/aside", trial + "/" + other)
        else:
            os.unlink(trial + "/aside")
        tool.run("verify", trial, allowed=(5,))
        words = tool.run("repair", trial).stdout.decode()
        after = tool.acknowledged(trial)
        if after != before:
            fail("%s, %s: %d documents, not %d:\n%s" % (name, other, len(after), len(before), words[-2000:]))
        if ": lost" in words:
            fail("%s, %s: said to be lost, and there:\n%s" % (name, other, words[-2000:]))
        tool.run("verify", "--data", trial)
        tool.run("ingest", *PACK, trial, lines)
        if 5 in tool.acknowledged(trial) or len(tool.acknowledged(trial)) != len(before):
            fail("%s, %s: what was taken out came back, or something twice" % (name, other))
    return "%d files away or exchanged" % len(moves)


def folders_for_files(folder):
    """A folder with somebody's file in it stands where a file of ours belongs, or a file where a folder does: repair names it
    and what to do, and changes nothing."""
    store = folder + "/places"
    tools.copy(folder + "/whole", store)
    tool.run("search", "--index", store)
    names = [os.path.relpath(os.path.join(where, name), store) for where, _, files in os.walk(store) for name in files
             if not name.endswith(("-wal", "-shm"))]
    tried = 0
    for name in sorted(names) + ["packs", "manifest", "index", "raw", "keys", "near"]:
        place, kept = os.path.join(store, name), folder + "/kept"
        if not os.path.exists(place):
            continue
        tried += 1
        is_folder = os.path.isdir(place)
        os.rename(place, kept)
        if is_folder:
            open(place, "w").close()
        else:
            os.mkdir(place)
            open(place + "/notes", "w").close()
        done = tool.run("repair", store, allowed=(3,))
        words = done.stdout.decode()
        if place + ": a f" not in words or "move it out of the store, then repair again" not in words or words.count("\n") != 1:
            fail("%s: repair says: %s" % (name, words))
        if is_folder:
            os.remove(place)
        else:
            os.remove(place + "/notes")
            os.rmdir(place)
        os.rename(kept, place)
        tool.run("verify", "--data", store)
    return "%d places of a file taken by a folder, or the other way round" % tried


def one_percent(folder):
    """Damage over 1 % of a pack loses only the frames that it hit."""
    store, trial = folder + "/flip", folder + "/damaged"
    tools.copy(store, trial)
    name = sorted(os.listdir(trial + "/packs"))[0]
    path = trial + "/packs/" + name
    hit = os.path.getsize(path) // 100
    start = os.path.getsize(path) // 2
    with open(path, "r+b") as f:
        f.seek(start)
        f.write(bytes(rng.randrange(256) for _ in range(hit)))
    tool.run("verify", "--data", trial, allowed=(5,))
    tool.run("repair", trial)
    tool.run("verify", "--data", trial)
    lost = len(tool.acknowledged(store)) - len(tool.acknowledged(trial))
    return "1 %% damage: %d of %d documents lost" % (lost, len(tool.acknowledged(store)))


def main():
    folder = tempfile.mkdtemp(prefix="garner-faults-")
    try:
        parts = []
        for i in range(2):
            parts.append("%s/part%d.jsonl" % (folder, i))
            made.write_jsonl(parts[-1], "b%d" % i, COUNT * i, COUNT)
        for line in (full_disk(folder, parts), full_for_one_file(folder, parts), read_errors(folder, parts), read_only(folder, parts),
                     flipped_bits(folder), flipped_logs(folder), flipped_catalogue(folder), flipped_keys(folder), flipped_words(folder),
                     missing_and_exchanged_files(folder), folders_for_files(folder), one_percent(folder)):
            print(line, flush=True)
    finally:
        shutil.rmtree(folder)


main()
