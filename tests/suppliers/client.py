# SPDX-License-Identifier: Apache-2.0
"""For tests in Python: start the simulator and talk to its control.

    sim = Simulator(folder, {"orion": {"tool": "rt"}, ...}).start()
    ticket = sim["orion"].open(title="Lift 3 stuck")
    sim["orion"].fault(kind="comment", do="lost", times=1)
"""
import http.client
import json
import os
import subprocess
import sys

PROGRAM = os.path.join(os.path.dirname(os.path.realpath(__file__)), "simulate")


class Wrong(Exception):
    """The control refused."""


class Supplier:
    def __init__(self, sim, name, port, url):
        self.sim, self.name, self.port, self.url = sim, name, port, url

    def call(self, op, body=None):
        return self.sim.call(f"/{self.name}/{op}", {} if body is None else body)

    def open(self, **values):
        return self.act("open", **values)

    def act(self, act, **values):
        out = self.call("act", dict(values, act=act))
        if out.get("error"):
            raise Wrong(f"{self.name}: {act}: {out['error']}")
        return out

    def comment(self, ticket, body, internal=False, by="Ines"):
        return self.act("comment", ticket=ticket, body=body, internal=internal, by=by)["id"]

    def change(self, ticket, by="Ines", **values):
        return self.act("change", ticket=ticket, by=by, **values)

    def fault(self, **spec):
        return self.call("fault", spec)["number"]

    def hits(self):
        return sum(f["hits"] for f in self.call("faults")["faults"])

    def clear(self):
        return self.call("clear")["faults"]

    def release(self):
        self.call("release")

    def set(self, **settings):
        self.call("set", settings)

    def listen(self, **how):
        self.call("listen", how)

    def book(self):
        return self.call("book")["tickets"]

    def ticket(self, tid):
        return self.call("book", {"ticket": tid}) or None

    def stats(self):
        return self.call("stats")

    def times(self, since=0):
        return self.call("times", {"since": since})["times"]

    def find(self, *texts):
        return self.call("find", {"texts": list(texts)})["found"]


class Simulator:
    def __init__(self, folder, suppliers):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.settings = folder, suppliers
        self.log = os.path.join(folder, "bytes.jsonl")
        self.process = self.connection = None

    def start(self):
        path = os.path.join(self.folder, "suppliers.json")
        with open(path, "w") as f:
            json.dump({"log": self.log, "suppliers": self.settings}, f)
        self.err = open(os.path.join(self.folder, "simulate.err"), "ab")
        self.process = subprocess.Popen([sys.executable, PROGRAM, "--config", path, "--with-stdin"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.err)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the simulator does not start: " + open(self.err.name).read()[-2000:])
        said = json.loads(line)
        self.control = said["control"]
        self.suppliers = {name: Supplier(self, name, one["port"], one["url"]) for name, one in said["suppliers"].items()}
        return self

    def __getitem__(self, name):
        return self.suppliers[name]

    def __iter__(self):
        return iter(self.suppliers.values())

    def call(self, path, body):
        data = json.dumps(body).encode()
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=60)
            try:
                self.connection.request("POST", path, data, {"Content-Type": "application/json"})
                answer = self.connection.getresponse()
                raw = answer.read()
                break
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        out = json.loads(raw)
        if answer.status != 200:
            raise Wrong(f"{path}: {out}")
        return out

    def received(self):
        """Every request so far, as logged."""
        for supplier in self:
            supplier.stats()  # flushes
            break
        with open(self.log, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def errors(self):
        """What the simulator itself stumbled over."""
        self.err.flush()
        with open(self.err.name) as f:
            return f.read()

    def stop(self):
        if self.connection:
            self.connection.close()
            self.connection = None
        if self.process:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
            self.process = None
        self.err.close()
