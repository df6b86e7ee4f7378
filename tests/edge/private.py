# SPDX-License-Identifier: Apache-2.0
"""What is held about a person is told to the person and to administrators, and forgotten when that is asked for: nothing of the name is left
in the store's file, in the index, in what tools sent, or in the log."""
import ctypes
import glob
import json
import os
import sqlite3
import subprocess
import urllib.parse
import uuid

import kit
from drafts import Desk
from kit import BUILD, Binary, Server, ended_clean, is_problem, wait_for
from out_kit import change

NAME = "Zoé Kanarienvögelchen"
TOOL = "Yann Kanarischer"
TOOL_REF = "99999999-9999-4999-8999-999999999999"
MAIL = "zoe.kanarie@us.example"
FORMS = [form for name in (NAME, TOOL, MAIL) for form in (name, json.dumps(name)[1:-1], urllib.parse.quote(name), urllib.parse.quote_plus(name))]
FORMS += ["kanarienvogelchen", "kanarischer"]  # as the index folds them


def tables(answer):
    return {one["table"]: one["rows"] for one in answer["tables"]}


def check_export(tap, desk, ref):
    server, number = desk.server, desk.number
    status, mine = desk.ask("ana", "POST", f"/v1/users/{ref}/export", {})
    got = tables(mine)
    tap.equal("a person is told what is held about them", (status, got["account"][0]["name"], got["account"][0]["mail"], got["person"][0]["name"]), (200, NAME, MAIL, NAME))
    tap.equal("their words, their unsent words, their token", (sorted(row["body"] for row in got["comment"]), [row["text"] for row in got["draft"]], len(got["token"])),
              (["said by her", "said for vega"], ["unsent by her"], 1))
    tap.check("no hash of a secret", "hash" not in json.dumps(mine) and "password" not in json.dumps(mine))
    status, theirs = desk.ask("ben", "POST", f"/v1/users/{ref}/export", {})
    tap.equal("an administrator is told it, and of drafts only how many", (status, tables(theirs)["account"][0]["mail"], tables(theirs)["draft"], theirs["drafts"]), (200, MAIL, [], 1))
    tap.equal("nobody else is", [desk.ask(who, "POST", f"/v1/users/{ref}/export", {})[0] for who in ("vera", "vic")], [403, 403])
    tap.equal("the administrator of a supplier neither, about their own people", desk.ask("vic", "POST", f"/v1/users/{desk.ref['vera']}/export", {})[0], 403)
    desk.say("vera", "of vera", match=None, audience="us,vega", undo=0)
    hers = tables(desk.ask("vera", "POST", f"/v1/users/{desk.ref['vera']}/export", {})[1])
    tap.equal("a supplier's person is told theirs", [row["body"] for row in hers["comment"]], ["of vera"])
    server.call("DELETE", f"/v1/incidents/{number}/shares/vega", {"reason": "x"})
    hers = tables(desk.ask("vera", "POST", f"/v1/users/{desk.ref['vera']}/export", {})[1])
    tap.equal("but not from an incident that is shared with them no more", hers["comment"], [])
    desk.share(number)
    part = desk.ask("ana", "POST", f"/v1/users/{ref}/export", {"table": "comment", "skip": 1})[1]
    tap.equal("a table is told in parts", [len(one["rows"]) for one in part["tables"]], [1])
    tap.equal("each that was given is in the audit log", [row["act"] for row in server.json("GET", "/v1/audit?act=person.exported")[1]["items"]].count("person.exported"), 5)
    tap.equal("who is nobody is not exported", server.call("POST", f"/v1/users/{uuid.uuid4()}/export", {})[0], 404)


def speak(server, desk, ref):
    """Her name everywhere where a name may come to stand."""
    desk.put("ana", str(uuid.uuid4()), "unsent by her", audience="us,vega")
    desk.say("ana", "said by her", match=None, audience="internal")
    desk.say("ana", "said for vega", match=None, audience="us,vega", undo=0)
    server.hook({"id": "z1", "title": "told", "status": "open", "comment": "hello", "author": {"id": "y.k", "name": TOOL}, "assignee": NAME}, "z-1", supplier="vega")
    change(server, "INSERT INTO person (ref, organisation, account_hash, kind, name, first_seq, seq) VALUES (?, 'vega', ?, 'person', ?, 1, 1)", TOOL_REF, b"y" * 32, TOOL)
    server.hook(f'{{"id": "z2", "title": "half, by {NAME}'.encode(), "z-2", supplier="vega")
    server.hook(('{"broken": "' + json.dumps(NAME)[1:-1] + '\\nsaid').encode(), "z-3", supplier="vega")
    server.hook(("who=" + urllib.parse.quote_plus(NAME) + "&mail=" + MAIL).encode(), "z-4", supplier="vega")
    wait_for(lambda: server.json("GET", "/v1/search?q=" + urllib.parse.quote(NAME) + "&kind=person")[1].get("items"), 20)


