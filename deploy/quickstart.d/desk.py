#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A supplier's ticket tool for the story, small enough to read: it keeps tickets in memory, takes Entente's events and
tells of its own, both as connectors/README.md says under `native`. Standard library only; listens on 127.0.0.1.

    desk.py --secret FILE --hook URL      prints its address and runs until it is ended

What Entente asks:          POST /events, signed      GET /tickets/ID
What people at the desk do: GET /tickets              POST /tickets/ID/comments      PUT /tickets/ID/status
For the story:              GET /log                  POST /lose (the next answer to an event gets lost)
"""
import argparse
import hmac
import http.server
import json
import re
import threading
import time
import urllib.parse

from hooks import call, signed_native

BODY_MAX = 1 << 20
TICKETS_MAX, TAKEN_MAX = 1000, 10000
STATUSES = ("new", "acknowledged", "in_progress", "pending", "held", "resolved", "closed", "cancelled", "rejected")
LEVELS = ("priority", "impact", "urgency")
OURS = {"id": "entente", "name": "Entente"}  # the user that Entente's writing stands under


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def now():
    at = time.time_ns() // 1000000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03}Z"


class Desk:
    def __init__(self, secret, hook):
        self.secret, self.hook = secret, hook
        self.lock = threading.Lock()
        self.tickets = {}  # id: {"ticket", "version", "time", "comments"}
        self.taken = {}  # webhook-id: [times, type, answer]; a tool of more than a story would keep it on disk
        self.told = []  # what became of each of our own webhooks
        self.lose = False

    # ---- what Entente asks

    def verify(self, headers, body):
        identity, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not identity or not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(int(stamp) - time.time()) > 300:
            raise Refused(401, "no webhook-id, or no webhook-timestamp of these five minutes")
        want = signed_native(self.secret, body, identity, int(stamp))["webhook-signature"]
        given = headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(want, one) for one in given):
            raise Refused(401, "webhook-signature is not ours")
        return identity

    def take(self, headers, body):
        """The answer to an event, None when it gets lost. The same id once more: the same answer, and nothing is done."""
        identity = self.verify(headers, body)
        event = json.loads(body)
        with self.lock:
            known = self.taken.get(identity)
            if not known:
                if len(self.taken) == TAKEN_MAX:
                    raise Refused(503, "this desk keeps no more")
                known = self.taken[identity] = [0, event["type"], self.do(event["type"], event["data"])]
            known[0] += 1
            lost, self.lose = self.lose, False
        if known[0] == 1 and not lost and "comment" in known[2]:
            threading.Thread(target=self.tell_comment, args=(event["data"]["ticket"]["id"], known[2]["comment"])).start()
        return None if lost else known[2]

    def do(self, kind, data):
        if kind == "org.entente.ticket.create.v1":
            if len(self.tickets) == TICKETS_MAX:
                raise Refused(503, "this desk keeps no more")
            identity = f"D-{len(self.tickets) + 1}"
            ticket = {"id": identity, "key": identity, "title": data["ticket"]["title"], "status": "new",
                      "description": data["ticket"].get("description", "")}
            ticket |= {name: data["ticket"][name]["native"] for name in LEVELS if name in data["ticket"]}
            self.tickets[identity] = {"number": data["correlation"]["number"], "version": 1, "time": now(), "ticket": ticket,
                                      "comments": []}
            return self.shown(identity)
        row = self.row(data["ticket"]["id"])
        if kind == "org.entente.ticket.update.v1":
            for name in ("status", *LEVELS):
                if name in data["ticket"]:
                    row["ticket"][name] = data["ticket"][name]["native"]
            self.stamp(row)
            return self.shown(row["ticket"]["id"])
        if kind == "org.entente.comment.add.v1" or kind.split(".")[2] in ("ask", "handover", "promise", "help"):  # an act has words, too
            return {"comment": self.add(row, data["comment"]["body"], data["comment"]["visibility"], OURS)}
        if kind == "org.entente.comment.edit.v1":
            for comment in row["comments"]:
                if comment["id"] == data["comment"]["id"]:
                    comment["body"] = data["comment"]["body"]
                    return {}
            raise Refused(422, f"there is no comment {data['comment']['id']} here")
        if kind == "org.entente.comment.remove.v1":
            row["comments"] = [comment for comment in row["comments"] if comment["id"] != data["comment"]["id"]]
            return {}
        raise Refused(422, f"{kind} is not known here")

    # ---- what people here do

    def comment(self, identity, words, author):
        with self.lock:
            comment = self.add(self.row(identity), words, "public", {"id": author.lower(), "name": author})
        return self.tell_comment(identity, comment)

    def status(self, identity, word):
        if word not in STATUSES:
            raise Refused(422, f"a status is one of {', '.join(STATUSES)}")
        with self.lock:
            row = self.row(identity)
            row["ticket"]["status"] = word
            self.stamp(row)
            data = self.shown(identity)
        return self.tell("ticket.changed", data)

    # ---- both

    def row(self, identity):
        if identity not in self.tickets:
            raise Refused(404, f"there is no ticket {identity} here")
        return self.tickets[identity]

    def stamp(self, row):
        row["version"] += 1
        row["time"] = now()

    def add(self, row, words, visibility, author):
        self.stamp(row)
        comment = {"id": f"{row['ticket']['id']}.{row['version']}", "body": words, "visibility": visibility,
                   "author": author, "created_at": row["time"]}
        row["comments"].append(comment)
        return comment

    def shown(self, identity):
        """As `data` of an event says it."""
        row = self.row(identity)
        return {"version": row["version"], "time": row["time"], "correlation": {"number": row["number"]},
                "ticket": dict(row["ticket"])}

    def tell_comment(self, identity, comment):
        return self.tell("comment.added", {"ticket": {"id": identity}, "actor": comment["author"], "comment": comment})

    def tell(self, kind, data):
        with self.lock:
            identity = f"delta-{len(self.told) + 1}"
            self.told.append([kind, 0])
            place = len(self.told) - 1
        body = json.dumps({"specversion": "1.0", "id": identity, "source": "https://desk.delta.example",
                           "type": f"org.entente.supplier.{kind}.v1", "time": now(), "data": data}).encode()
        for pause in (0.2, 1, 3, 0):
            status, _, _ = call("POST", self.hook, body, signed_native(self.secret, body, identity))
            if 200 <= status < 300:
                break
            time.sleep(pause)
        self.told[place][1] = status
        return {"told": status}

    def all(self):
        with self.lock:
            return {"tickets": [row["ticket"] | {"number": row["number"], "comments": list(row["comments"])}
                                for row in self.tickets.values()]}

    def log(self):
        with self.lock:
            return {"events": [{"type": kind, "times": times} for times, kind, _ in self.taken.values()],
                    "told": [{"type": kind, "status": status} for kind, status in self.told]}


def route(desk, method, path, headers, body):
    """The answer as an object; None: it gets lost."""
    url = urllib.parse.urlsplit(path)
    words = [urllib.parse.unquote(word) for word in url.path.split("/")[1:]]
    match [method, *words]:
        case ["POST", "events"]:
            return desk.take(headers, body)
        case ["POST", "lose"]:
            desk.lose = True
            return {"lose": True}
        case ["GET", "log"]:
            return desk.log()
        case ["GET", "tickets"]:
            return desk.all()
        case ["GET", "tickets", identity]:
            return desk.shown(identity)
        case ["POST", "tickets", identity, "comments"]:
            author = urllib.parse.parse_qs(url.query).get("by", ["Dana"])[0]
            return desk.comment(identity, body.decode("utf-8"), author)
        case ["PUT", "tickets", identity, "status"]:
            return desk.status(identity, body.decode("utf-8").strip())
    raise Refused(404, "there is no such address here")


def handler(desk):
    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 30

        def answer(self):
            try:
                size = int(self.headers.get("Content-Length") or 0)
                if not 0 <= size <= BODY_MAX:
                    raise Refused(413, "too large")
                status, answer = 200, route(desk, self.command, self.path, self.headers, self.rfile.read(size))
            except Refused as refused:
                status, answer = refused.status, {"message": str(refused)}
            except (ValueError, KeyError, TypeError) as error:
                status, answer = 422, {"message": f"not understood: {error}"}
            if answer is None:
                self.close_connection = True
                return
            body = json.dumps(answer).encode() + b"\n"
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_):
            pass
    return Handler


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--secret", required=True)
    parser.add_argument("--hook", required=True)
    args = parser.parse_args()
    with open(args.secret, encoding="ascii") as file:
        desk = Desk(file.read().strip(), args.hook)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(desk))
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
