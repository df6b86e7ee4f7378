/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of the sdk that a program may call: html_text, html_escape, trim, xml, from_local, to_local. libjq has no
 * way to add one. So prelude.c hands the argument to the debug callback and takes the value from the input callback,
 * which a program itself cannot reach. Pure: the zone's rules were read by open().
 */
#include <stdlib.h>

#include "generic.h"
#include "sdk/time.h"
#include "sdk/xml.h"

#define XML_JSON_MAX (32u << 20)
#define ESCAPED_MAX  (32u << 20)

static jv failure(const char *why)
{
	return jv_invalid_with_msg(jv_string(why));
}

static struct ent_str text_in(jv of)
{
	return (struct ent_str){jv_string_value(of), (size_t)jv_string_length_bytes(jv_copy(of))};
}

static jv text_out(struct ent_str text)
{
	return jv_string_sized(text.n ? text.p : "", (int)text.n);
}

static jv html_escape(struct ent_str text)
{
	struct sdk_buf out;
	jv ret;

	sdk_buf_init(&out, ESCAPED_MAX);
	for (size_t i = 0; i < text.n; i++) {
		const char *as = text.p[i] == '&'    ? "&amp;"
				 : text.p[i] == '<'  ? "&lt;"
				 : text.p[i] == '>'  ? "&gt;"
				 : text.p[i] == '"'  ? "&quot;"
				 : text.p[i] == '\'' ? "&#39;"
						     : NULL;

		if (as)
			sdk_buf_z(&out, as);
		else
			sdk_buf_char(&out, text.p[i]);
	}
	ret = out.failed ? failure("html_escape: the text is too long") : text_out(sdk_buf_view(&out));
	sdk_buf_release(&out);
	return ret;
}

static jv html_text(struct ent_str text)
{
	struct sdk_arena arena;
	jv ret;

	sdk_arena_init(&arena);
	ret = text_out(sdk_html_to_text(&arena.abi, text));
	sdk_arena_release(&arena);
	return ret;
}

static jv xml(struct ent_str text)
{
	struct ent_err err = {0};
	struct sdk_jsonw w;
	struct sdk_buf out;
	jv ret;

	sdk_buf_init(&out, XML_JSON_MAX);
	sdk_jsonw_init(&w, &out);
	if (sdk_xml_to_json(text, &w, &err) == ENT_OK)
		ret = jv_parse_sized(out.p, (int)out.n);
	else
		ret = failure(err.msg);
	sdk_buf_release(&out);
	return ret;
}

bool local_time(const struct zone *zone, struct ent_str text, int64_t *ret_ms)
{
	int64_t here, there;

	if (!sdk_time_parse(text, 0, &here) || !sdk_time_parse(text, 60, &there))
		return false;
	if (here != there && !zone)
		return false;
	*ret_ms = here == there ? here : zone_to_utc(zone, here);
	return true;
}

static jv from_local(const struct zone *zone, struct ent_str text)
{
	char time[SDK_TIME_SIZE];
	int64_t ms;

	if (!zone)
		return failure(
		    "from_local: the setting `zone` says where the tool is, e.g. Europe/Paris; it is missing");
	if (!local_time(zone, text, &ms))
		return failure("from_local: not a time as 2026-11-22 05:18:45");
	return text_out(sdk_time_format(ms, time));
}

static jv to_local(const struct zone *zone, struct ent_str text)
{
	char time[SDK_TIME_SIZE];
	int64_t ms;

	if (!zone)
		return failure("to_local: the setting `zone` says where the tool is, e.g. Europe/Paris; it is missing");
	if (!local_time(NULL, text, &ms))
		return failure("to_local: not a time as 2026-11-22T04:18:45Z");
	return text_out(sdk_head(sdk_time_format(ms + zone_offset_ms(zone, ms), time), 19));
}

jv own_call(const struct zone *zone, jv name, jv of)
{
	struct ent_str word = text_in(name), text;
	jv ret;

	if (jv_get_kind(of) != JV_KIND_STRING) {
		ret = failure("html_text, html_escape, trim, xml, from_local and to_local take a text");
	} else {
		text = text_in(of);
		ret = sdk_eqz(word, "html_text")     ? html_text(text)
		      : sdk_eqz(word, "html_escape") ? html_escape(text)
		      : sdk_eqz(word, "trim")        ? text_out(sdk_trim(text))
		      : sdk_eqz(word, "xml")         ? xml(text)
		      : sdk_eqz(word, "from_local")  ? from_local(zone, text)
		      : sdk_eqz(word, "to_local")    ? to_local(zone, text)
						     : failure("no such function");
	}
	jv_free(name);
	jv_free(of);
	return ret;
}
