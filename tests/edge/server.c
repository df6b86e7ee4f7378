/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real edge, store and writer in one process, with hands on them for tests: standard input takes
 *   hold        the writer takes nothing until "go"
 *   hold reads  readers read nothing until "let reads go"; "held reads" says how many are held
 *   unready WHY the part "kafka" is not ready; "ready" again
 *   note WHAT   it is ready, with this note
 *   reload NAME replaces the suppliers by NAME and telnord
 *   reloads     how often edge asked for the suppliers to be made anew
 *   break       replaces them by one whose settings its connector refuses: must fail
 *   end         stops as serve does
 * Each command is answered by one line. usage: edge_server FOLDER [name=number]...
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "edge/edge.h"
#include "face/auth.h"
#include "link/keeping.h"

struct server {
	struct clock clock; /* a reader that asks it for the time may be held */
	atomic_int n_held;
	bool reads_held;
	struct writer *writer;
	struct edge *edge;
	pthread_mutex_t lock;
	pthread_cond_t go;
	bool held;
	struct search *search;
	atomic_bool ends;
	atomic_bool unready, noted;
	atomic_int n_reload; /* asked for by edge */
	char why[100];
};

static void die(const char *what, const struct ent_err *err)
{
	fprintf(stderr, "edge_server: %s: %s\n", what, err->msg);
	exit(1);
}

/* ---- suppliers: the null connector, signed and not --------------------------------- */

static enum ent_rc refuse(const void *settings, void **ret, struct ent_err *err)
{
	(void)settings;
	(void)ret;
	return sdk_fail(err, ENT_EINVAL, "refused on purpose");
}

/* Enough of a way out for deliveries to be planned; nobody brings them here. A page looks like a webhook. */
static enum ent_rc build_nothing(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
				 struct ent_request *ret, struct ent_err *err)
{
	(void)self;
	(void)call;
	(void)arena;
	(void)ret;
	return sdk_fail(err, ENT_EUNSUPPORTED, "there is no link in this program");
}

static enum ent_rc parse_page(const struct ent_self *self, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	if (call->op.kind != ENT_POLL)
		return sdk_fail(err, ENT_EINVAL, "there is no link in this program");
	return entente_connector(ENT_ABI)->decode(self, &(struct ent_webhook){.body = response->body}, arena,
						  &ret->changes, err);
}

/* As the null connector, which carries no number of ours: here "number" does. */
static enum ent_rc decode_numbered(const struct ent_self *self, const struct ent_webhook *webhook,
				   struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	enum ent_rc rc = entente_connector(ENT_ABI)->decode(self, webhook, arena, ret, err);
	const struct sdk_json *body;

	if (rc != ENT_OK || sdk_json_parse(arena, webhook->body, &body, err) != ENT_OK)
		return rc;
	struct ent_change *changes = SDK_NEW_N(arena, struct ent_change, ret->n + 1);
	for (size_t i = 0; i < ret->n; i++) {
		changes[i] = ret->at[i];
		changes[i].correlation.number = sdk_json_text_at(body, "number");
	}
	ret->at = changes;
	return ENT_OK;
}

static const struct ent_sentence cannot[] = {{"cannot.test", "An attachment cannot be brought."}, {0}};

static void supplier_fill(struct supplier_set *set, size_t i, const char *name, bool is_signed,
			  const struct ent_connector *connector)
{
	struct supplier *supplier = &set->at[i];
	struct ent_err err;

	supplier->name = sdk_dup(&set->arena.abi, sdk_str(name));
	supplier->title = sdk_format(&set->arena.abi, "%s Ltd", name);
	supplier->connector = connector;
	supplier->settings = sdk_alloc(&set->arena.abi, connector->settings_size);
	*(struct ent_str *)supplier->settings = ENT_STR(""); /* id_prefix, its only setting */
	if (!is_signed)
		return;
	setenv("EDGE_TEST_SECRET", "orion-secret-canary", 1);
	if (secret_load(ENT_STR("env:EDGE_TEST_SECRET"), &supplier->secret[0], &err) != ENT_OK)
		die("secret", &err);
	supplier->n_secret = 1;
}

