# SPDX-License-Identifier: Apache-2.0
"""/v1 of people who work together: asks, hand-overs, promises of news, help, plain words; as us and as two suppliers' machines."""
import datetime
import json
import uuid

import kit
from kit import Server, ended_clean, is_problem
from out_kit import opened, say, share


def token_of(server, organisation):
    """A machine of another organisation."""
    token = server.json("POST", "/v1/tokens", {"name": f"tool.{organisation}", "organisation": organisation})[1]["token"]
    kit.OTHERS.add("Bearer " + token)
    return token


def in_hours(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_asks(tap, server, number, vega, south):
    at = f"/v1/incidents/{number}"
    made = str(uuid.uuid4())
    status, ask = server.json("POST", f"{at}/asks", {"kind": "question", "to": "vega", "body": "ask canary", "by": in_hours(2), "id": made})
    tap.equal("an ask: 201, open, under our id", (status, ask["id"], ask["state"], ask["from"], ask["to"]), (201, made, "open", "us", "vega"))
    tap.equal("the same once more: 200", server.json("POST", f"{at}/asks", {"kind": "question", "to": "vega", "body": "ask canary", "id": made})[0], 200)
    for what, body, want in (("of another kind", {"kind": "promise", "to": "vega", "body": "x"}, 422), ("to a stranger", {"kind": "action", "to": "nobody", "body": "x"}, 422),
                             ("to one that takes no part", {"kind": "action", "to": "telnord", "body": "x"}, 409),
                             ("that it could not read", {"kind": "action", "to": "vega", "body": "x", "audience": "internal"}, 409),
                             ("by a time that is past", {"kind": "action", "to": "vega", "body": "x", "by": "2020-01-01T00:00:00Z"}, 409)):
        got = server.call("POST", f"{at}/asks", body)
        tap.check(f"an ask {what}: {want}", is_problem(got, want), got)
    none = str(uuid.uuid4())
    refused = [server.call("POST", f"{at}/asks/{which}/answer", {"body": "x"}, token=south)[2].decode().replace(which, "ID") for which in (made, none)]
    tap.check("whoever may not read it is answered as of what does not exist: 404", refused[0] == refused[1] and '"status":404' in refused[0], refused)
    seen = {name: server.call("GET", f"{at}/acts", token=token)[2].decode() for name, token in (("vega", vega), ("south", south))}
    tap.check("who reads the words learns of the ask, and nobody else", made in seen["vega"] and made not in seen["south"], seen)
    got = server.call("POST", f"{at}/asks/{made}/answer", {"body": "Yes.", "audience": "everyone"}, token=vega)
    tap.check("an answer for more readers: 409", is_problem(got, 409), got)
    got = server.call("DELETE", f"{at}/asks/{made}", token=vega)
    tap.check("it is withdrawn by who asked alone: 409", is_problem(got, 409), got)
    status, ask = server.json("POST", f"{at}/asks/{made}/answer", {"body": "answer canary"}, token=vega)
    tap.equal("an answer: 200", (status, ask["state"]), (200, "answered"))
    thread = server.json("GET", f"{at}/comments")[1]["items"]
    answer = next(c for c in thread if c["id"] == ask["ended_by"])
    tap.equal("it is a comment below the ask, by vega's", (answer["body"], answer["reply_to"], answer["entry"]["kind"], answer["author"]["organisation"]),
              ("answer canary", made, "answer", "vega"))
    tap.equal("the ask's comment says what it is", [c["entry"]["line"].split(".")[0] for c in thread if c["id"] == made], ["Question to vega Ltd"])
    heard = server.json("GET", f"{at}/comments", token=vega)[1]["items"]
    tap.equal("others than ours read the organisation's name there, not what its tool is called", [c["entry"]["line"].split(".")[0] for c in heard if c["id"] == made], ["Question to vega"])
    tap.check("a second answer: 409", is_problem(server.call("POST", f"{at}/asks/{made}/answer", {"body": "No."}, token=vega), 409))
    other = server.json("POST", f"{at}/asks", {"kind": "action", "to": "vega", "body": "do"})[1]["id"]
    tap.equal("withdrawn: 200", server.json("DELETE", f"{at}/asks/{other}")[1]["state"], "withdrawn")
    wanted = server.json("POST", f"{at}/asks", {"kind": "approval", "to": "vega", "body": "May we switch it off?"})[1]["id"]
    for what, body, want in (("without yes or no", {}, 409), ("with another word", {"accepts": "maybe"}, 422)):
        got = server.call("POST", f"{at}/asks/{wanted}/answer", {"body": "Tonight.", **body}, token=vega)
        tap.check(f"an approval is answered {what}: {want}", is_problem(got, want), got)
    got = server.call("POST", f"{at}/asks/{made}/answer", {"body": "x", "accepts": True}, token=vega)
    tap.check("another ask with yes or no: 409", is_problem(got, 409), got)
    status, ask = server.json("POST", f"{at}/asks/{wanted}/answer", {"body": "Not tonight.", "accepts": False}, token=vega)
    thread = server.json("GET", f"{at}/comments")[1]["items"]
    tap.equal("an approval is refused: 200", (status, ask["state"], ask["accepts"], [c["entry"]["kind"] for c in thread if c["id"] == ask["ended_by"]]),
              (200, "answered", False, ["refused"]))


def check_words(tap, server, number, vega, south):
    """What is refused for a comment is refused for an act's words, and a refusal tells others than ours nothing of who exists."""
    at = f"/v1/incidents/{number}"
    help_id = server.json("POST", f"{at}/help", {"body": "Who knows this router?", "audience": "everyone,requester"})[1]["id"]
    show = {"organisations": ["us"], "requester": True}
    for path, body in (("asks", {"kind": "question", "to": "us"}), ("help", {}), (f"help/{help_id}/offer", {})):
        got = server.call("POST", f"{at}/{path}", {**body, "body": "Dear customer", "audience": show}, token=vega)
        tap.check(f"suppliers write to the requester by no act, {path.split('/')[-1]}: 422", is_problem(got, 422), got)
    tap.check("nothing of it is said", "Dear customer" not in server.call("GET", f"{at}/comments?limit=200")[2].decode())
    refused = [server.call("POST", f"{at}/asks", {"kind": "question", "to": name, "body": "x"}, token=vega) for name in ("telnord", "nobody")]
    same = [got[2].decode().replace(name, "NAME") for got, name in zip(refused, ("telnord", "nobody"))]
    tap.check("an organisation that takes no part and none are the same to a supplier: 409", all(is_problem(got, 409) for got in refused) and same[0] == same[1], same)
    tap.equal("a call to everyone is answered by whoever takes part", server.call("POST", f"{at}/help/{help_id}/offer", {"body": "We do."}, token=south)[0], 200)
    said = str(uuid.uuid4())
    server.json("POST", f"{at}/asks", {"kind": "question", "to": "vega", "body": "first words", "id": said})
    got = server.call("POST", f"{at}/asks", {"kind": "question", "to": "vega", "body": "other words", "id": said})
    tap.check("other words under an id that is taken: 409", is_problem(got, 409), got)


def check_ball(tap, server, number, vega, south):
    at = f"/v1/incidents/{number}"
    first = server.json("POST", f"{at}/handovers", {"to": "vega", "body": "Yours?"})[1]
    tap.equal("a hand-over is proposed; the holder keeps the ball", (first["state"], first["holder"], server.json("GET", at)[1]["holder"]), ("open", "orion", "orion"))
    tap.check("a second one: 409", is_problem(server.call("POST", f"{at}/handovers", {"to": "south", "body": "Yours?"}), 409))
    tap.check("suppliers' people do not propose: 403", server.call("POST", f"{at}/handovers", {"to": "us", "body": "x"}, token=vega)[0] == 403)
    tap.check("another accepts: 409", is_problem(server.call("POST", f"{at}/handovers/{first['id']}/accept", {}, token=south), 409))
    tap.check("no reason: 422", is_problem(server.call("POST", f"{at}/handovers/{first['id']}/decline", {}, token=vega), 422))
    status, declined = server.json("POST", f"{at}/handovers/{first['id']}/decline", {"body": "Not ours."}, token=vega)
    tap.equal("declined: the ball stays", (status, declined["state"], server.json("GET", at)[1]["holder"]), (200, "declined", "orion"))
    tap.check("it is too late to accept it: 409", is_problem(server.call("POST", f"{at}/handovers/{first['id']}/accept", {}, token=vega), 409))
    second = server.json("POST", f"{at}/handovers", {"to": "vega", "body": "Please."})[1]
    status, accepted = server.json("POST", f"{at}/handovers/{second['id']}/accept", {"body": "We are on it."}, token=vega)
    incident = server.json("GET", at)[1]
    tap.equal("accepted: the ball moves", (status, accepted["state"], incident["holder"], incident["holder_accepted"]), (200, "accepted", "vega", True))
    third = server.json("POST", f"{at}/handovers", {"to": "south", "body": "Or you?"})[1]
    tap.equal("withdrawn: 200", server.json("DELETE", f"{at}/handovers/{third['id']}")[1]["state"], "withdrawn")


def check_news(tap, server, number, vega, south):
    at = f"/v1/incidents/{number}"
    first = server.json("POST", f"{at}/promises", {"at": in_hours(1), "body": "More soon."}, token=vega)[1]
    tap.check("whoever takes part knows when the next news come", all(server.json("GET", at, token=t)[1]["next_news"] == first["due"] for t in (True, vega, south)))
    second = server.json("POST", f"{at}/promises", {"at": in_hours(3), "body": "It takes longer."}, token=vega)[1]
    acts = {a["id"]: a for a in server.json("GET", f"{at}/acts")[1]["items"]}
    tap.equal("a postponement is recorded", (acts[first["id"]]["state"], acts[first["id"]]["ended_by"]), ("replaced", second["id"]))
    tap.equal("one promise stands", [p["id"] for p in server.json("GET", at)[1]["promises"]], [second["id"]])
    tap.check("a time that is past: 409", is_problem(server.call("POST", f"{at}/promises", {"at": "2020-01-01T00:00:00Z", "body": "x"}), 409))


def check_help(tap, server, number, vega, south):
    at = f"/v1/incidents/{number}"
    call = server.json("POST", f"{at}/help", {"body": "Who knows this switch?", "audience": "vega"})[1]
    tap.equal("help is offered; the call stands", server.json("POST", f"{at}/help/{call['id']}/offer", {"body": "We had one."}, token=vega)[1]["state"], "open")
    tap.check("who may not read it does not offer: 404", server.call("POST", f"{at}/help/{call['id']}/offer", {"body": "x"}, token=south)[0] == 404)
    tap.equal("it is ended", server.json("DELETE", f"{at}/help/{call['id']}")[1]["state"], "ended")


def check_told(tap, server, number, vega):
    at = f"/v1/incidents/{number}"
    n = server.json("GET", at)[1]["n_comment"]
    status, dry = server.json("POST", f"{at}/told?dry_run=true", {"body": "You can print again."})
    tap.equal("a dry run says that nobody outside reads it, and says nothing", (status, dry["supplier"], dry["note"]["code"], server.json("GET", at)[1]["n_comment"]),
              (200, None, "told.nobody", n))
    status, told = server.json("POST", f"{at}/told", {"body": "You can print again."})
    comment = next(c for c in server.json("GET", f"{at}/comments")[1]["items"] if c["id"] == told["comment"])
    tap.equal("plain words: 201, for the requester and us", (status, comment["audience"]), (201, {"organisations": ["us"], "everyone": False, "requester": True}))
    say(server, number, "internal", "The cable was torn.")
    tap.check("never a copy of a comment: 409", is_problem(server.call("POST", f"{at}/told", {"body": "The cable was torn."}), 409))
    tap.check("suppliers do not speak to the requester: 404", server.call("POST", f"{at}/told", {"body": "Hello"}, token=vega)[0] == 404)
    tap.check("they do not see what was said", "print again" not in server.call("GET", at, token=vega)[2].decode())


def check_once(tap, server, number, vega, south):
    """Each write with an Idempotency-Key, sent twice: the second is answered with the first one's act, and nothing is said twice."""
    at = f"/v1/incidents/{number}"

    def twice(method, path, body, token=True):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return [server.json(method, at + path, body, key, token=token) for _ in range(2)]
    ask, again = twice("POST", "/asks", {"kind": "question", "to": "vega", "body": "asked once"})
    called, recalled = twice("POST", "/help", {"body": "called once", "audience": "vega"})
    ball, same = twice("POST", "/handovers", {"to": "south", "body": "handed once"})
    tap.equal("what is begun with a key is begun once", [(a[0], b[0], a[1]["id"] == b[1]["id"]) for a, b in ((ask, again), (called, recalled), (ball, same))], [(201, 200, True)] * 3)
    ask, called, ball = ask[1]["id"], called[1]["id"], ball[1]["id"]
    for method, path, body, token, state in (("POST", f"/asks/{ask}/answer", {"body": "answered once"}, vega, "answered"), ("POST", f"/help/{called}/offer", {"body": "offered once"}, vega, "open"),
                                             ("POST", f"/handovers/{ball}/decline", {"body": "declined once"}, south, "declined"), ("DELETE", f"/help/{called}", None, True, "ended"),
                                             ("POST", "/promises", {"at": in_hours(5), "body": "promised once"}, vega, "open"), ("POST", "/told", {"body": "told once"}, True, None)):
        first, second = twice(method, path, body, token)
        tap.equal(f"{method} {path.split('/')[-1]} with a key is done once", (second[0], first[1].get("state"), second[1]), (200, state, first[1]))
    bodies = [c["body"] for c in server.json("GET", f"{at}/comments?limit=200")[1]["items"]]
    tap.equal("and its words are said once", [bodies.count(f"{word} once") for word in ("asked", "called", "handed", "answered", "offered", "declined", "promised", "told")], [1] * 8)


def run(tap):
    server = Server()
    try:
        vega, south = token_of(server, "vega"), token_of(server, "south")
        number = opened(server, "acts")
        for supplier in ("vega", "south"):
            share(server, number, supplier)
        for check in (check_asks, check_words, check_ball, check_news, check_help, check_once):
            check(tap, server, number, vega, south)
        check_told(tap, server, number, vega)
        for token in (vega, south):
            history = json.loads(server.call("GET", f"/v1/incidents/{number}/history?limit=200", token=token)[2])["items"]
            kinds = {item["type"].split(".")[2] for item in history}
            tap.check("hand-overs and promises stand in each one's history", {"handover", "promise"} <= kinds, kinds)
            tap.check("asks in that of who reads their words", ("ask" in kinds) == (token == vega), kinds)
    finally:
        ended_clean(tap, server)
