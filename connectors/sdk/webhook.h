/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helpers that connectors share: reading headers, building changes, turning a tool's rich
 * text into plain text. The second time something appears in a connector, it moves here.
 */
#ifndef SDK_WEBHOOK_H
#define SDK_WEBHOOK_H

#include "entente/connector.h"
#include "sdk/html.h"
#include "sdk/json.h"
#include "sdk/verify.h"
#include "sdk/vet.h"

/* The header's value; absent when missing or when it stands twice (case folded). */
struct ent_str sdk_header(const struct ent_header *header, size_t n_header, const char *name);

/* Set an attribute: present, whatever the value; an absent value clears it. */
void sdk_set(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str text);
void sdk_set_native(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str native);
void sdk_set_person(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str id, struct ent_str name);
/* The value that a payload tells at path. Text and numbers stand for themselves, an object for its member `name`, a
 * list of one for that one: tools write the same thing in several shapes. True with *ret absent: null or "", there is
 * none. False: nothing is there, or nothing that is understood, and what is known stays. */
bool sdk_told_at(const struct sdk_json *node, const char *path, const char *name, struct ent_str *ret)
    __attribute__((warn_unused_result));
/* Sets attr to what is told at path, if anything is. For STATUS and PRIORITY that is the native word. */
void sdk_set_told(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path,
		  const char *name);
/* A person, group or thing that a tool names by id and perhaps by name: shown by name, else by id; neither clears. */
void sdk_set_reference(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str id, struct ent_str name);
/* sdk_set_told() for who or what stands there as an object of an id and a name, or by one of them alone. */
void sdk_set_reference_told(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node,
			    const char *path, const char *id, const char *name);
/* Only when the payload has the path: sets attr to its text (null clears). */
void sdk_set_at(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path);

/* A list of changes that grows in the arena up to its max, then remembers that it failed; sdk_changes_take()
 * tells, once at the end. Without a max it holds one change more than the broker takes, so that the broker
 * sees that there were more; further changes are left out. */
struct sdk_changes {
	struct ent_change *at;
	size_t n, cap;
	size_t max; /* 0: ENT_CHANGES_MAX + 1 */
	bool failed;
	struct ent_change spill; /* what did not fit is written here and forgotten */
	struct ent_arena *arena;
};
void sdk_changes_init(struct sdk_changes *list, struct ent_arena *arena);
/* Zeroed, never NULL; valid until the next one is added. */
struct ent_change *sdk_changes_add(struct sdk_changes *list, enum ent_change_kind kind);
enum ent_rc sdk_changes_take(const struct sdk_changes *list, struct ent_changes *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* Canonical names: "in_progress" and so on; "unknown" for ENT_STATUS_UNKNOWN. */
const char *sdk_status_name(enum ent_status status);
enum ent_status sdk_status(struct ent_str name); /* ENT_STATUS_UNKNOWN when it is none */
/* Is it a word of the ticket language: for STATUS a status name, for a scale one of its steps ("1".."5")? Other
 * attributes have none. */
bool sdk_is_canonical(enum ent_attr attr, struct ent_str word);
unsigned sdk_attr_steps(enum ent_attr attr);   /* of a scale; 0: it is none */
bool sdk_attr_is_mapped(enum ent_attr attr);   /* STATUS and the scales: it has words of the ticket language */
const char *sdk_attr_name(enum ent_attr attr); /* "title", "transferred_to", ... */
bool sdk_attr(struct ent_str name, enum ent_attr *ret);

#include "sdk/webhook_json.h"

#endif