/* One whose tool can be written to. */
static void supplier_write(struct supplier *supplier, struct ent_connector *connector)
{
	struct ent_err err;

	setenv("EDGE_TEST_CREDENTIAL", "vega-credential-canary", 1);
	if (secret_load(ENT_STR("env:EDGE_TEST_CREDENTIAL"), &supplier->link.credential, &err) != ENT_OK)
		die("credential", &err);
	supplier->connector = connector;
	supplier->link.url = ENT_STR("https://tool.example/path-canary/api");
	supplier->link.auth = AUTH_BEARER;
	supplier->link.rate_per_min = 600;
	supplier->link.at_once = 4;
	supplier->link.poll_ms = 60000;
}

/* The first is signed; vega and south can be written to, west is only asked, the others are listened to. */
static struct supplier_set *suppliers(const char *first, const struct ent_connector *connector)
{
	struct supplier_set *set = supplier_set_new(5);
	struct ent_connector *writes = SDK_NEW(&set->arena.abi, struct ent_connector);

	*writes = *connector;
	writes->ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT | 1u << ENT_POLL;
	writes->decode = decode_numbered;
	writes->build = build_nothing;
	writes->parse = parse_page;
	writes->cannot = cannot;
	supplier_fill(set, 0, first, true, connector);
	supplier_fill(set, 1, "telnord", false, connector);
	supplier_fill(set, 2, "vega", false, connector);
	supplier_fill(set, 3, "south", false, connector);
	supplier_fill(set, 4, "west", false, connector);
	supplier_write(&set->at[2], writes);
	supplier_write(&set->at[3], writes);
	supplier_write(&set->at[4], writes);
	set->at[4].no_hooks = true;
	set->at[2].public_everyone = true;
	set->named = ENT_STR("council");
	return set;
}

/* ---- threads -------------------------------------------------------------------------- */

static void *writer_main(void *arg)
{
	struct server *server = arg;
	struct ent_err err;

	for (;;) {
		enum ent_rc rc;

		pthread_mutex_lock(&server->lock);
		while (server->held && !server->ends)
			pthread_cond_wait(&server->go, &server->lock);
		pthread_mutex_unlock(&server->lock);
		rc = writer_step(server->writer, &err);
		if (rc == ENT_OK) {
			edge_notify(server->edge, writer_last_seq(server->writer));
			search_wake(server->search);
		}
		if (rc == ENT_MORE && server->ends)
			return NULL;
		if (rc == ENT_MORE)
			writer_wait(server->writer, 100);
		else if (rc != ENT_OK)
			die("writer", &err);
	}
}

static const char *readiness(void *of, int i, bool *ret_ready, struct ent_err *ret_why)
{
	struct server *server = of;

	if (i > 0)
		return NULL;
	*ret_ready = !atomic_load(&server->unready);
	if (!*ret_ready || atomic_load(&server->noted))
		sdk_fail(ret_why, ENT_ERETRY, "%s", server->why);
	return "kafka";
}

static void count_reload(void *of)
{
	atomic_fetch_add(&((struct server *)of)->n_reload, 1);
}

static int64_t server_now(struct clock *clock)
{
	(void)clock;
	return clock_system()->now_ms(clock_system());
}

static int64_t server_mono(struct clock *clock)
{
	struct server *server = (struct server *)clock; /* its first member */
	char name[16] = "";

	(void)pthread_getname_np(pthread_self(), name, sizeof name);
	if (strcmp(name, "reader") == 0) {
		pthread_mutex_lock(&server->lock);
		atomic_fetch_add(&server->n_held, 1);
		while (server->reads_held)
			pthread_cond_wait(&server->go, &server->lock);
		atomic_fetch_sub(&server->n_held, 1);
		pthread_mutex_unlock(&server->lock);
	}
	return clock_system()->mono_us(clock_system());
}

