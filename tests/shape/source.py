#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that can be read off the sources: layers, purity, banned calls, sizes, top level."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import TOP, Tap
from tree import NOT_OURS, files_of_tree, is_source, layer_of, line_of, read, without

# Lines. A table may be as long as what it lists: its path, and the reason.
FILE_CEILING, FUNCTION_CEILING = 500, 60
CONNECTOR_H_CEILING = 250

SUBJECTLESS = re.compile(r"/\*\s*(?:\n\s*\*\s*)?((?:What|Who|One that|Else|Of) [^.?!*]*[.?!]?)")

TOP_LEVEL = {"broker", "connectors", "schemas", "tests", "deploy", "CMakeLists.txt", "CMakePresets.json", "README.md",
             "LICENSE"}

# What each layer may include of the house.
ABI, SDK = {"entente"}, {"entente", "sdk"}
LAYERS = {
    "connectors/abi": ABI,
    "connectors/sdk": SDK,
    "broker/base": SDK | {"base"},
    "broker/core": SDK | {"base", "core"},
    "broker/store": SDK | {"base", "core", "store"},
    "broker/view": SDK | {"base", "core", "store", "view"},
    "broker/search": SDK | {"base", "core", "store", "view", "search"},
    "broker/face": SDK | {"base", "core", "store", "view", "search", "face"},
    "broker/edge": SDK | {"base", "core", "store", "view", "search", "face", "edge"},
    "broker/link": SDK | {"base", "core", "store", "link"},
    "broker/bus": SDK | {"base", "core", "store", "bus"},
    "broker/config": SDK | {"base", "core", "config"},
    "broker/cli": SDK | {"base", "core", "store", "view", "search", "face", "edge", "link", "bus", "config", "cli"},
    "broker": SDK | {"base", "core", "store", "view", "search", "face", "edge", "link", "bus", "config", "cli"},
}

# Headers of others, and where they may stand. What is pure may include only PURE.
LIBRARY = {
    r"cjson/": ["connectors/sdk/json"],
    r"openssl/": ["connectors/sdk/crypto", "broker/base/", "broker/store/fsck"],
    r"sqlite3\.h": ["broker/store/db_sqlite"],
    r"zstd\.h": ["broker/store/"],
    r"cmark\.h": ["broker/view/"],
    r"librdkafka/": ["broker/bus/"],
    r"curl/": ["broker/link/", "broker/cli/"],
    r"dlfcn\.h": ["broker/config/plugins"],
    r"yaml\.h": ["broker/config/"],
    r"uuid/": ["broker/base/"],
    r"cjose/": ["broker/base/jws"],
    r"sodium\.h": ["broker/base/password"],
    r"jq\.h|jv\.h": ["connectors/generic/"],
    # broker/face above all has neither: a simulator calls it
    r"sys/(socket|epoll|eventfd|poll)\.h|poll\.h|netinet/|netdb\.h|arpa/": ["broker/edge/", "broker/link/", "broker/cli/", "broker/config/", "broker/core/range"],
    r"pthread\.h": ["broker/edge/", "broker/link/", "broker/bus/", "broker/search/search", "broker/cli/", "broker/base/files", "broker/base/lock", "broker/base/mailbox", "broker/base/slot", "broker/store/writer"],
}
PURE_AT = ("connectors/", "broker/core/")
PURE = {"assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdarg.h", "stdatomic.h",
        "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h"}

# Headers that one pure file needs beside those: the sanitizer's; what reads an IP address.
PURE_BUT = {"sanitizer/asan_interface.h": ["connectors/sdk/arena.c"],
            # inet_pton() and the layout of an address: no call of these does I/O
            **{h: ["broker/core/range.c"] for h in ("arpa/inet.h", "netinet/in.h", "sys/socket.h")}}
WIDE = 160
LEFT_OVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")

