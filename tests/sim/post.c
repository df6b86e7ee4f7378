/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "edge/guard.h"
#include "face/answer.h"
#include "face/route.h"

#define PATIENCE_US 3000000
#define HEAD_MAX    4096

struct post *post_new(struct sim *sim, enum sender sender, const char *method, struct ent_str target)
{
	struct post *post = sdk_xalloc(sizeof *post);
	struct post **end = &sim->posts;

	memset(post, 0, sizeof *post);
	sdk_arena_init(&post->arena);
	post->sim = sim;
	post->sender = sender;
	post->method = method;
	post->target = sdk_dup(&post->arena.abi, target);
	post->canary = post->said = -1;
	post->due_us = sim->world.us;
	while (*end)
		end = &(*end)->next;
	*end = post;
	return post;
}

static void post_free(struct sim *sim, struct post *post)
{
	struct post **at = &sim->posts;

	while (*at != post)
		at = &(*at)->next;
	*at = post->next;
	sdk_arena_release(&post->arena);
	free(post);
}

/* ---- to the broker ---------------------------------------------------------------------- */

static struct ent_str bytes_of(const struct post *post, const char *authorization, struct ent_arena *arena)
{
	struct sdk_buf buf;

	sdk_buf_init(&buf, HEAD_MAX + post->body.n);
	sdk_buf_format(&buf, "%s %.*s HTTP/1.1\r\nHost: sim\r\n", post->method, ENT_F(post->target));
	if (post->sender == SENDER_PERSON)
		sdk_buf_format(&buf, "Authorization: Bearer %s\r\n", authorization);
	if (post->body.p)
		sdk_buf_format(&buf, "Content-Length: %zu\r\n", post->body.n);
	sdk_buf_str(&buf, post->fields);
	sdk_buf_z(&buf, "\r\n");
	sdk_buf_str(&buf, post->body);
	struct ent_str bytes = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return bytes;
}

/* The answer as its bytes say. */
static void answer_read(struct post *post, struct ent_str bytes)
{
	const char *end = memmem(bytes.p, bytes.n, "\r\n\r\n", 4);

	post->status = atoi(bytes.p + sizeof "HTTP/1.1 " - 1);
	if (end)
		post->answer =
		    sdk_dup(&post->arena.abi, (struct ent_str){end + 4, bytes.n - (size_t)(end + 4 - bytes.p)});
}

