# SPDX-License-Identifier: Apache-2.0
"""/v1 of the way out: shares, comments and their audience, the delivery queue, drift, suppliers, maps. Nobody brings
anything here: what a link would have told is written into the store beside the server."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import uuid

from kit import BUILD, Binary, Server, ended_clean, hook_bytes, is_problem, sanitizes_threads, wait_for

CREDENTIAL = "vega-credential-canary"
BRIEF = {"what": "No uplink at site 7", "impact": "60 people", "tried": "restarted", "wanted": "check the port",
         "needed_before": "2027-01-01T00:00:00Z"}
WIDE = "é" * 4000  # as many characters as a part of a brief may have


def store(server):
    db = sqlite3.connect(os.path.join(server.folder, "edge.db"), timeout=10)
    db.row_factory = sqlite3.Row
    return db


def change(server, sql, *values):
    with store(server) as db:
        rows = [tuple(row) for row in db.execute(sql, values)]
    db.close()
    return rows


def opened(server, name, title="Fault"):
    """An incident of orion's with a comment of its own."""
    server.hook({"id": name, "title": title, "status": "open", "comment": f"orion-only words of {name}"}, f"out-{name}")
    return server.json("GET", f"/v1/incidents/orion:{name}")[1]["number"]


def share(server, number, supplier, role="shadow", **more):
    return server.json("POST", f"/v1/incidents/{number}/shares", {"supplier": supplier, "role": role, "brief": BRIEF, **more})


def say(server, number, audience, body, **more):
    return server.json("POST", f"/v1/incidents/{number}/comments", {"body": body, "audience": audience, **more})


def queue(server, **arguments):
    query = "&".join(f"{k}={v}" for k, v in {"limit": 200, **arguments}.items())
    return server.json("GET", f"/v1/deliveries?{query}")[1]["items"]


def ticket_of(server, supplier, number, name):
    """Its tool made the ticket that the share asked for."""
    row = next(d for d in queue(server, supplier=supplier, incident=number) if d["op"] == "create_ticket")
    change(server, "UPDATE delivery SET state = 'done', head = 0 WHERE id = ?", row["id"])
    body = {"supplier": supplier, "delivery_id": f"made-{name}", "body": {"id": name, "title": "copy", "status": "open"}}
    server.json("POST", "/v1/arrivals", body)
    made = server.json("GET", f"/v1/incidents/{supplier}:{name}")[1]["number"]
    with store(server) as db:
        kept = db.execute("SELECT number FROM incident WHERE number = ?", (int(number[4:]),)).fetchone()[0]
        gone = int(made[4:])
        if gone != kept:  # the null connector carries no number of ours: joined by hand
            db.execute("UPDATE ticket SET incident = ? WHERE supplier = ? AND external_id = ?", (kept, supplier, name))
            db.execute("DELETE FROM share WHERE incident = ?", (gone,))
            db.execute("UPDATE share SET anew = 0 WHERE incident = ? AND supplier = ?", (kept, supplier))
    db.close()


# ---- bodies that are refused

