/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/suppliers/{}/maps. */
#ifndef FACE_MAPPING_H
#define FACE_MAPPING_H

#include "core/maps.h"
#include "face/exchange.h"

#define MAP_JSON_MAX (256 << 10) /* bytes */

/* A map in a request's body. *ret borrows from the exchange's arena. False: answered 422 with what is wrong. */
bool mapping_read(struct exchange *x, const struct supplier *supplier, const struct sdk_json *node,
		  struct ent_str *ret_json, struct maps *ret);

void mapping_list(struct exchange *x);
void mapping_post(struct exchange *x);
void mapping_activate(struct exchange *x);

#endif
