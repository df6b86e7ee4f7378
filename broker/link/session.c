/* SPDX-License-Identifier: Apache-2.0 */
#include "link/session.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/str.h"
#include "sdk/webhook.h"

#define NAME_MAX_N  64
#define VALUE_MAX_N 4096

static void value_forget(struct session_value *value)
{
	explicit_bzero(value->text, value->n_text);
	free(value->name);
	*value = (struct session_value){0};
}

static bool value_is_named(const struct session_value *value, struct ent_str name)
{
	return sdk_eq(name, (struct ent_str){value->name, value->n_name});
}

/* The value is not used any more, but people must still not see it. */
static void value_retire(struct session *session, struct session_value *value)
{
	struct ent_str name = {value->name, value->n_name};
	size_t i = 0;

	while (i < session->n_before && !value_is_named(&session->before[i], name))
		i++;
	if (i == ENT_SESSION_MAX)
		i = 0;
	if (i < session->n_before)
		value_forget(&session->before[i]);
	else
		session->n_before++;
	session->before[i] = *value;
	*value = (struct session_value){0};
}

void session_forget(struct session *session)
{
	for (size_t i = 0; i < session->n; i++)
		value_retire(session, &session->value[i]);
	session->n = 0;
	session->is_begun = false;
	session->end_us = 0;
}

void session_release(struct session *session)
{
	session_forget(session);
	for (size_t i = 0; i < session->n_before; i++)
		value_forget(&session->before[i]);
	session->n_before = 0;
}

struct ent_str session_value(const struct session *session, struct ent_str name)
{
	for (size_t i = 0; i < session->n; i++)
		if (value_is_named(&session->value[i], name))
			return (struct ent_str){session->value[i].text, session->value[i].n_text};
	return ENT_ABSENT;
}

static void value_set(struct session *session, struct ent_str name, struct ent_str text)
{
	size_t i = 0;
	struct session_value *value;

	while (i < session->n && !value_is_named(&session->value[i], name))
		i++;
	value = &session->value[i];
	if (i < session->n)
		value_retire(session, value);
	else
		session->n++;
	*value = (struct session_value){.name = sdk_xalloc(name.n + text.n), .n_name = name.n, .n_text = text.n};
	value->text = value->name + name.n;
	memcpy(value->name, name.p, name.n);
	memcpy(value->text, text.p, text.n);
}

void session_copy(struct session *to, const struct session *from)
{
	session_release(to);
	for (size_t i = 0; i < from->n; i++) {
		const struct session_value *value = &from->value[i];

		value_set(to, (struct ent_str){value->name, value->n_name},
			  (struct ent_str){value->text, value->n_text});
	}
}

static bool value_name_is_valid(struct ent_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') ||
		      name.p[i] == '_'))
			return false;
	return name.n > 0 && name.n <= NAME_MAX_N;
}

enum ent_rc session_take(struct session *session, const struct ent_result *result, struct ent_err *err)
{
	for (size_t i = 0; i < result->n_session; i++) {
		struct ent_str name = result->session[i].name, text = result->session[i].value;

		if (!value_name_is_valid(name))
			return sdk_fail_as(err, ENT_EINVAL, "session.name",
					   "the name of a session value may have only a-z, 0-9 and _");
		if (text.n == 0 || text.n > VALUE_MAX_N || sdk_has_control(text) || !sdk_is_utf8(text))
			return sdk_fail_as(
			    err, ENT_EINVAL, "session.value",
			    "the session's {name=%.*s} is empty, has more than {most=%d} bytes or a control character",
			    ENT_F(name), VALUE_MAX_N);
		if (session->n == ENT_SESSION_MAX && !session_value(session, name).p)
			return sdk_fail_as(err, ENT_EINVAL, "session.values_many",
					   "the session has more than {most=%d} values", ENT_SESSION_MAX);
		value_set(session, name, text);
	}
	return ENT_OK;
}

void session_begin(struct session *session, unsigned life_s, int64_t now_us)
{
	session->is_begun = true;
	session->turn++;
	session->end_us = life_s > 0 ? now_us + life_s * INT64_C(1000000) : INT64_MAX;
}

bool session_is_used(const struct ent_request *request)
{
	for (size_t i = 0; i < request->n_slot; i++)
		if (request->slot[i].session)
			return true;
	return false;
}

bool session_is_wanted(const struct session *session, const struct ent_request *request, int64_t now_us)
{
	return session_is_used(request) && (!session->is_begun || now_us >= session->end_us);
}
