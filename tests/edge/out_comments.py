# SPDX-License-Identifier: Apache-2.0
"""/v1 of comments on the way out: their audience, edits, and where each stands. Called by out.py, in its order."""
import json
import uuid

from kit import is_problem
from out_kit import change, opened, say, share, store


def check_edits(tap, server):
    number = opened(server, "ed")
    at = f"/v1/incidents/{number}/comments"
    share(server, number, "vega")
    _, comment = say(server, number, ["vega"], "first words")
    one = f"{at}/{comment['id']}"
    status, edited = server.json("PATCH", one, {"body": "better words"})
    tap.equal("an edit: 200, its new words, for the same readers", (status, edited["body"], edited["audience"], edited["format"], edited["origin"], "edited" in edited),
              (200, "better words", comment["audience"], "text", number, True))
    status, narrowed = server.json("PATCH", one, {"audience": "internal"})
    tap.equal("its audience alone", (status, narrowed["body"], narrowed["audience"]["organisations"]), (200, "better words", ["us"]))
    got = server.call("PATCH", one, {"audience": "vega"})
    tap.check("an edit that more would read: 422, it names the call for that", is_problem(got, 422) and "/widen" in got[2].decode(), got)
    check_widening(tap, server, number, one)
    theirs = next(item["id"] for item in server.json("GET", at)[1]["items"] if item["supplier"])
    for what, method, path, body, want in (("no comment of the thread", "PATCH", f"{at}/{uuid.uuid4()}", {"body": "x"}, 404),
                                           ("a supplier's", "PATCH", f"{at}/{theirs}", {"body": "x"}, 409), ("a supplier's", "DELETE", f"{at}/{theirs}", None, 409),
                                           ("nothing to change", "PATCH", one, {}, 422), ("not ours to read", "PATCH", one, {"audience": {"organisations": ["vega"]}}, 422)):
        tap.check(f"{method} of {what}: {want}", is_problem(server.call(method, path, body), want), server.call(method, path, body))
    status, gone = server.json("DELETE", one)
    tap.equal("a removal: 200", (status, gone["id"], gone["removed"]), (200, comment["id"], True))
    words = server.call("GET", at)[2].decode()
    tap.check("its words are not told any more", "better words" not in words and "first words" not in words, words)


def check_widening(tap, server, number, one):
    wider = {"audience": "vega"}
    status, told = server.json("POST", f"{one}/widen?dry_run=true", wider)
    tap.equal("a widening, dry: who will read it, and nothing happens", (status, told["readers"], server.json("GET", f"/v1/incidents/{number}")[1]["thread"][-1]["audience"]["organisations"]),
              (200, ["us", "vega"], ["us"]))
    got = server.call("POST", f"{one}/widen", wider)
    tap.check("a widening without the list that was shown: 422", is_problem(got, 422), got)
    got = server.call("POST", f"{one}/widen", {**wider, "readers": ["orion", "us"]})
    tap.check("a widening by another list: 409 with the list as it is now", is_problem(got, 409) and json.loads(got[2])["params"]["readers"] == "us,vega", got)
    status, widened = server.json("POST", f"{one}/widen", {**wider, "readers": list(reversed(told["readers"]))})
    tap.equal("a widening by the list: 200", (status, widened["audience"]["organisations"]), (200, ["us", "vega"]))


def check_dry_run(tap, server):
    number = opened(server, "dry")
    at = f"/v1/incidents/{number}/comments"
    share(server, number, "vega")
    status, told = server.json("POST", f"{at}?dry_run=true", {"body": "dry canary", "audience": "vega"})
    tap.equal("a dry run: 200, organisations and why", (status, told["organisations"], told["requester_reads"]),
              (200, [{"name": "us", "why": "ours"}, {"name": "vega", "why": "named"}], False))
    # the fixture's tools cannot be written to: unit/reach has some that can
    tap.equal("a dry run: each tool that takes part, and why it does not get it", [(t["supplier"], t["form"], t["why"]["code"]) for t in told["tools"]],
              [("orion", "none", "reach.audience"), ("vega", "none", "next.public")])
    tap.check("a dry run writes nothing", "dry canary" not in server.call("GET", at)[2].decode())
    for what, body, want in (("of a stranger", {"audience": "nobody"}, 422), ("for whom it is not shared with", {"audience": "south"}, 409), ("of a program without an audience", {}, 422)):
        dry = server.call("POST", f"{at}?dry_run=true", {"body": "x", **body})
        real = server.call("POST", at, {"body": "x", **body})
        tap.check(f"a dry run {what}: {want}, word for word as without", is_problem(dry, want) and json.loads(dry[2])["detail"] == json.loads(real[2])["detail"], (dry, real))
    tap.check("dry_run=perhaps: 400", is_problem(server.call("POST", f"{at}?dry_run=perhaps", {"body": "x", "audience": "internal"}), 400))
    _, narrow = say(server, number, "internal", "for us alone")
    got = server.call("POST", at, {"body": "an answer", "audience": "vega", "reply_to": narrow["id"]})
    tap.check("an answer for more than what it answers: 422 with two ways out", is_problem(got, 422) and "leave it out of the audience, or widen that comment first" in got[2].decode(), got)
    tap.equal("an answer for as many: 201", say(server, number, "internal", "an answer", reply_to=narrow["id"])[0], 201)