# pattern over code without comments and strings; the files that may, or "file|the one call that may"
BANNED = {
    "unsafe text functions": (r"\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|gets|alloca|atoi|atol|atoll|"
                              r"setjmp|longjmp)\s*\(", []),
    "cJSON outside sdk/json.c": (r"\bcJSON_\w+", ["connectors/sdk/json.c"]),
    "the system's clock outside base/world.c": (
        r"\b(time|clock_gettime|gettimeofday|clock|localtime|localtime_r|gmtime|mktime)\s*\(\s*(?!void\b|struct\b)",
        # Deadlines of real waits: no step of the simulator passes here.
        ["broker/base/world.c", "broker/store/writer.c|clock_gettime(CLOCK_MONOTONIC, &until)", "broker/bus/bus.c", "broker/bus/kafka_rd", "broker/bus/rd_"]),
    "sleep": (r"\b(sleep|usleep|nanosleep|clock_nanosleep)\s*\(", ["broker/bus/bus.c"]),  # its thread's pause
    "chance outside base/world.c": (r"\b(rand|random|srand|drand48|getrandom|uuid_generate\w*)\s*\(", ["broker/base/world.c"]),
    "allocation outside sdk/arena.c": (
        r"(?<![\w.>])(malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf|aligned_alloc)\s*\(", ["connectors/sdk/arena.c",
            "broker/cli/|vasprintf(&text", "broker/config/|vasprintf(&text"]),  # words for people, of any length; aborts when it fails
    "exit below cli": (r"\b(exit|_exit|quick_exit)\s*\(", ["broker/main.c", "broker/cli/"]),
    "threads where none belong": (r"\bpthread_create\s*\(", ["broker/edge/", "broker/bus/", "broker/link/keeping.c", "broker/link/link_thread.c", "broker/search/search.c", "broker/cli/"]),
    "environment outside secrets, config and cli": (r"\b(getenv|secure_getenv|setenv|putenv)\s*\(", ["broker/base/secret.c", "broker/cli/", "broker/config/config.c", "broker/main.c"]),
    "shell": (r"\b(system|popen|execl|execlp|execv|execvp|execve|fork|vfork|posix_spawn)\s*\(", ["broker/link/hook.c|posix_spawn("]),  # the operator's program, no shell
    "#if 0": (r"^\s*#\s*if\s+0\b", []),
    "a known mistake in the product's source (tests/mutants keeps them as patches)": (r"\bENTENTE_MUTANT_", []),
}
# Logs: whatever decides the fate of a message logs it, and that is never one of these.
NO_LOG = ("connectors/", "broker/core/", "broker/store/", "broker/view/")
SQL = r'"\s*(SELECT\s+[^"]*\bFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA\s)'

tap = Tap()


def layer_rules(sources):
    wrong, impure, strangers = [], [], []
    for path, code in sources.items():
        layer = layer_of(path)
        own = path.split("/")[1]
        allowed = SDK if layer == "connector" else LAYERS[layer]
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', code, re.M):
            kind, name = match[1], match[2]
            where = f"{path}:{line_of(code, match.start())}: includes {name}"
            if kind == '"':
                word = name.split("/")[0]
                if ".." in name or ("/" in name and word not in allowed and (layer != "connector" or word != own)):
                    wrong.append(where)
                continue
            for pattern, places in LIBRARY.items():
                if re.match(pattern, name) and not path.startswith(tuple(places)):
                    strangers.append(where)
            if path.startswith(PURE_AT) and name not in PURE and not any(re.match(p, name) for p in LIBRARY) and \
                    not path.startswith(tuple(PURE_BUT.get(name, ["-"]))):
                impure.append(where)
    yield "layers: includes go only downward; edge, link, bus and config never include one another", wrong
    yield "layers: each library's header stands only in the part that owns it", strangers
    yield "layers: core and connectors include no header that does I/O, time or threads", impure


def is_declaration(line, name):
    """A prototype or a member named like the call."""
    return re.match(r"\s*(?:[\w*]+\s+)+\**" + re.escape(name) + r"\s*\(", line) and "=" not in line and \
        not re.match(r"\s*(?:return|else|case|do)\b", line)


def calls_of(plain, pattern):
    for match in re.finditer(pattern, plain, re.M):
        line = plain[plain.rfind("\n", 0, match.start()) + 1:plain.find("\n", match.start())]
        if is_declaration(line, match[0].rstrip("( \t")) or re.search(r"(->|\.)\s*$", plain[:match.start()][-3:]):
            continue
        yield f"{line_of(plain, match.start())}: {line.strip()[:90]}"


def is_allowed(path, call, may):
    return any(path.startswith(place) and text in call for place, _, text in (m.partition("|") for m in may))


