/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: POST /v1/suppliers/{}/maps/try. */
#ifndef FACE_MAPPING_TRY_H
#define FACE_MAPPING_TRY_H

#include "face/exchange.h"

void mapping_try(struct exchange *x);

#endif