static int64_t log_now(void *clock)
{
	return ((struct clock *)clock)->now_ms(clock);
}

/* ---- commands --------------------------------------------------------------------------- */

static void set_held(struct server *server, bool held, bool ends)
{
	pthread_mutex_lock(&server->lock);
	server->held = held;
	server->ends = ends;
	pthread_cond_broadcast(&server->go);
	pthread_mutex_unlock(&server->lock);
	writer_wake(server->writer);
}

static void reload(struct server *server, const char *name, const struct ent_connector *connector)
{
	struct supplier_set *set = suppliers(name, connector);
	struct ent_err err = {.msg = "done"};

	if (edge_reload(server->edge, set, &err) != ENT_OK)
		printf("refused: %s\n", err.msg);
	else
		puts("done");
	supplier_set_unref(set);
}

static void command(struct server *server, const char *line, const struct ent_connector *connector)
{
	struct ent_connector broken = *connector;

	broken.open = refuse;
	if (strncmp(line, "reload ", 7) == 0) {
		reload(server, line + 7, connector);
		return;
	} else if (strcmp(line, "break") == 0) {
		reload(server, "orion", &broken);
		return;
	} else if (strcmp(line, "reloads") == 0) {
		printf("%d\n", atomic_load(&server->n_reload));
		return;
	} else if (strcmp(line, "held reads") == 0) {
		printf("%d\n", atomic_load(&server->n_held));
		return;
	} else if (strcmp(line, "hold reads") == 0 || strcmp(line, "let reads go") == 0) {
		pthread_mutex_lock(&server->lock);
		server->reads_held = strcmp(line, "hold reads") == 0;
		pthread_cond_broadcast(&server->go);
		pthread_mutex_unlock(&server->lock);
	} else if (strncmp(line, "unready ", 8) == 0) {
		snprintf(server->why, sizeof server->why, "%s", line + 8);
		atomic_store(&server->unready, true);
	} else if (strcmp(line, "ready") == 0) {
		atomic_store(&server->unready, false);
		atomic_store(&server->noted, false);
	} else if (strncmp(line, "note ", 5) == 0) {
		snprintf(server->why, sizeof server->why, "%s", line + 5);
		atomic_store(&server->noted, true);
	} else {
		set_held(server, strcmp(line, "hold") == 0, false);
	}
	puts("done");
}

static int number(int argc, char **argv, const char *name, int dflt)
{
	for (int i = 2; i < argc; i++)
		if (strncmp(argv[i], name, strlen(name)) == 0 && argv[i][strlen(name)] == '=')
			return atoi(argv[i] + strlen(name) + 1);
	return dflt;
}

static void first_token(struct db *db)
{
	char token[AUTH_TOKEN_SIZE];
	unsigned char hash[32];
	struct db_stmt *stmt;

	auth_token_make(chance_system(), token, hash);
	db_begin(db);
	stmt = db_use(db, "INSERT INTO token (name, hash, created_ms, expires_ms, ref) VALUES ('first', $1, 1, "
			  "0, '00000000-0000-4000-8000-0000000000f1')");
	db_bind_blob(stmt, 1, (struct ent_str){(char *)hash, sizeof hash});
	while (db_row(stmt))
		;
	if (!db_commit(db))
		die("token", &(struct ent_err){.msg = "not stored"});
	printf("token %s\n", token);
}

static void serve(struct server *server, const struct ent_connector *connector, struct keeping *keeping)
{
	char line[100];
	pthread_t thread;

	pthread_create(&thread, NULL, writer_main, server);
	printf("port %d\n", edge_port(server->edge));
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "end") == 0)
			break;
		command(server, line, connector);
	}
	edge_drain(server->edge);
	set_held(server, false, false);
	keeping_stop(keeping);
	writer_close(server->writer);
	set_held(server, false, true);
	pthread_join(thread, NULL);
	edge_stop(server->edge);
	puts("ended");
}

