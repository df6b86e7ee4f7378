/* SPDX-License-Identifier: Apache-2.0 */
#include "link/refusal.h"

#define PATIENCE_MS 60000 /* without any sign that others are let in, or that nobody is */

enum refusal refusal_of(enum transfer_outcome outcome, int status, bool is_probe, bool can_probe)
{
	if (is_probe || outcome != TRANSFER_ANSWERED)
		return REFUSAL_US;
	if (can_probe)
		return REFUSAL_ASK;
	return status == 403 ? REFUSAL_TICKET : REFUSAL_US;
}

enum refusal_next refusal_next(bool is_closed, bool let_in_since, int status, int64_t since_ms)
{
	if (is_closed)
		return REFUSAL_WAITS;
	if (let_in_since)
		return REFUSAL_PARKS;
	/* In most tools 401 concerns us, not a ticket. So patience never ends: a delivery that only waits for a new
	 * secret may not be parked. */
	return status != 401 && since_ms >= PATIENCE_MS ? REFUSAL_PARKS : REFUSAL_AGAIN;
}
