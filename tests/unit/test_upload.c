/* SPDX-License-Identifier: Apache-2.0 */
/* Files that people upload: whose they are, who may name them, and that they go with their comment. */
#include "rebuilt.h"
#include "shares.h"

#include "core/wording.h"
#include "store/backup.h"
#include "store/keeper.h"
#include "store/rows.h"

#include <unistd.h>

#define A_UUID "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define B_UUID "1b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define FILE_A "2b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define FILE_B "3b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define ANA    "4b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define BEN    "5b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define HASH_A "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* of abc */

static struct job asks(enum job_kind kind, const char *who, const char *uuid)
{
	struct job job = {
	    .kind = kind,
	    .ask = {.incident = 1,
		    .author = {sdk_str(who), sdk_str(who)},
		    .staged_max = 1000,
		    .by = {.kind = READER_OURS, .role = ROLE_SYSTEM, .verbs = VERB_ALL, .token = sdk_str(who)}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return job;
}

static enum job_outcome upload(struct world *world, const char *who, const char *id, enum upload_state state,
			       int64_t size)
{
	struct upload_row row = {.name = ENT_STR("trace.log"),
				 .media_type = ENT_STR("text/plain"),
				 .size = size,
				 .sha256 = HASH_A,
				 .state = state};
	struct job job = asks(JOB_UPLOAD, who, id);

	job.upload = &row;
	return run(world, &job);
}

static enum job_outcome write_with(struct world *world, const char *who, const char *uuid, const char *audience,
				   const char *file, int64_t undo_ms)
{
	const struct ent_str id = sdk_str(file);
	struct job job = asks(JOB_COMMENT, who, uuid);

	job.ask.text = ENT_STR("See the file.");
	job.ask.attachment = &id;
	job.ask.n_attachment = 1;
	job.ask.undo_ms = undo_ms;
	job.ask.has_audience = true;
	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
				   &job.ask.audience));
	return run(world, &job);
}

static void test_whose_it_is(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 3), JOB_ACCEPTED);
	assert_int_equal(upload(world, BEN, FILE_A, UPLOAD_KEPT, 3), JOB_CONFLICT);
	assert_int_equal(write_with(world, BEN, A_UUID, "internal", FILE_A, 0), JOB_CONTENT);
	assert_int_equal(write_with(world, BEN, A_UUID, "internal", FILE_B, 0), JOB_CONTENT);
	struct job drop = asks(JOB_UPLOAD_DROP, BEN, FILE_A);
	assert_int_equal(run(world, &drop), JOB_NOT_FOUND);
	assert_int_equal(count(world, "comment", "body = 'See the file.'"), 0);
	assert_int_equal(write_with(world, ANA, A_UUID, "internal", FILE_A, 0), JOB_ACCEPTED);
	assert_int_equal(count(world, "upload", "1 = 1"), 0);
	assert_int_equal(write_with(world, ANA, B_UUID, "internal", FILE_A, 0), JOB_CONTENT); /* it is carried once */
	check_all(world);
}

static void test_not_before_it_is_checked(void **state)
{
	struct world *world = *state;
	struct upload_row judged = {.state = UPLOAD_CHECKING};
	struct job job = asks(JOB_UPLOAD_JUDGED, "", FILE_A);

	two_parties(world);
	job.upload = &judged;
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_CHECKING, 3), JOB_ACCEPTED);
	assert_int_equal(write_with(world, ANA, A_UUID, "internal", FILE_A, 0), JOB_CONFLICT);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(write_with(world, ANA, A_UUID, "internal", FILE_A, 0), JOB_CONFLICT);
	judged.state = UPLOAD_REFUSED;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	judged.state = UPLOAD_KEPT; /* what was refused stays so */
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(write_with(world, ANA, A_UUID, "internal", FILE_A, 0), JOB_CONFLICT);
	assert_int_equal(count(world, "comment", "body = 'See the file.'"), 0);
}

