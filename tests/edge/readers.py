# SPDX-License-Identifier: Apache-2.0
"""Reads have threads of their own and a limit in time: no webhook waits for a search, and a search ends."""
import socket
import threading

from kit import Server, ended_clean, is_problem, wait_for

READS_MAX = 256  # edge/limits.h: reads_max


class Asked(threading.Thread):
    """A request whose answer nobody waits for yet."""

    def __init__(self, server, method, path, body=None):
        super().__init__()
        self.server, self.what, self.got = server, (method, path, body), None
        self.start()

    def run(self):
        self.got = self.server.call(*self.what)


def check_webhooks_go_on(tap):
    server = Server(threads=1, read_threads=1)
    try:
        server.hook({"id": "1", "title": "a"}, "w-0")
        server.tell("hold reads")
        reads = [Asked(server, "GET", path) for path in ("/v1/incidents?q=a", "/v1/incidents/1", "/metrics")]
        tap.check("a read is held", wait_for(lambda: server.tell("held reads") == "1", 20))
        hooks = [server.hook({"id": str(n), "title": "b"}, f"w-{n}")[0] for n in range(1, 30)]
        tap.equal("webhooks are answered while every reader is busy", hooks, [202] * 29)
        tap.equal("so is whoever asks how the broker is", [server.call("GET", p)[0] for p in ("/healthz", "/readyz")], [200, 200])
        written = server.call("POST", "/v1/incidents/1/comments", {"body": "c", "audience": "internal"})
        tap.check("and whoever writes", written[0] in (200, 201), (written[0], written[2][:300]))
        tap.check("nobody read meanwhile", all(read.got is None for read in reads))
        server.tell("let reads go")
        for read in reads:
            read.join(30)
        tap.equal("then the reads are answered", [read.got and read.got[0] for read in reads], [200] * 3)
    finally:
        server.tell("let reads go")
        ended_clean(tap, server)


def check_cut_off(tap):
    server = Server(read_ms=0)
    try:
        for n in range(400):
            server.hook({"id": str(n), "title": f"title {n}"}, f"c-{n}")
        got = server.call("GET", "/v1/incidents?q=none-has-this")
        tap.check("a search that takes too long is cut off: 503, and narrow the filter", is_problem(got, 503) and b"Narrow the filter" in got[2] and
                  got[1]["Retry-After"], (got[0], got[2][:300]))
        tap.equal("its reader goes on", [server.call("GET", p)[0] for p in ("/v1/tokens", "/v1/tokens", "/readyz")], [200] * 3)
        tap.equal("and a webhook is not cut off", server.hook({"id": "x"}, "c-x")[0], 202)
        tap.check("nothing is logged as unreadable", "http.store_unreadable" not in server.logged())
    finally:
        ended_clean(tap, server)


def check_queue(tap):
    server = Server(threads=1, read_threads=1)
    request = f"GET /v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nConnection: close\r\n\r\n".encode()
    clients = []
    try:
        server.tell("hold reads")
        for n in range(READS_MAX + 1):
            clients.append(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            clients[-1].sendall(request)
            if n == 0:
                tap.check("one is held by the reader", wait_for(lambda: server.tell("held reads") == "1", 20))
        # And 256 wait: whoever comes now is told so.
        tap.check("more reads than may wait: 503 at once", is_problem(server.call("GET", "/v1/tokens"), 503))
        server.tell("let reads go")
        answers = []
        for client in clients:
            with client, client.makefile("rb") as said:
                answers.append(said.read()[9:12])
        tap.equal("those that waited are answered", answers, [b"200"] * len(clients))
    finally:
        server.tell("let reads go")
        ended_clean(tap, server)


def run(tap):
    check_webhooks_go_on(tap)
    check_cut_off(tap)
    check_queue(tap)
