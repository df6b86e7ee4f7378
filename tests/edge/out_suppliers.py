# SPDX-License-Identifier: Apache-2.0
"""/v1 of suppliers on the way out: their state, back-fill, poll and maps. Called by out.py, in its order."""
import re
import shutil
import subprocess

from kit import is_problem, wait_for
from out_kit import change, queue, store


def plain(text):
    """A sentence of which only the text is known."""
    return {"code": "connector.said", "params": {"said": text}, "text": text}


def check_suppliers(tap, server):
    answer = server.json("GET", "/v1/suppliers")[1]
    items = {s["name"]: s for s in answer["items"]}
    tap.equal("organisations: ours first, those without a tool last", [(o["name"], o["ours"], o["tools"]) for o in (answer["organisations"][0], answer["organisations"][-1])],
              [("us", True, []), ("council", False, [])])
    vega = server.json("GET", "/v1/suppliers/vega")[1]
    same = ("policy", "can", "cannot", "link", "deliveries", "state", "map_version", "cursors")
    tap.equal("one supplier is as the list has it", {k: vega[k] for k in same}, {k: items["vega"][k] for k in same})
    tap.check("what it can and cannot", vega["can"] == ["create_ticket", "update_ticket", "add_comment", "poll"] and
              vega["cannot"] == [{"code": "cannot.test", "params": {}, "text": "An attachment cannot be brought."}] and items["telnord"]["can"] == [] and
              items["telnord"]["link"] is None and vega["link"]["url"] == "https://tool.example", vega)
    tap.equal("whose word counts", vega["policy"], {"status": "holder", "priority": "holder", "impact": "holder", "urgency": "holder"})
    with store(server) as db:
        db.execute("INSERT INTO supplier_state (supplier, row_no, state, since_ms, why, next, quiet_since_ms, gap_ms, sequence) VALUES "
                   "('vega', 99, 'refused', 1700000000000, 'HTTP 401', 'look at its credential', 1700000001000, 0, 1) ON CONFLICT (supplier) "
                   "DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms, why = excluded.why, next = excluded.next, "
                   "quiet_since_ms = excluded.quiet_since_ms")
    db.close()
    vega = server.json("GET", "/v1/suppliers/vega")[1]
    tap.equal("its state, since when, why and what to do", [vega[k] for k in ("state", "since", "why", "next", "quiet_since")],
              ["refused", "2023-11-14T22:13:20.000Z", plain("HTTP 401"), plain("look at its credential"), "2023-11-14T22:13:21.000Z"])
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
    tap.equal("poll: a body that may be left out may be left out whole", server.call("POST", "/v1/suppliers/vega/poll")[0], 202)
    status, got = server.json("POST", "/v1/suppliers/vega/poll", {"from": "2026-02-01T00:00:00Z"})
    tap.check("poll from a time: durable when it is answered", status == 202 and [c["since"] for c in polls(got)] == ["2026-02-01T00:00:00.000Z"], got)
    change(server, "UPDATE cursor SET memo = 'm7', phase = 2, told_ms = 5000, note = 'its cursor was refused', note_ms = 6000 WHERE stream = 'poll'")
    change(server, "INSERT INTO aside (supplier, stream, ticket, key, reason, tries, since_ms, next_ms) VALUES "
                   "('vega', 'poll', '4711', 'V-4711', 'HTTP 500', 4, 1000, 2000)")
    got = server.json("GET", "/v1/suppliers/vega")[1]
    tap.equal("what was put aside, and what the poll noted, is shown", (got["aside"], got["n_aside"], [(c["told"], c["note"]) for c in polls(got)]),
              ([{"stream": "poll", "ticket": "4711", "key": "V-4711", "reason": plain("HTTP 500"), "tries": 4, "since": "1970-01-01T00:00:01.000Z",
                 "next": "1970-01-01T00:00:02.000Z"}], 1, [("1970-01-01T00:00:05.000Z", plain("its cursor was refused"))]))
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
              [server.json("POST", f"/v1/deadletters/{letter}/replay")[1][k] for k in ("status", "reason")],
              ["dead", {"code": "json.missing", "params": {"path": "id"}, "text": "id is missing"}])
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
