# SPDX-License-Identifier: Apache-2.0
"""RT, Redmine and a broker between them."""
import json
import os
import re
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "flow", "kit")]
from stand import Broker  # noqa: E402
from tap import wait_for  # noqa: E402

from between import Between  # noqa: E402
from tools import Redmine, Rt  # noqa: E402


class World:
    def __init__(self, folder):
        self.folder = folder
        self.rt, self.redmine = Rt(folder), Redmine(folder)
        self.between = {}
        self.broker = None

    def start(self):
        for tool in (self.rt, self.redmine):
            tool.begin()
        for tool in (self.rt, self.redmine):
            tool.ready()
        self.between = {"rt": Between(self.rt.url, reads=["/REST/2.0/attachments"]), "redmine": Between(self.redmine.url)}
        self.broker = Broker(os.path.join(self.folder, "broker"))
        self.broker.tree["suppliers"] = self._suppliers()
        self.broker.configure()
        self.broker.start()
        return self

    def stop(self):
        if self.broker and self.broker.process:
            self.broker.stop()
        for one in self.between.values():
            one.close()
        for tool in (self.rt, self.redmine):
            tool.stop()

    def _suppliers(self):
        def secret(name, text):
            path = os.path.join(self.folder, name)
            Broker._write(path, text + "\n")
            return f"file:{path}"

        keys = self.redmine.keys()
        reach = {"plain_http": True, "allow": ["127.0.0.0/8"], "public_comments": "everyone", "joins": "anyone", "poll": "1s", "rate": 6000,
                 "sweep": "30s", "timeout": "20s"}
        return [
            {"name": "orion", "title": "Orion", "connector": "rt", "url": self.between["rt"].url + "/REST/2.0",
             "auth": {"kind": "header", "header": "Authorization", "scheme": "token",
                      "credential": secret("rt.token", self.rt.keys()["ENTENTE"])},
             "account": "entente", "comments_as": "public", "public_is_read_by": "service_desk",
             "settings": {"queue": "General", "number_field": "Incident"}, **reach},
            {"name": "north", "title": "North", "connector": "redmine", "url": self.between["redmine"].url,
             "auth": {"kind": "header", "header": "X-Redmine-API-Key", "credential": secret("redmine.key", keys["ENTENTE"])},
             "account": "Entente Broker", "comments_as": "internal",
             "settings": {"project": "live", "number_field": int(keys["FIELD"])}, **reach},
        ]

    # ---- what people do with us ------------------------------------------------

    def share(self, number, supplier, role, what):
        body = {"supplier": supplier, "role": role, "brief": {"what": what}}
        status, _, answer = self.broker.call("POST", f"/v1/incidents/{number}/shares", body)
        if status not in (200, 201):
            raise RuntimeError(f"share: {status} {answer[:300]!r}")

    def incident(self, word):
        """By its number or as "orion:7"; None when there is none, or no broker."""
        status, body = self.broker.get(f"/v1/incidents/{urllib.parse.quote(word, safe='')}")
        return json.loads(body) if status == 200 else None

    def incident_of(self, supplier, ticket, seconds=40):
        return wait_for(lambda: (self.incident(f"{supplier}:{ticket}") or {}).get("number"), seconds, 0.2)

    def partner(self, number, supplier, seconds=40):
        """The ticket of an incident in that supplier's tool, once it is there."""
        def look():
            tickets = (self.incident(number) or {"tickets": []})["tickets"]
            return next((t["id"] for t in tickets if t["supplier"] == supplier), None)
        return wait_for(look, seconds, 0.2)

    def secrets_kept(self):
        """Files of the broker in which one of its keys can be read: none."""
        secrets = [self.rt.keys()["ENTENTE"].encode(), self.redmine.keys()["ENTENTE"].encode()]
        found = []
        for folder, _, names in os.walk(self.broker.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    text = f.read()
                found += [name for secret in secrets if secret in text]
        return found

    # ---- what can be seen -------------------------------------------------------

    def writes(self):
        return sum(one.wrote for one in self.between.values())

    def last_write(self):
        return max(one.last_write for one in self.between.values())

    def open_deliveries(self):
        status, body = self.broker.get("/v1/deliveries?state=open&limit=200")
        return json.loads(body)["items"] if status == 200 else None

    def quiet(self, seconds, still=4):
        """Until nothing is open and nothing was written for `still` seconds; how long until the last write, None at
        the deadline."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            waiting = self.open_deliveries()
            if waiting == [] and time.monotonic() - max(self.last_write(), began) >= still:
                return max(0.0, self.last_write() - began)
            time.sleep(0.2)
        return None


def count(texts, words):
    """How often exactly these words stand somewhere: [public, ...] for each."""
    return [public for text, public in texts if re.search(rf"\b{re.escape(words)}\b", text)]
