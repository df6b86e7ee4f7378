/* SPDX-License-Identifier: Apache-2.0 */
/* An issue that was transferred, or whose repository was renamed. */
#include "github.h"

#include <string.h>

#include "sdk/http.h"

bool github_is_moved(const struct ent_response *response)
{
	int status = response->status;

	return (status == 301 || status == 302 || status == 307 || status == 308) &&
	       sdk_http_header(response, "location").n > 0;
}

enum ent_rc github_ask_moved(const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret)
{
	struct ent_str to = sdk_http_header(response, "location");

	if (to.n > 9 && memcmp(to.p + to.n - 9, "/comments", 9) == 0)
		to.n -= 9;
	ret->memo = sdk_dup(arena, to);
	ret->phase = GITHUB_MOVED;
	return ENT_MORE;
}

enum ent_rc github_follow(const struct github_settings *settings, const struct ent_call *call,
			  const struct sdk_json *issue, struct ent_arena *arena, struct ent_result *ret,
			  struct ent_err *err)
{
	struct ent_str id = call->op.ticket.id;
	struct ent_change told;
	struct sdk_changes list;
	enum ent_rc rc;

	sdk_changes_init(&list, arena);
	rc = github_tell(settings, issue, &list, err);
	if (rc != ENT_OK || sdk_eq(list.at[0].ticket.id, id))
		return rc;
	told = list.at[0];
	list.at[0] = (struct ent_change){.kind = ENT_TICKET_CONTINUES,
					 .stamp = told.stamp,
					 .ticket = {.id = id},
					 .continues_as = {told.ticket.id, told.ticket.key}};
	*sdk_changes_add(&list, ENT_TICKET_CHANGED) = told;
	rc = sdk_changes_take(&list, &ret->changes, err);
	return rc != ENT_OK ? rc
			    : sdk_fail_as(err, ENT_EGONE, "github.transferred",
					  "the issue was transferred: it is {ticket=%.*s} now", ENT_F(told.ticket.key));
}
