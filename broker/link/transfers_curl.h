/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real transfers, by libcurl: a pool of connections for each supplier, all moved by one epoll set. No connection
 * serves two suppliers, and each is vetted by the rules of its supplier when it is opened.
 */
#ifndef LINK_TRANSFERS_CURL_H
#define LINK_TRANSFERS_CURL_H

#include "link/transfers.h"

/* curl_global_init() must have run. */
struct transfers *transfers_curl_new(void);
void transfers_curl_free(struct transfers *transfers); /* takes NULL */
/* Blocks until a transfer moves, timeout_ms passed, or transfers_curl_wake() (any thread). */
void transfers_curl_wait(struct transfers *transfers, int timeout_ms);
void transfers_curl_wake(struct transfers *transfers);
/* Gives up all transfers: each ends as LOST or NOT_SENT. */
void transfers_curl_give_up(struct transfers *transfers);

#endif
