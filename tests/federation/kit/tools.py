# SPDX-License-Identifier: Apache-2.0
"""How each simulated tool is connected: its entry in the broker's configuration, and its words in ours. Each brings that itself, in
`connect` of its class (tests/suppliers/simulator):

    url, auth, settings, map, connector, account    of the broker's configuration; url: the path under the tool's own
    words, priorities    canonical -> the tool's word; nearest: the word to send where it has none of its own (`entente check` names those)
    polled               it has no webhooks
    credential           "basic": user and password, where auth does not say so
    locked, probe        what it says of a locked ticket; what the connector asks to learn who we are, if it does
    writes               members of the configuration where comments go out
    texts                of a long one: longest, acts (what must not stand there as it is), entry, note; None: not in that part
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "suppliers"))
from simulator.tools import TOOLS  # noqa: E402

# jq: the webhook of the simulated generic tool, and the rows of its lists.
GENERIC_DECODE = """
def one: {
  version, time: .updated_at, actor: (.agent // .updated_by),
  ticket: {id, key, title, status: .state, priority: .urgency, url: .link},
  correlation: {number},
  comments: [(.comments // [])[] | {id, author, body, public, created_at, removed}],
  removed, continues_as: .merged_into
};
.body | if .items then .items[] | one else one end
"""

CONNECT = {name: tool.connect for name, tool in TOOLS.items() if tool.connect}
WORDS = {name: row["words"] for name, row in CONNECT.items()}
PRIORITIES = {name: row["priorities"] for name, row in CONNECT.items()}
POLLED = {name for name, row in CONNECT.items() if row.get("polled")}
# The words of the generic tool as its map has them.
GENERIC_STATUS = {theirs: ours for ours, theirs in WORDS["generic"].items()}
GENERIC_PRIORITY = {theirs: ours for ours, theirs in PRIORITIES["generic"].items()}
OPEN = {"new", "acknowledged", "in_progress", "pending", "held"}


def suppliers(but=(), **more):
    """Every tool but these, as a part connects them: with `more`, and what lets comments out."""
    return {name: {"tool": name, "entry": {**row.get("writes", {}), **more}} for name, row in CONNECT.items() if name not in but}


def canonical(tool, ticket):
    """What the state of a ticket in the tool's book means, "" when this table does not know it."""
    word = ticket["status"]
    if tool == "github" and word.startswith("open"):
        word = next((name[7:] for name in ticket["extra"].get("labels", []) if name.startswith("status:")), word)
        return {"in-progress": "in_progress", "on-hold": "held", "open": "new"}.get(word, word if "/" not in word else "in_progress")
    return next((c for c, w in WORDS[tool].items() if w == word), {"2/unassigned": "acknowledged", "closed": "resolved"}.get(word, ""))


def connection(tool, url):
    """url, auth, settings and map: what differs by tool. credential and secret are files, added by the world."""
    row = CONNECT[tool]
    out = {"url": url + row["url"], "account": row.get("account", TOOLS[tool].account_id)}
    out.update({name: dict(row[name]) for name in ("auth", "settings", "map") if name in row})
    if "connector" in row:
        out["connector"] = row["connector"]
    if row.get("connector") == "generic":
        out["map"] = {"status": dict(GENERIC_STATUS), "priority": dict(GENERIC_PRIORITY)}
    if "nearest" in row:
        out.setdefault("map", {})["status_out"] = dict(row["nearest"])
    return out


def simulated_auth(tool, credential):
    """What the simulated tool asks for, to fit connection()."""
    row = CONNECT[tool]
    kind = row.get("credential", row.get("auth", {}).get("kind"))
    if kind is None:
        return {}
    return {"auth": "basic", "credential": f"entente:{credential}"} if kind == "basic" else {"credential": credential}
