/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: POST /v1/arrivals. */
#ifndef FACE_IMPORT_H
#define FACE_IMPORT_H

#include "face/exchange.h"

void import_post(struct exchange *x);

#endif
