# SPDX-License-Identifier: Apache-2.0
"""ServiceNow, Table API: all values are text, comments stand in a journal, a query that cannot be read is left out silently."""
import json
import re
import time
import uuid
from hashlib import md5

from .hooks import hex_signature
from .tool import Tool, route
from .wire import Response

MATRIX = {("1", "1"): "1", ("1", "2"): "2", ("2", "1"): "2", ("1", "3"): "3", ("2", "2"): "3", ("3", "1"): "3", ("2", "3"): "4", ("3", "2"): "4",
          ("3", "3"): "5"}
IMPACT = {"1": ("1", "1"), "2": ("1", "2"), "3": ("2", "2"), "4": ("2", "3"), "5": ("3", "3")}
TABLE = r"/api/now(?:/v\d)?/table/"
CONDITION = re.compile(r"([\w.]+?)(>=|<=|!=|=|>|<|LIKE|IN|CONTAINS|STARTSWITH|ISEMPTY|ISNOTEMPTY)(.*)\Z", re.S)
OWN = {"short_description": "title", "description": "text", "state": "status", "correlation_id": "number"}


def stamp(ms):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ms // 1000))


def date_value(text):
    """'2026-11-21 18:00:00', also inside javascript:gs.dateGenerate('..','..')."""
    found = re.search(r"dateGenerate\('([^']*)'\s*,\s*'([^']*)'\)", text)
    return f"{found[1]} {found[2]}" if found else text.replace("T", " ").rstrip("Z")


