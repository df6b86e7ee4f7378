#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sentences for people have a code, and schemas/sentences.json lists all of them, so that a catalogue in another language
can be checked against it. Read off the sources, and the settings' help off the program. --write writes the list."""
import glob
import json
import os
import re
import subprocess
import sys
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import BUILD, TOP, Tap
from tree import line_of, read, without

LIST = "schemas/sentences.json"
# Rooms whose words people read in an answer or an event: sdk_fail() says a text without a code, so it is not used there.
ROOMS = ["connectors/*/*.c", "broker/core/*.c", "broker/link/*.c", "broker/view/*.c", "broker/search/words.c", "broker/search/find.c", "broker/search/alike.c", "broker/face/*.c", "broker/store/job*.c",
         "broker/store/json.c", "broker/store/raw.c", "broker/store/token.c", "broker/base/charset.c"]
# Which argument is the code; its text is the next one.
SAYS = {"sdk_fail_as": 2, "sdk_say": 1, "sdk_says_no": 2, "job_refuse": 2, "answer_problem": 2, "SDK_SENTENCE": 0}
BY_CODE = {"SDK_SAID_PLAIN": "connector.said"}
PARAM = re.compile(r"\{([a-z_]+)=%(?:\.\*s|s|d|u|ld|lld|zu|p)\}")
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
LITERAL = r'"(?:[^"\\]|\\.)*"'

tap = Tap()


def end_of(text, i):
    """Behind the parenthesis that closes the one at `i`."""
    depth, quote = 0, None
    while i < len(text):
        c = text[i]
        if quote:
            i += c == "\\"
            quote = None if c == quote else quote
        elif c in "\"'":
            quote = c
        else:
            depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(c, 0)
            if depth == 0:
                return i + 1
        i += 1
    return len(text)


def arguments(text):
    """Of the call whose parentheses `text` is."""
    found, begin, i = [], 1, 1
    while i < len(text) - 1:
        if text[i] in "([{":
            i = end_of(text, i)
            continue
        if text[i] in "\"'":
            i += re.match(LITERAL + r"|'(?:[^'\\]|\\.)*'", text[i:]).end()
            continue
        if text[i] == ",":
            found.append(text[begin:i].strip())
            begin = i + 1
        i += 1
    return found + [text[begin:-1].strip()]


def unquoted(text, macros):
    """What adjacent literals say, and macros of them; None: it is no literal."""
    words = re.findall(LITERAL + r"|\w+", text)
    if not words or re.sub(LITERAL + r"|\w+|\s", "", text):
        return None
    said = [macros.get(w) if w[0] != '"' else json.loads(w.replace("\\'", "'")) for w in words]
    return None if None in said else "".join(said)


def macros_of(paths):
    found = {}
    for path in paths:
        for match in re.finditer(rf"^#define (\w+)[ \t\\\n]+((?:{LITERAL}[ \t\\\n]*)+)$", read(path), re.M):
            found[match[1]] = "".join(json.loads(w) for w in re.findall(LITERAL, match[2]))
    return found


def sentences(paths, macros):
    """(place, code, text as written) of each sentence in the sources; code None: it is not a literal."""
    for path in paths:
        code = without(read(path), strings=False)
        for match in re.finditer(rf"\b({'|'.join(SAYS)})\(", code):
            args = arguments(code[match.end() - 1:end_of(code, match.end() - 1)])
            at = SAYS[match[1]]
            if len(args) < at + 2 or args[at].startswith("const char *") or (args[at], args[at + 1]) == ("code", "fmt") or args[at] == "code":
                continue  # its declaration, its body
            yield (f"{path}:{line_of(code, match.start())}", BY_CODE.get(args[at]) or unquoted(args[at], {}),
                   unquoted(args[at + 1].replace("PRId64", '"ld"'), macros))
        for match in re.finditer(r"struct ent_sentence \w+\[\] = (\{)", code):
            for row in re.finditer(rf'\{{("cannot\.[^"]*"),\s*((?:{LITERAL}\s*)+)\}}', code[match.start(1):end_of(code, match.start(1))]):
                yield f"{path}:{line_of(code, match.start())}", json.loads(row[1]), unquoted(row[2], {})
    causes = read("broker/core/delivery.h")
    for row in re.finditer(rf'X\(CAUSE_\w+, "(\w+)",[\s\\]*((?:{LITERAL}[\s\\]*)+)\)', causes):
        yield f"broker/core/delivery.h:{line_of(causes, row.start())}", f"next.{row[1]}", unquoted(row[2].replace("\\\n", " "), {})


