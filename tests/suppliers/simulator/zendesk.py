# SPDX-License-Identifier: Apache-2.0
"""Zendesk: comments go by updating the ticket; a closed ticket takes nothing; create honours an idempotency key."""
import html
import json
import time
import uuid

from .book import iso
from .hooks import base64_signature
from .tool import Tool, route
from .wire import Response

STATES = ("new", "open", "pending", "hold", "solved", "closed")
API = "/api/v2"


class Zendesk(Tool):
    name = "zendesk"
    connect = {
        "url": "", "auth": {"kind": "basic", "user": "entente"},
        "words": {"new": "new", "in_progress": "open", "pending": "pending", "held": "hold", "resolved": "solved", "closed": "closed"},
        "priorities": {"1": "urgent", "2": "high", "3": "normal", "4": "low", "5": "low"},
        "locked": "closed prevents ticket update", "probe": "/users/me.json",
        "texts": {"longest": 65535, "acts": ["{{ticket", "#12 "]},
    }
    lock_answer = (422, {"error": "RecordInvalid", "description": "Record validation errors",
                         "details": {"status": [{"description": "Status: closed prevents ticket update"}]}})
    token_answer = (422, {"error": "InvalidPaginationParameter", "description": "The cursor is invalid"})
    broken_words = {"error": "DatabaseError"}
    initial, priority = "new", "normal"
    account_id, account_name = "900100", "Entente"

    def __init__(self, *args, **more):
        self.keys, self.audits = {}, 0
        self.hook_style = "trigger"
        super().__init__(*args, **more)

    def more_settings(self, settings):
        self.hook_style = settings.get("hook_style", self.hook_style)

    def not_found(self):
        return Response(404, {"error": "RecordNotFound", "description": "Not found"})

    def unauthorized(self):
        return Response(401, {"error": "Couldn't authenticate you"})

    def bad_json(self):
        return Response(400, {"error": "Unprocessable JSON"})

    def person_id(self, name):
        return int(self.account.id if name == self.account.name else self.book.person(name).id)

    def view(self, t):
        return {"id": int(t.id), "url": f"{self.url}{API}/tickets/{t.id}.json", "external_id": t.number or None, "via": {"channel": "api"},
                "created_at": iso(t.created), "updated_at": iso(t.updated), "generated_timestamp": t.updated // 1000, "type": "incident",
                "subject": t.title, "raw_subject": t.title, "description": t.text, "priority": t.priority or None,
                "status": "deleted" if t.deleted or t.merged else t.status, "requester_id": self.person_id(t.by),
                "submitter_id": self.person_id(t.by), "assignee_id": t.extra.get("assignee_id", 900200), "organization_id": None, "group_id": None,
                "tags": t.extra.get("tags", []), "custom_fields": [], "is_public": True, "due_at": None, "followup_ids": []}

    def comment_view(self, c):
        return {"id": int(c.id), "type": "Comment", "author_id": self.person_id(c.by), "body": c.body, "html_body": c.rich or "<p>" + html.escape(c.body, quote=False).replace("\n", "<br>") + "</p>",
                "plain_body": c.body, "public": not c.internal, "attachments": [], "audit_id": int(c.id) + 7000, "via": c.via or {"channel": "api"},
                "created_at": iso(c.created)}

    def merged(self, ticket, into, by):
        """It is closed, and stays to be read; a note in each of the two names the other."""
        n = int(ticket.id), int(into.id)
        self.book.change(ticket, by, status="closed", tags=[*ticket.extra.get("tags", []), "closed_by_merge"])
        self.book.comment(ticket, by, f"This request was closed and merged into request #{n[1]}.", False,
                          via={"channel": "web", "source": {"from": {}, "to": {}, "rel": None}})
        self.book.comment(into, by, f"Request #{n[0]} was closed and merged into this request.", True,
                          via={"channel": "web", "source": {"from": {"ticket_ids": [n[0]]}, "to": {}, "rel": "merge"}})
        ticket.extra["into"] = into.id
        self.changed("merged", ticket, None, by)

    @route("POST", API + r"/tickets(?:\.json)?", "create")
    def create(self, request):
        key = request.header("idempotency-key")
        if key and key in self.keys:
            return Response(201, self.keys[key].body, [("x-idempotency-lookup", "hit")])
        wanted = request.json().get("ticket") or {}
        first = wanted.get("comment") or {}
        if not (first.get("body") or first.get("html_body")):
            return Response(422, {"error": "RecordInvalid", "description": "Record validation errors",
                                  "details": {"base": [{"description": "Description: cannot be blank"}]}})
        status = wanted.get("status") if wanted.get("status") in STATES else self.initial
        ticket = self.book.create(self.account, wanted.get("subject", ""), first.get("body") or first.get("html_body"), status,
                                  wanted.get("priority") or self.priority, wanted.get("external_id") or "", tags=wanted.get("tags", []))
        response = Response(201, {"ticket": self.view(ticket), "audit": {"id": ticket.n, "ticket_id": int(ticket.id), "events": []}},
                            [("Location", f"{self.url}{API}/tickets/{ticket.id}.json"), ("x-idempotency-lookup", "miss")])
        if key and self.book.undo is None:
            self.keys[key] = response
        return response

    @route("GET", API + r"/tickets/(\d+)(?:\.json)?", "fetch")
    def fetch(self, request, tid):
        return Response(200, {"ticket": self.view(self.ticket_or_404(tid))})

    @route("PUT", API + r"/tickets/(\d+)(?:\.json)?", "update")
    def put(self, request, tid):
        ticket, wanted = self.ticket_or_404(tid), request.json().get("ticket") or {}
        if ticket.status == "closed":
            return Response(422, {"error": "RecordInvalid", "description": "Record validation errors",
                                  "details": {"status": [{"description": "Status: closed prevents ticket update"}]}})
        if wanted.get("safe_update") and wanted.get("updated_stamp") != iso(ticket.updated):
            return Response(409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"})
        if "status" in wanted and (wanted["status"] not in STATES or wanted["status"] == "new" and ticket.status != "new"):
            return Response(422, {"error": "RecordInvalid", "description": "Record validation errors",
                                  "details": {"status": [{"description": "Status: is not valid"}]}})
        values = {k: wanted[k] for k in ("status", "priority") if wanted.get(k)}
        if "external_id" in wanted:
            values["number"] = wanted["external_id"] or ""
        self.update(ticket, self.account, **values)
        events = []
        said = wanted.get("comment") or {}
        if said.get("body") or said.get("html_body"):
            comment = self.book.comment(ticket, self.account, said.get("body") or said["html_body"], not said.get("public", True))
            events.append({"id": int(comment.id), "type": "Comment", "author_id": self.person_id(comment.by), "body": comment.body,
                           "public": not comment.internal, "audit_id": int(comment.id) + 7000})
        self.audits += 1
        return Response(200, {"ticket": self.view(ticket), "audit": {"id": self.audits, "ticket_id": int(tid), "created_at": iso(ticket.updated),
                                                                     "author_id": int(self.account.id), "events": events}})

    def kind_of(self, request):
        kind, function, groups = super().kind_of(request)
        return ("comment" if kind == "update" and b'"comment"' in request.body else kind), function, groups

    @route("GET", API + r"/tickets/(\d+)/comments(?:\.json)?", "fetch")
    def comments(self, request, tid):
        ticket = self.ticket_or_404(tid)
        rows = [self.comment_view(c) for c in ticket.comments if not c.deleted]
        if ticket.text:  # the description is the first comment
            rows.insert(0, {"id": 10_000_000 + int(tid), "type": "Comment", "author_id": self.person_id(ticket.by), "body": ticket.text,
                            "html_body": ticket.text, "plain_body": ticket.text, "public": True, "attachments": [], "created_at": iso(ticket.created)})
        if (request.query("sort") or "").startswith("-") or request.query("sort_order") == "desc":
            rows.reverse()
        size = min(int(request.query("page[size]") or request.query("per_page") or 100), self.page_max)
        first = int(request.query("page[after]") or 0)
        part = rows[first:first + size]
        more = first + size < len(rows)
        return Response(200, {"comments": part, "meta": {"has_more": more, "after_cursor": str(first + size) if more else None},
                              "links": {"next": f"{self.url}{request.path}?page[size]={size}&page[after]={first + size}" if more else None},
                              "count": len(rows), "next_page": None})

    @route("GET", API + r"/tickets/(\d+)/audits(?:\.json)?", "fetch")
    def audit_list(self, request, tid):
        ticket = self.ticket_or_404(tid)
        return Response(200, {"audits": [{"id": int(c.id) + 7000, "ticket_id": int(tid), "author_id": self.person_id(c.by), "created_at": iso(c.created),
                                          "events": [dict(self.comment_view(c), type="Comment")]} for c in ticket.comments if not c.deleted]})

    @route("GET", API + r"/tickets(?:\.json)?", "search")
    def tickets(self, request):
        rows = self.book.all()
        if request.query("external_id") is not None:
            rows = [t for t in rows if t.number == request.query("external_id")]
        return Response(200, {"tickets": [self.view(t) for t in rows[:self.page_max]], "count": len(rows), "next_page": None})

    @route("GET", API + r"/incremental/tickets/cursor(?:\.json)?", "poll")
    def incremental(self, request):
        cursor = request.query("cursor")
        rows = sorted(self.book.tickets.values(), key=lambda t: t.history[-1]["seq"])  # by what was changed last, not by stamps
        if cursor:
            at = int(self.token_word(cursor))
            rows = [t for t in rows if t.history[-1]["seq"] > at]
        else:
            start = int(request.query("start_time", "0"))
            if start > time.time() - 60:
                return Response(400, {"error": "StartTimeTooRecent", "description": "Too recent start_time. Use a start_time older than 60 seconds"})
            rows = [t for t in rows if t.updated // 1000 >= start]
            at = 0
        size = min(int(request.query("per_page", "1000")), self.page_max)
        part = self.page(rows, 0, size)
        if part and not self.repeat_page:
            at = max(t.history[-1]["seq"] for t in part)
        after = self.page_token(at)
        return Response(200, {"tickets": [self.view(t) for t in part], "after_cursor": after, "before_cursor": None, "before_url": None,
                              "after_url": f"{self.url}{request.path}?cursor={after}", "end_of_stream": not self.repeat_page and len(part) == len(rows)})

    @route("GET", API + r"/users/me(?:\.json)?", "other")
    def me(self, request):
        return Response(200, {"user": {"id": int(self.account.id), "name": self.account.name, "role": "admin"}})

    @route("GET", API + r"/users/(\d+)(?:\.json)?", "other")
    def user(self, request, number):
        name = next((p.name for p in [self.account, *self.book.people.values()] if p.id == number), f"User {number}")
        return Response(200, {"user": {"id": int(number), "name": name, "role": "agent"}})

    # ---- a trigger's webhook, or the events Zendesk sends by itself --------------------------------

    def changed(self, what, ticket, comment, by):
        if by is self.account and self.hook_style == "trigger":
            return  # "current user is not Entente"
        body = self.trigger_body(ticket, comment, by) if self.hook_style == "trigger" else self.event_body(what, ticket, comment, by)
        invocation = uuid.uuid4().hex

        def sign(raw):
            stamp = iso(time.time_ns() // 1_000_000)
            return [("Content-Type", "application/json; charset=utf-8"), ("X-Zendesk-Webhook-Id", "01SIM"),
                    ("X-Zendesk-Webhook-Invocation-Id", invocation), ("X-Zendesk-Webhook-Signature-Timestamp", stamp),
                    ("X-Zendesk-Webhook-Signature", base64_signature(self.secret or "", stamp.encode() + raw))]
        self.hooks.put(json.dumps(body, ensure_ascii=False).encode(), sign)

    def trigger_body(self, ticket, comment, by):
        out = {"ticket": {"id": ticket.id, "external_id": ticket.number, "subject": ticket.title, "status": ticket.status.title(),
                          "priority": (ticket.priority or "").title(), "link": f"{self.url}/agent/tickets/{ticket.id}",
                          "assignee_id": str(ticket.extra.get("assignee_id", 900200)), "assignee_name": "Ana", "requester_id": str(self.person_id(ticket.by)),
                          "requester_name": ticket.by, "created_at": iso(ticket.created), "updated_at": iso(ticket.updated)},
               "actor": {"id": str(self.person_id(by.name)), "name": by.name}}
        if comment and not comment.deleted:
            out["comment"] = {"id": comment.id, "body": comment.body, "public": "false" if comment.internal else "true",
                              "author_id": str(self.person_id(comment.by)), "author_name": comment.by}
        return out

    def event_body(self, what, ticket, comment, by):
        kind = {"created": "ticket.created", "changed": "ticket.status_changed", "comment": "ticket.comment_added", "deleted": "ticket.soft_deleted",
                "merged": "ticket.merged"}.get(what, "ticket.comment_redacted")
        event = {"comment": {"id": comment.id, "body": comment.body, "is_public": not comment.internal,
                             "author": {"id": str(self.person_id(comment.by)), "name": comment.by}}} if comment else {"current": ticket.status.upper()}
        if what == "merged":
            event = {"target_ticket_id": ticket.extra["into"]}
        return {"type": f"zen:event-type:{kind}", "account_id": 1, "id": uuid.uuid4().hex, "time": iso(self.clock.now(), True),
                "zendesk_event_version": "2022-11-06", "subject": f"zen:ticket:{ticket.id}",
                "detail": {"id": ticket.id, "actor_id": str(self.person_id(by.name)), "external_id": ticket.number or None, "subject": ticket.title,
                           "status": ticket.status.upper(), "priority": (ticket.priority or "").upper(), "tags": ticket.extra.get("tags", []), "created_at": iso(ticket.created),
                           "updated_at": iso(ticket.updated)}, "event": event}
