/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that ask a running broker, one after the other: their help, what they ask, how the answer is printed. */
#include "cli/afterword.h"
#include "cli/backfill.h"
#include "cli/command.h"
#include "cli/comment.h"
#include "cli/describe.h"
#include "cli/edit.h"
#include "cli/incident_show.h"
#include "cli/letters.h"
#include "cli/map_send.h"
#include "cli/share.h"
#include "cli/show.h"
#include "cli/supplier_show.h"
#include "cli/invite.h"
#include "cli/user.h"

/* ---- incidents --------------------------------------------------------------------- */

static const char incident_help[] =
    "usage: entente incident list [filters]\n"
    "       entente incident show WORD\n"
    "       entente incident comments WORD [--before ID | --after ID | --around ID] [--limit N]\n"
    "       entente incident history WORD [--after N] [--limit N]\n"
    "       entente incident similar WORD [--limit N]\n"
    "       entente incident status WORD STATUS\n"
    "       entente incident open --title WORDS [description] [--id UUID]\n"
    "       entente incident describe WORD [--title WORDS] [description]\n"
    "\n"
    "WORD is an incident's number (ENT-000042, or 42), its id, or a supplier's ticket\n"
    "(SUPPLIER:ID). `status` sets what the incident is in; its suppliers' tools are told.\n"
    "`open` opens an incident of ours, without a ticket: we hold the ball, and `entente share`\n"
    "makes a supplier's ticket from it. `describe` changes what it says.\n"
    "\n"
    "  --status WORD      a status, or open, or terminal\n"
    "  --holder NAME      who holds the ball; word:NAME for a name that nobody here has\n"
    "  --supplier NAME    who takes part\n"
    "  --since TIME       changed since, RFC 3339\n"
    "  --text WORDS       part of the title, or the number of a ticket\n"
    "  --limit N          1..200 (50; comments: 100)\n"
    "  --cursor WORD      the next page, as the page before said\n"
    "  --after N          history: events after the incident's Nth\n"
    "  --before ID        comments: those older than this one; --after ID: newer, --around ID: both\n"
    "\n"
    "A description; '' takes away what was said:\n"
    "\n"
    "  --title WORDS      what it is about, in one line\n"
    "  --impact N         how much is hit: 1 high, 2 medium, 3 low, 0 unknown\n"
    "  --urgency N        how soon it hurts: 1 high, 2 medium, 3 low, 0 unknown\n"
    "  --needed-before TIME  RFC 3339\n"
    "  --service WORDS    what does not work\n"
    "  --site WORDS       where\n"
    "  --requester NAME   who asked for it; suppliers are not told\n"
    "  --id UUID          open: the incident's id; a repeat with the same id opens nothing\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente incident list --status open --holder telnord\n"
    "  entente incident show ENT-000042\n"
    "  entente incident show telnord:INC0012345 --json | jq .tickets\n"
    "  entente incident status ENT-000042 resolved\n"
    "  entente incident open --title 'No uplink at site 7' --impact 1 --urgency 2 --site 'Site 7'\n";

static const struct table_column incident_columns[] = {
    {"NUMBER", "number"},    {"STATUS", "status"},   {"PRIO", "priority"}, {"HOLDER", "holder"},
    {"TICKETS", "n_ticket"}, {"CHANGED", "changed"}, {"TITLE", "title"},   {0}};
static const struct table_column similar_columns[] = {
    {"NUMBER", "incident"}, {"STATUS", "status"}, {"SAME WORDS", "words"}, {"TITLE", "title"}, {0}};
