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
# Captures are packed by the workers where there are some, by the writer where there are none.
python3 - in/*.html >pages.warc <<-'EOF'
	import sys
	out = sys.stdout.buffer
	for i, path in enumerate(sys.argv[1:] + sys.argv[1:4]):
	    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + open(path, "rb").read()
	    out.write(b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%08d-0000-4000-8000-000000000000>\r\n"
	              b"WARC-Date: 2024-05-04T10:00:00Z\r\nWARC-Target-URI: https://harbour.example/%d\r\n"
	              b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (i, i, len(body)))
	    out.write(body + b"\r\n\r\n")
EOF
for raw in gzip zst; do
	for jobs in 1 4; do
		gives 0 "$garner" ingest --raw $raw --jobs $jobs kept$jobs pages.warc
		gives 0 "$garner" ingest --raw $raw --jobs $jobs kept$jobs pages.warc
		(cd kept$jobs && find . -type f ! -name 'catalogue.db*' ! -name lock | sort | xargs sha256sum) >kept$jobs.sums
	done
	grep -q 'raw/' kept1.sums || fail "no capture was kept as $raw"
	same "captures as $raw" kept1.sums kept4.sums
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
