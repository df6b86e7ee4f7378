# SPDX-License-Identifier: Apache-2.0
"""Signing in over somebody else's provider: oidc-provider from npm, with a browser that fills in its forms."""
import http.client
import os
import re
import shutil
import subprocess
import urllib.parse

from kit import BUILD, ended_clean, free_port
from signin_kit import House, title

HERE = os.path.dirname(os.path.abspath(__file__))
PIN = "oidc-provider@9.13.3"
PROGRAMS = ("node", "npm")  # of the machine, if it has them: Debian 12's own node is too old for it


def installed():
    """(folder with node_modules, None), or (None, why not)."""
    folder = os.path.join(BUILD, "oidc-provider")
    if not all(map(shutil.which, PROGRAMS)):
        return None, "needs node and npm, which are not there"
    if os.path.isdir(os.path.join(folder, "node_modules", "oidc-provider")):
        return folder, None
    if os.environ.get("ENTENTE_INSTALL") == "no":
        return None, "not installed, and not to be"
    os.makedirs(folder, exist_ok=True)
    try:
        got = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", PIN], cwd=folder,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    return (folder, None) if got.returncode == 0 else (None, "cannot be had: " + " ".join(got.stdout.split())[-200:])


class Visitor:
    """A browser at the provider: follows redirects there, sends its forms; stops where it is sent away."""

    def __init__(self, port):
        self.port, self.cookies = port, {}

    def call(self, method, path, form=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urllib.parse.urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, rest = line.split("=", 1)
            self.cookies[name] = rest.split(";", 1)[0]
        connection.close()
        return answer.status, answer.headers.get("Location"), text

    def go(self, url, login):
        """From the authorization address to the answer for us: its whole URL."""
        status, where, text = self.call("GET", url[url.index("/", 8):])
        for _ in range(12):
            if where and not where.startswith(f"http://127.0.0.1:{self.port}/") and not where.startswith("/"):
                return where
            if where:
                status, where, text = self.call("GET", where[where.index("/", 8):] if where.startswith("http") else where)
                continue
            action = re.search(r'<form[^>]*action="([^"]+)"', text)
            if not action:
                raise RuntimeError(f"the provider says {status}: {text[:400]}")
            form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
            if 'name="login"' in text:
                form.update(login=login, password="anything")
            path = urllib.parse.urlsplit(action[1]).path
            status, where, text = self.call("POST", path, form)
        raise RuntimeError("the provider goes round in circles")


def come(house, visitor, login, browser, **more):
    """A sign-in over it from its beginning: what our answer is."""
    _, headers, _ = browser.call("GET", "/sign-in/orion/provider")
    back = urllib.parse.urlsplit(visitor.go(headers["Location"], login))
    query = dict(urllib.parse.parse_qsl(back.query))
    query.update(more)
    return browser.call("GET", back.path + "?" + urllib.parse.urlencode(query), headers={"Sec-Fetch-Site": "cross-site"}), back


def run(tap):
    folder, why = installed()
    if folder is None:
        tap.skip("sign-in over a provider from npm", f"{PIN} {why}")
        return
    port = free_port()
    house = House(f"http://127.0.0.1:{port}", algorithms=("ES256",))
    log = open(os.path.join(house.folder, "provider.log"), "w+b")
    node = subprocess.Popen(["node", os.path.join(HERE, "signin_provider.mjs"), folder, str(port), house.url + "/sign-in/orion/answer"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    try:
        if not tap.check("the provider starts", node.stdout.readline() == b"ready\n", open(log.name, encoding="utf-8").read()[-1000:]):
            return
        check(tap, house, Visitor, port)
    finally:
        node.kill()
        node.wait()
        log.close()
        ended_clean(tap, house)


def check(tap, house, visitor, port):
    (status, _, text), _ = come(house, visitor(port), "olga", house.browser())
    tap.equal("whom nobody has invited does not come in", (status, title(text)), (403, "You are not signed in"))
    path, said = house.invite("Olga", "olga@orion.example", "orion", "supplier_technician")
    guest = house.browser()
    guest.call("POST", path, {"how": "provider"})
    (status, _, _), back = come(house, visitor(port), "olga", guest)
    tap.equal("the invited person comes in", (status, guest.who() and guest.who()["user"]), (303, said["user"]))
    cookies = guest.cookies
    again = house.browser()
    (status, _, _), _ = come(house, visitor(port), "olga", again)
    tap.equal("and comes in again from another browser", (status, again.who() and again.who()["user"]), (303, said["user"]))
    (status, _, _), _ = come(house, visitor(port), "otto", house.browser())
    tap.equal("another person of the provider does not", status, 403)
    (status, _, _), _ = come(house, visitor(port), "olga", house.browser(), code="made-up")
    tap.equal("a code that it never gave lets nobody in", status, 401)
    (status, _, _), _ = come(house, visitor(port), "olga", house.browser(), iss="https://evil.example")
    tap.equal("its answer under another issuer neither", status, 401)
    (status, _, _), _ = come(house, visitor(port), "olga", house.browser(), state="x" * 43)
    tap.equal("nor with another state", status, 400)
    tap.equal("the first browser is signed in still", guest.cookies, cookies)
    used = house.browser()
    _, headers, _ = used.call("GET", "/sign-in/orion/provider")
    where = urllib.parse.urlsplit(visitor(port).go(headers["Location"], "olga"))
    kept = dict(used.cookies)
    first = used.call("GET", where.path + "?" + where.query)[0]
    used.cookies = kept
    tap.equal("a code works once, says the provider", (first, used.call("GET", where.path + "?" + where.query)[0]), (303, 401))
