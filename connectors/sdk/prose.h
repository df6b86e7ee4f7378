/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rich text reads as text, whatever it came as: HTML, a document of Jira's, wiki markup. One convention for all:
 *
 *	struck        ~~struck~~
 *	code          `code`; a block between lines of ```
 *	a quote       "> " before each line, ">> " inside another
 *	lists         "- ", or the number and ". "; two blanks deeper for each level
 *	tasks         "- [x] done", "- [ ] to do"
 *	a row         its cells on one line: "a | up"
 *	a link        its text, then [address] where the text is not the address
 *	a picture     [picture: name], a file [file: name]: what cannot be shown is named
 *	a rule        ---
 *	bold, colour  the words alone
 *
 * What comes out is text: nobody reads these signs back, and a text that holds them is shown as it is.
 */
#ifndef SDK_PROSE_H
#define SDK_PROSE_H

#include "sdk/str.h"

#define PROSE_LISTS  16u /* lists nested deeper are written as the innermost of these */
#define PROSE_QUOTES 3u  /* and quotes */

struct prose {
	struct ent_arena *arena;
	struct sdk_buf out;
	/* White space that comes before the next visible character, if one comes. */
	size_t newlines, spaces;
	bool is_kept;  /* white space stands as it comes: <pre>, a block of code */
	bool was_kept; /* before the block of code that is open */
	bool is_tight; /* no empty line between blocks */

	struct {
		bool ordered, has_items;
		unsigned next;
	} list[PROSE_LISTS];
	unsigned depth, quotes; /* what is open; may pass the limits above */
	unsigned quotes_before; /* the least since the last visible character: an empty line belongs to that */
	bool item_begins;       /* the mark of an item was written and nothing behind it */

	unsigned cells;      /* of the row under way; 0: there is none */
	bool row_begins;     /* before its first cell */
	bool row_is_nested;  /* a table stands in it: that is a layout, which keeps its lines */
	size_t row_from;     /* where in out it begins */
	bool is_row_on_line; /* each row on one line, however long: it is no page's layout */

	struct {
		unsigned open; /* how often it was opened */
		bool shown;
		size_t from; /* code: where its text begins in out */
	} struck, code;
	size_t fence; /* where the text of the block of code begins in out; 0: none is open */
};

void prose_begin(struct prose *p, struct ent_arena *arena);
struct ent_str prose_end(struct prose *p); /* in the arena; releases p's memory */

void prose_add(struct prose *p, struct ent_str text); /* as it stands; its line ends as line breaks */
void prose_z(struct prose *p, const char *z);
void prose_space(struct prose *p);           /* several are one, unless white space is kept */
void prose_newline(struct prose *p);         /* one more; at most an empty line, unless white space is kept */
void prose_break(struct prose *p, size_t n); /* at least n before what follows */
void prose_rule(struct prose *p);

void prose_list(struct prose *p, bool ordered, unsigned first); /* first: the number of the first item */
void prose_list_end(struct prose *p);
void prose_item(struct prose *p);
void prose_quote(struct prose *p);
void prose_quote_end(struct prose *p);
void prose_row(struct prose *p);
void prose_row_end(struct prose *p);
void prose_cell(struct prose *p);
void prose_struck(struct prose *p, bool opens);
void prose_code(struct prose *p, bool opens);
void prose_fence(struct prose *p, bool opens);
void prose_named(struct prose *p, const char *what, struct ent_str name); /* "[picture: name]", "[picture]" */
/* Behind a link's text, which began at `from` in out. */
void prose_address(struct prose *p, size_t from, struct ent_str address);

#endif
