/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole contract between the broker and a connector.
 *
 * A connector translates between one tool's HTTP API and Entente's ticket
 * language. It is pure functions over bytes: it opens no socket, reads no
 * clock, writes no log. The broker does all of that. The same arguments give
 * the same result, so a connector is tested from a text file, replayed from a
 * stored arrival, and fuzzed.
 *
 * Memory. Arguments are borrowed until the call returns. Results are borrowed
 * from an argument or taken from the call's arena. A function deferred there
 * runs before the connector is unloaded: it may be its code.
 *
 * Threads. open() makes one state per supplier and thread; the broker never
 * uses one state on two threads. Without open() there is no state at all.
 *
 * Versions. ENT_ABI changes when a struct or a meaning here changes. The table
 * grows at its end only, and `size` says how much of it the connector knew: at
 * least through `decode`. The broker reads zero behind its `size`.
 *   1  first version
 *   2  the way out: marker and number in the op, look and repeat, polling
 *   3  probe; login, and secrets that a connector places without seeing them; limits of texts, and a text that is too
 *      long; how far a search lags; a ticket that continues as another; tickets that a poll put aside, and what a poll
 *      has to say to people; impact and urgency, a map by attribute, and a scale that the tool works out from others; a
 *      comment of ours that is edited and removed; sentences for people have a code and params; acts of people who
 *      work together, both ways
 */
#ifndef ENTENTE_CONNECTOR_H
#define ENTENTE_CONNECTOR_H

#include "entente/http.h"
#include "entente/ticket.h"

#define ENT_ABI 3u

/* ---- what the broker asks of a tool (the way out) ------------------------ */

enum ent_op_kind {
	ENT_CREATE_TICKET,
	ENT_UPDATE_TICKET,
	ENT_ADD_COMMENT,
	ENT_EDIT_COMMENT,   /* a comment that ADD_COMMENT wrote gets other words */
	ENT_REMOVE_COMMENT, /* a comment that ADD_COMMENT wrote goes; where the tool keeps a trace, its words go. A
			     * comment that is not there any more is ENT_OK */
	ENT_FETCH_TICKET,
	ENT_POLL,
	ENT_PROBE, /* "who am I?": a read that needs our credentials and no ticket. ENT_OK: they are accepted.
		    * ENT_EAUTH: they are refused, and only then the broker says that the supplier refuses us */
	ENT_LOGIN  /* begins a session, whose values go into later requests: see ent_slot and ent_result.session. Asked
		    * when a request wants a value of a session and there is none, after a 401 to such a request, and
		    * after `logged_out`. No ticket, nothing of it is stored: phases and memo live in memory alone */
};
#define ENT_N_OP 9

/* The tool's limits of one text. The broker hands out what counts for one op: the connector's, lowered by the
 * supplier's settings, halved after the tool answered ENT_ETOOLONG. */
enum ent_unit {
	ENT_CHARACTERS, /* Unicode code points */
	ENT_UTF16,      /* UTF-16 code units: what Java, JavaScript and .NET count */
	ENT_BYTES       /* of UTF-8 */
};
struct ent_limits {
	enum ent_unit unit;
	uint32_t title, text; /* in that unit; text: of a description and of a comment. 0: no limit is known */
};

enum ent_language { ENT_ENGLISH, ENT_FRENCH }; /* of the sentences that we add to what people wrote */

/* How to repeat an op whose outcome is not known: the request left, no answer came. */
enum ent_repeat {
	ENT_REPEAT_NEVER,  /* a repeat could do it twice: a person decides */
	ENT_REPEAT_SEARCH, /* call again with `look`: the connector searches the marker before it writes */
	ENT_REPEAT_SAFE    /* once is as good as twice: the tool honours `key`, or the op sets a value */
};

struct ent_op {
	enum ent_op_kind kind;
	struct ent_str key;    /* a UUID, the same on every attempt */
	struct ent_str marker; /* CREATE, ADD_COMMENT: short ASCII text that holds key; where the tool can be searched
				* for text, put it there as the last line. Others read it: sdk/marker.h.
				* EDIT_COMMENT: as its ADD_COMMENT put it there; it stays */
	struct ent_str number; /* our incident's number, "ENT-000042": correlation field, title or text of a CREATE */
	/* UPDATE, *_COMMENT, FETCH: id and key say which one. CREATE, UPDATE: `has` and `at` are what it shall say.
	 * For STATUS and the scales `text` is canonical and `native` the tool's word from the supplier's map, never
	 * absent. */
	struct ent_ticket ticket;
	/* ADD_COMMENT: body is ready to show and names its author. visibility says how it shall stand in the tool;
	 * a tool that cannot keep an internal comment internal answers ENT_EUNSUPPORTED in build(): it is called again
	 * with ENT_PUBLIC where that is allowed, else the delivery is parked as `public`.
	 * EDIT_COMMENT: the same, and id, as the tool knows it. REMOVE_COMMENT: id alone. */
	struct ent_comment comment;
	struct ent_act act; /* ADD_COMMENT: the act whose words the comment is; kind 0: it is nothing but words. The
			     * body tells it to people already, in the tool's language */
	int64_t since_ms;   /* POLL: where to begin when there is no memo yet. CREATE, ADD_COMMENT: when we planned it;
			     * what `look` searches is not older, apart from the tool's clock. 0: not known */
	/* CREATE, UPDATE, ADD_COMMENT, EDIT_COMMENT: what title and text may hold with marker and all; sdk_op_text()
	 * and sdk_op_title() keep to it. */
	struct ent_limits limits;
	enum ent_language language; /* of a note such as "shortened, the rest stands in ENT-000042" */
};

