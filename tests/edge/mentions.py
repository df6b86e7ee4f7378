# SPDX-License-Identifier: Apache-2.0
"""Mentions and the inbox, by the program and its commands: who cannot read words is not mentioned by them, and what can be done is told to programs."""
import json
import os
import subprocess
import uuid

from kit import BUILD, Binary, ended_clean


def types(server, token, *words):
    """A person's command: its exit status, output and errors."""
    done = subprocess.run([os.path.join(BUILD, "entente"), *words, "--url", f"http://127.0.0.1:{server.port}"], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={**os.environ, "ENTENTE_TOKEN": token})
    return done.returncode, done.stdout, done.stderr


def person(server, name, organisation, role):
    ref = server.json("POST", "/v1/users", {"name": name, "role": role, "organisation": organisation, "mail": f"{name.split()[0].lower()}@{organisation}.example"})[1]["ref"]
    return ref, server.json("POST", "/v1/tokens", {"name": name.replace(" ", "-").lower(), "account": ref})[1]["token"]


def run(tap):
    server = Binary()
    try:
        ana, ana_token = person(server, "Ana", "us", "technician")
        ben, ben_token = person(server, "Ben Weber", "us", "technician")
        ora, ora_token = person(server, "Ora", "orion", "supplier_technician")
        number = server.json("POST", "/v1/incidents", {"title": "Uplink"}, token=ana_token)[1]["number"]
        at = f"/v1/incidents/{number}/comments"
        status, said = server.json("POST", at, {"body": f"Look, <@{ora}>!", "audience": "internal"}, token=ana_token)
        tap.equal("who takes no part is not mentioned", (status, said["code"]), (409, "mention.no_part"))
        share, plain = said["acts"]
        tap.equal("share it", (share["act"], share["method"], share["path"], share["body"], share["may"]),
                  ("share", "POST", f"/v1/incidents/{number}/shares", {"supplier": "orion", "role": "shadow"}, True))
        tap.equal("or keep the name", plain, {"act": "plain", "ref": ora, "body": "Look, @Ora!"})
        tap.equal("those words are taken", server.json("POST", at, {"body": plain["body"], "audience": "internal"}, token=ana_token)[0], 201)
        tap.equal("and nobody was told", server.json("GET", "/v1/inbox", token=ora_token)[1], {"items": [], "next": None, "unread": 0})
        dry = server.json("POST", at + "?dry_run=true", {"body": f"<@{ora}><@{ben}>", "audience": "internal"}, token=ana_token)[1]
        tap.equal("a dry run says who cannot read it", [(m["name"], m["reads"]) for m in dry["mentions"]], [("Ora", False), ("Ben Weber", True)])
        nobody = str(uuid.uuid4())
        mine = "/v1/incidents/" + number  # orion takes no part in it: the same answer whatever is said
        got = [server.json("POST", f"{mine}/comments", {"body": f"<@{ref}>"}, token=ora_token) for ref in (ana, nobody)]
        tap.equal("who takes no part learns nothing", [one[0] for one in got], [404, 404])
        status, out, err = types(server, ana_token, "comment", number, "--audience", "internal", "--undo", "0", "Please look, @(ben weber), not @ana@us.example.")
        tap.equal("a command mentions by name and address", (status, "Please look, @Ben Weber, not @Ana." in out, err), (0, True, ""))
        status, _, err = types(server, ana_token, "comment", number, "--audience", "internal", "@(Nobody) look")
        tap.equal("nobody is called so", (status, "nobody whom you may mention is called Nobody" in err), (1, True))
        status, out, _ = types(server, ben_token, "inbox", "--unread")
        tap.equal("his inbox says it", (status, "mention" in out, "Please look, @Ben Weber" in out), (0, True, True))
        tap.equal("not hers: she wrote it", types(server, ana_token, "inbox")[1].strip(), "Nothing was for you yet.")
        tap.equal("he says that he has looked", types(server, ben_token, "inbox", "read")[:2], (0, "Your inbox is read.\n"))
        tap.equal("nothing is unread", types(server, ben_token, "inbox", "--unread")[1].strip(), "Nothing is unread.")
        for verb, says in (("follow", "You follow"), ("mute", "is muted"), ("unfollow", "do not follow")):
            status, out, _ = types(server, ben_token, "incident", verb, number)
            tap.equal(f"entente incident {verb}", (status, says in out), (0, True))
        status, _, err = types(server, server.token, "inbox")
        tap.equal("a machine has no inbox", (status, "Only a person does this" in err), (1, True))
    finally:
        ended_clean(tap, server)
