/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries as text (ldbsearch) become entries as a directory stores them.
 */
#ifndef SPN_DIRECTORY_ENTRY_H
#define SPN_DIRECTORY_ENTRY_H

#include "store/store.h"

struct audit_entry_losses {
	size_t num_guessed;	/* entries without objectClass */
	size_t num_descriptors; /* in SDDL, which is not understood here */
};

/*
 * objectGUID and objectSid become bytes, what is no objectGUID or no security
 * descriptor goes away, and an account without objectClass gets the one that
 * its other attributes tell. False when out of memory.
 */
bool audit_entry_normalize(struct ldb_message *msg,
			   struct audit_entry_losses *losses);

#endif
