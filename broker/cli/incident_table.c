/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of incidents: what each is, who takes part, the thread, and finding them. */
#include "cli/command.h"
#include "cli/comment.h"
#include "cli/describe.h"
#include "cli/inbox_show.h"
#include "cli/incident_show.h"
#include "cli/merge_show.h"
#include "cli/share.h"
#include "cli/show.h"
#include "cli/work_show.h"

/* ---- incidents --------------------------------------------------------------------- */

static const char incident_help[] =
    "usage: entente incident list [filters]\n"
    "       entente incident show WORD\n"
    "       entente incident comments WORD [--before ID | --after ID | --around ID] [--limit N]\n"
    "       entente incident history WORD [--after N] [--limit N]\n"
    "       entente incident similar WORD [--limit N]\n"
    "       entente incident read WORD COMMENT\n"
    "       entente incident follow WORD\n"
    "       entente incident unfollow WORD\n"
    "       entente incident mute WORD\n"
    "       entente incident status WORD STATUS\n"
    "       entente incident take WORD [--ask ID]\n"
    "       entente incident give-back WORD [--ask ID]\n"
    "       entente incident open --title WORDS [description] [--id UUID]\n"
    "       entente incident describe WORD [--title WORDS] [description]\n"
    "       entente incident merge WORD OTHER [--dry-run]\n"
    "       entente incident split WORD [OTHER] [--dry-run]\n"
    "       entente incident link WORD OTHER --relation WORD\n"
    "       entente incident unlink WORD OTHER\n"
    "       entente incident links WORD\n"
    "\n"
    "WORD is an incident's number (ENT-000042, or 42), its id, or a supplier's ticket\n"
    "(SUPPLIER:ID).\n"
    "\n"
    "  list, similar      incidents with these filters; those with the same words\n"
    "  show, comments     the incident with what is unread marked; its thread, page by page\n"
    "  history            what happened, event by event\n"
    "  read               you have read the thread up to this comment, in the order in which\n"
    "                     comments came: for people, with a token that stands for one\n"
    "  follow             what is written in the thread stands in `entente inbox`; whoever\n"
    "                     writes there, or is mentioned, follows it\n"
    "  unfollow           neither followed nor muted any more\n"
    "  mute               only what names you or asks your organisation; `unfollow` ends it\n"
    "  status             set what the incident is in; its suppliers' tools are told\n"
    "  take, give-back    say among your own people that you have it, or an ask of it, or\n"
    "                     not any more: `entente work --mine`. No other organisation is told\n"
    "  open               an incident of ours, without a ticket: we hold the ball, and\n"
    "                     `entente share` makes a supplier's ticket from it\n"
    "  describe           change what it says\n"
    "  merge              make two incidents one: the older one stays\n"
    "  split              undo that: the one that came in last stands again with its tickets\n"
    "                     and what was said in them, and no tool merges them again\n"
    "  link, unlink       say what one is to the other, or take all of that away\n"
    "  links              what it is to others\n"
    "\n"
    "  --status WORD      a status, or open, or terminal\n"
    "  --holder NAME      who holds the ball; word:NAME for a name that nobody here has\n"
    "  --supplier NAME    who takes part\n"
    "  --since TIME       changed since, RFC 3339\n"
    "  --text WORDS       part of the title, or the number of a ticket\n"
    "  --limit N          1..200 (50; comments: 100)\n"
    "  --cursor WORD      the next page, as the page before said\n"
    "  --dry-run          merge, split: do nothing; print who will take part where\n"
    "  --relation WORD    related, causes, caused_by, duplicates, duplicated_by\n"
    "  --ask ID           take, give-back: this ask of it, as `entente ask list` shows it\n"
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
    "  entente incident split ENT-000042 --dry-run\n"
    "  entente incident open --title 'No uplink at site 7' --impact 1 --urgency 2 --site 'Site 7'\n";

static const struct table_column incident_columns[] = {
    {"NUMBER", "number"},    {"STATUS", "status"},   {"PRIO", "priority"}, {"HOLDER", "holder"},
    {"TICKETS", "n_ticket"}, {"CHANGED", "changed"}, {"TITLE", "title"},   {0}};
