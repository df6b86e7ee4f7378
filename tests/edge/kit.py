# SPDX-License-Identifier: Apache-2.0
"""The server under test, and clients of several degrees of politeness."""
import hashlib
import hmac
import http.client
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import BUILD, SHARED, TOP, Tap, free_port, wait_for  # noqa: F401

SECRET = b"orion-secret-canary"
RECORDED = []  # every polite exchange: method, path, token given, body sent, status, headers, body; see openapi.py
OTHERS = set()  # headers by which people and machines of other organisations prove who they are
LINE_S = 20


class Server:
    """edge_server in a folder of its own; see server.c for its commands."""

    def __init__(self, **settings):
        self.folder = tempfile.mkdtemp(prefix="entente-edge-")
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        program = os.path.join(BUILD, "tests", "edge_server")
        self.process = subprocess.Popen([program, self.folder] + [f"{k}={v}" for k, v in settings.items()],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        self.said = b""
        self.token = self._line().split()[1]
        self.port = int(self._line().split()[1])

    def _line(self):
        while b"\n" not in self.said:
            ready, _, _ = select.select([self.process.stdout], [], [], LINE_S)
            more = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not more:
                raise RuntimeError("edge_server says nothing: " + self.logged())
            self.said += more
        line, self.said = self.said.split(b"\n", 1)
        return line.decode()

    def logged(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return log.read()

    def tell(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        return self._line()

    def end(self):
        """Ends it as serve does; the exit status, with a sanitizer's findings in the log."""
        if self.process.poll() is None:
            try:
                self.process.stdin.write(b"end\n")
                self.process.stdin.close()
                status = self.process.wait(30)
            except (subprocess.TimeoutExpired, BrokenPipeError):
                self.process.kill()
                status = self.process.wait()
        else:
            status = self.process.returncode
        self.process.stdout.close()
        said = self.logged()
        self.log.close()
        shutil.rmtree(self.folder)
        return status, said

    # ---- polite clients

    def call(self, method, path, body=None, headers=None, token=True):
        """(status, headers, body) of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            return self.call_on(connection, method, path, body, headers, token)
        finally:
            connection.close()

    def call_on(self, connection, method, path, body=None, headers=None, token=True):
        send = dict(headers or {})
        if token:
            send.setdefault("Authorization", "Bearer " + (self.token if token is True else token))
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            send.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, send)
        answer = connection.getresponse()
        got = answer.status, answer.headers, answer.read()
        RECORDED.append((method, path, send, body, *got))
        return got

    def json(self, method, path, body=None, headers=None, token=True):
        status, got, text = self.call(method, path, body, headers, token)
        return status, json.loads(text) if text else None

    def hook(self, body, delivery=None, supplier="orion", secret=SECRET, headers=None):
        body = json.dumps(body).encode() if isinstance(body, dict) else body
        send = {"X-Null-Signature": sign(body, secret), **(headers or {})}
        if delivery:
            send["X-Null-Delivery"] = delivery
        return self.call("POST", f"/hooks/{supplier}", body, send, token=False)

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), 30)
        s.settimeout(30)
        return s

    def metric(self, name):
        _, _, text = self.call("GET", "/metrics")
        found = re.search(rf"^{name} (\S+)$", text.decode(), re.M)
        return float(found[1])


class Binary(Server):
    """The same two suppliers behind the program itself, `entente serve`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="entente-edge-")
        self.port = free_port()
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        secret = os.path.join(self.folder, "secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(SECRET + b"\n")
        config = os.path.join(self.folder, "entente.yaml")
        with open(config, "w", encoding="utf-8") as file:
            json.dump(self.config({"data_dir": os.path.join(self.folder, "data"), "connector_dir": os.path.join(BUILD, "connectors"),
                                   "http": {"listen": "127.0.0.1", "port": self.port, "connections_per_ip_max": 1000},
                                   "suppliers": [{"name": "orion", "connector": "null", "public_comments": "everyone", "joins": "anyone",
                                                  "secret": f"file:{secret}"},
                                                 {"name": "telnord", "connector": "null", "public_comments": "us", "unsigned": True}]}), file, indent=1)
        self.command = [os.path.join(BUILD, "entente"), "serve", "--config", config]
        self._begin()
        self.token = re.search(r"ent_[A-Za-z0-9_-]{43}", self.logged())[0]

    def _begin(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        if not wait_for(lambda: self.process.poll() is not None or self._ready(), 30) or self.process.poll() is not None:
            self.process.kill()
            raise RuntimeError("entente serve does not get ready: " + self.logged()[-2000:])

    def again(self):
        """Ends the program and starts it on the same store."""
        self.process.terminate()
        self.process.wait(30)
        self._begin()

    def config(self, base):
        """A class below may say more."""
        return base

    def _ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as s:
                s.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return s.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def end(self):
        self.process.terminate()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        said = self.logged()
        self.log.close()
        shutil.rmtree(self.folder)
        return status, said

with open(os.path.join(TOP, "schemas/sentences.json"), encoding="utf-8") as listed:
    SENTENCES = json.load(listed)


def sign(body, secret=SECRET):
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def hook_bytes(body, delivery, extra=b"", supplier=b"orion"):
    """A signed hook as it stands on the wire."""
    return (b"POST /hooks/" + supplier + b" HTTP/1.1\r\nHost: x\r\nX-Null-Signature: " + sign(body).encode() +
            b"\r\nX-Null-Delivery: " + delivery.encode() + b"\r\n" + extra +
            b"Content-Length: %d\r\n\r\n" % len(body) + body)


class Answers:
    """Reads answers off a socket, strictly: what is left over or cut is seen."""

    def __init__(self, sock):
        self.sock, self.rest, self.closed = sock, b"", False

    def _more(self):
        try:
            got = self.sock.recv(65536)
        except ConnectionResetError:
            got = b""
        if not got:
            self.closed = True
        self.rest += got
        return bool(got)

    def next(self, head=False):
        """(status, headers in lower case, body), or None when the connection ended first."""
        while b"\r\n\r\n" not in self.rest:
            if not self._more():
                return None
        top, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}
        status = int(lines[0].split()[1])
        length = 0 if head or status in (204, 304) or status < 200 else int(headers.get("content-length", 0))
        while len(self.rest) < length:
            if not self._more():
                return None
        body, self.rest = self.rest[:length], self.rest[length:]
        return status, headers, body

    def ends(self, seconds=5):
        """Does the server close, without another byte?"""
        self.sock.settimeout(seconds)
        try:
            while self._more():
                pass
        except socket.timeout:
            return False
        return not self.rest


def raw(server, data, pieces=1, seconds=10):
    """Sends bytes and reads until the server closes or is quiet: the list of answers, and whether it closed."""
    with server.connect() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = max(1, len(data) // pieces)
        answers = Answers(s)
        try:
            for i in range(0, len(data), step):
                s.sendall(data[i:i + step])
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = []
        s.settimeout(seconds)
        try:
            while True:
                one = answers.next()
                if one is None:
                    return got, True, answers.rest
                got.append(one)
                s.settimeout(1)
        except socket.timeout:
            return got, False, answers.rest


def ended_clean(tap, server):
    status, said = server.end()
    tap.check("the server ends well, sanitizers silent", status == 0 and "Sanitizer" not in said and "runtime error" not in said,
              f"status {status}\n{said[-3000:]}")
    return said


def is_problem(answer, status):
    """An RFC 9457 document that says what to do."""
    got, headers, body = answer
    if got != status or headers.get("content-type", headers.get("Content-Type")) != "application/problem+json":
        return False
    document = json.loads(body)
    return (document["status"] == status and document["type"].startswith("/problems/") and len(document["detail"]) > 10 and
            document["title"] and sorted(document["params"]) == sorted(SENTENCES[document["code"]]["params"]))


def sanitizes_threads():
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        return re.search(r"^ENTENTE_SANITIZE:\w+=.*\bthread\b", cache.read(), re.M) is not None
