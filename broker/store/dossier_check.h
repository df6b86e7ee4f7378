/* SPDX-License-Identifier: Apache-2.0 */
/* In a debug build each dossier from the shelf is read from the tables as well. Where the two differ the process ends
 * and says where, so that every test of the writer is one of the shelf. */
#ifndef STORE_DOSSIER_CHECK_H
#define STORE_DOSSIER_CHECK_H

#include "core/dossier.h"
#include "store/db.h"

#ifdef ENTENTE_CHECKS
void dossier_check(struct dossier *dossier, struct db *db);
#define DOSSIER_CHECK(dossier, db) dossier_check(dossier, db)
#else
#define DOSSIER_CHECK(dossier, db) ((void)0)
#endif

#endif
