/* SPDX-License-Identifier: Apache-2.0 */
/* One round trip of a flight: the connector builds a request, the request is sent, the connector parses the answer.
 * Then it is judged what the answer says of the supplier, and the flight's work hears how the trip ended. */
#ifndef LINK_TRIP_H
#define LINK_TRIP_H

#include "link/transfers.h"

struct flight;

void trip_ask(struct flight *flight); /* its turn has come */
void trip_took(struct flight *flight, const struct transfer_end *end);

#endif
