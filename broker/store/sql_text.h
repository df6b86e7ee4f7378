/* SPDX-License-Identifier: Apache-2.0 */
/* The migrations of schemas/sql, built into the binary and NUL-terminated. */
#ifndef STORE_SQL_TEXT_H
#define STORE_SQL_TEXT_H

extern const char sql_0001[], sql_0002[], sql_0003[];

#endif