def unpacked(packed):
    zstd = ctypes.CDLL("libzstd.so.1")
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    room = ctypes.create_string_buffer(1 << 20)
    n = zstd.ZSTD_decompress(room, ctypes.c_size_t(len(room)), packed, ctypes.c_size_t(len(packed)))
    return room.raw[:n]


def where(server):
    """Each file of the server that holds a form of the names; nothing is hidden in compressed bytes, those are unpacked."""
    found = []
    for path in glob.glob(os.path.join(server.folder, "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                data = file.read().lower()
            found += [f"{os.path.basename(path)}: {form}" for form in FORMS if form.lower().encode() in data]
    rows = [(table, row) for table in ("raw", "dead_letter") for (row,) in change(server, f"SELECT body FROM {table}")]
    for table, packed in rows:
        body = unpacked(packed).lower()
        found += [f"{table}: {form}" for form in FORMS if form.lower().encode() in body]
    return found


def in_index(server):
    db = sqlite3.connect(os.path.join(server.folder, "search.sqlite"), timeout=10)
    try:
        return db.execute("SELECT rowid, name FROM words WHERE name LIKE '%kanari%'").fetchall()
    finally:
        db.close()


def done(server, ref):
    return wait_for(lambda: "done" in server.json("POST", f"/v1/users/{ref}/erase", {})[1], 20)


def check_erase(tap, desk, ref):
    server = desk.server
    letters = {row["id"]: row["state"] for row in server.json("GET", "/v1/deadletters")[1]["items"]}
    tap.check("before, the name stands in the file, in what was sent, and in the index", {one.split(":")[0].split("-")[0] for one in where(server)} >= {"edge.db", "search.sqlite"}
              and any(one.startswith(("raw", "dead_letter")) for one in where(server)), where(server))
    tap.equal("only who administers erases", [desk.ask(who, "POST", f"/v1/users/{ref}/erase", {})[0] for who in ("ana", "vic")], [403, 403])
    tap.equal("who is nobody is not erased", server.call("POST", f"/v1/users/{uuid.uuid4()}/erase", {})[0], 404)
    status, answer = desk.ask("ben", "POST", f"/v1/users/{ref}/erase", {})
    tap.equal("it begins, and says what stays", (status, len(answer["stays"]) >= 4), (200, True))
    tap.equal("her token is over at once", desk.ask("ana", "GET", "/v1/session")[0], 401)
    tap.check("it is done soon", done(server, ref))
    again = server.json("POST", f"/v1/users/{ref}/erase", {})[1]
    tap.equal("her tokens, sessions and unsent words are gone", [change(server, f"SELECT count(*) FROM {table} WHERE account = ?", ref) for table in ("draft", "token", "session", "invitation")], [[(0,)]] * 4)
    tap.equal("a repeat changes nothing", again, server.json("POST", f"/v1/users/{ref}/erase", {})[1])
    tap.check("what tools sent is found, in each coding", again["raw"] + again["dead_letters"] >= 4, again)
    user = server.json("GET", f"/v1/users/{ref}")[1]
    tap.equal("the account is empty and disabled", (user["name"], user["mail"], user["state"], user["ref"]), ("", "", "disabled", ref))
    tap.check("and does not come back", is_problem(server.call("PATCH", f"/v1/users/{ref}", {"state": "active"}), 409) and is_problem(server.call("PATCH", f"/v1/users/{ref}", {"name": NAME}), 409))
    thread = server.json("GET", f"/v1/incidents/{desk.number}/comments")[1]["items"]
    hers = [(c["body"], c["author"].get("name", "")) for c in thread if c["author"]["ref"] == ref]
    tap.equal("her words and her ref stay", sorted(hers), [("said by her", ""), ("said for vega", "")])
    tool = TOOL_REF
    tap.equal("who is known from a tool alone is erased as well", (server.call("POST", f"/v1/users/{tool}/erase", {})[0], done(server, tool)), (200, True))
    tap.equal("without an account", change(server, "SELECT name, erased FROM person WHERE ref = ?", tool), [("", 1)])
    server.hook({"id": "z1", "title": "told again", "status": "open", "comment": "again", "author": {"id": "y.k", "name": TOOL}}, "z-9", supplier="vega")
    tap.equal("what it sent since is found when that is asked for once more", (server.call("POST", f"/v1/users/{tool}/erase", {"also": [TOOL]})[0], done(server, tool)), (200, True))
    left = {row["id"]: row["state"] for row in server.json("GET", "/v1/deadletters")[1]["items"]}
    tap.equal("no dead letter that waits was lost", left, letters)
    for name in (NAME, TOOL):
        tap.check("the person is not found", wait_for(lambda: not server.json("GET", "/v1/search?q=" + urllib.parse.quote(name) + "&kind=person")[1]["items"], 20))
    tap.check("and the index has forgotten the words", wait_for(lambda: in_index(server) == [], 20), in_index(server))
    audit = change(server, "SELECT act, subject, detail, by_ref FROM audit")
    tap.check("the audit log tells of it by ref", [row[1] for row in audit if row[0] == "person.erased"].count(ref) == 1 and not any(NAME in str(row) for row in audit), audit)
    tap.check("the last administrator is not erased", is_problem(server.call("POST", f"/v1/users/{desk.ref['ben']}/erase", {}), 409))


def check_commands(tap, desk):
    program = os.path.join(kit.BUILD, "entente")
    if not os.path.exists(program):
        tap.skip("entente user export", "the program is not built here")
        return
    env = {**os.environ, "ENTENTE_URL": f"http://127.0.0.1:{desk.server.port}", "ENTENTE_TOKEN": desk.token["ben"]}

    def typed(*words, said=""):
        got = subprocess.run([program, *words], env=env, input=said, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return got.returncode, got.stdout
    status, told = typed("user", "export", desk.ref["vic"], "--table", "account")
    tap.equal("entente user export", (status, [row["name"] for row in tables(json.loads(told))["account"]]), (0, ["vic"]))
    tap.equal("entente user erase asks before", [typed("user", "erase", desk.ref["vic"], said=said)[0] for said in ("", "no\n", "y\n")], [1, 1, 1])
    tap.equal("and nothing was erased", desk.server.json("GET", f"/v1/users/{desk.ref['vic']}")[1]["name"], "vic")
    status, told = typed("user", "erase", desk.ref["vic"], said="yes\n")
    tap.check("then it erases, and says what stays", status == 0 and "cannot be forgotten here" in told and "Kafka" in told and "Backups" in told, told)
    wait_for(lambda: "Erased since" in typed("user", "erase", desk.ref["vic"], "--yes")[1], 20)
    tap.check("typed again it says how far it is", "Erased since" in typed("user", "erase", desk.ref["vic"], "--yes")[1])
    status, told = typed("audit", "verify")
    tap.check("entente audit verify", status == 0 and "holds" in told, told)


def check_relay(tap):
    """`entente serve` itself: its relay and its index come by the row of the outbox that says that a name was forgotten, now and after a restart."""
    if not os.path.exists(os.path.join(kit.BUILD, "entente")):
        tap.skip("erasing behind the program itself", "the program is not built here")
        return
    server = Binary()
    try:
        ref = server.json("POST", "/v1/users", {"name": NAME, "role": "technician"})[1]["ref"]
        token = server.json("POST", "/v1/tokens", {"name": "hers", "account": ref})[1]["token"]
        with sqlite3.connect(os.path.join(server.folder, "data", "entente.db"), timeout=10) as db:
            db.execute("UPDATE account SET state = 'active'")
        db.close()
        tap.equal("she acts", server.call("POST", "/v1/incidents", {"title": "by her"}, token=token)[0], 201)
        tap.equal("the program forgets her", server.call("POST", f"/v1/users/{ref}/erase", {})[0], 200)
        tap.check("and to the end", done(server, ref))
        tap.equal("what comes after it is served", server.call("POST", "/v1/incidents", {"title": "after it"})[0], 201)
        server.again()
        tap.equal("so it is after a restart", server.call("POST", "/v1/incidents", {"title": "after the restart"})[0], 201)
        found = wait_for(lambda: [row["incident"] for row in server.json("GET", "/v1/search?q=restart&kind=incident")[1]["items"]], 20)
        tap.check("and its index has come past the row", found, found)
    finally:
        ended_clean(tap, server)


def run(tap):
    check_relay(tap)
    server = Server()
    try:
        desk = Desk(server)
        ref = desk.ref["ana"]
        change(server, "UPDATE account SET name = ?, mail = ? WHERE ref = ?", NAME, MAIL, ref)
        speak(server, desk, ref)
        check_export(tap, desk, ref)
        check_erase(tap, desk, ref)
        check_commands(tap, desk)
        server.process.stdin.write(b"end\n")
        server.process.stdin.close()
        server.process.wait(30)
        tap.equal("nothing of the names is left in any file", where(server), [])
    finally:
        ended_clean(tap, server)
