/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, written: commas and escapes are the writer's business. */
#ifndef SDK_JSONW_H
#define SDK_JSONW_H

#include "sdk/str.h"

struct sdk_jsonw {
	struct sdk_buf *buf;
	bool comma; /* the next value needs one before it */
};
void sdk_jsonw_init(struct sdk_jsonw *w, struct sdk_buf *buf);
void sdk_jsonw_open(struct sdk_jsonw *w, char bracket); /* '{' or '[' */
void sdk_jsonw_close(struct sdk_jsonw *w, char bracket);
void sdk_jsonw_key(struct sdk_jsonw *w, const char *key);
void sdk_jsonw_key_str(struct sdk_jsonw *w, struct ent_str key);
void sdk_jsonw_str(struct sdk_jsonw *w, struct ent_str s); /* absent: null */
void sdk_jsonw_int(struct sdk_jsonw *w, int64_t i);
void sdk_jsonw_real(struct sdk_jsonw *w, double d); /* finite */
void sdk_jsonw_bool(struct sdk_jsonw *w, bool b);
void sdk_jsonw_null(struct sdk_jsonw *w);
void sdk_jsonw_raw(struct sdk_jsonw *w, struct ent_str json); /* already valid JSON */
/* key + value in one call; *_opt writes nothing when absent. */
void sdk_jsonw_kstr(struct sdk_jsonw *w, const char *key, struct ent_str s);
void sdk_jsonw_kz(struct sdk_jsonw *w, const char *key, const char *z);
void sdk_jsonw_kstr_opt(struct sdk_jsonw *w, const char *key, struct ent_str s);  /* absent: not at all */
void sdk_jsonw_kstr_some(struct sdk_jsonw *w, const char *key, struct ent_str s); /* absent or empty: not at all */
void sdk_jsonw_kint(struct sdk_jsonw *w, const char *key, int64_t i);
void sdk_jsonw_kbool(struct sdk_jsonw *w, const char *key, bool b);
void sdk_jsonw_kraw(struct sdk_jsonw *w, const char *key, struct ent_str json);
/* Bytes that a text takes between its quotes. */
size_t sdk_jsonw_size(struct ent_str text);

#endif
