# SPDX-License-Identifier: Apache-2.0
"""No byte of a request left, and that is certain: refused, names, connections that do not stand, TLS that does not hold."""
import os
import socket
import ssl
import tempfile
import warnings

from kit import Authority, Driver, Server, always, answer, free_port

CONNECT = 700  # ms
SLACK = 2500


def certain(tap, name, end, why=""):
    tap.check(f"{name}: not sent", end.get("outcome") == "not_sent" and why in end.get("why", ""), end)


def connections(tap):
    driver = Driver()
    driver.rules(connect_ms=CONNECT, timeout_ms=5000)
    certain(tap, "nobody listens", driver.ask(f"http://127.0.0.1:{free_port()}/", "POST", 10), "Couldn't connect")
    certain(tap, "a name that is none", driver.ask("http://nowhere.test/", "POST", 10), "Could not resolve host: nowhere.test")
    full_backlog(tap, driver)
    silent = Server(lambda s, c: s.until_gone(c))
    end = driver.ask(f"https://127.0.0.1:{silent.port}/", "POST", 10)
    certain(tap, "half-open before TLS", end)
    tap.check("half-open before TLS: in time", end["ms"] < CONNECT + SLACK, end)
    silent.close()
    slow_names(tap, driver)
    tap.equal("connections: the driver ends well", driver.end(), 0)


def full_backlog(tap, driver):
    """A listener that takes no one: the connection is not even made."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(8):  # more than the queue takes
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        end = driver.ask(f"http://127.0.0.1:{listener.getsockname()[1]}/", "POST", 10)
        certain(tap, "no connection is made", end)
        tap.check("no connection is made: in time", end["ms"] < CONNECT + SLACK, end)
        for one in waiting:
            one.close()


def slow_names(tap, driver):
    """A name server that does not answer holds back its own request only."""
    server = Server(always(answer(200, b"ok")))
    driver.say("name never.test never")
    slow = driver.start("http://never.test/", "POST", 10, supplier="slow")
    quick = driver.start(f"{server.url}/", supplier="quick")
    ends = driver.wait(2)
    certain(tap, "a name server that does not answer", ends[slow])
    tap.check("a name server that does not answer: in time", ends[slow]["ms"] < CONNECT + SLACK, ends[slow])
    tap.check("others do not wait for it", list(ends) == [quick, slow] and ends[quick]["ms"] < CONNECT, ends)
    after = driver.ask(f"{server.url}/", supplier="quick")
    tap.check("nor do they afterwards", after["outcome"] == "answered" and after["ms"] < CONNECT, after)
    server.close()


def tls(tap):
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other_folder:
        authority, other = Authority(folder), Authority(other_folder)
        old = authority.certificate("old")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        contexts = [
            ("signed by another", other.certificate("other"), "certificate"),
            ("signed by itself", authority.self_signed("self"), "certificate"),
            ("expired", authority.certificate("expired", until="20210101000000Z"), "expired"),
            ("not valid yet", authority.certificate("early", since="20980101000000Z"), "not yet valid"),
            ("of another name", authority.certificate("name", san="DNS:other.test"), "name"),
            ("of an old protocol", old, ""),
            ("plain HTTP on the other side", None, ""),
        ]
        driver = Driver()
        for name, context, why in contexts:
            driver.rules(ca_file=authority.ca, connect_ms=3000)
            server = Server(always(answer(200, b"ok")), tls=context)
            end = driver.ask(f"https://127.0.0.1:{server.port}/", "POST", 10, headers=[("Authorization", "Bearer canary")])
            certain(tap, f"TLS {name}", end, why)
            tap.equal(f"TLS {name}: nothing was read", server.heads, [])
            server.close()
        good(tap, driver, authority)
        tap.equal("TLS: the driver ends well", driver.end(), 0)


def good(tap, driver, authority):
    server = Server(always(answer(200, b"ok")), tls=authority.certificate("good"))
    driver.rules(ca_file=authority.ca, plain=False)
    tap.equal("TLS that holds is taken", driver.ask(server.url + "/").get("status"), 200)
    driver.say("name tool.test 127.0.0.1")
    end = driver.ask(f"https://tool.test:{server.port}/")
    tap.equal("by its name, too", end.get("status"), 200)
    driver.rules(ca_file="/nowhere/ca.pem")
    certain(tap, "a CA file that is not there", driver.ask(server.url + "/", supplier="b"), "/nowhere/ca.pem")
    driver.rules()
    certain(tap, "without the CA file", driver.ask(server.url + "/", supplier="c"), "certificate")
    # the same supplier with other settings: no connection of before serves it
    certain(tap, "the CA file taken away", driver.ask(server.url + "/"), "certificate")
    server.close()
    wide = Server(always(answer(200, b"ok")), tls=authority.certificate("modern"))
    wide.tls.minimum_version = ssl.TLSVersion.TLSv1_2
    driver.rules(ca_file=authority.ca)
    tap.equal("TLS 1.2 is enough", driver.ask(wide.url + "/").get("status"), 200)
    wide.close()


def run(tap):
    connections(tap)
    if not any(os.access(os.path.join(p, "openssl"), os.X_OK) for p in os.environ["PATH"].split(":")):
        tap.skip("TLS", "there is no openssl here to make certificates")
        return
    tls(tap)
