/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out under one seed: the real writer, store, core and link over a disk that
 * forgets, a network that loses answers, and suppliers' tools that are small state
 * machines. Kafka has no part in it; tests/sim has that half.
 */
#ifndef OUT_OUT_H
#define OUT_OUT_H

#include "../vfs.h"
#include "link/link.h"
#include "sdk/json.h"
#include "sdk/webhook.h"

#define TOOLS    4
#define TICKETS  24   /* of one tool */
#define COMMENTS 256  /* in one tool */
#define CHANGES  1024 /* of one tool */
#define CANARIES 64
#define STATUSES 4
#define RANKS    3   /* priority, impact, urgency */
#define PROBES   512 /* of one tool; later ones are not looked at */
#define STORE    "out.db"

/* id, word */
#define OUT_FAULTS(X)                                                                                                  \
	X(OUT_KILL, "kill")                                                                                            \
	X(OUT_POWER, "power")                                                                                          \
	X(OUT_INSIDE, "inside")           /* either, at some change of the disk */                                     \
	X(OUT_LOST_AFTER, "lost-after")   /* done, and the answer is lost */                                           \
	X(OUT_LOST_BEFORE, "lost-before") /* not done, and nobody knows */                                             \
	X(OUT_NOT_SENT, "not-sent")                                                                                    \
	X(OUT_FAILS, "fails") /* 500, 502: done or not */                                                              \
	X(OUT_BUSY, "busy")   /* 429, 503: not done */                                                                 \
	X(OUT_SLOW, "slow")                                                                                            \
	X(OUT_LOCKED, "locked")     /* a ticket that takes no comments: 403, 422 or 423 */                             \
	X(OUT_IDLE_PUT, "idle-put") /* 200 and nothing done */                                                         \
	X(OUT_HOOK_LOST, "hook-lost")                                                                                  \
	X(OUT_HOOK_TWICE, "hook-twice")                                                                                \
	X(OUT_HOOK_ORDER, "hook-order")                                                                                \
	X(OUT_EARLY, "early")   /* webhooks overtake answers */                                                        \
	X(OUT_EDIT, "edit")     /* people change tickets while we write */                                             \
	X(OUT_NARROW, "narrow") /* a public comment becomes internal */                                                \
	X(OUT_UNSHARE, "unshare")                                                                                      \
	X(OUT_DOWN, "down") /* a tool is away, for minutes or for days */                                              \
	X(OUT_TIME, "time")                                                                                            \
	X(OUT_DECIDE, "decide")   /* we retry what is parked, give up what nobody knows about */                       \
	X(OUT_POLICY, "policy")   /* suppliers differ in whose word counts about the status */                         \
	X(OUT_REVOKED, "revoked") /* a tool lets us in no more, for minutes: 401 or 403 to all there is */             \
	X(OUT_MERGE, "merge")     /* a person at a tool writes our number of another incident into a ticket */         \
	X(OUT_MOVE, "move")       /* a ticket goes on as another: moved, merged, or moved where we cannot read it */   \
	X(OUT_ROBOT, "robot")     /* tools answer what we write by themselves; people say thanks */

#define X(id, word) id,
enum out_fault { OUT_FAULTS(X) OUT_FAULT_N };
#undef X
const char *out_fault_word(enum out_fault fault);

struct out_limits {
	uint32_t faults;
	int people; /* acts at most; 0: as drawn */
};

/* ---- tools: tool.c ------------------------------------------------------------------ */

enum out_class { CLASS_A, CLASS_B, CLASS_C }; /* keeps our key; can be searched; neither */

struct tool_comment {
	int ticket;
	int id;
	bool ours, is_public; /* ours: written by our account */
	bool by_robot, is_removed;
	int canary;          /* -1: a notice */
	char key[ID_SIZE];   /* class A: as given */
	struct ent_str body; /* the text in the tool */
	int64_t us;          /* when */
};

#define SEARCH_LAG_S 20 /* a tool of class B finds what is new only after so long, at the latest */

struct tool_ticket {
	int status;      /* index */
	int rank[RANKS]; /* from 1 */
	char key[ID_SIZE];
	struct ent_str title, number, marker; /* number: as we gave it */
	int64_t version, time_ms, us;         /* us: when it was opened, by the world's clock */
	int64_t asked_us;  /* when who opened it began to, too: our request may take long to arrive */
	bool locked, ours; /* ours: we opened it */
	int next;          /* the ticket it went on as; -1: it is itself */
	bool hidden;       /* it moved where we cannot read it */
	int64_t answer_us; /* when the robot answers; 0: it has nothing to answer */
	int n_late;        /* the robot's answers since the last person spoke */
};

struct tool_change {         /* one line of the tool's own log: what a poll pages through, what a webhook tells */
	int ticket, comment; /* comment: -1 none */
	int comment_id;      /* as it was then */
	int next;            /* the ticket goes on as that one; -1: it does not */
	bool ours;
};

