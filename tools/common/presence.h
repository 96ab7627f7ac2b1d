/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the module is at work on a server, as its rootDSE says it to who has
 * logged on (policy/dc_state.h).
 */
#ifndef SPN_COMMON_PRESENCE_H
#define SPN_COMMON_PRESENCE_H

#include "store/values.h"

enum spn_presence {
	/* It does not say so: no module, or another kind of server. */
	SPN_PRESENCE_NOT_SEEN,
	/* It is there, and refuses and completes nothing. */
	SPN_PRESENCE_WATCHES,
	SPN_PRESENCE_ENFORCES,
};

/* Of a rootDSE that was read with SPN_DC_STATE_ATTRIBUTE. */
enum spn_presence spn_presence_of(const struct ldb_message *root);

/* What its KDC takes for accounts without types of their own
 * (policy/ticket_types.h), as the same says it; 0: not known. */
uint32_t spn_presence_ticket_types(const struct ldb_message *root);

/* A DC that is not Samba's, by its rootDSE. */
bool spn_presence_is_windows(const struct ldb_message *root);

#endif
