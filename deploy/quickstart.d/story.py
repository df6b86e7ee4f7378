#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Starts a fresh broker on its embedded default and a supplier's tool (desk.py), sends the story of tale.py over real,
signed HTTP, shows what came of it, and checks each expectation. Standard library only; called by deploy/quickstart."""
import argparse
import base64
import json
import os
import queue
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import tale
from hooks import call

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
DEFAULT_PORT = 8480
DEADLINE_S = 30
BOLD, DIM, GREEN, RED, PLAIN = ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m") if sys.stdout.isatty() else [""] * 5


def say(text="", style=""):
    print(f"{style}{text}{PLAIN if style else ''}", flush=True)


class Ended(Exception):
    """Somebody asked us to end."""


class Failed(Exception):
    """It cannot go on."""


def wait_for(what, seconds=DEADLINE_S):
    deadline = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        if time.monotonic() > deadline:
            return None
        time.sleep(0.05)


def port_is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Checks:
    def __init__(self):
        self.wrong = []
        self.n = 0

    def equal(self, what, got, want):
        self.n += 1
        if got != want:
            self.wrong.append(f"{what}: got {got!r}, want {want!r}")
            say(f"   WRONG  {self.wrong[-1]}", RED)


class Stage:
    """The folder of this run, the broker in it, and a reader of the stream."""

    def __init__(self, args):
        self.entente = os.path.join(args.build, "entente")
        self.connectors = os.path.join(args.build, "connectors")
        self.folder = args.folder
        self.config = os.path.join(self.folder, "entente.yaml")
        self.port = args.port or DEFAULT_PORT
        self.port_is_asked = bool(args.port)
        self.broker = self.tail = self.desk = None
        self.token = self.kafka = self.desk_url = ""
        self.events = []  # parsed lines of `entente tail --json`
        self.bare = []  # those about which nothing was said but their name
        self.lines = queue.Queue()
        whsec = ["whsec_" + base64.b64encode(secrets.token_bytes(24)).decode() for _ in range(2)]
        self.secret = {tale.NORTH: whsec[0], tale.ORION: secrets.token_urlsafe(24), tale.VEGA: secrets.token_urlsafe(24),
                       tale.DELTA: whsec[1]}

    # ---- files

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def make_folder(self):
        pid_file = os.path.join(self.folder, "entente.pid")
        if os.path.exists(pid_file):
            with open(pid_file, encoding="ascii") as file:
                pid = int(file.read())
            if os.path.exists(f"/proc/{pid}"):
                raise Failed(f"another quickstart runs in {self.folder} (broker {pid}); end it first")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(os.path.join(self.folder, "secrets"), mode=0o700)
        if not port_is_free(self.port):
            if self.port_is_asked:
                raise Failed(f"port {self.port} is taken; give another with --port")
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                self.port = s.getsockname()[1]
        for name, secret in self.secret.items():
            self.write(f"secrets/{name}", secret + "\n")

    def configure(self):
        text = [f"data_dir: {self.folder}/data", f"connector_dir: {self.connectors}", "http:", f"  port: {self.port}", "",
                "suppliers:"]
        for name in self.secret:
            text += [f"  - name: {name}", f"    title: {tale.TITLE[name]}", f"    connector: {tale.CONNECTOR[name]}",
                     f"    secret: file:{self.folder}/secrets/{name}", "    public_comments: everyone", "    joins: anyone"]
            if name == tale.ORION:
                text += ["    map:", "      status:", '        "10": transferred   # Orion\'s own word for "passed on"']
            if name == tale.DELTA:
                text += [f"    url: {self.desk_url}   # with it, Entente also writes", "    account: entente",
                         "    plain_http: true   # all on this machine; else https alone", "    allow: [127.0.0.1/32]",
                         "    poll: 0   # its webhooks tell what is new", "    settings:", "      tickets: /tickets"]
        self.write("entente.yaml", "\n".join(text) + "\n")

    # ---- processes

    def start_desk(self):
        self.desk = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(os.path.realpath(__file__)), "desk.py"),
                                      "--secret", os.path.join(self.folder, "secrets", tale.DELTA), "--hook",
                                      self.url(f"/hooks/{tale.DELTA}")], stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.desk_url = self.desk.stdout.readline().strip()
        if not self.desk_url:
            raise Failed("Delta's desk (desk.py) did not start")

    def start_broker(self):
        log = open(os.path.join(self.folder, "broker.log"), "wb")
        self.broker = subprocess.Popen([self.entente, "serve", "--config", self.config], stdout=subprocess.PIPE, stderr=log,
                                       text=True, start_new_session=True)  # Ctrl-C is for us; we end it
        self.write("entente.pid", str(self.broker.pid))

        def read_token():
            for line in self.broker.stdout:
                if line.strip().startswith("ent_"):
                    self.token = line.strip()
        threading.Thread(target=read_token, daemon=True).start()

        def is_ready():
            if self.broker.poll() is not None:
                raise Failed(f"the broker ended with {self.broker.returncode}:\n{self.broker_log()}")
            return self.token and call("GET", self.url("/readyz"))[0] == 200
        if not wait_for(is_ready):
            raise Failed(f"the broker was not ready within {DEADLINE_S} s:\n{self.broker_log()}")
        with open(os.path.join(self.folder, "data", "kafka.address"), encoding="ascii") as file:
            self.kafka = file.read().strip()
        self.write("env", "".join(f"export {name}={value}\n" for name, value in (
            ("PATH", f"{os.path.dirname(self.entente)}:$PATH"), ("ENTENTE_URL", self.url("")), ("ENTENTE_TOKEN", self.token),
            ("ENTENTE_KAFKA", self.kafka), ("ENTENTE_CONFIG", self.config), ("DELTA_URL", self.desk_url))))

    def broker_log(self):
        with open(os.path.join(self.folder, "broker.log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-3000:]

    def start_tail(self):
        self.tail = subprocess.Popen([self.entente, "tail", "--config", self.config, "--from", "beginning", "--json"], stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True, start_new_session=True)

        def read_lines():
            for line in self.tail.stdout:
                self.lines.put(line)
        threading.Thread(target=read_lines, daemon=True).start()

    def end(self):
        for process in (self.tail, self.broker, self.desk):
            if not process or process.poll() is not None:
                continue
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        pid_file = os.path.join(self.folder, "entente.pid")
        if self.broker and os.path.exists(pid_file):
            os.remove(pid_file)

    # ---- talking to it

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path):
        status, _, body = call("GET", self.url(path), token=self.token)
        if status != 200:
            raise Failed(f"GET {path} was answered {status}: {body}")
        return body

    def at_desk(self, method, path, body=None):
        status, _, answer = call(method, self.desk_url + path, body and body.encode())
        if status != 200:
            raise Failed(f"Delta's desk answered {method} {path} with {status}: {answer}")
        return answer

    def send(self, step):
        if step.lost:
            self.at_desk("POST", "/lose")
        secret = self.secret[step.supplier] if not step.forged else "not-the-secret"
        headers = tale.SIGN[step.supplier](secret, step.body, step.delivery_id)
        return call("POST", self.url(f"/hooks/{step.supplier}"), step.body, headers)

    def command(self, *arguments):
        env = dict(os.environ, ENTENTE_URL=self.url(""), ENTENTE_TOKEN=self.token)
        got = subprocess.run([self.entente, *arguments], capture_output=True, text=True, env=env, timeout=DEADLINE_S)
        if got.returncode:
            raise Failed(f"entente {' '.join(arguments)}: {got.stderr.strip()}")
        return got.stdout

    def read_stream(self, n):
        """Until n events came from Kafka; shows those that are new."""
        deadline = time.monotonic() + DEADLINE_S
        while len(self.events) < n and time.monotonic() < deadline:
            try:
                line = self.lines.get(timeout=0.2)
            except queue.Empty:
                if self.tail.poll() is not None:
                    raise Failed(f"entente tail ended: {self.tail.stderr.read()}") from None
                continue
            event = json.loads(line)
            said = in_words(event)
            say(f"   kafka  {said}", DIM)
            self.bare += [said] if len(said.split()) < 3 else []
            if "incident" in event["data"]:  # else it is about a supplier's tool
                self.events.append(event)


def in_words(event):
    """One event of the stream on one line."""
    name = event["type"].removeprefix("org.entente.").removesuffix(".v1")
    data = event["data"]
    detail = ""
    if name == "incident.opened":
        detail = f"status {data['status']}, {data['holder']} holds the ball"
    elif "changes" in data:
        detail = ", ".join(f"{c['attribute']} {value_in_words(c['to'])}" for c in data["changes"]) or "nothing new"
        detail = f"{data['supplier']} {data['ticket'].get('key', data['ticket']['id'])}: {detail}"
    elif "comment" in data:
        detail = f"{readers_of(data['comment'])}: \"{data['comment']['body']}\""
    elif "delivery" in data:
        detail = f"{data['delivery']['op']} stands in {data['supplier']}'s tool, ticket {data.get('ticket', {}).get('id', '?')}"
    elif "brief" in data:
        detail = f"with {data['supplier']}{' (escalated)' if data['escalated'] else ''}: \"{data['brief']['what']}\""
    elif name == "incident.shared":
        detail = f"with {data['supplier']}, whose ticket names it"
    elif "from" in data:
        detail = f"{data['from']} -> {data['to']}{'' if data.get('accepted', True) else ' (not accepted yet)'}"
    elif name == "incident.holder_accepted":
        detail = f"{data['holder']}, handed over by {data['handed_by']}"
    if name == "supplier.state_changed":
        detail = f"{data['supplier']}'s tool is {data['to']}"
    return f"{data.get('incident', {}).get('number', '-'):<10} {name:<24} {' '.join(detail.split())}"[:150]


def readers_of(comment):
    """Who may read it, in words."""
    audience = comment["audience"]
    return "everyone" if audience["everyone"] else ", ".join(audience["organisations"])


def value_in_words(value):
    if "json" in value:
        return "{...}"
    return value.get("text") or value.get("native") or "(empty)"


# ---- the story --------------------------------------------------------------------


def play(stage, checks):
    """Sends every step, reads the stream after each. Returns the incident's number."""
    clock = tale.Clock()
    number, expected = "", []

    def steps():
        yield from tale.north_begins(clock)
        yield from tale.orion_looks(clock, number)
        yield from tale.vega_repairs(clock, number)
        yield from tale.delta_is_asked(clock, number)
        yield from tale.what_goes_wrong(clock)

    for i, step in enumerate(steps(), 1):
        say(f"\n{i:2}. {step.words}")
        do(stage, checks, step, i)
        expected += step.events
        stage.read_stream(len(expected))
        checks.equal(f"step {i}: events so far", types_of(stage.events), expected)
        if not number:
            number = stage.get("/v1/incidents")["items"][0]["number"]
    return number


