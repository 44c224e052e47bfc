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
# The rules of the README do what is said behind them.
awk '/^\*\*Write rules/ { found = 1 } found && /^```/ { if (inside) exit; inside = 1; next } inside' "$project/README.md" >rules_said
cat >page.html <<'END'
<html lang="en"><head><title>The ferry of the north quay</title></head><body><article>
<p>The ferry of the north quay leaves at seven, and nobody who has seen the harbour at that hour forgets its quiet.</p>
</article></body></html>
END
printf 'The ferry of the north quay leaves at seven in the morning, and its captain is never late.\n\nClip this\n' >notes.txt
[ "$(grep -c '^garner ' rules_said)" = 3 ] || fail "the rules of README.md were not found"
sed 's/^garner /"$garner_command" /' rules_said >rules_run
export garner_command
gives 0 bash -e rules_run
grep -q "my.rules: every example is found, no counter-example is" "$work/out" "$work/err" || fail "the examples were not checked"
prints "Clip this"
finish
