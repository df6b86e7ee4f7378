# SPDX-License-Identifier: Apache-2.0
"""/v1 and health: who may ask, what comes back, what is refused and how."""
import http.client
import json
import re
import shutil
import subprocess

from kit import Server, ended_clean, is_problem

OPEN = ["/healthz", "/readyz"]
GUARDED = [("GET", "/metrics"), ("POST", "/v1/arrivals"), ("GET", "/v1/incidents"), ("GET", "/v1/incidents/ENT-000001"),
           ("GET", "/v1/incidents/ENT-000001/history"), ("GET", "/v1/live"), ("GET", "/v1/suppliers"), ("GET", "/v1/deadletters"),
           ("POST", "/v1/deadletters/replay"), ("GET", "/v1/deadletters/1"), ("GET", "/v1/deadletters/1/raw"),
           ("POST", "/v1/deadletters/1/replay"), ("POST", "/v1/deadletters/1/ignore"), ("GET", "/v1/tokens"),
           ("POST", "/v1/tokens"), ("DELETE", "/v1/tokens/first"), ("PATCH", "/v1/incidents/ENT-000001"),
           ("POST", "/v1/incidents/ENT-000001/shares"), ("DELETE", "/v1/incidents/ENT-000001/shares/vega"),
           ("POST", "/v1/incidents/ENT-000001/comments"), ("GET", "/v1/deliveries"), ("POST", "/v1/deliveries/repair"),
           ("GET", "/v1/deliveries/1"), ("POST", "/v1/deliveries/1/retry"), ("POST", "/v1/deliveries/1/edit"),
           ("POST", "/v1/deliveries/1/ignore"), ("GET", "/v1/drift"), ("GET", "/v1/suppliers/vega"),
           ("POST", "/v1/suppliers/vega/backfill"), ("DELETE", "/v1/suppliers/vega/backfill"), ("POST", "/v1/suppliers/vega/poll"), ("GET", "/v1/suppliers/vega/maps"),
           ("POST", "/v1/suppliers/vega/maps"), ("POST", "/v1/suppliers/vega/maps/try"),
           ("POST", "/v1/suppliers/vega/maps/0/activate")]


def check_tokens_needed(tap, server):
    wrong = [{}, {"Authorization": server.token}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "},
             {"Authorization": "Bearer " + server.token[:-1]}, {"Authorization": "Bearer " + server.token + "A"},
             {"Authorization": "Bearer ent_" + "A" * 43}, {"Authorization": "Basic " + server.token},
             {"Authorization": "Bearer " + server.token[:-1] + ("A" if server.token[-1] != "A" else "B")}]
    bad = []
    for method, path in GUARDED:
        for headers in wrong:
            got = server.call(method, path, None, headers, token=False)
            if not is_problem(got, 401) or "Bearer" not in got[1]["WWW-Authenticate"] or server.token in str(got):
                bad.append((method, path, headers, got))
    tap.check(f"{len(GUARDED)} routes refuse {len(wrong)} wrong tokens", not bad, bad[:3])
    tap.check("nothing of it happened", [t["name"] for t in server.json("GET", "/v1/tokens")[1]["items"]] == ["first"])
    tap.equal("health needs none", [server.call("GET", p, token=False)[0] for p in OPEN], [200, 200])
    two = http.client.HTTPConnection("127.0.0.1", server.port)
    two.putrequest("GET", "/v1/incidents")
    two.putheader("Authorization", "Bearer " + server.token)
    two.putheader("Authorization", "Bearer " + server.token)
    two.endheaders()
    tap.equal("two tokens are none", two.getresponse().status, 401)
    two.close()


