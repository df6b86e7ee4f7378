# SPDX-License-Identifier: Apache-2.0
"""/v1 of the way out: shares, comments and their audience, the delivery queue, drift, suppliers, maps. Nobody brings
anything here: what a link would have told is written into the store beside the server."""
import json
import os

from kit import BUILD, Binary, Server, ended_clean, hook_bytes, is_problem, sanitizes_threads, wait_for
from out_comments import check_comments, check_dry_run, check_edits, check_where
from out_held import check_acts, check_undo
from out_kit import BRIEF, change, opened, queue, say, share, store, ticket_of
from out_suppliers import check_maps, check_serve, check_suppliers

CREDENTIAL = "vega-credential-canary"
WIDE = "é" * 4000  # as many characters as a part of a brief may have


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
              {**new, "with_history": "yes"}, {**new, "colour": "red"}, {k: v for k, v in new.items() if k != "brief"}, []]
    words = {"body": "hello", "audience": "internal"}
    comments = [{}, {"body": "no audience"}, {"audience": "internal"}, {**words, "audience": None}, {**words, "audience": ""},
                {**words, "audience": "suppliers"}, {**words, "audience": ["vega"]}, {**words, "audience": "nobody"},
                {**words, "audience": "vega,vega"}, {**words, "audience": "internal,vega"}, {**words, "audience": "vega,,south"},
                {**words, "audience": ",".join(f"v{n}" for n in range(65))}, {**words, "audience": {"kind": "everyone"}},
                {**words, "audience": {}}, {**words, "audience": {"everyone": True}}, {**words, "audience": {"organisations": []}},
                {**words, "audience": {"organisations": ["us", "us"]}}, {**words, "audience": {"organisations": ["us", 7]}},
                {**words, "audience": {"organisations": ["us"], "everyone": "yes"}},
                {**words, "audience": {"organisations": ["us"], "evreyone": True}},
                {**words, "audience": {"organisations": ["us", "us,vega"]}}, {**words, "body": ""}, {**words, "body": "  "}, {**words, "body": 7},
                {**words, "body": "x" * 65537}, {**words, "id": "7"}, {**words, "id": "g" * 36}, {**words, "id": None},
                {**words, "visibility": "public"}]
    statuses = [{}, {"status": "unknown"}, {"status": "transferred"}, {"status": "Resolved"}, {"status": None},
                {"status": "resolved", "priority": 1}, {"title": ""}, {"title": " "}, {"title": "two\nlines"}, {"title": "x" * 301},
                {"impact": 4}, {"impact": "1"}, {"needed_before": "soon"}, {"needed_before": 7}, {"site": None}, {"requester": {}}]
    openings = [{"title": "x", **{k: v for k, v in d.items() if k != "title"}} for d in statuses[8:]] + [{}, {"title": 7}, {"impact": 1},
                {"title": "x", "id": "7"}, {"title": "x", "status": "new"}]
    maps = [{}, {"map": []}, {"map": {"colour": {}}}, {"map": {"status": {"x": "funny"}}}, {"map": {"priority": {"P1": "0"}}},
            {"map": {"status": {"": "new"}}}, {"map": {"status": ["x"]}}, {"map": {"status": {"x" * 201: "new"}}},
            {"map": {"status": {"x": {}}}}, {"map": {"status_out": {"resolved": "open"}}}, {"map": {"person": {"u": ""}}},
            {"map": {"category": {f"{i}": "x" for i in range(1001)}}}, {"map": {}, "last": 1, "more": 1}]
    table = [("POST", f"{at}/shares", shares), ("POST", f"{at}/comments", comments), ("PATCH", at, statuses),
             ("POST", "/v1/incidents", [b for b in openings if b != {"title": "x"}]),
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
            ("POST", f"/v1/incidents/{number}/comments", {**words, "audience": "vega"}, 409)):
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
    tap.check("from the whole brief and our number", all(BRIEF[k] in text["text"] for k in ("what", "effect", "tried", "wanted")) and
              number in text["text"] and text["title"], text)
    tap.check("it takes part before it has a ticket", number in [i["number"] for i in server.json("GET", "/v1/incidents?supplier=vega&limit=200")[1]["items"]])
    status, made = share(server, number, "south", "escalated", with_history=True)
    tap.equal("handed over, and not accepted yet", [server.json("GET", at)[1][k] for k in ("holder", "holder_accepted", "handed_by")],
              ["south", False, "orion"])
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
    tap.check("then we hold it, and it is among the former", whole["holder"] == "us" and whole["holder_accepted"] and
              [s["supplier"] for s in whole["former_shares"]] == ["south"] and "south" not in [s["supplier"] for s in whole["shares"]], whole)
    tap.equal("what was on its way to it is not any more", [(d["state"], d["cause"], bool(d["next"])) for d in
                                                           queue(server, incident=number, supplier="south", state="all")],
              [("cancelled", "unshared", True)])
    tap.check("a second time: 404", is_problem(server.call("DELETE", f"{at}/shares/south"), 404))
    status, made = share(server, number, "council")
    tap.check("an organisation without a tool: shared, and the answer says that nobody there is told", status == 201 and
              (made["supplier"], made["organisation"], made["told_by_tool"], made["deliveries"]) == ("council", "council", False, {}), made)
    tap.equal("one whose tool is only listened to is not told either", {s["supplier"]: s["told_by_tool"] for s in server.json("GET", at)[1]["shares"]},
              {"orion": False, "vega": True, "council": False})
    tap.check("its brief stands in the thread, for it", any(c["audience"]["organisations"] == ["council", "us"] and BRIEF["what"] in c["body"] and not c["where"]
              for c in server.json("GET", f"{at}/comments")[1]["items"]))
    status, made = say(server, number, ["council", "us"], "Please open the gate.")
    tap.check("a comment may name it, and goes nowhere", status == 201 and made["where"] == [] and made["audience"]["organisations"] == ["council", "us"], made)
    tap.equal("nothing is on its way to it", queue(server, incident=number, supplier="council", state="all"), [])
    tap.check("it is found by the incidents that it takes part in", number in [i["number"] for i in server.json("GET", "/v1/incidents?supplier=council")[1]["items"]])
    tap.equal("taken back", json.loads(server.call("DELETE", f"{at}/shares/council", {})[2])["role"], "none")
    server.json("PATCH", at, {"status": "closed"})
    tap.check("a closed one is not shared: 409", is_problem(server.call("POST", f"{at}/shares", {
        "supplier": "south", "role": "shadow", "brief": BRIEF}), 409))
    return number


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
              [(d["supplier"], d["op"], d["state"], d["reason"]["text"]) for d in server.json("GET", f"/v1/incidents/{number}")[1]["deliveries"]],
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


