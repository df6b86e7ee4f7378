# SPDX-License-Identifier: Apache-2.0
"""People work in both tools while the broker between them is killed, and answers are lost: each comment once, nowhere
it must not be, states agree, traffic stops."""
import random
import threading
import time

from tap import wait_for
from world import count


SETTLES = 180  # seconds at most until all has arrived, and 4 more for each kill: RT needs a quarter of a second for each
               # request, at best, and is asked by two
STILL = 8


class Story:
    def __init__(self, here, there, number):
        self.here, self.there, self.number = here, there, number
        self.said = []  # (words, where, public)


class Person(threading.Thread):
    """David at work in one tool, whatever becomes of the broker."""

    def __init__(self, world, where, made, seed, pause_s):
        super().__init__(daemon=True)
        self.pause_s = pause_s
        self.tool = world.rt if where == "rt" else world.redmine
        self.where, self.made, self.chance = where, made, random.Random(f"{seed} {where}")
        self.ends = threading.Event()
        self.did = 0
        self.why = None

    def run(self):
        try:
            while not self.ends.wait(self.chance.uniform(0.2, self.pause_s)):
                self.did += 1
                self.act(self.chance.choice(self.made))
        except Exception as why:  # told by end(), on the main thread
            self.why = why

    def end(self):
        self.ends.set()
        self.join(120)
        if self.why:
            raise self.why
        return self.did

    def act(self, story):
        ticket = story.here if self.where == "rt" else story.there
        if self.where == "redmine" and self.chance.random() < 0.2:  # it holds the ball
            self.surely(lambda: self.tool.set_status(ticket, self.chance.choice(["in_progress", "pending", "resolved"])))
            return
        public = self.chance.random() < 0.6
        words = f"word-{self.where}-{self.did:05d}"
        text = f"{words}: {'for all' if public else 'for us alone'}"
        self.surely(lambda: count(self.tool.texts(ticket), words) or self.tool.comment(ticket, text, public),
                    lambda: self.tool.comment(ticket, text, public))
        story.said.append((words, self.where, public))

    @staticmethod
    def surely(again, first=None):
        """SQLite below the tool may turn away whoever comes second."""
        for attempt in range(6):
            try:
                (again if attempt else first or again)()
                return
            except RuntimeError:
                if attempt == 5:
                    raise
                time.sleep(0.5)


def stories(world, n):
    made = []
    for i in range(n):
        here = world.rt.create(f"Gate {i} is stuck", "Since the storm.")
        number = world.incident_of("orion", here)
        if number:
            world.share(number, "north", "escalated", f"Gate {i}: please look.")
        made.append((here, number))
    return [Story(here, world.partner(number, "north"), number) for here, number in made]


def kill_often(world, made, kills, seed):
    """Every other kill waits for a tool to have written, so that its answer comes to nobody; 4 s each on average, and no
    longer, on a slow machine."""
    chance, written = random.Random(seed), threading.Event()
    pause_s = 1.5 if kills <= 50 else 4.0  # a long run must not outgrow what the tools can take
    people = [Person(world, where, made, seed, pause_s) for where in ("rt", "redmine")]
    for person in people:
        person.start()
    midst, patience = 0, 4.0 * kills
    for i in range(kills):
        if i % 2:
            time.sleep(chance.uniform(0.1, 2.0))
        else:
            written.clear()
            for one in world.between.values():
                one.hold = written
            began = time.monotonic()
            midst += written.wait(max(0.1, min(15.0, patience)))
            patience -= time.monotonic() - began
        world.broker.kill()
        for one in world.between.values():
            one.hold = None
        world.broker.start(ready=False)
    return sum(person.end() for person in people), midst


def faults(world, made):
    """What stands where it must not, or not as often as it must."""
    wrong = []
    for story in made:
        for where, tool, ticket in (("rt", world.rt, story.here), ("redmine", world.redmine, story.there)):
            texts = tool.texts(ticket)
            due = [words for words, said, public in story.said if public or said == where]
            for words, said, public in story.said:
                got = len(count(texts, words))
                if got != (words in due):
                    wrong.append(f"{story.number}: {words}, {'public' if public else 'internal'} in {said}, stands {got} "
                                 f"times in {where}")
            if len(texts) != len(due):
                wrong.append(f"{story.number}: {len(texts)} texts in {where}, due {len(due)}")
    return wrong


def states(world, made):
    return [(s.number, world.rt.status(s.here), world.redmine.status(s.there),
             (world.incident(s.number) or {}).get("status")) for s in made]


def settled(world, made):
    return world.open_deliveries() == [] and not faults(world, made) and all(len(set(s[1:])) == 1 for s in states(world, made))


def run(tap, world, kills, seed):
    made = stories(world, 3)
    if not tap.check("three incidents are shared", all(s.there for s in made), [(s.number, s.there) for s in made]):
        return
    for one in world.between.values():
        one.lose, one.to_lose = random.Random(seed + 1), max(4, kills // 4)
    began = time.monotonic()
    spoken, midst = kill_often(world, made, kills, seed)
    took = time.monotonic() - began
    tap.check(f"the broker starts again after each of {kills} kills", wait_for(lambda: world.broker.get("/readyz")[0] == 200, 20))
    began = time.monotonic()
    wait_for(lambda: settled(world, made), SETTLES + 4 * kills, 2)
    tap.note(f"{kills} kills in {took:.0f} s, {midst} of them between a write and its answer, "
             f"{sum(one.lost for one in world.between.values())} more answers lost; {spoken} words and states; "
             f"{time.monotonic() - began:.0f} s until all stood where it belongs")
    before = world.writes()
    time.sleep(STILL)
    tap.equal(f"traffic stops: nothing is written in {STILL} s", world.writes() - before, 0)
    wrong = faults(world, made)
    tap.check("I4, I7: each public comment stands once in each tool, and nothing else does",
              not [w for w in wrong if "internal in" not in w], wrong[:6])
    tap.check("I6: an internal comment stands in its own tool alone", not [w for w in wrong if "internal in" in w], wrong[:6])
    told = states(world, made)
    tap.check("states agree", all(len(set(s[1:])) == 1 for s in told), told)
    tickets = (len(world.rt.tickets()), len(world.redmine.tickets()))
    tap.check("no ticket was made twice", tickets[0] == tickets[1], f"{tickets[0]} in RT, {tickets[1]} in Redmine")
    tap.equal("nothing waits, nothing is parked", world.open_deliveries(), [])
    tap.equal("no drift", world.broker.json("/v1/drift")["items"], [])
