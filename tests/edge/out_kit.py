# SPDX-License-Identifier: Apache-2.0
"""What the checks of the way out share: incidents that are opened, shared and spoken of, the queue, and the store beside the server,
where a link would have told what it brought."""
import os
import sqlite3

BRIEF = {"what": "No uplink at site 7", "effect": "60 people", "tried": "restarted", "wanted": "check the port",
         "needed_before": "2027-01-01T00:00:00Z"}


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
    """audience: words, a list of names, or the whole shape."""
    audience = ",".join(audience) if isinstance(audience, list) else audience
    return server.json("POST", f"/v1/incidents/{number}/comments", {"body": body, "audience": audience, **more})


def queue(server, **arguments):
    query = "&".join(f"{k}={v}" for k, v in {"limit": 200, **arguments}.items())
    return server.json("GET", f"/v1/deliveries?{query}")[1]["items"]


def ticket_of(server, supplier, number, name):
    """Its tool made the ticket that the share asked for."""
    row = next(d for d in queue(server, supplier=supplier, incident=number) if d["op"] == "create_ticket")
    change(server, "UPDATE delivery SET state = 'done', head = 0 WHERE id = ?", row["id"])
    body = {"supplier": supplier, "delivery_id": f"made-{name}", "body": {"id": name, "title": "copy", "status": "open", "number": number}}
    server.json("POST", "/v1/arrivals", body)
    joined = server.json("GET", f"/v1/incidents/{supplier}:{name}")[1]["number"]
    if joined != number:
        raise AssertionError(f"{supplier}:{name} opened {joined} and did not join {number}")
