/* SPDX-License-Identifier: Apache-2.0 */
/* The input of a program: {"headers": {"x-name": "value"}, "body": ...}. */
#include <limits.h>

#include "generic.h"

#define FORM_FIELDS_MAX 1000

bool body_format(struct ent_str word, enum body_format *ret)
{
	static const char *const name[] = {[BODY_JSON] = "json", [BODY_FORM] = "form", [BODY_TEXT] = "text"};

	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		if (!sdk_eqz(word, name[i]))
			continue;
		*ret = (enum body_format)i;
		return true;
	}
	return false;
}

static jv text_of(struct ent_str text)
{
	return jv_string_sized(text.n ? text.p : "", (int)text.n);
}

enum ent_rc json_read(struct ent_str bytes, struct ent_arena *arena, jv *ret, struct ent_err *err)
{
	struct ent_str quoted;
	enum ent_rc rc;

	bytes = sdk_json_mend(arena, bytes);
	rc = sdk_json_check(bytes, err);
	if (rc != ENT_OK)
		return rc;
	quoted = sdk_json_quote_big(arena, bytes);
	if (quoted.n > INT_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "generic.body_large", "the body is too large");
	*ret = jv_parse_sized(quoted.p, (int)quoted.n);
	if (jv_is_valid(*ret))
		return ENT_OK;
	jv_free(*ret);
	return sdk_fail_as(err, ENT_EINVAL, "generic.body_no_json", "the body is no JSON that jq can read");
}

/* One side of a pair. */
static bool part_decode(struct ent_arena *arena, struct ent_str raw, struct ent_str *ret)
{
	if (!sdk_percent_decode(arena, raw, true, ret) || !sdk_is_utf8(*ret))
		return false;
	*ret = sdk_without_nul(arena, *ret);
	return true;
}

/* A name that stands several times becomes a list, in the order of the body. */
static jv form_put(jv form, struct ent_str name, struct ent_str value)
{
	jv key = text_of(name), old = jv_object_get(jv_copy(form), jv_copy(key));

	if (!jv_is_valid(old)) {
		jv_free(old);
		return jv_object_set(form, key, text_of(value));
	}
	if (jv_get_kind(old) != JV_KIND_ARRAY)
		old = jv_array_append(jv_array(), old);
	return jv_object_set(form, key, jv_array_append(old, text_of(value)));
}

static enum ent_rc form_of(struct ent_str body, struct ent_arena *arena, jv *ret, struct ent_err *err)
{
	struct ent_str rest = body;
	jv form = jv_object();

	for (size_t n = 0; rest.n > 0; n++) {
		struct ent_str raw, name, value, pair = sdk_cut(rest, '&', &rest);

		name = sdk_cut(pair, '=', &raw);
		if (pair.n == 0)
			continue;
		if (n == FORM_FIELDS_MAX || !part_decode(arena, name, &name) || !part_decode(arena, raw, &value)) {
			jv_free(form);
			return sdk_fail_as(err, ENT_EINVAL, "generic.body_no_form",
					   "the body is no form: more than {most=%d} fields, or not encoded as one",
					   FORM_FIELDS_MAX);
		}
		form = form_put(form, name, value);
	}
	*ret = form;
	return ENT_OK;
}

struct ent_str body_json(const struct generic_settings *settings, enum body_format format, struct ent_str body,
			 struct ent_arena *arena)
{
	struct ent_str field;

	if (format == BODY_JSON)
		return sdk_or_empty(body);
	if (format == BODY_FORM && settings->form_field.n > 0 &&
	    sdk_form_value(arena, body, sdk_z(arena, settings->form_field), &field))
		return field;
	return ENT_ABSENT;
}

static enum ent_rc body_of(const struct generic_settings *settings, enum body_format format, struct ent_str body,
			   struct ent_arena *arena, jv *ret, struct ent_err *err)
{
	struct ent_str json;

	if (body.n > INT_MAX / 2)
		return sdk_fail_as(err, ENT_EINVAL, "generic.body_large", "the body is too large");
	json = body_json(settings, format, body, arena);
	if (json.p)
		return json_read(json, arena, ret, err);
	if (format == BODY_FORM && settings->form_field.n == 0)
		return form_of(body, arena, ret, err);
	if (format != BODY_TEXT)
		return sdk_fail_as(err, ENT_EINVAL, "generic.form_field_missing",
				   "the body is no form with a field {field=%.*s}", ENT_F(settings->form_field));
	if (!sdk_is_utf8(body))
		return sdk_fail_as(err, ENT_EINVAL, "generic.body_no_text", "the body is no UTF-8 text");
	*ret = text_of(sdk_without_nul(arena, body));
	return ENT_OK;
}

/* Not what proves who sent it: a token must not end up in a ticket. Not what stands twice: which one holds? */
static jv headers_of(const struct ent_webhook *webhook, const char *proof, struct ent_arena *arena)
{
	jv headers = jv_object();

	for (size_t i = 0; i < webhook->n_header; i++) {
		struct ent_str name = sdk_lower(arena, webhook->header[i].name), value;

		value = sdk_header(webhook->header, webhook->n_header, sdk_z(arena, name));
		if (!value.p || !sdk_is_utf8(value) || sdk_ieqz(name, proof) || sdk_eqz(name, "authorization") ||
		    sdk_eqz(name, "proxy-authorization") || sdk_eqz(name, "cookie"))
			continue;
		headers = jv_object_set(headers, text_of(name), text_of(value));
	}
	return headers;
}

enum ent_rc input_make(const struct generic_settings *settings, enum body_format format,
		       const struct ent_webhook *webhook, struct ent_arena *arena, jv *ret, struct ent_err *err)
{
	enum scheme scheme = SCHEME_BEARER;
	const char *proof;
	jv body;
	enum ent_rc rc = body_of(settings, format, webhook->body, arena, &body, err);

	if (rc != ENT_OK)
		return rc;
	(void)scheme_read(settings->signature_scheme, &scheme); /* open() refused what is none */
	proof = sdk_z(arena, scheme_header(settings, scheme));
	*ret = jv_object_set(jv_object_set(jv_object(), jv_string("headers"), headers_of(webhook, proof, arena)),
			     jv_string("body"), body);
	return ENT_OK;
}
