#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house about files and names: no circles, a header's functions stand in the .c of its name, a static
name says what it does and stands once, store's rows are seen where they may be, no product file knows its mutants.
Circles are read off the static libraries of the build, the rest off the sources. --list names every offender."""
import glob
import os
import re
import subprocess
import sys
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import BUILD, Tap
from tree import files_of_tree, is_source, layer_of, line_of, read, without

# How many breaches stand. More fail. Of headers they are a port (db.h) and files that are halves of one header.
TODAY = {
    "circles": 0,
    "headers": 38,
    "doubled": 0,
    "plain": 0,
    "public": 0,
    "rows": 0,
    "mutants": 0,
}
ELSEWHERE = 0.05  # of the public functions may stand in a .c that is not named like their header

# Headers of store that the rooms above it may include; the rows themselves reach them through view.
OF_STORE = {
    "broker/face": {"writer.h"},
    "broker/edge": {"writer.h"},
    "broker/search": {"db.h", "store.h", "outbox.h", "rows.h"},
    "broker/bus": {"db.h", "store.h", "outbox.h"},
    "broker/cli": {"store.h", "writer.h", "backup.h", "fsck.h", "keeper.h", "rebuild.h"},
}

# One file each, and why.
OF_STORE_BUT = {
    "broker/cli/boot.c": {"supplier_rows.h"},     # the published maps, before the broker runs and there is a view
    "broker/cli/cmd_check.c": {"deliveries.h"},   # how many deliveries a start would park, in a store that no broker holds
}

tap = Tap()

# ---- functions, read off the sources ------------------------------------------------------------

# At the beginning of a line, as clang-format puts it: a type, a name, "(".
HEAD = re.compile(r"^(?!(?:typedef|return|else|extern)\b)((?:[A-Za-z_]\w*[\s*]+)+?)\**(\w+)\(", re.M)
ATTRIBUTE = re.compile(r"\s*__attribute__\s*\(")


def end_of(text, opened):
    """Behind the parenthesis that closes the one at `opened`."""
    depth = 0
    for i in range(opened, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    return len(text)


class Function:
    def __init__(self, path, line, name, is_static, is_body):
        self.path, self.line, self.name, self.is_static, self.is_body = path, line, name, is_static, is_body
        self.is_inline = path.endswith(".h") and is_body

    def __str__(self):
        return f"{self.path}:{self.line}: {self.name}()"


def functions_of(path, code):
    plain = without(code, strings=True)
    for match in HEAD.finditer(plain):
        end = end_of(plain, match.end() - 1)
        while attribute := ATTRIBUTE.match(plain, end):
            end = end_of(plain, attribute.end() - 1)
        rest = plain[end:end + 100].strip()
        if rest[:1] in ("{", ";"):
            yield Function(path, line_of(plain, match.start()), match[2], "static" in match[1].split(), rest[0] == "{")


def stem(path):
    return path.rpartition(".")[0]


def is_house(path):
    return path.startswith("broker/")


def header_rule(functions):
    """Public functions of the broker that stand in a .c not named like the header that declares them."""
    declared = defaultdict(set)
    for f in functions:
        if f.path.endswith(".h") and not f.is_body:
            declared[f.name].add(stem(f.path))
    public = [f for f in functions if is_house(f.path) and f.is_body and not f.is_static and not f.is_inline and f.name != "main"]
    return public, [f"{f} of {', '.join(sorted(declared[f.name])) or 'no header'}.h" for f in public if stem(f.path) not in declared[f.name]]


def name_rules(functions):
    """doubled, plain, public: breaches of the static names of the broker."""
    static = [f for f in functions if is_house(f.path) and f.is_static and f.is_body]
    public = {f.name: f for f in functions if f.is_body and not f.is_static and f.path.startswith(("broker/", "connectors/sdk/"))}
    where = defaultdict(set)
    for f in static:
        where[f.name].add(f.path)
    return {
        "doubled": [f"{f} stands also in {', '.join(sorted(where[f.name] - {f.path}))}" for f in static if len(where[f.name]) > 1],
        "plain": [str(f) for f in static if "_" not in f.name.strip("_")],
        "public": [f"{f} is also public: {public[f.name]}" for f in static if f.name in public],
    }


# ---- what a file includes and holds ---------------------------------------------------------------

def row_rule(sources):
    found = []
    for path, code in sources.items():
        may = OF_STORE.get(layer_of(path))
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"store/([^"]+)"', code, re.M):
            if may is not None and match[1] not in may | OF_STORE_BUT.get(path, set()):
                found.append(f"{path}:{line_of(code, match.start())}: includes store/{match[1]}")
    return found


def mutant_rule(sources):
    return [f"{path}:{line_of(code, m.start())}: {m[0]}" for path, code in sources.items() for m in re.finditer(r"ENTENTE_MUTANT\w*", code)]


STEP = re.compile(r"`([\w/]+\.c):(\w+)\(\)`")
NAMED = re.compile(r"`([\w/]+\.[ch])[`:]")


def step_rule(page, functions):
    """Steps of a page (`folder/file.c:function()`, under broker/ or from the top) that name a function which does not stand there."""
    there = {(f.path, f.name) for f in functions if f.is_body}
    steps = STEP.findall(page)
    return len(steps), [f"{file}:{name}()" for file, name in steps if not {(f"broker/{file}", name), (file, name)} & there]


def file_rule(page, paths):
    """Sources that a page names (`queue.c`, `core/queue.h`) and that stand nowhere under that name; `NOUN.c` and acme are the reader's."""
    return [name for name in NAMED.findall(page) if not re.search(r"[A-Z]|acme|_x\.", name) and not any(("/" + path).endswith("/" + name) for path in paths)]


