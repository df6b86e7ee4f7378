# SPDX-License-Identifier: Apache-2.0
"""Request Tracker 5, REST2: no webhooks; history tells what happened and never its words; a PUT that is not done is 200."""
import base64
import calendar
import time
from urllib.parse import quote_plus, unquote

from .book import iso
from .query import Bad, Query, compare
from .tool import Refused, Tool, route
from .wire import Response

STATES = ("new", "open", "stalled", "resolved", "rejected", "deleted")
NEVER = "1970-01-01T00:00:00Z"
TYPE = {"created": "Create", "merged": "AddLink", "status": "Status", "title": "Set", "priority": "Set"}
FIELD = {"status": "Status", "title": "Subject", "priority": "Priority"}


def parse_date(text):
    """As TicketSQL reads it on a server in UTC; seconds."""
    text = text.strip().replace("T", " ").rstrip("Z").strip()
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return calendar.timegm(time.strptime(text, form))
        except ValueError:
            pass
    raise Bad(f"cannot read the date {text!r}")


class RT(Tool):
    name = "rt"
    connect = {
        "url": "/REST/2.0", "auth": {"kind": "header", "header": "Authorization", "scheme": "token"},
        "settings": {"queue": "General", "number_field": "Correlation ID"}, "polled": True,
        "words": {"new": "new", "in_progress": "open", "pending": "stalled", "resolved": "resolved", "cancelled": "rejected"},
        "nearest": {"closed": "resolved", "held": "stalled", "acknowledged": "open"},
        "priorities": {"1": "100", "2": "75", "3": "50", "4": "25", "5": "0"},
        "locked": "Permission Denied", "probe": "/rt ",
        "texts": {"longest": 2000, "acts": [], "entry": {"text_max": 2000, "language": "fr"}, "note": "Raccourci par Entente"},  # it has no limit of its own
    }
    lock_answer = (403, {"message": "Permission Denied"})
    broken_words = {}  # by its own count
    initial, priority = "new", "50"
    account_id = account_name = "entente"

    def __init__(self, *args, **more):
        self.custom_field = "Correlation ID"
        self.zone = 0  # seconds: dates of queries are read in it
        self.queues = {"General": "1"}
        self.by_number, self.counted = {}, {}  # transactions: (ticket, row of its history); how many of each ticket
        super().__init__(*args, **more)

    def more_settings(self, settings):
        self.custom_field = settings.get("custom_field", self.custom_field)
        self.zone = settings["zone_minutes"] * 60 if "zone_minutes" in settings else self.zone
        for n, queue in enumerate(settings.get("queues", ())):
            self.queues[queue] = str(n + 2)

    def authorized(self, request):
        if self.credential and request.header("authorization").startswith("token "):
            return not self.revoked and request.header("authorization")[6:] == self.credential
        return super().authorized(request)

    @staticmethod
    def tag(ticket):
        """The number of its last transaction."""
        return f'"{ticket.history[-1]["id"]}"'

    def link(self, kind, one):
        return {"type": kind, "id": str(one), "_url": f"{self.url}/REST/2.0/{kind}/{one}"}

    def ref(self, kind, one):
        return f"{self.url}/REST/2.0/{kind}/{one}"

    # ---- tickets ------------------------------------------------------------------------

    def view(self, t):
        resolved = next((h["at"] for h in reversed(t.history) if h["what"] == "status" and h["new"] == "resolved"), None)
        return {
            "id": int(t.id), "Type": "ticket", "Subject": t.title, "Status": t.status, "Priority": str(t.priority), "InitialPriority": "0",
            "FinalPriority": "0", "Queue": self.link("queue", self.queues.get(t.extra.get("queue", "General"), "1")),
            "Owner": self.link("user", t.extra.get("owner", "Nobody")), "Creator": self.link("user", t.by), "LastUpdatedBy": self.link("user", t.updated_by),
            "Requestor": [self.link("user", t.extra["requestor"])] if t.extra.get("requestor") else [], "Cc": [], "AdminCc": [],
            "Created": iso(t.created), "LastUpdated": iso(t.updated), "Starts": NEVER, "Started": NEVER, "Due": NEVER,
            "Resolved": iso(resolved) if resolved else NEVER, "TimeWorked": "0", "TimeLeft": "0", "TimeEstimated": "0",
            "CustomFields": [dict(self.link("customfield", 2), name=self.custom_field, values=[t.number] if t.number else [])],
            "EffectiveId": self.link("ticket", t.id), "_hyperlinks": self.hyperlinks(t)}

    def hyperlinks(self, t):
        out = [dict(self.link("ticket", t.id), id=int(t.id), ref="self"), {"ref": "history", "_url": self.ref("ticket", t.id) + "/history"},
               {"ref": "correspond", "_url": self.ref("ticket", t.id) + "/correspond"},
               {"ref": "comment", "_url": self.ref("ticket", t.id) + "/comment"}]
        return out + [{"ref": "lifecycle", "from": t.status, "to": s, "label": s.title(), "update": "Respond"} for s in STATES if s != t.status]

    @route("GET", "/REST/2.0/rt", "other")
    def version(self, request):
        return Response(200, {"Version": "5.0.3", "Plugins": []})

    @route("GET", r"/REST/2.0/queue/([^/]+)", "other")
    def queue(self, request, word):
        name = next((q for q, n in self.queues.items() if unquote(word) in (q, n)), None)
        if name is None:
            return self.not_found()
        return Response(200, {"id": int(self.queues[name]), "Name": name, "Lifecycle": "default", "Description": "", "Disabled": "0"})

    @route("POST", "/REST/2.0/ticket", "create")
    def create(self, request):
        body = request.json()
        if body.get("Queue") not in self.queues and str(body.get("Queue")) not in self.queues.values():
            return Response(403, {"message": f"No permission to create tickets in the queue '{body.get('Queue')}'"})
        fields = body.get("CustomFields") or {}
        ticket = self.book.create(self.account, body.get("Subject") or "(No subject)", body.get("Content") or "", self.initial,
                                  str(body.get("Priority", "0")), str(fields.get(self.custom_field) or ""), queue=body["Queue"],
                                  requestor=body.get("Requestor"))
        if body.get("Status") in STATES:
            self.update(ticket, self.account, status=body["Status"])
        return Response(201, self.link("ticket", ticket.id), [("Location", f"/REST/2.0/ticket/{ticket.id}")])

    @route("GET", r"/REST/2.0/ticket/(\d+)", "fetch")
    def fetch(self, request, tid):
        ticket = self.ticket_or_404(tid)
        return Response(200, self.expanded(request, self.view(ticket)), [("ETag", self.tag(ticket)), ("Last-Modified", iso(ticket.updated))])

    @route("PUT", r"/REST/2.0/ticket/(\d+)", "update")
    def put(self, request, tid):
        ticket, body = self.ticket_or_404(tid), request.json()
        if request.header("if-match") and request.header("if-match") != self.tag(ticket):
            return Response(412, {"message": "Precondition Failed"})
        said = []
        if "MergeInto" in body:
            self.book.merge(ticket, self.ticket_or_404(str(body["MergeInto"])), self.account)
            return Response(200, ["Merge Successful"])
        if "Status" in body:
            said += self.set_status(ticket, body["Status"])
        if "Priority" in body and str(body["Priority"]) != str(ticket.priority):
            said.append(f"Ticket {tid}: Priority changed from '{ticket.priority}' to '{body['Priority']}'")
            self.update(ticket, self.account, priority=str(body["Priority"]))
        if body.get("Subject") not in (None, ticket.title):
            said.append(f"Ticket {tid}: Subject changed")
            self.update(ticket, self.account, title=body["Subject"])
        number = (body.get("CustomFields") or {}).get(self.custom_field)
        if number is not None and number != ticket.number:
            said.append(f"{self.custom_field} {number} added")
            self.update(ticket, self.account, number=number)
        return Response(200, said)

    def set_status(self, ticket, status):
        if status not in STATES:
            return [f"Ticket {ticket.id}: Status '{status}' isn't a valid status for this ticket."]
        if status == ticket.status:
            return []
        said = [f"Ticket {ticket.id}: Status changed from '{ticket.status}' to '{status}'"]
        self.update(ticket, self.account, status=status)
        return said

    # ---- words --------------------------------------------------------------------------

    def say(self, request, tid, internal):
        ticket, body = self.ticket_or_404(tid), request.json()
        if not body.get("ContentType"):
            return Response(400, {"message": "ContentType is a required field"})
        comment = self.book.comment(ticket, self.account, body.get("Content") or "", internal)
        said = ["Comments added" if internal else "Correspondence added"]
        if not internal and ticket.status in ("new", "stalled", "resolved"):
            self.update(ticket, self.account, status="open")  # a scrip does so
        if body.get("Status"):
            said += self.set_status(ticket, body["Status"])
        number = next(h["id"] for h in reversed(ticket.history) if h["what"] == "comment" and h["comment"] == comment.id)
        return Response(201, said, [("Location", f"/REST/2.0/transaction/{number}")])

    @route("POST", r"/REST/2.0/ticket/(\d+)/correspond", "comment")
    def correspond(self, request, tid):
        return self.say(request, tid, False)

    @route("POST", r"/REST/2.0/ticket/(\d+)/comment", "comment")
    def comment(self, request, tid):
        return self.say(request, tid, True)

    def person_does(self, what, ticket, by, one):
        out = super().person_does(what, ticket, by, one)
        if what == "comment" and not one.get("internal") and ticket.status in ("stalled", "resolved"):
            self.book.change(ticket, by, status="open")
        return out

    def transactions(self, ticket):
        """Comments that were edited or deleted do not exist in RT; a deleted one is gone."""
        comments = {c.id: c for c in ticket.comments}
        for h in ticket.history:
            row = self.transaction_of(h, comments.get)
            if row:
                yield row

    @staticmethod
    def transaction_of(h, comment_of):
        comment = comment_of(h["comment"]) if h["what"] == "comment" else None
        if comment is not None and not comment.deleted:
            return h, "Comment" if comment.internal else "Correspond", comment
        return (h, TYPE[h["what"]], None) if h["what"] in TYPE else None

    def transaction_row(self, ticket, h, kind):
        return {"id": str(h["id"]), "type": "transaction", "_url": self.ref("transaction", h["id"]), "Type": kind, "Creator": self.link("user", h["by"]),
                "Created": iso(h["at"]), "Field": FIELD.get(h["what"], ""), "OldValue": str(h["old"] or "") if h["what"] in FIELD else "",
                "NewValue": str(h["new"] or "") if h["what"] in FIELD else "", "Content": "", "Description": "",
                "ObjectType": "RT::Ticket", "ObjectId": ticket.id, "Object": self.link("ticket", ticket.id)}

    def fields(self, request, row):
        """Without `fields` only id, type and _url."""
        wanted = [w for key, value in request.pairs if key == "fields" for w in value.split(",")]
        out = {name: row[name] for name in ("id", "type", "_url") if name in row}
        for name in wanted:
            if name in row:
                out[name] = row[name]
        return self.expanded(request, out)

    def expanded(self, request, row):
        """fields[Owner]=RealName adds that to the link."""
        for key, more in request.pairs:
            name = key[7:-1] if key.startswith("fields[") else None
            if name and isinstance(row.get(name), dict):
                queue = next((q for q, n in self.queues.items() if n == row[name]["id"]), row[name]["id"])
                row = dict(row, **{name: dict(row[name], **{more: queue if name == "Queue" else row[name]["id"]})})
        return row

    def listing(self, request, rows):
        size = max(1, min(int(request.query("per_page", "20")), self.page_max))
        page = max(1, int(request.query("page", "1")))
        part = rows[:size] if self.repeat_page else rows[(page - 1) * size:page * size]
        if self.shuffle_pages:
            part = sorted(part, key=lambda r: hash((r["id"], self.n_requests)))
        pages = max(1, -(-len(rows) // size))
        out = {"count": len(part), "total": len(rows), "page": page, "pages": pages, "per_page": size,
               "items": [self.fields(request, row) for row in part]}
        if page < pages or self.repeat_page:
            query = "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in request.pairs if k != "page")
            out["next_page"] = f"{self.url}{request.path}?{query}&page={page + 1}"
        return Response(200, out)

    @route("GET", r"/REST/2.0/ticket/(\d+)/history", "fetch")
    def history(self, request, tid):
        ticket = self.ticket_or_404(tid)
        rows = [self.transaction_row(ticket, h, kind) for h, kind, _ in self.transactions(ticket)]
        return self.listing(request, self.sorted(request, rows))

    def find_transaction(self, number):
        for ticket in self.book.all():
            for h in ticket.history[self.counted.get(ticket.id, 0):]:
                self.by_number[str(h["id"])] = (ticket, h)
            self.counted[ticket.id] = len(ticket.history)
        ticket, h = self.by_number.get(number, (None, None))
        row = self.transaction_of(h, lambda cid: ticket.comment(cid)) if h and not ticket.deleted else None
        if row:
            return ticket, *row
        raise Refused(404, {"message": "Not Found"})

    @route("GET", r"/REST/2.0/transaction/(\d+)", "fetch")
    def transaction(self, request, number):
        ticket, h, kind, comment = self.find_transaction(number)
        row = self.transaction_row(ticket, h, kind)
        row["id"] = int(row["id"])
        row["_hyperlinks"] = [dict(self.link("transaction", number), ref="self")]
        if comment or kind == "Create":
            row["_hyperlinks"].append({"ref": "attachment", "_url": self.ref("attachment", number)})
        return Response(200, row)

    def attachment_row(self, number, comment, ticket):
        words = self.words_of(comment, ticket)
        return {"id": number, "type": "attachment", "_url": self.ref("attachment", number), "TransactionId": number,
                "ContentType": "text/html" if comment and comment.rich else "text/plain",
                "Filename": "", "ContentLength": str(len(words.encode()))}

    @staticmethod
    def words_of(comment, ticket):
        return (comment.rich or comment.body) if comment else ticket.text

    @route("GET", r"/REST/2.0/attachment/(\d+)", "fetch")
    def attachment(self, request, number):
        ticket, h, kind, comment = self.find_transaction(number)
        out = dict(self.attachment_row(number, comment, ticket), id=int(number), TransactionId=self.link("transaction", number), Parent="0", Subject="",
                   Created=iso(h["at"]), Creator=self.link("user", h["by"]), Headers="Content-Type: text/plain; charset=\"utf-8\"",
                   Content=base64.encodebytes(self.words_of(comment, ticket).encode()).decode())
        return Response(200, self.expanded(request, out))

    def attachment_rows(self, ticket):
        return [dict(self.attachment_row(str(h["id"]), c, ticket), Created=iso(h["at"])) for h, kind, c in self.transactions(ticket)
                if c or kind == "Create"]

    @route("GET", r"/REST/2.0/ticket/(\d+)/attachments", "fetch")
    def attachments(self, request, tid):
        return self.listing(request, self.attachment_rows(self.ticket_or_404(tid)))

    @route("POST", "/REST/2.0/attachments", "search")
    def attachment_search(self, request):
        """A JSON search: values of one field are alternatives, fields hold together."""
        wanted = {}
        for one in request.json():
            wanted.setdefault(one["field"], set()).add(str(one["value"]))
        rows = []
        for ticket in self.book.all():
            for h, kind, c in self.transactions(ticket):
                row = self.attachment_row(str(h["id"]), c, ticket)
                if (c or kind == "Create") and all(str(row.get(name)) in values for name, values in wanted.items()):
                    rows.append(dict(row, Content=self.words_of(c, ticket)))
        return self.listing(request, rows)

    @route("GET", r"/REST/2.0/transaction/(\d+)/attachments", "fetch")
    def transaction_attachments(self, request, number):
        ticket, h, kind, comment = self.find_transaction(number)
        rows = [dict(self.attachment_row(number, comment, ticket), Created=iso(h["at"]))]
        return self.listing(request, rows if comment or kind == "Create" else [])

    # ---- searches -----------------------------------------------------------------------

    def ticket_field(self, t, field, op, value):
        name = field.strip("'").lower()
        if name in ("lastupdated", "created", "resolved", "told"):
            return compare((t.updated if name != "created" else t.created) // 1000, op, parse_date(value) - self.zone)
        if name.startswith("cf.") or name.startswith("customfield."):
            return compare(t.number, op, value)
        if name == "queue" and value in self.queues.values():
            value = next(q for q, n in self.queues.items() if n == value)
        if name in ("content", "fulltext"):
            return any(compare(words, op, value) for words in [t.text, *[c.body for c in t.comments]])
        have = {"id": t.n, "status": t.status, "subject": t.title, "priority": t.priority, "queue": t.extra.get("queue", "General"),
                "creator": t.by, "owner": t.extra.get("owner", "Nobody"), "lastupdatedby": t.updated_by}
        if name not in have:
            raise Bad(f"Unknown field: {field}")
        return compare(have[name], op, self.who(name, value))

    def transaction_field(self, row, field, op, value):
        name = field.lower()
        if name == "created":
            return compare(parse_date(row["Created"]), op, parse_date(value) - self.zone)
        have = {"id": int(row["id"]), "objecttype": row["ObjectType"], "type": row["Type"], "objectid": int(row["ObjectId"]),
                "ticketid": int(row["ObjectId"]), "creator": row["Creator"]["id"], "ticketqueue": row["queue"], "field": row["Field"], "content": row.get("words", "")}
        if name not in have:
            raise Bad(f"Unknown field: {field}")
        if name == "ticketqueue" and value in self.queues.values():
            value = next(q for q, n in self.queues.items() if n == value)
        return compare(have[name], op, self.who(name, value))

    def who(self, name, value):
        return self.account.name if name == "creator" and value == "__CurrentUser__" else value

    def sorted(self, request, rows):
        """By the last `orderby` first: sorts are stable."""
        fields = [value for key, value in request.pairs if key == "orderby"]
        orders = [value for key, value in request.pairs if key == "order"]
        for n, field in reversed(list(enumerate(fields))):
            down = n < len(orders) and orders[n].upper() == "DESC"
            rows = sorted(rows, key=lambda r: int(r["id"]) if field == "id" else r.get(field, ""), reverse=down)
        return rows

    @route("GET", "/REST/2.0/tickets", "poll")
    def tickets(self, request):
        try:
            query = Query(request.query("query", "id > 0"))
            found = [t for t in self.book.all() if t.status != "deleted" and query.holds(lambda f, op, v, t=t: self.ticket_field(t, f, op, v))]
        except (Bad, KeyError) as wrong:
            return Response(400, {"message": f"DBIx::SearchBuilder: {wrong}"})
        rows = [dict(self.view(t), id=t.id, type="ticket", _url=self.ref("ticket", t.id)) for t in found]
        return self.listing(request, self.sorted(request, rows))

    @route("GET", "/REST/2.0/transactions", "poll")
    def transaction_list(self, request):
        rows = [dict(self.transaction_row(t, h, kind), words=c.body if c else "", queue=t.extra.get("queue", "General"))
                for t in self.book.order if not t.deleted for h, kind, c in self.transactions(t)]
        try:
            query = Query(request.query("query", "id > 0"))
            rows = [r for r in rows if query.holds(lambda f, op, v, r=r: self.transaction_field(r, f, op, v))]
        except (Bad, KeyError) as wrong:
            return Response(400, {"message": f"DBIx::SearchBuilder: {wrong}"})
        return self.listing(request, self.sorted(request, sorted(rows, key=lambda r: int(r["id"]))))
