/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_erasure.h"

#include "sdk/say.h"
#include "sdk/webhook.h"
#include "view/view_json.h"

/* The places where nobody here can forget it. */
static void stays_print(struct sdk_jsonw *w)
{
	const struct ent_said stays[] = {
	    SDK_SENTENCE("erase.backups", "Backups that were made before hold the name: delete them when their time is "
					  "over, and erase again after one is put back."),
	    SDK_SENTENCE("erase.kafka",
			 "The topic of people holds the name until Kafka compacts it, and the topic of dead "
			 "letters as long as its retention says. A rebuild takes the last record, which has "
			 "no name."),
	    SDK_SENTENCE("erase.tools",
			 "The suppliers' own tools hold the name. What they send from now on is kept as it "
			 "came for `store.raw`: ask them to forget it there, and erase again."),
	    SDK_SENTENCE("erase.words",
			 "Words that people wrote stay, also where they name the person: edit or remove those "
			 "comments."),
	};

	sdk_jsonw_key(w, "stays");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < sizeof stays / sizeof *stays; i++)
		sdk_said_print(w, stays[i]);
	sdk_jsonw_close(w, ']');
}

enum ent_rc view_erasure(const struct view *view, struct ent_str ref, struct ent_str *ret, struct ent_err *err)
{
	struct erasure erasure;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err) || !erase_find(view->db, ref, &erasure))
		return db_failed(view->db)
			   ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db))
			   : sdk_fail_as(err, ENT_EGONE, "ask.nobody", "there is nobody here with this ref");
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "ref", ref);
	json_time(&w, "begun", erasure.begun_ms);
	if (erasure.done_ms)
		json_time(&w, "done", erasure.done_ms);
	sdk_jsonw_kint(&w, "raw", erasure.n_raw);
	sdk_jsonw_kint(&w, "dead_letters", erasure.n_letter);
	sdk_jsonw_kint(&w, "deliveries", erasure.n_delivery);
	stays_print(&w);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
