/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a JSONL file of arrivals, one at a time, each turned into the body
 * of POST /v1/arrivals. A pipe is only read when something waits in it.
 */
#ifndef CLI_IMPORT_SOURCE_H
#define CLI_IMPORT_SOURCE_H

#include "sdk/json.h"

#define IMPORT_LINE_MAX ((size_t)8 << 20) /* bytes */

struct import_source {
	int fd;
	int64_t size;   /* bytes of the file, -1 for a pipe */
	int64_t line;   /* of the last line taken, from 1 */
	int64_t offset; /* bytes taken */
	bool ended;     /* nothing more comes */
	bool skipping;  /* the rest of a line that is too long */
	struct sdk_buf read;
	size_t taken; /* bytes of read that were handed out */
};

/* "-" is standard input. */
enum ent_rc import_source_open(struct import_source *source, const char *name, struct ent_err *err)
    __attribute__((warn_unused_result));
void import_source_close(struct import_source *source);

enum import_line { IMPORT_LINE, IMPORT_TOO_LONG, IMPORT_NOTHING_YET, IMPORT_END, IMPORT_BROKEN };
/* The next line that is not empty, without its line break; borrowed until the next call. source->line is its number.
 * IMPORT_BROKEN: reading failed, errno says how. */
enum import_line import_source_next(struct import_source *source, struct ent_str *ret);

/* A line as a request body. *ret_order: lines of equal order must be sent one after the other: the value at `order_by`
 * in the arrival's body, or the supplier's name when order_by is NULL or the value is missing. */
enum ent_rc import_request(struct ent_arena *arena, struct ent_str line, const char *order_by, struct ent_str *ret,
			   struct ent_str *ret_order, struct ent_err *err) __attribute__((warn_unused_result));

#endif
