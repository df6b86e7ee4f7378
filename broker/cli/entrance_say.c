/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/entrance_say.h"

struct ways_in entrance_ways(const struct config *config)
{
	return (struct ways_in){.public_url = config->public_url,
				.idle_ms = config->sessions.idle_s * 1000,
				.absolute_ms = config->sessions.absolute_s * 1000,
				.proxies = config->http.proxies,
				.at = config->way,
				.n = config->n_way};
}

void entrance_say(struct log *log, const struct edge *edge)
{
	bool is_plain;
	struct ent_str url = edge_public_url(edge, &is_plain);

	if (url.n == 0)
		log_write(log, LOG_WARN, "sign_in.closed",
			  LOG_Z("why", "public_url is not set, and the broker does not listen on a loopback address"),
			  LOG_Z("next", "tokens work; for people set public_url to the address that browsers use"),
			  LOG_END);
	else if (is_plain)
		log_write(log, LOG_WARN, "sign_in.plain", LOG_STR("url", url),
			  LOG_Z("why", "people sign in over http on this machine: the cookie entente_session goes "
				       "without Secure and without the prefix __Host-"),
			  LOG_Z("next", "for other machines set public_url to an https: address"), LOG_END);
}
