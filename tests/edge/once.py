# SPDX-License-Identifier: Apache-2.0
"""Each writing route of schemas/openapi.yaml, sent twice with one Idempotency-Key: it is answered as the first time, or refused with what to do."""
import json
import os
import re
import uuid

import rights
from kit import TOP, Binary, Server, ended_clean, is_problem
from openapi import Api

MAP = {"map": {"status": {"Busy": "in_progress"}}}
SAID = {  # where rights.BODIES says what is refused
    "POST /v1/tokens": {"name": "once"},
    "POST /v1/users": {"name": "Once", "role": "technician", "mail": "once@us.example"},
    "POST /v1/invitations": {"name": "Once", "mail": "guest@us.example", "role": "technician"},
    "POST /v1/deliveries/repair": {"cause": "unmapped"},
    "POST /v1/incidents/{word}/shares": {"supplier": "council", "role": "shadow", "brief": {"what": "words"}},
    "DELETE /v1/incidents/{word}/shares/{supplier}": {"reason": "words"},
    "POST /v1/incidents/{word}/links": {"other": "ENT-000002", "relation": "causes"},
    "POST /v1/suppliers/{supplier}/backfill": {"since": "2026-01-01T00:00:00Z"},
    "POST /v1/suppliers/{supplier}/poll": {},
    "POST /v1/suppliers/{supplier}/maps": MAP,
    "POST /v1/suppliers/{supplier}/maps/try": {**MAP, "tickets": []},
    "POST /v1/joins/{id}/refuse": {"reason": "words"},
    "POST /v1/users/{ref}/export": {},
    "POST /v1/deadletters/replay": {},
}
# Those that have no key, or whose answer tells what is there now.
OTHERWISE = ("POST /v1/arrivals", "POST /v1/deadletters/replay", "POST /v1/session/password", "POST /v1/suppliers/{supplier}/maps/try",
             "POST /v1/search/rebuild")
TOLD_ONCE = ("POST /v1/tokens", "POST /v1/invitations")


def keyless():
    """The routes of which the document says that they take no key."""
    paths = Api(os.path.join(TOP, "schemas/openapi.yaml")).document["paths"]
    return sorted(f"{method.upper()} {path}" for path, item in paths.items() for method, op in item.items() if isinstance(op, dict) and op.get("x-once") is False)


def writes():
    """DELETE goes last: others need what it takes away."""
    paths = Api(os.path.join(TOP, "schemas/openapi.yaml")).document["paths"]
    found = [(method.upper(), path) for path, item in paths.items() if path.startswith("/v1/") for method in item if method in ("post", "put", "patch", "delete")]
    return sorted(found, key=lambda one: (one[0] == "DELETE", one[1].endswith(("/ignore", "/refuse"))))


def check_route(tap, server, route, path, method):
    """The two answers' statuses."""
    key = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": "*"}
    body = SAID.get(route, rights.BODIES.get(route))
    first, second = (server.call(method, path, body, key) for _ in range(2))
    bad = [f"{got[0]} {got[2][:300]}" for got in (first, second) if got[0] >= 500]
    if route not in OTHERWISE and first[0] < 300:
        if route in TOLD_ONCE:
            bad += [] if is_problem(second, 409) else [f"{second[0]} {second[2][:300]}: no 409"]
        elif second[0] not in (200, 202, 204, first[0]) or (first[2] and json.loads(first[2]).keys() != json.loads(second[2]).keys()):
            bad.append(f"{first[0]} {first[2][:300]}, then {second[0]} {second[2][:300]}")
    tap.check(f"{route} twice with one key: {first[0]}, {second[0]}", not bad, bad)
    return first, second