def banned_rules(sources):
    plain = {path: without(code, strings=True) for path, code in sources.items()}
    for name, (pattern, may) in BANNED.items():
        yield f"banned: {name}", [f"{path}:{call}" for path, code in plain.items()
                                  for call in calls_of(code, pattern) if not is_allowed(path, call, may)]
    yield "banned: a goto that goes back", [
        f"{path}:{line_of(code, m.start())}: {m[0]}" for path, code in plain.items() for m in re.finditer(r"\bgoto\s+(\w+)", code)
        if not re.search(rf"^[ \t]*{m[1]}:", code[m.end():code.find("\n}", m.end())], re.M)]
    yield "banned: log_write in connectors, core, store and view", [
        path for path, code in plain.items() if path.startswith(NO_LOG) and "log_write" in code]
    with_strings = {path: without(code, strings=False) for path, code in sources.items()}
    yield "banned: SQL outside store, view and search", [
        f"{path}:{line_of(code, m.start())}" for path, code in with_strings.items()
        if not path.startswith(("broker/store/", "broker/view/", "broker/search/")) for m in re.finditer(SQL, code, re.I)]
    yield "banned: JSON by format string", [
        f"{path}:{line_of(code, m.start())}: {m[0][:60]}" for path, code in with_strings.items()
        for m in re.finditer(r'[{,]\s*\\"\w+\\":\s*(?:\\")?%', code)]


def sizes_of(sources):
    files, functions = [], []
    for path, code in sources.items():
        files.append((code.count("\n"), path))
        start = None
        for i, line in enumerate(code.split("\n"), 1):
            if line.startswith("{"):
                start = i
            elif line.startswith("}") and start:
                functions.append((i - start - 1, f"{path}:{start}"))
                start = None
    return files, functions


def size_rules(sources):
    files, functions = sizes_of(sources)
    yield f"size: no file over {FILE_CEILING} lines", [f"{w}: {n}" for n, w in files if n > FILE_CEILING]
    yield f"size: no function over {FUNCTION_CEILING} lines", [
        f"{w}: {n}" for n, w in functions if n > FUNCTION_CEILING]
    yield f"size: connector.h within {CONNECTOR_H_CEILING} lines", [
        f"{w}: {n}" for n, w in files if w == "connectors/abi/entente/connector.h" and n > CONNECTOR_H_CEILING]


def text_rules(texts):
    spdx, left_over, wide = [], [], []
    for path, text in texts.items():
        name = os.path.basename(path)
        if (name.endswith((".c", ".h", ".py", ".sh")) or text.startswith("#!")) and \
                "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.split("\n")[:3]):
            spdx.append(path)
        for i, line in enumerate(text.split("\n"), 1):
            if LEFT_OVER.search(line):
                left_over.append(f"{path}:{i}: {line.strip()[:90]}")
            # rows of a table may be as wide as they are
            if name.endswith((".c", ".h")) and len(line.expandtabs(8)) > WIDE and not re.match(r"\s*(X\(|\{)", line):
                wide.append(f"{path}:{i}: {len(line.expandtabs(8))} columns")
    yield "text: every source and script names its licence at its top", spdx
    yield "text: nothing was left for later", left_over
    yield f"text: no line is wider than {WIDE} columns (aim 120)", wide


def word_rules(sources):
    """A question may begin so, a statement not: its subject is not named."""
    bad = []
    for path, text in sources.items():
        if path.startswith(("broker/", "connectors/")):
            bad += [f"{path}:{line_of(text, m.start())}: {m[1][:60]}" for m in SUBJECTLESS.finditer(text) if not m[1].endswith("?")]
    yield "words: no comment begins with What, Who, One that, Else or Of", bad


def tree_rules(tree):
    yield "tree: the top level holds only what it may", [
        f for f in {p.split("/")[0] for p in tree} if not f.startswith(".") and f not in TOP_LEVEL]


def rules(sources, texts, tree):
    for of in (layer_rules(sources), banned_rules(sources), size_rules(sources), word_rules(sources), text_rules(texts), tree_rules(tree)):
        yield from of


