/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP as data: what a connector reads and asks for. Part of the contract, connector.h. */
#ifndef ENTENTE_HTTP_H
#define ENTENTE_HTTP_H

#include "entente/ticket.h"

struct ent_header {
	struct ent_str name, value;
};

struct ent_webhook {
	const struct ent_header *header;
	size_t n_header;
	struct ent_str body; /* the raw bytes, as signed */
	/* The rest of the path, behind the supplier's name, decoded: POST /hooks/NAME/this. A secret, for verify()
	 * alone. Absent: nothing stood there. */
	struct ent_str path_secret;
};

/* A secret that the connector never sees, and where in a request it belongs. The broker puts it in at the last moment.
 * A position and no marker in the text: nothing that stands in a ticket can ask for a secret. */
enum ent_place {
	ENT_IN_HEADER,
	ENT_IN_BODY,
	ENT_IN_PATH /* only for a tool without headers: whoever is on the way, a proxy, writes paths into its log */
};
enum ent_coding {
	ENT_AS_IT_IS,
	ENT_PERCENT, /* paths, always; forms */
	ENT_IN_JSON  /* inside the quotes of a JSON text */
};
struct ent_slot {
	struct ent_str name; /* of the supplier's `credentials`; session: of a value that ENT_LOGIN gave */
	bool session;
	enum ent_place place;
	enum ent_coding coding;
	size_t header; /* IN_HEADER: which one of request.header */
	size_t at;     /* bytes of the header's value, the body or the path that stand before it */
};
#define ENT_SLOTS_MAX   16
#define ENT_SESSION_MAX 8 /* values of one session; each of 1 to 4096 bytes, without a control character */

struct ent_request {
	const char *method;
	/* Under the supplier's base URL, begins with '/', query included, each part percent-encoded. An absolute URL
	 * that the tool gave (a link, Location) is taken when it lies under the base URL. */
	struct ent_str path;
	struct ent_str content_type, body;
	const struct ent_header *header; /* extra ones, e.g. an idempotency key or If-Match */
	size_t n_header;
	bool read; /* changes nothing there although it is no GET: an unknown outcome is then just asked again */
	bool sign; /* link adds webhook-signature, as Standard Webhooks says, over the header webhook-id, the header
		    * webhook-timestamp and body, with the supplier's first secret. Without a secret: ENT_EAUTH. Not
		    * with slots */
	const struct ent_slot *slot; /* of one place in the order of `at`; each reads *** in errors, events and logs */
	size_t n_slot;
};

struct ent_response {
	int status; /* POLL: 0 when the request left and no whole answer came (a time-out, too large, cut off); `body`
		     * says why. parse() puts the ticket aside after some attempts, or answers ENT_ERETRY */
	const struct ent_header *header;
	size_t n_header;
	struct ent_str body;
};

#endif
