#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# gcc and clang without a warning; what is installed stands where Debian expects it; the unit is tight.
. "$(dirname "$0")/../lib/tap.sh"
root=$(dirname "$build")
release=${ENTENTE_BUILD_RELEASE:-$root/release}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# ---- two compilers, warnings are errors
cd "$top" || exit 1
is_werror() { grep -qx 'ENTENTE_WERROR:BOOL=ON' "$1/CMakeCache.txt"; }
check "build: gcc, warnings are errors (dev)" is_werror "$build"
is_gcc() { grep -qE '^CMAKE_C_COMPILER:[A-Z]+=.*(/cc|gcc[-0-9]*)$' "$1/CMakeCache.txt" && cc --version | grep -q 'Free Software'; }
check "build: dev is gcc's" is_gcc "$build"
if command -v clang >/dev/null; then
	clang_build() {
		cmake --preset clang -B "$root/clang" >"$tmp/clang" 2>&1 && ninja -k0 -C "$root/clang" >>"$tmp/clang" 2>&1 && return 0
		grep -E 'error:|warning:|Error' "$tmp/clang" | sort -u | head -40
		return 1
	}
	check "build: clang, warnings are errors" clang_build
	check "build: clang's warnings are errors indeed" is_werror "$root/clang"
else
	skip "build: clang, warnings are errors" "no clang here"
fi

# ---- install
stage=$tmp/stage
install_stage() {
	cmake "$release" -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_SYSCONFDIR=/etc && ninja -C "$release" &&
		DESTDIR=$stage cmake --install "$release"
}
check "install: into a staging folder" install_stage
lib=/usr/lib/$(gcc -dumpmachine)
connectors=$(cd connectors && find . -mindepth 2 -maxdepth 2 -name '*.c' ! -path './sdk/*' -printf "$lib/entente/connectors/%h.so\n" | sed 's#/\./#/#' | sort -u)
for file in /usr/bin/entente $connectors \
	/usr/include/entente/{connector,ticket}.h /usr/share/entente/schemas/events/ticket.changed.v1.json \
	/usr/lib/systemd/system/entente.service /etc/entente/entente.yaml; do
	check "install: $file" test -s "$stage$file"
done
empty "install: nothing else, nothing writable by others" "$(
	cd "$stage" 2>/dev/null && {
		find . -type f | grep -vE "^\./usr/(bin/entente$|lib/[^/]+/entente/connectors/[a-z0-9-]+\.so$|include/entente/|share/(entente/|doc/entente/)|lib/systemd/system/entente\.service$)|^\./etc/entente/entente\.yaml$"
		find . -perm /0022 ! -type l
	}
)"
version=$(sed -n 's/^project(entente VERSION \([0-9.]*\).*/\1/p' "$top/CMakeLists.txt")
check "install: the installed program says its version, $version" bash -c "'$stage/usr/bin/entente' version | grep -qF '$version'"
lists_connectors() { "$stage/usr/bin/entente" config --help servicenow | grep -q number_field; }
check "install: it finds the connectors where they were put" lists_connectors

# ---- sample configuration: the committed one is what the table prints
check "sample: deploy/entente.yaml is what entente config --sample prints" \
	bash -c "'$build/entente' config --sample | diff - '$top/deploy/entente.yaml'"

# ---- unit
if command -v systemd-analyze >/dev/null; then
	unit=$top/deploy/systemd/entente.service
	exposure=$(systemd-analyze security --offline=yes --no-pager "$unit" 2>&1 | sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
	if awk -v e="${exposure:-10}" 'BEGIN {exit !(e <= 1.5)}'; then
		ok "unit: exposure $exposure, at most 1.5"
	else
		not_ok "unit: exposure at most 1.5" "it is '${exposure:-unknown}'"
	fi
	sed "s#=/usr/bin/entente#=$stage/usr/bin/entente#" "$unit" >"$tmp/entente.service"
	findings=$(systemd-analyze verify --man=no "$tmp/entente.service" 2>&1 | grep -F entente.service)
	empty "unit: systemd finds nothing to say against it" "$findings"
else
	skip "unit: exposure at most 1.5" "no systemd-analyze here"
	skip "unit: systemd finds nothing to say against it" "no systemd-analyze here"
fi
tap_end
