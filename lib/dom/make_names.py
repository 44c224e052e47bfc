#!/usr/bin/env python3
"""Writes names_table.h: hash tables without collisions for the element and attribute names of dom.h.

Run after a change of DOM_TAGS or DOM_ATTRS:  lib/dom/make_names.py > lib/dom/names_table.h
"""
import os
import random
import re
import sys

MASK = 2**64 - 1


def key(name):
    """The same as name_key() in names_find.h."""
    b = name.encode()
    k = int.from_bytes(b[:8].ljust(8, b"\0"), "little")
    if len(b) > 8:
        k ^= int.from_bytes(b[-8:], "little") * 3 & MASK
    return k


def table(prefix, names, bits):
    rng = random.Random(1)
    while True:
        factor = rng.getrandbits(64) | 1
        slots = {}
        for number, name in enumerate(names, 1):
            if slots.setdefault((key(name) * factor & MASK) >> (64 - bits), number) != number:
                break
        else:
            break
    print(f"#define {prefix}_FACTOR 0x{factor:016x}u")
    print(f"enum {{ {prefix}_BITS = {bits} }};")
    cells = [f"[{h}] = {n}" for h, n in sorted(slots.items())]
    rows = ["\t" + ", ".join(cells[i:i + 8]) for i in range(0, len(cells), 8)]
    print(f"#define {prefix}_SLOTS \\\n" + ", \\\n".join(rows))


def main():
    header = open(os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "dom.h")).read().replace("\\\n", "")
    tags = re.findall(r"X\(\s*([a-z0-9]+)\)", header.split("enum dom_tag {")[0])
    attrs = re.findall(r'X\(\s*[A-Z_]+,\s*"([^"]+)"\)', header.split("#define DOM_ATTRS")[1].split("enum dom_attr_name")[0])
    print("/* Made by make_names.py from DOM_TAGS and DOM_ATTRS: values are the enum's, attributes plus one. */")
    print("#ifndef GARNER_DOM_NAMES_TABLE_H\n#define GARNER_DOM_NAMES_TABLE_H\n")
    print("/* clang-format off */")
    table("TAG", tags, 11)
    table("ATTR", attrs, 8)
    print("/* clang-format on */\n\n#endif")


main()
