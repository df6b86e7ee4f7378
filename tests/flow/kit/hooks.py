# SPDX-License-Identifier: Apache-2.0
"""Sends deliveries as signed webhooks over several connections at once."""
import collections
import hashlib
import hmac
import selectors
import socket
import time
import zlib

SECRET = "canary-7f3d9e5b1c-hmac-key-of-the-flow-tests"


def request(delivery, port, secret=SECRET, headers=()):
    signature = hmac.new(secret.encode(), delivery.body, hashlib.sha256).hexdigest()
    lines = [f"POST /hooks/{delivery.supplier} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json",
             f"Content-Length: {len(delivery.body)}", f"X-Signature: sha256={signature}", f"X-Delivery: {delivery.id}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + delivery.body


class _Connection:
    def __init__(self):
        self.queue = collections.deque()
        self.sock = None
        self.index = None
        self.out = b""
        self.got = b""


def _parse(got):
    """(status, bytes of the answer) or None while it is not whole."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return None
    length = 0
    for line in got[:end].split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    if len(got) < end + 4 + length:
        return None
    return int(got[9:12]), end + 4 + length


def send(port, log, connections=16, ordered=True, retry_s=60, secret=SECRET):
    """Sends all of the log; in order per incident when `ordered`. A busy broker (503) and a broken
    connection are tried again. Returns the last status of each delivery, in the order of the log."""
    status = [0] * len(log)
    lanes = [_Connection() for _ in range(connections)]
    for i, d in enumerate(log):
        lane = zlib.crc32(d.incident.encode()) % connections if ordered else i % connections
        lanes[lane].queue.append(i)
    selector = selectors.DefaultSelector()
    deadline = time.monotonic() + retry_s
    paused = []
    left = len(log)

    def close(c):
        if c.sock:
            selector.unregister(c.sock)
            c.sock.close()
            c.sock = None

    def again(c, wait):
        c.queue.appendleft(c.index)
        c.index = None
        if time.monotonic() > deadline:
            raise TimeoutError("the broker does not take deliveries")
        paused.append((time.monotonic() + wait, c))

    def start(c):
        if not c.queue:
            return
        c.index = c.queue.popleft()
        c.got = b""
        try:
            if not c.sock:
                c.sock = socket.create_connection(("127.0.0.1", port), timeout=5)
                c.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                c.sock.settimeout(30)
                selector.register(c.sock, selectors.EVENT_READ, c)
            c.sock.sendall(request(log[c.index], port, secret))
        except OSError:
            close(c)
            again(c, 0.1)

    for c in lanes:
        start(c)
    while left:
        now = time.monotonic()
        for due in [p for p in paused if p[0] <= now]:
            paused.remove(due)
            start(due[1])
        for key, _ in selector.select(0.05 if paused else 30):
            c = key.data
            try:
                more = c.sock.recv(65536)
            except OSError:
                more = b""
            if not more:
                close(c)
                if c.index is not None:
                    again(c, 0.1)
                continue
            c.got += more
            whole = _parse(c.got)
            if not whole or c.index is None:
                continue
            if whole[0] in (429, 503):
                again(c, 0.2)
                continue
            deadline = time.monotonic() + retry_s
            status[c.index] = whole[0]
            c.index = None
            left -= 1
            if b"\r\nconnection: close" in c.got[:whole[1]].lower():
                close(c)
            start(c)
    for c in lanes:
        close(c)
    return status
