# SPDX-License-Identifier: Apache-2.0
"""A plain tool of no known make, in two dialects.

plain: POST /tickets, GET and PATCH /tickets/ID, POST /tickets/ID/comments, GET /search?text=, GET /changes?since=.
       class A honours `Idempotency-Key`, B can be searched, C can neither.
odd:   what makes connectors hard: ids are links, a comment takes two requests (a draft, then publish), an update needs
       the ETag of a read before, and errors stand inside a 200.
Its webhook is the ticket as JSON, signed `X-Signature: sha256=...`, with `X-Delivery`."""
import json
import uuid

from .book import iso
from .hooks import hex_signature
from .tool import Refused, Tool, route
from .wire import Response


def parse_time(text):
    import datetime
    try:
        return int(float(text)) if text.replace(".", "", 1).isdigit() else \
            int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+")).timestamp() * 1000)
    except ValueError:
        raise Refused(400, {"message": "since is no time"}) from None


class Generic(Tool):
    name = "generic"
    connect = {
        "url": "", "auth": {"kind": "bearer"}, "account": "entente",
        "words": {"new": "new", "acknowledged": "accepted", "in_progress": "working", "pending": "waiting", "held": "hold", "resolved": "done",
                  "closed": "closed", "cancelled": "dropped"},
        "priorities": {"1": "top", "2": "high", "3": "normal", "4": "low", "5": "plan"},
        "locked": "this ticket is locked",
    }
    initial, priority = "new", "normal"
    words = ("new", "accepted", "working", "waiting", "hold", "done", "closed", "dropped")

    def __init__(self, *args, **more):
        self.keys, self.drafts = {}, {}
        super().__init__(*args, **more)

    def ids(self, n):
        return str(1000 + n), f"GEN-{n}"

    def book_id(self, word):
        word = str(word).rpartition("/")[2]  # the odd dialect's ids are links
        return word if word in self.book.tickets else next((t.id for t in self.book.order if t.key == word), word)

    def view(self, ticket, comments=True):
        out = {"id": ticket.id, "key": ticket.key, "title": ticket.title, "text": ticket.text, "state": ticket.status, "urgency": ticket.priority,
               "number": ticket.number or None, "version": ticket.version, "created_at": iso(ticket.created, True),
               "updated_at": iso(ticket.updated, True), "updated_by": ticket.updated_by, "link": f"{self.url}/tickets/{ticket.id}"}
        if comments:
            out["comments"] = [self.comment_view(c) for c in ticket.comments if not c.deleted]
        return out

    @staticmethod
    def comment_view(c):
        return {"id": c.id, "author": c.by, "body": c.body, "public": not c.internal, "created_at": iso(c.created, True)}

    def changed(self, what, ticket, comment, by):
        body = dict(self.view(ticket, comments=False), event=what, agent=by.name)
        body["comments"] = [dict(self.comment_view(comment), removed=comment.deleted)] if comment else []
        if what == "deleted":
            body["removed"] = True
        if what == "merged":
            into = self.book.find(ticket.id)
            body["merged_into"] = {"id": into.id, "key": into.key}
        self.send(body)

    def send(self, body):
        delivery = uuid.uuid4().hex
        self.hooks.put(json.dumps(body, ensure_ascii=False).encode(), lambda raw: [
            ("Content-Type", "application/json"), ("X-Delivery", delivery),
            ("X-Signature", "sha256=" + hex_signature(self.secret or "", raw))])

    def once(self, request, make):
        """Class A: the same key gives the same answer and does nothing again."""
        key = request.header("idempotency-key") if self.kind_class == "A" else ""
        if key and key in self.keys:
            return self.keys[key]
        response = make(key)
        if key and response.status < 300 and self.book.undo is None:
            self.keys[key] = response
        return response

    def word(self, state):
        if state not in self.words:
            raise Refused(422, {"message": f"state {state!r} is none of ours"})
        return state

    # ---- plain ------------------------------------------------------------------------

    @route("POST", "/tickets", "create")
    def create(self, request):
        body = request.json()
        if not body.get("title"):
            raise Refused(422, {"message": "title is missing"})

        def make(key):
            ticket = self.book.create(self.account, body["title"], body.get("text", ""), self.word(body.get("state") or self.initial),
                                      body.get("urgency") or self.priority, body.get("number") or "")
            ticket.extra["idempotency"] = key
            return Response(201, self.view(ticket), [("Location", f"{self.url}/tickets/{ticket.id}")])
        return self.once(request, make)

    @route("GET", r"/tickets/([^/]+)", "fetch")
    def fetch(self, request, tid):
        ticket = self.ticket_or_404(self.book_id(tid))
        return Response(200, self.view(ticket), [("ETag", f'"{ticket.version}"')])

    @route("PATCH", r"/tickets/([^/]+)", "update")
    def patch(self, request, tid):
        ticket, body = self.ticket_or_404(self.book_id(tid)), request.json()
        if request.header("if-match") and request.header("if-match") != f'"{ticket.version}"':
            raise Refused(412, {"message": "it was changed meanwhile"})
        values = {}
        if body.get("state"):
            values["status"] = self.word(body["state"])
        for theirs, ours in (("urgency", "priority"), ("title", "title")):
            if body.get(theirs):
                values[ours] = body[theirs]
        self.update(ticket, self.account, **values)
        return Response(200, self.view(ticket))

    @route("POST", r"/tickets/([^/]+)/comments", "comment")
    def add_comment(self, request, tid):
        ticket, body = self.ticket_or_404(self.book_id(tid)), request.json()
        if not body.get("body"):
            raise Refused(422, {"message": "body is missing"})

        def make(key):
            comment = self.book.comment(ticket, self.account, body["body"], not body.get("public", False), key)
            return Response(201, self.comment_view(comment))
        return self.once(request, make)

    @route("GET", "/search", "search")
    def search(self, request):
        if self.kind_class == "C":
            return self.not_found()
        text = request.query("text", "")
        found = [{"ticket": t.id, "comment": c.id} for t in self.book.all() for c in t.comments
                 if text in c.body and not c.deleted and self.indexed(c)]
        found += [{"ticket": t.id, "comment": None} for t in self.book.all() if self.indexed(t) and (text in t.text or text in t.title)]
        return Response(200, {"found": found})

    @route("GET", "/changes", "poll")
    def changes(self, request):
        since, first = parse_time(request.query("since", "0")), int(request.query("offset", "0"))
        rows = sorted((t for t in self.book.all() if t.updated >= since), key=lambda t: (t.updated, t.n))
        part = self.page(rows, first, self.page_max)
        more = self.repeat_page or first + len(part) < len(rows)
        return Response(200, {"items": [self.view(t) for t in part], "more": more, "next": first + len(part)})

    # ---- odd --------------------------------------------------------------------------

    def odd_error(self, code, message):
        return Response(200, {"status": "error", "code": code, "message": message})

    def odd_view(self, ticket):
        out = self.view(ticket)
        out["self"] = f"{self.url}/odd/cases/{out.pop('id')}"
        for comment in out["comments"]:
            comment["self"] = f"{out['self']}/notes/{comment.pop('id')}"
        return {"status": "ok", "case": out}

    @route("POST", "/odd/cases", "create")
    def odd_create(self, request):
        body = request.json()
        if not body.get("title"):
            return self.odd_error("E_TITLE", "title is missing")
        ticket = self.book.create(self.account, body["title"], body.get("text", ""), self.initial, body.get("urgency") or self.priority,
                                  body.get("number") or "")
        return Response(200, self.odd_view(ticket))

    @route("GET", r"/odd/cases/([^/]+)", "fetch")
    def odd_fetch(self, request, tid):
        ticket = self.book.find(tid)
        if ticket is None:
            return self.odd_error("E_NONE", "there is no such case")
        return Response(200, self.odd_view(ticket), [("ETag", f'"{ticket.version}"')])

    @route("PUT", r"/odd/cases/([^/]+)", "update")
    def odd_update(self, request, tid):
        ticket, body = self.book.find(tid), request.json()
        if ticket is None:
            return self.odd_error("E_NONE", "there is no such case")
        if request.header("if-match") != f'"{ticket.version}"':
            return Response(412, {"status": "error", "code": "E_STALE", "message": "read it again"})
        if body.get("state") and body["state"] not in self.words:
            return self.odd_error("E_STATE", "no such state")
        self.update(ticket, self.account, **{ours: body[theirs] for theirs, ours in (("state", "status"), ("urgency", "priority")) if body.get(theirs)})
        return Response(200, self.odd_view(ticket), [("ETag", f'"{ticket.version}"')])

    @route("POST", r"/odd/cases/([^/]+)/drafts", "other")
    def odd_draft(self, request, tid):
        if self.book.find(tid) is None:
            return self.odd_error("E_NONE", "there is no such case")
        number = str(len(self.drafts) + 1)
        self.drafts[number] = (tid, request.json())
        return Response(200, {"status": "ok", "draft": f"{self.url}/odd/drafts/{number}"})

    @route("POST", r"/odd/drafts/(\d+)/publish", "comment")
    def odd_publish(self, request, number):
        if number not in self.drafts:
            return self.odd_error("E_NONE", "there is no such draft")
        tid, body = self.drafts[number]
        ticket = self.ticket_or_404(tid)
        comment = self.book.comment(ticket, self.account, body.get("body", ""), not body.get("public", False), number)
        return Response(200, {"status": "ok", "note": f"{self.url}/odd/cases/{ticket.id}/notes/{comment.id}"})

    @route("GET", "/odd/changes", "poll")
    def odd_changes(self, request):
        since = parse_time(request.query("since", "0"))
        rows = sorted((t for t in self.book.all() if t.updated >= since), key=lambda t: (t.updated, t.n))
        part = self.page(rows, 0, self.page_max)
        return Response(200, {"status": "ok", "cases": [self.odd_view(t)["case"] for t in part],
                              "more": f"{self.url}/odd/changes?since={part[-1].updated}" if len(part) < len(rows) else None})
