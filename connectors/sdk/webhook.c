/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/webhook.h"

#include <assert.h>
#include <string.h>

struct ent_str sdk_header(const struct ent_header *header, size_t n_header, const char *name)
{
	struct ent_str found = ENT_ABSENT;

	for (size_t i = 0; i < n_header; i++) {
		if (!sdk_ieqz(header[i].name, name))
			continue;
		if (found.p)
			return ENT_ABSENT; /* which of the two was signed is not for us to guess */
		found = header[i].value;
	}
	return found;
}

/* ---- attributes ----------------------------------------------------------- */

/* Each sets its own half of the value, so that native and text may be set in any order. */
void sdk_set(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str text)
{
	ticket->has |= 1u << attr;
	ticket->at[attr].text = text;
}

void sdk_set_native(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str native)
{
	ticket->has |= 1u << attr;
	ticket->at[attr].native = native;
}

void sdk_set_person(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str id, struct ent_str name)
{
	sdk_set(ticket, attr, name);
	sdk_set_native(ticket, attr, id);
}

/* A list of one means that one. */
static const struct sdk_json *only_of(const struct sdk_json *node)
{
	if (sdk_json_kind(node) == SDK_JSON_ARRAY && sdk_json_count(node) == 1)
		return sdk_json_first(node);
	return node;
}

bool sdk_told_at(const struct sdk_json *node, const char *path, const char *name, struct ent_str *ret)
{
	const struct sdk_json *at = only_of(sdk_json_at(node, path));
	enum sdk_json_kind kind = sdk_json_kind(at);
	struct ent_str text = kind == SDK_JSON_OBJECT && name ? sdk_json_text_at(at, name) : sdk_json_text(at);

	*ret = text.n > 0 ? text : ENT_ABSENT;
	if (!at || kind == SDK_JSON_ARRAY)
		return false;
	return kind != SDK_JSON_OBJECT || text.n > 0;
}

void sdk_set_told(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path,
		  const char *name)
{
	struct ent_str text;

	if (!sdk_told_at(node, path, name, &text))
		return;
	if (sdk_attr_is_mapped(attr))
		sdk_set_native(ticket, attr, text);
	else
		sdk_set(ticket, attr, text);
}

void sdk_set_reference(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str id, struct ent_str name)
{
	sdk_set_person(ticket, attr, id.n > 0 ? id : ENT_ABSENT, name.n > 0 ? name : id.n > 0 ? id : ENT_ABSENT);
}

void sdk_set_reference_told(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node,
			    const char *path, const char *id, const char *name)
{
	const struct sdk_json *at = only_of(sdk_json_at(node, path));
	struct ent_str ref = ENT_ABSENT, shown = ENT_ABSENT;
	bool has_ref = sdk_json_kind(at) == SDK_JSON_OBJECT && sdk_told_at(at, id, NULL, &ref);

	if (sdk_told_at(node, path, name, &shown) || (has_ref && ref.n > 0))
		sdk_set_reference(ticket, attr, ref, shown);
}

void sdk_set_at(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path)
{
	const struct sdk_json *value = sdk_json_at(node, path);

	if (!value)
		return;
	enum sdk_json_kind kind = sdk_json_kind(value);
	if (kind == SDK_JSON_ARRAY || kind == SDK_JSON_OBJECT)
		return; /* not understood: that is no reason to clear what is known */
	if (sdk_attr_is_mapped(attr))
		sdk_set_native(ticket, attr, sdk_json_text(value)); /* their text is for canonical names only */
	else
		sdk_set(ticket, attr, sdk_json_text(value));
}

/* ---- changes -------------------------------------------------------------- */

void sdk_changes_init(struct sdk_changes *list, struct ent_arena *arena)
{
	*list = (struct sdk_changes){.arena = arena};
}

struct ent_change *sdk_changes_add(struct sdk_changes *list, enum ent_change_kind kind)
{
	if (list->n == (list->max > 0 ? list->max : ENT_CHANGES_MAX + 1)) {
		list->failed = true;
		list->spill = (struct ent_change){.kind = kind};
		return &list->spill;
	}
	if (list->n == list->cap) {
		size_t cap = list->cap > 0 ? list->cap * 2 : 2;
		struct ent_change *at = SDK_NEW_N(list->arena, struct ent_change, cap);
		if (list->n > 0)
			memcpy(at, list->at, list->n * sizeof *at);
		list->at = at;
		list->cap = cap;
	}
	struct ent_change *change = &list->at[list->n++];
	change->kind = kind;
	return change;
}

enum ent_rc sdk_changes_take(const struct sdk_changes *list, struct ent_changes *ret, struct ent_err *err)
{
	if (list->failed && list->max > 0)
		return sdk_fail_as(err, ENT_EINVAL, "vet.changes_many", "more than {most=%zu} changes in one arrival",
				   list->max);
	*ret = (struct ent_changes){list->at, list->n};
	return ENT_OK;
}

/* ---- canonical names ------------------------------------------------------ */

static const char *const status_name[ENT_N_STATUS] = {
    [ENT_STATUS_UNKNOWN] = "unknown",  [ENT_NEW] = "new",           [ENT_ACKNOWLEDGED] = "acknowledged",
    [ENT_IN_PROGRESS] = "in_progress", [ENT_PENDING] = "pending",   [ENT_HELD] = "held",
    [ENT_TRANSFERRED] = "transferred", [ENT_RESOLVED] = "resolved", [ENT_CLOSED] = "closed",
    [ENT_CANCELLED] = "cancelled",     [ENT_REJECTED] = "rejected",
};

static const char *const attr_name[ENT_N_ATTR] = {
#define ATTR_NAME(id, name, steps) [id] = name,
    ENT_ATTRIBUTES(ATTR_NAME)
#undef ATTR_NAME
};

static const unsigned attr_steps[ENT_N_ATTR] = {
#define ATTR_STEPS(id, name, steps) [id] = steps,
    ENT_ATTRIBUTES(ATTR_STEPS)
#undef ATTR_STEPS
};

const char *sdk_status_name(enum ent_status status)
{
	assert((unsigned)status < ENT_N_STATUS);
	return status_name[status];
}

enum ent_status sdk_status(struct ent_str name)
{
	for (size_t i = 0; i < ENT_N_STATUS; i++)
		if (sdk_eqz(name, status_name[i]))
			return (enum ent_status)i;
	return ENT_STATUS_UNKNOWN;
}

bool sdk_is_canonical(enum ent_attr attr, struct ent_str word)
{
	if (attr == ENT_STATUS)
		return sdk_status(word) != ENT_STATUS_UNKNOWN;
	return word.n == 1 && word.p[0] >= '1' && (unsigned)(word.p[0] - '0') <= attr_steps[attr];
}

bool sdk_attr_is_mapped(enum ent_attr attr)
{
	return attr == ENT_STATUS || sdk_attr_steps(attr) > 0;
}

unsigned sdk_attr_steps(enum ent_attr attr)
{
	assert((unsigned)attr < ENT_N_ATTR);
	return attr_steps[attr];
}

const char *sdk_attr_name(enum ent_attr attr)
{
	assert((unsigned)attr < ENT_N_ATTR);
	return attr_name[attr];
}

bool sdk_attr(struct ent_str name, enum ent_attr *ret)
{
	for (size_t i = 0; i < ENT_N_ATTR; i++)
		if (sdk_eqz(name, attr_name[i])) {
			*ret = (enum ent_attr)i;
			return true;
		}
	return false;
}