def check_opened(tap, server):
    said = {"title": "No uplink at site 7", "impact": 1, "urgency": 2, "site": "Site 7", "requester": "Ana",
            "needed_before": "2026-11-22T12:00:00Z", "id": "7D4CF5D2-3b1f-4c53-9f4b-3a8d7c2f6e10"}
    status, whole = server.json("POST", "/v1/incidents", said)
    number = whole["number"]
    tap.equal("a person opens an incident without a ticket, and we hold the ball",
              (status, {k: {m: v for m, v in whole[k].items() if m != "ref"} if k == "requester" else whole[k] for k in ("id", "title", "status", "impact", "urgency", "priority", "site", "needed_before", "requester",
                                              "holder", "holder_accepted", "tickets", "shares")}),
              (201, {"id": said["id"].lower(), "title": said["title"], "status": "new", "impact": 1, "urgency": 2, "priority": 0,
                     "site": "Site 7", "needed_before": "2026-11-22T12:00:00.000Z", "requester": {"organisation": "us", "kind": "person", "name": "Ana"}, "holder": "us",
                     "holder_accepted": True, "tickets": [], "shares": []}))
    status, again = server.json("POST", "/v1/incidents", said)
    tap.equal("the same again: the same incident", (status, again["number"], again["title"]), (200, number, said["title"]))
    status, problem = server.json("POST", "/v1/incidents", {**said, "title": "Something else"})
    tap.check("the same id with other words: refused, with its number", status == 409 and number in problem["detail"], problem)
    tap.check("without an id: another one", server.json("POST", "/v1/incidents", {"title": "Another"})[1]["number"] != number)
    tap.check("the list by holder has it", number in [i["number"] for i in server.json("GET", "/v1/incidents?holder=us&limit=200")[1]["items"]])
    server.json("POST", f"/v1/incidents/{number}/shares", {"supplier": "vega", "role": "escalated", "brief": {"what": "Look."}})
    made = queue(server, incident=number)
    tap.check("a share makes a ticket from it", [d["op"] for d in made] == ["create_ticket"] and
              (lambda d: d["title"] == said["title"] and "Site: Site 7" in d["text"] and "2026-11-22 12:00 UTC" in d["text"]
               and "Ana" not in json.dumps(d))(server.json("GET", f"/v1/deliveries/{made[0]['id']}")[1]), made)
    ticket_of(server, "vega", number, "V-op")
    status, whole = server.json("PATCH", f"/v1/incidents/{number}", {"title": "No uplink", "service": "Network", "needed_before": None, "site": ""})
    tap.equal("it is described anew, what is not named stays", (status, whole["title"], whole["service"], whole["impact"], "site" in whole,
                                                               "needed_before" in whole), (200, "No uplink", "Network", 1, False, False))
    kinds = [i["type"].split(".", 2)[2][:-3] for i in server.json("GET", f"/v1/incidents/{number}/history?limit=200")[1]["items"]]
    tap.check("it is in the history", kinds[:2] == ["incident.opened", "incident.described"] and kinds.count("incident.described") == 2, kinds)


