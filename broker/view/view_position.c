/* SPDX-License-Identifier: Apache-2.0 */
/* A Feistel network of four rounds over 16 bytes: the number, a nonce, and 32 zeros, by which a forged one is known. */
#include "view/view_position.h"

#include <stdio.h>
#include <string.h>

#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "view/view_reader.h"

enum { ROUNDS = 4 };

struct halves {
	uint64_t left, right;
};

static struct ent_str position_key(const struct view *view)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT value FROM meta WHERE name = 'people_key'");
	struct ent_str key = db_row(stmt) ? sdk_dup(view->arena, db_str(stmt, 0)) : ENT_STR("");

	db_done(stmt);
	return key;
}

static uint64_t mix_half(const struct view *view, struct ent_str key, int round, uint64_t half)
{
	const char number = (char)('0' + round);
	unsigned char hash[SDK_HASH_MAX];
	uint64_t ret;
	const struct ent_str part[] = {ENT_STR("position\n"),
				       view->reader->organisation,
				       ENT_STR("\n"),
				       {&number, 1},
				       {(const char *)(const void *)&half, sizeof half}};

	sdk_hmac(SDK_SHA256, key, part, sizeof part / sizeof *part, hash);
	memcpy(&ret, hash, sizeof ret);
	return ret;
}

struct ent_str view_position_print(const struct view *view, int64_t seq, uint32_t nonce)
{
	struct halves at = {(uint64_t)seq, (uint64_t)nonce << 32};
	struct ent_str key;

	if (view_is_ours(view))
		return sdk_int(view->arena, seq);
	key = position_key(view);
	for (int i = 0; i < ROUNDS; i++)
		at = (struct halves){at.right, at.left ^ mix_half(view, key, i, at.right)};
	return sdk_format(view->arena, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(at.left >> 32),
			  (unsigned)(at.left >> 16 & 0xffff), (unsigned)(at.left & 0xffff), (unsigned)(at.right >> 48),
			  (unsigned long long)(at.right & 0xffffffffffff));
}

/* Reads the form above: 32 digits with four dashes between. */
static bool read_halves(struct ent_str text, struct halves *ret)
{
	uint64_t half[2] = {0, 0};
	size_t n = 0;

	if (text.n != ID_SIZE - 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int digit = sdk_hex_value(text.p[i]);

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text.p[i] != '-')
				return false;
			continue;
		}
		if (digit < 0)
			return false;
		half[n / 16] = half[n / 16] << 4 | (unsigned)digit;
		n++;
	}
	*ret = (struct halves){half[0], half[1]};
	return true;
}

bool view_position_read(const struct view *view, struct ent_str text, int64_t *ret)
{
	struct ent_str key;
	struct halves at;

	if (view_is_ours(view))
		return sdk_to_int(text, ret) && *ret >= 0;
	if (!read_halves(text, &at))
		return false;
	key = position_key(view);
	for (int i = ROUNDS; i-- > 0;)
		at = (struct halves){at.right ^ mix_half(view, key, i, at.left), at.left};
	if ((uint32_t)at.right != 0 || at.left > INT64_MAX)
		return false;
	*ret = (int64_t)at.left;
	return true;
}
