# SPDX-License-Identifier: Apache-2.0
"""Jira Cloud (v2 and v3 paths, texts as wiki markup or ADF) and Data Center: the status changes by transitions only."""
import calendar
import json
import re
import time
import uuid

from .hooks import hex_signature
from .query import Bad, Query, compare
from .tool import Refused, Tool, route
from .wire import Response

STATES = [("10000", "Open", "new"), ("10001", "Waiting for support", "indeterminate"), ("10002", "In Progress", "indeterminate"),
          ("10003", "Pending", "indeterminate"), ("10004", "Resolved", "done"), ("10005", "Closed", "done"), ("10006", "Canceled", "done"),
          ("10007", "Waiting for approval", "indeterminate"), ("10008", "Declined", "done"), ("10009", "Waiting for customer", "indeterminate")]
CATEGORY = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
BY_NAME = {name: (number, category) for number, name, category in STATES}
API = r"/rest/api/(?:2|3|latest)/"


def stamp(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03d}+0000"


def adf(text):
    return {"version": 1, "type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
                                                     for line in text.split("\n")]}


def plain(node):
    """The text of a body that came as text or as ADF."""
    if isinstance(node, str) or node is None:
        return node or ""
    if node.get("type") == "text":
        return node.get("text", "")
    if node.get("type") == "hardBreak":
        return "\n"
    inner = [plain(child) for child in node.get("content", [])]
    return ("\n" if node.get("type") in ("doc", "bulletList", "listItem") else "").join(inner)