/* One round trip of one attempt at one op. Phase 0 is the first of every attempt. `memo` is what the previous phase
 * asked to keep; after a phase that wrote, the broker stores both before it goes on, so that a crash does not repeat
 * it. */
struct ent_call {
	struct ent_op op;
	unsigned phase, attempt; /* attempt: from 1 */
	bool look; /* of an ENT_REPEAT_SEARCH op: an attempt before may have been done. Search, then write. It stays
		    * true through the phases that read, until one wrote. */
	struct ent_str memo;
	int64_t now_ms; /* when this request is built: for stamps in what is sent; POLL: also for how long it has been
			 * since a ticket was put aside. For nothing else that decides */
};

/* A ticket that a poll could not read or understand, and passed over. */
struct ent_aside {
	struct ent_str ticket, key; /* its id, else what the list calls it; key: what people call it, may be absent */
	struct ent_said reason;
	unsigned tries;            /* how often it was asked for */
	int64_t since_ms, next_ms; /* when it was put aside first; when it is asked for again */
};
#define ENT_ASIDE_MAX 200 /* of one supplier; beyond it the poll stands still with a reason, and nothing is dropped */

struct ent_result {
	/* ENT_OK: of what the op made or found: CREATE: the ticket's id; ADD_COMMENT, EDIT_COMMENT: the comment's
	 * id as decode() would give it, absent when the tool does not tell. POLL, with a failure: remote_id is the
	 * ticket that was asked for, which people are told; absent: it was the list. */
	struct ent_str remote_id, remote_key;
	unsigned phase;         /* ENT_MORE: the next one, not 0 */
	struct ent_str memo;    /* ENT_MORE: for the next phase. POLL: where to go on, also with ENT_OK */
	unsigned retry_after_s; /* ENT_ERETRY: 0 leaves it to the broker, which knows Retry-After itself */
	/* The answer's news about tickets, as decode() would say it. After an UPDATE and a FETCH: the ticket as it
	 * stands there now, which is how the broker finds a write that was answered with success and not done. With
	 * ENT_EGONE of an UPDATE, *_COMMENT or FETCH: where the op's ticket goes on (ENT_TICKET_CONTINUES, and
	 * ENT_TICKET_REMOVED of the new one when that cannot be read): the op is then done at the new one. */
	struct ent_changes changes;
	/* POLL, with ENT_OK and ENT_MORE: all that is put aside now, which takes the place of what was told before.
	 * Each one that is new is told to people; the memo holds what the connector needs to ask again. */
	const struct ent_aside *aside;
	size_t n_aside;
	/* LOGIN, with ENT_OK and ENT_MORE: values of the session, which replace those of the same name. They are kept
	 * in memory, for so many seconds; 0: until they are refused. A name is 1 to 64 of a-z, 0-9 and _. */
	const struct ent_header *session;
	size_t n_session;
	unsigned session_s;
	bool logged_out; /* with an error: the tool does not know our session any more, nothing was done. The broker
			  * logs in again and asks once more */
	struct ent_said note; /* POLL: about this page, as "its cursor was refused: ..."; without a code: nothing */
	/* With ENT_EINVAL and a status that is no 4xx: the tool itself says no, in an answer that was read and
	 * understood. Without it the broker takes ENT_EINVAL for "our side cannot read the answer": a write with such
	 * an answer may have been done, and nobody is told that the tool refused it. */
	bool said_no;
};
#define ENT_PHASES_MAX 40          /* round trips of one attempt; POLL may take as many as there are pages */
#define ENT_MEMO_MAX   (128 << 10) /* bytes of a memo, which is UTF-8; a longer one is ENT_EINVAL */

/* ---- the table ---------------------------------------------------------- */

enum ent_setting_type { ENT_SETTING_STR, ENT_SETTING_INT, ENT_SETTING_BOOL };

/* A row of the connector's settings: read from the supplier's `settings:` in the
 * configuration into a zeroed struct of settings_size bytes, at `offset`. */
struct ent_setting {
	const char *name;
	enum ent_setting_type type; /* struct ent_str, int64_t, bool */
	const char *dflt;           /* as written in the file; NULL: the supplier must set it */
	size_t offset;
	const char *help; /* for people; its code is setting.connector.CONNECTOR.NAME */
};

