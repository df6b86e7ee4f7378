/* SPDX-License-Identifier: Apache-2.0 */
#include "face/form.h"

#include "core/origin.h"
#include "face/page.h"
#include "face/uri.h"
#include "sdk/webhook.h"

bool form_is_ours(const struct exchange *x)
{
	return origin_is_ours(x->home->face->entrance->ways.public_url, exchange_header(x, "sec-fetch-site"),
			      exchange_header(x, "origin"));
}

bool form_read(struct exchange *x, struct form *ret)
{
	struct ent_str parameters;
	struct ent_str type = sdk_trim(sdk_cut(exchange_header(x, "content-type"), ';', &parameters));

	if (!form_is_ours(x)) {
		page_message(x, 403, WORDS_FOREIGN, WORDS_FOREIGN_NEXT);
		return false;
	}
	if (!sdk_ieqz(type, "application/x-www-form-urlencoded")) {
		page_message(x, 415, WORDS_FOREIGN, WORDS_FOREIGN_NEXT);
		return false;
	}
	if (!uri_query(&x->arena.abi, x->body, ret->field, FORM_FIELDS_MAX, &ret->n)) {
		page_message(x, 400, WORDS_FOREIGN, WORDS_FOREIGN_NEXT);
		return false;
	}
	return true;
}

struct ent_str form_value(const struct form *form, const char *name)
{
	return sdk_header(form->field, form->n, name);
}
