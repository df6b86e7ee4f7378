/* SPDX-License-Identifier: Apache-2.0 */
/* Retry-After, in the forms that RFC 9110 names. */
#include "link/transfers.h"

#include "sdk/http.h"

#define RETRY_AFTER_MAX_MS 3600000
#define SECONDS_DIGITS_MAX 18 /* more of them are an hour anyhow, and do not fit */

int64_t transfers_retry_after_ms(struct ent_str value, int64_t now_ms)
{
	int64_t at;

	value = sdk_trim(value);
	if (value.n == 0 || value.n > 64)
		return -1;
	for (size_t i = 0; i <= value.n; i++) {
		if (i == value.n) { /* digits only */
			if (value.n > SECONDS_DIGITS_MAX)
				return RETRY_AFTER_MAX_MS;
			if (!sdk_to_int(value, &at))
				return -1;
			return at > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : at * 1000;
		}
		if (value.p[i] < '0' || value.p[i] > '9')
			break;
	}
	if (!sdk_http_date(value, now_ms, &at))
		return -1;
	if (at <= now_ms)
		return 0;
	return at - now_ms > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : at - now_ms;
}
