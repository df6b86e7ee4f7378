/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What connectors share: reading headers, building changes, turning a tool's rich
 * text into plain text. The second time something appears in a connector, it moves here.
 */
#ifndef SDK_WEBHOOK_H
#define SDK_WEBHOOK_H

#include "entente/connector.h"
#include "sdk/json.h"

/* The header's value; absent when missing or when it stands twice (case folded). */
struct ent_str sdk_header(const struct ent_header *header, size_t n_header, const char *name);

/* Set an attribute: present, whatever the value; an absent value clears it. */
void sdk_set(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str text);
void sdk_set_native(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str native);
void sdk_set_person(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str id, struct ent_str name);
/* Only when the payload has the path: sets attr to its text (null clears). */
void sdk_set_at(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path);

/* A list of changes that grows in the arena, at most max; one more is refused with NULL. */
struct sdk_changes {
	struct ent_change *at;
	size_t n, cap, max;
	struct ent_arena *arena;
};
void sdk_changes_init(struct sdk_changes *list, struct ent_arena *arena, size_t max);
struct ent_change *sdk_changes_add(struct sdk_changes *list, enum ent_change_kind kind); /* zeroed */
struct ent_changes sdk_changes_take(const struct sdk_changes *list);

/* Canonical names: "in_progress" and so on; "unknown" for ENT_STATUS_UNKNOWN. */
const char *sdk_status_name(enum ent_status status);
enum ent_status sdk_status(struct ent_str name); /* ENT_STATUS_UNKNOWN when it is none */
const char *sdk_attr_name(enum ent_attr attr);   /* "title", "transferred_to", ... */
bool sdk_attr(struct ent_str name, enum ent_attr *ret);

/* HTML to plain text: block elements become line breaks, entities are decoded,
 * script and style vanish, links keep their address in brackets. Never fails. */
struct ent_str sdk_html_to_text(struct ent_arena *arena, struct ent_str html);

#endif
