/* SPDX-License-Identifier: Apache-2.0 */
#include "core/origin.h"

#include "core/url.h"

/* 127.0.0.0/8. A name such as 127.example is none. */
static bool is_loopback_4(struct ent_str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] != '.' && (host.p[i] < '0' || host.p[i] > '9'))
			return false;
	return sdk_starts(host, "127.");
}

bool origin_is_loopback(struct ent_str host)
{
	return sdk_eqz(host, "localhost") || sdk_eqz(host, "::1") || is_loopback_4(host);
}

bool origin_is_public(struct ent_str url, bool *ret_is_plain)
{
	struct url parts;
	struct ent_err err;

	if (url_read(url, &parts, &err) != ENT_OK || parts.path.n > 0)
		return false;
	*ret_is_plain = !parts.is_tls;
	return parts.is_tls || origin_is_loopback(parts.host);
}

bool origin_is_ours(struct ent_str public_url, struct ent_str sec_fetch_site, struct ent_str origin)
{
	if (sec_fetch_site.p && !sdk_eqz(sec_fetch_site, "same-origin") &&
	    !(sdk_eqz(sec_fetch_site, "none") && sdk_eq(origin, public_url)))
		return false;
	if (sec_fetch_site.p && sdk_eqz(sec_fetch_site, "same-origin"))
		return origin.p == NULL || sdk_eqz(origin, "null") || sdk_eq(origin, public_url);
	return origin.p && sdk_eq(origin, public_url);
}

struct ent_str origin_cookie(struct ent_str header, const char *name)
{
	struct ent_str ret = ENT_ABSENT, rest = header;
	size_t n = 0;

	while (rest.p && rest.n) {
		struct ent_str value, one = sdk_cut(sdk_trim(sdk_cut(rest, ';', &rest)), '=', &value);

		if (!value.p || !sdk_eqz(one, name))
			continue;
		ret = value;
		n++;
	}
	return n == 1 ? ret : ENT_ABSENT;
}
