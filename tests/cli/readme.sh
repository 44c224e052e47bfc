#!/bin/bash
# The session at the head of README.md prints what stands there.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
ln -s "$project/testdata" testdata
cp "$project"/testdata/seeds/004_*.txt .
garner() { "$garner_command" "$@"; }
garner_command=$garner
# The first block of README.md, and the same with every command's own output.
awk '/^```/ { if (inside) exit; inside = 1; next } inside' "$project/README.md" >said
while IFS= read -r line; do
	case $line in
	'$ '*)
		echo "$line"
		eval "${line#\$ }" 2>&1 || fail "exit $?: $line"
		checks=$((checks + 1))
		;;
	'') echo ;;
	esac
done <said >found
same "README.md" said found
finish
