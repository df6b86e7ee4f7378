# SPDX-License-Identifier: Apache-2.0
"""Each property of each answer in schemas/openapi.yaml says who may see it, in one of five words."""
import copy

WORDS = ("ours", "own", "shared", "named", "requester")
# These tell of the store, of other organisations or of credentials: nobody but our people.
ONLY_OURS = {"sequence", "seq", "traceparent", "exchange", "token", "dead_letters_waiting", "map", "map_version", "troubles", "cursors"}


def properties(api, schema, path, seen):
    """(path, name, schema) of each property below a schema of an answer: through references, lists and alternatives."""
    while "$ref" in schema:
        if "properties" in schema:
            yield from properties(api, {k: v for k, v in schema.items() if k != "$ref"}, path, seen)
        path, schema = schema["$ref"].rsplit("/", 1)[1], api.resolve({"$ref": schema["$ref"]})
    if id(schema) in seen:
        return
    seen.add(id(schema))
    for name, child in schema.get("properties", {}).items():
        yield f"{path}.{name}", name, child
        yield from properties(api, child, f"{path}.{name}", seen)
    below = [s for k in ("allOf", "anyOf", "oneOf", "prefixItems") for s in schema.get(k, [])]
    below += [schema[k] for k in ("items", "additionalProperties", "contentSchema", "if", "then", "else", "not") if isinstance(schema.get(k), dict)]
    for child in below + list(schema.get("patternProperties", {}).values()):
        yield from properties(api, child, path, seen)


def of_answers(api):
    seen = set()
    for method, path, operation, _ in api.operations():
        for status, response in operation["responses"].items():
            for media in api.resolve(response).get("content", {}).values():
                yield from properties(api, media["schema"], f"{method} {path} {status}", seen)


def lacking(api):
    return [where for where, _, schema in of_answers(api) if schema.get("x-seen-by") not in WORDS]


def check_seen_by(tap, api):
    found = [where for where, _, _ in of_answers(api)]
    tap.check("properties of answers are found", len(found) > 200, found)
    tap.equal("each property of an answer says who may see it", lacking(api), [])
    tap.equal("what tells of the store, of maps and of credentials is for our people alone",
              [where for where, name, schema in of_answers(api) if name in ONLY_OURS and schema.get("x-seen-by") != "ours"], [])
    tap.equal("the document's introduction explains the words", [w for w in WORDS if f"`{w}`:" not in api.document["info"]["description"]], [])
    missed = []
    whole = copy.deepcopy(api.document)
    for where, _, schema in list(of_answers(api)):
        kept = schema.pop("x-seen-by", None)
        missed += [] if where in lacking(api) else [where]
        schema["x-seen-by"] = "everybody"
        missed += [] if where in lacking(api) else [f"{where}: everybody"]
        schema["x-seen-by"] = kept
    tap.equal(f"each of {len(found)} properties without its word, or with another, is found", missed, [])
    tap.check("the document is whole again", whole == api.document)
