/* SPDX-License-Identifier: Apache-2.0 */
#include "face/uri.h"

#include <assert.h>
#include <string.h>
#include "sdk/str.h"

bool uri_decode(struct ent_arena *arena, struct ent_str raw, bool plus, struct ent_str *ret)
{
	return sdk_percent_decode(arena, raw, plus, ret) && !sdk_has_control(*ret) && sdk_is_utf8(*ret);
}

bool uri_query(struct ent_arena *arena, struct ent_str raw, struct ent_header *ret, size_t max, size_t *ret_n)
{
	struct ent_str rest = raw;

	*ret_n = 0;
	while (rest.p != NULL && rest.n > 0) {
		struct ent_str value, name = sdk_cut(sdk_cut(rest, '&', &rest), '=', &value);

		if (*ret_n == max || !uri_decode(arena, name, true, &ret[*ret_n].name) ||
		    !uri_decode(arena, value, true, &ret[*ret_n].value))
			return false;
		++*ret_n;
	}
	return true;
}

bool uri_match(struct ent_str path, const char *pattern, struct ent_str *ret_param, size_t max)
{
	struct ent_str want = sdk_str(pattern);
	size_t n = 0;

	while (path.p != NULL && want.p != NULL) {
		struct ent_str is = sdk_cut(path, '/', &path), must = sdk_cut(want, '/', &want);

		if (sdk_eqz(must, "{}")) {
			if (is.n == 0)
				return false;
			assert(n < max);
			ret_param[n++] = is;
		} else if (!sdk_eq(is, must)) {
			return false;
		}
	}
	return path.p == NULL && want.p == NULL;
}

bool uri_is_path(struct ent_str path)
{
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c == '%' &&
		    (i + 2 >= path.n || sdk_hex_value(path.p[i + 1]) < 0 || sdk_hex_value(path.p[i + 2]) < 0))
			return false;
		if (c <= ' ' || c >= 0x7F || strchr("\"<>\\^`{|}", c) != NULL)
			return false;
	}
	return sdk_starts(path, "/") && !sdk_starts(path, "//");
}

struct ent_str uri_shown(struct ent_arena *arena, struct ent_str path)
{
	static const char hooks[] = "/hooks/";
	static const char invitation[] = "/invitation/";
	struct ent_str rest, name;

	if (sdk_starts(path, invitation))
		return sdk_format(arena, "%s***", invitation);
	if (!sdk_starts(path, hooks))
		return path;
	rest = (struct ent_str){path.p + sizeof hooks - 1, path.n - (sizeof hooks - 1)};
	name = sdk_cut(rest, '/', &rest);
	return rest.n > 0 ? sdk_format(arena, "%s%.*s/***", hooks, ENT_F(name)) : path;
}