static const struct table_column similar_columns[] = {
    {"NUMBER", "incident"}, {"STATUS", "status"}, {"SAME WORDS", "words"}, {"TITLE", "title"}, {0}};
#define INCIDENT_FOLLOW(word, how, at)                                                                                 \
	{                                                                                                              \
		.verb = word, .words = "incident", .method = how, .path = "/v1/incidents/{incident}/" at,              \
		.show = inbox_show_following                                                                           \
	}
static const struct table_column link_columns[] = {
    {"RELATION", "relation"}, {"INCIDENT", "incident"}, {"STATUS", "status"}, {0}};
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
    {.verb = "read",
     .words = "incident comment",
     .method = "POST",
     .path = "/v1/incidents/{incident}/read",
     .body = "comment",
     .show = incident_show_read},
    INCIDENT_FOLLOW("follow", "POST", "follow"),
    INCIDENT_FOLLOW("unfollow", "DELETE", "follow"),
    INCIDENT_FOLLOW("mute", "POST", "mute"),
    {.verb = "status",
     .words = "incident to",
     .method = "PATCH",
     .path = "/v1/incidents/{incident}",
     .body = "to=status",
     .show = incident_show},
    {.verb = "take",
     .words = "incident",
     .method = "POST",
     .path = "/v1/incidents/{incident}/take",
     .query = "ask",
     .show = work_show_duty},
    {.verb = "give-back",
     .words = "incident",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/take",
     .query = "ask",
     .show = work_show_duty},
    {.verb = "open", .needs = "title", .run = describe_open},
    {.verb = "describe", .words = "incident", .run = describe_change},
    {.verb = "merge",
     .words = "incident other",
     .needs = "dry-run",
     .method = "POST",
     .path = "/v1/incidents/{incident}/merge?dry_run=true",
     .body = "other",
     .show = merge_show_reach},
    {.verb = "merge",
     .words = "incident other",
     .never = "dry-run",
     .method = "POST",
     .path = "/v1/incidents/{incident}/merge",
     .body = "other",
     .show = merge_show_merged},
    {.verb = "split",
     .words = "incident other?",
     .needs = "dry-run",
     .method = "POST",
     .path = "/v1/incidents/{incident}/split?dry_run=true",
     .body = "other",
     .show = merge_show_reach},
    {.verb = "split",
     .words = "incident other?",
     .never = "dry-run",
     .method = "POST",
     .path = "/v1/incidents/{incident}/split",
     .body = "other",
     .show = merge_show_parted},
    {.verb = "link",
     .words = "incident other",
     .needs = "relation",
     .method = "POST",
     .path = "/v1/incidents/{incident}/links",
     .body = "other relation",
     .column = link_columns,
     .empty = "It is linked to none."},
    {.verb = "unlink",
     .words = "incident other",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/links/{other}",
     .column = link_columns,
     .empty = "It is linked to none."},
    {.verb = "links",
     .words = "incident",
     .method = "GET",
     .path = "/v1/incidents/{incident}/links",
     .column = link_columns,
     .empty = "It is linked to none."},
    {0},
};
const struct command command_incident = {
    .name = "incident",
    .summary = "list, show, open, describe, merge, split and link incidents, set their status",
    .help = incident_help,
    .options = "status= holder= supplier= since= text= limit= cursor= after= before= around= title= impact= urgency= "
	       "needed-before= service= site= requester= id= dry-run relation= ask=",
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
    "usage: entente comment INCIDENT --audience WORDS [--markdown] [--reply-to ID] [--draft ID]\n"
    "                       [--attach FILE] [--attachment ID] [--id UUID] [--dry-run] [TEXT|-]\n"
    "       entente comment edit INCIDENT ID [--audience WORDS] [TEXT|-]\n"
    "       entente comment widen INCIDENT ID --audience WORDS [--readers NAMES]\n"
    "       entente comment remove INCIDENT ID\n"
    "       entente comment undo INCIDENT ID\n"
    "       entente comment publish INCIDENT ID\n"
    "       entente comment pin INCIDENT ID\n"
    "       entente comment unpin INCIDENT ID\n"
    "       entente comment history INCIDENT ID\n"
    "       entente comment receipts INCIDENT ID\n"
    "\n"
    "Writes into an incident's thread. Who may read it has to be said each time. Our own\n"
    "organisation always may. One word, or several with commas between:\n"
    "  internal           nobody else; it goes to no tool but our own\n"
    "  NAME               this organisation\n"
    "  everyone           each organisation that shares the incident\n"
    "  requester          the requester: it stands in tools as public\n"
    "Words mention a person by mail address, name or ref: @ana@us.example, '@(Ana Weber)',\n"
    "@REF; `entente user list` shows them. The person has to be able to read the comment,\n"
    "and finds it in `entente inbox`. In asks and other acts, write <@REF>.\n"
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
    "  undo               take back one that is held: nobody else has read it. Its words are\n"
    "                     your draft again, its files are kept for a day\n"
    "  publish            end the hold: send it to those it is for\n"
    "  pin, unpin         pin a comment for all who read it, or not any more\n"
    "  history            what it said before, and who changed it\n"
    "  receipts           what became of it, for each organisation: held, in its tool, why not,\n"
    "                     seen; and who of your own organisation has read it\n"
    "\n"
    "  --audience WORDS   who may read it (needed; with `edit`: left out, it stays)\n"
    "  --undo SECONDS     hold it for so long, up to 60: only your own organisation reads it,\n"
    "                     and it can be undone. Default: what the broker's setting `undo` says\n"
    "                     for people, 0 for machines\n"
    "  --markdown         the words are Markdown; without it, plain text\n"
    "  --dry-run          write nothing: print who will read it, and which tools get it\n"
    "  --readers NAMES    `widen`: the list that was printed; it is refused if it has changed\n"
    "  --attach FILE      upload the file with it: for exactly those who read the words. Tools are\n"
    "                     told its name and that it stays here\n"
    "  --attachment ID    carry a file that `entente attachment add` uploaded\n"
    "  --reply-to ID      the comment of this thread that it answers; tools are not told\n"
    "  --draft ID         your draft (`entente draft list`) that it was: it is used up\n"
    "  --id UUID          the comment's id: the same command with the same id writes once.\n"
    "                     Without it a new one is made, and named when the answer is lost\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente comment ENT-000042 --audience telnord 'The port is up again, please look once more.'\n"
    "  entente comment ENT-000042 --audience orion '@(Ora Ray) please look once more.'\n"
    "  entente comment ENT-000042 --audience internal - < note.txt\n";

#define COMMENT_OTHERS "id audience reply-to attach attachment draft markdown undo dry-run readers"
#define COMMENT_ACT(word, how, at)                                                                                     \
	{                                                                                                              \
		.verb = word, .words = "incident comment", .never = COMMENT_OTHERS, .method = how,                     \
		.path = "/v1/incidents/{incident}/comments/{comment}" at, .show = comment_show                         \
	}
static const struct table_column revision_columns[] = {
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
     .column = revision_columns,
     .empty = "You may read nothing of its history."},
    {.verb = "receipts",
     .words = "incident comment",
     .never = COMMENT_OTHERS,
     .method = "GET",
     .path = "/v1/incidents/{incident}/comments/{comment}/receipts",
     .show = incident_show_receipts},
    {.verb = "edit",
     .words = "incident comment text?",
     .never = "id reply-to attach attachment draft markdown dry-run readers undo",
     .run = comment_edit_run},
    {.verb = "widen",
     .words = "incident comment",
     .needs = "audience",
     .never = "id reply-to attach attachment draft markdown dry-run undo",
     .run = comment_widen_run},
    {.words = "incident text?", .needs = "audience", .never = "readers", .run = comment_run},
    {0},
};
const struct command command_comment = {
    .name = "comment",
    .summary = "write into an incident's thread, edit and remove what was written",
    .help = comment_help,
    .options = "audience= id= reply-to= attach= attachment= draft= readers= undo= dry-run markdown",
    .question = comment_questions,
    .refuse = comment_refuse,
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
    {.verb = "rebuild", .method = "POST", .path = "/v1/search/rebuild", .show = show_members},
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
