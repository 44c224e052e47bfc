#!/bin/bash
# What a user gets wrong costs neither a store nor a file, and is named.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
cp "$project"/testdata/seeds/00[12]*.txt .
mkdir others nothing
cp 001*.txt others
gives 0 "$garner" ingest store 001*.txt

# Verbs that need a store make none, and a folder of other things does not become one.
for verb in "sync --quiet" repack reclean "forget --reason test" "search --index"; do
	# shellcheck disable=SC2086
	gives 3 "$garner" $verb nothing $([ "${verb%% *}" = forget ] && echo 1)
	says "nothing: not a store"
	# shellcheck disable=SC2086
	gives 3 "$garner" $verb typo $([ "${verb%% *}" = forget ] && echo 1)
	says "typo: No such file"
done
[ -z "$(ls nothing)" ] && [ ! -e typo ] || fail "a store was made"
gives 3 "$garner" ingest others 002*.txt
says "others: holds other files"
[ "$(ls others | wc -l)" = 1 ] || fail "a folder of other files was changed"
mkdir mounted mounted/lost+found
gives 0 "$garner" ingest mounted 002*.txt
gives 0 "$garner" ingest mounted 001*.txt

# A catalogue that was emptied is not a new store: its packs would be cut to nothing.
cp -r store emptied
rm -f emptied/catalogue.db*
: >emptied/catalogue.db
gives 3 "$garner" ingest emptied 002*.txt
says "emptied/catalogue.db: empty, .*garner repair"
gives 3 "$garner" list emptied
says "emptied/catalogue.db: .*garner repair"
gives 0 "$garner" repair emptied
gives 0 "$garner" verify --data emptied
gives 0 "$garner" list emptied
prints "10c47cf7c4680b5e"
# So is one that a run left before its first line.
cp -r store emptied2
rm -f emptied2/catalogue.db*
: >emptied2/manifest/runs.jsonl
gives 3 "$garner" ingest emptied2 002*.txt
says "emptied2/catalogue.db: missing, .*garner repair"

# So is one that a repair had put aside when it was killed: the sources of a store without documents are in it.
mkdir feeds && gives 0 "$garner" source add --kind folder aside feeds
mv aside/catalogue.db aside/catalogue.db.old
rm -f aside/catalogue.db-wal aside/catalogue.db-shm
for verb in "sync --quiet" "ingest --quiet" "source add"; do
	# shellcheck disable=SC2086
	gives 3 "$garner" $verb aside $([ "$verb" = "sync --quiet" ] || echo others)
	says "aside/catalogue.db: missing, but a repair was stopped in the middle: .*garner repair"
done
gives 0 "$garner" repair aside
gives 0 "$garner" source list aside
prints "folder .*/feeds"
rm -r feeds

