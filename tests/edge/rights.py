# SPDX-License-Identifier: Apache-2.0
"""Who may do what: each route of schemas/openapi.yaml, by each role, about what is their own, shared with them, was shared once, and never was.

ROWS is the table. A route without a row fails. Each row has four columns: our desk (technician, service_owner), admin and system, auditor,
the roles of others. A column is one word for all states, or four words: own, shared, shared earlier, never shared. The words:

  200   so it is answered
  +     it may: anything but 401, 403 and 5xx; the answer depends on what was done before
  403   the verb is missing
  404   not for them: the same bytes as for what does not exist
  gone  404: they know that it is there, and this view of it is not for organisations

A view that learns to serve organisations moves its row: change the last column."""
import os
import re

import kit
from kit import TOP, Server, ended_clean
from openapi import Api
from out_kit import change, say

STATES = ("own", "shared", "earlier", "never")
COLUMNS = {"technician": 0, "service_owner": 0, "admin": 1, "system": 1, "auditor": 2, "supplier_technician": 3, "supplier_admin": 3,
           "supplier_system": 3}
ANYBODY = ("POST /hooks/{supplier}", "POST /hooks/{supplier}/{secret}", "GET /healthz", "GET /readyz")
SEEN = "200 200 404 404"
ROWS = {
    "POST /v1/arrivals": ("403", "+", "403", "403"),
    "GET /v1/incidents": ("200", "200", "200", "200"),
    "POST /v1/incidents": ("+", "+", "403", "403"),
    "GET /v1/incidents/{word}": ("200", "200", "200", SEEN),
    "PATCH /v1/incidents/{word}": ("+", "+", "403", "403 403 404 404"),
    "GET /v1/incidents/{word}/history": ("200", "200", "200", SEEN),
    "GET /v1/incidents/{word}/comments": ("200", "200", "200", SEEN),
    "POST /v1/incidents/{word}/comments": ("+", "+", "403", "+ + 404 404"),
    "PATCH /v1/incidents/{word}/comments/{comment}": ("+", "+", "403", "404"),  # the comment is ours
    "DELETE /v1/incidents/{word}/comments/{comment}": ("+", "+", "403", "404"),
    "POST /v1/incidents/{word}/comments/{comment}/widen": ("+", "+", "403", "404"),
    "POST /v1/incidents/{word}/comments/{comment}/undo": ("+", "+", "403", "404"),
    "POST /v1/incidents/{word}/comments/{comment}/publish": ("+", "+", "403", "404"),
    "POST /v1/incidents/{word}/comments/{comment}/pin": ("+", "+", "403", "404"),
    "DELETE /v1/incidents/{word}/comments/{comment}/pin": ("+", "+", "403", "404"),
    "GET /v1/incidents/{word}/comments/{comment}/history": ("+", "+", "+", "404"),
    "POST /v1/incidents/{word}/shares": ("+", "+", "403", "403 403 404 404"),
    "DELETE /v1/incidents/{word}/shares/{supplier}": ("+", "+", "403", "403 403 404 404"),
    "GET /v1/deliveries": ("200", "200", "200", "200"),
    "GET /v1/deliveries/{id}": ("200", "200", "200", "404"),
    "POST /v1/deliveries/repair": ("+", "+", "403", "403"),
    "POST /v1/deliveries/{id}/retry": ("+", "+", "403", "403"),
    "POST /v1/deliveries/{id}/edit": ("+", "+", "403", "403"),
    "POST /v1/deliveries/{id}/ignore": ("+", "+", "403", "403"),
    "GET /v1/joins": ("200", "200", "200", "404"),
    "GET /v1/joins/{id}": ("200", "200", "200", "404"),
    "POST /v1/joins/{id}/accept": ("+", "+", "403", "403"),
    "POST /v1/joins/{id}/refuse": ("+", "+", "403", "403"),
    "GET /v1/live": ("200", "200", "200", "200"),
    "GET /v1/suppliers": ("200", "200", "200", "gone"),
    "GET /v1/suppliers/{supplier}": ("200", "200", "200", "gone 404 404 404"),
    "POST /v1/suppliers/{supplier}/backfill": ("+", "+", "403", "403"),
    "DELETE /v1/suppliers/{supplier}/backfill": ("+", "+", "403", "403"),
    "POST /v1/suppliers/{supplier}/poll": ("+", "+", "403", "403"),
    "GET /v1/suppliers/{supplier}/maps": ("200", "200", "200", "gone 404 404 404"),
    "POST /v1/suppliers/{supplier}/maps": ("+", "+", "403", "403"),
    "POST /v1/suppliers/{supplier}/maps/try": ("+", "+", "403", "403"),
    "POST /v1/suppliers/{supplier}/maps/{version}/activate": ("+", "+", "403", "403"),
    "GET /v1/drift": ("200", "200", "200", "404"),
    "GET /v1/deadletters": ("200", "200", "200", "404"),
    "POST /v1/deadletters/replay": ("+", "+", "403", "403"),
    "GET /v1/deadletters/{id}": ("200", "200", "200", "404"),
    "GET /v1/deadletters/{id}/raw": ("200", "200", "200", "404"),
    "POST /v1/deadletters/{id}/replay": ("+", "+", "403", "403"),
    "POST /v1/deadletters/{id}/ignore": ("+", "+", "403", "403"),
    "GET /v1/tokens": ("403", "200", "403", "403"),
    "POST /v1/tokens": ("403", "+", "403", "403"),
    "DELETE /v1/tokens/{name}": ("403", "+", "403", "403"),
    "GET /v1/users": ("200", "200", "200", "200"),
    "POST /v1/users": ("403", "+", "403", {"supplier_admin": "+", "": "403"}),
    "GET /v1/users/{ref}": ("200", "200", "200", SEEN),
    "PATCH /v1/users/{ref}": ("403", "+", "403", {"supplier_system": "403 403 404 404", "": "+ 403 404 404"}),
    "GET /v1/organisations": ("200", "200", "200", "200"),
    "GET /v1/organisations/{name}": ("200", "200", "200", SEEN),
    "GET /v1/audit": ("403", "200", "200", "403"),
    "GET /v1/audit/verify": ("403", "200", "200", "403"),
    "GET /metrics": ("200", "200", "200", "403"),
}
FUTURE = "2999-01-01T00:00:00Z"
# What each write says. Those that would end what others are asked about say something that is refused for its content, after it was let in.
BODIES = {
    "POST /v1/arrivals": {"supplier": "telnord", "delivery_id": "rights", "body": {"id": "90"}},
    "POST /v1/incidents": {"title": "Rights"},
    "PATCH /v1/incidents/{word}": {"site": "Site 7"},
    "POST /v1/incidents/{word}/comments": {"body": "words", "audience": "internal"},
    "PATCH /v1/incidents/{word}/comments/{comment}": {"body": "other words"},
    "POST /v1/incidents/{word}/comments/{comment}/widen": {"audience": "internal", "readers": []},
    "POST /v1/incidents/{word}/shares": {"supplier": "nobody", "role": "shadow"},
    "DELETE /v1/incidents/{word}/shares/{supplier}": {"reason": 7},
    "POST /v1/deliveries/repair": {"supplier": "nobody"},
    "POST /v1/deliveries/{id}/edit": {"text": "words"},
    "POST /v1/joins/{id}/refuse": {},
    "POST /v1/suppliers/{supplier}/backfill": {"since": FUTURE},
    "POST /v1/suppliers/{supplier}/poll": {"since": FUTURE},
    "POST /v1/suppliers/{supplier}/maps": {},
    "POST /v1/suppliers/{supplier}/maps/try": {},
    "POST /v1/deadletters/replay": {"supplier": "nobody"},
    "POST /v1/tokens": {"name": "."},
    "POST /v1/users": {"name": "Nobody", "role": "system"},
    "PATCH /v1/users/{ref}": {"name": "Other"},
}
ABSENT = {"word": "ENT-999999", "comment": "00000000-0000-4000-8000-000000000000", "ref": "00000000-0000-4000-8000-000000000000"}


