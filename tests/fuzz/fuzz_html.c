/* SPDX-License-Identifier: Apache-2.0 */
/* HTML to text: any bytes give valid UTF-8 without control characters, and not much more than came in. */
#include <stdlib.h>

#include "sdk/webhook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	struct ent_str text = sdk_html_to_text(&arena.abi, (struct ent_str){(const char *)data, size});
	if (!sdk_is_utf8(text) || text.n > 16 * size)
		abort();
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n' && text.p[i] != '\t')
			abort();
	sdk_arena_release(&arena);
	return 0;
}