def check_bodies(tap, server):
    number = opened(server, "bad")
    at = f"/v1/incidents/{number}"
    brief = dict(BRIEF)
    new = {"supplier": "vega", "role": "shadow", "brief": brief}
    shares = [{}, {**new, "role": "owner"}, {**new, "role": 1}, {**new, "supplier": "nobody"}, {**new, "supplier": ""},
              {**new, "brief": "text"}, {**new, "brief": {}}, {**new, "brief": {"what": ""}}, {**new, "brief": {"what": " \n"}},
              {**new, "brief": {"what": WIDE + "x"}}, {**new, "brief": {**brief, "tried": 7}},
              {**new, "brief": {**brief, "needed_before": "soon"}}, {**new, "brief": {**brief, "more": "x"}},
              {**new, "with_thread": "yes"}, {**new, "colour": "red"}, {k: v for k, v in new.items() if k != "brief"}, []]
    words = {"body": "hello", "audience": "internal"}
    comments = [{}, {"body": "no audience"}, {"audience": "internal"}, {**words, "audience": None}, {**words, "audience": "requester"},
                {**words, "audience": "suppliers"}, {**words, "audience": []}, {**words, "audience": ["nobody"]},
                {**words, "audience": ["vega", "vega"]}, {**words, "audience": [7]}, {**words, "audience": ["vega"] * 65},
                {**words, "audience": {"kind": "everyone"}}, {**words, "body": ""}, {**words, "body": "  "}, {**words, "body": 7},
                {**words, "body": "x" * 65537}, {**words, "id": "7"}, {**words, "id": "g" * 36}, {**words, "id": None},
                {**words, "visibility": "public"}]
    statuses = [{}, {"status": "unknown"}, {"status": "transferred"}, {"status": "Resolved"}, {"status": None},
                {"status": "resolved", "priority": 1}]
    maps = [{}, {"map": []}, {"map": {"colour": {}}}, {"map": {"status": {"x": "funny"}}}, {"map": {"priority": {"P1": "0"}}},
            {"map": {"status": {"": "new"}}}, {"map": {"status": ["x"]}}, {"map": {"status": {"x" * 201: "new"}}},
            {"map": {"status": {"x": {}}}}, {"map": {"status_out": {"resolved": "open"}}}, {"map": {"person": {"u": ""}}},
            {"map": {"category": {f"{i}": "x" for i in range(1001)}}}, {"map": {}, "last": 1, "more": 1}]
    table = [("POST", f"{at}/shares", shares), ("POST", f"{at}/comments", comments), ("PATCH", at, statuses),
             ("DELETE", f"{at}/shares/vega", [{"reason": ""}, {"reason": 7}, {"why": "x"}, {"reason": "x" * 1001}, []]),
             ("POST", "/v1/deliveries/repair", [{}, {"cause": "funny"}, {"cause": "unknown"}, {"cause": "ignored"}, {"cause": ""},
                                                {"cause": "unmapped", "supplier": "nobody"}, {"cause": "unmapped", "all": True}]),
             ("POST", "/v1/deliveries/1/edit", [{}, {"text": ""}, {"text": 7}, {"text": "x" * 65537}, {"text": "x", "id": 1}]),
             ("POST", "/v1/suppliers/vega/backfill", [{}, {"since": "yesterday"}, {"since": 7}, {"since": "2999-01-01T00:00:00Z"},
                                                      {"since": "2026-01-01T00:00:00Z", "until": "x"}]),
             ("POST", "/v1/suppliers/vega/poll", [{"from": "yesterday"}, {"from": 7}, {"from": "2999-01-01T00:00:00Z"}, {"since": "x"}]),
             ("POST", "/v1/suppliers/vega/maps", maps), ("POST", "/v1/suppliers/vega/maps/try",
                                                         maps + [{"map": {}, "last": 0}, {"map": {}, "last": 5001}, {"map": {}, "last": "9"}])]
    for method, path, bodies in table:
        bad = [(json.dumps(b)[:90], got[0], got[2][:200]) for b in bodies if not is_problem(got := server.call(method, path, b), 422)]
        tap.check(f"{method} {path} refuses {len(bodies)} bodies with 422 and says what to do", not bad, bad)
        got = server.call(method, path, b"{", {"Content-Type": "application/json"})
        tap.check(f"{method} {path}: what is no JSON is 400", is_problem(got, 400), got)
        got = server.call(method, path, b"{}", {"Content-Type": "text/plain"})
        tap.check(f"{method} {path}: another kind of body is 415", is_problem(got, 415), got[0])
    tap.check("what is wrong is named", "brief.tried" in server.json("POST", f"{at}/shares", shares[10])[1]["detail"] and
              "colour" in server.json("POST", f"{at}/shares", shares[14])[1]["detail"])
    tap.equal("nothing of it happened", (queue(server), server.json("GET", at)[1]["n_comment"]), ([], 1))


def check_unknown(tap, server):
    number = opened(server, "unk")
    words = {"body": "x", "audience": "internal"}
    new = {"supplier": "vega", "role": "shadow", "brief": BRIEF}
    one = {"map": {"status": {"Open": "new"}}}
    for method, path, body, want in (
            ("POST", "/v1/incidents/ENT-999999/shares", new, 404), ("POST", "/v1/incidents/ENT-999999/comments", words, 404),
            ("PATCH", "/v1/incidents/ENT-999999", {"status": "held"}, 404), ("DELETE", "/v1/incidents/ENT-999999/shares/vega", None, 404),
            ("DELETE", f"/v1/incidents/{number}/shares/vega", None, 404), ("DELETE", f"/v1/incidents/{number}/shares/nobody", None, 404),
            ("GET", "/v1/deliveries/999999", None, 404), ("GET", "/v1/deliveries/x", None, 404), ("GET", "/v1/deliveries/0", None, 404),
            ("POST", "/v1/deliveries/999999/retry", None, 404), ("POST", "/v1/deliveries/999999/ignore", None, 404),
            ("POST", "/v1/deliveries/999999/edit", {"text": "x"}, 404), ("GET", "/v1/deliveries?state=funny", None, 400),
            ("GET", "/v1/deliveries?cause=funny", None, 400), ("GET", "/v1/deliveries?cursor=x", None, 400),
            ("GET", "/v1/deliveries?limit=0", None, 400), ("GET", "/v1/deliveries?incident=ENT-999999", None, 404),
            ("GET", "/v1/drift?cursor=1", None, 400), ("GET", "/v1/drift?cursor=1.x", None, 400), ("GET", "/v1/drift?colour=x", None, 400),
            ("GET", "/v1/suppliers/nobody", None, 404), ("GET", "/v1/suppliers/nobody/maps", None, 404),
            ("POST", "/v1/suppliers/nobody/maps", one, 404), ("POST", "/v1/suppliers/nobody/maps/try", one, 404),
            ("POST", "/v1/suppliers/vega/maps/99/activate", None, 404), ("POST", "/v1/suppliers/vega/maps/-1/activate", None, 404),
            ("POST", "/v1/suppliers/nobody/backfill", {"since": "2026-01-01T00:00:00Z"}, 404),
            ("POST", "/v1/suppliers/telnord/backfill", {"since": "2026-01-01T00:00:00Z"}, 409),
            ("DELETE", "/v1/suppliers/vega/backfill", None, 404),
            ("POST", "/v1/suppliers/nobody/poll", {}, 404), ("POST", "/v1/suppliers/telnord/poll", {}, 409),
            ("POST", f"/v1/incidents/{number}/shares", {**new, "supplier": "telnord"}, 409),
            ("POST", f"/v1/incidents/{number}/comments", {**words, "audience": ["vega"]}, 409)):
        got = server.call(method, path, body)
        tap.check(f"{method} {path}: {want}", is_problem(got, want), (got[0], got[2][:300]))


