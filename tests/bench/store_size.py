#!/usr/bin/env python3
"""Size of a pack and time of one random text, against the usual ways to keep a folder of texts.
usage: store_size.py GARNER [WARC=../shared/data/wcxb-dev.warc.gz]
Rivals where they are installed: zstd -9 of one plain tar, a folder of .zst, zip -9, borg create --compression zstd,9.
A text is read by a command of its own, the time of the command's start alone beside it; for garner also by a call of the
library that opens and closes the store (bench_show, when it is built beside the command): clock and CPU."""
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

garner = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WARC = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(ROOT), "shared/data/wcxb-dev.warc.gz")
BENCH = os.path.join(os.path.dirname(os.path.dirname(garner)), "tests", "bench", "bench_show")
rng = random.Random(3)


def call(*args, **more):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


def tree_bytes(path):
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


def milliseconds(commands):
    times = []
    for command in commands:
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def line(name, size, base, ms, start=None):
    begun = "" if start is None else " (its start alone %.1f)" % start
    print("%-46s %10d bytes  %.3f  one text %.1f ms%s" % (name, size, size / base, ms, begun), flush=True)


def pack_line(base, name, size, where, numbers):
    start = milliseconds([[garner, "--version"]] * 20)
    line(name, size, base, milliseconds([[garner, "show", where, str(n)] for n in numbers]), start)
    if os.path.exists(BENCH):
        clock, cpu = call(BENCH, where, *map(str, numbers)).split()
        print("  by a call of the library: %.2f ms, %.2f ms of CPU" % (int(clock) / 1000, int(cpu) / 1000))


def main():
    if not os.path.exists(WARC):
        sys.exit("%s: not there: name a WARC" % WARC)
    folder = tempfile.mkdtemp(prefix="garner-size-")
    try:
        os.chdir(folder)
        subprocess.run([garner, "ingest", "--quiet", "--raw", "none", "store", WARC], check=False)
        call(garner, "export", "--format", "txt", "-o", "texts", "store")
        names = sorted(name for name in os.listdir("texts") if name.endswith(".txt") and name[0].isdigit())
        some = rng.sample(names, min(40, len(names)))
        numbers = [int(name.split("_")[0]) for name in some]
        call("tar", "-cf", "plain.tar", "-C", "texts", *names)
        call("zstd", "-9", "-q", "plain.tar")
        base = os.path.getsize("plain.tar.zst")
        print("%d texts, %d bytes as a plain tar" % (len(names), os.path.getsize("plain.tar")))
        line("zstd -9 of one plain tar", base, base,
             milliseconds([["tar", "--zstd", "-xOf", "plain.tar.zst", name] for name in some[:10]]))
        packs = "store/packs"
        pack_line(base, "garner pack, the texts", tree_bytes(packs), "store", numbers)
        # Sealed, a pack holds its facts, index and digests as well, and is read without its store.
        call(garner, "repack", "store")
        sealed = "store/packs/" + os.listdir(packs)[0]
        os.mkdir("members")
        call("tar", "--zstd", "-xf", sealed, "-C", "members")
        call("tar", "-cf", "members.tar", "-C", "members", ".")
        call("zstd", "-9", "-q", "members.tar")
        pack_line(base, "the same pack sealed: facts, index, digests", os.path.getsize(sealed), sealed, numbers)
        print("  %.3f times `zstd -9` of one plain tar of the same members (%d)" % (
            os.path.getsize(sealed) / os.path.getsize("members.tar.zst"), os.path.getsize("members.tar.zst")))
        os.mkdir("single")
        call("zstd", "-9", "-q", "--output-dir-flat", "single", *["texts/" + name for name in names])
        line("a folder of .zst -9", tree_bytes("single"), base,
             milliseconds([["zstd", "-dcq", "single/%s.zst" % name] for name in some]))
        if not (shutil.which("zip") and shutil.which("unzip")):
            print("zip: not installed")
        else:
            call("zip", "-9", "-q", "texts.zip", *names, cwd="texts")
            line("zip -9", os.path.getsize("texts/texts.zip"), base,
                 milliseconds([["unzip", "-p", "texts/texts.zip", name] for name in some]))
        if not shutil.which("borg"):
            print("borg: not installed")
        else:
            os.environ.update(BORG_BASE_DIR=folder, BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes")
            call("borg", "init", "-e", "none", "repo")
            call("borg", "create", "--compression", "zstd,9", "../repo::a", *names, cwd="texts")
            line("borg create --compression zstd,9", tree_bytes("repo/data"), base,
                 milliseconds([["borg", "extract", "--stdout", "repo::a", name] for name in some[:5]]))
    finally:
        os.chdir("/")
        shutil.rmtree(folder)


main()
