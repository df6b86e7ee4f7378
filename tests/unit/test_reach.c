/* SPDX-License-Identifier: Apache-2.0 */
/* Told before it is written who will read it, and then written: both are the same, in random worlds. */
#include "store/shares.h"
#include "view/view_reach.h"
#include "view/view_thread.h"
#include "view_histories.h"

enum { REACHED = 200, TRIES = 4 };

static const char *const audiences[] = {"internal",       "everyone",           "orion",
					"orion,telnord",  "everyone,requester", "telnord",
					"coeur",          "requester",          "coeur,orion,requester",
					"everyone,orion", "orion,requester"};
static const char *const organisations[] = {"orion", "telnord", COEUR, "deaf"};

static const char south_settings[] = "south";

/* south cannot keep a comment from the requester. */
static enum ent_rc build_public(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
				struct ent_request *ret, struct ent_err *err)
{
	(void)arena;
	if (call->op.comment.visibility == ENT_INTERNAL && self->settings == south_settings)
		return sdk_fail_as(err, ENT_EUNSUPPORTED, "test.no_internal", "this tool has no internal comments");
	*ret = (struct ent_request){.method = "POST"};
	return ENT_OK;
}

static int reach_set_up(void **state)
{
	static struct ent_connector public;
	int rc = views_set_up(state);
	struct world *world = *state;

	public = *world->suppliers->at[0].connector;
	public.build = build_public;
	for (size_t i = 0; i < world->suppliers->n; i++) {
		struct supplier *supplier = &world->suppliers->at[i];
		supplier->connector = &public;
		if (sdk_eqz(supplier->name, "south"))
			supplier->settings = (void *)(uintptr_t)south_settings;
		if (sdk_eqz(supplier->name, "north"))
			supplier->comments_as = ENT_PUBLIC;
		if (sdk_eqz(supplier->name, "datacoeur"))
			supplier->public_reader = PUBLIC_SERVICE_DESK;
	}
	writer_reload(world->writer, world->suppliers);
	return rc;
}

static bool names(const struct sdk_json *answer, const char *list, const char *member, const char *name)
{
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(answer, list)); one; one = sdk_json_next(one))
		if (sdk_eqz(member ? sdk_json_text_at(one, member) : sdk_json_text(one), name))
			return true;
	return false;
}

static struct ent_str form_of(const struct sdk_json *answer, struct ent_str supplier)
{
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(answer, "tools")); one; one = sdk_json_next(one))
		if (sdk_eq(sdk_json_text_at(one, "supplier"), supplier))
			return sdk_json_text_at(one, "form");
	return ENT_STR("none");
}

/* As link does it: see link/deliver.c. */
static const char *goes_out(struct world *world, const struct supplier *supplier, const struct job *job)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT id FROM delivery WHERE comment = $1 AND supplier = $2");
	struct ent_arena *arena = &world->arena.abi;
	enum delivery_cause cause;
	struct delivery delivery;
	struct comment comment;
	struct ent_op op = {0};
	struct ent_err err;

	db_bind_str(stmt, 1, sdk_str(job->ask.comment_uuid));
	db_bind_str(stmt, 2, supplier->name);
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	if (!id || !delivery_load(world->read, arena, id, &delivery) || delivery.state != DELIVERY_PENDING)
		return "none";
	assert_true(comment_by_uuid(world->read, arena, sdk_str(job->ask.comment_uuid), &comment));
	struct reading reading = share_reading(world->read, delivery.incident, supplier->name, &comment);
	delivery.ticket = delivery.ticket.n ? delivery.ticket : ENT_STR("1");
	if (!delivery_may_go(&delivery, supplier, &comment, reading, &cause))
		return "none";
	assert_int_equal(delivery_op(&delivery, supplier, world->suppliers, &comment, arena, &op, &cause, &err),
			 ENT_OK);
	bool is_public = op.comment.visibility == ENT_PUBLIC;
	if (!is_public && sdk_eqz(supplier->name, "south"))
		return delivery_may_show(&delivery, supplier, &comment) ? "public" : "none";
	return is_public ? "public" : "internal";
}

static bool reads(struct world *world, const char *organisation, const struct job *job)
{
	const struct reader reader = {.kind = READER_ORGANISATION, .organisation = sdk_str(organisation)};
	struct view view = {world->read, &world->arena.abi, &reader, world->suppliers};
	struct incident incident = {.number = job->ask.incident};
	struct ent_str json;
	struct ent_err err;

	return view_thread(&view, &incident, &(struct thread_page){.around = sdk_str(job->ask.comment_uuid)}, &json,
			   &err) == ENT_OK;
}

struct counts {
	int refused, internal, is_public, none, reads;
};

