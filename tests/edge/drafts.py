# SPDX-License-Identifier: Apache-2.0
"""Drafts: one person's words that are not sent. Two windows do not overwrite each other, nobody else reads them, and no call but `move` changes
their readers."""
import json
import os
import subprocess
import uuid

import kit
from kit import Server, ended_clean, is_problem
from out_kit import change

CANARY = "kanarie-{}-unsent"


class Desk:
    """Our desk's two, and two of vega, with whom the first incident is shared."""

    def __init__(self, server):
        self.server, self.token, self.ref = server, {}, {}
        for name, role, of in (("ana", "technician", "us"), ("ben", "admin", "us"), ("vera", "supplier_technician", "vega"), ("vic", "supplier_admin", "vega")):
            self.ref[name] = server.json("POST", "/v1/users", {"name": name, "role": role, "organisation": of})[1]["ref"]
            self.token[name] = server.json("POST", "/v1/tokens", {"name": name, "account": self.ref[name]})[1]["token"]
        change(server, "UPDATE account SET state = 'active'")
        kit.OTHERS.update("Bearer " + self.token[name] for name in ("vera", "vic"))
        self.number = self.incident("Draughty")
        self.share(self.number)

    def incident(self, title):
        return self.server.json("POST", "/v1/incidents", {"title": title})[1]["number"]

    def share(self, number):
        self.server.json("POST", f"/v1/incidents/{number}/shares", {"supplier": "vega", "role": "shadow", "brief": {"what": "words"}})

    def ask(self, who, method, path, body=None, match=None):
        status, _, text = self.server.call(method, path, body, {"If-Match": match} if match else {}, token=self.token[who])
        return status, json.loads(text) if text else None

    def at(self, draft, number=None):
        return f"/v1/incidents/{number or self.number}/drafts/{draft}"

    def put(self, who, draft, text, match=None, number=None, **more):
        return self.ask(who, "PUT", self.at(draft, number), {"body": text, **more}, match)

    def list(self, who):
        return self.ask(who, "GET", "/v1/drafts")[1]["items"]

    def say(self, who, text, draft=None, match='"1"', number=None, **more):
        body = {"body": text, **({"draft": draft} if draft else {}), **more}
        return self.ask(who, "POST", f"/v1/incidents/{number or self.number}/comments", body, match)


def check_two_windows(tap, desk):
    one = str(uuid.uuid4())
    status, first = desk.put("ana", one, "The port", audience="us,vega")
    tap.equal("a draft begins with version 1, for those who were named", (status, first["version"], first["audience"]["organisations"], first["can_send"]),
              (200, 1, ["us", "vega"], True))
    tap.equal("the first window saves", desk.put("ana", one, "The port is", '"1"')[1]["version"], 2)
    status, both = desk.put("ana", one, "The link", '"1"')
    tap.equal("the second, which read the first version, overwrites nothing and is told both", (status, both["draft"]["body"], both["draft"]["version"], both["sent"]),
              (412, "The port is", 2, "The link"))
    status, both = desk.put("ana", one, "Anew")
    tap.equal("nor does one that read none", (status, both["draft"]["body"]), (412, "The port is"))
    tap.equal("what stands is read", desk.ask("ana", "GET", desk.at(one))[1]["body"], "The port is")
    tap.equal("dropping and moving say which version was read", [desk.ask("ana", *act)[0] for act in (("DELETE", desk.at(one)), ("POST", desk.at(one) + "/move", {"audience": "internal"}))], [428, 428])
    tap.equal("another version is not dropped", desk.ask("ana", "DELETE", desk.at(one), None, '"1"')[0], 412)
    tap.equal("one that is not there is not saved over", desk.put("ana", str(uuid.uuid4()), "x", '"1"')[0], 404)
    return one


