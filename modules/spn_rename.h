/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Renames. A Samba KDC finds a computer object by its CN, so who gives it
 * another one can take a name away from somebody: rule hidden-duplicate.
 */
#ifndef SPN_RENAME_H
#define SPN_RENAME_H

#include "spn_state.h"

/*
 * A rename is about to be passed down: it is remembered, and nothing more is
 * done before access control has spoken. One that leaves the CN as it is does
 * not count. An LDB code.
 */
int spn_rename_note(struct ldb_module *module, struct ldb_request *req);

/* At the commit: computers that have another CN now are touched accounts. */
int spn_rename_touch(struct ldb_module *module);

#endif
