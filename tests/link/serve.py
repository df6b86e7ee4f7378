# SPDX-License-Identifier: Apache-2.0
"""`entente serve` and its way out: asked suppliers, reloads, published maps over a restart, an end with a request under way."""
import datetime
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from kit import BUILD, Server, answer, free_port, wait_for

ENTENTE = os.path.join(BUILD, "entente")
CREDENTIAL = "credential-canary-5b1e"
END_S = 9

CONFIG = """
data_dir: {folder}/data
connector_dir: {build}/connectors
http: {{port: {port}}}
log: {{format: json}}
suppliers:
{suppliers}
"""
SUPPLIER = """
- name: {name}
  connector: "null"
  public_comments: us
  url: http://127.0.0.1:{port}/{name}
  plain_http: true
  allow: [127.0.0.0/8]
  account: entente
  auth: {{kind: bearer, credential: "file:{folder}/credential"}}
  poll: 100ms
  timeout: 20s
"""


class Tool:
    """The null connector's tool: whatever was put in is news."""

    def __init__(self):
        self.tickets, self.asked, self.credentials, self.is_deaf = [], [], set(), False
        self.server = Server(self._handle)

    def put(self, id_, status):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.tickets = [t for t in self.tickets if t["id"] != id_]
        self.tickets.append({"id": id_, "title": f"ticket {id_}", "status": status, "changed": now})

    def _handle(self, server, conn):
        while True:
            head, _ = server.request(conn)
            self.asked.append(head.split("/")[1])
            self.credentials.update(re.findall(r"(?im)^authorization: (.*)$", head.replace("\r", "")))
            if self.is_deaf:
                server.until_gone(conn)
                return
            page = {"tickets": self.tickets if "skip=0" in head else [], "more": False}
            conn.sendall(answer(200, json.dumps(page).encode(), ["Content-Type: application/json"]))


class Broker:
    def __init__(self, folder):
        self.folder, self.port, self.log = folder, free_port(), os.path.join(folder, "log")
        self.token = None

    def configure(self, tool, names, broken=""):
        with open(os.path.join(self.folder, "entente.yaml"), "w") as f:
            suppliers = "".join(SUPPLIER.format(name=n, port=tool.server.port, folder=self.folder) for n in names)
            f.write(CONFIG.format(folder=self.folder, build=BUILD, port=self.port, suppliers=suppliers) + broken)

    def start(self):
        self.process = subprocess.Popen([ENTENTE, "serve", "--config", f"{self.folder}/entente.yaml"], text=True,
                                        stdout=open(os.path.join(self.folder, "out"), "a"), stderr=open(self.log, "a"))
        if not wait_for(lambda: self.answers(), 30):
            raise RuntimeError("serve does not answer: " + self.logged()[-1500:])
        with open(os.path.join(self.folder, "out")) as f:
            self.token = re.search(r"ent_[\w-]+", f.read())[0]

    def answers(self):
        try:
            return self.ask("GET", "/livez")[0] > 0
        except OSError:
            return False

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=10) as got:
                return got.status, json.loads(got.read() or b"null") if "json" in got.headers.get("Content-Type", "") else None
        except urllib.error.HTTPError as error:
            return error.code, None

    def logged(self):
        with open(self.log) as f:
            return f.read()

    def lines(self, event):
        return [line for line in self.logged().splitlines() if f'"event":"{event}"' in line]

    def hang_up(self, event):
        """A reload, until it is told."""
        n = len(self.lines(event))
        self.process.send_signal(signal.SIGHUP)
        return wait_for(lambda: len(self.lines(event)) > n)

    def end(self):
        """(exit status, seconds)"""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(30), time.monotonic() - began

    def status_of(self, title):
        """Of the incident with that ticket."""
        for incident in (self.ask("GET", "/v1/incidents")[1] or {}).get("items", []):
            if incident.get("title") == title:
                return incident.get("status")
        return None

    def map_version(self, name):
        return self.ask("GET", f"/v1/suppliers/{name}/maps")[1]["version"]


