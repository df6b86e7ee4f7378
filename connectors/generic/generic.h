/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generic: a tool that has no connector of its own, described by jq programs in the
 * supplier's settings. Its parts: a program's input (input.c, call.c), the program (program.c,
 * prelude.c, steps.c), its output (change.c, request.c, result.c), proof of the sender
 * (signature.c); put together for what comes in (generic.c) and what goes out (out.c).
 */
#ifndef GENERIC_H
#define GENERIC_H

#include <jv.h>

#include "generic/plain.h"
#include "generic/zone.h"
#include "sdk/cursor.h"
#include "sdk/webhook.h"

struct generic_settings {
	struct ent_str decode, delivery;
	struct ent_str body_format, form_field;
	struct ent_str signature_scheme, signature_header, signature_prefix, delivery_header;
	struct ent_str build, parse, statuses, repeat_create, repeat_comment, comment_changes;
	struct ent_str common, params, zone, probe, login, login_parse;
	int64_t poll_overlap_s, poll_grain_s, search_lag_s;
	struct ent_str dialect; /* sdk_dialect_by_name() */
};

/* ---- program.c ---------------------------------------------------------------- */

#define PROGRAM_STEPS_MAX   100000 /* of loops and calls in one run */
#define PROGRAM_OUTPUTS_MAX 256

struct program;

/* The parts that all programs of one supplier share. */
struct program_world {
	struct ent_str common, params; /* jq definitions before each program; JSON that is $params. Empty: none */
	const struct zone *zone;       /* NULL: none; outlives the program */
	bool hides; /* its input may hold a secret, which jq's error text could quote: the text is not shown */
};
/* ENT_EINVAL has jq's words and the line in `source`. name: of the setting. */
enum ent_rc program_compile(const char *name, const struct program_world *world, struct ent_str source,
			    struct program **ret, struct ent_err *err) __attribute__((warn_unused_result));
void program_free(struct program *program); /* takes NULL */
/* Runs it over input, which is consumed. take() gets each output as JSON, borrowed; what it returns but ENT_OK ends
 * the run. At most n_max outputs are asked for when that is not more than PROGRAM_OUTPUTS_MAX. */
enum ent_rc program_run(struct program *program, jv input, size_t n_max,
			enum ent_rc (*take)(void *to, struct ent_str json, struct ent_err *err), void *to,
			struct ent_err *err) __attribute__((warn_unused_result));

/* Did the last run read a part of a text only, as it was too long for a regular expression? */
bool program_has_cut(const struct program *program);

/* The text in front of each source: one line, ended by an open parenthesis (prelude.c). */
extern const char program_prelude[];
/* The source with a step counted in each function (steps.c). */
struct ent_str program_counted(struct ent_arena *arena, struct ent_str source);

/* ---- own.c -------------------------------------------------------------------- */

/* A function of ours; consumes both. zone: NULL for none. */
jv own_call(const struct zone *zone, jv name, jv of);
/* A time with a zone, or one in this zone. False: it is none, or it has no zone and there is none. */
bool local_time(const struct zone *zone, struct ent_str text, int64_t *ret_ms);

/* ---- input.c -------------------------------------------------------------------- */

enum body_format { BODY_JSON, BODY_FORM, BODY_TEXT };
bool body_format(struct ent_str word, enum body_format *ret);