# ---- who asks to join

def asked(server, incident, asking, supplier="orion", seq=[900000]):
    """The null connector names no incident: the row stands for the event."""
    seq[0] += 1
    change(server, "INSERT INTO join_request (id, incident, asking, supplier, ticket, cause, state, made_ms, decided_ms, reason) VALUES "
                   "(?, ?, ?, ?, 'T-1', 'number', 'open', 1000, 0, '')", seq[0], int(incident[4:]), int(asking[4:]), supplier)
    return seq[0]


def check_joins(tap, server):
    one, other, third = (opened(server, f"join{i}") for i in range(3))
    refused, accepted = asked(server, one, third), asked(server, one, other)
    _, page = server.json("GET", "/v1/joins?supplier=orion&limit=1")
    tap.equal("join requests, newest first, in pages", ([j["id"] for j in page["items"]], page["next"]), ([accepted], str(accepted)))
    _, page = server.json("GET", f"/v1/joins?cursor={accepted}")
    tap.equal("and on", [j["id"] for j in page["items"]], [refused])
    tap.equal("one", server.json("GET", f"/v1/joins/{refused}")[1], {"id": refused, "incident": one, "supplier": "orion", "cause": "number",
              "asking": third, "ticket": "T-1", "state": "open", "since": "1970-01-01T00:00:01.000Z"})
    status, got = server.json("POST", f"/v1/joins/{refused}/refuse", {"reason": "Another site"})
    tap.equal("refused, and why", (status, got["state"], got["reason"], "decided" in got), (200, "refused", "Another site", True))
    status, got = server.json("POST", f"/v1/joins/{accepted}/accept")
    tap.equal("accepted", (status, got["state"], got["incident"], got["asking"]), (200, "accepted", one, one))
    tap.equal("the two are one", server.json("GET", f"/v1/incidents/{other}")[1]["number"], one)
    tap.check("an accepted one is not refused any more: 409", is_problem(server.call("POST", f"/v1/joins/{accepted}/refuse"), 409))
    tap.check("of none: 404", is_problem(server.call("POST", "/v1/joins/77/accept"), 404) and is_problem(server.call("GET", "/v1/joins/77"), 404))
    tap.equal("all of them", [len(server.json("GET", f"/v1/joins?state={s}")[1]["items"]) for s in ("open", "refused", "accepted", "all")],
              [0, 1, 1, 2])
    bad = [server.call("GET", f"/v1/joins?{q}") for q in ("state=funny", "cursor=x")]
    tap.check("filters that do not exist: 400", all(is_problem(b, 400) for b in bad), bad)
    change(server, "DELETE FROM join_request")


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
    tap.check("what may have been done says to look first", "look" in one["next"]["text"] and one["text"] == "queue 1" and
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
    change(server, "INSERT INTO copy (supplier, ticket, external_id, comment, learned, gone) VALUES ('vega', 'V-dr', '1', ?, 0, 0)", comment["id"])
    tap.equal("brought after all", mine(), [])


# ---- suppliers

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
                   (last + 1, json.dumps({"supplier": "vega", "from": "healthy", "to": "refused", "why": {"code": "http.status", "params": {"status": 401}, "text": "HTTP 401"}})))
    db.close()
    stream = live.Stream(server, "?after=0&supplier=vega")  # far behind: it reads the store, which alone knows of that row
    got = next(([event] for event in iter(lambda: stream.events(1)[0], None) if event[0] > last), None)
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
        check_dry_run(tap, server)
        check_edits(tap, server)
        check_where(tap, server)
        check_undo(tap, server)
        check_acts(tap, server)
        check_status(tap, server)
        check_opened(tap, server)
        check_joins(tap, server)
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
