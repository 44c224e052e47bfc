#!/bin/bash
# source add, list, import, remove, and what sync does with folders; no network.
. "$(dirname "$0")/common.sh"
store=$work/store
expect() { # expect CODE PATTERN ARGS...: exit code, and words in output or error
	checks=$((checks + 1))
	local code=$1 pattern=$2 got
	shift 2
	"$garner" "$@" >"$work/out" 2>&1
	got=$?
	[ $got = "$code" ] || fail "garner $*: exit $got, expected $code: $(cat "$work/out")"
	[ -z "$pattern" ] || grep -q -- "$pattern" "$work/out" || fail "garner $*: $(cat "$work/out"), expected $pattern"
}
absent() {
	checks=$((checks + 1))
	! grep -q -- "$1" "$work/out" || fail "$1 is in the output"
}

expect 0 '' source add "$store" http://feeds.invalid/rss
expect 0 'already a source' source add "$store" http://feeds.invalid/rss
expect 2 'user name or password' source add "$store" http://me:sesame@feeds.invalid/x
absent sesame
expect 2 'is no kind' source add --kind newspaper "$store" http://feeds.invalid/y
expect 2 'No such file' source add "$store" "$work/nowhere"
printf '<opml><body><outline text="A" xmlUrl="http://a.invalid/rss"/><outline text="B" xmlUrl="http://feeds.invalid/rss"/></body></opml>' >"$work/list.opml"
expect 0 '1 sources added, 1 known' source import "$store" "$work/list.opml"
printf '<rss></rss>' >"$work/no.opml"
expect 1 'not an OPML' source import "$store" "$work/no.opml"
expect 0 'not looked at yet' source list "$store"
expect 0 '"url":"http://a.invalid/rss","kind":"auto","title":"A"' source list --format jsonl "$store"
expect 0 '' source remove "$store" http://a.invalid/rss
expect 1 'not a source' source remove "$store" http://a.invalid/rss
expect 0 '' source remove "$store" http://feeds.invalid/rss
expect 2 'name an action' source add
expect 2 'is not add' source sell "$store"
expect 3 '' source list "$work/no-store"

mkdir "$work/watched"
printf 'Der Fluss stieg in der Nacht um zwei Meter und fiel am Morgen wieder.\n' >"$work/watched/eins.txt"
expect 0 '' source add "$store" "$work/watched"
expect 0 '1 inputs: 1 stored' sync --all "$store"
printf 'In the second report the river fell by two metres within one hour.\n' >"$work/watched/two.txt"
expect 0 '1 stored' sync --all --metrics "$work/m.prom" "$store"
expect 0 '0 inputs' sync --all --metrics "$work/m.prom" "$store"
checks=$((checks + 1))
grep -q '^garner_sync_exit_code 0$' "$work/m.prom" || fail "metrics: $(cat "$work/m.prom")"
checks=$((checks + 1))
[ "$("$garner" list "$store" | wc -l)" = 2 ] || fail "two documents, not $("$garner" list "$store")"
expect 0 '' verify "$store"

# An entry that can't be opened is an input that failed, as of a folder that is ingested; a pipe is passed over.
ln -s "$work/nowhere" "$work/watched/away.txt"
mkfifo "$work/watched/pipe"
expect 1 '1 inputs: 0 stored, 0 known, 1 dropped' sync --all --metrics "$work/m.prom" "$store"
grep -q 'away.txt: unreadable: open: No such file' "$work/out" || fail "which file: $(cat "$work/out")"
grep -q '0 files new or changed, 1 not readable' "$work/out" || fail "the state: $(cat "$work/out")"
grep -q 'dropped_by_reason{reason="unreadable"} 1' "$work/m.prom" || fail "metrics: $(cat "$work/m.prom")"
rm "$work/watched/away.txt"
expect 0 '0 inputs' sync --all "$store"
# One that opens and then can't be read.
if [ -f /proc/self/mem ]; then
	ln -s /proc/self/mem "$work/watched/breaks.txt"
	expect 1 'breaks.txt: unreadable: read:' sync --all "$store"
	grep -q '0 files new or changed, 1 not readable' "$work/out" || fail "the state: $(cat "$work/out")"
	expect 1 'breaks.txt: unreadable: read:' sync --all "$store"
	rm "$work/watched/breaks.txt"
fi
printf 'Le fleuve est monté de deux mètres dans la nuit et il a baissé au matin.\n' >"$work/watched/zwei.txt"
chmod 000 "$work/watched/zwei.txt"
if [ "$(id -u)" != 0 ]; then
	expect 1 'zwei.txt: unreadable: open: Permission denied' sync --all "$store"
elif command -v setpriv >/dev/null; then
	chmod 755 "$work"
	chown -R 65534:65534 "$store"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$garner" sync --all "$store" >"$work/out" 2>&1
	[ $? = 1 ] || fail "a locked file: $(cat "$work/out")"
	grep -q 'zwei.txt: unreadable: open: Permission denied' "$work/out" || fail "a locked file: $(cat "$work/out")"
fi
chmod 644 "$work/watched/zwei.txt"
expect 0 '1 inputs: 1 stored' sync --all "$store"
expect 0 '' verify "$store"
expect 2 'at character' sync --include '(' "$store"
expect 0 '' sync --all --log json "$store"
finish
