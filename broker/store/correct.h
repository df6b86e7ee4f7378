/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles late words: the incident is told again in the order in which things were said (core/replay.h), and where
 * that is not what stands, an incident.corrected event says so.
 *
 * Only for incidents whose suppliers are listened to and that no person with us has acted on: what we brought to tools,
 * and when, is part of the story of the others and not of their words.
 */
#ifndef STORE_CORRECT_H
#define STORE_CORRECT_H

#include "store/apply.h"

/* Before a change is applied: what tells afterwards whether it came out of order. */
struct order {
	int64_t said_ms, opened_ms, n_ticket, number;
};
struct order order_of(const struct incident *incident);
/* After its events are stored; `events` are those it made, in the dossier's incident. is_merged: another incident came
 * in.
 */
void correct(struct apply *apply, const struct dossier *dossier, const struct situation *at, const struct order *before,
	     const struct event *event, size_t n_event, bool is_merged);

#endif
