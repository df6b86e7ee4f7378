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
import sys

from jsonschema import Draft202012Validator, RefResolver

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(TOP, "schemas", "events")
PREFIX = "org.entente."
URN = "urn:entente:schema:events:"

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
    if "from" in data and "incident" in data and data["from"] == data["to"]:
        wrong.append("from and to are the same")
    return wrong


def told(error):
    return f"{'/'.join(map(str, error.absolute_path)) or 'data'}: {error.message[:300]}"


class Validator:
    def __init__(self, folder=FOLDER):
        self.schemas = load(folder)
        self.of_id = {}
        for identity, schema in self.schemas.items():
            resolver = RefResolver(identity, schema, store=dict(self.schemas))
            self.of_id[identity] = Draft202012Validator(schema, resolver=resolver)
        self.of_type = {s["title"]: self.of_id[i] for i, s in self.schemas.items() if s["title"].startswith(PREFIX)}

    def check_as(self, name, data):
        """Against one schema by its name, e.g. "snapshot.v1" for a value of entente.incidents.v1."""
        return [told(error) for error in self.of_id[URN + name].iter_errors(data)]

    def check_data(self, type, data):
        validator = self.of_type.get(type)
        if not validator:
            return [f"type {type!r} has no schema"]
        wrong = [told(error) for error in validator.iter_errors(data)]
        return wrong or beyond_schema(data)

    def check_headers(self, type, data, headers):
        wrong = [f"headers: {error}" for error in self.check_as("headers.v1", headers)]
        if headers.get("ce_type") != type:
            wrong.append(f"ce_type {headers.get('ce_type')!r} beside type {type!r}")
        schema = self.schemas.get(headers.get("ce_dataschema"), {})
        if schema.get("title") != type:
            wrong.append(f"ce_dataschema {headers.get('ce_dataschema')!r} is not the schema of {type}")
        subject = None
        if isinstance(data, dict): # of no incident: the supplier
            subject = data["incident"].get("id") if "incident" in data else data.get("supplier")
        for name in ("ce_subject", "ce_partitionkey"):
            if headers.get(name) != subject:
                wrong.append(f"{name} {headers.get(name)!r} is not {subject!r}, which the event is about")
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