static void test_with_its_comment(void **state)
{
	struct world *world = *state;
	struct comment comment;

	two_parties(world);
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 1234567), JOB_CONFLICT); /* more than one may have */
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 900), JOB_ACCEPTED);
	assert_int_equal(upload(world, ANA, FILE_B, UPLOAD_KEPT, 101), JOB_CONFLICT);
	assert_int_equal(write_with(world, ANA, A_UUID, "telnord", FILE_A, 5000), JOB_ACCEPTED);
	assert_int_equal(count(world, "attachment", "organisations = 'us' AND everyone = 0"), 1); /* held */
	struct job publish = asks(JOB_COMMENT_PUBLISH, ANA, A_UUID);
	assert_int_equal(run(world, &publish), JOB_ACCEPTED);
	assert_int_equal(count(world, "attachment", "organisations = 'telnord,us'"), 1);
	struct job edit = asks(JOB_COMMENT_EDIT, ANA, A_UUID);
	edit.ask.has_audience = true;
	edit.ask.audience = (struct audience){ENT_STR("us"), false, false};
	assert_int_equal(run(world, &edit), JOB_ACCEPTED);
	assert_int_equal(count(world, "attachment", "organisations = 'us'"), 1);
	assert_true(comment_by_uuid(world->read, &world->arena.abi, ENT_STR(A_UUID), &comment));
	struct ent_str text = wording_comment(&world->arena.abi, world->suppliers, ENT_FRENCH, &comment);
	assert_non_null(strstr(sdk_z(&world->arena.abi, text),
			       "See the file.\n\nFichier joint : trace.log (900 octets). Il reste dans Entente"));
	check_all(world);
	struct job removal = asks(JOB_COMMENT_REMOVE, ANA, A_UUID);
	assert_int_equal(run(world, &removal), JOB_ACCEPTED);
	assert_int_equal(count(world, "attachment", "1 = 1"), 0);
	assert_int_equal(count(world, "loose", "sha256 = '" HASH_A "'"), 1);
	check_all(world);
}

static void test_what_nobody_sends_goes(void **state)
{
	static const char gone[1][FILES_HASH_SIZE] = {HASH_A};
	struct world *world = *state;
	const struct uploads_kept none = {.n_gone = 0}, one = {.gone = gone, .n_gone = 1};
	struct job job = asks(JOB_UPLOADS_KEPT, "", "");

	two_parties(world);
	job.kept = &none;
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 3), JOB_ACCEPTED);
	world->now_ms += UPLOAD_STAYS_MS - 1000;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(count(world, "upload", "1 = 1"), 1);
	world->now_ms += 2000;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(count(world, "upload", "1 = 1"), 0);
	assert_int_equal(count(world, "loose", "1 = 1"), 1);
	job.kept = &one;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(count(world, "loose", "1 = 1"), 0);
}

/* The folder of a backup has each file that its store names; fsck finds what is missing, wrong, or nobody's. */
static void test_backup_and_fsck(void **state)
{
	struct world *world = *state;
	const struct ent_str folder = files_folder(&world->arena.abi, sdk_str(world->path));
	const char *to = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "%s/copy", world->dir));
	const struct ent_str copied = sdk_format(&world->arena.abi, "%s/files", to);
	struct sdk_buf report;
	struct backup backup;
	struct file_new file;
	struct files *files;
	struct ent_err err;

	two_parties(world);
	assert_int_equal(files_open(folder, &files, &err), ENT_OK);
	assert_true(files_begin(files, "one", ENT_STR(ANA), &file) && files_add(files, &file, "abc", 3));
	files_whole(&file);
	assert_true(files_keep(files, &file));
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 3), JOB_ACCEPTED);
	files_end(files, &file);
	assert_int_equal(write_with(world, ANA, A_UUID, "telnord", FILE_A, 0), JOB_ACCEPTED);
	sdk_buf_init(&report, 65536);
	assert_int_equal(store_backup_all(world->path, to, &backup, &report, &err), ENT_OK);
	assert_int_equal(backup.n_file, 1);
	assert_int_equal(keeper_check(world->read, copied, &report), 0);
	assert_int_equal(store_backup_all(world->path, to, &backup, &report, &err), ENT_EINVAL); /* it exists */
	const char *path = sdk_z(&world->arena.abi, files_path(&world->arena.abi, copied, HASH_A));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(keeper_check(world->read, copied, &report), 1);
	FILE *other = fopen(path, "w");
	fputs("abd", other);
	fclose(other);
	assert_int_equal(keeper_check(world->read, copied, &report), 1);
	assert_int_equal(keeper_check(world->read, folder, &report), 0);
	sdk_buf_release(&report);
	files_close(files);
}

