/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CONFIG_PRINT_H
#define CONFIG_CONFIG_PRINT_H

#include "sdk/str.h"

void config_print_help(struct sdk_buf *buf);   /* the table, for people */
void config_print_sample(struct sdk_buf *buf); /* a commented file with every default */

/* Each setting's help as a sentence, one JSON object a line: the code is setting. and the name as it stands in the
 * file, "setting.http.listen", "setting.suppliers.auth.kind". */
void config_print_sentences(struct sdk_buf *buf);
/* One such line. code: before, a dot and the name. */
void config_print_sentence(struct sdk_buf *buf, const char *before, const char *name, const char *help);

#endif
