/* SPDX-License-Identifier: Apache-2.0 */
/* OAuth2's client credentials: fetches the token that all other requests to a supplier wait for. */
#ifndef LINK_OAUTH_H
#define LINK_OAUTH_H

struct flight;

void oauth_fetch(struct flight *for_whom);

#endif
