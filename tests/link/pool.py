# SPDX-License-Identifier: Apache-2.0
"""Connections: kept for the next request, never shared by two suppliers, given up when the settings change, none left behind."""
import threading

from kit import Driver, Server, always, answer, wait_for


def kept(tap, driver):
    server = Server(always(answer(200, b"x"), then="keep"))
    for _ in range(20):
        driver.ask(server.url + "/", "POST", 10)
    tap.equal("one after the other: one connection", (len(server.heads), server.connections), (20, 1))
    for _ in range(20):
        driver.ask(server.url + "/", "POST", 10, supplier="b")
    tap.equal("another supplier has its own", (len(server.heads), server.connections), (40, 2))
    server.close()


def at_once(tap, driver):
    """All are on their way before one is answered, in many pools, and end in any order."""
    n, here, gate = 60, [], threading.Event()

    def handle(server, conn):
        server.request(conn)
        here.append(1)
        if len(here) == n:
            gate.set()
        gate.wait(15)
        conn.sendall(answer(200, b"x"))

    server = Server(handle)
    ids = [driver.start(f"{server.url}/{i}", supplier=f"n{i % 30}") for i in range(n)]
    ends = driver.wait(n)
    tap.equal("all at once", sorted(i for i, e in ends.items() if e.get("status") == 200), ids)
    server.close()


def dropped(tap, driver):
    held = Server(always(then="hold"))
    silent = Server(lambda s, c: s.until_gone(c))
    other = Server(always(answer(200, b"x")))
    sent = driver.start(held.url + "/", "POST", 10, supplier="d")
    not_sent = driver.start(f"https://127.0.0.1:{silent.port}/", "POST", 10, supplier="d")
    others = driver.start(other.url + "/", supplier="o")
    got = driver.wait(1)  # meanwhile the others are on their way
    tap.equal("the other supplier is answered", got.get(others, {}).get("status"), 200)
    if not wait_for(lambda: (driver.ask(other.url + "/", supplier="o"), held.heads)[1], 10):
        tap.fail("dropped", "the request never came")
    driver.say("drop d")
    ends = driver.wait(2)
    tap.equal("dropped: one had left, one had not", (ends[sent]["outcome"], ends[not_sent]["outcome"]), ("lost", "not_sent"))
    for server in (held, silent, other):
        server.close()


def nothing_is_left(tap):
    driver = Driver()
    driver.rules()
    before = driver.counts()
    server = Server(always(answer(200, b"x"), then="keep"))
    broken = Server(always(then="reset"))
    for i in range(50):
        driver.start(server.url + "/", supplier=f"s{i % 7}")
        driver.start(broken.url + "/", "POST", 5, supplier=f"s{i % 7}")
    driver.wait(100)
    for i in range(7):
        driver.say("drop", f"s{i}")
    after = driver.counts()
    tap.check("no descriptor and no thread is left", after["descriptors"] <= before["descriptors"]
              and after["threads"] <= before["threads"] + 1, (before, after))
    server.close()
    broken.close()
    tap.equal("pool: the driver ends well", driver.end(), 0)


def run(tap):
    driver = Driver()
    driver.rules(timeout_ms=20000)
    kept(tap, driver)
    at_once(tap, driver)
    dropped(tap, driver)
    held = Server(always(then="hold"))
    driver.start(held.url + "/", "POST", 10)
    tap.equal("an end with a request under way leaks nothing", driver.end(), 0)
    held.close()
    nothing_is_left(tap)