def check_all(tap):
    server = Server()
    try:
        world, got = rights.World(server), {}
        for method, pattern in writes():
            route, path = f"{method} {pattern}", world.fill(pattern, 0) + rights.QUERIES.get(f"{method} {pattern}", "")
            if route == "DELETE /v1/tokens/{name}":
                path = "/v1/tokens/once"
            elif route.startswith("DELETE /v1/sessions"):
                path += "" if "{" in pattern else f"?user={world.refs['vega']}"
            got[route] = check_route(tap, server, route, path, method)
        tap.equal("the document says which take no key", keyless(), sorted(OTHERWISE))
        done = [route for route, (first, _) in got.items() if first[0] < 300]
        tap.check(f"{len(done)} of {len(got)} are done the first time", len(done) >= 35, sorted(set(got) - set(done)))
        for route, member in (("POST /v1/users", "ref"), ("POST /v1/suppliers/{supplier}/maps", "version"), ("POST /v1/deliveries/repair", "repaired")):
            first, second = (json.loads(answer[2])[member] for answer in got[route])
            tap.equal(f"{route} tells the same {member} again", second, first)
        check_acts(tap, server)
        tap.equal("the broker lives", server.call("GET", "/healthz")[0], 200)
    finally:
        ended_clean(tap, server)


SIGNING = {"session.begun", "session.refused", "user.password_changed", "user.invited"}  # by pages and links: see signin.py and inviting.py


def check_acts(tap, server):
    """Each word of the audit log, after each writing route did its work, and a few more that a route does by what it is told."""
    ana = server.json("POST", "/v1/users", {"name": "Ana", "role": "technician", "mail": "acts@us.example"})[1]["ref"]
    for change in ({"role": "service_owner"}, {"state": "disabled"}, {"state": "active"}, {"name": "Anna"}):
        server.call("PATCH", f"/v1/users/{ana}", change)
    server.call("POST", f"/v1/users/{ana}/erase", {})
    few = server.json("POST", "/v1/tokens", {"name": "acts", "verbs": ["read"]})[1]["token"]
    server.call("POST", "/v1/tokens", {"name": "no"}, token=few)
    number = server.json("POST", "/v1/incidents", {"title": "Acts"})[1]["number"]
    at = f"/v1/incidents/{number}"
    server.json("POST", f"{at}/shares", {"supplier": "council", "role": "shadow", "brief": {"what": "words"}})
    said = server.json("POST", f"{at}/comments", {"body": "wider", "audience": "internal"})[1]["id"]
    readers = server.json("POST", f"{at}/comments/{said}/widen?dry_run=true", {"audience": "council,us"})[1]["readers"]
    server.call("POST", f"{at}/comments/{said}/widen", {"audience": "council,us", "readers": [r["organisation"] if isinstance(r, dict) else r for r in readers]})
    server.call("DELETE", f"{at}/shares/council", {"reason": "x"})
    rights.change(server, "INSERT INTO join_request (id, incident, asking, supplier, ticket, cause, state, made_ms, decided_ms, reason) "
                          "VALUES (8, 1, 0, 'vega', '', 'hand_over', 'open', 1, 0, '')")
    server.call("POST", "/v1/joins/8/refuse", {"reason": "words"})
    (delivery,) = rights.change(server, "SELECT max(id) FROM delivery WHERE state = 'pending'")[0]
    rights.change(server, "UPDATE delivery SET state = 'parked' WHERE id = ?", delivery)
    server.call("POST", f"/v1/deliveries/{delivery}/retry")
    rights.change(server, "UPDATE dead_letter SET state = 'waiting', body = (SELECT body FROM raw JOIN inbox ON inbox.id = raw.inbox WHERE delivery_id = 'r-1')")
    server.call("POST", "/v1/deadletters/1/replay")
    with open(os.path.join(TOP, "broker/store/audit.h"), encoding="utf-8") as file:
        words = set(re.findall(r'X\(\w+, "([\w.]+)"\)', file.read()))
    found = {row for (row,) in rights.change(server, "SELECT DISTINCT act FROM audit")}
    tap.equal("each act that the audit log knows is in it, and no other", sorted(found - SIGNING), sorted(words - SIGNING))


