/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in where a tool keeps sessions (the op ENT_LOGIN). All other requests to that supplier wait for it. */
#ifndef LINK_LOGIN_H
#define LINK_LOGIN_H

#include <stdbool.h>

struct flight;

void login_begin(struct flight *for_whom);
/* The tool does not accept our session any more. True: the flight waits for another one and asks again. */
bool login_is_over(struct flight *flight);

#endif
