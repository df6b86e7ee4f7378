# SPDX-License-Identifier: Apache-2.0
"""The story itself: an incident that travels between four suppliers with four different tools. Each step is something
that a tool sends in its own words, that we do, or that people at Delta's desk do (desk.py plays its tool), and what
has to come of it. No I/O here."""
import json
import time
from dataclasses import dataclass, field

from hooks import signed_jira, signed_native, signed_servicenow

NORTH, ORION, VEGA, DELTA = "north", "orion", "vega", "delta"
CONNECTOR = {NORTH: "native", ORION: "servicenow", VEGA: "jira", DELTA: "native"}
TITLE = {NORTH: "North Facilities", ORION: "Orion IT", VEGA: "Vega Networks", DELTA: "Delta Doors"}
SIGN = {NORTH: signed_native, ORION: signed_servicenow, VEGA: signed_jira}


@dataclass
class Step:
    """A webhook of a supplier's tool."""
    words: str
    supplier: str
    delivery_id: str
    body: bytes
    events: list = field(default_factory=list)  # types without prefix and version, in order
    status: int = 202
    forged: bool = False
    lost: bool = False  # Delta's next answer does not arrive


@dataclass
class Ours:
    """A command that we type."""
    words: str
    arguments: list
    events: list


@dataclass
class There:
    """What people do at Delta's desk."""
    words: str
    method: str
    path: str
    body: str
    events: list


class Clock:
    """Times of the story: it began an hour ago and took place in steps of five minutes."""

    def __init__(self):
        self.at = time.time() - 3600

    def tick(self):
        self.at += 300
        return self.at

    def rfc3339(self):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.tick()))

    def servicenow(self):
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.tick()))

    def jira(self):
        return time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime(self.tick()))


def cloudevent(identity, kind, at, data):
    return json.dumps({"specversion": "1.0", "id": identity, "source": "https://desk.north.example",
                       "type": f"org.entente.supplier.{kind}.v1", "time": at, "data": data}).encode()


def record(mod_count, at, **fields):
    return json.dumps({"event": "incident.updated", "record": {
        "sys_id": "9d385017c611228701d22104cc95c371", "number": "INC0010023", "sys_class_name": "incident",
        "sys_mod_count": str(mod_count), "sys_updated_on": at, "sys_updated_by": "beth.anglin", **fields}}).encode()


def issue(event, at, fields, **more):
    return json.dumps({"webhookEvent": event, "user": {"accountId": "5f1a91", "displayName": "Bo Chen"}, **more,
                       "issue": {"id": "10017", "key": "NET-5", "self": "https://vega.example/rest/api/2/issue/10017",
                                 "fields": {**fields, "updated": at}}}).encode()


def in_jira(status, category, **more):
    return {"summary": "Controller of badge readers unreachable", "status": {"name": status, "statusCategory": {"key": category}},
            "priority": {"name": "High"}, **more}


def north_begins(clock):
    opened = clock.rfc3339()
    ticket = {"id": "4711", "title": "Badge readers dead at gate 4", "status": "new", "priority": "2",
              "description": "No light on any of the four readers.", "site": {"id": "LYS", "name": "Lyon Part-Dieu"},
              "requester": {"name": "Front desk"}, "opened_at": opened}
    yield Step("North Facilities' desk opens a ticket in its own tool.", NORTH, "msg-1",
               cloudevent("4711-1", "ticket.changed", opened, {"version": 1, "ticket": ticket}),
               ["incident.opened", "ticket.linked"])
    at = clock.rfc3339()
    comment = Step("North tells everyone what it saw (a public comment).", NORTH, "msg-2",
                   cloudevent("4711-2", "comment.added", at, {"ticket": {"id": "4711"}, "comment": {
                       "id": "c-1", "body": "Power is there, so it is not ours: the readers get no network.",
                       "visibility": "public", "author": {"id": "u-17", "name": "Mo Salah"}, "created_at": at}}),
                   ["comment.added"])
    yield comment
    yield Step("North's tool was not sure that it arrived and sends the same again: a repeat, nothing happens twice.",
               NORTH, comment.delivery_id, comment.body)
    yield Step("North hands the work to Orion IT. Who holds the ball changes.", NORTH, "msg-3",
               cloudevent("4711-3", "ticket.changed", clock.rfc3339(), {"version": 2, "ticket": {
                   "id": "4711", "status": "transferred", "transferred_to": TITLE[ORION]}}),
               ["ticket.changed", "incident.holder_changed"])


def orion_looks(clock, number):
    at = clock.servicenow()
    yield Step(f"Orion's ServiceNow has a record of its own now. {number} stands in it, and its setting is joins: anyone: it is the same incident. "
               "By default you would be asked.",
               ORION, "INC0010023.0",
               record(0, at, short_description="Badge readers gate 4", state="2", priority="3", correlation_id=number,
                      assigned_to={"value": "681ccaf9", "display_value": "Beth Anglin"}, opened_at=at),
               ["incident.shared", "ticket.linked", "incident.status_changed", "incident.holder_accepted"])
    at = clock.servicenow()
    yield Step("Orion writes one comment for everyone and one work note for itself.", ORION, "INC0010023.1",
               record(1, at,
                      comments=[{"sys_id": "j1", "element": "comments", "value": "The switch is up. Its uplink is dark.",
                                 "sys_created_on": at, "sys_created_by": "beth.anglin"}],
                      work_notes=[{"sys_id": "j2", "element": "work_notes", "value": "Third time this month, see contract 88-B.",
                                   "sys_created_on": at, "sys_created_by": "beth.anglin"}]),
               ["comment.added", "comment.added"])
    yield Step("Orion passes it on and names nobody, so it comes to us. Its own word for that, state 10, is in the supplier's map.", ORION,
               "INC0010023.2", record(2, clock.servicenow(), state="10"), ["ticket.changed", "incident.holder_changed"])