def check_readers(tap, desk, one):
    for body in ({"audience": "internal"}, {"audience": "us,vega,everyone"}, {"audience": "us,vega", "reply_to": str(uuid.uuid4())}):
        status, why = desk.put("ana", one, "The port is", '"2"', **body)
        tap.equal(f"saving does not change a draft's place: {sorted(body)}", (status, why["code"]), (409, "ask.draft_readers"))
    status, why = desk.put("ana", str(uuid.uuid4()), "another", audience="vega")
    tap.equal("there is one draft for each place: the other is named", (status, why["params"]["draft"]), (409, one))
    internal = str(uuid.uuid4())
    tap.equal("without an audience it is for the fewest", desk.put("ana", internal, "aside")[1]["audience"], {"organisations": ["us"], "everyone": False, "requester": False})
    status, why = desk.ask("ana", "POST", desk.at(internal) + "/move", {"audience": "us,vega"}, '"1"')
    tap.equal("it is not moved onto another one", (status, why["params"].get("draft")), (409, one))
    for audience in ("internal", "everyone", None):
        status, why = desk.say("ana", "The port is up.", one, '"2"', **({"audience": audience} if audience else {}))
        tap.equal(f"a draft is not sent to other readers: {audience}", (status, why.get("code")), (409, "ask.draft_other_readers"))
    tap.equal("it stands, as it was", desk.ask("ana", "GET", desk.at(one))[1]["version"], 2)
    status, moved = desk.ask("ana", "POST", desk.at(internal) + "/move", {"audience": "everyone"}, '"1"')
    tap.equal("a call that names them moves it", (status, moved["audience"]["everyone"], moved["version"], moved["body"]), (200, True, 2, "aside"))
    tap.equal("it is dropped", desk.ask("ana", "DELETE", desk.at(internal), None, '"2"')[0], 204)
    tap.equal("once", desk.ask("ana", "DELETE", desk.at(internal), None, '"2"')[0], 404)


def check_sent(tap, desk, one):
    tap.equal("a draft is sent as its author has read it", [desk.say("ana", "The port is up.", one, match, audience="us,vega")[0] for match in (None, '"1"')], [428, 412])
    status, said = desk.say("ana", "The port is up.", one, '"2"', audience="us,vega", undo=60)
    tap.equal("it is sent, and used up", (status, [d["id"] for d in desk.list("ana")]), (201, []))
    tap.equal("it is not sent twice", desk.say("ana", "The port is up.", one, '"2"', audience="us,vega")[0], 404)
    status, undone = desk.ask("ana", "POST", f"/v1/incidents/{desk.number}/comments/{said['id']}/undo")
    again = undone.get("draft_id")
    mine = desk.list("ana")
    tap.equal("undone, its words are a draft of its author for the same readers again", (status, [(d["id"], d["body"], d["audience"]["organisations"]) for d in mine]),
              (200, [(again, "The port is up.", ["us", "vega"])]))
    tap.check("a second undo makes no second draft", "draft_id" not in desk.ask("ana", "POST", f"/v1/incidents/{desk.number}/comments/{said['id']}/undo")[1] and len(desk.list("ana")) == 1)
    tap.equal("and it is sent again", desk.say("ana", "The port is up now.", again, '"1"', audience="us,vega")[0], 201)
    status, other = desk.say("ana", "mistaken", audience="us,vega", match=None, undo=60)
    undone = desk.ask("ben", "POST", f"/v1/incidents/{desk.number}/comments/{other['id']}/undo")[1]
    tap.check("undone by an administrator, the draft is the author's, and not named to others",
              "draft_id" not in undone and [d["body"] for d in desk.list("ana")] == ["mistaken"] and desk.list("ben") == [], undone)
    tap.equal("a draft of another incident is not used up", desk.say("ana", "mistaken", desk.list("ana")[0]["id"], '"1"', desk.incident("Elsewhere"), audience="us")[0], 409)
    tap.equal("a machine names none", desk.server.call("POST", f"/v1/incidents/{desk.number}/comments", {"body": "x", "audience": "internal", "draft": str(uuid.uuid4())}, {"If-Match": "*"})[0], 422)
    desk.ask("ana", "DELETE", desk.at(desk.list("ana")[0]["id"]), None, "*")


