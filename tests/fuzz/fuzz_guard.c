/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of HTTP requests, fed as a connection feeds it: the first byte says how the rest is cut. However it is
 * cut, the verdict, the request and the decoded body must be the same, and what is taken must be unambiguous.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "edge/guard.h"
#include "face/uri.h"
#include "sdk/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct limits limits = {LIMITS_FIXED, .head_max = 16384, .body_max = 8192};

struct outcome {
	int status; /* 0: taken, -1: more awaited */
	size_t n_head, n_header, n_body, n_used;
	int64_t length;
};

static struct outcome read_head(struct ent_str bytes, size_t step, struct sdk_arena *arena, struct request *request)
{
	struct guard_scan scan = {0};
	struct guard_refusal refusal = {0};
	struct outcome outcome = {.status = -1};
	enum guard_verdict verdict = GUARD_MORE;

	for (size_t n = 0; verdict == GUARD_MORE && n < bytes.n;) {
		n = n + step < bytes.n ? n + step : bytes.n;
		verdict = guard_scan(&scan, &limits, (struct ent_str){bytes.p, n}, &outcome.n_head, &refusal);
	}
	if (verdict == GUARD_OK)
		verdict = guard_read(&scan, &limits, (struct ent_str){bytes.p, outcome.n_head}, &arena->abi, request,
				     &refusal);
	if (verdict != GUARD_MORE)
		outcome.status = verdict == GUARD_OK ? 0 : refusal.status;
	if (verdict == GUARD_OK) {
		outcome.n_header = request->n_header;
		outcome.length = request->length;
	}
	return outcome;
}

static void read_chunks(struct ent_str bytes, size_t step, struct outcome *outcome)
{
	struct guard_chunks chunks = {0};
	struct guard_refusal refusal = {0};
	enum guard_verdict verdict = GUARD_MORE;
	char *p = sdk_xalloc(bytes.n);

	if (bytes.n > 0)
		memcpy(p, bytes.p, bytes.n);
	for (size_t n = 0; verdict == GUARD_MORE && n < bytes.n;) {
		n = n + step < bytes.n ? n + step : bytes.n;
		verdict = guard_chunks(&chunks, &limits, p, n, &refusal);
		assert(chunks.body <= chunks.at && chunks.at <= n && chunks.body <= limits.body_max);
	}
	outcome->status = verdict == GUARD_OK ? 0 : verdict == GUARD_MORE ? -1 : refusal.status;
	outcome->n_body = verdict == GUARD_OK ? chunks.body : 0;
	outcome->n_used = verdict == GUARD_OK ? chunks.at : 0;
	free(p);
}

static void check_taken(struct request *request, struct sdk_arena *arena)
{
	struct ent_str query, param[4], path = sdk_cut(request->target, '?', &query), text;
	struct ent_header argument[8];
	size_t n;

	assert(request->target.p[0] == '/');
	for (size_t i = 0; i < request->n_header; i++) {
		assert(request->header[i].name.n > 0);
		assert(!memchr(request->header[i].name.p, ' ', request->header[i].name.n));
		for (size_t k = 0; k < request->header[i].value.n; k++)
			assert(request->header[i].value.p[k] != '\0' && request->header[i].value.p[k] != '\n');
	}
	if (uri_decode(&arena->abi, path, false, &text))
		assert(sdk_is_utf8(text) && text.n <= path.n);
	(void)uri_query(&arena->abi, query, argument, 8, &n);
	(void)uri_match(path, "/a/{}/b/{}", param, 4);
	(void)uri_is_path(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sdk_arena arena;
	struct request request;
	struct ent_str bytes;
	struct outcome whole, cut;

	if (size < 2)
		return 0;
	bytes = (struct ent_str){(const char *)data + 1, size - 1};
	sdk_arena_init(&arena);
	cut = read_head(bytes, (size_t)data[0] % 32 + 1, &arena, &request);
	whole = read_head(bytes, bytes.n, &arena, &request);
	/* The end of a head may be seen before it has grown too large as a whole, never the other way. */
	assert(memcmp(&whole, &cut, sizeof whole) == 0 || bytes.n > 8000);
	if (whole.status == 0) {
		check_taken(&request, &arena);
		bytes = (struct ent_str){bytes.p + whole.n_head, bytes.n - whole.n_head};
	}
	read_chunks(bytes, (size_t)data[0] % 32 + 1, &cut);
	read_chunks(bytes, bytes.n, &whole);
	assert(cut.status == whole.status && cut.n_body == whole.n_body && cut.n_used == whole.n_used);
	sdk_arena_release(&arena);
	return 0;
}
