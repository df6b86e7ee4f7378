/* SPDX-License-Identifier: Apache-2.0 */
#include "face/tape.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/webhook.h"

static size_t event_bytes(const struct tape_event *event)
{
	return event->incident.n + event->supplier.n + event->frame.n;
}

static void drop_oldest(struct tape *tape)
{
	struct tape_event *event = &tape->at[tape->first];

	tape->after = event->seq;
	tape->n_bytes -= event_bytes(event);
	free(tape->block[tape->first]);
	tape->first = (tape->first + 1) % TAPE_EVENTS;
	tape->n--;
}

static void drop_all(struct tape *tape)
{
	while (tape->n > 0)
		drop_oldest(tape);
}

struct tape *tape_join(struct tape **list, const struct reader *reader)
{
	struct tape *tape = *list;

	while (tape && (tape->reader.kind != reader->kind ||
			!sdk_eq(tape->reader.organisation, sdk_or_empty(reader->organisation))))
		tape = tape->next;
	if (!tape) {
		size_t n = reader->organisation.n;
		char *name = sdk_xalloc(n + 1);

		if (n)
			memcpy(name, reader->organisation.p, n);
		tape = sdk_xalloc(sizeof *tape);
		*tape = (struct tape){.next = *list, .reader = {.kind = reader->kind, .organisation = {name, n}}};
		*list = tape;
	}
	tape->n_stream++;
	return tape;
}

void tape_leave(struct tape **list, struct tape *tape)
{
	if (--tape->n_stream > 0)
		return;
	while (*list != tape)
		list = &(*list)->next;
	*list = tape->next;
	drop_all(tape);
	free((void *)(uintptr_t)tape->reader.organisation.p);
	free(tape);
}

void tape_print(const struct live_event *live, struct sdk_buf *out, struct tape_event *to)
{
	size_t begin = out->n;

	sdk_buf_z(out, "id: ");
	sdk_buf_str(out, live->id);
	sdk_buf_z(out, "\nevent: ");
	sdk_buf_str(out, live->type);
	for (struct ent_str rest = live->json; rest.p != NULL;) {
		sdk_buf_z(out, "\ndata: ");
		sdk_buf_str(out, sdk_cut(rest, '\n', &rest));
	}
	sdk_buf_z(out, "\n\n");
	*to = (struct tape_event){.seq = live->seq,
				  .incident = live->subject,
				  .supplier = live->supplier,
				  .frame = {sdk_buf_view(out).p + begin, out->n - begin}};
}

static struct ent_str put_str(char **at, struct ent_str str)
{
	struct ent_str ret = {*at, str.n};

	memcpy(*at, str.p, str.n);
	*at += str.n;
	return ret;
}

static void add_newest(struct tape *tape, const struct tape_event *event)
{
	size_t n = event_bytes(event);

	while (tape->n == TAPE_EVENTS || (tape->n > 0 && tape->n_bytes + n > TAPE_BYTES))
		drop_oldest(tape);
	size_t i = (tape->first + tape->n) % TAPE_EVENTS;
	char *at = tape->block[i] = sdk_xalloc(n + 1);
	tape->at[i].seq = event->seq;
	tape->at[i].incident = put_str(&at, event->incident);
	tape->at[i].supplier = put_str(&at, event->supplier);
	tape->at[i].frame = put_str(&at, event->frame);
	tape->n++;
	tape->n_bytes += n;
}

struct following {
	struct tape *tape;
	struct sdk_buf buf;
};

static bool take_newest(void *to, const struct live_event *live)
{
	struct following *following = to;
	struct tape_event event;

	sdk_buf_clear(&following->buf);
	tape_print(live, &following->buf, &event);
	if (following->buf.failed)
		return false;
	add_newest(following->tape, &event);
	return true;
}

bool tape_follow(struct tape *tape, const struct view *view, struct ent_str source, int64_t committed, int64_t max)
{
	struct following following = {.tape = tape};

	if (tape->last == 0)
		tape->after = tape->last = committed;
	if (tape->last >= committed)
		return true;
	sdk_buf_init(&following.buf, TAPE_FRAME_MAX);
	int64_t reached = view_live(view, source, tape->last, max, take_newest, &following);
	bool ok = reached >= 0 && !following.buf.failed;
	if (ok && reached > tape->last)
		tape->last = reached;
	if (!ok) { /* some of these may stand on it: begin anew behind them */
		drop_all(tape);
		tape->after = tape->last = 0;
	}
	sdk_buf_release(&following.buf);
	return ok;
}

const struct tape_event *tape_next(const struct tape *tape, int64_t seq)
{
	size_t low = 0, high = tape->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tape->at[(tape->first + middle) % TAPE_EVENTS].seq > seq)
			high = middle;
		else
			low = middle + 1;
	}
	return low < tape->n ? &tape->at[(tape->first + low) % TAPE_EVENTS] : NULL;
}
