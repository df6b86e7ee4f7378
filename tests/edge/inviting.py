# SPDX-License-Identifier: Apache-2.0
"""Nobody gives, resets or enables again more verbs than they hold."""
import os
import sqlite3

from kit import Binary, ended_clean, is_problem

ROOT = "44444444-4444-4444-8444-444444444444"


def change(server, sql, *values):
    with sqlite3.connect(os.path.join(server.folder, "data", "entente.db"), timeout=10) as db:
        rows = db.execute(sql, values).fetchall()
    db.close()
    return rows


def check_invitations(tap, server, few):
    def invite(token, mail, role, **more):
        return server.call("POST", "/v1/invitations", {"name": "Eve", "mail": mail, "role": role, **more}, token=token)
    tap.check("who holds only `invite` invites no administrator", is_problem(invite(few, "eve@us.example", "admin"), 403))
    tap.check("nor a technician: that role holds more", is_problem(invite(few, "eve@us.example", "technician"), 403))
    tap.check("nor somebody of another organisation", is_problem(invite(few, "eve@orion.example", "supplier_admin", organisation="orion"), 403))
    for role in ("admin", "technician"):
        tap.check(f"nor an administrator who is here, as {role}: the account's role counts", is_problem(invite(few, "root@us.example", role), 403))
    tap.equal("none of it left an invitation or a person",
              (change(server, "SELECT count(*) FROM invitation")[0][0], change(server, "SELECT count(*) FROM account WHERE mail LIKE 'eve@%'")[0][0]), (0, 0))
    desk = server.json("POST", "/v1/tokens", {"name": "desk", "verbs": ["read", "write", "open", "describe", "share", "hand_over", "merge", "joins",
                                                                        "settle", "measure", "invite"]})[1]["token"]
    tap.equal("who holds the role's verbs invites", invite(desk, "tec@us.example", "technician")[0], 201)
    tap.check("but not into another organisation", is_problem(invite(desk, "eve@orion.example", "supplier_technician", organisation="orion"), 403))
    tap.check("nor an administrator", is_problem(invite(desk, "root@us.example", "technician"), 403))
    tap.equal("who holds all does", [invite(True, mail, "technician")[0] for mail in ("root@us.example", "new@us.example")], [201, 201])
    tap.equal("the audit log tells the account's role", change(server, "SELECT detail FROM audit WHERE act = 'user.invited' AND subject = ?", ROOT), [("admin",)])


def check_mail(tap, server):
    for mail in ("eve\x01@us.example", "eve @us.example", "eve@us@example"):
        tap.check(f"{ascii(mail)} is no mail address of somebody who is added", is_problem(server.call("POST", "/v1/users", {"name": "Eve", "role": "technician", "mail": mail}), 422))
        tap.check("nor of somebody who is invited", is_problem(server.call("POST", "/v1/invitations", {"name": "Eve", "role": "technician", "mail": mail}), 422))


def check_enabled(tap, server, few):
    at = f"/v1/users/{ROOT}"
    other = server.json("POST", "/v1/users", {"name": "Other", "role": "admin"})[1]["ref"]
    change(server, "UPDATE account SET state = 'active', password = 'x' WHERE ref = ?", other)
    tap.check("who holds only `invite` disables no administrator", is_problem(server.call("PATCH", at, {"state": "disabled"}, token=few), 403))
    tap.equal("who holds all does", server.call("PATCH", at, {"state": "disabled"})[0], 200)
    tap.check("who holds only `invite` enables no administrator again", is_problem(server.call("PATCH", at, {"state": "active"}, token=few), 403))
    tap.equal("who holds all does", server.json("PATCH", at, {"state": "active"})[0], 200)


def run(tap):
    server = Binary()
    try:
        few = server.json("POST", "/v1/tokens", {"name": "few", "verbs": ["read", "invite"]})[1]["token"]
        server.json("POST", "/v1/users", {"id": ROOT, "name": "Root", "role": "admin", "mail": "root@us.example"})
        change(server, "UPDATE account SET state = 'active', password = 'x'")
        check_invitations(tap, server, few)
        check_mail(tap, server)
        check_enabled(tap, server, few)
    finally:
        ended_clean(tap, server)
