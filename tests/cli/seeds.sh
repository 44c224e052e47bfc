#!/bin/bash
# The seed documents come out byte-equal to what must come out, by clean and by build.
. "$(dirname "$0")/common.sh"

for name in "$project"/testdata/seeds/*.txt; do
	base=$(basename "$name")
	gives 0 "$garner" clean "$name"
	same "clean $base" "$project/testdata/seeds-clean/$base" "$work/out"
	"$garner" clean - <"$name" >"$work/stdin"
	same "clean - < $base" "$project/testdata/seeds-clean/$base" "$work/stdin"
	"$garner" clean "$work/stdin" >"$work/again"
	same "clean of the clean $base" "$work/stdin" "$work/again"
done

# The same text in other spellings of its bytes.
for name in "$project"/testdata/seeds/*.txt; do
	base=$(basename "$name")
	mkdir -p "$work/spelled" && python3 - "$name" "$work/spelled" <<'EOF' || fail "python3"
import codecs, json, sys
text = open(sys.argv[1], encoding="utf-8", newline="").read()
spelled = {
    "crlf.txt": text.replace("\n", "\r\n").encode(),
    "bom.txt": codecs.BOM_UTF8 + text.encode(),
    "utf-16le.txt": codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16be.txt": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16-unmarked.txt": text.encode("utf-16-le"),
    "lines.jsonl": json.dumps({"text": text}).encode() + b"\n",
}
for name, data in spelled.items():
    open(f"{sys.argv[2]}/{name}", "wb").write(data)
EOF
	for spelled in "$work"/spelled/*; do
		"$garner" clean "$spelled" >"$work/file" && "$garner" clean - <"$spelled" >"$work/stdin"
		same "clean $base as $(basename "$spelled")" "$project/testdata/seeds-clean/$base" "$work/file"
		same "clean - < $base as $(basename "$spelled")" "$project/testdata/seeds-clean/$base" "$work/stdin"
	done
done

cd "$work" || exit 1
gives 0 "$garner" build -o seeds.tar.zst "$project/testdata/seeds"
mkdir unpacked && tar --zstd -xf seeds.tar.zst -C unpacked || fail "tar --zstd does not read it"
(cd unpacked && sha256sum -c --quiet SHA256SUMS) || fail "SHA256SUMS"
for name in "$project"/testdata/seeds-clean/*.txt; do
	same "member $(basename "$name")" "$name" "unpacked/$(basename "$name")"
done
gives 0 "$garner" verify --data seeds.tar.zst
python3 - unpacked/manifest.jsonl "$project/testdata/seeds-clean/facts.json" <<'EOF' || fail "facts"
import json, sys
got = {d["path"]: d for d in map(json.loads, open(sys.argv[1], encoding="utf-8")) if "path" in d}
for want in json.load(open(sys.argv[2], encoding="utf-8")):
    d = got[want["file"]]
    cut = [line for c in d.get("cut", []) for line in c["lines"]]
    assert d.get("title") == want["title"], (want["file"], "title", d.get("title"))
    assert d.get("published", "")[:10] == (want["published"] or ""), (want["file"], "published", d.get("published"))
    assert d.get("lang") == want["lang"], (want["file"], "lang", d.get("lang"))
    assert [c.strip() for c in cut] == want["cut"], (want["file"], "cut", cut)
EOF
finish