def check_tokens(tap, server):
    status, made = server.json("POST", "/v1/tokens", {"name": "ops@site-1"})
    tap.check("a token is made and shown", status == 201 and re.fullmatch(r"ent_[A-Za-z0-9_-]{43}", made["token"]) and
              made["expires"] is None, made)
    tap.equal("it works", server.call("GET", "/v1/incidents", token=made["token"])[0], 200)
    listed = server.call("GET", "/v1/tokens")[2].decode()
    tap.check("the list has its name, not the token", "ops@site-1" in listed and made["token"] not in listed and "ent_" not in listed, listed)
    tap.check("a name that is taken: 409", is_problem(server.call("POST", "/v1/tokens", {"name": "ops@site-1"}), 409))
    status, brief = server.json("POST", "/v1/tokens", {"name": "brief", "expires": "2999-01-01T00:00:00Z"})
    tap.equal("one that expires", (status, brief["expires"]), (201, "2999-01-01T00:00:00.000Z"))
    for body in ({"name": "past", "expires": "2001-01-01T00:00:00Z"}, {"name": "x", "expires": "soon"}, {"name": ""}, {"name": 7},
                 {"name": "a" * 65}, {"name": "sp ace"}, {}, [], {"name": "x", "admin": True}):
        tap.check(f"refused: {json.dumps(body)[:40]}", is_problem(server.call("POST", "/v1/tokens", body), 422))
    tap.check("no JSON: 400", is_problem(server.call("POST", "/v1/tokens", b"{", {"Content-Type": "application/json"}), 400))
    for path in ("/v1/deliveries/repair", "/v1/deadletters/replay"):
        got = server.call("GET", path)
        tap.equal(f"{path} is a route of its own, no id: 405 and its method alone", (got[0], got[1]["Allow"]), (405, "POST"))
    status, page = server.json("POST", "/v1/deadletters/replay", {"after": 7.0})
    tap.equal("a whole number may be written with .0", (status, page.get("after")), (200, 7))
    tap.check("one with a fraction is none: 422", is_problem(server.call("POST", "/v1/deadletters/replay", {"after": 7.5}), 422))
    tap.check("not said to be JSON: 415", is_problem(server.call("POST", "/v1/tokens", b'{"name":"x"}'), 415))
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    tap.equal("used once more", server.call_on(connection, "GET", "/v1/suppliers", token=made["token"])[0], 200)
    status, _, text = server.call_on(connection, "DELETE", "/v1/tokens/ops%40site-1")
    tap.equal("removed: 204, empty", (status, text), (204, b""))
    tap.equal("from then on it is nobody's, cached or not",
              [server.call("GET", "/v1/suppliers", token=made["token"])[0] for _ in range(8)], [401] * 8)
    tap.check("a second time: 404", is_problem(server.call("DELETE", "/v1/tokens/ops%40site-1"), 404))
    connection.close()


