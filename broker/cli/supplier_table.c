/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of suppliers: their tools, their words, and what was not understood of them. */
#include "cli/afterword.h"
#include "cli/backfill.h"
#include "cli/command.h"
#include "cli/letters.h"
#include "cli/map_send.h"
#include "cli/show.h"
#include "cli/supplier_show.h"

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
						     {"ARRIVAL", "delivery_id"},
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
