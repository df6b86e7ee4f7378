/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Link's own state. A lane is what it remembers of one supplier; a flight is one thing under way
 * there: a delivery, a page, a ticket of a sweep, a token.
 *
 *   READY --its turn: build--> ASKS --answer: parse--> READY (another phase)
 *     ^                                 |
 *     +---- TELLS (a job) <-------------+--> ended
 *
 * A delivery begins with a job (JOB_SEND) and ends with one, the others end with one.
 */
#ifndef LINK_FLIGHT_H
#define LINK_FLIGHT_H

#include "base/mailbox.h"
#include "core/roster.h"
#include "link/auth.h"
#include "link/breaker.h"
#include "link/health.h"
#include "link/limiter.h"
#include "link/link.h"
#include "link/session.h"

#define NEVER_US      INT64_MAX
#define STRIKES       512
#define CONFLICTS_MAX 5
#define SWEEP_PACE_US 1000000
#define SWEEP_TRIES   3

enum flight_kind {
	FLIGHT_DELIVERY,
	FLIGHT_POLL,
	FLIGHT_BACKFILL,
	FLIGHT_SWEEP,
	FLIGHT_TOKEN,
	FLIGHT_PROBE,
	FLIGHT_LOGIN
};
enum flight_state { FLIGHT_READY, FLIGHT_ASKS, FLIGHT_TELLS };

/* One request and its answer, for people; in the flight's arena. */
struct exchange {
	const char *method; /* NULL: nothing was asked */
	struct ent_str path, request, answer;
	int status; /* 0: no answer */
};

struct flight {
	struct flight *next; /* of its lane */
	struct link *link;
	struct lane *lane;               /* NULL: of a life before */
	struct roster *roster;           /* as of its beginning */
	const struct supplier *supplier; /* in it */
	struct ent_self self;
	enum flight_kind kind;
	enum flight_state state;
	struct sdk_arena arena, trip; /* of all of it; of one round trip */

	struct ent_call call;
	uint64_t transfer; /* ASKS */
	unsigned n_trip;
	bool has_turn;     /* its next request is counted by the limiter already */
	bool writes;       /* the request under way may change something there */
	bool was_let_in;   /* a 401 led to a new token once already */
	bool uses_session; /* the request under way carries a value of a session, of this turn */
	unsigned long session_turn;
	unsigned n_login; /* how often it was refused for that */

	struct job job;
	bool is_out;                       /* the job is with the writer */
	void (*answered)(struct flight *); /* what the writer's answer leads to */

	struct delivery delivery;
	unsigned char hash[32];
	struct exchange exchange; /* the last one of this attempt */
	bool in_doubt;        /* this attempt looks, and has not written since: an attempt before may have done it */
	int64_t looked_ms;    /* in_doubt: when it began to look */
	struct cursor cursor; /* the others: as it was; then as it shall be */
	bool is_troubled;     /* its stream has been told when to try again */
	int64_t
	    again_us; /* a back-fill whose list is read: when to ask again for tickets put aside; 0: there are none */
};

/* What a stream of pages is doing, beside its cursor in the store. */
struct stream {
	int64_t due_us;
	bool is_flying;         /* one page at a time */
	unsigned failures;      /* in a row */
	struct ent_err trouble; /* "": none */
	int64_t made_ms;        /* made_ms of its cursor when its last page was begun */
	/* Does it go round in a circle? One place it was at, and how many pages ago. */
	unsigned char mark[32];
	uint64_t n_page, mark_at;
};

/* A delivery that failed while its supplier did well with others, or that was refused. */
struct strike {
	int64_t delivery;
	int64_t successes; /* of the lane, when it failed last */
	unsigned n, conflicts;
	int64_t refused_ms, let_in; /* when it was refused first, 0: it was not; the lane's successes then */
	unsigned n_refused;
};

struct lane {
	struct link *link;
	struct ent_str name; /* in its own memory */
	char name_z[SUPPLIER_NAME_MAX + 1];
	struct roster *roster;
	const struct supplier *supplier; /* in it; NULL: the configuration has it no more */
	bool reopens; /* the rules of its connections changed: what was open is given up when nothing flies */

	struct limiter limiter;
	struct breaker breaker;
	struct auth auth;
	struct session session;
	struct health health;
	struct stream stream[CURSOR_N];
	struct strike strike[STRIKES];
	size_t next_strike;
	int64_t successes;
	int64_t probe_us;        /* when to ask who we are, while nobody knows who is refused; NEVER_US: no need */
	unsigned probe_failures; /* in a row: it could not be asked */
	unsigned probe_oddities; /* in a row: we could not understand its answer */
	int64_t probe_from_us;   /* no probe is sent before; NEVER_US: the connector has no probe */

