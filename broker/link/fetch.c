/* SPDX-License-Identifier: Apache-2.0 */
#include "link/fetch.h"

#include "link/transfers_curl.h"

#define TURN_MS 100 /* so often `stop` is looked at */

static struct transfer transfer_of(const struct way_ask *ask, struct ent_header header[3])
{
	size_t n = 0;

	header[n++] = (struct ent_header){ENT_STR("Accept"), ENT_STR("application/json")};
	if (ask->body.p)
		header[n++] =
		    (struct ent_header){ENT_STR("Content-Type"), ENT_STR("application/x-www-form-urlencoded")};
	if (ask->authorization.p)
		header[n++] = (struct ent_header){ENT_STR("Authorization"), ask->authorization};
	return (struct transfer){.id = 1,
				 .link = ask->link,
				 .supplier = ENT_STR("sign_in"),
				 .method = ask->method,
				 .url = ask->url,
				 .header = header,
				 .n_header = n,
				 .body = ask->body};
}

enum ent_rc fetch_once(const struct way_ask *ask, struct ent_arena *arena, struct way_answer *ret, struct ent_err *err)
{
	struct transfers *transfers = transfers_curl_new();
	struct ent_header header[3];
	const struct transfer transfer = transfer_of(ask, header);
	struct transfer_end end = {.outcome = TRANSFER_LOST};
	bool ended = false;
	enum ent_rc rc = ENT_OK;

	transfers->start(transfers, &transfer);
	while (!(ended = transfers->next(transfers, &end)) && !atomic_load(ask->stop))
		transfers_curl_wait(transfers, TURN_MS);
	if (!ended)
		rc = sdk_fail_as(err, ENT_ERETRY, "sign.stopping", "the broker is being stopped");
	else if (end.outcome != TRANSFER_ANSWERED)
		rc = sdk_fail_said(err, ENT_ERETRY, sdk_said(&end.why));
	else
		*ret = (struct way_answer){end.response.status, sdk_dup(arena, end.response.body)};
	transfers_curl_free(transfers);
	return rc;
}
