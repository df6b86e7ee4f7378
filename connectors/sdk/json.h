/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, read through one strict gate and written by one writer.
 *
 * cJSON alone accepts some invalid JSON, rounds integers past 2^53, cuts strings
 * at U+0000 and keeps duplicate keys. So the gate scans the bytes first: RFC 8259,
 * UTF-8, no BOM, no U+0000, no lone surrogate, no duplicate key, bounded depth and
 * size. Numbers keep their literal: sdk_json_text() gives the digits as they stood.
 * json.c is the only file that names cJSON.
 */
#ifndef SDK_JSON_H
#define SDK_JSON_H

#include "sdk/json_mend.h"
#include "sdk/jsonw.h"
#include "sdk/str.h"

#define SDK_JSON_DEPTH_MAX 64

struct sdk_json; /* a node; lives in the arena it was parsed into */

enum sdk_json_kind { SDK_JSON_NULL, SDK_JSON_BOOL, SDK_JSON_NUMBER, SDK_JSON_STRING, SDK_JSON_ARRAY, SDK_JSON_OBJECT };

/* ENT_EINVAL names what, and at which byte. An empty input is invalid. */
enum ent_rc sdk_json_parse(struct ent_arena *arena, struct ent_str bytes, const struct sdk_json **ret,
			   struct ent_err *err) __attribute__((warn_unused_result));
/* The gate alone: is it valid? */
enum ent_rc sdk_json_check(struct ent_str bytes, struct ent_err *err) __attribute__((warn_unused_result));
/* The same JSON with each integer that a double cannot hold exactly written as a
 * string, for readers that only know doubles (libjq 1.6). `bytes` must be valid. */
struct ent_str sdk_json_quote_big(struct ent_arena *arena, struct ent_str bytes);

/* All readers take NULL (absent) and give absent / NULL / 0 / the default. */
enum sdk_json_kind sdk_json_kind(const struct sdk_json *node); /* NULL: SDK_JSON_NULL */
const struct sdk_json *sdk_json_at(const struct sdk_json *node,
				   const char *path);               /* "issue.fields.status"; no array index */
const struct sdk_json *sdk_json_first(const struct sdk_json *node); /* first child of an array or object */
const struct sdk_json *sdk_json_next(const struct sdk_json *node);
struct ent_str sdk_json_key(const struct sdk_json *node); /* its name in the object it is in */
/* The child of that name, whatever bytes the name has; NULL: none, or the node is no object. */
const struct sdk_json *sdk_json_member(const struct sdk_json *node, struct ent_str name);
size_t sdk_json_count(const struct sdk_json *node);
bool sdk_json_is(const struct sdk_json *node, const char *path, const char *text); /* string equals */
/* String, number literal, "true"/"false" as text; absent for null, arrays, objects. */
struct ent_str sdk_json_text(const struct sdk_json *node);
struct ent_str sdk_json_text_at(const struct sdk_json *node, const char *path);
bool sdk_json_bool(const struct sdk_json *node, bool dflt);
/* An integer literal, or a string of digits, in int64 range; else false. */
bool sdk_json_int(const struct sdk_json *node, int64_t *ret);
/* A node to fill: SDK_JSON_OBJECT or SDK_JSON_ARRAY. */
struct sdk_json *sdk_json_new(struct ent_arena *arena, enum sdk_json_kind kind);
/* Adds the value (NULL: null) at the end; what is below it stays shared. The key is NUL-terminated and borrowed, absent
 * in an array; the caller sees to it that it stands once. */
void sdk_json_put(struct ent_arena *arena, struct sdk_json *into, struct ent_str key, const struct sdk_json *value);
/* The node again as compact JSON in the arena; number literals as they stood. */
struct ent_str sdk_json_print(struct ent_arena *arena, const struct sdk_json *node);

/* Reading by table: path, where to put it, and whether the payload may lack it. */
enum sdk_field_kind {
	SDK_FIELD_STR,
	SDK_FIELD_INT,
	SDK_FIELD_BOOL,
	SDK_FIELD_TIME
}; /* ent_str, int64_t, bool, int64_t ms */
struct sdk_field {
	const char *path;
	enum sdk_field_kind kind;
	bool required;
	size_t offset;
};
/* Table ends with {0}. A missing optional field leaves *ret as it was. ENT_EINVAL names
 * the path of what is missing or of the wrong kind. */
enum ent_rc sdk_json_read(const struct sdk_json *node, const struct sdk_field *table, void *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
