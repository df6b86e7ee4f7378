# SPDX-License-Identifier: Apache-2.0
"""A real broker with simulated suppliers around it, and a ledger of what was said: who may read it, where it must stand."""
import base64
import collections
import json
import os
import sys
import time

here = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(here, "..", "..", "suppliers"), os.path.join(here, "..", "..", "flow", "kit"), os.path.join(here, "..", "..", "lib")]
from client import Simulator  # noqa: E402
from stand import Broker  # noqa: E402
from tap import free_port, wait_for  # noqa: E402
from tools import POLLED, canonical, connection, simulated_auth  # noqa: E402
import generic_out  # noqa: E402
import tools  # noqa: E402

LOCAL = ["127.0.0.0/8"]
Said = collections.namedtuple("Said", "canary incident origin readers n")


class World:
    """suppliers: {name: {"tool", "class", "sim": {more for the simulator}, "entry": {more for the configuration}}}"""

    def __init__(self, folder, suppliers, settings=None, build=None, brokers=None):
        self.folder, self.specs = folder, suppliers
        self.credential = {name: f"cred-{i}-8f1d0c" for i, name in enumerate(suppliers)}
        self.secret = {name: "whsec_" + base64.b64encode(f"hook secret of {name}".ljust(32, ".").encode()).decode() for name in suppliers}
        self.sim = Simulator(os.path.join(folder, "suppliers"), {name: self.sim_settings(name, spec) for name, spec in suppliers.items()})
        self.broker = Broker(os.path.join(folder, "broker"), brokers, build=build, settings=settings)
        self.said, self.n_said = [], 0
        self.gone = set()  # (canary, supplier) that people withdrew or gave up before it stood there: may be missing
        self.loose = set()  # incidents whose suppliers themselves tell things in another order
        self.adjust = lambda one: None  # the configuration, when addresses are known
        self.at_once = False  # begin within the second of the start

    def sim_settings(self, name, spec):
        out = {"tool": spec["tool"], "class": spec.get("class", "A"), "secret": self.secret[name], "hooks": {"retry_ms": 100}}
        out.update(simulated_auth(spec["tool"], self.credential[name]))
        out.update(spec.get("sim", {}))
        return out

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        Broker._write(path, text + "\n")
        return "file:" + path

    def entry(self, name, spec):
        """The supplier in the broker's configuration."""
        tool = spec["tool"]
        out = {"name": name, "title": spec.get("title", name.title()), "connector": "jira" if tool == "jira-dc" else tool, "public_comments": "everyone", "joins": "anyone",
               "plain_http": True, "allow": LOCAL, "timeout": "2s", "connect_timeout": "1s", "rate": 100000, "at_once": 8, "sweep": 0,
               "poll": "300ms" if tool in POLLED else 0, **connection(tool, self.sim[name].url)}
        if out.get("auth"):
            out["auth"] = dict(out["auth"], credential=self.file(f"{name}.credential", self.credential[name]))
        if tool not in POLLED:
            out["secret"] = self.file(f"{name}.secret", self.secret[name])
        if tool == "generic":
            out["map"] = {"status": dict(tools.GENERIC_STATUS), "priority": dict(tools.GENERIC_PRIORITY)}
            out["settings"] = generic_out.settings(spec.get("class", "A"), spec.get("dialect", "plain"))
        if tool == "generic" and spec.get("dialect") == "odd":  # it sends nothing
            out["map"]["priority"] = {"critical": "1", "high": "2", "normal": "3", "low": "4", "someday": "5"}
            out["poll"] = "300ms"
            del out["secret"]
        if tool == "desk":
            out["settings"] = dict(generic_out.DESKS[spec.get("dialect", "desk")])
            out["credentials"] = {"user": self.file(f"{name}.user", "entente"), "password": self.file(f"{name}.password", self.credential[name])}
        for key, value in spec.get("entry", {}).items():
            out[key] = dict(out.get(key) or {}, **value) if isinstance(value, dict) else value
        return {k: v for k, v in out.items() if v is not None}

    def start(self):
        self.sim.start()
        self.broker.port = self.broker.tree["http"]["port"] = free_port()  # none that the simulator took meanwhile
        self.broker.tree["suppliers"] = [self.entry(name, spec) for name, spec in self.specs.items()]
        self.adjust(self)
        self.broker.configure()
        self.broker.start()
        for name, spec in self.specs.items():
            if spec["tool"] not in POLLED:
                self.sim[name].set(webhook=f"http://127.0.0.1:{self.broker.port}/hooks/{name}")
        if any(spec["tool"] in POLLED for spec in self.specs.values()) and not self.at_once:
            began = int(time.time())
            wait_for(lambda: int(time.time()) > began, 3, 0.02)  # they stamp in whole seconds; polling begins with now
        return self

    def stop(self):
        if self.broker.process:
            self.broker.stop()
        self.sim.stop()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def __getitem__(self, name):
        return self.sim[name]

    # ---- what one asks the broker ------------------------------------------------------

    def api(self, method, path, body=None, good=(200, 201, 202, 204)):
        status, _, answer = self.broker.call(method, path, body)
        if status not in good:
            raise RuntimeError(f"{method} {path} {json.dumps(body)}: {status} {answer[:500]!r}")
        return json.loads(answer) if answer.strip() else {}

    def incident(self, number):
        return self.api("GET", f"/v1/incidents/{number}")

    def share(self, number, supplier, role="shadow", with_history=False, **brief):
        brief = brief or {"what": "The lift is stuck", "effect": "Nobody gets up", "tried": "Restarted", "wanted": "Come", "needed_before": "2027-01-04T08:00:00Z"}
        return self.api("POST", f"/v1/incidents/{number}/shares", {"supplier": supplier, "role": role, "brief": brief, "with_history": with_history})

    def unshare(self, number, supplier):
        return self.api("DELETE", f"/v1/incidents/{number}/shares/{supplier}")

    def status(self, number, status):
        return self.api("PATCH", f"/v1/incidents/{number}", {"status": status})

    def deliveries(self, **filters):
        """All of them, done ones too, page by page; the newest first."""
        out, query = [], "&".join(f"{k}={v}" for k, v in dict({"state": "all"}, **filters).items() if v)
        cursor = ""
        while True:
            page = self.api("GET", f"/v1/deliveries?limit=200&{query}{cursor}")
            out += page["items"]
            if not page.get("next"):
                return out
            cursor = f"&cursor={page['next']}"

    def waiting(self):
        """Deliveries on their way: neither done nor a person's business."""
        return [d for state in ("pending", "in_flight") for d in self.deliveries(state=state)]

    def drift(self):
        return self.api("GET", "/v1/drift?limit=200")["items"]

    def act(self, delivery, what, body=None, good=(200,)):
        return self.api("POST", f"/v1/deliveries/{delivery}/{what}", body or {}, good)

    # ---- incidents -----------------------------------------------------------------------

    def opened(self, supplier, title="Lift 3 stuck", seconds=20, **values):
        """A person opens a ticket there; (incident's number, ticket's id)."""
        ticket = self.sim[supplier].open(title=title, **values)
        return self.heard(supplier, ticket["id"], seconds), ticket["id"]

    def heard(self, supplier, tid, seconds=20):
        def look():
            status, body = self.broker.get(f"/v1/incidents/{supplier}:{tid}")
            return json.loads(body)["number"] if status == 200 else None
        number = wait_for(look, seconds)
        if not number:
            raise RuntimeError(f"the broker did not hear of {supplier}:{tid}\n{self.broker.tail()}")
        return number

    def ticket_of(self, number, supplier, seconds=20):
        """The id of its ticket, when it has one."""
        def look():
            return next((t["id"] for t in self.incident(number)["tickets"] if t["supplier"] == supplier), None)
        tid = wait_for(look, seconds)
        if not tid:
            raise RuntimeError(f"{number} got no ticket at {supplier}: {self.deliveries(incident=number)}\n{self.broker.tail(8)}")
        return tid

    def shared(self, origin, *others, role="shadow", **values):
        """An incident that all these share: (number, {supplier: ticket})."""
        number, tid = self.opened(origin, **values)
        for other in others:
            self.share(number, other, role)
        return number, {origin: tid, **{other: self.ticket_of(number, other) for other in others}}

    # ---- what is said --------------------------------------------------------------------------

    def canary(self):
        self.n_said += 1
        return f"canary{self.n_said:05d}x{os.urandom(4).hex()}"

    def note(self, canary, incident, origin, readers):
        self.said.append(Said(canary, incident, origin, frozenset(readers), len(self.said)))
        return canary

    def says(self, supplier, ticket, incident, parties, internal=False, words="We looked at it:"):
        """A person at a supplier comments; a public one reaches all parties."""
        canary = self.canary()
        self.note(canary, incident, supplier, () if internal else set(parties) - {supplier})
        self.sim[supplier].comment(ticket, f"{words} {canary}", internal)
        return canary

    def we_say(self, incident, audience, parties, words="From us:"):
        """audience: "internal", "everyone" or a list of suppliers."""
        canary = self.canary()
        readers = () if audience == "internal" else parties if audience == "everyone" else set(audience) & set(parties)
        self.note(canary, incident, "", readers)
        self.api("POST", f"/v1/incidents/{incident}/comments", {"body": f"{words} {canary}", "audience": ",".join(audience) if isinstance(audience, list) else audience})
        return canary

    # ---- waiting ---------------------------------------------------------------------------------

    def writes(self):
        return {s.name: sum(n for kind, n in s.stats()["kinds"].items() if kind in ("create", "update", "comment")) for s in self.sim}

    def settled(self, seconds=60, quiet=0.7, polls=2):
        """Until nothing waits, nothing is sent and polls have gone round; None at the deadline, else how long it took."""
        began = time.monotonic()
        deadline = began + seconds

        def busy():
            return any(not s.stats()["hooks_idle"] for s in self.sim) or self.waiting()
        while time.monotonic() < deadline:
            if busy():
                time.sleep(0.1)
                continue
            before, reads = self.writes(), {n: self.sim[n].stats()["kinds"].get("poll", 0) for n, s in self.specs.items() if s["tool"] in POLLED}
            at = time.monotonic()
            while time.monotonic() < deadline and (time.monotonic() - at < quiet or any(
                    self.sim[n].stats()["kinds"].get("poll", 0) < k + polls for n, k in reads.items())):
                time.sleep(0.1)
            if not busy() and self.writes() == before:
                return time.monotonic() - began
        return None

    def arrived(self, canary, supplier, seconds=20):
        """Until it stands there; how often, 0 at the deadline."""
        return wait_for(lambda: self.sim[supplier].find(canary)[canary], seconds) or 0

    # ---- the checker -----------------------------------------------------------------------------

    def texts(self, name):
        """(ticket, comment's words) of each stored comment there, in order; the ticket's own text first, as None."""
        seen = set()  # a comment of a ticket that was merged stands in both
        for ticket in reversed(self.sim[name].book()):
            for comment in ticket["comments"]:
                if not comment["deleted"] and comment["id"] not in seen:
                    seen.add(comment["id"])
                    yield ticket["id"], comment

    def unknown(self):
        return [d for d in self.deliveries(state="unknown")]

    def problems(self, only=None):
        """What breaks I4, I5, I6, I7, by canary."""
        ledger = [s for s in self.said if only is None or s.incident in only]
        out, where = [], {}
        for name in self.specs:
            stored = list(self.texts(name))
            place = where[name] = {}
            for said in ledger:
                place[said.canary] = [(tid, c["seq"]) for tid, c in stored if said.canary in c["body"]]
        unknown = {d["supplier"] for d in self.unknown()}
        for said in ledger:
            for name in self.specs:
                n = len(where[name][said.canary])
                own = 1 if name == said.origin else 0
                want = own or name in said.readers
                is_c = self.specs[name].get("class") == "C"
                if n > bool(want) and not own or own and n > 1:
                    rule = "I7" if own else "I4" if name in said.readers else "I6"
                    out.append(f"{rule}: {said.canary} of {said.origin or 'us'} stands {n} times at {name}")
                elif want and not n and (said.canary, name) not in self.gone and not (is_c and name in unknown):
                    out.append(f"I4: {said.canary} of {said.origin or 'us'} does not stand at {name}")
        return out + self.disorder(ledger, where) + self.leaks(ledger)

    def disorder(self, ledger, where):
        """I5: what one party said in an incident stands everywhere in the order it was said."""
        rows = collections.defaultdict(list)
        for said in ledger:
            for name in said.readers:
                if where[name][said.canary] and said.incident not in self.loose:
                    rows[(name, said.incident, said.origin)].append(where[name][said.canary][0][1])
        return [f"I5: {name} got the comments of {origin or 'us'} to {number} in another order" for (name, number, origin), row in rows.items()
                if row != sorted(row)]

    def leaks(self, ledger):
        """I6: in the bytes that each supplier was sent, stored or not."""
        allowed = {s.canary: s.readers for s in ledger}
        out = set()
        for line in self.sim.received():
            if "canary" not in line["head"] and "canary" not in line["body"]:
                continue
            text = line["head"] + "\n" + line["body"]
            at = text.find("canary")
            while at >= 0:
                word = text[at:at + 20]
                if word in allowed and line["supplier"] not in allowed[word]:
                    out.add(f"I6: {word} was sent to {line['supplier']}: {text.splitlines()[0][:80]}")
                at = text.find("canary", at + 6)
        return sorted(out)

    def states(self, number):
        """{supplier: canonical} as its tool's book says, and the incident's own."""
        one = self.incident(number)
        out = {"": one["status"]}
        for ticket in one["tickets"]:
            have = self.sim[ticket["supplier"]].ticket(ticket["id"])
            out[ticket["supplier"]] = canonical(self.specs[ticket["supplier"]]["tool"], have) if have else None
        return out
