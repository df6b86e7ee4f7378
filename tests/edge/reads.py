# SPDX-License-Identifier: Apache-2.0
"""A store that cannot be read, an answer too large to send, a damaged row: what is said of each, and to whom."""
import contextlib
import json
import os
import sqlite3
import time

from kit import Server, ended_clean, is_problem, wait_for


@contextlib.contextmanager
def store(server):
    """The store's file, beside the server's back."""
    db = sqlite3.connect(os.path.join(server.folder, "edge.db"), timeout=10)
    try:
        with db:
            yield db
    finally:
        db.close()


def detail(got):
    return json.loads(got[2]).get("detail", "") if got[1]["Content-Type"] == "application/problem+json" else ""


def is_unreadable(got):
    return is_problem(got, 503) and got[1]["Retry-After"] and "The store cannot be read just now" in detail(got)


def check_unreadable(tap, server):
    """Each table away in its turn, as an I/O error would make it."""
    server.hook({"id": "7", "title": "a", "comment": "b"}, "r-1")
    server.hook(b"broken", "r-2")
    for table, paths in (("incident", ("/v1/incidents", "/v1/incidents/ENT-000001", "/v1/incidents/ENT-000001/history", "/v1/live?incidents=1")),
                         ("ticket", ("/v1/incidents/ENT-000001", "/v1/incidents?supplier=orion")), ("comment", ("/v1/incidents/ENT-000001",)),
                         ("event", ("/v1/incidents/ENT-000001/history",)), ("supplier", ("/v1/suppliers",)),
                         ("dead_letter", ("/v1/deadletters", "/v1/deadletters/1", "/v1/deadletters/1/raw")), ("token", ("/v1/tokens",))):
        for path in paths:
            tap.equal(f"{path} works", wait_for(lambda: path.startswith("/v1/live") or server.call("GET", path)[0] == 200, 10), True)
            with store(server) as db:
                db.execute(f"ALTER TABLE {table} RENAME TO away")
            got = server.call("GET", path)
            tap.check(f"{path} without {table}: 503, ask again, nothing of sending", is_unreadable(got) and
                      "Ask again after" in detail(got) and "kept" not in detail(got) and "send" not in detail(got), (got[0], got[2][:300]))
            with store(server) as db:
                db.execute(f"ALTER TABLE away RENAME TO {table}")
    tap.check("readable again: all is well within moments",
              wait_for(lambda: all(server.call("GET", p)[0] == 200 for p in ("/v1/incidents", "/v1/tokens", "/readyz")), 10))
    with store(server) as db:
        db.execute("ALTER TABLE dead_letter RENAME TO away")
    for path, body in (("/v1/deadletters/replay", {}), ("/v1/deadletters/1/replay", None)):
        got = server.call("POST", path, body)
        tap.check(f"POST {path}: 503, and that nothing was kept", is_unreadable(got) and "Nothing was kept" in detail(got), (got[0], got[2][:300]))
    with store(server) as db:
        db.execute("ALTER TABLE away RENAME TO dead_letter")
    tap.check("which is logged", wait_for(lambda: '"http.store_unreadable"' in server.logged(), 10))
    tap.check("then they are replayed", wait_for(lambda: server.call("POST", "/v1/deadletters/1/replay")[0] == 200, 10))


def check_too_large(tap, server):
    """More than any answer may hold, in one row."""
    with store(server) as db:
        db.execute("INSERT INTO token (name, hash, created_ms, expires_ms) VALUES (?, x'00', 1, 0)", ("x" * (65 << 20),))
    got = server.call("GET", "/v1/tokens")
    tap.check("an answer that is too large: 500 and why, no 'try again'", is_problem(got, 500) and "large" in detail(got) and
              "Retry-After" not in got[1], (got[0], got[2][:300]))
    with store(server) as db:
        db.execute("DELETE FROM token WHERE hash = x'00'")
    tap.equal("the next one is sent", server.call("GET", "/v1/tokens")[0], 200)


def check_damaged(tap, server):
    letter = server.json("GET", "/v1/deadletters")[1]["items"][0]["id"]
    with store(server) as db:
        kept = db.execute("SELECT body FROM dead_letter WHERE id = ?", (letter,)).fetchone()[0]
        db.execute("UPDATE dead_letter SET body = x'00112233' WHERE id = ?", (letter,))
    for method, path in (("GET", ""), ("GET", "/raw"), ("POST", "/replay")):
        got = server.call(method, f"/v1/deadletters/{letter}{path}")
        tap.check(f"a damaged dead letter{path}: 500 and why", is_problem(got, 500) and "damaged" in detail(got), (got[0], got[2][:300]))
    tap.equal("the list still has it", [i["id"] for i in server.json("GET", "/v1/deadletters")[1]["items"]], [letter])
    many = server.json("POST", "/v1/deadletters/replay", {})
    tap.equal("replay of many passes it by", many, (200, {"replayed": 0, "dead": 0, "failed": 1, "after": letter, "more": False}))
    with store(server) as db:
        db.execute("UPDATE dead_letter SET body = ? WHERE id = ?", (kept, letter))
    tap.equal("mended it is whole", server.call("GET", f"/v1/deadletters/{letter}/raw")[2], b"broken")


def check_audience(tap, server):
    with store(server) as db:
        db.execute("UPDATE comment SET organisations = 'orion,telnord,us', everyone = 0")
    thread = server.json("GET", "/v1/incidents/orion:7")[1]["thread"]
    tap.equal("an audience is said as in events", [c["audience"] for c in thread],
              [{"organisations": ["orion", "telnord", "us"], "everyone": False, "requester": False}])


def check_expiry(tap, server):
    """A token that a worker has just looked up still ends when it has to: to a few milliseconds, as a worker reads the clock
    once a turn."""
    end = time.time() + 3
    until = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(end)) + f".{int(end % 1 * 1000):03}Z"
    made = server.json("POST", "/v1/tokens", {"name": "brief", "expires": until})[1]["token"]
    seen = []
    while time.time() < end + 1:
        sent = time.time()
        seen.append((sent - end, server.call("GET", "/v1/suppliers", token=made)[0]))
    good, bad = [at for at, status in seen if status == 200], [at for at, status in seen if status == 401]
    tap.check("a token works until it expires, and no longer", good and bad and len(good) + len(bad) == len(seen) and
              max(good) < 0.05 and max(good) < min(bad), (len(good), len(bad), good[-1:], bad[:1]))


def run(tap):
    server = Server(threads=1)  # with its one handle on the store what was mended is mended for all
    try:
        check_unreadable(tap, server)
        check_too_large(tap, server)
        check_damaged(tap, server)
        check_audience(tap, server)
        check_expiry(tap, server)
    finally:
        ended_clean(tap, server)
