/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where an audit reads from: a server, or the files of a domain controller.
 * Each entry comes once, in no order; either all of them come or there is an
 * error.
 */
#ifndef SPN_DIRECTORY_SOURCE_H
#define SPN_DIRECTORY_SOURCE_H

#include "store/store.h"

/* What a reader can do without: bits. */
enum audit_spare {
	AUDIT_SPARE_FACTS = 1,	   /* of accounts: times, delegation, ... */
	AUDIT_SPARE_RIGHTS = 2,	   /* who may write SPNs */
	AUDIT_SPARE_GROUPS = 4,	   /* who is in one of administrators */
	AUDIT_SPARE_ZONES = 8,	   /* what names in DNS lead to */
	AUDIT_SPARE_PROFILES = 16, /* what only describes an account */
};

struct audit_stream {
	unsigned spare; /* attributes for these need not come */
	/* LDB codes; anything but LDB_SUCCESS ends the reading with it */
	int (*entry)(void *private_data, const struct ldb_message *msg);
	/* All entries up to now come again: forget them. */
	void (*restart)(void *private_data);
	void *private_data;
};

struct audit_source {
	struct ldb_context *ldb; /* for DNs, and how values compare */
	const char *dc; /* DNS name of the server, once configuration() was
			   called; NULL if unknown */
	bool has_descriptors; /* accounts have them unless we may not see */
	const char *what;     /* "the files of /var/lib/samba/..." */
	/* What its KDC takes for accounts without types of their own, as the
	 * server says it; 0: not known. */
	uint32_t ticket_types;
	bool shows_deleted; /* false: SPN-504 has nothing to go by */
	/* On false *_reason is one line on mem_ctx, NULL: out of memory. */
	bool (*read)(struct audit_source *source,
		     TALLOC_CTX *mem_ctx,
		     const struct audit_stream *stream,
		     const char **_reason);
	/* Where the configuration can be searched, once all has been read. */
	bool (*configuration)(struct audit_source *source,
			      TALLOC_CTX *mem_ctx,
			      struct spn_store *_store,
			      const char **_reason);
	/* The object of that DN as it is stored, NULL when there is none. */
	bool (*find)(struct audit_source *source,
		     TALLOC_CTX *mem_ctx,
		     struct ldb_dn *dn,
		     struct ldb_dn **_found,
		     const char **_reason);
	/* While read() lasts, how much of it is done, 0 to 1; below 0: not
	 * known. */
	double (*share)(const struct audit_source *source);
	void *private_data;
	/* What could not be read, one line each; NULL-terminated, or NULL. */
	const char **gaps;
};

/* Notes a gap; it is copied. False when out of memory. */
bool audit_source_lose(struct audit_source *source, const char *what);

/* A find() for sources that can only be read from one end to the other. */
bool audit_source_look_through(struct audit_source *source,
			       TALLOC_CTX *mem_ctx,
			       struct ldb_dn *dn,
			       struct ldb_dn **_found,
			       const char **_reason);

/* Attributes that an audit looks at, NULL-terminated; without those that are
 * for nothing but what can be spared. On mem_ctx; NULL when out of memory. */
const char **audit_attrs(TALLOC_CTX *mem_ctx, unsigned spare);

struct audit_search_options {
	bool one_by_one; /* naming context after naming context */
	int page_size;	 /* 0: all at once where the server lets us */
	bool partial;	 /* what is missing is noted, and no error */
};

/* An open directory, local or remote. On false as above. */
bool audit_source_search(TALLOC_CTX *mem_ctx,
			 struct ldb_context *ldb,
			 const struct audit_search_options *options,
			 struct audit_source **_source,
			 const char **_reason);

struct spn_connect;

/*
 * A local sam.ldb at that path, read file by file without Samba's modules,
 * which takes a quarter of the time.
 */
bool audit_source_files(TALLOC_CTX *mem_ctx,
			struct spn_connect *connect,
			const char *path,
			struct audit_source **_source,
			const char **_reason);

/*
 * An LDIF export; "-" is standard input. What is assumed because the export
 * does not have it is said on stderr.
 */
bool audit_source_export(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 const char *path,
			 struct audit_source **_source,
			 const char **_reason);

#endif
