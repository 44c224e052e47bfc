#!/bin/bash
# Help, typos and exit codes; every option that --help names stands in the man page.
. "$(dirname "$0")/common.sh"

gives 0 "$garner" --help
verbs=$(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' "$work/out")
[ "$(echo "$verbs" | wc -w)" -ge 7 ] || fail "verbs are missing: $verbs"
manual=$(dirname "$garner")/garner.1
page=$(sed 's/\\-/-/g' "$manual")
if command -v man >/dev/null; then
	gives 0 man --warnings -E UTF-8 -l -Tutf8 -Z "$manual"
	[ ! -s "$work/err" ] || { cat "$work/err" >&2; fail "the manual page has faults"; }
fi
for text in "$manual" "$project"/cmd/*.5; do
	! LC_ALL=C grep -n '[^ -~	]' "$text" || fail "$text: a character that groff alone can't read"
done
for verb in $verbs; do
	gives 0 "$garner" "$verb" --help
	for option in $(grep -oE -- '--[a-z][a-z-]+' "$work/out" | sort -u); do
		case "$page" in *"$option"*) ;; *) fail "the man page lacks $option of $verb" ;; esac
	done
	gives 2 "$garner" "$verb" --no-such-option
done
gives 2 "$garner"
gives 2 "$garner" bild
says "did you mean 'build'"
gives 2 "$garner" build "$project/testdata/seeds"
says "OUT.tar.zst is missing"
gives 2 "$garner" clean --jobs 0 x
says "number from 1 to 64"
gives 0 "$garner" --version
prints "^garner [0-9]+\.[0-9]+\.[0-9]+$"
gives 0 "$garner" --help limits
prints LIMIT_BODY_BYTES
gives 0 "$garner" --help reasons
prints "^too-large"
gives 3 sh -c "'$garner' clean '$project/testdata/seeds/002_f827c2b710232763.txt' >/dev/full"
says "standard output"
finish
