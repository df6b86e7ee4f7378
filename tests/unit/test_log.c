/* SPDX-License-Identifier: Apache-2.0 */
/* One line each, whatever stands in the fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "sdk/json.h"

static int64_t fixed_ms(void *clock)
{
	(void)clock;
	return 1795321125000; /* 2026-11-22T04:18:45Z */
}

static char line[65536]; /* what the last log_write wrote, NUL-terminated */

static struct log log_to(int fd, enum log_format format)
{
	return (struct log){.fd = fd, .level = LOG_INFO, .format = format, .now_ms = fixed_ms};
}

static size_t line_read(int fd)
{
	ssize_t n = read(fd, line, sizeof line - 1);

	assert_true(n >= 0);
	line[n] = '\0';
	return (size_t)n;
}

static void json_lines(void **state)
{
	int fd[2];
	struct log log;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	log = log_to(fd[1], LOG_JSON);
	log_write(&log, LOG_DEBUG, "below.level", LOG_END);
	log_write(&log, LOG_WARN, "relay.slow", LOG_INT("events", 3), LOG_Z("topic", "a\"b\nc\033"), LOG_END);
	close(fd[1]);
	line_read(fd[0]);
	assert_string_equal(line, "{\"time\":\"2026-11-22T04:18:45.000Z\",\"level\":\"warn\",\"event\":\"relay.slow\","
				  "\"events\":3,\"topic\":\"a\\\"b\\nc\\u001b\"}\n");
	close(fd[0]);
}

static void text_lines(void **state)
{
	int fd[2];
	struct log log;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	log = log_to(fd[1], LOG_TEXT);
	log_write(&log, LOG_ERROR, "hook.refused", LOG_Z("supplier", "orion"),
		  LOG_STR("why", ENT_STR("no\nlevel=info \033[2J \xC2\x9B \xC3\xA9")), LOG_STR("absent", ENT_ABSENT),
		  LOG_END);
	close(fd[1]);
	line_read(fd[0]);
	assert_string_equal(line, "2026-11-22T04:18:45.000Z ERROR hook.refused supplier=orion "
				  "why=\"no\\x0alevel=info \\x1b[2J \\x9b \xC3\xA9\" absent=-\n");
	close(fd[0]);
}

/* No UTF-8, far too long, cut in the middle of a character: still one line of valid JSON. */
static void hostile_values(void **state)
{
	static char big[5000];
	int fd[2];
	struct log log;
	size_t n;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof big; i += 2) {
		big[i] = (char)0xC3;
		big[i + 1] = (char)0xA9;
	}
	assert_int_equal(pipe(fd), 0);
	log = log_to(fd[1], LOG_JSON);
	log_write(&log, LOG_INFO, "x", LOG_STR("even", ((struct ent_str){big, 5000})),
		  LOG_STR("odd", ((struct ent_str){big + 1, 4999})), LOG_STR("bad", ENT_STR("a\xFF\xC0 b")), LOG_END);
	close(fd[1]);
	n = line_read(fd[0]);
	assert_true(n > 4000 && n < 5000);
	assert_ptr_equal(strchr(line, '\n'), line + n - 1);
	assert_int_equal(sdk_json_check((struct ent_str){line, n - 1}, &(struct ent_err){0}), ENT_OK);
	assert_non_null(strstr(line, "\"bad\":\"a?? b\""));
	close(fd[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_lines),
	    cmocka_unit_test(text_lines),
	    cmocka_unit_test(hostile_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
