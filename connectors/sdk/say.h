/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences for people. Each has a code, and names what is filled in, so that a catalogue can say it in another
 * language:
 *
 *	sdk_fail_as(err, ENT_EINVAL, "vet.too_long", "{what=%s} has {bytes=%zu} bytes", what, n);
 *
 * gives the text "title has 812 bytes", the code "vet.too_long" and the params {"what":"title","bytes":812}. The
 * conversions are %s, %.*s, %d, %u, %ld, %lld, %zu, and %p for a sentence within the sentence: SDK_WHY(why). Each
 * stands in a {name=...}; what else is in braces is text. tests/shape/sentences.py lists all sentences in
 * schemas/sentences.json, and fails where two sentences have one code.
 *
 * Words of a tool are a param, never a code. A value is cut at 200 bytes, or shorter where all params have no room.
 */
#ifndef SDK_SAY_H
#define SDK_SAY_H

#include <stdarg.h>

#include "sdk/str.h"

struct sdk_jsonw;

#define SDK_SAID_PLAIN "connector.said" /* who failed gave a text alone: it is the param `said` */

/* Sets err. Returns rc. */
enum ent_rc sdk_fail_as(struct ent_err *err, enum ent_rc rc, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
enum ent_rc sdk_vfail_as(struct ent_err *err, enum ent_rc rc, const char *code, const char *fmt, va_list args);
enum ent_rc sdk_fail_said(struct ent_err *err, enum ent_rc rc, struct ent_said said);
struct ent_said sdk_say(struct ent_arena *arena, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
struct ent_said sdk_vsay(struct ent_arena *arena, const char *code, const char *fmt, va_list args);
/* Nothing is filled in: of literals; of texts that are borrowed. */
#define SDK_SENTENCE(code, text) ((struct ent_said){ENT_STR(code), ENT_STR("{}"), ENT_STR(text)})
#define SDK_SILENCE              ((struct ent_said){ENT_ABSENT, ENT_ABSENT, ENT_ABSENT})
struct ent_said sdk_say_sentence(const char *code, const char *text);
struct ent_said sdk_said(const struct ent_err *err); /* borrows; err says nothing: no code */
struct ent_said sdk_said_dup(struct ent_arena *arena, struct ent_said said);
bool sdk_said_eq(const struct ent_said *a, const struct ent_said *b);
/* An argument of a %p, until the end of the block. */
#define SDK_WHY(err) ((const void *)&(struct ent_said){sdk_said(err).code, sdk_said(err).params, sdk_said(err).text})

/* {"code": "...", "params": {...}, "text": "..."} */
void sdk_said_print(struct sdk_jsonw *w, struct ent_said said);
void sdk_said_kprint(struct sdk_jsonw *w, const char *key, struct ent_said said); /* without a code: not at all */
/* As a text to be stored; empty without a code. */
struct ent_str sdk_said_json(struct ent_arena *arena, struct ent_said said);

#endif
