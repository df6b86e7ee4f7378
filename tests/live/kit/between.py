# SPDX-License-Identifier: Apache-2.0
"""Stands between the broker and a tool: counts what the broker asks, notes when it last wrote, and on demand
loses the answer of a request after the tool has done it."""
import http.client
import http.server
import threading
import time
import urllib.parse

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the broker was killed in the middle of a request


class Between:
    def __init__(self, tool, reads=()):
        """reads: beginnings of paths whose POST only searches."""
        self.to = urllib.parse.urlsplit(tool)
        self.reads = tuple(reads)
        self.lock = threading.Lock()
        self.asked = self.wrote = self.lost = 0
        self.last_write = 0.0
        self.lose = None  # a random.Random: one answer in three to a request that writes is lost, `to_lose` at most
        self.to_lose = 0
        self.hold = None  # a threading.Event, set once the tool has written; the answer waits a moment for what follows
        server = Server(("127.0.0.1", 0), self._handler())
        self.server = server
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _note(self, method, path, status):
        writes = method not in ("GET", "HEAD") and not path.startswith(self.reads)
        with self.lock:
            self.asked += 1
            if not writes:
                return False
            self.wrote += 1
            self.last_write = time.monotonic()
            loses = self.lose is not None and status < 300 and self.lost < self.to_lose and self.lose.randrange(3) == 0
            self.lost += loses
        hold = self.hold
        if hold is not None and not loses:
            hold.set()
            time.sleep(0.3)
        return loses

    def _handler(between):  # noqa: N805 - `self` is the request below
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                there = http.client.HTTPConnection(between.to.hostname, between.to.port, timeout=60)
                try:
                    send = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
                    there.request(self.command, self.path, body or None, send)
                    got = there.getresponse()
                    data = got.read()
                except (OSError, http.client.HTTPException):
                    self.close_connection = True
                    return
                finally:
                    there.close()
                if between._note(self.command, self.path, got.status):
                    self.close_connection = True  # done there, and nobody hears of it
                    return
                try:
                    self.send_response_only(got.status)
                    for name, value in got.getheaders():
                        if name.lower() not in HOP:
                            self.send_header(name, value)
                    if got.status != 204:
                        self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    self.close_connection = True  # the broker was killed

            do_GET = do_POST = do_PUT = do_HEAD = answer

        return Handler
