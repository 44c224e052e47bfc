#!/bin/bash
# The library as another program finds it when it is installed: the README's program builds and runs, from C and C++.
. "$(dirname "$0")/common.sh"
build=$(cd "$(dirname "$garner")/.." && pwd)
for tool in meson pkg-config cc; do
	command -v $tool >/dev/null || { echo "no $tool"; exit 77; }
done
cd "$work" || exit 1
# 'ninja uninstall' goes by the log of the last install, which is not to be ours.
log=$build/meson-logs/install-log.txt
[ ! -e "$log" ] || cp "$log" log
gives 0 env DESTDIR="$work/root" meson install -C "$build" --no-rebuild --quiet
if [ -e log ]; then cp log "$log"; else rm -f "$log"; fi
for name in libgarner.so libgarner.a garner.pc garner.h garner garner.1 garner-rules.5 garner-store.5; do
	checks=$((checks + 1))
	[ "$(find root -name $name | wc -l)" = 1 ] || fail "$name was not installed"
done
at=$(dirname "$(find root -name libgarner.so)")
if nm -D "$at/libgarner.so" | grep -q __asan_init; then
	echo "a build with sanitizers: no program is linked"
	finish
	exit 0
fi
exported=$(nm -D --defined-only "$at/libgarner.so" | awk '{ print $3 }' | grep -vE '^(garner_.*|_init|_fini)$')
[ -z "$exported" ] || fail "the library shows more than its interface: $exported"
export PKG_CONFIG_PATH=$work/$at/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/root
flags() { pkg-config "$@" garner; }
awk '/^```c$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$project/README.md" >example.c
# shellcheck disable=SC2046
gives 0 cc -Wall -Wextra -Werror -pedantic -std=c11 example.c -o shared $(flags --cflags --libs)
gives 0 env LD_LIBRARY_PATH="$at" ./shared
prints "Some text worth keeping"
# shellcheck disable=SC2046
gives 0 cc example.c -o static $(flags --cflags) "$at/libgarner.a" $(flags --static --libs-only-l | sed 's/-lgarner //')
gives 0 ./static
prints "Some text worth keeping"
printf '#include <garner.h>\nint main() { struct garner *g = garner_new(nullptr); garner_free(g); return g == nullptr; }\n' >example.cc
if command -v c++ >/dev/null; then
	for standard in c++11 c++20; do
		# shellcheck disable=SC2046
		gives 0 c++ -Wall -Wextra -Werror -pedantic -std=$standard example.cc -o plus $(flags --cflags --libs)
		gives 0 env LD_LIBRARY_PATH="$at" ./plus
	done
fi
finish
