# SPDX-License-Identifier: Apache-2.0
"""Loaded by Schemathesis (tests/edge/generated.py): the refusals that OpenAPI has no words for."""
import schemathesis

# (operation, status, what its detail says): each is described in the document in prose.
BEYOND_FORM = [
    # a map whose way out does not lead back
    (("publishMap", "tryMap"), 422, "which comes back as"),
    # a role is of ours or of others, and so is an organisation
    (("invite", "addUser", "changeUser", "makeToken"), 422, '"code":"role.'),
    # whoever is a program names readers, and a widening that is no dry run repeats those that it was shown
    (("comment",), 422, "a program has to name who may read its words"),
    (("widenComment",), 422, "has to be the list of names that ?dry_run=true"),
    # a thread is paged from one place in it
    (("listComments",), 400, "only one of before, after and around"),
    (("listComments",), 400, "the position is no comment of this thread"),
    # a program has no draft; a file has to be one that the asker uploaded, and so is a token of today's
    (("comment",), 422, "a program has none"),
    (("comment", "ask", "answerAsk", "proposeHandover", "acceptHandover", "declineHandover", "promiseNews", "wantHelp", "offerHelp"), 422,
     "in this incident that no comment carries yet"),
    # another incident that a body names has to be there, and one that a split names inside this one
    (("merge", "split", "link", "unlink"), 422, '"code":"ask.no_incident_word"'),
    (("split",), 422, '"code":"split.no_other"'),
    # no schema of a file's bytes says that there is one
    (("uploadFile",), 422, "The file has no bytes"),
]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    name = case.operation.definition.raw.get("operationId")
    return not any(name in operations and response.status_code == status and detail in response.text
                   for operations, status, detail in BEYOND_FORM)
