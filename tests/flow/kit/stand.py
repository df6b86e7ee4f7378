# SPDX-License-Identifier: Apache-2.0
"""A broker under test: its folder, its configuration, its process; and what one asks it."""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "lib"))
from tap import BUILD, TOP, free_port, wait_for  # noqa: E402

import hooks  # noqa: E402
import story  # noqa: E402

BUILD_RELEASE = os.environ.get("ENTENTE_BUILD_RELEASE") or BUILD

# What the six suppliers' tools send (kit/story.py), in the ticket language.
DECODE = """
.body | {
  version, time: .updated_at, actor: .agent,
  ticket: ({id, status: .state} + (if .to then {transferred_to: .to}
    else {title, priority, team, service, site, requester: .caller} end)),
  correlation: {key: .correlation},
  comments: (.comments // [])
}
"""


def supplier(name, title, secret_file, decode=DECODE):
    """One item of the configuration's `suppliers`."""
    return {
        "name": name, "title": title, "connector": "generic", "secret": f"file:{secret_file}", "public_comments": "everyone", "joins": "anyone",
        "map": {"status": dict(story.STATUS), "priority": dict(story.PRIORITY)},
        "settings": {"decode": decode, "signature_header": "X-Signature", "signature_prefix": "sha256=",
                     "delivery_header": "X-Delivery"},
    }


class Broker:
    def __init__(self, folder, brokers=None, build=None, settings=None):
        self.folder = folder
        self.build = build or BUILD_RELEASE
        self.binary = os.path.join(self.build, "entente")
        self.port = free_port()
        self.brokers = brokers
        self.process = None
        self.token = None
        self.log = os.path.join(folder, "broker.log")
        os.makedirs(folder, exist_ok=True)
        self.secret_file = os.path.join(folder, "hook.secret")
        self.config = os.path.join(folder, "entente.yaml")
        self._write(self.secret_file, hooks.SECRET + "\n")
        self.tree = {
            "data_dir": os.path.join(folder, "data"),
            "connector_dir": os.path.join(self.build, "connectors"),
            "http": {"listen": "127.0.0.1", "port": self.port, "connections_per_ip_max": 1000},
            "log": {"format": "json", "level": "info"},
            "suppliers": [supplier(name, title, self.secret_file) for name, title in story.SUPPLIERS],
        }
        if brokers:
            self.tree["kafka"] = {"brokers": brokers}
        for section, values in (settings or {}).items():
            self.tree.setdefault(section, {}).update(values)
        self.configure()

    @staticmethod
    def _write(path, text):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write(text)

    def configure(self):
        """The tree as YAML; JSON is YAML too, but people will read these when a test fails."""
        import yaml
        self._write(self.config, yaml.safe_dump(self.tree, allow_unicode=True, sort_keys=False, width=1000))

    def supplier(self, name):
        return next(s for s in self.tree["suppliers"] if s["name"] == name)

    # ---- the process --------------------------------------------------------

    def start(self, ready=True, seconds=90, wrap=(), env=None):
        first = not os.path.exists(self.tree["data_dir"])
        self.started = time.monotonic()
        out = open(os.path.join(self.folder, "stdout"), "ab")
        err = open(self.log, "ab")
        self.process = subprocess.Popen([*wrap, self.binary, "serve", "--config", self.config], stdin=subprocess.DEVNULL,
                                        stdout=out, stderr=err, env=dict(os.environ, **(env or {})))
        out.close()
        err.close()
        if not wait_for(lambda: self.process.poll() is not None or self.get("/healthz")[0] == 200, seconds, 0.02):
            raise RuntimeError("the broker does not answer\n" + self.tail())
        if self.process.poll() is not None:
            raise RuntimeError(f"the broker ended with {self.process.returncode}\n" + self.tail())
        if first or not self.token:
            self.token = self._first_token()
        if ready and not wait_for(lambda: self.get("/readyz")[0] == 200, seconds, 0.05):
            raise RuntimeError(f"the broker is not ready: {self.get('/readyz')}\n" + self.tail())
        return self

    def _first_token(self):
        for path in (os.path.join(self.folder, "stdout"), self.log):
            found = re.search(r"\bent_[A-Za-z0-9_-]{43}", open(path, errors="replace").read())
            if found:
                self.token_file = os.path.join(self.folder, "token")
                self._write(self.token_file, found.group(0) + "\n")
                return found.group(0)
        raise RuntimeError("the broker showed no token at its first start")

    def stop(self, seconds=15):
        """SIGTERM; the exit status and how long it took."""
        if not self.process:
            return None, 0.0
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        status, self.process = self.process.returncode, None
        return status, time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def tail(self, lines=25):
        with open(self.log, errors="replace") as f:
            return "".join(f.readlines()[-lines:])

    def embedded_address(self):
        with open(os.path.join(self.tree["data_dir"], "kafka.address")) as f:
            return f.read().strip()

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_bytes(self, what="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(what + r":\s+(\d+) kB", f.read()).group(1)) * 1024

    # ---- what one asks it ---------------------------------------------------

    def call(self, method, path, body=None, headers=None, token=True):
        """(status, headers, bytes); status 0: no answer."""
        send = dict(headers or {})
        if token and self.token:
            send["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            send.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, send)
            answer = connection.getresponse()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException):
            return 0, {}, b""
        finally:
            connection.close()

    def get(self, path):
        status, _, body = self.call("GET", path)
        return status, body

    def json(self, path):
        status, body = self.get(path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:300]!r}")
        return json.loads(body)

    def metric(self, name):
        status, body = self.get("/metrics")
        found = re.search(rf"^{name} ([0-9.e+-]+)$", body.decode(), re.M) if status == 200 else None
        return float(found.group(1)) if found else None

    def drained(self, seconds=120):
        """Until nothing that is stored waits for Kafka; how long it took, None at the deadline."""
        began = time.monotonic()
        return (time.monotonic() - began) if wait_for(lambda: self.metric("entente_relay_backlog_events") == 0.0, seconds, 0.1) else None

    def hook(self, delivery, headers=(), secret=hooks.SECRET):
        """One delivery; (status, answer)."""
        raw = hooks.request(delivery, self.port, secret, headers)
        head, _, body = raw.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        fields.pop("Content-Length")
        fields.pop("Host")
        status, _, answer = self.call("POST", f"/hooks/{delivery.supplier}", body, fields, token=False)
        return status, answer

    def command(self, *args, check=True, config=True, timeout=600):
        """An entente command against this broker's configuration."""
        args = [self.binary, *args]
        if config:
            args += ["--config", self.config]
        return subprocess.run(args, check=check, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=timeout, env=dict(os.environ, ENTENTE_TOKEN=self.token or ""))