/* {"headers": {...}, "body": ...}; *ret is the caller's to free or to hand on. */
enum ent_rc input_make(const struct generic_settings *settings, enum body_format format,
		       const struct ent_webhook *webhook, struct ent_arena *arena, jv *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* The bytes of the body that are JSON, as its format says; absent: it is another format, or it is no such form. */
struct ent_str body_json(const struct generic_settings *settings, enum body_format format, struct ent_str body,
			 struct ent_arena *arena);
/* JSON for jq: integers that a double cannot hold become strings. */
enum ent_rc json_read(struct ent_str bytes, struct ent_arena *arena, jv *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- said.c: what people said, by the setting `dialect` ---- */

/* The call as its programs get it: texts escaped, and short enough with the marker that a program puts behind them. */
struct ent_call said_ready(const struct generic_settings *settings, const struct ent_call *call,
			   struct ent_arena *arena);
/* The changes that its programs told, with what we wrote ourselves as it was before. */
struct ent_changes said_read(const struct generic_settings *settings, struct ent_changes changes,
			     struct ent_arena *arena);

/* ---- signature.c ------------------------------------------------------------------ */

enum scheme {
	SCHEME_SHA256_HEX,
	SCHEME_SHA256_BASE64,
	SCHEME_SHA1_HEX,
	SCHEME_SHA512_HEX,
	SCHEME_TOKEN,
	SCHEME_BEARER,
	SCHEME_BASIC,
	SCHEME_STANDARD,
	SCHEME_PATH /* no header: it stands in the address that the tool calls */
};
bool scheme_read(struct ent_str word, enum scheme *ret);
/* The header that proves who sent it; the program never sees it. */
struct ent_str scheme_header(const struct generic_settings *settings, enum scheme scheme);
enum ent_rc scheme_verify(const struct generic_settings *settings, enum scheme scheme,
			  const struct ent_webhook *webhook, const struct ent_str *secret, size_t n_secret,
			  int64_t now_ms, struct ent_arena *arena, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- the state -------------------------------------------------------------------- */

/* One per supplier and thread: a jq interpreter serves one thread. */
struct generic_state {
	struct program *decode, *delivery, *build, *parse; /* NULL: there is none. build and parse together */
	struct program *probe, *login, *login_parse;       /* the last two together */
	struct plain *plain;                               /* decode once more, without jq; NULL: only jq can run it */
	struct zone *zone;                                 /* NULL: none */
	enum scheme scheme;
	enum body_format format;
	enum ent_repeat repeat_create, repeat_comment;
	uint32_t comment_changes; /* 1u << EDIT_COMMENT, REMOVE_COMMENT that build knows */
	bool own_statuses;
};

/* ---- change.c ------------------------------------------------------------------------ */

/* One output of `decode` -> its changes, in the order ticket, comments, attachments. */
enum ent_rc output_read(struct sdk_changes *list, const struct zone *zone, struct ent_str json, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The same of an output that is parsed already, and of what `parse` has under changes or page. */
enum ent_rc change_read(struct sdk_changes *list, const struct zone *zone, const struct sdk_json *node,
			struct ent_err *err) __attribute__((warn_unused_result));

/* ---- cursor.c -------------------------------------------------------------------------- */

#define CURSOR_KNOWN_MAX 1500 /* tickets of a list without times */

/* Where a poll stands: the sdk's cursor, and what a program keeps beside it. */
struct cursor {
	struct sdk_cursor poll;
	struct ent_call call;   /* with the sdk's memo */
	unsigned phase;         /* of the ticket that is asked for */
	struct ent_str memo;    /* its own, JSON; absent: none */
	struct ent_str known;   /* hashes of what a list without times told, one behind the other */
	struct ent_str foreign; /* JSON that a program of before kept as a cursor of its own; absent: none */
	struct ent_arena *arena;
};
void cursor_begin(struct cursor *cursor, const struct generic_settings *settings, const struct ent_call *call,
		  const struct ent_response *response, struct ent_arena *arena, struct ent_err *err);
/* For a list without times: was this version of id not told yet? version absent: nobody knows, so it was not. */
bool cursor_is_news(const struct cursor *cursor, struct ent_str id, struct ent_str version);
/* Records that this version was told. */
void cursor_know(struct cursor *cursor, struct ent_str id, struct ent_str version);
/* The ticket that is asked for needs another request. */
void cursor_more(struct cursor *cursor, unsigned phase, struct ent_str memo);
/* As sdk_cursor_end(). */
enum ent_rc cursor_end(struct cursor *cursor, enum ent_rc rc, struct ent_result *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- call.c -------------------------------------------------------------------------- */

const char *op_name(enum ent_op_kind kind);
/* response: NULL for `build`. poll: where a POLL stands, NULL for the others. */
enum ent_rc call_input(const struct ent_call *call, const struct cursor *poll, const struct zone *zone,
		       const struct ent_response *response, struct ent_arena *arena, jv *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- request.c, result.c --------------------------------------------------------------- */

/* Texts of one request, and the places of secrets in them. */
struct texts {
	struct ent_arena *arena;
	struct ent_slot *slot; /* room for ENT_SLOTS_MAX */
	size_t n_slot;
};
/* Words, {"secret": "name"}, {"session": "name"}, or a list of them. */
enum ent_rc text_read(struct texts *texts, const struct sdk_json *node, enum ent_place place, size_t header,
		      struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
enum ent_rc body_read(const struct sdk_json *root, struct texts *texts, struct ent_request *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* No control character, no blank, nothing beyond ASCII, and none of `forbidden`. */
bool is_plain(struct ent_str s, char least, const char *forbidden);
enum ent_rc request_read(const struct sdk_json *root, struct ent_arena *arena, struct ent_request *ret,
			 struct ent_err *err) __attribute__((warn_unused_result));
/* "result" and "message": *ret is what it says, with err's words when that is a failure. */
enum ent_rc verdict_read(const struct sdk_json *root, enum ent_rc *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The result of parse(), from the program's output. */
enum ent_rc result_read(const struct ent_call *call, const struct sdk_json *root, struct cursor *poll,
			const struct zone *zone, struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- out.c ------------------------------------------------------------------------------ */

bool repeat_read(struct ent_str word, enum ent_repeat *ret);
bool comment_changes_read(struct ent_str word, uint32_t *ret); /* of the setting comment_changes */
enum ent_rc generic_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			  struct ent_request *ret, struct ent_err *err);
enum ent_rc generic_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			  struct ent_arena *arena, struct ent_result *ret, struct ent_err *err);
enum ent_repeat generic_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s);

#endif
