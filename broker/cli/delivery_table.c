/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the way out: deliveries, differences that stay, and who asks to join. */
#include "cli/command.h"
#include "cli/edit.h"
#include "cli/show.h"

static const char delivery_help[] =
    "usage: entente delivery list [--supplier NAME] [--state WORD] [--cause WORD] [--incident WORD]\n"
    "                             [--limit N] [--cursor WORD]\n"
    "       entente delivery show ID\n"
    "       entente delivery retry ID\n"
    "       entente delivery edit ID [TEXT|-]\n"
    "       entente delivery ignore ID\n"
    "       entente delivery repair --cause WORD [--supplier NAME]\n"
    "\n"
    "A delivery is one thing to write into one supplier's tool: a new ticket, a change or a\n"
    "comment. A parked or unknown delivery waits for a person; `show` says why and what to\n"
    "do. Until then it holds back its own incident at its own supplier, nothing else.\n"
    "\n"
    "  retry              send it again, with the map and the text as they are now; also\n"
    "                     after it was cancelled as `earlier`\n"
    "  edit               replace its text, then send it; - reads the text from\n"
    "                     standard input\n"
    "  ignore             do not send it; the deliveries behind it go on\n"
    "  repair             retry all that are parked with one cause, for example after you\n"
    "                     corrected a map; `audience` takes out what drift lists as still there\n"
    "\n"
    "  --supplier NAME    only this supplier's\n"
    "  --state WORD       open (default), all, pending, in_flight, unknown, parked, done or\n"
    "                     cancelled\n"
    "  --cause WORD       unmapped, refused, not_done, conflict, failing, gone, left, loop, invalid,\n"
    "                     unknown, audience, public, earlier, unshared, unsupported, ignored,\n"
    "                     superseded\n"
    "  --incident WORD    only this incident's\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente delivery list --state parked\n"
    "  entente delivery show 17\n"
    "  entente delivery repair --cause unmapped --supplier telnord\n";

static const struct table_column delivery_columns[] = {{"ID", "id"},
						       {"INCIDENT", "incident"},
						       {"SUPPLIER", "supplier"},
						       {"TICKET", "ticket"},
						       {"OP", "op"},
						       {"STATE", "state"},
						       {"CAUSE", "cause"},
						       {"TRIED", "attempt"},
						       {"SINCE", "since"},
						       {"REASON", "reason"},
						       {0}};
static const struct question delivery_questions[] = {
    {.verb = "list",
     .method = "GET",
     .path = "/v1/deliveries",
     .query = "supplier state cause incident limit cursor",
     .column = delivery_columns,
     .empty = "No delivery matches.",
     .more = "cursor"},
    {.verb = "show", .words = "id", .method = "GET", .path = "/v1/deliveries/{id}", .show = show_delivery},
    {.verb = "retry", .words = "id", .method = "POST", .path = "/v1/deliveries/{id}/retry", .show = show_delivery},
    {.verb = "ignore", .words = "id", .method = "POST", .path = "/v1/deliveries/{id}/ignore", .show = show_delivery},
    {.verb = "edit", .words = "id text?", .run = edit_run},
    {.verb = "repair",
     .needs = "cause",
     .method = "POST",
     .path = "/v1/deliveries/repair",
     .body = "cause supplier",
     .show = show_repaired},
    {0},
};
const struct command command_delivery = {
    .name = "delivery",
    .summary = "what is on its way to suppliers' tools: list, show, retry, edit, ignore, repair",
    .help = delivery_help,
    .options = "supplier= state= cause= incident= limit= cursor=",
    .question = delivery_questions,
};

static const char join_help[] =
    "usage: entente join list [--supplier NAME] [--state WORD] [--limit N] [--cursor WORD]\n"
    "       entente join accept ID\n"
    "       entente join refuse ID [--reason WORDS]\n"
    "\n"
    "A supplier with `joins: ask` named an incident that is not shared with it. Its ticket is\n"
    "in an incident of its own until you decide; the supplier is told nothing of the other\n"
    "one. Or a tool handed over to a supplier that takes no part (`hand_over`).\n"
    "A supplier has at most 20 open requests of its tickets, and 20 of its hand-overs; the\n"
    "log says so (join.full), and further ones are not made until you decide.\n"
    "\n"
    "  list               the requests, newest first\n"
    "  accept             share the incident with the supplier and merge the two. The supplier\n"
    "                     reads what is said from now on. After `hand_over`: share it\n"
    "  refuse             leave them apart; the same request is not made again. You can\n"
    "                     still accept it later\n"
    "\n"
    "  --supplier NAME    only this supplier's\n"
    "  --state WORD       open (default), accepted, refused or all\n"
    "  --reason WORDS     why; only our own people read it\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente join list\n"
    "  entente join accept 1042\n"
    "  entente join refuse 1042 --reason 'Another site'\n";

static const struct table_column join_columns[] = {{"ID", "id"},
						   {"INCIDENT", "incident"},
						   {"SUPPLIER", "supplier"},
						   {"CAUSE", "cause"},
						   {"ASKING", "asking"},
						   {"TICKET", "ticket"},
						   {"STATE", "state"},
						   {"SINCE", "since"},
						   {"REASON", "reason"},
						   {0}};
static const struct question join_questions[] = {
    {.verb = "list",
     .never = "reason",
     .method = "GET",
     .path = "/v1/joins",
     .query = "supplier state limit cursor",
     .column = join_columns,
     .empty = "No join request matches.",
     .more = "cursor"},
    {.verb = "accept", .words = "id", .method = "POST", .path = "/v1/joins/{id}/accept", .show = show_members},
    {.verb = "refuse",
     .words = "id",
     .needs = "reason",
     .method = "POST",
     .path = "/v1/joins/{id}/refuse",
     .body = "reason",
     .show = show_members},
    {.verb = "refuse", .words = "id", .method = "POST", .path = "/v1/joins/{id}/refuse", .show = show_members},
    {0},
};
const struct command command_join = {
    .name = "join",
    .summary = "suppliers that ask to join an incident: list, accept, refuse",
    .help = join_help,
    .options = "supplier= state= reason= limit= cursor=",
    .question = join_questions,
};

static const char drift_help[] =
    "usage: entente drift [--supplier NAME]\n"
    "\n"
    "Lists differences between an incident and a supplier's ticket that no pending delivery\n"
    "will fix: a status, priority, impact or urgency by the supplier's policy, a ticket that was never made,\n"
    "a comment that was never sent, was taken out there, keeps old words or should not be there any more. The\n"
    "list is normally empty. Parked and unknown deliveries are in `entente delivery list`, not here; what a\n"
    "parked loop holds back is in both.\n"
    "\n"
    "  --supplier NAME    only this supplier's\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente drift\n"
    "  entente drift --supplier telnord --json | jq '.items[].incident'\n";

static const struct table_column drift_columns[] = {
    {"INCIDENT", "incident"}, {"SUPPLIER", "supplier"}, {"TICKET", "ticket"},
    {"WHAT", "what"},         {"OURS", "ours"},         {"THEIRS", "theirs"},
    {"COMMENT", "comment"},   {"WHAT TO DO", "next"},   {0}};
static const struct question drift_questions[] = {
    {.method = "GET",
     .path = "/v1/drift?limit=200",
     .query = "supplier",
     .all_pages = true,
     .column = drift_columns,
     .empty = "No drift."},
    {0},
};
const struct command command_drift = {
    .name = "drift",
    .summary = "list differences that no pending delivery will fix",
    .help = drift_help,
    .options = "supplier=",
    .question = drift_questions,
};
