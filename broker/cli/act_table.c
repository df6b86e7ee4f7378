/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of people who work together: asks, hand-overs, promises, help, words for the requester. */
#include "cli/act_show.h"
#include "cli/command.h"

#define AUDIENCE_HELP                                                                                                  \
	"  --audience WORDS   who may read it, as `entente comment` takes it; without it: yours,\n"                    \
	"                     the organisation it is for, and ours\n"
#define ID_HELP                                                                                                        \
	"  --id UUID          of the words, and of what they begin: the same command with the\n"                       \
	"                     same id does it once\n"

static const char ask_help[] =
    "usage: entente ask INCIDENT KIND NAME TEXT [--by TIME] [--audience WORDS] [--id UUID]\n"
    "       entente ask answer INCIDENT ID TEXT [--accepts true|false] [--audience WORDS] [--id UUID]\n"
    "       entente ask withdraw INCIDENT ID\n"
    "       entente ask list INCIDENT\n"
    "\n"
    "Asks an organisation for something. KIND is question, information, action or approval;\n"
    "NAME an organisation that takes part, ours included. It goes into its tool as a comment, in the language of\n"
    "that tool. `list` shows all that was asked, proposed and promised, with the ids.\n"
    "\n"
    "  --by TIME          by when an answer is wanted, RFC 3339\n"
    "  --accepts BOOL     the answer to an approval: true is yes, false is no\n" AUDIENCE_HELP ID_HELP CLIENT_HELP "\n"
    "examples:\n"
    "  entente ask ENT-000042 question telnord 'Is the port up?' --by 2026-11-30T14:00:00Z\n"
    "  entente ask answer ENT-000042 6f1d4a3e-9a57-4a0e-8a4f-0c9a1f1b7d10 'Yes, since nine.'\n";
static const struct question ask_questions[] = {
    {.verb = "answer",
     .words = "incident ask text",
     .never = "by",
     .method = "POST",
     .path = "/v1/incidents/{incident}/asks/{ask}/answer",
     .body = "text=body accepts audience id",
     .show = act_show},
    {.verb = "withdraw",
     .words = "incident ask",
     .never = "by accepts audience id",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/asks/{ask}",
     .show = act_show},
    {.verb = "list",
     .words = "incident",
     .never = "by accepts audience id",
     .method = "GET",
     .path = "/v1/incidents/{incident}/acts",
     .show = act_show_list},
    {.words = "incident kind to text",
     .never = "accepts",
     .method = "POST",
     .path = "/v1/incidents/{incident}/asks",
     .body = "kind to text=body by audience id",
     .show = act_show},
    {0},
};
const struct command command_ask = {
    .name = "ask",
    .summary = "ask an organisation, answer, withdraw an ask",
    .help = ask_help,
    .options = "by= accepts= audience= id=",
    .question = ask_questions,
};

static const char handover_help[] =
    "usage: entente handover INCIDENT NAME TEXT [--audience WORDS] [--id UUID]\n"
    "       entente handover accept INCIDENT ID [TEXT] [--audience WORDS] [--id UUID]\n"
    "       entente handover decline INCIDENT ID TEXT [--audience WORDS] [--id UUID]\n"
    "       entente handover withdraw INCIDENT ID\n"
    "\n"
    "Proposes that an organisation takes over; TEXT says why. The holder keeps the incident until\n"
    "its people accept. `entente ask list` shows the id. A proposal lapses after `handover_lapses`.\n"
    "\n" AUDIENCE_HELP ID_HELP CLIENT_HELP "\n"
    "examples:\n"
    "  entente handover ENT-000042 telnord 'The line is yours.'\n"
    "  entente handover decline ENT-000042 6f1d4a3e-9a57-4a0e-8a4f-0c9a1f1b7d10 'It is not.'\n";
