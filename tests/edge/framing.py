# SPDX-License-Identifier: Apache-2.0
"""How requests are cut out of the byte stream: strictly, and all the same in one piece or in many."""
import json
import os
import re

from kit import SHARED, TOP, Answers, Server, ended_clean, hook_bytes, is_problem, raw
from wrong_requests import REFUSED


def check_refused(tap, server):
    bad = []
    for name, data, want in REFUSED:
        got, closed, rest = raw(server, data)
        if len(got) != 1 or got[0][0] not in want or not closed or rest:
            bad.append(f"{name}: {[g[0] for g in got]}, closed {closed}, rest {rest[:60]!r}, want {sorted(want)}")
        elif not is_problem(got[0], got[0][0]) or got[0][1].get("connection") != "close":
            bad.append(f"{name}: no problem document, or no Connection: close")
    tap.check(f"{len(REFUSED)} wrong requests get one answer each, and the connection ends", not bad, "\n".join(bad))


def check_shared(tap, server):
    """The project's own copies are above; these are whatever the shared material holds today."""
    path = os.path.join(SHARED or os.path.join(TOP, "..", "shared"), "hostile", "http", "raw-requests.jsonl")
    if not os.path.exists(path):
        return tap.skip("shared/hostile/http/raw-requests.jsonl", "the shared material is not here")
    bad, n = [], 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            n += 1
            want = {int(w) for w in re.findall(r"\b[45]\d\d\b", case["want"].split("RFC")[0])}
            got, closed, rest = raw(server, case["raw"].encode("latin-1"))
            if len(got) != 1 or got[0][0] not in want or not closed or rest:
                bad.append(f"{case['name']}: {[g[0] for g in got]}, closed {closed}, want {case['want']}")
    tap.check(f"shared/hostile/http: {n} requests get what they want", n > 0 and not bad, "\n".join(bad))


def check_split(tap, server):
    """A byte at a time, and in every piece: the same answers."""
    good = hook_bytes(b'{"id":"split","title":"a"}', "split-1") + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for pieces in (1, 2, 3, 7, 40, len(good)):
        got, closed, rest = raw(server, good, pieces)
        tap.check(f"two pipelined requests in {pieces} pieces", [g[0] for g in got] == [202, 200] and closed and not rest,
                  f"{[g[0] for g in got]}, closed {closed}, rest {rest!r}")
    bad = []
    for name, data, want in REFUSED:
        if len(data) < 400:
            got, closed, _ = raw(server, data, len(data))
            if len(got) != 1 or got[0][0] not in want or not closed:
                bad.append(f"{name}: {[g[0] for g in got]}")
    tap.check("wrong requests a byte at a time: the same answers", not bad, "\n".join(bad))


def check_pipeline(tap, server):
    n = 300
    data = b"".join(hook_bytes(b'{"id":"pipe","title":"%d"}' % i, f"pipe-{i}") for i in range(n))
    with server.connect() as s:
        answers = Answers(s)
        s.sendall(data)
        ids = []
        for _ in range(n):
            got = answers.next()
            ids.append(json.loads(got[2])["delivery_id"] if got and got[0] == 202 else got)
        tap.equal(f"{n} pipelined deliveries are answered in order", ids, [f"pipe-{i}" for i in range(n)])
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        tap.check("and 100 reads behind them", all(answers.next()[0] == 200 for _ in range(100)))
    with server.connect() as s:
        answers = Answers(s)
        s.sendall(hook_bytes(b'{"id":"p","title":"x"}', "ahead-1") + b"BROKEN\r\n\r\n" + hook_bytes(b"{}", "ahead-2"))
        first, second = answers.next(), answers.next()
        tap.check("a good request before a broken one is answered, nothing behind it is",
                  first[0] == 202 and second[0] == 400 and answers.ends(), f"{first}, {second}")


def check_chunked(tap, server):
    body = b'{"id":"chunk","title":"in pieces"}'
    for size in (1, 5, 100):
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + size]), body[i:i + size]) for i in range(0, len(body), size))
        data = hook_bytes(body, f"chunk-{size}").split(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + \
            b"0\r\n\r\n" + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        for pieces in (1, len(data)):
            got, closed, rest = raw(server, data, pieces)
            tap.check(f"chunks of {size}, sent in {pieces} pieces, with a request behind",
                      [g[0] for g in got] == [202, 200] and closed and not rest, f"{[g[0] for g in got]}, {rest!r}")
    chunks = b"".join(b'%x ; n%d = "a;\\"b" ; c\r\n%s\r\n' % (len(body[i:i + 9]), i, body[i:i + 9]) for i in range(0, len(body), 9))
    data = hook_bytes(body, "chunk-extended").split(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + \
        b"0;last\r\n\r\n" + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for pieces in (1, len(data)):
        got, closed, rest = raw(server, data, pieces)
        tap.check(f"chunk extensions are read over, sent in {pieces} pieces, with a request behind",
                  [g[0] for g in got] == [202, 200] and closed and not rest, f"{[g[0] for g in got]}, {rest!r}")
    big = b'{"id":"big","title":"' + b"x" * 900000 + b'"}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(big[i:i + 3001]), big[i:i + 3001]) for i in range(0, len(big), 3001))
    got, _, _ = raw(server, hook_bytes(big, "chunk-big").split(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n" +
                    chunks + b"0\r\n\r\n")
    tap.equal("a large chunked body", [g[0] for g in got], [202])


def check_kept(tap, server):
    """Good clients keep their connection."""
    with server.connect() as s:
        answers = Answers(s)
        statuses = []
        for data, head in ((b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", False), (b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n", True),
                           (b"GET /nowhere HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", False), (b"\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", False),
                           (hook_bytes(b"no json", "kept-1"), False), (b"DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\n", False)):
            s.sendall(data)
            statuses.append((answers.next(head) or [None])[0])
        tap.equal("six requests, refusals among them, on one connection", statuses, [200, 200, 404, 200, 202, 405])
    with server.connect() as s:
        s.sendall(b"POST /hooks/orion HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nX-Null-Delivery: e1\r\nX-Null-Signature: " +
                  hook_bytes(b'{"id":"e"}', "e1").split(b"Signature: ")[1].split(b"\r\n")[0] + b"\r\nContent-Length: 10\r\n\r\n")
        answers = Answers(s)
        first = answers.next()
        s.sendall(b'{"id":"e"}')
        tap.equal("100-continue is said, then the body taken", [first[0], answers.next()[0]], [100, 202])
    with server.connect() as s:
        s.sendall(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n")
        answers = Answers(s)
        tap.check("no 100 before a refusal, and the connection ends", answers.next()[0] == 404 and answers.ends())
    got, closed, _ = raw(server, b"GET /healthz HTTP/1.0\r\n\r\n")
    tap.check("HTTP/1.0 without Host gets one answer and the end", [g[0] for g in got] == [200] and closed)
    with server.connect() as s:
        s.sendall(hook_bytes(b'{"id":"half"}', "half-1"))
        s.shutdown(1)
        tap.equal("a client that closed its half is answered", Answers(s).next()[0], 202)


def run(tap):
    server = Server()
    try:
        check_refused(tap, server)
        check_shared(tap, server)
        check_split(tap, server)
        check_pipeline(tap, server)
        check_chunked(tap, server)
        check_kept(tap, server)
    finally:
        ended_clean(tap, server)
