# SPDX-License-Identifier: Apache-2.0
"""How each simulated tool is connected: its entry in the broker's configuration, and its words in ours."""

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

# Its words; the first one of a canonical word is the way out.
GENERIC_STATUS = {"new": "new", "accepted": "acknowledged", "working": "in_progress", "waiting": "pending", "hold": "held", "done": "resolved",
                  "closed": "closed", "dropped": "cancelled"}
GENERIC_PRIORITY = {"top": "1", "high": "2", "normal": "3", "low": "4", "plan": "5"}

# What each tool calls a state: canonical -> its word, as its people would set it.
WORDS = {
    "rt": {"new": "new", "in_progress": "open", "pending": "stalled", "resolved": "resolved", "cancelled": "rejected"},
    "redmine": {"new": "New", "in_progress": "In Progress", "pending": "Feedback", "resolved": "Resolved", "closed": "Closed", "cancelled": "Rejected"},
    "servicenow": {"new": "1", "in_progress": "2", "held": "3", "resolved": "6", "closed": "7", "cancelled": "8"},
    "jira": {"new": "Open", "acknowledged": "Waiting for support", "in_progress": "In Progress", "pending": "Pending", "resolved": "Resolved",
             "closed": "Closed", "cancelled": "Canceled"},
    "zendesk": {"new": "new", "in_progress": "open", "pending": "pending", "held": "hold", "resolved": "solved", "closed": "closed"},
    "github": {"new": "open", "in_progress": "open/reopened", "resolved": "closed/completed", "cancelled": "closed/not_planned"},
    "native": {w: w for w in ("new", "acknowledged", "in_progress", "pending", "held", "resolved", "closed", "cancelled")},
    "generic": {v: k for k, v in GENERIC_STATUS.items()},
}
WORDS["jira-dc"] = WORDS["jira"]
WORDS["desk"] = WORDS["generic"]

PRIORITIES = {
    "rt": {"1": "100", "2": "75", "3": "50", "4": "25", "5": "0"},
    "redmine": {"1": "Immediate", "2": "Urgent", "3": "High", "4": "Normal", "5": "Low"},
    "servicenow": {n: n for n in "12345"},
    "jira": dict(zip("12345", ["Highest", "High", "Medium", "Low", "Lowest"])),
    "jira-dc": dict(zip("12345", ["Blocker", "Critical", "Major", "Minor", "Trivial"])),
    "zendesk": {"1": "urgent", "2": "high", "3": "normal", "4": "low", "5": "low"},
    "github": {}, "native": {n: n for n in "12345"}, "generic": {v: k for k, v in GENERIC_PRIORITY.items()},
}
PRIORITIES["desk"] = PRIORITIES["generic"]

POLLED = {"rt", "redmine", "desk"}
OPEN = {"new", "acknowledged", "in_progress", "pending", "held"}


def canonical(tool, ticket):
    """What the state of a ticket in the tool's book means, "" when this table does not know it."""
    word = ticket["status"]
    if tool == "github" and word.startswith("open"):
        word = next((name[7:] for name in ticket["extra"].get("labels", []) if name.startswith("status:")), word)
        return {"in-progress": "in_progress", "on-hold": "held", "open": "new"}.get(word, word if "/" not in word else "in_progress")
    return next((c for c, w in WORDS[tool].items() if w == word), {"2/unassigned": "acknowledged", "closed": "resolved"}.get(word, ""))


# Where a tool has no word of its own, the nearest one: `entente check` names what is missing.
NEAREST = {
    "rt": {"closed": "resolved", "held": "stalled", "acknowledged": "open"},
    "redmine": {"held": "Feedback", "acknowledged": "In Progress"},
    "jira": {"in_progress": "In Progress"}, "jira-dc": {"in_progress": "In Progress"},
}


def connection(tool, url):
    """url, auth, settings and map: what differs by tool. credential and secret are files, added by the world."""
    out = tool_connection(tool, url)
    if tool in NEAREST:
        out.setdefault("map", {})["status_out"] = dict(NEAREST[tool])
    return out


def tool_connection(tool, url):
    base = {
        "rt": {"url": url + "/REST/2.0", "auth": {"kind": "header", "header": "Authorization", "scheme": "token"}, "account": "entente",
               "settings": {"queue": "General", "number_field": "Correlation ID"}},
        "redmine": {"url": url, "auth": {"kind": "header", "header": "X-Redmine-API-Key"}, "account": "5", "settings": {"project": "supplier", "number_field": 1}},
        "servicenow": {"url": url, "auth": {"kind": "basic", "user": "entente"}, "account": "entente"},
        "jira": {"url": url, "auth": {"kind": "basic", "user": "entente"}, "account": "712020:entente", "settings": {"project": "SUP", "number_field": "customfield_10900"}},
        "jira-dc": {"url": url, "auth": {"kind": "bearer"}, "account": "JIRAUSER10100", 
                    "settings": {"project": "SUP", "data_center": True, "number_field": "customfield_10900"},
                    "map": {"priority_out": dict(zip("12345", ["Blocker", "Critical", "Major", "Minor", "Trivial"]))}},
        "zendesk": {"url": url, "auth": {"kind": "basic", "user": "entente"}, "account": "900100"},
        "github": {"url": url, "auth": {"kind": "bearer"}, "account": "4100", "settings": {"repository": "supplier/desk"}},
        "native": {"url": url, "account": "entente", "settings": {"tickets": "/tickets", "changes": "/changes", "probe": "/me"}},
        "generic": {"url": url, "auth": {"kind": "bearer"}, "account": "entente"},
        "desk": {"url": url, "connector": "generic", "account": "entente",
                 "map": {"status": dict(GENERIC_STATUS), "priority": dict(GENERIC_PRIORITY)}},
    }[tool]
    return dict(base)


def simulated_auth(tool, credential):
    """What the simulated tool asks for, to fit connection()."""
    kind = {"servicenow": "basic", "jira": "basic", "zendesk": "basic", "desk": "basic"}.get(tool)
    if tool == "native":
        return {}
    return {"auth": "basic", "credential": f"entente:{credential}"} if kind else {"credential": credential}
