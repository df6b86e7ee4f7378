/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP in, without sockets: a request goes in as an exchange and is answered at once, or later, when what it waits for
 * comes back to its desk's mailbox. edge/ calls it with threads and connections around it; a test calls it with
 * neither. `struct face` is what all desks share.
 */
#ifndef FACE_FACE_H
#define FACE_FACE_H

#include <stdatomic.h>
#include "base/log.h"
#include "base/slot.h"
#include "core/supplier.h"
#include "face/entrance.h"
#include "face/limits.h"
#include "search/search.h"
#include "store/writer.h"

/* The functions of other rooms that routes call, so that face includes none of them. */
struct face_world {
	struct writer *writer;
	struct clock *clock;
	struct chance *chance;
	struct metrics *metrics;
	struct log *log;
	struct search *search; /* the index of words; NULL: there is none */
	struct files *files;   /* what people upload; NULL: nothing can be uploaded */
	struct slots *slots;   /* of what ended the process; may be NULL */
	/* False and the reason when a part cannot do its work (Kafka away, store full, ...). True with a reason: it
	 * works, and somebody should know of something. `part` is a word for /readyz; called with i = 0, 1, ... until
	 * it returns a NULL part. Any thread. */
	const char *(*readiness)(void *of, int i, bool *ret_ready, struct ent_err *ret_why);
	/* Another map of a supplier is in force: the supplier sets have to be made anew (edge_reload(), link_reload()).
	 * A hint from any thread that may not wait: it has to be taken up soon after. NULL: nobody listens. */
	void (*reload)(void *of);
	void *of;
	way_ask_fn *ask_provider; /* waits for the network; NULL: no provider can be asked */
};

struct face_options {
	struct limits limits;
	int read_ms;                       /* a long read is cut off after so long; 0: at once, which tests use */
	struct ent_str store_path, source; /* source: CloudEvents source of /v1/live */
	struct ways_in ways;               /* what it points to outlives the face */
	struct ent_str presence;           /* organisations that allow others to see who is there, see presence.h */
};

struct exchange;
struct quota;
struct crowd;
struct presence;

struct face {
	struct face_world world;
	struct limits limits;
	int read_ms;
	struct ent_str store_path, source; /* in arena */
	struct sdk_arena arena;

	/* Hands a long read to a thread of its own, which calls reading_serve() and reading_give_back(). False: too
	 * many wait. NULL: reads are served at once, at the exchange's own desk. */
	bool (*read)(void *readers, struct exchange *x);
	void *readers;
	void *hashers, *askers; /* the same for passwords, and for providers, which may be slow */
	void *filers;           /* the same for uploads that wait for the disk */
	struct entrance *entrance;

	struct quota *quota; /* how often people ask */
	struct crowd *crowd; /* live streams of each person and address */
	struct presence *presence;
	atomic_int n_stream, n_unreadable; /* n_unreadable: desks of readers whose last read failed */
	_Atomic int64_t last_seq;          /* of the committed events that were told of */
	atomic_uint tokens_changed;        /* grows: caches forget */
	atomic_bool draining, stopping;
};

void face_open(struct face *face, const struct face_options *options, const struct face_world *world);
void face_close(struct face *face);

#endif
