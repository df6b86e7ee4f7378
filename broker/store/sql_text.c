/* SPDX-License-Identifier: Apache-2.0 */
/* SQL_DIR is given by the build. The assembler reads the files as they are. */
#include "store/sql_text.h"

__asm__(".section .rodata\n"
	".global sql_0001\n"
	".type sql_0001, @object\n"
	"sql_0001:\n"
	".incbin \"" SQL_DIR "/0001.sql\"\n"
	".byte 0\n"
	".size sql_0001, . - sql_0001\n"
	".previous\n");
