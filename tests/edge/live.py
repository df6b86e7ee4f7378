# SPDX-License-Identifier: Apache-2.0
"""/v1/live: catching up, going on, filters, slow readers."""
import json
import threading

from kit import Server, ended_clean, is_problem, wait_for
from out_kit import change


class Stream:
    """A Server-Sent Events client."""

    def __init__(self, server, query="", headers="", proof=None):
        self.sock = server.connect()
        proof = proof or f"Authorization: Bearer {server.token}\r\n"
        self.sock.sendall(f"GET /v1/live{query} HTTP/1.1\r\nHost: x\r\n{proof}{headers}\r\n".encode())
        self.rest = b""
        self.place = None  # what a browser sends as Last-Event-ID
        while b"\r\n\r\n" not in self.rest:
            got = self.sock.recv(4096)
            if not got:
                raise RuntimeError(f"no stream: {self.rest!r}")
            self.rest += got
        self.head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if not self.head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"no stream: {self.head!r}")

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
            self.place = fields.get("id", self.place)
            if "data" in fields:
                got.append((int(fields.get("id", 0)), fields["event"], json.loads(fields["data"])))
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
    one = Stream(server, f"?after=0&incidents={incident['number']}")
    theirs = Stream(server, "?after=0&supplier=telnord")
    server.hook({"id": "f2", "title": "theirs again"}, "f-2b", "telnord")
    server.hook({"id": "f1", "title": "mine again"}, "f-1b")
    tap.equal("of one incident", {e[2]["subject"] for e in one.events(3)}, {incident["id"]})
    tap.equal("of one supplier", {e[2]["data"]["supplier"] for e in theirs.events(3)}, {"telnord"})
    one.close()
    theirs.close()
    for query, headers, want in (("?after=x", {}, 400), ("?after=-1", {}, 400), ("?supplier=nobody", {}, 400), ("?incidents=ENT-999999", {}, 404), ("?incidents=", {}, 404), ("?incidents=ENT-000001,", {}, 404),
                                 ("?incidents=" + ",".join(["ENT-000001"] * 101), {}, 400), ("?catch_up=0", {}, 400), ("?incident=ENT-000001", {}, 400),
                                 ("?after=9223372036854775808", {"Last-Event-ID": "1"}, 400), ("?since=1", {}, 400)):
        tap.check(f"/v1/live{query} {headers}: {want}", is_problem(server.call("GET", "/v1/live" + query, None, headers), want))
    both = Stream(server, f"?after=0&incidents=orion:f1,telnord:f2")
    tap.equal("of two incidents on one connection", len({e[2]["subject"] for e in both.events(6)}), 2)
    both.close()
    tap.equal("HEAD does not begin a stream", server.call("HEAD", "/v1/live")[0], 200)


def check_gaps(tap, server):
    """A client that was away for long reads anew what it shows; none of it comes silently short."""
    quiet = Stream(server)
    server.hook({"id": "g1", "title": "one", "status": "open"}, "g-1")
    quiet.events(2)
    here, last = Stream(server), int(quiet.place)
    server.hook({"id": "g1", "title": "while it was away"}, "g-2")
    here.events(1)
    tap.equal("a stream that begins says where", int(here.place) > last, True)
    here.close()
    for i in range(5):
        server.hook({"id": "g1", "title": f"missed {i}"}, f"g-3-{i}")
    away = Stream(server, "?catch_up=3", f"Last-Event-ID: {last}\r\n")
    got = away.events(4)
    tap.equal("so many are told, then a gap", [e[1].split(".")[-2] if "." in e[1] else e[1] for e in got], ["changed"] * 3 + ["gap"])
    tap.equal("which says what to do", (got[3][2]["code"], got[3][0]), ("live.gap", last + 6))
    server.hook({"id": "g1", "title": "after the gap"}, "g-4")
    tap.equal("and the stream goes on", away.events(1)[0][0], last + 7)
    away.close()
    exact = Stream(server, "?catch_up=3", f"Last-Event-ID: {last + 4}\r\n")
    server.hook({"id": "g1", "title": "exact"}, "g-5")
    tap.equal("as many as are allowed are no gap, and what comes later is not counted", [e[0] for e in exact.events(4)], [last + i for i in (5, 6, 7, 8)])
    exact.close()
    for id in ("abc", "99999999"):
        lost = Stream(server, "", f"Last-Event-ID: {id}\r\n")
        tap.equal(f"Last-Event-ID: {id}, of another store: a gap", [e[1:] for e in lost.events(1)], [("gap", got[3][2])])
        lost.close()
    quiet.close()


