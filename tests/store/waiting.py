#!/usr/bin/env python3
"""Who only reads waits for a run that is just making or mending the store, a bounded time, and then says who it is.
usage: waiting.py GARNER"""
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import made

GARNER = os.path.abspath(sys.argv[1])
WAIT = 10  # LIMIT_READ_WAIT
VERBS = [["list"], ["stats"], ["export"], ["search", "story"], ["show", "1"], ["history", "1"], ["source", "list"]]
STEADY = 6  # seconds that readers stand beside repairs


def fail(words):
    sys.exit("FAILED: " + words)


def command(verb, store):
    rest = [] if verb[0] == "source" else verb[1:]
    return [GARNER] + (verb if verb[0] == "source" else verb[:1]) + [store] + rest


def start(verb, store):
    return subprocess.Popen(command(verb, store), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def answers(store):
    return {tuple(v): subprocess.run(command(v, store), stdout=subprocess.PIPE, check=True).stdout for v in VERBS}


class Holder:
    """Another run, as the lock shows it."""

    def __init__(self, store):
        self.file = open(store + "/lock", "w")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.file.write("pid 4711 on harbour since 2024-03-01T10:00:00Z\n")
        self.file.flush()

    def end(self):
        self.file.truncate(0)
        self.file.close()


def waits_for_a_catalogue_that_comes(store, expected):
    holder = Holder(store)
    os.rename(store + "/catalogue.db", store + "/aside")
    running = [(v, start(v, store)) for v in VERBS]
    time.sleep(1)
    for verb, process in running:
        if process.poll() is not None:
            fail("%s ended while the store was mended: %s" % (verb, process.stderr.read()))
    os.rename(store + "/aside", store + "/catalogue.db")
    holder.end()
    for verb, process in running:
        out, err = process.communicate(timeout=30)
        if process.returncode or out != expected[tuple(verb)] or err:
            fail("%s: exit %d, %s" % (verb, process.returncode, err))


def says_who_holds_it(store):
    holder = Holder(store)
    os.rename(store + "/catalogue.db", store + "/aside")
    began = time.monotonic()
    running = [(v, start(v, store)) for v in VERBS]
    stopped = start(["list"], store)
    time.sleep(1)
    stopped.send_signal(signal.SIGINT)
    _, err = stopped.communicate(timeout=5)
    if stopped.returncode != 128 + signal.SIGINT or err:
        fail("a signal while waiting: exit %d, %s" % (stopped.returncode, err))
    for verb, process in running:
        _, err = process.communicate(timeout=WAIT + 30)
        if process.returncode != 75 or b"pid 4711 on harbour since 2024-03-01" not in err or b"catalogue.db" not in err:
            fail("%s: exit %d, %s" % (verb, process.returncode, err))
    if not WAIT <= time.monotonic() - began < WAIT + 20:
        fail("readers waited %.1f s" % (time.monotonic() - began))
    holder.end()
    # Nobody holds it: there is nothing to wait for.
    began = time.monotonic()
    for verb in VERBS:
        done = subprocess.run(command(verb, store), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 3 or b"garner repair" not in done.stderr:
            fail("%s without catalogue: exit %d, %s" % (verb, done.returncode, done.stderr))
    if time.monotonic() - began > WAIT:
        fail("readers wait although nobody holds the lock")
    os.rename(store + "/aside", store + "/catalogue.db")


def readers_beside_repairs(store, expected):
    """No reader fails, and none finds less than there is, while repairs come one after the other."""
    ending, repairs, rounds = threading.Event(), [], 0

    def mend():
        while not ending.is_set():
            repairs.append(subprocess.run([GARNER, "repair", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    thread = threading.Thread(target=mend)
    thread.start()
    try:
        until = time.monotonic() + STEADY
        while time.monotonic() < until:
            for verb in VERBS:
                done = subprocess.run(command(verb, store), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                if done.returncode or done.stdout != expected[tuple(verb)]:
                    fail("%s beside a repair: exit %d, %d of %d bytes, %s" % (
                        verb, done.returncode, len(done.stdout), len(expected[tuple(verb)]), done.stderr))
            rounds += 1
    finally:
        ending.set()
        thread.join()
    for done in repairs:
        if done.returncode:
            fail("a repair beside readers: exit %d, %s" % (done.returncode, done.stdout + done.stderr))
    return rounds, len(repairs)


def readers_stop_no_writer(store):
    """To look whether the lock is held is not to hold it."""
    ending = threading.Event()

    def look():
        while not ending.is_set():
            subprocess.run([GARNER, "verify", store], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def probe():
        # As often as no reader does.
        while not ending.is_set():
            with open(store + "/lock") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass
                time.sleep(.002)
            time.sleep(.004)
    threads = [threading.Thread(target=t) for t in (look, probe)]
    for t in threads:
        t.start()
    try:
        for i in range(40):
            done = subprocess.run([GARNER, "repack", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if done.returncode:
                fail("a writer beside readers: exit %d, %s" % (done.returncode, done.stderr))
    finally:
        ending.set()
        for t in threads:
            t.join()


def goes_on_beside_a_repack(folder):
    """What stands in packs that are joined meanwhile is read from the new one."""
    store, lines = folder + "/packs", folder + "/packs.jsonl"

    def fill():
        subprocess.run([GARNER, "ingest", "-q", "--pack-size", "128K", store, lines], check=True)
    made.write_jsonl(lines, "p", 0, 900, words=250)
    fill()
    if len(os.listdir(store + "/packs")) < 4:
        fail("too few packs")
    for verb in (["export"], ["export", "--revisions", "newest", "--limit", "899"], ["export", "--format", "csv"]):
        whole = subprocess.run([GARNER] + verb + [store], stdout=subprocess.PIPE, check=True).stdout
        process = subprocess.Popen([GARNER] + verb + [store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        begin = process.stdout.read(1000)
        before = os.listdir(store + "/packs")
        subprocess.run([GARNER, "forget", "--reason", "test", store, "899"], stdout=subprocess.PIPE)
        subprocess.run([GARNER, "repack", store], check=True)
        if before == os.listdir(store + "/packs"):
            fail("the packs are the same")
        rest, err = process.communicate(timeout=60)
        places = lambda found: [line.split(b'"store"')[0] for line in found.splitlines()[:899]]
        if process.returncode or err or places(begin + rest) != places(whole):
            fail("%s beside a repack: exit %d, %d of %d bytes, %s" % (
                verb, process.returncode, len(begin + rest), len(whole), err))
        shutil.rmtree(store)
        fill()
    # A pack that is lost is no pack that was joined.
    os.unlink(store + "/packs/000001.tar.zst")
    done = subprocess.run([GARNER, "export", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 3 or b"000001.tar.zst: open: No such file" not in done.stderr or not done.stdout:
        fail("a lost pack: exit %d, %s" % (done.returncode, done.stderr))


def main():
    folder = tempfile.mkdtemp(prefix="garner-waiting-")
    try:
        store = folder + "/store"
        made.write_jsonl(folder + "/in.jsonl", "w", 0, 300, words=40)
        for args in (["ingest", "-q", store, folder + "/in.jsonl"], ["source", "add", store, "https://quay.example/feed"],
                     ["search", "--index", store]):
            subprocess.run([GARNER] + args, check=True)
        expected = answers(store)
        if len(expected[("list",)].splitlines()) != 300 or not expected[("search", "story")]:
            fail("the store is not what the test needs")
        waits_for_a_catalogue_that_comes(store, expected)
        says_who_holds_it(store)
        rounds, repairs = readers_beside_repairs(store, expected)
        readers_stop_no_writer(store)
        goes_on_beside_a_repack(folder)
        print("%d rounds of %d readers beside %d repairs" % (rounds, len(VERBS), repairs))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
