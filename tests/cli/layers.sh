#!/bin/bash
# Includes point one way: cmd -> garner.h; stages -> page.h -> util; each header compiles alone, and twice.
. "$(dirname "$0")/common.sh"
cd "$project" || exit 1

# allow FOLDER PREFIX...: what the files of a folder may include of ours
allow() {
	local folder=$1 file include ok prefix
	shift
	for file in "$folder"/*.[ch]; do
		[ -e "$file" ] || continue
		checks=$((checks + 1))
		for include in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
			ok=
			for prefix in "$@"; do
				case $include in $prefix*) ok=1 ;; esac
			done
			[ -n "$ok" ] || fail "$file includes $include"
		done
	done
}
base="util/ page.h garner.h stage.h"
allow lib/util util/ garner.h
allow lib/decode decode/ $base
allow lib/dom dom/ $base
allow lib/normalise normalise/ $base
allow lib/meta meta/ dom/ normalise/ extract/blocks.h extract/quantise.h $base
allow lib/extract extract/ dom/ meta/meta.h normalise/ $base
allow lib/dedup dedup/ normalise/ extract/text_rules.h extract/model.h $base
allow lib/capture capture/ decode/ normalise/ dom/dom.h dom/charref.h meta/ util/ store/ledger.h $base
allow lib/export export/ store/ capture/ $base
allow lib/store store/ export/jsonl.h dedup/ normalise/ capture/ extract/text_rules.h extract/line_memory.h pipeline.h decode/decode.h $base
allow lib/sync sync/ capture/ decode/ normalise/ store/ inner.h pipeline.h sieve.h $base
allow cmd cmd.h garner.h

for header in $(find lib -name '*.h'); do
	checks=$((checks + 1))
	printf '#include "%s"\n#include "%s"\n' "${header#lib/}" "${header#lib/}" >"$work/h.c"
	${CC:-cc} -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -Ilib -fsyntax-only "$work/h.c" || fail "$header does not compile alone and twice"
done
finish
