# SPDX-License-Identifier: Apache-2.0
"""GitHub issues: open and closed, labels for the rest; all comments are public; no User-Agent is 403."""
import json
import re
import uuid

from .book import iso
from .hooks import hex_signature
from .tool import Refused, Tool, route
from .wire import Response

REPO = r"/repos/([^/]+/[^/]+)"


def moment(text):
    import calendar
    import time
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


class GitHub(Tool):
    name = "github"
    connect = {
        "url": "", "auth": {"kind": "bearer"}, "settings": {"repository": "supplier/desk"},
        "words": {"new": "open", "in_progress": "open/reopened", "resolved": "closed/completed", "cancelled": "closed/not_planned"},
        "priorities": {},
        "locked": "issue is locked", "probe": "/user ", "writes": {"public_is_read_by": "service_desk"},
        "texts": {"longest": 65536, "acts": ["@dana", "#12 ", "\n/close"]},
    }
    lock_answer = (403, {"message": "Unable to create comment because issue is locked.", "status": "403"})
    limit_answer = (403, {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", "status": "403"})
    initial, priority = "open", ""
    account_id, account_name = "4100", "entente-bot"

    def __init__(self, *args, **more):
        self.repo = "supplier/desk"
        super().__init__(*args, **more)

    def more_settings(self, settings):
        self.repo = settings.get("repo", self.repo)

    def ids(self, n):
        return str(2_000_000_000 + n), str(n)

    def book_id(self, word):
        word = str(word).rpartition("#")[2]
        return word if word in self.book.tickets else next((t.id for t in self.book.order if t.key == word), word)

    def authorized(self, request):
        if not request.header("user-agent"):
            raise Refused(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header", kind="text/html")
        return super().authorized(request)

    def unauthorized(self):
        return Response(401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"})

    def repo_of(self, ticket):
        return ticket.extra.get("repo", self.repo)

    def issue_of(self, repo, number, behind=""):
        """One that was transferred answers with where it is now."""
        ticket = self.book.find(self.book_id(number))
        if ticket is not None and ticket.key != number:
            to = f"{self.url}/repositories/{self.repo_id(self.repo_of(ticket))}/issues/{ticket.key}{behind}"
            raise Refused(301, {"message": "Moved Permanently", "url": to}, [("Location", to)])
        if ticket is not None and repo not in (self.repo_of(ticket), self.repo_id(self.repo_of(ticket))):
            ticket = None
        if ticket is None:
            gone = self.book.tickets.get(self.book_id(number))
            raise Refused(410 if gone is not None and gone.deleted else 404, {"message": "Not Found", "status": "404"})
        return ticket

    # ---- shapes -------------------------------------------------------------------------

    def user(self, name):
        person = self.account if name == self.account.name else self.book.person(name)
        return {"login": person.name, "id": int(person.id), "node_id": f"U_{person.id}", "type": "User"}

    @staticmethod
    def repo_id(repo):
        return str(7000 + sum(repo.encode()))

    def view(self, t):
        repo = self.repo_of(t)
        is_closed = t.status.startswith("closed")
        labels = [{"id": 10 + n, "name": name, "color": "ededed", "default": False} for n, name in enumerate(t.extra.get("labels", []))]
        return {"url": f"{self.url}/repos/{repo}/issues/{t.key}", "repository_url": f"{self.url}/repos/{repo}",
                "html_url": f"{self.url}/{repo}/issues/{t.key}", "id": int(t.id), "node_id": f"I_{t.id}", "number": int(t.key), "title": t.title,
                "user": self.user(t.by), "labels": labels, "state": "closed" if is_closed else "open", "locked": False, "assignee": None, "assignees": [],
                "milestone": None, "comments": len([c for c in t.comments if not c.deleted]), "created_at": iso(t.created), "updated_at": iso(t.updated),
                "closed_at": iso(t.updated) if is_closed else None, "body": t.text or None, "state_reason": t.status.partition("/")[2] or None}

    def comment_view(self, t, c):
        repo = self.repo_of(t)
        return {"url": f"{self.url}/repos/{repo}/issues/comments/{c.id}", "html_url": f"{self.url}/{repo}/issues/{t.key}#issuecomment-{c.id}",
                "issue_url": f"{self.url}/repos/{repo}/issues/{t.key}", "id": int(c.id), "node_id": f"IC_{c.id}", "user": self.user(c.by),
                "created_at": iso(c.created), "updated_at": iso(c.updated), "body": c.body}

    def repository(self, repo):
        return {"id": int(self.repo_id(repo)), "name": repo.split("/")[1], "full_name": repo, "private": True}

    @staticmethod
    def label_names(labels):
        return [label if isinstance(label, str) else label["name"] for label in labels or []]

    # ---- issues -------------------------------------------------------------------------

    @route("POST", REPO + "/issues", "create")
    def create(self, request, repo):
        if repo != self.repo:
            return self.not_found()
        body = request.json()
        if not body.get("title"):
            return Response(422, {"message": "Validation Failed", "errors": [{"resource": "Issue", "code": "missing_field", "field": "title"}]})
        ticket = self.book.create(self.account, body["title"], body.get("body") or "", self.initial, "", "", labels=self.label_names(body.get("labels")))
        return Response(201, self.view(ticket), [("Location", f"{self.url}/repos/{repo}/issues/{ticket.key}")])

    @route("GET", r"/repositories/(\d+)/issues/(\d+)", "fetch")
    @route("GET", REPO + r"/issues/(\d+)", "fetch")
    def fetch(self, request, repo, number):
        ticket = self.issue_of(repo, number)
        tag = f'W/"{ticket.version}"'
        return Response(304) if request.header("if-none-match") == tag else Response(200, self.view(ticket), [("ETag", tag)])

    @route("PATCH", REPO + r"/issues/(\d+)", "update")
    def patch(self, request, repo, number):
        ticket, body = self.issue_of(repo, number), request.json()
        values = {}
        if body.get("state") == "closed":
            values["status"] = "closed/" + (body.get("state_reason") or "completed")
        elif body.get("state") == "open":
            values["status"] = "open/reopened" if ticket.status.startswith("closed") else ticket.status
        elif "state" in body:
            return Response(422, {"message": "Validation Failed"})
        if "labels" in body:
            values["labels"] = self.label_names(body["labels"])
        for name, ours in (("title", "title"), ("body", "text")):
            if body.get(name) is not None:
                values[ours] = body[name]
        self.update(ticket, self.account, **values)
        return Response(200, self.view(ticket))

    @route("POST", REPO + r"/issues/(\d+)/labels", "update")
    def add_labels(self, request, repo, number):
        ticket, body = self.issue_of(repo, number), request.json()
        names = self.label_names(body if isinstance(body, list) else body.get("labels"))
        self.update(ticket, self.account, labels=list(dict.fromkeys([*ticket.extra.get("labels", []), *names])))
        return Response(200, self.view(ticket)["labels"])

    @route("PUT", REPO + r"/issues/(\d+)/labels", "update")
    def set_labels(self, request, repo, number):
        ticket, body = self.issue_of(repo, number), request.json()
        self.update(ticket, self.account, labels=self.label_names(body if isinstance(body, list) else body.get("labels")))
        return Response(200, self.view(ticket)["labels"])

    @route("GET", REPO + "/issues", "poll")
    def issues(self, request, repo):
        if repo != self.repo:
            return self.not_found()
        state = request.query("state", "open")
        rows = [t for t in self.book.all() if self.repo_of(t) == repo and (state == "all" or t.status.startswith(state))]
        if request.query("labels"):
            rows = [t for t in rows if all(name in t.extra.get("labels", []) for name in request.query("labels").split(","))]
        if request.query("since"):
            since = moment(request.query("since"))
            rows = [t for t in rows if t.updated // 1000 >= since]
        by = {"updated": lambda t: (t.updated // 1000, t.n)}.get(request.query("sort"), lambda t: (t.created // 1000, t.n))
        rows = sorted(rows, key=by, reverse=request.query("direction", "desc") == "desc")
        return self.listing(request, rows, self.view)

    def listing(self, request, rows, view):
        size, page = min(int(request.query("per_page", "30")), self.page_max), int(request.query("page", "1"))
        part = self.page(rows, (page - 1) * size, size)
        headers = []
        if page * size < len(rows) or self.repeat_page:
            rest = "&".join(f"{k}={v}" for k, v in request.pairs if k != "page")
            headers.append(("Link", f'<{self.url}{request.path}?{rest}&page={page + 1}>; rel="next"'))
        return Response(200, [view(row) for row in part], headers)

    # ---- comments -------------------------------------------------------------------------

    @route("POST", REPO + r"/issues/(\d+)/comments", "comment")
    def add_comment(self, request, repo, number):
        ticket, body = self.issue_of(repo, number, "/comments"), request.json()
        if not body.get("body"):
            return Response(422, {"message": "Validation Failed", "errors": [{"resource": "IssueComment", "code": "missing_field", "field": "body"}]})
        comment = self.book.comment(ticket, self.account, body["body"], False)
        return Response(201, self.comment_view(ticket, comment), [("Location", f"{self.url}/repos/{repo}/issues/comments/{comment.id}")])

    @route("GET", REPO + r"/issues/(\d+)/comments", "fetch")
    def comments(self, request, repo, number):
        ticket = self.issue_of(repo, number, "/comments")
        rows = [c for c in ticket.comments if not c.deleted]
        if request.query("since"):
            rows = [c for c in rows if c.updated // 1000 >= moment(request.query("since"))]
        return self.listing(request, rows, lambda c: self.comment_view(ticket, c))

    @route("GET", REPO + "/issues/comments", "poll")
    def all_comments(self, request, repo):
        rows = [(t, c) for t in self.book.all() for c in t.comments if not c.deleted]
        if request.query("since"):
            rows = [(t, c) for t, c in rows if c.updated // 1000 >= moment(request.query("since"))]
        if request.query("sort") == "updated":
            rows.sort(key=lambda tc: (tc[1].updated, int(tc[1].id)), reverse=request.query("direction", "desc") == "desc")

        class Row:  # page() sorts by id when asked to shuffle
            def __init__(self, pair):
                self.pair, self.id = pair, pair[1].id
        return self.listing(request, [Row(pair) for pair in rows], lambda row: self.comment_view(*row.pair))

    @route("GET", "/search/issues", "search")
    def search(self, request):
        words = [w.strip('"').lower() for w in re.findall(r'"[^"]*"|\S+', request.query("q", "")) if ":" not in w.split('"')[0]]
        rows = [t for t in self.book.all() if self.indexed(t) and all(any(w in text.lower() for text in self.text_of(t)) for w in words)]
        return Response(200, {"total_count": len(rows), "incomplete_results": False, "items": [self.view(t) for t in rows]})

    @route("GET", "/user", "other")
    def me(self, request):
        return Response(200, self.user(self.account.name))

    # ---- webhooks: sent once, never again ---------------------------------------------------

    def changed(self, what, ticket, comment, by):
        action = {"created": "opened", "deleted": "deleted", "merged": "deleted", "moved": "transferred", "comment": "created", "comment_edited": "edited",
                  "comment_deleted": "deleted"}.get(what)
        if what == "changed":
            last = ticket.history[-1]
            action = {"labels": "labeled", "status": "closed" if ticket.status.startswith("closed") else "reopened"}.get(last["what"], "edited")
        body = {"action": action, "issue": self.view(ticket), "repository": self.repository(self.repo_of(ticket)), "sender": self.user(by.name)}
        if what == "moved":
            new = self.book.find(ticket.id)
            body["changes"] = {"new_issue": self.view(new), "new_repository": self.repository(self.repo_of(new))}
        if comment is not None:
            body["comment"] = self.comment_view(ticket, comment)
        delivery = str(uuid.uuid4())
        self.hooks.put(json.dumps(body, ensure_ascii=False).encode(), lambda raw: [
            ("Content-Type", "application/json"), ("User-Agent", "GitHub-Hookshot/sim"), ("X-GitHub-Delivery", delivery),
            ("X-GitHub-Event", "issue_comment" if comment is not None else "issues"),
            ("X-Hub-Signature-256", "sha256=" + hex_signature(self.secret or "", raw))])
