/* SPDX-License-Identifier: Apache-2.0 */
/* entente version: what this is, for bug reports. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "entente/connector.h"
#include "sdk/json.h"
#include "store/store.h"

static const char help[] = "Usage: entente version [--json]\n"
			   "\n"
			   "The version of this program, of the connectors it takes and of the store it writes.\n"
			   "\n"
			   "  --json   as one JSON object\n"
			   "  --help   this text\n"
			   "\n"
			   "Example: entente version --json\n";

static void version_json(void)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, 4096);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "version", ENTENTE_VERSION);
	sdk_jsonw_kint(&w, "connector_abi", ENT_ABI);
	sdk_jsonw_kint(&w, "store_version", STORE_VERSION);
	sdk_jsonw_close(&w, '}');
	printf("%.*s\n", (int)buf.n, buf.p);
	sdk_buf_release(&buf);
}

static int version_command(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	bool json = false;

	optind = 1;
	for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option != 'j') {
			fputs(help, stderr);
			return 2;
		}
		json = true;
	}
	if (optind < argc) {
		fprintf(stderr, "entente version: what is \"%s\"?\n%s", argv[optind], help);
		return 2;
	}
	if (json)
		version_json();
	else
		printf("entente %s (connector ABI %u, store version %d)\n", ENTENTE_VERSION, ENT_ABI, STORE_VERSION);
	return 0;
}

const struct command command_version = {.name = "version", .summary = "print the version", .run = version_command};
