# SPDX-License-Identifier: Apache-2.0
"""Faults on demand: which request they hit, and what is done instead of a plain answer."""
import asyncio
import gzip
import json
import random
import re
import time
from email.utils import formatdate

from .wire import Response

WRITES = {"create", "update", "comment"}
READS = {"fetch", "poll", "search"}
LOGIN = ("<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action=\"/login\" method=\"post\">"
         "<input name=\"user\"><input name=\"password\" type=\"password\"></form></body></html>")
DOES = {"status", "lost", "delay", "gate", "trickle", "cut", "reset_body", "endless", "bomb", "chunks", "early", "redirect", "html", "empty",
        "error200", "type", "drift", "noop", "person", "limit", "broken", "none"}


class Rule:
    """{kind, path, text, skip, times, ratio, seed, do, ...}: kind is a kind of request, "write", "read" or "any"."""

    def __init__(self, number, spec):
        if spec.get("do") not in DOES:
            raise ValueError(f"do: {spec.get('do')!r} is none of {', '.join(sorted(DOES))}")
        self.number, self.spec = number, spec
        self.kind = spec.get("kind", "any")
        self.path = re.compile(spec["path"]) if spec.get("path") else None
        self.text = spec["text"].encode() if spec.get("text") else None
        self.skip, self.left = spec.get("skip", 0), spec.get("times")
        self.ratio, self.random = spec.get("ratio"), random.Random(spec.get("seed", 1))
        self.hits = 0
        self.gate = asyncio.Event() if spec["do"] == "gate" else None

    def takes(self, kind, request):
        if self.left == 0 or not (self.kind in ("any", kind) or (self.kind == "write" and kind in WRITES) or
                                  (self.kind == "read" and kind in READS)):
            return False
        if self.path and not self.path.search(request.target) or self.text and self.text not in request.body:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.ratio is not None and self.random.random() >= self.ratio:
            return False
        if self.left is not None:
            self.left -= 1
        self.hits += 1
        return True


class Faults:
    def __init__(self):
        self.rules = []
        self.made = 0

    def add(self, spec):
        self.made += 1
        self.rules.append(Rule(self.made, spec))
        return self.rules[-1]

    def pick(self, kind, request):
        for rule in self.rules:
            if rule.takes(kind, request):
                return rule
        return None

    def clear(self):
        for rule in self.rules:
            if rule.gate:
                rule.gate.set()
        self.rules.clear()

    def release(self):
        for rule in self.rules:
            if rule.gate:
                rule.gate.set()


def retry_after(value):
    """A header's value: as given, or {"date": seconds from now} in the form of HTTP dates."""
    return formatdate(time.time() + value["date"], usegmt=True) if isinstance(value, dict) else str(value)


def plain_status(spec):
    headers = [(name, retry_after(value)) for name, value in spec.get("headers", {}).items()]
    body = spec.get("json", {"error": {"message": f"simulated {spec['status']}"}})
    return Response(spec["status"], spec.get("body", body), headers, spec.get("type", "application/json"))


def drifted(node, drop, change):
    """A copy in which members of these names are gone or say something else, however deep."""
    if isinstance(node, dict):
        return {k: change[k] if k in change else drifted(v, drop, change) for k, v in node.items() if k not in drop}
    return [drifted(item, drop, change) for item in node] if isinstance(node, list) else node


