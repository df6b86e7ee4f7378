/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its answer: what a route's function sees. It either sets the answer,
 * or hands jobs to the writer and is resumed when all of them came back, or becomes a
 * live stream. At its home it reads little: a long read is handed to a reader, see reading.h.
 *
 * Everything of it lives in its arena, which is released after the answer went out; the
 * answer's body may also stand in the scratch buffer of its desk, see answer_json().
 */
#ifndef FACE_EXCHANGE_H
#define FACE_EXCHANGE_H

#include "face/desk.h"
#include "face/request.h"
#include "sdk/json.h"
#include "store/writer.h"

#define EXCHANGE_PARAMS_MAX    2
#define EXCHANGE_ARGUMENTS_MAX 12

struct stream;
struct route;

struct answer {
	int status;       /* 0: none yet */
	const char *type; /* media type; NULL: application/json */
	struct ent_str body;
	struct ent_str fields; /* more header lines, each with its CR LF */
	struct ent_str policy; /* Content-Security-Policy of a page; absent: that of data */
	int64_t file_size;     /* its body is a file, so long; see exchange.file */
};

struct exchange {
	struct request request;
	const struct route *route;
	struct ent_str path;                                /* as sent, without the query */
	struct ent_str param[EXCHANGE_PARAMS_MAX];          /* the parts of the path at the route's "{}", decoded */
	struct ent_header argument[EXCHANGE_ARGUMENTS_MAX]; /* of the query, decoded; only names that the route knows */
	size_t n_argument;
	struct ent_str body;
	struct ent_str principal;  /* the token's name, or who signed in; absent for open routes */
	struct reader reader;      /* who asks: a person or a machine; nobody for open routes */
	struct ent_str peer;       /* address of the connection, as text; absent: none */
	struct signed_in *session; /* a person who is signed in; NULL: a token's, or an open route's */
	struct sdk_arena arena;
	struct roster *roster; /* the suppliers as they were when it began, even after a reload */
	int64_t began_us;      /* its first byte */
	struct answer answer;

	struct desk *home; /* of the thread that it came to */
	struct desk *desk; /* where it stands now: its home, or a reader's */

	size_t n_waiting;                   /* jobs that the writer has, and 1 while a reader has it */
	void (*resume)(struct exchange *x); /* when the last of them came back */
	void *work;                         /* the route's own, for resume */
	void (*read)(struct exchange *x);   /* by a reader, see reading_ask() */
	struct exchange *next_read;         /* in the queue of reads */
	int64_t asked_us;                   /* it stands there since */
	struct note note;                   /* by which a reader gives it back */
	bool asks_for_one; /* a person asks for this very arrival: it is read even if reading it ended the broker before
			    */
	struct stream *stream; /* it became a live stream */
	struct upload *upload; /* its body goes into a file as it comes, see upload.h */
	int file;              /* the answer's body; -1: none. The exchange closes it */
};

/* ---- what routes do ------------------------------------------------------- */

/* False: the queue is full; nothing was handed over. Each job of an exchange is submitted before its home
 * takes its mail next; resume is then called once. */
bool exchange_submit(struct exchange *x, struct job *job, void (*resume)(struct exchange *x))
    __attribute__((warn_unused_result));
struct ent_str exchange_argument(const struct exchange *x, const char *name); /* absent: not in the query */
struct ent_str exchange_header(const struct exchange *x, const char *name);   /* absent: missing or twice */
/* An argument as a whole number in [min, max]; missing: dflt. False: answered 400. */
bool exchange_argument_int(struct exchange *x, const char *name, int64_t dflt, int64_t min, int64_t max, int64_t *ret);

/* ---- what the connection does ----------------------------------------------- */

/* One desk's exchange, again and again: opened once, begun with each request, and reset after each answer went out. */
void exchange_open(struct exchange *x, struct desk *home);
void exchange_begin(struct exchange *x);
void exchange_reset(struct exchange *x); /* no live stream any more */
/* A note with it was taken from its home's mailbox. True: it was the last that it waited for, and it is answered. */
bool exchange_came_back(struct exchange *x) __attribute__((warn_unused_result));

#endif
