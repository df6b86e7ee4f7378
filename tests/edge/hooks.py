# SPDX-License-Identifier: Apache-2.0
"""POST /hooks/{supplier}: what is answered to whom, and what stays behind."""
import json
import threading

from kit import SECRET, Answers, Server, ended_clean, hook_bytes, is_problem, raw, sign

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def check_answers(tap, server):
    first = server.hook({"id": "7", "title": "Printer on fire", "status": "open"}, "d-1")
    tap.equal("a delivery: 202 and its id", (first[0], json.loads(first[2])), (202, {"status": "accepted", "delivery_id": "d-1"}))
    again = server.hook({"id": "7", "title": "Printer on fire", "status": "open"}, "d-1")
    tap.equal("its repeat is answered as the first time", (again[0], again[2]), (first[0], first[2]))
    dead = server.hook(b"no json at all", "d-2")
    tap.equal("what cannot be decoded: the same shape", (dead[0], json.loads(dead[2])), (202, {"status": "accepted", "delivery_id": "d-2"}))
    other = server.hook({"id": "7", "title": "something else"}, "d-1")
    tap.equal("the same id with another body: taken, as a dead letter", (other[0], json.loads(other[2])["delivery_id"]), (202, "d-1"))
    _, letters = server.json("GET", "/v1/deadletters")
    tap.equal("both are dead letters", sorted(i["delivery_id"] for i in letters["items"]), ["d-1", "d-2"])
    unnamed = server.hook({"id": "8"})
    tap.check("without an id the body's hash names it", json.loads(unnamed[2])["delivery_id"].startswith("sha256:"), unnamed)
    tap.equal("an unsigned supplier", server.hook({"id": "9"}, "t-1", "telnord", b"whatever")[0], 202)
    odd = server.hook({"id": "odd"}, 'a"b\\c')
    tap.equal("an id with quotes comes back as it was", json.loads(odd[2])["delivery_id"], 'a"b\\c')
    tap.check("what is answered is stored", server.json("GET", "/v1/incidents/orion:7")[1]["title"] == "Printer on fire")


def check_bytes(tap, server):
    """The signature covers the bytes that came; what is read is UTF-8."""
    def title(ticket):
        return server.json("GET", f"/v1/incidents/orion:{ticket}")[1].get("title")
    latin = '{"id":"latin","title":"Déjà réparé"}'.encode("latin-1")
    got = server.hook(latin, "by-1", headers={"Content-Type": "application/json; charset=ISO-8859-1"})
    tap.equal("a declared charset is decoded, signed as it came", (got[0], title("latin")), (202, "Déjà réparé"))
    got = server.hook(b'\xef\xbb\xbf{"id":"bom","title":"first"}', "by-2")
    tap.equal("a byte order mark is skipped", (got[0], title("bom")), (202, "first"))
    got = server.hook(b'{"id":"nul","title":"a\\u0000b\\ud83dc"}', "by-3")
    tap.equal("U+0000 and half a surrogate become U+FFFD", (got[0], title("nul")), (202, "a\ufffdb\ufffdc"))
    got = server.hook(b'{"id":"odd","title":"x"}', "by-4", headers={"Content-Type": "application/json; charset=x-odd"})
    letters = [i for i in server.json("GET", "/v1/deadletters?limit=200")[1]["items"] if i["delivery_id"] == "by-4"]
    tap.check("a charset that is not read is kept as a dead letter, and named",
              got[0] == 202 and len(letters) == 1 and "x-odd" in letters[0]["reason"]["text"] and letters[0]["reason"]["code"] == "arrival.charset", letters)
    status, _, _ = server.call("POST", "/v1/tokens", b'\xef\xbb\xbf{"name":"x"}', {"Content-Type": "application/json"})
    tap.equal("our own API is told what is wrong with its JSON", status, 400)