/* What is refused, or was taken before, leaves bytes that nobody has: the keeper is told of them. */
static void test_what_is_refused_is_nobodys(void **state)
{
	static const unsigned char hash[32] = {1};
	struct world *world = *state;
	struct upload_row row = {.name = ENT_STR("trace.log"),
				 .media_type = ENT_STR("text/plain"),
				 .size = 3,
				 .sha256 = HASH_A,
				 .state = UPLOAD_KEPT};

	two_parties(world);
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 1234567), JOB_CONFLICT); /* no room */
	assert_int_equal(count(world, "loose", "sha256 = '" HASH_A "'"), 1);
	for (int time = 0; time < 2; time++) {
		struct job job = asks(JOB_UPLOAD, ANA, FILE_A), gone = asks(JOB_UPLOADS_KEPT, "", "");
		static const char kept[1][FILES_HASH_SIZE] = {HASH_A};
		const struct uploads_kept one = {.gone = kept, .n_gone = 1};
		gone.kept = &one;
		assert_int_equal(run(world, &gone), JOB_ACCEPTED);
		job.upload = &row;
		job.ask.key = ENT_STR("once");
		memcpy(job.ask.key_hash, hash, sizeof hash);
		assert_int_equal(run(world, &job), time == 0 ? JOB_ACCEPTED : JOB_REPEATED);
		assert_int_equal(count(world, "loose", "1 = 1"), time);
	}
}

/* An id is one file's, also when a comment carries it. */
static void test_the_id_of_a_carried_file_is_taken(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 3), JOB_ACCEPTED);
	assert_int_equal(write_with(world, ANA, A_UUID, "internal", FILE_A, 0), JOB_ACCEPTED);
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 3), JOB_CONFLICT);
	assert_string_equal(world->last.err.code, "upload.id_taken");
	assert_int_equal(count(world, "upload", "1 = 1"), 0);
	assert_int_equal(count(world, "attachment", "1 = 1"), 1);
	check_all(world);
}

/* ---- what a tool tells back --------------------------------------------------------------- */

static struct ent_str sent_words(struct world *world, const char *uuid)
{
	struct comment comment;

	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(uuid), &comment));
	return wording_comment(&world->arena.abi, world->suppliers, ENT_ENGLISH, &comment);
}

/* Above a quote of what was sent; orion must learn nothing of it. */
static void telnord_answers(struct world *world, const char *external, const char *answer, struct ent_str sent)
{
	struct ent_arena *arena = &world->arena.abi;
	struct ent_str text = sdk_format(arena, "%s\n\n", answer);

	while (sent.n) {
		struct ent_str line = sdk_cut(sent, '\n', &sent);
		text = sdk_format(arena, "%.*s> %.*s\n", ENT_F(text), ENT_F(line));
	}
	write_word(world, "telnord", "T-1", external, sdk_z(arena, text));
}

static void test_a_quote_tells_no_files(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 900), JOB_ACCEPTED);
	assert_int_equal(write_with(world, ANA, A_UUID, "telnord", FILE_A, 0), JOB_ACCEPTED);
	while (bring(world, "telnord", "x1"))
		;
	const struct ent_str sent = sent_words(world, A_UUID);
	assert_non_null(memmem(sent.p, sent.n, "trace.log", 9));
	telnord_answers(world, "t1", "I see.", sent);
	assert_int_equal(count(world, "comment", "body = 'I see.'"), 1);
	become_rebuilt(world);
	telnord_answers(world, "t2", "I do.", sent);
	assert_int_equal(count(world, "comment", "body = 'I do.'"), 1);
	struct job removal = asks(JOB_COMMENT_REMOVE, ANA, A_UUID);
	assert_int_equal(run(world, &removal), JOB_ACCEPTED);
	telnord_answers(world, "t3", "It is gone.", sent);
	assert_int_equal(count(world, "comment", "body = 'It is gone.'"), 1);
	assert_int_equal(count(world, "comment", "body LIKE '%trace.log%'"), 0);
	check_all(world);
}

static void test_our_words_with_a_file_come_back(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	assert_int_equal(upload(world, ANA, FILE_A, UPLOAD_KEPT, 900), JOB_ACCEPTED);
	assert_int_equal(write_with(world, ANA, A_UUID, "telnord", FILE_A, 0), JOB_ACCEPTED);
	become_rebuilt(world);
	struct ent_str sent = sent_words(world, A_UUID);
	write_word(world, "telnord", "T-1", "t5", sdk_z(&world->arena.abi, sent));
	assert_int_equal(count(world, "comment", "supplier = 'telnord'"), 0);
	check_all(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_whose_it_is, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_not_before_it_is_checked, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_with_its_comment, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_nobody_sends_goes, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_refused_is_nobodys, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_id_of_a_carried_file_is_taken, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_quote_tells_no_files, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_our_words_with_a_file_come_back, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_backup_and_fsck, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
