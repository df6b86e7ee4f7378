/* SPDX-License-Identifier: Apache-2.0 */
/* JSON bodies by table: each member known, of its kind and within its limit, or the request is refused by its name. */
#ifndef FACE_BODY_H
#define FACE_BODY_H

#include "face/exchange.h"

enum body_kind {
	BODY_TEXT, /* struct ent_str: min..max characters, and not only white space where min is above 0 */
	BODY_BOOL, /* bool */
	BODY_INT,  /* int64_t: min..max */
	BODY_TIME, /* int64_t: ms */
	BODY_NODE  /* const struct sdk_json *: the route's own business */
};
struct body_field {
	const char *name;
	enum body_kind kind;
	bool required;
	int64_t min, max;
	size_t offset;
};
/* The request's body is one object that the table (ends with {0}) describes; missing members leave *ret as it was. An
 * empty body is an empty object where nothing is required. False: answered. */
bool body_read(struct exchange *x, const struct body_field *table, void *ret);
/* A whole number. 7.0 is one too: JSON Schema says so, and the document of the API speaks JSON Schema. */
bool body_whole(const struct sdk_json *node, int64_t *ret);
/* The same for a part of it. where: "brief." stands before names in answers. */
bool body_read_node(struct exchange *x, const char *where, const struct sdk_json *node, const struct body_field *table,
		    void *ret);

#endif
