/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only code that searches: accounts, holders, sPNMappings, settings;
 * for the module and the tools alike. LDB codes from here on.
 */
#ifndef SPN_STORE_STORE_H
#define SPN_STORE_STORE_H

/* data_blob.h before ldb.h: it defines ldb_val. */
#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

#include "policy/completion.h"
#include "policy/rules/rules.h"
#include "policy/partial.h"
#include "values.h"

/* How a DN ends, and the domain that says: of nearly all in a row it is the
 * same. Starts as {}. */
struct spn_store_domain {
	char *tail; /* "DC=example,DC=com" */
	char *name;
};

/*
 * module is NULL in tools. In the module, searches start below it, as
 * system and with no parent request: a child of an untrusted request
 * silently loses its rights.
 */
struct spn_store {
	struct ldb_context *ldb;
	struct ldb_module *module;
	const struct spn_fold *fold; /* how values are compared; NULL: asked of
					ldb for each */
	/* An account's names point into the message that it is made from, and
	 * are good as long as that: for who packs it at once. */
	bool names_of_message;
	/* With that: accounts point to the name in it, as long as it is that
	 * of the next account, too. A talloc context; NULL: there is none. */
	struct spn_store_domain *domain;
};

/* What spn_store_account_of() reads; NULL-terminated. */
extern const char *const spn_store_attrs[];

/* By the object classes that it has, or that an add gives it. */
enum spn_kind spn_store_kind_of(const struct ldb_message *msg);

/* objectGUID as "01234567-...", "" where there is none. On mem_ctx; NULL when
 * out of memory. */
char *spn_store_guid_text(TALLOC_CTX *mem_ctx, const struct ldb_message *msg);

/* is_disabled, is_dc, has_no_key and has_krbtgt_number. */
void spn_store_read_flags(const struct ldb_message *msg,
			  struct spn_account *account);

/* The comparison of the directory, store->fold or else the canonicalise
 * function that ldb has for the syntax of servicePrincipalName. The ldb
 * context must live as long. */
struct spn_fold spn_store_fold(const struct spn_store *store);

/* One search. */
struct spn_search {
	/* NULL: every naming context of the forest that this DC holds */
	struct ldb_dn *base;
	enum ldb_scope scope;
	const char *filter; /* NULL: whatever is there */
	const char *const *attrs;
	bool deleted;		  /* deleted and recycled objects too */
	struct ldb_dn *partition; /* whose special record it is, or NULL */
};

/* The result is on mem_ctx. Sets the error string on failure. */
int spn_store_search(const struct spn_store *store,
		     TALLOC_CTX *mem_ctx,
		     const struct spn_search *search,
		     struct ldb_result **_res);

/* "DC=example,DC=com" is "example.com", "" without DC=. On mem_ctx; NULL when
 * out of memory. */
char *spn_store_dns_domain(TALLOC_CTX *mem_ctx, struct ldb_dn *dn);

/* Made from one search result with spn_store_attrs. *_deleted may be NULL.
 * LDB_ERR_OPERATIONS_ERROR when out of memory. */
int spn_store_account_of(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 const struct ldb_message *msg,
			 struct spn_account **_account,
			 bool *_deleted);

/* The same, but of its SPNs only those that the index asks for. */
int spn_store_holder_of(const struct spn_store *store,
			TALLOC_CTX *mem_ctx,
			const struct spn_partial *index,
			const struct ldb_message *msg,
			struct spn_account **_account);

/* One object by its DN, deleted or not. LDB_ERR_NO_SUCH_OBJECT when there
 * is none. */
int spn_store_account(const struct spn_store *store,
		      TALLOC_CTX *mem_ctx,
		      struct ldb_dn *dn,
		      struct spn_account **_account,
		      bool *_deleted);

/* objectGUID of an object by its DN, deleted or not, as text on mem_ctx. No
 * other attribute is read: it may have a hundred thousand values. */