def check_key(tap):
    """What a request is, and whose its key."""
    server = Server()
    try:
        a, b = (server.json("POST", "/v1/tokens", {"name": name})[1]["token"] for name in ("a", "b"))
        key = {"Idempotency-Key": "k"}
        made = [server.json("POST", "/v1/incidents", {"title": "Once"}, key, token=token) for token in (a, b, a)]
        tap.equal("each program has keys of its own", [status for status, _ in made], [201, 201, 200])
        tap.equal("and gets its own answer", (made[0][1]["id"] == made[2][1]["id"], made[0][1]["id"] == made[1][1]["id"]), (True, False))
        said = [server.json("POST", "/v1/tokens", {"name": f"of-{n}"}, key, token=token)[0] for n, token in enumerate((a, b))]
        tap.equal("also where people and rights are changed", said, [422, 422])
        at = f"/v1/incidents/{made[0][1]['number']}/comments"
        comment = server.json("POST", at, {"body": "words", "audience": "internal"})[1]
        edits = [server.json("PATCH", f"{at}/{comment['id']}", {"body": "other"}, {"Idempotency-Key": "e", "If-Match": match})[0] for match in ('"1"', '"2"')]
        tap.equal("another If-Match is another request", edits, [200, 422])
        ends = [server.call("DELETE", f"/v1/sessions?user={ref}", None, {"Idempotency-Key": "s"})[0] for ref in (people(server))]
        tap.equal("another query is another request", ends, [204, 422])
    finally:
        ended_clean(tap, server)


def check_person(tap):
    """What only people do: read, and their own settings."""
    server = Server()
    try:
        token = server.json("POST", "/v1/tokens", {"name": "ana", "account": people(server)[0]})[1]["token"]
        at = f"/v1/incidents/{server.json('POST', '/v1/incidents', {'title': 'Once'})[1]['number']}"
        comment = server.json("POST", f"{at}/comments", {"body": "words", "audience": "internal"})[1]["id"]
        for method, path, body in (("POST", f"{at}/read", {"comment": comment}), ("PATCH", "/v1/session", {"language": "fr"}),
                                   ("POST", f"{at}/mute", {}), ("POST", f"{at}/follow", {}), ("DELETE", f"{at}/follow", {}), ("POST", "/v1/inbox/read", {})):
            first, second = (server.json(method, path, body, {"Idempotency-Key": method + path}, token=token) for _ in range(2))
            tap.check(f"{method} {path} twice with one key: the same answer", first[0] == 200 and first == second, (first, second))
            other = server.json(method, path, {**body, "comment": "x"}, {"Idempotency-Key": method + path}, token=token)[0]
            tap.equal("a machine does neither", (other, server.json(method, path, body)[0]), (422, 403))
    finally:
        ended_clean(tap, server)


def people(server):
    return [server.json("POST", "/v1/users", {"name": name, "role": "technician"})[1]["ref"] for name in ("Ana", "Ben")]


def check_links(tap):
    """With a public address invitations are made."""
    house = Binary()
    try:
        key = {"Idempotency-Key": "i"}
        first, second = (house.call("POST", "/v1/invitations", SAID["POST /v1/invitations"], key) for _ in range(2))
        tap.check("an invitation's link is told once", first[0] == 201 and is_problem(second, 409), second)
        path = json.loads(first[2])["link"].split("/invitation/")[1]
        tap.equal("and it still works", house.call("GET", f"/invitation/{path}", token=False)[0], 200)
        ref = json.loads(first[2])["user"]
        house.call("PATCH", f"/v1/users/{ref}", {"state": "disabled"})
        got = house.call("POST", "/v1/invitations", SAID["POST /v1/invitations"], {"Idempotency-Key": "j"})
        tap.check("whose account is disabled is not invited", is_problem(got, 409) and b"disabled" in got[2], got)
    finally:
        ended_clean(tap, house)


def run(tap):
    check_all(tap)
    check_key(tap)
    check_links(tap)
    check_person(tap)
