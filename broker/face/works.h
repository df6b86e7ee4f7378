/* SPDX-License-Identifier: Apache-2.0 */
/* Where to start: the work of the asker's organisation. */
#ifndef FACE_WORKS_H
#define FACE_WORKS_H

#include "face/exchange.h"

void works_list(struct exchange *x);

#endif
