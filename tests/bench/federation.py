# SPDX-License-Identifier: Apache-2.0
"""The way out, measured with simulated suppliers (tests/suppliers) that answer in 5 ms: rows for tests/bench/run."""
import asyncio
import json
import os
import random
import sys
import time

here = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(here, "..", "federation", "kit"))
from kafka import Kafka  # noqa: E402
from tap import wait_for  # noqa: E402
from world import World  # noqa: E402

ANSWER_MS = 5
SETTINGS = {"log": {"level": "warn"}}


def native(names):
    return {name: {"tool": "native", "sim": {"delay_ms": ANSWER_MS}} for name in names}


def arrivals(one, said):
    """{canary: when it came} by the suppliers' log; said: canaries."""
    out = {}
    for line in one.sim.received():
        at = line["body"].find("canary") if line["kind"] == "comment" else -1
        if at >= 0:
            out.setdefault((line["supplier"], line["body"][at:at + 20]), line["t"])
    return out


class Api:
    """Many requests at once over kept connections."""

    def __init__(self, one, connections):
        self.one, self.connections = one, connections

    async def _lane(self, jobs, results):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.one.broker.port)
        head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {self.one.broker.token}\r\nContent-Type: application/json\r\n"
        while jobs:
            path, body = jobs.pop()
            data = json.dumps(body).encode()
            writer.write(f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
            answer = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in answer.split(b"\r\n")[1:] if b": " in line)
            await reader.readexactly(int(fields[b"content-length"]))
            status = int(answer[9:12])
            if status in (429, 503):
                jobs.append((path, body))
                await asyncio.sleep(0.05)
                continue
            results[status] = results.get(status, 0) + 1
        writer.close()

    def post(self, jobs):
        """[(path, body)]; {status: how many}."""
        results = {}

        async def all_lanes():
            await asyncio.gather(*(self._lane(jobs, results) for _ in range(self.connections)))
        asyncio.run(all_lanes())
        return results


def sharing(one, origin, others, n):
    """n incidents of the origin, shared with all others: [(number, ticket)]."""
    made = one[origin].call("act", [{"act": "open", "title": f"Lift {i} stuck"} for i in range(n)])
    cases = [(one.heard(origin, t["id"]), t["id"]) for t in made]
    brief = {"what": "The lift is stuck"}
    Api(one, 16).post([(f"/v1/incidents/{number}/shares", {"supplier": other, "role": "shadow", "brief": brief}) for number, _ in cases for other in others])
    if not wait_for(lambda: all(len(one[other].book()) == n for other in others), 120, 0.3):
        sys.exit(f"bench: not all tickets were opened: {one.broker.tail()}")
    one.settled(60)
    return cases