# ---- shares and comments

def check_shares(tap, server):
    number = opened(server, "sh")
    at = f"/v1/incidents/{number}"
    status, made = share(server, number, "vega")
    tap.check("shared as shadow: 201, and a delivery that makes its ticket", status == 201 and made["role"] == "shadow" and
              made["deliveries"] == {"pending": 1} and "holds_since" not in made, made)
    create = queue(server, incident=number)
    tap.equal("the ticket is to be made", [(d["op"], d["supplier"], d["state"], d["incident"]) for d in create],
              [("create_ticket", "vega", "pending", number)])
    text = server.json("GET", f"/v1/deliveries/{create[0]['id']}")[1]
    tap.check("from the whole brief and our number", all(BRIEF[k] in text["text"] for k in ("what", "impact", "tried", "wanted")) and
              number in text["text"] and text["title"], text)
    tap.check("it takes part before it has a ticket", number in [i["number"] for i in server.json("GET", "/v1/incidents?supplier=vega&limit=200")[1]["items"]])
    status, made = share(server, number, "south", "escalated", with_thread=True)
    tap.check("escalated: it holds the ball", status == 201 and made["role"] == "escalated" and made["holds_since"], made)
    whole = server.json("GET", at)[1]
    tap.equal("one holder, who it is and who else takes part", (whole["holder"], {s["supplier"]: s["role"] for s in whole["shares"]}),
              ("south", {"orion": "shadow", "vega": "shadow", "south": "escalated"}))
    kinds = [i["type"].split(".", 2)[2][:-3] for i in server.json("GET", f"{at}/history?limit=200")[1]["items"]]
    tap.check("it is in the history", kinds.count("incident.shared") == 2 and kinds[-1] == "incident.holder_changed", kinds)
    got = server.call("DELETE", f"{at}/shares/south", {"reason": "not yours after all"})
    made = json.loads(got[2])
    tap.check("taken back with a reason", got[0] == 200 and made["role"] == "none" and made["withdrawn"], got[2])
    whole = server.json("GET", at)[1]
    tap.check("then nobody holds it, and it is among the former", not whole["holder"] and
              [s["supplier"] for s in whole["former_shares"]] == ["south"] and "south" not in [s["supplier"] for s in whole["shares"]], whole)
    tap.equal("what was on its way to it is not any more", [(d["state"], d["cause"], bool(d["next"])) for d in
                                                           queue(server, incident=number, supplier="south", state="all")],
              [("cancelled", "unshared", True)])
    tap.check("a second time: 404", is_problem(server.call("DELETE", f"{at}/shares/south"), 404))
    server.json("PATCH", at, {"status": "closed"})
    tap.check("a closed one is not shared: 409", is_problem(server.call("POST", f"{at}/shares", {
        "supplier": "south", "role": "shadow", "brief": BRIEF}), 409))
    return number


def check_comments(tap, server):
    number = opened(server, "co")
    at = f"/v1/incidents/{number}"
    for supplier in ("vega", "south"):
        share(server, number, supplier)
    made = str(uuid.uuid4())
    status, comment = say(server, number, ["vega"], "for-vega-only canary", id=made.upper())
    tap.check("a comment for one: 201, under our id, for exactly whom it says", status == 201 and comment["id"] == made and
              comment["audience"] == {"kind": "suppliers", "suppliers": ["vega"]} and comment["author"]["name"] == "first", comment)
    tap.equal("on its way to that one", [(w["supplier"], w["state"]) for w in comment["where"]], [("vega", "pending")])
    tap.equal("the same once more: 200, once", (say(server, number, ["vega"], "for-vega-only canary", id=made)[0],
                                                server.json("GET", at)[1]["n_comment"]), (200, 2))
    for name, body, audience in (("other words", "x", ["vega"]), ("another audience", "for-vega-only canary", "everyone")):
        got = server.call("POST", f"{at}/comments", {"body": body, "audience": audience, "id": made})
        tap.check(f"the same id, {name}: 409", is_problem(got, 409), got)
    other = opened(server, "co2")
    tap.check("the same id in another incident: 409", is_problem(server.call("POST", f"/v1/incidents/{other}/comments", {
        "body": "for-vega-only canary", "audience": "internal", "id": made}), 409))
    say(server, number, "internal", "internal canary")
    _, both = say(server, number, "everyone", "everyone canary")
    _, pair = say(server, number, ["vega", "south"], "pair")
    tap.equal("names are sorted", pair["audience"]["suppliers"], ["south", "vega"])
    tap.equal("everyone is everyone whose tool we can write to", sorted(w["supplier"] for w in both["where"]), ["south", "vega"])
    south = server.call("GET", f"/v1/deliveries?supplier=south&incident={number}")[2].decode()
    details = "".join(server.call("GET", f"/v1/deliveries/{d['id']}")[2].decode() for d in json.loads(south)["items"])
    tap.check("what is brought to another has none of it", "for-vega-only" not in south + details and
              "internal canary" not in south + details and "everyone canary" in details, details)
    with store(server) as db:
        rows = db.execute("SELECT supplier, comment FROM delivery WHERE comment IN (SELECT uuid FROM comment WHERE audience = "
                          "'internal')").fetchall()
    db.close()
    tap.equal("nothing internal is on its way to anyone", [tuple(r) for r in rows], [])
    _, late = share(server, opened(server, "co3"), "vega", with_thread=True)
    tap.equal("with_thread brings nothing that was internal", late["deliveries"], {"pending": 1})


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
              where["reason"] == "HTTP 422: too long" and "edit" in where["next"] and where["delivery"], where)
    with store(server) as db:
        db.execute("DELETE FROM delivery WHERE comment = ?", (comment["id"],))
        db.execute("INSERT INTO copy (supplier, ticket, external_id, comment, learned) VALUES ('vega', 'V7', 'c-9', ?, 0)", (comment["id"],))
    db.close()
    where = next(c for c in server.json("GET", at)[1]["thread"] if c["id"] == comment["id"])["where"]
    tap.equal("after a rebuild the copy says it", where, [{"supplier": "vega", "state": "done", "ticket": "V7", "external_id": "c-9"}])


