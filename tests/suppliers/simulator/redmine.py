# SPDX-License-Identifier: Apache-2.0
"""Redmine 5: no webhooks; a PUT is 204 whether it did anything or not; a closed issue hides from lists without status_id=*."""
import calendar
import time
from urllib.parse import unquote

from .book import iso
from .tool import Tool, route
from .wire import Response

STATUSES = [(1, "New", False), (2, "In Progress", False), (3, "Resolved", False), (4, "Feedback", False), (5, "Closed", True), (6, "Rejected", True)]
PRIORITIES = [(1, "Low"), (2, "Normal"), (3, "High"), (4, "Urgent"), (5, "Immediate")]
STATUS_ID = {name: number for number, name, _ in STATUSES}
PRIORITY_ID = {name: number for number, name in PRIORITIES}
FIELD = {"status": "status_id", "priority": "priority_id", "title": "subject"}


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n") if text else text


def seconds(text):
    """2026-11-21T18:00:00Z, or a day."""
    form = "%Y-%m-%dT%H:%M:%SZ" if "T" in text else "%Y-%m-%d"
    return calendar.timegm(time.strptime(text, form))


class Redmine(Tool):
    name = "redmine"
    connect = {
        "url": "", "auth": {"kind": "header", "header": "X-Redmine-API-Key"}, "settings": {"project": "supplier", "number_field": 1}, "polled": True,
        "words": {"new": "New", "in_progress": "In Progress", "pending": "Feedback", "resolved": "Resolved", "closed": "Closed", "cancelled": "Rejected"},
        "nearest": {"held": "Feedback", "acknowledged": "In Progress"},
        "priorities": {"1": "Immediate", "2": "Urgent", "3": "High", "4": "Normal", "5": "Low"},
        "locked": "This issue is locked", "probe": "/users/current.json",
        "texts": {"longest": 65535, "acts": ["@dana", "#12 ", "{{ticket", "!a.png!", "[[Wiki"]},
    }
    lock_answer = (403, {"errors": ["This issue is locked"]})
    broken_words = {}  # by its own count
    initial, priority = "New", "Normal"
    account_id, account_name = "5", "Entente Broker"
    auth = "header:X-Redmine-API-Key"

    def __init__(self, *args, **more):
        self.projects = {"supplier": 1}
        self.may_be_private = True
        super().__init__(*args, **more)

    def more_settings(self, settings):
        self.may_be_private = settings.get("may_be_private", self.may_be_private)
        for n, project in enumerate(settings.get("projects", ())):
            self.projects[project] = n + 2

    def not_found(self):
        return Response(404, b"", [("Content-Type", "application/json")], None)

    def unauthorized(self):
        return Response(401, {"errors": []}, [("WWW-Authenticate", 'Basic realm="Redmine API"')])

    def bad_json(self):
        return Response(400, b"", kind="text/html; charset=utf-8")

    def user(self, name):
        person = self.account if name == self.account.name else self.book.person(name)
        return {"id": int(person.id), "name": person.name}

    def status(self, name):
        number = STATUS_ID[name]
        return {"id": number, "name": name, "is_closed": STATUSES[number - 1][2]}

    def view(self, t):
        project = t.extra.get("project", 1)
        closed = next((h["at"] for h in reversed(t.history) if h["what"] == "status" and STATUSES[STATUS_ID[h["new"]] - 1][2]), None)
        return {"id": int(t.id), "project": {"id": project, "name": "Supplier desk"}, "tracker": {"id": 1, "name": "Bug"}, "status": self.status(t.status),
                "priority": {"id": PRIORITY_ID[t.priority], "name": t.priority}, "author": self.user(t.by), "subject": t.title,
                "description": crlf(t.text), "start_date": iso(t.created)[:10], "due_date": None, "done_ratio": 0, "is_private": False,
                "estimated_hours": None, "total_estimated_hours": None, "custom_fields": [{"id": 1, "name": "Correlation ID", "value": t.number or ""}],
                "created_on": iso(t.created), "updated_on": iso(t.updated), "closed_on": iso(closed) if closed else None}

    def journals(self, t):
        """What one request did stands in one journal, except private notes."""
        out, comments = [], {c.id: c for c in t.comments}
        for h in t.history:
            if h["what"] == "comment":
                comment = comments.get(h["comment"])
                if comment is not None and not comment.deleted:
                    out.append({"id": h["id"], "user": self.user(h["by"]), "notes": crlf(comment.body), "created_on": iso(comment.created),
                                "private_notes": comment.internal, "details": []})
            elif h["what"] in FIELD:
                ids = {"status": STATUS_ID, "priority": PRIORITY_ID}.get(h["what"])
                old, new = (str(ids.get(v, v)) if ids else v for v in (h["old"], h["new"]))
                out.append({"id": h["id"], "user": self.user(h["by"]), "notes": "", "created_on": iso(h["at"]), "private_notes": False,
                            "details": [{"property": "attr", "name": FIELD[h["what"]], "old_value": old, "new_value": new}]})
        return out

    def full(self, t, include):
        out = self.view(t)
        if "journals" in include:
            out["journals"] = self.journals(t)
        if "attachments" in include:
            out["attachments"] = []
        if "allowed_statuses" in include:
            out["allowed_statuses"] = [self.status(name) for _, name, _ in STATUSES if name not in self.read_only]
        return {"issue": out}

    @staticmethod
    def named(table, number, fallback):
        return next((row[1] for row in table if str(row[0]) == str(number)), fallback)

    @staticmethod
    def number_of(issue):
        fields = issue.get("custom_fields") or []
        if isinstance(fields, dict):
            return fields.get("1")
        return next((f.get("value") for f in fields if str(f.get("id")) == "1"), None)

    @route("POST", "/issues.json", "create")
    def create(self, request):
        issue = request.json().get("issue", {}) if "json" in request.header("content-type") else {}
        if issue.get("project_id") not in self.projects and issue.get("project_id") not in [str(n) for n in self.projects.values()] and \
                issue.get("project_id") not in self.projects.values():
            return Response(422, {"errors": ["Project cannot be blank"]})
        if not issue.get("subject"):
            return Response(422, {"errors": ["Subject cannot be blank"]})
        ticket = self.book.create(self.account, issue["subject"], issue.get("description") or "",
                                  self.named(STATUSES, issue.get("status_id"), self.initial),
                                  self.named(PRIORITIES, issue.get("priority_id"), self.priority), self.number_of(issue) or "")
        return Response(201, {"issue": self.view(ticket)}, [("Location", f"{self.url}/issues/{ticket.id}")])

    @route("GET", r"/issues/(\d+)\.json", "fetch")
    def fetch(self, request, tid):
        return Response(200, self.full(self.ticket_or_404(tid), request.query("include", "")))

    @route("PUT", r"/issues/(\d+)\.json", "update")
    def put(self, request, tid):
        ticket = self.ticket_or_404(tid)
        issue = request.json().get("issue", {}) if "json" in request.header("content-type") else {}
        values = {}
        if "status_id" in issue:
            name = self.named(STATUSES, issue["status_id"], None)
            if name:  # an unknown one is 204, too
                values["status"] = name
        if "priority_id" in issue and self.named(PRIORITIES, issue["priority_id"], None):
            values["priority"] = self.named(PRIORITIES, issue["priority_id"], None)
        if issue.get("subject"):
            values["title"] = issue["subject"]
        if self.number_of(issue) is not None:
            values["number"] = self.number_of(issue)
        self.update(ticket, self.account, **values)
        if issue.get("notes"):
            self.book.comment(ticket, self.account, issue["notes"], bool(issue.get("private_notes")))
        return Response(204)

    def kind_of(self, request):
        """A PUT with notes is a comment."""
        kind, function, groups = super().kind_of(request)
        return ("comment" if kind == "update" and b'"notes"' in request.body else kind), function, groups

    @route("GET", "/issues.json", "poll")
    def issues(self, request):
        rows = self.book.all()
        status = request.query("status_id", "open")
        if status in ("open", "o"):
            rows = [t for t in rows if not STATUSES[STATUS_ID[t.status] - 1][2]]
        elif status not in ("*", ""):
            rows = [t for t in rows if str(STATUS_ID[t.status]) in status.split("|")]
        if request.query("cf_1") is not None:
            rows = [t for t in rows if t.number == request.query("cf_1")]
        if (request.query("subject") or "").startswith("~"):
            rows = [t for t in rows if request.query("subject")[1:].lower() in t.title.lower()]
        if request.query("author_id") == "me":
            rows = [t for t in rows if t.by == self.account.name]
        if request.query("issue_id"):
            rows = [t for t in rows if t.id in request.query("issue_id").split(",")]
        for name, of in (("updated_on", lambda t: t.updated), ("created_on", lambda t: t.created)):
            rows = self.filtered(rows, request.query(name), of)
        for field in reversed(request.query("sort", "id:desc").split(",")):
            name, _, way = field.partition(":")
            rows = sorted(rows, key=lambda t: {"updated_on": t.updated // 1000, "created_on": t.created // 1000}.get(name, t.n), reverse=way == "desc")
        limit = max(1, min(int(request.query("limit", "25")), self.page_max))
        offset = int(request.query("offset") or (int(request.query("page", "1")) - 1) * limit)
        return Response(200, {"issues": [self.view(t) for t in self.page(rows, offset, limit)], "total_count": len(rows), "offset": offset,
                              "limit": limit})

    @staticmethod
    def filtered(rows, wanted, of):
        """">=2026-..Z", "<=..", "><from|to"; anything else is read as a day."""
        if not wanted:
            return rows
        wanted = unquote(wanted)
        if wanted.startswith("><"):
            low, _, high = wanted[2:].partition("|")
            return [t for t in rows if seconds(low) <= of(t) // 1000 <= seconds(high)]
        if wanted[:2] in (">=", "<="):
            edge = seconds(wanted[2:])
            return [t for t in rows if (of(t) // 1000 >= edge if wanted[0] == ">" else of(t) // 1000 <= edge)]
        return [t for t in rows if iso(of(t))[:10] == wanted[:10]]

    @route("GET", "/search.json", "search")
    def search(self, request):
        words = request.query("q", "").lower().split()
        found = []
        for t in self.book.all():
            texts = [(t.id, "issue", t.title + " " + t.text)] + [(t.id, "issue-note", c.body) for c in t.comments if not c.deleted]
            for tid, kind, text in texts:
                if words and all(w in text.lower() for w in words):
                    found.append({"id": int(tid), "title": f"Bug #{tid} ({t.status}): {t.title}", "type": kind, "url": f"{self.url}/issues/{tid}",
                                  "description": text[:200], "datetime": iso(t.updated)})
        return Response(200, {"results": found, "total_count": len(found), "offset": 0, "limit": 25})

    @route("GET", r"/(?:users/current|my/account)\.json", "other")
    def me(self, request):
        user = {"id": 5, "login": "entente", "firstname": "Entente", "lastname": "Broker", "mail": "entente@desk.example", "admin": False}
        if "memberships" in request.query("include", ""):
            user["memberships"] = [{"id": n, "project": {"id": n, "name": name}, "roles": [{"id": 4, "name": "Entente"}]}
                                   for name, n in self.projects.items()]
        return Response(200, {"user": user})

    @route("GET", r"/roles/(\d+)\.json", "other")
    def role(self, request, number):
        rights = ["view_issues", "add_issues", "edit_issues", "add_issue_notes", "view_private_notes", *(["set_notes_private"] if self.may_be_private else [])]
        return Response(200, {"role": {"id": int(number), "name": "Entente", "assignable": True, "permissions": rights}})

    @route("GET", r"/custom_fields\.json", "other")
    def custom_fields(self, request):
        return Response(403, b"", [("Content-Type", "application/json")], None)  # for administrators

    @route("GET", r"/issue_statuses\.json", "other")
    def statuses(self, request):
        return Response(200, {"issue_statuses": [self.status(name) for _, name, _ in STATUSES]})

    @route("GET", r"/enumerations/issue_priorities\.json", "other")
    def priorities(self, request):
        return Response(200, {"issue_priorities": [{"id": n, "name": name, "is_default": n == 2, "active": True} for n, name in PRIORITIES]})

    @route("GET", r"/projects/([^/]+)\.json", "other")
    def project(self, request, word):
        number = self.projects.get(word, 1)
        return Response(200, {"project": {"id": number, "identifier": word, "name": "Supplier desk"}})
