/* SPDX-License-Identifier: Apache-2.0 */
/* For tests that read large public test suites, which live outside the repository: in the folder
 * ENTENTE_SHARED of the environment, else beside the repository. Absent: the test skips. */
#ifndef TEST_FILES_H
#define TEST_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sdk/str.h"

static inline struct ent_str shared_path(struct ent_arena *arena, const char *under)
{
	const char *root = getenv("ENTENTE_SHARED");

	return sdk_format(arena, "%s/%s", root ? root : TEST_SHARED, under);
}

/* Whole file; absent when it cannot be read. */
static inline struct ent_str file_read(struct ent_arena *arena, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	struct ent_str text = ENT_ABSENT;

	if (!f)
		return text;
	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode)) {
		size_t n = (size_t)st.st_size;
		char *p = sdk_alloc(arena, n + 1);
		if (fread(p, 1, n, f) == n)
			text = (struct ent_str){p, n};
	}
	fclose(f);
	return text;
}

#endif
