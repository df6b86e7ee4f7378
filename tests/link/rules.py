# SPDX-License-Identifier: Apache-2.0
"""Our own rules: addresses, URLs and headers that are never gone to or sent, whatever a name says a moment later."""
import os

from kit import SHARED, TOP, Driver, Server, always, answer


def refused(tap, name, end, why=""):
    return tap.check(f"{name}: refused", end.get("outcome") == "refused" and why in end.get("why", ""), end)


def addresses(tap):
    driver = Driver()
    server = Server(always(answer(200, b"ok"), then="keep"))
    other = Server(always(answer(200, b"ok"), then="keep"), host="127.0.0.2", port=server.port)
    url = f"http://name.test:{server.port}/"
    driver.rules(allow=())
    refused(tap, "loopback without leave", driver.ask(server.url + "/", "POST", 10), "private or special")
    driver.say("name name.test 127.0.0.1")
    refused(tap, "a name of loopback", driver.ask(url, "POST", 10), "127.0.0.1")
    driver.say("name name.test ::ffff:127.0.0.1,64:ff9b::7f00:1")
    refused(tap, "a name of mapped loopback", driver.ask(url, supplier="b"), "64:ff9b::7f00:1")
    tap.equal("nobody was connected to", server.connections, 0)

    driver.rules(allow=["127.0.0.2/32"])
    driver.say("name name.test 127.0.0.1,127.0.0.2")
    end = driver.ask(url, supplier="c")
    tap.equal("of two addresses the allowed one", (end.get("status"), server.connections, other.connections), (200, 0, 1))
    driver.say("name name.test 127.0.0.1")
    refused(tap, "the name answers differently now", driver.ask(url, supplier="d"))
    tap.equal("and that one is not connected to", server.connections, 0)

    driver.rules(allow=["127.0.0.0/8"])
    driver.say("name name.test 127.0.0.1")
    heads = len(server.heads)
    tap.equal("a name, with leave for all it may be", driver.ask(url, supplier="f").get("status"), 200)
    driver.rules(allow=["127.0.0.2/32"])
    refused(tap, "a name whose connection is kept, and the leave taken away", driver.ask(url, supplier="f"))
    tap.equal("nothing went over that one either", len(server.heads) - heads, 1)

    driver.rules()
    n = len(server.heads)
    tap.equal("with leave", driver.ask(server.url + "/", supplier="e").get("status"), 200)
    driver.rules(allow=["127.0.0.2/32"])
    refused(tap, "leave taken away, connection still open", driver.ask(server.url + "/", supplier="e"))
    tap.equal("nothing went over it", len(server.heads), n + 1)
    server.close()
    other.close()
    tap.equal("addresses: the driver ends well", driver.end(), 0)


def requests(tap):
    driver = Driver()
    server = Server(always(answer(200, b"ok")))
    driver.rules()
    bad = [
        ("a line break in a value", [("X-A", "b\\r\\nX-B: c")], "X-A has a control character"),
        ("a bare line feed", [("X-A", "b\\nX-B: c")], "control"),
        ("a bare carriage return", [("X-A", "b\\rc")], "control"),
        ("a NUL", [("X-A", "b\\0c")], "control"),
        ("a tab", [("X-A", "b\\tc")], "control"),
        ("a colon in a name", [("X-A:b", "c")], "name that is not valid"),
        ("a line break in a name", [("X-A\\r\\nX-B", "c")], "name that is not valid"),
        ("a credential with a line break", [("Authorization", "Bearer canary\\r\\nX: y")], "Authorization has a control"),
        ("another host", [("Host", "other.test")], "the broker itself sets header Host"),
        ("another length", [("content-length", "5")], "the broker itself sets"),
        ("chunks", [("Transfer-Encoding", "chunked")], "the broker itself sets"),
        ("too many bytes", [("X-A", "x" * 33000), ("X-B", "x" * 33000)], "more than"),
    ]
    for name, headers, why in bad:
        end = driver.ask(server.url + "/", "POST", 10, headers=headers)
        refused(tap, f"header with {name}", end, why)
        tap.check(f"header with {name}: the value is not told", "canary" not in end.get("why", ""), end)
    for name, url in (("a line break", "/x\\r\\nX-A:b"), ("a NUL", "/x\\0"), ("a fragment", "/x#y"), ("what is not encoded", "/é")):
        refused(tap, f"URL with {name}", driver.ask(server.url + url))
    refused(tap, "a method that is none", driver.ask(server.url + "/", "GET:"), "method")
    driver.rules(plain=False)
    refused(tap, "http: without leave", driver.ask(server.url + "/"), "is http:")
    tap.equal("nobody was connected to for all that", server.connections, 0)
    driver.rules()
    end = driver.ask(server.url + "/", headers=[("X-Empty", ""), ("X-Text", "ö; ü: =")])
    tap.check("an empty value and other letters are sent", end.get("status") == 200 and "X-Empty:\r\n" in server.heads[0] + "\r\n",
              server.heads)
    server.close()
    tap.equal("requests: the driver ends well", driver.end(), 0)


def listeners(handle):
    """On the ports that the URLs of the list name, where this user may."""
    made = []
    for host in ("0.0.0.0", "::"):
        for port in (80, 443, 6379, 11211, 70):
            try:
                made.append(Server(handle, host=host, port=port))
            except OSError:
                pass
    return made


def known_tricks(tap):
    path = os.path.join(SHARED or os.path.join(TOP, "..", "shared"), "hostile", "url", "ssrf-urls.tsv")
    if not os.path.exists(path):
        tap.skip("URLs that lead astray", f"{path} is not here")
        return
    with open(path) as f:
        urls = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    made = listeners(always(answer(302, b"", ["Location: http://127.0.0.1/"])))
    driver = Driver()
    for name, address in (("metadata.google.internal", "169.254.169.254"), ("rebind.test", "127.0.0.1"),
                          ("mixed.test", "10.0.0.1,127.0.0.1"), ("public.test", "::1"), ("localhost", "127.0.0.1"),
                          ("localhost.localdomain", "127.0.0.1"), ("LOCALHOST.", "127.0.0.1")):
        driver.say("name", name, address)
    for plain in (True, False):
        driver.rules(allow=(), plain=plain, connect_ms=1000)
        for url, why in urls:
            if url.startswith("url"):
                continue
            end = driver.ask(url, "POST", 10, headers=[("Authorization", "Bearer canary")])
            tap.check(f"{url} ({why}, http {'' if plain else 'not '}taken)", end["outcome"] in ("refused", "not_sent"), end)
    tap.check("the list of them is whole", len(urls) >= 47, len(urls))
    tap.note(f"{len(made)} listeners on the ports of the list")
    tap.equal("0 connections were made", sum(one.connections for one in made), 0)
    for one in made:
        one.close()
    tap.equal("URLs that lead astray: the driver ends well", driver.end(), 0)


def run(tap):
    addresses(tap)
    requests(tap)
    known_tricks(tap)