def check_status(tap, server):
    number = opened(server, "st")
    share(server, number, "vega")
    ticket_of(server, "vega", number, "V-st")
    status, whole = server.json("PATCH", f"/v1/incidents/{number}", {"status": "resolved"})
    tap.check("a person sets the status", status == 200 and whole["status"] == "resolved" and whole["number"] == number, whole)
    update = [d for d in queue(server, incident=number) if d["op"] == "update_ticket"]
    tap.equal("whose tool can be written to is told", [(d["supplier"], d["attributes"], d["status"], d["state"]) for d in update],
              [("vega", ["status"], "resolved", "pending")])
    change(server, "UPDATE delivery SET state = 'parked', cause = 'not_done', reason = 'it still says open' WHERE id = ?", update[0]["id"])
    tap.equal("what stands still beside comments is shown with the incident",
              [(d["supplier"], d["op"], d["state"], d["reason"]) for d in server.json("GET", f"/v1/incidents/{number}")[1]["deliveries"]],
              [("vega", "update_ticket", "parked", "it still says open")])
    tap.equal("once more changes nothing", (server.json("PATCH", f"/v1/incidents/{number}", {"status": "resolved"})[0],
                                            len([d for d in queue(server, incident=number) if d["op"] == "update_ticket"])), (200, 1))
    with store(server) as db:
        db.execute("INSERT INTO event (seq, kind, incident, sequence, partition_no, time_ms, recorded_ms, supplier, delivery_id, "
                   "traceparent, json) SELECT (SELECT max(seq) + 1 FROM event), 'ticket.overruled', number, sequence + 1, 0, 1, 1, "
                   "'vega', '', '', ? FROM incident WHERE number = ?",
                   (json.dumps({"supplier": "vega", "ticket": {"id": "V-st"}, "attribute": "status", "said": {"text": "closed", "native": "C"},
                                "stands": {"text": "resolved"}}), int(number[4:])))
    db.close()
    tickets = {t["supplier"]: t for t in server.json("GET", f"/v1/incidents/{number}")[1]["tickets"]}
    tap.check("what lost is shown at its ticket", [(o["attribute"], o["said"]["native"], o["stands"]["text"]) for o in
                                                   tickets["vega"]["overruled"]] == [("status", "C", "resolved")] and
              tickets["orion"]["overruled"] == [], tickets)
    change(server, "DELETE FROM event WHERE kind = 'ticket.overruled'")


# ---- the queue

def check_queue(tap, server):
    number = opened(server, "qu")
    share(server, number, "vega")
    ticket_of(server, "vega", number, "V-qu")
    ids = []
    for i in range(5):
        comment = say(server, number, ["vega"], f"queue {i}")[1]
        ids.append(comment["where"][0]["delivery"])
    pages, cursor = [], ""
    while True:
        page = server.json("GET", f"/v1/deliveries?incident={number}&limit=2{cursor}")[1]
        pages += [d["id"] for d in page["items"]]
        if not page["next"]:
            break
        cursor = f"&cursor={page['next']}"
    tap.equal("pages, newest first, hold each once", pages, sorted(ids, reverse=True))
    later = server.json("GET", f"/v1/deliveries/{ids[1]}")[1]
    tap.check("what waits says for whom", later["waits_for"] == ids[0] and "due" not in later, later)

    def park(which, cause, state="parked"):
        change(server, "UPDATE delivery SET state = ?, cause = ?, reason = 'because', attempt = 1 WHERE id = ?", state, cause, which)
    park(ids[0], "refused")
    park(ids[1], "unknown", "unknown")
    park(ids[2], "unmapped")
    park(ids[3], "unmapped")
    tap.equal("by state and cause", ([d["id"] for d in queue(server, state="parked", cause="unmapped")],
                                     [d["id"] for d in queue(server, state="unknown")]), ([ids[3], ids[2]], [ids[1]]))
    one = server.json("GET", f"/v1/deliveries/{ids[1]}")[1]
    tap.check("what may have been done says to look first", "look" in one["next"] and one["text"] == "queue 1" and
              one["author"] == {"name": "first", "supplier": ""}, one)
    status, got = server.json("POST", f"/v1/deliveries/{ids[0]}/edit", {"text": "shorter"})
    tap.check("other words for it: on its way again with them", status == 200 and (got["state"], got["text"], got["edited"]) ==
              ("pending", "shorter", True) and "cause" not in got, got)
    tap.equal("the thread keeps what was said", [c["body"] for c in server.json("GET", f"/v1/incidents/{number}")[1]["thread"]
                                                 if c["body"].startswith("queue 0")], ["queue 0"])
    tap.equal("retried", server.json("POST", f"/v1/deliveries/{ids[1]}/retry")[1]["state"], "pending")
    tap.check("what waits is not retried: 409", is_problem(server.call("POST", f"/v1/deliveries/{ids[1]}/retry"), 409))
    tap.equal("repair of another supplier's", server.json("POST", "/v1/deliveries/repair", {"cause": "unmapped", "supplier": "south"}),
              (200, {"repaired": 0}))
    tap.equal("repair", server.json("POST", "/v1/deliveries/repair", {"cause": "unmapped", "supplier": "vega"}), (200, {"repaired": 2}))
    tap.equal("none of that cause is left", queue(server, cause="unmapped"), [])
    park(ids[4], "refused")
    status, got = server.json("POST", f"/v1/deliveries/{ids[4]}/ignore")
    tap.check("ignored: not brought, and it says so", status == 200 and (got["state"], got["cause"]) == ("cancelled", "ignored"), got)
    tap.check("then it cannot be retried: 409", is_problem(server.call("POST", f"/v1/deliveries/{ids[4]}/retry"), 409))
    tap.equal("it is not open any more", (ids[4] in [d["id"] for d in queue(server)], ids[4] in [d["id"] for d in queue(server, state="all")],
                                          [d["id"] for d in queue(server, state="cancelled", incident=number)]), (False, True, [ids[4]]))


