# SPDX-License-Identifier: Apache-2.0
"""Attachments' bytes over real sockets: limits, slow clients, hostile names and files, a check that refuses or hangs, and
who gets them: nobody who does not read the comment."""
import contextlib
import hashlib
import json
import os
import stat
import tempfile
import threading
import time
import urllib.parse

import kit
from kit import Answers, Server, ended_clean, is_problem, wait_for
from out_kit import change, say

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
POLYGLOT = b"GIF89a/*" + b"<script>alert(1)</script>" + b"*/=1;"
NAMES = [("../../x", "x"), ("..\\..\\boot.ini", "boot.ini"), ("/etc/passwd", "passwd"), ("..", "file"), ("a\r\nSet-Cookie: x=1", None),
         ("exe.\u202efdp", "exe.fdp"), ("rapport d'été n°7.pdf", "rapport d'été n°7.pdf"), ('a"b;c=d.txt', 'a"b;c=d.txt'), ("名前.log", "名前.log"),
         ("nul\0l", None), ("x" * 500 + ".tar.gz", "x" * 197 + ".gz"), ("a" * 1001, None), ("", None), (" . ", "file")]


def up(server, number, data, name="trace.log", token=True, headers=None, **more):
    query = urllib.parse.urlencode({"name": name, **more})
    status, got, body = server.call("POST", f"/v1/incidents/{number}/attachments?{query}", data,
                                    {"Content-Type": "application/octet-stream", **(headers or {})}, token=token)
    return status, got, json.loads(body) if body else None


def down(server, number, one, token=True, headers=None, method="GET"):
    return server.call(method, f"/v1/incidents/{number}/attachments/{one}", None, headers, token=token)


def kept(server):
    """Names of the files on the disk, and of those that are arriving."""
    folder = os.path.join(server.folder, "files")
    names = [name for at, _, found in os.walk(folder) for name in found if os.path.basename(at) != "new"]
    return sorted(name for name in names if name != "lock"), sorted(os.listdir(os.path.join(folder, "new")))


def person(server, name, role, organisation):
    ref = server.json("POST", "/v1/users", {"name": name, "role": role, "organisation": organisation})[1]["ref"]
    change(server, f"UPDATE account SET state = 'active' WHERE ref = '{ref}'")
    token = server.json("POST", "/v1/tokens", {"name": name, "account": ref})[1]["token"]
    if organisation != "us":
        kit.OTHERS.add("Bearer " + token)
    return token


def opened(server, *shares):
    number = server.json("POST", "/v1/incidents", {"title": "files"})[1]["number"]
    for name in shares:
        server.json("POST", f"/v1/incidents/{number}/shares", {"supplier": name, "role": "shadow", "brief": {"what": "words"}})
    return number


