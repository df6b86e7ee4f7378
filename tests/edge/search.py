# SPDX-License-Identifier: Apache-2.0
"""Search over real sockets: what was stored a moment ago is found; nothing typed is an operator, whatever it is; an index
that is damaged, deleted or made anew while the broker runs keeps nobody up."""
import json
import os
import time
import urllib.parse

from kit import TOP, Server, ended_clean, is_problem, wait_for

BLNS = os.path.join(TOP, "..", "shared", "hostile", "strings", "blns.json")
SECONDS = 2.0  # for one query, on a machine that does other things
SYNTAX = ['"', '""', '"a', "a*", "*", "^a", "a OR b", "a AND", "AND", "NOT", "a NOT b", "NEAR(a b)", "NEAR(a b, 99999999999)", "name : a", "{name text} : a", "- name : a",
          "who : _orion", "_orion", "(a", ")", "a + b", "+", "words MATCH 'a'", "' OR 1=1 --", ";", "\\", "%", "a:b:c", "rowid:1", "rank", "a\u0301\u0301\u0301", "\u202e", "\ufeff", "\U000e0001"]


def find(server, text, **more):
    began = time.monotonic()
    status, headers, body = server.call("GET", "/v1/search?" + urllib.parse.urlencode({"q": text, **more}))
    return status, json.loads(body) if status == 200 else None, time.monotonic() - began


def finds(server, text, kind, **more):
    status, page, _ = find(server, text, **more)
    return status == 200 and any(item["kind"] == kind for item in page["items"])


def check_found(tap, server):
    server.hook({"id": "P-17", "title": "L'imprimante de l'étage 7 fume", "status": "open", "comment": "Éclairage éteint, cœur du réseau"}, "s-1")
    server.hook({"id": "P-18", "title": "Imprimante de l'étage 8", "status": "open", "comment": "rien"}, "s-2")
    tap.check("an incident is found by the beginning of a word of its title, moments later", wait_for(lambda: finds(server, "imprim", "incident"), 20))
    tap.check("its ticket by its id", wait_for(lambda: finds(server, "P-17", "ticket"), 20))
    tap.check("its comment without accents", wait_for(lambda: finds(server, "eclairage coeur", "comment"), 20))
    item = find(server, "reseau", kind="comment")[1]["items"][0]["snippet"]
    tap.equal("where it stands is told as numbers", [item["text"][a:b] for a, b in item["found"]], ["réseau"])
    tap.equal("of one kind", {i["kind"] for i in find(server, "imprimante", kind="incident")[1]["items"]}, {"incident"})
    page = find(server, "imprimante", kind="incident", limit=1)[1]
    other = find(server, "imprimante", kind="incident", limit=1, cursor=page["next"])[1]
    tap.check("page by page", page["items"][0]["incident"] != other["items"][0]["incident"] and other["next"] is None, (page, other))
    similar = server.json("GET", "/v1/search/similar?title=imprimante+de+etage+9")[1]
    tap.equal("similar titles, and that words are compared", (len(similar["items"]), similar["compares"]), (2, "words"))
    got = server.json("GET", f"/v1/incidents/{page['items'][0]['incident']}/similar")[1]
    tap.equal("similar to an incident: not itself", [i["incident"] for i in got["items"]], [other["items"][0]["incident"]])


def check_refused_searches(tap, server):
    for query, want in (("", 400), ("?q=a&kind=secret", 400), ("?q=a&cursor=x", 400), ("?q=a&limit=51", 400), ("?q=%00", 400), ("?q=a%00b", 400), ("?q=%ff", 400),
                        ("?q=" + "+".join(["word"] * 1000), 400), ("?q=" + "a" * 2000, 400), ("?q=" + "a" * 65536, 414), ("?q=a&q=b", 400)):
        began = time.monotonic()
        got = server.call("GET", "/v1/search" + query)
        tap.check(f"refused with {want}: {query[:30]}", is_problem(got, want) and time.monotonic() - began < SECONDS, (got[0], got[2][:200]))
    tap.check("similar to nothing: 400", is_problem(server.call("GET", "/v1/search/similar"), 400))
    tap.check("similar to no incident: 404", is_problem(server.call("GET", "/v1/incidents/ENT-999999/similar"), 404))


def check_hostile(tap, server):
    texts = list(SYNTAX)
    if os.path.exists(BLNS):
        with open(BLNS, encoding="utf-8") as file:
            texts += json.load(file)
    else:
        tap.skip("search: naughty strings", f"{BLNS} is not here")
    wrong, slow = [], 0.0
    for i, text in enumerate(texts):
        status, page, took = find(server, text)
        slow = max(slow, took)
        if status not in (200, 400) or (status == 200 and page["index"] == "being_made"):
            wrong.append((text, status))
    tap.equal(f"{len(texts)} texts as a query: each a clear answer", wrong, [])
    tap.check(f"none takes long: {slow:.3f} s", slow < SECONDS)
    tap.equal("only marks: nothing, and that is an answer", find(server, "?!.. -- \u2026")[1]["items"], [])
    for i, text in enumerate(texts):
        server.hook({"id": f"N-{i}", "title": f"naughty {text}", "status": "open", "comment": text or "-"}, f"n-{i}")
    tap.check("the same texts are stored and indexed", wait_for(lambda: finds(server, f"N-{len(texts) - 1}", "ticket"), 60))
    lost = [text for text in texts if find(server, text)[0] == 200 and any(c.isalnum() for c in text) and len(text) < 200 and
            not find(server, text)[1]["items"]]
    tap.check(f"each is found by itself: {len(lost)} are not", not lost, lost[:5])


def check_damage(tap, server):
    path = os.path.join(server.folder, "search.sqlite")
    tap.check("it stands beside the store", os.path.exists(path))
    tap.equal("made anew while it runs: 202", server.call("POST", "/v1/search/rebuild")[0], 202)
    tap.check("and found again", wait_for(lambda: finds(server, "imprim", "incident"), 30))
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        file.seek(8192)
        file.write(b"\xa5" * max(size - 8192, 8192))
    for name in ("search.sqlite-wal",):
        try:
            os.truncate(os.path.join(server.folder, name), 0)
        except OSError:
            pass
    answers = set()

    def mended():
        status = find(server, "imprim")[0]
        answers.add(status)
        return status == 200 and finds(server, "fume", "incident") and len(find(server, "imprim", kind="incident")[1]["items"]) == 3
    server.hook({"id": "P-19", "title": "Imprimante de l'étage 9", "status": "open"}, "s-3")
    tap.check("damaged: it is noticed, made anew, and found again", wait_for(mended, 30), answers)
    tap.check("meanwhile it was said, nothing else", answers <= {200, 503}, answers)
    tap.equal("the rest of the broker is well", [server.call("GET", p)[0] for p in ("/v1/incidents", "/readyz")], [200, 200])


def run(tap):
    server = Server()
    check_found(tap, server)
    check_refused_searches(tap, server)
    check_hostile(tap, server)
    check_damage(tap, server)
    ended_clean(tap, server)