static const struct question handover_questions[] = {
    {.verb = "accept",
     .words = "incident handover text?",
     .method = "POST",
     .path = "/v1/incidents/{incident}/handovers/{handover}/accept",
     .body = "text=body audience id",
     .show = act_show},
    {.verb = "decline",
     .words = "incident handover text",
     .method = "POST",
     .path = "/v1/incidents/{incident}/handovers/{handover}/decline",
     .body = "text=body audience id",
     .show = act_show},
    {.verb = "withdraw",
     .words = "incident handover",
     .never = "audience id",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/handovers/{handover}",
     .show = act_show},
    {.words = "incident to text",
     .method = "POST",
     .path = "/v1/incidents/{incident}/handovers",
     .body = "to text=body audience id",
     .show = act_show},
    {0},
};
const struct command command_handover = {
    .name = "handover",
    .summary = "propose that another organisation takes over, accept, decline",
    .help = handover_help,
    .options = "audience= id=",
    .question = handover_questions,
};

static const char promise_help[] =
    "usage: entente promise INCIDENT AT TEXT [--id UUID]\n"
    "\n"
    "Promises the next news by AT, a time like 2026-11-30T14:00:00Z; whoever takes part is told.\n"
    "What you write next for others keeps the promise; an ask, a proposal or a call for help\n"
    "does not. When the time comes first, the promise is broken. Another promise takes its\n"
    "place, and that is recorded: it is not taken back.\n"
    "\n" ID_HELP CLIENT_HELP "\n"
    "examples:\n"
    "  entente promise ENT-000042 2026-11-30T14:00:00Z 'The part is on its way.'\n";
static const struct question promise_questions[] = {
    {.words = "incident at text",
     .method = "POST",
     .path = "/v1/incidents/{incident}/promises",
     .body = "at text=body id",
     .show = act_show},
    {0},
};
const struct command command_promise = {
    .name = "promise",
    .summary = "promise when the next news comes",
    .help = promise_help,
    .options = "id=",
    .question = promise_questions,
};

static const char assist_help[] =
    "usage: entente assist INCIDENT TEXT --audience WORDS [--id UUID]\n"
    "       entente assist offer INCIDENT ID TEXT [--audience WORDS] [--id UUID]\n"
    "       entente assist end INCIDENT ID\n"
    "\n"
    "Calls for help with an incident. Whoever may read it may offer some; `end` when none is\n"
    "wanted any more. `entente ask list` shows the id.\n"
    "\n"
    "  --audience WORDS   who may read it, as `entente comment` takes it (needed for a call)\n" ID_HELP CLIENT_HELP "\n"
    "examples:\n"
    "  entente assist ENT-000042 'Who knows this switch?' --audience everyone\n";
static const struct question assist_questions[] = {
    {.verb = "offer",
     .words = "incident call text",
     .method = "POST",
     .path = "/v1/incidents/{incident}/help/{call}/offer",
     .body = "text=body audience id",
     .show = act_show_offered},
    {.verb = "end",
     .words = "incident call",
     .never = "audience id",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/help/{call}",
     .show = act_show},
    {.words = "incident text",
     .needs = "audience",
     .method = "POST",
     .path = "/v1/incidents/{incident}/help",
     .body = "text=body audience id",
     .show = act_show},
    {0},
};
const struct command command_assist = {
    .name = "assist",
    .summary = "call for help with an incident, offer help",
    .help = assist_help,
    .options = "audience= id=",
    .question = assist_questions,
};

static const char tell_help[] =
    "usage: entente tell INCIDENT TEXT [--dry-run] [--id UUID]\n"
    "\n"
    "Plain words for the requester. They go as a public comment into the ticket that the requester\n"
    "has (`requester_at` in the configuration); without one nobody outside reads them, and the\n"
    "answer says so.\n"
    "\n"
    "  --dry-run          send nothing; print where the requester would read it\n" ID_HELP CLIENT_HELP "\n"
    "examples:\n"
    "  entente tell ENT-000042 'You can print again.'\n";
static const struct question tell_questions[] = {
    {.words = "incident text",
     .needs = "dry-run",
     .never = "id",
     .method = "POST",
     .path = "/v1/incidents/{incident}/told?dry_run=true",
     .body = "text=body",
     .show = act_show_told},
    {.words = "incident text",
     .never = "dry-run",
     .method = "POST",
     .path = "/v1/incidents/{incident}/told",
     .body = "text=body id",
     .show = act_show_told},
    {0},
};
const struct command command_tell = {
    .name = "tell",
    .summary = "say something to the requester in plain words",
    .help = tell_help,
    .options = "dry-run id=",
    .question = tell_questions,
};
