/* SPDX-License-Identifier: Apache-2.0 */
/* The declarations that the parts of the cursor share; for cursor*.c alone. */
#ifndef SDK_CURSOR_INSIDE_H
#define SDK_CURSOR_INSIDE_H

#include "sdk/cursor.h"
#include "sdk/json.h"

#define CURSOR_HASH_CHARS 8     /* base64: 48 bits tell a few thousand apart */
#define CURSOR_SEEN_MAX   3000  /* rows in the memo */
#define CURSOR_SEEN_SIZE  30000 /* bytes of these rows; beyond either limit the oldest are forgotten, and told again */
#define CURSOR_SEEN_SURE  700   /* rows, whatever their stamps are */
#define CURSOR_TODO_MAX   600   /* items, and bytes of them in the memo */
#define CURSOR_TODO_SIZE  18000 /* one item of the longest words always fits */
#define CURSOR_ASIDE_SIZE 70000
#define CURSOR_WORD_MAX   2000                 /* bytes of a token, a word, a place */
#define CURSOR_REASON_MAX 400                  /* bytes of a reason that is kept whole, else its text */
#define CURSOR_TEXT_MAX   120                  /* bytes of such a text */
#define CURSOR_AHEAD_MS   (24 * 3600 * 1000LL) /* a stamp further ahead is wrong and moves nothing */

/* A row that was told. */
struct sdk_cursor_seen {
	int64_t stamp_ms; /* 0: its list goes by keys */
	int64_t first_ms; /* when it was first seen, by our clock; 0: told for good */
	char how;
	bool is_met; /* in this answer; not in the memo */
	char hash[CURSOR_HASH_CHARS];
};

#endif
