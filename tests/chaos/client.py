# SPDX-License-Identifier: Apache-2.0
"""Suppliers that never rest: they send at a steady rate while the broker dies and comes
back, try again as real tools do, and write down what they were told."""
import http.client
import random
import threading
import time

import hooks
import story

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"


class Supplier(threading.Thread):
    """One supplier's tool with tickets of its own. A lost answer is either sent again
    until it is known (9 of 10), or left unknown."""

    def __init__(self, port, number, rate, seed):
        super().__init__(daemon=True)
        self.port, self.rate = port, rate
        self.rng = random.Random(f"{seed}-{number}")
        self.number = number
        self.name_ = story.SUPPLIERS[number % len(story.SUPPLIERS)][0]
        self.log = []      # (delivery, outcome, attempts), in the order of sending
        self.version = {}
        self.ends = False
        self.connection = None

    def next_delivery(self):
        import json
        new = len(self.version) < 5 or self.rng.random() < 0.2
        ticket = f"K{self.number}-{len(self.version)}" if new else self.rng.choice(list(self.version))
        version = self.version[ticket] = self.version.get(ticket, 0) + 1
        state = "queued" if version == 1 else self.rng.choice(["in_progress", "waiting_user", "waiting_vendor", "resolved"])
        # Every other ticket shares its incident with the neighbour's ticket of the same number.
        index = int(ticket.split("-")[1])
        incident = f"SHARED-{self.number // 2}-{index}" if index % 2 else f"OWN-{self.number}-{index}"
        did = f"chaos-{self.number}-{index}-{version}"
        body = dict(id=ticket, version=version, correlation=incident, state=state, priority="2 - High", agent="Robin",
                    title=f"canary {did}", team="Team 1", service="S", site="X", caller="C",
                    updated_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + len(self.log))))
        return story.Delivery(self.name_, did, incident, ticket, version, state, "", json.dumps(body).encode())

    def attempt(self, delivery):
        raw = hooks.request(delivery, self.port)
        head, _, body = raw.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        try:
            if not self.connection:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                self.connection.connect()
        except OSError:
            self.connection = None
            return REFUSED
        try:
            self.connection.request("POST", f"/hooks/{delivery.supplier}", body, fields)
            answer = self.connection.getresponse()
            answer.read()
            return OK if 200 <= answer.status < 300 else REFUSED
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            return UNKNOWN

    def run(self):
        due = time.monotonic()
        while not self.ends:
            due = max(due + 1 / self.rate, time.monotonic() - 1)
            time.sleep(max(0.0, due - time.monotonic()))
            delivery, attempts, doubt = self.next_delivery(), 0, False
            gives_up = self.rng.random() < 0.1
            while True:
                outcome = self.attempt(delivery)
                attempts += 1
                doubt = doubt or outcome == UNKNOWN
                if outcome == OK or self.ends or (gives_up and outcome == UNKNOWN):
                    break
                time.sleep(0.05)
            self.log.append((delivery, OK if outcome == OK else UNKNOWN if doubt else REFUSED, attempts))


class Crowd:
    def __init__(self, port, n=8, rate=60, seed=1):
        self.suppliers = [Supplier(port, i, rate, seed) for i in range(n)]
        for s in self.suppliers:
            s.start()
        self.began = time.monotonic()

    def stop(self):
        for s in self.suppliers:
            s.ends = True
        for s in self.suppliers:
            s.join(60)
        self.seconds = time.monotonic() - self.began
        return [entry for s in self.suppliers for entry in s.log]

    def acked(self):
        return sum(1 for s in self.suppliers for entry in list(s.log) if entry[1] == OK)
