#!/usr/bin/env python3
"""Writes references_table.h: the named character references of WHATWG 13.5, from Python's own list.

lib/dom/make_references.py > lib/dom/references_table.h
"""
from html.entities import html5


def main():
    names = {}
    for name, text in html5.items():
        names.setdefault(name.rstrip(";"), [text, False])
        if not name.endswith(";"):
            names[name][1] = True
    pool, rows = "", []
    for name in sorted(names, key=lambda n: n.encode()):
        text, legacy = names[name]
        codes = [ord(c) for c in text] + [0]
        rows.append(f"{{ {len(pool)}, {len(name)}, {int(legacy)}, {codes[0]:#x}, {codes[1]:#x} }}")
        pool += name
    print("/* Made by make_references.py: place and length in the pool of names, allowed without \";\", code points. */")
    print("#ifndef GARNER_DOM_REFERENCES_TABLE_H\n#define GARNER_DOM_REFERENCES_TABLE_H\n\n#include <stdint.h>\n")
    print("/* clang-format off */")
    print("static const char reference_names[] =")
    for i in range(0, len(pool), 100):
        print(f'\t"{pool[i:i + 100]}"')
    print("\t;")
    print("static const struct reference {")
    print("\tuint16_t at;\n\tuint8_t n, legacy;\n\tuint32_t first;\n\tuint16_t second;")
    print("} references[] = {")
    for i in range(0, len(rows), 5):
        print("\t" + ", ".join(rows[i:i + 5]) + ",")
    print("};")
    print("/* clang-format on */\n\n#endif")


main()
