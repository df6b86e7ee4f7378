# SPDX-License-Identifier: Apache-2.0
# For test scripts in sh or bash: . "$(dirname "$0")/../lib/tap.sh"
# One line per check; tap_end last, its status is the script's.

tap_n=0
tap_bad=0
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${ENTENTE_BUILD:-$top/build/dev}

ok() { # NAME
	tap_n=$((tap_n + 1))
	printf 'ok - %s\n' "$1"
}

not_ok() { # NAME WHY...
	tap_n=$((tap_n + 1))
	tap_bad=$((tap_bad + 1))
	tap_name=$1
	shift
	printf 'not ok - %s: %s\n' "$tap_name" "$*"
}

skip() { # NAME WHY...
	tap_n=$((tap_n + 1))
	tap_name=$1
	shift
	printf 'ok - %s # SKIP %s\n' "$tap_name" "$*"
}

note() { # text for whoever reads the log
	printf '%s\n' "$*" | sed 's/^/# /'
}

# check NAME COMMAND...: the command's success is the check; its output is shown when it fails.
check() {
	tap_name=$1
	shift
	if tap_out=$("$@" 2>&1); then
		ok "$tap_name"
	else
		not_ok "$tap_name" "'$*' failed"
		note "$tap_out"
	fi
}

# empty NAME TEXT: the text lists what is wrong, one finding a line.
empty() {
	if [ -z "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "$(printf '%s\n' "$2" | wc -l) finding(s)"
		note "$2"
	fi
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails at the deadline.
wait_for() {
	tap_deadline=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$tap_deadline" ] || return 1
		sleep 0.1
	done
}

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

tap_end() {
	if [ "$tap_n" -eq 0 ]; then
		not_ok "$(basename "$(dirname "$0")")" "nothing was checked"
	fi
	[ "$tap_bad" -eq 0 ]
}
