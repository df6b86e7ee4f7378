/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of what an organisation has to do. */
#include "cli/command.h"
#include "cli/work_show.h"

static const char work_help[] =
    "usage: entente work [--reason WORD] [--mine | --snoozed] [--limit N] [--cursor WORD]\n"
    "       entente work snooze INCIDENT TIME\n"
    "       entente work wake INCIDENT\n"
    "\n"
    "Where to start: the incidents that your organisation has to do something about, the most pressing\n"
    "first, each with the reasons why it stands there. Reasons, in the order of the list:\n"
    "\n"
    "  promise_broken     news was promised, its time passed, and nothing was said since\n"
    "  promise_due        you promised news within the next hour\n"
    "  needed_before      you hold it, and it is needed within a day, or was needed before now\n"
    "  handover           somebody proposes that you take it over: `entente handover`\n"
    "  ask                somebody asks you for something: `entente ask`\n"
    "  silence            its holder has not said a word for `silence_after` (4h)\n"
    "  stuck_delivery     a delivery is parked, or its end is not known: `entente delivery`\n"
    "  join_request       a supplier asks to take part: `entente join`\n"
    "  third_handover     the ball went on three times, or more often\n"
    "  held               you hold it\n"
    "  taken              one of your people has it: `entente incident take`\n"
    "\n"
    "Of one reason the oldest stands first. Suppliers see of these what is theirs.\n"
    "\n"
    "`snooze` puts a place off until TIME (RFC 3339), for all of your organisation: who did it is recorded.\n"
    "It comes back then, when something new happens in the incident, or with `wake`.\n"
    "\n"
    "  --reason WORD      only incidents with this reason\n"
    "  --mine             what you have taken yourself\n"
    "  --snoozed          what is put off, in place of the list\n"
    "  --limit N          1..200 (50)\n"
    "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente work\n"
    "  entente work snooze ENT-000042 2026-12-01T08:00:00Z\n"
    "  entente work --reason ask --json | jq -r '.items[].number'\n";
static const struct question work_questions[] = {
    {.verb = "snooze",
     .words = "incident until",
     .never = "reason mine snoozed limit cursor",
     .method = "POST",
     .path = "/v1/incidents/{incident}/snooze",
     .body = "until",
     .show = work_show_snooze},
    {.verb = "wake",
     .words = "incident",
     .never = "reason mine snoozed limit cursor",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/snooze",
     .show = work_show_snooze},
    {.needs = "mine",
     .never = "snoozed",
     .method = "GET",
     .path = "/v1/work?mine=true",
     .query = "reason limit cursor",
     .show = work_show_mine,
     .more = "cursor"},
    {.needs = "snoozed",
     .never = "mine",
     .method = "GET",
     .path = "/v1/work?snoozed=true",
     .query = "reason limit cursor",
     .show = work_show_snoozed,
     .more = "cursor"},
    {.needs = "reason",
     .method = "GET",
     .path = "/v1/work",
     .query = "reason limit cursor",
     .show = work_show_reason,
     .more = "cursor"},
    {.method = "GET", .path = "/v1/work", .query = "reason limit cursor", .show = work_show, .more = "cursor"},
    {0},
};
const struct command command_work = {
    .name = "work",
    .summary = "where to start: what your organisation has to do, in order",
    .help = work_help,
    .options = "reason= limit= cursor= mine snoozed",
    .question = work_questions,
};