def check_incidents(tap, server):
    for i in range(7):
        server.hook({"id": f"T/{i}", "title": f"Fault {i}", "status": "open", "comment": "hello"}, f"i-{i}")
    status, page = server.json("GET", "/v1/incidents?limit=3&q=fault")
    tap.check("a page of three, newest change first, and where it goes on", status == 200 and len(page["items"]) == 3 and page["next"], page)
    seen = [i["number"] for i in page["items"]]
    while page["next"]:
        page = server.json("GET", f"/v1/incidents?limit=3&q=fault&cursor={page['next']}")[1]
        seen += [i["number"] for i in page["items"]]
    tap.check("all pages together hold each incident once", len(seen) == 7 and len(set(seen)) == 7, seen)
    one = server.json("GET", "/v1/incidents/orion:T%2F3")[1]
    tap.equal("by a supplier's ticket, a slash in it", one["title"], "Fault 3")
    tap.equal("by number and by id: the same",
              [server.json("GET", f"/v1/incidents/{w}")[1]["id"] for w in (one["number"], one["id"])], [one["id"]] * 2)
    status, headers, _ = server.call("GET", f"/v1/incidents/{one['number']}")
    tag = headers["ETag"]
    for name, sent, want in (("its tag", tag, 304), ("weak", "W/" + tag, 304), ("among others", f'"a", {tag}', 304), ("any", "*", 304),
                             ("another", '"a"', 200), ("part of it", tag[:-2] + '"', 200)):
        got = server.call("GET", f"/v1/incidents/{one['number']}", None, {"If-None-Match": sent})
        tap.check(f"If-None-Match, {name}: {want}", got[0] == want and got[1]["ETag"] == tag and (want == 200) == bool(got[2]), got[:2])
    server.hook({"id": "T/3", "title": "Fault 3, worse", "status": "waiting"}, "i-3b")
    tap.check("after a change the tag is another", server.call("GET", f"/v1/incidents/{one['number']}")[1]["ETag"] != tag)
    for n in range(5):
        server.call("POST", f"/v1/incidents/{one['number']}/comments", {"body": f"Wort {n}", "audience": "internal"})
    whole = [c["id"] for c in server.json("GET", f"/v1/incidents/{one['number']}")[1]["thread"]]
    at = f"/v1/incidents/{one['number']}/comments?limit=2"
    pages, page = [], server.json("GET", at)[1]
    while True:
        pages = [c["id"] for c in page["items"]] + pages
        if page["before"] is None:
            break
        page = server.json("GET", f"{at}&before={page['before']}")[1]
    tap.check("its thread by pages is its thread", len(whole) > 4 and pages == whole, (pages, whole))
    page = server.json("GET", f"{at}&around={whole[2]}")[1]
    tap.equal("a page around a comment", ([c["id"] for c in page["items"]], page["before"], page["after"]), (whole[1:3], whole[1], whole[2]))
    tap.equal("and the one behind", [c["id"] for c in server.json("GET", f"{at}&after={whole[2]}")[1]["items"]], whole[3:5])
    tap.equal("a position that is none, or two", [server.call("GET", f"{at}&{p}")[0] for p in ("before=x", f"before={whole[0]}&after={whole[1]}")], [400, 400])
    _, history = server.json("GET", f"/v1/incidents/{one['number']}/history?limit=2")
    more = server.json("GET", f"/v1/incidents/{one['number']}/history?after={history['next']}")[1]
    sequences = [i["sequence"] for i in history["items"] + more["items"]]
    tap.check("its history in order, without gap", sequences == list(range(1, len(sequences) + 1)) and len(sequences) > 3, sequences)
    status, headers, body = server.call("HEAD", f"/v1/incidents/{one['number']}")
    whole = server.call("GET", f"/v1/incidents/{one['number']}")
    tap.check("HEAD is GET without the body", (status, body, headers["Content-Length"]) == (200, b"", str(len(whole[2]))), headers)
    for path, want in (("/v1/incidents?status=in_progress", 200), ("/v1/incidents?status=open&holder=us&limit=200", 200),
                       ("/v1/incidents?since=2026-01-01T00:00:00Z", 200), ("/v1/incidents?supplier=orion", 200),
                       ("/v1/incidents?limit=0", 400), ("/v1/incidents?limit=201", 400), ("/v1/incidents?limit=ten", 400),
                       ("/v1/incidents?since=yesterday", 400), ("/v1/incidents?status=funny", 400), ("/v1/incidents?cursor=!", 400),
                       ("/v1/incidents?colour=red", 400), ("/v1/incidents?q=a&q=b", 400), ("/v1/incidents?q=%ff", 400),
                       ("/v1/incidents?q=%0a", 400), ("/v1/incidents/ENT-999999", 404), ("/v1/incidents/nobody:7", 404),
                       ("/v1/incidents/%zz", 400), ("/v1/incidents/a/b", 404), ("/v1/incidents/", 404), ("/v1", 404), ("/v1/", 404),
                       ("/v1/incidents/ENT-000001/history?after=-1", 400), ("/v1/deadletters?state=funny", 400),
                       ("/healthz?a=b", 400), ("/..%2fetc/passwd", 404), ("/v1/deadletters/x", 404), ("/v1/deadletters/999999", 404)):
        got = server.call("GET", path)
        tap.check(f"{path}: {want}", got[0] == want if want == 200 else is_problem(got, want), (got[0], got[2][:300]))
    tap.check("an unknown parameter is named", "colour" in server.json("GET", "/v1/incidents?colour=red")[1]["detail"])


