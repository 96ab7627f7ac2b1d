/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries as text (ldbsearch) become entries as a directory stores them; and
 * what no directory stores.
 */
#ifndef SPN_DIRECTORY_ENTRY_H
#define SPN_DIRECTORY_ENTRY_H

#include "store/store.h"

struct audit_entry_gaps {
	size_t num_guessed;	/* entries without objectClass */
	size_t num_descriptors; /* in SDDL, which is not understood here */
};

/*
 * objectGUID and objectSid become bytes, what is no objectGUID or no security
 * descriptor goes away, and an account without objectClass gets the one that
 * its other attributes tell. False when out of memory.
 */
bool audit_entry_normalize(struct ldb_message *msg,
			   struct audit_entry_gaps *gaps);

/*
 * How long a value may be. More than this no directory takes in one request
 * (Samba: 16 MiB, Windows: 10 MB), so a longer one is no value of a directory;
 * and a report of it could not be made.
 */
#define AUDIT_LONGEST_VALUE ((size_t)16 * 1024 * 1024)

/* Which attribute of this entry has a longer one, as a text on mem_ctx; NULL:
 * none. *_is is true even when there is no memory for the text. */
const char *audit_too_long(TALLOC_CTX *mem_ctx,
			   const struct ldb_message *msg,
			   bool *_is);

/* The same for one value. */
const char *audit_too_long_text(TALLOC_CTX *mem_ctx,
				const struct ldb_message *msg,
				const char *attr,
				size_t len);

#endif
