/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole contract between the broker and a connector.
 *
 * A connector translates between one tool's HTTP API and Entente's ticket
 * language. It is pure functions over bytes: it opens no socket, reads no
 * clock, writes no log. The broker does all of that. The same arguments give
 * the same result, so a connector is tested from a text file, replayed from a
 * stored delivery, and fuzzed.
 *
 * Memory. What is passed in is borrowed until the call returns. What is handed
 * out is borrowed from an argument or taken from the call's arena. What a call
 * deferred there runs before the connector is unloaded: it may be its code.
 *
 * Threads. open() makes one state per supplier and thread; the broker never
 * uses one state on two threads. Without open() there is no state at all.
 *
 * Versions. ENT_ABI changes when a struct or a meaning here changes. The table
 * grows at its end only, and `size` says how much of it the connector knew: at
 * least through `decode`. To the broker what lies behind its `size` is zero.
 *   1  first version
 */
#ifndef ENTENTE_CONNECTOR_H
#define ENTENTE_CONNECTOR_H

#include "entente/ticket.h"

#define ENT_ABI 1u

/* ---- what the broker asks of a tool (the way out) ------------------------ */

enum ent_op_kind { ENT_CREATE_TICKET, ENT_UPDATE_TICKET, ENT_ADD_COMMENT, ENT_FETCH_TICKET, ENT_POLL };

struct ent_op {
	enum ent_op_kind kind;
	struct ent_str key; /* the same on every attempt: make the call idempotent with it */
	struct ent_ticket ticket;
	struct ent_comment comment;
};

/* ---- HTTP as data ------------------------------------------------------- */

struct ent_header {
	struct ent_str name, value;
};

struct ent_webhook {
	const struct ent_header *header;
	size_t n_header;
	struct ent_str body; /* the raw bytes, as signed */
};

struct ent_request {
	const char *method;
	struct ent_str path; /* under the supplier's base URL; the broker adds host and credentials */
	struct ent_str content_type, body;
	const struct ent_header *header; /* extra ones, e.g. an idempotency key */
	size_t n_header;
};

struct ent_response {
	int status;
	const struct ent_header *header;
	size_t n_header;
	struct ent_str body;
};

/* One attempt at one op. `memo` is what the previous phase asked to keep; the
 * broker stores it, so a crash between phases does not repeat the first. */
struct ent_call {
	struct ent_op op;
	unsigned phase, attempt;
	struct ent_str memo;
};

struct ent_result {
	struct ent_str remote_id; /* of what the op made or found */
	struct ent_str memo;      /* ENT_MORE: for the next phase. ENT_POLL: the cursor */
	unsigned retry_after_s;   /* ENT_ERETRY: 0 leaves it to the broker */
	struct ent_changes changes;
};

/* ---- the table ---------------------------------------------------------- */

enum ent_setting_type { ENT_SETTING_STR, ENT_SETTING_INT, ENT_SETTING_BOOL };

/* A row of the connector's settings: read from the supplier's `settings:` in the
 * configuration into a zeroed struct of settings_size bytes, at `offset`. */
struct ent_setting {
	const char *name;
	enum ent_setting_type type; /* struct ent_str, int64_t, bool */
	const char *dflt;           /* as written in the file; NULL: the supplier must set it */
	size_t offset;
	const char *help;
};

/* The tool's out-of-the-box words. The supplier's `map:` overrides row by row.
 * canonical: an enum ent_status name or "1".."5". The first row of a canonical
 * value is the one used on the way out. Ends with {0}. */
struct ent_map_row {
	const char *native, *canonical;
};

struct ent_self {
	const void *settings; /* settings_size bytes, filled */
	void *state;          /* what open() made, or NULL */
};

struct ent_connector {
	uint32_t abi, size; /* ENT_ABI, sizeof(struct ent_connector) */
	const char *name, *version;
	const char *summary;               /* one line: which tool, which API */
	uint32_t ops;                      /* 1u << each enum ent_op_kind that build() accepts */
	const struct ent_setting *setting; /* ends with {0}; NULL for none */
	size_t settings_size;
	const struct ent_map_row *status, *priority; /* NULL: the supplier's map is all there is */

	/* Check settings and compile what is costly. NULL when there is no state. */
	enum ent_rc (*open)(const void *settings, void **ret_state, struct ent_err *);
	void (*close)(void *state); /* takes NULL */

	/* Is this webhook the supplier's? Runs on the raw bytes, before anything is
	 * parsed or stored. Any of the n_secret secrets may match (rotation); with
	 * n_secret == 0 the supplier is configured as unsigned and the check is skipped.
	 * *ret_delivery: the tool's id for it, the same when it is sent again; absent
	 * when the tool gives none (the broker then uses a hash of the body). */
	enum ent_rc (*verify)(const struct ent_self *, const struct ent_webhook *, const struct ent_str *secret,
			      size_t n_secret, int64_t now_ms, struct ent_arena *, struct ent_str *ret_delivery,
			      struct ent_err *);
	/* What happened? ENT_EINVAL with the reason keeps the payload as a dead letter. */
	enum ent_rc (*decode)(const struct ent_self *, const struct ent_webhook *, struct ent_arena *,
			      struct ent_changes *ret, struct ent_err *);
	/* What to ask the tool for this phase of the call, and what its answer means.
	 * NULL: this connector only listens. */
	enum ent_rc (*build)(const struct ent_self *, const struct ent_call *, struct ent_arena *,
			     struct ent_request *ret, struct ent_err *);
	enum ent_rc (*parse)(const struct ent_self *, const struct ent_call *, const struct ent_response *,
			     struct ent_arena *, struct ent_result *ret, struct ent_err *);
};

/* The one symbol a connector exports. NULL when it cannot serve that ABI. */
#define ENT_CONNECTOR_SYMBOL "entente_connector"
__attribute__((visibility("default"))) const struct ent_connector *entente_connector(uint32_t abi);

#define ENT_EXPORT(table)                                                                                              \
	const struct ent_connector *entente_connector(uint32_t abi)                                                    \
	{                                                                                                              \
		return abi == ENT_ABI ? &(table) : NULL;                                                               \
	}

#endif