def check_way(tap, server, number):
    data = b"line\n" * 100000
    status, _, one = up(server, number, data)
    tap.equal("a file is uploaded", (status, one["name"], one["size"], one["sha256"], one["state"], one["media_type"]),
              (201, "trace.log", len(data), hashlib.sha256(data).hexdigest(), "kept", "text/plain"))
    tap.equal("it has its content's name on the disk, and nothing is left of its way", kept(server), ([one["sha256"]], []))
    path = os.path.join(server.folder, "files", one["sha256"][:2], one["sha256"])
    tap.equal("only its owner reads it there", stat.S_IMODE(os.stat(path).st_mode), 0o600)
    same = [up(server, number, what, id=one["id"], **more) for what, more in ((data, {}), (data + b"x", {}), (data, {"token": person(server, "other", "technician", "us")}))]
    tap.equal("the same file with the same id is kept once; another one, and another one's, is refused", ([got[0] for got in same], same[0][2]), ([200, 409, 409], one))
    tap.check("and leaves nothing", wait_for(lambda: kept(server) == ([one["sha256"]], []), 10), kept(server))
    status, headers, body = down(server, number, one["id"])
    tap.equal("its uploader gets it back", (status, body == data), (200, True))
    tap.equal("always as a file to be saved, never shown",
              (headers["Content-Disposition"].split(";")[0], headers["X-Content-Type-Options"], "sandbox" in headers["Content-Security-Policy"],
               "no-store" in headers["Cache-Control"]), ("attachment", "nosniff", True, True))
    tap.equal("the same again costs nothing with its tag", down(server, number, one["id"], headers={"If-None-Match": headers["ETag"]})[0], 304)
    tap.equal("HEAD has no body", (lambda got: (got[0], got[1]["Content-Length"], got[2]))(down(server, number, one["id"], method="HEAD")), (200, str(len(data)), b""))
    status, comment = server.json("POST", f"/v1/incidents/{number}/comments", {"body": "see the file", "audience": "internal", "attachments": [one["id"]]})
    tap.equal("a comment carries it", (status, [f["name"] for f in comment["attachments"]]), (201, ["trace.log"]))
    shown = server.json("GET", f"/v1/incidents/{number}")[1]
    tap.equal("it stands at the comment", [(f["id"], f["comment"]) for f in shown["attachments"]], [(one["id"], comment["id"])])
    tap.check("a file is carried once", is_problem(server.call("POST", f"/v1/incidents/{number}/comments", {"body": "again", "audience": "internal", "attachments": [one["id"]]}), 422))
    listed = server.json("GET", f"/v1/incidents/{number}/attachments")[1]
    tap.equal("the list", ([f["id"] for f in listed["attachments"]], listed["staged"]), ([one["id"]], []))
    tap.equal("after the comment it is still got", down(server, number, one["id"])[2] == data, True)
    server.call("DELETE", f"/v1/incidents/{number}/comments/{comment['id']}")
    tap.check("it goes with its comment", is_problem(down(server, number, one["id"]), 404))
    tap.check("and from the disk", wait_for(lambda: kept(server) == ([], []), 10), kept(server))


def check_names(tap, server, number):
    for given, want in NAMES:
        status, _, one = up(server, number, b"x", given)
        if want is None:
            tap.check(f"refused: {given[:20]!r}", status == 400, (status, one))
            continue
        tap.equal(f"{given[:30]!r} is called", (status, one and one.get("name")), (201, want))
        field = down(server, number, one["id"])[1].get_all("Content-Disposition")
        tap.equal("one field, of one line, says so", (len(field), field[0].split("filename*=UTF-8''")[1]), (1, urllib.parse.quote(want, safe="-._~")))
        server.call("DELETE", f"/v1/incidents/{number}/attachments/{one['id']}")
    for data, want in ((SVG, "image/svg+xml"), (POLYGLOT, "image/gif"), (b"%PDF-1.7\n", "application/pdf"), (b"\0\1\2", "application/octet-stream"),
                       (b"PK\x03\x04rest", "application/zip"), (b"<!DOCTYPE html><script>", "text/html"), ("é".encode() * 3000, "text/plain")):
        one = up(server, number, data, "x.png", headers={"Content-Type": "text/html"})[2]
        status, headers, body = down(server, number, one["id"])
        tap.equal(f"{want}: told by its bytes, saved and never shown",
                  (one["media_type"], headers["Content-Type"], status, body == data, headers["Content-Disposition"][:11], headers["X-Content-Type-Options"],
                   headers["Content-Security-Policy"]), (want, "application/octet-stream", 200, True, "attachment;", "nosniff", "default-src 'none'; sandbox; frame-ancestors 'none'"))
        server.call("DELETE", f"/v1/incidents/{number}/attachments/{one['id']}")
    tap.check("what is removed goes from the disk", wait_for(lambda: kept(server) == ([], []), 10), kept(server))


def by_head(server, path, length):
    """The status by which a body is refused before it comes."""
    with server.connect() as s:
        s.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nContent-Length: {length}\r\n\r\n".encode())
        return Answers(s).next()[0]


