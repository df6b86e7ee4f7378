/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for people: columns as wide as their widest cell, the last one cut to fit a
 * terminal. Control characters from outside are shown as '?', so that a ticket's title
 * cannot steer the terminal.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "sdk/json.h"

#define TABLE_COLUMNS_MAX 12

struct table_column {
	const char *title;
	/* of the member in each row: "holder"; "supplier|organisation": the second where the first is not there */
	const char *path;
};

/* rows: a JSON array of objects. columns ends with {0}. empty: what is said when there is no row. */
void table_print(struct ent_arena *arena, const struct sdk_json *rows, const struct table_column *columns,
		 const char *empty);
/* One cell's text: strings and numbers as they are, null and absent as "-". */
struct ent_str table_cell(struct ent_arena *arena, const struct sdk_json *value);
/* The cell of a row's member; path as in a column. */
struct ent_str table_member(struct ent_arena *arena, const struct sdk_json *row, const char *path);
/* Text with control characters shown as '?'; line breaks and tabs stay when `lines`, else they are blanks. */
struct ent_str table_safe(struct ent_arena *arena, struct ent_str text, bool lines);
/* An object's members, one a line: "name  value". Those in `but` (names, ends with NULL; may be NULL) are left out. */
void table_members(struct ent_arena *arena, const struct sdk_json *object, const char *const *but);
/* Each line of a text behind `indent`. */
void table_lines(struct ent_arena *arena, const char *indent, struct ent_str text);
/* The last request and its answer, as the API shows them; nothing when exchange is NULL. */
void table_exchange(struct ent_arena *arena, const struct sdk_json *exchange);

#endif
