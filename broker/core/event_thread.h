/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on a comment as JSON of events, for event_print.c and event_parse.c. */
#ifndef CORE_EVENT_THREAD_H
#define CORE_EVENT_THREAD_H

#include "core/event.h"

/* "held": {...} of comment.added. Whose people read it meanwhile is told by its author. */
void event_thread_print_held(struct sdk_jsonw *w, const struct comment *comment);
/* "mentions": [refs], where somebody is mentioned. */
void event_thread_print_mentions(struct sdk_jsonw *w, const struct comment *comment);
/* "held", "mentions" and "entry" back, as far as they stand there. Not NULL: the member that has another shape. The
 * comment's author is known by then. */
const char *event_thread_parse(struct ent_arena *arena, const struct sdk_json *comment, struct comment *ret);
/* The members of comment.pinned. */
void event_thread_print_pinned(struct sdk_jsonw *w, const struct event *event);
bool event_thread_parse_pinned(const struct sdk_json *node, struct event *ret); /* false: no comment's id */
/* "sha256" of attachment.added; missing: "". False: it is none. */
bool event_thread_parse_sha256(const struct sdk_json *attachment, char ret[EVENT_SHA256_SIZE]);

#endif
