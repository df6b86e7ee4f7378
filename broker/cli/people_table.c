/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of people: organisations, who may come in, sessions, tokens, and the audit log. */
#include "cli/command.h"
#include "cli/show.h"
#include "cli/invite.h"
#include "cli/private.h"
#include "cli/user.h"

static const char org_help[] = "usage: entente org list\n"
			       "       entente org show NAME\n"
			       "\n"
			       "The organisations of the configuration: ours, those of the suppliers, and those that\n"
			       "`organisations` names. People of others see those that take part in an incident with\n"
			       "theirs.\n"
			       "\n" CLIENT_HELP "\n"
			       "examples:\n"
			       "  entente org list\n";

static const struct table_column org_columns[] = {{"NAME", "name"}, {"OURS", "ours"}, {0}};
static const struct question org_questions[] = {
    {.verb = "list", .method = "GET", .path = "/v1/organisations", .column = org_columns, .empty = "No organisation."},
    {.verb = "show", .words = "name", .method = "GET", .path = "/v1/organisations/{name}", .show = show_members},
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
    "       entente user export REF [--table NAME] [--skip N]\n"
    "       entente user erase REF [--also WORD] [--yes]\n"
    "\n"
    "The people who may come in. Each is of one organisation and has one role. One who is\n"
    "disabled cannot come in any more, and the person's tokens are gone; nobody is removed.\n"
    "`invite` prints a link, once, on the terminal only. The person opens it, presses its\n"
    "button, and is in. The same organisation and address again make a new link, and the\n"
    "earlier one works no more: that is how a forgotten password is replaced, too.\n"
    "\n"
    "`export` prints what is held about a person, as JSON: by the person, or an administrator.\n"
    "`erase` forgets the person's name, mail address, password, drafts, sessions and tokens,\n"
    "and asks before. The words that the person wrote stay. REF may be somebody known from a\n"
    "supplier's tool alone; each comment shows it with --json. The command says what cannot\n"
    "be forgotten here. Typed again, it says how far it is.\n"
    "\n"
    "  --role ROLE        ours: technician, service_owner, admin, auditor; of others:\n"
    "                     supplier_technician, supplier_admin (invites its own people)\n"
    "  --admin            invite: an administrator of ours; NAME may be left out\n"
    "  --organisation NAME  without it, your own\n"
    "  --state WORD       list: invited, active, disabled\n"
    "  --shows-seen WORD  others may be told that the organisation has seen something when\n"
    "                     this person has\n"
    "  --id UUID          add: the person's ref; a repeat with the same id adds nobody\n"
    "  --table NAME       export: only this table\n"
    "  --skip N           export: from this row of it on\n"
    "  --also WORD        erase: another word by which tools may call the person. Typed again\n"
    "                     again with it also finds what tools sent since\n"
    "  --yes              erase: do not ask\n"
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
    {.verb = "show", .words = "ref", .method = "GET", .path = "/v1/users/{ref}", .show = show_members},
    {.verb = "add",
     .words = "name",
     .needs = "role",
     .method = "POST",
     .path = "/v1/users",
     .body = "name role organisation mail language time-zone=time_zone id",
     .show = show_members},
    {.verb = "invite", .words = "name", .needs = "mail role", .never = "admin", .run = invite_run},
    {.verb = "invite", .words = "name?", .needs = "mail admin", .never = "role", .run = invite_run},
    {.verb = "change",
     .words = "ref",
     .method = "PATCH",
     .path = "/v1/users/{ref}",
     .body = "role name language time-zone=time_zone shows-seen=shows_seen",
     .show = show_members},
    {.verb = "disable", .words = "ref", .run = user_disable},
    {.verb = "enable", .words = "ref", .run = user_enable},
    {.verb = "export", .words = "ref", .run = private_export_run},
    {.verb = "erase", .words = "ref", .run = private_erase_run},
    {0},
};
const struct command command_user = {
    .name = "user",
    .summary = "list, show, add, invite, change, disable, enable, export and erase people",
    .help = user_help,
    .options = "organisation= state= limit= cursor= role= name= mail= language= time-zone= id= shows-seen= table= "
	       "skip= also= admin yes",
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
    "usage: entente session show\n"
    "       entente session set [--language fr|en|''] [--time-zone ZONE]\n"
    "                    [--shows-seen true|false]\n"
    "       entente session list [--user REF]\n"
    "       entente session end ID\n"
    "       entente session end --user REF\n"
    "\n"
    "`show` says who you are here and what you may do. `set` changes your own settings, with a\n"
    "token that stands for a person. `list` shows browsers in which people are signed in:\n"
    "whoever administers sees all of them; others see their own.\n"
    "\n"
    "  --language WORD    the language of sentences that Entente adds to people's words; '': your\n"
    "                     organisation's language\n"
    "  --time-zone ZONE   a name like Europe/Paris\n"
    "  --shows-seen WORD  others may be told that your organisation has seen something when you\n"
    "                     have; never that it was you\n"
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
    {.verb = "show", .method = "GET", .path = "/v1/session"},
    {.verb = "set",
     .method = "PATCH",
     .path = "/v1/session",
     .body = "language time-zone=time_zone shows-seen=shows_seen"},
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
    .summary = "show who you are, set your language, list and end sessions",
    .help = session_help,
    .options = "user= language= time-zone= shows-seen=",
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