static const struct question incident_questions[] = {
    {.verb = "list",
     .method = "GET",
     .path = "/v1/incidents",
     .query = "status holder supplier since text=q limit cursor",
     .column = incident_columns,
     .empty = "No incident matches.",
     .more = "cursor"},
    {.verb = "show", .words = "incident", .method = "GET", .path = "/v1/incidents/{incident}", .show = incident_show},
    {.verb = "comments",
     .words = "incident",
     .method = "GET",
     .path = "/v1/incidents/{incident}/comments",
     .query = "before after around limit",
     .show = incident_show_comments},
    {.verb = "history",
     .words = "incident",
     .method = "GET",
     .path = "/v1/incidents/{incident}/history",
     .query = "after limit",
     .show = incident_show_history},
    {.verb = "similar",
     .words = "incident",
     .method = "GET",
     .path = "/v1/incidents/{incident}/similar",
     .query = "limit",
     .column = similar_columns,
     .empty = "No incident's title has two words of this one's."},
    {.verb = "status",
     .words = "incident to",
     .method = "PATCH",
     .path = "/v1/incidents/{incident}",
     .body = "to=status",
     .show = incident_show},
    {.verb = "open", .needs = "title", .run = describe_open},
    {.verb = "describe", .words = "incident", .run = describe_change},
    {0},
};
const struct command command_incident = {
    .name = "incident",
    .summary = "list, show, open and describe incidents, set their status",
    .help = incident_help,
    .options = "status= holder= supplier= since= text= limit= cursor= after= before= around= title= impact= urgency= "
	       "needed-before= service= site= requester= id=",
    .question = incident_questions,
};

/* ---- who takes part, and the thread ------------------------------------------------ */

static const char share_help[] =
    "usage: entente share INCIDENT NAME [--escalate] --what WORDS [--effect WORDS] [--tried WORDS]\n"
    "                     [--wanted WORDS] [--before TIME] [--with-history]\n"
    "\n"
    "Shares an incident with NAME: a supplier, or an organisation. What you say becomes the text of a ticket in its\n"
    "tool; when it has a ticket of this incident already, a comment there. From then on it\n"
    "gets the incident's status, and each comment whose audience allows it. An organisation\n"
    "without a tool (`organisations` in the configuration) takes part in the same way, but\n"
    "nothing is sent: tell its people yourself.\n"
    "\n"
    "  --escalate         it holds the ball from now on; without it, it is informed\n"
    "  --what WORDS       what it is about (needed)\n"
    "  --effect WORDS     who cannot work, and how badly\n"
    "  --tried WORDS      what was done already\n"
    "  --wanted WORDS     what you want from it\n"
    "  --before TIME      needed before, RFC 3339\n"
    "  --with-history     also send earlier comments that the supplier may read, oldest first.\n"
    "                     Without it the supplier gets comments made from now on. An older\n"
    "                     comment that arrives late is not sent (cause `earlier`)\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente share ENT-000042 telnord --escalate --what 'No uplink at site 7' --wanted 'Check the port'\n"
    "  entente share ENT-000042 orion --what 'For your information: printers are down'\n";

static const struct question share_questions[] = {
    {.words = "incident supplier", .needs = "what", .run = share_run},
    {0},
};
const struct command command_share = {
    .name = "share",
    .summary = "share an incident with a supplier, or hand it the ball",
    .help = share_help,
    .options = "what= effect= tried= wanted= before= escalate with-history",
    .question = share_questions,
    .refuse = share_refuse,
};

static const char unshare_help[] =
    "usage: entente unshare INCIDENT NAME [--reason WORDS]\n"
    "\n"
    "Takes a share back: what is still on its way to the supplier is cancelled, and its\n"
    "ticket is told so once. If it held the ball, we do then.\n"
    "\n"
    "  --reason WORDS     why; its ticket is told\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente unshare ENT-000042 orion --reason 'Not yours after all, thank you'\n";

static const struct question unshare_questions[] = {
    {.words = "incident supplier",
     .needs = "reason",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/shares/{supplier}",
     .body = "reason",
     .show = show_share,
     .then = unshare_then},
    {.words = "incident supplier",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/shares/{supplier}",
     .show = show_share,
     .then = unshare_then},
    {0},
};
const struct command command_unshare = {
    .name = "unshare",
    .summary = "take a share back",
    .help = unshare_help,
    .options = "reason=",
    .question = unshare_questions,
};

