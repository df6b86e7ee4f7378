# SPDX-License-Identifier: Apache-2.0
"""Reads the stream with kcat (a consumer that is not ours) and says what is in it."""
import collections
import json
import subprocess

EVENTS = "entente.events.v1"
INCIDENTS = "entente.incidents.v1"
DEADLETTER = "entente.deadletter.v1"
PROGRESS = "entente.progress.v1"

Event = collections.namedtuple("Event", "partition offset key name headers data raw")


def dump(brokers, topic=EVENTS, isolation="read_committed", timeout=600):
    """Every record of the topic, partition by partition in offset order."""
    out = subprocess.run(
        ["kcat", "-b", brokers, "-C", "-t", topic, "-e", "-q", "-J", "-o", "beginning", "-X", f"isolation.level={isolation}",
         "-X", "enable.partition.eof=true"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout).stdout
    records = []
    for line in out.splitlines():
        record = json.loads(line)
        flat = record.get("headers") or []
        records.append((record["partition"], record["offset"], record.get("key"), dict(zip(flat[0::2], flat[1::2])),
                        record.get("payload")))
    records.sort(key=lambda r: r[:2])
    return records


def events(brokers, **how):
    out = []
    for partition, offset, key, headers, payload in dump(brokers, EVENTS, **how):
        name = headers.get("ce_type", "")
        name = name[len("org.entente."):-len(".v1")] if name.startswith("org.entente.") and name.endswith(".v1") else name
        out.append(Event(partition, offset, key, name, headers, json.loads(payload), payload))
    return out


def holder(who):
    """An organisation, or a name that a tool handed over to and nobody here has: as the store keeps it."""
    return who if isinstance(who, str) else f"word:{who['word']}"


class Facts:
    """What the events say, and `wrong`: every breach of the stream's own rules."""

    def __init__(self, all_events):
        self.wrong = []
        self.n = len(all_events)
        self.names = collections.Counter(e.name for e in all_events)
        self.incidents = {}      # uuid -> number, of those opened
        self.absorbed = {}       # uuid -> uuid it went into, while it is part of that
        self.brought = {}        # uuid -> its ball's way as it was when it went there
        self.tickets = {}        # (supplier, id) -> uuid of the incident it was linked to last
        self.ticket_status = {}  # (supplier, id) -> (native, canonical)
        self.incident_status = {}
        self.holder = {}
        self.holders = collections.defaultdict(list)
        self.way = collections.defaultdict(list)  # uuid -> [(at, from, to)], as corrected by late words
        self.corrected = 0
        self.opened = {}
        self.hand_overs = 0
        self.deliveries = collections.Counter()  # (supplier, delivery id) -> events it caused
        self.sequence = {}
        partition, ids = {}, collections.Counter()
        for e in all_events:
            ids[e.headers.get("ce_id")] += 1
            self._order(e, partition)
        # An incident's order is its partition's; a ticket may move between incidents, in the store's order.
        for e in sorted(all_events, key=lambda e: e.headers.get("ce_storeseq", "")):
            self._fold(e)
        repeated = [i for i, n in ids.items() if n > 1]
        if repeated:
            self.wrong.append(f"{len(repeated)} ce_id more than once, e.g. {repeated[0]}")
        self.ids = set(ids)

    def _order(self, e, partition):
        uuid = e.data["incident"]["id"]
        if e.key != uuid or e.headers.get("ce_partitionkey") != uuid:
            self.wrong.append(f"{e.name} of {uuid} has key {e.key}")
        if partition.setdefault(uuid, e.partition) != e.partition:
            self.wrong.append(f"{uuid} is on two partitions")
        text = e.headers.get("ce_sequence", "")
        if len(text) != 20 or not text.isdigit():
            self.wrong.append(f"ce_sequence is {text!r}")
            return
        if int(text) != self.sequence.get(uuid, 0) + 1:
            self.wrong.append(f"{uuid}: sequence {int(text)} follows {self.sequence.get(uuid, 0)}")
        self.sequence[uuid] = int(text)

    def _fold(self, e):
        uuid, data = e.data["incident"]["id"], e.data
        if data.get("delivery_id"):
            self.deliveries[(data.get("supplier"), data["delivery_id"])] += 1
        if uuid in self.absorbed and e.name != "incident.restored":
            self.wrong.append(f"{e.name} in {uuid}, which is part of {self.absorbed[uuid]}")
        if e.name == "incident.opened":
            self.incidents[uuid] = data["incident"]["number"]
            self.incident_status[uuid] = data["status"]
            self.holder[uuid] = holder(data["holder"])
            self.holders[uuid].append(holder(data["holder"]))
        elif e.name == "incident.status_changed":
            self.incident_status[uuid] = data["to"]
        elif e.name == "incident.holder_changed":
            self.hand_overs += 1
            self.holder[uuid] = holder(data["to"])
            self.holders[uuid].append(holder(data["to"]))
            self.way[uuid].append((data["since"], holder(data["from"]), holder(data["to"])))
        elif e.name == "incident.corrected":
            self.corrected += 1
            self.incident_status[uuid] = data["status"]
            self.holder[uuid] = holder(data["holder"])
            self.way[uuid] = [(h["at"], holder(h["from"]), holder(h["to"])) for h in data["hand_overs"]]
        elif e.name == "incident.absorbed":
            self.absorbed[uuid] = data["other"]["id"]
            self.brought[uuid] = list(self.way[uuid])
        elif e.name == "incident.split":
            self._part(uuid, data)
        elif e.name == "incident.restored":
            if self.absorbed.pop(uuid, None) != data["other"]["id"]:
                self.wrong.append(f"{uuid} leaves {data['other']['id']}, which it was not part of")
            self.incident_status[uuid] = data["status"]
        elif e.name == "incident.merged":
            self.way[uuid] = sorted(self.way[uuid] + self.way.pop(data["other"]["id"], []))
            for ticket in data.get("tickets", []):
                self.tickets[(ticket["supplier"], ticket["id"])] = uuid
        elif e.name in ("ticket.linked", "ticket.changed"):
            key = (data["supplier"], data["ticket"]["id"])
            if e.name == "ticket.linked":
                if key in self.tickets:
                    self.wrong.append(f"{key} linked twice")
                self.tickets[key] = uuid
            for change in data["changes"]:
                if change["attribute"] == "status":
                    to = change["to"]
                    self.ticket_status[key] = (to.get("native", to.get("text", "")), to.get("text", ""))

    def _part(self, uuid, data):
        """The other's tickets are its own again, and the ball's way goes apart as it came together."""
        gone = data["other"]["id"]
        if self.absorbed.get(gone) != uuid:
            self.wrong.append(f"{gone} is split from {uuid}, which it is not part of")
        for ticket in data["tickets"]:
            if self.tickets.get((ticket["supplier"], ticket["id"])) != uuid:
                self.wrong.append(f"{ticket} leaves {uuid}, which does not have it")
            self.tickets[(ticket["supplier"], ticket["id"])] = gone
        self.way[gone] = self.brought.pop(gone, [])
        for step in self.way[gone]:
            if step in self.way[uuid]:
                self.way[uuid].remove(step)

    @property
    def living(self):
        return set(self.incidents) - set(self.absorbed)

    @property
    def several(self):
        return sum(len(set(h)) > 1 for h in self.holders.values())

    @property
    def returns(self):
        return sum(h[i] == h[i - 2] for h in self.holders.values() for i in range(2, len(h)))

    def final_states(self):
        """The states of each living incident's tickets, as {uuid: sorted list}."""
        of = collections.defaultdict(list)
        for key, uuid in self.tickets.items():
            while uuid in self.absorbed:
                uuid = self.absorbed[uuid]
            of[uuid].append(self.ticket_status.get(key, ("", ""))[1])
        return {uuid: sorted(states) for uuid, states in of.items()}