static void answered(struct sim *sim, struct post *post)
{
	struct broker *broker = sim->broker;
	struct sdk_buf buf;

	sdk_buf_init(&buf, 1 << 20);
	answer_print(&post->x, true, &buf);
	answer_read(post, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	exchange_reset(&post->x);
	if (db_failed(broker->desk.db))
		(void)desk_reopen(&broker->desk); /* or at the next one */
	post->state = POST_BACK;
	post->lost = !sim->healing && rng_ppm(&sim->by_posts, sim->plan.answer_lost_ppm);
	post->due_us = sim->world.us + rng_range(&sim->by_posts, 100, post->lost ? 3000000 : 30000);
	if (post->canary >= 0 && post->status < 300 && sim->canary[post->canary].narrowed_us == INT64_MAX)
		sim->canary[post->canary].narrowed_us = sim->world.us;
	trace_line(&sim->world, "answer to %s %.*s: %d%s", post->method, ENT_F(post->target), post->status,
		   post->lost ? ", lost" : "");
}

/* Bytes to a request, as edge does. */
static void request_read(struct sim *sim, struct post *post)
{
	struct broker *broker = sim->broker;
	struct exchange *x = &post->x;
	struct ent_str bytes = bytes_of(post, sim->token, &x->arena.abi);
	struct guard_scan scan = {0};
	struct guard_refusal refusal = {0};
	size_t n = 0;

	if (guard_scan(&scan, &broker->face.limits, bytes, &n, &refusal) != GUARD_OK ||
	    guard_read(&scan, &broker->face.limits, (struct ent_str){bytes.p, n}, &x->arena.abi, &x->request,
		       &refusal) != GUARD_OK)
		sim_violates(sim, "http", "answer", "a request cannot be read: %s", refusal.why ? refusal.why : "?");
	x->body = (struct ent_str){bytes.p + n, bytes.n - n};
}

void post_go(struct sim *sim, struct post *post)
{
	struct broker *broker = sim->broker;

	broker->sim->disk.life = &broker->life;
	desk_sample(&broker->desk);
	exchange_open(&post->x, &broker->desk);
	exchange_begin(&post->x);
	request_read(sim, post);
	post->state = POST_FLIES;
	if (route_admit(&post->x))
		route_serve(&post->x);
	if (post->x.n_waiting == 0)
		answered(sim, post);
}

static struct post *next_waiting(const struct sim *sim)
{
	struct post *first = NULL;

	for (struct post *post = sim->posts; post; post = post->next)
		if (post->state == POST_WAITS && (!first || post->due_us < first->due_us))
			first = post;
	return first;
}

bool post_is_due(const struct sim *sim)
{
	const struct post *post = next_waiting(sim);

	return sim->broker && post && post->due_us <= sim->world.us;
}

void post_send(struct sim *sim)
{
	struct post *post = next_waiting(sim);

	trace_line(&sim->world, "%s %.*s%s %.*s", post->method, ENT_F(post->target),
		   post->canary >= 0 ? " narrows" : "",
		   ENT_F(sdk_head(post->body, post->sender == SENDER_PERSON ? 200 : 0)));
	post_go(sim, post);
}

/* ---- and back ------------------------------------------------------------------------------ */

void post_mail(struct sim *sim)
{
	struct broker *broker = sim->broker;

	desk_sample(&broker->desk);
	for (struct note *note = mailbox_take(&broker->desk.mailbox).note, *next; note; note = next) {
		struct post *post = note->of;

		next = note->next; /* it is freed with its exchange */
		if (exchange_came_back(&post->x))
			answered(sim, post);
	}
}

static struct post *next_back(const struct sim *sim)
{
	struct post *first = NULL;

	for (struct post *post = sim->posts; post; post = post->next)
		if (post->state == POST_BACK && (!first || post->due_us < first->due_us))
			first = post;
	return first;
}

bool post_has_answer(const struct sim *sim)
{
	const struct post *post = next_back(sim);

	return post && post->due_us <= sim->world.us;
}

/* Sent again, with the same bytes: what is repeated is known by its id. */
static void again(struct sim *sim, struct post *post)
{
	post->state = POST_WAITS;
	post->due_us = sim->world.us + PATIENCE_US;
}

static void took(struct sim *sim, struct post *post)
{
	bool hook = post->sender == SENDER_TOOL;

	/* 401: not even our token is stored yet. */
	if (post->lost || post->status == 503 || (post->status == 401 && !hook)) {
		again(sim, post);
		return;
	}
	if (hook ? post->status != 202 : post->status >= 300 && post->status != 404 && post->status != 409)
		sim_violates(sim, "answer", "answer", "%s %.*s is answered %d: %.*s", post->method, ENT_F(post->target),
			     post->status, ENT_F(sdk_head(post->answer, 300)));
	if (post->said >= 0 && post->status < 300)
		sim->canary[post->said].is_taken = true;
	post_free(sim, post);
}

void post_take(struct sim *sim)
{
	struct post *post = next_back(sim);

	if (post->sender != SENDER_CLIENT) {
		took(sim, post);
		return;
	}
	client_hears(sim, post);
	post_free(sim, post);
}

int64_t post_next_us(const struct sim *sim)
{
	int64_t next = INT64_MAX;

	for (const struct post *post = sim->posts; post; post = post->next)
		if ((post->state == POST_BACK || (post->state == POST_WAITS && sim->broker)) && post->due_us < next)
			next = post->due_us;
	return next;
}

bool post_is_settled(const struct sim *sim)
{
	return !sim->posts;
}

/* Answers that had left the machine may still arrive. */
void post_dropped(struct sim *sim)
{
	for (struct post *post = sim->posts, *next; post; post = next) {
		next = post->next;
		if (post->state == POST_FLIES)
			exchange_reset(&post->x);
		else if (post->state != POST_BACK || rng_below(&sim->by_posts, 2))
			continue;
		post->lost = true;
		if (post->sender != SENDER_CLIENT) {
			again(sim, post);
			continue;
		}
		client_hears(sim, post);
		post_free(sim, post);
	}
}

void post_release(struct sim *sim)
{
	while (sim->posts)
		post_free(sim, sim->posts);
}
