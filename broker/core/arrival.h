/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arrival is what a supplier sent: verified, decoded and mapped, not yet decided. The same function serves hooks,
 * import and the replay of dead letters. Pure.
 */
#ifndef CORE_ARRIVAL_H
#define CORE_ARRIVAL_H

#include "base/slot.h"
#include "core/supplier.h"

struct arrival {
	const struct supplier_set
	    *suppliers; /* set by arrival_decode: what it was decoded with; must outlive the arrival */
	const struct supplier *from;
	struct ent_str supplier;    /* name */
	struct ent_str delivery_id; /* what its tool calls it, or "sha256:..." of the body */
	struct ent_str traceparent; /* W3C; absent when the request had none */
	int64_t received_ms;
	struct ent_str header_json; /* what is worth keeping of the headers, secrets removed */
	struct ent_str body;        /* raw */
	struct ent_str
	    exchange; /* of a page: JSON, what was asked and answered, without secrets; absent of a webhook */
	unsigned char body_hash[32];
	struct ent_changes changes; /* mapped: carried attributes have canonical text where a map knew it */
	uint32_t n_unmapped;
	bool pushed;            /* a webhook told it, by itself: nobody asked */
	bool keeps_time;        /* pushed: its tool's clock was right lately, so what looks late is late */
	bool replayed;          /* a dead letter again: what changed since it came is newer, stamps or not */
	bool is_page;           /* an answer to what we asked: it may say again what it said before */
	bool sweep;             /* a ticket asked for to compare: what stands there now counts as said now */
	bool dead;              /* cannot be handled: keep as a dead letter */
	bool is_cut;            /* it tells more than ENT_CHANGES_MAX changes: the first are here, and it is kept as a
				 * dead letter as well */
	struct ent_said reason; /* dead, is_cut: for people */
};

/* 1..ENT_ID_MAX printable ASCII characters without spaces. */
bool arrival_is_delivery_id(struct ent_str id);
/* Is it theirs? ENT_EAUTH when not; nothing is to be stored then. ENT_EINVAL: the connector gives a delivery id that
 * is none. *ret is written on success only: all but changes, suppliers, from, dead, reason and n_unmapped, which are
 * arrival_decode's and zero until then. `unsigned_ok`: skip the signature (import by a person with a token). */
enum ent_rc arrival_verify(const struct supplier *supplier, const struct ent_self *self,
			   const struct ent_webhook *webhook, bool unsigned_ok, int64_t now_ms, struct ent_arena *arena,
			   struct arrival *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* What happened? Never fails: what cannot be decoded or breaks a limit becomes dead with a reason. */
void arrival_decode(const struct supplier_set *set, const struct supplier *supplier, const struct ent_self *self,
		    const struct ent_webhook *webhook, struct ent_arena *arena, struct arrival *arrival);
/* The same for changes that a tool's answer told (parse), not a webhook. */
void arrival_take(const struct supplier_set *set, const struct supplier *supplier, struct ent_changes changes,
		  struct ent_arena *arena, struct arrival *arrival);
/* All times in it, told_ms among them, are more than an hour before its arrival. */
bool arrival_is_off(const struct arrival *arrival, int64_t told_ms);
/* When was a comment made that has the tool's time told_ms? Normally at told_ms. But a tool sends a webhook when
 * something happens: if all times in it are more than an hour old, the tool's clock is behind, or the webhook is late.
 * Where the clock was right lately the webhook is late. Otherwise we cannot know which, and the comment counts as made
 * when it arrived, unless told_ms is more than 30 days old. */
int64_t arrival_said(const struct arrival *arrival, int64_t told_ms);
/* Not decoded at all: it becomes dead for this reason, which must live as long. */
void arrival_refuse(const struct supplier_set *set, const struct supplier *supplier, struct ent_said reason,
		    struct arrival *arrival);

/* The id of a text that is about to be decoded. If decoding ends the process, this id recognises the text wherever it
 * is decoded again: a webhook by the SHA-256 of its body as it came; an answer by its call and body. */
struct slot_id arrival_slot(const struct supplier *supplier, const unsigned char body_hash[32]);
struct slot_id arrival_answer_slot(const struct supplier *supplier, const struct ent_call *call, struct ent_str body);

#endif
