# SPDX-License-Identifier: Apache-2.0
"""Slow, large, many: everything has an end, and good clients do not notice."""
import json
import threading
import time

from kit import Answers, Server, ended_clean, hook_bytes, is_problem, raw, wait_for


def rss_mib(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) // 1024


def check_slow(tap):
    server = Server(request_s=3, idle_s=2)
    try:
        head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 1000
        body = b"POST /hooks/orion HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        chunk = b"POST /hooks/orion HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 200
        results = {}

        def one(name, data, skip):
            with server.connect() as s:
                s.sendall(data[:skip])
                start, answers = time.monotonic(), Answers(s)
                s.settimeout(0.3)
                results[name] = ("still open", 20)
                for byte in data[skip:] + b"a" * 100:
                    try:
                        s.sendall(bytes([byte]))
                        got = answers.next()
                        results[name] = (got, time.monotonic() - start)
                        return
                    except TimeoutError:
                        if time.monotonic() - start > 15:
                            return
                    except OSError as error:
                        results[name] = (error, time.monotonic() - start)
                        return
        slow = [threading.Thread(target=one, args=a) for a in
                (("head", head, 30), ("body", body + b"a" * 1000, len(body)), ("chunks", chunk, 80))]
        crowd = []
        for _ in range(200):
            s = server.connect()
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-")
            crowd.append(s)
        for t in slow:
            t.start()
        worst = 0.0
        for i in range(50):
            start = time.monotonic()
            ok = server.hook({"id": f"w{i}"}, f"w-{i}")[0] == 202
            worst = max(worst, time.monotonic() - start if ok else 99)
        tap.check("200 half requests beside it: good clients are answered in under a second each", worst < 1, worst)
        for t in slow:
            t.join()
        for name, (got, took) in results.items():
            tap.check(f"a slow {name} is ended with 408 in time", isinstance(got, tuple) and is_problem(got, 408) and took < 8, (got, took))
        ends = [Answers(s) for s in crowd]
        got = [a.next() for a in ends]
        tap.check("and so are all 200", all(g and g[0] == 408 for g in got), [g and g[0] for g in got][:5])
        for s in crowd:
            s.close()
        with server.connect() as s:
            start = time.monotonic()
            tap.check("a connection that says nothing ends without a word", Answers(s).ends(10) and time.monotonic() - start < 6)
        with server.connect() as s:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answers = Answers(s)
            answers.next()
            tap.check("so does one that was answered", answers.ends(10))
    finally:
        ended_clean(tap, server)


def check_many(tap):
    server = Server(connections_max=20, per_ip=10, threads=3)
    try:
        first = [server.connect() for _ in range(10)]
        for s in first:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        tap.equal("as many connections as an address may have", [Answers(s).next()[0] for s in first], [200] * 10)
        got, closed, _ = raw(server, b"")
        tap.check("one more is told 503 and ended", [g[0] for g in got] == [503] and closed and got[0][1]["retry-after"], got)
        first.pop().close()
        deadline = time.monotonic() + 5
        status = 0
        while status != 200 and time.monotonic() < deadline:
            got, _, _ = raw(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            status = got[0][0]
        tap.equal("when one closes there is room", status, 200)
        for s in first:
            s.close()
    finally:
        ended_clean(tap, server)


def check_large(tap):
    server = Server(body_max=100000)
    try:
        def body(n):
            return b'{"id":"size","title":"' + b"x" * (n - 24) + b'"}'
        tap.equal("a body of the limit", server.hook(body(100000), "size-1")[0], 202)
        got, closed, _ = raw(server, hook_bytes(body(100001), "size-2"))
        tap.check("one byte more: 413, and the client reads it though it still sends", [g[0] for g in got] == [413] and closed, got)
        got, closed, _ = raw(server, b"POST /hooks/orion HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             b"".join(b"ffff\r\n" + b"y" * 65535 + b"\r\n" for _ in range(100)))
        tap.check("chunks past the limit: 413", [g[0] for g in got] == [413] and closed, [g[0] for g in got])
        with server.connect() as s:
            s.sendall(b"POST /v1/arrivals HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n")
            answers = Answers(s)
            tap.check("who has no token is told before sending the body", answers.next()[0] == 401 and answers.ends())
        before = rss_mib(server)
        held = []
        for _ in range(300):
            s = server.connect()
            s.sendall(b"POST /hooks/orion HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            held.append(s)
        grown = rss_mib(server) - before
        tap.check("300 announced bodies cost no memory before they come", grown < 40, f"{grown} MiB")
        tap.equal("beside them a delivery is taken", server.hook(body(50000), "size-3")[0], 202)
        for s in held:
            s.close()
    finally:
        ended_clean(tap, server)


def check_load(tap):
    """Several clients at once on kept connections: each delivery answered once, in its place."""
    server = Server(threads=3)
    try:
        wrong = []

        def client(k):
            with server.connect() as s:
                answers = Answers(s)
                for i in range(150):
                    body = json.dumps({"id": f"c{k}", "title": f"{k}.{i}", "status": "open"}).encode()
                    s.sendall(hook_bytes(body, f"c-{k}-{i}"))
                    got = answers.next()
                    if not got or got[0] != 202 or json.loads(got[2])["delivery_id"] != f"c-{k}-{i}":
                        wrong.append((k, i, got))
        threads = [threading.Thread(target=client, args=(k,)) for k in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        tap.check("8 clients, 150 deliveries each, every answer its own", not wrong, wrong[:3])
        tap.equal("all of them stored once", server.metric("entente_arrivals_accepted_total"), 8 * 150)
        accepted = server.metric("entente_writer_commits_total")
        tap.check("commits are shared", accepted < 8 * 150, accepted)
        tap.check("nobody is left behind", wait_for(lambda: server.metric("entente_http_connections") == 1))
    finally:
        ended_clean(tap, server)


def run(tap):
    check_slow(tap)
    check_many(tap)
    check_large(tap)
    check_load(tap)
