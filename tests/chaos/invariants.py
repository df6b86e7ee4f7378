# SPDX-License-Identifier: Apache-2.0
"""One checker over what the suppliers were told, the store, and a read_committed dump:

  I1  an acknowledged delivery is in the store and on Kafka; an unknown one 0 or 1 times
  I2  each event once on the stream, and the stream holds what the store holds
  I3  per incident 1, 2, 3... in offset order, the same as in the store; nothing moves back
  I8  sequences are never used again: the store counts without gap, ids are unique
"""
import collections

import check
import client
import stream


def store_events(broker):
    return check.rows(broker, "SELECT seq, uuid, event.sequence, kind FROM event "
                      "LEFT JOIN incident ON incident.number = event.incident ORDER BY seq")


def hold(tap, label, log, broker, brokers):
    """broker: stopped, its backlog drained."""
    events = stream.events(brokers)
    facts = stream.Facts(events)
    delivered = {(s, d) for s, d in check.rows(broker, "SELECT supplier, delivery_id FROM inbox")}

    acked = {(d.supplier, d.id) for d, outcome, _ in log if outcome == client.OK}
    refused = {(d.supplier, d.id) for d, outcome, _ in log if outcome == client.REFUSED}
    published = set(facts.deliveries)
    tap.check(f"{label}: I1 every acknowledged delivery is in the store", acked <= delivered,
              f"{len(acked - delivered)} of {len(acked)} lost, e.g. {sorted(acked - delivered)[:3]}")
    tap.check(f"{label}: I1 every acknowledged delivery is on Kafka", acked <= published,
              f"{len(acked - published)} of {len(acked)} lost, e.g. {sorted(acked - published)[:3]}")
    phantom = published - {(d.supplier, d.id) for d, _, _ in log}
    tap.check(f"{label}: I1 nothing that nobody sent", not phantom, sorted(phantom)[:3])
    tap.check(f"{label}: I1 what was never on a connection is nowhere", not (refused & published), sorted(refused & published)[:3])
    per_delivery = collections.Counter((e.data.get("supplier"), e.data.get("delivery_id"), e.data["ticket"]["id"])
                                       for e in events if e.name in ("ticket.linked", "ticket.changed", "ticket.late"))
    twice = [k for k, n in per_delivery.items() if n > 1]
    tap.check(f"{label}: I1 a delivery changed its ticket once", not twice, f"{len(twice)}, e.g. {twice[:3]}")

    stored = [(uuid, sequence) for seq, uuid, sequence, kind in store_events(broker) if kind != "deadletter"]
    seen = [(e.data["incident"]["id"], int(e.headers["ce_sequence"])) for e in events]
    repeated = len(seen) - len(set(seen))
    missing, phantoms = set(stored) - set(seen), set(seen) - set(stored)
    tap.check(f"{label}: I2 each event once ({len(seen)} events)", repeated == 0 and len(facts.ids) == len(events),
              f"{repeated} repeated")
    tap.check(f"{label}: I2 the stream holds what the store holds", not missing and not phantoms,
              f"{len(missing)} missing, {len(phantoms)} phantoms")
    tap.check(f"{label}: I3 per incident without gap, in offset order", not facts.wrong, facts.wrong[:5])
    order = collections.defaultdict(list)
    for uuid, sequence in stored:
        order[uuid].append(sequence)
    broken = [u for u, s in order.items() if s != list(range(1, len(s) + 1))]
    tap.check(f"{label}: I3 the store has the same order", not broken, broken[:3])

    newest = {}
    for d, outcome, _ in log:
        if outcome == client.OK:
            newest[(d.supplier, d.ticket)] = max(newest.get((d.supplier, d.ticket), (0, "")), (d.version, d.state))
    unsure = {(d.supplier, d.ticket) for d, outcome, _ in log if outcome != client.OK}
    back = [(k, v, facts.ticket_status.get(k)) for k, v in newest.items()
            if k not in unsure and facts.ticket_status.get(k, ("",))[0] != v[1]]
    tap.check(f"{label}: I3 no ticket stands before its newest acknowledged version", not back, f"{len(back)}, e.g. {back[:3]}")
    seqs = [row[0] for row in store_events(broker)]
    tap.check(f"{label}: I8 the store counts without gap", seqs == list(range(1, len(seqs) + 1)),
              f"{len(seqs)} events, last {seqs[-1:]}")
    fsck = broker.command("fsck", check=False)
    tap.check(f"{label}: fsck", fsck.returncode == 0, (fsck.stdout + fsck.stderr).decode()[-800:])
    return facts
