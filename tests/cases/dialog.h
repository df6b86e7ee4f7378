/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transcripts of the way out: a call, the requests the connector builds for it, the answers
 * the case gives, and what the connector makes of them.
 */
#ifndef CASES_DIALOG_H
#define CASES_DIALOG_H

#include "harness.h"

struct dialog {
	struct plugin *plugin;
	struct ent_arena *arena; /* lives as long as the dialog */
	int64_t now_ms;
	bool own_statuses; /* the settings read statuses themselves: what 401 or 503 mean is theirs */
	struct sdk_buf *out;
};

/* Runs what stands from the first ">>> call" on and writes it again with all requests and results. NULL, or what is
 * wrong, after as much as could be written. */
const char *dialog_run(struct dialog *dialog, struct ent_str text);

/* ---- dialog_call.c: JSON of a case -> call; NULL, or what is wrong ---- */
const char *call_read(const struct dialog *dialog, struct ent_str json, struct ent_call *ret);

/* ---- dialog_check.c: what every connector promises; NULL, or what is wrong ---- */
const char *connector_fault(const struct plugin *plugin);
const char *request_fault(struct ent_arena *arena, const struct ent_request *request);
const char *result_fault(struct ent_arena *arena, const struct ent_call *call, enum ent_rc rc,
			 const struct ent_result *result, const struct ent_err *err);
/* Gives parse() the answer damaged in many ways, and answers of other statuses. */
const char *damage_fault(const struct dialog *dialog, const struct ent_call *call, const struct ent_response *response);

#endif
