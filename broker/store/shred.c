/* SPDX-License-Identifier: Apache-2.0 */
#include "store/shred.h"

void shred_begin(struct db *db)
{
	db_exec(db, "PRAGMA secure_delete=ON");
}

void shred_end(struct db *db)
{
	db_exec(db, "PRAGMA secure_delete=FAST");
}
