#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints fold_table.h from Python's Unicode data: python3 fold_table.py | clang-format > fold_table.h"""
import unicodedata as u

# Letters that Unicode does not take apart, and what people type for them.
TYPED = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ħ": "h", "ł": "l", "ŧ": "t", "ı": "i", "ſ": "s", "’": "'", "ʼ": "'", "ⱥ": "a", "ⱦ": "t"}
NUKTA, VIRAMA = 7, 9  # of Indic scripts: part of the letter
CJK = range(0x2E80, 0xA4D0), range(0xAC00, 0xD7A4), range(0xF900, 0xFB00), range(0x20000, 0x40000)  # no case, no accents


def is_accent(c):
    return u.combining(c) not in (0, NUKTA, VIRAMA)


def fold(c):
    apart = u.normalize("NFD", u.normalize("NFD", c).casefold())
    return "".join(TYPED.get(x, x) for x in apart if not is_accent(x))


rows, many = [], []
for code in range(0x80, 0x110000):
    c = chr(code)
    if 0xD800 <= code < 0xE000 or u.category(c) == "Cn" or any(code in r for r in CJK) or fold(c) == c:
        continue
    to = fold(c)
    if len(to.encode()) > len(c.encode()):
        continue  # it stays: a folded text is never longer
    if len(to) > 1:
        many.append((code, to))
        continue
    to = ord(to) if to else 0
    last = rows[-1] if rows else None
    step = code - last["last"] if last else 0
    same = last and (to == 0) == (last["to"] == 0) and (to == 0 or to - code == last["to"] - last["first"])
    if same and step in (1, 2) and last["step"] in (0, step) and (to or step == 1):
        last["last"], last["step"] = code, step
    else:
        rows.append({"first": code, "last": code, "step": 0, "to": to})

print("/* SPDX-License-Identifier: Apache-2.0 */")
print(f"/*\n * Case and accents folded, Unicode {u.unidata_version}. Made by fold_table.py, in order. Private to fold.c.\n */")
print("#ifndef SDK_FOLD_TABLE_H\n#define SDK_FOLD_TABLE_H\n\n#include <stdint.h>\n")
print("/* Each step-th code point from first to last becomes the one that is as far from `to`; to 0: it goes. */")
print("static const struct {\n\tuint32_t first, last, step, to;\n} fold_row[] = {")
for row in rows:
    print(f"{{0x{row['first']:x}, 0x{row['last']:x}, {row['step'] or 1}, 0x{row['to']:x}}},")
print("};\n\nstatic const struct {\n\tuint32_t from;\n\tconst char *to;\n} fold_many[] = {")
for code, to in many:
    print("{0x%x, \"%s\"}," % (code, "".join(chr(b) if b < 0x80 else f"\\{b:03o}" for b in to.encode())))
print("};\n\n#endif")