int spn_store_object_guid(const struct spn_store *store,
			  TALLOC_CTX *mem_ctx,
			  struct ldb_dn *dn,
			  const char **_guid);

/* objectSid of the same, its bytes on mem_ctx; len 0 where there is none. */
int spn_store_object_sid(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 struct ldb_dn *dn,
			 struct spn_str *_sid);

/*
 * Live accounts by the text of their objectGUID, a few in each search;
 * the result has them in no order and leaves out what is gone or deleted.
 */
int spn_store_accounts(const struct spn_store *store,
		       TALLOC_CTX *mem_ctx,
		       const char *const *object_guids,
		       size_t num_guids,
		       struct spn_account ***_accounts,
		       size_t *_num);

/* sPNMappings, dSHeuristics, the domains; what a domain's head says is not
 * read yet. *_mappings (may be NULL) is sPNMappings as found, on the forest,
 * or NULL. */
int spn_store_forest(const struct spn_store *store,
		     TALLOC_CTX *mem_ctx,
		     struct spn_forest **_forest,
		     struct ldb_message **_mappings);

/* Reads msDS-AllowedDNSSuffixes, unless they have been. */
int spn_store_suffixes(const struct spn_store *store,
		       struct spn_forest *forest);

/*
 * The highest uSN of any change in the configuration NC, as Samba itself
 * keeps it for replication; 0 when that cannot be told. What was read of the
 * configuration at one number is true as long as it is the same.
 */
int spn_store_config_usn(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 uint64_t *_usn);

/* The settings object's lines. */
#define SPN_SETTINGS_ATTR "msDS-Settings"

/* The settings object with its lines, on mem_ctx; NULL when there is none. */
int spn_store_settings_object(const struct spn_store *store,
			      TALLOC_CTX *mem_ctx,
			      struct ldb_message **_msg);

/* sPNMappings and dSHeuristics in the same way. */
int spn_store_directory_service(const struct spn_store *store,
				TALLOC_CTX *mem_ctx,
				struct ldb_message **_msg);

/* The domains of the forest: crossRefs with a NetBIOS name. */
int spn_store_cross_refs(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 const char *const *attrs,
			 struct ldb_result **_res);

/* CN=SPN Policy,CN=Services,<configuration NC>. NULL when out of memory or
 * when the configuration NC is not known. */
struct ldb_dn *spn_store_policy_dn(const struct spn_store *store,
				   TALLOC_CTX *mem_ctx);

/*
 * The settings in force: defaults, settings object, dSHeuristics, and mode,
 * which is smb.conf's spn_policy:mode (NULL: not set). Lines that are not
 * understood are skipped; *_problems (may be NULL) gets one text for each,
 * NULL-terminated, NULL when there is none.
 */
int spn_store_settings(const struct spn_store *store,
		       TALLOC_CTX *mem_ctx,
		       const struct spn_forest *forest,
		       const char *mode,
		       struct spn_settings **_settings,
		       const char ***_problems);

/* Looks up every open question of the index in one search and adds
 * what it finds, on the index; reads the DNS suffixes if they are wanted. */
int spn_store_answer(const struct spn_store *store,
		     struct spn_forest *forest,
		     struct spn_partial *index);

/*
 * Runs examine, looks up what it has asked of the index, and runs it again,
 * until no question is open. examine returns false when out of memory. Fails
 * with LDB_ERR_OPERATIONS_ERROR if the answers could not be had.
 */
int spn_store_resolve(const struct spn_store *store,
		      struct spn_forest *forest,
		      struct spn_partial *index,
		      bool (*examine)(void *private_data),
		      void *private_data);

/*
 * Judges all cases, which share the index, in this way. The report starts
 * empty, and is never half.
 */
int spn_store_judge(const struct spn_store *store,
		    struct spn_forest *forest,
		    struct spn_partial *index,
		    const struct spn_case *cases,
		    size_t num_cases,
		    struct spn_report *report);

#endif
