# SPDX-License-Identifier: Apache-2.0
"""/v1 of comments that are held, pinned, edited by two at once, sent twice, written as Markdown. Called by out.py."""
import time
import uuid

from kit import is_problem
from out_kit import opened, share


def held(server, number, words, undo, **more):
    return server.json("POST", f"/v1/incidents/{number}/comments", {"body": words, "audience": "vega", "undo": undo, **more})


def check_undo(tap, server):
    number = opened(server, "un")
    at = f"/v1/incidents/{number}/comments"
    share(server, number, "vega")
    status, comment = held(server, number, "held canary", 60)
    tap.equal("a comment that is held: 201, nobody else reads it, no tool has it",
              (status, comment["audience"]["organisations"], comment["held"]["audience"]["organisations"], comment["where"]), (201, ["us"], ["us", "vega"], []))
    status, undone = server.json("POST", f"{at}/{comment['id']}/undo")
    tap.equal("undone: 200 with the words", (status, undone["undone"], undone["draft"]["body"]), (200, True, "held canary"))
    told = server.call("GET", at)[2] + server.call("GET", f"/v1/incidents/{number}/history?limit=200")[2]
    tap.check("its words are nowhere", b"held canary" not in told, told)
    tap.check("sent now after that: 409", is_problem(server.call("POST", f"{at}/{comment['id']}/publish"), 409))
    _, comment = held(server, number, "sent now", 60)
    status, sent = server.json("POST", f"{at}/{comment['id']}/publish")
    tap.equal("sent now: 200", (status, sent["audience"]["organisations"], "held" in sent), (200, ["us", "vega"], False))
    tap.check("undone after that: 409", is_problem(server.call("POST", f"{at}/{comment['id']}/undo"), 409))
    _, comment = held(server, number, "its time comes", 1)
    until = time.monotonic() + 20
    while time.monotonic() < until and any("held" in c for c in server.json("GET", at)[1]["items"]):
        time.sleep(0.1)
    last = server.json("GET", at)[1]["items"][-1]
    tap.equal("its time comes by itself", (last["id"], last["audience"]["organisations"]), (comment["id"], ["us", "vega"]))
    for undo in (-1, 61, "10"):
        tap.check(f"held for {undo!r}: 422", is_problem(server.call("POST", at, {"body": "x", "audience": "vega", "undo": undo}), 422))


def check_acts(tap, server):
    number = opened(server, "pi")
    at = f"/v1/incidents/{number}/comments"
    _, comment = server.json("POST", at, {"body": "first words\n\n<b>*x*</b> [y](javascript:z)", "audience": "internal", "format": "markdown"})
    one = f"{at}/{comment['id']}"
    tap.equal("Markdown is told as known nodes", [n["type"] for n in comment["tree"]] + [n["type"] for n in comment["tree"][1]["children"]],
              ["paragraph", "paragraph", "text", "emphasis", "text", "text", "text"])
    tap.equal("pinned: 200", (server.json("POST", f"{one}/pin")[0], "pinned" in server.json("GET", at)[1]["items"][-1]), (200, True))
    tap.equal("not pinned any more: 200", (server.json("DELETE", f"{one}/pin")[0], "pinned" in server.json("GET", at)[1]["items"][-1]), (200, False))
    status, edited = server.json("PATCH", one, {"body": "other words"}, {"If-Match": f'"{comment["version"]}"'})
    tap.equal("an edit of the version that was read: 200", (status, edited["version"]), (200, comment["version"] + 1))
    for method, body in (("PATCH", {"body": "third words"}), ("DELETE", None)):
        got = server.call(method, one, body, {"If-Match": f'"{comment["version"]}"'})
        tap.check(f"{method} of a version that was edited since: 412", is_problem(got, 412), got)
    status, history = server.json("GET", f"{one}/history")
    tap.equal("what it said before", [(i["act"], i.get("body", "")[:11]) for i in history["items"]], [("added", "first words"), ("edited", "other words")])
    key = {"Idempotency-Key": str(uuid.uuid4())}
    status, first = server.json("POST", at, {"body": "once", "audience": "internal"}, key)
    again, same = server.json("POST", at, {"body": "once", "audience": "internal"}, key)
    tap.equal("a request that is sent again is done once", (status, again, same["id"]), (201, 200, first["id"]))
    tap.check("another request with its key: 422", is_problem(server.call("POST", at, {"body": "twice", "audience": "internal"}, key), 422))
    tap.check("a key that is too long: 400", is_problem(server.call("POST", at, {"body": "x", "audience": "internal"}, {"Idempotency-Key": "k" * 201}), 400))