def asking(tap, broker, tool):
    tool.put("1", "open")
    tap.equal("what the tool has comes in by asking", wait_for(lambda: broker.status_of("ticket 1")), "in_progress")
    tap.equal("with the credential", tool.credentials, {f"Bearer {CREDENTIAL}"})
    tap.equal("a supplier that is asked takes no webhooks", broker.ask("POST", "/hooks/alpha", {"id": "9", "status": "open"})[0], 404)


def maps(tap, broker, tool):
    code, _ = broker.ask("POST", "/v1/suppliers/alpha/maps", {"map": {"status": {"odd": "pending"}}})
    tap.equal("a map is published", code, 201)
    tap.check("and in force soon, without anybody's HUP", wait_for(lambda: broker.map_version("alpha") == 1), broker.logged()[-800:])
    tool.put("1", "odd")
    tap.check("what is asked is read by it", wait_for(lambda: broker.status_of("ticket 1") == "pending"),
              broker.status_of("ticket 1"))


def reloads(tap, broker, tool):
    broker.configure(tool, ["alpha"], "  nonsense: true\n")
    tap.check("a wrong file is refused", broker.hang_up("config.refused"), broker.logged()[-800:])
    n = len(tool.asked)
    tap.check("and the old suppliers are asked on", wait_for(lambda: len(tool.asked) > n + 2), tool.asked[-3:])
    tap.equal("with the map that was published", broker.map_version("alpha"), 1)
    broker.configure(tool, ["alpha", "beta"])
    tap.check("a right one is taken", broker.hang_up("config.reloaded"), broker.logged()[-800:])
    tap.check("and the new supplier is asked", wait_for(lambda: "beta" in tool.asked), tool.asked[-5:])
    tap.equal("the map stays", broker.map_version("alpha"), 1)
    broker.configure(tool, ["beta"])
    tap.check("one is taken away", broker.hang_up("config.reloaded"), broker.logged()[-800:])
    wait_for(lambda: tool.asked[-6:] == ["beta"] * 6)
    tap.check("and is not asked any more", tool.asked[-6:] == ["beta"] * 6, tool.asked[-6:])


def ends(tap, broker, tool):
    tool.is_deaf = True
    n = len(tool.asked)
    wait_for(lambda: len(tool.asked) > n)
    code, seconds = broker.end()
    tap.check("TERM with a request under way ends well, in time", code == 0 and seconds < END_S,
              (code, seconds, broker.logged()[-800:]))
    tool.is_deaf = False
    broker.configure(tool, ["alpha"])
    broker.start()
    tap.equal("after a restart the published map is in force", broker.map_version("alpha"), 1)
    tool.put("2", "odd")
    tap.check("from the first page on", wait_for(lambda: broker.status_of("ticket 2") == "pending"), broker.logged()[-800:])
    tap.equal("the configuration's is put in force again",
              broker.ask("POST", "/v1/suppliers/alpha/maps/0/activate")[0], 200)
    tap.check("soon", wait_for(lambda: broker.map_version("alpha") == 0))
    tap.equal("the end", broker.end()[0], 0)


def secrets(tap, broker):
    """Nowhere but in the file it was read from."""
    found = []
    for folder, _, names in os.walk(broker.folder):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                if name != "credential" and CREDENTIAL.encode() in f.read():
                    found.append(name)
    tap.equal("the credential stands in no log, no store and no output", found, [])


def run(tap):
    if not os.path.exists(ENTENTE):
        tap.fail("serve", f"{ENTENTE} is not built")
        return
    tool = Tool()
    with tempfile.TemporaryDirectory() as folder:
        fd = os.open(os.path.join(folder, "credential"), os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(fd, CREDENTIAL.encode() + b"\n")
        os.close(fd)
        broker = Broker(folder)
        broker.configure(tool, ["alpha"])
        broker.start()
        try:
            for part in (asking, maps, reloads, ends):
                part(tap, broker, tool)
            secrets(tap, broker)
        finally:
            if broker.process.poll() is None:
                broker.process.kill()
    tool.server.close()
