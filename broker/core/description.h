/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a person with us about an incident: all of them may be left out. Pure. */
#ifndef CORE_DESCRIPTION_H
#define CORE_DESCRIPTION_H

#include "core/state.h"
#include "sdk/json.h"

enum description_part {
	DESCRIBED_TITLE,
	DESCRIBED_IMPACT,
	DESCRIBED_URGENCY,
	DESCRIBED_NEEDED_BEFORE,
	DESCRIBED_SERVICE,
	DESCRIBED_SITE,
	DESCRIBED_REQUESTER,
	DESCRIBED_N
};

struct description {
	uint32_t says; /* 1u << part. A part that is said and empty (0) is taken away */
	struct ent_str title, service, site;
	struct person requester;
	int64_t needed_before_ms;
	unsigned impact, urgency;
};

static inline bool description_says(const struct description *description, enum description_part part)
{
	return (description->says >> part) & 1u;
}

/* The parts that are not the incident's already. */
struct description description_news(const struct description *description, const struct incident *incident);
void description_fold(struct incident *incident, const struct description *description);

/* Members for what is said: {"title": ..., "impact": 1, "service": null}. And back; false: one is of the wrong kind. */
void description_print(struct sdk_jsonw *w, const struct description *description);
bool description_read(const struct sdk_json *node, struct description *ret);

#endif
