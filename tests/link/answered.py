# SPDX-License-Identifier: Apache-2.0
"""Whole answers of every kind, and nothing beside the one request that was asked for: no redirect to elsewhere, no other host, no proxy, no stored password."""
import gzip
import os
import tempfile

from kit import Driver, Server, always, answer

CREDENTIAL = [("Authorization", "Bearer canary-8d2e")]


def ask(driver, handle, method="GET", body=0, headers=()):
    """What came, and the server, closed."""
    server = Server(handle)
    end = driver.ask(f"{server.url}/x?y=z", method, body, headers=headers)
    server.close()
    return end, server


def plain_answers(tap, driver):
    chunks = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\nX-Head: a\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: b\r\n\r\n"
    early = b"HTTP/1.1 103 Early Hints\r\nX-Early: a\r\n\r\n"
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    for name, handle, want in (
            ("a body", always(answer(200, b"hello")), (200, b"hello")),
            ("no body", always(answer(204)), (204, b"")),
            ("chunks", always(chunks), (200, b"abcde")),
            ("a body until the end", always(b"HTTP/1.1 200 X\r\n\r\nhello"), (200, b"hello")),
            ("100 before", always(go_on, answer(201, b"made")), (201, b"made")),
            ("103 before", always(early, answer(200, b"hello")), (200, b"hello")),
            ("many before", always(early * 20, answer(200, b"hello")), (200, b"hello")),
            ("packed", always(answer(200, gzip.compress(b"hello" * 30), ["Content-Encoding: gzip"])), (200, b"hello" * 30)),
            ("an error", always(answer(500, b"no")), (500, b"no")),
            ("a refusal", always(answer(401, b"no", ["WWW-Authenticate: Basic realm=x"])), (401, b"no")),
            ("not found", always(answer(404, b"no")), (404, b"no")),
            ("too many", always(answer(429, b"", ["Retry-After: 7"])), (429, b""))):
        for method, body in (("GET", 0), ("POST", 7)):
            end, server = ask(driver, handle, method, body, CREDENTIAL)
            tap.equal(f"{method}, {name}", (end.get("status"), end.get("body", "").encode()), want)
            tap.equal(f"{method}, {name}: one request", len(server.heads), 1)
    end, _ = ask(driver, always(chunks))
    tap.equal("headers, without trailers", [n for n, _ in end["headers"]], ["Transfer-Encoding", "X-Head"])
    end, _ = ask(driver, always(early, answer(200, b"x", ["X-Late: c"])))
    tap.equal("headers of the last answer only", end["headers"], [("Content-Length", "1"), ("X-Late", "c")])
    end, _ = ask(driver, always(answer(200, b"x", ["X-A:  b c \t", "X-Bad\xff: d", "X-Latin: \xff", "X-A: e"])))
    tap.equal("headers trimmed, twice, and only as text", end["headers"],
              [("Content-Length", "1"), ("X-A", "b c"), ("X-A", "e")])
    end, _ = ask(driver, always(b"HTTP/1.1 200 X\r\nContent-Length: 999\r\n\r\n"), "HEAD")
    tap.equal("HEAD has no body", (end.get("status"), end.get("n")), (200, 0))


def early_refusal(server, conn):
    """Answers before the body has come."""
    server.heads.append(conn.recv(300).decode("latin-1"))
    conn.sendall(answer(413, b"too much", ["Connection: close"]))
    server.until_gone(conn)


def what_is_sent(tap, driver):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        for body in (0, 5):
            end, server = ask(driver, always(answer(200)), method, body, [("X-A", "b"), ("Content-Type", "application/json")])
            head = server.heads[0]
            tap.check(f"{method} with {body} bytes is as it was asked for",
                      head.startswith(f"{method} /x?y=z HTTP/1.1\r\n") and server.bodies[0] == b"b" * body
                      and "\r\nX-A: b" in head and head.count("Content-Type:") == 1, (head, server.bodies))
            lengths = head.lower().count("content-length:")
            tap.check(f"{method} with {body} bytes says how long it is",
                      lengths == (0 if body == 0 and method in ("GET", "DELETE") else 1)
                      and "transfer-encoding" not in head.lower(), head)
    _, server = ask(driver, always(answer(200)), "POST", 5)
    head = server.heads[0].lower()
    tap.check("nothing else is said", "content-type" not in head and "cookie" not in head and "expect" not in head
              and "referer" not in head and "accept-encoding: gzip\r\n" in head + "\r\n", head)
    end, server = ask(driver, early_refusal, "POST", 2 << 20)
    tap.check("an answer before the body was sent", end.get("status") == 413 or end["outcome"] == "lost", end)
    tap.equal("an answer before the body was sent: one request", len(server.heads), 1)


