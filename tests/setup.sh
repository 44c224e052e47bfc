# Sourced by tests/quickstart and tests/run: what the machine needs, and the release build.
# Sets: top, build (release build folder). Functions: need, build_release.

top=$(CDPATH= cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m -- "${GARNER_BUILD:-$top/build}")

# Debian 12 and Ubuntu names.
build_packages="gcc libc6-dev meson ninja-build pkg-config python3-minimal libcurl4-openssl-dev libgumbo-dev libzstd-dev
 libarchive-dev libsqlite3-dev libexpat1-dev libjansson-dev libuchardet-dev libutf8proc-dev libpcre2-dev nettle-dev
 libinih-dev zlib1g-dev libdeflate-dev libidn2-dev ca-certificates"
# Used where they are there; the build works without them.
optional_packages="zstd g++ libcld2-dev libbrotli-dev"
test_packages="libcmocka-dev python3 nginx-light openssl zstd bzip2 tar libarchive-tools unicode-data procps sqlite3 man-db git wget
 locales"

say() { printf '== %s\n' "$*" >&2; }

missing() {
	local package
	for package in "$@"; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
	done
}

# need PACKAGE...: installs what is not there, or says exactly what to install.
need() {
	local list as=()
	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
		[ -n "${GARNER_DEPENDENCIES_DONE:-}" ] && return 0
		cat >&2 <<-EOF
		This is not Debian or Ubuntu. Install these (Debian's names), then set GARNER_DEPENDENCIES_DONE=1 and run again:
		  $(echo $*)
		EOF
		return 2
	fi
	list=$(missing "$@")
	[ -z "$list" ] && return 0
	if [ "$(id -u)" != 0 ]; then
		if command -v sudo >/dev/null; then
			as=(sudo)
		else
			printf 'Not root and no sudo here. Install these, then run again:\n  apt-get install %s\n' "$list" >&2
			return 2
		fi
	fi
	say "installing: $list"
	"${as[@]}" apt-get update -qq || say "apt-get update failed; trying with the lists that are here"
	# shellcheck disable=SC2086
	"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $list >/dev/null
}

# configure FOLDER OPTION...
configure() {
	local folder=$1
	shift
	if [ ! -f "$folder/build.ninja" ]; then
		meson setup "$folder" "$top" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; return 1; }
		rm -f "$folder.log"
	fi
}

build_release() {
	say "building garner in $build"
	configure "$build" --buildtype=release || return 1
	ninja -C "$build" >"$build/ninja.log" 2>&1 || { cat "$build/ninja.log" >&2; return 1; }
}