def check_refused(tap, server, number):
    tap.check("larger than a file may be: 413", by_head(server, f"/v1/incidents/{number}/attachments?name=big", (4 << 20) + 1) == 413)
    tap.check("no bytes", is_problem(server.call("POST", f"/v1/incidents/{number}/attachments?name=a"), 422))
    tap.check("another route takes no larger body for it", by_head(server, f"/v1/incidents/{number}/comments", 2 << 20) == 413)
    tap.check("in no incident: 404", up(server, "ENT-999999", b"x")[0] == 404)
    tap.check("without a token: 401", up(server, number, b"x", token=False)[0] == 401)
    tap.check("no coding", up(server, number, b"x", headers={"Content-Encoding": "gzip"})[0] == 415)
    got = server.call("POST", f"/v1/incidents/{number}/comments", {"body": "x", "audience": "internal", "attachments": ["11111111-1111-4111-8111-111111111111"]})
    tap.check("a comment with a file that is not there is refused", is_problem(got, 422), got)
    for odd in ("x", [1], ["x"], {"a": 1}, ["11111111-1111-4111-8111-111111111111"] * 2, [f"11111111-1111-4111-8111-{n:012}" for n in range(11)]):
        tap.check(f"no list of files: {str(odd)[:30]}", is_problem(server.call("POST", f"/v1/incidents/{number}/comments", {"body": "x", "audience": "internal", "attachments": odd}), 422))
    tap.equal("nothing is left of them", kept(server), ([], []))