class World:
    """vega's people ask. council shares an incident with them, south did once, telnord never."""

    def __init__(self, server):
        self.server = server
        self.tokens, self.refs = {"system": server.token}, {}
        for role, of in (("technician", "us"), ("service_owner", "us"), ("admin", "us"), ("auditor", "us"), ("supplier_technician", "vega"),
                         ("supplier_admin", "vega"), ("supplier_technician", "council"), ("supplier_technician", "south"), ("supplier_technician", "telnord")):
            ref = self.made("POST", "/v1/users", {"name": f"{role} of {of}", "role": role, "organisation": of})["ref"]
            if of in ("us", "vega"):
                self.tokens[role] = self.made("POST", "/v1/tokens", {"name": role, "account": ref})["token"]
            self.refs.setdefault(of, ref)
        change(server, "UPDATE account SET state = 'active'")
        self.tokens["supplier_system"] = self.made("POST", "/v1/tokens", {"name": "tool", "organisation": "vega"})["token"]
        kit.OTHERS.update(token for role, token in self.tokens.items() if role.startswith("supplier_"))
        self.incidents()
        self.things()

    def made(self, method, path, body=None):
        status, json = self.server.json(method, path, body)
        if status not in (200, 201, 202):
            raise AssertionError(f"{method} {path}: {status} {json}")
        return json

    def shared(self, number, *names):
        for name in names:
            self.made("POST", f"/v1/incidents/{number}/shares", {"supplier": name, "role": "shadow", "brief": {"what": "words"}})

    def incidents(self):
        server = self.server
        server.hook({"id": "1", "title": "theirs", "status": "open"}, "r-1", supplier="vega")
        server.hook({"id": "2", "title": "telnord's", "status": "open"}, "r-2", supplier="telnord")
        number = {"own": self.made("GET", "/v1/incidents/vega:1")["number"], "never": self.made("GET", "/v1/incidents/telnord:2")["number"]}
        for state in ("shared", "earlier"):
            number[state] = self.made("POST", "/v1/incidents", {"title": state})["number"]
        self.shared(number["shared"], "vega", "council")
        self.shared(number["earlier"], "vega", "south")
        self.shared(number["never"], "south")
        self.made("DELETE", f"/v1/incidents/{number['earlier']}/shares/vega", {})
        self.number = number
        self.comment = {state: say(server, n, "internal", "ours alone")[1]["id"] for state, n in number.items()}
        say(server, number["own"], ["us", "vega"], "for vega")
        server.hook(b"broken", "r-3", supplier="vega")
        server.hook(b"broken", "r-4", supplier="telnord")

    def things(self):
        """One of each kind in each state: (own, shared, earlier, never)."""
        rows = self.made("GET", "/v1/deliveries?state=all&limit=200")["items"]
        of = {(d["supplier"], d["incident"]["number"] if isinstance(d["incident"], dict) else d["incident"]): str(d["id"]) for d in rows}
        letters = {d["supplier"]: str(d["id"]) for d in self.made("GET", "/v1/deadletters")["items"]}
        delivery = [of["vega", self.number["own"]], of["vega", self.number["shared"]], of["vega", self.number["earlier"]], of["south", self.number["never"]]]
        change(self.server, "INSERT INTO join_request (id, incident, asking, supplier, ticket, cause, state, made_ms, decided_ms, reason) "
                            "VALUES (7, ?, 0, 'vega', '', 'hand_over', 'open', 1, 0, '')", int(self.number["never"][4:]))
        self.values = {
            "word": [self.number[s] for s in STATES], "comment": [self.comment[s] for s in STATES],
            "deliveries": delivery, "joins": ["7"] * 4, "deadletters": [letters["vega"]] + [letters["telnord"]] * 3,
            "supplier": ["vega", "south", "west", "telnord"], "version": ["1"] * 4, "secret": ["none"] * 4,
            "ref": [self.refs[name] for name in ("vega", "council", "south", "telnord")], "name": ["vega", "council", "south", "telnord"]}

    def fill(self, path, i, absent=None):
        """The path with what it names in one state. absent: the parameter in whose place stands what nobody has."""
        def value(match):
            kind = match[1] if match[1] != "id" else path.split("/")[2]
            real = self.values[kind][i]
            return real if match[1] != absent else ABSENT.get(kind) or ("9" * len(real) if real.isdigit() else "z" * len(real))
        return re.sub(r"\{(\w+)\}", value, path)


