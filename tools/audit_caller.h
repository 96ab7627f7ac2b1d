/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who asks, as far as it decides what he is shown.
 */
#ifndef SPN_AUDIT_CALLER_H
#define SPN_AUDIT_CALLER_H

#include "spn_store.h"

/*
 * Deleted objects are shown to Administrators and to SYSTEM, unless somebody
 * gave the right to others: to whom else they are not shown there seem to be
 * none. True also where the server does not say who asks.
 */
bool audit_caller_is_administrator(struct ldb_context *ldb);

#endif
