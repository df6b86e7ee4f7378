/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/writer.h"

#include "sdk/acts.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

static void pair_write(struct sdk_jsonw *w, const char *first, struct ent_str a, const char *second, struct ent_str b)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_opt(w, first, a);
	sdk_jsonw_kstr_opt(w, second, b);
	sdk_jsonw_close(w, '}');
}

void sdk_write_ticket(struct sdk_jsonw *w, const struct ent_ticket *ticket)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_opt(w, "id", ticket->id);
	sdk_jsonw_kstr_opt(w, "key", ticket->key);
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_value *value = &ticket->at[i];

		if (!(ticket->has & 1u << i))
			continue;
		sdk_jsonw_key(w, sdk_attr_name((enum ent_attr)i));
		if (sdk_attr_is_mapped((enum ent_attr)i))
			pair_write(w, "native", value->native, "canonical", value->text);
		else if (i == ENT_FIELDS && value->text.n > 0)
			sdk_jsonw_raw(w, value->text);
		else if (value->native.p)
			pair_write(w, "id", value->native, "name", value->text);
		else
			sdk_jsonw_str(w, sdk_or_empty(value->text));
	}
	sdk_jsonw_close(w, '}');
}

void sdk_write_comment(struct sdk_jsonw *w, const struct ent_comment *comment)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_opt(w, "id", comment->id);
	sdk_jsonw_kstr(w, "body", sdk_or_empty(comment->body));
	sdk_jsonw_kz(w, "visibility", comment->visibility == ENT_PUBLIC ? "public" : "internal");
	if (comment->author.id.p || comment->author.name.p) {
		sdk_jsonw_key(w, "author");
		pair_write(w, "id", comment->author.id, "name", comment->author.name);
	}
	sdk_jsonw_close(w, '}');
}

void sdk_write_act(struct sdk_jsonw *w, const struct ent_act *act, bool tells_verb)
{
	char due[SDK_TIME_SIZE];

	sdk_jsonw_open(w, '{');
	if (tells_verb)
		sdk_jsonw_kz(w, "act", sdk_act_verb(act->kind));
	sdk_jsonw_kstr_some(w, "id", act->id);
	sdk_jsonw_kstr_some(w, "kind", act->ask);
	sdk_jsonw_kstr_some(w, "from", act->from);
	sdk_jsonw_kstr_some(w, "to", act->to);
	if (act->due_ms)
		sdk_jsonw_kstr(w, "due", sdk_time_format(act->due_ms, due));
	if (act->accepts)
		sdk_jsonw_kbool(w, "accepts", act->accepts == ENT_YES);
	sdk_jsonw_close(w, '}');
}
