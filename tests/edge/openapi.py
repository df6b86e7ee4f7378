# SPDX-License-Identifier: Apache-2.0
"""schemas/openapi.yaml is valid, tells all routes and nothing else, and every answer of the server is as it says."""
import copy
import json
import os
import re
import time
import urllib.parse

import jsonschema
import yaml

import kit
from framing import check_refused
from kit import TOP, Binary, Server, ended_clean
from live import Stream
from seen_by import check_seen_by

# What an OpenAPI 3.1 document must hold, as far as ours uses it.
REF = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string", "pattern": "^#/"}}}


def ref_or(name):
    return {"if": {"required": ["$ref"]}, "then": REF, "else": {"$ref": f"#/$defs/{name}"}}


def closed(need, /, **properties):
    return {"type": "object", "required": need, "additionalProperties": False, "properties": properties}


TEXT, MAP = {"type": "string", "minLength": 1}, "additionalProperties"
SHAPE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **closed(["openapi", "info", "paths", "components", "security"],
             openapi={"pattern": r"^3\.1\.\d+$"},
             info=closed(["title", "version", "license"], title=TEXT, version=TEXT, summary=TEXT, description=TEXT,
                         license=closed(["name", "identifier"], name=TEXT, identifier=TEXT)),
             servers={"type": "array", "items": closed(["url"], url=TEXT)},
             security={"type": "array", "items": {"type": "object", MAP: {"type": "array"}}},
             tags={"type": "array", "items": closed(["name"], name=TEXT, description=TEXT)},
             paths={"type": "object", "patternProperties": {"^/": {"$ref": "#/$defs/path"}}, MAP: False},
             **{"x-verbs": {"type": "object", MAP: TEXT}, "x-roles": {"type": "object", MAP: {"type": "array", "items": TEXT}}},
             components=closed([], securitySchemes={"type": "object"}, examples={"type": "object", MAP: {"$ref": "#/$defs/example"}},
                               schemas={"type": "object", MAP: {"type": "object"}},
                               parameters={"type": "object", MAP: {"$ref": "#/$defs/parameter"}},
                               headers={"type": "object", MAP: {"$ref": "#/$defs/header"}},
                               responses={"type": "object", MAP: {"$ref": "#/$defs/response"}})),
    "$defs": {
        "path": closed([], parameters={"type": "array", "items": ref_or("parameter")},
                       **{m: {"$ref": "#/$defs/operation"} for m in ("get", "post", "put", "patch", "delete")}),
        "operation": closed(["operationId", "summary", "tags", "responses"], operationId={"pattern": "^[a-z][A-Za-z]+$"},
                            summary=TEXT, description=TEXT, tags={"type": "array", "items": TEXT, "minItems": 1}, **{"x-verb": TEXT, "x-once": {"const": False}},
                            security={"type": "array"}, parameters={"type": "array", "items": ref_or("parameter")},
                            requestBody=closed(["content"], required={"type": "boolean"}, content={"$ref": "#/$defs/content"}),
                            responses={"type": "object", "minProperties": 2, "patternProperties": {"^[1-5][0-9][0-9]$": ref_or("response")},
                                       MAP: False}),
        "parameter": {**closed(["name", "in", "schema"], name=TEXT, description=TEXT, required={"type": "boolean"},
                               schema={"type": "object"}, **{"in": {"enum": ["path", "query", "header"]}}),
                      "if": {"properties": {"in": {"const": "path"}}}, "then": {"required": ["required"], "properties": {"required": {"const": True}}}},
        "response": closed(["description"], description=TEXT, headers={"type": "object", MAP: ref_or("header")},
                           content={"$ref": "#/$defs/content"}),
        "header": closed(["schema"], description=TEXT, required={"type": "boolean"}, schema={"type": "object"}),
        "content": {"type": "object", "minProperties": 1, MAP: closed(["schema"], schema={"type": "object"},
                                                                      examples={"type": "object", MAP: ref_or("example")})},
        "example": closed(["value"], value=True, summary=TEXT),
    },
}


