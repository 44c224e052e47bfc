#!/usr/bin/env python3
"""Turns rule files into C: embed.py OUT.c FILE.rules...  (Python 3, standard library only)

Refuses what would surprise a reader of the files before the compiler sees it: bytes that are not UTF-8, tabs,
spaces at line ends, a rule without an example of its own, an id that stands twice. What the rules mean is
checked by the library, which reads the same text."""
import hashlib
import os
import re
import sys

# They ask what stands around a line: no example is one line.
NEIGHBOURS = ["detector %s" % name for name in ("scorer", "repeated", "passage", "next", "teasers", "menu", "links",
                                                "pages", "markup")]


def fail(path, number, words):
    sys.exit("%s:%d: %s" % (path, number, words))


def check(path, text, ids):
    rule = None
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line or line != line.rstrip():
            fail(path, number, "tab, or space at the line's end")
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition(" ")
        if not value:
            fail(path, number, "a value is missing")
        if key == "rule":
            finish(path, rule)
            if value in ids:
                fail(path, number, "%s stands already in %s" % (value, ids[value]))
            if not re.fullmatch(r"[a-z][a-z-]*(\.[a-z0-9-]+)+", value):
                fail(path, number, "an id is kind.name in small letters")
            ids[value] = path
            rule = {"id": value, "at": number, "examples": 0}
        elif rule and (key in ("yes", "line") or line in NEIGHBOURS):
            rule["examples"] += 1
    finish(path, rule)


def finish(path, rule):
    if rule and not rule["examples"]:
        fail(path, rule["at"], "rule %s has no example" % rule["id"])


def quoted(data):
    lines = []
    for line in data.splitlines(keepends=True):
        body = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else "\\%03o" % b for b in line)
        lines.append('\t"%s"' % body)
    return "\n".join(lines) or '\t""'


def main():
    out, files = sys.argv[1], sorted(sys.argv[2:])
    ids, digest, parts, rows = {}, hashlib.sha256(), [], []
    for i, path in enumerate(files):
        with open(path, "rb") as f:
            data = f.read()
        try:
            check(path, data.decode("utf-8"), ids)
        except UnicodeDecodeError as e:
            fail(path, data[:e.start].count(b"\n") + 1, "not UTF-8")
        digest.update(data)
        parts.append("static const char text_%d[] =\n%s;\n" % (i, quoted(data)))
        rows.append('\t{ "%s", text_%d, sizeof(text_%d) - 1 },' % (os.path.basename(path), i, i))
    with open(out, "w", encoding="ascii") as f:
        f.write("/* Made from the .rules files by embed.py. */\n#include \"extract/rules.h\"\n\n")
        f.write("\n".join(parts))
        f.write("\nconst struct rules_builtin rules_builtin[] = {\n%s\n};\n" % "\n".join(rows))
        f.write("const size_t rules_builtin_count = %d;\n" % len(rows))
        f.write('const char rules_builtin_version[] = "1+%s";\n' % digest.hexdigest()[:8])


if __name__ == "__main__":
    main()