def vega_repairs(clock, number):
    yield Step(f"Vega's Jira has an issue with the label {number}, in progress: Vega takes the ball.", VEGA, "1795321200001",
               issue("jira:issue_created", clock.jira(), in_jira("In Progress", "indeterminate", labels=[number, "gate"])),
               ["incident.shared", "ticket.linked", "incident.holder_changed"])
    yield vega_says(clock, "1795321200002", "10500", "Uplink module replaced, three readers answer. The fourth has no lock any more.",
                    "Vega tells everyone what it did.", ["comment.added"])


def vega_says(clock, delivery_id, comment_id, text, words, events, **more):
    at = clock.jira()
    comment = {"id": comment_id, "author": {"accountId": "5f1a91", "displayName": "Bo Chen"}, "jsdPublic": True,
               "body": text, "created": at, "updated": at}
    return Step(words, VEGA, delivery_id, issue("comment_created", at, in_jira("In Progress", "indeterminate"), comment=comment),
                ["ticket.changed", *events], **more)


def delta_is_asked(clock, number):
    yield Ours("We share it with Delta Doors, who hold the ball from now on: our words become a ticket in Delta's tool, and "
               "the thread so far goes with it, as far as it is for everyone.",
               ["share", number, DELTA, "--escalate", "--with-history", "--what", "No lock at gate 4, reader 4",
                "--effect", "The gate stands open", "--wanted", "A new strike plate today"],
               ["incident.shared", "incident.holder_changed", "ticket.linked", *["delivery.done"] * 4])
    yield vega_says(clock, "1795321200003", "10501", "Port of reader 4 is up, it only misses the plate.",
                    "Vega adds a comment. Delta's tool takes it and its answer gets lost: it is sent again under the same id, "
                    "and stands there once.", ["comment.added", "delivery.done"], lost=True)
    yield Ours("We write to Delta alone. Delta's tool sends a webhook about it, as tools do: known again, nothing happens twice.",
               ["comment", number, "--audience", DELTA, "The key of the cabinet is at the front desk."],
               ["comment.added", "delivery.done"])
    yield There("Delta's people begin: they have accepted the ball.", "PUT", f"/tickets/{TICKET}/status", "in_progress",
                ["ticket.changed", "incident.holder_accepted"])
    yield There("Delta's people answer, in their own tool.", "POST", f"/tickets/{TICKET}/comments?by=Dana",
                "Plate fitted, gate 4 locks again.", ["comment.added"])
    yield There("Delta resolves. It holds the ball, so the incident is resolved.", "PUT", f"/tickets/{TICKET}/status", "resolved",
                ["ticket.changed", "incident.status_changed"])


def what_goes_wrong(clock):
    late = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(clock.at - 1500))
    yield Step("An old update of Orion's arrives late (\"in progress\"). It is recorded as late and moves nothing back.",
               ORION, "INC0010023.late", record(1, late, state="2"), ["ticket.late"])
    yield Step("Vega's tool sends something nobody understands. It is kept as a dead letter, for a person.", VEGA,
               "1795321200004", b'{"roster": ["Bo", "Ana"], "week": 47}')
    yield Step("Somebody without Orion's secret pretends to be Orion. Refused, nothing is kept.", ORION, "forged",
               record(9, clock.servicenow(), state="7"), status=401, forged=True)


US = ""
TICKET = "D-1"  # what Delta's desk calls its first
THREAD = [  # supplier, audience, words
    (NORTH, "everyone", "Power is there, so it is not ours: the readers get no network."),
    (ORION, "everyone", "The switch is up. Its uplink is dark."),
    (ORION, "orion, us", "Third time this month, see contract 88-B."),
    (VEGA, "everyone", "Uplink module replaced, three readers answer. The fourth has no lock any more."),
    (VEGA, "everyone", "Port of reader 4 is up, it only misses the plate."),
    (US, "delta, us", "The key of the cabinet is at the front desk."),
    (DELTA, "everyone", "Plate fitted, gate 4 locks again."),
]
TICKETS = {NORTH: "transferred", ORION: "transferred", VEGA: "in_progress", DELTA: "resolved"}
AT_DELTA = [  # author there, visibility there, words: all but Orion's work note, each once
    ("Entente", "internal", "Mo Salah (North Facilities): Power is there, so it is not ours: the readers get no network."),
    ("Entente", "internal", "beth.anglin (Orion IT): The switch is up. Its uplink is dark."),
    ("Entente", "internal", "Bo Chen (Vega Networks): Uplink module replaced, three readers answer. The fourth has no lock any more."),
    ("Entente", "internal", "Bo Chen (Vega Networks): Port of reader 4 is up, it only misses the plate."),
    ("Entente", "internal", "first: The key of the cabinet is at the front desk."),
    ("Dana", "public", "Plate fitted, gate 4 locks again."),
]
ASKED = [1, 1, 1, 1, 2, 1]  # how often each event came to Delta's desk: the ticket, four comments with one twice, ours
TOLD = [("comment.added", 202)] * 5 + [("ticket.changed", 202)] * 2  # four echoes and Dana's; begun, resolved