def do(stage, checks, step, i):
    if isinstance(step, tale.Ours):
        say(f"   entente {shlex.join(step.arguments)}", DIM)
        stage.command(*step.arguments)
    elif isinstance(step, tale.There):
        told = stage.at_desk(step.method, step.path, step.body)["told"]
        say(f"   desk   {step.method} {step.path.partition('?')[0]} {step.body!r}; it tells us: POST /hooks/{tale.DELTA}  ->  {told}", DIM)
        checks.equal(f"step {i}: the answer to Delta's webhook", told, 202)
    else:
        status, _, _ = stage.send(step)
        say(f"   POST /hooks/{step.supplier}  ->  {status}", DIM)
        checks.equal(f"step {i}: the answer", status, step.status)


def types_of(events):
    return [e["type"].removeprefix("org.entente.").removesuffix(".v1") for e in events]


def show_desk(stage):
    for ticket in stage.at_desk("GET", "/tickets")["tickets"]:
        say(f"\n   In Delta's own tool: {ticket['id']} [{ticket['number']}] {ticket['title']}, {ticket['status']}")
        for words in (ticket["description"], *(f"{c['author']['name']} ({c['visibility']}): {c['body']}" for c in ticket["comments"])):
            say("      " + " / ".join(filter(None, words.split("\n"))))