def check_import(tap, server):
    def post(body, **more):
        return server.json("POST", "/v1/arrivals", {"supplier": "orion", "delivery_id": "imp-1", "body": body, **more})
    tap.equal("import: no signature needed, the outcome told",
              [(s, a["status"]) for s, a in (post({"id": "imp", "title": "in"}), post({"id": "imp", "title": "in"}))],
              [(202, "accepted"), (202, "repeated")])
    status, dead = post({"title": "no id"}, delivery_id="imp-2")
    tap.check("import: dead, with the reason", (status, dead["status"]) == (202, "dead") and dead["reason"], dead)
    tap.equal("import: text as the body", post('{"id":"imp","title":"as text"}', delivery_id="imp-3", headers={"X-A": "b"})[1]["status"], "accepted")
    server.json("POST", "/v1/arrivals", {"supplier": "orion", "delivery_id": "imp-4", "body": "x"})
    big = b'{"supplier":"orion","delivery_id":"imp-5","body":{"id":9007199254740993,"title":"n"}}'
    server.call("POST", "/v1/arrivals", big, {"Content-Type": "application/json; charset=utf-8"})
    tap.equal("import: integers past 2^53 survive", server.call("GET", "/v1/incidents/orion:9007199254740993")[0], 200)
    for name, body, want in (("no supplier", {"delivery_id": "a", "body": {}}, 422), ("unknown supplier", {"supplier": "x", "delivery_id": "a", "body": {}}, 422),
                             ("no id", {"supplier": "orion", "body": {}}, 422), ("an id with a space", {"supplier": "orion", "delivery_id": "a b", "body": {}}, 422),
                             ("no body", {"supplier": "orion", "delivery_id": "a"}, 422), ("another member", {"supplier": "orion", "delivery_id": "a", "body": 1, "x": 1}, 422),
                             ("headers of another kind", {"supplier": "orion", "delivery_id": "a", "body": 1, "headers": {"a": 1}}, 422),
                             ("a list", [], 422)):
        tap.check(f"import, {name}: {want}", is_problem(server.call("POST", "/v1/arrivals", body), want))


def check_dead_letters(tap, server):
    raw = b"\x00\xff broken <script>"
    server.hook(raw, "dl-1")
    _, letters = server.json("GET", "/v1/deadletters?supplier=orion&limit=200")
    letter = next(i for i in letters["items"] if i["delivery_id"] == "dl-1")["id"]
    status, headers, body = server.call("GET", f"/v1/deadletters/{letter}/raw")
    tap.check("the raw bytes come back, as a download", (status, body, headers["Content-Type"], headers["X-Content-Type-Options"]) ==
              (200, raw, "application/octet-stream", "nosniff") and headers["Content-Disposition"].startswith("attachment"), headers)
    status, still = server.json("POST", f"/v1/deadletters/{letter}/replay")
    tap.check("replay of what is still broken: dead, with the reason", (status, still["status"]) == (200, "dead") and still["reason"], still)
    tap.equal("ignored", server.json("POST", f"/v1/deadletters/{letter}/ignore"), (200, {"id": letter, "status": "ignored"}))
    tap.check("then it cannot be replayed: 409", is_problem(server.call("POST", f"/v1/deadletters/{letter}/replay"), 409))
    tap.check("nor ignored again: 404", is_problem(server.call("POST", f"/v1/deadletters/{letter}/ignore"), 404))
    listed = [i["id"] for i in server.json("GET", "/v1/deadletters?state=ignored")[1]["items"]]
    tap.equal("it is listed where it belongs", listed, [letter])
    of = lambda state: [i["id"] for i in server.json("GET", f"/v1/deadletters?state={state}&limit=200")[1]["items"]]  # noqa: E731
    tap.equal("state=all lists them whatever became of them, newest first", of("all"), sorted(of("waiting") + of("replayed") + of("ignored"), reverse=True))
    tap.check("unknown: 404", is_problem(server.call("POST", "/v1/deadletters/424242/replay"), 404))


