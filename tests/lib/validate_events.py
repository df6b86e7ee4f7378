#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Validates events against schemas/events, with python3-jsonschema.

As a program: JSON lines {"type", "data", "headers"?} on stdin or in files, e.g. from kcat:

    kcat ... -J | ... | tests/lib/validate_events.py

prints what is wrong (at most 20) and one line at the end; status 1 when something is wrong or nothing came.
As a module: Validator().check(type, data, headers) gives a list of what is wrong.
"""
import json
import os
import re
import sys

from jsonschema import Draft202012Validator, RefResolver

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(TOP, "schemas", "events")
PREFIX = "org.entente."

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
HEADERS = {  # name: pattern, must it be there
    "ce_id": (UUID + r"-[1-9]\d*", True),  # store and sequence
    "ce_source": (r"\S+", True),
    "ce_type": (r"org\.entente\.[a-z_]+\.[a-z_]+\.v1", True),
    "ce_specversion": (r"1\.0", True),
    "ce_time": (TIME, True),
    "ce_subject": (UUID, True),
    "ce_dataschema": (r"urn:entente:schema:events:[a-z_]+\.[a-z_]+\.v1", True),
    "ce_partitionkey": (UUID, True),
    "ce_sequence": (r"\d{20}", True),
    "ce_storeseq": (r"\d{20}", True),
    "ce_recordedtime": (TIME, True),
    "ce_causationid": (r"[A-Za-z0-9%._~-]+(/[A-Za-z0-9%._~-]+)?", False),
    "ce_traceparent": (r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.*", False),
    "traceparent": (r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.*", False),
    "content-type": (r"application/json", True),
}


def load(folder=FOLDER):
    """Schemas by $id."""
    schemas = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                schema = json.load(file)
            schemas[schema["$id"]] = schema
    return schemas


def beyond_schema(data):
    """What holds between members; JSON Schema cannot say it."""
    wrong = []
    names = [change["attribute"] for change in data.get("changes", [])]
    for change in data.get("changes", []):
        if change["from"] == change["to"]:
            wrong.append(f"changes: {change['attribute']} is listed and reads the same before and after")
        if change["attribute"] not in data["seen"]:
            wrong.append(f"changes: {change['attribute']} is listed and not among seen")
    if len(names) != len(set(names)):
        wrong.append("changes: an attribute is listed twice")
    wrong += [f"unmapped: {name} is not among seen" for name in data.get("unmapped", []) if name not in data["seen"]]
    if "tickets" not in data and "other" in data and data["other"]["id"] == data["incident"]["id"]:
        wrong.append("an incident absorbed by itself")
    if "from" in data and data["from"] == data["to"]:
        wrong.append("from and to are the same")
    return wrong


class Validator:
    def __init__(self, folder=FOLDER):
        self.schemas = load(folder)
        self.of_type = {}
        for schema in self.schemas.values():
            if schema["title"].startswith(PREFIX):
                resolver = RefResolver(schema["$id"], schema, store=dict(self.schemas))
                self.of_type[schema["title"]] = Draft202012Validator(schema, resolver=resolver)

    def check_data(self, type, data):
        validator = self.of_type.get(type)
        if not validator:
            return [f"type {type!r} has no schema"]
        wrong = [f"{'/'.join(map(str, e.absolute_path)) or 'data'}: {e.message[:300]}" for e in validator.iter_errors(data)]
        return wrong or beyond_schema(data)

    def check_headers(self, type, data, headers):
        wrong = [f"header {name} twice" for name in headers if not isinstance(headers[name], str)]
        wrong += [f"header {name} is none of ours" for name in headers if name not in HEADERS]
        for name, (pattern, must) in HEADERS.items():
            if name not in headers:
                wrong += [f"header {name} is missing"] if must else []
            elif not re.fullmatch(pattern, headers[name]):
                wrong.append(f"header {name} reads {headers[name]!r}")
        if headers.get("ce_type") != type:
            wrong.append(f"ce_type {headers.get('ce_type')!r} beside type {type!r}")
        schema = self.schemas.get(headers.get("ce_dataschema"), {})
        if schema.get("title") != type:
            wrong.append(f"ce_dataschema {headers.get('ce_dataschema')!r} is not the schema of {type}")
        incident = data.get("incident", {}).get("id") if isinstance(data, dict) else None
        for name in ("ce_subject", "ce_partitionkey"):
            if headers.get(name) != incident:
                wrong.append(f"{name} {headers.get(name)!r} is not the incident {incident!r}")
        return wrong

    def check(self, type, data, headers=None):
        """headers None: they are not looked at."""
        wrong = self.check_data(type, data)
        return wrong if headers is None else wrong + self.check_headers(type, data, headers)


def main(lines):
    validator = Validator()
    n = bad = 0
    for line in lines:
        if not line.strip():
            continue
        n += 1
        try:
            event = json.loads(line)
            wrong = validator.check(event["type"], event["data"], event.get("headers"))
        except (ValueError, KeyError, TypeError) as error:
            wrong = [f"not an event: {error!r}"]
        if wrong:
            bad += 1
            if bad <= 20:
                print(f"event {n}: {'; '.join(wrong)}: {line.strip()[:400]}")
    print(f"{n} events, {bad} not as their schema says")
    return 1 if bad or not n else 0


if __name__ == "__main__":
    import fileinput
    sys.exit(main(fileinput.input(encoding="utf-8")))
