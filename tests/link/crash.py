# SPDX-License-Identifier: Apache-2.0
"""A connector that ends the process on one arrival: the third time it is quarantined, as a dead letter, and the others go on."""
import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request

import serve
from kit import BUILD, wait_for

DEATHS = 3
CONFIG = """
data_dir: {folder}/data
connector_dir: {build}/tests/crash
http: {{port: {port}}}
log: {{format: json}}
suppliers:
- {{name: hooked, connector: crash, public_comments: us, unsigned: true}}
{suppliers}
"""
POLLED = """
- name: {name}
  connector: crash
  public_comments: us
  url: http://127.0.0.1:{port}/{name}
  plain_http: true
  allow: [127.0.0.0/8]
  auth: {{kind: bearer, credential: "file:{folder}/credential"}}
  poll: 100ms
"""


class Broker(serve.Broker):
    def configure(self, tools):
        with open(os.path.join(self.folder, "entente.yaml"), "w") as f:
            suppliers = "".join(POLLED.format(name=n, port=t.server.port, folder=self.folder) for n, t in tools.items())
            f.write(CONFIG.format(folder=self.folder, build=BUILD, port=self.port, suppliers=suppliers))

    def hook(self, delivery, body):
        """The status; 0 when the connection ends."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/hooks/hooked", method="POST", data=json.dumps(body).encode())
        request.add_header("X-Null-Delivery", delivery)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as got:
                return got.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def launch(self):
        """Without waiting: it may not live for long."""
        self.process = subprocess.Popen([serve.ENTENTE, "serve", "--config", f"{self.folder}/entente.yaml"], text=True,
                                        stdout=open(os.path.join(self.folder, "out"), "a"), stderr=open(self.log, "a"))

    def died(self):
        return wait_for(lambda: self.process.poll() is not None, 20)

    def dead_letters(self, supplier):
        items = (self.ask("GET", f"/v1/deadletters?supplier={supplier}")[1] or {}).get("items", [])
        return [item["reason"]["text"] for item in items]


def a_webhook(tap, broker):
    boom = {"id": "1", "title": "boom"}
    for n in range(DEATHS):
        tap.equal(f"the webhook ends the broker, time {n + 1}", (broker.hook("d-1", boom), bool(broker.died())), (0, True))
        broker.start()
    tap.equal("then it is taken", broker.hook("d-1", boom), 202)
    reasons = broker.dead_letters("hooked")
    tap.check("as a dead letter that says why", len(reasons) == 1 and "three times" in reasons[0], reasons)
    tap.equal("and the others go on", broker.hook("d-2", {"id": "2", "title": "good", "status": "open"}), 202)
    tap.equal("as ever", wait_for(lambda: broker.status_of("good")), "in_progress")
    tap.check("each death is in the log", len(broker.lines("slot.death")) == DEATHS, broker.logged()[-500:])


def a_page(tap, broker, tools):
    tools["bad"].put("boom", "open")
    for n in range(DEATHS):
        tap.check(f"the page ends the broker, time {n + 1}", broker.died(), broker.logged()[-500:])
        if n + 1 < DEATHS:
            broker.launch()
        else:
            broker.start()
    tap.check("then it is a dead letter that says why", wait_for(lambda: any("three times" in r for r in broker.dead_letters("bad"))),
              broker.dead_letters("bad"))
    tools["good"].put("7", "open")
    tap.equal("the others go on", wait_for(lambda: broker.status_of("ticket 7")), "in_progress")
    tap.check("and the broker lives", broker.process.poll() is None)


def kept_ones(tap, broker):
    """What is kept of them is read again in two more ways, and ends the broker in none."""
    for name in ("hooked", "bad"):
        code, answer = broker.ask("POST", "/v1/deadletters/replay", {"supplier": name})
        tap.equal(f"replaying all dead letters of {name} leaves them dead", (code, answer and answer["dead"]), (200, 1))
        tap.check(f"and says why ({name})", any("three times" in r for r in broker.dead_letters(name)), broker.dead_letters(name))
    code, answer = broker.ask("POST", "/v1/suppliers/hooked/maps/try", {"map": {"status": {"odd": "pending"}}})
    tap.equal("trying a map on what came passes over it", (code, answer and answer["undecoded"]), (200, 1))
    tap.check("and the broker lives on", broker.process.poll() is None)


def run(tap):
    with tempfile.TemporaryDirectory(prefix="entente-crash-") as folder:
        with open(os.open(os.path.join(folder, "credential"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("credential-canary\n")
        tools = {"good": serve.Tool(), "bad": serve.Tool()}
        broker = Broker(folder)
        broker.configure(tools)
        broker.start()
        try:
            a_webhook(tap, broker)
            a_page(tap, broker, tools)
            kept_ones(tap, broker)
        finally:
            if broker.process.poll() is None:
                broker.end()
            for tool in tools.values():
                tool.server.close()
