# SPDX-License-Identifier: Apache-2.0
"""A small HTTP/1.1 server: fast enough for a bench, and able to break every rule on demand."""
import asyncio
import json
import socket
import struct
from urllib.parse import parse_qsl, unquote

HEAD_MAX = 64 * 1024
BODY_MAX = 32 * 1024 * 1024
REASON = {100: "Continue", 103: "Early Hints", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently",
          302: "Found", 304: "Not Modified", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
          404: "Not Found", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 412: "Precondition Failed", 413: "Content Too Large",
          422: "Unprocessable Content", 425: "Too Early", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
          503: "Service Unavailable", 504: "Gateway Timeout"}


class Request:
    __slots__ = ("method", "target", "path", "headers", "body", "head", "_query", "_json")

    def __init__(self, method, target, headers, body, head):
        self.method, self.target, self.headers, self.body, self.head = method, target, headers, body, head
        self.path = target.partition("?")[0]
        self._query = self._json = None

    @property
    def pairs(self):
        if self._query is None:
            self._query = parse_qsl(self.target.partition("?")[2], keep_blank_values=True)
        return self._query

    def query(self, name, default=None):
        """The last one of that name, as most tools take it."""
        for key, value in reversed(self.pairs):
            if key == name:
                return value
        return default

    def json(self):
        """The body as an object; {} for none. ValueError when it is no JSON."""
        if self._json is None:
            self._json = json.loads(self.body) if self.body else {}
        return self._json

    def header(self, name):
        return self.headers.get(name, "")


class Response:
    __slots__ = ("status", "headers", "body")

    def __init__(self, status, body=b"", headers=(), kind="application/json"):
        self.status = status
        if not isinstance(body, bytes):
            body = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.body = body
        self.headers = list(headers)
        if kind and (body or kind != "application/json"):
            self.headers.append(("Content-Type", kind))

    def head(self, length=None, close=False):
        lines = [f"HTTP/1.1 {self.status} {REASON.get(self.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.status != 204:
            lines.append(f"Content-Length: {len(self.body) if length is None else length}")
        lines.append("Connection: close" if close else "Connection: keep-alive")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def part(path, index):
    """One part of a path, decoded."""
    return unquote(path.split("/")[index])


class Connection(asyncio.Protocol):
    """One client. A request at a time; `take(request, connection)` answers now or later."""

    def __init__(self, server):
        self.server = server
        self.transport = None
        self.buffer = b""
        self.busy = False
        self.continued = False

    def connection_made(self, transport):
        self.transport = transport
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.connections.add(self)

    def connection_lost(self, _):
        self.server.connections.discard(self)
        self.transport = None

    def data_received(self, data):
        self.buffer += data
        if not self.busy:
            self._next()

    def _next(self):
        if self.server.hung:
            return  # it takes the bytes and says nothing
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > HEAD_MAX:
                self.close()
            return
        head = self.buffer[:end]
        lines = head.decode("utf-8", "surrogateescape").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3:
            return self.answer(Response(400, b"bad request line", kind="text/plain"), close=True)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        whole = self._body(headers, end + 4)
        if whole is None:
            if headers.get("expect", "").lower() == "100-continue" and not self.continued:
                self.continued = True
                if not self.server.no_continue:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        body, used = whole
        self.buffer = self.buffer[used:]
        self.continued = False
        self.busy = True
        self.server.take(Request(words[0], words[1], headers, body, head), self)

    def _body(self, headers, at):
        """(body, bytes used) or None while it is not whole."""
        if "chunked" in headers.get("transfer-encoding", "").lower():
            out = []
            while True:
                line = self.buffer.find(b"\r\n", at)
                if line < 0:
                    return None
                size = int(self.buffer[at:line].split(b";")[0], 16)
                if len(self.buffer) < line + 2 + size + 2:
                    return None
                out.append(self.buffer[line + 2:line + 2 + size])
                at = line + 2 + size + 2
                if size == 0:
                    return b"".join(out), at
        length = int(headers.get("content-length") or 0)
        if length > BODY_MAX:
            self.close()
            return None
        return (self.buffer[at:at + length], at + length) if len(self.buffer) >= at + length else None

    # ---- what one may do with an answer ---------------------------------------------

    def answer(self, response, close=False):
        if self.transport is None:
            return
        self.transport.write(response.head(close=close) + response.body)
        if close:
            self.transport.close()
        self.done()

    def done(self):
        self.busy = False
        if self.buffer and self.transport is not None:
            self._next()

    def raw(self, data):
        if self.transport is not None:
            self.transport.write(data)

    def close(self):
        if self.transport is not None:
            self.transport.close()

    def reset(self):
        """A TCP reset instead of an orderly end."""
        if self.transport is None:
            return
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    @property
    def alive(self):
        return self.transport is not None


class Server:
    """Listens on one port of 127.0.0.1; can go away and come back on the same port."""

    def __init__(self, take, port=0, ssl=None):
        self.take, self.port, self.ssl = take, port, ssl
        self.connections = set()
        self.listener = None
        self.hung = self.no_continue = False

    async def up(self):
        if self.listener is None:
            loop = asyncio.get_running_loop()
            self.listener = await loop.create_server(lambda: Connection(self), "127.0.0.1", self.port, ssl=self.ssl, reuse_address=True,
                                                     backlog=256)
            self.port = self.listener.sockets[0].getsockname()[1]

    async def down(self):
        """Refuses from now on; what is connected is reset."""
        if self.listener is not None:
            self.listener.close()
            self.listener = None
        for connection in list(self.connections):
            connection.reset()

    def hang(self, yes):
        self.hung = yes
        if not yes:  # what came meanwhile was lost
            for connection in list(self.connections):
                connection.reset()
