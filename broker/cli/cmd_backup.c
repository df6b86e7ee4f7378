/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/boot.h"
#include "cli/command.h"
#include "store/backup.h"

#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NICE = 10 }; /* webhooks go first */

static const char help[] =
    "usage: entente backup [--config FILE] [--store FILE] [--json] DIR\n\n"
    "Copies the store and the files that people uploaded into a new folder DIR, while a broker runs or not. The copy "
    "is\n"
    "of one moment, checked like `entente fsck` does, and DIR is there only when it is whole and sound. It holds raw\n"
    "arrivals, internal comments and drafts: only you can read it. The index of words, search.sqlite, is not copied: "
    "the "
    "broker\n"
    "makes it again from the store. The write-ahead log grows for as long as it takes; no webhook waits. On the same "
    "file\n"
    "system the files' bytes are not copied: they get a second name, and nobody ever writes into them.\n\n"
    "  --config FILE  whose data_dir holds the store; else ENTENTE_CONFIG\n"
    "  --store FILE   the store itself, instead\n"
    "  --json         {\"folder\":...,\"store_id\":...,\"last_seq\":N,\"files\":N,\"missing\":N}\n\n"
    "To restore: end the broker, put DIR/entente.db and DIR/files into data_dir without the -wal and -shm beside them, "
    "start.\n"
    "When Kafka has newer events, the broker does not start and says so: run `entente rebuild` then.\n\n"
    "example:\n  entente backup --config /etc/entente/entente.yaml /var/backups/entente-$(date +%F)\n";

struct options {
	const char *config, *store, *folder;
	bool json;
};

static int backup_options(int argc, char **argv, struct options *ret)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
						{"store", required_argument, NULL, 's'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	int option;

	*ret = (struct options){NULL, NULL, NULL, false};
	while ((option = getopt_long(argc, argv, "c:s:jh", options, NULL)) != -1)
		switch (option) {
		case 'c':
			ret->config = optarg;
			break;
		case 's':
			ret->store = optarg;
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
	if (optind + 1 != argc) {
		fputs(help, stderr);
		return 2;
	}
	ret->folder = argv[optind];
	return -1;
}

static void backup_print(const struct options *options, const struct backup *backup)
{
	struct sdk_buf out;
	struct sdk_jsonw w;

	if (!options->json) {
		printf("%s: sound, with all events up to %lld and %lld files\n", options->folder,
		       (long long)backup->last_seq, (long long)backup->n_file);
		if (backup->n_missing)
			printf("%lld files were missing already: see `entente fsck`\n", (long long)backup->n_missing);
		return;
	}
	sdk_buf_init(&out, 8192);
	sdk_jsonw_init(&w, &out);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "folder", options->folder);
	sdk_jsonw_kz(&w, "store_id", backup->store_id);
	sdk_jsonw_kint(&w, "last_seq", backup->last_seq);
	sdk_jsonw_kint(&w, "files", backup->n_file);
	sdk_jsonw_kint(&w, "missing", backup->n_missing);
	sdk_jsonw_close(&w, '}');
	printf("%.*s\n", (int)out.n, out.p);
	sdk_buf_release(&out);
}

static int backup_command(int argc, char **argv)
{
	struct options options;
	struct boot boot = {.lock = -1};
	struct backup backup;
	struct sdk_buf report;
	struct ent_err err;
	enum ent_rc rc;
	int status = backup_options(argc, argv, &options);

	if (status >= 0)
		return status;
	umask(077);
	(void)!nice(NICE); /* not allowed: it is only less polite */
	rc = boot_store(&boot, options.config, options.store, &options.store, &err);
	sdk_buf_init(&report, 1 << 20);
	if (rc == ENT_OK)
		rc = store_backup_all(options.store, options.folder, &backup, &report, &err);
	if (rc == ENT_OK)
		backup_print(&options, &backup);
	else
		fprintf(stderr, "%.*sentente backup: %s\n", (int)report.n, report.p ? report.p : "", err.msg);
	sdk_buf_release(&report);
	boot_release(&boot);
	return rc != ENT_OK;
}

const struct command command_backup = {
    .name = "backup", .summary = "copy the store and its files while the broker runs", .run = backup_command};
