/* SPDX-License-Identifier: Apache-2.0 */
/* Raw bodies are kept compressed (zstd). */
#ifndef STORE_RAW_H
#define STORE_RAW_H

#include "sdk/str.h"

/* Compress a raw body for keeping (zstd). Any thread. */
struct ent_str raw_pack(struct ent_arena *arena, struct ent_str body);
/* The same with a compressor that is kept: five times cheaper for a usual webhook. One thread. */
struct packer;
struct packer *packer_new(void);
void packer_free(struct packer *packer); /* takes NULL */
struct ent_str packer_pack(struct packer *packer, struct ent_arena *arena, struct ent_str body);
/* ENT_EINVAL when it is not what raw_pack made, or larger than limit. */
enum ent_rc raw_unpack(struct ent_arena *arena, struct ent_str packed, size_t limit, struct ent_str *ret,
		       struct ent_err *err) __attribute__((warn_unused_result));

#endif
