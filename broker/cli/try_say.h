/* SPDX-License-Identifier: Apache-2.0 */
/* The result of `entente try` as one JSON object without secrets. */
#ifndef CLI_TRY_SAY_H
#define CLI_TRY_SAY_H

#include "core/arrival.h"
#include "core/delivery.h"
#include "link/trial.h"
#include "sdk/json.h"

struct try_say {
	const struct supplier_set *set;
	const struct supplier *supplier;
	const struct trial *trial; /* knows the secrets that are hidden */
	struct sdk_buf out;        /* the object */
	struct sdk_jsonw w;
	const struct ent_op *op; /* the op that is tried; NULL for a webhook */
	bool is_dead;            /* the broker could not read the changes */
	struct ent_err not_done; /* an UPDATE succeeded, but the ticket shows other values; "": no */
};

void try_say_begin(struct try_say *say, const struct supplier_set *set, const struct trial *trial, const char *op,
		   const char *how);
/* A step of a trial, in the order of their end. of: struct try_say. */
void try_say_step(void *of, const struct trial_step *step);
/* The result of decode for a webhook. signature: NULL when it was not checked. */
void try_say_webhook(struct try_say *say, const struct arrival *arrival, const char *signature);
/* The end of the object: what the broker would do, and what a person can do. Empty texts are left out. */
void try_say_end(struct try_say *say, struct ent_str outcome, struct ent_str words, struct ent_str next);

#endif