def check_all(stage, checks, number):
    incidents = stage.get("/v1/incidents")["items"]
    checks.equal("number of incidents", len(incidents), 1)
    incident = stage.get(f"/v1/incidents/{number}")
    checks.equal("holder of the ball", incident["holder"], tale.DELTA)
    checks.equal("status", incident["status"], "resolved")
    checks.equal("tickets", {t["supplier"]: t["status"] for t in incident["tickets"]}, tale.TICKETS)
    thread = [(c["supplier"] or "", readers_of(c), c["body"]) for c in incident["thread"]]
    checks.equal("the thread", thread, tale.THREAD)
    by_ticket = stage.get("/v1/incidents/orion:INC0010023")
    checks.equal("found by a supplier's ticket", by_ticket["number"], number)
    dead = stage.get("/v1/deadletters")["items"]
    checks.equal("dead letters", [(d["supplier"], d["delivery_id"]) for d in dead], [(tale.VEGA, "1795321200004")])
    checks.equal("the stream is the incident's history, without gap", [int(e["sequence"]) for e in stage.events],
                 list(range(1, len(stage.events) + 1)))
    checks.equal("each line of the stream says something", stage.bare, [])
    checks.equal("each event once", len({e["id"] for e in stage.events}), len(stage.events))
    check_way_out(stage, checks, number)


