/* SPDX-License-Identifier: Apache-2.0 */
#include "face/arrive.h"

#include "core/delivery.h"
#include "face/trace.h"
#include "sdk/webhook.h"

static enum ent_rc arrive_pack(struct exchange *x, const struct supplier *supplier, const struct ent_self *self,
			       const struct ent_webhook *webhook, bool unsigned_ok, struct job *ret,
			       struct ent_err *err)
{
	struct ent_arena *arena = &x->arena.abi;
	enum ent_rc rc =
	    arrival_verify(supplier, self, webhook, unsigned_ok, x->home->now_ms, arena, &ret->arrival, err);

	if (rc != ENT_OK)
		return rc;
	if (ret->arrival.traceparent.p == NULL)
		ret->arrival.traceparent = exchange_header(x, "traceparent");
	ret->arrival.traceparent = trace_next(x, ret->arrival.traceparent);
	ret->packed = packer_pack(x->home->packer, arena, webhook->body);
	return ENT_OK;
}

static void arrive_decode(struct exchange *x, const struct supplier *supplier, const struct ent_self *self,
			  const struct ent_webhook *webhook, struct arrival *arrival)
{
	struct slot_id id = arrival_slot(supplier, arrival->body_hash);

	if (!slot_enter(x->desk->slot, &id, x->asks_for_one)) {
		arrival_refuse(x->roster->set, supplier, SDK_SENTENCE("connector.slot", SLOT_REASON), arrival);
		return;
	}
	arrival_decode(x->roster->set, supplier, self, webhook, &x->arena.abi, arrival);
	slot_leave(x->desk->slot);
}

enum ent_rc arrive_prepare(struct exchange *x, const struct supplier *supplier, const struct ent_webhook *webhook,
			   bool unsigned_ok, struct job *ret, struct ent_err *err)
{
	struct ent_self self = roster_self(x->roster, supplier);
	enum ent_rc rc = arrive_pack(x, supplier, &self, webhook, unsigned_ok, ret, err);

	if (rc == ENT_OK)
		arrive_decode(x, supplier, &self, webhook, &ret->arrival);
	return rc;
}

/* ---- what was kept -------------------------------------------------------- */

struct ent_webhook arrive_kept(struct ent_arena *arena, struct ent_str header_json, struct ent_str body)
{
	struct ent_webhook webhook = {.body = body};
	struct ent_header *header;
	const struct sdk_json *node;
	struct ent_err err;

	if (sdk_json_parse(arena, header_json, &node, &err) != ENT_OK)
		return webhook;
	header = SDK_NEW_N(arena, struct ent_header, sdk_json_count(node) + 1);
	for (const struct sdk_json *one = sdk_json_first(node); one != NULL; one = sdk_json_next(one))
		header[webhook.n_header++] = (struct ent_header){sdk_json_key(one), sdk_json_text(one)};
	webhook.header = header;
	return webhook;
}

bool arrive_was_asked_for(struct ent_str delivery_id)
{
	return sdk_starts(delivery_id, "poll:") || sdk_starts(delivery_id, "sweep:");
}

static bool read_question(const struct ent_webhook *kept, struct ent_call *ret)
{
	const struct ent_header *header = kept->header;
	size_t n = kept->n_header;
	int64_t phase, since_ms;

	if (!delivery_op_by_name(sdk_header(header, n, "op"), &ret->op.kind) ||
	    !sdk_to_int(sdk_header(header, n, "phase"), &phase) || phase < 0 || phase > UINT16_MAX ||
	    !sdk_to_int(sdk_header(header, n, "since"), &since_ms))
		return false;
	ret->op.ticket.id = ret->op.ticket.key = sdk_header(header, n, "ticket");
	ret->op.since_ms = since_ms;
	ret->phase = (unsigned)phase;
	ret->attempt = 1;
	ret->memo = sdk_header(header, n, "memo");
	return true;
}

enum ent_rc arrive_read_answer(struct exchange *x, const struct supplier *supplier, const struct ent_self *self,
			       const struct ent_webhook *kept, struct ent_arena *arena, struct ent_changes *ret,
			       struct ent_err *err)
{
	const struct ent_connector *connector = supplier->connector;
	static const struct ent_header type = {{"Content-Type", 12}, {"application/json", 16}};
	const struct ent_response response = {200, &type, 1, kept->body};
	struct ent_result result = {.phase = 0};
	struct ent_call call = {.attempt = 0};
	enum ent_rc rc;

	if (connector->parse == NULL || !read_question(kept, &call))
		return sdk_fail_as(err, ENT_EINVAL, "probe.not_kept", "it answers a question that was not kept");
	struct slot_id id = arrival_answer_slot(supplier, &call, kept->body);
	if (!slot_enter(x->desk->slot, &id, x->asks_for_one))
		return sdk_fail_as(err, ENT_EINVAL, "connector.slot", SLOT_REASON);
	rc = connector->parse(self, &call, &response, arena, &result, err);
	slot_leave(x->desk->slot);
	*ret = result.changes;
	return rc == ENT_MORE ? ENT_OK : rc;
}

enum ent_rc arrive_prepare_answer(struct exchange *x, const struct supplier *supplier, const struct ent_webhook *kept,
				  struct job *ret, struct ent_err *err)
{
	struct ent_self self = roster_self(x->roster, supplier);
	struct ent_arena *arena = &x->arena.abi;
	struct ent_changes changes = {NULL, 0};
	struct ent_err why = {0};
	enum ent_rc rc = arrive_pack(x, supplier, &self, kept, true, ret, err);

	if (rc != ENT_OK)
		return rc;
	rc = arrive_read_answer(x, supplier, &self, kept, arena, &changes, &why);
	arrival_take(x->roster->set, supplier, changes, arena, &ret->arrival);
	if (rc != ENT_OK) {
		ret->arrival.dead = true;
		ret->arrival.reason = sdk_said_dup(arena, sdk_said(&why));
	}
	return ENT_OK;
}

/* ---- what became of it -------------------------------------------------------------- */

const char *arrive_outcome(const struct job *job)
{
	switch (job->outcome) {
	case JOB_ACCEPTED:
		return "accepted";
	case JOB_REPEATED:
		return "repeated";
	case JOB_DEAD:
		return "dead";
	case JOB_WAITING:
	case JOB_NOT_FOUND:
	case JOB_DENIED:
	case JOB_CONTENT:
	case JOB_CHANGED:
	case JOB_CONFLICT:
	case JOB_UNAVAILABLE:
		break;
	}
	return NULL;
}

void arrive_log(struct exchange *x, const struct job *job)
{
	struct log *log = x->desk->face->world.log;

	if (job->joins_full)
		log_write(log, LOG_WARN, "join.full", LOG_STR("supplier", job->arrival.supplier),
			  LOG_Z("why", JOINS_FULL_WHY), LOG_END);
	if (job->outcome != JOB_DEAD && !job->has_letter)
		return;
	log_write(log, LOG_WARN, job->arrival.is_cut ? "arrival.cut" : "arrival.dead",
		  LOG_STR("supplier", job->arrival.supplier), LOG_STR("delivery_id", job->arrival.delivery_id),
		  LOG_Z("why", job->err.msg), LOG_STR("traceparent", job->arrival.traceparent), LOG_END);
}
