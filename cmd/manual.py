#!/usr/bin/env python3
"""Writes garner.1 from garner.1.in and what the command says of itself, so that the two cannot drift apart.

  manual.py GARNER garner.1.in garner.1     @VERBS@, @OPTIONS@, @LIMITS@ and @REASONS@ are replaced
"""
import re
import subprocess
import sys


def ask(garner, *arguments):
    return subprocess.run([garner, *arguments], check=True, capture_output=True, text=True).stdout


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)
    # groff without man(1) in front of it reads Latin-1.
    return re.sub(r"[^\x00-\x7f]", lambda c: "\\[u%04X]" % ord(c.group()), text)


def block(text):
    return ".EX\n" + escape(text.rstrip("\n")) + "\n.EE\n"


def verb_section(garner, verb):
    common = ask(garner, "--help", "options")
    usage, _, rest = ask(garner, verb, "--help").partition("\n")
    summary, _, options = rest.strip("\n").partition("\n")
    if rest.endswith(common):
        options = options[: -len(common.strip("\n"))].rstrip("\n") + "\n\nand the common options below.\n"
    return ".SS %s\n%s\n.PP\n%s\n%s" % (
        verb, block(re.sub(r"^usage: ", "", usage)), escape(summary), block(options.strip("\n")) if options.strip() else "")


def main():
    garner, source, target = sys.argv[1:]
    verbs = re.findall(r"^  ([a-z]+) ", ask(garner, "--help"), flags=re.M)
    with open(source, encoding="utf-8") as f:
        page = f.read()
    page = page.replace("@VERBS@\n", "".join(verb_section(garner, v) for v in verbs))
    page = page.replace("@OPTIONS@\n", block(ask(garner, "--help", "options")))
    page = page.replace("@LIMITS@\n", block(ask(garner, "--help", "limits")))
    page = page.replace("@REASONS@\n", block(ask(garner, "--help", "reasons")))
    page = page.replace("@VERSION@", ask(garner, "--version").strip())
    with open(target, "w", encoding="utf-8") as f:
        f.write(page)


main()
