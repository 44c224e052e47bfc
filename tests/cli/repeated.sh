#!/bin/bash
# Lines that stand on many texts of one host are cut, whatever they say, the same for any count of threads.
. "$(dirname "$0")/common.sh"
export SOURCE_DATE_EPOCH=1700000000
cd "$work" || exit 1
mkdir in
for i in $(seq 1 40); do
	printf 'Hafenblatt am Morgen\n\nIm Fall %s hat der Rat am Montag beschlossen, dass die Bruecke erst im Fruehjahr wieder geoeffnet wird.\n\nKleine Runde um den Turm\nNummer %s der Reihe\n' "$i" "$i" >"in/t$i.txt"
	printf '{"url":"https://%s.example.org/%s","text":"Abendruf aus dem Tal\\n\\nThe council of town %s has said on Monday that the bridge will be open again in spring."}\n' \
		"$((i % 2))" "$i" "$i" >>in/all.jsonl
done
gives 0 "$garner" clean in
prints '^Kleine Runde um den Turm$'
gives 0 "$garner" clean --repeated --explain in
says '^in/t1.txt:5: repeated.line \(repeated\): Kleine Runde um den Turm$'
prints '^Im Fall 7 hat'
grep -qE 'Kleine Runde|Hafenblatt|Abendruf' "$work/out" && fail "a line that stands on every text was kept"
gives 0 "$garner" clean --repeated --keep repeated in
prints '^Kleine Runde um den Turm$'
# One text alone has nothing to repeat.
gives 0 "$garner" clean --repeated in/t1.txt
prints '^Kleine Runde um den Turm$'
for jobs in 1 4; do
	"$garner" clean --quiet --repeated --jobs $jobs --format jsonl in >clean$jobs.jsonl
	gives 0 "$garner" ingest --repeated --jobs $jobs store$jobs in
	gives 0 "$garner" build --repeated --jobs $jobs -o out$jobs.tar.zst in
done
same "clean" clean1.jsonl clean4.jsonl
same "build" out1.tar.zst out4.tar.zst
same "counts" store1/lines.counts store4/lines.counts
# What is used is named.
grep -qE '"rules":"[^"]+\+lines:[0-9a-f]{16}"' clean1.jsonl || fail "the counts in use are not named"
grep -qE '"rules":"[^"]+\+lines:[0-9a-f]{16}"' store1/manifest/000000.jsonl || fail "the manifest does not name the counts"
# A store remembers, and counts nothing twice.
cp store1/lines.counts before
gives 0 "$garner" ingest --repeated store1 in
same "counts of texts that were counted" before store1/lines.counts
mkdir later
printf 'Hafenblatt am Morgen\n\nAbendruf aus dem Tal\n\nAm Dienstag war der Rat noch einmal zusammen und sprach ueber die alte Bruecke am Fluss.\n' >later/t.txt
printf '{"url":"https://1.example.org/new","text":"Abendruf aus dem Tal\\n\\nOn Tuesday the council met again and spoke of the old bridge over the river."}\n' >later/new.jsonl
gives 0 "$garner" ingest --repeated store1 later
gives 0 "$garner" show store1 https://1.example.org/new
prints 'On Tuesday the council'
grep -q 'Abendruf' "$work/out" && fail "the store forgot a line"
gives 0 "$garner" verify --data store1
# A bit that flipped in them is named; repair begins them anew.
cp -r store1 store6
python3 - store6/lines.counts <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(24)
    byte = f.read(1)[0]
    f.seek(24)
    f.write(bytes([byte ^ 2]))
END
gives 5 "$garner" verify store6
prints 'store6/lines.counts: counts of lines: damaged'
gives 3 "$garner" ingest --repeated store6 later
says 'store6/lines.counts: counts of lines: damaged: .*garner repair'
gives 0 "$garner" repair store6
prints 'store6/lines.counts: counts of lines: damaged: .*: removed, they begin anew'
gives 0 "$garner" verify --data store6
gives 0 "$garner" ingest --repeated store6 later
# Bytes that are no counts end the run before anything is stored.
echo rubbish >store4/lines.counts
gives 3 "$garner" ingest --repeated store4 later
says 'store4/lines.counts: no counts of lines, or cut short: 8 bytes'
# A store that watches a folder remembers from one sync to the next.
mkdir watched
cp in/t1.txt in/t2.txt in/t3.txt in/t4.txt watched
gives 0 "$garner" source add store5 "$work/watched"
gives 0 "$garner" sync --all --repeated --jobs 1 store5
grep -qE '"rules":"[^"]+\+lines:[0-9a-f]{16}"' store5/manifest/000000.jsonl || fail "sync does not name the counts"
cp store5/lines.counts before
printf 'Hafenblatt am Morgen\n\nAm Dienstag war der Rat noch einmal zusammen und sprach ueber die alte Bruecke am Fluss.\n' >watched/new.txt
gives 0 "$garner" sync --all --repeated store5
cmp -s before store5/lines.counts && fail "a text of the second sync was not counted"
gives 0 "$garner" export --format jsonl store5
prints "Am Dienstag war der Rat"
grep -qE '"text":"[^"]*(Hafenblatt|Kleine Runde)' "$work/out" && fail "sync kept a line that stands on every text"
gives 0 "$garner" verify --data store5
finish