# What a newer garner wrote is read by none of the verbs, and mended by none.
cp -r store newer
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("PRAGMA user_version=99"); c.close()' newer/catalogue.db
cp -r store newer_run
sed -i 's/"format":1/"format":99/' newer_run/manifest/runs.jsonl
grep -q '"format":99' newer_run/manifest/runs.jsonl || fail "runs.jsonl has no format"
(cd newer_run && sha256sum packs/* manifest/* INDEX.md) >newer_run.sums
for verb in list repair verify stats repack reclean "sync --quiet"; do
	# shellcheck disable=SC2086
	gives 3 "$garner" $verb newer
	says "newer/catalogue.db: format 99.*take a newer one"
done
gives 3 "$garner" repair newer_run
says "newer_run/manifest/runs.jsonl: offset 0: format 99.*take a newer one"
(cd newer_run && sha256sum --quiet -c ../newer_run.sums) || fail "repair changed a store of a newer garner"

# What is to be replaced as a whole is a regular file; a link stays a link.
mkfifo pipe
timeout 20 cat pipe >through &
gives 0 timeout 20 "$garner" export -o pipe store
wait
[ -p pipe ] || fail "a pipe was replaced by a file"
grep -q 10c47cf7c4680b5e through || fail "nothing came through the pipe"
gives 2 "$garner" build -o pipe 001*.txt
says "pipe: no regular file"
gives 2 "$garner" export --format tar.zst -o pipe store
says "pipe: .*regular file"
[ -p pipe ] || fail "a pipe was replaced by a file"
gives 3 "$garner" build -o others 001*.txt
says "others: a folder"
gives 3 "$garner" export -o others store
says "others: a folder"
: >real.tar.zst
ln -s real.tar.zst latest.tar.zst
gives 0 "$garner" build -o latest.tar.zst 001*.txt
[ -L latest.tar.zst ] || fail "a link was replaced by a file"
gives 0 "$garner" verify --data real.tar.zst
(
	flock 9
	gives 75 "$garner" build -o real.tar.zst 001*.txt
	says "real.tar.zst.new: another run"
) 9>real.tar.zst.new || exit 1

# To take out what is not there changes nothing.
gives 1 "$garner" forget --reason test store nowhere
prints "nowhere: not there"
gives 0 "$garner" verify store
gives 0 sh -c 'cd store && sha256sum --quiet -c SHA256SUMS'

# What was taken out says when and why, by each of its names; what never was there does not.
gives 0 "$garner" ingest --quiet taken 001*.txt 002*.txt
gives 0 "$garner" forget --reason "asked for by the harbour" taken 10c47cf7c4680b5e
for key in 0 10c47cf7c4680b5e 000_10c47cf7c4680b5e.txt; do
	for verb in show "show --json" history; do
		# shellcheck disable=SC2086
		gives 1 "$garner" $verb taken $key
		says "^garner: taken: document 0: taken out at 2[0-9T:-]+Z: asked for by the harbour$"
	done
done
gives 1 "$garner" show --diff 1 taken 0
says "asked for by the harbour"
printf '{"url":"https://quay.example/a?utm_source=x","text":"The ferry sails at six."}\n' >quay.jsonl
gives 0 "$garner" ingest --quiet taken quay.jsonl
gives 0 "$garner" forget --reason "a second reason" taken https://quay.example/a
gives 1 "$garner" show taken "https://QUAY.example/a"
says "taken: document 2: taken out at .*: a second reason"
for key in 7 a0c47cf7c4680b5e https://quay.example/b "no address"; do
	gives 1 "$garner" show taken "$key"
	says "^garner: taken: no document '$key'$"
done

# Options and values that are not: said once, with the option's name.
gives 2 "$garner" list --sinse 2024-01-01 store
says "^garner list: unrecognized option '--sinse'"
[ "$(wc -l <err)" = 3 ] || fail "a wrong option takes more than three lines"
for date in 2024-13-01 2024-02-30 2023-02-29 2024-1-1 yesterday; do
	gives 2 "$garner" list --until $date store
	says "--until: '$date' is not a date"
done
gives 0 "$garner" list --since 2024-02-29 --until 2024-02-29 store
gives 2 "$garner" list --since 2024-03-01 --until 2024-02-29 store
says "--since 2024-03-01 is later than --until 2024-02-29"
for verb in list export "search --query ferry"; do
	# shellcheck disable=SC2086
	gives 2 "$garner" $verb --limit 0 store
	says "--limit: '0' is not a whole number above 0"
done
gives 2 "$garner" clean --diff --dry-run 001*.txt
says "--diff and --dry-run"
gives 2 "$garner" export --access public store
says "--access: 'public' is not open"
gives 2 "$garner" sync --min-interval 20 --max-interval 10 store
says "--min-interval is longer"
gives 2 "$garner" build -o - 001*.txt
says "names a file"
gives 0 "$garner" export -o - store
prints 10c47cf7c4680b5e
gives 2 "$garner" clean --report no/such/folder.json 001*.txt
says "no/such/folder.json: No such file"
[ ! -s out ] || fail "the run began though its report can't be written"
for option in --report --metrics; do
	gives 2 "$garner" sync $option others store
	says "others: Is a directory"
done
gives 2 "$garner" build -o "" 001*.txt
says "names a file"
gives 2 "$garner" show --json --diff 0 store 0
says "name one"
gives 2 "$garner" clean --user-agent $'a\r\nX-Quay: b' 001*.txt
says "no control characters"
gives 2 "$garner" clean --ca-file none.pem 001*.txt
says "^garner: none.pem: No such file"
gives 2 "$garner" clean --config . 001*.txt
says "^garner: \.: Is a directory"
gives 2 "$garner" source add store ftp://quay.example/feed
says "neither http\(s\) nor a folder"
for source in ftp://quay.example/feed no/such/folder http://me:sesame@quay.example/feed; do
	gives 2 "$garner" source add typo $source
done
gives 3 "$garner" source import typo none.opml
gives 1 "$garner" source import typo 001*.txt
[ ! -e typo ] || fail "a source that is refused made a store"
gives 3 "$garner" source remove typo https://quay.example/feed
[ ! -e typo ] || fail "source remove made a store"
# Words to search for are what they are: bytes that are no UTF-8 part them, and without a word there is nothing to ask.
gives 0 "$garner" ingest -q words 00*.txt
gives 0 "$garner" search --index words
for words in $'Urges\xff' $'Urges\xffCloser' $'Urges\tCloser' $'"Urges\nCloser"' 'urges ((' $'\xed\xa0\x80 urge*'; do
	gives 0 "$garner" search words "$words"
	[ "$(wc -l <out)" = 1 ] && grep -q "Iran Urges Closer" out || fail "search '$words': $(cat out)"
done
for words in $'\xff' '((' '"' '' ' ' $'\xc3\n*'; do
	gives 2 "$garner" search words "$words"
	says "no words to search for"
done
# The reason stands in a file of JSON, and is UTF-8.
gives 2 "$garner" forget --reason $'takedown \xff' words 0
says "reason is not UTF-8"
gives 0 "$garner" forget --reason $'takedown \e[31m\n\u00e9' words 0
gives 0 "$garner" verify --data words

# A store or an archive that was forgotten makes no folder "https:".
for verb in ingest "source add" "source list" "source import" "build -o"; do
	# shellcheck disable=SC2086
	gives 2 "$garner" $verb https://quay.invalid/a https://quay.invalid/b
	says "https://quay.invalid/a is a URL, not"
	[ ! -e https: ] || fail "$verb made a folder of a URL"
done

# A password is not echoed, in whatever place the URL stands and however it is mistyped.
for url in http://me:sesame@quay.invalid/x http:/me:sesame@quay.invalid/x http:me:sesame@quay.invalid/x \
	https:///me:sesame@quay.invalid/x 'HTTP:\\me:sesame@quay.invalid/x' http://me:ses/sesame@quay.invalid/x \
	'http://me:ses#sesame@quay.invalid/x' //me:sesame@quay.invalid/x 'http:/quay.invalid/x?token=sesame'; do
	for verb in "" help clean "clean --rules" "clean --config" "clean --delay" "build -o typo.tar.zst" "ingest store" \
		"source add store" "source import store" "source remove store" sync list "show store" "history store" \
		"search store" verify export "forget --reason test store" "rules test" "ingest --report"; do
		# shellcheck disable=SC2086
		"$garner" $verb "$url" >said 2>&1 && fail "garner $verb $url: no complaint"
		[ -s said ] || fail "garner $verb $url: failed without a word"
		! grep -q sesame said || fail "garner $verb $url: $(cat said)"
		checks=$((checks + 2))
	done
done
rm -f typo.tar.zst
for arguments in --help --version "--help limits" "list --help" "export store"; do
	# shellcheck disable=SC2086
	gives 3 sh -c "'$garner' $arguments >/dev/full"
	says "standard output: No space"
	[ "$(wc -l <err)" = 1 ] || fail "a full device is named more than once"
done

# Another run holds the lock: 75, of every verb that writes.
for verb in "ingest store 002_f827c2b710232763.txt" "repair store" "repack store" "forget --reason test store 0" \
	"search --index store" "sync --quiet store" "reclean store" "source add store others"; do
	# shellcheck disable=SC2086
	gives 75 flock store/lock "$garner" $verb
	says "store/lock: another run"
done

# Names that a terminal would obey.
mkdir odd
: >odd/$'two\nlines.txt'
: >odd/$'red\e[31m.txt'
gives 1 "$garner" clean odd
says 'odd/two\\x0Alines.txt: empty'
says 'odd/red\\x1B\[31m.txt: empty'

# So are they on standard output.
printf 'The ferry leaves at six.\n' >odd/$'bell\aname\n.txt'
gives 0 "$garner" clean --dry-run odd/bell*
prints '^odd/bell\\x07name\\x0A.txt: 0 lines cut'
gives 0 "$garner" clean --diff odd/bell*
prints '^--- odd/bell\\x07name\\x0A.txt$'

# The report of a run that failed is of what the store has; the one of the run before stays until the new one is whole.
python3 - >many.jsonl <<'END'
import json, random
dice = random.Random(3)
for i in range(700):
    text = " ".join("".join(dice.choice("abdefgiklmnoprstu") for _ in range(dice.randrange(2, 9))) for _ in range(400))
    print(json.dumps({"url": "https://quay.example/%d" % i, "text": text}))
END
echo before >report.json
ln report.json before.json
limited() { (ulimit -f 400 && exec "$garner" ingest -q --pack-size 64K --report report.json limited many.jsonl); }
gives 3 limited
says "limited/.*: "
gives 0 "$garner" list limited
python3 - "$(wc -l <out)" <<'END' || fail "the report is not of what is there"
import json, sys
r, there = json.load(open("report.json")), int(sys.argv[1])
print(r, there)
sys.exit(not (0 < there < 700 and r["stored"] == r["inputs"] == there and r["error"]))
END
[ "$(cat before.json)" = before ] || fail "a report is written over"
gives 0 "$garner" clean -q --report /dev/fd/3 001*.txt 3>through
grep -q '"stored":1' through || fail "a report does not go where it should"

# What is neither a file nor fetched.
gives 1 "$garner" clean ftp://quay.example/a
says "ftp://quay.example/a: bad-url: only http and https"
gives 2 "$garner" clean --max-age 0 001*.txt
says "--max-age: '0' is not a number of days above 0"

# A run at the beginning of time is one.
gives 0 env SOURCE_DATE_EPOCH=0 "$garner" ingest epoch 001*.txt
gives 0 "$garner" verify --data epoch
# A time that is none is said before anything is written, and not replaced by the time of now.
for epoch in 1e9 -5 2024-01-01 253402300800 "17 0"; do
	gives 2 env SOURCE_DATE_EPOCH="$epoch" "$garner" ingest no-epoch 001*.txt
	says "SOURCE_DATE_EPOCH: '$epoch' is not a number of seconds since 1970"
	[ ! -e no-epoch ] || fail "a store was made"
	gives 2 env SOURCE_DATE_EPOCH="$epoch" "$garner" clean 001*.txt
done
gives 0 env SOURCE_DATE_EPOCH= "$garner" clean 001*.txt

# All texts of a document go with it, however many they are.
for i in $(seq 1100); do
	printf '{"url":"https://quay.example/ticker","text":"The ferry carried %d people to the island."}\n' "$i"
done >ticker.jsonl
gives 0 "$garner" ingest --quiet ticker ticker.jsonl
[ "$("$garner" list ticker | wc -l)" = 1100 ] || fail "not every text was stored"
gives 0 "$garner" forget --reason test ticker https://quay.example/ticker
gives 0 "$garner" list ticker
[ ! -s out ] || fail "$(wc -l <out) texts are left of a document that was taken out"

# Words for a closed standard error go into no file of the store.
mkfifo held
"$garner" ingest --verbose closed 001*.txt nowhere.txt held 2>&- &
exec 8>held
for _ in $(seq 100); do
	[ "$(tail -n 1 closed/manifest/000000.jsonl 2>/dev/null | wc -l)" = 0 ] || break
	sleep 0.1
done
grep -q unreadable closed/lock closed/manifest/* closed/packs/* && fail "words for standard error stand in the store"
exec 8>&-
wait
gives 0 "$garner" verify --data closed

# A signal ends what only reads, too.
python3 - <<'END'
with open("many.jsonl", "w") as out:
    for i in range(6000):
        out.write('{"url":"https://quay.example/%d","text":"%s"}\n' % (i, "The ferry %d leaves the quay at noon. " % i * 40))
END
gives 0 "$garner" ingest --quiet --dedup off many many.jsonl
gives 0 "$garner" search --index many
mkfifo narrow
set -m
for arguments in "export many" "list many" "search many ferry"; do
	# It waits for the reader of a full pipe; when that reads on, it ends before the end.
	# shellcheck disable=SC2086
	"$garner" $arguments >narrow 2>err &
	run=$!
	exec 8<narrow
	sleep 0.5
	kill -INT $run
	got=$(wc -l <&8)
	exec 8<&-
	wait $run
	code=$?
	checks=$((checks + 1))
	[ $code = 130 ] && [ "$got" -lt 6000 ] && [ ! -s err ] || fail "exit $code after $got lines, $(cat err): $arguments"
done
set +m

# A signal ends a run that waits: for standard input, or for the writer of a pipe. A build that was stopped leaves the
# archive of before.
sha256sum real.tar.zst >real.sum
waits() {
	"$@" <pipe >out 2>err &
	local run=$! got
	exec 8>pipe
	printf '{"text":"A line that stands before the end of the input.","id":"a"}\n' >&8
	sleep 0.3
	kill -INT $run
	for _ in $(seq 100); do
		kill -0 $run 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL $run 2>/dev/null && fail "SIGINT did not end: $*"
	wait $run
	got=$?
	exec 8>&-
	checks=$((checks + 1))
	[ $got = 130 ] || fail "exit $got, not 130: $*"
}
set -m # a shell without job control lets its background processes ignore SIGINT
for jobs in 1 4; do
	waits "$garner" clean --jobs $jobs -
	waits "$garner" ingest --jobs $jobs store -
	waits "$garner" build --jobs $jobs -o real.tar.zst -
	says "real.tar.zst: not written"
	mkfifo alone$jobs
	waits "$garner" clean --jobs $jobs alone$jobs
done
set +m
sha256sum --quiet -c real.sum || fail "a part took the place of an archive"
gives 0 "$garner" verify --data store
finish