def check_replay(tap, server):
    """A delivery that becomes good: the same id with another body is dead; a new supplier of the old name takes it."""
    server.hook({"id": "rp", "title": "first"}, "rp-1")
    server.hook({"id": "rp", "title": "second"}, "rp-1")
    _, letters = server.json("GET", "/v1/deadletters?limit=200")
    letter = next(i for i in letters["items"] if i["delivery_id"] == "rp-1")["id"]
    status, done = server.json("POST", f"/v1/deadletters/{letter}/replay")
    tap.check("a dead letter that decodes is applied", (status, done["status"]) == (200, "replayed") and done["incident_id"], done)
    tap.equal("its effect is there", server.json("GET", "/v1/incidents/orion:rp")[1]["tickets"][0]["attributes"]["title"]["text"], "second")


def check_health(tap, server):
    tap.equal("alive", server.json("GET", "/healthz", token=False)[1]["status"], "alive")
    server.tell("unready brokers are away")
    status, parts = server.json("GET", "/readyz", token=False)
    kafka = next(p for p in parts["parts"] if p["part"] == "kafka")
    tap.check("not ready: 503, and which part and why", status == 503 and parts["ready"] is False and not kafka["ready"] and
              kafka["why"] == "brokers are away", parts)
    tap.equal("hooks are taken all the same", server.hook({"id": "u"}, "u-1")[0], 202)
    server.tell("ready")
    tap.equal("ready again", server.call("GET", "/readyz", token=False)[0], 200)
    status, headers, text = server.call("GET", "/metrics")
    tap.check("metrics are Prometheus text", status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"))
    if shutil.which("promtool"):
        tool = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        tap.check("promtool has nothing to say", tool.returncode == 0 and not tool.stderr.strip(), tool.stderr.decode())
    else:
        tap.skip("promtool", "not installed")
    tap.check("what was done is counted", server.metric("entente_http_requests_total") > 100 and
              server.metric("entente_hook_duration_seconds_count") > 5)


def check_headers(tap, server):
    bad = []
    for path in ("/healthz", "/nowhere", "/v1/incidents", "/metrics", "/v1/incidents?x=y", "/hooks/orion"):
        status, headers, _ = server.call("GET", path)
        if (headers["X-Content-Type-Options"] != "nosniff" or headers["Cache-Control"] != "no-store" or
                not headers["Content-Security-Policy"].startswith("default-src 'none'") or headers["Server"]):
            bad.append((path, status, headers.items()))
    tap.check("every answer is nosniff, not stored, and may load nothing", not bad, bad)
    for method, path, allow in (("PUT", "/v1/incidents", "GET, HEAD, POST"), ("OPTIONS", "/v1/tokens", "GET, HEAD, POST"),
                                ("GET", "/v1/arrivals", "POST"), ("BREW", "/healthz", "GET, HEAD")):
        got = server.call(method, path)
        tap.check(f"{method} {path}: 405", is_problem(got, 405) and got[1]["Allow"] == allow, got[1]["Allow"])


def run(tap):
    server = Server()
    try:
        check_tokens_needed(tap, server)
        check_tokens(tap, server)
        check_incidents(tap, server)
        check_import(tap, server)
        check_dead_letters(tap, server)
        check_replay(tap, server)
        check_health(tap, server)
        check_headers(tap, server)
        suppliers = server.json("GET", "/v1/suppliers")[1]["items"]
        tap.equal("suppliers", [(s["name"], s["connector"]) for s in suppliers], [(n, "null") for n in ("orion", "telnord", "vega", "south", "west")])
    finally:
        said = ended_clean(tap, server)
        tap.check("who made and removed tokens is logged, the tokens are not",
                  '"token.made"' in said and '"by":"first"' in said and "ent_" not in said, said[-1500:])
