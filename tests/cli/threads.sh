#!/bin/bash
# The same inputs with 1 and with 4 threads give the same bytes everywhere.
. "$(dirname "$0")/common.sh"
export SOURCE_DATE_EPOCH=1700000000
cd "$work" || exit 1
mkdir in
# Enough documents of different lengths that threads finish out of order.
for i in $(seq 1 60); do
	{
		echo "<html lang=en><head><title>Report $i of the harbour board</title></head><body><div id=nav><a href=/>Home</a></div><article>"
		for k in $(seq 1 $((i * 37 % 41 + 1))); do
			echo "<p>On day $k the board of harbour $i counted $((i * k)) ships, more than the $((i + k)) of the year before, and wrote it down.</p>"
		done
		echo "</article></body></html>"
	} >in/page_$i.html
done
cp "$project"/testdata/seeds/*.txt "$project"/testdata/pages/*.html in
for jobs in 1 4; do
	gives 0 "$garner" ingest --jobs $jobs store$jobs in
	gives 0 "$garner" build --jobs $jobs -o out$jobs.tar.zst in
	"$garner" clean --jobs $jobs --format jsonl in >clean$jobs.jsonl
done
[ "$(wc -l <clean1.jsonl)" -eq 67 ] || fail "67 documents were expected, not $(wc -l <clean1.jsonl)"
same "clean" clean1.jsonl clean4.jsonl
same "build" out1.tar.zst out4.tar.zst
(cd store1 && find . -type f ! -name 'catalogue.db*' ! -name lock | sort | xargs sha256sum) >one
(cd store4 && find . -type f ! -name 'catalogue.db*' ! -name lock | sort | xargs sha256sum) >four
same "packs, manifests, INDEX.md" one four
grep -q 'packs/' one || fail "no pack was written"
gives 0 "$garner" verify --data store4
# Every row of every table.
facts() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect("file:%s/catalogue.db?mode=ro" % sys.argv[1], uri=True)
for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = ? ORDER BY name", ("table",)).fetchall():
    for row in sorted(map(repr, db.execute("SELECT * FROM \"%s\"" % table))):
        print(table, row)' "$1"
}
# Captures are packed by the workers where there are some, by the writer where there are none.
# Between pages: answers that are none, the same pages again, chunked and coded ones, records that are damaged.
python3 - in/*.html >pages.warc <<-'EOF'
	import gzip, sys
	out = sys.stdout.buffer
	records = 0
	def record(kind, i, block, extra=b""):
	    global records
	    records += 1
	    out.write(b"WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%08d-0000-4000-8000-000000000000>\r\n"
	              b"WARC-Date: 2024-05-04T10:00:00Z\r\nWARC-Target-URI: https://harbour.example/%d\r\n%s"
	              b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (kind, records, i, extra, len(block)))
	    out.write(block + b"\r\n\r\n")
	def answer(status, body, head=b""):
	    return b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n%s\r\n" % (status, head) + body
	for i, path in enumerate(sys.argv[1:] + sys.argv[1:4]):
	    page = open(path, "rb").read()
	    if i % 5 == 1:
	        record(b"response", i, answer(b"200 OK", gzip.compress(page, mtime=0), b"Content-Encoding: gzip\r\n"))
	    elif i % 5 == 2:
	        record(b"response", i, answer(b"200 OK", b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page), b"Transfer-Encoding: chunked\r\n"))
	    else:
	        record(b"response", i, answer(b"200 OK", page))
	    if i % 4 == 0:
	        record(b"response", i, answer(b"304 Not Modified", b""))
	        record(b"response", 1000 + i, answer(b"304 Not Modified", b""))
	        record(b"revisit", i, answer(b"304 Not Modified", b""), b"WARC-Refers-To: <urn:uuid:%08d-0000-4000-8000-000000000000>\r\n" % records)
	        record(b"revisit", i // 2, answer(b"200 OK", b""), b"WARC-Refers-To-Target-URI: https://harbour.example/%d\r\n" % (i // 2))
	        record(b"response", i, answer(b"404 Not Found", b"<p>Nothing stands here."))
	    if i % 20 == 10:
	        out.write(b"what no record begins with\r\n" * 50)
EOF
for raw in gzip zst; do
	for jobs in 1 4; do
		gives 1 "$garner" ingest --raw $raw --jobs $jobs kept$jobs pages.warc
		gives 1 "$garner" ingest --raw $raw --jobs $jobs --report again.$jobs kept$jobs pages.warc
		grep -qE '"stored":0,"known":[0-9]{3}.*"unchanged":[0-9]{2}' again.$jobs || fail "the second run, as $raw with $jobs threads"
		facts kept$jobs >kept$jobs.facts
		(cd kept$jobs && find . -type f ! -name 'catalogue.db*' ! -name lock | sort | xargs sha256sum) >kept$jobs.sums
	done
	grep -q 'raw/' kept1.sums || fail "no capture was kept as $raw"
	same "captures as $raw" kept1.sums kept4.sums
	same "facts of the catalogue, as $raw" kept1.facts kept4.facts
	gives 0 "$garner" verify --data kept4
	rm -rf kept1 kept4
done
# Refused inputs go past the workers: no count of threads may lose, repeat or wait for one.
for ((i = 0; i < 3000; i++)); do
	((i % 3)) && echo '{"bad":' || echo "{\"text\":\"Line number $i of the good ones stands here.\",\"id\":\"$i\"}"
done >"$work/mixed.jsonl"
for jobs in 1 2 4 8; do
	timeout -s KILL 60 "$garner" clean --quiet --jobs $jobs --format jsonl --report "$work/report.json" "$work/mixed.jsonl" >"$work/mixed.$jobs" 2>/dev/null
	[ $? = 1 ] || fail "exit of a run with $jobs threads over refused inputs"
	grep -q '"inputs":3000,"stored":1000,"known":0,"dropped":2000' "$work/report.json" || fail "counts with $jobs threads"
	same "refused inputs with $jobs threads" "$work/mixed.1" "$work/mixed.$jobs"
done
finish