static const char comment_help[] =
    "usage: entente comment INCIDENT --audience WORDS [--markdown] [--reply-to ID] [--id UUID] [--dry-run] [TEXT|-]\n"
    "       entente comment edit INCIDENT ID [--audience WORDS] [TEXT|-]\n"
    "       entente comment widen INCIDENT ID --audience WORDS [--readers NAMES]\n"
    "       entente comment remove INCIDENT ID\n"
    "       entente comment undo INCIDENT ID\n"
    "       entente comment publish INCIDENT ID\n"
    "       entente comment pin INCIDENT ID\n"
    "       entente comment unpin INCIDENT ID\n"
    "       entente comment history INCIDENT ID\n"
    "\n"
    "Writes into an incident's thread. Who may read it has to be said each time. Our own\n"
    "organisation always may. One word, or several with commas between:\n"
    "  internal           nobody else; it goes to no tool but our own\n"
    "  NAME               this organisation\n"
    "  everyone           each organisation that shares the incident\n"
    "  requester          the requester: it stands in tools as public\n"
    "Without TEXT, or with -, the words come from standard input; `edit --audience` without\n"
    "TEXT changes only who may read it.\n"
    "\n"
    "  edit               other words for a comment that was written here (ID: `incident\n"
    "                     show` prints it behind each of them); it is edited in\n"
    "                     each tool that has it, and taken out where --audience no longer\n"
    "                     includes its organisation. Some tools cannot: `incident show`.\n"
    "                     --audience may only leave readers out\n"
    "  widen              let more read it: by its author, or an administrator of the\n"
    "                     author's organisation. Without --readers it only prints who\n"
    "                     will read it, and the list to repeat\n"
    "  remove             take such a comment away, also in the tools\n"
    "  undo               take back one that is held: nobody else has read it\n"
    "  publish            end the hold: send it to those it is for\n"
    "  pin, unpin         pin a comment for all who read it, or not any more\n"
    "  history            what it said before, and who changed it\n"
    "\n"
    "  --audience WORDS   who may read it (needed; with `edit`: left out, it stays)\n"
    "  --undo SECONDS     hold it for so long, up to 60: only your own organisation reads it,\n"
    "                     and it can be undone. Default: what the broker's setting `undo` says\n"
    "                     for people, 0 for machines\n"
    "  --markdown         the words are Markdown; without it, plain text\n"
    "  --dry-run          write nothing: print who will read it, and which tools get it\n"
    "  --readers NAMES    `widen`: the list that was printed; it is refused if it has changed\n"
    "  --reply-to ID      the comment of this thread that it answers; tools are not told\n"
    "  --id UUID          the comment's id: the same command with the same id writes once.\n"
    "                     Without it a new one is made, and named when the answer is lost\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente comment ENT-000042 --audience telnord 'The port is up again, please look once more.'\n"
    "  entente comment ENT-000042 --audience internal - < note.txt\n";

#define COMMENT_OTHERS "id audience reply-to markdown undo dry-run readers"
#define COMMENT_ACT(word, how, at)                                                                                     \
	{                                                                                                              \
		.verb = word, .words = "incident comment", .never = COMMENT_OTHERS, .method = how,                     \
		.path = "/v1/incidents/{incident}/comments/{comment}" at, .show = comment_show                         \
	}
static const struct table_column wording_columns[] = {
    {"WHEN", "time"}, {"ACT", "act"}, {"WHO", "by.name"}, {"WORDS", "body"}, {0}};
static const struct question comment_questions[] = {
    COMMENT_ACT("publish", "POST", "/publish"),
    COMMENT_ACT("pin", "POST", "/pin"),
    COMMENT_ACT("unpin", "DELETE", "/pin"),
    COMMENT_ACT("remove", "DELETE", ""),
    {.verb = "undo",
     .words = "incident comment",
     .never = COMMENT_OTHERS,
     .method = "POST",
     .path = "/v1/incidents/{incident}/comments/{comment}/undo",
     .show = comment_undone},
    {.verb = "history",
     .words = "incident comment",
     .never = COMMENT_OTHERS,
     .method = "GET",
     .path = "/v1/incidents/{incident}/comments/{comment}/history",
     .column = wording_columns,
     .empty = "You may read nothing of its history."},
    {.verb = "edit",
     .words = "incident comment text?",
     .never = "id reply-to markdown dry-run readers undo",
     .run = comment_edit_run},
    {.verb = "widen",
     .words = "incident comment",
     .needs = "audience",
     .never = "id reply-to markdown dry-run undo",
     .run = comment_widen_run},
    {.words = "incident text?", .needs = "audience", .never = "readers", .run = comment_run},
    {0},
};
const struct command command_comment = {
    .name = "comment",
    .summary = "write into an incident's thread, edit and remove what was written",
    .help = comment_help,
    .options = "audience= id= reply-to= readers= undo= dry-run markdown",
    .question = comment_questions,
    .refuse = comment_refuse,
};

