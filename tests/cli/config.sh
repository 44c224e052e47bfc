#!/bin/bash
# The configuration file: where it is looked for, what it sets, what is wrong with it by line.
. "$(dirname "$0")/common.sh"
export XDG_CONFIG_HOME=$work/xdg
mkdir -p "$work/xdg/garner" "$work/store"
dump() { "$garner" config --dump "$@" 2>"$work/err"; }
check() { # check WORDS COMMAND...: the command succeeds
	checks=$((checks + 1))
	local words=$1
	shift
	"$@" || fail "$words"
}
refused() { # refused PATTERN ARGS...: usage error that says so
	checks=$((checks + 1))
	local pattern=$1 code
	shift
	"$garner" "$@" >"$work/out" 2>"$work/err"
	code=$?
	[ $code = 2 ] && grep -q -- "$pattern" "$work/err" || fail "exit $code, $(cat "$work/err"), expected $pattern"
}

check "no file is no error" dump >"$work/out"
check "defaults are comments" grep -q '^; delay = ' "$work/out"
printf 'delay = 3\nallow-private = yes\nproxy = http://me:sesame@proxy.invalid:1\n[sync]\nlog = json\n' >"$work/xdg/garner/garner.ini"
dump >"$work/out"
check "the file of XDG_CONFIG_HOME" grep -q '^delay = 3$' "$work/out"
check "sections" grep -q '^\[sync\]$' "$work/out"
check "a password is not shown" sh -c "! grep -q sesame '$work/out'"
printf 'normalise = search\n' >"$work/other.ini"
check "--config" sh -c "'$garner' config --config '$work/other.ini' --dump | grep -q '^normalise = search$'"
check "an option of the file is in force" sh -c "printf 'Der Fluss stieg in der Nacht um zwei Meter und fiel am Morgen wieder.\n' | '$garner' clean --config '$work/other.ini' - >/dev/null"
printf 'no-rules = yes\ndelay = 3\n[clean]\nno-rules = no\n' >"$work/other.ini"
printf 'The ferry of the north quay leaves at seven in the morning.\n\nLeave a Comment\n' >"$work/notes.txt"
check "a section's no stands over a yes before it" \
	sh -c "'$garner' clean --explain --config '$work/other.ini' '$work/notes.txt' 2>&1 >/dev/null | grep -q comments"
printf 'normalise = wrong\n' >"$work/other.ini"
refused "it stands in .*other.ini:1$" clean --config "$work/other.ini" -
check "the command line wins" sh -c "printf 'Der Fluss stieg in der Nacht um zwei Meter und fiel am Morgen wieder.\n' | '$garner' clean --config '$work/xdg/garner/garner.ini' --delay 1 - >/dev/null"
printf '\nnonsense = 1\n' >"$work/other.ini"
refused "other.ini:2: no setting 'nonsense'" clean --config "$work/other.ini" -
printf '[ingest\n' >"$work/other.ini"
refused "other.ini:1:" clean --config "$work/other.ini" -
printf '[list]\nhost = x\n' >"$work/other.ini"
refused "no section \[list\]" clean --config "$work/other.ini" -
printf '[sync]\nlog = json\n[clean]\nformat = text\nformatt = text\n' >"$work/other.ini"
refused "other.ini:5: no setting 'formatt' of clean" clean --config "$work/other.ini" -
refused "other.ini:5: no setting 'formatt' of clean" sync --config "$work/other.ini" "$work/store"
for key in help config output; do
	printf '[clean]\n%s = yes\n' $key >"$work/other.ini"
	refused "other.ini:2: no setting '$key' of clean" clean --config "$work/other.ini" -
done
printf '\xef\xbb\xbf# of the harbour\r\n[clean]\r\nformat = jsonl\r\n\r\n[build]\r\ndedup = off\r\n[clean]\r\nformat = yaml\r\n' >"$work/other.ini"
refused "it stands in .*other.ini:8$" clean --config "$work/other.ini" "$work/notes.txt"
printf 'rules = none.rules\n' >"$work/other.ini"
refused "settings of .*other.ini were in force" clean --config "$work/other.ini" "$work/notes.txt"
# A comment may be long, any other line is named where it stands; it is not read as two.
long=$(printf 'x%.0s' {1..500})
printf '# %s = y\n; %s\njobs = 0\n' "$long" "$long" >"$work/other.ini"
refused "it stands in .*other.ini:3$" clean --config "$work/other.ini" "$work/notes.txt"
printf 'quiet = yes\ncontact = %s = 1\nnonsense = 1\n' "$long" >"$work/other.ini"
refused "other.ini:2: a line of more than 199 bytes" clean --config "$work/other.ini" "$work/notes.txt"
printf 'contact = %.189s\n' "$long" >"$work/other.ini"
check "a line of 199 bytes" "$garner" clean --config "$work/other.ini" "$work/notes.txt" >/dev/null
printf 'quiet = perhaps\n' >"$work/other.ini"
refused "'quiet' is yes or no" clean --config "$work/other.ini" -
refused "No such file" clean --config "$work/missing.ini" -
refused "lacks its file" clean --config
finish
