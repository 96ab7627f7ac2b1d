/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every record of one database of libldb's, without a search.
 */
#ifndef SPN_DIRECTORY_RECORDS_H
#define SPN_DIRECTORY_RECORDS_H

#include "store/store.h"

enum audit_backend {
	AUDIT_BACKEND_TDB,
	AUDIT_BACKEND_MDB,
};

struct audit_records {
	struct ldb_context *ldb;
	enum audit_backend backend;
	const char *const *attrs; /* what of an entry is passed on */
	bool by_libldb;		  /* it unpacks all of them; to compare with */
	double *done; /* how much of the file was read, 0 to 1; NULL: nobody
			 wants to know */
	/* LDB codes; anything but LDB_SUCCESS ends the reading with it */
	int (*entry)(void *private_data, const struct ldb_message *msg);
	void *private_data;
};

/*
 * As it stands at one moment: nobody commits meanwhile (tdb), or what is
 * committed is not seen (mdb). On false *_reason is one line on mem_ctx, or
 * NULL when out of memory.
 */
bool audit_records_read(TALLOC_CTX *mem_ctx,
			const struct audit_records *records,
			const char *path,
			const char **_reason);

#endif