/* How a tool answers a request for a ticket that went on as another. */
enum tool_moved { MOVED_SAYS, MOVED_SILENT, MOVED_ALIAS }; /* 410 and the new id; 404; the new ticket */

enum tool_ranks { RANKS_NONE, RANKS_OWN, RANKS_MATRIX }; /* MATRIX: it works priority out from the others */

enum robot_words { ROBOT_NONE, ROBOT_SAME, ROBOT_NODS, ROBOT_CHANGES };
struct robot {
	enum robot_words words;
	bool slow;
	int n_said, n_thanks; /* n_thanks: by people; kept too few to look like a robot */
	int thanked;          /* ticket of the first thanks: the others follow there */
};

struct tool {
	int index;
	char name[8];
	enum out_class class;
	bool hooks, tells_actor, mangles, coarse, marks; /* marks: keeps text as it is given, so that markers stand */
	bool knows_account;                              /* the supplier is configured with our account */
	enum policy policy;                              /* of the status */
	bool everyone;                                   /* public comments are for everyone */
	enum tool_moved moved;
	enum tool_ranks ranks;
	bool renumbers, retells, keeps_number; /* of a ticket that moves: its comments' ids, its comments told again,
						* our number in it */
	int n_moved;
	struct robot robot;
	int64_t skew_ms;
	struct tool_ticket ticket[TICKETS];
	int n_ticket;
	struct tool_comment comment[COMMENTS];
	int n_comment;
	struct tool_change change[CHANGES];
	int n_change;
	int64_t n_request, down_until_us, revoked_until_us;
	int locks_with, revokes_with; /* status */
	struct {
		int64_t ms;
		bool refused;
	} probe[PROBES]; /* its answers to "who am I?", in order */
	int n_probe;
	int64_t rate_per_min, minute_us, in_minute; /* requests begun since minute_us */
};

struct out_sim;

void tool_init(struct tool *tool, int index, struct rng *rng);
int tool_open(struct out_sim *sim, struct tool *tool, bool ours, struct ent_str title, int status);
int tool_say(struct out_sim *sim, struct tool *tool, int ticket, bool ours, bool is_public, int canary,
	     struct ent_str body);
struct ent_str tool_keep(struct out_sim *sim, const struct tool *tool, struct ent_str body); /* as it keeps our text */
void tool_set(struct out_sim *sim, struct tool *tool, int ticket, bool ours, int status);
/* A line in its log; and its webhook. */
void tool_log(struct out_sim *sim, struct tool *tool, int ticket, int comment, bool ours);
void tool_touch(struct out_sim *sim, struct tool *tool, int ticket, int comment, bool ours);
/* The ticket that it is by now. */
int tool_now(const struct tool *tool, int ticket);
/* What the tool does with a request, and its answer. */
struct ent_response tool_serve(struct out_sim *sim, struct tool *tool, const char *method, struct ent_str path,
			       struct ent_str body, struct ent_str key, struct ent_arena *arena);
/* The JSON of one change, as webhook and poll tell it. */
struct ent_str tool_tell(struct tool *tool, int change, bool is_poll, struct ent_arena *arena);

/* ---- tickets that go on as others: move.c; tools that answer by themselves: robot.c ---- */

void person_moves(struct out_sim *sim);
bool move_is_known(struct out_sim *sim, const struct tool *tool, int ticket); /* it never moved, or we know where */
void check_moves(struct out_sim *sim);

void robot_draw(struct out_sim *sim, struct rng *rng);
void robot_hears(struct out_sim *sim, struct tool *tool, int ticket); /* our account wrote into it */
bool robot_is_due(const struct out_sim *sim);
int64_t robot_next_us(const struct out_sim *sim); /* INT64_MAX: no answer is to come */
void robot_says(struct out_sim *sim);
bool person_thanks(struct out_sim *sim); /* false: there is nothing to thank for */
void check_robots(struct out_sim *sim);

/* ---- priority, impact, urgency: rank.c ------------------------------------------------- */

void rank_draw(struct out_sim *sim); /* from a stream of its own */
void rank_open(struct out_sim *sim, struct tool *tool, struct tool_ticket *ticket);
void rank_print(struct sdk_jsonw *w, const struct tool *tool, const struct tool_ticket *ticket);
bool rank_take(struct out_sim *sim, struct tool *tool, struct tool_ticket *ticket, const struct sdk_json *node);
bool rank_agrees(const struct tool *tool, int ticket, struct ent_str attributes); /* of its incident */
bool person_ranks(struct out_sim *sim);                                           /* false: nobody did */
const struct ent_connector *rank_connector(const struct tool *tool);

extern const struct ent_connector out_connector, out_connector_ranks, out_connector_matrix;
extern const char *const out_status[STATUSES]; /* the tool's words; canonical in the same order */

