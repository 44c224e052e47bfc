#!/bin/bash
# The program in the README compiles against garner.h and the shared library alone, and prints the text.
. "$(dirname "$0")/common.sh"
library=$(dirname "$garner")/../lib
sed -n '/^```c$/,/^```$/p' "$project/README.md" | sed '1d;$d' >"$work/example.c"
grep -q garner_clean_bytes "$work/example.c" || fail "the README has no program"
flags=
# A library with sanitizers needs a program with them.
nm -D "$library/libgarner.so" | grep -q ' U __asan_init' && flags=-fsanitize=address,undefined
gives 0 ${CC:-cc} -Wall -Wextra -Werror $flags -I"$project/lib" "$work/example.c" "$library/libgarner.so" -Wl,-rpath,"$library" -o "$work/example"
gives 0 "$work/example"
prints "Some text worth keeping, said at length."
# Hidden symbols stay hidden: every exported name carries the prefix.
others=$(nm -D --defined-only "$library/libgarner.so" | awk '{print $3}' | grep -v '^garner_' | grep -vE '^(_init|_fini|__.*|_edata|_end)$')
checks=$((checks + 1))
[ -z "$flags$others" ] || [ -n "$flags" ] || fail "exported without prefix: $others"
finish
