/* SPDX-License-Identifier: Apache-2.0 */
#include "link/keeping.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "link/hook.h"

enum { LOOK_MS = 500 };

struct keeping {
	struct sdk_arena arena;
	struct keeping_options options;
	struct keeper *keeper;
	struct writer *writer;
	struct clock *clock;
	struct log *log;
	pthread_t id;
	int stop_fd;

	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool is_answered; /* under lock */
};

/* ---- jobs: the writer does them, and this thread waits ------------------------------------------ */

static void keeping_answered(struct job *job)
{
	struct keeping *keeping = job->owner;

	pthread_mutex_lock(&keeping->lock);
	keeping->is_answered = true;
	pthread_cond_signal(&keeping->answered);
	pthread_mutex_unlock(&keeping->lock);
}

/* False: not now. */
static bool keeping_job(struct keeping *keeping, struct job *job)
{
	job->answer = keeping_answered;
	job->owner = keeping;
	keeping->is_answered = false;
	if (!writer_submit(keeping->writer, job))
		return false;
	pthread_mutex_lock(&keeping->lock);
	while (!keeping->is_answered)
		pthread_cond_wait(&keeping->answered, &keeping->lock);
	pthread_mutex_unlock(&keeping->lock);
	return job->outcome == JOB_ACCEPTED;
}

static void keeping_look(struct keeping *keeping)
{
	struct clock *clock = keeping->clock;
	struct uploads_kept kept;
	struct job job = {.kind = JOB_UPLOADS_KEPT, .kept = &kept};

	if (keeper_look(keeping->keeper, clock->now_ms(clock), clock->mono_us(clock) / 1000, &kept))
		(void)keeping_job(keeping, &job); /* not now: the same comes again */
}

/* ---- attachments.check -------------------------------------------------------------------------------- */

/* Without a check those that wait for one are clean: the setting was taken away. */
static enum hook_end check_file(struct keeping *keeping, const char *hash)
{
	struct sdk_arena arena;
	enum hook_end end;

	if (!keeping->options.check.n)
		return HOOK_CLEAN;
	sdk_arena_init(&arena);
	end = hook_run(keeping->clock, keeping->options.check,
		       sdk_z(&arena.abi, files_path(&arena.abi, keeping->options.folder, hash)),
		       keeping->options.check_ms, keeping->stop_fd);
	sdk_arena_release(&arena);
	return end;
}

static void check_log(const struct keeping *keeping, const struct keeper_upload *upload, enum hook_end end)
{
	if (end == HOOK_REFUSED)
		log_write(keeping->log, LOG_WARN, "upload.refused", LOG_Z("id", upload->id), LOG_END);
	else if (end != HOOK_CLEAN)
		log_write(keeping->log, LOG_WARN, "upload.not_checked", LOG_Z("id", upload->id),
			  LOG_Z("why", end == HOOK_LATE ? "attachments.check took longer than attachments.check_time"
							: "attachments.check ended with neither 0 nor 1"),
			  LOG_INT("tries", upload->tries + 1),
			  LOG_Z("next", "nobody gets the file; it is checked again"), LOG_END);
}

/* False: nothing is left to check now. */
static bool keeping_check(struct keeping *keeping)
{
	struct upload_row row = {.state = UPLOAD_CHECKING};
	struct job job = {.kind = JOB_UPLOAD_JUDGED, .upload = &row};
	struct keeper_upload upload;

	if (!keeper_unchecked(keeping->keeper, keeping->clock->now_ms(keeping->clock), &upload))
		return false;
	const enum hook_end end = check_file(keeping, upload.hash);
	if (end == HOOK_STOPPED)
		return false;
	if (end == HOOK_CLEAN || end == HOOK_REFUSED)
		row.state = end == HOOK_CLEAN ? UPLOAD_KEPT : UPLOAD_REFUSED;
	memcpy(job.ask.comment_uuid, upload.id, ID_SIZE);
	check_log(keeping, &upload, end);
	return keeping_job(keeping, &job);
}

/* ---- the thread --------------------------------------------------------------------------------------------- */

static bool keeping_stops(const struct keeping *keeping, int wait_ms)
{
	struct pollfd wait = {.fd = keeping->stop_fd, .events = POLLIN};

	return poll(&wait, 1, wait_ms) > 0;
}

static void *keeping_main(void *of)
{
	struct keeping *keeping = of;

	pthread_setname_np(pthread_self(), "keeper");
	do {
		keeping_look(keeping);
		while (!keeping_stops(keeping, 0) && keeping_check(keeping))
			keeping_look(keeping); /* files that take long to check hold up no removal */
	} while (!keeping_stops(keeping, LOOK_MS));
	return NULL;
}

static void keeping_free(struct keeping *keeping)
{
	keeper_close(keeping->keeper);
	if (keeping->stop_fd >= 0)
		close(keeping->stop_fd);
	pthread_cond_destroy(&keeping->answered);
	pthread_mutex_destroy(&keeping->lock);
	sdk_arena_release(&keeping->arena);
	free(keeping);
}

enum ent_rc keeping_start(const struct keeping_options *options, struct files *files, struct writer *writer,
			  struct clock *clock, struct log *log, struct keeping **ret, struct ent_err *err)
{
	struct keeping *keeping = sdk_xalloc(sizeof *keeping);
	struct ent_arena *arena = &keeping->arena.abi;
	enum ent_rc rc;

	memset(keeping, 0, sizeof *keeping);
	sdk_arena_init(&keeping->arena);
	keeping->options = (struct keeping_options){sdk_dup(arena, options->folder), ENT_ABSENT,
						    sdk_dup(arena, options->check), options->check_ms};
	keeping->writer = writer;
	keeping->clock = clock;
	keeping->log = log;
	pthread_mutex_init(&keeping->lock, NULL);
	pthread_cond_init(&keeping->answered, NULL);
	keeping->stop_fd = eventfd(0, EFD_CLOEXEC);
	rc = keeper_open(options->store_path, options->folder, files, &keeping->keeper, err);
	if (rc == ENT_OK && (keeping->stop_fd < 0 || pthread_create(&keeping->id, NULL, keeping_main, keeping) != 0))
		rc = sdk_fail_as(err, ENT_EINVAL, "files.no_thread", "the thread of the files could not be started");
	if (rc == ENT_OK)
		*ret = keeping;
	else
		keeping_free(keeping);
	return rc;
}

void keeping_stop(struct keeping *keeping)
{
	uint64_t one = 1;

	if (!keeping)
		return;
	(void)!write(keeping->stop_fd, &one, sizeof one);
	pthread_join(keeping->id, NULL);
	keeping_free(keeping);
}
