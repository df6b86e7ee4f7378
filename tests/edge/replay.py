# SPDX-License-Identifier: Apache-2.0
"""Replay of many dead letters: what stays dead hides nothing behind it, whatever its number and size."""
import contextlib
import json
import os
import sqlite3
import subprocess

from kit import BUILD, Server, ended_clean, is_problem

BROKEN = 130  # more than one page


def bury(server, prefix, title):
    """Letters that fail again, then one that decodes."""
    server.hook({"id": prefix, "title": "first"}, f"{prefix}-good", "telnord")
    for i in range(BROKEN):
        server.hook(f"broken {prefix} {i}".encode(), f"{prefix}-{i}", "telnord")
    server.hook({"id": prefix, "title": title}, f"{prefix}-good", "telnord")
    make_good(server)


def make_good(server):
    """The same delivery with another body is dead and decodes; without its mark it is a letter whose cause was mended."""
    with contextlib.closing(sqlite3.connect(os.path.join(server.folder, "edge.db"), timeout=10)) as db, db:
        db.execute("UPDATE dead_letter SET conflict = 0")


def title(server, prefix):
    return server.json("GET", f"/v1/incidents/telnord:{prefix}")[1]["tickets"][0]["attributes"]["title"]["text"]


def check_conflict(tap, server):
    server.hook({"id": "same", "title": "first"}, "same-id", "telnord")
    server.hook({"id": "same", "title": "another body"}, "same-id", "telnord")
    tap.equal("a delivery in conflict with an earlier one is not replayed with the many",
              server.json("POST", "/v1/deadletters/replay", {"supplier": "telnord"})[1]["replayed"], 0)
    tap.equal("the first one stands", title(server, "same"), "first")
    letter = server.json("GET", "/v1/deadletters?supplier=telnord&limit=1")[1]["items"][0]["id"]
    tap.equal("by its id it is", server.call("POST", f"/v1/deadletters/{letter}/replay")[0], 200)
    tap.equal("a person decided", title(server, "same"), "another body")


def check_pages(tap, server):
    bury(server, "page", "behind the broken ones")
    before = server.json("GET", "/v1/deadletters?supplier=telnord&limit=1")[1]["items"][0]["id"]
    status, page = server.json("POST", "/v1/deadletters/replay", {"supplier": "telnord"})
    tap.check("a page: 100 tried, all dead again, more behind them", status == 200 and page["more"] is True and
              (page["replayed"], page["dead"], page["failed"]) == (0, 100, 0), page)
    again = server.json("POST", "/v1/deadletters/replay", {"supplier": "telnord"})[1]
    tap.equal("without the cursor it is the same page", again, page)
    status, rest = server.json("POST", "/v1/deadletters/replay", {"supplier": "telnord", "after": page["after"]})
    tap.equal("with it the rest, the good one among them", (status, rest),
              (200, {"replayed": 1, "dead": BROKEN - 100, "failed": 0, "after": before, "more": False}))
    tap.equal("the good one has its effect", title(server, "page"), "behind the broken ones")
    end = server.json("POST", "/v1/deadletters/replay", {"supplier": "telnord", "after": rest["after"]})[1]
    tap.equal("behind the end: nothing, the cursor stays", end,
              {"replayed": 0, "dead": 0, "failed": 0, "after": rest["after"], "more": False})
    tap.equal("those of another supplier: none", server.json("POST", "/v1/deadletters/replay", {"supplier": "orion"})[1],
              {"replayed": 0, "dead": 0, "failed": 0, "after": 0, "more": False})
    for body in ([], {"supplier": 7}, {"all": True}, {"after": "7"}, {"after": -1}, {"after": 1.5}, {"after": None}, {"after": 1, "x": 1}):
        tap.check(f"refused: {body}", is_problem(server.call("POST", "/v1/deadletters/replay", body), 422))


def command(server, *args):
    ran = subprocess.run([os.path.join(BUILD, "entente"), "deadletter", "replay", "--all", "--url", f"http://127.0.0.1:{server.port}",
                          *args], env=dict(os.environ, ENTENTE_TOKEN=server.token), stdin=subprocess.DEVNULL,
                         capture_output=True, timeout=60)
    return ran.returncode, ran.stdout.decode(), ran.stderr.decode()


def check_command(tap, server):
    bury(server, "cli", "by the command")
    status, said, wrong = command(server, "--supplier", "telnord", "--json")
    counts = json.loads(said) if said.startswith("{") else {}
    tap.check("entente deadletter replay --all tries each one that waits, once", status == 0 and counts.get("more") is False and
              (counts["replayed"], counts["dead"], counts["failed"]) == (1, 2 * BROKEN, 0), (status, said, wrong))
    tap.equal("the good one behind them too", title(server, "cli"), "by the command")
    status, said, wrong = command(server)
    words = dict(line.split() for line in said.splitlines())
    tap.equal("in words", (status, words.get("replayed"), words.get("dead"), words.get("more"), wrong),
              (0, "0", str(2 * BROKEN), "false", ""))


def check_large(tap):
    """A letter larger than all bodies of one page may be."""
    server = Server(body_max=20 << 20)
    try:
        server.hook({"id": "large", "title": "first"}, "l-good", "telnord")
        for i in range(2):
            status = server.hook(b"%d" % i + b"x" * (17 << 20), f"l-{i}", "telnord")[0]
            tap.equal("a delivery of 17 MiB becomes a dead letter", status, 202)
        server.hook({"id": "large", "title": "small"}, "l-good", "telnord")
        make_good(server)
        after, pages = 0, []
        while len(pages) < 10:
            page = server.json("POST", "/v1/deadletters/replay", {"after": after})[1]
            pages.append((page["replayed"], page["dead"], page["failed"], page["more"]))
            after = page["after"]
            if not page["more"]:
                break
        tap.equal("each has a page of its own, then the small one comes", pages,
                  [(0, 1, 0, True), (0, 1, 0, True), (1, 0, 0, False)])
        tap.equal("which has its effect", title(server, "large"), "small")
    finally:
        ended_clean(tap, server)


def check_full(tap):
    """The writer takes no more: nothing is skipped, and who asks is told to come again."""
    server = Server(queue_max=3)
    try:
        for i in range(8):
            server.hook(b"broken %d" % i, f"f-{i}", "telnord")
        after, counts = 0, []
        while len(counts) < 20:
            status, page = server.json("POST", "/v1/deadletters/replay", {"after": after})
            if status == 503:
                continue
            counts.append(page["dead"])
            tap.check("as many as the queue takes, and where to go on", page["after"] > after and page["failed"] == 0, page)
            after = page["after"]
            if not page["more"]:
                break
        tap.equal("all were tried, none twice", sum(counts), 8)
    finally:
        ended_clean(tap, server)


def run(tap):
    server = Server()
    try:
        check_conflict(tap, server)
        check_pages(tap, server)
        if os.path.exists(os.path.join(BUILD, "entente")):
            check_command(tap, server)
        else:
            tap.skip("entente deadletter replay --all", "the program is not built here")
    finally:
        ended_clean(tap, server)
    check_large(tap)
    check_full(tap)
