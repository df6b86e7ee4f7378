# SPDX-License-Identifier: Apache-2.0
"""What a flow must have led to: the checks that several tests share."""
import os
import sqlite3
import subprocess

import stream


def validated(tap, name, events):
    """Every event against its schema, by somebody else's validator."""
    import validate_events
    validator, wrong = validate_events.Validator(), []
    for e in events:
        wrong += [f"{e.name}: {w}" for w in validator.check(e.headers.get("ce_type"), e.data, e.headers)]
        if len(wrong) > 50:
            break
    tap.check(f"{name}: each of {len(events)} events is valid", not wrong and events, wrong[:5])


def story_held(tap, label, want, events, ordered=True):
    """The events hold what the log says: incidents, tickets, hand-overs, final states."""
    facts = stream.Facts(events)
    tap.check(f"{label}: each event once, in order, without gap", not facts.wrong, facts.wrong[:5])
    tap.equal(f"{label}: {len(want.incidents)} incidents", len(facts.living), len(want.incidents))
    tap.equal(f"{label}: {len(want.tickets)} tickets", len(facts.tickets), len(want.tickets))
    silent = want.deliveries - len(facts.deliveries)
    tap.check(f"{label}: each of {want.deliveries} deliveries made an event", silent == 0, f"{silent} did not")
    differs = [(k, facts.ticket_status.get(k), v) for k, v in want.final.items() if facts.ticket_status.get(k) != v]
    tap.check(f"{label}: each ticket ends as its supplier last said", not differs, f"{len(differs)}, e.g. {differs[:3]}")
    if ordered:
        tap.equal(f"{label}: {want.hand_overs} hand-overs", facts.hand_overs, want.hand_overs)
        tap.equal(f"{label}: {want.several} incidents with more than one supplier", facts.several, want.several)
        tap.equal(f"{label}: {want.returns} returns A-B-A", facts.returns, want.returns)
    told = sum(len(facts.way[uuid]) for uuid in facts.living)
    tap.equal(f"{label}: {want.hand_overs} hand-overs in the ways of the balls", told, want.hand_overs)
    tap.note(f"{label}: {facts.corrected} incidents corrected")
    of = {}
    for (supplier, ticket), uuid in facts.tickets.items():
        of.setdefault(want.tickets.get((supplier, ticket)), set()).add(uuid)
    split = [k for k, v in of.items() if len(v) != 1]
    tap.check(f"{label}: the tickets of an incident are together", not split, f"{len(split)} are not, e.g. {split[:3]}")
    if ordered:
        path = {incident: facts.holders[next(iter(uuids))] for incident, uuids in of.items() if len(uuids) == 1}
        wrong = [(i, path.get(i), h) for i, h in want.holders.items() if path.get(i) != h]
        tap.check(f"{label}: the ball goes the log's way", not wrong, f"{len(wrong)} do not, e.g. {wrong[:2]}")
    holder = {incident: facts.holder[next(iter(uuids))] for incident, uuids in of.items() if len(uuids) == 1}
    wrong = [(i, holder.get(i), h) for i, h in want.last_holder.items() if holder.get(i) != h]
    tap.check(f"{label}: the ball ends where the log says", not wrong, f"{len(wrong)} do not, e.g. {wrong[:3]}")
    return facts


def all_closed(tap, label, facts):
    """Every incident ends with one ticket closed and its others transferred."""
    states = facts.final_states()
    odd = [(u, s) for u, s in states.items() if s != ["closed"] + ["transferred"] * (len(s) - 1)]
    tap.check(f"{label}: every incident ends with one ticket closed, its others transferred", not odd,
              f"{len(odd)}, e.g. {odd[:3]}")
    status = [u for u in facts.living if facts.incident_status[u] != "closed"]
    tap.check(f"{label}: every incident ends closed", not status, f"{len(status)} of {len(facts.living)} are not, "
              f"e.g. {[(facts.incidents[u], facts.incident_status[u]) for u in status[:3]]}")
    return sum(s.count("transferred") for s in states.values())


def digest(broker):
    return broker.command("fsck", "--digest").stdout.decode().split()[-1]


def rebuilt_equal(tap, label, broker, other, timeout=1800):
    """`other` is filled from the stream alone; both must come out the same. Both are stopped."""
    want = digest(broker)
    out = other.command("rebuild", check=False, timeout=timeout)
    if not tap.check(f"{label}: rebuild from the stream", out.returncode == 0, out.stderr.decode()[-800:]):
        return
    got = digest(other)
    tap.check(f"{label}: the rebuilt store has the same digest", got == want and len(want) >= 32, f"{got} and {want}")


def rows(broker, sql, *args):
    """Reads a stopped broker's store."""
    db = sqlite3.connect(f"file:{os.path.join(broker.tree['data_dir'], 'entente.db')}?mode=ro", uri=True)
    try:
        return db.execute(sql, args).fetchall()
    finally:
        db.close()


def have(program):
    return subprocess.run(["sh", "-c", f"command -v {program}"], stdout=subprocess.DEVNULL).returncode == 0