/* ---- what people said is edited and removed: words.c ----------------------------------- */

void words_draw(struct out_sim *sim);     /* from a stream of its own */
bool person_rewords(struct out_sim *sim); /* false: nobody did */
struct ent_response words_serve(struct out_sim *sim, struct tool *tool, const char *method, int ticket, int id,
				const struct sdk_json *node);
void check_words(struct out_sim *sim);

/* ---- people: people.c ------------------------------------------------------------------ */

struct canary {
	int tool, ticket;   /* where it was said; tool -1: with us */
	char uuid[ID_SIZE]; /* with us */
	int64_t incident;
	struct audience audience; /* with us */
	bool is_public;
	int64_t narrowed_us;          /* when that became durable; INT64_MAX: never */
	bool is_narrowed, is_removed; /* removed: narrowed, too */
	int comment;                  /* index in its tool */
};

/* A job of a person with us, or a webhook: asked again until it is answered. */
struct request {
	struct job job; /* first */
	struct request *next;
	struct out_sim *sim;
	struct sdk_arena arena;
	int serial;
	bool is_hook, answered, submitted, narrows;
	int tool, change, canary;
	int64_t due_us;
};

struct flight {
	struct flight *next;
	struct sdk_arena arena;
	uint64_t id;
	int tool, serial;
	const char *method;
	struct ent_str path, body, key;
	bool served, ended;
	int64_t due_us, began_us;
	struct transfer_end end;
};

struct out_broker {
	struct life life; /* first */
	struct out_sim *sim;
	struct writer *writer;
	struct db *read; /* people's */
	struct link *link;
	struct metrics metrics;
	struct transfers transfers;
	struct store_meta meta;
	struct rng rng;
	int serial;
	struct flight *last; /* handed out by next(), to be freed by the next call */
};

struct out_violation {
	char invariant[16], what[400], subject[64];
};

struct out_sim {
	uint64_t seed;
	struct out_limits limits;
	uint32_t faults;
	int64_t fault_ppm, lost_ppm;
	struct rng rng, ranking, wording;
	bool rewords; /* people edit and remove what they said */
	int n_edit;
	struct world world;
	struct disk disk;
	struct vfs vfs;
	struct supplier_set *suppliers;
	struct tool tool[TOOLS];
	int n_tool;
	struct canary canary[CANARIES];
	int n_canary;
	int n_people, people_done;
	struct request *requests;
	struct flight *flights;
	struct out_broker *broker;
	int64_t restart_us, last_word_us, people_us;
	int serial, steps;
	int64_t unshared; /* the incident whose share was taken back last; 0: none */
	struct tool *unshared_with;
	bool healing;
	struct out_violation violation;
	int n_kill, n_power, n_lost, n_hook, n_flight, n_delivered, n_refused;
	struct sdk_arena arena;
};

static inline bool out_has(const struct out_sim *sim, enum out_fault fault)
{
	return !sim->healing && (sim->faults >> fault & 1);
}
void out_violates(struct out_sim *sim, const char *invariant, const char *subject, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

void people_act(struct out_sim *sim);
/* A random ticket of a random tool, if it exists now and we can read it; NULL: not so. */
struct tool *any_ticket(struct out_sim *sim, int *ret_ticket);
/* Webhooks and asks: to the writer when they are due; their answers. */
bool request_is_due(const struct out_sim *sim);
void request_send(struct out_sim *sim);
int64_t request_next_us(const struct out_sim *sim);
void request_hook(struct out_sim *sim, struct tool *tool, int change);
struct request *request_new(struct out_sim *sim, enum job_kind kind);
void request_reset(struct out_sim *sim); /* the broker died */
void request_take(struct out_sim *sim);  /* frees what was answered */
void request_release(struct out_sim *sim);

/* ---- the network: net.c ------------------------------------------------------------------ */

void net_init(struct out_broker *broker);
bool net_is_due(const struct out_sim *sim);
void net_step(struct out_sim *sim); /* a request reaches its tool, or is lost */
int64_t net_next_us(const struct out_sim *sim);
void net_reset(struct out_sim *sim); /* the broker died: what flies arrives or not */

/* ---- lives: life.c ---------------------------------------------------------------------- */

struct out_broker *life_start(struct out_sim *sim, struct ent_err *err);
void life_end(struct out_broker *broker);
enum ent_rc life_step_writer(struct out_broker *broker, struct ent_err *err);
bool life_step_link(struct out_broker *broker);
bool life_writer_waits(const struct out_broker *broker);

/* ---- a run --------------------------------------------------------------------------------- */

bool out_run(struct out_sim *sim, uint64_t seed, const struct out_limits *limits, bool keep_trace);
void out_release(struct out_sim *sim);
void check_out(struct out_sim *sim);

#endif