class Jira(Tool):
    name = "jira"
    connect = {
        "url": "", "auth": {"kind": "basic", "user": "entente"}, "settings": {"project": "SUP", "number_field": "customfield_10900"},
        "words": {"new": "Open", "acknowledged": "Waiting for support", "in_progress": "In Progress", "pending": "Pending", "resolved": "Resolved",
                  "closed": "Closed", "cancelled": "Canceled"},
        "nearest": {"in_progress": "In Progress"},
        "priorities": dict(zip("12345", ["Highest", "High", "Medium", "Low", "Lowest"])),
        "locked": "permission to comment", "probe": "/myself",
        "texts": {"longest": 32767, "acts": ["{code}", "[~admin]"]},
    }
    lock_answer = (403, {"errorMessages": ["You do not have permission to comment on this issue."], "errors": {}})
    token_answer = (400, {"errorMessages": ["The page token has expired."], "errors": {}})
    broken_words = {"errorMessages": ["The search was cut off."]}
    initial, priority = "Open", "Medium"
    account_id, account_name = "712020:entente", "Entente"
    priorities = ["Highest", "High", "Medium", "Low", "Lowest"]
    is_cloud = True
    project = "SUP"

    def more_settings(self, settings):
        self.service_desk = settings.get("service_desk", getattr(self, "service_desk", True))
        self.number_field = settings.get("number_field", getattr(self, "number_field", "customfield_10900"))

    def ids(self, n):
        return str(10000 + n), f"{self.project}-{n}"

    def book_id(self, word):
        return word if word in self.book.tickets else next((t.id for t in self.book.order if t.key == word), word)

    def issue_of(self, word):
        return self.ticket_or_404(self.book_id(word))

    def not_found(self):
        return Response(404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}})

    def unauthorized(self):
        return Response(401, {"errorMessages": ["Client must be authenticated to access this resource."], "errors": {}})

    def bad_json(self):
        return Response(400, {"errorMessages": ["There was an error parsing JSON."], "errors": {}})

    # ---- shapes -------------------------------------------------------------------------

    def user(self, name):
        person = self.account if name == self.account.name else self.book.person(name)
        if self.is_cloud:
            return {"accountId": person.id, "displayName": person.name, "active": True, "self": f"{self.url}/rest/api/2/user?accountId={person.id}"}
        return {"name": person.name, "key": person.id, "displayName": person.name, "active": True}

    def status(self, name):
        number, category = BY_NAME.get(name, ("10099", "indeterminate"))
        return {"id": number, "name": name, "statusCategory": {"id": CATEGORY[category][0], "key": category, "name": CATEGORY[category][1]}}

    def text(self, text, is_v3):
        return adf(text) if is_v3 else text

    def comment_view(self, t, c, is_v3=False):
        out = {"self": f"{self.url}/rest/api/2/issue/{t.id}/comment/{c.id}", "id": c.id, "author": self.user(c.by), "updateAuthor": self.user(c.by),
               "body": c.rich or self.text(c.body, is_v3), "created": stamp(c.created), "updated": stamp(c.updated)}
        if self.service_desk:
            out["jsdPublic"] = not c.internal
        if c.internal and not self.service_desk:
            out["visibility"] = {"type": "role", "value": "Administrators"}
        return out

    def fields(self, t, is_v3=False):
        done = BY_NAME.get(t.status, ("", ""))[1] == "done"
        out = {"summary": t.title, "description": self.text(t.text, is_v3) if t.text else None, "status": self.status(t.status),
               "priority": {"id": str(self.priorities.index(t.priority) + 1), "name": t.priority} if t.priority in self.priorities else None,
               "resolution": {"id": "10000", "name": t.extra.get("resolution") or "Done"} if done else None,
               "resolutiondate": stamp(t.updated) if done else None, "issuetype": {"id": "10002", "name": "Task", "subtask": False},
               "project": {"id": "10000", "key": self.project, "name": "Supplier"}, "reporter": self.user(t.by), "creator": self.user(t.by),
               "assignee": None, "labels": t.extra.get("labels", []), "created": stamp(t.created), "updated": stamp(t.updated), "duedate": None,
               "attachment": [], "components": [], self.number_field: t.number or None}
        live = [c for c in t.comments if not c.deleted]
        out["comment"] = {"comments": [self.comment_view(t, c, is_v3) for c in live], "total": len(live), "maxResults": len(live), "startAt": 0}
        return out

    def issue(self, t, is_v3=False, wanted=None):
        fields = self.fields(t, is_v3)
        if wanted is not None and "*all" not in wanted and "*navigable" not in wanted:
            fields = {k: v for k, v in fields.items() if k in wanted}
        return {"id": t.id, "key": t.key, "self": f"{self.url}/rest/api/{3 if is_v3 else 2}/issue/{t.id}", "fields": fields}

    @staticmethod
    def is_v3(request):
        return request.path.startswith("/rest/api/3/")

    # ---- issues -------------------------------------------------------------------------

    def values_of(self, fields):
        out = {}
        for theirs, ours in (("summary", "title"), ("description", "text"), (self.number_field, "number"), ("labels", "labels")):
            if fields.get(theirs) is not None:
                out[ours] = plain(fields[theirs]) if ours == "text" else fields[theirs]
        priority = fields.get("priority") or {}
        if priority.get("name") in self.priorities:
            out["priority"] = priority["name"]
        elif str(priority.get("id", "")).isdigit() and 1 <= int(priority["id"]) <= 5:
            out["priority"] = self.priorities[int(priority["id"]) - 1]
        elif priority:
            raise Refused(400, {"errorMessages": [], "errors": {"priority": "The priority selected is invalid."}})
        return out

    @route("POST", API + "issue", "create")
    def create(self, request):
        body = request.json()
        fields = body.get("fields") or {}
        if not fields.get("summary"):
            return Response(400, {"errorMessages": [], "errors": {"summary": "You must specify a summary of the issue."}})
        values = self.values_of(fields)
        ticket = self.book.create(self.account, values.pop("title"), values.pop("text", ""), self.initial, values.pop("priority", self.priority),
                                  values.pop("number", ""), **values)
        for one in body.get("properties") or []:
            ticket.extra.setdefault("properties", {})[one["key"]] = one["value"]
        return Response(201, {"id": ticket.id, "key": ticket.key, "self": f"{self.url}/rest/api/2/issue/{ticket.id}"})

    @route("GET", API + r"issue/([\w-]+)", "fetch")
    def fetch(self, request, word):
        wanted = request.query("fields")
        out = self.issue(self.issue_of(word), self.is_v3(request), wanted.split(",") if wanted else None)
        return Response(200, out)

    @route("PUT", API + r"issue/([\w-]+)", "update")
    def put(self, request, word):
        ticket, body = self.issue_of(word), request.json()
        fields = dict(body.get("fields") or {})
        if "status" in fields:
            return Response(400, {"errorMessages": [], "errors": {"status": "Field 'status' cannot be set."}})
        values = self.values_of(fields)
        for one in (body.get("update") or {}).get("labels", []):
            labels = list(values.get("labels", ticket.extra.get("labels", [])))
            if one.get("add") and one["add"] not in labels:
                labels.append(one["add"])
            values["labels"] = [label for label in labels if label != one.get("remove")]
        self.update(ticket, self.account, **values)
        return Response(204)

    @route("GET", API + r"issue/([\w-]+)/transitions", "other")
    def transitions(self, request, word):
        ticket = self.issue_of(word)
        out = [{"id": number[-2:].lstrip("0") or "100", "name": name, "to": self.status(name), "hasScreen": category == "done", "isAvailable": True,
                "fields": {"resolution": {"required": False, "name": "Resolution", "allowedValues": [{"id": "10000", "name": "Done"}]}} if category == "done" else {}}
               for number, name, category in STATES if name != ticket.status]
        return Response(200, {"expand": "transitions", "transitions": out})

    @route("POST", API + r"issue/([\w-]+)/transitions", "update")
    def transition(self, request, word):
        ticket, body = self.issue_of(word), request.json()
        wanted = str((body.get("transition") or {}).get("id"))
        name = next((n for number, n, _ in STATES if (number[-2:].lstrip("0") or "100") == wanted), None)
        if name is None or name == ticket.status:
            return Response(400, {"errorMessages": [f"It seems that you have tried to perform a workflow operation ({wanted}) that is not valid."],
                                  "errors": {}})
        resolution = (body.get("fields") or {}).get("resolution") or {}
        if resolution.get("name"):
            ticket.extra["resolution"] = resolution["name"]
        self.update(ticket, self.account, status=name)
        for one in (body.get("update") or {}).get("comment", []):
            self.book.comment(ticket, self.account, plain(one["add"]["body"]), False)
        return Response(204)

    @route("PUT", API + r"issue/([\w-]+)/properties/([\w.-]+)", "other")
    def put_property(self, request, word, name):
        self.issue_of(word).extra.setdefault("properties", {})[name] = request.json()
        return Response(200, b"")

    @route("POST", API + r"issue/([\w-]+)/remotelink", "other")
    def remote_link(self, request, word):
        links = self.issue_of(word).extra.setdefault("links", {})
        body = request.json()
        known = body.get("globalId") in links
        links[body.get("globalId")] = body
        return Response(200 if known else 201, {"id": 10000 + len(links), "self": f"{self.url}{request.path}/{len(links)}"})

    # ---- comments -------------------------------------------------------------------------

    @route("GET", API + r"issue/([\w-]+)/comment", "fetch")
    def comments(self, request, word):
        ticket = self.issue_of(word)
        rows = [c for c in ticket.comments if not c.deleted]
        if (request.query("orderBy") or "").startswith("-"):
            rows.reverse()
        first, size = int(request.query("startAt", "0")), min(int(request.query("maxResults", "50")), self.page_max)
        part = rows[first:first + size]
        return Response(200, {"startAt": first, "maxResults": size, "total": len(rows),
                              "comments": [self.comment_view(ticket, c, self.is_v3(request)) for c in part]})

    @route("POST", API + r"issue/([\w-]+)/comment", "comment")
    def add_comment(self, request, word):
        ticket, body = self.issue_of(word), request.json()
        internal = bool(body.get("visibility"))
        for one in body.get("properties") or []:
            if one.get("key") == "sd.public.comment":
                internal = bool(one["value"].get("internal"))
        comment = self.book.comment(ticket, self.account, plain(body.get("body")), internal)
        return Response(201, self.comment_view(ticket, comment, self.is_v3(request)))

    @route("GET", r"/rest/servicedeskapi/request/([\w-]+)/comment", "fetch")
    def desk_comments(self, request, word):
        ticket = self.issue_of(word)
        rows = [self.desk_view(c) for c in ticket.comments if not c.deleted]
        first, size = int(request.query("start", "0")), min(int(request.query("limit", "50")), self.page_max)
        return Response(200, {"size": len(rows[first:first + size]), "start": first, "limit": size, "isLastPage": first + size >= len(rows),
                              "values": rows[first:first + size]})

    def desk_view(self, c):
        return {"id": c.id, "body": c.body, "public": not c.internal, "author": self.user(c.by),
                "created": {"iso8601": stamp(c.created), "jira": stamp(c.created), "friendly": "today", "epochMillis": c.created}}

    @route("POST", r"/rest/servicedeskapi/request/([\w-]+)/comment", "comment")
    def desk_comment(self, request, word):
        if not self.service_desk:
            return self.not_found()
        ticket, body = self.issue_of(word), request.json()
        return Response(201, self.desk_view(self.book.comment(ticket, self.account, body.get("body", ""), not body.get("public", True))))

    @route("GET", API + "myself", "other")
    def myself(self, request):
        return Response(200, self.user(self.account.name))

    @route("GET", API + "serverInfo", "other")
    def server_info(self, request):
        return Response(200, {"baseUrl": self.url, "version": "1001.0.0", "deploymentType": "Cloud" if self.is_cloud else "Server"})

    @route("GET", API + r"priority(?:/search)?", "other")
    def priority_list(self, request):
        rows = [{"id": str(n + 1), "name": name} for n, name in enumerate(self.priorities)]
        return Response(200, {"values": rows, "isLast": True} if request.path.endswith("search") else rows)

    # ---- search -----------------------------------------------------------------------------

    def jql_field(self, t, field, op, value):
        name = field.lower()
        if name in ("updated", "created"):
            have = t.updated if name == "updated" else t.created
            return compare(have, op, self.jql_time(value))
        if name in ("comment", "text", "description", "summary"):
            words = {"comment": [c.body for c in t.comments if not c.deleted], "description": [t.text], "summary": [t.title]}.get(name, self.text_of(t))
            pieces = [p for p in re.split(r"[^\w]+", str(value).strip('"').lower()) if p]
            return any(all(p in re.split(r"[^\w]+", text.lower()) for p in pieces) for text in words)
        if name == "labels":
            return compare(value, "in" if op in ("=", "in") else "not in", t.extra.get("labels", []))
        if name.startswith("cf[") or name == self.number_field:
            return compare(t.number, op, value)
        have = {"project": t.key.split("-")[0], "id": t.id, "key": t.key, "issuekey": t.key, "issue": t.key, "status": t.status}
        if name not in have:
            raise Bad(f"Field '{field}' does not exist or you do not have permission to view it.")
        if name in ("id", "key", "issuekey", "issue"):
            return compare(t.id, op, value) or compare(t.key, op, value)
        return compare(have[name], op, value)

    @staticmethod
    def jql_time(value):
        """Milliseconds, or a local time in minutes."""
        if re.fullmatch(r"\d+", value):
            return int(value)
        for form in ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d"):
            try:
                return calendar.timegm(time.strptime(value, form)) * 1000
            except ValueError:
                pass
        raise Bad(f"Date value '{value}' is invalid.")

    def searched(self, jql):
        try:
            query = Query(jql)
            if query.tree is None and self.is_cloud:
                raise Bad("Unbounded JQL queries are not allowed here.")
            rows = [t for t in self.book.all() if self.indexed(t) and query.holds(lambda f, op, v, t=t: self.jql_field(t, f, op, v))]
        except Bad as wrong:
            raise Refused(400, {"errorMessages": [str(wrong)], "warningMessages": []}) from None
        for field, down in reversed(query.order):
            rows = sorted(rows, key=lambda t: {"updated": t.updated, "created": t.created}.get(field.lower(), t.n), reverse=down)
        return rows

    def search_arguments(self, request):
        body = request.json() if request.method == "POST" else {}
        fields = body.get("fields") or [f for k, v in request.pairs if k == "fields" for f in v.split(",")]
        return (body.get("jql") or request.query("jql", ""), fields, int(body.get("maxResults") or request.query("maxResults", "50")),
                body.get("nextPageToken") or request.query("nextPageToken"), int(body.get("startAt") or request.query("startAt", "0")))

    @route("POST", API + "search/jql", "poll")
    @route("GET", API + "search/jql", "poll")
    def search_jql(self, request):
        if not self.is_cloud:
            return self.not_found()
        jql, fields, size, token, _ = self.search_arguments(request)
        rows, first, size = self.searched(jql), int(self.token_word(token)) if token else 0, min(size, self.page_max)
        part = self.page(rows, first, size)
        more = first + size < len(rows) or self.repeat_page
        out = {"issues": [self.issue(t, self.is_v3(request), fields) if fields else {"id": t.id} for t in part], "isLast": not more}
        if more:
            out["nextPageToken"] = self.page_token(first + size)
        return Response(200, out)

    @route("POST", API + "search", "poll")
    @route("GET", API + "search", "poll")
    def search(self, request):
        if self.is_cloud:
            return Response(410, {"errorMessages": ["The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."],
                                  "errors": {}})
        jql, fields, size, _, first = self.search_arguments(request)
        rows, size = self.searched(jql), min(size, self.page_max)
        part = self.page(rows, first, size)
        return Response(200, {"startAt": first, "maxResults": size, "total": len(rows) + (size if self.repeat_page else 0),
                              "issues": [self.issue(t, False, fields or None) for t in part]})

    # ---- webhooks ---------------------------------------------------------------------------

    def changed(self, what, ticket, comment, by):
        event = {"created": "jira:issue_created", "changed": "jira:issue_updated", "deleted": "jira:issue_deleted", "merged": "jira:issue_deleted",
                 "comment": "comment_created", "comment_edited": "comment_updated", "comment_deleted": "comment_deleted"}[what]
        body = {"timestamp": self.clock.now(), "webhookEvent": event, "user": self.user(by.name)}
        if comment is None or self.is_cloud:
            issue = self.issue(ticket)
            issue["fields"].pop("comment")
            if comment is not None:
                issue["fields"] = {k: issue["fields"][k] for k in ("summary", "issuetype", "project", "status", "priority")}
            body["issue"] = issue
        if comment is not None:
            body["comment"] = self.comment_view(ticket, comment)
        identifier = uuid.uuid4().hex
        self.hooks.put(json.dumps(body, ensure_ascii=False).encode(), lambda raw: [
            ("Content-Type", "application/json; charset=UTF-8"), ("User-Agent", "Atlassian Webhook HTTP Client"),
            ("X-Atlassian-Webhook-Identifier", identifier), ("X-Hub-Signature", "sha256=" + hex_signature(self.secret or "", raw))])


class JiraDC(Jira):
    name = "jira-dc"
    connect = {
        **Jira.connect, "auth": {"kind": "bearer"}, "settings": {"project": "SUP", "data_center": True, "number_field": "customfield_10900"},
        "map": {"priority_out": dict(zip("12345", ["Blocker", "Critical", "Major", "Minor", "Trivial"]))},
        "priorities": dict(zip("12345", ["Blocker", "Critical", "Major", "Minor", "Trivial"])), "texts": None,
    }
    broken_words = {}  # by its own count
    is_cloud = False
    account_id, account_name = "JIRAUSER10100", "entente"
    priorities = ["Blocker", "Critical", "Major", "Minor", "Trivial"]
    priority = "Major"
