# SPDX-License-Identifier: Apache-2.0
"""The query languages of tools, as far as connectors use them: field OP value, AND, OR, parentheses, ORDER BY."""
import re

TOKEN = re.compile(r"\s*(?:(?P<q>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<op>>=|<=|!=|!~|[=<>~(),])|(?P<w>[^\s()=<>!~,'\"]+(?:\{[^}]*\})?))")
WORDS = {"and", "or", "like", "not", "is", "in", "order", "by"}


class Bad(ValueError):
    """The query cannot be read."""


def tokens(text):
    out, at = [], 0
    text = text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match or match.end() == at:
            raise Bad(f"cannot read {text[at:at + 20]!r}")
        at = match.end()
        if match["q"]:
            out.append(("v", re.sub(r"\\(.)", r"\1", match["q"][1:-1])))
        elif match["op"]:
            out.append(("op", match["op"]))
        else:
            word = match["w"]
            if word.upper().startswith("CF.{") and "}" not in word:  # a name with blanks
                end = text.index("}", at)
                word, at = word + text[at:end + 1], end + 1
            out.append(("k", word.lower()) if word.lower() in WORDS else ("v", word))
    return out


class Query:
    """`holds(get)`: get(field, op, value) says whether a row's field compares so. `order`: [(field, is descending)]."""

    def __init__(self, text):
        self.tokens, self.at = tokens(text), 0
        self.order = []
        self.tree = self._either() if self.tokens and self._peek() != ("k", "order") else None
        if self._peek() == ("k", "order"):
            self._order()
        if self.at != len(self.tokens):
            raise Bad(f"unexpected {self.tokens[self.at][1]!r}")

    def _peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def _take(self):
        token = self._peek()
        self.at += 1
        return token

    def _either(self):
        parts = [self._both()]
        while self._peek() == ("k", "or"):
            self._take()
            parts.append(self._both())
        return ("or", parts)

    def _both(self):
        parts = [self._one()]
        while self._peek() == ("k", "and"):
            self._take()
            parts.append(self._one())
        return ("and", parts)

    def _one(self):
        if self._peek() == ("op", "("):
            self._take()
            inner = self._either()
            if self._take() != ("op", ")"):
                raise Bad("a parenthesis is not closed")
            return inner
        kind, field = self._take()
        if kind != "v":
            raise Bad(f"a field is missing before {field!r}")
        op = self._take()
        if op == ("k", "not"):
            op = ("k", "not " + self._take()[1])
        if op[0] not in ("op", "k") or op[1] in ("and", "or", "(", ")"):
            raise Bad(f"no comparison after {field!r}")
        if op[1] in ("in", "not in"):
            return ("is", field, op[1], self._list())
        kind, value = self._take()
        if kind != "v":
            raise Bad(f"no value after {field!r}")
        return ("is", field, op[1], value)

    def _list(self):
        if self._take() != ("op", "("):
            raise Bad("in without a list")
        out = []
        while True:
            out.append(self._take()[1])
            token = self._take()
            if token == ("op", ")"):
                return out
            if token != ("op", ","):
                raise Bad("a list is not closed")

    def _order(self):
        self._take()
        if self._take() != ("k", "by"):
            raise Bad("order without by")
        while True:
            field, down = self._take()[1], False
            if self._peek()[0] == "v" and str(self._peek()[1]).lower() in ("asc", "desc"):
                down = self._take()[1].lower() == "desc"
            self.order.append((field, down))
            if self._peek() != ("op", ","):
                return
            self._take()

    def holds(self, get, node=None):
        node = node or self.tree
        if node is None:
            return True
        if node[0] == "is":
            return get(node[1], node[2], node[3])
        return (any if node[0] == "or" else all)(self.holds(get, part) for part in node[1])


def compare(have, op, want):
    """Both numbers or both texts; like and ~ look inside a text."""
    if op in ("like", "~"):
        return str(want).lower() in str(have).lower()
    if op in ("not like", "!~"):
        return str(want).lower() not in str(have).lower()
    if op == "in":
        return str(have) in [str(w) for w in want]
    if op == "not in":
        return str(have) not in [str(w) for w in want]
    if op in ("=", "is"):
        return str(have).lower() == str(want).lower() if not isinstance(have, (int, float)) else have == float(want)
    if op == "!=":
        return str(have).lower() != str(want).lower()
    if isinstance(have, (int, float)):
        want = float(want)
    return {">": have > want, "<": have < want, ">=": have >= want, "<=": have <= want}[op]
