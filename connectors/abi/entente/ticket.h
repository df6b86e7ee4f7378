/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ticket language: what a connector and the broker say to one another.
 * Shapes only; see connector.h for who calls whom and who owns what.
 */
#ifndef ENTENTE_TICKET_H
#define ENTENTE_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes owned by someone else, not NUL-terminated. {NULL, 0} means "absent",
 * a non-NULL p with n == 0 means "present and empty". Text is valid UTF-8. */
struct ent_str {
	const char *p;
	size_t n;
};
#define ENT_STR(literal) ((struct ent_str){(literal), sizeof(literal) - 1})
#define ENT_ABSENT       ((struct ent_str){NULL, 0})
/* The two arguments of a "%.*s"; absent prints nothing. s is worked out more than once. */
#define ENT_F(s) (int)(s).n, ((s).p ? (s).p : "")

/* The broker's limits. Beyond them an arrival becomes a dead letter. */
#define ENT_ID_MAX         200  /* bytes of an id or key of a ticket, comment, attachment or arrival */
#define ENT_CHANGES_MAX    1000 /* per arrival; of more the first are taken, and it also becomes a dead letter */
#define ENT_REFERENCES_MAX 32   /* in one change */

/* alloc() never returns NULL: inputs are bounded, and the broker aborts when
 * memory runs out. defer() calls fn(what) when the arena is freed. */
struct ent_arena {
	void *(*alloc)(struct ent_arena *, size_t size);
	void (*defer)(struct ent_arena *, void (*fn)(void *), void *what);
};

/* The caller's next step. Negative is failure. */
enum ent_rc {
	ENT_OK = 0,
	ENT_MORE = 1,          /* parse(): one more round trip, next phase */
	ENT_EINVAL = -1,       /* never going to work: dead-letter it */
	ENT_ERETRY = -2,       /* may work later */
	ENT_EAUTH = -3,        /* refused: a person must look at the supplier or its secret */
	ENT_EGONE = -4,        /* the remote ticket no longer exists */
	ENT_EUNSUPPORTED = -5, /* this tool cannot express it */
	ENT_ECONFLICT = -6,    /* somebody changed it since it was read: begin again with the first phase */
	ENT_ETOOLONG = -7      /* the tool says that a text is longer than it takes; nothing was done */
};

/* One sentence for people, in English, and what a catalogue needs to say it in their language: the code names the
 * sentence, params is a JSON object of what is filled in. No code: nothing is said. See sdk/say.h. */
struct ent_said {
	struct ent_str code, params, text;
};

/* For people; the rc is for programs. Written on failure only. Never a secret. With the SDK: sdk_fail_as(). Without it
 * write msg, and set code[0] and params[0] to 0. */
struct ent_err {
	char msg[240];    /* as ent_said.text */
	char code[48];    /* "": the sentence is of one who knows no codes */
	char params[720]; /* as ent_said.params; "": none */
};

/* TMF621's states, plus NEW (not yet looked at) and TRANSFERRED (this supplier
 * passed the work on; its ticket stays as history and may come back). */
enum ent_status {
	ENT_STATUS_UNKNOWN,
	ENT_NEW,
	ENT_ACKNOWLEDGED,
	ENT_IN_PROGRESS,
	ENT_PENDING, /* waits for the requester */
	ENT_HELD,    /* waits for anything else */
	ENT_TRANSFERRED,
	ENT_RESOLVED,
	ENT_CLOSED,
	ENT_CANCELLED,
	ENT_REJECTED
};
#define ENT_N_STATUS 11

/* One attribute: what the tool says, and what it means in the ticket language.
 * A connector sets `native` for STATUS and the scales and may set `text` where the
 * tool's own semantics decide (canonical names: "in_progress", "1".."5"); else the
 * broker maps native to text. For the other attributes `text` is the value and
 * `native` is set only when the tool knows it by another name (a person's id). */
struct ent_value {
	struct ent_str text, native;
};

/* id, name, steps: how many steps a scale has, "1" the most severe; 0: it is no scale. core/attr.h says what the broker
 * does with each. */
