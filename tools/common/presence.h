/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the module is at work on a server, as its rootDSE says it. Everybody
 * may read that, even who has not logged on.
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

/* Of the supportedControl of a rootDSE; NULL: it has none. */
enum spn_presence spn_presence_of(
	const struct ldb_message_element *supported_controls);

/* A DC that is not Samba's, by its rootDSE. */
bool spn_presence_is_windows(const struct ldb_message *root);

#endif
