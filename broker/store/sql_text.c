/* SPDX-License-Identifier: Apache-2.0 */
/* SQL_DIR is given by the build. The assembler reads the files as they are. */
#include "store/sql_text.h"

#define SQL_TEXT(name, file)                                                                                           \
	__asm__(".section .rodata\n"                                                                                   \
		".global " name "\n"                                                                                   \
		".type " name ", @object\n" name ":\n"                                                                 \
		".incbin \"" SQL_DIR "/" file "\"\n"                                                                   \
		".byte 0\n"                                                                                            \
		".size " name ", . - " name "\n"                                                                       \
		".previous\n")

SQL_TEXT("sql_0001", "0001.sql");
SQL_TEXT("sql_0002", "0002.sql");
SQL_TEXT("sql_0003", "0003.sql");
