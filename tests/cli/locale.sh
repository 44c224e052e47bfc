#!/bin/bash
# locale.sh PROGRAM PROJECT: a store that a program makes under a decimal comma, or where the small letter of I is
# another, is byte for byte that of a program without a locale.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
mkdir locales in
for name in de_DE tr_TR; do
	# Warnings are no failures, and what it fails at leaves an empty folder.
	localedef -i $name -f UTF-8 "locales/$name.UTF-8" 2>/dev/null
	[ -f locales/$name.UTF-8/LC_NUMERIC ] || { echo "localedef can't make $name: no locales"; exit 77; }
done
cp "$project"/testdata/seeds/*.txt in
cat >in/page.html <<'END'
<!DOCTYPE HTML><HTML LANG="en"><HEAD><TITLE>Ferry of the Inner Islands</TITLE><STYLE>p { color: red }</STYLE>
<SCRIPT>var i = "</p>";</SCRIPT></HEAD><BODY><NAV><A HREF="/">Index</A></NAV><ARTICLE><H1>Ferry of the Inner Islands</H1>
<P>The ferry of the inner islands sails again on Sunday, the harbour office said, after its engine was replaced.</P>
<IFRAME SRC="x">inside</IFRAME><P>It takes forty minutes, as before, and the price of a ticket will not change in winter.</P>
</ARTICLE><FOOTER>Imprint</FOOTER></BODY></HTML>
END
sed 's/forty minutes/fifty minutes/' in/page.html >in/page2.html
for locale in C de_DE.UTF-8 tr_TR.UTF-8; do
	gives 0 env LOCPATH="$work/locales" LC_ALL=$locale "$garner" store.$locale in
	tail -n 1 out >comma.$locale
	sed '$d' out >out.$locale
	same "output in $locale" out.C out.$locale
	for file in INDEX.md SHA256SUMS manifest/000000.jsonl; do
		same "$file in $locale" store.C/$file store.$locale/$file
	done
done
grep -q '0,25' comma.de_DE.UTF-8 || fail "the locale was not in force: $(cat comma.*)"
grep -q 'near [0-9]* (0\.' store.C/INDEX.md || fail "no near text was found: $(tail -3 store.C/INDEX.md)"
grep -q '"lang_score":0\.[0-9]' out.C || fail "no number with a point was written"
finish
