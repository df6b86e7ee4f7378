/* SPDX-License-Identifier: Apache-2.0 */
/* A map in a request's body. */
#ifndef FACE_MAPPING_H
#define FACE_MAPPING_H

#include "core/maps.h"
#include "face/exchange.h"

#define MAP_JSON_MAX (256 << 10) /* bytes */

/* *ret borrows from the exchange's arena. False: answered 422 with what is wrong. */
bool map_body_check(struct exchange *x, const struct supplier *supplier, const struct sdk_json *node,
		    struct ent_str *ret_json, struct maps *ret);

#endif
