# SPDX-License-Identifier: Apache-2.0
"""What a tool keeps: tickets, comments, who did what when. Every tool's own shape is made from it."""
import time


class Clock:
    """The tool's clock: may be wrong (skew_ms) and coarse (grain_ms: many changes get the same stamp)."""

    def __init__(self):
        self.skew_ms, self.grain_ms = 0, 1

    def now(self):
        ms = time.time_ns() // 1_000_000 + self.skew_ms
        return ms - ms % self.grain_ms


def iso(ms, fraction=False):
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000))
    return whole + (f".{ms % 1000:03d}Z" if fraction else "Z")


class Comment:
    __slots__ = ("id", "body", "internal", "by", "created", "updated", "deleted", "seq", "key", "edits", "rich", "via")

    def __init__(self, **values):
        self.deleted, self.key, self.edits, self.rich, self.via = False, None, [], None, None
        for name, value in values.items():
            setattr(self, name, value)

    def view(self):
        return {name: getattr(self, name) for name in self.__slots__}


class Ticket:
    __slots__ = ("id", "key", "title", "text", "status", "priority", "number", "created", "updated", "version", "by", "updated_by",
                 "deleted", "merged", "extra", "comments", "history", "n")

    def __init__(self, **values):
        self.deleted, self.merged, self.extra, self.comments, self.history = False, None, {}, [], []
        for name, value in values.items():
            setattr(self, name, value)

    def comment(self, cid):
        return next((c for c in self.comments if c.id == str(cid) and not c.deleted), None)

    def view(self):
        out = {name: getattr(self, name) for name in self.__slots__ if name != "comments"}
        out["comments"] = [c.view() for c in self.comments]
        return out


class Person:
    """Who does something in the tool. The account of Entente there is one of them."""
    __slots__ = ("id", "name")

    def __init__(self, id, name):
        self.id, self.name = id, name


