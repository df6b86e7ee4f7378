/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/import_source.h"

#define READ_SIZE ((size_t)256 << 10)

enum ent_rc import_source_open(struct import_source *source, const char *name, struct ent_err *err)
{
	struct stat st;
	int fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;

	if (fd < 0 || fstat(fd, &st) < 0)
		return sdk_fail(err, ENT_EINVAL, "%s cannot be read: %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		close(fd);
		return sdk_fail(err, ENT_EINVAL, "%s is a folder; a file of JSON lines is needed", name);
	}
	*source = (struct import_source){.fd = fd, .size = S_ISREG(st.st_mode) ? st.st_size : -1};
	sdk_buf_init(&source->read, IMPORT_LINE_MAX + READ_SIZE + 1);
	return ENT_OK;
}

void import_source_close(struct import_source *source)
{
	sdk_buf_release(&source->read);
	if (source->fd != STDIN_FILENO)
		close(source->fd);
}

/* 1: got some; 0: nothing waits in the pipe; -1: failed. At the end sets ended. */
static int source_fill(struct import_source *source)
{
	struct sdk_buf *buf = &source->read;
	struct pollfd waits = {.fd = source->fd, .events = POLLIN};
	char chunk[65536];

	if (source->taken) {
		memmove(buf->p, buf->p + source->taken, buf->n - source->taken);
		buf->n -= source->taken;
		source->taken = 0;
	}
	if (source->size < 0 && poll(&waits, 1, 0) == 0)
		return 0;
	ssize_t n = read(source->fd, chunk, sizeof chunk);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	if (n == 0)
		source->ended = true;
	else
		sdk_buf_add(buf, chunk, (size_t)n);
	return 1;
}

static bool is_empty_line(struct ent_str line)
{
	return sdk_trim(line).n == 0;
}

enum import_line import_source_next(struct import_source *source, struct ent_str *ret)
{
	size_t seen = 0; /* bytes after `taken` known to hold no line break */

	for (;;) {
		struct sdk_buf *buf = &source->read;
		size_t n = buf->n - source->taken;
		char *p = n ? buf->p + source->taken : NULL;
		char *lf = n > seen ? memchr(p + seen, '\n', n - seen) : NULL;

		if (lf || (source->ended && n)) {
			size_t size = lf ? (size_t)(lf - p) : n;
			*ret = (struct ent_str){p, size};
			source->taken += size + (lf ? 1 : 0);
			source->offset += (int64_t)(size + (lf ? 1 : 0));
			source->line++;
			seen = 0;
			if (source->skipping || size > IMPORT_LINE_MAX) {
				source->skipping = false;
				return IMPORT_TOO_LONG;
			}
			if (is_empty_line(*ret))
				continue;
			return IMPORT_LINE;
		}
		if (source->ended && source->skipping) {
			source->skipping = false;
			source->line++;
			return IMPORT_TOO_LONG;
		}
		if (source->ended)
			return IMPORT_END;
		seen = n;
		if (n > IMPORT_LINE_MAX) {
			source->skipping = true;
			source->taken += n;
			source->offset += (int64_t)n;
			seen = 0;
		}
		int got = source_fill(source);
		if (got <= 0)
			return got ? IMPORT_BROKEN : IMPORT_NOTHING_YET;
	}
}

enum ent_rc import_request(struct ent_arena *arena, struct ent_str line, const char *order_by, struct ent_str *ret,
			   struct ent_str *ret_order, struct ent_err *err)
{
	static const char *const member[] = {"supplier", "delivery_id", "headers", "body"};
	const struct sdk_json *arrival;
	struct sdk_jsonw w;
	struct sdk_buf buf;
	enum ent_rc rc = sdk_json_parse(arena, line, &arrival, err);

	if (rc)
		return rc;
	if (sdk_json_kind(arrival) != SDK_JSON_OBJECT)
		return sdk_fail(err, ENT_EINVAL, "the line is no JSON object");
	struct ent_str supplier = sdk_json_text_at(arrival, "supplier");
	if (!supplier.n)
		return sdk_fail(err, ENT_EINVAL, "\"supplier\" is missing");
	if (!sdk_json_at(arrival, "body"))
		return sdk_fail(err, ENT_EINVAL, "\"body\" is missing");
	sdk_buf_init(&buf, line.n * 6 + 256);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	for (size_t i = 0; i < sizeof member / sizeof *member; i++) {
		const struct sdk_json *value = sdk_json_at(arrival, member[i]);
		if (value)
			sdk_jsonw_kraw(&w, member[i], sdk_json_print(arena, value));
	}
	sdk_jsonw_close(&w, '}');
	*ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	struct ent_str order = order_by ? sdk_json_text_at(sdk_json_at(arrival, "body"), order_by) : ENT_ABSENT;
	*ret_order = order.n ? order : supplier;
	return ENT_OK;
}
