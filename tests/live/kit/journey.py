# SPDX-License-Identifier: Apache-2.0
"""One incident: opened in RT, shared with Redmine, talked about, worked on, resolved, opened again."""
from tap import wait_for
from world import count

PATIENCE = 40  # seconds for one thing to arrive; polls are a second apart


def arrives(tap, name, tool, ticket, words, seconds=PATIENCE):
    """The words stand in the ticket; how they stand is told: public or not."""
    found = wait_for(lambda: count(tool.texts(ticket), words), seconds, 1)
    tap.check(name, found, f"{words!r} is not in ticket {ticket} after {seconds} s")
    return found[0] if found else None


def becomes(tap, name, tool, ticket, status, seconds=PATIENCE):
    tap.check(name, wait_for(lambda: tool.status(ticket) == status, seconds, 1),
              f"ticket {ticket} is {tool.status(ticket)}, not {status}, after {seconds} s")


def once(tap, world, here, there):
    """Each comment in each tool as often as it should be."""
    texts = {"rt": world.rt.texts(here), "redmine": world.redmine.texts(there)}
    for words, rt, redmine in (("crane-rt-public", 1, 1), ("crane-rt-internal", 1, 0), ("crane-redmine-public", 1, 1),
                               ("crane-redmine-private", 0, 1), ("crane-us-everyone", 1, 1), ("crane-us-internal", 0, 0),
                               ("crane-us-north", 0, 1)):
        got = (len(count(texts["rt"], words)), len(count(texts["redmine"], words)))
        tap.check(f"{words} stands where it may, once", got == (rt, redmine),
                  f"in RT {got[0]} times, in Redmine {got[1]}; due {rt} and {redmine}")


def say(world, number, text, audience):
    status, _, answer = world.broker.call("POST", f"/v1/incidents/{number}/comments", {"body": text, "audience": audience})
    if status not in (200, 201):
        raise RuntimeError(f"comment: {status} {answer[:300]!r}")


def run(tap, world):
    rt, redmine = world.rt, world.redmine
    here = rt.create("Crane 2 does not lift", "Stopped at 08:00, nobody inside.")
    number = world.incident_of("orion", here)
    if not tap.check("a ticket in RT becomes an incident", number, "none after 40 s\n" + world.broker.tail()):
        return
    world.share(number, "north", "escalated", "Crane 2: please look at its motor.")
    there = world.partner(number, "north")
    if not tap.check("shared with Redmine it becomes an issue there", there, f"none after 40 s: {world.open_deliveries()}"):
        return
    tap.equal("the issue carries our number", redmine.number(there), number)
    tap.check("its text is the brief", "please look at its motor" in redmine.issue(there)["description"])

    rt.comment(here, "crane-rt-public: the fuse is fine.", True)
    rt.comment(here, "crane-rt-internal: the customer is angry.", False)
    redmine.comment(there, "crane-redmine-public: on site at 10:00.", True)
    redmine.comment(there, "crane-redmine-private: Mo has no key.", False)
    say(world, number, "crane-us-everyone: thanks to both.", "everyone")
    say(world, number, "crane-us-internal: who pays?", "internal")
    say(world, number, "crane-us-north: the gate code is 4711.", "north")
    tap.equal("an RT reply stands in Redmine, private as its setting says",
              arrives(tap, "an RT reply reaches Redmine", redmine, there, "crane-rt-public"), False)
    tap.equal("a Redmine note stands in RT, public as its setting says",
              arrives(tap, "a public note of Redmine reaches RT", rt, here, "crane-redmine-public"), True)
    arrives(tap, "our comment reaches RT", rt, here, "crane-us-everyone")
    arrives(tap, "our comment reaches Redmine", redmine, there, "crane-us-everyone")
    arrives(tap, "our comment to one supplier reaches it", redmine, there, "crane-us-north")
    tap.equal("a public reply does not open RT's new ticket", rt.status(here), "new")

    redmine.set_status(there, "in_progress")
    becomes(tap, "work begins in Redmine: RT's ticket is open", rt, here, "in_progress")
    redmine.set_status(there, "pending")
    becomes(tap, "Redmine waits: RT's ticket is stalled", rt, here, "pending")
    redmine.set_status(there, "resolved")
    becomes(tap, "resolved in Redmine: resolved in RT", rt, here, "resolved")
    rt.set_status(here, "in_progress")
    becomes(tap, "opened again in RT: in progress in Redmine", redmine, there, "in_progress")
    rt.set_status(here, "resolved")  # RT does not hold the ball: its word does not count
    becomes(tap, "RT does not hold the ball: its ticket is put back", rt, here, "in_progress")
    redmine.set_status(there, "resolved")
    becomes(tap, "resolved again: RT too", rt, here, "resolved")

    after = world.quiet(45)
    tap.check("traffic stops within 30 s", after is not None and after <= 30, f"after {after}: {world.open_deliveries()}")
    once(tap, world, here, there)
    tap.equal("states agree", (rt.status(here), redmine.status(there), world.incident(number)["status"]), ("resolved",) * 3)
    tap.equal("nothing is parked", world.broker.json("/v1/deliveries?state=parked")["items"], [])
    tap.equal("no drift", world.broker.json("/v1/drift")["items"], [])
    tap.note(f"quiet {after} s after the last word; requests to RT {world.between['rt'].asked}, to Redmine "
             f"{world.between['redmine'].asked}; of them writing {world.between['rt'].wrote} and {world.between['redmine'].wrote}")