def check_refused(tap, server):
    tap.check("an unknown supplier: 404", is_problem(server.hook({"id": "1"}, "x", "nobody"), 404))
    got = server.hook({"id": "w-1"}, "w-1", "west", b"whatever")
    tap.check("one that is only asked takes webhooks of nobody: 404, and no incident", is_problem(got, 404) and
              server.json("GET", "/v1/incidents/west:w-1")[0] == 404, got)
    got = server.call("GET", "/hooks/orion", token=False)
    tap.check("GET on a hook: 405 with Allow", is_problem(got, 405) and got[1]["Allow"] == "POST", got)
    body = b'{"id":"secret"}'
    good = sign(body)
    bad = {"none": {}, "empty": {"X-Null-Signature": ""}, "other secret": {"X-Null-Signature": sign(body, b"guess")},
           "other body": {"X-Null-Signature": sign(body + b" ")}, "cut": {"X-Null-Signature": good[:-1]},
           "longer": {"X-Null-Signature": good + "0"}, "no prefix": {"X-Null-Signature": good[7:]},
           "sha1": {"X-Null-Signature": good.replace("sha256", "sha1")}, "upper case algorithm": {"X-Null-Signature": "SHA256=" + good[7:]}}
    answers = {}
    for name, headers in bad.items():
        status, got, text = server.call("POST", "/hooks/orion", body, {"X-Null-Delivery": "f-1", **headers}, token=False)
        tap.check(f"signature, {name}: 401", status == 401 and got["WWW-Authenticate"], (status, text))
        answers[(status, text, str(sorted((k, v) for k, v in got.items() if k != "Date")))] = name
    tap.equal("all bad signatures get the same answer, to the byte", len(answers), 1)
    twice = raw(server, hook_bytes(body, "f-2", b"X-Null-Signature: " + good.encode() + b"\r\n"))
    tap.equal("two signatures: 401", twice[0][0][0], 401)
    _, letters = server.json("GET", "/v1/deadletters")
    tap.check("nothing of them was kept", not [i for i in letters["items"] if i["delivery_id"].startswith("f-")], letters)
    tap.check("and no incident made", server.json("GET", "/v1/incidents/orion:secret")[0] == 404)
    tap.check("a compressed body: 415", is_problem(server.hook({"id": "z"}, "z", headers={"Content-Encoding": "gzip"}), 415))


def check_kept_headers(tap, server):
    server.hook(b"broken", "h-1", headers={"Authorization": "Bearer canary-1", "Cookie": "a=canary-2", "X-Api-Key": "canary-3",
                                           "X-Request-Id": "kept", "traceparent": TRACE})
    _, letters = server.json("GET", "/v1/deadletters?limit=200")
    letter = next(i for i in letters["items"] if i["delivery_id"] == "h-1")
    _, whole = server.json("GET", f"/v1/deadletters/{letter['id']}")
    kept = {k.lower(): v for k, v in whole["headers"].items()}
    tap.check("of the headers no secret is kept, the rest is",
              "canary" not in json.dumps(whole) and kept.get("x-request-id") == "kept" and "x-null-signature" not in kept, kept)


def check_trace(tap, server):
    server.hook({"id": "traced", "title": "a"}, "tr-1", headers={"traceparent": TRACE})
    server.hook({"id": "untraced", "title": "a"}, "tr-2")
    server.hook({"id": "mistraced", "title": "a"}, "tr-3", headers={"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"})
    got = {}
    for name in ("traced", "untraced", "mistraced"):
        _, history = server.json("GET", f"/v1/incidents/orion:{name}/history")
        got[name] = {i["traceparent"] for i in history["items"]}
    one = next(iter(got["traced"]))
    tap.check("a trace goes on, with a span of ours", one[:36] == TRACE[:36] and one[36:52] != TRACE[36:52] and one[52:] == "-01", one)
    ids = {next(iter(v))[3:35] for v in got.values()}
    tap.check("without a valid one a fresh trace begins", len(ids) == 3 and "0" * 32 not in ids, got)