def check_drift(tap, server):
    def drift(**arguments):
        rows, cursor = [], ""
        while True:
            query = "&".join(f"{k}={v}" for k, v in {"limit": 1, **arguments}.items())
            page = server.json("GET", f"/v1/drift?{query}{cursor}")[1]
            rows += page["items"]
            if not page["next"]:
                return rows
            cursor = f"&cursor={page['next']}"
    number = opened(server, "dr")
    share(server, number, "vega")
    mine = lambda: [r for r in drift() if r["incident"] == number]  # noqa: E731
    tap.equal("while the ticket is on its way there is no drift", mine(), [])
    change(server, "UPDATE delivery SET state = 'done' WHERE incident = ?", int(number[4:]))
    tap.equal("made, they say, and not there", [(r["what"], r["supplier"], r["theirs"]) for r in mine()], [("ticket", "vega", "no ticket")])
    change(server, "UPDATE delivery SET state = 'pending' WHERE incident = ?", int(number[4:]))
    ticket_of(server, "vega", number, "V-dr")
    tap.equal("with its ticket all is well", mine(), [])
    _, comment = say(server, number, ["vega"], "drifting")
    server.json("PATCH", f"/v1/incidents/{number}", {"status": "resolved"})
    tap.equal("on their way: no drift", mine(), [])
    change(server, "DELETE FROM delivery WHERE comment = ?", comment["id"])
    change(server, "UPDATE delivery SET state = 'done' WHERE incident = ? AND op = 'update_ticket'", int(number[4:]))
    rows = mine()
    tap.equal("what its tool does not say, page by page", sorted((r["what"], r["ours"], r["theirs"], r["ticket"]) for r in rows),
              [("comment", "in the thread", "not there", "V-dr"), ("status", "resolved", "in_progress", "V-dr")])
    tap.check("each says what to do, the comment which", all(r["next"] for r in rows) and
              [r["comment"] for r in rows if r["what"] == "comment"] == [comment["id"]], rows)
    tap.equal("of another supplier: none", [r for r in drift(supplier="south") if r["incident"] == number], [])
    tap.equal("of this one: both", len([r for r in drift(supplier="vega", limit=200) if r["incident"] == number]), 2)
    change(server, "UPDATE delivery SET state = 'cancelled', cause = 'ignored' WHERE incident = ? AND op = 'update_ticket'", int(number[4:]))
    tap.equal("what a person ignored is none", [r["what"] for r in mine()], ["comment"])
    change(server, "INSERT INTO copy (supplier, ticket, external_id, comment, learned) VALUES ('vega', 'V-dr', '1', ?, 0)", comment["id"])
    tap.equal("brought after all", mine(), [])


# ---- suppliers