/* A sentence that is always the same. */
struct ent_sentence {
	const char *code, *text;
};

/* The tool's out-of-the-box words. The supplier's `map:` overrides row by row.
 * canonical: an enum ent_status name, or of a scale "1".."5". The first row of a canonical
 * value is the one used on the way out. Ends with {0}. */
struct ent_map_row {
	const char *native, *canonical;
};

struct ent_self {
	const void *settings; /* settings_size bytes, filled */
	void *state;          /* what open() made, or NULL */
};

struct ent_connector {
	uint32_t abi, size; /* ENT_ABI, sizeof(struct ent_connector) */
	const char *name, *version;
	const char *summary;               /* one line: which tool, which API */
	uint32_t ops;                      /* 1u << each enum ent_op_kind that build() accepts */
	const struct ent_setting *setting; /* ends with {0}; NULL for none */
	size_t settings_size;
	const struct ent_map_row *map[ENT_N_ATTR]; /* of STATUS and the scales; NULL: the supplier's is all there is */

	/* Check settings and compile what is costly. NULL when there is no state. */
	enum ent_rc (*open)(const void *settings, void **ret_state, struct ent_err *);
	void (*close)(void *state); /* takes NULL */

	/* Is this webhook the supplier's? Runs on the raw bytes, before anything is
	 * parsed or stored. Any of the n_secret secrets may match (rotation); with
	 * n_secret == 0 the supplier is configured as unsigned and the check is skipped.
	 * *ret_delivery: the tool's id for it, the same when it is sent again; absent
	 * when the tool gives none (the broker then uses a hash of the body). */
	enum ent_rc (*verify)(const struct ent_self *, const struct ent_webhook *, const struct ent_str *secret,
			      size_t n_secret, int64_t now_ms, struct ent_arena *, struct ent_str *ret_delivery,
			      struct ent_err *);
	/* What happened? ENT_EINVAL with the reason keeps the payload as a dead letter. */
	enum ent_rc (*decode)(const struct ent_self *, const struct ent_webhook *, struct ent_arena *,
			      struct ent_changes *ret, struct ent_err *);
	/* build() asks the tool for this phase of the call, parse() reads its answer.
	 * NULL: this connector only listens. build() may say ENT_OK without a method: there is nothing to ask, the op
	 * is done. parse() gets every HTTP answer and calls sdk_http_status() for what is no success. For POLL,
	 * ENT_MORE means: more is waiting now; ENT_OK: caught up. In both the changes and the memo are stored together.
	 * A POLL answer that cannot be read is ENT_EINVAL: it is kept raw and the memo of before stays.
	 * ENT_ERETRY to a request that writes: known not to be done when the status is 4xx or 503; with any other (a
	 * proxy's 502, a page of HTML with 200) it may have been done, and the broker acts as if no answer had come. */
	enum ent_rc (*build)(const struct ent_self *, const struct ent_call *, struct ent_arena *,
			     struct ent_request *ret, struct ent_err *);
	enum ent_rc (*parse)(const struct ent_self *, const struct ent_call *, const struct ent_response *,
			     struct ent_arena *, struct ent_result *ret, struct ent_err *);
	/* NULL: ENT_REPEAT_NEVER for ADD_COMMENT and CREATE, ENT_REPEAT_SAFE for the others: an UPDATE sets a value, an
	 * EDIT_COMMENT sets the words, and what was removed stays away, however often they are done. With
	 * ENT_REPEAT_SEARCH *ret_lag_s says for how many seconds after a write the search may not show it: 0 when it
	 * reads the database and no index. A look that finds nothing before that time is over is made again, with
	 * growing pauses, and only the last one lets a write go. The supplier's setting `search_lag` takes its place.
	 */
	enum ent_repeat (*repeat)(const struct ent_self *, enum ent_op_kind, unsigned *ret_lag_s);
	/* Things that the tool cannot express, one sentence each for people, ends with {0}; may be NULL. */
	const struct ent_sentence *cannot;
	struct ent_limits limits; /* of the tool as it comes; {0}: none is known */
	/* Bits of scales: the tool works those of `derived` out from those of `derived_from`. They never go out in one
	 * UPDATE or CREATE: where one of `derived_from` is set, those of `derived` are left out. */
	uint32_t derived, derived_from;
};

/* The one symbol a connector exports. NULL when it cannot serve that ABI. */
#define ENT_CONNECTOR_SYMBOL "entente_connector"
__attribute__((visibility("default"))) const struct ent_connector *entente_connector(uint32_t abi);

#define ENT_EXPORT(table)                                                                                              \
	const struct ent_connector *entente_connector(uint32_t abi)                                                    \
	{                                                                                                              \
		return abi == ENT_ABI ? &(table) : NULL;                                                               \
	}

#endif