	struct flight *flights;
	size_t n_flight; /* without those for a token, a login and a probe */
	int64_t ask_us;  /* when to look into the store for deliveries that are due */
	bool polled_last;
	int64_t poll_asked_ms;            /* when a person asked for the page that was heeded last */
	char sweep_after[ENT_ID_MAX + 1]; /* the ticket that was asked for last; "": from the first */
	unsigned sweep_tries;             /* of the next one */
	int64_t next_us;                  /* when there is something to do */
	bool is_touched;
};

struct link {
	struct link_world world;
	struct slot *slot; /* the answer that is read; NULL: nobody wants to know */
	struct link_options options;

	struct mailbox mailbox; /* jobs that the writer answered; what replaces another there is a roster */

	/* the step's */
	struct roster *roster;
	struct lane **lane;
	size_t n_lane;
	uint64_t last_transfer;
	int64_t now_us, now_ms;     /* one sample a turn */
	int64_t submit_us;          /* when jobs that found no room are handed over again; NEVER_US: there are none */
	int64_t look_us, listen_us; /* the next look into the store without a hint; the next look for silence */
	int64_t asked_us;           /* when lanes were told to look last */
	bool look_again;            /* a hint came too soon after the last look */
	bool is_draining;
	bool is_readable; /* the read handle has not failed; else nothing is begun any more */
	struct recovery {
		bool is_done;
		struct flight *flights; /* their results are with the writer */
		size_t n, n_taken;
		int64_t not_before_us;
	} recovery;
	int64_t strand_us; /* when to look for what waits for suppliers that the configuration has no more */
};

/* link.c */
uint64_t link_below(struct link *link, uint64_t n); /* 0 <= it < n */
/* Doubled with each of `times`, half of it by chance. */
int64_t link_backoff_ms(struct link *link, unsigned times);
int64_t link_to_us(const struct link *link, int64_t ms); /* a time of the wall clock on the other one */
void link_submit(struct link *link, struct job *job, bool *ret_is_out);
void link_answer(struct job *job); /* any thread: the writer's way back */

/* lane.c */
/* Lanes as the roster says; those that are gone stay until nothing flies there. */
void lanes_follow(struct link *link, struct roster *roster);
void lane_free(struct lane *lane);
bool lane_is_gone(const struct lane *lane);

/* schedule.c */
bool lane_turn(struct lane *lane);
void lane_touch(struct lane *lane); /* look at it in this turn or the next */

/* flight.c */
struct flight *flight_new(struct link *link, struct lane *lane, enum flight_kind kind);
void flight_fly_for(struct flight *flight, struct roster *roster, const struct supplier *supplier);
void flight_free(struct flight *flight);
void flight_end(struct flight *flight); /* off its lane; frees it */
/* Its job to the writer; `answered` comes with its answer. */
void flight_tell(struct flight *flight, enum job_kind kind, void (*answered)(struct flight *));
void flight_ask(struct flight *flight); /* its turn: builds and starts one round trip */
void flight_took(struct flight *flight, const struct transfer_end *end);
void flight_phase(struct flight *flight, const struct ent_result *result); /* the next one, without telling */
void flight_give_back(struct flight *flight, int64_t wait_ms);             /* its turn does not come: later */

/* token.c */
void token_fetch(struct flight *for_whom);
void token_took(struct flight *flight, const struct transfer_end *end);

/* What a round trip came to. rc is parse()'s, or says what kept it from being asked or answered. */
struct ending {
	enum ent_rc rc;
	bool is_built;   /* false: build() or the way there said so; nothing left */
	bool is_lost;    /* it may have been done */
	bool is_refused; /* EAUTH, and the whole supplier does not let us in */
	int status;      /* 0: no answer */
	int64_t wait_ms; /* what the tool asks for; 0: nothing */
	struct ent_result result;
	struct ent_err err;
	struct ent_str body; /* of the answer */
};

/* login.c */
void login_begin(struct flight *for_whom);
/* The tool does not know our session any more. True: the flight waits for another one and asks again. */
bool login_is_over(struct flight *flight);
void login_ended(struct flight *flight, struct ending *ending);

/* probe.c */
bool lane_can_probe(const struct lane *lane);
void probe_want(struct lane *lane); /* soon, unless it cannot be asked */
void probe_begin(struct lane *lane);
void probe_ended(struct flight *flight, struct ending *ending);

