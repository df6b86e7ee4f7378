/* SPDX-License-Identifier: Apache-2.0 */
/* The command of a person's inbox. */
#include "cli/command.h"
#include "cli/inbox_show.h"

static const char inbox_help[] =
    "usage: entente inbox [--unread] [--limit N] [--cursor WORD]\n"
    "       entente inbox read\n"
    "\n"
    "What you are notified of, the newest first: who mentions you, what your organisation is\n"
    "asked or shall take over, your promises whose time has come, answers to you, and what is\n"
    "written in threads that you follow (`entente incident follow`). The same words stand\n"
    "there once, and never what you did. What you read in its thread is read here; `read`\n"
    "says that all of it is. For people: the token has to stand for one.\n"
    "\n"
    "  --unread           only what is not read\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente inbox --unread\n";

static const struct table_column inbox_columns[] = {{"TIME", "time"},
						    {"UNREAD", "unread"},
						    {"WHY", "reason"},
						    {"INCIDENT", "incident"},
						    {"BY", "by.name"},
						    {"WORDS", "text"},
						    {0}};
static const struct question inbox_questions[] = {
    {.verb = "read",
     .never = "unread limit cursor",
     .method = "POST",
     .path = "/v1/inbox/read",
     .show = inbox_show_read},
    {.needs = "unread",
     .method = "GET",
     .path = "/v1/inbox?unread=true",
     .query = "limit cursor",
     .column = inbox_columns,
     .empty = "Nothing is unread.",
     .more = "cursor"},
    {.method = "GET",
     .path = "/v1/inbox",
     .query = "limit cursor",
     .column = inbox_columns,
     .empty = "Nothing was for you yet.",
     .more = "cursor"},
    {0},
};
const struct command command_inbox = {
    .name = "inbox",
    .summary = "what you are notified of",
    .help = inbox_help,
    .options = "unread limit= cursor=",
    .question = inbox_questions,
};
