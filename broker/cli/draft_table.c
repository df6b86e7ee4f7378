/* SPDX-License-Identifier: Apache-2.0 */
/* The command of words that a person has not sent yet. */
#include "cli/command.h"
#include "cli/draft.h"
#include "cli/show.h"

static const char draft_help[] =
    "usage: entente draft list [--incident WORD] [--limit N] [--cursor WORD]\n"
    "       entente draft show INCIDENT ID\n"
    "       entente draft save INCIDENT [--audience WORDS] [--markdown] [--reply-to ID] [--id UUID] [TEXT|-]\n"
    "       entente draft move INCIDENT ID --audience WORDS\n"
    "       entente draft drop INCIDENT ID\n"
    "\n"
    "Words for an incident's thread that you have not sent. Nobody else reads them, our\n"
    "administrators neither. There is one draft for each incident, audience and answered\n"
    "comment; what `comment undo` gives back may stand beside it. Saving keeps its readers;\n"
    "only `move` names others. When your organisation loses its share, its drafts stay, and\n"
    "cannot be sent. `entente comment --draft ID` sends words, and the draft is used up. A\n"
    "program has no drafts.\n"
    "\n"
    "  --audience WORDS   for whom, as `entente comment` takes it; without it: your own\n"
    "                     organisation and ours\n"
    "  --markdown         the words are Markdown; without it, plain text\n"
    "  --reply-to ID      the comment of this thread that it answers\n"
    "  --id UUID          save: the draft's id. One that stands is overwritten, also words that\n"
    "                     another window saved meanwhile. Without it a new draft begins\n"
    "  --incident WORD    list: only of this incident\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente draft save ENT-000042 --audience telnord 'The port is'\n"
    "  entente draft list\n";

static const struct question draft_questions[] = {
    {.verb = "list",
     .never = "audience markdown reply-to id",
     .method = "GET",
     .path = "/v1/drafts",
     .query = "incident limit cursor",
     .show = draft_show_list},
    {.verb = "show",
     .words = "incident draft",
     .method = "GET",
     .path = "/v1/incidents/{incident}/drafts/{draft}",
     .show = draft_show},
    {.verb = "save", .words = "incident text?", .never = "limit cursor", .run = draft_save_run},
    {.verb = "move",
     .words = "incident draft",
     .needs = "audience",
     .never = "markdown reply-to id limit cursor",
     .method = "POST",
     .path = "/v1/incidents/{incident}/drafts/{draft}/move",
     .body = "audience",
     .show = draft_show},
    {.verb = "drop",
     .words = "incident draft",
     .never = "audience markdown reply-to id limit cursor",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/drafts/{draft}",
     .show = show_removed},
    {0},
};
const struct command command_draft = {
    .name = "draft",
    .summary = "list, show, save, move and drop words that are not sent",
    .help = draft_help,
    .options = "incident= audience= reply-to= id= limit= cursor= markdown",
    .question = draft_questions,
};
