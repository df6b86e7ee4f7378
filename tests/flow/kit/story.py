# SPDX-License-Identifier: Apache-2.0
"""Logs of deliveries for six suppliers, and what must come of them.

A log is a list of Delivery in the order of its own time. What the broker must make of it
(`expect`) is counted here from the log alone, never from what the broker says.
"""
import collections
import hashlib
import json
import os
import random
import subprocess
import sys

# name in the configuration, what people (and the payloads) call it, how it names its states
SUPPLIERS = [
    ("orion-infogerance", "Orion Infogérance"),
    ("telnord", "TelNord"),
    ("datacoeur", "DataCœur"),
    ("atelier-postes", "Atelier Postes"),
    ("editeur-sirh", "Éditeur SIRH"),
    ("dsi-interne", "DSI interne"),
]
NAME = {title: name for name, title in SUPPLIERS}

# Their words and ours. "unknown" is left out on purpose: a word no map knows is kept raw.
STATUS = [
    ("queued", "new"), ("in_progress", "in_progress"), ("waiting_user", "pending"), ("waiting_vendor", "held"),
    ("waiting_problem", "held"), ("waiting_evidence", "held"), ("resolved", "resolved"), ("closed", "closed"),
    ("transferred", "transferred"),
]
CANONICAL = dict(STATUS)
PRIORITY = [("1 - Critical", "1"), ("2 - High", "2"), ("3 - Moderate", "3"), ("4 - Low", "4")]

Delivery = collections.namedtuple("Delivery", "supplier id incident ticket version state event body")


def _iso(ms):
    import datetime
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def _delivery(line):
    """The log's own time goes into the body: it is when the supplier changed the ticket."""
    body = dict(line["body"], updated_at=_iso(line["t"]), event=line["event"])
    return Delivery(NAME[line["supplier"]], line["delivery_id"], body["correlation"], body["id"], body["version"],
                    body["state"], line["event"], json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def uci(shared, limit=0):
    """The six suppliers of shared/data/replay.py; the first `limit` deliveries, or all."""
    command = [sys.executable, os.path.join(shared, "data", "replay.py"), "uci"]
    if limit:
        command += ["--limit", str(limit)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return [_delivery(json.loads(line)) for line in out.splitlines()]


def synthetic(seed, n_incidents):
    """A log of the same shape that is made up here: each incident travels between suppliers,
    some come back, all end closed with one ticket and the others transferred."""
    rng = random.Random(seed)
    lines = []
    titles = [title for _, title in SUPPLIERS]
    for number in range(n_incidents):
        t = 1_700_000_000_000 + rng.randrange(n_incidents * 20_000) // 60_000 * 60_000
        holder = rng.choice(titles)
        version, ticket = collections.Counter(), {}
        incident = f"CASE-{number:06d}"
        title = f"{rng.choice(['Printer', 'Mailbox', 'Tunnel', 'Badge reader'])} {rng.randrange(900)} — {rng.choice(['slow', 'éteint', 'lost'])}"

        def emit(supplier, event, state, **more):
            version[supplier] += 1
            ticket.setdefault(supplier, f"{NAME[supplier][:3].upper()}-{number}")
            body = dict(id=ticket[supplier], version=version[supplier], correlation=incident, state=state, **more)
            did = hashlib.sha256(f"{seed}|{incident}|{supplier}|{version[supplier]}".encode()).hexdigest()[:32]
            lines.append((t, len(lines), dict(t=t, supplier=supplier, delivery_id=did, event=event, body=body)))

        def work(event, state):
            emit(holder, event, state, priority=rng.choice(PRIORITY)[0], title=title, team=f"Team {rng.randrange(40)}",
                 service=f"Service {rng.randrange(12)}", site=f"Site {rng.randrange(80)}", agent=f"Agent {rng.randrange(200)}",
                 caller=f"Caller {rng.randrange(3000)}")

        work("ticket.created", "queued")
        for _ in range(rng.randrange(6)):
            t += rng.randrange(0, 400) * 60_000
            if rng.random() < 0.4:
                to = rng.choice([s for s in titles if s != holder])
                emit(holder, "ticket.transferred", "transferred", to=to)
                known = to in ticket
                holder = to
                work("ticket.received" if known else "ticket.created", "in_progress")
            else:
                work("ticket.updated", rng.choice(["in_progress", "waiting_user", "waiting_vendor", "unknown"]))
        t += 60_000
        work("ticket.updated", "resolved")
        t += rng.randrange(1, 2000) * 60_000
        work("ticket.updated", "closed")
    lines.sort(key=lambda x: x[:2])
    return [_delivery(line) for _, _, line in lines]


class Expected:
    pass


def expect(log):
    """What must come of the log, counted from the log alone."""
    want = Expected()
    holders = collections.defaultdict(list)
    last = {}
    want.hand_overs = 0
    for d in log:
        if d.state == "transferred":
            want.hand_overs += 1
        elif not holders[d.incident] or holders[d.incident][-1] != d.supplier:
            holders[d.incident].append(d.supplier)
        key = (d.supplier, d.ticket)
        if key not in last or last[key].version < d.version:
            last[key] = d
    want.deliveries = len({(d.supplier, d.id) for d in log})
    want.incidents = {d.incident for d in log}
    want.tickets = {key: d.incident for key, d in last.items()}
    want.final = {key: (d.state, CANONICAL.get(d.state, "")) for key, d in last.items()}
    want.several = sum(len(set(h)) > 1 for h in holders.values())
    want.returns = sum(h[i] == h[i - 2] for h in holders.values() for i in range(2, len(h)))
    want.holders = dict(holders)
    want.last_holder = {incident: h[-1] for incident, h in holders.items()}
    return want


def twice_and_shuffled(log, seed, window=50):
    """Every delivery twice, and the order shuffled within windows of so many lines."""
    rng = random.Random(seed)
    doubled = [d for d in log for _ in range(2)]
    out = []
    for at in range(0, len(doubled), window):
        part = doubled[at:at + window]
        rng.shuffle(part)
        out += part
    return out
