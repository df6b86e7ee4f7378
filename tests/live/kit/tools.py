# SPDX-License-Identifier: Apache-2.0
"""The two tools, as David sees them who works in both: his own API calls, past the broker."""
import http.client
import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


class Tool:
    script = None

    def __init__(self, folder):
        self.folder = os.path.join(folder, self.script)
        self.starting = None

    def begin(self):
        """Begins to start; ready() waits for it."""
        self.starting = subprocess.Popen([os.path.join(HERE, self.script), "start", self.folder], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def ready(self):
        _, words = self.starting.communicate(timeout=120)
        if self.starting.returncode:
            raise RuntimeError(f"{self.script} does not start: {words.decode(errors='replace')[-600:]}")
        self.url = self.read("url")
        return self

    def stop(self):
        if self.starting and self.starting.poll() is None:
            self.starting.wait(120)
        subprocess.run([os.path.join(HERE, self.script), "stop", self.folder], check=False)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            return f.read().strip()

    def keys(self):
        return dict(line.split("=", 1) for line in self.read("keys").splitlines())

    def ask(self, method, path, body=None, headers=()):
        send = dict(headers)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            send["Content-Type"] = "application/json"
        for attempt in range(5):
            request = urllib.request.Request(self.url + path, data, send, method=method)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    raw = answer.read()
                    return json.loads(raw) if raw.strip() else None
            except urllib.error.HTTPError as why:
                # SQLite below the tool: whoever comes second may be turned away. Reading again harms nothing.
                if method != "GET" or why.code < 500 or attempt == 4:
                    raise RuntimeError(f"{method} {path}: {why.code} {why.read()[:300]!r}") from why
            except (OSError, http.client.HTTPException) as why:  # no answer in time
                if method != "GET" or attempt == 4:
                    raise RuntimeError(f"{method} {path}: {why}") from why
            time.sleep(0.3)


class Rt(Tool):
    script = "rt"
    STATUS = {"new": "new", "open": "in_progress", "stalled": "pending", "resolved": "resolved"}

    def call(self, method, path, body=None):
        return self.ask(method, path, body, {"Authorization": f"token {self.keys()['DAVID']}"})

    def create(self, title, text):
        return str(self.call("POST", "/ticket", {"Queue": "General", "Subject": title, "Content": text,
                                                 "ContentType": "text/plain", "Priority": 50})["id"])

    def comment(self, ticket, text, public):
        self.call("POST", f"/ticket/{ticket}/{'correspond' if public else 'comment'}",
                  {"Content": text, "ContentType": "text/plain"})

    def set_status(self, ticket, status):
        native = next(k for k, v in self.STATUS.items() if v == status)
        self.call("PUT", f"/ticket/{ticket}", {"Status": native})

    def status(self, ticket):
        return self.STATUS.get(self.call("GET", f"/ticket/{ticket}")["Status"], "?")

    def number(self, ticket):
        fields = self.call("GET", f"/ticket/{ticket}")["CustomFields"]
        return next((f["values"][0] for f in fields if f["name"] == "Incident" and f["values"]), None)

    def texts(self, ticket):
        """[(text, public)] of what stands in it, without the mails RT sent about it."""
        kinds = {t["id"]: t["Type"] for t in self._pages(f"/ticket/{ticket}/history?fields=Type")}
        return [(part.get("Content") or "", kinds.get(part["TransactionId"]) == "Correspond")
                for part in self._pages(f"/ticket/{ticket}/attachments?fields=Content,ContentType,TransactionId")
                if part["ContentType"] == "text/plain" and kinds.get(part["TransactionId"]) in ("Comment", "Correspond")]

    def tickets(self):
        query = urllib.parse.quote("id > 0")
        return [str(t["id"]) for t in self._pages(f"/tickets?query={query}&orderby=id")]

    def _pages(self, path):
        page, rows = 1, []
        while True:
            got = self.call("GET", f"{path}{'&' if '?' in path else '?'}per_page=100&page={page}")
            rows += got["items"]
            if got["count"] < 100:
                return rows
            page += 1


class Redmine(Tool):
    script = "redmine"
    STATUS = {"New": "new", "In Progress": "in_progress", "Feedback": "pending", "Resolved": "resolved"}
    IDS = {"New": 1, "In Progress": 2, "Resolved": 3, "Feedback": 4}

    def call(self, method, path, body=None):
        return self.ask(method, path, body, {"X-Redmine-API-Key": self.keys()["DAVID"]})

    def create(self, title, text):
        return str(self.call("POST", "/issues.json", {"issue": {"project_id": "live", "subject": title,
                                                                "description": text}})["issue"]["id"])

    def comment(self, ticket, text, public):
        self.call("PUT", f"/issues/{ticket}.json", {"issue": {"notes": text, "private_notes": not public}})

    def set_status(self, ticket, status):
        native = next(k for k, v in self.STATUS.items() if v == status)
        self.call("PUT", f"/issues/{ticket}.json", {"issue": {"status_id": self.IDS[native]}})

    def issue(self, ticket):
        return self.call("GET", f"/issues/{ticket}.json?include=journals")["issue"]

    def status(self, ticket):
        return self.STATUS.get(self.issue(ticket)["status"]["name"], "?")

    def number(self, ticket):
        return next((f["value"] for f in self.issue(ticket)["custom_fields"] if f["name"] == "Incident" and f["value"]), None)

    def texts(self, ticket):
        return [(j["notes"], not j["private_notes"]) for j in self.issue(ticket)["journals"] if j["notes"]]

    def tickets(self):
        got = self.call("GET", "/issues.json?status_id=*&limit=100&sort=id")
        return [str(i["id"]) for i in got["issues"]]
