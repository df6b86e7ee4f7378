/* SPDX-License-Identifier: Apache-2.0 */
/* The input of `entente try`: its options, the call to try, the given answers. */
#ifndef CLI_TRY_ASK_H
#define CLI_TRY_ASK_H

#include "core/delivery.h"
#include "link/trial.h"

#define TRY_ANSWERS_MAX 40

enum try_op {
	TRY_POLL,
	TRY_FETCH,
	TRY_CREATE,
	TRY_UPDATE,
	TRY_COMMENT,
	TRY_EDIT,
	TRY_REMOVE,
	TRY_LOOK,
	TRY_PROBE,
	TRY_LOGIN,
	TRY_DECODE
};
#define TRY_N_OP 11
const char *try_op_name(enum try_op op);      /* "poll" */
const char *try_op_of(enum ent_op_kind kind); /* "comment" of ENT_ADD_COMMENT */
bool try_op_by_name(const char *name, enum try_op *ret);

/* The options of the command line; NULL: not given. */
struct try_words {
	const char *op, *ticket, *ticket_key, *comment, *title, *text, *author, *status, *priority, *impact, *urgency,
	    *number, *id, *cursor, *phase, *from, *pages, *of;
	const char *answer[TRY_ANSWERS_MAX];
	size_t n_answer;
	bool live, yes, json;
};

/* Are the options valid and complete? ENT_EINVAL: err says in one sentence what is wrong. */
enum ent_rc try_words_check(const struct try_words *words, enum try_op *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The call that the broker would make; options left out are replaced by examples. ENT_EUNSUPPORTED: this op is not sent
 * to the supplier. */
enum ent_rc try_call(const struct try_words *words, enum try_op op, const struct supplier_set *set,
		     const struct supplier *supplier, const struct ent_self *self, struct ent_arena *arena,
		     struct ent_call *ret, struct ent_err *err) __attribute__((warn_unused_result));

/* May the op be repeated after its answer was lost? */
enum ent_repeat try_repeat(const struct supplier *supplier, const struct ent_self *self, enum ent_op_kind kind);

/* An HTTP message from a file: a whole one with its first line and headers, or a body alone. */
struct try_message {
	bool has_head;
	int status; /* of a response; a body alone: 200; a request: 0 */
	struct ent_header *header;
	size_t n_header;
	struct ent_str body;
};
enum ent_rc try_message_read(struct ent_arena *arena, struct ent_str text, bool is_request, struct try_message *ret,
			     struct ent_err *err) __attribute__((warn_unused_result));

#endif
