#!/usr/bin/env python3
"""Language of the newsroom truth texts, whole and their first 200 characters: garner against the country's language.

usage: tests/quality/lang.py [--garner COMMAND] [--data DIR]

Exit 0 when both shares reach their floors (0.99 whole, 0.97 first 200), 1 when not, 77 when the data is not there."""
import argparse, gzip, json, os, subprocess, sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLOORS = {None: 0.99, 200: 0.97}
COUNTRY = dict(at="de", au="en", be="en", ca="en", ch="de", de="de", es="es", fr="fr", il="de", ind="en", isl="is", it="it",
    jp="ja", lb="ar", li="de", ls="en", lu="de", my="en", na="en", no="no", pl="pl", pt="en", se="sv", tr="tr", tz="en",
    ua="ru", uk="en", us="en", vn="vi", za="en")
# Publishers that write in another language than most of their country's in this set; read by hand.
OTHER = {"es-MallorcaMagazin": "de", "es-MallorcaZeitung": "de", "it-Tageszeitung": "de", "jp-TheJapanNews": "en",
    "ind-Bhaskar": "hi", "za-Dizindaba": "xh", "za-IsolezweLesiXhosa": "xh", "za-EyethuNews": "zu", "za-Ilanga": "zu"}


def truth(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            want = OTHER.get(row["publisher"], COUNTRY.get(row["country"]))
            if want and row.get("body"):
                yield row["id"], want, row["body"]


def ask(command, texts):
    """{id: (lang, score)} of {id: text}."""
    lines = "".join(json.dumps({"id": i, "text": t}, ensure_ascii=False) + "\n" for i, t in texts.items())
    out = subprocess.run([command, "clean", "--no-rules", "--format", "jsonl", "-"], input=lines.encode(), capture_output=True)
    rows = map(json.loads, out.stdout.decode().splitlines())
    return {r["src"]["record"]: (r.get("lang"), r.get("lang_score")) for r in rows}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--garner", default=os.path.join(TOP, "build", "cmd", "garner"))
    ap.add_argument("--data", default=os.path.join(TOP, "..", "shared", "data"))
    a = ap.parse_args()
    path = os.path.join(a.data, "newsroom.truth.jsonl.gz")
    if not os.path.exists(path):
        print("skipped: no", path)
        return 77
    rows = list(truth(path))
    failed = 0
    for length, floor in FLOORS.items():
        found = ask(a.garner, {i: body[:length] for i, _, body in rows})
        wrong = [(i, want, *found.get(i, (None, None))) for i, want, _ in rows if found.get(i, (None,))[0] != want]
        share = 1 - len(wrong) / len(rows)
        print(f"{'whole texts' if length is None else f'first {length}':<12} {len(rows) - len(wrong)} of {len(rows)}  {share:.4f}")
        for i, want, lang, score in wrong:
            print(f"  {i}: {lang} ({score}), wanted {want}")
        failed |= share < floor
    return failed


if __name__ == "__main__":
    sys.exit(main())
