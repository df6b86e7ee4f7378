# SPDX-License-Identifier: Apache-2.0
"""One HTTP request, for the tests of the simulator."""
import http.client
import json
from urllib.parse import urlsplit


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def ask(method, url, body=None, headers=None, timeout=10):
    """Raises OSError or HTTPException when no whole answer comes."""
    at = urlsplit(url)
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=timeout)
    try:
        # http.client sets none of its own User-Agent; what is asked is what is sent
        connection.request(method, at.path + (f"?{at.query}" if at.query else ""), body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()