/* strike.c */
struct strike *strike_of(struct lane *lane, int64_t delivery); /* makes it */
void strike_forget(struct flight *flight);
/* Its supplier did something for others since it failed the last time, and that too often by now. */
bool strike_is_out(struct flight *flight);
bool strike_is_out_after(struct flight *flight, int64_t n_max); /* the same after so many */
/* It was refused before, and something else succeeded since. */
bool strike_is_alone(const struct flight *flight);

/* deliver.c */
void delivery_start(struct lane *lane, const struct delivery *delivery);
void delivery_ended(struct flight *flight, struct ending *ending);
void delivery_give_back(struct flight *flight, int64_t wait_ms);
/* result: outcome and what belongs to it. */
void delivery_tell(struct flight *flight, struct delivery_result result, void (*answered)(struct flight *));
/* Its outcome is PARKED or CANCELLED; one that may have been done, and cannot be looked for, is asked of a person.
 * wrote: the request that ended was a write, and the tool did not say no to it. */
void delivery_stop(struct flight *flight, enum delivery_outcome outcome, enum delivery_cause cause, bool wrote,
		   const struct ent_err *err);
struct ent_str delivery_words(struct flight *flight, const struct ent_err *err);
int64_t delivery_wait_ms(struct flight *flight, const struct ending *ending); /* after a failure */

/* doubt.c: a write left, and nobody knows whether it was done */
/* *ret_lag_ms: how long after a write a look may miss it; 0 when the op does not search. */
enum ent_repeat doubt_lag(const struct supplier *supplier, const struct ent_self *self, enum ent_op_kind op,
			  int64_t *ret_lag_ms);
enum ent_repeat doubt_repeat(const struct flight *flight);
void doubt_lost(struct flight *flight, const struct ending *ending);
/* Is it the answer to a write, no refusal, that could not be read? What then. */
bool doubt_is_unread(const struct flight *flight, const struct ending *ending);
void doubt_unread(struct flight *flight, const struct ending *ending);
void doubt_no_id(struct flight *flight, const struct ending *ending); /* the same for a CREATE without an id */
/* Unknown: what, and why, for a person who looks in the tool. */
void doubt_ask_person(struct flight *flight, const char *what, const struct ent_err *err);
/* The next request of a delivery in doubt writes. True: it does not leave, as the look before it proves nothing; the
 * writer is told. */
bool doubt_holds_back(struct flight *flight);

/* exchange.c */
void exchange_asked(struct flight *flight, const struct ent_request *request);
void exchange_answered(struct flight *flight, const struct ent_response *response);
struct ent_str exchange_json(struct flight *flight); /* absent: nothing was asked */
/* A page that becomes a dead letter, which people read and the bus carries: no secret, and what was asked. */
void exchange_letter(struct flight *flight);
/* How the stream fails, for `entente supplier show`: goes with the job that the flight tells; or as its own job. */
void trouble_note(struct flight *flight, const struct ending *ending);
void trouble_tell(struct flight *flight, const struct ending *ending, void (*answered)(struct flight *));

/* recover.c */
/* Rows that were in flight when the last life ended. True: it did something. */
bool recovery_step(struct link *link);
/* What waits for suppliers that are gone is parked. */
bool strand_step(struct link *link);

/* poll.c and sweep.c */
struct stream *stream_of(const struct flight *flight); /* NULL: it is of none */
void page_begin(struct lane *lane, enum cursor_stream stream);
void page_ended(struct flight *flight, struct ending *ending);
void sweep_begin(struct lane *lane);
void sweep_ended(struct flight *flight, struct ending *ending);
void streams_open(struct lane *lane); /* new settings: when does each stream want something? */
void streams_look(struct lane *lane); /* did a person start or stop one? */
/* An answer as an arrival that can be stored. */
void page_arrival(struct flight *flight, const struct ending *ending, struct ent_changes changes);
void page_tell(struct flight *flight, void (*answered)(struct flight *));
void stream_trouble(struct flight *flight, struct ending *ending, int64_t wait_ms);

/* aside.c: what goes with the page's job about tickets that were passed over; each new one is logged */
void aside_take(struct flight *flight, const struct ent_result *result); /* also what it notes, into its cursor */
/* When a back-fill whose list is read asks again for tickets put aside; 0: there are none, or it failed too often. */
int64_t aside_again_us(const struct flight *flight, const struct ent_result *result);
void aside_passed(struct flight *flight, const struct ending *ending); /* by a sweep: the ticket it asked for */
void aside_read(struct flight *flight);                                /* by a sweep: it could be read */
void aside_ended(struct flight *flight);                               /* the sweep is through */

#endif