def check_way_out(stage, checks, number):
    tickets = stage.at_desk("GET", "/tickets")["tickets"]
    checks.equal("tickets at Delta's desk", [(t["id"], t["number"], t["status"]) for t in tickets],
                 [(tale.TICKET, number, "resolved")])
    comments = [(c["author"]["name"], c["visibility"], c["body"]) for c in tickets[0]["comments"]] if tickets else []
    checks.equal("what stands in Delta's ticket, each once", comments, tale.AT_DELTA)
    log = wait_for(lambda: (seen := stage.at_desk("GET", "/log")) and all(t["status"] for t in seen["told"]) and seen, 10) \
        or stage.at_desk("GET", "/log")
    checks.equal("the lost answer: asked again under the same id", [e["times"] for e in log["events"]], tale.ASKED)
    checks.equal("what Delta's tool told, its echo of our comments included",
                 sorted((t["type"], t["status"]) for t in log["told"]), tale.TOLD)
    checks.equal("open deliveries", stage.get("/v1/deliveries?state=open")["items"], [])
    checks.equal("drift", stage.get("/v1/drift")["items"], [])
    supplier = stage.get(f"/v1/suppliers/{tale.DELTA}")
    checks.equal("Delta's tool is healthy", supplier["state"], "healthy")


def what_next(stage, number):
    where = os.path.relpath(stage.folder)
    where = where if not where.startswith("..") else stage.folder
    say("\nThe broker runs on. In another terminal, in this folder:", BOLD)
    say(f"""
   . {where}/env                        # PATH, address and token of this run

   entente incident show {number}
   entente incident history {number}
   entente deadletter list
   entente tail --brokers $ENTENTE_KAFKA --from beginning

   entente comment {number} --audience everyone 'Thank you all.'     # arrives in Delta's tool
   curl $DELTA_URL/tickets                                       # what stands there
   curl -d 'Always.' "$DELTA_URL/tickets/D-1/comments?by=Dana"   # Delta's people write; it comes back
   entente supplier show delta
   entente delivery list --state all
   entente drift

   curl -H "Authorization: Bearer $ENTENTE_TOKEN" $ENTENTE_URL/v1/incidents/{number}
   curl -N -H "Authorization: Bearer $ENTENTE_TOKEN" $ENTENTE_URL/v1/live
   curl $ENTENTE_URL/readyz

   Any Kafka client reads the stream; it must say read_committed, or it may see what was rolled back:
   kcat -C -b $ENTENTE_KAFKA -t entente.events.v1 -X isolation.level=read_committed -f '%h\\n%s\\n\\n' -e

   A supplier of your own: connectors/generic/first.md, then  kill -HUP $(cat {where}/entente.pid)

   This Kafka lives inside the broker and forgets when it ends: for evaluation only.
   Configuration, store and log of this run are in {where}
""")


def run(args):
    stage = Stage(args)
    checks = Checks()
    try:
        say("\n3. A fresh folder, a configuration with four suppliers, and the broker on its defaults", BOLD)
        stage.make_folder()
        stage.start_desk()
        stage.configure()
        stage.start_broker()
        say(f"   it listens on {stage.url('')}, its embedded Kafka on {stage.kafka}")
        say(f"   the tool of one supplier, Delta Doors, runs beside it on {stage.desk_url}")
        say("\n4. The story: every line 'kafka' was read back from the stream", BOLD)
        stage.start_tail()
        number = play(stage, checks)
        say("\n5. What is known now", BOLD)
        for line in stage.command("incident", "show", number).rstrip().split("\n"):
            say("   " + line)
        say()
        for line in stage.command("deadletter", "list").rstrip().split("\n"):
            say("   " + line)
        show_desk(stage)
        check_all(stage, checks, number)
        if checks.wrong:
            say(f"\n{len(checks.wrong)} of {checks.n} expectations did not hold:", RED)
            for wrong in checks.wrong:
                say(f"   {wrong}", RED)
        else:
            say(f"\nAll {checks.n} expectations of the story hold.", GREEN)
        if not args.once:
            what_next(stage, number)
            say("Ctrl-C ends it.", BOLD)
            while stage.broker.poll() is None:
                time.sleep(0.2)
            raise Failed(f"the broker ended with {stage.broker.returncode}:\n{stage.broker_log()}")
    except Ended:
        say("\nEnding the broker.")
    except Failed as error:
        checks.wrong.append(str(error))
        say(f"\nquickstart: {error}", RED)
    finally:
        # once more Ctrl-C must not leave the broker behind
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stage.end()
    return 1 if checks.wrong else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--folder", default=os.environ.get("ENTENTE_QUICKSTART") or os.path.join(TOP, "build", "quickstart"))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--once", action="store_true")
    args = parser.parse_args()

    def end(*_):
        raise Ended
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    try:
        return run(args)
    except Ended:
        return 0


if __name__ == "__main__":
    sys.exit(main())
