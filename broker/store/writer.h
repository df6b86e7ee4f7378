/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one writer. Other threads hand it jobs; each step takes all that wait,
 * applies them in one transaction, commits, and only then answers them.
 *
 * A job belongs to the writer from writer_submit() until its answer() is called
 * (on the writer's thread). Everything a job points to must live that long.
 *
 * Timers that are due by the clock (see timers.h) are jobs that the writer makes itself, before the others of a turn.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "base/metric.h"
#include "base/note.h"
#include "core/arrival.h"
#include "core/reader.h"
#include "store/aside.h"
#include "store/deliveries.h"
#include "store/raw.h"
#include "store/sign.h"
#include "store/store.h"
#include "store/supplier_rows.h"
#include "store/timers.h"
#include "store/token.h"
#include "store/trouble.h"
#include "store/uploads.h"
#include "store/users.h"

enum job_kind {
	JOB_ARRIVAL,     /* an arrival: a webhook, an import, a mail */
	JOB_REPLAY,      /* a dead letter decoded again: arrival + dead_letter */
	JOB_DEAD_IGNORE, /* a person closes a dead letter without replay: dead_letter */
	JOB_TOKEN_ADD,   /* token, ask.by */
	JOB_TOKEN_REMOVE,
	JOB_USER_ADD,    /* user, ask.by: who is not known yet */
	JOB_USER_CHANGE, /* user, ask.by */
	/* All that is held about a person: comment_uuid: its ref, ask.by */
	JOB_PERSON_EXPORT,
	JOB_PERSON_ERASE, /* text: further words to look for, one a line */
	JOB_REFUSED,      /* ask.by, ask.text: what it has not the right to. For the audit log */
	/* How people come in: sign, see store/sign.h */
	JOB_SIGN_IN,
	JOB_SIGN_REFUSED, /* for the audit log: account */
	JOB_SESSION_SAW,
	JOB_SIGN_OUT,     /* one session, by its hash or id */
	JOB_SIGN_OUT_ALL, /* of an account */
	JOB_PASSWORD,
	JOB_INVITE,
	JOB_INVITATION_USE,
	JOB_PRUNE, /* raw arrivals received before prune_before_ms go, some in this turn and in each one that follows */

	/* The way out, by a person: job->ask, job->suppliers */
	JOB_SHARE,        /* incident, supplier, escalated, brief, with_history, author */
	JOB_UNSHARE,      /* incident, supplier, text: why, author */
	JOB_COMMENT,      /* incident, text, format, audience or narrowest, author; reply_to: of the thread, "": none;
			   * draft: of the asker, is used up, if_match is of it; "": none;
			   * undo_ms: how long it is held; comment_uuid: of the asker, "": made here. A repeat of a uuid
			   * is JOB_REPEATED */
	JOB_OPEN,         /* incident_uuid, description, author: an incident without a ticket. The same again is
			   * JOB_REPEATED; another's uuid, or other words, JOB_CONFLICT */
	JOB_COMMENT_EDIT, /* incident, comment_uuid: of our own; text (absent: as it stands), audience with has_audience
			   * (else as it stands), author */
	JOB_COMMENT_REMOVE,  /* incident, comment_uuid: of our own; author */
	JOB_COMMENT_WIDEN,   /* incident, comment_uuid: of our own; audience, readers, author */
	JOB_COMMENT_PUBLISH, /* incident, comment_uuid, author: one that is held is sent now. One that is not held any
			      * more is JOB_REPEATED */
	JOB_COMMENT_UNDO,    /* the same: it is taken back, as if it had never been written */
	JOB_COMMENT_PIN,     /* incident, comment_uuid, is_pinned, author */
	/* Drafts, each of ask.by, a person: comment_uuid, if_match. See store/jobs_draft.h */
	JOB_DRAFT_SAVE, /* incident, text, format; is_new: audience or narrowest, reply_to */
	JOB_DRAFT_MOVE, /* audience */
	JOB_DRAFT_DROP,
	JOB_NOTIFIED_READ, /* a person has looked at all that stands in its inbox */
	JOB_FOLLOW,        /* incident, text: a state of follows.h; "": it is not followed any more. Of a person */
	JOB_READ,          /* incident, comment_uuid: a person has read what had come when that one came */
	JOB_UPLOAD,        /* upload: a file that is on the disk; comment_uuid: its id. It is the asker's alone, until a
			    * comment names it */
	JOB_UPLOAD_DROP,   /* incident, comment_uuid: its id: the asker does not want it any more */
	JOB_UPLOAD_JUDGED, /* comment_uuid: its id; upload: state: what attachments.check said. By the keeper */
	JOB_UPLOADS_KEPT,  /* kept: what the keeper did on the disk; what was staged long ago goes */
	JOB_STATUS,        /* incident, status (UNKNOWN: it stays), description, author */
	/* People who work together; each: incident, author, text, format, audience, comment_uuid of the words */
	JOB_ACT_BEGIN,   /* act: kind, to, due_ms. A repeat of a uuid is JOB_REPEATED, as below */
	JOB_ACT_ANSWER,  /* act: uuid, kind (any of its noun), accepts: an ask, a hand-over, a call for help is
			  * answered. Without text only a hand-over, accepted */
	JOB_ACT_END,     /* act: uuid, kind; no words: an ask or a hand-over is withdrawn, a call for help ended */
	JOB_TELL,        /* plain words for the requester; supplier: where the requester has a ticket, or absent */
	JOB_MERGE,       /* incident, other: both become one, the older stays; author. They are: JOB_REPEATED */
	JOB_SPLIT,       /* incident, other (0: that it took in last): it stands again; author. It does: JOB_REPEATED */
	JOB_LINK,        /* incident, other, relation, author. They are: JOB_REPEATED */
	JOB_UNLINK,      /* incident, other, author: not any more, whatever it was */
	JOB_TAKE,        /* incident, act: uuid of an ask or "", accepts: false: it is given back */
	JOB_SNOOZE,      /* incident, since_ms: until when its organisation puts it off; accepts: not any more */
	JOB_JOIN_ACCEPT, /* id, author */
	JOB_JOIN_REFUSE, /* id, text: why, may be absent, author */
	JOB_DELIVERY_ACT,  /* id, action, text */
	JOB_REPAIR,        /* supplier (absent: all), cause; ret_count */
	JOB_MAP_PUBLISH,   /* supplier, text: json, author; ret_count: version */
	JOB_MAP_ROLL_BACK, /* supplier, id: version */
	JOB_BACKFILL,      /* supplier, since_ms: starts it anew */
	JOB_BACKFILL_STOP, /* supplier */
	JOB_POLL,          /* supplier: its tool is asked at once. since_ms: 0, or the poll's cursor is thrown away and
			    * begins there */

	/* The way out, by link/ */
	JOB_SEND,    /* id, hash: in flight from now on. JOB_NOT_FOUND: it does not wait any more */
	JOB_RESULT,  /* result; arrival: what the answer told, supplier set and changes, n may be 0. JOB_NOT_FOUND: not
		      * the attempt that is in flight; nothing was changed, its changes neither */
	JOB_PAGE,    /* arrival (changes may be none), cursor, aside, trouble: stored together. arrival.dead: the page
		      * could not be read: a dead letter, the cursor stays and so does what is put aside. The trouble
		      * before    goes when it is not dead */
	JOB_TROUBLE, /* cursor.supplier and stream, trouble: a page that failed and left nothing else behind */
	JOB_STRAND,  /* parks what waits for suppliers that `suppliers` does not have; ret_count, some hundreds at most
		      */
	JOB_SUPPLIER_STATE, /* state: what changed is an event */

	/* By the writer itself */
	JOB_TIMER, /* timer: its time has come */
	JOB_WORKS  /* id: table work is made anew for incidents after this number. It moves; JOB_WAITING: there are more
		    */
};

/* A request of a person, or of link/. */
struct ask {
	int64_t incident; /* number */
	int64_t other;    /* of another incident; 0: none is named */
	enum relation relation;
	int64_t id;
	struct ent_str supplier, text;
	struct ent_person author; /* the token's name */
	struct reader by;         /* who asks; nobody: the broker itself */
	bool escalated, with_history;
	struct brief brief;
	struct audience audience;
	char comment_uuid[ID_SIZE], incident_uuid[ID_SIZE];
	bool has_audience;      /* an edit changes it */
	bool narrowest;         /* a comment: nothing was said about its audience */
	struct ent_str readers; /* who reads it, as the asker was shown it: names with commas between */
	bool is_pinned;
	int64_t undo_ms;                  /* 0: it is published at once */
	int64_t if_match;                 /* version that the asker has seen of what it changes; 0: it does not say */
	const struct ent_str *attachment; /* ids of uploads that the words carry */
	size_t n_attachment;
	int64_t staged_max; /* bytes that one may have staged */
	struct ent_str key; /* of idempotency, see once.h; absent: none */
	unsigned char key_hash[32];
	char reply_to[ID_SIZE];
	char draft[ID_SIZE]; /* a comment: the draft that it was; undo: the one that it is now */
	bool is_new;         /* a draft: the asker has not seen one with this id */
	enum ent_format format;
	struct description description;
	enum ent_status status;
	struct act act;
	bool accepts;       /* a hand-over */
	enum act_said said; /* to an approval */
	enum delivery_action action;
	enum delivery_cause cause;
	int64_t since_ms;
	unsigned char hash[32];
	struct delivery_result result;
	struct cursor cursor;
	struct aside_news aside;
	struct trouble trouble;
	struct supplier_state state;

	int64_t ret_count;
	/* Whom the words mention who could not read them; "": nobody. And whether its organisation takes part. */
	char outside[ID_SIZE], outside_of[SUPPLIER_NAME_MAX + 1];
	bool outside_shares;
};

enum job_outcome {
	JOB_WAITING,
	JOB_ACCEPTED, /* durable, with its effects and events */
	JOB_REPEATED, /* was durable before: answer as the first time */
	JOB_DEAD,     /* durable as a dead letter; err.msg has the reason */
	JOB_NOT_FOUND,
	JOB_DENIED,     /* the asker has not the right; see err */
	JOB_CONTENT,    /* what was asked is not what it should be: see err */
	JOB_CHANGED,    /* it is not what the asker has seen any more: see if_match and err */
	JOB_CONFLICT,   /* a token's name is taken; the share, delivery or incident does not allow it: see err */
	JOB_UNAVAILABLE /* not durable: the disk is full or the writer ends; try later */
};

struct job {
	struct job *next;
	struct note note; /* for its way back, whoever submitted it */
	enum job_kind kind;
	struct arrival arrival;
	struct ent_str
	    packed; /* arrival.body compressed by whoever submits, see raw_pack(); absent: the writer does it */
	int64_t dead_letter; /* id */
	struct token_row token;
	const struct user_change *user;
	const struct upload_row *upload; /* NULL of other jobs */
	const struct uploads_kept *kept;
	struct sign *sign; /* who comes in or goes; NULL of other jobs */
	int64_t prune_before_ms;
	struct ask ask;
	struct timer timer;
	const struct supplier_set
	    *suppliers; /* as of the asking; for arrivals arrival.suppliers. Decides whom it reaches */

	enum job_outcome outcome;
	struct ent_err err;
	bool has_letter;                 /* accepted, and also kept as a dead letter: a part was not taken */
	bool joins_full;                 /* its supplier has no room for join requests any more: people are told */
	int64_t n_event;                 /* events this job made */
	char incident_uuid[ID_SIZE];     /* the incident it ended in; "" for none */
	void (*answer)(struct job *job); /* on the writer's thread; may free the job */
	void *owner;
};

/* For the log line of a job with joins_full. */
#define JOINS_FULL_WHY                                                                                                 \
	"it has raised 20 join requests that are open: further ones wait; decide with `entente join list`, accept, "   \
	"refuse"

struct writer;

struct writer_options {
	size_t queue_max;  /* jobs waiting; beyond it submit says no */
	size_t batch_max;  /* jobs in one transaction */
	int64_t wal_pages; /* checkpoint when the WAL is longer */
};

/* Takes over db (a DB_WRITE handle). `wake_relay(relay)` is called after each commit that stored events:
 * a hint, may be NULL. */
struct writer *writer_new(struct db *db, const struct store_meta *meta, struct clock *clock, struct chance *chance,
			  struct metrics *metrics, const struct writer_options *options,
			  void (*wake_relay)(void *relay), void *relay);
void writer_free(struct writer *writer);

/* The suppliers that what comes by itself may reach, from now on; takes a reference. Before the first call no timer
 * runs. Any thread. */
void writer_reload(struct writer *writer, struct supplier_set *suppliers);
/* When the next timer is due, by the world's clock; TIMER_NEVER. The writer's thread. */
int64_t writer_next_ms(const struct writer *writer);
/* Any thread. False: the queue is full or the writer ends; the job is still the caller's. */
bool writer_submit(struct writer *writer, struct job *job) __attribute__((warn_unused_result));
/* One turn: all that waits, one transaction, answers. ENT_OK: did something. ENT_MORE: nothing waited or was old.
 * ENT_ERETRY: the disk is full, the jobs were answered JOB_UNAVAILABLE. ENT_EINVAL: an I/O error; nothing may be
 * acknowledged any more and the process must end (the jobs were not answered). Only the writer's thread. */
enum ent_rc writer_step(struct writer *writer, struct ent_err *err) __attribute__((warn_unused_result));
/* Blocks until a job waits, a timer is due, timeout_ms passed, or writer_wake(). Not for the simulator. */
void writer_wait(struct writer *writer, int timeout_ms);
void writer_wake(struct writer *writer);
/* After it, submit says no; what waits is still served by writer_step(). */
void writer_close(struct writer *writer);
/* The sequence of the last committed event. Any thread. */
int64_t writer_last_seq(const struct writer *writer);
/* The WAL is much longer than options.wal_pages: a reader that lasts (a backup, a report) keeps it from beginning anew.
 * Nothing waits for it, but the disk fills. Any thread. */
bool writer_wal_held(const struct writer *writer);

#endif
