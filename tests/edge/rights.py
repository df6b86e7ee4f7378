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
import hashlib
import json
import os
import re
import time

import kit
from kit import TOP, Server, ended_clean
from openapi import Api
from out_kit import change, say

STATES = ("own", "shared", "earlier", "never")
MADE_ANEW, MOMENT_S = {}, 10  # when a server was last told to make its index of words anew
COLUMNS = {"technician": 0, "service_owner": 0, "admin": 1, "system": 1, "auditor": 2, "supplier_technician": 3, "supplier_admin": 3,
           "supplier_system": 3}
ANYBODY = ("POST /hooks/{supplier}", "POST /hooks/{supplier}/{secret}", "GET /healthz", "GET /readyz",
          # pages: a cookie or an invitation is asked for inside, see signin.py
          "GET /", "GET /sign-in", "POST /sign-in", "GET /sign-in/{organisation}", "POST /sign-in/{organisation}", "GET /sign-in/{organisation}/provider",
          "GET /sign-in/{organisation}/answer", "GET /sign-out", "POST /sign-out", "GET /invitation/{secret}", "POST /invitation/{secret}")
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
    "PATCH /v1/incidents/{word}/comments/{comment}": ("409", "+", "403", "404"),  # ours: its author, or an administrator
    "DELETE /v1/incidents/{word}/comments/{comment}": ("409", "+", "403", "404"),
    "POST /v1/incidents/{word}/comments/{comment}/widen": ("403", "+", "403", "404"),  # its author, or an administrator
    "POST /v1/incidents/{word}/comments/{comment}/undo": ("409", "+", "403", "404"),
    "POST /v1/incidents/{word}/comments/{comment}/publish": ("409", "+", "403", "404"),
    "POST /v1/incidents/{word}/comments/{comment}/pin": ("+", "+", "403", "404"),
    "DELETE /v1/incidents/{word}/comments/{comment}/pin": ("+", "+", "403", "404"),
    "GET /v1/incidents/{word}/comments/{comment}/history": ("200", "200", "200", "404"),
    "GET /v1/incidents/{word}/comments/{comment}/receipts": ("200", "200", "200", "404"),
    "POST /v1/incidents/{word}/read": ("+", {"system": "403", "": "+"}, "+", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),
    "POST /v1/incidents/{word}/follow": ("+", {"system": "403", "": "+"}, "+", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),
    "DELETE /v1/incidents/{word}/follow": ("+", {"system": "403", "": "+"}, "+", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),
    "POST /v1/incidents/{word}/mute": ("+", {"system": "403", "": "+"}, "+", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),
    "GET /v1/drafts": ("200", {"system": "403", "": "200"}, "200", {"supplier_system": "403", "": "200"}),
    "GET /v1/incidents/{word}/drafts/{draft}": ("404", {"system": "403", "": "404"}, "404", {"supplier_system": "403", "": "404"}),  # another's
    "PUT /v1/incidents/{word}/drafts/{draft}": ("+", {"system": "403", "": "+"}, "403", {"supplier_system": "403", "": "404"}),
    "DELETE /v1/incidents/{word}/drafts/{draft}": ("404", {"system": "403", "": "404"}, "403", {"supplier_system": "403", "": "404"}),
    "POST /v1/incidents/{word}/drafts/{draft}/move": ("404", {"system": "403", "": "404"}, "403", {"supplier_system": "403", "": "404"}),
    "GET /v1/incidents/{word}/attachments": ("200", "200", "200", SEEN),
    "POST /v1/incidents/{word}/attachments": ("+", "+", "403", "+ + 404 404"),
    "GET /v1/incidents/{word}/attachments/{file}": ("200", "200", "200", "404"),  # of a comment of ours: see files.py
    "DELETE /v1/incidents/{word}/attachments/{file}": ("gone", "gone", "403", "404"),  # a comment carries it
    "GET /v1/incidents/{word}/acts": ("200", "200", "200", SEEN),
    "POST /v1/incidents/{word}/asks": ("+", "+", "403", "+ + 404 404"),
    "POST /v1/incidents/{word}/asks/{act}/answer": ("+", "+", "403", "404"),  # the act is ours
    "DELETE /v1/incidents/{word}/asks/{act}": ("+", "+", "403", "404"),
    "POST /v1/incidents/{word}/handovers": ("+", "+", "403", "403 403 404 404"),
    "POST /v1/incidents/{word}/handovers/{act}/accept": ("+", "+", "403", "404"),
    "POST /v1/incidents/{word}/handovers/{act}/decline": ("+", "+", "403", "404"),
    "DELETE /v1/incidents/{word}/handovers/{act}": ("+", "+", "403", "403 403 404 404"),
    "POST /v1/incidents/{word}/promises": ("+", "+", "403", "+ + 404 404"),
    "POST /v1/incidents/{word}/help": ("+", "+", "403", "+ + 404 404"),
    "POST /v1/incidents/{word}/help/{act}/offer": ("+", "+", "403", "404"),
    "DELETE /v1/incidents/{word}/help/{act}": ("+", "+", "403", "404"),
    "POST /v1/incidents/{word}/told": ("+", "+", "403", "gone gone 404 404"),
    "POST /v1/incidents/{word}/take": ("+", {"system": "403", "": "+"}, "403", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),  # a person
    "POST /v1/incidents/{word}/snooze": ("+", {"system": "403", "": "+"}, "403", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),  # a person
    "DELETE /v1/incidents/{word}/take": ("+", {"system": "403", "": "+"}, "403", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),  # a person
    "DELETE /v1/incidents/{word}/snooze": ("+", {"system": "403", "": "+"}, "403", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),  # a person
    "POST /v1/incidents/{word}/shares": ("+", "+", "403", "403 403 404 404"),
    "DELETE /v1/incidents/{word}/shares/{supplier}": ("+", "+", "403", "403 403 404 404"),
    "POST /v1/incidents/{word}/presence": ("+", {"system": "403", "": "+"}, "+", {"supplier_system": "403 403 404 404", "": "+ + 404 404"}),
    "GET /v1/inbox": ("200", {"system": "403", "": "200"}, "200", {"supplier_system": "403", "": "200"}),
    "POST /v1/inbox/read": ("+", {"system": "403", "": "+"}, "+", {"supplier_system": "403", "": "+"}),
    "POST /v1/incidents/{word}/merge": ("+", "+", "403", "403 403 404 404"),
    "POST /v1/incidents/{word}/split": ("+", "+", "403", "403 403 404 404"),
    "GET /v1/incidents/{word}/links": ("200", "200", "200", SEEN),
    "POST /v1/incidents/{word}/links": ("+", "+", "403", "403 403 404 404"),
    "DELETE /v1/incidents/{word}/links/{other}": ("+", "+", "403", "403 403 404 404"),
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
    "GET /v1/incidents/{word}/similar": ("200", "200", "200", SEEN),
    "GET /v1/work": ("200", "200", "200", "200"),
    "GET /v1/search": ("200", "200", "200", "200"),
    "GET /v1/search/similar": ("200", "200", "200", "200"),
    "POST /v1/search/rebuild": ("403", "+", "403", "403"),
    "GET /v1/live": ("200", "200", "200", "200"),
    "GET /v1/suppliers": ("200", "200", "200", "200"),
    "GET /v1/suppliers/{supplier}": ("200", "200", "200", "200 404 404 404"),
    "POST /v1/suppliers/{supplier}/backfill": ("+", "+", "403", "403"),
    "DELETE /v1/suppliers/{supplier}/backfill": ("+", "+", "403", "403"),
    "POST /v1/suppliers/{supplier}/poll": ("+", "+", "403", "403"),
    "GET /v1/suppliers/{supplier}/maps": ("200", "200", "200", "gone 404 404 404"),
    "POST /v1/suppliers/{supplier}/maps": ("+", "+", "403", "403"),
    "POST /v1/suppliers/{supplier}/maps/try": ("+", "+", "403", "403"),
    "POST /v1/suppliers/{supplier}/maps/{version}/activate": ("+", "+", "403", "403"),
    "GET /v1/drift": ("200", "200", "200", "404"),
    "GET /v1/deadletters": ("200", "200", "200", "200"),
    "POST /v1/deadletters/replay": ("+", "+", "403", "403"),
    "GET /v1/deadletters/{id}": ("200", "200", "200", "200 404 404 404"),
    "GET /v1/deadletters/{id}/raw": ("200", "200", "200", "200 404 404 404"),
    "POST /v1/deadletters/{id}/replay": ("+", "+", "403", "403"),
    "POST /v1/deadletters/{id}/ignore": ("+", "+", "403", "403"),
    "GET /v1/session": ("200", "200", "200", "200"),
    "PATCH /v1/session": ("+", {"system": "403", "": "+"}, "+", {"supplier_system": "403", "": "+"}),
    "POST /v1/session/password": ("+", "+", "+", "+"),
    "GET /v1/sessions": ("200", "200", "200", {"supplier_system": "404", "": "200"}),
    "DELETE /v1/sessions": ("+", "+", "+", {"supplier_system": "404", "": "+"}),
    "DELETE /v1/sessions/{id}": ("404", "+", "404", {"supplier_technician": "+ 404 404 404", "": "404"}),  # each is one person's
    "POST /v1/invitations": ("403", "+", "403", {"supplier_admin": "+", "": "403"}),
    "GET /v1/tokens": ("403", "200", "403", "403"),
    "POST /v1/tokens": ("403", "+", "403", "403"),
    "DELETE /v1/tokens/{name}": ("403", "+", "403", "403"),
    "GET /v1/users": ("200", "200", "200", "200"),
    "POST /v1/users": ("403", "+", "403", {"supplier_admin": "+", "": "403"}),
    "GET /v1/users/{ref}": ("200", "200", "200", SEEN),
    "PATCH /v1/users/{ref}": ("403", "+", "403", {"supplier_system": "403 403 404 404", "": "+ 403 404 404"}),
    "POST /v1/users/{ref}/export": ("403", "200", "403", {"supplier_technician": "200 403 403 403", "": "403"}),  # their own
    "POST /v1/users/{ref}/erase": ("403", "+", "403", "403"),
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
    "POST /v1/incidents/{word}/attachments": "words",
    "PATCH /v1/incidents/{word}/comments/{comment}": {"body": "other words"},
    "POST /v1/incidents/{word}/comments/{comment}/widen": {"audience": "us", "readers": ["us"]},
    "PUT /v1/incidents/{word}/drafts/{draft}": {"body": "words"},
    "POST /v1/incidents/{word}/drafts/{draft}/move": {"audience": "internal"},
    "POST /v1/incidents/{word}/asks": {"kind": "question", "to": "us", "body": "words"},
    "POST /v1/incidents/{word}/asks/{act}/answer": {"body": "words"},
    "POST /v1/incidents/{word}/handovers": {"to": "us", "body": "words"},
    "POST /v1/incidents/{word}/handovers/{act}/accept": {"body": "words"},
    "POST /v1/incidents/{word}/handovers/{act}/decline": {"body": "words"},
    "POST /v1/incidents/{word}/promises": {"at": FUTURE, "body": "words"},
    "POST /v1/incidents/{word}/help": {"body": "words", "audience": "us"},
    "POST /v1/incidents/{word}/help/{act}/offer": {"body": "words"},
    "POST /v1/incidents/{word}/told": {"body": "words"},
    "POST /v1/incidents/{word}/read": {"comment": 7},
    "POST /v1/incidents/{word}/snooze": {"until": FUTURE},
    "POST /v1/incidents/{word}/shares": {"supplier": "nobody", "role": "shadow"},
    "DELETE /v1/incidents/{word}/shares/{supplier}": {"reason": 7},
    "POST /v1/incidents/{word}/presence": {"state": "viewing"},
    "POST /v1/incidents/{word}/merge": {"other": "nobody"},
    "POST /v1/incidents/{word}/split": {"other": "nobody"},
    "POST /v1/incidents/{word}/links": {"other": "nobody", "relation": "related"},
    "POST /v1/deliveries/repair": {"supplier": "nobody"},
    "POST /v1/deliveries/{id}/edit": {"text": "words"},
    "POST /v1/joins/{id}/refuse": {},
    "POST /v1/suppliers/{supplier}/backfill": {"since": FUTURE},
    "POST /v1/suppliers/{supplier}/poll": {"since": FUTURE},
    "POST /v1/suppliers/{supplier}/maps": {},
    "POST /v1/suppliers/{supplier}/maps/try": {},
    "POST /v1/deadletters/replay": {"supplier": "nobody"},
    "PATCH /v1/session": {"time_zone": "UTC"},
    "POST /v1/session/password": {"current": "x", "new": "not a short one"},
    "POST /v1/invitations": {"name": "Nobody", "mail": "nobody@vega.example", "role": "system"},
    "POST /v1/tokens": {"name": "."},
    "POST /v1/users": {"name": "Nobody", "role": "system"},
    "POST /v1/users/{ref}/export": {"table": "account"},
    "POST /v1/users/{ref}/erase": {"also": ["x"]},  # refused for its content: others are asked about them
    "PATCH /v1/users/{ref}": {"name": "Other"},
}
QUERIES = {"POST /v1/incidents/{word}/attachments": "?name=words.txt", "GET /v1/search": "?q=words", "GET /v1/search/similar": "?title=words"}
ABSENT = {"word": "ENT-999999", "file": "00000000-0000-4000-8000-000000000000", "draft": "00000000-0000-4000-8000-000000000000", "act": "00000000-0000-4000-8000-000000000000", "comment": "00000000-0000-4000-8000-000000000000", "ref": "00000000-0000-4000-8000-000000000000"}