# ---- circles, read off the objects ------------------------------------------------------------------

NM = re.compile(r"^.*?libentente_(\w+)\.a[:\[]([^:\]]+?)(?:\.c)?\.o\]?: (\S+) ([A-Za-z])")


def graph_of(listing):
    """file -> files whose functions or tables it uses. listing: nm -A -P of the libraries."""
    owner, used = {}, defaultdict(set)
    for line in listing.splitlines():
        match = NM.match(line)
        if not match:
            continue
        file, symbol, kind = f"{match[1]}/{match[2]}", match[3], match[4]
        if kind == "U":
            used[file].add(symbol)
        elif kind.isupper():
            owner[symbol] = file
            used[file].update()
    return {file: {owner[s] for s in symbols if s in owner} - {file} for file, symbols in used.items()}


def circles_of(graph):
    """Strongly connected components of more than one file (Tarjan, without recursion)."""
    index, low, on, stack, found, n = {}, {}, set(), [], [], 0
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = n = n + 1
        stack.append(root)
        on.add(root)
        while work:
            at, rest = work[-1]
            for to in rest:
                if to not in index:
                    index[to] = low[to] = n = n + 1
                    stack.append(to)
                    on.add(to)
                    work.append((to, iter(sorted(graph.get(to, ())))))
                    break
                if to in on:
                    low[at] = min(low[at], index[to])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == index[at]:
                    part = []
                    while not part or part[-1] != at:
                        part.append(stack.pop())
                        on.discard(part[-1])
                    if len(part) > 1:
                        found.append(sorted(part))
    return found


def circle_rule(graph):
    """One line for each file of a circle, with those of its circle that it uses."""
    return [f"{file} -> {' '.join(sorted(graph[file] & set(part)))}" for part in circles_of(graph) for file in part]


def listing_of_build():
    libraries = sorted(glob.glob(os.path.join(BUILD, "libentente_*.a")))
    got = subprocess.run(["nm", "-A", "-P", *libraries], capture_output=True, text=True) if libraries else None
    return got.stdout if got and got.returncode == 0 else ""


# ---- each rule sees a breach of its own ----------------------------------------------------------------