# For each rule something that breaks it: a rule that does not see its own is no rule.
LATER = "/* TO" "DO */\n"
PROBES = {
    "layers: includes go only downward": ("broker/edge/a.c", '#include "bus/bus.h"\n'),
    "layers: each library's header": ("broker/cli/a.c", "#include <librdkafka/rdkafka.h>\n"),
    "layers: core and connectors": ("broker/core/a.c", "#include <unistd.h>\n"),
    "banned: unsafe text": ("broker/base/a.c", "\tstrcpy(a, b);\n"),
    "banned: cJSON": ("connectors/jira/a.c", "\treturn cJSON_Parse(z);\n"),
    "banned: the system's clock": ("broker/store/a.c", "\tint64_t t = time(NULL);\n"),
    "banned: sleep": ("broker/bus/a.c", "\tusleep(1000);\n"),
    "banned: chance": ("broker/bus/a.c", "\tint i = rand();\n"),
    "banned: allocation": ("broker/store/a.c", "\tp = malloc(n);\n"),
    "banned: exit": ("broker/store/a.c", "\tif (bad)\n\t\texit(1);\n"),
    "banned: threads": ("broker/store/a.c", "\tpthread_create(&t, NULL, f, NULL);\n"),
    "banned: environment": ("connectors/jira/a.c", '\tz = getenv("HOME");\n'),
    "banned: shell": ("broker/cli/a.c", "\tsystem(z);\n"),
    "banned: a goto": ("broker/cli/a.c", "{\nagain:\n\tf();\n\tgoto again;\n}\n"),
    "banned: #if 0": ("broker/cli/a.c", "#if 0\n#endif\n"),
    "banned: a known mistake": ("broker/store/a.c", "#ifdef ENTENTE_MUTANT_NO_DEDUPE\n#endif\n"),
    "banned: log_write": ("broker/store/a.c", "\tlog_write(log, LOG_INFO, \"a\", LOG_END);\n"),
    "banned: SQL": ("broker/edge/a.c", '\tdb_use(db, "SELECT a FROM b");\n'),
    "banned: JSON": ("broker/edge/a.c", '\tprintf("{\\"a\\":\\"%s\\"}", a);\n'),
    "size: no file": ("broker/edge/a.c", "\n" * (FILE_CEILING + 1)),
    "size: no function": ("broker/edge/a.c", "{\n" + "\n" * (FUNCTION_CEILING + 1) + "}\n"),
    "size: connector.h": ("connectors/abi/entente/connector.h", "\n" * (CONNECTOR_H_CEILING + 1)),
    "words: no comment": ("broker/edge/a.c", "/*\n * What was sent. */\n"),
    "text: every source": ("broker/edge/a.c", "int a;\n"),
    "text: nothing": ("broker/edge/a.c", LATER),
    "text: no line": ("broker/edge/a.c", "a" * 200 + "\n"),
    "tree: the top": ("stuff/a.c", None),
}


def check_probes(names):
    blind = []
    for name in names:
        probe = [p for start, p in PROBES.items() if name.startswith(start)]
        if len(probe) != 1:
            blind.append(f"{name}: has {len(probe)} probes")
            continue
        path, text = probe[0]
        sources = {path: text} if text else {}
        if not dict(rules(sources, sources, [path]))[name]:
            blind.append(f"{name}: does not see {text!r} in {path}")
    tap.check(f"probes: each of the {len(names)} rules sees a breach of its own", not blind, "; ".join(blind))


def check_layout(paths):
    name = "layout: as .clang-format says"
    if not shutil.which("clang-format"):
        tap.skip(name, "clang-format is not installed")
        return
    done = subprocess.run(["clang-format", "-n", "--Werror", *paths], cwd=TOP, capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line})
    tap.check(name, done.returncode == 0, "clang-format -i " + " ".join(wrong))


# What a test looks for and does without where it is missing -> the Debian package that brings it.
PACKAGE_OF = {"promtool": "prometheus", "clang-format": "clang-format", "spin": "spin", "gcc": "build-essential", "kcat": "kcat", "strace": "strace"}
OF_ITSELF = {"git", "dpkg-query"}  # a tree that came by git; a Debian


def check_packages(texts):
    """On a bare machine nothing is left out but what needs the shared material."""
    listed = {line.strip() for name in ("deploy/packages", "tests/lib/packages") for line in texts[name].splitlines() if not line.startswith("#")}
    asked = {program for path, text in texts.items() if path.startswith("tests/") for program in re.findall(r'(?:which|have)\("([\w.-]+)"\)', text)}
    missing = sorted(p for p in asked - OF_ITSELF if PACKAGE_OF.get(p) not in listed)
    missing += [p for p in ("e2fsprogs", "mount") if p not in listed]  # tests/chaos/power and full
    tap.check("packages: each program that a test looks for is in deploy/packages or tests/lib/packages", asked and not missing, missing)


tree = files_of_tree()
sources = {p: read(p) for p in tree if is_source(p)}
texts = {}
for path in tree:
    if path.startswith(NOT_OURS) or path == "LICENSE":
        continue
    try:
        texts[path] = read(path)
    except UnicodeDecodeError:
        pass
tap.check("tree: there are sources to look at", len(sources) > 20, len(sources))
names = []
for name, findings in rules(sources, texts, tree):
    names.append(name)
    tap.check(name, not findings, f"{len(findings)} finding(s)")
    tap.note("\n".join(sorted(findings)[:40]))
check_probes(names)
check_packages(texts)
check_layout([p for p in tree if p.endswith((".c", ".h"))])
tap.end()
