/* SPDX-License-Identifier: Apache-2.0 */
#include "face/desk.h"

enum ent_rc desk_open(struct desk *desk, struct face *face, const char *name, void (*wake)(void *of), void *of,
		      struct ent_err *err)
{
	struct store_meta meta;

	*desk = (struct desk){.face = face,
			      .slot = slot_new(face->world.slots, name),
			      .refused_logs = face->limits.refused_logs,
			      .date_s = -1};
	sdk_buf_init(&desk->scratch, face->limits.answer_max);
	mailbox_open(&desk->mailbox, wake, of);
	desk_sample(desk);
	return store_open_read(face->store_path.p, NULL, &desk->db, &meta, err);
}

bool desk_reopen(struct desk *desk)
{
	struct store_meta meta;
	struct db *db;
	struct ent_err err = {0};

	log_write(desk->face->world.log, LOG_ERROR, "http.store_unreadable", LOG_Z("why", db_error(desk->db)), LOG_END);
	if (store_open_read(desk->face->store_path.p, NULL, &db, &meta, &err) != ENT_OK)
		return false;
	db_close(desk->db);
	desk->db = db;
	return true;
}

void desk_close(struct desk *desk)
{
	db_close(desk->db);
	db_close(desk->index);
	sdk_spare_release(&desk->spare);
	sdk_buf_release(&desk->scratch);
	slot_free(desk->slot);
	roster_unref(mailbox_take(&desk->mailbox).latest);
	roster_unref(desk->roster);
	packer_free(desk->packer);
	mailbox_close(&desk->mailbox);
}

void desk_sample(struct desk *desk)
{
	struct clock *clock = desk->face->world.clock;

	desk->now_us = clock->mono_us(clock);
	desk->now_ms = clock->now_ms(clock);
}

bool desk_may_log_refusal(struct desk *desk)
{
	return desk->refused_logs > 0 && desk->refused_logs-- > 0;
}
