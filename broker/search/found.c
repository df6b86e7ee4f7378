/* SPDX-License-Identifier: Apache-2.0 */
#include "search/found.h"

#include "core/state.h"
#include "sdk/webhook.h"
#include "view/view_person.h"

enum {
	PLACES_MAX = 16,
	SNIPPET_MAX = 200,    /* characters */
	SNIPPET_BEFORE = 60,  /* of them before the first place */
	LOOKED_AT = 64 << 10, /* bytes of a text */
};

const char *found_kind(enum hit_kind kind)
{
	static const char *const name[HIT_N] = {
	    [HIT_INCIDENT] = "incident", [HIT_TICKET] = "ticket", [HIT_PERSON] = "person", [HIT_COMMENT] = "comment"};

	return name[kind];
}

/* The byte at which the text's character `at` begins; its end when it has fewer. */
static size_t byte_of(struct ent_str text, size_t at)
{
	size_t i = 0;

	for (size_t n = 0; i < text.n; i++)
		if ((text.p[i] & 0xC0) != 0x80 && n++ == at)
			return i;
	return i;
}

static void print_places(struct sdk_jsonw *w, const struct words_place *place, size_t n, size_t from, size_t to)
{
	sdk_jsonw_key(w, "found");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < n; i++) {
		if (place[i].from < from || place[i].to > to)
			continue;
		sdk_jsonw_open(w, '[');
		sdk_jsonw_int(w, (int64_t)(place[i].from - from));
		sdk_jsonw_int(w, (int64_t)(place[i].to - from));
		sdk_jsonw_close(w, ']');
	}
	sdk_jsonw_close(w, ']');
}

/* "snippet": the part of the text around the first place. */
static void print_snippet(struct sdk_jsonw *w, const struct query *query, struct ent_str text)
{
	struct words_place place[PLACES_MAX];
	struct ent_str head = sdk_head(text, LOOKED_AT);
	size_t n = query_places(query, head, place, PLACES_MAX), first = n ? place[0].from : 0;
	size_t from = first > SNIPPET_BEFORE && byte_of(head, SNIPPET_MAX) < head.n ? first - SNIPPET_BEFORE : 0;
	size_t begin = byte_of(head, from), end = byte_of(head, from + SNIPPET_MAX);

	sdk_jsonw_key(w, "snippet");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "text", (struct ent_str){head.p + begin, end - begin});
	print_places(w, place, n, from, from + SNIPPET_MAX);
	sdk_jsonw_kbool(w, "before", begin > 0);
	sdk_jsonw_kbool(w, "after", end < text.n);
	sdk_jsonw_close(w, '}');
}

void found_print_incident(struct sdk_jsonw *w, const struct hit *hit)
{
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_kstr(w, "incident", incident_number(hit->incident, number));
	sdk_jsonw_kstr(w, "id", hit->incident_uuid);
	sdk_jsonw_kstr(w, "title", hit->title);
	sdk_jsonw_kz(w, "status", sdk_status_name(hit->status));
}

static void print_found_comment(const struct view *view, struct sdk_jsonw *w, const struct query *query,
				const struct hit *hit)
{
	sdk_jsonw_kstr(w, "comment", hit->uuid);
	sdk_jsonw_key(w, "author");
	view_person_print(view, w, hit->author);
	json_time(w, "created", hit->created_ms);
	print_snippet(w, query, hit->text);
}

static void print_found_ticket(struct sdk_jsonw *w, const struct query *query, const struct hit *hit)
{
	sdk_jsonw_kstr(w, "supplier", hit->supplier);
	sdk_jsonw_kstr(w, "ticket", hit->ticket);
	sdk_jsonw_kstr(w, "key", hit->key.n ? hit->key : hit->ticket);
	print_snippet(w, query, hit->ticket_title.n ? hit->ticket_title : hit->text);
}

void found_print(const struct view *view, struct sdk_jsonw *w, const struct query *query, const struct hit *hit)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "kind", found_kind(hit->kind));
	if (hit->kind != HIT_PERSON)
		found_print_incident(w, hit);
	switch (hit->kind) {
	case HIT_INCIDENT:
		print_snippet(w, query, hit->title);
		break;
	case HIT_TICKET:
		print_found_ticket(w, query, hit);
		break;
	case HIT_COMMENT:
		print_found_comment(view, w, query, hit);
		break;
	case HIT_PERSON:
		sdk_jsonw_key(w, "person");
		view_person_print(view, w, hit->ref);
		print_snippet(w, query, hit->name);
		break;
	case HIT_N:
		break;
	}
	sdk_jsonw_close(w, '}');
}

void found_print_organisation(struct sdk_jsonw *w, const struct query *query, struct ent_str organisation,
			      struct ent_str title)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "kind", FOUND_ORGANISATION);
	sdk_jsonw_kstr(w, "organisation", organisation);
	print_snippet(w, query, title);
	sdk_jsonw_close(w, '}');
}
