/* SPDX-License-Identifier: Apache-2.0 */
#include "core/echo.h"

#include <string.h>

#include "sdk/crypto.h"
#include "sdk/marker.h"

/* ---- the words as tools leave them --------------------------------------------- */

enum { ENTITY_MAX = 12 }; /* bytes of "&CounterClockwise;" that are looked at; those that tools write are short */

/* Bytes of an entity at `at`, where an '&' stands; 1 when it is none. */
static size_t entity_size(struct ent_str text, size_t at)
{
	size_t i = at + 1;

	if (i < text.n && text.p[i] == '#')
		i++;
	for (; i < text.n && i - at <= ENTITY_MAX; i++) {
		char c = text.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (c == ';' && i > at + 1)
			return i + 1 - at;
		if (!plain)
			break;
	}
	return 1;
}

/* Bytes of white space at `at`, "&nbsp;" and U+00A0 among it; 0: none. */
static size_t space_size(struct ent_str text, size_t at)
{
	static const char *const forms[] = {"&nbsp;", "&#160;", "&#xa0;", "&#xA0;", "\xc2\xa0"};
	unsigned char c = (unsigned char)text.p[at];

	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	if (c != '&' && c != 0xc2)
		return 0;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		size_t n = strlen(forms[i]);
		if (n <= text.n - at && memcmp(text.p + at, forms[i], n) == 0)
			return n;
	}
	return 0;
}

struct ent_str echo_words(struct ent_arena *arena, struct ent_str text)
{
	struct ent_str from = sdk_marker_strip(arena, text);
	char *kept = sdk_alloc(arena, from.n + 1);
	bool gap = false; /* white space since the last kept byte */
	size_t n = 0, space;

	for (size_t i = 0; i < from.n;) {
		char c = from.p[i];
		if ((space = space_size(from, i)) > 0) {
			gap = true;
			i += space;
			continue;
		}
		if (from.n - i >= 3 && memcmp(from.p + i, "\xe2\x80\x8b", 3) == 0) { /* ours: see sdk/dialect.h */
			i += 3;
			continue;
		}
		if (c == '&' || strchr("\\*_`<>", c)) { /* no byte of from is NUL: see arrival.c */
			i += c == '&' ? entity_size(from, i) : 1;
			continue;
		}
		if (gap && n > 0)
			kept[n++] = ' ';
		gap = false;
		kept[n++] = c;
		i++;
	}
	return (struct ent_str){kept, n};
}

void echo_hash(struct ent_arena *arena, struct ent_str text, unsigned char ret[32])
{
	struct ent_str words = echo_words(arena, text);
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_digest(SDK_SHA256, &words, 1, hash);
	memcpy(ret, hash, 32);
}

bool echo_hash_among(struct ent_str hashes, const unsigned char hash[32])
{
	for (size_t i = 0; i + ECHO_HASH_SIZE <= hashes.n; i += ECHO_HASH_SIZE)
		if (memcmp(hashes.p + i, hash, ECHO_HASH_SIZE) == 0)
			return true;
	return false;
}

/* ---- who said it ---------------------------------------------------------------- */

bool echo_is_account(const struct supplier *supplier, const struct ent_person *person)
{
	if (!supplier->account.n)
		return false;
	return (person->id.n && sdk_ieq(person->id, supplier->account)) ||
	       (person->name.n && sdk_ieq(person->name, supplier->account));
}

static bool is_told(const struct ent_person *person)
{
	return person->id.n || person->name.n;
}

static const struct ent_person *author_of(const struct ent_change *change)
{
	return is_told(&change->comment.author) ? &change->comment.author : &change->actor;
}

/* ---- comments -------------------------------------------------------------------- */

/* The delivery of exactly these words whose place in the tool is not known yet; NULL: none. */
static const struct echo_sent *sent_words(const struct ent_change *change, const struct echo_sent *sent, size_t n_sent,
					  struct ent_arena *arena)
{
	unsigned char hash[32];

