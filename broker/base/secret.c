/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets live in pages of their own: kept out of core dumps and swap where the
 * system allows (a refused mlock is no failure), wiped before they are unmapped.
 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One byte more than a secret may have, so that a longer one is noticed. */
#define SECRET_ROOM (2 * SECRET_SIZE_MAX)

static char *room_take(void)
{
	char *room = mmap(NULL, SECRET_ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		abort();
	(void)madvise(room, SECRET_ROOM, MADV_DONTDUMP); /* without it the secret still works */
	(void)mlock(room, SECRET_ROOM);                  /* RLIMIT_MEMLOCK may forbid it */
	return room;
}

void secret_release(struct secret *secret)
{
	if (!secret->bytes)
		return;
	explicit_bzero(secret->bytes, SECRET_ROOM);
	(void)munmap(secret->bytes, SECRET_ROOM);
	*secret = (struct secret){NULL, 0};
}

struct ent_str secret_bytes(const struct secret *secret)
{
	return (struct ent_str){secret->bytes, secret->n};
}

static bool is_variable_name(struct ent_str name)
{
	if (name.n == 0 || name.n > 255)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return true;
}

static enum ent_rc load_env(struct ent_str name, struct secret *into, struct ent_err *err)
{
	char z[256];
	const char *value;

	if (!is_variable_name(name))
		return sdk_fail(err, ENT_EINVAL, "env: is not followed by the name of an environment variable");
	memcpy(z, name.p, name.n);
	z[name.n] = '\0';
	value = getenv(z);
	if (!value)
		return sdk_fail(err, ENT_EINVAL, "env:%s: the environment variable is not set", z);
	into->n = strlen(value);
	if (into->n > SECRET_SIZE_MAX)
		return sdk_fail(err, ENT_EINVAL, "env:%s has more than %d bytes", z, SECRET_SIZE_MAX);
	memcpy(into->bytes, value, into->n);
	if (into->n == 0)
		return sdk_fail(err, ENT_EINVAL, "env:%s is empty", z);
	return ENT_OK;
}

static enum ent_rc file_vet(int fd, const char *path, struct ent_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return sdk_fail(err, ENT_EINVAL, "file:%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return sdk_fail(err, ENT_EINVAL, "file:%s is not a regular file", path);
	if (st.st_mode & S_IRWXO)
		return sdk_fail(err, ENT_EINVAL, "file:%s is open to everyone (mode %04o): chmod o-rwx it", path,
				(unsigned)(st.st_mode & 07777));
	return ENT_OK;
}

static enum ent_rc secret_file_read(int fd, const char *path, struct secret *into, struct ent_err *err)
{
	for (;;) {
		ssize_t got = read(fd, into->bytes + into->n, SECRET_ROOM - into->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return sdk_fail(err, ENT_EINVAL, "file:%s: %s", path, strerror(errno));
		if (got == 0)
			break;
		into->n += (size_t)got;
		if (into->n == SECRET_ROOM)
			break;
	}
	while (into->n > 0 && (into->bytes[into->n - 1] == '\n' || into->bytes[into->n - 1] == '\r'))
		into->n--;
	if (into->n > SECRET_SIZE_MAX)
		return sdk_fail(err, ENT_EINVAL, "file:%s has more than %d bytes", path, SECRET_SIZE_MAX);
	if (into->n == 0)
		return sdk_fail(err, ENT_EINVAL, "file:%s is empty", path);
	return ENT_OK;
}

static enum ent_rc load_file(struct ent_str path, struct secret *into, struct ent_err *err)
{
	char z[4096];
	enum ent_rc rc;
	int fd;

	if (path.n == 0 || path.n >= sizeof z || path.p[0] != '/' || memchr(path.p, '\0', path.n))
		return sdk_fail(err, ENT_EINVAL, "file: is not followed by an absolute path");
	memcpy(z, path.p, path.n);
	z[path.n] = '\0';
	/* not blocking: a FIFO must not stop the start */
	fd = open(z, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return sdk_fail(err, ENT_EINVAL, "file:%s: %s", z, strerror(errno));
	rc = file_vet(fd, z, err);
	if (rc == ENT_OK)
		rc = secret_file_read(fd, z, into, err);
	(void)close(fd); /* nothing was written */
	return rc;
}

enum ent_rc secret_load(struct ent_str reference, struct secret *ret, struct ent_err *err)
{
	struct secret secret = {NULL, 0};
	enum ent_rc rc;

	if (!sdk_starts(reference, "env:") && !sdk_starts(reference, "file:"))
		/* the text is not repeated: it may be the secret itself */
		return sdk_fail(err, ENT_EINVAL,
				"is not a reference: write env:NAME or file:/path, never the secret itself");
	secret.bytes = room_take();
	if (reference.p[0] == 'e')
		rc = load_env((struct ent_str){reference.p + 4, reference.n - 4}, &secret, err);
	else
		rc = load_file((struct ent_str){reference.p + 5, reference.n - 5}, &secret, err);
	if (rc != ENT_OK) {
		secret_release(&secret);
		return rc;
	}
	*ret = secret;
	return ENT_OK;
}
