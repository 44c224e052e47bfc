#!/usr/bin/env python3
"""A line of JSON that came through a pipe is answered before the next one is written.

  pipes.py GARNER
"""
import os
import select
import subprocess
import sys
import tempfile

GARNER = sys.argv[1]
WAIT = 30  # seconds; an answer takes milliseconds
checks = 0


def check(good, words):
    global checks
    checks += 1
    if not good:
        sys.exit("FAILED: " + words)


def line(i):
    return b'{"id": "n%d", "text": "Line %d of a text that says something worth keeping.\\nThere is more of it."}\n' % (i, i)


def answer(process, wanted):
    """What came up to the words @wanted; None: nothing more in time."""
    got = b""
    while wanted not in got:
        ready, _, _ = select.select([process.stdout], [], [], WAIT)
        some = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not some:
            return None
        got += some
    return got


def answers_line_by_line(arguments, first):
    process = subprocess.Popen([GARNER, "clean", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    try:
        for i in range(4):
            process.stdin.write((first if i == 0 else b"") + line(i))
            check(answer(process, b"Line %d of" % i) is not None, "no answer to line %d with %s" % (i, arguments))
        process.stdin.close()
        check(process.stdout.read() in (b"", b"\n") and process.wait() == 0, "the end with %s" % arguments)
    finally:
        process.kill()


def answers_through_a_named_pipe():
    with tempfile.TemporaryDirectory() as folder:
        pipe = folder + "/pipe"
        os.mkfifo(pipe)
        process = subprocess.Popen([GARNER, "clean", pipe], stdout=subprocess.PIPE, bufsize=0)
        with open(pipe, "wb", buffering=0) as out:
            out.write(line(7))
            check(answer(process, b"Line 7 of") is not None, "no answer through a named pipe")
        check(process.wait() == 0, "the end of a named pipe")


def a_line_in_pieces_is_one_line():
    process = subprocess.Popen([GARNER, "clean", "-j", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    whole = line(1)[:-3] + b" " + b"word " * 3000 + line(1)[-3:]
    for at in range(0, len(whole), 1000):
        process.stdin.write(whole[at:at + 1000])
    check(answer(process, b"Line 1 of") is not None, "no answer to a line in pieces")
    process.stdin.close()
    check(process.wait() == 0, "the end of a line in pieces")


def how_bytes_come_makes_no_difference():
    """Bytes one by one give what a file gives: what an input is does not depend on what was there when it was looked at."""
    inputs = [b"\n\n \xef\xbb\xbf" + line(0) + b"WARC/1.1\r\n", b"{\n  \"a\": 1\n}\nA text that only begins with a brace.\n",
              b"", b"\n", b"{", b"{}\n", line(0)[:-1], b"<!doctype html><title>T</title><p>A paragraph of a page, said at length.\n",
              b"WARC/1.1\r\n", b"\x1f\x8b", b"{\"text\": \"cut off", line(0) + b"{\"text\": \"cut off"]
    for data in inputs:
        with tempfile.NamedTemporaryFile() as f:
            f.write(data)
            f.flush()
            with open(f.name, "rb") as stdin:
                at_once = subprocess.run([GARNER, "clean"], stdin=stdin, capture_output=True)
        process = subprocess.Popen([GARNER, "clean"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, bufsize=0)
        for i in range(len(data)):
            try:
                process.stdin.write(data[i:i + 1])
            except BrokenPipeError:
                break
        out, err = process.communicate()
        check((process.returncode, out, err) == (at_once.returncode, at_once.stdout, at_once.stderr),
              "%r: %r, as a file %r" % (data, (process.returncode, out, err), at_once))


for extra in (["-j", "1"], ["-j", "2"], ["-j", "2", "--format", "jsonl"]):
    answers_line_by_line(extra, b"")
answers_line_by_line(["-j", "2"], b"\xef\xbb\xbf")
answers_through_a_named_pipe()
a_line_in_pieces_is_one_line()
how_bytes_come_makes_no_difference()
print("%d checks" % checks)