static void compare(struct world *world, const struct job *job, const struct sdk_json *told, struct counts *counts)
{
	for (size_t i = 0; i < sizeof organisations / sizeof *organisations; i++) {
		bool sees = reads(world, organisations[i], job);

		counts->reads += sees;
		if (names(told, "organisations", "name", organisations[i]) != sees ||
		    names(told, "readers", NULL, organisations[i]) != sees)
			fail_msg("%s %s", organisations[i], sees ? "reads it, and was not told" : "does not read it");
	}
	assert_true(names(told, "readers", NULL, "us"));
	for (size_t i = 0; i < world->suppliers->n; i++) {
		const struct supplier *supplier = &world->suppliers->at[i];
		const char *form = goes_out(world, supplier, job);

		*(*form == 'p' ? &counts->is_public : *form == 'i' ? &counts->internal : &counts->none) += 1;
		if (!sdk_eqz(form_of(told, supplier->name), form))
			fail_msg("%.*s gets it as %s, told was %.*s", ENT_F(supplier->name), form,
				 ENT_F(form_of(told, supplier->name)));
	}
}

/* by: who writes. */
static void try_once(struct world *world, const struct reader *by, int64_t number, const char *words,
		     struct counts *counts)
{
	struct ent_arena *arena = &world->arena.abi;
	struct view view = {world->read, arena, by, world->suppliers};
	struct audience audience;
	struct batch batch = {.world = world};
	struct ent_str json = ENT_ABSENT;
	enum whom_verdict verdict;
	const struct sdk_json *told;
	struct ent_err err;

	assert_true(audience_words(arena, organisation_ours(world->suppliers), sdk_str(words), &audience));
	const struct view_reach asked = {.incident = number,
					 .now_ms = world->now_ms,
					 .text = ENT_STR("Look once more."),
					 .audience = strcmp(words, "internal") ? &audience : NULL,
					 .reply_to = ""};
	enum ent_rc rc = view_reach(&view, &asked, &json, &verdict, &err);
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = number,
				  .text = ENT_STR("Look once more."),
				  .audience = audience,
				  .narrowest = !asked.audience,
				  .by = *by,
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};
	world->chance.uuid(&world->chance, job.ask.comment_uuid);
	const struct job *done = batch_add(&batch, &job);
	batch_run(&batch);
	if (rc != ENT_OK) {
		counts->refused++;
		assert_int_not_equal(verdict, WHOM_FINE);
		assert_int_equal(done->outcome, whom_is_conflict(verdict) ? JOB_CONFLICT : JOB_CONTENT);
		assert_string_equal(done->err.msg, err.msg);
		return;
	}
	assert_int_equal(done->outcome, JOB_ACCEPTED);
	assert_int_equal(sdk_json_parse(arena, json, &told, &err), ENT_OK);
	compare(world, done, told, counts);
}

static void test_told_is_what_happens(void **state)
{
	struct world *world = *state;
	struct history history = make(world, REACHED, -1);
	struct counts ours = {0};

	for (int i = 0; i < REACHED; i++)
		for (int k = 0; k < TRIES; k++) {
			struct small *small = &history.small[i];
			int pick = small_pick(small, (int)(sizeof audiences / sizeof *audiences));

			world->now_ms += 10;
			try_once(world, &reader_ours, small->number[small->merged ? 0 : k % 2], audiences[pick], &ours);
		}
	assert_true(ours.refused > 20 && ours.internal > 20 && ours.is_public > 20 && ours.none > 20 &&
		    ours.reads > 50);
}

static void test_told_to_an_organisation(void **state)
{
	struct world *world = *state;
	struct history history = make(world, REACHED, -1);
	const struct reader telnord = {.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")};
	struct counts counts = {0};

	for (int i = 0; i < REACHED; i++) {
		struct view view = {world->read, &world->arena.abi, &telnord, world->suppliers};
		struct audience audience = {ENT_STR("orion,telnord,us"), false, false};
		struct view_reach asked = {.incident = history.small[i].number[0],
					   .now_ms = world->now_ms,
					   .text = ENT_STR("Look."),
					   .audience = &audience,
					   .reply_to = ""};
		enum whom_verdict verdict, other;
		struct ent_str json, stranger;
		struct ent_err err;

		world->now_ms += 10;
		if (view_reach(&view, &asked, &json, &verdict, &err) == ENT_OK) {
			counts.reads++;
			assert_null(memmem(json.p, json.n, "\"north\"", 7));
			continue;
		}
		/* one that takes no part is refused as one that does not exist */
		counts.refused++;
		assert_int_equal(verdict, WHOM_NO_PART);
		stranger = sdk_dup(&world->arena.abi, sdk_str(err.msg));
		audience.organisations = ENT_STR("telnord,us,zorro");
		assert_int_equal(view_reach(&view, &asked, &json, &other, &err), ENT_EINVAL);
		assert_int_equal(other, verdict);
		assert_int_equal(stranger.n, strlen(err.msg));
		assert_string_equal(err.msg + strlen("zorro"), stranger.p + strlen("orion"));
	}
	assert_true(counts.reads > 20 && counts.refused > 20);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_told_is_what_happens, reach_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_told_to_an_organisation, reach_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