def faults(place, code, text):
    if code is None or text is None:
        return f"{place}: its code or its text is no literal"
    if not CODE.fullmatch(code) or len(code) > 47:
        return f"{place}: \"{code}\" is no code (words of a-z, 0-9 and _ with dots between, 47 bytes)"
    rest = PARAM.sub("", text).replace("%%", "")
    if "%" in rest:
        return f"{place}: {code}: what is filled in has no name: {{name=%s}}"
    if re.search(r"\{[a-z_]+[=}]", rest):
        return f"{place}: {code}: text that looks as if something were filled in"
    names = PARAM.findall(text)
    if len(set(names)) < len(names):
        return f"{place}: {code}: a name stands twice"
    return None


def listed(found):
    """{code: {"params": [...], "text": "with {params}"}}, and codes that say two things."""
    ret, twice = {}, []
    for place, code, text in found:
        one = {"params": PARAM.findall(text), "text": PARAM.sub(r"{\1}", text).replace("%%", "%")}
        if ret.setdefault(code, one) != one:
            twice.append(f"{place}: {code} says something else elsewhere")
    return ret, twice


def settings():
    """What the program says: its own settings and those of each connector."""
    out = subprocess.run([os.path.join(BUILD, "entente"), "config", "--sentences"], capture_output=True, text=True, check=False)
    return out.returncode, [json.loads(line) for line in out.stdout.splitlines()]


os.chdir(TOP)
headers = sorted(glob.glob("broker/*/*.h"))
everywhere = sorted(p for g in ("connectors/*/*.c", "broker/*/*.c") for p in glob.glob(g) if os.path.basename(p) != "say.c")
found = list(sentences(everywhere, macros_of(headers)))
wrong = [fault for row in found if (fault := faults(*row))]
table, twice = listed([row for row in found if not faults(*row)])
status, helps = settings()
for row in helps:
    table[row["code"]] = {"params": [], "text": row["text"]}
text = json.dumps(dict(sorted(table.items())), indent="\t", ensure_ascii=False) + "\n"

if "--write" in sys.argv:
    with open(LIST, "w", encoding="utf-8") as out:
        out.write(text)
tap.check(f"sentences are found: {len(table)} codes", len(found) > 400 and len(table) > 350, len(found))
tap.equal("each has a code and names what is filled in", wrong, [])
tap.equal("a code says one thing", twice, [])
plain = [f"{path}:{line_of(code, m.start())}" for g in ROOMS for path in sorted(glob.glob(g)) if not path.endswith("sdk/str.c")
         for code in [without(read(path), strings=True)] for m in re.finditer(r"\bsdk_fail\(", code)]
tap.equal("rooms whose words people read say nothing without a code: sdk_fail_as()", plain, [])
tap.check("each setting's help has a code", status == 0 and len(helps) > 100 and all(h["text"] for h in helps), len(helps))
tap.equal("each connector's settings are there", [c for c in sorted(os.path.basename(p)[:-3] for p in glob.glob(os.path.join(BUILD, "connectors/*.so")))
                                                  if f"summary.{c}" not in table], [])
tap.check(f"{LIST} is current (tests/shape/sentences.py --write)", os.path.exists(LIST) and read(LIST) == text)
for bad, why in (('"x"', "no code"), ('"X.y", "a"', "capitals"), ('"x.y", "a %s", z', "no name"), ('"x.y", "a {b}"', "looks filled in"), ('"x.y", z', "no literal")):
    rows = [(f"t:{1}", None if len(args) < 1 else unquoted(args[0], {}), unquoted(args[1], {}) if len(args) > 1 else None)
            for args in [arguments(f"({bad})")]]
    tap.check(f"found: {why}", any(faults(*row) for row in rows))
tap.end()
