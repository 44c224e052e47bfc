#!/usr/bin/env python3
"""Simulated power cuts: a store grows on an ext4 image that is mounted by a loop device; the image file is copied at a
random moment (what the file system had not written is not in it), the copy is mounted, and every document that was
acknowledged before the cut must be there. The same with a command that was linked without the sync must lose some.
usage: powercut.py GARNER GARNER_WITHOUT_SYNC; 20 cuts with GARNER_LONG=1, else 2. Needs root and a loop device."""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import made
import tool as tools

CUTS = 20 if os.environ.get("GARNER_LONG") else 2
TRIES_WITHOUT_SYNC = 12 if os.environ.get("GARNER_LONG") else 4
PACK = ["--pack-size", "4M", "--jobs", "1", "--quiet"]
rng = random.Random(11)


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def call(*args):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


def unmount(where):
    """Killed writers may hold it for a moment."""
    for _ in range(100):
        if not os.path.ismount(where) or call("umount", where)[0] == 0:
            return
        time.sleep(.1)
    call("umount", "-l", where)


def mount(image, where):
    os.makedirs(where, exist_ok=True)
    code, words = call("mount", "-o", "loop", image, where)
    return code == 0, words


def cut_once(garner, folder, number, parts):
    """None: all is well; else what was lost."""
    tool = tools.Tool(garner, "")
    image, copied = "%s/image%d" % (folder, number), "%s/copy%d" % (folder, number)
    live, after = folder + "/live", folder + "/after"
    with open(image, "wb") as f:
        f.truncate(160 << 20)
    call("mkfs.ext4", "-q", "-F", image)
    good, words = mount(image, live)
    if not good and number == 0:
        skip("no loop mount here: " + words.strip())
    if not good:
        sys.exit("the image can't be mounted: " + words)
    process = subprocess.Popen([garner, "ingest", *PACK, live + "/store", *parts], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        acknowledged, end = {}, time.time() + 60
        wanted = rng.randrange(200, 3000)
        while len(acknowledged) < wanted and process.poll() is None and time.time() < end:
            time.sleep(.02)
            try:
                acknowledged = tool.acknowledged(live + "/store")
            except Exception:
                pass
        shutil.copyfile(image, copied)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        unmount(live)
        os.unlink(image)
    if not acknowledged:
        sys.exit("nothing was acknowledged within a minute")
    good, words = mount(copied, after)
    if not good:
        sys.exit("the copy can't be mounted: " + words)
    try:
        done = tool.run("ingest", *PACK, after + "/store", parts[0], allowed=None)
        if done.returncode:
            return "the next run fails: " + done.stdout.decode()[-500:]
        done = tool.run("verify", "--data", after + "/store", allowed=None)
        if done.returncode:
            return "verify: " + done.stdout.decode()[:500]
        have = tool.acknowledged(after + "/store")
        lost = [n for n, document in acknowledged.items() if have.get(n) != document]
        return "%d of %d acknowledged documents are lost" % (len(lost), len(acknowledged)) if lost else None
    finally:
        unmount(after)
        os.unlink(copied)


def main():
    if os.geteuid() != 0:
        skip("not root")
    if not os.path.exists("/dev/loop-control"):
        skip("no loop devices")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="garner-cut-", dir=memory)
    try:
        parts = []
        for i in range(3):
            parts.append("%s/part%d.jsonl" % (folder, i))
            made.write_jsonl(parts[-1], "c%d" % i, 2000 * i, 2000, words=300)
        for i in range(CUTS):
            wrong = cut_once(sys.argv[1], folder, i, parts)
            if wrong:
                sys.exit("cut %d: %s" % (i, wrong))
        caught = 0
        for i in range(TRIES_WITHOUT_SYNC):
            caught += cut_once(sys.argv[2], folder, CUTS + i, parts) is not None
            if caught and not os.environ.get("GARNER_LONG"):
                break
        if not caught:
            sys.exit("a command without the sync was not caught")
        print("%d cuts, nothing lost; without the sync caught %d times" % (CUTS, caught))
    finally:
        for name in ("live", "after"):
            unmount(folder + "/" + name)
        shutil.rmtree(folder, ignore_errors=True)


main()
