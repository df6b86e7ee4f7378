/* SPDX-License-Identifier: Apache-2.0 */
#include "link/ending.h"

#include "sdk/http.h"
#include "sdk/webhook.h"

enum { PAUSE_SAID_MAX_MS = 3600000 /* of a pause that a connector reads in an answer */ };

void ending_unanswered(struct ending *ending, const struct transfer_end *end, bool writes)
{
	ending->err = end->why;
	ending->rc = end->outcome == TRANSFER_REFUSED ? ENT_EAUTH : ENT_ERETRY;
	ending->is_lost = end->outcome == TRANSFER_LOST && writes;
}

enum ending_pause ending_pause(struct ending *ending, const struct ent_response *response, int64_t now_ms)
{
	int64_t ms = sdk_http_retry_after(sdk_http_header(response, "Retry-After"), now_ms);
	int64_t said_ms = (int64_t)ending->result.retry_after_s * 1000;
	int status = response->status;

	if (said_ms > 0 && said_ms > ms)
		ms = said_ms < PAUSE_SAID_MAX_MS ? said_ms : PAUSE_SAID_MAX_MS;
	ending->wait_ms = ms > 0 ? ms : 0;
	if (ending->rc != ENT_ERETRY || (status != 429 && status != 503 && status != 403))
		return PAUSE_OURS;
	return ms < 0 && status != 503 ? PAUSE_UNSAID : PAUSE_SUPPLIER;
}

enum ending_verdict ending_verdict(const struct ending *ending, enum transfer_outcome outcome, bool asks_who)
{
	if (ending->rc == ENT_ERETRY)
		return VERDICT_FAILED;
	if (ending->rc == ENT_EAUTH)
		return VERDICT_REFUSED;
	return outcome == TRANSFER_ANSWERED && (!asks_who || ending->rc == ENT_OK) ? VERDICT_WELL : VERDICT_NONE;
}

static bool is_4xx(const struct ending *ending)
{
	return ending->status >= 400 && ending->status < 500;
}

bool ending_is_no(const struct ending *ending)
{
	return ending->is_built && (ending->rc == ENT_ETOOLONG || ending->result.said_no || is_4xx(ending));
}

bool ending_wrote(const struct ending *ending, bool writes)
{
	return writes && ending->is_built && ending->status >= 200 && ending->status < 400;
}

bool ending_is_unread(const struct ending *ending, bool writes)
{
	return writes && ending->is_built && !is_4xx(ending) && !ending->result.said_no;
}
