# SPDX-License-Identifier: Apache-2.0
"""A request that may have been done is never sent again by itself, on whatever connection it went."""
from kit import Driver, Server, answer, reset

TIMES = 40


def then_breaks(end_by):
    """Answers the first request of a connection, reads the second and ends the connection without a word."""

    def handle(server, conn):
        server.request(conn)
        conn.sendall(answer(200, b"first"))
        server.request(conn)
        if end_by == "reset":
            reset(conn)
        elif end_by == "half":
            conn.sendall(b"HTTP/1.1 201 Cre")

    return handle


def kept_connections(tap, driver):
    """The trap: a client that finds its kept connection dead sends again, although the other side has done it."""
    n = 0
    for end_by in ("close", "reset", "half"):
        for method, body in (("POST", 100), ("POST", 100000), ("PUT", 100), ("PATCH", 100), ("POST", 0), ("PUT", 0), ("DELETE", 0),
                             ("DELETE", 9)):
            n += 1
            server = Server(then_breaks(end_by))
            first = driver.ask(server.url + "/first", supplier=f"k{n}")
            end = driver.ask(server.url + "/second", method, body, supplier=f"k{n}")
            sent = [head.split(" ")[0] for head in server.heads if "/second" in head]
            name = f"{method} of {body} bytes, then {end_by}"
            tap.check(f"{name}: sent once", first.get("status") == 200 and sent.count(method) <= 1, (end, server.heads))
            # without a body it goes on a connection of its own, where it is the first and is answered
            tap.check(f"{name}: lost, or answered on a connection of its own",
                      end["outcome"] == ("lost" if body else "answered"), end)
            if body and end_by == "close":  # else this tests nothing: curl wanted to send it again
                tap.check(f"{name}: was stopped", "broke before an answer" in end["why"], end)
            server.close()


def processed_and_lost(tap, driver):
    """Stored, then cut: each once, each told as lost."""
    for end_by in ("close", "reset"):
        def handle(server, conn, end_by=end_by):
            server.request(conn)
            if end_by == "reset":
                reset(conn)

        server = Server(handle)
        ids = [driver.start(f"{server.url}/{i}", "POST", 50, supplier=f"p{i % 5}") for i in range(TIMES)]
        ends = driver.wait(len(ids))
        paths = sorted(head.split(" ")[1] for head in server.heads)
        tap.equal(f"{TIMES} lost answers, {end_by}: each was sent once", paths, sorted(f"/{i}" for i in range(TIMES)))
        tap.equal(f"{TIMES} lost answers, {end_by}: each is lost", [e["outcome"] for e in ends.values()], ["lost"] * TIMES)
        server.close()


def asking_again(tap, driver):
    """What only reads may be asked again, and is: nobody is told of a connection that was closed meanwhile."""
    server = Server(then_breaks("close"))
    driver.ask(server.url + "/first", supplier="r")
    end = driver.ask(server.url + "/second", supplier="r")
    tap.equal("GET on a connection that broke", (end.get("status"), len(server.heads)), (200, 3))
    server.close()


def closed_meanwhile(tap, driver):
    """A kept connection that was closed while nothing went over it: a new one is made, and the request goes once."""

    def handle(server, conn):
        server.request(conn)
        conn.sendall(answer(200, b"x"))

    server = Server(handle)
    outcomes = []
    for i in range(TIMES):
        outcomes.append(driver.ask(f"{server.url}/{i}", "POST", 20, supplier="m")["outcome"])
    sent = [head.split(" ")[1] for head in server.heads]
    tap.equal("closed meanwhile: each is sent at most once", len(sent), len(set(sent)))
    tap.check("closed meanwhile: most are answered", outcomes.count("answered") >= TIMES - 5, outcomes)
    tap.check("closed meanwhile: none that was sent is called not sent",
              all(o != "not_sent" for o in outcomes), outcomes)
    server.close()


def run(tap):
    driver = Driver()
    driver.rules()
    kept_connections(tap, driver)
    processed_and_lost(tap, driver)
    asking_again(tap, driver)
    closed_meanwhile(tap, driver)
    tap.equal("once: the driver ends well", driver.end(), 0)