	if (n_sent == 0)
		return NULL;
	echo_hash(arena, change->comment.body, hash);
	for (size_t i = 0; i < n_sent; i++)
		if (!sent[i].is_bound && echo_hash_among(sent[i].hashes, hash))
			return &sent[i];
	return NULL;
}

static const struct echo_sent *sent_marked(const struct ent_change *change, const struct echo_sent *sent, size_t n_sent)
{
	char key[SDK_MARKER_KEY_SIZE];

	if (n_sent == 0 || !sdk_marker_find(change->comment.body, key))
		return NULL;
	for (size_t i = 0; i < n_sent; i++)
		if (!sent[i].is_bound && strcmp(sent[i].key, key) == 0)
			return &sent[i];
	return NULL;
}

/* The text ends with a marker that nobody quotes: a mail that answers has it behind a sign, or words after it. */
static bool ends_with_marker(struct ent_arena *arena, struct ent_str text)
{
	static const char *const quotes[] = {">", "|", "&gt;"};
	struct ent_str before = sdk_marker_strip(arena, text);

	if (before.p != text.p || before.n == text.n) /* strip() makes a new text when something follows */
		return false;
	for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
		size_t n = strlen(quotes[i]);
		if (before.n >= n && memcmp(before.p + before.n - n, quotes[i], n) == 0)
			return false;
	}
	return true;
}

/* A marker alone does not make it ours: who answers by mail quotes it. */
static bool is_marked_echo(const struct supplier *supplier, const struct ent_change *change,
			   const struct echo_sent *marked, const struct echo_sent *words, struct ent_arena *arena)
{
	const struct ent_person *author = author_of(change);

	if (words == marked)
		return true;
	if (supplier->account.n && is_told(author))
		return echo_is_account(supplier, author);
	return ends_with_marker(arena, change->comment.body);
}

enum echo echo_comment(const struct supplier *supplier, const struct ent_change *change, bool is_known,
		       const struct echo_sent *sent, size_t n_sent, struct ent_arena *arena,
		       const struct echo_sent **ret_sent)
{
	*ret_sent = NULL;
	if (is_known)
		return ECHO_ID;
	if (change->kind != ENT_COMMENT_ADDED)
		return ECHO_NONE;
	const struct echo_sent *words = sent_words(change, sent, n_sent, arena);
	const struct echo_sent *marked = sent_marked(change, sent, n_sent);
	if (marked && is_marked_echo(supplier, change, marked, words, arena)) {
		*ret_sent = marked;
		return ECHO_MARKER;
	}
	if (echo_is_account(supplier, author_of(change))) {
		*ret_sent = marked ? marked : words;
		return ECHO_AUTHOR;
	}
	if (words) {
		*ret_sent = words;
		return ECHO_CONTENT;
	}
	return ECHO_NONE;
}

/* ---- values ------------------------------------------------------------------------ */

static bool sent_tells(const struct ent_change *change, const struct echo_sent *sent, enum ent_attr attr)
{
	unsigned said = attr_value(attr, change->ticket.at[attr].text);

	return !sent->is_bound && attr_in(change->ticket.has & sent->set, attr) && said &&
	       said == sent->values.at[attr];
}

bool echo_is_others(const struct supplier *supplier, const struct ent_person *person)
{
	return supplier->account.n && is_told(person) && !echo_is_account(supplier, person);
}

uint32_t echo_attributes(const struct supplier *supplier, const struct ent_change *change, const struct echo_sent *sent,
			 size_t n_sent)
{
	uint32_t bits = 0;

	if (echo_is_others(supplier, &change->actor))
		return 0;
	for (size_t i = 0; i < n_sent; i++)
		for (unsigned attr = 0; attr < ENT_N_ATTR; attr++)
			if (attr_in(ATTR_CARRIED, attr) && sent_tells(change, &sent[i], (enum ent_attr)attr))
				bits |= 1u << attr;
	return bits;
}
