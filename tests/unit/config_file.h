/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file, with the plugins of tests/unit/fixtures, and a secret beside it that no report may show. */
#ifndef UNIT_CONFIG_FILE_H
#define UNIT_CONFIG_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/config.h"

#define CANARY "canary-77c1"

static char path[] = "/tmp/entente-config-XXXXXX";
static char secret_path[] = "/tmp/entente-csecret-XXXXXX";

struct fixture {
	struct plugins *plugins;
};

static inline int set_up(void **state)
{
	static struct fixture fixture;
	struct ent_err err;
	int fd = mkstemp(path), secret = mkstemp(secret_path);

	*state = &fixture;
	if (fd < 0 || secret < 0 || write(secret, CANARY "\n", sizeof CANARY) != sizeof CANARY)
		return -1;
	close(fd);
	close(secret);
	return plugins_load(FIXTURES "/good:" CONNECTORS, &fixture.plugins, &err);
}

static inline int tear_down(void **state)
{
	struct fixture *fixture = *state;

	plugins_unload(fixture->plugins);
	return unlink(path) + unlink(secret_path);
}

static inline void file_write(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline struct config *load(const struct fixture *fixture, const char *text)
{
	struct config *config = NULL;
	struct ent_err err = {0};

	file_write(text);
	if (config_load(path, fixture->plugins, &config, &err) != ENT_OK)
		fail_msg("refused: %s", err.msg);
	return config;
}

/* Every problem of the text, as a person sees them; fails when there is none. */
static inline void problems_of(const struct fixture *fixture, const char *text, struct sdk_buf *report)
{
	struct config *config = NULL;
	struct ent_err err = {0};

	file_write(text);
	sdk_buf_init(report, 1 << 20);
	if (config_load_report(path, fixture->plugins, report, &config, &err) != ENT_EINVAL)
		fail_msg("was taken: %s", text);
	assert_null(config);
	sdk_buf_add(report, "", 1);
	assert_null(strstr(report->p, CANARY));
	assert_null(strstr(err.msg, CANARY));
	assert_memory_equal(err.msg, report->p, strlen(err.msg) > 200 ? 200 : strlen(err.msg));
}

#endif
