# SPDX-License-Identifier: Apache-2.0
"""A desk of no known make that wants a session and tells its own local time, without a zone.

login `form`:  GET /login, then POST /login with the form's csrf, user and password, give a cookie; without one every page is a
               redirect to /login. What writes needs the header X-CSRF-Token, which GET /api/me tells.
login `grant`: POST /oauth/token with user, password and client_secret gives a token for `Authorization: Bearer`; else 401.
Texts are HTML. GET /api/tickets?changed=LOCAL lists what changed since, without notes. It cannot be searched but with `words`.
Its webhook, where it has one, is the ticket as JSON, unsigned: the address is the secret."""
import datetime
import html
import json
import re
import uuid
import zoneinfo
from urllib.parse import parse_qs

from .tool import Refused, Tool, route
from .wire import Response

FORM = "%Y-%m-%d %H:%M:%S"


class Desk(Tool):
    name = "desk"
    connect = {
        "url": "", "connector": "generic", "polled": True, "credential": "basic",
        "words": {"new": "new", "acknowledged": "accepted", "in_progress": "working", "pending": "waiting", "held": "hold", "resolved": "done",
                  "closed": "closed", "cancelled": "dropped"},
        "priorities": {"1": "top", "2": "high", "3": "normal", "4": "low", "5": "plan"},
    }
    initial, priority = "new", "normal"
    account_id, account_name = "entente", "entente"
    words = ("new", "accepted", "working", "waiting", "hold", "done", "closed", "dropped")
    lock_answer = (403, {"error": "this ticket is locked"})

    def __init__(self, *args, **more):
        self.login, self.zone, self.client_secret = "form", zoneinfo.ZoneInfo("UTC"), None
        self.sessions = {}  # cookie or token: csrf
        self.logins = 0
        super().__init__(*args, **more)

    def more_settings(self, settings):
        self.login = settings.get("login", self.login)
        self.client_secret = settings.get("client_secret", self.client_secret)
        if "zone" in settings:
            self.zone = zoneinfo.ZoneInfo(settings["zone"])
        if settings.get("expire_sessions"):
            self.sessions.clear()

    def ids(self, n):
        return f"D-{n}", f"D-{n}"

    # ---- times and texts ----------------------------------------------------------------

    def local(self, ms):
        return datetime.datetime.fromtimestamp(ms // 1000, self.zone).strftime(FORM)

    def instant(self, text):
        """Seconds."""
        try:
            return int(datetime.datetime.strptime(text.replace("T", " ")[:19], FORM).replace(tzinfo=self.zone).timestamp())
        except ValueError:
            raise Refused(400, {"error": f"changed: {text!r} is no time"}) from None

    @staticmethod
    def shown(text):
        return "<p>" + html.escape(text, quote=False).replace("\n", "<br>") + "</p>"

    @staticmethod
    def plain(text):
        return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>|</p>", "\n", text))).strip()

    def row(self, t):
        return {"no": t.id, "subject": t.title, "state": t.status, "urgency": t.priority, "reference": t.number or None,
                "changed": self.local(t.updated), "revision": t.version}

    def view(self, t):
        return dict(self.row(t), html=self.shown(t.text), notes=[self.note(c) for c in t.comments if not c.deleted])

    def note(self, c):
        return {"note": f"N-{c.id}", "html": c.rich or self.shown(c.body), "shown": "team" if c.internal else "all", "who": c.by, "at": self.local(c.created)}

    # ---- who is there -----------------------------------------------------------------------

    @property
    def pair(self):
        return (self.credential or ":").split(":", 1)

    def session_of(self, request):
        if self.login == "grant":
            word = request.header("authorization")
            return word[7:] if word.startswith("Bearer ") else ""
        found = re.search(r"\bsid=([^;]+)", request.header("cookie"))
        return found[1] if found else ""

    def authorized(self, request):
        if request.path == "/login":
            return True
        session = self.session_of(request)
        if self.revoked or session not in self.sessions:
            return False
        if self.login == "form" and request.method != "GET" and request.header("x-csrf-token") != self.sessions[session]:
            raise Refused(403, {"error": "the CSRF token is wrong"})
        return True

    def unauthorized(self):
        if self.login == "grant":
            return Response(401, {"error": "invalid_token"}, [("WWW-Authenticate", "Bearer")])
        return Response(302, b"", [("Location", "/login")], "text/html")

    def begin(self, is_in):
        session = f"s-{uuid.uuid4().hex}"
        if is_in:
            self.sessions[session] = f"csrf-{uuid.uuid4().hex}"
            self.logins += 1
        return session

    @route("GET", "/login", "token")
    def login_page(self, request):
        page = f'<html><form method="post"><input type="hidden" name="csrf" value="form-{self.supplier}"><input name="user"></form></html>'
        return Response(200, page, [("Set-Cookie", f"sid={self.begin(False)}; Path=/; HttpOnly")], "text/html; charset=utf-8")

    @route("POST", "/login", "token")
    def login_form(self, request):
        form = {k: v[-1] for k, v in parse_qs(request.body.decode()).items()}
        good = [form.get("user"), form.get("password")] == self.pair and form.get("csrf") == f"form-{self.supplier}" and self.session_of(request)
        if not good or self.revoked:
            return Response(200, "<html>Wrong user or password</html>", kind="text/html")
        return Response(302, b"", [("Location", "/"), ("Set-Cookie", f"sid={self.begin(True)}; Path=/; HttpOnly")], "text/html")

    @route("POST", "/oauth/token", "token")
    def token(self, request):
        form = {k: v[-1] for k, v in parse_qs(request.body.decode()).items()}
        good = [form.get("username"), form.get("password")] == self.pair and form.get("client_secret") == self.client_secret
        if self.login != "grant" or not good or self.revoked or form.get("grant_type") != "password":
            return Response(400, {"error": "invalid_grant"})
        return Response(200, {"access_token": self.begin(True), "token_type": "Bearer", "expires_in": 3600})

    @route("GET", "/api/me", "other")
    def me(self, request):
        return Response(200, {"me": self.pair[0], "csrf": self.sessions[self.session_of(request)]})

    # ---- tickets --------------------------------------------------------------------------

    @route("GET", "/api/tickets", "poll")
    def tickets(self, request):
        rows = self.book.all()
        if request.query("words"):
            rows = [t for t in rows if any(request.query("words") in text for text in self.text_of(t))]
        if request.query("changed"):
            since = self.instant(request.query("changed"))
            rows = [t for t in rows if self.instant(self.local(t.updated)) >= since]
        rows = sorted(rows, key=lambda t: (t.updated // 1000, t.n))
        part = self.page(rows, int(request.query("skip", "0")), self.page_max)
        return Response(200, [self.row(t) for t in part])

    @route("GET", r"/api/tickets/([\w-]+)", "fetch")
    def fetch(self, request, tid):
        return Response(200, self.view(self.ticket_or_404(tid)))

    @route("POST", "/api/tickets", "create")
    def create(self, request):
        body = request.json()
        if not body.get("subject"):
            return Response(422, {"error": "subject is missing"})
        ticket = self.book.create(self.account, body["subject"], self.plain(body.get("html") or ""), body.get("state") or self.initial,
                                  body.get("urgency") or self.priority, body.get("reference") or "")
        return Response(201, self.view(ticket))

    @route("PATCH", r"/api/tickets/([\w-]+)", "update")
    def patch(self, request, tid):
        ticket, body = self.ticket_or_404(tid), request.json()
        if body.get("state") and body["state"] not in self.words:
            return Response(422, {"error": f"no such state: {body['state']}"})
        self.update(ticket, self.account, **{ours: body[theirs] for theirs, ours in (("state", "status"), ("urgency", "priority")) if body.get(theirs)})
        return Response(200, self.view(ticket))

    @route("POST", r"/api/tickets/([\w-]+)/notes", "comment")
    def add_note(self, request, tid):
        ticket, body = self.ticket_or_404(tid), request.json()
        if not body.get("html"):
            return Response(422, {"error": "html is missing"})
        return Response(201, self.note(self.book.comment(ticket, self.account, self.plain(body["html"]), body.get("shown") != "all")))

    def changed(self, what, ticket, comment, by):
        body = dict(self.row(ticket), event=what, who=by.name, notes=[self.note(comment)] if comment and not comment.deleted else [])
        self.hooks.put(json.dumps(body).encode(), lambda raw: [("Content-Type", "application/json")])
