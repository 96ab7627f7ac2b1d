/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LDIF (RFC 2849): the entries of an export, one by one, as ldifde, ldbsearch
 * and ldapsearch write it; and changes for ldbmodify and ldapmodify.
 */
#ifndef SPN_DIRECTORY_LDIF_H
#define SPN_DIRECTORY_LDIF_H

#include <stdio.h>

#include "store/store.h"

struct audit_ldif {
	struct ldb_context *ldb;
	const char *const *attrs; /* what of an entry is passed on */
	/* LDB codes; anything but LDB_SUCCESS ends the reading. The message
	 * is gone afterwards, so it may be changed. */
	int (*entry)(void *private_data, struct ldb_message *msg);
	/* "ldap://host/DN": the server had sent the tool elsewhere. */
	int (*referral)(void *private_data, const char *url);
	void *private_data;
};

/*
 * From where the stream stands to its end; name is what it is called in
 * messages. On false *_reason is one line on mem_ctx that names file and
 * line, or NULL when out of memory or when entry() or referral() ended it.
 *
 * A file that says itself that it is not complete is an error: a result other
 * than 0, an open page, a count of entries that is not true, values that were
 * cut (";range="), an end that is missing. URLs as values are refused, never
 * opened.
 */
bool audit_ldif_read(TALLOC_CTX *mem_ctx,
		     const struct audit_ldif *ldif,
		     FILE *stream,
		     const char *name,
		     const char **_reason);

/*
 * A change of that object, for ldbmodify and ldapmodify; what is done with
 * each element are its flags, LDB_FLAG_MOD_ADD and so on. The DN of the
 * message does not count. No empty line at the end. False when out of memory.
 */
bool audit_ldif_write(struct ldb_context *ldb,
		      const char *dn,
		      const struct ldb_message *msg,
		      FILE *stream);

#endif