int main(int argc, char **argv)
{
	struct clock *clock = clock_system();
	struct metrics *metrics = sdk_xalloc(sizeof *metrics);
	struct server server = {
	    .clock = {server_now, server_mono}, .lock = PTHREAD_MUTEX_INITIALIZER, .go = PTHREAD_COND_INITIALIZER};
	struct log log = {2, LOG_INFO, LOG_JSON, false, log_now, clock};
	const struct ent_connector *connector = entente_connector(ENT_ABI);
	struct supplier_set *set = suppliers("orion", connector);
	char path[4096];
	struct store_meta meta;
	struct db *db;
	struct ent_err err;

	if (argc < 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(metrics, 0, sizeof *metrics);
	snprintf(path, sizeof path, "%s/edge.db", argv[1]);
	if (store_open(path, NULL, 4, clock, chance_system(), &db, &meta, &err) != ENT_OK)
		die("store", &err);
	first_token(db);
	server.writer =
	    writer_new(db, &meta, clock, chance_system(), metrics,
		       &(struct writer_options){(size_t)number(argc, argv, "queue_max", 10000), 500, 4000}, NULL, NULL);
	writer_reload(server.writer, set);
	const struct edge_options options = {.listen = ENT_STR("127.0.0.1"),
					     .port = number(argc, argv, "port", 0),
					     .threads = number(argc, argv, "threads", 2),
					     .read_threads = number(argc, argv, "read_threads", 2),
					     .read_ms = number(argc, argv, "read_ms", 60000),
					     .body_max = (size_t)number(argc, argv, "body_max", 1 << 20),
					     .header_max = (size_t)number(argc, argv, "header_max", 32768),
					     .connections_max = number(argc, argv, "connections_max", 4096),
					     .connections_per_ip_max = number(argc, argv, "per_ip", 0),
					     .idle_s = number(argc, argv, "idle_s", 60),
					     .request_s = number(argc, argv, "request_s", 30),
					     .sse_max = number(argc, argv, "sse_max", 32),
					     .presence = ENT_STR("us,telnord"),
					     .upload_max = (size_t)number(argc, argv, "upload_max", 4 << 20),
					     .staged_max = number(argc, argv, "staged_max", 64 << 20),
					     .files_max = number(argc, argv, "files_max", 256 << 20),
					     .upload_checks = number(argc, argv, "checks", 0) != 0,
					     .store_path = sdk_str(path),
					     .source = ENT_STR("/entente/test"),
					     .ways = {.idle_ms = 3600000, .absolute_ms = 86400000}};
	char words[4096 + 16];
	snprintf(words, sizeof words, "%s/" SEARCH_FILE, argv[1]);
	if (search_start(words, path, set, metrics, &log, &server.search, &err) != ENT_OK)
		die("search", &err);
	char folder[4096 + 16], check[4096];
	struct keeping *keeping = NULL;
	struct files *files = NULL;
	snprintf(folder, sizeof folder, "%s/files", argv[1]);
	snprintf(check, sizeof check, "%s", getenv("EDGE_TEST_CHECK") ? getenv("EDGE_TEST_CHECK") : "");
	if (files_open(sdk_str(folder), &files, &err) != ENT_OK ||
	    keeping_start(&(struct keeping_options){sdk_str(folder), sdk_str(path), sdk_str(check), 1000}, files,
			  server.writer, clock, &log, &keeping, &err) != ENT_OK)
		die("files", &err);
	const struct face_world world = {.files = files,
					 .search = server.search,
					 .writer = server.writer,
					 .clock = &server.clock,
					 .chance = chance_system(),
					 .metrics = metrics,
					 .log = &log,
					 .readiness = readiness,
					 .reload = count_reload,
					 .of = &server};
	if (edge_start(&options, &world, set, &server.edge, &err) != ENT_OK)
		die("edge", &err);
	supplier_set_unref(set);
	serve(&server, connector, keeping);
	files_close(files);
	search_stop(server.search);
	writer_free(server.writer);
	free(metrics);
	return 0;
}
