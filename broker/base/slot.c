/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEATHS_MAX 256 /* the oldest go */
#define DEATHS     "deaths"
#define PREFIX     "slot-"

/* The file of a thread, mapped. */
struct page {
	_Atomic uint32_t full; /* stored after id: only what is whole counts */
	struct slot_id id;
};

struct death {
	struct slot_id id;
	uint32_t n;
};

struct slots {
	char folder[4000];
	struct log *log;
	pthread_mutex_t lock; /* of death */
	struct death death[DEATHS_MAX];
	size_t n;
};

struct slot {
	struct slots *slots;
	struct page *page;
	bool has_died; /* what is in it */
};

struct slot_id slot_id(const struct ent_str *part, size_t n)
{
	struct sdk_digest digest;
	struct slot_id id;

	sdk_digest_init(&digest);
	for (size_t i = 0; i < n; i++) {
		uint64_t size = part[i].n;

		sdk_digest_add(&digest, &size, sizeof size);
		sdk_digest_add(&digest, part[i].p ? part[i].p : "", part[i].n);
	}
	sdk_digest_end(&digest, id.hash);
	return id;
}

/* ---- deaths: under lock, or before any thread ------------------------------------- */

static struct death *death_of(struct slots *slots, const struct slot_id *id)
{
	for (size_t i = 0; i < slots->n; i++)
		if (memcmp(&slots->death[i].id, id, sizeof *id) == 0)
			return &slots->death[i];
	return NULL;
}

static void death_count(struct slots *slots, const struct slot_id *id)
{
	struct death *death = death_of(slots, id);

	if (!death && slots->n == DEATHS_MAX)
		memmove(slots->death, slots->death + 1, --slots->n * sizeof *slots->death);
	if (!death) {
		death = &slots->death[slots->n++];
		*death = (struct death){.id = *id};
	}
	death->n++;
	log_write(slots->log, LOG_ERROR, "slot.death", LOG_INT("times", death->n),
		  LOG_Z("why", "the last process ended while it read one arrival"),
		  LOG_Z("next", death->n < SLOT_DEATHS ? "it is read again when it comes again" : SLOT_REASON),
		  LOG_END);
}

/* A count that is lost costs a death more. */
static void deaths_save(struct slots *slots)
{
	char path[4096], part[4096];
	FILE *file;
	bool written;

	snprintf(path, sizeof path, "%s/" DEATHS, slots->folder);
	snprintf(part, sizeof part, "%s/" DEATHS ".part", slots->folder);
	file = fopen(part, "we");
	if (!file)
		return;
	written = fwrite(slots->death, sizeof *slots->death, slots->n, file) == slots->n;
	if (fclose(file) == 0 && written)
		(void)!rename(part, path);
}

static void deaths_load(struct slots *slots)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/" DEATHS, slots->folder);
	file = fopen(path, "re");
	if (!file)
		return;
	slots->n = fread(slots->death, sizeof *slots->death, DEATHS_MAX, file);
	(void)fclose(file);
}

/* Reads what the last process had in hand. */
static void slots_look(struct slots *slots, DIR *dir)
{
	char path[4096];

	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		struct page page = {0};
		FILE *file;

		if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) != 0)
			continue;
		snprintf(path, sizeof path, "%s/%.80s", slots->folder, entry->d_name);
		file = fopen(path, "re");
		if (file && fread(&page, sizeof page, 1, file) == 1 && page.full)
			death_count(slots, &page.id);
		if (file)
			(void)fclose(file);
		(void)unlink(path);
	}
}

enum ent_rc slots_open(const char *folder, struct log *log, struct slots **ret, struct ent_err *err)
{
	struct slots *slots;
	DIR *dir;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return sdk_fail(err, ENT_EINVAL, "%s cannot be made: %s", folder, strerror(errno));
	dir = opendir(folder);
	if (!dir)
		return sdk_fail(err, ENT_EINVAL, "%s cannot be read: %s", folder, strerror(errno));
	slots = sdk_xalloc(sizeof *slots);
	memset(slots, 0, sizeof *slots);
	snprintf(slots->folder, sizeof slots->folder, "%s", folder);
	slots->log = log;
	pthread_mutex_init(&slots->lock, NULL);
	deaths_load(slots);
	slots_look(slots, dir);
	(void)closedir(dir);
	deaths_save(slots);
	*ret = slots;
	return ENT_OK;
}

void slots_close(struct slots *slots)
{
	if (!slots)
		return;
	pthread_mutex_destroy(&slots->lock);
	free(slots);
}

void slots_forgive(struct slots *slots)
{
	if (!slots)
		return;
	pthread_mutex_lock(&slots->lock);
	for (size_t i = 0; i < slots->n; i++)
		if (slots->death[i].n >= SLOT_DEATHS)
			slots->death[i].n = SLOT_DEATHS - 1;
	deaths_save(slots);
	pthread_mutex_unlock(&slots->lock);
}

/* ---- a thread's --------------------------------------------------------------------- */

struct slot *slot_new(struct slots *slots, const char *name)
{
	struct slot *slot;
	char path[4096];
	void *page = MAP_FAILED;
	int fd;

	if (!slots)
		return NULL;
	snprintf(path, sizeof path, "%s/" PREFIX "%.40s", slots->folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0 && posix_fallocate(fd, 0, sizeof(struct page)) == 0)
		page = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (page == MAP_FAILED) {
		log_write(slots->log, LOG_WARN, "slot.none", LOG_Z("file", path), LOG_Z("why", strerror(errno)),
			  LOG_END);
		return NULL;
	}
	slot = sdk_xalloc(sizeof *slot);
	*slot = (struct slot){slots, page, false};
	return slot;
}

void slot_free(struct slot *slot)
{
	if (!slot)
		return;
	slot->page->full = 0;
	(void)munmap(slot->page, sizeof *slot->page);
	free(slot);
}

bool slot_enter(struct slot *slot, const struct slot_id *id, bool asked)
{
	const struct death *death;
	uint32_t n = 0;

	if (!slot)
		return true;
	pthread_mutex_lock(&slot->slots->lock);
	death = death_of(slot->slots, id);
	if (death)
		n = death->n;
	pthread_mutex_unlock(&slot->slots->lock);
	if (n >= SLOT_DEATHS && !asked)
		return false;
	slot->has_died = n > 0;
	slot->page->id = *id;
	slot->page->full = 1;
	return true;
}

void slot_leave(struct slot *slot)
{
	struct slots *slots;
	struct death *death;

	if (!slot)
		return;
	slot->page->full = 0;
	if (!slot->has_died)
		return;
	slots = slot->slots;
	pthread_mutex_lock(&slots->lock);
	death = death_of(slots, &slot->page->id);
	if (death) {
		*death = slots->death[--slots->n];
		deaths_save(slots);
	}
	pthread_mutex_unlock(&slots->lock);
}