class Api:
    def __init__(self, path):
        with open(path, encoding="utf-8") as source:
            self.document = yaml.safe_load(source)
        self.validators, self.found = {}, {}

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            at = self.document
            for word in node["$ref"][2:].split("/"):
                at = at[word]
            node = at
        return node

    def for_others(self):
        """The document as others than our people see it: without the properties that are for ours; those for `own` may be missing."""
        def cut(node):
            if isinstance(node, list):
                return [cut(child) for child in node]
            if not isinstance(node, dict):
                return node
            seen = {name: child.get("x-seen-by") for name, child in node.get("properties", {}).items() if isinstance(child, dict)}
            node = {name: cut(child) for name, child in node.items()}
            if any(seen.values()):
                node["properties"] = {name: child for name, child in node["properties"].items() if seen.get(name) != "ours"}
                node["required"] = [name for name in node.get("required", []) if seen.get(name) not in ("ours", "own")]
            return node
        others = copy.copy(self)
        others.document, others.validators, others.found = cut(self.document), {}, {}
        return others

    def refs(self, node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for child in node.values():
                yield from self.refs(child)
        elif isinstance(node, list):
            for child in node:
                yield from self.refs(child)

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in ("get", "post", "put", "patch", "delete"):
                if method in item:
                    given = [self.resolve(p) for p in item.get("parameters", []) + item[method].get("parameters", [])]
                    yield method.upper(), path, item[method], given

    def problems(self, schema, value):
        """What a value does wrong by a schema of the document."""
        if id(schema) not in self.validators:  # it is kept, so that no other schema gets its id
            whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self.document["components"], **schema}
            self.validators[id(schema)] = schema, jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
        validator = self.validators[id(schema)][1]
        return [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(value)]

    def find(self, method, path):
        if (method, path) not in self.found:
            self.found[method, path] = self.look_up("GET" if method == "HEAD" else method, path)
        return self.found[method, path]

    def look_up(self, method, path):
        for fixed in (True, False):  # a path without a parameter wins over one with
            for m, template, operation, parameters in self.operations():
                pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
                if m == method and ("{" not in template) == fixed and re.fullmatch(pattern, path):
                    return template, operation, parameters
        return None