/* ---- the way out ------------------------------------------------------------------- */

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
    {.verb = "accept", .words = "id", .method = "POST", .path = "/v1/joins/{id}/accept", .show = show_join},
    {.verb = "refuse",
     .words = "id",
     .needs = "reason",
     .method = "POST",
     .path = "/v1/joins/{id}/refuse",
     .body = "reason",
     .show = show_join},
    {.verb = "refuse", .words = "id", .method = "POST", .path = "/v1/joins/{id}/refuse", .show = show_join},
    {0},
};
const struct command command_join = {
    .name = "join",
    .summary = "suppliers that ask to join an incident: list, accept, refuse",
    .help = join_help,
    .options = "supplier= state= reason= limit= cursor=",
    .question = join_questions,
};

static const char search_help[] =
    "usage: entente search WORDS [--kind KIND] [--limit N] [--cursor WORD]\n"
    "       entente search rebuild\n"
    "\n"
    "Finds incidents, suppliers' tickets, people, comments and organisations by words: each word has to stand there,\n"
    "case and accents do not count, the last word may be a beginning. Quote several words. An incident's number and a\n"
    "ticket's key are words as well. `rebuild` makes the index anew from the store; to search for that word, write\n"
    "'rebuild '.\n"
    "\n"
    "  --kind KIND        incident, ticket, person, comment or organisation\n"
    "  --limit N          1..50 (10)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente search 'uplink site 7'\n"
    "  entente search INC0012345 --kind ticket\n";

static const struct table_column search_columns[] = {
    {"KIND", "kind"}, {"INCIDENT", "incident"}, {"STATUS", "status"}, {"WORDS", "snippet.text"}, {0}};
