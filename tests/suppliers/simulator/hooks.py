# SPDX-License-Identifier: Apache-2.0
"""What a tool sends by itself: its webhooks, signed as it signs them; also twice, late, shuffled, lost."""
import asyncio
import base64
import collections
import hashlib
import hmac
import random
from urllib.parse import urlsplit


def hex_signature(secret, body, algorithm=hashlib.sha256):
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def base64_signature(secret, data):
    return base64.b64encode(hmac.new(secret.encode() if isinstance(secret, str) else secret, data, hashlib.sha256).digest()).decode()


class Hooks:
    """One address. In order, one at a time, over one connection; `sign(body)` gives the headers at each attempt."""

    def __init__(self, name):
        self.name = name
        self.url = None
        self.queue = collections.deque()
        self.busy = False
        self.idle = asyncio.Event()
        self.idle.set()
        self.stats = collections.Counter()
        self.stream = None
        self.random = random.Random(7)
        self.forced = False
        self.settings()

    def settings(self, **values):
        """before_answer; delay_ms; twice, lost: a ratio; shuffle: in windows of so many; retries, retry_ms; off."""
        self.before_answer = values.get("before_answer", False)
        self.delay_ms = values.get("delay_ms", 0)
        self.twice, self.lost = values.get("twice", 0.0), values.get("lost", 0.0)
        self.shuffle = values.get("shuffle", 0)
        self.retries, self.retry_ms = values.get("retries", 40), values.get("retry_ms", 250)
        self.off = values.get("off", False)

    @property
    def is_on(self):
        return self.url is not None and (self.forced or not self.off)

    def put(self, body, sign):
        if not self.is_on:
            return
        self.stats["made"] += 1
        if self.random.random() < self.lost:
            self.stats["lost"] += 1
            return
        for _ in range(2 if self.random.random() < self.twice else 1):
            self.queue.append((body, sign))
        if not self.busy:
            self.busy = True
            self.idle.clear()
            asyncio.ensure_future(self._work())

    async def flush(self):
        await self.idle.wait()

    async def _work(self):
        try:
            if self.delay_ms:
                await asyncio.sleep(self.delay_ms / 1000)
            if self.shuffle:  # let a window fill
                await asyncio.sleep(0.05)
            while self.queue:
                if self.shuffle:
                    window = [self.queue.popleft() for _ in range(min(self.shuffle, len(self.queue)))]
                    self.random.shuffle(window)
                    self.queue.extendleft(reversed(window))
                    for _ in range(len(window)):
                        await self._send(*self.queue.popleft())
                else:
                    await self._send(*self.queue.popleft())
        finally:
            self.busy = False
            self.idle.set()

    async def _send(self, body, sign):
        for _ in range(self.retries + 1):
            try:
                status = await asyncio.wait_for(self._post(body, sign(body)), 20)
            except (OSError, ValueError, IndexError, asyncio.TimeoutError, asyncio.IncompleteReadError):
                self._drop()
                status = 0
            self.stats[f"status_{status}"] += 1
            if status and status not in (408, 425, 429) and status < 500:
                self.stats["sent"] += 1
                return
            await asyncio.sleep(self.retry_ms / 1000)
        self.stats["given_up"] += 1

    def _drop(self):
        if self.stream:
            self.stream[1].close()
        self.stream = None

    async def _post(self, body, headers):
        url = urlsplit(self.url)
        if self.stream is None:
            self.stream = await asyncio.open_connection(url.hostname, url.port or 80)
        reader, writer = self.stream
        lines = [f"POST {url.path} HTTP/1.1", f"Host: {url.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:])}
        await reader.readexactly(int(fields.get("content-length") or 0))
        if fields.get("connection", "").lower() == "close":
            self._drop()
        return int(head.split(" ")[1])
