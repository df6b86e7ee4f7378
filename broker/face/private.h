/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/users/{}/export, /v1/users/{}/erase: what is held about a person, and that it is forgotten. */
#ifndef FACE_PRIVATE_H
#define FACE_PRIVATE_H

#include "face/exchange.h"

void private_export(struct exchange *x);
void private_erase(struct exchange *x);

#endif
