/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/title.h"

#define OPEN "[ENT-"

struct ent_str sdk_title_split(struct ent_str title, struct ent_str *ret_number)
{
	struct ent_str all = sdk_trim(title), inside;
	size_t begin = all.n, digits = 0;

	*ret_number = ENT_ABSENT;
	if (all.n == 0 || all.p[all.n - 1] != ']')
		return title;
	while (begin > 0 && all.p[begin - 1] != '[')
		begin--;
	if (begin == 0)
		return title;
	inside = (struct ent_str){all.p + begin - 1, all.n - begin + 1};
	if (!sdk_starts(inside, OPEN))
		return title;
	for (size_t i = sizeof(OPEN) - 1; i + 1 < inside.n; i++, digits++)
		if (inside.p[i] < '0' || inside.p[i] > '9')
			return title;
	if (digits == 0 || digits > 18)
		return title;
	*ret_number = (struct ent_str){inside.p + 1, inside.n - 2};
	return sdk_trim((struct ent_str){all.p, begin - 1});
}
