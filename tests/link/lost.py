# SPDX-License-Identifier: Apache-2.0
"""The request left and no whole answer came: always lost, never taken for an answer, never sent twice, in bounded time and memory."""
import gzip
import socket

from kit import Driver, Server, always, answer, reset

SHORT = 700  # ms, of these tests; a settings matter, nothing sleeps for it
SLACK = 2500


def chunked(*parts):
    return b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(parts)


def endless(piece, head=b"HTTP/1.1 200 X\r\n\r\n"):
    def handle(server, conn):
        server.request(conn)
        conn.sendall(head)
        while True:
            conn.sendall(piece)

    return handle


def drip(head, piece):
    """A byte now and then: the pace of a connection that lives and says nothing."""

    def handle(server, conn):
        server.request(conn)
        conn.sendall(head)
        while not server.gone.wait(0.1):
            conn.sendall(piece)

    return handle


def bomb():
    packed = gzip.compress(bytes(200 << 20), 9)
    return answer(200, packed, ["Content-Encoding: gzip"])


def half_read(server, conn):
    """Resets while the request is on its way."""
    conn.recv(1000)
    server.heads.append("half")
    reset(conn)


def faults():
    """(name, handler, words of the reason)"""
    return [
        ("no answer", lambda s, c: (s.request(c), s.until_gone(c)), "timed out"),
        ("closed without an answer", always(), ""),
        ("reset without an answer", always(then="reset"), ""),
        ("reset in the middle of the request", half_read, ""),
        ("half a head", always(b"HTTP/1.1 200 X\r\nContent-Le"), "no whole answer"),
        ("a head without its end", always(b"HTTP/1.1 201 X\r\nX-A: b\r\n"), "no whole answer"),
        ("reset in the middle of the body", always(answer(200, b"half", length=100), then="reset"), ""),
        ("less than Content-Length says", always(answer(200, b"half", length=100)), ""),
        ("less than Content-Length says, held", always(answer(200, b"half", length=100), then="hold"), "timed out"),
        ("a byte now and then in the head", drip(b"HTTP/1.1 200 X\r\n", b"x"), "timed out"),
        ("a byte now and then in the body", drip(answer(200, length=100000), b"x"), "timed out"),
        ("a body without end", endless(b"x" * 65536), "more than 1048576 bytes"),
        ("chunks without end", endless(b"10000\r\n" + b"x" * 65536 + b"\r\n",
                                       b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"), "more than 1048576 bytes"),
        ("a bomb in gzip", always(bomb()), "more than 1048576 bytes"),
        ("no gzip, although it says so", always(answer(200, b"plain", ["Content-Encoding: gzip"])), ""),
        ("a packing nobody knows", always(answer(200, b"plain", ["Content-Encoding: secret"])), ""),
        ("packed over and over", always(answer(200, b"x", ["Content-Encoding: " + ", ".join(["gzip"] * 50)])), ""),
        ("a chunk of no size", always(chunked(b"zz\r\nxx\r\n0\r\n\r\n")), ""),
        ("a chunk larger than any", always(chunked(b"fffffffffffffffffff\r\nxx\r\n")), ""),
        ("a chunk that goes on", always(chunked(b"2\r\nxxxx\r\n0\r\n\r\n")), ""),
        ("chunks without the last", always(chunked(b"2\r\nxx\r\n")), ""),
        ("100 and nothing more", always(b"HTTP/1.1 100 Continue\r\n\r\n", then="hold"), "timed out"),
        ("103 and nothing more", always(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"), ""),
        ("1xx without end", endless(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", b""), "too many headers"),
        ("101 that nobody asked for", always(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), ""),
        ("headers without end", endless(b"X-A: b\r\n", b"HTTP/1.1 200 X\r\n"), "too many headers"),
        ("one header without end", endless(b"x" * 65536, b"HTTP/1.1 200 X\r\nX-A: "), ""),
        ("another protocol", always(b"SSH-2.0-OpenSSH_9.2\r\n", then="hold"), ""),
        ("an answer without a head", always(b"<html>hello</html>\n"), ""),
        ("a status that is none", always(b"HTTP/1.1 OK\r\n\r\n"), ""),
    ]


def run(tap):
    driver = Driver()
    driver.rules(timeout_ms=SHORT)
    cases = faults()
    for method, body in (("POST", 1000), ("GET", 0), ("DELETE", 0)):
        servers = [Server(handle) for _, handle, _ in cases]
        ids = [driver.start(f"{s.url}/x", method, body, supplier=f"s{i}") for i, s in enumerate(servers)]
        ends = driver.wait(len(ids))
        for (name, _, why), server, id_ in zip(cases, servers, ids):
            end = ends.get(id_, {})
            tap.check(f"{method}, {name}: lost", end.get("outcome") == "lost" and why in end.get("why", ""), end)
            tap.check(f"{method}, {name}: in time", end.get("ms", 1 << 30) < SHORT + SLACK, end)
            if method != "GET":
                tap.equal(f"{method}, {name}: asked once", (len(server.heads), server.connections), (1, 1))
            server.close()
    memory(tap, driver)
    large_request(tap, driver)
    tap.equal("lost: the driver ends well", driver.end(), 0)


def memory(tap, driver):
    """A limit on what is unpacked is a limit on memory: 200 MiB came, 1 MiB is kept."""
    with open(f"/proc/{driver.process.pid}/status") as f:
        peak = next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))
    tap.check("bombs cost no memory", peak < 300 << 10, f"{peak} KiB at most")


def large_request(tap, driver):
    """No Expect is sent, so nobody waits for a 100; a server that never reads is given up."""
    server = Server(always(answer(201, b"ok")))
    end = driver.ask(f"{server.url}/x", "POST", 3 << 20)
    tap.equal("3 MiB are sent", (end.get("status"), [len(b) for b in server.bodies]), (201, [3 << 20]))
    tap.check("without Expect", "expect" not in server.heads[0].lower(), server.heads)
    server.close()
    deaf = Server(lambda s, c: (c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096), s.gone.wait(10)))
    end = driver.ask(f"{deaf.url}/x", "POST", 30 << 20)
    tap.check("a server that does not read is given up", end["outcome"] == "lost" and end["ms"] < SHORT + SLACK, end)
    deaf.close()
