/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/boot.h"
#include "cli/command.h"
#include "store/fsck.h"
#include "store/keeper.h"
#include "store/store.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

enum { NICE = 10 }; /* a broker that runs on it goes first */

static const char help[] =
    "usage: entente fsck [--config FILE] [--store FILE] [--digest] [--json]\n\n"
    "Checks a store and the files beside it, read-only; a broker may be running on it. A file that has just arrived, "
    "or\n"
    "is just removed, may be told then. Exit status 1 when something is wrong.\n\n"
    "  --config FILE  whose data_dir holds the store; else ENTENTE_CONFIG\n"
    "  --store FILE   the store itself, instead\n"
    "  --digest       print one hash over incidents, tickets, threads and events: two stores with the same\n"
    "                 digest hold the same\n"
    "  --json         {\"digest\":...} or {\"findings\":N,\"report\":...}\n\n"
    "example:\n  entente fsck --store /var/lib/entente/entente.db --digest\n";

struct options {
	const char *config, *store;
	bool digest, json;
};

static int fsck_options(int argc, char **argv, struct options *ret)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'}, {"store", required_argument, NULL, 's'},
	    {"digest", no_argument, NULL, 'd'},       {"json", no_argument, NULL, 'j'},
	    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
	int option;

	*ret = (struct options){NULL, NULL, false, false};
	while ((option = getopt_long(argc, argv, "c:s:djh", options, NULL)) != -1)
		switch (option) {
		case 'c':
			ret->config = optarg;
			break;
		case 's':
			ret->store = optarg;
			break;
		case 'd':
			ret->digest = true;
			break;
		case 'j':
			ret->json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs(help, stderr);
			return 2;
		}
	return -1;
}

static enum ent_rc print_digest(struct db *db, bool json, struct ent_err *err)
{
	char digest[65];
	struct sdk_buf out;
	struct sdk_jsonw w;
	enum ent_rc rc = store_digest(db, digest, err);

	if (rc != ENT_OK)
		return rc;
	sdk_buf_init(&out, 256);
	if (json) {
		sdk_jsonw_init(&w, &out);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kz(&w, "digest", digest);
		sdk_jsonw_close(&w, '}');
	} else {
		sdk_buf_z(&out, digest);
	}
	printf("%.*s\n", (int)out.n, out.p);
	sdk_buf_release(&out);
	return ENT_OK;
}

static enum ent_rc print_findings(struct db *db, const char *store, bool json, int64_t *ret_findings,
				  struct ent_err *err)
{
	struct sdk_buf report, out;
	struct sdk_arena arena;
	struct sdk_jsonw w;

	sdk_buf_init(&report, 1 << 20);
	enum ent_rc rc = store_check(db, &report, ret_findings, err);
	sdk_arena_init(&arena);
	if (rc == ENT_OK)
		*ret_findings += keeper_check(db, files_folder(&arena.abi, sdk_str(store)), &report);
	sdk_arena_release(&arena);
	if (rc == ENT_OK && json) {
		sdk_buf_init(&out, 8 << 20);
		sdk_jsonw_init(&w, &out);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kint(&w, "findings", *ret_findings);
		sdk_jsonw_kstr(&w, "report", report.p ? sdk_buf_view(&report) : ENT_STR(""));
		sdk_jsonw_close(&w, '}');
		printf("%.*s\n", (int)out.n, out.p);
		sdk_buf_release(&out);
	} else if (rc == ENT_OK) {
		printf("%.*s", (int)report.n, report.p ? report.p : "");
		printf(*ret_findings ? "%lld finding(s)\n" : "the store is sound (%lld findings)\n",
		       (long long)*ret_findings);
	}
	sdk_buf_release(&report);
	return rc;
}

static int fsck_command(int argc, char **argv)
{
	struct options options;
	struct boot boot = {.lock = -1};
	struct store_meta meta;
	struct db *db = NULL;
	struct ent_err err;
	int64_t findings = 0;
	enum ent_rc rc;
	int status = fsck_options(argc, argv, &options);

	if (status >= 0)
		return status;
	(void)!nice(NICE); /* not allowed: it is only less polite */
	rc = boot_store(&boot, options.config, options.store, &options.store, &err);
	if (rc == ENT_OK)
		rc = store_open_read(options.store, NULL, &db, &meta, &err);
	if (rc == ENT_OK)
		rc = options.digest ? print_digest(db, options.json, &err)
				    : print_findings(db, options.store, options.json, &findings, &err);
	if (rc != ENT_OK)
		fprintf(stderr, "entente fsck: %s\n", err.msg);
	db_close(db);
	boot_release(&boot);
	return rc != ENT_OK || findings > 0;
}

const struct command command_fsck = {
    .name = "fsck", .summary = "check a store, or print its digest", .run = fsck_command};
