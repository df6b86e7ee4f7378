/* SPDX-License-Identifier: Apache-2.0 */
/* Files beside the store: named by their content, never removed while a row names them or the same content arrives. */
#include "base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char dir[64], folder[80];
	struct sdk_arena arena;
	struct files *files;
	bool is_named;
};

static int place_open(void **state)
{
	struct place *place = calloc(1, sizeof *place);
	struct ent_err err;

	snprintf(place->dir, sizeof place->dir, "%s/files-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(place->dir));
	snprintf(place->folder, sizeof place->folder, "%s/files", place->dir);
	sdk_arena_init(&place->arena);
	assert_int_equal(files_open(sdk_str(place->folder), &place->files, &err), ENT_OK);
	*state = place;
	return 0;
}

static int place_close(void **state)
{
	struct place *place = *state;
	char command[128];

	files_close(place->files);
	snprintf(command, sizeof command, "rm -r '%s'", place->dir);
	assert_int_equal(system(command), 0);
	sdk_arena_release(&place->arena);
	free(place);
	return 0;
}

static void begin(struct place *place, struct file_new *file, const char *id, const char *bytes)
{
	assert_true(files_begin(place->files, id, ENT_STR("who"), file));
	assert_true(files_add(place->files, file, bytes, strlen(bytes)));
	files_whole(file);
}

static const char *path_of(struct place *place, const char *hash)
{
	return sdk_z(&place->arena.abi, files_path(&place->arena.abi, sdk_str(place->folder), hash));
}

static bool asked(void *of, const char *hash)
{
	struct place *place = of;

	(void)hash;
	return place->is_named;
}

static int n_new(struct place *place)
{
	DIR *dir = opendir(sdk_z(&place->arena.abi, sdk_format(&place->arena.abi, "%s/new", place->folder)));
	int n = -2;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void test_kept_by_its_content(void **state)
{
	struct place *place = *state;
	struct file_new file;
	char hash[FILES_HASH_SIZE];
	struct stat st;

	begin(place, &file, "one", "abc");
	assert_string_equal(file.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(n_new(place), 1);
	assert_true(files_keep(place->files, &file));
	assert_int_equal(n_new(place), 0);
	files_end(place->files, &file);
	files_end(place->files, &file); /* again is all right */
	assert_int_equal(stat(path_of(place, file.hash), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(files_hash(path_of(place, file.hash), hash));
	assert_string_equal(hash, file.hash);
	int fd = files_read(place->files, file.hash, 3);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(files_read(place->files, file.hash, 4), -1); /* another size: it is not what the row says */
	assert_int_equal(files_bytes(place->files), 3);
}

static void test_what_is_not_kept_goes(void **state)
{
	struct place *place = *state;
	struct file_new file, left;
	struct ent_err err;
	int own;

	begin(place, &file, "one", "abc");
	assert_int_equal(files_under_way(place->files, ENT_STR("who"), &own), 1);
	assert_int_equal(own, 1);
	files_end(place->files, &file);
	assert_int_equal(n_new(place), 0);
	assert_int_equal(files_bytes(place->files), 0);
	assert_int_equal(files_under_way(place->files, ENT_STR("who"), &own), 0);
	begin(place, &left, "two", "abc"); /* and a crash */
	files_close(place->files);
	close(left.fd);
	assert_int_equal(files_open(sdk_str(place->folder), &place->files, &err), ENT_OK);
	assert_int_equal(n_new(place), 0);
}

static void test_removed_only_when_nobody_has_it(void **state)
{
	struct place *place = *state;
	struct file_new first, second;

	begin(place, &first, "one", "same");
	assert_true(files_keep(place->files, &first));
	assert_false(files_remove(place->files, first.hash, asked, place)); /* its row is on its way */
	files_end(place->files, &first);
	begin(place, &second, "two", "same");
	assert_true(files_keep(place->files, &second));
	assert_int_equal(files_bytes(place->files), 4);                     /* one file */
	assert_false(files_remove(place->files, first.hash, asked, place)); /* the same content arrives again */
	files_end(place->files, &second);
	place->is_named = true;
	assert_true(files_remove(place->files, first.hash, asked, place));
	assert_int_equal(access(path_of(place, first.hash), F_OK), 0);
	place->is_named = false;
	int held = files_hold(sdk_str(place->folder));
	assert_false(files_remove(place->files, first.hash, asked, place)); /* a backup reads */
	files_let_go(held);
	assert_true(files_remove(place->files, first.hash, asked, place));
	assert_int_equal(access(path_of(place, first.hash), F_OK), -1);
	assert_int_equal(files_bytes(place->files), 0);
}

static void test_copied(void **state)
{
	struct place *place = *state;
	struct ent_str to = sdk_format(&place->arena.abi, "%s/copy", place->dir);
	struct file_new file;
	struct ent_err err;

	begin(place, &file, "one", "abc");
	assert_true(files_keep(place->files, &file));
	files_end(place->files, &file);
	assert_int_equal(files_copy(sdk_str(place->folder), to, file.hash, &err), ENT_OK);
	assert_true(files_has(to, file.hash));
	assert_int_not_equal(files_copy(sdk_str(place->folder), to, "0000", &err), ENT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_kept_by_its_content, place_open, place_close),
	    cmocka_unit_test_setup_teardown(test_what_is_not_kept_goes, place_open, place_close),
	    cmocka_unit_test_setup_teardown(test_removed_only_when_nobody_has_it, place_open, place_close),
	    cmocka_unit_test_setup_teardown(test_copied, place_open, place_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