#define ENT_ATTRIBUTES(X)                                                                                              \
	X(ENT_TITLE, "title", 0)                                                                                       \
	X(ENT_DESCRIPTION, "description", 0) /* plain text or Markdown */                                              \
	X(ENT_STATUS, "status", 0)           /* the names of enum ent_status */                                        \
	X(ENT_PRIORITY, "priority", 5)       /* 1 critical .. 5 planning */                                            \
	X(ENT_IMPACT, "impact", 3)           /* 1 high, 2 medium, 3 low: how much is hit. As ITIL's matrix has it */   \
	X(ENT_URGENCY, "urgency", 3)         /* 1 high, 2 medium, 3 low: how soon it hurts */                          \
	X(ENT_CATEGORY, "category", 0)                                                                                 \
	X(ENT_SERVICE, "service", 0)                                                                                   \
	X(ENT_SITE, "site", 0)                                                                                         \
	X(ENT_TEAM, "team", 0)         /* the supplier's group */                                                      \
	X(ENT_ASSIGNEE, "assignee", 0) /* text: name shown; native: id in the tool */                                  \
	X(ENT_REQUESTER, "requester", 0)                                                                               \
	X(ENT_URL, "url", 0)                       /* for people */                                                    \
	X(ENT_TRANSFERRED_TO, "transferred_to", 0) /* with status transferred: to whom, a supplier's name or title */  \
	X(ENT_OPENED_AT, "opened_at", 0)           /* RFC 3339, UTC, milliseconds: see sdk_time_format */              \
	X(ENT_DUE_AT, "due_at", 0)                                                                                     \
	X(ENT_FIELDS, "fields", 0) /* everything else worth keeping, one JSON object */
#define ENT_ATTR_ID(id, name, steps) id,
enum ent_attr { ENT_ATTRIBUTES(ENT_ATTR_ID) ENT_N_ATTR };

/* When the supplier says the change happened. 0 = the tool does not say. A
 * version orders exactly; a time orders as finely as the tool stamps. */
struct ent_stamp {
	int64_t version; /* > 0, grows with each change of this ticket */
	int64_t time_ms; /* Unix epoch, UTC */
};

struct ent_ticket {
	struct ent_str id;  /* the tool's stable key: never changes, 1..ENT_ID_MAX bytes */
	struct ent_str key; /* what people call it there ("INC0010023"); absent: same as id */
	uint32_t has;       /* 1u << each attribute the payload speaks of; an empty value clears */
	struct ent_value at[ENT_N_ATTR];
};

/* The ties of a ticket to an incident. Each is optional. */
struct ent_reference {
	struct ent_str supplier, id; /* another supplier's name or title, and its ticket id or key */
};
struct ent_correlation {
	struct ent_str number; /* our incident number, where the supplier's settings say it stands */
	struct ent_str key;    /* a key that several suppliers share */
	const struct ent_reference *reference;
	size_t n_reference;
};

enum ent_visibility {
	ENT_INTERNAL, /* the default: for the supplier and us */
	ENT_PUBLIC    /* the payload positively says that the other side may read it */
};

struct ent_person {
	struct ent_str id, name; /* id in the tool; name shown */
};

enum ent_format { ENT_TEXT, ENT_MARKDOWN }; /* how words are meant; every text can be read as it stands */

struct ent_comment {
	/* The tool's, 1..ENT_ID_MAX bytes, unique within the supplier's ticket. ENT_COMMENT_ADDED, absent: the
	 * broker makes one from author, time (the comment's, else the change's) and words. */
	struct ent_str id;
	struct ent_person author;
	struct ent_str body; /* plain text or Markdown, never HTML */
	enum ent_format format;
	enum ent_visibility visibility;
	int64_t created_ms; /* 0 = the tool does not say */
};

struct ent_attachment {
	struct ent_str id, name, media_type, url;
	int64_t size; /* bytes, -1 = the tool does not say */
};

