#!/bin/bash
# Bad input gets a reason with a name, and the run goes on.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
good=$project/testdata/seeds/002_f827c2b710232763.txt

# drops REASON INPUT: exit 1, the reason is named with the input, and the good file beside it comes out.
drops() {
	gives 1 "$garner" clean "$2" "$good"
	says "$(basename "$2").*: $1"
	prints "Iran Urges Closer Military Ties"
}
: >empty.txt
drops empty empty.txt
head -c 3000 /dev/urandom >binary.bin
printf '\0\1\2\3' >>binary.bin
drops binary binary.bin
drops unreadable no-such-file.txt
ln -s nowhere dangling.txt
drops unreadable dangling.txt
gzip -c "$good" | head -c 500 >cut.txt.gz
gives 1 "$garner" clean cut.txt.gz "$good"
says "cut.txt.gz.*: truncated"
printf '{"text":"Good line, which is long enough to be a paragraph of its own.","id":"a"}\n{"text":\n{"nothing":1}\n' >lines.jsonl
gives 1 "$garner" clean --format jsonl lines.jsonl
prints '"record":"a"'
says "bad-json"
# Bytes that are no letters, quoted in the words of the reason
gives 1 "$garner" clean "$project/testdata/fuzz/capture/bytes_in_lines.jsonl"
says "bad-json: line 1: .*byte 0xff"
prints "bleibt, weil sie ganz ist"
python3 -c 'import sys; open(sys.argv[1], encoding="utf-8").read()' "$work/err" || fail "invalid UTF-8 in a message"
# Halves of surrogate pairs, as Python writes bytes that it could not decode, cost no text; whole pairs and words that
# only look like them stay.
printf '%s\n' '{"text":"F\udcc3\udca4hre \ud83d\udE00 \\udcc3 \uD83D am Kai."}' >halves.jsonl
gives 0 "$garner" clean --format jsonl halves.jsonl
prints "\"text\":\"F$(printf '\357\277\275\357\277\275')hre $(printf '\360\237\230\200') .{2}udcc3 $(printf '\357\277\275') am Kai\.\""
prints '"errors":\["line 1: halves of characters replaced: 3"\]'
printf '%s\n' '{"text":"F\udcc3hre' >halves.jsonl
gives 1 "$garner" clean halves.jsonl
says "bad-json: line 1: "
# 200,000 nested tags
{ printf '<html><body>'; yes '<div>' | head -n 200000 | tr -d '\n'; printf '<p>The one sentence that stands at the bottom of a very deep page, and must be found there.</p>'; } >deep.html
gives 0 "$garner" clean deep.html
prints "bottom of a very deep page"
# as many lines as the ceiling are cleaned, one more is said
seq -f 'Boat %.0f came in with the tide and was unloaded.' 200000 >lines.txt
gives 0 "$garner" clean lines.txt
[ "$(wc -l <"$work/out")" = 200000 ] || fail "$(wc -l <"$work/out") lines of 200000"
echo 'One more.' >>lines.txt
gives 1 "$garner" clean lines.txt
says "lines.txt: too-complex: more than 200000 lines"
# a body over the ceiling, never on disk
gives 1 sh -c "head -c 1073741824 /dev/zero | tr '\\\\0' 'a' | '$garner' clean -"
says "too-large"
# invalid UTF-8 comes out valid
printf 'A line of text with a bad byte \xff in it, and with enough words to stay here.\n' >bad.txt
gives 0 "$garner" clean bad.txt
python3 -c 'import sys; open(sys.argv[1], encoding="utf-8").read()' "$work/out" || fail "invalid UTF-8 came out"
# a WARC whose first record lies about its length
printf 'WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\nWARC-Target-URI: https://a.example/1\r\nContent-Type: text/plain\r\nContent-Length: 9999\r\n\r\nThe first text is short, but its head says otherwise.\r\n\r\nWARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\nWARC-Target-URI: https://a.example/2\r\nContent-Type: text/plain\r\nContent-Length: 61\r\n\r\nThe second text stands whole and must be read in spite of it.\r\n\r\n' >lying.warc
gives 1 "$garner" clean --format jsonl lying.warc
says "lying.warc.*(bad-record|truncated)"
prints "second text stands whole"
# the format that came before WARC is no text
printf 'filedesc://old.arc 192.0.2.1 20010203040506 text/plain 75\n1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n\nhttp://a.example/ 192.0.2.1 20010203040506 text/html 90\nHTTP/1.0 200 OK\nContent-Type: text/html\n\n<p>The ferry came in with the tide and was unloaded.</p>\n' >old.arc
drops "unsupported: an ARC file" old.arc
gzip -k old.arc
drops "unsupported: an ARC file" old.arc.gz
# URLs that go nowhere
gives 4 "$garner" clean https://does-not-exist.invalid/
says "no-host"
gives 4 "$garner" clean http://127.0.0.1:9/
says "refused-address"
gives 4 "$garner" clean --allow-private http://127.0.0.1:9/
says "no-answer"
# a proxy that does not answer is named, without its password
for proxy in http://me:secret@127.0.0.1:9 me:secret@127.0.0.1:9 socks5h://me:secret@127.0.0.1:9; do
	gives 4 "$garner" clean --proxy $proxy http://news.invalid/
	says "no-answer: .*by way of the proxy [a-z0-9:/]*127.0.0.1:9\)"
	! grep -q secret "$work/err" || fail "a password was printed: $(cat "$work/err")"
done
gives 4 "$garner" clean http://user:secret@example.com/
says "bad-url"
! grep -q secret "$work/err" || fail "a password was printed"
# a limit on the size of files is an error of the write, not a death by a signal
for verb in "ingest limited" "build -o limited.tar.zst" "clean --format jsonl"; do
	gives 3 sh -c "ulimit -f 4; '$garner' $verb '$project/testdata/seeds' >limited.out"
	says "(limited|standard output).*(File too large|disk I/O)"
done
[ ! -e limited.tar.zst.new ] || fail "a part of an archive was left"
# a full disk
if [ "$(id -u)" = 0 ] && mkdir full && mount -t tmpfs -o size=64k none full 2>/dev/null; then
	"$garner" ingest full/store "$project/testdata/seeds" >out 2>err
	code=$?
	umount full
	[ $code = 3 ] || fail "exit $code on a full disk, not 3"
	grep -qiE "full/store.*(No space|space)|disk.*full" err || { cat err >&2; fail "the full disk is not named"; }
fi
finish
