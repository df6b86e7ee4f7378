/* SPDX-License-Identifier: Apache-2.0 */
#include "link/repeat.h"

enum ent_repeat repeat_how(const struct supplier *supplier, const struct ent_self *self, enum ent_op_kind op,
			   int64_t *ret_lag_ms)
{
	enum ent_repeat how = op == ENT_CREATE_TICKET || op == ENT_ADD_COMMENT ? ENT_REPEAT_NEVER : ENT_REPEAT_SAFE;
	unsigned lag_s = 0;

	if (supplier->connector->repeat)
		how = supplier->connector->repeat(self, op, &lag_s);
	*ret_lag_ms = supplier->link.search_lag_ms >= 0 ? supplier->link.search_lag_ms : (int64_t)lag_s * 1000;
	if (how != ENT_REPEAT_SEARCH)
		*ret_lag_ms = 0;
	return how;
}
