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
/* What a payload says at path. Text and numbers stand for themselves, an object for its member `name`, a list of one
 * for that one: tools write the same thing in several shapes. True with *ret absent: null or "", there is none. False:
 * nothing is there, or nothing that is understood, and what is known stays. */
bool sdk_told_at(const struct sdk_json *node, const char *path, const char *name, struct ent_str *ret)
    __attribute__((warn_unused_result));
/* Sets attr to what is told at path, if anything is. Of STATUS and PRIORITY that is the native word. */
void sdk_set_told(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path,
		  const char *name);
/* The same for who or what stands there as an object of an id and a name, or by one of them alone. */
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

/* U+0000 out of what people wrote. */
void sdk_change_mend(struct ent_arena *arena, struct ent_change *change);
/* Does it keep to what the broker takes? ENT_EINVAL says what is too long, no text or missing; a comment that was added
 * may lack its id. */
enum ent_rc sdk_change_vet(const struct ent_change *change, struct ent_err *err) __attribute__((warn_unused_result));

/* Canonical names: "in_progress" and so on; "unknown" for ENT_STATUS_UNKNOWN. */
const char *sdk_status_name(enum ent_status status);
enum ent_status sdk_status(struct ent_str name); /* ENT_STATUS_UNKNOWN when it is none */
/* Is it a word of the ticket language: for STATUS a status name, for a scale one of its steps ("1".."5")? Other
 * attributes have none. */
bool sdk_is_canonical(enum ent_attr attr, struct ent_str word);
unsigned sdk_attr_steps(enum ent_attr attr);   /* of a scale; 0: it is none */
const char *sdk_attr_name(enum ent_attr attr); /* "title", "transferred_to", ... */
bool sdk_attr(struct ent_str name, enum ent_attr *ret);

/* HTML to plain text: block elements become line breaks, entities are decoded,
 * script and style vanish, links keep their address in brackets. Never fails. */
struct ent_str sdk_html_to_text(struct ent_arena *arena, struct ent_str html);

/* ---- who sent it (verify.c) ------------------------------------------------ */

/* verify() for tools that sign the body alone: header `name` is `prefix` + hex(HMAC-SHA256(secret, body)).
 * ENT_OK without secrets; ENT_EAUTH names the header that is missing or matches none of them. */
enum ent_rc sdk_verify_hex(const struct ent_webhook *webhook, const char *name, const char *prefix,
			   const struct ent_str *secret, size_t n_secret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* verify() for Standard Webhooks: HMAC-SHA256 over webhook-id.webhook-timestamp.body, base64, several signatures of
 * several versions in header `name`; at most 300 s old. What the sender calls it is the header webhook-id. */
enum ent_rc sdk_verify_standard(const struct ent_webhook *webhook, const char *name, const struct ent_str *secret,
				size_t n_secret, int64_t now_ms, struct ent_arena *arena, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- steps that most connectors take (shared.c) --------------------------- */

/* The body is one JSON object; else ENT_EINVAL says what it is. */
enum ent_rc sdk_body_object(struct ent_arena *arena, struct ent_str body, const struct sdk_json **ret,
			    struct ent_err *err) __attribute__((warn_unused_result));
/* An id: a string or an integer literal of 1..ENT_ID_MAX bytes. ENT_EINVAL names the path. */
enum ent_rc sdk_id_at(const struct sdk_json *node, const char *path, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The text at path, absent also when it is empty: for optional ids, names and numbers. */
struct ent_str sdk_word_at(const struct sdk_json *node, const char *path);
struct ent_str sdk_or_empty(struct ent_str s); /* absent becomes "": a comment has a body */
struct ent_person sdk_person_at(const struct sdk_json *node, const char *id, const char *name); /* of two words */

/* An id for what has none: a hash, the same for the same parts. A comment's is the broker's business. */
struct ent_str sdk_content_id(struct ent_arena *arena, const struct ent_str *part, size_t n_part);

/* A value of an application/x-www-form-urlencoded body, decoded. False: not there, or not encoded as it must be. */
bool sdk_form_value(struct ent_arena *arena, struct ent_str body, const char *name, struct ent_str *ret)
    __attribute__((warn_unused_result));

/* A stamp's time: 0 when the path is missing or holds no time. */
int64_t sdk_time_at(const struct sdk_json *node, const char *path);
/* Only when the payload has the path: sets attr to the time as the ticket language writes it; a bare
 * date is its midnight in UTC. null and "" clear; what is no time changes nothing. */
void sdk_set_time_at(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *path,
		     struct ent_arena *arena);
/* Sets ENT_FIELDS to those of the named members (ends with NULL) that hold something; leaves it alone when
 * there is none. Values stand as the tool wrote them. */
void sdk_set_fields(struct ent_ticket *ticket, const struct sdk_json *node, const char *const *name,
		    struct ent_arena *arena);

/* A person, group or thing that a tool names by id and perhaps by name: shown by name, else by id; neither clears. */
void sdk_set_reference(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str id, struct ent_str name);
/* A change beside another one: the same ticket, stamp and actor, nothing else. */
/* The ticket goes on as another one of the same tool. key: absent when it is not told. */
void sdk_continues(struct sdk_changes *list, struct ent_str from, struct ent_str to, struct ent_str key);
struct ent_change *sdk_changes_beside(struct sdk_changes *list, const struct ent_change *model,
				      enum ent_change_kind kind);
/* An attachment from a tool's object, by the names its members have there (NULL: the tool has none). */
struct sdk_attachment_names {
	const char *id, *name, *media_type, *url, *size;
};
enum ent_rc sdk_attachment_read(const struct sdk_json *node, const struct sdk_attachment_names *names,
				struct ent_attachment *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* Each of a list of such objects (NULL: none) as a change beside model. */
enum ent_rc sdk_attachments_add(struct sdk_changes *list, const struct ent_change *model, const struct sdk_json *nodes,
				const struct sdk_attachment_names *names, struct ent_err *err)
    __attribute__((warn_unused_result));

/* Does a table (ends with {0}) know this word, exactly? */
bool sdk_map_knows(const struct ent_map_row *row, struct ent_str native);
struct ent_str sdk_label(const struct sdk_json *node); /* a string, or the `name` of an object: tools write both */
/* The first label of a list that is `prefix` and digits: "ENT-000042". */
struct ent_str sdk_number_in_list(const struct sdk_json *list, const char *prefix);

#endif
