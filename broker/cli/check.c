/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void check_say(struct check *check, enum result result, const char *name, const char *fmt, ...)
{
	static const char *const mark[] = {"ok   ", "warn ", "FAIL "}, *const word[] = {"ok", "warn", "fail"};
	va_list args;
	char *text = NULL;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		abort();
	check->n_fail += result == RESULT_FAIL;
	check->n_warn += result == RESULT_WARN;
	if (check->json) {
		sdk_jsonw_open(&check->w, '{');
		sdk_jsonw_kz(&check->w, "name", name);
		sdk_jsonw_kz(&check->w, "result", word[result]);
		sdk_jsonw_kz(&check->w, "text", text);
		sdk_jsonw_close(&check->w, '}');
	} else {
		sdk_buf_format(&check->out, "%s%s: %s\n", mark[result], name, text);
	}
	free(text);
}