def check_chunks(tap, server, number):
    data = os.urandom(300000)

    def pieces():
        for at in range(0, len(data), 7001):
            yield data[at:at + 7001]
    status, _, one = up(server, number, pieces())
    tap.equal("in chunks", (status, one["sha256"]), (201, hashlib.sha256(data).hexdigest()))
    server.call("DELETE", f"/v1/incidents/{number}/attachments/{one['id']}")
    head = (f"POST /v1/incidents/{number}/attachments?name=big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n").encode()
    with server.connect() as s:
        s.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(80):
                s.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        tap.equal("chunks beyond the limit: 413", Answers(s).next()[0], 413)
    with server.connect() as s:
        s.sendall(head + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
        answers = Answers(s)
        tap.equal("it may go on before its first byte", answers.next()[0], 100)
        s.sendall(b"y" * 1000 + f"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        tap.equal("and the next request stands behind it", (answers.next()[0], answers.next()[0]), (201, 200))
    with server.connect() as s:
        s.sendall(head.replace(b"Bearer ent_", b"Bearer ent-") + b"Content-Length: 4000000\r\nExpect: 100-continue\r\n\r\n")
        tap.equal("who may not is told before the first byte", Answers(s).next()[0], 401)
    with server.connect() as s:
        s.sendall(head + b"Content-Length: 100000\r\n\r\n" + b"z" * 5000)
        tap.check("it arrives", wait_for(lambda: len(kept(server)[1]) == 1, 5))
    tap.check("a client that goes away leaves nothing", wait_for(lambda: kept(server)[1] == [], 5), kept(server))


def check_slow(tap):
    server = Server(request_s=1, idle_s=5)
    try:
        number = opened(server)
        with server.connect() as s:
            s.sendall(f"POST /v1/incidents/{number}/attachments?name=slow HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 4000000\r\n\r\n".encode())
            began = time.monotonic()
            with contextlib.suppress(OSError):
                while time.monotonic() - began < 4:
                    s.sendall(b"x" * 100)
                    time.sleep(0.1)
            got = Answers(s).next()
            tap.check("a slow client is cut off: 408", got and got[0] == 408, got)
        tap.check("and leaves nothing", wait_for(lambda: kept(server) == ([], []), 5), kept(server))
        with server.connect() as s:
            s.sendall(f"POST /v1/incidents/{number}/attachments?name=paced HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 2097152\r\n\r\n".encode())
            for _ in range(8):
                s.sendall(b"x" * 262144)
                time.sleep(0.3)
            tap.equal("one that goes on may take longer than a request may", Answers(s).next()[0], 201)
    finally:
        ended_clean(tap, server)


def check_room(tap):
    server = Server(staged_max=100000, files_max=250000)
    try:
        number = opened(server)
        ana, ben, cleo = (person(server, name, "technician", "us") for name in ("Ana", "Ben", "Cleo"))
        tap.equal("up to what one may have staged", [up(server, number, b"a" * 60000, token=ana)[0] for _ in range(2)], [201, 409])
        tap.equal("another has room of their own", up(server, number, b"b" * 60000, token=ben)[0], 201)
        tap.equal("with the same content, too: nobody learns that it is there", up(server, number, b"a" * 60000, token=cleo)[0], 201)
        got = up(server, number, b"c" * 200000, token=True)
        tap.equal("all files together: 503", (got[0], got[2]["code"]), (503, "busy.send_again"))
        tap.equal("comments are written all the same", say(server, number, "internal", "words")[0], 201)
        names = kept(server)[0]
        tap.equal("two contents, two files", len(names), 2)
        for one in server.json("GET", f"/v1/incidents/{number}/attachments", token=ana)[1]["staged"]:
            server.call("DELETE", f"/v1/incidents/{number}/attachments/{one['id']}", token=ana)
        time.sleep(1.5)
        tap.equal("a file stays while somebody else has the same", kept(server)[0], names)
        change(server, "UPDATE upload SET made_ms = 1")
        tap.check("what nobody sends goes after a day", wait_for(lambda: kept(server) == ([], []), 10), kept(server))
    finally:
        ended_clean(tap, server)


def check_readers(tap):
    """A canary for each comment: whoever does not read the comment finds neither it nor its file, however asked."""
    server = Server()
    try:
        number = opened(server, "vega", "south")
        people = {"us": person(server, "Ana", "technician", "us"), "us2": person(server, "Ben", "technician", "us"),
                  "vega": person(server, "Vera", "supplier_technician", "vega"), "south": person(server, "Sami", "supplier_technician", "south"),
                  "telnord": person(server, "Tea", "supplier_technician", "telnord")}
        one = up(server, number, b"canary-staged", "canary-staged.txt", token=people["us"])[2]
        nothing = down(server, number, "11111111-1111-4111-8111-111111111111", token=people["us2"])
        strange = down(server, number, one["id"], token=people["us2"])
        tap.equal("a staged file is its uploader's alone: 404 as for what is not there",
                  (strange[0], strange[2].replace(one["id"].encode(), b"")), (404, nothing[2].replace(b"11111111-1111-4111-8111-111111111111", b"")))
        got = server.call("POST", f"/v1/incidents/{number}/comments", {"body": "x", "audience": "internal", "attachments": [one["id"]]}, token=people["us2"])
        tap.check("and nobody else carries it", is_problem(got, 422), got)
        files = {}
        for word, by, audience in (("ours", "us", ["us"]), ("vega", "us", ["us", "vega"]), ("all", "us", None), ("theirs", "vega", ["us", "vega"])):
            file = up(server, number, f"canary-{word}".encode(), f"canary-{word}.txt", token=people[by])[2]
            to = {"organisations": ["us"], "everyone": True, "requester": False} if audience is None else {"organisations": audience, "everyone": False, "requester": False}
            body = {"body": f"words {word}", "audience": to, "attachments": [file["id"]], "undo": 0}
            status, comment = server.json("POST", f"/v1/incidents/{number}/comments", body, token=people[by])
            tap.equal(f"a comment for {audience} with a file", status, 201)
            files[word] = (file["id"], comment["id"])
        sees = {"ours": {"us", "us2"}, "vega": {"us", "us2", "vega"}, "all": {"us", "us2", "vega", "south"}, "theirs": {"us", "us2", "vega"}}
        check_who(tap, server, number, people, files, sees, "written")
        held = up(server, number, b"canary-held", "canary-held.txt", token=people["us"])[2]
        comment = server.json("POST", f"/v1/incidents/{number}/comments", {"body": "held", "audience": "everyone,us", "attachments": [held["id"]], "undo": 60}, token=people["us"])[1]
        files["held"], sees["held"] = (held["id"], comment["id"]), {"us", "us2"}
        check_who(tap, server, number, people, files, sees, "held")
        server.call("POST", f"/v1/incidents/{number}/comments/{comment['id']}/publish", token=people["us"])
        sees["held"] = {"us", "us2", "vega", "south"}
        check_who(tap, server, number, people, files, sees, "published")
        status, said = edit(server, number, files["vega"][1], {"organisations": ["us"], "everyone": False, "requester": False}, people["us"])
        tap.check("narrowed", status == 200, said)
        sees["vega"] = {"us", "us2"}
        check_who(tap, server, number, people, files, sees, "narrowed")
        wide = {"organisations": ["us", "south"], "everyone": False, "requester": False}
        at = f"/v1/incidents/{number}/comments/{files['ours'][1]}/widen"
        readers = server.json("POST", at + "?dry_run=true", {"audience": wide}, token=people["us"])[1]
        status, said = server.json("POST", at, {"audience": wide, "readers": readers["readers"]}, token=people["us"])
        tap.equal("widened", status, 200)
        sees["ours"] = {"us", "us2", "south"}
        check_who(tap, server, number, people, files, sees, "widened")
        server.call("DELETE", f"/v1/incidents/{number}/shares/south", {})
        sees = {word: who - {"south"} for word, who in sees.items()}
        check_who(tap, server, number, people, files, sees, "unshared")
        again = up(server, number, b"canary-undone", "canary-undone.txt", token=people["us"])[2]
        comment = server.json("POST", f"/v1/incidents/{number}/comments", {"body": "undone", "audience": "everyone,us", "attachments": [again["id"]], "undo": 60}, token=people["us"])[1]
        undone = server.json("POST", f"/v1/incidents/{number}/comments/{comment['id']}/undo", token=people["us"])[1]
        tap.equal("undo names the file", [(f["id"], f["name"]) for f in undone["draft"].get("attachments", [])], [(again["id"], "canary-undone.txt")])
        tap.equal("undone, it is its writer's again", (down(server, number, again["id"], token=people["us"])[2], down(server, number, again["id"], token=people["us2"])[0]), (b"canary-undone", 404))
        answer = server.json("POST", f"/v1/incidents/{number}/asks", {"kind": "question", "to": "vega", "body": "what is it?", "attachments": [again["id"]]}, token=people["us"])
        tap.equal("an ask carries it", (answer[0], down(server, number, again["id"], token=people["vega"])[0]), (201, 200))
        tags = {down(server, number, again["id"], token=people[who])[1]["ETag"] for who in ("us", "us2", "vega")}
        tap.equal("each reader has a tag of their own", len(tags), 3)
    finally:
        ended_clean(tap, server)


def edit(server, number, comment, audience, token):
    return server.json("PATCH", f"/v1/incidents/{number}/comments/{comment}", {"audience": audience}, {"If-Match": "*"}, token=token)


def check_who(tap, server, number, people, files, sees, when):
    wrong = []
    for who, token in people.items():
        asked = [server.call("GET", path, token=token) for path in
                 (f"/v1/incidents/{number}", f"/v1/incidents/{number}/comments", f"/v1/incidents/{number}/attachments", f"/v1/incidents/{number}/history?limit=200",
                  f"/v1/search?q=canary")]
        for word, (file, _) in files.items():
            may = who in sees[word]
            status, _, body = down(server, number, file, token=token)
            if (status == 200, body == f"canary-{word}".encode()) != (may, may):
                wrong.append(f"{who} {word}: {status}")
            for got in asked:
                if not may and (f"canary-{word}".encode() in got[2] or file.encode() in got[2]):
                    wrong.append(f"{who} finds {word} in {got[2][:200]}")
            if may and not all(file.encode() in got[2] for got in asked[:3]):
                wrong.append(f"{who} misses {word} in {[n for n, got in enumerate(asked[:3]) if file.encode() not in got[2]]}")
    tap.check(f"{when}: each file is for exactly the readers of its comment", not wrong, wrong)


HOOK = """#!/bin/sh
[ -z "$EDGE_TEST_SECRET" ] || exit 7
grep -q hang "$1" && sleep 600
grep -q virus "$1" && exit 1
grep -q broken "$1" && exit 9
exit 0
"""


def check_hook(tap):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "check")
        with open(path, "w", encoding="utf-8") as file:
            file.write(HOOK)
        os.chmod(path, 0o700)
        os.environ["EDGE_TEST_CHECK"], os.environ["EDGE_TEST_SECRET"] = path, "canary"
        try:
            server = Server(checks=1)
        finally:
            del os.environ["EDGE_TEST_CHECK"], os.environ["EDGE_TEST_SECRET"]
        try:
            number = opened(server)
            state = {}
            for word in ("hang", "clean", "virus", "broken"):
                one = up(server, number, f"a {word} file".encode(), word)[2]
                tap.equal(f"{word}: nobody gets it before it is checked", one["state"], "checking")
                state[word] = one["id"]
            got = down(server, number, state["hang"])
            tap.check("not even its uploader: 409", is_problem(got, 409), got)
            got = server.call("POST", f"/v1/incidents/{number}/comments", {"body": "x", "audience": "internal", "attachments": [state["hang"]]})
            tap.check("and no comment carries it: 409", is_problem(got, 409), got)

            def states():
                staged = server.json("GET", f"/v1/incidents/{number}/attachments")[1]["staged"]
                return {one["name"]: one["state"] for one in staged}
            want = {"clean": "kept", "virus": "refused", "hang": "checking", "broken": "checking"}
            tap.check("a check that hangs holds nobody up", wait_for(lambda: states() == want, 15), states())
            tap.equal("what is clean is got", down(server, number, state["clean"])[0], 200)
            tap.check("what was refused is not", is_problem(down(server, number, state["virus"]), 409))
            tap.check("and not carried", is_problem(server.call("POST", f"/v1/incidents/{number}/comments", {"body": "x", "audience": "internal", "attachments": [state["virus"]]}), 409))
            tap.equal("writes go on", say(server, number, "internal", "words")[0], 201)
            tap.check("the log says what was not checked, and no name", wait_for(lambda: "upload.not_checked" in server.logged(), 10) and "virus" not in server.logged(), server.logged()[-500:])
        finally:
            ended_clean(tap, server)


def check_disk(tap):
    """A file without a row is swept away; a row without its file says so."""
    server = Server()
    try:
        number = opened(server)
        one = up(server, number, b"kept", "kept")[2]
        comment = server.json("POST", f"/v1/incidents/{number}/comments", {"body": "x", "audience": "internal", "attachments": [one["id"]]})
        tap.equal("kept", comment[0], 201)
        os.unlink(os.path.join(server.folder, "files", one["sha256"][:2], one["sha256"]))
        got = down(server, number, one["id"])
        tap.check("a file that was lost: 404, and why", is_problem(got, 404) and json.loads(got[2])["code"] == "upload.missing", got)
        tap.equal("the broker lives", server.call("GET", "/healthz")[0], 200)
        count = [0]

        def many():
            for _ in range(5):
                status = up(server, number, os.urandom(100000) + b"same")[0]
                count[0] += status in (201, 429)
        threads = [threading.Thread(target=many) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tap.equal("many at once are kept or told to wait", count[0], 30)
    finally:
        ended_clean(tap, server)


def run(tap):
    server = Server()
    try:
        number = opened(server)
        check_way(tap, server, number)
        check_names(tap, server, number)
        check_refused(tap, server, number)
        check_chunks(tap, server, number)
    finally:
        ended_clean(tap, server)
    check_slow(tap)
    check_room(tap)
    check_readers(tap)
    check_hook(tap)
    check_disk(tap)