def check_probes():
    def of(*files):
        return [f for path, code in files for f in functions_of(path, code)]

    body = "static void {}(void)\n{{\n}}\n"
    names = name_rules(of(("broker/core/a.c", body.format("a_do") + body.format("end") + body.format("b_do")),
                          ("broker/core/b.c", body.format("a_do") + "int b_do(int (*f)(void))\n{\n}\n")))
    seen = {rule: len(found) for rule, found in names.items()}
    tap.equal("probes: names", seen, {"doubled": 2, "plain": 1, "public": 1})
    public, elsewhere = header_rule(of(("broker/core/a.h", "int a_do(void) __attribute__((x(1, 2)));\nint a_is(void);\n"),
                                       ("broker/core/a.c", "int a_do(void)\n{\n}\n"), ("broker/core/b.c", "int\na_is(void)\n{\n}\n")))
    tap.equal("probes: headers", (len(public), len(elsewhere)), (2, 1))
    tap.equal("probes: rows", len(row_rule({"broker/face/a.c": '#include "store/read.h"\n#include "store/writer.h"\n'})), 1)
    tap.equal("probes: mutants", len(mutant_rule({"broker/core/a.c": "#ifdef ENTENTE_MUTANT_A\n"})), 1)
    page = "`core/a.c:a_do()`, `core/b.c:a_do()`, a.c:not_a_step()"
    tap.equal("probes: steps", step_rule(page, of(("broker/core/a.c", body.format("a_do")))), (2, ["core/b.c:a_do()"]))
    tap.equal("probes: files", file_rule("`a.c`, `core/b.h`, `core/c.c:d()`, `NOUN.c`", ["broker/core/a.c", "broker/core/b.h"]), ["core/c.c"])
    line = "/b/libentente_{}.a[{}.c.o]: {} {}\n"
    graph = graph_of("".join(line.format(*row) for row in (
        ("core", "a", "a_do", "T 0 1"), ("core", "a", "b_do", "U"), ("core", "b", "b_do", "T 0 1"), ("core", "b", "c_do", "U"),
        ("store", "c", "c_do", "T 0 1"), ("store", "c", "a_do", "U"), ("store", "d", "a_do", "U"))))
    tap.equal("probes: circles", circles_of(graph), [["core/a", "core/b", "store/c"]])


def check(rule, name, found):
    tap.check(f"{rule}: {name}: {len(found)} (at most {TODAY[rule]})", len(found) <= TODAY[rule], f"{len(found)}, tests/shape/house.py --list names them")
    if len(found) < TODAY[rule]:
        tap.note(f"{rule}: lower its number in tests/shape/house.py to {len(found)}")
    if "--list" in sys.argv:
        tap.note("\n".join(f"{rule}: {line}" for line in found))


check_probes()
sources = {path: read(path) for path in files_of_tree() if is_source(path)}
functions = [f for path, code in sources.items() for f in functions_of(path, code)]
tap.check("sources: there are functions to look at", len(functions) > 1000, len(functions))
graph = graph_of(listing_of_build())
tap.check("circles: there are objects to look at", len(graph) > 100, f"{len(graph)} in the libraries of {BUILD}")
check("circles", "files that need one another", circle_rule(graph))
public, elsewhere = header_rule(functions)
tap.note(f"headers: {len(elsewhere)} of {len(public)} public functions stand elsewhere, {100 * len(elsewhere) / max(len(public), 1):.1f} %; the aim is {100 * ELSEWHERE:.0f} %")
check("headers", "public functions in a .c that is not named like their header", elsewhere)
names = name_rules(functions)
check("doubled", "static functions whose name stands in several files of the broker", names["doubled"])
check("plain", "static functions of one plain word", names["plain"])
check("public", "static functions named like a public one", names["public"])
check("rows", "headers of store's rows included by face, edge, bus or cli", row_rule(sources))
check("mutants", "product files know no mutant", mutant_rule(sources))
tree = files_of_tree()
for page in ("broker/README.md", "connectors/README.md", "tests/README.md"):
    n_step, lost = step_rule(read(page), functions)
    lost += file_rule(read(page), tree)
    tap.check(f"steps: what {page} names stands there, {n_step} functions among it", (n_step > 40 or page != "broker/README.md") and not lost, lost)
tap.end()
