/* SPDX-License-Identifier: Apache-2.0 */
/* The last request and the tool's answer, for people who want to know why something stands still: without any
 * secret, and only the first bytes of each text. */
#ifndef LINK_TRANSCRIPT_H
#define LINK_TRANSCRIPT_H

#include "entente/connector.h"

struct flight;

struct transcript {
	const char *method; /* NULL: nothing was asked */
	struct ent_str path, request, answer;
	int status; /* 0: no answer */
};

void transcript_asked(struct flight *flight, const struct ent_request *request);
void transcript_answered(struct flight *flight, const struct ent_response *response);
struct ent_str transcript_json(struct flight *flight); /* absent: nothing was asked */
/* The beginning of a text of the tool's, as people may read it. It lives as long as the flight. */
struct ent_str transcript_part(struct flight *flight, struct ent_str text, size_t max);
struct ent_said transcript_said(struct flight *flight, struct ent_said said);
/* An arrival that becomes a dead letter, which people read and Kafka carries: hides secrets, adds what was asked. */
void transcript_letter(struct flight *flight);
/* Makes a message fit for events and logs: without a secret of ours, see slots_clean(); ASCII where it is not UTF-8. */
void transcript_clean(const struct flight *flight, struct ent_err *err);

#endif
