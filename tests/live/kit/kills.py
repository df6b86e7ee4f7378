# SPDX-License-Identifier: Apache-2.0
"""People work in both tools while the broker between them is killed, and answers are lost: each comment once, nowhere
it must not be, states agree, traffic stops."""
import random
import time

from tap import wait_for
from world import count


class Story:
    def __init__(self, here, there, number):
        self.here, self.there, self.number = here, there, number
        self.said = []  # (words, where, public)


def act(world, story, chance, n):
    """One thing that David does in one of the tools."""
    where = chance.choice(["rt", "redmine"])
    tool, ticket = (world.rt, story.here) if where == "rt" else (world.redmine, story.there)
    if chance.random() < 0.7:
        public = chance.random() < 0.6
        words = f"word-{n:05d}"
        tool.comment(ticket, f"{words}: {'for all' if public else 'for us alone'}", public)
        story.said.append((words, where, public))
    else:
        world.redmine.set_status(story.there, chance.choice(["in_progress", "pending", "resolved"]))


def stories(world, n):
    made = []
    for i in range(n):
        here = world.rt.create(f"Gate {i} is stuck", "Since the storm.")
        number = world.incident_of("orion", here)
        if number:
            world.share(number, "north", "escalated", f"Gate {i}: please look.")
        made.append((here, number))
    return [Story(here, world.partner(number, "north"), number) for here, number in made]


def kill_often(world, made, kills, chance):
    done = spoken = 0
    while done < kills:
        until = time.monotonic() + chance.uniform(0.2, 2.0)
        while time.monotonic() < until:
            spoken += 1
            act(world, chance.choice(made), chance, spoken)
        world.broker.kill()
        done += 1
        world.broker.start(ready=False)
    return spoken


def faults(world, made):
    """What stands where it must not, or not as often as it must."""
    wrong = []
    for story in made:
        texts = {"rt": world.rt.texts(story.here), "redmine": world.redmine.texts(story.there)}
        for words, where, public in story.said:
            for tool in ("rt", "redmine"):
                due = 1 if public or tool == where else 0
                got = len(count(texts[tool], words))
                if got != due:
                    wrong.append((f"{story.number}: {words} of {where}", "public" if public else "internal",
                                  f"stands {got} times in {tool}, due {due}"))
    return wrong


def run(tap, world, kills, seed):
    chance = random.Random(seed)
    for one in world.between.values():
        one.lose, one.one_in = random.Random(seed + 1), 8
    made = stories(world, 3)
    if not tap.check("three incidents are shared", all(s.there for s in made), [(s.number, s.there) for s in made]):
        return
    began = time.monotonic()
    spoken = kill_often(world, made, kills, chance)
    took = time.monotonic() - began
    for one in world.between.values():
        one.lose = None
    tap.check(f"the broker starts again after each of {kills} kills", wait_for(lambda: world.broker.get("/healthz")[0] == 200, 20))
    after = world.quiet(120)
    lost = sum(one.lost for one in world.between.values())
    tap.note(f"{kills} kills in {took:.0f} s, {spoken} words and states, {lost} answers lost; quiet {after} s later")
    tap.check("traffic stops within 30 s", after is not None and after <= 30, f"{after}: {world.open_deliveries()}"[:1500])
    wrong = faults(world, made)
    leaks = [w for w in wrong if w[1] == "internal"]
    doubled = [w for w in wrong if w[1] == "public"]
    total = sum(len(s.said) for s in made)
    tap.check(f"I4: each of {total} comments stands once where it belongs", not doubled, doubled[:6])
    tap.check("I6: an internal comment stands in its own tool alone", not leaks, leaks[:6])
    states = [(s.number, world.rt.status(s.here), world.redmine.status(s.there), world.incident(s.number)["status"]) for s in made]
    tap.check("states agree", all(len(set(s[1:])) == 1 for s in states), states)
    tickets = (len(world.rt.tickets()), len(world.redmine.tickets()))
    tap.check("no ticket was made twice", tickets[0] == tickets[1], f"{tickets[0]} in RT, {tickets[1]} in Redmine")
    before = world.writes()
    time.sleep(5)
    tap.equal("I7: nothing is written any more", world.writes() - before, 0)
    tap.equal("nothing is parked", world.broker.json("/v1/deliveries?state=parked")["items"], [])
    tap.equal("no drift", world.broker.json("/v1/drift")["items"], [])
