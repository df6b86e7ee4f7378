/* SPDX-License-Identifier: Apache-2.0 */
#include "face/desk.h"

#include "edge/worker.h"

enum ent_rc desk_open(struct desk *desk, const struct edge *edge, const char *name, struct ent_err *err)
{
	struct store_meta meta;

	*desk = (struct desk){.slot = slot_new(edge->world.slots, name)};
	sdk_buf_init(&desk->scratch, edge->limits.answer_max);
	return store_open_read(edge->options.store_path.p, NULL, &desk->db, &meta, err);
}

bool desk_reopen(struct desk *desk, const struct edge *edge)
{
	struct store_meta meta;
	struct db *db;
	struct ent_err err = {""};

	log_write(edge->world.log, LOG_ERROR, "http.store_unreadable", LOG_Z("why", db_error(desk->db)), LOG_END);
	if (store_open_read(edge->options.store_path.p, NULL, &db, &meta, &err) != ENT_OK)
		return false;
	db_close(desk->db);
	desk->db = db;
	return true;
}

void desk_close(struct desk *desk)
{
	db_close(desk->db);
	sdk_buf_release(&desk->scratch);
	slot_free(desk->slot);
}
