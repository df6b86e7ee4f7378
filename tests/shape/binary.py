#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that are read off objects, connectors and the binary: no writable globals, what a
connector exports and needs, hardening. Uses the dev build for objects, the release build for the rest."""
import glob
import os
import platform
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import BUILD, TOP, Tap

RELEASE = os.environ.get("ENTENTE_BUILD_RELEASE") or os.path.join(os.path.dirname(BUILD), "release")
# Each folder with a source is a connector, but for what they share.
CONNECTORS = {os.path.basename(os.path.dirname(path)) for path in glob.glob(os.path.join(TOP, "connectors", "*", "*.c"))} - {"sdk"}

# What a connector may call: pure functions of libc, hashes of libcrypto, cJSON inside the sdk, libjq.
# No file, no socket, no clock, no thread, no environment, no log. stderr, fwrite and abort: the last words of an
# allocation that failed and of assert().
MAY_CALL = re.compile(r"""^(
    mem(chr|cmp|cpy|move|set|mem|rchr|pcpy)|explicit_bzero|
    str(len|nlen|chr|rchr|str|casestr|cmp|ncmp|casecmp|ncasecmp|spn|cspn|pbrk|tod|toll?|toull?|coll)|
    is(alpha|alnum|digit|space|upper|lower|punct|xdigit)|to(upper|lower)|__ctype_\w+_loc|
    v?snprintf|bsearch|qsort|qsort_r|malloc|calloc|realloc|free|abort|__assert_fail|stderr|fwrite|fputs|fprintf|v?dprintf|
    __(mem(cpy|move|set|pcpy)|v?snprintf|fprintf|vfprintf|strcpy|strcat)_chk|__isoc99_\w+|
    floor|fmod|pow|round|trunc|isnan|__errno_location|
    __stack_chk_fail|__cxa_finalize|__gmon_start__|_ITM_\w+|
    (EVP|HMAC|CRYPTO|SHA1|SHA256|SHA512|OSSL|OPENSSL)(_\w+)?|
    cJSON_\w+|(jq|jv)_\w+|onig_set_retry_limit_in_(match|search)
)$""", re.X)
# generic's open() reads the rules of a time zone from tzdata, before anything is asked of it.
MAY_CALL_TOO = {"generic": {"fopen", "fopen64", "fread", "__fread_chk", "fclose"}}
MAY_NEED = re.compile(r"^(libc\.so|libm\.so|libcrypto\.so|libcjson\.so|libjq\.so|ld-linux)")

tap = Tap()


def run(*command):
    got = subprocess.run(command, capture_output=True, text=True)
    if got.returncode:
        tap.fail(" ".join(command), got.stderr.strip())
    return got.stdout


WRITABLE = re.compile(r"^[0-9a-f]+ .{7} (\.data|\.bss|\.tdata|\.tbss|\*COM\*)(\S*)\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$")


def writable(listing):
    """Variables in sections that may be written. .data.rel.ro is not: it is relocated, then read-only."""
    for line in listing.split("\n"):
        m = WRITABLE.match(line)
        if m and not m[2].startswith(".rel.ro") and int(m[3], 16) and not m[4].startswith("."):
            yield m[4]


def check_globals():
    objects = [o for o in glob.glob(os.path.join(BUILD, "CMakeFiles", "**", "*.o"), recursive=True)
               if re.search(r"/(entente_\w+|connector_\w+)\.dir/", o)]
    tap.check("globals: there are objects to look at", len(objects) > 20, f"{len(objects)} under {BUILD}")
    found = [f"{os.path.relpath(o, BUILD)}: {name}" for o in objects for name in writable(run("objdump", "-t", o))]
    tap.check("globals: no writable variable in any object but main's", not found, f"{len(found)} finding(s)")
    tap.note("\n".join(found))
    probe = os.path.join(BUILD, "probe-globals.o")
    subprocess.run(["gcc", "-x", "c", "-c", "-fPIC", "-o", probe, "-"], text=True, check=True, input="""
        static int counter; int *f(void) { return &counter; } static _Thread_local int t = 3; int *g(void) { return &t; }
        static const char *const names[] = {"a", "b"}; const char *h(int i) { return names[i]; }""")
    tap.equal("probe: a static and a thread-local are seen, a table of constants is not",
              sorted(re.sub(r"\..*", "", n) for n in writable(run("objdump", "-t", probe))), ["counter", "t"])


def check_connectors():
    folder = os.path.join(RELEASE, "connectors")
    shared = {os.path.basename(p)[:-3]: p for p in glob.glob(os.path.join(folder, "*.so"))}
    tap.equal("connectors: all are built", sorted(CONNECTORS - set(shared)), [])
    for name, path in sorted(shared.items()):
        exported = [line.split()[-1].split("@")[0] for line in run("nm", "-D", "--defined-only", path).splitlines()]
        tap.equal(f"connectors: {name} exports one symbol", exported, ["entente_connector"])
        undefined = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--undefined-only", path).splitlines()}
        bad = sorted(u for u in undefined - MAY_CALL_TOO.get(name, set()) if not MAY_CALL.match(u))
        tap.check(f"connectors: {name} calls nothing that does I/O, time, chance or threads", not bad, " ".join(bad))
        needed = re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-dW", path))
        bad = [n for n in needed if not MAY_NEED.match(n)]
        tap.check(f"connectors: {name} needs only libc, libcrypto, libcjson and libjq", not bad, " ".join(bad))
    seen = [n for n in ("socket", "time", "clock_gettime", "pthread_create", "open", "getenv", "fopen", "rand", "syslog")
            if MAY_CALL.match(n)]
    tap.check("probe: sockets, clocks, threads and files are not on the list", not seen, seen)


def check_hardening(path, is_program):
    name = os.path.basename(path)
    header, segments, dynamic = run("readelf", "-hW", path), run("readelf", "-lW", path), run("readelf", "-dW", path)
    symbols = run("nm", "-D", path)
    tap.check(f"hardening: {name} is position independent", re.search(r"Type:\s+DYN", header) and
              (not is_program or "PIE" in dynamic), "no PIE")
    tap.check(f"hardening: {name} has RELRO, bound at start", "GNU_RELRO" in segments and
              re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic), "RELRO or NOW is missing")
    stack = re.search(r"GNU_STACK\s.*?\s([RWE ]{3})\s+0x", segments)
    tap.check(f"hardening: {name} has a stack that cannot be run", stack and "E" not in stack[1], "GNU_STACK")
    tap.check(f"hardening: {name} has no segment both writable and executable", not re.search(r"LOAD\s.*\sRWE\s", segments))
    tap.check(f"hardening: {name} has no text relocation and no path of its own", not re.search(r"TEXTREL|RPATH|RUNPATH", dynamic),
              "TEXTREL, RPATH or RUNPATH")
    tap.check(f"hardening: {name} has stack canaries", "__stack_chk_fail" in symbols, "no __stack_chk_fail")
    tap.check(f"hardening: {name} has fortified calls", "_chk@" in symbols, "no _chk")
    tap.check(f"hardening: {name} keeps assert()", "__assert_fail" in symbols, "assert is compiled out")
    if platform.machine() == "x86_64":  # the note of the whole file is not there: Debian's crt files lack it
        with open(path, "rb") as file:
            marks = file.read().count(b"\xf3\x0f\x1e\xfa")
        tap.check(f"hardening: {name} marks branch targets (CET)", marks > 20, f"{marks} endbr64")


check_globals()
check_connectors()
program = os.path.join(RELEASE, "entente")
if tap.check("release: the program is built", os.path.exists(program), program):
    check_hardening(program, True)
for name in sorted(CONNECTORS):
    path = os.path.join(RELEASE, "connectors", name + ".so")
    if os.path.exists(path):
        check_hardening(path, False)
tap.end()
