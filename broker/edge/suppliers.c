/* SPDX-License-Identifier: Apache-2.0 */
/* The suppliers of the configuration: how each does, how far its tool was read. */
#include "edge/ask.h"
#include "edge/body.h"
#include "edge/route.h"
#include "edge/worker.h"
#include "store/read.h"

void supplier_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = read_suppliers(x->worker->db, &x->arena.abi, x->roster->set, x->worker->now_ms, &json, &err);

	ask_answer(x, 200, rc, json, &err);
}