def check_suppliers(tap, server):
    items = {s["name"]: s for s in server.json("GET", "/v1/suppliers")[1]["items"]}
    vega = server.json("GET", "/v1/suppliers/vega")[1]
    same = ("policy", "can", "cannot", "link", "deliveries", "state", "map_version", "cursors")
    tap.equal("one supplier is as the list has it", {k: vega[k] for k in same}, {k: items["vega"][k] for k in same})
    tap.check("what it can and cannot", vega["can"] == ["create_ticket", "update_ticket", "add_comment", "poll"] and
              vega["cannot"] == ["An attachment cannot be brought."] and items["telnord"]["can"] == [] and
              items["telnord"]["link"] is None and vega["link"]["url"] == "https://tool.example", vega)
    tap.equal("whose word counts", vega["policy"], {"status": "holder", "priority": "holder"})
    with store(server) as db:
        db.execute("INSERT INTO supplier_state (supplier, row_no, state, since_ms, why, next, quiet_since_ms, gap_ms, sequence) VALUES "
                   "('vega', 99, 'refused', 1700000000000, 'HTTP 401', 'look at its credential', 1700000001000, 0, 1) ON CONFLICT (supplier) "
                   "DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms, why = excluded.why, next = excluded.next, "
                   "quiet_since_ms = excluded.quiet_since_ms")
    db.close()
    vega = server.json("GET", "/v1/suppliers/vega")[1]
    tap.equal("its state, since when, why and what to do", [vega[k] for k in ("state", "since", "why", "next", "quiet_since")],
              ["refused", "2023-11-14T22:13:20.000Z", "HTTP 401", "look at its credential", "2023-11-14T22:13:21.000Z"])
    text = server.call("GET", "/metrics")[2].decode()
    tap.check("as gauges", 'entente_supplier_state{supplier="vega",state="refused"} 1' in text and
              'entente_supplier_state{supplier="vega",state="healthy"} 0' in text and
              'entente_supplier_quiet{supplier="vega"} 1' in text and 'entente_supplier_quiet{supplier="orion"} 0' in text, text[-2500:])
    pending = int(re.search(r'entente_supplier_deliveries\{supplier="vega",state="pending"\} (\d+)', text)[1])
    tap.equal("deliveries by state are those that are listed", (pending, vega["deliveries"]["pending"]),
              (len(queue(server, supplier="vega", state="pending")),) * 2)
    if shutil.which("promtool"):
        tool = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True)
        tap.check("promtool has nothing to say", tool.returncode == 0 and not tool.stderr.strip(), tool.stderr.decode())
    change(server, "UPDATE supplier_state SET state = 'healthy', why = '', next = '', quiet_since_ms = 0 WHERE supplier = 'vega'")
    status, got = server.json("POST", "/v1/suppliers/vega/backfill", {"since": "2026-01-01T00:00:00Z"})
    cursor = [c for c in got["cursors"] if c["stream"] == "backfill"]
    tap.check("a back-fill is begun and its progress shown", status == 202 and len(cursor) == 1 and cursor[0]["state"] == "running" and
              cursor[0]["since"] == "2026-01-01T00:00:00.000Z" and cursor[0]["pages"] == 0, got)
    change(server, "INSERT INTO aside (supplier, stream, ticket, key, reason, tries, since_ms, next_ms) VALUES "
                   "('vega', 'backfill', '12', '', 'HTTP 500', 4, 1000, 2000)")
    left = lambda: ["next" in a for a in server.json("GET", "/v1/suppliers/vega")[1]["aside"]]  # noqa: E731
    tap.equal("what it put aside has a time when it is asked for again", left(), [True])
    status, got = server.json("DELETE", "/v1/suppliers/vega/backfill")
    tap.equal("and stopped", (status, [c["state"] for c in got["cursors"] if c["stream"] == "backfill"]), (200, ["stopped"]))
    tap.equal("then it has none", left(), [False])
    change(server, "DELETE FROM aside")
    tap.check("a second time: 404", is_problem(server.call("DELETE", "/v1/suppliers/vega/backfill"), 404))
    check_poll(tap, server)


def check_poll(tap, server):
    polls = lambda got: [c for c in got["cursors"] if c["stream"] == "poll"]  # noqa: E731
    tap.equal("poll: asked for before the first one, nothing is to be kept", [server.json("POST", "/v1/suppliers/vega/poll", {})[0]], [202])
    status, got = server.json("POST", "/v1/suppliers/vega/poll", {"from": "2026-02-01T00:00:00Z"})
    tap.check("poll from a time: durable when it is answered", status == 202 and [c["since"] for c in polls(got)] == ["2026-02-01T00:00:00.000Z"], got)
    change(server, "UPDATE cursor SET memo = 'm7', phase = 2, told_ms = 5000, note = 'its cursor was refused', note_ms = 6000 WHERE stream = 'poll'")
    change(server, "INSERT INTO aside (supplier, stream, ticket, key, reason, tries, since_ms, next_ms) VALUES "
                   "('vega', 'poll', '4711', 'V-4711', 'HTTP 500', 4, 1000, 2000)")
    got = server.json("GET", "/v1/suppliers/vega")[1]
    tap.equal("what was put aside, and what the poll noted, is shown", (got["aside"], got["n_aside"], [(c["told"], c["note"]) for c in polls(got)]),
              ([{"stream": "poll", "ticket": "4711", "key": "V-4711", "reason": "HTTP 500", "tries": 4, "since": "1970-01-01T00:00:01.000Z",
                 "next": "1970-01-01T00:00:02.000Z"}], 1, [("1970-01-01T00:00:05.000Z", "its cursor was refused")]))
    text = server.call("GET", "/metrics")[2].decode()
    tap.check("and counted", 'entente_supplier_tickets_put_aside{supplier="vega"} 1' in text and
              'entente_supplier_tickets_put_aside{supplier="orion"} 0' in text)
    server.json("POST", "/v1/suppliers/vega/poll", {})
    tap.equal("asking now keeps the place", change(server, "SELECT memo, phase FROM cursor WHERE stream = 'poll'"), [("m7", 2)])
    got = server.json("POST", "/v1/suppliers/vega/poll", {"from": "2026-03-01T00:00:00Z"})[1]
    tap.equal("beginning anew throws it away, with what was put aside", (got["aside"], change(server, "SELECT memo, phase FROM cursor WHERE stream = 'poll'")),
              ([], [("", 0)]))