static const struct question search_questions[] = {
    {.verb = "rebuild", .method = "POST", .path = "/v1/search/rebuild"},
    {.words = "text",
     .method = "GET",
     .path = "/v1/search",
     .query = "text=q kind limit cursor",
     .column = search_columns,
     .empty = "Nothing that you may read has all these words. Search for fewer.",
     .more = "cursor"},
    {0},
};
const struct command command_search = {
    .name = "search",
    .summary = "find incidents, tickets, people, comments and organisations by words",
    .help = search_help,
    .options = "kind= limit= cursor=",
    .question = search_questions,
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

/* ---- suppliers --------------------------------------------------------------------- */

static const char supplier_help[] =
    "usage: entente supplier list\n"
    "       entente supplier show NAME\n"
    "       entente supplier poll NAME [--from TIME]\n"
    "\n"
    "  list               each supplier's state: healthy, slow, failing (we try one request at a\n"
    "                     time), paused (by the configuration) or refused (the tool does not\n"
    "                     accept our credentials: a person has to look)\n"
    "  show               one supplier: what its tool can and cannot do, how far we have read\n"
    "                     it, which tickets we could not read, what we asked and what it\n"
    "                     answered when reading failed last, what is on its way to it\n"
    "  poll               ask the tool now what changed, without waiting for the next poll\n"
    "\n"
    "  --from TIME        poll: forget how far we have read, and read again from that time on\n"
    "                     (RFC 3339), or from before the oldest ticket put aside if that is\n"
    "                     earlier. Nothing that is stored is lost or doubled\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente supplier list\n"
    "  entente supplier show telnord\n"
    "  entente supplier poll telnord --from 2026-11-22T00:00:00Z\n";

static const struct table_column supplier_columns[] = {{"NAME", "name"},
						       {"TOOL", "connector"},
						       {"STATE", "state"},
						       {"SINCE", "since"},
						       {"LAST HEARD", "last_heard"},
						       {"QUIET SINCE", "quiet_since"},
						       {"PENDING", "deliveries.pending"},
						       {"UNKNOWN", "deliveries.unknown"},
						       {"PARKED", "deliveries.parked"},
						       {"ASIDE", "n_aside"},
						       {"WHY", "why"},
						       {0}};
/* Notes of the broker's parts, which are not in the answer. */
static int notes_then(const struct question_call *call)
{
	afterword_notes(&call->client);
	return 0;
}

static const struct question supplier_questions[] = {
    {.verb = "list",
     .never = "from",
     .method = "GET",
     .path = "/v1/suppliers",
     .column = supplier_columns,
     .empty = "No supplier is configured.",
     .then = notes_then},
    {.verb = "show",
     .words = "name",
     .never = "from",
     .method = "GET",
     .path = "/v1/suppliers/{name}",
     .show = supplier_show,
     .then = notes_then},
    {.verb = "poll",
     .words = "name",
     .method = "POST",
     .path = "/v1/suppliers/{name}/poll",
     .body = "from",
     .show = show_asked},
    {0},
};
const struct command command_supplier = {
    .name = "supplier",
    .summary = "state of each supplier's tool, and what to do",
    .help = supplier_help,
    .options = "from=",
    .question = supplier_questions,
    .refuse = supplier_show_refuse,
};

static const char backfill_help[] =
    "usage: entente backfill SUPPLIER --since TIME [--no-wait]\n"
    "       entente backfill SUPPLIER --stop\n"
    "\n"
    "Reads from a supplier's tool all that changed since TIME, as if its webhooks had just\n"
    "come; what is known already stays as it is. It shows how far it is until it is done.\n"
    "Ctrl-C stops it; what was read is kept. A broker that is restarted goes on by itself.\n"
    "\n"
    "  --since TIME       RFC 3339, e.g. 2026-01-01T00:00:00Z\n"
    "  --no-wait          only start it\n"
    "  --stop             stop one that runs\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente backfill telnord --since 2026-01-01T00:00:00Z\n"
    "  entente backfill telnord --stop\n";

static const struct question backfill_questions[] = {
    {.words = "supplier", .needs = "since", .never = "stop", .run = backfill_run_start},
    {.words = "supplier", .needs = "stop", .never = "since", .run = backfill_run_stop},
    {0},
};
const struct command command_backfill = {
    .name = "backfill",
    .summary = "read from a supplier's tool what changed since a time",
    .help = backfill_help,
    .options = "since= stop no-wait",
    .question = backfill_questions,
};

static const char map_help[] =
    "usage: entente map show SUPPLIER\n"
    "       entente map try SUPPLIER [FILE|-] [--last N]\n"
    "       entente map publish SUPPLIER FILE|-\n"
    "       entente map rollback SUPPLIER VERSION\n"
    "\n"
    "A map says what a supplier's words mean. FILE is JSON:\n"
    "  {\"status\": {\"In Arbeit\": \"in_progress\"}, \"status_out\": {\"resolved\": \"Erledigt\"},\n"
    "   \"priority\": {\"P1\": \"1\"}, \"category\": {\"Netz\": \"network\"}, \"person\": {\"u17\": \"Ada\"}}\n"
    "Each table may be left out; the connector's own words stand behind it (`entente config\n"
    "--help CONNECTOR`). A published map stands in for the configuration's.\n"
    "\n"
    "  show               the map in force, and all that were published\n"
    "  try                what FILE would make of the last arrivals, as a difference; nothing\n"
    "                     is changed. Without FILE: the map in force, to see what it does not know\n"
    "  publish            FILE is in force from now on, under a new version\n"
    "  rollback           that version is in force again; 0 is the configuration's\n"
    "\n"
    "  --last N           try: so many arrivals, 1..5000 (500)\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente map show telnord --json | jq .map > telnord.json\n"
    "  entente map try telnord telnord.json --last 2000\n"
    "  entente map publish telnord telnord.json && entente delivery repair --cause unmapped\n";

static const struct question map_questions[] = {
    {.verb = "show",
     .words = "supplier",
     .never = "last",
     .method = "GET",
     .path = "/v1/suppliers/{supplier}/maps",
     .show = show_maps},
    {.verb = "try", .words = "supplier file?", .run = map_send_try},
    {.verb = "publish", .words = "supplier file", .never = "last", .run = map_send_publish, .then = map_send_wait},
    {.verb = "rollback",
     .words = "supplier version",
     .never = "last",
     .method = "POST",
     .path = "/v1/suppliers/{supplier}/maps/{version}/activate",
     .show = show_map_change,
     .then = map_send_wait},
    {0},
};
const struct command command_map = {
    .name = "map",
    .summary = "show, try, publish and roll back a supplier's map",
    .help = map_help,
    .options = "last=",
    .question = map_questions,
};

/* ---- dead letters ------------------------------------------------------------------ */

static const char deadletter_help[] =
    "usage: entente deadletter list [--supplier NAME] [--state WORD] [--limit N] [--cursor WORD]\n"
    "       entente deadletter show ID\n"
    "       entente deadletter raw ID\n"
    "       entente deadletter replay ID\n"
    "       entente deadletter replay --all [--supplier NAME]\n"
    "       entente deadletter ignore ID\n"
    "\n"
    "Dead letters are arrivals that could not be handled. They are kept as they came.\n"
    "Correct the cause (a map, a jq program); then replay sends them the usual way.\n"
    "\n"
    "  --supplier NAME    only this supplier's\n"
    "  --state WORD       waiting (default), replayed, ignored or all\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n"
    "  --all              replay: every one that waits, each once\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente deadletter list\n"
    "  entente deadletter raw 7 | jq .\n"
    "  entente deadletter replay --all --supplier telnord\n";

static const struct table_column letter_columns[] = {{"ID", "id"},
						     {"RECEIVED", "received"},
						     {"SUPPLIER", "supplier"},
						     {"STATE", "state"},
						     {"DELIVERY", "delivery_id"},
						     {"REASON", "reason"},
						     {0}};
static const struct question deadletter_questions[] = {
    {.verb = "list",
     .method = "GET",
     .path = "/v1/deadletters",
     .query = "supplier state limit cursor",
     .column = letter_columns,
     .empty = "No dead letters.",
     .more = "cursor"},
    {.verb = "show",
     .words = "id",
     .never = "all",
     .method = "GET",
     .path = "/v1/deadletters/{id}",
     .show = show_letter},
    {.verb = "raw", .words = "id", .never = "all", .method = "GET", .path = "/v1/deadletters/{id}/raw"},
    {.verb = "replay",
     .words = "id",
     .never = "all",
     .method = "POST",
     .path = "/v1/deadletters/{id}/replay",
     .show = show_outcome},
    {.verb = "replay", .needs = "all", .run = letters_replay},
    {.verb = "ignore",
     .words = "id",
     .never = "all",
     .method = "POST",
     .path = "/v1/deadletters/{id}/ignore",
     .show = show_outcome},
    {0},
};
const struct command command_deadletter = {
    .name = "deadletter",
    .summary = "list, show, replay or ignore what could not be handled",
    .help = deadletter_help,
    .options = "supplier= state= limit= cursor= all",
    .question = deadletter_questions,
};

/* ---- people --------------------------------------------------------------------------- */

static const char org_help[] = "usage: entente org list\n"
			       "       entente org show NAME\n"
			       "\n"
			       "The organisations of the configuration: ours, those of the suppliers, and those that\n"
			       "`organisations` names. People of others see those that take part in an incident with\n"
			       "theirs.\n" CLIENT_HELP "\n"
			       "examples:\n"
			       "  entente org list\n";

static const struct table_column org_columns[] = {{"NAME", "name"}, {"OURS", "ours"}, {0}};
static const struct question org_questions[] = {
    {.verb = "list", .method = "GET", .path = "/v1/organisations", .column = org_columns, .empty = "No organisation."},
    {.verb = "show", .words = "name", .method = "GET", .path = "/v1/organisations/{name}"},
    {0},
};
const struct command command_org = {
    .name = "org",
    .summary = "list and show organisations",
    .help = org_help,
    .question = org_questions,
};

static const char user_help[] =
    "usage: entente user list [--organisation NAME] [--state WORD]\n"
    "       entente user show REF\n"
    "       entente user add NAME --role ROLE [--organisation NAME] [--mail ADDRESS]\n"
    "                    [--language fr|en] [--time-zone ZONE] [--id UUID]\n"
    "       entente user invite [NAME] --mail ADDRESS (--role ROLE | --admin)\n"
    "                    [--organisation NAME] [--language fr|en]\n"
    "       entente user change REF [--role ROLE] [--name WORDS] [--language fr|en]\n"
    "                    [--time-zone ZONE] [--shows-seen true|false]\n"
    "       entente user disable REF\n"
    "       entente user enable REF\n"
    "\n"
    "The people who may come in. Each is of one organisation and has one role. One who is\n"
    "disabled cannot come in any more, and the person's tokens are gone; nobody is removed.\n"
    "`invite` prints a link, once, on the terminal only. The person opens it, presses its\n"
    "button, and is in. The same organisation and address again make a new link, and the\n"
    "earlier one works no more: that is how a forgotten password is replaced, too.\n"
    "\n"
    "  --role ROLE        ours: technician, service_owner, admin, auditor; of others:\n"
    "                     supplier_technician, supplier_admin (invites its own people)\n"
    "  --admin            invite: an administrator of ours; NAME may be left out\n"
    "  --organisation NAME  without it, your own\n"
    "  --state WORD       list: invited, active, disabled\n"
    "  --shows-seen WORD  others may be told that the organisation has seen something when\n"
    "                     this person has\n"
    "  --id UUID          add: the person's ref; a repeat with the same id adds nobody\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente user add Ana --role technician --mail ana@example.org --language fr\n"
    "  entente user invite --admin --mail root@example.org\n"
    "  entente user list --organisation orion\n";

static const struct table_column user_columns[] = {
    {"REF", "ref"}, {"ORGANISATION", "organisation"}, {"NAME", "name"}, {"ROLE", "role"}, {"STATE", "state"}, {0}};
static const struct question user_questions[] = {
    {.verb = "list",
     .method = "GET",
     .path = "/v1/users",
     .query = "organisation state limit cursor",
     .column = user_columns,
     .empty = "Nobody. `entente user invite` invites people.",
     .more = "cursor"},
    {.verb = "show", .words = "ref", .method = "GET", .path = "/v1/users/{ref}"},
    {.verb = "add",
     .words = "name",
     .needs = "role",
     .method = "POST",
     .path = "/v1/users",
     .body = "name role organisation mail language time-zone=time_zone id"},
    {.verb = "invite", .words = "name", .needs = "mail role", .never = "admin", .run = invite_run},
    {.verb = "invite", .words = "name?", .needs = "mail admin", .never = "role", .run = invite_run},
    {.verb = "change",
     .words = "ref",
     .method = "PATCH",
     .path = "/v1/users/{ref}",
     .body = "role name language time-zone=time_zone shows-seen=shows_seen"},
    {.verb = "disable", .words = "ref", .run = user_disable},
    {.verb = "enable", .words = "ref", .run = user_enable},
    {0},
};
const struct command command_user = {
    .name = "user",
    .summary = "list, add, invite, change and disable people",
    .help = user_help,
    .options = "organisation= state= limit= cursor= role= name= mail= language= time-zone= id= shows-seen= admin",
    .question = user_questions,
};

static const char audit_help[] =
    "usage: entente audit list [--act WORD] [--limit N] [--cursor WORD]\n"
    "       entente audit verify [--head HASH]\n"
    "\n"
    "Who did what about rights: tokens, people, shares, join requests, refusals. It holds\n"
    "refs and no names. Each row holds a hash over the row before it: `verify` finds a row\n"
    "that was changed, removed or moved, and prints the hash of the last one. Keep that hash\n"
    "elsewhere: with --head `verify` also finds that rows were cut off at the end.\n"
    "\n"
    "  --act WORD         one kind: token.made, user.role_changed, request.refused, ...\n"
    "  --head HASH        a hash that you kept: the chain has to have it; 12 digits do\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente audit list --act request.refused\n"
    "  entente audit verify --json | jq -r .head\n";

static const struct table_column audit_columns[] = {
    {"ID", "id"}, {"AT", "at"}, {"ACT", "act"}, {"BY", "by"}, {"SUBJECT", "subject"}, {"DETAIL", "detail"}, {0}};
static const struct question audit_questions[] = {
    {.verb = "list",
     .method = "GET",
     .path = "/v1/audit",
     .query = "act limit cursor",
     .column = audit_columns,
     .empty = "The audit log is empty.",
     .more = "cursor"},
    {.verb = "verify", .run = user_audit_verify},
    {0},
};
const struct command command_audit = {
    .name = "audit",
    .summary = "read the audit log, and verify its chain",
    .help = audit_help,
    .options = "act= limit= cursor= head=",
    .question = audit_questions,
};

/* ---- tokens ------------------------------------------------------------------------ */

static const char session_help[] =
    "usage: entente session list [--user REF]\n"
    "       entente session end ID\n"
    "       entente session end --user REF\n"
    "\n"
    "Browsers in which people are signed in. Whoever administers sees all of them; others\n"
    "see their own.\n"
    "\n"
    "  end ID             sign that browser out\n"
    "  end --user REF     sign the person out everywhere\n"
    "\n"
    "  --user REF         only this person's, as the list shows it\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente session list\n"
    "  entente session end 5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d\n";

static const struct table_column session_columns[] = {{"ID", "id"},
						      {"NAME", "name"},
						      {"ORGANISATION", "organisation"},
						      {"USER", "user"},
						      {"SEEN", "seen"},
						      {"ENDS", "ends"},
						      {"BROWSER", "agent"},
						      {0}};
static const struct question session_questions[] = {
    {.verb = "list",
     .method = "GET",
     .path = "/v1/sessions",
     .query = "user",
     .column = session_columns,
     .empty = "Nobody is signed in."},
    {.verb = "end",
     .words = "id",
     .never = "user",
     .method = "DELETE",
     .path = "/v1/sessions/{id}",
     .show = show_ended},
    {.verb = "end", .needs = "user", .method = "DELETE", .path = "/v1/sessions", .query = "user", .show = show_ended},
    {0},
};
const struct command command_session = {
    .name = "session",
    .summary = "list where people are signed in, and sign them out",
    .help = session_help,
    .options = "user=",
    .question = session_questions,
};

static const char token_help[] =
    "usage: entente token list\n"
    "       entente token add NAME [--expires TIME] [--organisation NAME | --account REF]\n"
    "                    [--verbs WORDS]\n"
    "       entente token remove NAME\n"
    "\n"
    "Bearer tokens for people and programs. A new one is printed once; the broker keeps\n"
    "only its hash. Without more it is a machine of ours, with all the verbs that you have.\n"
    "\n"
    "  --organisation NAME  a machine of another organisation: it may read and write\n"
    "  --account REF      a person (entente user list): the token has that person's rights\n"
    "  --verbs WORDS      only these of its verbs, with commas between: read,write\n"
    "  --expires TIME     RFC 3339; without it the token does not expire\n" CLIENT_HELP "\n"
    "examples:\n"
    "  (umask 077; entente token add dashboards > dashboards.token)\n"
    "  entente token remove dashboards\n";

static const struct table_column token_columns[] = {{"NAME", "name"},       {"ORGANISATION", "organisation"},
						    {"ROLE", "role"},       {"CREATED", "created"},
						    {"EXPIRES", "expires"}, {0}};
static const struct question token_questions[] = {
    {.verb = "list", .method = "GET", .path = "/v1/tokens", .column = token_columns, .empty = "No tokens."},
    {.verb = "add",
     .words = "name",
     .method = "POST",
     .path = "/v1/tokens",
     .body = "name expires organisation account verbs",
     .show = show_token},
    {.verb = "remove", .words = "name", .method = "DELETE", .path = "/v1/tokens/{name}", .show = show_removed},
    {0},
};
const struct command command_token = {
    .name = "token",
    .summary = "list, add and remove bearer tokens",
    .help = token_help,
    .options = "expires= organisation= account= verbs=",
    .question = token_questions,
};