def check_people(tap, server):
    """Who has it open: the own organisation always, others where both are named by `presence` (us and telnord are), and never that they write."""
    def person(name, organisation):
        ref = server.json("POST", "/v1/users", {"name": name, "organisation": organisation,
                                                "role": "technician" if organisation == "us" else "supplier_technician"})[1]["ref"]
        change(server, "UPDATE account SET state = 'active' WHERE ref = ?", ref)
        return ref, server.json("POST", "/v1/tokens", {"name": f"live-{name}", "account": ref})[1]["token"]

    def tells(who, state):
        return server.call("POST", f"/v1/incidents/{number}/presence", {"state": state}, {"Authorization": f"Bearer {who[1]}"}, token=False)[0]

    def hears(who, n=1):
        told = [e[2] for e in streams[who].events(n)]
        assert {(e["incident"], e["incident_id"]) for e in told} == {(number, uuid)}, told
        return [[(p["name"], p["state"]) for p in e["people"]] for e in told]

    server.hook({"id": "p1", "title": "seen by many", "status": "open"}, "p-1", "telnord")
    number, uuid = (server.json("GET", "/v1/incidents/telnord:p1")[1][name] for name in ("number", "id"))
    server.json("POST", f"/v1/incidents/{number}/shares", {"supplier": "council", "role": "shadow", "brief": {"what": "Look."}})
    people = {name: person(name, of) for name, of in (("Ana", "us"), ("Ben", "us"), ("Tim", "telnord"), ("Ugo", "council"))}
    streams = {name: Stream(server, f"?incidents={number}", proof=f"Authorization: Bearer {token}\r\n") for name, (_, token) in people.items()}
    tap.equal("she writes", tells(people["Ana"], "writing"), 204)
    tap.equal("her colleague hears that", hears("Ben"), [[("Ana", "writing")]])
    tap.equal("of an organisation that sees ours, and we its: she is there", hears("Tim"), [[("Ana", "viewing")]])
    tells(people["Tim"], "writing")
    tap.equal("we hear of its people the same", sorted(hears("Ben")[0]), [("Ana", "writing"), ("Tim", "viewing")])
    tells(people["Ugo"], "viewing")
    tap.equal("another organisation's hear of their own alone", hears("Ugo"), [[("Ugo", "viewing")]])
    tells(people["Ana"], "left")
    tap.equal("who leaves is gone", hears("Ben"), [[("Tim", "viewing")]])
    tap.equal("nobody else is told of what is not for them", "Ana" in streams["Ugo"].rest.decode() or "Tim" in streams["Ugo"].rest.decode(), False)
    tap.equal("a machine has nothing open", server.call("POST", f"/v1/incidents/{number}/presence", {"state": "viewing"})[0], 403)
    tap.equal("nor is there another state", tells(people["Ana"], "sleeping"), 422)
    for stream in streams.values():
        stream.close()
    open_ones = []
    refused = ""
    for _ in range(51):
        try:
            open_ones.append(Stream(server, proof=f"Authorization: Bearer {people['Ana'][1]}\r\n"))
        except RuntimeError as error:
            refused += str(error)
    tap.equal("a person has fifty streams", (len(open_ones), refused.count("HTTP/1.1 429")), (50, 1))
    for stream in open_ones:
        stream.close()
    tap.check("closed ones make room", wait_for(lambda: server.metric("entente_sse_streams") == 0))


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
    server = Server(sse_max=200)
    try:
        check_people(tap, server)
    finally:
        ended_clean(tap, server)
    server = Server(sse_max=32)
    try:
        check_follow(tap, server)
        check_filters(tap, server)
        check_gaps(tap, server)
        check_slow(tap, server)
        check_many(tap, server)
        last = Stream(server)
    finally:
        ended_clean(tap, server)
    tap.equal("the end of the server ends the stream", last.events(1), [])
    last.close()