def check_maps(tap, server):
    at = "/v1/suppliers/orion/maps"
    for i, word in enumerate(("open", "In Arbeit", "In Arbeit", "open", "Weg")):
        server.hook({"id": f"m{i}", "title": "t", "status": word}, f"map-{i}")
    before = server.json("GET", at)[1]
    tap.equal("the configuration's is in force", (before["version"], before["map"], before["items"]), (0, {}, []))
    one = {"status": {"In Arbeit": "held", "open": "new"}, "category": {"Netz": "network"}, "person": {"u1": "Ada"}}
    status, tried = server.json("POST", f"{at}/try", {"map": one, "last": 5})
    tap.equal("tried on what it really sent: nothing is changed", (status, tried["arrivals"], tried["unmapped_before"], tried["unmapped_after"],
              sorted((d["attribute"], d["native"], d["from"], d["to"], d["n"]) for d in tried["differences"]), tried["cut_off"]),
              (200, 5, 3, 1, [("status", "In Arbeit", "", "held", 2), ("status", "open", "in_progress", "new", 2)], False))
    tap.check("each difference with an example", all(d["ticket"] in ("m0", "m1", "m2", "m3") for d in tried["differences"]), tried)
    server.hook(b"broken", "map-broken")
    tap.equal("what cannot be decoded is counted", [server.json("POST", f"{at}/try", {"map": {}, "last": n})[1]["arrivals"] for n in (1, 3, 5000)][:2],
              [1, 3])
    tap.equal("nothing of it is in force", server.json("GET", at)[1], before)
    question = '{"op":"poll","phase":"0","since":"0"}'
    for i in range(3):
        server.json("POST", "/v1/arrivals", {"supplier": "vega", "delivery_id": f"page-{i}", "body": {"id": f"pg{i}", "title": "t", "status": "In Arbeit"}})
    for i, header in enumerate((question, question, "{}")):
        change(server, "UPDATE raw SET header = ? WHERE inbox = (SELECT id FROM inbox WHERE delivery_id = ?)", header, f"page-{i}")
        change(server, "UPDATE inbox SET delivery_id = ? WHERE delivery_id = ?", f"poll:{i}", f"page-{i}")
    tried = server.json("POST", "/v1/suppliers/vega/maps/try", {"map": one, "last": 3})[1]
    tap.equal("pages that were asked for are read as answers; one without its question is not",
              (tried["arrivals"], tried["undecoded"], [(d["native"], d["n"]) for d in tried["differences"]]), (3, 1, [("In Arbeit", 2)]))
    server.json("POST", "/v1/arrivals", {"supplier": "vega", "delivery_id": "page-x", "body": {"title": "no id"}})
    letter = server.json("GET", "/v1/deadletters?supplier=vega")[1]["items"][0]["id"]
    change(server, "UPDATE dead_letter SET delivery_id = 'poll:x', header = ? WHERE id = ?", question, letter)
    tap.equal("a dead page is read as an answer, too: dead still for its own reason",
              [server.json("POST", f"/v1/deadletters/{letter}/replay")[1][k] for k in ("status", "reason")], ["dead", "id is missing"])
    with store(server) as db:
        body = db.execute("SELECT body FROM raw r JOIN inbox i ON i.id = r.inbox WHERE i.delivery_id = 'poll:0'").fetchone()[0]
        db.execute("UPDATE dead_letter SET body = ? WHERE id = ?", (body, letter))
    db.close()
    tap.equal("a page that can be read now is replayed", server.json("POST", f"/v1/deadletters/{letter}/replay")[1]["status"], "replayed")
    reloads = int(server.tell("reloads"))
    status, made = server.json("POST", at, {"map": one})
    tap.equal("published", (status, made), (201, {"supplier": "orion", "version": 1}))
    tap.equal("a second one has the next version", server.json("POST", at, {"map": {"status": {"x": "new"}}})[1]["version"], 2)
    listed = server.json("GET", at)[1]["items"]
    tap.equal("both are kept, the last one is active, and by whom", [(i["version"], i["active"], i["author"]) for i in listed],
              [(2, True, "first"), (1, False, "first")])
    tap.equal("as they were given", listed[1]["map"], one)
    tap.equal("rolled back", server.json("POST", f"{at}/1/activate"), (200, {"supplier": "orion", "version": 1}))
    tap.equal("to the configuration's", (server.json("POST", f"{at}/0/activate")[0],
                                         [i["active"] for i in server.json("GET", at)[1]["items"]]), (200, [False, False]))
    tap.equal("each time the suppliers are made anew", int(server.tell("reloads")) - reloads, 4)


def check_serve(tap, server):
    """The program itself: a published map counts for what comes next, without a restart."""
    def status_of(name):
        server.hook({"id": name, "title": "t", "status": "In Arbeit"}, f"serve-{name}")
        return server.json("GET", f"/v1/incidents/orion:{name}")[1]["status"]
    version = lambda: server.json("GET", "/v1/suppliers/orion")[1]["map_version"]  # noqa: E731
    before = status_of("s1")
    server.json("POST", "/v1/suppliers/orion/maps", {"map": {"status": {"In Arbeit": "held"}}})
    tap.check("serve: a published map is in force within seconds", wait_for(lambda: version() == 1, 10, 0.05), version())
    tap.equal("serve: what comes next is read with it, what came stays", (before, status_of("s2"),
              server.json("GET", "/v1/incidents/orion:s1")[1]["status"]), ("new", "held", "new"))
    server.json("POST", "/v1/suppliers/orion/maps/0/activate")
    tap.check("serve: rolled back", wait_for(lambda: version() == 0, 10, 0.05), version())
    tap.equal("serve: the configuration's map counts again", status_of("s3"), "new")


