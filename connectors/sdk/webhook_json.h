/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that most connectors take with a tool's JSON. Comes with webhook.h. */
#ifndef SDK_WEBHOOK_JSON_H
#define SDK_WEBHOOK_JSON_H

#include "sdk/webhook.h"

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

/* The ticket goes on as another one of the same tool. key: absent when it is not told. */
void sdk_continues(struct sdk_changes *list, struct ent_str from, struct ent_str to, struct ent_str key);
/* A change beside another one: the same ticket, stamp and actor, nothing else. */
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
