#!/usr/bin/env python3
"""Writes letters.c: how often each letter beyond ASCII stands in a language, for charset detection.

usage: make_letters.py LOCALE_FOLDER… > letters.c

The counts come from translated messages of programs (any folder that looks like /usr/share/locale; the numbers in
the tree were made from Debian 12's coreutils, evolution-common, gimp-data, iso-codes and libgtk-3-common). Only counts leave this program, no text.
"""
import math
import os
import struct
import sys
import unicodedata
from collections import Counter

# Languages that were written in single-byte encodings, with their script and the locale to count.
LANGUAGES = {
    'latin': 'af sq eu ca cs da nl en eo et fo fi fr gl de hu is ga it lv lt mt nb pl pt ro sk sl es sv tr cy hr vi',
    'cyrillic': 'be bg mk ru sr uk', 'greek': 'el', 'hebrew': 'he', 'arabic': 'ar fa', 'thai': 'th',
}
SMALLEST = 2e-4  # share below which a letter is left out


def messages(path):
    """Translations of a .mo file (GNU gettext manual, 10.3)."""
    data = open(path, 'rb').read()
    if len(data) < 28:
        return
    order = '<' if data[:4] == b'\xde\x12\x04\x95' else '>'
    count, _, table = struct.unpack(order + '3I', data[8:20])
    for i in range(1, count):  # 0 is the header
        length, at = struct.unpack(order + '2I', data[table + 8 * i:table + 8 * i + 8])
        yield data[at:at + length].decode('utf-8', 'replace')


def spelled(language, text):
    """As single-byte encodings could write it."""
    text = unicodedata.normalize('NFC', text)
    if language == 'fa':
        return text.replace('\u06cc', '\u064a').replace('\u06a9', '\u0643')
    if language == 'ro':  # the older encodings have cedillas, the newer ones commas below: both
        return text + text.translate({0x219: 0x15f, 0x21b: 0x163, 0x218: 0x15e, 0x21a: 0x162})
    if language == 'vi':  # windows-1258 writes tones behind the letter
        out = ''
        for c in text:
            parts = unicodedata.normalize('NFD', c)
            tone = ''.join(p for p in parts[1:] if p in '\u0300\u0301\u0303\u0309\u0323')
            out += unicodedata.normalize('NFC', ''.join(p for p in parts if p not in tone)) + tone
        return out
    return text


def written_in(script, c):
    if unicodedata.category(c)[0] not in 'LM':
        return False
    name = unicodedata.name(c, '')
    return name.startswith(script.upper()) or (script == 'latin' and c in '\u0300\u0301\u0303\u0309\u0323')


def counts(folders, language, script):
    letters = Counter()
    for folder in folders:
        base = os.path.join(folder, language, 'LC_MESSAGES')
        for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
            path = os.path.join(base, name)
            if not name.endswith('.mo') or os.path.islink(path):
                continue
            for message in messages(path):
                letters.update(c for c in spelled(language, message)
                               if ord(c) > 127 and written_in(script, c))
    return letters


def main():
    folders = sys.argv[1:]
    if not folders:
        sys.exit(__doc__)
    rows, entries = [], []
    for script, languages in LANGUAGES.items():
        for language in languages.split():
            letters = counts(folders, language, script)
            total = sum(letters.values())
            kept = sorted((c, n) for c, n in letters.items() if n >= max(3, SMALLEST * total))
            rows.append((language, script, len(entries), len(kept)))
            # Quarter nats below one, in a byte.
            entries += [(ord(c), min(255, round(-4 * math.log(n / total)))) for c, n in kept]
            print(language, total, len(kept), file=sys.stderr)
    print('/* Made by make_letters.py from message catalogues; see there. Counts only. */')
    print('#include "decode/letters.h"\n')
    print('const struct letter letters[] = {')
    for i in range(0, len(entries), 8):
        print('\t' + ' '.join('{ 0x%03X, %d },' % e for e in entries[i:i + 8]))
    print('};\n\nconst struct letter_language letter_languages[] = {')
    for language, script, start, count in rows:
        print('\t{ "%s", LETTERS_%s, %d, %d },' % (language, script.upper(), start, count))
    print('};\nconst size_t letter_language_count = %d;' % len(rows))


if __name__ == '__main__':
    main()