def check_comments(tap, server):
    number = opened(server, "co")
    at = f"/v1/incidents/{number}"
    for supplier in ("vega", "south"):
        share(server, number, supplier)
    made = str(uuid.uuid4())
    status, comment = say(server, number, ["vega"], "for-vega-only canary", id=made.upper())
    tap.check("a comment for one: 201, under our id, for exactly whom it says", status == 201 and comment["id"] == made and
              comment["audience"] == {"organisations": ["us", "vega"], "everyone": False, "requester": False} and comment["author"]["name"] == "first", comment)
    for what, audience, said in (("without ours", {"organisations": ["vega"]}, 'does not name \\"us\\"'),
                                 ("of a stranger", "vega,nobody", "there are: us,orion,telnord,vega,south")):
        got = server.call("POST", f"{at}/comments", {"body": "x", "audience": audience})
        tap.check(f"an audience {what}: 422 that says what to do", is_problem(got, 422) and said in got[2].decode(), got[2])
    tap.equal("on its way to that one", [(w["supplier"], w["state"]) for w in comment["where"]], [("vega", "pending")])
    tap.equal("the same once more: 200, once", (say(server, number, ["vega"], "for-vega-only canary", id=made)[0],
                                                server.json("GET", at)[1]["n_comment"]), (200, 2))
    for name, body, audience in (("other words", "x", "vega"), ("another audience", "for-vega-only canary", "everyone")):
        got = server.call("POST", f"{at}/comments", {"body": body, "audience": audience, "id": made})
        tap.check(f"the same id, {name}: 409", is_problem(got, 409), got)
    other = opened(server, "co2")
    tap.check("the same id in another incident: 409", is_problem(server.call("POST", f"/v1/incidents/{other}/comments", {
        "body": "for-vega-only canary", "audience": "internal", "id": made}), 409))
    say(server, number, "internal", "internal canary")
    _, both = say(server, number, "everyone", "everyone canary")
    _, pair = say(server, number, ["vega", "south"], "pair")
    tap.equal("names are sorted", pair["audience"]["organisations"], ["south", "us", "vega"])
    tap.equal("everyone is everyone whose tool we can write to", sorted(w["supplier"] for w in both["where"]), ["south", "vega"])
    south = server.call("GET", f"/v1/deliveries?supplier=south&incident={number}")[2].decode()
    details = "".join(server.call("GET", f"/v1/deliveries/{d['id']}")[2].decode() for d in json.loads(south)["items"])
    tap.check("what is brought to another has none of it", "for-vega-only" not in south + details and
              "internal canary" not in south + details and "everyone canary" in details, details)
    with store(server) as db:
        rows = db.execute("SELECT supplier, comment FROM delivery WHERE comment IN (SELECT uuid FROM comment WHERE "
                          "everyone = 0 AND organisations NOT LIKE '%,%')").fetchall()
    db.close()
    tap.equal("nothing internal is on its way to anyone", [tuple(r) for r in rows], [])
    _, late = share(server, opened(server, "co3"), "vega", with_history=True)
    tap.equal("with_history brings nothing that was internal", late["deliveries"], {"pending": 1})


def check_where(tap, server):
    number = opened(server, "wh")
    at = f"/v1/incidents/{number}"
    share(server, number, "vega")
    _, comment = say(server, number, "everyone", "where is it")
    _, headers, _ = server.call("GET", at)
    change(server, "UPDATE delivery SET state = 'parked', cause = 'refused', reason = 'HTTP 422: too long', state_ms = state_ms + 1 "
           "WHERE comment = ?", comment["id"])
    status, newer, body = server.call("GET", at, None, {"If-None-Match": headers["ETag"]})
    tap.check("its tag changes when a delivery moves", status == 200 and newer["ETag"] != headers["ETag"], (status, newer["ETag"]))
    where = next(c for c in json.loads(body)["thread"] if c["id"] == comment["id"])["where"][0]
    tap.check("the thread says where it stands still, why, and what to do", where["state"] == "parked" and where["cause"] == "refused" and
              where["reason"]["text"] == "HTTP 422: too long" and "edit" in where["next"]["text"] and where["delivery"], where)
    with store(server) as db:
        db.execute("DELETE FROM delivery WHERE comment = ?", (comment["id"],))
        db.execute("INSERT INTO copy (supplier, ticket, external_id, comment, learned, gone) VALUES ('vega', 'V7', 'c-9', ?, 0, 0)", (comment["id"],))
    db.close()
    where = next(c for c in server.json("GET", at)[1]["thread"] if c["id"] == comment["id"])["where"]
    tap.equal("after a rebuild the copy says it", where, [{"supplier": "vega", "state": "done", "ticket": "V7", "external_id": "c-9"}])
