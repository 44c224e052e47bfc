#!/bin/bash
# A store that can't be written is read as any other, changes by no byte, and what can't be read says why.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
cat >page.html <<'END'
<html lang="en"><head><title>The ferry of the north quay</title></head><body><article>
<p>The ferry of the north quay leaves at seven, and nobody who has seen the harbour at that hour forgets its quiet.</p>
<p>Its captain has steered it for thirty years, through ice and fog, and has never yet been late by a minute.</p>
</article></body></html>
END
answer=$(printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n%s' "$(cat page.html)")
printf 'WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\nWARC-Target-URI: %s\r\nWARC-Date: %s\r\nContent-Type: application/http\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n' \
	https://quay.example/ferry 2024-03-01T10:00:00Z ${#answer} "$answer" >page.warc
gives 0 "$garner" ingest store page.warc "$project"/testdata/seeds/00[12]*.txt
gives 0 "$garner" search --index store
gives 0 "$garner" source add store https://quay.example/feed
rm -f store/catalogue.db-wal store/catalogue.db-shm
chmod 755 . && cp "$garner" reader && chmod 755 reader
# Root may write everything: somebody else reads then.
as=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	$as ./reader --version >/dev/null 2>&1 || { echo "another user can't start the command"; exit 77; }
fi
sums() { (cd "$1" && find . -exec stat -c '%n %Y %a' {} + | sort && find . -type f | sort | xargs sha256sum); }
read_all() {
	gives 0 $as ./reader list "$1"
	[ "$(wc -l <out)" = 3 ] || fail "not all documents of $1 are listed"
	gives 0 $as ./reader show "$1" 1
	gives 0 $as ./reader history "$1" 1
	gives 0 $as ./reader search "$1" captain
	prints "north quay"
	gives 0 $as ./reader export --format csv "$1"
	prints "ferry"
	gives 0 $as ./reader stats "$1"
	gives 0 $as ./reader verify --data "$1"
	gives 0 $as ./reader source list "$1"
	prints "https://quay.example/feed"
	gives 0 $as ./reader reclean --dry-run "$1"
	prints "^same.1$"
}
chmod -R a-w store
sums store >before
read_all store
for verb in "ingest store page.warc" "sync store" "reclean store" "repair store" "repack store" "forget --reason test store 1" \
	"source add store https://quay.example/other"; do
	# shellcheck disable=SC2086
	gives 3 $as ./reader $verb
	says "store/lock: open: Permission denied"
done
sums store >after
same "a store that was only read" before after

# What stands in the log of a stopped run can't be read without writing: said, never passed over.
chmod u+w store
cp store/SHA256SUMS store/catalogue.db-wal
chmod -R a-w store
for verb in "list store" "export store" "verify store" "source list store"; do
	# shellcheck disable=SC2086
	gives 3 $as ./reader $verb
	says "store/catalogue.db: a run was stopped and left its log"
	[ ! -s out ] || fail "something of a store was told that can't be read"
done
chmod u+w store && rm -f store/catalogue.db-wal && chmod a-w store
if [ -n "$as" ]; then
	chmod 600 store/catalogue.db
	for verb in "list store" "source list store"; do
		# shellcheck disable=SC2086
		gives 3 $as ./reader $verb
		says "store/catalogue.db: unable to open database file: Permission denied"
	done
fi
chmod -R u+w store
mkdir broken && head -c 5000 page.html /dev/zero | head -c 5000 >broken/catalogue.db
gives 3 "$garner" source list broken
says "broken/catalogue.db: .*garner repair"
gives 3 "$garner" source list typo
says "typo: No such file"
finish
