/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs: one JSON object a line, or one readable line on a terminal. Whatever
 * decides the fate of a message logs it once; base, core, store and connectors
 * do not log. Any thread may write: a line is one write(2).
 *
 *   log_write(log, LOG_INFO, "relay.caught_up", LOG_INT("events", n), LOG_STR("topic", t), LOG_END);
 *
 * `name` is a stable dotted word for programs; fields carry the rest. There is no
 * field kind for a struct secret: it cannot be printed by accident.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "sdk/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_JSON, LOG_TEXT };

struct log {
	int fd;
	enum log_level level; /* below it nothing is written */
	enum log_format format;
	bool color;
	int64_t (*now_ms)(void *clock); /* the stamp's clock, so that the simulator's logs repeat */
	void *clock;
};

enum log_kind { LOG_KIND_END, LOG_KIND_STR, LOG_KIND_INT };
struct log_field {
	enum log_kind kind;
	const char *key;
	struct ent_str str;
	int64_t i;
};
#define LOG_END         ((struct log_field){LOG_KIND_END, NULL, {NULL, 0}, 0})
#define LOG_STR(key, s) ((struct log_field){LOG_KIND_STR, (key), (s), 0})
#define LOG_Z(key, z)   ((struct log_field){LOG_KIND_STR, (key), sdk_str(z), 0})
#define LOG_INT(key, n) ((struct log_field){LOG_KIND_INT, (key), {NULL, 0}, (n)})

/* Fields end with LOG_END, at most 16. Keys "time", "level", "event" are the log's own. */
void log_write(struct log *log, enum log_level level, const char *name, ...);

#endif
