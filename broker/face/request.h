/* SPDX-License-Identifier: Apache-2.0 */
/* A request as it was sent, read but not judged. */
#ifndef FACE_REQUEST_H
#define FACE_REQUEST_H

#include "entente/connector.h"

struct request {
	struct ent_str method, target; /* as sent; target begins with '/' */
	struct ent_header *header;
	size_t n_header;
	int64_t length; /* Content-Length, 0 when there is none; -1: chunked */
	bool old;       /* HTTP/1.0 */
	bool close;     /* this request is the connection's last */
	bool expects;   /* "Expect: 100-continue" */
};

#endif
