# SPDX-License-Identifier: Apache-2.0
"""/v1/live: catching up, going on, filters, slow readers."""
import json
import threading

from kit import Server, ended_clean, is_problem, wait_for


class Stream:
    """A Server-Sent Events client."""

    def __init__(self, server, query="", headers="", proof=None):
        self.sock = server.connect()
        proof = proof or f"Authorization: Bearer {server.token}\r\n"
        self.sock.sendall(f"GET /v1/live{query} HTTP/1.1\r\nHost: x\r\n{proof}{headers}\r\n".encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            got = self.sock.recv(4096)
            if not got:
                raise RuntimeError(f"no stream: {self.rest!r}")
            self.rest += got
        self.head, self.rest = self.rest.split(b"\r\n\r\n", 1)

    def events(self, n):
        """The next n events as (id, type, cloud event)."""
        got = []
        while len(got) < n:
            while b"\n\n" not in self.rest:
                more = self.sock.recv(65536)
                if not more:
                    return got
                self.rest += more
            block, self.rest = self.rest.split(b"\n\n", 1)
            fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if not line.startswith(":"))
            if "data" in fields:
                got.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
        return got

    def close(self):
        self.sock.close()


def check_follow(tap, server):
    now = Stream(server)
    tap.check("the stream is text/event-stream", b"text/event-stream" in now.head and now.head.startswith(b"HTTP/1.1 200"), now.head)
    server.hook({"id": "l1", "title": "one", "status": "open"}, "l-1")
    first = now.events(2)
    tap.check("live: events come as they are committed", [e[1] for e in first] == ["org.entente.incident.opened.v1", "org.entente.ticket.linked.v1"],
              first)
    tap.check("each a CloudEvent whose id is the event's", all(e[2]["specversion"] == "1.0" and e[2]["type"] == e[1] and
              e[2]["source"] == "/entente/test" for e in first) and first[0][0] < first[1][0], first)
    for i in range(20):
        server.hook({"id": "l1", "title": f"title {i}"}, f"l-1-{i}")
    rest = now.events(20)
    ids = [e[0] for e in first + rest]
    tap.check("without gap", ids == list(range(ids[0], ids[0] + 22)), ids)
    now.close()
    again = Stream(server, "?after=999", f"Last-Event-ID: {ids[4]}\r\n")
    tap.equal("Last-Event-ID goes on where it was, whatever the address says", [e[0] for e in again.events(17)], ids[5:])
    server.hook({"id": "l1", "title": "later"}, "l-1-later")
    tap.equal("and follows", again.events(1)[0][0], ids[-1] + 1)
    again.close()
    whole = Stream(server, "?after=0")
    tap.equal("after=0 is from the beginning", [e[0] for e in whole.events(23)], list(range(1, 24)))
    whole.close()


def check_filters(tap, server):
    server.hook({"id": "f1", "title": "mine"}, "f-1")
    server.hook({"id": "f2", "title": "theirs"}, "f-2", "telnord")
    incident = server.json("GET", "/v1/incidents/orion:f1")[1]
    one = Stream(server, f"?after=0&incident={incident['number']}")
    theirs = Stream(server, "?after=0&supplier=telnord")
    server.hook({"id": "f2", "title": "theirs again"}, "f-2b", "telnord")
    server.hook({"id": "f1", "title": "mine again"}, "f-1b")
    tap.equal("of one incident", {e[2]["subject"] for e in one.events(3)}, {incident["id"]})
    tap.equal("of one supplier", {e[2]["data"]["supplier"] for e in theirs.events(3)}, {"telnord"})
    one.close()
    theirs.close()
    for query, headers, want in (("?after=x", {}, 400), ("?after=-1", {}, 400), ("?supplier=nobody", {}, 400), ("?incident=ENT-999999", {}, 404),
                                 ("", {"Last-Event-ID": "abc"}, 400), ("?after=9223372036854775808", {"Last-Event-ID": "1"}, 400), ("?since=1", {}, 400)):
        tap.check(f"/v1/live{query} {headers}: {want}", is_problem(server.call("GET", "/v1/live" + query, None, headers), want))
    tap.equal("HEAD does not begin a stream", server.call("HEAD", "/v1/live")[0], 200)


def check_slow(tap, server):
    """A reader that does not read costs nobody anything, and misses nothing."""
    slow = Stream(server)
    base = server.metric("entente_events_stored_total")
    title = "x" * 3000

    def load(k):
        for i in range(150):
            server.hook({"id": f"s{k}", "title": f"{title}{i}"}, f"s-{k}-{i}")
    threads = [threading.Thread(target=load, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    n = int(server.metric("entente_events_stored_total") - base)
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        rss = int(next(line for line in status if line.startswith("VmRSS")).split()[1]) // 1024
    tap.check(f"{n} events while it sleeps", n >= 600, n)
    tap.note(f"{rss} MiB resident with sanitizers, if built so")
    ids = [e[0] for e in slow.events(n)]
    tap.check("then it reads all of them, in order", len(ids) == n and ids == list(range(ids[0], ids[0] + n)), f"{len(ids)} of {n}")
    slow.close()


def check_many(tap, server):
    streams = [Stream(server, "?after=0") for _ in range(32)]
    got = server.call("GET", "/v1/live")
    tap.check("one more than sse_max: 503 with Retry-After", is_problem(got, 503) and got[1]["Retry-After"], got)
    tap.equal("they are counted", server.metric("entente_sse_streams"), 32)
    for s in streams:
        s.close()
    tap.check("closed ones make room", wait_for(lambda: server.metric("entente_sse_streams") == 0))
    Stream(server).close()


def run(tap):
    server = Server(sse_max=32)
    try:
        check_follow(tap, server)
        check_filters(tap, server)
        check_slow(tap, server)
        check_many(tap, server)
        last = Stream(server)
    finally:
        ended_clean(tap, server)
    tap.equal("the end of the server ends the stream", last.events(1), [])
    last.close()
