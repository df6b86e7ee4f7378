# SPDX-License-Identifier: Apache-2.0
"""What Schemathesis makes of schemas/openapi.yaml, valid and not, against the server: no 5xx, nothing that the document does not say,
nothing refused that it calls valid, nothing taken that it calls wrong."""
import copy
import json
import os
import re
import subprocess
import tempfile

import yaml

from kit import BUILD, TOP, Server, ended_clean

HERE = os.path.dirname(os.path.abspath(__file__))
PINS = os.path.join(HERE, "generated.txt")
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "unsupported_method")
LIMIT_S = 240  # it takes 40 s on two free cores
# What the server has, and of incidents what it has not: nothing random, so that each run makes the same requests.
SUPPLIERS = ["orion", "telnord", "vega", "south", "west"]
OURS = "us"
COUNCIL = "council"  # has no tool
INCIDENTS = ["ENT-000001", "ENT-000002", "ENT-000003", "4", "vega:1", "ENT-999999", "nobody:1", "0b7cb32c-06cc-4f41-94dd-6cf9d8e2f6a1"]
IDS = list(range(1, 13))
TIMES = {"past": ["2026-01-01T00:00:00Z", "1999-12-31T23:59:60.5+02:00"], "future": ["2999-01-01T00:00:00Z", "2999-12-31T23:59:59-05:00"]}
CONFIG = """\
hooks = {hooks}
continue-on-failure = true
request-timeout = 20
warnings = false
[generation]
max-examples = {examples}
deterministic = true
no-shrink = true
allow-x00 = false
with-security-parameters = false
[phases.examples.extra-data-sources]
responses = false
[phases.coverage]
operation-ordering = "none"
[phases.coverage.extra-data-sources]
responses = false
[phases.fuzzing]
operation-ordering = "none"
[phases.fuzzing.extra-data-sources]
responses = false
[phases.stateful]
enabled = false
[[operations]]
include-operation-id = "getLive"
request-timeout = 0.2
max-stream-events = 1
"""


def installed():
    """(program, None), or (None, why it cannot be had). The pinned packages come from PyPI into the build folder, once."""
    folder = os.path.join(BUILD, "schemathesis")
    program, stamp = os.path.join(folder, "bin", "schemathesis"), os.path.join(folder, "pins")
    with open(PINS, encoding="utf-8") as file:
        pins = file.read()
    if os.path.exists(stamp):
        with open(stamp, encoding="utf-8") as file:
            if file.read() == pins and os.access(program, os.X_OK):
                return program, None
    if os.environ.get("ENTENTE_INSTALL") == "no":
        return None, "not installed, and not to be"
    for command in (["/usr/bin/python3", "-m", "venv", "--clear", folder],
                    [os.path.join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--retries", "1",
                     "--only-binary", ":all:", "-r", PINS]):
        try:
            got = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return None, str(error)
        if got.returncode != 0:
            return None, "cannot be had: " + " ".join(got.stdout.split())[-200:]
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(pins)
    return program, None


def fill(server):
    """Something of each kind: incidents, deliveries, dead letters, maps."""
    for i in range(1, 5):
        for supplier in ("telnord", "vega", "south"):
            server.call("POST", "/v1/arrivals", {"supplier": supplier, "delivery_id": f"g-{i}",
                                                 "body": {"id": str(i), "title": f"t {i}", "status": "open", "comment": "c"}})
        server.call("POST", "/v1/arrivals", {"supplier": "telnord", "delivery_id": f"broken-{i}", "body": "no JSON"})
    for number in range(1, 5):
        server.call("POST", f"/v1/incidents/{number}/shares", {"supplier": "vega", "role": "shadow", "brief": {"what": "w"}})
        server.call("POST", f"/v1/incidents/{number}/comments", {"body": "b", "audience": "vega"})
    server.call("POST", "/v1/suppliers/vega/maps", {"map": {"status": {"Busy": "in_progress"}}})


def for_this_server(document):
    """The document with this server's names, numbers and times in the place of their forms. What it allows stays allowed."""
    document = copy.deepcopy(document)
    schemas, parameters = document["components"]["schemas"], document["components"]["parameters"]
    schemas["SupplierName"] = {"enum": SUPPLIERS}
    schemas["OrganisationName"] = {"enum": SUPPLIERS + [OURS, COUNCIL]}
    schemas["SharerName"] = {"enum": SUPPLIERS + [COUNCIL]}
    schemas["NewAudience"]["properties"]["organisations"]["contains"] = {"const": OURS}
    schemas["AudienceWords"] = {"enum": ["internal", "everyone", "requester", "vega", "south, orion", "everyone,requester"]}
    schemas["IncidentWord"] = {"enum": INCIDENTS}
    parameters["Id"]["schema"] = {"type": "integer", "enum": IDS}

    def times(node):
        if isinstance(node, dict):
            if "x-time" in node:
                known = TIMES[node["x-time"]] + ([None] if "null" in node["type"] else [])
                node.clear()
                node["enum"] = known
            if "schema" in node and "examples" in node["schema"]:
                del node["schema"]["examples"]
            for child in node.values():
                times(child)
        elif isinstance(node, list):
            for child in node:
                times(child)
    times(document)
    return document


def counted(said, what):
    found = re.search(what, said)
    return int(found[1]) if found else 0


def run(tap, examples=8):
    program, why = installed()
    if program is None:
        tap.skip("requests that Schemathesis makes from openapi.yaml", f"Schemathesis {why}")
        return
    with open(os.path.join(TOP, "schemas", "openapi.yaml"), encoding="utf-8") as source:
        document = yaml.safe_load(source)
    server = Server()
    with tempfile.TemporaryDirectory(prefix="entente-generated-") as folder:
        try:
            with open(os.path.join(folder, "openapi.json"), "w", encoding="utf-8") as file:
                json.dump(for_this_server(document), file)
            fill(server)
            with open(os.path.join(folder, "schemathesis.toml"), "w", encoding="utf-8") as file:
                file.write(CONFIG.format(hooks=json.dumps(os.path.join(HERE, "generated_hooks.py")), examples=examples))
            command = [program, "--config-file", file.name, "run", os.path.join(folder, "openapi.json"), "--no-color",
                       "--url", f"http://127.0.0.1:{server.port}", "-H", f"Authorization: Bearer {server.token}", "--checks", ",".join(CHECKS)]
            got = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S, check=False, cwd=folder,
                                 env={**os.environ, "HOME": folder, "PYTHONDONTWRITEBYTECODE": "1"})
        finally:
            ended_clean(tap, server)
    said = got.stdout.replace(server.token, "***")
    with open(os.path.join(BUILD, "generated.log"), "w", encoding="utf-8") as log:
        log.write(said)
    made, tested = counted(said, r"(\d+) generated"), counted(said, r"Tested: (\d+)")
    operations = sum(m in item for item in document["paths"].values() for m in ("get", "post", "put", "patch", "delete"))
    tap.check(f"requests that Schemathesis makes from openapi.yaml are answered as it says ({made} of them)", got.returncode == 0,
              said[said.find("= FAILURES ="):] if "= FAILURES =" in said else said[-6000:])
    tap.check(f"it asked for all {operations} operations, often enough", tested == operations and made > 1000, f"{tested}, {made}\n{said[-1500:]}")
