/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts of a comment, for each organisation: it is held, stands in its tool, could not be brought there, was
 * seen. Who of an organisation has seen it only that one's own people are told. Others than ours are told of one
 * another that it was seen, where the audience tells them that the other one reads it, and takes part; of deliveries
 * their own.
 */
#ifndef VIEW_RECEIPT_H
#define VIEW_RECEIPT_H

#include "sdk/json.h"
#include "view/view.h"

/* {"comment","items":[{"organisation","supplier","state","since","why","seen"}],"read_by":[person]}. ENT_EGONE: the
 * thread has no such comment that the reader sees. */
enum ent_rc view_receipt(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str *ret,
			 struct ent_err *err) __attribute__((warn_unused_result));

#endif
