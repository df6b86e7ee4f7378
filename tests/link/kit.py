# SPDX-License-Identifier: Apache-2.0
"""Servers that misbehave, certificates made on the spot, and the driver of the real transfers."""
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from tap import BUILD, SHARED, TOP, Tap, free_port, wait_for  # noqa: E402,F401

DRIVER = os.path.join(BUILD, "tests", "link_driver")
HUNG = 20  # seconds after which a server's own thread gives up


def read_request(conn):
    """(head, body) of one request; None when the other side is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        got = conn.recv(65536)
        if not got:
            return None
        data += got
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        got = conn.recv(65536)
        if not got:
            return None
        body += got
    return head.decode("latin-1"), body


def answer(status=200, body=b"", headers=(), length=None):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def reset(conn):
    """Ends a connection with RST instead of FIN."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


class Server:
    """handle(server, conn) on a thread for each connection. Counts connections, keeps the heads of requests it read by request()."""

    def __init__(self, handle, host="127.0.0.1", port=0, tls=None, backlog=64):
        self.handle, self.tls = handle, tls
        self.connections, self.heads, self.bodies = 0, [], []
        self.gone = threading.Event()
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.socket.listen(backlog)
        self.port = self.socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        try:
            conn.settimeout(HUNG)
            if self.tls:
                conn = self.tls.wrap_socket(conn, server_side=True)
            self.handle(self, conn)
            conn.close()
        except (OSError, ssl.SSLError):
            pass

    def request(self, conn):
        got = read_request(conn)
        if got is None:
            raise OSError("gone")
        self.heads.append(got[0])
        self.bodies.append(got[1])
        return got

    def until_gone(self, conn):
        """Holds the connection until the other side ends it or the server does."""
        conn.settimeout(0.1)
        while not self.gone.is_set():
            try:
                if not conn.recv(65536):
                    return
            except TimeoutError:
                pass

    def close(self):
        self.gone.set()
        self.socket.close()


def always(*parts, then="close"):
    """Reads a request, answers with the parts; then closes, resets, or holds the connection. For each request of it."""

    def handle(server, conn):
        while True:
            server.request(conn)
            for part in parts:
                conn.sendall(part)
            if then == "keep":
                continue
            if then == "reset":
                reset(conn)
            elif then == "hold":
                server.until_gone(conn)
            return

    return handle


class Driver:
    def __init__(self, **env):
        self.process = subprocess.Popen([DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **env})
        self.n = 0

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the driver ended with {self.process.wait()}")
        got = json.loads(line)
        if "headers" in got:
            flat = got["headers"]
            got["headers"] = list(zip(flat[::2], flat[1::2]))
        return got

    def rules(self, allow=("127.0.0.0/8",), plain=True, **other):
        """The connection's settings from now on."""
        self.say("clear")
        for cidr in allow:
            self.say("set allow", cidr)
        if plain:
            self.say("set plain_http 1")
        for name, value in other.items():
            self.say("set", name, value)

    def start(self, url, method="GET", body=0, headers=(), supplier="a"):
        for name, value in headers:
            self.say("header", name, value)
        self.n += 1
        self.say("start", self.n, supplier, method, url, body)
        return self.n

    def wait(self, n=1):
        """What ended, by id."""
        self.say("wait", n)
        return {got.get("id"): got for got in (self.hear() for _ in range(n))}

    def ask(self, *args, **more):
        id_ = self.start(*args, **more)
        return self.wait()[id_]

    def counts(self):
        self.say("threads")
        return self.hear()

    def end(self):
        self.process.stdin.close()
        return self.process.wait(60)


# ---- certificates --------------------------------------------------------------------------------

CA_CONFIG = """
[ca]
default_ca = us
[us]
database = {0}/index
serial = {0}/serial
new_certs_dir = {0}
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


class Authority:
    """A certificate authority of its own in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = os.path.join(folder, "ca.pem")
        with open(os.path.join(folder, "ca.cnf"), "w") as f:
            f.write(CA_CONFIG.format(folder))
        for name, text in (("index", ""), ("serial", "01\n")):
            with open(os.path.join(folder, name), "w") as f:
                f.write(text)
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/ca.key", "-out", self.ca,
                      "-days", "2", "-subj", "/CN=Test authority")

    @staticmethod
    def _openssl(*argv):
        done = subprocess.run(["openssl", *argv], capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"openssl {argv[0]}: {done.stderr[-500:]}")

    def certificate(self, name, san="IP:127.0.0.1,DNS:tool.test", since="20200101000000Z", until="20990101000000Z"):
        """An ssl context of a server with such a certificate."""
        base = os.path.join(self.folder, name)
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{base}.key", "-out", f"{base}.csr",
                      "-subj", f"/CN={name}", "-addext", f"subjectAltName={san}")
        self._openssl("ca", "-batch", "-notext", "-config", f"{self.folder}/ca.cnf", "-cert", self.ca, "-keyfile",
                      f"{self.folder}/ca.key", "-in", f"{base}.csr", "-out", f"{base}.pem", "-startdate", since,
                      "-enddate", until)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{base}.pem", f"{base}.key")
        return context

    def self_signed(self, name):
        base = os.path.join(self.folder, name)
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{base}.key", "-out", f"{base}.pem",
                      "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{base}.pem", f"{base}.key")
        return context
