#!/bin/bash
# An archive is read by every verb that only reads; where a store is needed, the path is told as what it is.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
cat >texts.jsonl <<'END'
{"url":"https://quay.example/ferry","title":"The ferry","text":"The ferry of the north quay sails at six.","lang":"en","date":"2024-03-01"}
{"url":"https://hafen.example/faehre","title":"Die Fähre","text":"Die Fähre am Nordkai legt um sechs Uhr ab, und niemand winkt."}
{"url":"https://quay.example/ferry","title":"The ferry","text":"The ferry of the north quay sails at seven now, an hour later than last year."}
{"url":"https://porto.example/balsa","title":"A balsa","text":"A balsa do cais norte parte às seis horas da manhã, com dois passageiros."}
{"url":"https://quay.example/empty","text":""}
END
export SOURCE_DATE_EPOCH=1709280000
gives 1 "$garner" build -q -o all.tar.zst texts.jsonl
gives 1 "$garner" ingest -q store texts.jsonl

# The same answers as of a store with the same inputs.
for verb in stats "history 0" "history 2" "history https://quay.example/ferry" "show 1" "list"; do
	name=${verb%% *} key=${verb#"$name"}
	# shellcheck disable=SC2086
	gives 0 "$garner" $name store $key
	mv out expected
	# shellcheck disable=SC2086
	gives 0 "$garner" $name all.tar.zst $key
	if [ "$name" = stats ]; then
		sed -i '/_bytes\|^packs/d' expected
		prints "^packs.1$"
		prints "^pack_bytes.$(stat -c %s all.tar.zst)$"
		prints "^manifest_bytes.$(tar --zstd -xOf all.tar.zst manifest.jsonl | wc -c)$"
		sed -i '/_bytes\|^packs/d' out
	fi
	same "$verb of an archive" expected out
done
gives 0 "$garner" history all.tar.zst 0
[ "$(wc -l <out)" = 2 ] || fail "an archive does not tell both texts of a document"
gives 1 "$garner" history all.tar.zst 77
says "all.tar.zst: no document '77'"

# Its texts come in again as what they were, and nothing of what closes it; also where the index has pages.
python3 - >many.jsonl <<'END'
import json
for i in range(1100):
    print(json.dumps({"url": "https://quay.example/%d" % i, "text": "The ferry of number %d sails at six, past the wall of the harbour %d." % (i, i * 7)}))
END
gives 0 "$garner" build -q --dedup off -o many.tar.zst many.jsonl
tar --zstd -tf many.tar.zst >names
grep -q '^index/000002.md$' names || fail "the archive has no pages"
gives 0 "$garner" ingest -q --dedup off again many.tar.zst
for of in "list many.tar.zst" "list again"; do
	# shellcheck disable=SC2086
	"$garner" $of | cut -f 1-2 >"${of#list }.ids"
done
same "the documents of an archive taken in again" many.tar.zst.ids again.ids
gives 0 "$garner" clean --format jsonl all.tar.zst
[ "$(wc -l <out)" = 4 ] || fail "of an archive with four texts $(wc -l <out) are cleaned"

# What needs a store says what stands there, and which verbs read it.
mkdir unpacked other && tar --zstd -xf all.tar.zst -C unpacked && cp texts.jsonl other
# So are an archive that was unpacked, and folders of texts and bags: without their manifests and sums, of no texts too.
"$garner" clean --format jsonl all.tar.zst | grep -o '"sha256":"[^"]*"' >of-archive
: >nothing
gives 1 "$garner" build -q -o none.tar.zst nothing
mkdir none && tar --zstd -xf none.tar.zst -C none
for format in txt bagit; do
	gives 0 "$garner" export --format $format -o all.$format all.tar.zst
	gives 0 "$garner" export --format $format -o none.$format none.tar.zst
done
for of in unpacked all.txt all.bagit; do
	gives 0 "$garner" clean --format jsonl $of
	grep -o '"sha256":"[^"]*"' out >of-folder
	same "the texts of $of" of-archive of-folder
done
for of in none.tar.zst none none.txt none.bagit; do
	gives 0 "$garner" ingest into $of
	says "^into: 0 inputs"
done
# Only there: a bag's neighbours, and an index that somebody wrote, are texts.
mkdir -p mine/data && printf 'The tide table of the northern quay hangs at the door of the harbour office.\n' >mine/INDEX.md
cp mine/INDEX.md mine/data/manifest-2024.txt
tar -cf mine.tar -C mine INDEX.md
for of in mine mine.tar; do
	gives 0 "$garner" clean $of
	prints "^The tide table"
done
refuse() { # PATH PATTERN, of every verb
	local verb
	for verb in "search PATH ferry" "search --index PATH" "repair PATH" "forget --reason test PATH 1" "repack PATH" \
		"reclean PATH" "sync -q PATH" "source list PATH" "source remove PATH https://quay.example/"; do
		# shellcheck disable=SC2086
		gives 3 "$garner" ${verb/PATH/$1}
		says "$1: $2"
		! grep -q 'catalogue.db' err || fail "a file of a store is named where there is none: $verb"
	done
}
refuse all.tar.zst "(an archive or a pack, not a store: list, show, history, stats, export and verify|not a store: an archive has no index)"
gives 3 "$garner" search all.tar.zst ferry
says "garner list --query WORDS"
gives 0 "$garner" list --query "Nordkai" all.tar.zst
prints "hafen.example"
refuse unpacked "not a store, but an archive that was unpacked"
refuse other "not a store$"
refuse other/texts.jsonl "a file, not a store"
refuse typo "No such file"
for verb in list stats "history 1" "show 1" export verify; do
	name=${verb%% *}
	# shellcheck disable=SC2086
	gives 3 "$garner" $name unpacked ${verb#"$name"}
	says "^garner: unpacked: not a store, but an archive that was unpacked"
	# shellcheck disable=SC2086
	gives 3 "$garner" $name other ${verb#"$name"}
	says "^garner: other: not a store$"
	[ "$name" = verify ] && continue
	# shellcheck disable=SC2086
	gives 3 "$garner" $name other/texts.jsonl ${verb#"$name"}
	says "^garner: other/texts.jsonl: neither a store nor an archive$"
done
for path in all.tar.zst other/texts.jsonl; do
	gives 3 "$garner" ingest -q "$path" texts.jsonl
	says "$path: .*not a store"
	gives 3 "$garner" source add "$path" https://quay.example/feed
	says "$path: .*not a store"
done
[ "$(ls other)" = texts.jsonl ] || fail "something was made in a folder that is no store"

# A store without its catalogue is one, and says what makes it whole.
rm store/catalogue.db*
for verb in list stats export "source list"; do
	# shellcheck disable=SC2086
	gives 3 "$garner" $verb store
	says "store/catalogue.db: No such file.*garner repair makes it again"
done
# Addresses come in without the credentials that a crawler, a mailer or another tool left in them; names that hold the
# sign stay as they are.
page='<html><head><title>The lock</title></head><body><p>The lock keeper opens at five and closes at nine.</p></body></html>'
record() { # TYPE URL BLOCK HEADER...
	local type=$1 url=$2 block=$3
	shift 3
	printf 'WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n' "$type" "$((++records))"
	printf 'WARC-Target-URI: %s\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n' "$url" "$*" ${#block} "$block"
}
records=0
{
	record resource https://keeper:sesame@lock.example/a@b "$page" "Content-Type: text/html"$'\r\n'
	record revisit https://keeper:sesame@lock.example/c '' \
		"WARC-Refers-To-Target-URI: https://keeper:sesame@lock.example/a@b"$'\r\n'
	record response https://keeper:sesame@lock.example/d $'HTTP/1.1 404 Not Found\r\n\r\n'
} >crawl.warc
printf '{"url":"http:\\/\\/a:b@sesame@lock.example\\/e","text":"The gate is shut for the night."}\n' >crawl.jsonl
printf '{"url":"urn:keeper@lock","text":"The gate is open for the day."}\n' >>crawl.jsonl
printf 'From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\nSnapshot-Content-Location: https://keeper:sesame@lock.example/f\r\n\r\n%s' "$page" >saved.mhtml
gives 1 "$garner" ingest -v locks crawl.warc crawl.jsonl saved.mhtml
says "1 known"
! grep -q sesame err || fail "a password is told of"
! { zcat locks/raw/*.gz && cat locks/manifest/* locks/INDEX.md locks/catalogue.db*; } | grep -aq sesame || fail "a password is kept"
gives 0 "$garner" export locks
for url in https://lock.example/a@b http://lock.example/e urn:keeper@lock https://lock.example/f; do
	prints "\"url\":\"$url\""
done
# A part of a page that nobody asked for in parts is told of; a part that is all of it is none.
for range in "bytes 0-99/900" "bytes 0-99/*" "bytes 5-99/100" "" "bytes 0-99/100"; do
	record response "https://lock.example/part/$records" \
		"HTTP/1.1 206 Partial Content"$'\r\n'"Content-Type: text/html"$'\r\n'"${range:+Content-Range: $range$'\r\n'}"$'\r\n'"$page"
done >parts.warc
gives 0 "$garner" clean --format jsonl parts.warc
[ "$(grep -c '"errors":\["truncated: status 206"\]' out)" = 4 ] || fail "parts of pages are not told of"
! tail -n 1 out | grep -q errors || fail "a whole page is called a part"
finish
