/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request of ours to a provider of identities, waited for, by link's own rules: which addresses may be reached, how
 * large and how slow an answer may be. It is no lane's work: it belongs to no incident, is never repeated, and a person
 * waits for it.
 */
#ifndef LINK_FETCH_H
#define LINK_FETCH_H

#include "core/way_in.h"

enum ent_rc fetch_once(const struct way_ask *ask, struct ent_arena *arena, struct way_answer *ret, struct ent_err *err);

#endif
