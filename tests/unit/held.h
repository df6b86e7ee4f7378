/* SPDX-License-Identifier: Apache-2.0 */
/* What a person writes for others is held: what people do with it, and who reads it. */
#ifndef UNIT_HELD_H
#define UNIT_HELD_H

#include "rebuilt.h"
#include "shares.h"
#include "view_answers.h"

#include "view/view_live.h"

#define A_UUID  "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define WORDS   "kookaburra" /* stands in nothing else */
#define UNDO_MS 10000

static const struct reader ada = {.kind = READER_OURS, .role = ROLE_SYSTEM, .verbs = VERB_ALL};
static const struct reader orion = {.kind = READER_ORGANISATION, .organisation = ENT_STR("orion"), .verbs = VERB_WRITE};
static const struct reader telnord = {
    .kind = READER_ORGANISATION, .organisation = ENT_STR("telnord"), .verbs = VERB_WRITE};
static const struct reader datacoeur = {
    .kind = READER_ORGANISATION, .organisation = ENT_STR("datacoeur"), .verbs = VERB_WRITE};

/* ---- what people do --------------------------------------------------------------------- */

static inline enum job_outcome hold(struct world *world, const struct reader *by, const char *audience)
{
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .text = ENT_STR(WORDS),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = *by,
				  .comment_uuid = A_UUID,
				  .undo_ms = UNDO_MS}};

	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
				   &job.ask.audience));
	return run(world, &job);
}

static inline enum job_outcome do_it(struct world *world, enum job_kind kind, const struct reader *by)
{
	struct job job = {
	    .kind = kind,
	    .ask = {.incident = 1, .author = {ENT_STR("pat"), ENT_STR("pat")}, .by = *by, .comment_uuid = A_UUID}};

	return run(world, &job);
}

static inline void pass(struct world *world, int64_t ms)
{
	struct ent_err err;

	world->now_ms += ms;
	while (writer_step(world->writer, &err) == ENT_OK)
		;
}

/* ---- who reads it ------------------------------------------------------------------------- */

static inline bool take_json(void *to, const struct live_event *event)
{
	sdk_buf_str(to, event->json);
	return true;
}

/* In each answer about the incident, and live from the beginning. */
static inline bool finds(struct world *world, const struct reader *reader, const char *text)
{
	struct answers answers = {.view = {world->read, &world->arena.abi, reader, world->suppliers}};

	sdk_buf_init(&answers.text, 64 << 20);
	(void)ask_incident(&answers, ENT_STR("1"));
	assert_true(view_live(&answers.view, ENT_STR("/t"), 0, 100000, take_json, &answers.text) >= 0);
	bool found = memmem(sdk_buf_view(&answers.text).p, sdk_buf_view(&answers.text).n, text, strlen(text)) != NULL;
	sdk_buf_release(&answers.text);
	return found;
}

static inline bool reads(struct world *world, const struct reader *reader)
{
	return finds(world, reader, WORDS);
}

static inline int64_t n_delivery(struct world *world)
{
	return count(world, "delivery", "comment = '" A_UUID "'");
}

static inline int64_t goes_to(struct world *world, const char *supplier)
{
	char where[200];

	snprintf(where, sizeof where, "comment = '" A_UUID "' AND supplier = '%s' AND op = 'add_comment'", supplier);
	return count(world, "delivery", where);
}

#endif
