/* SPDX-License-Identifier: Apache-2.0 */
/* Files that people uploaded: those at comments, for exactly the comment's readers, and those that the reader has
 * staged and nobody else sees. */
#ifndef VIEW_UPLOAD_H
#define VIEW_UPLOAD_H

#include "sdk/jsonw.h"
#include "store/uploads.h"
#include "view/view.h"

/* Columns of view_upload_print(), of a row of `attachment`. */
#define VIEW_UPLOAD                                                                                                    \
	"attachment.external_id, attachment.name, attachment.media_type, attachment.size, attachment.sha256, "         \
	"attachment.missing "
enum { VIEW_UPLOAD_COLUMNS = 6 };
/* The members of one; its columns begin at `from`. */
void view_upload_print(struct sdk_jsonw *w, struct db_stmt *stmt, int from);

/* "attachments": [...] of a comment that the reader sees; nothing where it carries none. */
void view_upload_print_of(const struct view *view, struct sdk_jsonw *w, struct ent_str comment);

/* Those of an incident that the reader sees: {"attachments": [...], "staged": [...]}. */
enum ent_rc view_upload_list(const struct view *view, int64_t incident, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* An upload that the reader has staged. */
enum ent_rc view_upload_staged(const struct view *view, struct ent_str id, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

struct view_upload {
	char sha256[FILES_HASH_SIZE];
	struct ent_str name, media_type;
	int64_t size;
	enum upload_state state; /* of one that the reader has staged; else KEPT */
};
/* Whether the reader may have its bytes. ENT_EGONE: it is not there, or is not for this reader: the same words. */
enum ent_rc view_upload_find(const struct view *view, int64_t incident, struct ent_str id, struct view_upload *ret,
			     struct ent_err *err) __attribute__((warn_unused_result));

#endif
