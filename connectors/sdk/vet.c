/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's limits of a change: sizes, text, times. */
#include "sdk/vet.h"

#include "sdk/acts.h"
#include "sdk/webhook.h"

#include <string.h>

/* Beside those of ticket.h, in bytes. */
enum { WORD_MAX = 4000 };

/* As they stand in an event's JSON. A changed ticket's event holds what it was and what it is, so that two of the
 * former and what surrounds them fit in one Kafka record of 4 MiB, as one of the latter does. */
enum { ATTRIBUTES_MAX = 1536 << 10, COMMENT_MAX = 3 << 20 };

#define TIME_MIN_MS INT64_C(-62135596800000) /* year 1 */
#define TIME_MAX_MS INT64_C(253402300799999) /* year 9999 */

static enum ent_rc vet_text(const char *what, struct ent_str text, size_t max, struct ent_err *err)
{
	if (text.n > max)
		return sdk_fail_as(err, ENT_EINVAL, "vet.too_long",
				   "{what=%s} is {bytes=%zu} bytes long; at most {most=%zu} are kept", what, text.n,
				   max);
	if (!sdk_is_utf8(text))
		return sdk_fail_as(err, ENT_EINVAL, "vet.no_utf8", "{what=%s} is not valid UTF-8", what);
	if (text.n && memchr(text.p, '\0', text.n))
		return sdk_fail_as(err, ENT_EINVAL, "vet.nul", "{what=%s} holds U+0000", what);
	return ENT_OK;
}

static enum ent_rc vet_id(const char *what, struct ent_str id, struct ent_err *err)
{
	if (id.n == 0)
		return sdk_fail_as(err, ENT_EINVAL, "vet.missing", "{what=%s} is missing", what);
	return vet_text(what, id, ENT_ID_MAX, err);
}

static enum ent_rc vet_ticket(const struct ent_ticket *ticket, struct ent_err *err)
{
	enum ent_rc rc = vet_id("the ticket's id", ticket->id, err);

	if (rc == ENT_OK)
		rc = vet_text("the ticket's key", ticket->key, ENT_ID_MAX, err);
	for (int i = 0; rc == ENT_OK && i < ENT_N_ATTR; i++) {
		const struct ent_value *value = &ticket->at[i];
		bool is_long = i == ENT_DESCRIPTION || i == ENT_FIELDS;

		if (!(ticket->has & (1u << i)))
			continue;
		rc = vet_text(sdk_attr_name((enum ent_attr)i), value->text, is_long ? SIZE_MAX : WORD_MAX, err);
		if (rc == ENT_OK)
			rc = vet_text(sdk_attr_name((enum ent_attr)i), value->native, WORD_MAX, err);
	}
	if (rc == ENT_OK && (ticket->has & (1u << ENT_FIELDS)) && ticket->at[ENT_FIELDS].text.n)
		rc = sdk_json_check(ticket->at[ENT_FIELDS].text, err);
	return rc;
}

static enum ent_rc vet_size(const struct ent_change *change, struct ent_err *err)
{
	size_t n = 0;

	for (int i = 0; i < ENT_N_ATTR; i++)
		if (change->ticket.has & (1u << i))
			n += sdk_jsonw_size(change->ticket.at[i].text) + sdk_jsonw_size(change->ticket.at[i].native);
	if (n > ATTRIBUTES_MAX)
		return sdk_fail_as(
		    err, ENT_EINVAL, "vet.attributes_large",
		    "the ticket's attributes take {bytes=%zu} bytes as JSON; at most {most=%d} are taken", n,
		    ATTRIBUTES_MAX);
	n = sdk_jsonw_size(change->comment.body);
	if (n > COMMENT_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "vet.comment_large",
				   "the comment takes {bytes=%zu} bytes as JSON; at most {most=%d} are taken", n,
				   COMMENT_MAX);
	return ENT_OK;
}

static enum ent_rc vet_time(const char *what, int64_t ms, struct ent_err *err)
{
	if (ms < TIME_MIN_MS || ms > TIME_MAX_MS)
		return sdk_fail_as(err, ENT_EINVAL, "vet.year", "{what=%s} is not in the years 1 to 9999", what);
	return ENT_OK;
}

static enum ent_rc vet_stamp(const struct ent_change *change, struct ent_err *err)
{
	enum ent_rc rc = vet_time("the change's time", change->stamp.time_ms, err);

	if (rc == ENT_OK)
		rc = vet_time("the comment's time", change->comment.created_ms, err);
	if (rc == ENT_OK && change->stamp.version < 0)
		rc = sdk_fail_as(err, ENT_EINVAL, "vet.version", "the change's version is negative");
	return rc;
}

static enum ent_rc vet_correlation(const struct ent_correlation *correlation, struct ent_err *err)
{
	enum ent_rc rc = vet_text("the correlation key", correlation->key, ENT_ID_MAX, err);

