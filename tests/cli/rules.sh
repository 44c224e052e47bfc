#!/bin/bash
# Rules of one's own: what the manual's example says, and what is wrong with a file.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
# The example of the manual, word for word.
sed -n '/^\.SH EXAMPLE/,/^\.EE/p' "$project/cmd/garner-rules.5" | sed '1,2d;$d;s/\\e/\\/g' >my.rules
grep -q '^rule byline.desk$' my.rules || fail "the manual has no example"
gives 0 "$garner" rules test my.rules
prints '^my.rules: every example is found, no counter-example is$'
gives 0 "$garner" rules list --rules my.rules
prints '^share.partner +share +en +any '
prints '^byline.desk +byline +en +head '
printf 'Harbour bridge to close\n\nHarbour desk: Ana Ruiz\n\nThe council voted on Tuesday to close the old harbour bridge for repairs that will take at least a year.\n\nClip this\n' >text.txt
gives 0 "$garner" clean --explain --rules my.rules text.txt
says '^text.txt:3: byline.desk \(byline\): Harbour desk: Ana Ruiz$'
says '^text.txt:7: share.partner \(share\): Clip this$'
gives 0 "$garner" clean --format jsonl --rules my.rules text.txt
prints '"authors":\["Ana Ruiz"\]'
gives 0 "$garner" clean --rules my.rules --keep share.partner --keep furniture text.txt
prints '^Clip this$'
gives 0 "$garner" clean --rules my.rules --keep byline text.txt
prints '^Harbour desk: Ana Ruiz$'
gives 0 "$garner" clean --explain text.txt
grep -qE 'partner|desk' "$work/err" && fail "a rule of another run was asked"
# Calls for a gift are a kind of their own, in every language; the letter to subscribe to is another.
printf 'Harbour bridge to close\n\nThe council voted on Tuesday to close the old harbour bridge for repairs that will take at least a year.\n\nSubscribe to our newsletter\nDonate now\nSupport independent journalism. Donate today.\nHat Ihnen dieser Beitrag gefallen? Dann spenden Sie bitte.\nSoutenez-nous à partir de 5 euros.\nПоддержите нашу редакцию\n' >gift.txt
gives 0 "$garner" clean --explain gift.txt
[ "$(grep -c ': donation\.[a-z-]* (donation): ' "$work/err")" = 5 ] || fail "not five calls for a gift: $(cat "$work/err")"
says 'gift.txt:5: newsletter\.\S+ \(newsletter\)'
gives 0 "$garner" clean --explain --keep donation --keep furniture gift.txt
says 'gift.txt:5: newsletter\.\S+ \(newsletter\)'
for line in 'Donate now' 'Support independent journalism. Donate today.' 'Hat Ihnen' 'Soutenez-nous' 'Поддержите'; do
	prints "^$line"
done
# A rule of the same id replaces a built-in one.
printf 'rule captcha.sum\nline The sum of it\nyes The sum of it\n' >other.rules
printf 'Harbour bridge to close\n\nThe council voted on Tuesday to close the old harbour bridge for repairs that will take at least a year.\n\n0 + 0 =\n' >sum.txt
gives 0 "$garner" clean sum.txt
grep -q '0 + 0' "$work/out" && fail "the captcha was kept"
gives 0 "$garner" rules list --rules other.rules
prints '^captcha.sum +captcha +\S+ +any +12 words +1 lines$'
# What is wrong is said with its place.
printf 'rule share.x\nmatch (a+)+b\nyes aab\n' >bad.rules
gives 5 "$garner" rules test bad.rules
prints '^bad.rules:1: rule share.x repeats a repetition: \(a\+\)\+b$'
printf 'rule share.x\nline Hello\nyes Goodbye\nno Hello\n' >bad.rules
gives 5 "$garner" rules test bad.rules
prints '^bad.rules:1: rule share.x does not find: Goodbye$'
prints '^bad.rules:1: rule share.x must not find: Hello$'
for entry in 'mach a:not a key of a rule: mach' 'zone middle:not one of the values: middle' 'match (a:missing closing parenthesis' 'words many:many'; do
	printf 'rule share.x\n%s\n' "${entry%%:*}" >bad.rules
	gives 2 "$garner" clean --rules bad.rules text.txt
	says "bad.rules:2.*${entry#*:}"
done
printf 'rule share.x\nnear 2\n' >bad.rules
gives 2 "$garner" clean --rules bad.rules text.txt
says 'bad.rules:1: rule share.x has neither line, match, exact nor detector'
gives 2 "$garner" clean --rules no-such.rules text.txt
says 'no-such.rules'
finish