class Book:
    """`on_change(what, ticket, comment, by)` is called after each change: created, changed, deleted, merged, comment,
    comment_edited, comment_deleted. While `undo` is a list, changes can be taken back and nobody is told."""

    def __init__(self, clock, ids, on_change):
        self.clock, self.ids, self.on_change = clock, ids, on_change
        self.tickets = {}
        self.order = []  # tickets as they were made
        self.seq = self.n_tickets = self.n_comments = self.n_history = 0
        self.undo = None
        self.people = {}

    def person(self, name):
        """People are made as they are named."""
        if name not in self.people:
            self.people[name] = Person(str(100 + len(self.people)), name)
        return self.people[name]

    def find(self, tid):
        """Follows merges, as tools do that answer with the ticket it went into."""
        ticket = self.tickets.get(str(tid))
        while ticket is not None and ticket.merged:
            ticket = self.tickets.get(ticket.merged)
        return ticket if ticket is not None and not ticket.deleted else None

    def all(self):
        return [t for t in self.order if not t.deleted and not t.merged]

    def _note(self, ticket, by, what, old=None, new=None, comment=None):
        self.n_history += 1
        self.seq += 1
        ticket.history.append({"id": self.n_history, "seq": self.seq, "at": ticket.updated, "by": by.name, "what": what, "old": old,
                               "new": new, "comment": comment})

    def _touch(self, ticket, by):
        ticket.version += 1
        ticket.updated = max(ticket.updated, self.clock.now())
        ticket.updated_by = by.name

    def _tell(self, what, ticket, comment, by):
        if self.undo is None:
            self.on_change(what, ticket, comment, by)

    def _can_undo(self, take_back):
        if self.undo is not None:
            self.undo.append(take_back)

    def roll_back(self):
        for take_back in reversed(self.undo or []):
            take_back()
        self.undo = None

    # ---- changes ----------------------------------------------------------------

    def create(self, by, title, text="", status=None, priority=None, number="", **extra):
        self.n_tickets += 1
        now = self.clock.now()
        tid, key = self.ids(self.n_tickets)
        ticket = Ticket(id=tid, key=key, title=title, text=text, status=status, priority=priority, number=number, created=now, updated=now,
                        version=1, by=by.name, updated_by=by.name, n=self.n_tickets)
        ticket.extra.update(extra)
        self.tickets[tid] = ticket
        self.order.append(ticket)
        self._note(ticket, by, "created")

        def take_back():
            del self.tickets[tid]
            self.order.remove(ticket)
        self._can_undo(take_back)
        self._tell("created", ticket, None, by)
        return ticket

    def change(self, ticket, by, **values):
        """Attributes and extra ones; what is the same changes nothing."""
        before = {}
        for name, value in values.items():
            is_own = name in Ticket.__slots__
            old = getattr(ticket, name) if is_own else ticket.extra.get(name)
            if old == value:
                continue
            before[name] = old
            setattr(ticket, name, value) if is_own else ticket.extra.__setitem__(name, value)
        if not before:
            return before
        stamp = (ticket.version, ticket.updated, ticket.updated_by, len(ticket.history))
        self._touch(ticket, by)
        for name, old in before.items():
            self._note(ticket, by, name, old, values[name])

        def take_back():
            for name, old in before.items():
                setattr(ticket, name, old) if name in Ticket.__slots__ else ticket.extra.__setitem__(name, old)
            ticket.version, ticket.updated, ticket.updated_by = stamp[:3]
            del ticket.history[stamp[3]:]
        self._can_undo(take_back)
        self._tell("changed", ticket, None, by)
        return before

    def comment(self, ticket, by, body, internal, key=None, **more):
        """more: `rich`, the words in the tool's own form, where it tells another one than text; `via`, what made it."""
        self.n_comments += 1
        stamp = (ticket.version, ticket.updated, ticket.updated_by, len(ticket.history))
        self._touch(ticket, by)
        now = self.clock.now()
        comment = Comment(id=str(self.n_comments + 40), body=body, internal=bool(internal), by=by.name, created=now, updated=now,
                          seq=self.seq + 1, key=key, **more)
        ticket.comments.append(comment)
        self._note(ticket, by, "comment", comment=comment.id)

        def take_back():
            ticket.comments.remove(comment)
            ticket.version, ticket.updated, ticket.updated_by = stamp[:3]
            del ticket.history[stamp[3]:]
        self._can_undo(take_back)
        self._tell("comment", ticket, comment, by)
        return comment

    def edit_comment(self, ticket, by, comment, body=None, internal=None):
        comment.edits.append(comment.body)
        comment.body = comment.body if body is None else body
        comment.internal = comment.internal if internal is None else internal
        self._touch(ticket, by)
        comment.updated = self.clock.now()
        self._note(ticket, by, "comment_edited", comment=comment.id)
        self._tell("comment_edited", ticket, comment, by)

    def delete_comment(self, ticket, by, comment):
        comment.deleted = True
        self._touch(ticket, by)
        self._note(ticket, by, "comment_deleted", comment=comment.id)
        self._tell("comment_deleted", ticket, comment, by)

    def delete(self, ticket, by):
        ticket.deleted = True
        self._touch(ticket, by)
        self._note(ticket, by, "deleted")
        self._tell("deleted", ticket, None, by)

    def move(self, ticket, by, **extra):
        """It goes on as another one, in another place: its words are there, the old one is a sign that points to it."""
        self.n_tickets += 1
        tid, key = self.ids(self.n_tickets)
        new = Ticket(id=tid, key=key, title=ticket.title, text=ticket.text, status=ticket.status, priority=ticket.priority, number=ticket.number,
                     created=ticket.created, updated=ticket.updated, version=1, by=ticket.by, updated_by=by.name, n=self.n_tickets)
        new.extra.update(ticket.extra, **extra)
        new.comments += ticket.comments
        self.tickets[tid] = new
        self.order.append(new)
        self._note(new, by, "created")
        self._touch(new, by)
        ticket.merged = tid
        self._tell("moved", ticket, None, by)
        return new

    def merge(self, ticket, into, by):
        ticket.merged = into.id
        self._touch(ticket, by)
        self._note(ticket, by, "merged", new=into.id)
        for comment in ticket.comments:
            into.comments.append(comment)
        self._touch(into, by)
        self._tell("merged", ticket, None, by)
        self._tell("changed", into, None, by)
