# SPDX-License-Identifier: Apache-2.0
"""A live stream lasts no longer than the right to it, and keeps no session awake."""
import hashlib
import socket
import time

from kit import Server, ended_clean
from live import Stream
from out_kit import change

SOON_S = 8  # it is asked every few seconds


def ended(stream, within=SOON_S):
    """The server has ended it."""
    until = time.monotonic() + within
    while (left := until - time.monotonic()) > 0:
        stream.sock.settimeout(left)
        try:
            if not stream.sock.recv(65536):
                return True
        except socket.timeout:
            return False
        except ConnectionResetError:
            return True
    return False


def person(server, name):
    ref = server.json("POST", "/v1/users", {"name": name, "role": "technician"})[1]["ref"]
    change(server, "UPDATE account SET state = 'active', password = 'x' WHERE ref = ?", ref)
    return ref


def token(server, name, **body):
    return server.json("POST", "/v1/tokens", {"name": name, **body})[1]["token"]


def signed_in(server, name, ref):
    """The cookie of a session, and its id."""
    now, secret = int(time.time() * 1000), f"{name:-<43}"
    found = f"22222222-2222-4222-8222-{len(name):012}"
    change(server, "INSERT INTO session (hash, id, account, made_ms, seen_ms, ends_ms, ended_ms, agent) VALUES (?, ?, ?, ?, ?, ?, 0, '')",
           hashlib.sha256(secret.encode()).digest(), found, ref, now, now, now + 3600000)
    return f"Cookie: entente_session={secret}\r\n", found


def run(tap):
    server = Server()
    try:
        ana, ben, cleo = (person(server, name) for name in ("Ana", "Ben", "Cleo"))
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        cookies = {name: signed_in(server, name, cleo) for name in ("one", "three", "fifteen")}
        proofs = {name: f"Authorization: Bearer {secret}\r\n" for name, secret in (
            ("a token that is removed", token(server, "removed")), ("one that expires", token(server, "expires", expires=later)),
            ("a person who is disabled", token(server, "disabled", account=ana)), ("a person whose role changes", token(server, "role", account=ben)))}
        proofs.update({"a session that is ended": cookies["one"][0], "one that was idle": cookies["three"][0]})
        streams = {why: Stream(server, proof=proof) for why, proof in proofs.items()}
        stays, awake = Stream(server), Stream(server, proof=cookies["fifteen"][0])
        server.call("DELETE", "/v1/tokens/removed")
        server.call("PATCH", f"/v1/users/{ana}", {"state": "disabled"})
        server.call("PATCH", f"/v1/users/{ben}", {"role": "auditor"})
        tap.equal("a session is ended", server.call("DELETE", f"/v1/sessions/{cookies['one'][1]}")[0], 204)
        change(server, "UPDATE session SET seen_ms = 1 WHERE id = ?", cookies["three"][1])
        change(server, "UPDATE session SET seen_ms = seen_ms - 600000 WHERE id = ?", cookies["fifteen"][1])
        before = change(server, "SELECT seen_ms FROM session WHERE id = ?", cookies["fifteen"][1])
        for why, stream in streams.items():
            tap.check(f"the stream of {why} ends", ended(stream))
        tap.check("that of a session that stands goes on", not ended(awake, 4))
        tap.equal("and does not keep it awake", change(server, "SELECT seen_ms FROM session WHERE id = ?", cookies["fifteen"][1]), before)
        server.hook({"id": "r1", "title": "one", "status": "open"}, "r-1")
        stays.sock.settimeout(30)
        tap.equal("and others hear on", [e[1] for e in stays.events(2)], ["org.entente.incident.opened.v1", "org.entente.ticket.linked.v1"])
        tap.equal("they are counted out", server.metric("entente_sse_streams"), 2)
    finally:
        ended_clean(tap, server)