def check_alone(tap, desk):
    """Nobody else, whoever they are and however they ask."""
    ids = {who: str(uuid.uuid4()) for who in desk.token}
    for who, one in ids.items():
        desk.put(who, one, CANARY.format(who), audience="us,vega")
    tap.equal("the same id may be another person's", [desk.put(who, ids["ana"], "mine too", audience="everyone")[0] for who in ("ben", "vera")], [200, 200])
    tap.equal("and each has their own", [desk.ask(who, "GET", desk.at(ids["ana"]))[1]["body"] for who in ("ana", "ben", "vera")], [CANARY.format("ana"), "mine too", "mine too"])
    paths = ["/v1/drafts?limit=200", f"/v1/incidents/{desk.number}", f"/v1/incidents/{desk.number}/history", f"/v1/incidents/{desk.number}/comments",
             "/v1/search?q=unsent", "/v1/audit", "/v1/users", "/v1/incidents?q=unsent"] + [desk.at(one) for one in ids.values()]
    leaks, found = [], 0
    for who in [*desk.token, None]:
        for path in paths:
            text = desk.server.call("GET", path, token=desk.token[who] if who else True)[2].decode()
            found += who is not None and CANARY.format(who) in text
            leaks += [f"{who} reads {other}'s by {path}" for other in ids if other != who and CANARY.format(other) in text]
    tap.equal("nobody reads a draft of another person", leaks, [])
    tap.equal("each reads their own, in the list and alone", found, 2 * len(ids))
    tap.equal("nor changes it: the same as what is not there", [desk.ask("ben", *act)[0] for act in (
        ("PUT", desk.at(ids["vera"]), {"body": "x"}, '"1"'), ("DELETE", desk.at(ids["vera"]), None, '"1"'), ("POST", desk.at(ids["vera"]) + "/move", {"audience": "internal"}, '"1"'))], [404] * 3)
    tap.equal("nor sends it", desk.say("ben", "x", ids["vera"], '"1"', audience="us,vega")[0], 404)
    tap.check("no program has drafts", is_problem(desk.server.call("GET", "/v1/drafts"), 403) and is_problem(desk.server.call("PUT", desk.at(ids["ana"]), {"body": "x"}), 403))
    tap.equal("no event tells of one", change(desk.server, "SELECT count(*) FROM event WHERE json LIKE '%unsent%'"), [(0,)])
    return ids


def check_survives(tap, desk, ids):
    server, number = desk.server, desk.number
    server.json("PATCH", f"/v1/incidents/{number}", {"title": "Other title", "status": "in_progress"})
    server.call("DELETE", f"/v1/incidents/{number}/shares/vega", {"reason": "no longer"})
    mine = {d["id"]: d for d in desk.list("vera")}
    tap.equal("the share is lost: the draft is kept and shown, and cannot be sent", (mine[ids["vera"]]["body"], mine[ids["vera"]]["can_send"], mine[ids["vera"]]["incident"]),
              (CANARY.format("vera"), False, number))
    tap.equal("its incident is not there for its author", desk.ask("vera", "GET", f"/v1/incidents/{number}")[0], 404)
    tap.equal("it is read and saved", [desk.ask("vera", "GET", desk.at(ids["vera"]))[0], desk.put("vera", ids["vera"], "kept", '"1"')[0]], [200, 200])
    tap.equal("not sent, and no other one begins", [desk.say("vera", "kept", ids["vera"], '"2"', audience="us,vega")[0], desk.put("vera", str(uuid.uuid4()), "x")[0]], [404, 404])
    desk.share(number)
    tap.equal("shared again, it is sent", desk.say("vera", "kept", ids["vera"], '"2"', audience="us,vega")[0], 201)


def check_merge(tap, desk):
    """Two incidents become one: the drafts of both are drafts of the one, and no words are lost."""
    server, kept = desk.server, desk.incident("Kept")
    server.hook({"id": "merge-1", "title": "Goes", "status": "open", "number": kept}, "merge-1", supplier="vega")
    gone = server.json("GET", "/v1/incidents/vega:merge-1")[1]["number"]
    one, other, hers = (str(uuid.uuid4()) for _ in range(3))
    tap.equal("drafts of both begin", [desk.put("ana", one, "of kept", number=kept)[0], desk.put("ana", other, "of gone", number=gone)[0],
                                       desk.put("vera", hers, "of hers", number=gone)[0]], [200] * 3)
    ask = next(j for j in server.json("GET", "/v1/joins")[1]["items"] if j["incident"] == kept)
    tap.equal("they are merged", server.call("POST", f"/v1/joins/{ask['id']}/accept")[0], 200)
    mine = {d["id"]: (d["incident"], d["body"]) for d in desk.list("ana")}
    tap.equal("both drafts are of the incident that is left", (mine[one], mine[other]), ((kept, "of kept"), (kept, "of gone")))
    tap.equal("the supplier's is, too", [(d["incident"], d["body"], d["can_send"]) for d in desk.list("vera") if d["id"] == hers], [(kept, "of hers", True)])
    tap.equal("each is found by both numbers", [desk.ask("ana", "GET", desk.at(draft, number))[0] for draft in (one, other) for number in (kept, gone)], [200] * 4)
    tap.equal("and sent", [desk.say("ana", "x", one, number=kept, audience="internal")[0], desk.say("vera", "y", hers, number=kept, audience="vega,us")[0]], [201, 201])
    status, page = desk.ask("ana", "GET", f"/v1/drafts?incident={kept}")
    tap.equal("the list of one incident", [d["id"] for d in page["items"]], [other])


