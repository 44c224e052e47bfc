#!/bin/bash
# What becomes of the texts that a document had: numbers, ids, and which of them a reader gets.
. "$(dirname "$0")/common.sh"
export SOURCE_DATE_EPOCH=1700000000
cd "$work" || exit 1
python3 - <<'PYTHON'
stories = ("The ferry left the north quay at seven, and its captain looked back at the lamps of the harbour for a while.",
           "Rain fell on the orchards above the village, so that nobody picked a single plum before the afternoon came.",
           "The library bought an old printing press, which two students now clean every Thursday with rags and oil.")
with open("in.warc", "wb") as out:
    for i, story in enumerate(stories):
        page = ("<html lang=en><head><title>Story %d</title></head><body><article><p>%s</p><p>%s</p>"
                "<p>Clip this for the Harbour desk</p></article></body></html>" % (i, story, story[::-1].title()[::-1]))
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
        out.write(("WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000000%d>\r\n"
                   "WARC-Target-URI: https://paper.example/%d\r\nWARC-Date: 2023-05-0%dT06:07:08Z\r\n"
                   "Content-Type: application/http\r\nContent-Length: %d\r\n\r\n" % (i, i, i + 1, len(block))).encode()
                  + block + b"\r\n\r\n")
PYTHON
cat >my.rules <<'RULES'
rule share.desk
line Clip this for the Harbour desk
yes Clip this for the Harbour desk
no Clip this for the Harbour
RULES
for jobs in 1 4; do
	gives 0 "$garner" ingest --jobs $jobs store$jobs in.warc
	gives 0 "$garner" search --index store$jobs
	gives 0 "$garner" reclean --dry-run --jobs $jobs --rules my.rules store$jobs
	prints "^changed.3$"
	gives 0 "$garner" verify --data store$jobs
	gives 0 "$garner" reclean --jobs $jobs --rules my.rules store$jobs
	prints "^lines cut by share.desk.0.3$"
	gives 0 "$garner" verify --data store$jobs
	gives 0 "$garner" reclean --jobs $jobs --rules my.rules store$jobs
	prints "^same.3$"
done
for part in packs manifest INDEX.md SHA256SUMS raw; do
	gives 0 diff -r store1/$part store4/$part
done

# Each document is there once, with the text that it has now; all texts when nothing is said.
numbers() { "$garner" "$@" >numbers.out || fail "exit $?: $*"; cut -f 1 numbers.out | sort -n | tr '\n' ' '; }
is() { checks=$((checks + 1)); [ "$1" = "$2" ] || fail "'$1', expected '$2': $3"; }
is "$(numbers list store1)" "0 1 2 3 4 5 " "all"
is "$(numbers list --revisions all store1)" "0 1 2 3 4 5 " "all, said"
is "$(numbers list --revisions newest store1)" "3 4 5 " newest
is "$(numbers list --revisions newest --limit 2 store1)" "3 4 " "of the newest the first two"
is "$(numbers list --revisions newest --duplicates first --host paper.example --until 2023-05-02 store1)" "3 4 " "with other filters"
is "$(numbers search store1 plum)" "1 4 " "search"
is "$(numbers search --revisions newest store1 plum)" "4 " "search, newest"
is "$(numbers search --revisions newest --limit 2 store1 the | wc -w)" 2 "search, newest, two"
is "$("$garner" list store1 | cut -f 2 | sort -u | wc -l)" 3 "a document keeps its id"
gives 0 "$garner" export --revisions newest store1
[ "$(wc -l <out)" = 3 ] && ! grep '"text":"[^"]*Clip this' out || fail "an export of the newest texts has old ones"
gives 0 "$garner" export --revisions newest --format txt -o texts store1
gives 0 sh -c 'cd texts && sha256sum --quiet -c SHA256SUMS'
gives 2 "$garner" list --revisions old store1
says "--revisions: 'old' is not all or newest"

# The same of an archive.
printf '%s\n' '{"url":"https://paper.example/a","text":"The first text of this page, as it was on Monday."}' \
	'{"url":"https://paper.example/b","text":"A page that nobody has changed since it was written."}' \
	'{"url":"https://paper.example/a","text":"The second text of this page, as it was mended on Tuesday."}' >in.jsonl
gives 0 "$garner" build -o one.tar.zst in.jsonl
is "$(numbers list one.tar.zst)" "0 1 2 " "an archive"
is "$(numbers list --revisions newest one.tar.zst)" "1 2 " "an archive, newest"

# --query looks into the text for every verb that takes it.
is "$(numbers list --query 'PRINTING press' store1)" "2 5 " "list --query"
is "$(numbers list --revisions newest --limit 1 --query 'the library' store1)" "5 " "list --query, newest, one"
is "$(numbers list --query mended one.tar.zst)" "2 " "an archive, --query"
is "$(numbers search --query captain store1 the)" "0 3 " "search --query"
is "$(numbers search --query captain --limit 1 --revisions newest store1 the)" "3 " "search --query, newest"
finish
