/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suppliers' tools as small state machines behind a network that loses answers, the people at them, and the people
 * with us.
 */
#ifndef SIM_TOOLS_H
#define SIM_TOOLS_H

#include "broker.h"
#include "post.h"
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

/* ---- tools: tool.c ------------------------------------------------------------------ */

enum tool_class { CLASS_A, CLASS_B, CLASS_C }; /* keeps our key; can be searched; neither */

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
	enum tool_class class;
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

struct sim;

void tool_init(struct tool *tool, int index, uint64_t seed);
int tool_open(struct sim *sim, struct tool *tool, bool ours, struct ent_str title, int status);
int tool_say(struct sim *sim, struct tool *tool, int ticket, bool ours, bool is_public, int canary,
	     struct ent_str body);
struct ent_str tool_keep(struct sim *sim, const struct tool *tool, struct ent_str body); /* as it keeps our text */
void tool_set(struct sim *sim, struct tool *tool, int ticket, bool ours, int status);
/* A line in its log; and its webhook. */
void tool_log(struct sim *sim, struct tool *tool, int ticket, int comment, bool ours);
void tool_touch(struct sim *sim, struct tool *tool, int ticket, int comment, bool ours);
/* The same for a change that takes readers from a canary. */
void tool_touch_narrowing(struct sim *sim, struct tool *tool, int canary);
/* The ticket that it is by now. */
int tool_now(const struct tool *tool, int ticket);
/* What the tool does with a request, and its answer. */
struct ent_response tool_serve(struct sim *sim, struct tool *tool, const char *method, struct ent_str path,
			       struct ent_str body, struct ent_str key, struct ent_arena *arena);
/* The JSON of one change, as webhook and poll tell it. */
struct ent_str tool_tell(struct tool *tool, int change, bool is_poll, struct ent_arena *arena);

/* ---- tickets that go on as others: move.c; tools that answer by themselves: robot.c ---- */

void person_moves(struct sim *sim);
bool move_is_known(struct sim *sim, const struct tool *tool, int ticket); /* it never moved, or we know where */
/* The tool made one ticket of two, whose incidents a person parted: it says no more of the one that went, which stays
 * as it was heard last. */
bool move_into_parted(struct sim *sim, const struct tool *tool, int ticket);
void check_moves(struct sim *sim);

void robot_draw(struct sim *sim);
void robot_hears(struct sim *sim, struct tool *tool, int ticket); /* our account wrote into it */
int64_t robot_next_us(const struct sim *sim);                     /* INT64_MAX: no answer is to come */
void robot_says(struct sim *sim);
bool person_thanks(struct sim *sim); /* false: there is nothing to thank for */
void check_robots(struct sim *sim);

/* ---- priority, impact, urgency: rank.c ------------------------------------------------- */

void rank_draw(struct sim *sim); /* from a stream of its own */
void rank_open(struct sim *sim, struct tool *tool, struct tool_ticket *ticket);
void rank_print(struct sdk_jsonw *w, const struct tool *tool, const struct tool_ticket *ticket);
bool rank_take(struct sim *sim, struct tool *tool, struct tool_ticket *ticket, const struct sdk_json *node);
bool rank_agrees(const struct tool *tool, int ticket, struct ent_str attributes); /* of its incident */
bool person_ranks(struct sim *sim);                                               /* false: nobody did */
const struct ent_connector *rank_connector(const struct tool *tool);

extern const struct ent_connector tool_connector, tool_connector_ranks, tool_connector_matrix;
extern const char *const tool_status[STATUSES]; /* the tool's words; canonical in the same order */

/* ---- what people said is edited and removed: words.c ----------------------------------- */

void words_draw(struct sim *sim);     /* from a stream of its own */
bool person_rewords(struct sim *sim); /* false: nobody did */
struct ent_response words_serve(struct sim *sim, struct tool *tool, const char *method, int ticket, int id,
				const struct sdk_json *node);
void check_words(struct sim *sim);

/* ---- people: people.c ------------------------------------------------------------------ */

struct canary {
	int tool, ticket;   /* where it was said; tool -1: with us */
	char uuid[ID_SIZE]; /* with us */
	int64_t incident;
	struct audience audience; /* with us */
	bool is_public;
	bool is_taken;                /* with us: it was answered 2xx */
	int64_t narrowed_us;          /* when that became durable; INT64_MAX: never */
	bool is_narrowed, is_removed; /* removed: narrowed, too */
	int comment;                  /* index in its tool */
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

void people_act(struct sim *sim);
/* A random ticket of a random tool, if it exists now and we can read it; NULL: not so. */
struct tool *any_ticket(struct sim *sim, int *ret_ticket);
/* A webhook about a change of a tool. canary: see struct post. */
void hook_send(struct sim *sim, struct tool *tool, int change, int canary);

/* ---- the network: net.c ------------------------------------------------------------------ */

void net_init(struct broker *broker);
bool net_is_due(const struct sim *sim);
bool net_has_answer(const struct sim *sim); /* for link */
void net_step(struct sim *sim);             /* a request reaches its tool, or is lost */
int64_t net_next_us(const struct sim *sim);
void net_reset(struct sim *sim); /* the broker died: what flies arrives or not */

/* ---- all of them: tools.c ---------------------------------------------------------------- */

void tools_draw(struct sim *sim);
void tools_configure(struct supplier_set *set, const struct sim *sim);
void check_tools(struct sim *sim);
bool tools_are_owed(struct sim *sim); /* something is still to be brought */
void check_states(struct sim *sim);
void check_refused(struct sim *sim);
struct tool *tool_of(struct sim *sim, struct ent_str name); /* some one, if none is called so */

#endif
