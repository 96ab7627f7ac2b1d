/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over everything in a directory, entry by entry: what an audit
 * reads is too much to be held twice, as a search result and as accounts.
 * Either all of it is seen or there is an error.
 */
#ifndef SPN_DIRECTORY_SEARCH_H
#define SPN_DIRECTORY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>
#include <util/data_blob.h>
#include <ldb.h>

#include "common/presence.h"

/* What a server says of itself; NULL-terminated, never NULL. */
struct audit_server {
	const char *dns_host_name; /* NULL when it does not say */
	const char **naming_contexts;
	bool is_windows;       /* an AD DC, and not Samba's */
	bool has_phantom_root; /* searches all of them at once */
	bool has_descriptors;  /* sends the part that everybody may read */
	bool has_deleted;      /* shows deleted objects, to who may see them */
	bool shows_deleted;    /* ... and that is this caller: administrators,
				  unless the right was given to others */
	enum spn_presence presence; /* of our module */
	uint32_t ticket_types;	    /* what its KDC takes; 0: not known */
};

int audit_server_of(struct ldb_context *ldb,
		    TALLOC_CTX *mem_ctx,
		    struct audit_server **_server);

/* What an answer lacks. */
enum audit_gap {
	AUDIT_GAP_CUT,	     /* of what the server has itself */
	AUDIT_GAP_ELSEWHERE, /* it names another server for it */
};

struct audit_search {
	struct ldb_context *ldb;
	const struct audit_server *server;
	const char *filter;
	const char *const *attrs;
	bool phantom_root; /* false: naming context after naming context */
	int page_size;	   /* 0: all at once, in pages if the server must */
	/* LDB codes; anything but LDB_SUCCESS ends the search with it */
	int (*entry)(void *private_data, const struct ldb_message *msg);
	/* All entries up to now come again: forget them. */
	void (*restart)(void *private_data);
	/* Something of the answer is missing; the search goes on. NULL: then
	 * it fails. */
	void (*note_gap)(void *private_data,
			 enum audit_gap gap,
			 const char *what);
	/* How many entries the server says that all pages have; NULL: nobody
	 * wants to know. Many servers do not say it. */
	void (*estimate)(void *private_data, size_t num);
	void *private_data;
};

/*
 * On failure *_reason is one line on mem_ctx, or NULL when out of memory.
 */
int audit_search_run(TALLOC_CTX *mem_ctx,
		     const struct audit_search *search,
		     const char **_reason);

#endif