def comment_times(table, folder, brokers):
    """A person in A writes; when the words reach B."""
    with World(folder, native("ab"), SETTINGS, brokers=brokers) as one:
        cases, rng = sharing(one, "a", "b", 150), random.Random(1)
        for rate, seconds in ((1, 15), (50, 20)):
            said, began = {}, time.time()
            for i in range(rate * seconds):
                pause = began + i / rate - time.time()
                if pause > 0:
                    time.sleep(pause)
                number, tid = rng.choice(cases)
                canary, at = one.canary(), time.time()
                one["a"].comment(tid, f"We looked at it: {canary}")
                said[canary] = at
            wait_for(lambda: one["b"].find(list(said)[-1])[list(said)[-1]], 30, 0.2)
            one.settled(30)
            came = arrivals(one, said)
            took = sorted((came[("b", c)] - at) * 1000 for c, at in said.items() if ("b", c) in came)
            if len(took) != len(said):
                sys.exit(f"bench: {len(said) - len(took)} of {len(said)} comments did not arrive")
            table.add(f"comment in A to B p50 at {rate}/s", took[len(took) // 2], "ms")
            table.add(f"comment in A to B p99 at {rate}/s", took[int((len(took) - 1) * .99)], "ms", None, ("<=", 200))


def beside_a_dead_one(table, folder, brokers):
    """Comments to five suppliers, one of which takes bytes and says nothing: when the words reach the others."""
    others = "bcdef"
    with World(folder, native(["a", *others]), SETTINGS, brokers=brokers) as one:
        cases, rng, p99 = sharing(one, "a", others, 120), random.Random(1), {}
        for is_dead in (False, True):
            one["b"].listen(hang=is_dead)
            said, began = {}, time.time()
            for i in range(400):
                time.sleep(max(began + i / 40 - time.time(), 0))
                canary, at = one.canary(), time.time()
                one["a"].comment(rng.choice(cases)[1], f"We looked at it: {canary}")
                said[canary] = at
            wait_for(lambda: all(sum(one[o].find(*said).values()) == len(said) for o in others[1:]), 60, 0.3)
            came = arrivals(one, said)
            took = sorted((t - said[canary]) * 1000 for (supplier, canary), t in came.items() if supplier != "b" and canary in said)
            if len(took) != 4 * len(said):
                sys.exit(f"bench: {4 * len(said) - len(took)} words did not reach the others, one dead: {is_dead}")
            p99[is_dead] = took[int((len(took) - 1) * .99)]
        table.add("comment p99 beside a dead supplier", p99[True], "ms", None, ("<=", 2 * max(p99[False], 50)), f"{p99[False]:.0f} ms when all is well")


def delivery_rate(table, folder, brokers):
    """One comment to everyone is twenty deliveries."""
    others = [f"s{i}" for i in range(20)]
    with World(folder, native(["a", *others]), SETTINGS, brokers=brokers) as one:
        cases = sharing(one, "a", others, 40)
        rates = []
        for _ in range(3):
            canaries = [one.canary() for _ in range(400)]
            cpu = one.broker.cpu_seconds()
            began = time.time()
            got = Api(one, 16).post([(f"/v1/incidents/{cases[i % len(cases)][0]}/comments", {"body": f"From us: {c}", "audience": "everyone"})
                                     for i, c in enumerate(canaries)])
            total = len(canaries) * len(others)
            done = wait_for(lambda: sum(one[o].stats()["kinds"].get("comment", 0) for o in others) >= total * (len(rates) + 1), 120, 0.1)
            one.settled(60)
            came = arrivals(one, canaries)
            last = max(came[(o, c)] for o in others for c in canaries)
            rates.append(total / (last - began))
            cpu = (one.broker.cpu_seconds() - cpu) * 1e6 / total
            if not done or got != {201: len(canaries)}:
                sys.exit(f"bench: not all arrived: {got}, {one.waiting()[:2]}")
        table.add("deliveries with 20 suppliers", sorted(rates)[1], "1/s", None, (">=", 1000), f"CPU of the broker {cpu:.0f} us each")


def pending_memory(table, folder, brokers):
    """One dead supplier and 100,000 words for it."""
    with World(folder, native("ab"), SETTINGS, brokers=brokers) as one:
        cases = sharing(one, "a", "b", 2000)
        one["b"].listen(up=False)
        began = time.monotonic()
        got = Api(one, 32).post([(f"/v1/incidents/{cases[i % len(cases)][0]}/comments", {"body": f"From us, number {i}: the lift still hums.", "audience": "b"})
                                 for i in range(100_000)])
        took = time.monotonic() - began
        supplier = next(s for s in one.api("GET", "/v1/suppliers")["items"] if s["name"] == "b")
        if got != {201: 100_000} or supplier["deliveries"]["pending"] + supplier["deliveries"]["in_flight"] < 100_000:
            sys.exit(f"bench: the queue did not fill: {got}, {supplier['deliveries']}")
        table.add("comments taken by the API", 100_000 / took, "1/s")
        time.sleep(5)
        table.add("memory with 100,000 pending deliveries of 2,000 incidents", one.broker.memory_bytes() / 2**20, "MB", None, ("<=", 256))
        table.add("  at most so far", one.broker.memory_bytes("VmHWM") / 2**20, "MB", None, ("<=", 256))
        cpu = one.broker.cpu_seconds()
        time.sleep(5)
        table.add("  CPU meanwhile, the supplier dead", (one.broker.cpu_seconds() - cpu) / 5 * 100, "%")
        one["b"].listen(up=True)
        began = time.monotonic()
        wait_for(lambda: one["b"].stats()["comments"] > 1000, 330, 0.1)
        at, n = time.monotonic(), one["b"].stats()["comments"]
        time.sleep(10)
        table.add("drain of one supplier, 8 at once, 5 ms each", (one["b"].stats()["comments"] - n) / (time.monotonic() - at), "1/s", None, None,
                  f"begins {at - began:.0f} s after it is back")


def rows(table, folder):
    """Each of them has a store of its own, and so a Kafka of its own: the relay refuses another store's stream."""
    for measure in (comment_times, beside_a_dead_one, delivery_rate, pending_memory):
        kafka = Kafka(os.path.join(folder, "kafka-" + measure.__name__))
        why = kafka.start()
        if why:
            sys.exit(f"bench: {why}")
        try:
            measure(table, os.path.join(folder, measure.__name__), kafka.address)
        finally:
            kafka.stop()
