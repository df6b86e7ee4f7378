# SPDX-License-Identifier: Apache-2.0
"""Link's thread as serve runs it: reloads and hints all the while, a tool that misbehaves, an end in the middle. A sanitizer looks on."""
import datetime
import json
import os
import random
import subprocess
import tempfile

from kit import BUILD, Server, answer, reset

PROGRAM = os.path.join(BUILD, "tests", "link_thread")
ROUNDS = 3
END_MS = 300  # what the program gives link to end
SLACK_MS = 3000


def tool(seed):
    """The null connector's tool: pages of news, and every third answer is a fault. The first supplier's may never come."""
    chance = random.Random(seed)

    def page():
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        tickets = [{"id": str(chance.randrange(50)), "title": "t", "status": chance.choice(["open", "waiting", "done"]), "changed": now}]
        return answer(200, json.dumps({"tickets": tickets, "more": False}).encode(), ["Content-Type: application/json"])

    def handle(server, conn):
        while True:
            head, _ = server.request(conn)
            fault = chance.randrange(15)
            if head.startswith("GET /0/") and fault < 5:
                server.until_gone(conn)
                return
            if fault == 0:
                reset(conn)
                return
            if fault == 1:
                conn.sendall(answer(200, b"half", length=100))
                return
            if fault == 2:
                server.until_gone(conn)
                return
            conn.sendall(answer(chance.choice([500, 503, 429, 401])) if fault in (3, 4) else page())

    return handle


def run(tap):
    if not os.path.exists(PROGRAM):
        tap.fail("running", f"link_thread is not built in {BUILD}")
        return
    seed = int(os.environ.get("ENTENTE_SEED", "7"))
    server = Server(tool(seed), backlog=256)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, folder, str(server.port), str(ROUNDS)], capture_output=True, text=True, timeout=240)
    tap.check(f"{ROUNDS} lives under reloads, each ended well (seed {seed})", done.returncode == 0, done.stderr[-1500:])
    lives = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    tap.equal("each life was told", len(lives), ROUNDS)
    tap.check("news came through all the while", lives and all(b[0] > a[0] for a, b in zip([(0, 0), *lives], lives)), lives)
    tap.check("each end came in time, with requests under way", all(ms < END_MS + SLACK_MS for _, ms in lives), lives)
    tap.check("requests were made", len(server.heads) > 100, len(server.heads))
    server.close()
