# SPDX-License-Identifier: Apache-2.0
"""A supplier that adapted to Entente: takes signed CloudEvents (Standard Webhooks), sends the same.

class A takes a webhook-id once, as it should; B and C do it again each time."""
import json
import time
import uuid

from .book import iso
from .hooks import base64_signature
from .tool import Tool, route
from .wire import Response

PREFIX = "org.entente.supplier."


def secret_bytes(secret):
    import base64
    return base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()


class Native(Tool):
    name = "native"
    connect = {
        "url": "", "settings": {"tickets": "/tickets", "changes": "/changes", "probe": "/me"},
        "words": {w: w for w in ("new", "acknowledged", "in_progress", "pending", "held", "resolved", "closed", "cancelled")},
        "priorities": {n: n for n in "12345"},
        "locked": "this ticket is locked", "probe": "/me ",
    }
    initial, priority = "new", "3"
    account_id, account_name = "entente", "Entente"
    keeps_events = True
    token_answer = (410, {"message": "this cursor is too old"})

    def __init__(self, *args, **more):
        self.answered, self.events = {}, []
        super().__init__(*args, **more)

    def ids(self, n):
        return f"n-{n}", f"NAT-{n}"

    def book_id(self, word):
        return word if word in self.book.tickets else next((t.id for t in self.book.order if t.key == word), word)

    def signed(self, request):
        """As a careful supplier checks it: one of the signatures, and not too old."""
        if not self.secret:
            return True
        stamp = request.header("webhook-timestamp")
        want = "v1," + base64_signature(secret_bytes(self.secret), f"{request.header('webhook-id')}.{stamp}.".encode() + request.body)
        return stamp.isdigit() and abs(time.time() - int(stamp)) < 300 and want in request.header("webhook-signature").split(" ")

    def view(self, t):
        return {"id": t.id, "key": t.key, "title": t.title, "description": t.text, "status": t.status, "priority": int(t.priority or 3),
                "url": f"{self.url}/t/{t.id}"}

    def stamped(self, t):
        return {"version": t.version, "time": iso(t.updated, True)}

    def kind_of(self, request):
        kind, function, groups = super().kind_of(request)
        if kind == "other" and function is not None and request.method == "POST":
            event = self.event_type(request)
            act = event.startswith(tuple(f"org.entente.{noun}." for noun in ("ask", "handover", "promise", "help")))  # its words are a comment
            kind = "comment" if "comment" in event or act else "create" if "ticket.create" in event else "update"
            try:
                tid = self.ticket_word(request.json())
            except (ValueError, AttributeError):
                tid = None
            groups = (tid,) if tid else ()
        return kind, function, groups

    def event_type(self, request):
        try:
            return request.header("ce-type") or str(request.json().get("type", ""))
        except (ValueError, AttributeError):
            return ""

    @staticmethod
    def ticket_word(body):
        data = body.get("data", body) or {}
        ticket = data.get("ticket") or {}
        return ticket.get("id") or data.get("ticket_id")

    @route("GET", "/me", "other")
    def me(self, _):
        return Response(200, {"account": self.account.name})

    @route("POST", r"/(?!oauth).*", "other")
    def event(self, request, *_):
        if not self.signed(request):
            return Response(401, {"message": "the signature is wrong"})
        key = request.header("webhook-id")
        if self.kind_class == "A" and key in self.answered:
            return self.answered[key]
        body = request.json()
        data = body.get("data", body)
        kind, _, _ = self.kind_of(request)
        response = getattr(self, "on_" + kind)(request, data)
        if response.status < 300 and self.book.undo is None:
            self.answered[key] = response
        return response

    def on_create(self, request, data):
        ticket = data.get("ticket") or {}
        correlation = data.get("correlation") or {}
        made = self.book.create(self.account, ticket.get("title") or "Untitled", ticket.get("description") or "", self.word(ticket.get("status")) or "new",
                                str(self.word(ticket.get("priority")) or 3), correlation.get("number") or data.get("number") or "")
        return Response(201, {"ticket": self.view(made), **self.stamped(made)})

    @staticmethod
    def word(value):
        return value.get("native") or value.get("canonical") if isinstance(value, dict) else value

    def on_update(self, request, data):
        ticket = self.ticket_or_404(self.ticket_word(data))
        values = {name: str(self.word(data["ticket"][name])) for name in ("status", "priority") if data["ticket"].get(name) is not None}
        self.update(ticket, self.account, **values)
        return Response(200, {"ticket": self.view(ticket), **self.stamped(ticket)})

    def on_comment(self, request, data):
        ticket, said = self.ticket_or_404(self.ticket_word(data)), data["comment"]
        comment = self.book.comment(ticket, self.account, said["body"], said.get("visibility") != "public", request.header("webhook-id"))
        return Response(201, {"ticket": {"id": ticket.id}, "comment": {"id": comment.id}})

    @route("GET", r"/tickets/([^/]+)", "fetch")
    def fetch(self, request, word):
        ticket = self.ticket_or_404(self.book_id(word))
        return Response(200, {"ticket": self.view(ticket), **self.stamped(ticket)})

    @route("GET", "/changes", "poll")
    def changes(self, request):
        """What it sent, or would have sent, since: the cursor counts."""
        first = int(self.token_word(request.query("cursor"))) if request.query("cursor") else 0
        if not request.query("cursor"):
            since = request.query("since", "")
            first = next((n for n, e in enumerate(self.events) if e["time"] >= since), len(self.events))
        size = min(int(request.query("limit", "100")), self.page_max)
        part = self.events[:size] if self.repeat_page else self.events[first:first + size]
        after = first + len(part)
        return Response(200, {"events": part, "next": self.page_token(after), "more": self.repeat_page or after < len(self.events)})

    # ---- what it sends ----------------------------------------------------------------------

    def changed(self, what, ticket, comment, by):
        kind = {"created": "ticket.changed", "changed": "ticket.changed", "deleted": "ticket.removed", "merged": "ticket.continued",
                "comment": "comment.added", "comment_edited": "comment.added", "comment_deleted": "comment.removed"}[what]
        data = {"ticket": self.view(ticket), "actor": {"id": by.id, "name": by.name}, **self.stamped(ticket)}
        if ticket.number:
            data["correlation"] = {"number": ticket.number}
        if ticket.extra.get("correlation"):
            data.setdefault("correlation", {})["key"] = ticket.extra["correlation"]
        if what == "merged":
            into = self.book.find(ticket.id)
            data["continues_as"] = {"id": into.id, "key": into.key}
        if comment:
            data["comment"] = {"id": comment.id, "body": comment.body, "visibility": "internal" if comment.internal else "public",
                               "author": {"id": by.id, "name": comment.by}, "created_at": iso(comment.created, True)}
        event = {"specversion": "1.0", "type": f"{PREFIX}{kind}.v1", "source": f"/{self.supplier}", "id": uuid.uuid4().hex,
                 "time": iso(ticket.updated, True), "datacontenttype": "application/json", "data": data}
        self.events.append(event)
        delivery = f"msg_{event['id']}"

        def sign(raw):
            stamp = str(int(time.time()))
            return [("Content-Type", "application/cloudevents+json"), ("webhook-id", delivery), ("webhook-timestamp", stamp),
                    ("webhook-signature", "v1," + base64_signature(secret_bytes(self.secret or ""), f"{delivery}.{stamp}.".encode() + raw))]
        self.hooks.put(json.dumps(event, ensure_ascii=False).encode(), sign)
