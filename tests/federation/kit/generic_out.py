# SPDX-License-Identifier: Apache-2.0
"""jq programs that connect the simulated generic tool, by class and dialect. odd: those of connectors/generic/odd.yaml."""
import os

import yaml

from tools import GENERIC_DECODE

HERE = os.path.dirname(os.path.realpath(__file__))
ODD = os.path.join(HERE, "..", "..", "..", "connectors", "generic", "odd.yaml")
with open(os.path.join(HERE, "desk.yaml"), encoding="utf-8") as f:
    DESKS = {entry["name"]: entry["settings"] for entry in yaml.safe_load(f)["suppliers"]}

BUILD = """
def told: with_entries(select(.value != null));
def once: if $class == "A" then {"Idempotency-Key": .key} else {} end;
def marked($text): if $class == "B" then $text + "\\n\\n" + .marker else $text end;

if .op == "poll" then {method: "GET", path: "/changes?since=\\(.poll.since_ms)&offset=\\(.poll.page * 100)"}
elif .look and .phase == 0 then {method: "GET", path: "/search?text=\\(.marker | @uri)"}
elif .op == "create_ticket" then
  {method: "POST", path: "/tickets", headers: once, body: ({title: .ticket.title, text: marked(.ticket.description // ""), state: .ticket.status.native,
   urgency: .ticket.priority.native, number: .number} | told)}
elif .op == "update_ticket" then
  {method: "PATCH", path: "/tickets/\\(.ticket.id | @uri)", body: ({state: .ticket.status.native, urgency: .ticket.priority.native} | told)}
elif .op == "add_comment" then
  {method: "POST", path: "/tickets/\\(.ticket.id | @uri)/comments", headers: once, body: {body: marked(.comment.body), public: (.comment.visibility == "public")}}
else {method: "GET", path: "/tickets/\\(.ticket.id | @uri)"} end
"""

PARSE = """
def change:
  {version, time: .updated_at, actor: .updated_by,
   ticket: {id, key, title, description: .text, status: .state, priority: .urgency, url: .link}, correlation: {number},
   comments: [.comments[]? | {id, author, body, public, created_at}]};

.call as $call | .body as $it
| if $call.op == "poll" then
    if ($it.items | type) != "array" then {result: "invalid", message: "no list of items"}
    elif $it.error then {result: "later", message: $it.error} else {page: [$it.items[] | change], more: $it.more} end
  elif $call.look and $call.phase == 0 then
    ([$it.found[]? | select(($call.op == "add_comment") == (.comment != null))] | first) as $found
    | if $found then {remote_id: ($found.comment // $found.ticket)} else {result: "more", phase: 1} end
  elif ($it | type) != "object" or ($it.id | type) != "string" then {result: "later", message: "an answer without id is none of this tool"}
  elif $call.op == "create_ticket" then {remote_id: $it.id, remote_key: $it.key}
  elif $call.op == "add_comment" then {remote_id: $it.id}
  else {changes: [$it | change]} end
"""

REPEAT = {"A": "safe", "B": "search", "C": "never"}


def settings(kind_class, dialect):
    out = {"decode": GENERIC_DECODE, "signature_header": "X-Signature", "signature_prefix": "sha256=", "delivery_header": "X-Delivery",
           "build": f'"{kind_class}" as $class | {BUILD}', "parse": PARSE, "repeat_create": REPEAT[kind_class], "repeat_comment": REPEAT[kind_class],
           "search_lag_s": 0}  # the simulator's search reads what it keeps
    if dialect == "odd":
        with open(ODD, encoding="utf-8") as f:
            odd = yaml.safe_load(f)["suppliers"][0]
        out = dict(odd["settings"], search_lag_s=0)
    return out