def half(node, words):
    """The list of an answer, half of it, and the tool's words behind it; what says that more comes says that it ends."""
    if isinstance(node, list):
        return node[:len(node) // 2]
    inner = next((name for name in ("fields", "comment") if isinstance(node.get(name), dict)), None)
    if inner:
        return dict(node, **{inner: half(node[inner], {})})
    name = next((name for name in node if isinstance(node[name], list)), None)
    if name is None:
        return node
    ends = {"isLast": True, "nextPageToken": None, "end_of_stream": True, "more": False, "next_page": None, "links": {}, "meta": {"has_more": False}}
    return dict(node, **{name: half(node[name], {})}, **{k: v for k, v in ends.items() if k in node}, **words)


def broken(tool, response):
    """A list that breaks off with 200; a bare list is cut in the middle of a row."""
    try:
        node = json.loads(response.body)
    except ValueError:
        return response
    body = response.body[:len(response.body) // 2 + 1] if isinstance(node, list) else half(node, tool.broken_words)
    return Response(response.status, body, [h for h in response.headers if h[0] not in ("Content-Type", "Link")])


def drift(response, spec):
    try:
        node = json.loads(response.body)
    except ValueError:
        return response
    return Response(response.status, drifted(node, set(spec.get("drop", ())), spec.get("set", {})),
                    [h for h in response.headers if h[0] != "Content-Type"])


async def slowly(connection, response, spec):
    data = response.head() + response.body
    for i in range(len(data)):
        if not connection.alive:
            return
        connection.raw(data[i:i + 1])
        await asyncio.sleep(spec.get("ms", 1000) / 1000)
    connection.done()


async def endless(connection, spec):
    connection.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    block = b"20000\r\n" + b" " * 0x20000 + b"\r\n"
    for _ in range(spec.get("blocks", 10_000)):
        if not connection.alive:
            return
        connection.raw(block)
        await asyncio.sleep(0.002)
    connection.close()


def bomb(response, spec):
    """Decodes to `mb` of blanks around the real answer."""
    packed = gzip.compress(b" " * (spec.get("mb", 256) * 1024 * 1024) + response.body, 6)
    return Response(response.status, packed, [*response.headers, ("Content-Encoding", "gzip")], None)


def early(connection, response):
    connection.raw(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    connection.answer(response)


def cut(connection, response, spec):
    """Says more than it sends, then ends."""
    connection.raw(response.head(length=len(response.body) + 1000, close=True) + response.body)
    connection.close() if spec["do"] == "cut" else connection.reset()


async def act(tool, rule, kind, request, connection):
    """Answers by the rule. tool.process() does what was asked and gives the answer of a healthy tool."""
    spec, do = rule.spec, rule.spec["do"]
    processed = spec.get("processed", do not in ("status", "html", "empty", "error200", "redirect", "limit"))
    if do == "gate" and not processed:
        await rule.gate.wait()
        processed = True
    if do == "delay" and spec.get("before"):
        await asyncio.sleep(spec["ms"] / 1000)
    if do == "person":
        tool.people_act(spec.get("before", ()), request)
    response = None
    if do == "noop":
        tool.book.undo = []
        response = tool.process(kind, request)
        tool.book.roll_back()
    elif processed:
        response = tool.process(kind, request)
    if do == "person":
        tool.people_act(spec.get("after", ()), request)
    if tool.hooks.before_answer:
        await tool.hooks.flush()
    if do == "lost":
        how = spec.get("how", "close")
        if how != "hang":
            (connection.reset if how == "reset" else connection.close)()
        return
    if do == "delay" and not spec.get("before"):
        await asyncio.sleep(spec["ms"] / 1000)
    if do == "gate" and not rule.gate.is_set():
        await rule.gate.wait()
    if do == "status":
        connection.answer(plain_status(spec))
    elif do == "limit":
        connection.answer(Response(*tool.limit_answer))
    elif do == "html":
        connection.answer(Response(200, LOGIN, kind="text/html; charset=utf-8"))
    elif do == "empty":
        connection.answer(Response(200, b""))
    elif do == "error200":
        connection.answer(Response(200, spec.get("json", {"error": {"code": "E42", "message": "simulated error inside a 200"}})))
    elif do == "redirect":
        target = request.target if spec.get("to", "loop") == "loop" else spec["to"]
        connection.answer(Response(spec.get("status", 302), b"", [("Location", target)], "text/html"))
    elif do == "type":
        connection.answer(Response(response.status, response.body, kind=spec.get("type", "text/html")))
    elif do == "trickle":
        await slowly(connection, response, spec)
    elif do == "endless":
        await endless(connection, spec)
    elif do in ("cut", "reset_body"):
        cut(connection, response, spec)
    elif do == "chunks":
        connection.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + response.body + b"\r\n")
        connection.close()
    elif do == "early":
        early(connection, response)
    else:
        shown = {"bomb": lambda: bomb(response, spec), "drift": lambda: drift(response, spec), "broken": lambda: broken(tool, response)}
        connection.answer(shown[do]() if do in shown else response)
