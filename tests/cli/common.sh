# Sourced by the command's tests. $1 of each: the garner command; $2: the project's folder.
set -u
garner=$(realpath "$1") project=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=0
fail() { echo "FAILED: $*" >&2; exit 1; }
# same WHAT EXPECTED-FILE FOUND-FILE
same() { checks=$((checks + 1)); cmp "$2" "$3" >&2 || { diff "$2" "$3" | head -20 >&2; fail "$1"; }; }
# gives CODE COMMAND...: the exit code is CODE
gives() {
	local want=$1 got
	shift
	checks=$((checks + 1))
	"$@" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" = "$want" ] || { cat "$work/err" >&2; fail "exit $got, not $want: $*"; }
}
# says PATTERN: standard error of the last command has it
says() { checks=$((checks + 1)); grep -qE -- "$1" "$work/err" || { cat "$work/err" >&2; fail "standard error lacks: $1"; }; }
prints() { checks=$((checks + 1)); grep -qE -- "$1" "$work/out" || { head -30 "$work/out" >&2; fail "standard output lacks: $1"; }; }
finish() { [ "$checks" -gt 0 ] || fail "nothing was checked"; echo "$checks checks"; }