def check_busy(tap):
    """A full queue: every route that changes something says so at once, keeps nothing, and works afterwards."""
    server = Server(queue_max=1)
    try:
        number = opened(server, "bz")
        server.tell("hold")
        waiting = server.connect()
        waiting.sendall(hook_bytes(b'{"id":"bz","title":"waits"}', "bz-2"))
        filled = wait_for(lambda: server.metric("entente_writer_queue_jobs") == 1, 10, 0.05)
        at, bad = f"/v1/incidents/{number}", []
        for method, path, body in (("POST", f"{at}/shares", {"supplier": "vega", "role": "shadow", "brief": BRIEF}),
                                   ("DELETE", f"{at}/shares/vega", None), ("PATCH", at, {"status": "held"}),
                                   ("POST", f"{at}/comments", {"body": "x", "audience": "internal"}), ("POST", "/v1/deliveries/1/retry", None),
                                   ("POST", "/v1/deliveries/1/ignore", None), ("POST", "/v1/deliveries/1/edit", {"text": "x"}),
                                   ("POST", "/v1/deliveries/repair", {"cause": "loop"}), ("DELETE", "/v1/suppliers/vega/backfill", None),
                                   ("POST", "/v1/suppliers/vega/backfill", {"since": "2026-01-01T00:00:00Z"}),
                                   ("POST", "/v1/suppliers/vega/maps", {"map": {}}), ("POST", "/v1/suppliers/vega/maps/0/activate", None)):
            got = server.call(method, path, body)
            if not is_problem(got, 503) or not got[1]["Retry-After"]:
                bad.append((method, path, got[0], got[2][:200]))
        tap.check("a full queue: 12 routes answer 503 with Retry-After", filled and not bad, (filled, bad))
        server.tell("go")
        waiting.settimeout(10)
        tap.check("what waited is answered", b"202" in waiting.recv(100))
        waiting.close()
        tap.equal("nothing else was kept", (server.json("GET", at)[1]["status"], queue(server), server.json("GET", "/v1/suppliers/vega/maps")[1]["items"]),
                  ("in_progress", [], []))
        tap.equal("and then it goes", share(server, number, "vega")[0], 201)
    finally:
        ended_clean(tap, server)


def check_live(tap, server, number):
    seq = server.json("GET", f"/v1/incidents/{number}/history?limit=200")[1]["items"][0]["seq"]
    import live
    stream = live.Stream(server, f"?after={seq - 1}&supplier=vega")
    got = stream.events(1)
    tap.check("live events of a supplier on the way out", got and got[0][1].startswith("org.entente."), got)
    stream.close()
    with store(server) as db:
        last = db.execute("SELECT max(seq) FROM event").fetchone()[0]
        db.execute("INSERT INTO event (seq, kind, incident, sequence, partition_no, time_ms, recorded_ms, supplier, delivery_id, traceparent, "
                   "json) VALUES (?, 'supplier.state_changed', -77, 1, 0, 1, 1, 'vega', '', '', ?)",
                   (last + 1, json.dumps({"supplier": "vega", "from": "healthy", "to": "refused", "why": "HTTP 401", "next": "look"})))
    db.close()
    stream = live.Stream(server, f"?after={last}&supplier=vega")
    got = stream.events(1)
    tap.check("a supplier's new state is among them", got and got[0][1] == "org.entente.supplier.state_changed.v1" and
              got[0][2]["data"]["to"] == "refused" and got[0][2]["subject"] == "vega", got)
    stream.close()
    change(server, "DELETE FROM event WHERE incident = -77")


def run(tap):
    server = Server()
    try:
        check_bodies(tap, server)
        check_unknown(tap, server)
        number = check_shares(tap, server)
        check_comments(tap, server)
        check_where(tap, server)
        check_status(tap, server)
        check_queue(tap, server)
        check_drift(tap, server)
        check_suppliers(tap, server)
        check_maps(tap, server)
        check_live(tap, server, number)
        everything = "".join(server.call("GET", path)[2].decode() for path in (
            "/v1/suppliers", "/v1/suppliers/vega", "/v1/deliveries?state=all&limit=200", "/v1/drift", "/metrics"))
        tap.check("no credential and no path of its tool in any answer", CREDENTIAL not in everything and "path-canary" not in everything and "credential" not in everything.replace("look at its credential", ""))
    finally:
        said = ended_clean(tap, server)
        tap.check("nor in the log, where changes of maps are told with who did them",
                  CREDENTIAL not in said and '"map.published"' in said and '"by":"first"' in said, said[-800:])
    check_busy(tap)
    if not os.path.exists(os.path.join(BUILD, "entente")) or sanitizes_threads():
        tap.skip("serve", "the program is not built here, or with ThreadSanitizer")
        return
    server = Binary()
    try:
        check_serve(tap, server)
    finally:
        ended_clean(tap, server)