def check_commands(tap, desk):
    """Each act by shell."""
    program, number = os.path.join(kit.BUILD, "entente"), desk.incident("By shell")
    if not os.path.exists(program):
        tap.skip("entente draft", "the program is not built here")
        return
    env = {**os.environ, "ENTENTE_URL": f"http://127.0.0.1:{desk.server.port}", "ENTENTE_TOKEN": desk.token["ben"]}

    def typed(*words):
        got = subprocess.run([program, *words], env=env, input="", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return got.returncode, got.stdout
    one = str(uuid.uuid4())
    tap.equal("save, twice", [typed("draft", "save", number, "--audience", "internal", "--id", one, words)[0] for words in ("Typed", "Typed again")], [0, 0])
    tap.check("list", one in typed("draft", "list")[1])
    tap.check("show", "Typed again" in typed("draft", "show", number, one)[1])
    tap.check("move", "everyone" in typed("draft", "move", number, one, "--audience", "everyone")[1])
    tap.equal("not sent to others than the draft is for", typed("comment", number, "--audience", "internal", "--draft", one, "x")[0], 1)
    status, said = typed("comment", number, "--audience", "everyone", "--undo", "60", "--draft", one, "--json", "Typed again")
    tap.check("sent, and used up", status == 0 and one not in typed("draft", "list")[1], said)
    status, undone = typed("comment", "undo", number, json.loads(said)["id"])
    again = desk.list("ben")[0]["id"]
    tap.check("undo names the draft", status == 0 and again in undone, undone)
    tap.equal("drop", (typed("draft", "drop", number, again)[0], [d["id"] for d in desk.list("ben") if d["incident"] == number]), (0, []))


def check_many(tap, desk):
    number = desk.incident("Many")
    change(desk.server, "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 200) INSERT INTO draft (account, id, incident, organisations, "
           "everyone, requester, reply_to, text, format, version, changed_ms) SELECT ?, printf('%08d-0000-4000-8000-000000000000', v), 1, 'x' || v, 0, 0, '', 'x', 'text', 1, v FROM n", desk.ref["vic"])
    status, why = desk.put("vic", str(uuid.uuid4()), "one more", number=desk.number, audience="everyone")
    tap.equal("nobody has more than 200", (status, why["code"]), (409, "ask.drafts_full"))
    status, page = desk.ask("vic", "GET", "/v1/drafts?limit=150")
    rest = desk.ask("vic", "GET", f"/v1/drafts?limit=150&cursor={page['next']}")[1]
    ids = [d["id"] for d in page["items"] + rest["items"]]
    tap.equal("the list has pages", (len(page["items"]), len(ids), len(set(ids)), rest["next"]), (150, len(set(ids)), len(ids), None))
    tap.equal("words have a limit", desk.put("ana", str(uuid.uuid4()), "x" * 65537, number=number)[0], 422)
    tap.equal("and there have to be some", desk.put("ana", str(uuid.uuid4()), "  ", number=number)[0], 422)


def run(tap):
    server = Server()
    try:
        desk = Desk(server)
        one = check_two_windows(tap, desk)
        check_readers(tap, desk, one)
        check_sent(tap, desk, one)
        check_survives(tap, desk, check_alone(tap, desk))
        check_merge(tap, desk)
        check_commands(tap, desk)
        check_many(tap, desk)
    finally:
        ended_clean(tap, server)
