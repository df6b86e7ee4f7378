/* SPDX-License-Identifier: Apache-2.0 */
#include "core/description.h"

#include "core/situation.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

static bool is_same_part(const struct description *said, const struct incident *incident, enum description_part part)
{
	switch (part) {
	case DESCRIBED_TITLE:
		return same_text(said->title, incident->title);
	case DESCRIBED_IMPACT:
		return said->impact == incident->values.at[ENT_IMPACT];
	case DESCRIBED_URGENCY:
		return said->urgency == incident->values.at[ENT_URGENCY];
	case DESCRIBED_NEEDED_BEFORE:
		return said->needed_before_ms == incident->needed_before_ms;
	case DESCRIBED_SERVICE:
		return same_text(said->service, incident->service);
	case DESCRIBED_SITE:
		return same_text(said->site, incident->site);
	case DESCRIBED_REQUESTER:
		return same_text(said->requester.ref, incident->requester.ref);
	case DESCRIBED_N:
		break;
	}
	return true;
}

struct description description_news(const struct description *description, const struct incident *incident)
{
	struct description news = *description;

	for (unsigned part = 0; part < DESCRIBED_N; part++)
		if (is_same_part(description, incident, (enum description_part)part))
			news.says &= ~(1u << part);
	return news;
}

void description_fold(struct incident *incident, const struct description *description)
{
	if (description_says(description, DESCRIBED_TITLE))
		incident->title = description->title;
	if (description_says(description, DESCRIBED_IMPACT))
		incident->values.at[ENT_IMPACT] = description->impact;
	if (description_says(description, DESCRIBED_URGENCY))
		incident->values.at[ENT_URGENCY] = description->urgency;
	if (description_says(description, DESCRIBED_NEEDED_BEFORE))
		incident->needed_before_ms = description->needed_before_ms;
	if (description_says(description, DESCRIBED_SERVICE))
		incident->service = description->service;
	if (description_says(description, DESCRIBED_SITE))
		incident->site = description->site;
	if (description_says(description, DESCRIBED_REQUESTER))
		incident->requester = description->requester;
}

/* ---- as JSON -------------------------------------------------------------------------- */

static void print_part_text(struct sdk_jsonw *w, const struct description *description, enum description_part part,
			    const char *key, struct ent_str text)
{
	if (description_says(description, part))
		sdk_jsonw_kstr(w, key, text.n ? text : ENT_ABSENT); /* null */
}

void description_print(struct sdk_jsonw *w, const struct description *description)
{
	char time[SDK_TIME_SIZE];
	int64_t before_ms = description->needed_before_ms;

	print_part_text(w, description, DESCRIBED_TITLE, "title", description->title);
	if (description_says(description, DESCRIBED_IMPACT))
		sdk_jsonw_kint(w, "impact", description->impact);
	if (description_says(description, DESCRIBED_URGENCY))
		sdk_jsonw_kint(w, "urgency", description->urgency);
	print_part_text(w, description, DESCRIBED_NEEDED_BEFORE, "needed_before",
			before_ms ? sdk_time_format(before_ms, time) : ENT_ABSENT);
	print_part_text(w, description, DESCRIBED_SERVICE, "service", description->service);
	print_part_text(w, description, DESCRIBED_SITE, "site", description->site);
	if (description_says(description, DESCRIBED_REQUESTER))
		person_print(w, "requester", &description->requester);
	if (description_says(description, DESCRIBED_REQUESTER) && !description->requester.ref.n)
		sdk_jsonw_kstr(w, "requester", ENT_ABSENT); /* null */
}

static bool read_part_text(const struct sdk_json *node, const char *key, enum description_part part,
			   struct description *ret, struct ent_str *ret_text)
{
	const struct sdk_json *member = sdk_json_at(node, key);

	if (!member)
		return true;
	ret->says |= 1u << part;
	*ret_text = sdk_or_empty(sdk_json_text(member));
	return sdk_json_kind(member) == SDK_JSON_STRING || sdk_json_kind(member) == SDK_JSON_NULL;
}

static bool read_part_level(const struct sdk_json *node, enum ent_attr attr, enum description_part part,
			    struct description *ret, unsigned *ret_level)
{
	const struct sdk_json *member = sdk_json_at(node, sdk_attr_name(attr));
	int64_t level = 0;

	if (!member)
		return true;
	if (!sdk_json_int(member, &level) || level < 0 || level >= attr_n_value(attr))
		return false;
	ret->says |= 1u << part;
	*ret_level = (unsigned)level;
	return true;
}

bool description_read(const struct sdk_json *node, struct description *ret)
{
	const struct sdk_json *requester = sdk_json_at(node, "requester");
	struct ent_str before = ENT_STR("");

	*ret = (struct description){.says = 0};
	if (requester) {
		ret->says |= 1u << DESCRIBED_REQUESTER;
		ret->requester = person_parse(requester);
	}
	return read_part_text(node, "title", DESCRIBED_TITLE, ret, &ret->title) &&
	       read_part_level(node, ENT_IMPACT, DESCRIBED_IMPACT, ret, &ret->impact) &&
	       read_part_level(node, ENT_URGENCY, DESCRIBED_URGENCY, ret, &ret->urgency) &&
	       read_part_text(node, "needed_before", DESCRIBED_NEEDED_BEFORE, ret, &before) &&
	       (!before.n || sdk_time_parse(before, 0, &ret->needed_before_ms)) &&
	       read_part_text(node, "service", DESCRIBED_SERVICE, ret, &ret->service) &&
	       read_part_text(node, "site", DESCRIBED_SITE, ret, &ret->site);
}