class World:
    """vega's people ask. council shares an incident with them, south did once, telnord never."""

    def __init__(self, server):
        self.server = server
        self.tokens, self.refs, self.person = {"system": server.token}, {}, {}
        for role, of in (("technician", "us"), ("service_owner", "us"), ("admin", "us"), ("auditor", "us"), ("supplier_technician", "vega"),
                         ("supplier_admin", "vega"), ("supplier_technician", "council"), ("supplier_technician", "south"), ("supplier_technician", "telnord")):
            ref = self.made("POST", "/v1/users", {"name": f"{role} of {of}", "role": role, "organisation": of})["ref"]
            if of in ("us", "vega"):
                self.tokens[role] = self.made("POST", "/v1/tokens", {"name": role, "account": ref})["token"]
                self.person[role] = ref
            self.refs.setdefault(of, ref)
        change(server, "UPDATE account SET state = 'active'")
        self.tokens["supplier_system"] = self.made("POST", "/v1/tokens", {"name": "tool", "organisation": "vega"})["token"]
        for role in COLUMNS:
            if role.startswith("supplier_"):
                kit.OTHERS.update(v for way in self.ways(role) for v in self.proof(role, way).values())
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

    def ways(self, role):
        """How somebody of this role proves it. A machine has no browser."""
        return ("none",) if role is None else ("token", "cookie") if role in self.person else ("token",)

    def proof(self, role, way):
        """The headers by which it is proved."""
        return {} if way == "none" else {"Authorization": "Bearer " + self.tokens[role]} if way == "token" else \
            {"Cookie": f"entente_session={role:-<43}", "Sec-Fetch-Site": "same-origin"}

    def sign_in(self, role):
        """The session stands, whatever was done to it before."""
        now = int(time.time() * 1000)
        change(self.server, "INSERT OR REPLACE INTO session (hash, id, account, made_ms, seen_ms, ends_ms, ended_ms, agent) "
                            "VALUES (?, ?, ?, ?, ?, ?, 0, '')", hashlib.sha256(f"{role:-<43}".encode()).digest(),
               f"22222222-2222-4222-8222-{list(self.person).index(role):012}", self.person[role], now, now, 1 << 50)

    def incidents(self):
        server = self.server
        server.hook({"id": "1", "title": "theirs", "status": "open"}, "r-1", supplier="vega")
        server.hook({"id": "2", "title": "telnord's", "status": "open"}, "r-2", supplier="telnord")
        number = {"own": self.made("GET", "/v1/incidents/vega:1")["number"], "never": self.made("GET", "/v1/incidents/telnord:2")["number"]}
        for state in ("shared", "earlier"):
            number[state] = self.made("POST", "/v1/incidents", {"title": state})["number"]
        self.shared(number["shared"], "vega", "council", "south")
        self.shared(number["earlier"], "vega", "south")
        self.shared(number["never"], "south")
        self.made("DELETE", f"/v1/incidents/{number['earlier']}/shares/vega", {})
        self.made("DELETE", f"/v1/incidents/{number['shared']}/shares/south", {})
        self.number = number
        self.file = {state: self.made("POST", f"/v1/incidents/{n}/attachments?name=ours.txt", "ours alone")["id"] for state, n in number.items()}
        self.comment = {state: say(server, n, "internal", "ours alone", attachments=[self.file[state]])[1]["id"] for state, n in number.items()}
        self.act = {state: self.made("POST", f"/v1/incidents/{n}/help", {"body": f"help with {state}", "audience": "internal"})["id"] for state, n in number.items()}
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
            "word": [self.number[s] for s in STATES], "draft": [self.draft(i) for i in range(4)], "comment": [self.comment[s] for s in STATES], "act": [self.act[s] for s in STATES], "file": [self.file[s] for s in STATES],
            "sessions": [self.session(i, self.refs[name]) for i, name in enumerate(("vega", "council", "south", "telnord"))],
            "deliveries": delivery, "joins": ["7"] * 4, "deadletters": [letters["vega"]] + [letters["telnord"]] * 3,
            "other": [self.number["never"]] * 4, "supplier": ["vega", "south", "west", "telnord"], "version": ["1"] * 4, "secret": ["none"] * 4,
            "ref": [self.refs[name] for name in ("vega", "council", "south", "telnord")], "name": ["vega", "council", "south", "telnord"]}

    def draft(self, i):
        """Of somebody who is nobody here."""
        name = f"33333333-3333-4333-8333-33333333333{i}"
        change(self.server, "INSERT INTO draft (account, id, incident, organisations, everyone, requester, reply_to, text, format, version, changed_ms) "
                            "VALUES (?, ?, ?, 'us', 0, 0, '', 'unsent', 'text', 1, 1)", self.refs["council"], name, int(self.number[STATES[i]][4:]))
        return name

    def session(self, i, ref):
        """A browser in which that person is signed in."""
        name = f"11111111-1111-4111-8111-11111111111{i}"
        change(self.server, "INSERT INTO session (hash, id, account, made_ms, seen_ms, ends_ms, ended_ms, agent) VALUES (?, ?, ?, 1, 1, ?, 0, '')",
               bytes([i]) * 32, name, ref, 1 << 50)
        return name

    def fill(self, path, i, absent=None):
        """The path with what it names in one state. absent: the parameter in whose place stands what nobody has."""
        def value(match):
            kind = match[1] if match[1] != "id" else path.split("/")[2]
            real = self.values[kind][i]
            return real if match[1] != absent else ABSENT.get(kind) or ("9" * len(real) if real.isdigit() else "z" * len(real))
        return re.sub(r"\{(\w+)\}", value, path)


