# SPDX-License-Identifier: Apache-2.0
"""What all simulated tools share: routes, accounts, the log of every byte, people who act."""
import asyncio
import base64
import collections
import json
import re
import time
import uuid
from email.utils import formatdate
from urllib.parse import parse_qs

from .book import Book, Clock, Person
from .hooks import Hooks
from .misbehave import Faults, act
from .wire import Response, Server


def route(method, pattern, kind):
    """Marks a method of a tool: METHOD /path/(\\d+) is its business, and what kind of request that is."""
    def mark(function):
        function.routes = [*getattr(function, "routes", ()), (method, re.compile(pattern + r"\Z"), kind)]
        return function
    return mark


class Refused(Exception):
    """An answer that is no success, from deep inside."""

    def __init__(self, status, body=b"", headers=(), kind="application/json"):
        super().__init__(str(status))
        self.response = Response(status, body, headers, kind)


class Tool:
    name = "tool"
    initial, priority = "new", ""      # of a ticket that says nothing
    closed = ()                        # its words of what is over
    account_id, account_name = "2", "entente"
    auth = "bearer"                    # basic, bearer, oauth2, header:NAME
    connect = None                     # how tests/federation connects it to a broker, see its kit/tools.py; None: it does not

    def __init__(self, supplier, settings, log=None, ssl=None):
        self.supplier, self.log_file = supplier, log
        self.clock = Clock()
        self.book = Book(self.clock, self.ids, self.told)
        self.faults = Faults()
        self.hooks = Hooks(supplier)
        self.account = Person(self.account_id, self.account_name)
        self.counts = collections.Counter()
        self.n_requests = 0
        self.tokens = set()
        self.times = collections.deque(maxlen=200_000)  # (when, kind, key of what it was about) of each request
        self.most_at_once = self.under_way = 0
        self.delay_ms = 0
        self.kind_class = "A"
        self.page_max = 100
        self.search_lag_ms = 0  # how long its index does not show a new ticket or comment
        self.epoch, self.refuses_tokens = 0, False  # tokens of an older one are refused
        self.shuffle_pages = self.repeat_page = self.token_fails = self.revoked = False
        self.credential = self.secret = None
        self.locked = set()  # tickets that take no words and no changes
        self.read_only = set()  # attributes that are taken with a 200 and not written
        self.server = Server(self.take, settings.get("port", 0), ssl)
        self.set(settings)
        self.table = []
        for member in dir(type(self)):
            for method, pattern, kind in getattr(getattr(type(self), member), "routes", ()):
                self.table.append((method, pattern, kind, getattr(self, member)))

    def set(self, settings):
        """What the control's `set` takes, and a row of the configuration."""
        for name in ("delay_ms", "page_max", "search_lag_ms", "shuffle_pages", "repeat_page", "token_fails", "revoked", "credential", "secret", "auth"):
            if name in settings:
                setattr(self, name, settings[name])
        self.kind_class = settings.get("class", self.kind_class)
        self.read_only = set(settings.get("read_only", self.read_only))
        self.clock.skew_ms = settings.get("skew_ms", self.clock.skew_ms)
        self.clock.grain_ms = settings.get("grain_ms", self.clock.grain_ms)
        self.hooks.url = settings.get("webhook", self.hooks.url)
        self.server.no_continue = settings.get("no_continue", self.server.no_continue)
        if "hooks" in settings:
            self.hooks.settings(**settings["hooks"])
        self.refuses_tokens = settings.get("refuse_tokens", self.refuses_tokens)
        if settings.get("expire_tokens"):
            self.tokens.clear()
        self.more_settings(settings)

    # ---- what a tool says by itself; each one overrides some ----------------------------

    def more_settings(self, settings):
        pass

    def ids(self, n):
        return str(n), None

    keeps_events = False  # it tells its webhooks when it is asked, too

    def told(self, what, ticket, comment, by):
        if self.hooks.is_on or self.keeps_events:
            self.changed(what, ticket, comment, by)

    def changed(self, what, ticket, comment, by):
        """A webhook, where the tool has them."""

    def indexed(self, row):
        """Does its search index show this ticket or comment already?"""
        return row.created + self.search_lag_ms <= self.clock.now()

    def not_found(self):
        return Response(404, {"message": "Not Found"})

    def unauthorized(self):
        return Response(401, {"message": "Unauthorized"})

    def bad_json(self):
        return Response(400, {"message": "Problems parsing JSON"})

    # What it says of a locked ticket, when it is asked too often, of a page token that it does not know any more, and behind a list
    # that breaks off.
    lock_answer = (403, {"message": "this ticket is locked"})
    limit_answer = (429, {"message": "Too Many Requests"})
    token_answer = (400, {"message": "the page token has expired"})
    broken_words = {"error": "the list breaks off here"}

    def merged(self, ticket, into, by):
        self.book.merge(ticket, into, by)

    # ---- a request ----------------------------------------------------------------------

    @property
    def url(self):
        return f"{'https' if self.server.ssl else 'http'}://127.0.0.1:{self.server.port}"

    def kind_of(self, request):
        for method, pattern, kind, function in self.table:
            if method == request.method:
                match = pattern.match(request.path)
                if match:
                    return kind, function, match.groups()
        return "other", None, ()

    def take(self, request, connection):
        kind, _, groups = self.kind_of(request)
        self.n_requests += 1
        self.counts[kind] += 1
        now = time.time()
        self.times.append((now, kind, groups[0] if groups else ""))
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        rule = self.faults.pick(kind, request)
        if self.log_file:
            self.log({"t": round(now, 6), "n": self.n_requests, "kind": kind, "fault": rule.spec["do"] if rule else None,
                      "head": request.head.decode("utf-8", "backslashreplace"), "body": request.body.decode("utf-8", "backslashreplace")})
        if rule is not None:
            asyncio.ensure_future(self._act(rule, kind, request, connection))
        elif self.hooks.before_answer:
            asyncio.ensure_future(self._hooks_first(kind, request, connection))
        else:
            response = self.process(kind, request)
            if self.delay_ms:
                asyncio.get_running_loop().call_later(self.delay_ms / 1000, self._answer, response, connection)
            else:
                self._answer(response, connection)

    def _answer(self, response, connection):
        self.under_way -= 1
        connection.answer(response)

    async def _act(self, rule, kind, request, connection):
        try:
            await act(self, rule, kind, request, connection)
        finally:
            self.under_way -= 1

    async def _hooks_first(self, kind, request, connection):
        response = self.process(kind, request)
        await self.hooks.flush()
        self._answer(response, connection)

    def log(self, line):
        self.log_file.write(json.dumps(dict(supplier=self.supplier, **line), ensure_ascii=False) + "\n")

    def process(self, _, request):
        """As a healthy tool does."""
        response = self._process(request)
        response.headers.append(("Date", formatdate(self.clock.now() / 1000, usegmt=True)))
        return response

    def _process(self, request):
        kind, function, groups = self.kind_of(request)
        try:
            if kind != "token" and not self.authorized(request):
                return self.unauthorized()
            if function is None:
                return self.not_found()
            if kind in ("update", "comment") and any(getattr(self.book.find(self.book_id(g)), "id", None) in self.locked for g in groups if g):
                return Response(*self.lock_answer)
            return function(request, *groups)
        except Refused as refused:
            return refused.response
        except ValueError:
            return self.bad_json()

    def authorized(self, request):
        if self.revoked:
            return False
        if self.credential is None:
            return True
        given = request.header("authorization")
        if self.auth == "oauth2":
            return given.startswith("Bearer ") and given[7:] in self.tokens
        if self.auth == "basic":
            return given == "Basic " + base64.b64encode(self.credential.encode()).decode()
        if self.auth.startswith("header:"):
            return request.header(self.auth[7:].lower()) == self.credential
        return given == f"Bearer {self.credential}"

    @route("POST", r"/oauth(?:/token|_token\.do)", "token")
    def token(self, request):
        """Client credentials; `token_fails` and `revoked` refuse them."""
        form = {k: v[-1] for k, v in parse_qs(request.body.decode()).items()}
        basic = request.header("authorization")
        pair = base64.b64decode(basic[6:]).decode() if basic.startswith("Basic ") else f"{form.get('client_id')}:{form.get('client_secret')}"
        if self.token_fails or self.revoked or (self.credential and pair != self.credential):
            return Response(401 if basic else 400, {"error": "invalid_client", "error_description": "simulated"})
        token = f"tok-{uuid.uuid4().hex}"
        self.tokens.add(token)
        return Response(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    # ---- help for the tools ---------------------------------------------------------------

    def ticket_or_404(self, tid):
        ticket = self.book.find(tid)
        if ticket is None:
            raise Refused(404, self.not_found().body)
        return ticket

    def page(self, rows, first, count):
        """A page of a list, as the tool pages it when it is asked to misbehave, too."""
        part = rows[:count] if self.repeat_page else rows[first:first + count]
        if self.shuffle_pages:
            part = sorted(part, key=lambda t: hash((t.id, self.n_requests)))
        return part

    def page_token(self, word):
        return f"{word}.{self.epoch}"

    def token_word(self, token):
        """Of a token that was given out; refused when it is of before `refuse_tokens`."""
        word, _, epoch = token.rpartition(".")
        if self.refuses_tokens:
            self.refuses_tokens, self.epoch = False, self.epoch + 1
        if epoch != str(self.epoch):
            raise Refused(*self.token_answer)
        return word

    def update(self, ticket, by, **values):
        """Without what is `read_only` here: it is answered with success and not done."""
        return self.book.change(ticket, by, **{k: v for k, v in values.items() if k not in self.read_only})

    def text_of(self, ticket):
        return [ticket.title, ticket.text, *[c.body for c in ticket.comments if not c.deleted]]

    # ---- people ---------------------------------------------------------------------------

    def people_act(self, acts, request=None):
        """[{"act": "comment", "ticket": id or "$ticket" (the request's), ...}]; gives what each made."""
        out = []
        for one in acts:
            one = dict(one)
            act_name = one.pop("act")
            by = self.account if one.get("by") == "$account" else self.book.person(one.pop("by", "Ines"))
            one.pop("by", None)
            if act_name == "open":
                out.append(self.opened(by, one))
                continue
            if one.get("ticket") == "$ticket":
                one["ticket"] = next((g for g in self.kind_of(request)[2] if g and self.book.find(self.book_id(g))), None)
            ticket = self.book.find(self.book_id(one.pop("ticket"))) if one.get("ticket") is not None else None
            if ticket is None:
                out.append({"error": "no such ticket"})
                continue
            out.append(self.person_does(act_name, ticket, by, one))
        return out

    def book_id(self, word):
        """The id in the book of what stands in a path: the tool's id or key."""
        return word

    def opened(self, by, one):
        extra = one.pop("extra", {})
        ticket = self.book.create(by, one.get("title", "Untitled"), one.get("text", ""), one.get("status") or self.initial,
                                  one.get("priority") or self.priority, one.get("number", ""), **extra)
        return {"id": ticket.id, "key": ticket.key}

    def person_does(self, what, ticket, by, one):
        if what == "comment":
            more = {"rich": one["rich"]} if one.get("rich") else {}
            return {"id": self.book.comment(ticket, by, one["body"], one.get("internal", False), **more).id}
        if what == "change":
            self.book.change(ticket, by, **one)
            return {"version": ticket.version}
        if what == "tell":
            self.hooks.forced = True
            self.changed("changed", ticket, None, by)
            self.hooks.forced = False
            return {}
        if what == "delete":
            self.book.delete(ticket, by)
            return {}
        if what in ("lock", "unlock"):
            (self.locked.add if what == "lock" else self.locked.discard)(ticket.id)
            return {}
        if what == "merge":
            self.merged(ticket, self.book.find(self.book_id(one["into"])), by)
            return {}
        if what == "transfer":
            return {"id": self.book.move(ticket, by, **one).id}
        comment = ticket.comment(one.get("comment")) if one.get("comment") != "$last" else \
            next((c for c in reversed(ticket.comments) if not c.deleted), None)
        if comment is None:
            return {"error": "no such comment"}
        if what == "edit_comment":
            self.book.edit_comment(ticket, by, comment, one.get("body"), one.get("internal"))
        elif what == "delete_comment":
            self.book.delete_comment(ticket, by, comment)
        else:
            raise ValueError(f"act: {what!r} is none")
        return {}
