/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wording.h"

#include "core/file_name.h"
#include "core/organisation.h"
#include "sdk/marker.h"
#include "sdk/webhook.h"

#include <string.h>

#define WORDING_MAX (4u << 20) /* a brief's members were bounded where they came in */

static void add_paragraph(struct sdk_buf *buf, struct ent_str text)
{
	sdk_buf_z(buf, buf->n && text.n ? "\n\n" : "");
	sdk_buf_str(buf, text);
}

static void add_phrase(struct ent_arena *arena, struct sdk_buf *buf, enum ent_language language, enum phrase phrase,
		       const char *name, struct ent_str value)
{
	const struct phrase_param param = {name, value};

	if (value.n)
		add_paragraph(buf, phrase_say(arena, language, phrase, &param, 1));
}

struct ent_str wording_brief(struct ent_arena *arena, enum ent_language language, const struct brief *brief,
			     const struct incident *incident)
{
	int64_t before_ms = brief->needed_before_ms ? brief->needed_before_ms : incident->needed_before_ms;
	char number[INCIDENT_NUMBER_SIZE];
	struct sdk_buf buf;

	sdk_buf_init(&buf, WORDING_MAX);
	add_paragraph(&buf, brief->what);
	add_phrase(arena, &buf, language, PHRASE_EFFECT, "text", brief->effect);
	add_phrase(arena, &buf, language, PHRASE_TRIED, "text", brief->tried);
	add_phrase(arena, &buf, language, PHRASE_WANTED, "text", brief->wanted);
	if (before_ms)
		add_phrase(arena, &buf, language, PHRASE_NEEDED, "time", phrase_time(arena, language, before_ms));
	add_phrase(arena, &buf, language, PHRASE_SERVICE, "text", incident->service);
	add_phrase(arena, &buf, language, PHRASE_SITE, "text", incident->site);
	add_phrase(arena, &buf, language, PHRASE_INCIDENT, "incident", incident_number(incident->number, number));
	struct ent_str text = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return text;
}

struct ent_str wording_title(const struct supplier_set *suppliers, struct ent_str organisation)
{
	for (size_t i = 0; suppliers && i < suppliers->n; i++)
		if (suppliers->at[i].title.n && sdk_eq(organisation_of(&suppliers->at[i]), sdk_or_empty(organisation)))
			return suppliers->at[i].title;
	return sdk_or_empty(organisation);
}

/* A line for each file that was uploaded with the words: its bytes do not go into the tool, and who has no account with
 * us is told where they are all the same. */
static struct ent_str files_lines(struct ent_arena *arena, enum ent_language language, const struct comment *comment)
{
	struct ent_str rest = comment->files, lines = ENT_STR("");
	char number[INCIDENT_NUMBER_SIZE];
	int64_t size;

	while (rest.n) {
		struct ent_str name, bytes = sdk_cut(sdk_cut(rest, '\n', &rest), ' ', &name);
		if (!sdk_to_int(bytes, &size))
			continue;
		const struct phrase_param param[] = {{"name", name},
						     {"size", file_name_size(arena, size, language == ENT_FRENCH)},
						     {"incident", incident_number(comment->incident, number)}};
		lines = sdk_format(arena, "%.*s\n\n%.*s", ENT_F(lines),
				   ENT_F(phrase_say(arena, language, PHRASE_FILE, param, 3)));
	}
	return lines;
}

struct ent_str wording_comment(struct ent_arena *arena, const struct supplier_set *suppliers,
			       enum ent_language language, const struct comment *comment)
{
	const struct supplier *from =
	    suppliers && comment->supplier.n ? supplier_by_name(suppliers, comment->supplier) : NULL;
	struct ent_str title = from && from->title.n ? from->title : comment->supplier;
	struct ent_str name = comment->author.name, who = name;

	if (!comment->supplier.n)
		who = name.n ? name : ENT_STR("Entente");
	else
		who = name.n ? sdk_format(arena, "%.*s (%.*s)", ENT_F(name), ENT_F(title)) : title;
	/* A person who answers by mail quotes what we wrote there, marker and all. */
	const struct ent_str body = sdk_marker_strip(arena, comment->body);
	/* Markdown that spans lines begins on one of its own. */
	const char *gap = body.n && memchr(body.p, '\n', body.n) ? "\n\n" : " ";
	struct ent_str line = entry_line(arena, language, &comment->entry, wording_title(suppliers, comment->entry.to));
	if (comment->entry.kind == ENTRY_APPROVAL) /* in a tool there is no button for it */
		line = sdk_format(arena, "%.*s %.*s", ENT_F(line),
				  ENT_F(phrase_say(arena, language, PHRASE_YES_OR_NO, NULL, 0)));
	return sdk_format(arena, "%.*s%s%.*s:%s%.*s%.*s", ENT_F(line), line.n ? "\n\n" : "", ENT_F(who), gap,
			  ENT_F(body), ENT_F(files_lines(arena, language, comment)));
}

struct ent_str wording_unshared(struct ent_arena *arena, enum ent_language language, int64_t incident,
				struct ent_str reason)
{
	char number[INCIDENT_NUMBER_SIZE];
	const struct phrase_param param = {"incident", incident_number(incident, number)};

	return sdk_format(arena, "%.*s%s%.*s", ENT_F(phrase_say(arena, language, PHRASE_UNSHARED, &param, 1)),
			  reason.n ? " " : "", ENT_F(reason));
}

enum ent_language wording_language(const struct supplier_set *suppliers, struct ent_str supplier)
{
	const struct supplier *found = suppliers && supplier.n ? supplier_by_name(suppliers, supplier) : NULL;

	return found ? found->language : ENT_ENGLISH;
}