def sent_on(status, hops, then=answer(200, b"there")):
    """/0 sends on to /1 and so on, and /`hops` answers."""
    def handle(server, conn):
        while True:
            head, _ = server.request(conn)
            at = int(head.split(" ")[1].strip("/"))
            conn.sendall(then if at >= hops else answer(status, b"moved", [f"Location: /{at + 1}"]))
    return handle


def redirects(tap, driver):
    other = Server(always(answer(200, b"stolen")))
    for status in (301, 302, 303, 307, 308):
        for where in (f"http://127.0.0.1:{other.port}/", f"http://127.0.0.2:{other.port}/", "http://169.254.169.254/", "file:///etc/passwd",
                      "//other.test/x", "/a/../b"):
            for method in ("GET", "POST"):
                end, server = ask(driver, always(answer(status, b"", [f"Location: {where}"]), then="keep"), method, 3, CREDENTIAL)
                tap.equal(f"{method}, {status} to {where.split(':1')[0]} is just an answer", (end.get("status"), len(server.heads)), (status, 1))
        for method, body, followed in (("GET", 0, status != 303), ("POST", 3, status > 303), ("PUT", 3, status > 303), ("DELETE", 0, status > 303)):
            server = Server(sent_on(status, 3))
            end = driver.ask(server.url + "/0", method, body, CREDENTIAL, supplier=f"{status}{method}")
            tap.equal(f"{method}, {status} on the same origin is {'followed' if followed else 'just an answer'}",
                      (end.get("status"), len(server.heads)), (200, 4) if followed else (status, 1))
            tap.check(f"{method}, {status}: each hop has the method, the body and the credential",
                      all(h.startswith(method + " ") and "canary" in h for h in server.heads) and all(len(b) == body for b in server.bodies),
                      server.heads)
            server.close()
    server = Server(sent_on(307, 1000))
    end = driver.ask(server.url + "/0", "POST", 3, CREDENTIAL, supplier="circle")
    tap.equal("five hops and no more: then it is an answer", (end.get("status"), len(server.heads)), (307, 6))
    server.close()
    whole = Server(sent_on(302, 1))
    end = driver.ask(whole.url + "/0", supplier="whole")
    tap.equal("the body is the last answer's alone", (end.get("status"), end.get("body")), (200, "there"))
    whole.close()
    tap.equal("nobody else was connected to", other.connections, 0)
    end, _ = ask(driver, always(answer(200, b"x", [f"Refresh: 0; url=http://127.0.0.1:{other.port}/",
                                                   f"Alt-Svc: http/1.1=\"127.0.0.1:{other.port}\"; ma=60"])))
    tap.equal("nor does anything else lead away", (end.get("status"), other.connections), (200, 0))
    other.close()


def surroundings(tap):
    """What the environment and home folder say is nobody's business here."""
    proxy = Server(always(answer(200, b"proxied")))
    with tempfile.TemporaryDirectory() as home:
        with open(os.path.join(home, ".netrc"), "w") as f:
            f.write("machine 127.0.0.1 login u password canary\n")
        with open(os.path.join(home, ".curlrc"), "w") as f:
            f.write(f"proxy = 127.0.0.1:{proxy.port}\n")
        url = f"http://127.0.0.1:{proxy.port}"
        driver = Driver(HOME=home, http_proxy=url, HTTP_PROXY=url, https_proxy=url, ALL_PROXY=url, all_proxy=url, no_proxy="")
        driver.rules()
        server = Server(always(answer(200, b"x", ["Set-Cookie: a=b; Path=/"])))
        for _ in range(2):
            tap.equal("asked without a proxy", driver.ask(server.url + "/").get("body"), "x")
        said = "".join(server.heads).lower()
        tap.check("no stored password, no cookie", "authorization" not in said and "cookie" not in said, server.heads)
        tap.equal("the proxy was never asked", proxy.connections, 0)
        server.close()
        tap.equal("surroundings: the driver ends well", driver.end(), 0)
    proxy.close()


def run(tap):
    driver = Driver()
    driver.rules()
    plain_answers(tap, driver)
    what_is_sent(tap, driver)
    redirects(tap, driver)
    tap.equal("answered: the driver ends well", driver.end(), 0)
    surroundings(tap)
