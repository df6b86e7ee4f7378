/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of people in the markup of a tool: they are shown as they were written, and nothing in them acts there. Nobody
 * is called by "@dana", no ticket is linked by "#12", no picture fetched, no template filled in, no command obeyed.
 *
 * A sign is escaped where the dialect can do that (a backslash, an entity). A word that acts all the same is broken by
 * U+200B, a blank without width, within the word: "@" U+200B "dana". A U+200B of the text itself is written twice, so
 * that all of it can be taken back. Pure.
 */
#ifndef SDK_DIALECT_H
#define SDK_DIALECT_H

#include "sdk/str.h"

enum sdk_dialect {
	SDK_PLAIN,            /* "none": nothing acts */
	SDK_MARKDOWN,         /* GitHub, GitLab, Gitea: mentions, references, commits, quick actions, emoji, formulas */
	SDK_JIRA_WIKI,        /* Jira's wiki markup */
	SDK_TEXTILE,          /* Redmine with Textile: its links and macros, too */
	SDK_REDMINE_MARKDOWN, /* Redmine with CommonMark: its links and macros, too */
	SDK_SERVICENOW,       /* a journal: [code], @[mention] */
	SDK_ZENDESK,          /* Markdown, {{placeholders}}, {% Liquid %}, #12 */
	SDK_HTML,
	SDK_MAIL_SUBJECT /* plain text; in a title "[desk #12]" is no ticket's number */
};
#define SDK_N_DIALECT 9

const char *sdk_dialect_name(enum sdk_dialect dialect);
bool sdk_dialect_by_name(struct ent_str name, enum sdk_dialect *ret);

struct ent_str sdk_dialect_escape(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text);
/* For a field that shows one plain line: only what acts even there. */
struct ent_str sdk_dialect_escape_title(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str title);
/* Takes back what escape did: unescape(escape(x)) is x. */
struct ent_str sdk_dialect_unescape(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text);
/* Is it, without its marker, exactly what we would have written? */
bool sdk_dialect_is_ours(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text);
/* A text as the tool gives it back: unescaped when it is ours (it holds our marker, or is exactly what we would have
 * written); what a person wrote there stays as it is. */
struct ent_str sdk_dialect_read(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text);
/* The same for a text that the tool has turned into what it shows (HTML, a document): only breaks are left in it. */
struct ent_str sdk_dialect_read_shown(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str text);
struct ent_str sdk_dialect_read_title(struct ent_arena *arena, enum sdk_dialect dialect, struct ent_str title);

#endif