	if (rc == ENT_OK && correlation->n_reference > ENT_REFERENCES_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "vet.references_many",
				   "{n=%zu} references to other tickets; at most {most=%d} are taken",
				   correlation->n_reference, ENT_REFERENCES_MAX);
	for (size_t i = 0; rc == ENT_OK && i < correlation->n_reference; i++) {
		rc = vet_id("a reference's supplier", correlation->reference[i].supplier, err);
		if (rc == ENT_OK)
			rc = vet_id("a reference's ticket id", correlation->reference[i].id, err);
	}
	return rc;
}

static enum ent_rc vet_comment(const struct ent_change *change, struct ent_err *err)
{
	const struct ent_comment *comment = &change->comment;
	enum ent_rc rc = ENT_OK;

	if (change->kind == ENT_COMMENT_REMOVED || comment->id.n)
		rc = vet_id("the comment's id", comment->id, err);
	if (rc == ENT_OK)
		rc = vet_text("the comment", comment->body, SIZE_MAX, err);
	if (rc == ENT_OK)
		rc = vet_text("the comment's author", comment->author.name, WORD_MAX, err);
	if (rc == ENT_OK)
		rc = vet_text("the comment's author", comment->author.id, WORD_MAX, err);
	return rc;
}

static enum ent_rc vet_attachment(const struct ent_attachment *attachment, struct ent_err *err)
{
	enum ent_rc rc = vet_id("the attachment's id", attachment->id, err);

	if (rc == ENT_OK)
		rc = vet_text("the attachment's name", attachment->name, WORD_MAX, err);
	if (rc == ENT_OK)
		rc = vet_text("the attachment's media type", attachment->media_type, ENT_ID_MAX, err);
	if (rc == ENT_OK)
		rc = vet_text("the attachment's address", attachment->url, WORD_MAX, err);
	return rc;
}

static enum ent_rc vet_continues(const struct ent_change *change, struct ent_err *err)
{
	enum ent_rc rc = vet_id("the id of the ticket that it goes on as", change->continues_as.id, err);

	if (rc == ENT_OK)
		rc = vet_text("the key of the ticket that it goes on as", change->continues_as.key, ENT_ID_MAX, err);
	if (rc == ENT_OK && sdk_eq(change->continues_as.id, change->ticket.id))
		rc = sdk_fail_as(err, ENT_EINVAL, "vet.goes_on_as_itself",
				 "ticket {ticket=%.*s} is said to go on as itself", ENT_F(change->ticket.id));
	return rc;
}

static enum ent_rc vet_act(const struct ent_change *change, struct ent_err *err)
{
	const struct ent_act *act = &change->act;
	enum ent_rc rc = sdk_act_vet(act, change->comment.body.n > 0, err);

	if (rc == ENT_OK)
		rc = vet_text("the act's id", act->id, ENT_ID_MAX, err);
	if (rc == ENT_OK)
		rc = vet_text("whom the act is for", act->to, WORD_MAX, err);
	if (rc == ENT_OK)
		rc = vet_time("the act's time", act->due_ms, err);
	if (rc == ENT_OK && change->comment.body.n)
		rc = vet_comment(change, err);
	return rc;
}

enum ent_rc sdk_change_vet(const struct ent_change *change, struct ent_err *err)
{
	enum ent_rc rc = vet_ticket(&change->ticket, err);

	if (rc == ENT_OK)
		rc = vet_size(change, err);
	if (rc == ENT_OK)
		rc = vet_stamp(change, err);
	if (rc == ENT_OK)
		rc = vet_correlation(&change->correlation, err);
	if (rc == ENT_OK)
		rc = vet_text("the actor", change->actor.name, WORD_MAX, err);
	if (rc == ENT_OK)
		rc = vet_text("the actor's id", change->actor.id, WORD_MAX, err);
	if (rc == ENT_OK && (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED))
		rc = vet_comment(change, err);
	if (rc == ENT_OK && change->kind == ENT_ATTACHMENT_ADDED)
		rc = vet_attachment(&change->attachment, err);
	if (rc == ENT_OK && change->kind == ENT_TICKET_CONTINUES)
		rc = vet_continues(change, err);
	if (rc == ENT_OK && change->kind == ENT_ACT)
		rc = vet_act(change, err);
	return rc;
}

/* Takes U+0000 out of what people wrote: nothing stores or shows it, it says nothing, so it costs no arrival. */
void sdk_change_mend(struct ent_arena *arena, struct ent_change *change)
{
	struct ent_str *const text[] = {&change->comment.body, &change->comment.author.name, &change->actor.name,
					&change->attachment.name};

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		*text[i] = sdk_without_nul(arena, *text[i]);
	for (int i = 0; i < ENT_N_ATTR; i++)
		if (change->ticket.has & (1u << i))
			change->ticket.at[i].text = sdk_without_nul(arena, change->ticket.at[i].text);
}
