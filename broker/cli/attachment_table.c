/* SPDX-License-Identifier: Apache-2.0 */
/* The command of files that people upload. */
#include "cli/attachment.h"
#include "cli/command.h"

static const char attachment_help[] =
    "usage: entente attachment list INCIDENT\n"
    "       entente attachment get INCIDENT ID FILE|-\n"
    "       entente attachment add INCIDENT FILE [--name NAME]\n"
    "       entente attachment remove INCIDENT ID\n"
    "\n"
    "Files that people uploaded. Each is for exactly those who read the comment that carries it, and goes with it:\n"
    "`entente comment --attach FILE` uploads one and writes the comment. Files that stand in a supplier's tool stay\n"
    "there: `incident show` has their addresses.\n"
    "\n"
    "  list               files of comments that you may read, and yours that no comment carries\n"
    "  get                its bytes, into a new FILE or to standard output\n"
    "  add                upload one, up to 64 MB from here; `entente comment --attachment ID` has to name it within a "
    "day\n"
    "  remove             one of yours that no comment carries\n"
    "  --name NAME        what it is called; without it, as FILE is\n" CLIENT_HELP "\n"
    "examples:\n"
    "  entente comment ENT-000042 --audience telnord --attach trace.log 'This is what the switch says.'\n"
    "  entente attachment list ENT-000042\n";

static const struct question attachment_questions[] = {
    {.verb = "list",
     .words = "incident",
     .never = "name",
     .method = "GET",
     .path = "/v1/incidents/{incident}/attachments",
     .show = attachment_show_all},
    {.verb = "get", .words = "incident attachment file", .never = "name", .run = attachment_get},
    {.verb = "add", .words = "incident file", .run = attachment_add},
    {.verb = "remove",
     .words = "incident attachment",
     .never = "name",
     .method = "DELETE",
     .path = "/v1/incidents/{incident}/attachments/{attachment}"},
    {0},
};
const struct command command_attachment = {
    .name = "attachment",
    .summary = "files of an incident: list, get, add, remove",
    .help = attachment_help,
    .options = "name=",
    .question = attachment_questions,
};
