#!/bin/bash
# No option is passed over without a word: what contradicts is refused, and the command line stands over the file.
. "$(dirname "$0")/common.sh"
cd "$work" || exit 1
export XDG_CONFIG_HOME=$work/xdg
mkdir -p xdg/garner folder
cat >page.html <<'END'
<html lang="en"><head><title>The ferry of the north quay</title></head><body><nav><a href="/">Home</a></nav><article>
<p>The ferry of the north quay leaves at seven, and nobody who has seen the harbour at that hour forgets its quiet.</p>
<p>Its captain has steered it for thirty years, through ice and fog, and has never yet been late by a minute.</p>
</article></body></html>
END
printf 'The ferry of the north quay leaves at seven in the morning.\n\nLeave a Comment\n' >notes.txt
printf '[mine]\nkind: furniture\nlang: en\nline: nothing of it\n' >mine.rules
config() { printf "$@" >xdg/garner/garner.ini; }

refuse() { # PATTERN ARGUMENTS...: exit 2, nothing on standard output
	local pattern=$1
	shift
	gives 2 "$garner" "$@"
	says "$pattern"
	[ ! -s out ] || fail "something was done all the same: $*"
}

# What stands in for the text, and a format of the text.
for instead in diff dry-run; do
	for format in jsonl markdown; do
		refuse "--$instead stands in for the text, which --format" clean --$instead --format $format page.html
		refuse "--$instead stands in for the text, which --format" clean --format $format --$instead page.html
		config '[clean]\nformat = %s\n' $format
		gives 0 "$garner" clean --$instead notes.txt
		prints "(comments|1 lines cut)"
		! grep -q '^{' out || fail "the file's format stands over --$instead"
		rm xdg/garner/garner.ini
		config '[clean]\n%s = yes\n' $instead
		gives 0 "$garner" clean --format $format page.html
		prints '^({"id"|# The ferry)'
		config '[clean]\n%s = yes\nformat = %s\n' $instead $format
		refuse "settings of .*garner.ini were in force" clean page.html
		rm xdg/garner/garner.ini
	done
	gives 0 "$garner" clean --$instead --format text notes.txt
done
# Cuts on standard error go with every format.
for format in text jsonl markdown; do
	gives 0 "$garner" clean --explain --format $format notes.txt
	says "notes.txt:3: .*comments"
	prints "ferry of the north quay"
done

# Of all verbs that run the pipeline.
refuse "--precision and --recall contradict" clean --precision --recall page.html
refuse "--quiet and --verbose contradict" ingest -qv store page.html
refuse "--quiet and --verbose contradict" build --verbose --quiet -o out.tar.zst page.html
refuse "--no-rules and --rules contradict" clean --rules mine.rules --no-rules notes.txt
refuse "--no-rules and --keep contradict" clean --no-rules --keep comments notes.txt
refuse "--no-rules and --repeated contradict" ingest --no-rules --repeated store notes.txt
[ ! -e store ] && [ ! -e out.tar.zst ] || fail "a run began"
config 'no-rules = yes\nquiet = yes\n'
gives 0 "$garner" clean --dry-run --keep captcha notes.txt
prints "1 lines cut"
gives 1 "$garner" clean --verbose /dev/null
says "null: empty"
gives 0 "$garner" clean --dry-run notes.txt
prints "0 lines cut"
config 'keep = comments\nverbose = yes\n'
gives 0 "$garner" clean --dry-run --no-rules -q notes.txt
prints "0 lines cut"
config 'precision = yes\nrecall = yes\n'
refuse "--precision and --recall contradict" clean page.html
rm xdg/garner/garner.ini

# Of one verb.
gives 0 "$garner" ingest -q store page.html
refuse "--repeated counts lines of files" reclean --repeated --dry-run store
config 'repeated = yes\n'
gives 0 "$garner" reclean --dry-run store
rm xdg/garner/garner.ini
refuse "--index is of all documents" search --index --host quay.example store
refuse "--index is of all documents" search --index --from 0 store
[ ! -e store/search.db ] || fail "an index was made"
refuse "test takes one file" rules test --rules mine.rules mine.rules
refuse "add takes no --format" source add --format jsonl store folder
refuse "add takes no --all" source add --all store folder
refuse "remove takes no --kind" source remove --kind feed store folder
refuse "import takes no --backfill" source import --backfill store folder
refuse "list takes no --kind" source list --kind feed store
refuse "list takes no --backfill" source list --backfill store
gives 0 "$garner" source list --all --format jsonl store
[ ! -s out ] || fail "a source was added"

# A log on standard error, and none.
gives 0 "$garner" source add --kind folder store folder
refuse "--quiet leaves out what --log" sync --quiet --log json store
gives 0 "$garner" sync --quiet --log none store
[ ! -s err ] || fail "a quiet sync says something"
config '[sync]\nlog = json\n'
gives 0 "$garner" sync --quiet --all store
[ ! -s err ] || fail "a quiet sync says something"
config 'quiet = yes\n'
gives 0 "$garner" sync --log json --all store
says '^\{"at":.*"about":".*/folder"'
rm xdg/garner/garner.ini

# A longest interval below the usual shortest one holds.
gives 0 "$garner" sync --quiet --all --max-interval 60 store
gives 0 "$garner" source list --format jsonl store
prints '"interval":60,'
finish