def check_full(tap):
    server = Server(queue_max=3)
    try:
        server.tell("hold")
        results = []

        def one(i):
            results.append(server.hook({"id": f"q{i}"}, f"q-{i}"))
        threads = [threading.Thread(target=one, args=(i,)) for i in range(10)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(1 if len(results) < 7 else 0)
        busy = [r for r in results if r[0] == 503]
        tap.check("queue full: 503 with Retry-After for all that do not fit", len(results) == 7 and len(busy) == 7 and
                  all(is_problem(r, 503) and r[1]["Retry-After"] for r in busy), [r[0] for r in results])
        tap.check("import is told the same", is_problem(server.call("POST", "/v1/arrivals", {
            "supplier": "orion", "delivery_id": "q-x", "body": {"id": "1"}}), 503))
        tap.equal("reads go on", server.call("GET", "/v1/incidents")[0], 200)
        server.tell("go")
        for t in threads:
            t.join(10)
        accepted = {json.loads(r[2])["delivery_id"] for r in results if r[0] == 202}
        tap.check("those that waited are answered after the commit", len(accepted) == 3 and len(results) == 10, [r[0] for r in results])
        stored = {f"q-{i}" for i in range(10) if server.call("GET", f"/v1/incidents/orion:q{i}")[0] == 200}
        tap.equal("stored is what was accepted, nothing else", stored, accepted)
        tap.check("counted", server.metric("entente_arrivals_busy_total") >= 7)
    finally:
        ended_clean(tap, server)


def check_gone(tap, server):
    """Clients that hang up while the writer has their delivery."""
    server.tell("hold")
    gone = []
    for i in range(20):
        s = server.connect()
        s.sendall(hook_bytes(b'{"id":"gone%d"}' % i, f"gone-{i}"))
        gone.append(s)
    waiting = server.connect()
    waiting.sendall(hook_bytes(b'{"id":"stays"}', "stays-1"))
    while server.metric("entente_writer_queue_jobs") < 21:
        pass
    for s in gone:
        s.close()
    server.tell("go")
    tap.equal("who stayed is answered", Answers(waiting).next()[0], 202)
    waiting.close()
    tap.check("whose client went away is stored all the same",
              all(server.call("GET", f"/v1/incidents/orion:gone{i}")[0] == 200 for i in range(20)))


def check_reload(tap, server):
    tap.check("a connector that refuses its settings stops the reload", server.tell("break").startswith("refused: supplier orion"))
    tap.equal("and nothing changed", server.hook({"id": "r1"}, "r-1")[0], 202)
    with server.connect() as s:
        answers = Answers(s)
        s.sendall(hook_bytes(b'{"id":"r2"}', "r-2"))
        before = answers.next()[0]
        server.tell("hold")
        s.sendall(hook_bytes(b'{"id":"r3"}', "r-3"))
        while server.metric("entente_writer_queue_jobs") < 1:
            pass
        server.tell("reload nova")
        server.tell("go")
        during = answers.next()[0]
        tap.equal("a delivery under way keeps the suppliers it began with", (before, during), (202, 202))
        s.sendall(hook_bytes(b'{"id":"r4"}', "r-4"))
        gone = answers.next()[0]
        s.sendall(hook_bytes(b'{"id":"r5"}', "r-5", supplier=b"nova"))
        tap.equal("then the new ones count, on the same connection", (gone, (answers.next() or [None])[0]), (404, 202))
    tap.equal("the new supplier is heard", server.hook({"id": "r6"}, "r-6", "nova")[0], 202)


def check_stop(tap, server):
    server.tell("hold")
    with server.connect() as s:
        s.sendall(hook_bytes(b'{"id":"last"}', "last-1", supplier=b"nova"))
        while server.metric("entente_writer_queue_jobs") < 1:
            pass
        idle = server.connect()
        ended_clean(tap, server)
        answers = Answers(s)
        got = answers.next()
        tap.check("what was under way at the end is answered, with the connection's end",
                  got and got[0] == 202 and got[1].get("connection") == "close" and answers.ends(), got)
        tap.check("an idle connection just ends", Answers(idle).ends())
        idle.close()


def run(tap):
    server = Server()
    said = ""
    try:
        check_answers(tap, server)
        check_bytes(tap, server)
        check_refused(tap, server)
        check_kept_headers(tap, server)
        check_trace(tap, server)
        check_gone(tap, server)
        check_reload(tap, server)
        said = server.logged()
        tap.check("refusals and dead letters are logged once each, without secrets",
                  '"hook.refused"' in said and '"arrival.dead"' in said and "canary" not in said and SECRET.decode() not in said
                  and server.token not in said, said[-2000:])
    finally:
        check_stop(tap, server)
    check_full(tap)