class ServiceNow(Tool):
    name = "servicenow"
    connect = {
        "url": "", "auth": {"kind": "basic", "user": "entente"},
        "words": {"new": "1", "in_progress": "2", "held": "3", "resolved": "6", "closed": "7", "cancelled": "8"},
        "priorities": {n: n for n in "12345"},
        "locked": "ACL Exception", "probe": "sysparm_limit=1 ",
        "texts": {"longest": 32000, "acts": ["[code]", "@[Dana]"]},
    }
    lock_answer = (403, {"error": {"message": "Operation Failed", "detail": "ACL Exception Update Failed due to security constraints"}, "status": "failure"})
    broken_words = {"error": {"message": "Transaction cancelled: maximum execution time exceeded", "detail": "maximum execution time exceeded"}, "status": "failure"}
    initial, priority = "1", "3"
    account_id = account_name = "entente"
    table_name = "incident"

    def __init__(self, *args, **more):
        self.journal_ids = {}
        super().__init__(*args, **more)

    def ids(self, n):
        return md5(f"{self.supplier}|{n}".encode()).hexdigest(), f"INC{n:07d}"

    def book_id(self, word):
        return word if word in self.book.tickets else next((t.id for t in self.book.order if t.key == word), word)

    def not_found(self):
        return Response(404, {"error": {"message": "No Record found", "detail": "Record doesn't exist or ACL restricts the record retrieval"},
                              "status": "failure"})

    def unauthorized(self):
        return Response(401, {"error": {"message": "User Not Authenticated", "detail": "Required to provide Auth information"}, "status": "failure"})

    def bad_json(self):
        return Response(400, {"error": {"message": "Exception while reading request", "detail": "The payload is not valid JSON"}, "status": "failure"})

    def reference(self, table, value, plain):
        if not value:
            return ""
        return value if plain else {"link": f"{self.url}/api/now/table/{table}/{value}", "value": value}

    def record(self, t, plain=False):
        impact, urgency = t.extra.get("impact"), t.extra.get("urgency")
        if not impact:
            impact, urgency = IMPACT.get(t.priority, ("2", "2"))
        return {"sys_id": t.id, "number": t.key, "short_description": t.title, "description": t.text, "state": t.status, "incident_state": t.status,
                "hold_reason": t.extra.get("hold_reason", ""), "priority": t.priority, "impact": impact, "urgency": urgency, "category": "",
                "assigned_to": self.reference("sys_user", t.extra.get("assigned_to"), plain),
                "assignment_group": self.reference("sys_user_group", t.extra.get("assignment_group"), plain),
                "caller_id": self.reference("sys_user", t.extra.get("caller_id"), plain), "correlation_id": t.number,
                "correlation_display": t.extra.get("correlation_display", ""), "close_code": t.extra.get("close_code", ""),
                "close_notes": t.extra.get("close_notes", ""), "opened_at": stamp(t.created), "resolved_at": "", "closed_at": "", "due_date": "",
                "sys_created_on": stamp(t.created), "sys_updated_on": stamp(t.updated), "sys_updated_by": t.updated_by, "sys_created_by": t.by,
                "sys_mod_count": str(t.version - 1), "active": "false" if t.status in ("7", "8") else "true", "comments": "", "work_notes": "",
                "sys_class_name": "incident"}

    def journal(self, t, c):
        return {"sys_id": md5(f"{t.id}|{c.id}".encode()).hexdigest(), "element_id": t.id, "element": "work_notes" if c.internal else "comments",
                "name": "incident", "value": c.rich or c.body, "sys_created_on": stamp(c.created), "sys_created_by": c.by}

    def answer(self, request, rows, one=None):
        plain = request.query("sysparm_exclude_reference_link") == "true"
        wanted = (request.query("sysparm_fields") or "").split(",") if request.query("sysparm_fields") else None
        out = [self.record(t, plain) if not isinstance(t, dict) else t for t in rows]
        if wanted:
            out = [{name: row[name] for name in wanted if name in row} for row in out]
        return {"result": out[0] if one else out}

    # ---- records ------------------------------------------------------------------------

    @route("POST", TABLE + "incident", "create")
    def create(self, request):
        body = request.json()
        ticket = self.book.create(self.account, body.get("short_description", ""), body.get("description", ""), body.get("state") or self.initial,
                                  self.priority_of(body) or self.priority, body.get("correlation_id", ""))
        self.extra(ticket, body)
        self.journals(ticket, body)
        return Response(201, self.answer(request, [ticket], True), [("Location", f"{self.url}/api/now/table/incident/{ticket.id}")])

    def extra(self, ticket, body):
        for name in ("impact", "urgency", "hold_reason", "close_code", "close_notes", "caller_id", "assignment_group", "assigned_to",
                     "correlation_display"):
            if name in body:
                ticket.extra[name] = body[name]

    @staticmethod
    def priority_of(body):
        """Computed from impact and urgency; one that is written itself is overwritten."""
        return MATRIX.get((str(body.get("impact")), str(body.get("urgency"))))

    def journals(self, ticket, body):
        for name in ("comments", "work_notes"):
            if body.get(name):
                self.book.comment(ticket, self.account, body[name], name == "work_notes")

    def kind_of(self, request):
        kind, function, groups = super().kind_of(request)
        if kind == "update" and (b'"comments"' in request.body or b'"work_notes"' in request.body):
            kind = "comment"
        return kind, function, groups

    @route("GET", TABLE + r"incident/([0-9a-f]+)", "fetch")
    def fetch(self, request, tid):
        return Response(200, self.answer(request, [self.ticket_or_404(tid)], True))

    @route("PATCH", TABLE + r"incident/([0-9a-f]+)", "update")
    @route("PUT", TABLE + r"incident/([0-9a-f]+)", "update")
    def patch(self, request, tid):
        ticket, body = self.ticket_or_404(tid), request.json()
        state = str(body.get("state") or body.get("incident_state") or "")
        if state == "6" and not (body.get("close_code") or ticket.extra.get("close_code")):
            return Response(403, {"error": {"message": "Operation Failed", "detail": "Data Policy Exception: The following fields are mandatory: "
                                            "Resolution code, Resolution notes"}, "status": "failure"})
        if state == "3" and not (body.get("hold_reason") or ticket.extra.get("hold_reason")):
            return Response(403, {"error": {"message": "Operation Failed", "detail": "Data Policy Exception: On hold reason is mandatory"},
                                  "status": "failure"})
        values = {ours: str(body[theirs]) for theirs, ours in OWN.items() if body.get(theirs)}
        if self.priority_of(body):
            values["priority"] = self.priority_of(body)
        self.extra(ticket, body)
        self.update(ticket, self.account, **values)
        self.journals(ticket, body)
        return Response(200, self.answer(request, [ticket], True))

    # ---- queries ------------------------------------------------------------------------

    def holds(self, row, query):
        """a=b^c>d^ORe=f^NQ...: each ^OR binds to the condition before; what cannot be read is left out."""
        for alternative in query.split("^NQ"):
            groups = []
            for term in alternative.split("^"):
                is_or = term.startswith("OR") and not term.startswith("ORDERBY")
                match = CONDITION.match(term[2:] if is_or else term)
                if term.startswith("ORDERBY") or not match or match[1] not in row:
                    continue
                (groups[-1].append if is_or and groups else lambda m: groups.append([m]))(match)
            if all(any(self.condition(row, m) for m in group) for group in groups):
                return True
        return False

    @staticmethod
    def condition(row, match):
        field, op, want = match[1], match[2], match[3]
        have = row[field]
        have = have["value"] if isinstance(have, dict) else have
        if re.search(r"_(on|at)\Z|_date\Z", field):
            want = date_value(want)
        if op in ("LIKE", "CONTAINS"):
            return want.lower() in have.lower()
        if op == "IN":
            return have in want.split(",")
        if op == "STARTSWITH":
            return have.startswith(want)
        if op in ("ISEMPTY", "ISNOTEMPTY"):
            return (have == "") == (op == "ISEMPTY")
        if have.isdigit() and want.isdigit() and op not in ("=", "!="):
            have, want = int(have), int(want)
        return {"=": have == want, "!=": have != want, ">": have > want, "<": have < want, ">=": have >= want, "<=": have <= want}[op]

    def listing(self, request, rows):
        query = request.query("sysparm_query", "")
        rows = [r for r in rows if self.holds(r, query)]
        for term in reversed([t for t in query.split("^") if t.startswith("ORDERBY")]):
            down = term.startswith("ORDERBYDESC")
            field = term[11:] if down else term[7:]
            rows = sorted(rows, key=lambda r: (r.get(field) if isinstance(r.get(field), str) else ""), reverse=down)
        for key, value in request.pairs:  # ?correlation_id=ENT-000001 is a query, too
            if not key.startswith("sysparm_") and rows and key in rows[0]:
                rows = [r for r in rows if r[key] == value]
        first, limit = int(request.query("sysparm_offset", "0")), min(int(request.query("sysparm_limit", "10000")), self.page_max)
        part = rows[:limit] if self.repeat_page else rows[first:first + limit]
        if self.shuffle_pages:
            part = sorted(part, key=lambda r: hash((r["sys_id"], self.n_requests)))
        headers = [("X-Total-Count", str(len(rows)))]
        if first + limit < len(rows) or self.repeat_page:
            headers.append(("Link", f'<{self.url}{request.path}?sysparm_offset={first + limit}&sysparm_limit={limit}>;rel="next"'))
        return Response(200, self.answer(request, part), headers)

    @route("GET", TABLE + "incident", "poll")
    def incidents(self, request):
        return self.listing(request, [self.record(t, request.query("sysparm_exclude_reference_link") == "true") for t in self.book.all()])

    @route("GET", TABLE + "sys_journal_field", "search")
    def journal_rows(self, request):
        return self.listing(request, [self.journal(t, c) for t in self.book.all() for c in t.comments if not c.deleted])

    # ---- the business rule ------------------------------------------------------------------

    def changed(self, what, ticket, comment, by):
        if by is self.account:
            return  # gs.getUserName() != 'entente'
        record = self.record(ticket)
        record["comments"] = [self.journal(ticket, comment)] if comment and not comment.internal and not comment.deleted else []
        record["work_notes"] = [self.journal(ticket, comment)] if comment and comment.internal and not comment.deleted else []
        verb = {"created": "created", "deleted": "deleted", "merged": "deleted"}.get(what, "updated")
        delivery = uuid.uuid4().hex
        self.hooks.put(json.dumps({"event": f"incident.{verb}", "record": record}, ensure_ascii=False).encode(), lambda raw: [
            ("Content-Type", "application/json"), ("X-Entente-Delivery", delivery),
            ("X-Entente-Signature", "sha256=" + hex_signature(self.secret or "", raw))])
