/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs, paths under a base, ranges of addresses and Retry-After. What is taken must mean the
 * same to a second, cruder reader: one host, the base's; no part that climbs; within bounds.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/range.h"
#include "core/url.h"
#include "sdk/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The authority as one finds it who only looks for the first "//" and the next '/', '?' or '#'. */
static struct ent_str authority(struct ent_str url)
{
	struct ent_str rest;

	(void)sdk_cut(url, '/', &rest);
	(void)sdk_cut(rest, '/', &rest);
	for (size_t i = 0; i < rest.n; i++)
		if (strchr("/?#\\", rest.p[i]))
			rest.n = i;
	return rest;
}

static void taken_check(struct ent_str url)
{
	struct url read;
	struct ent_err err;

	assert(url_read(url, &read, &err) == ENT_OK);
	assert(read.host.n > 0 && read.port >= 1 && read.port <= 65535);
	assert(sdk_starts(url, read.is_tls ? "https://" : "http://"));
	assert(!memchr(url.p, '@', read.origin.n) && !memchr(url.p, '#', url.n));
	struct ent_str seen = authority(url);
	assert(memmem(seen.p, seen.n, read.host.p, read.host.n) && seen.n + (read.is_tls ? 8u : 7u) == read.origin.n);
	for (size_t i = 0; i < url.n; i++)
		assert(url.p[i] > 0x20 && url.p[i] < 0x7F && url.p[i] != '\\');
}

static void path_check(struct ent_str base, struct ent_str path)
{
	struct url from, to;
	struct ent_str url, query, decoded;
	struct sdk_arena arena;
	struct ent_err err;

	sdk_arena_init(&arena);
	if (url_join(&arena.abi, base, path, &url, &err) == ENT_OK) {
		taken_check(url);
		assert(url_read(base, &from, &err) == ENT_OK && url_read(url, &to, &err) == ENT_OK);
		assert(sdk_ieq(from.host, to.host) && from.port == to.port && from.is_tls == to.is_tls);
		decoded = sdk_cut(to.path, '?', &query);
		for (int i = 0; i < 4; i++) {
			assert(!memmem(decoded.p, decoded.n, "/../", 4) && !memmem(decoded.p, decoded.n, "\\..\\", 4));
			if (!sdk_percent_decode(&arena.abi, decoded, false, &decoded))
				break;
		}
	}
	sdk_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const base[] = {"https://tool.example", "https://tool.example/rest",
					   "http://10.0.0.1:8080/a/b"};
	struct ent_str text = {(const char *)data, size}, rest;
	struct ent_err err;
	int64_t ms;

	if (size < 2 || size > 10000)
		return 0;
	text = (struct ent_str){text.p + 1, text.n - 1};
	if (url_vet(text, data[0] & 1, &err) == ENT_OK)
		taken_check(text);
	path_check(sdk_str(base[data[0] % 3]), text);
	(void)sdk_cut(text, '\n', &rest);
	path_check((struct ent_str){text.p, rest.p ? (size_t)(rest.p - text.p) - 1 : text.n},
		   rest.p ? rest : ENT_STR("/x"));
	ms = sdk_http_retry_after(text, INT64_C(1795334400000));
	assert(ms >= -1 && ms <= 3600000);
	if (range_is_cidr(text))
		assert(memchr(text.p, '/', text.n) && text.n < 50);
	return 0;
}
