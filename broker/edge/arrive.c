/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/arrive.h"

#include "edge/trace.h"
#include "edge/worker.h"

enum ent_rc arrive_prepare(struct exchange *x, const struct supplier *supplier, const struct ent_webhook *webhook,
			   bool unsigned_ok, struct job *ret, struct ent_err *err)
{
	struct ent_self self = roster_self(x->roster, supplier);
	struct ent_arena *arena = &x->arena.abi;
	enum ent_rc rc =
	    arrival_verify(supplier, &self, webhook, unsigned_ok, x->worker->now_ms, arena, &ret->arrival, err);

	if (rc != ENT_OK)
		return rc;
	if (ret->arrival.traceparent.p == NULL)
		ret->arrival.traceparent = exchange_header(x, "traceparent");
	ret->arrival.traceparent = trace_next(x, ret->arrival.traceparent);
	arrival_decode(x->roster->set, supplier, &self, webhook, arena, &ret->arrival);
	ret->packed = packer_pack(x->worker->packer, arena, webhook->body);
	return ENT_OK;
}

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
	case JOB_CONFLICT:
	case JOB_UNAVAILABLE:
		break;
	}
	return NULL;
}

void arrive_log_dead(struct exchange *x, const struct job *job)
{
	log_write(x->worker->edge->world.log, LOG_WARN, "arrival.dead", LOG_STR("supplier", job->arrival.supplier),
		  LOG_STR("delivery_id", job->arrival.delivery_id), LOG_Z("why", job->err.msg),
		  LOG_STR("traceparent", job->arrival.traceparent), LOG_END);
}