def ask(server, method, path, body, token):
    """(status, headers that tell, body); of a live stream the status alone."""
    status, headers, text = server.call(method, path, body, {"If-Match": "*"}, token=token) if path != "/v1/live" else live(server, token)
    return status, {k: v for k, v in headers.items() if k != "Date"}, text


def live(server, token):
    with server.connect() as sock:
        line = f"Authorization: Bearer {token}\r\n" if token else ""
        sock.sendall(f"GET /v1/live HTTP/1.1\r\nHost: x\r\n{line}\r\n".encode())
        return int(sock.recv(12).split()[1]), {}, b""


def wanted(row, role, i):
    words = row[COLUMNS[role]]
    if isinstance(words, dict):
        words = words.get(role, words[""])
    words = words.split()
    return words[i] if len(words) > 1 else words[0]


def wrong(want, status):
    """Why the status is not the wanted one; None: it is."""
    if want == "+":
        return f"{status}, and it may" if status in (401, 403) or status >= 500 else None
    return None if status == int(want.replace("gone", "404")) else f"{status} in place of {want}"


def same_as_absent(world, cell, got, token):
    """What one may not see is answered as what does not exist: the name that was asked for apart. Where the first thing that the path
    names is seen, it is the last one."""
    method, path, i = cell
    names = re.findall(r"\{(\w+)\}", path)
    real, absent = world.fill(path, i), world.fill(path, i, absent=names[-1] if i < 2 else names[0])
    other = ask(world.server, method, absent, BODIES.get(f"{method} {path}"), token)

    def plain(answer, target):
        text = answer[2].decode()
        for one in [target, *target.strip("/").split("/")]:
            text = re.sub(rf"(?<![\w-]){re.escape(one)}(?![\w-])", "", text)
        return answer[0], {k: v for k, v in answer[1].items() if k != "Content-Length"}, text
    return None if plain(got, real) == plain(other, absent) else f"404 of another kind: {got[2]!r}, of what does not exist {other[2]!r}"


