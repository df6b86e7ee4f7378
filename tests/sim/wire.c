/* SPDX-License-Identifier: Apache-2.0 */
/* Statements as the native connector takes them: CloudEvents in both modes, signed as Standard Webhooks. */
#include "book.h"

#include <assert.h>
#include <stdio.h>

#include "sdk/crypto.h"
#include "sdk/json.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

#define BODY_MAX 4096

static struct ent_str type_of(const struct statement *says)
{
	switch (says->kind) {
	case SAYS_TICKET:
		return ENT_STR("org.entente.supplier.ticket.changed.v1");
	case SAYS_COMMENT:
		return ENT_STR("org.entente.supplier.comment.added.v1");
	case SAYS_COMMENT_REMOVED:
		break;
	}
	return ENT_STR("org.entente.supplier.comment.removed.v1");
}

static void ticket_print(struct sdk_jsonw *w, const struct book *book, const struct statement *says)
{
	sdk_jsonw_key(w, "ticket");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "id", book->ticket[says->ticket].id);
	for (int k = 0; k < BOOK_ATTRS; k++)
		if (says->has >> k & 1)
			sdk_jsonw_kstr(w, sdk_attr_name(book_attr[k]), says->value[k]);
	sdk_jsonw_close(w, '}');
}

static void correlation_print(struct sdk_jsonw *w, const struct book *book, const struct statement *says)
{
	char key[16];

	if (!says->says_key && says->refers_to < 0)
		return;
	sdk_jsonw_key(w, "correlation");
	sdk_jsonw_open(w, '{');
	snprintf(key, sizeof key, "group-%d", book->ticket[says->ticket].group);
	if (says->says_key)
		sdk_jsonw_kz(w, "key", key);
	if (says->refers_to >= 0) {
		const struct book_ticket *other = &book->ticket[says->refers_to];

		sdk_jsonw_key(w, "references");
		sdk_jsonw_open(w, '[');
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kz(w, "supplier", book->supplier[other->supplier].name);
		sdk_jsonw_kz(w, "id", other->id);
		sdk_jsonw_close(w, '}');
		sdk_jsonw_close(w, ']');
	}
	sdk_jsonw_close(w, '}');
}

static void comment_print(struct sdk_jsonw *w, const struct statement *says)
{
	char text[64];

	if (says->kind == SAYS_TICKET)
		return;
	sdk_jsonw_key(w, "comment");
	sdk_jsonw_open(w, '{');
	snprintf(text, sizeof text, "c%d", says->comment);
	sdk_jsonw_kz(w, "id", text);
	if (says->kind == SAYS_COMMENT) {
		snprintf(text, sizeof text, "word-%d. revision %d.", says->comment, says->revision);
		sdk_jsonw_kz(w, "body", text);
		sdk_jsonw_kz(w, "visibility", says->comment % 2 ? "public" : "internal");
	}
	sdk_jsonw_close(w, '}');
}

static void data_print(struct sdk_jsonw *w, const struct book *book, const struct statement *says)
{
	char time[SDK_TIME_SIZE];

	sdk_jsonw_open(w, '{');
	if (says->stamp.version)
		sdk_jsonw_kint(w, "version", says->stamp.version);
	sdk_jsonw_kstr(w, "time", sdk_time_format(says->stamp.time_ms, time));
	ticket_print(w, book, says);
	correlation_print(w, book, says);
	comment_print(w, says);
	sdk_jsonw_close(w, '}');
}

void wire_body(struct book *book, struct message *delivery, bool is_binary)
{
	const struct statement *says = &delivery->says;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, BODY_MAX);
	sdk_jsonw_init(&w, &buf);
	if (is_binary) {
		delivery->type = type_of(says);
		data_print(&w, book, says);
	} else {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kz(&w, "specversion", "1.0");
		sdk_jsonw_kz(&w, "id", delivery->id);
		sdk_jsonw_kz(&w, "source", "urn:sim");
		sdk_jsonw_kstr(&w, "type", type_of(says));
		sdk_jsonw_key(&w, "data");
		data_print(&w, book, says);
		sdk_jsonw_close(&w, '}');
	}
	if (delivery->kind == DELIVERY_POISON)
		sdk_buf_z(&buf, "}");
	assert(!buf.failed);
	delivery->body = sdk_dup(&book->arena.abi, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
}

static struct ent_str sign(const struct book_supplier *supplier, const struct message *delivery, struct ent_str seconds,
			   struct ent_arena *arena)
{
	struct ent_str part[] = {sdk_str(delivery->id), ENT_STR("."), seconds, ENT_STR("."), delivery->body};
	unsigned char mac[SDK_HASH_MAX];
	size_t n = sdk_hmac(SDK_SHA256, supplier->key, part, sizeof part / sizeof *part, mac);
	struct ent_str text;

	if (delivery->kind == DELIVERY_FORGED)
		mac[0] ^= 1;
	text = sdk_base64(arena, mac, n);
	return sdk_format(arena, "v1,%.*s", (int)text.n, text.p);
}

void wire_request(const struct book *book, const struct message *delivery, int64_t now_ms, struct ent_arena *arena,
		  struct ent_webhook *ret)
{
	struct ent_header *header = SDK_NEW_N(arena, struct ent_header, 8);
	struct ent_str seconds = sdk_int(arena, now_ms / 1000);
	size_t n = 0;

	header[n++] = (struct ent_header){ENT_STR("webhook-id"), sdk_str(delivery->id)};
	header[n++] = (struct ent_header){ENT_STR("webhook-timestamp"), seconds};
	header[n++] = (struct ent_header){ENT_STR("webhook-signature"),
					  sign(&book->supplier[delivery->supplier], delivery, seconds, arena)};
	if (delivery->type.p) {
		header[n++] = (struct ent_header){ENT_STR("content-type"), ENT_STR("application/json")};
		header[n++] = (struct ent_header){ENT_STR("ce-specversion"), ENT_STR("1.0")};
		header[n++] = (struct ent_header){ENT_STR("ce-id"), sdk_str(delivery->id)};
		header[n++] = (struct ent_header){ENT_STR("ce-source"), ENT_STR("urn:sim")};
		header[n++] = (struct ent_header){ENT_STR("ce-type"), delivery->type};
	} else {
		header[n++] = (struct ent_header){ENT_STR("content-type"), ENT_STR("application/cloudevents+json")};
	}
	*ret = (struct ent_webhook){header, n, delivery->body, ENT_ABSENT};
}