/* Acts: people of several organisations begin them with one another and end them. id, noun, verb. */
#define ENT_ACTS(X)                                                                                                    \
	X(ENT_ASK_MADE, "ask", "made")                                                                                 \
	X(ENT_ASK_ANSWERED, "ask", "answered")                                                                         \
	X(ENT_ASK_WITHDRAWN, "ask", "withdrawn")                                                                       \
	X(ENT_HANDOVER_PROPOSED, "handover", "proposed")                                                               \
	X(ENT_HANDOVER_ACCEPTED, "handover", "accepted")                                                               \
	X(ENT_HANDOVER_DECLINED, "handover", "declined")                                                               \
	X(ENT_HANDOVER_WITHDRAWN, "handover", "withdrawn")                                                             \
	X(ENT_PROMISE_MADE, "promise", "made") /* of the next news */                                                  \
	X(ENT_HELP_WANTED, "help", "wanted")                                                                           \
	X(ENT_HELP_OFFERED, "help", "offered")                                                                         \
	X(ENT_HELP_ENDED, "help", "ended")
#define ENT_ACT_ID(id, noun, verb) id,
enum ent_act_kind { ENT_NO_ACT, ENT_ACTS(ENT_ACT_ID) ENT_N_ACT };

enum ent_yes_no { ENT_UNSAID, ENT_YES, ENT_NO };

/* Members that an act has no use for are absent and zero. */
struct ent_act {
	enum ent_act_kind kind;
	/* A UUID that the broker made. One that ends or answers: what it is about; absent: the only one of its noun
	 * that the supplier's organisation can mean. From the broker, also of what begins. */
	struct ent_str id;
	struct ent_str ask;      /* ENT_ASK_*: "question", "information", "action", "approval" */
	struct ent_str from;     /* from the broker: the organisation that began what it is about */
	struct ent_str to;       /* ENT_ASK_MADE, ENT_HANDOVER_PROPOSED: an organisation, a supplier's name or title */
	int64_t due_ms;          /* ENT_ASK_MADE: by when, 0: open. ENT_PROMISE_MADE: when the news comes */
	enum ent_yes_no accepts; /* ENT_ASK_ANSWERED, of an approval */
};

enum ent_change_kind {
	ENT_TICKET_CHANGED, /* also created: the broker knows which */
	ENT_TICKET_REMOVED,
	ENT_COMMENT_ADDED, /* also edited: the broker compares */
	ENT_COMMENT_REMOVED,
	ENT_ATTACHMENT_ADDED,
	/* The ticket goes on as another one of the same tool (merged, moved, transferred): `continues_as` is that one.
	 * Told each time it is seen; the broker does it once. */
	ENT_TICKET_CONTINUES,
	/* The supplier's people act: `act`. ticket.has is 0: what is told of the ticket is a change before it. Its
	 * words are `comment`, whose id makes it happen once: absent without words, which only an acceptance, a
	 * withdrawal and an end may lack. Its readers are whom it is for, whatever `visibility` says. One that the
	 * broker cannot take becomes a dead letter with the reason. */
	ENT_ACT
};

/* ticket.id is set in every change; ticket.has may be 0 beside a comment. */
struct ent_change {
	enum ent_change_kind kind;
	struct ent_stamp stamp;
	struct ent_person actor; /* who did it there, if told */
	struct ent_ticket ticket;
	struct ent_correlation correlation;
	struct ent_act act; /* ENT_ACT */
	struct ent_comment
	    comment; /* ENT_COMMENT_*, ENT_ACT. ENT_ATTACHMENT_ADDED: its id, when the file stands at a comment */
	struct ent_attachment attachment; /* ENT_ATTACHMENT_ADDED */
	struct {
		struct ent_str id, key; /* id as ticket.id has it, never ticket.id itself; key may be absent */
	} continues_as;                 /* ENT_TICKET_CONTINUES */
};

struct ent_changes {
	const struct ent_change *at; /* in the order they happened */
	size_t n;                    /* 0 is a valid answer: nothing of interest */
};

#endif