def ask(server, method, path, body, proof):
    """(status, headers that tell, body); of a live stream the status alone."""
    send = proof if method in ("GET", "POST") else {"If-Match": '"1"', **proof}  # the version that was read, where a person has to say one
    if isinstance(body, str):  # a file
        send = {"Content-Type": "application/octet-stream", **send}
    status, headers, text = server.call(method, path, body, send, token=False) if path != "/v1/live" else live(server, proof)
    if (path, status) == ("/v1/search/rebuild", 202):
        MADE_ANEW[server] = time.monotonic()
    elif status == 503 and ("/search" in path or path.endswith("/similar")) and time.monotonic() - MADE_ANEW.get(server, -MOMENT_S) < MOMENT_S:
        kit.wait_for(lambda: server.call("GET", "/v1/search?q=words")[0] == 200, 20)  # there is no index for a moment after that
        status, headers, text = server.call(method, path, body, send, token=False)
    return status, {k: v for k, v in headers.items() if k != "Date"}, text


def live(server, proof):
    with server.connect() as sock:
        lines = "".join(f"{name}: {value}\r\n" for name, value in proof.items())
        sock.sendall(f"GET /v1/live HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
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


def same_as_absent(world, cell, got, proof):
    """What one may not see is answered as what does not exist: the name that was asked for apart. Where the first thing that the path
    names is seen, it is the last one."""
    method, path, i = cell
    names = re.findall(r"\{(\w+)\}", path)
    real, absent = world.fill(path, i), world.fill(path, i, absent=names[-1] if i < 2 else names[0])
    other = ask(world.server, method, absent, BODIES.get(f"{method} {path}"), proof)

    def plain(answer, target):
        text = answer[2].decode()
        for one in [target, *target.strip("/").split("/")]:
            text = re.sub(rf"(?<![\w-]){re.escape(one)}(?![\w-])", "", text)
        return answer[0], {k: v for k, v in answer[1].items() if k != "Content-Length"}, text
    return None if plain(got, real) == plain(other, absent) else f"404 of another kind: {got[2]!r}, of what does not exist {other[2]!r}"


def ask_cell(world, role, way, method, path, i):
    """What is wrong with the answer; None: nothing is."""
    proof, body = world.proof(role, way), BODIES.get(f"{method} {path}")
    if way == "cookie":
        world.sign_in(role)
    want = wanted(ROWS[f"{method} {path}"], role, i) if role else "401"
    got = ask(world.server, method, world.fill(path, i) + QUERIES.get(f"{method} {path}", ""), body, proof)
    why = wrong(want, got[0])
    return same_as_absent(world, (method, path, i), got, proof) if not why and want == "404" and path.count("{") else why


def cells(api):
    for method, path, _, _ in api.operations():
        if f"{method} {path}" in ROWS:
            for i in range(len(STATES)) if "{" in path else (0,):
                yield method, path, i


def run(tap):
    api = Api(os.path.join(TOP, "schemas", "openapi.yaml"))
    routes = [f"{m} {p}" for m, p, _, _ in api.operations()]
    tap.equal("each route has a row, and each row is a route", sorted({*routes} ^ {*ROWS, *ANYBODY}), [])
    tap.equal("the table names each role of the document", sorted(COLUMNS), sorted(api.document["x-roles"]))
    server = Server()
    try:
        world = World(server)
        check_own_words(tap, world)
        check_people_only(tap, world)
        found, n = [], 0
        # Whoever may least comes first: nothing has changed yet for them.
        for role in (None, "supplier_technician", "supplier_system", "supplier_admin", "auditor", "technician", "service_owner", "admin", "system"):
            for way in world.ways(role):
                got = [(cell, ask_cell(world, role, way, *cell)) for cell in cells(api)]
                n += len(got)
                found += [f"{role} by {way}: {cell[0]} {cell[1]} {STATES[cell[2]]}: {why}" for cell, why in got if why]
        tap.check(f"{n} cells: each is answered as the table says", n > 2000 and not found, "\n".join(found[:20]))
    finally:
        ended_clean(tap, server)


def check_people_only(tap, world):
    """A machine that asks what only a person does is refused with one sentence, whatever the route."""
    routes = [key.split() for key, row in ROWS.items() if isinstance(row[1], dict) and row[1].get("system") == "403"]
    got = {}
    for method, path in [*routes, ("GET", "/v1/work?mine=true")]:
        answer = ask(world.server, method, world.fill(path, 0), BODIES.get(f"{method} {path}"), world.proof("system", "token"))
        problem = json.loads(answer[2])
        got.setdefault((answer[0], problem.get("code"), problem.get("detail")), []).append(f"{method} {path}")
    tap.check(f"{len(routes) + 1} routes are for people: one refusal", len(got) == 1 and [*got][0][:2] == (403, "ask.person"), got)


def check_own_words(tap, world):
    """A person of a supplier changes what the own organisation wrote, and nothing else; who wrote it is who the token names."""
    server, number = world.server, world.number["shared"]
    status, said = server.json("POST", f"/v1/incidents/{number}/comments", {"body": "of vega", "audience": "us,vega"}, token=world.tokens["supplier_technician"])
    tap.equal("a person of a supplier writes", status, 201)
    tap.equal("as themselves", (said["author"]["ref"], said["author"]["organisation"]), (world.refs["vega"], "vega"))
    path = f"/v1/incidents/{number}/comments/{said['id']}"
    read = {"If-Match": '"1"'}
    tap.equal("our people do not change it", server.json("PATCH", path, {"body": "not theirs"}, read, token=world.tokens["technician"])[0], 409)
    tap.equal("they do", server.json("PATCH", path, {"body": "of vega, mended"}, read, token=world.tokens["supplier_technician"])[0], 200)
    tap.equal("who reads it without being its author neither undoes nor publishes it",
              [server.call("POST", f"{path}/{act}", token=world.tokens["technician"])[0] for act in ("undo", "publish")], [409, 409])
    for who in ("supplier_system", "supplier_admin"):
        status, theirs = server.json("POST", f"/v1/incidents/{number}/comments", {"body": "of another", "audience": "us,vega"}, token=world.tokens[who])
        one = f"/v1/incidents/{number}/comments/{theirs['id']}"
        tap.equal(f"a colleague changes no words of {who}",
                  [server.call(*act, read, token=world.tokens["supplier_technician"])[0] for act in (("PATCH", one, {"body": "not theirs"}), ("DELETE", one, None))],
                  [409, 409])
        tap.equal(f"{who} does", server.json("PATCH", one, {"body": "of another, mended"}, read, token=world.tokens[who])[0], 200)
    tap.equal("a machine there does not change a person's, an administrator there removes them",
              [server.call("DELETE", path, None, {"If-Match": '"2"'}, token=world.tokens[who])[0] for who in ("supplier_system", "supplier_admin")], [409, 200])
    thread = f"/v1/incidents/{number}/comments"

    def held(words):
        return server.json("POST", thread, {"body": words, "audience": "us,vega", "undo": 60}, token=world.tokens["technician"])[1]["id"]
    first, second = held("to be undone"), held("to be sent now")
    token = world.tokens["technician"]
    tap.equal("the author undoes one and sends the other now, pins it and unpins it",
              [server.call(*act, token=token)[0] for act in (("POST", f"{thread}/{first}/undo"), ("POST", f"{thread}/{second}/publish"),
                                                             ("POST", f"{thread}/{second}/pin"), ("DELETE", f"{thread}/{second}/pin"))], [200] * 4)
    others = server.json("GET", "/v1/users", token=world.tokens["supplier_technician"])[1]["items"]
    tap.equal("they see their own people whole, and of those who share an incident the name",
              sorted((u["organisation"], "mail" in u) for u in others),
              sorted([("vega", True)] * 2 + [("council", False)] + [("us", False)] * 4))