def cells(api):
    for method, path, _, _ in api.operations():
        if f"{method} {path}" in ROWS:
            for i in range(len(STATES)) if "{" in path else (0,):
                yield method, path, i


def run(tap):
    api = Api(os.path.join(TOP, "schemas", "openapi.yaml"))
    routes = [f"{m} {p}" for m, p, _, _ in api.operations()]
    tap.equal("each route has a row, and each row is a route", sorted(routes), sorted([*ROWS, *ANYBODY]))
    tap.equal("the table names each role of the document", sorted(COLUMNS), sorted(api.document["x-roles"]))
    server = Server()
    try:
        world = World(server)
        check_own_words(tap, world)
        found, n = [], 0
        # Whoever may least comes first: nothing has changed yet for them.
        for role in (None, "supplier_technician", "supplier_system", "supplier_admin", "auditor", "technician", "service_owner", "admin", "system"):
            token = world.tokens[role] if role else False
            for method, path, i in cells(api):
                want = wanted(ROWS[f"{method} {path}"], role, i) if role else "401"
                got = ask(server, method, world.fill(path, i), BODIES.get(f"{method} {path}"), token)
                why = wrong(want, got[0])
                if not why and want == "404" and path.count("{"):
                    why = same_as_absent(world, (method, path, i), got, token)
                found += [f"{role} {method} {path} {STATES[i]}: {why}"] if why else []
                n += 1
        tap.check(f"{n} cells: each is answered as the table says", n > 1000 and not found, "\n".join(found[:20]))
    finally:
        ended_clean(tap, server)


def check_own_words(tap, world):
    """A person of a supplier changes what the own organisation wrote, and nothing else; who wrote it is who the token names."""
    server, number = world.server, world.number["shared"]
    status, said = server.json("POST", f"/v1/incidents/{number}/comments", {"body": "of vega", "audience": "us,vega"}, token=world.tokens["supplier_technician"])
    tap.equal("a person of a supplier writes", status, 201)
    tap.equal("as themselves", (said["author"]["ref"], said["author"]["organisation"]), (world.refs["vega"], "vega"))
    path = f"/v1/incidents/{number}/comments/{said['id']}"
    tap.equal("and changes it", server.json("PATCH", path, {"body": "of vega, mended"}, {"If-Match": "*"}, token=world.tokens["supplier_technician"])[0], 200)
    tap.equal("our people do not", server.json("PATCH", path, {"body": "not theirs"}, {"If-Match": "*"}, token=world.tokens["technician"])[0], 404)
    others = server.json("GET", "/v1/users", token=world.tokens["supplier_technician"])[1]["items"]
    tap.equal("they see their own people whole, and of those who share an incident the name",
              sorted((u["organisation"], "mail" in u) for u in others),
              sorted([("vega", True)] * 2 + [("council", False)] + [("us", False)] * 4))
