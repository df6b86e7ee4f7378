# SPDX-License-Identifier: Apache-2.0
"""What the scripts of this suite share: which suppliers, one comment through a fault, the checks at the end."""
import contextlib
import os
import shutil
import sys
import tempfile
import time

here = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "..", "suppliers"), os.path.join(here, "..", "..", "flow", "kit"), os.path.join(here, "..", "..", "lib")]
import start  # noqa: E402,F401
from ask import ask  # noqa: E402,F401
from tap import Tap, wait_for  # noqa: E402
from world import World  # noqa: E402

tap = Tap()


@contextlib.contextmanager
def world(suppliers, settings=None, keep=None, adjust=None, at_once=False):
    folder = keep or tempfile.mkdtemp(prefix="entente-federation-", dir=os.environ.get("ENTENTE_TMP"))
    one = World(folder, suppliers, settings)
    one.adjust = adjust or one.adjust
    one.at_once = at_once
    try:
        yield one.start()
    finally:
        one.stop()
        if not keep and not os.environ.get("ENTENTE_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


def requests_with(one, supplier, text):
    """What a supplier was sent with this text, in order: (when, fault)."""
    return [(line["t"], line["fault"]) for line in one.sim.received() if line["supplier"] == supplier and
            (text in line["body"] or text in line["head"])]


def through(one, name, number, tickets, fault, origin="a", target="b", tries=None, seconds=25, at_least=0.0, stands=1):
    """A comment from origin to target through a fault: it arrives once, in so many requests."""
    one[target].clear()
    one[target].fault(**dict({"kind": "comment", "times": 1}, **fault))
    canary = one.says(origin, tickets[origin], number, tickets)
    done = wait_for(lambda: one.sim[target].find(canary)[canary] >= 1 and not pending(one, number, target), seconds, 0.1)
    sent = requests_with(one, target, canary)
    stands_there = one.sim[target].find(canary)[canary]
    if not done or stands_there != stands:
        tap.fail(name, f"it stands {stands_there} times, sent {sent}, {brief(one.deliveries(incident=number))}")
        return False
    if tries and len(sent) != tries:
        tap.fail(name, f"sent {len(sent)} times: {sent}")
        return False
    if at_least and sent[-1][0] - sent[0][0] < at_least:
        tap.fail(name, f"sent again after {sent[-1][0] - sent[0][0]:.2f} s")
        return False
    tap.ok(name)
    return True


def pending(one, number, supplier):
    return [d for d in one.deliveries(incident=number, supplier=supplier) if d["state"] in ("pending", "in_flight")]


def brief(deliveries):
    return [{k: d.get(k) for k in ("id", "supplier", "op", "state", "cause", "reason", "attempt", "due", "waits_for")} for d in deliveries if d["state"] != "done"][:6]


def parked(one, number, supplier, cause, seconds=20):
    """The delivery that is parked for that cause."""
    return wait_for(lambda: next((d for d in one.deliveries(incident=number, supplier=supplier, cause=cause)), None), seconds, 0.1)


def supplier_state(one, name):
    rows = one.api("GET", "/v1/suppliers")
    rows = rows.get("items", rows) if isinstance(rows, dict) else rows
    return next((row for row in rows if row["name"] == name), {})


def in_state(one, name, state, seconds=20):
    return wait_for(lambda: supplier_state(one, name).get("state") == state and supplier_state(one, name), seconds, 0.1)


def rests(one, seconds=60):
    """CPU of the middle one of three seconds behind one another: the first three that are quiet, else the last. What changed just
    now is asked for again after growing pauses, so a second of work may stand between; a broker that goes round and round has
    no such three."""
    used = []
    while len(used) < 3 or (sorted(used[-3:])[1] >= 0.3 and len(used) < seconds):
        before = one.broker.cpu_seconds()
        time.sleep(1)
        used.append(one.broker.cpu_seconds() - before)
    return sorted(used[-3:])[1]


def ends_well(one, label, seconds=60, drift=True):
    """Everything comes to rest, and the books say what they must."""
    took = one.settled(seconds)
    tap.check(f"{label}: it comes to rest", took is not None, brief(one.waiting()) or "something goes on being sent")
    used = rests(one)
    tap.check(f"{label}: I9: the broker comes to rest, too", used < 0.3, f"{used:.2f} s of CPU in the middle one of three seconds, after a minute")
    wrong = one.problems()
    tap.check(f"{label}: I4 I5 I6 I7 by {len(one.said)} canaries in the books", not wrong, wrong[:8])
    if drift:
        rows = one.drift()
        tap.equal(f"{label}: no drift", rows[:4], [])
    stumbled = one.sim.errors()
    tap.check(f"{label}: the simulator stumbled over nothing", not stumbled, stumbled[-600:])


def peak_mb(one):
    return one.broker.memory_bytes("VmHWM") / 2**20


def later(seconds):
    time.sleep(seconds)
