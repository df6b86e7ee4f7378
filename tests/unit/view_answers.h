/* SPDX-License-Identifier: Apache-2.0 */
/* Every answer about one incident, told to one reader and kept as one text. */
#ifndef UNIT_VIEW_ANSWERS_H
#define UNIT_VIEW_ANSWERS_H

#include "view/view_delivery.h"
#include "view/view_find.h"
#include "view/view_history.h"
#include "view/view_incident.h"
#include "view/view_share.h"
#include "view/view_thread.h"
#include "deliveries.h"

struct answers {
	struct view view;
	struct sdk_buf text;
};

static inline void keep(struct answers *answers, enum ent_rc rc, struct ent_str json, const struct ent_err *err)
{
	if (rc == ENT_OK)
		sdk_buf_str(&answers->text, json);
	else
		sdk_buf_z(&answers->text, err->msg);
	sdk_buf_z(&answers->text, "\n");
}

static inline void ask_pages(struct answers *answers, const struct incident *incident)
{
	struct thread_page page = {.limit = 3};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err = {0};
	const struct sdk_json *answer;
	int64_t after = 0;
	enum ent_rc rc;

	do {
		rc = view_thread(&answers->view, incident, &page, &json, &err);
		keep(answers, rc, json, &err);
		assert_int_equal(rc, ENT_OK);
		assert_int_equal(sdk_json_parse(answers->view.arena, json, &answer, &err), ENT_OK);
		page.before = sdk_json_text_at(answer, "before");
	} while (page.before.n);
	do {
		rc = view_history(&answers->view, incident, after, 2, &json, &err);
		keep(answers, rc, json, &err);
		assert_int_equal(rc, ENT_OK);
		assert_int_equal(sdk_json_parse(answers->view.arena, json, &answer, &err), ENT_OK);
	} while (sdk_json_int(sdk_json_at(answer, "next"), &after));
}

/* Every answer about one incident. False: it is not there for this reader. */
static inline bool ask_incident(struct answers *answers, struct ent_str word)
{
	static const char *const supplier[] = {"north", "south", "orion", "telnord", "datacoeur"};
	struct incident incident = {.number = 0};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err = {0};

	if (view_find(&answers->view, word, &incident, &err) != ENT_OK) {
		assert_non_null(strstr(err.msg, "there is no incident"));
		return false;
	}
	keep(answers, view_incident(&answers->view, &incident, &json, &err), json, &err);
	for (size_t i = 0; i < sizeof supplier / sizeof *supplier; i++)
		keep(answers, view_share(&answers->view, &incident, sdk_str(supplier[i]), &json, &err), json, &err);
	struct delivery_filter filter = {.state = ENT_STR("all"), .incident = incident.number, .limit = 1};
	do {
		enum ent_rc rc = view_delivery_list(&answers->view, &filter, &json, &err);
		const struct sdk_json *answer = NULL;

		keep(answers, rc, json, &err);
		if (rc == ENT_OK)
			assert_int_equal(sdk_json_parse(answers->view.arena, json, &answer, &err), ENT_OK);
		filter.cursor = sdk_json_text_at(answer, "next");
	} while (filter.cursor.n);
	ask_pages(answers, &incident);
	return true;
}

#endif