def check_document(tap, api):
    document = api.document
    jsonschema.Draft202012Validator.check_schema(SHAPE)
    errors = [f"{list(e.path)}: {e.message[:200]}" for e in jsonschema.Draft202012Validator(SHAPE).iter_errors(document)]
    tap.check("openapi.yaml has the shape of OpenAPI 3.1", not errors, "\n".join(errors[:10]))
    dangling = []
    for ref in set(api.refs(document)):
        try:
            api.resolve({"$ref": ref})
        except KeyError:
            dangling.append(ref)
    tap.equal("every reference leads somewhere", dangling, [])
    used = {r.rsplit("/", 1)[1] for r in api.refs(document)}
    tap.equal("every component is used", [n for k in ("schemas", "parameters", "responses", "headers", "examples")
                                          for n in document["components"][k] if n not in used], [])
    names = [o["operationId"] for _, _, o, _ in api.operations()]
    tap.equal("operation names are unique", len(names), len(set(names)))
    bad = []
    for name, schema in document["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            bad.append(f"{name}: {error.message}")
    tap.check("schemas are JSON Schema 2020-12, says python3-jsonschema", not bad, bad)
    try:
        from openapi_spec_validator import validate
        validate(document)
        tap.ok("openapi-spec-validator agrees")
    except ImportError:
        tap.note("openapi-spec-validator is not installed (Debian 12 has no package of it): its check is left out")
    missing = [f"{p} {{{n}}}" for p in document["paths"] for n in re.findall(r"\{(\w+)\}", p)
               if n not in [g["name"] for g in map(api.resolve, document["paths"][p].get("parameters", [])) if g["in"] == "path"]]
    tap.equal("every {parameter} of a path is described", missing, [])


def check_examples(tap, api):
    bad, n = [], 0
    contents = [(f"{m} {p} {s}", api.resolve(r).get("content", {})) for m, p, o, _ in api.operations() for s, r in o["responses"].items()]
    contents += [(f"{m} {p} body", o["requestBody"]["content"]) for m, p, o, _ in api.operations() if "requestBody" in o]
    for where, content in contents:
        for media in content.values():
            for name, example in media.get("examples", {}).items():
                n += 1
                bad += [f"{where} {name}: {e}" for e in api.problems(media["schema"], api.resolve(example)["value"])]
    tap.check(f"{n} examples are what their schemas say", n > 30 and not bad, "\n".join(bad[:10]))
    lacking = [f"{m} {p}" for m, p, o, _ in api.operations()
               if any(api.resolve(r).get("content") or s in ("200", "201", "202") for s, r in o["responses"].items() if s < "300") and not any(media.get("examples") for s, r in o["responses"].items() if s < "300"
                          for media in api.resolve(r).get("content", {}).values()) and not p.endswith("/raw") and m != "DELETE"]
    tap.equal("every answer with JSON has an example", lacking, [])


def check_routes(tap, api):
    """The table in route.c and the document tell the same routes, arguments and openness."""
    with open(os.path.join(TOP, "broker", "face", "route.c"), encoding="utf-8") as source:
        code = source.read()
    lists = {name: re.findall(r'"(\w+)"', words) for name, words in re.findall(r"(\w+_arguments)\[\] = \{([^}]*)\}", code)}
    rows = re.findall(r'\{"([A-Z]+)", "([^"]+)",\s+VERB_(\w+),\s+(true|false),\s+(\w+),\s+\w+\}', code)
    ours = {(m, p): (v.lower(), sorted(lists.get(a, []))) for m, p, v, _, a in rows}
    theirs = {(m, re.sub(r"\{\w+\}", "{}", p)): (o.get("x-verb", "anybody" if o.get("security") == [] else "none"),
                                                sorted(g["name"] for g in given if g["in"] == "query"))
              for m, p, o, given in api.operations()}
    tap.check("route.c's table was found", len(rows) >= 19, rows)
    tap.equal("the document has the server's routes, query parameters and verbs", theirs, ours)


def check_roles(tap, api):
    """core/role.h and the document tell the same verbs, and the same verbs of each role."""
    with open(os.path.join(TOP, "broker", "core", "role.h"), encoding="utf-8") as source:
        code = source.read().replace("\\\n", " ")
    verbs = dict(re.findall(r'X\((?:\w+), "(\w+)", "([^"]+)"\)', code))
    names = dict(re.findall(r'X\((\w+), "(\w+)", "[^"]+"\)', code))
    several = {"VERB_OF_DESK": re.findall(r"#define VERB_OF_DESK\s+\(([^)]+)\)", code)[0], "VERB_ALL": " | ".join("VERB_" + n for n in names)}

    def words(text):
        for name, meaning in several.items():
            text = text.replace(name, meaning)
        return [names[part.strip().removeprefix("VERB_")] for part in text.split("|")]
    roles = {word: sorted(words(text)) for word, text in re.findall(r'X\(\w+, "(\w+)", (VERB_[^)"]*)\)', code)}
    tap.check("verbs and roles are found", len(verbs) > 10 and len(roles) >= 8, (verbs, roles))
    tap.equal("the document's verbs are the broker's", {k: v.lower() for k, v in api.document["x-verbs"].items()},
              {k: v.lower() + "." for k, v in verbs.items()})
    tap.equal("the document's roles hold the broker's verbs", {k: sorted(v) for k, v in api.document["x-roles"].items()}, roles)


def judge(api, method, path, send, status, headers, body):
    """What is wrong with one answer, by the document; None when its route is none of the document's."""
    found = api.find(method, urllib.parse.urlsplit(path).path)
    if found is None:
        return None if status in (404, 405) else [f"{status} for a route that the document lacks"]
    template, operation, _ = found
    response = api.resolve(operation["responses"].get(str(status)))
    if response is None:
        return [f"{template}: {status} is not documented"]
    wrong = []
    for name, header in response.get("headers", {}).items():
        header = api.resolve(header)
        if name not in headers:
            wrong += [f"{name} is missing"] if header.get("required") else []
        else:
            value = int(headers[name]) if header["schema"].get("type") == "integer" else headers[name]
            wrong += api.problems(header["schema"], value)
    media = (headers["Content-Type"] or "").split(";")[0]
    content = response.get("content", {})
    if not content:
        return wrong + (["a body where none is documented"] if body else [])
    if media not in content:
        return wrong + [f"{media} is not documented"]
    if body and media.endswith("json"):
        wrong += api.problems(content[media]["schema"], json.loads(body))
    return wrong


def check_traffic(tap, api):
    """All that the other parts asked and got."""
    wrong, seen, n = [], {}, 0
    others = api.for_others()
    for method, path, send, _, status, headers, body in kit.RECORDED:
        of = others if {send.get("Authorization"), send.get("Cookie")} & kit.OTHERS else api
        got = judge(of, method, path, send, status, headers, body)
        if got is None:
            continue
        n += 1
        wrong += [f"{method} {path} {status}: {g}" for g in got]
        template, operation, _ = api.find(method, urllib.parse.urlsplit(path).path)
        seen.setdefault(operation["operationId"], set()).add(status)
    tap.check(f"{n} answers of the server are as the document says", n > 300 and not wrong, "\n".join(sorted(set(wrong))[:15]))
    tap.equal("every operation was called and did its work", [o["operationId"] for _, _, o, _ in api.operations()
                                                              if o["operationId"] != "getLive" and
                                                              not {200, 201, 202, 204, 303} & seen.get(o["operationId"], set())], [])
    documented = {(o["operationId"], int(s)) for _, _, o, _ in api.operations() for s in o["responses"]
                  if s != "405"}
    reached = {(o, s) for o, statuses in seen.items() for s in statuses}
    tap.note(f"{len(documented & reached)} of {len(documented)} documented answers were seen here; not seen: " +
             ", ".join(f"{o} {s}" for o, s in sorted(documented - reached)))


class Quiet(kit.Tap):
    """The other parts, run for their traffic: only what fails is said."""

    def _line(self, line):
        self.n += 1
        if line.startswith("not ok"):
            print(line, flush=True)


def call_everything(tap, api, server):
    """Each operation: without a token, with a wrong method, with an unknown parameter; what the document says of it."""
    try:
        values = {"supplier": "orion", "word": "ENT-000001", "id": "1", "name": "nobody", "version": "1", "secret": "none", "comment": "5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d",
                  "ref": "5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d", "organisation": "nobody", "act": "5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d",
                  "draft": "5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d", "other": "ENT-000002",
                  "file": "5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d"}
        for method, path, operation, _ in api.operations():
            real = re.sub(r"\{(\w+)\}", lambda m: values[m[1]], path)
            if operation.get("security") != []:
                tap.equal(f"{method} {path} without a token", server.call(method, real, token=False)[0], 401)
            if operation["operationId"] != "endSignIn":  # a provider adds what it likes
                tap.equal(f"{method} {path} with an unknown parameter", server.call(method, real + "?unknown=1")[0], 400)
            status, headers, _ = server.call("COPY", real)
            allowed = [m.upper() for m in ("get", "post", "put", "patch", "delete") if m in api.document["paths"][path]]
            tap.equal(f"COPY {path} is answered with what the document lists", (status, sorted(headers.get("Allow", "").split(", "))),
                      (405, sorted(allowed + (["HEAD"] if "GET" in allowed else []))))
        use_everything(tap, api, server)
        check_refused(tap, server)
    finally:
        ended_clean(tap, server)


def come_in(server, did):
    """A person from the invitation to the last sign-out."""
    ours = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    mail = {"name": "Léa", "mail": "lea@us.example", "organisation": "us", "role": "technician"}

    def form(path, **fields):
        return server.call("POST", path, urllib.parse.urlencode(fields), {**ours, **cookie}, token=False)

    def json_call(method, path, body=None):
        return server.call(method, path, body, {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", **cookie}, token=False)
    cookie = {}
    made = json.loads(did("an invitation", server.call("POST", "/v1/invitations", mail), 201)[2])
    path = urllib.parse.urlsplit(made["link"]).path
    did("its page", server.call("GET", path, token=False), 200)
    did("its button", form(path, how="password", password="password-canary-staple"), 303)
    for where in ("/", "/sign-out"):
        did(where, server.call("GET", where, token=False), 303)
    for where in ("/sign-in", "/sign-in/us", "/sign-in/nobody"):
        did(where, server.call("GET", where, token=False), 200)
    did("no provider", server.call("GET", "/sign-in/us/provider", token=False), 303)
    did("nor its answer", server.call("GET", "/sign-in/us/answer?code=1&state=2&session_state=3", token=False), 303)
    did("a wrong password", form("/sign-in", organisation="us", mail=mail["mail"], password="wrong"), 401)
    did("the other way in", form("/sign-in/us", mail=mail["mail"], password="password-canary-staple"), 303)
    _, headers, _ = did("sign in", form("/sign-in", organisation="us", mail=mail["mail"], password="password-canary-staple"), 303)
    cookie["Cookie"] = headers["Set-Cookie"].split(";")[0]
    did("who am I", json_call("GET", "/v1/session"), 200)
    did("my settings", json_call("PATCH", "/v1/session", {"language": "fr", "time_zone": "Europe/Paris", "shows_seen": False}), 200)
    number = json.loads(did("an incident to read", server.call("POST", "/v1/incidents", {"title": "Read"}), 201)[2])["number"]
    thread = f"/v1/incidents/{number}"
    said = json.loads(did("words to read", server.call("POST", f"{thread}/comments", {"body": "words", "audience": "internal"}), 201)[2])["id"]
    did("unread", json_call("GET", thread), 200)
    work(server, did, json_call, number)
    did("read", json_call("POST", f"{thread}/read", {"comment": said}), 200)
    did("follow", json_call("POST", f"{thread}/follow"), 200)
    did("mute", json_call("POST", f"{thread}/mute"), 200)
    did("neither", json_call("DELETE", f"{thread}/follow"), 200)
    other = json.loads(did("somebody to mention me", server.call("POST", f"{thread}/comments", {"body": f"<@{made['user']}>", "audience": "internal", "format": "markdown"}), 201)[2])
    did("a mention by ref", ([m["ref"] for m in other["mentions"]],), [made["user"]])
    told = json.loads(did("what is for me", json_call("GET", "/v1/inbox?unread=true"), 200)[2])
    did("an inbox", ([i["reason"] for i in told["items"]],), ["mention"])
    did("all of it read", json_call("POST", "/v1/inbox/read"), 200)
    did("and what became of it", json_call("GET", f"{thread}/comments/{said}/receipts"), 200)
    items = json.loads(did("where am I", json_call("GET", "/v1/sessions"), 200)[2])["items"]
    did("end one", json_call("DELETE", "/v1/sessions/" + [i["id"] for i in items if not i["current"]][0]), 204)
    did("another password", json_call("POST", "/v1/session/password", {"current": "password-canary-staple", "new": "another-canary-staple"}), 204)
    did("which ended it", json_call("GET", "/v1/session"), 401)
    cookie.clear()
    _, headers, _ = did("sign in again", form("/sign-in", organisation="us", mail=mail["mail"], password="another-canary-staple"), 303)
    cookie["Cookie"] = headers["Set-Cookie"].split(";")[0]
    did("sign out", form("/sign-out"), 303)
    did("an administrator ends all", server.call("DELETE", "/v1/sessions?user=" + made["user"]), 204)
    did("who is a machine", server.call("GET", "/v1/session"), 200)


def work(server, did, json_call, number):
    """A person's work on an incident, and what joins and parts two of them."""
    at, other = f"/v1/incidents/{number}", json.loads(did("another incident", server.call("POST", "/v1/incidents", {"title": "Beside"}), 201)[2])["number"]
    did("that it is looked at", json_call("POST", f"{at}/presence", {"state": "viewing"}), 204)
    did("take", json_call("POST", f"{at}/take"), 200)
    did("snooze", json_call("POST", f"{at}/snooze", {"until": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))}), 200)
    did("where to start", json_call("GET", "/v1/work"), 200)
    did("awake again", json_call("DELETE", f"{at}/snooze"), 200)
    did("give back", json_call("DELETE", f"{at}/take"), 200)
    did("a link", json_call("POST", f"{at}/links", {"other": other, "relation": "causes"}), 200)
    did("links", json_call("GET", f"{at}/links"), 200)
    did("no link", json_call("DELETE", f"{at}/links/{other}"), 200)
    did("what a merge would do", json_call("POST", f"{at}/merge?dry_run=true", {"other": other}), 200)
    stays = json.loads(did("one of two", json_call("POST", f"{at}/merge", {"other": other}), 200)[2])["incident"]
    did("what a split would do", json_call("POST", f"/v1/incidents/{stays}/split?dry_run=true", {}), 200)
    did("two again", json_call("POST", f"/v1/incidents/{stays}/split", {}), 200)


def use_everything(tap, api, server):
    """Each operation does its work once."""
    def did(name, got, want):
        tap.equal(f"{name} works", got[0], want)
        return got
    did("hook", server.hook({"id": "1", "title": "a", "status": "open", "comment": "b"}, "b-1"), 202)
    did("hook", server.hook(b"broken", "b-2"), 202)
    did("hook with a word behind it, for one that is not signed",
        server.call("POST", "/hooks/telnord/none", {"id": "2", "title": "c"}, token=False), 202)
    did("hook", server.hook(b"broken too", "b-3"), 202)
    did("import", server.call("POST", "/v1/arrivals", {"supplier": "telnord", "delivery_id": "b-4", "body": {"id": "9"}}), 202)
    letters = json.loads(did("dead letters", server.call("GET", "/v1/deadletters"), 200)[2])["items"]
    number = json.loads(did("incidents", server.call("GET", "/v1/incidents"), 200)[2])["items"][0]["number"]
    for path in (f"/v1/incidents/{number}", f"/v1/incidents/{number}/comments?limit=2", "/v1/incidents/orion:1/history", "/v1/suppliers", f"/v1/deadletters/{letters[0]['id']}",
                 f"/v1/deadletters/{letters[0]['id']}/raw", "/v1/tokens", "/metrics", "/healthz", "/readyz"):
        did(path, server.call("GET", path), 200)
    tap.check("search works", kit.wait_for(lambda: b'"kind":"incident"' in server.call("GET", "/v1/search?q=a&kind=incident")[2], 20))
    for path in ("/v1/search?q=b", "/v1/search/similar?title=a+b", f"/v1/incidents/{number}/similar"):
        did(path, server.call("GET", path), 200)
    did("search made anew", server.call("POST", "/v1/search/rebuild"), 202)
    for rest in ("", "?keep"):
        file = json.loads(did("a file", server.call("POST", f"/v1/incidents/{number}/attachments?name=a.txt", b"bytes"), 201)[2])["id"]
        did("its bytes", server.call("GET", f"/v1/incidents/{number}/attachments/{file}"), 200)
        if not rest:
            did("its end", server.call("DELETE", f"/v1/incidents/{number}/attachments/{file}"), 204)
    did("files", server.call("GET", f"/v1/incidents/{number}/attachments"), 200)
    did("replay", server.call("POST", f"/v1/deadletters/{letters[0]['id']}/replay"), 200)
    did("replay of many", server.call("POST", "/v1/deadletters/replay", {}), 200)
    did("ignore", server.call("POST", f"/v1/deadletters/{letters[1]['id']}/ignore"), 200)
    did("a token", server.call("POST", "/v1/tokens", {"name": "brief", "expires": "2999-01-01T00:00:00Z"}), 201)
    did("its end", server.call("DELETE", "/v1/tokens/brief"), 204)
    come_in(server, did)
    stream = Stream(server, "?after=0")
    events = stream.events(3)
    tap.equal("live events are what the document says", [p for _, _, e in events for p in api.problems({"$ref": "#/components/schemas/CloudEvent"}, e)], [])
    tap.equal("live events work", len(events), 3)
    stream.close()


def run(tap):
    api = Api(os.path.join(TOP, "schemas", "openapi.yaml"))
    check_document(tap, api)
    check_examples(tap, api)
    others = len(kit.RECORDED)  # what the parts before this one asked
    check_routes(tap, api)
    check_roles(tap, api)
    check_seen_by(tap, api)
    call_everything(tap, api, Server())
    if kit.sanitizes_threads():
        tap.skip("entente serve", "librdkafka starts its threads past ThreadSanitizer, which crashes in them")
    elif os.path.exists(os.path.join(kit.BUILD, "entente")) and os.path.exists(os.path.join(kit.BUILD, "connectors", "null.so")):
        tap.note("the same with the program itself")
        call_everything(tap, api, Binary())
    else:
        tap.skip("entente serve", "the program is not built here")
    if others < 500:
        import acts
        import api as api_part
        import drafts
        import files
        import hooks
        import live
        import out
        import private
        import rights
        quiet = Quiet()
        for part in (hooks, api_part, out, acts, drafts, private, live, rights, files):
            part.run(quiet)
        tap.equal("the parts that make the traffic", quiet.bad, 0)
    check_traffic(tap, api)
