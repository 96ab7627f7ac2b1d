/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of the directory: folded SPN -> accounts that hold it,
 * names of computers -> computers.
 *
 * There are two kinds. A complete index holds every account of the forest
 * (audit, pure tests): what is not in it does not exist. A partial index
 * starts empty and learns: a question it cannot answer yet is noted, and
 * answered "nobody" for the moment. Whoever owns it looks the open
 * questions up in one search, adds what was found and runs the rules again,
 * until none is open. So a rule is one pure function that just asks, and
 * cannot forget to announce what it will want to know.
 */
#ifndef SPN_POLICY_INDEX_H
#define SPN_POLICY_INDEX_H

#include "account.h"
#include "questions.h"

struct spn_index;

/*
 * A list that many accounts ask for, each of them being in it: whoever holds
 * an SPN with thousands. It is made once for all, so what is found out about
 * it is, too.
 */
struct spn_many {
	bool has_only_computers;
	enum {
		SPN_MANY_UNKNOWN,
		SPN_MANY_NO,
		SPN_MANY_YES,
	} may_share; /* all of them, see policy/rules/duplicate_spn.c */
	size_t odd;  /* of a wide list, likewise */
	size_t first_meant[2];		 /* see index.c; plus 1 */
	const struct spn_account **kept; /* an audit's own copy, or NULL */
};

/*
 * Who holds an SPN: live accounts, each once, in no order. With many, which
 * only a complete index gives, the list is not the caller's, is in the order
 * of census_number, and stays as it is.
 */
struct spn_holders {
	const struct spn_account **accounts;
	size_t num_accounts;
	struct spn_many *many; /* NULL: a short list, the caller's own */
};

/* The list that a function below has given goes. */
void spn_holders_free(struct spn_holders *holders);

/* fold's private data must live as long. NULL when out of memory. */
struct spn_index *spn_index_new(TALLOC_CTX *mem_ctx,
				struct spn_fold fold,
				bool complete);
const struct spn_fold *spn_index_fold(const struct spn_index *index);

/* "class/host" as text, on mem_ctx, and folded, there or on the index. */
bool spn_index_key(struct spn_index *index,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str service_class,
		   struct spn_str host_name,
		   struct spn_value *_spn);

/*
 * Adds a live account with all of its SPNs. A partial index keeps the pointer,
 * the caller the memory; a complete one has a copy (spn_census), takes deleted
 * ones, too, and what it finds is good until the page of its census is turned.
 * The same account (objectGUID) may be added again: a partial index keeps the
 * first. False when out of memory.
 */
bool spn_index_add(struct spn_index *index, const struct spn_account *account);

/* An account of a partial index is to have one value more, which it keeps.
 * False when out of memory. */
bool spn_index_add_spn(struct spn_index *index,
		       const struct spn_account *account,
		       const struct spn_value *spn);

/* A partial index was given the account of this objectGUID, and so with all of
 * its SPNs. */
bool spn_index_has(const struct spn_index *index, const char *object_guid);

/* The n-th of those that have many SPNs; NULL behind the last one. A search
 * for others need not find it. */
const struct spn_account *spn_index_large(const struct spn_index *index,
					  size_t n);

/*
 * Adds an account that a search for the open questions of a partial index has
 * found. Of its SPNs only those need be there that were asked for: see
 * spn_index_asks(). It may be found once more, by another search. Nothing is
 * done with one that the index was given.
 */
bool spn_index_add_found(struct spn_index *index,
			 const struct spn_account *account);

/* An open question of a partial index is about this SPN, which is folded. */
bool spn_index_asks(const struct spn_index *index, struct spn_str key);

/*
 * All of these return false only when out of memory; results live on
 * mem_ctx, accounts belong to whoever added them.
 */
bool spn_index_holders(struct spn_index *index,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str service_class,
		       struct spn_str host_name,
		       struct spn_holders *_holders);

/*
 * The same for what only stands in for an SPN that nobody holds: a KDC looks
 * for that in its domains, and so no further does a partial index.
 */
bool spn_index_domain_holders(struct spn_index *index,
			      TALLOC_CTX *mem_ctx,
			      struct spn_str service_class,
			      struct spn_str host_name,
			      struct spn_holders *_holders);

/* The same for a whole value that is already folded. */
bool spn_index_holders_of(struct spn_index *index,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_value *spn,
			  struct spn_holders *_holders);

/* A partial index was asked who in the domains holds this, and has the answer:
 * nobody, or only this account. Asks nothing. */
bool spn_index_is_free(struct spn_index *index,
		       struct spn_str key,
		       const struct spn_account *account);

/* The computer with this NetBIOS name (sAMAccountName name$), or NULL. */
bool spn_index_computer_by_name(struct spn_index *index,
				struct spn_str netbios_name,
				const struct spn_account **_computer);

/*
 * The computer with this dNSHostName or msDS-AdditionalDnsHostName, or
 * NULL. dNSHostName is not indexed in the directory, so a partial index
 * asks for sAMAccountName <first label>$ (cut at 15 characters, too) and
 * for the holder of HOST/<fqdn>, and compares the name.
 */
bool spn_index_computer_by_dns(struct spn_index *index,
			       struct spn_str fqdn,
			       const struct spn_account **_computer);

/*
 * These only a complete index can answer; a partial one must not be asked.
 * Accounts of any kind, with SPNs or without.
 */
/* The live account with exactly this sAMAccountName, or NULL. */
bool spn_index_account_by_name(struct spn_index *index,
			       struct spn_str sam_account_name,
			       const struct spn_account **_account);
/* Live computers of which this is any name: NetBIOS, DNS, additional. */
bool spn_index_computers_named(struct spn_index *index,
			       TALLOC_CTX *mem_ctx,
			       struct spn_str host_name,
			       struct spn_holders *_computers);
/* Live accounts with this userPrincipalName (facts). */
bool spn_index_upn_holders(struct spn_index *index,
			   TALLOC_CTX *mem_ctx,
			   struct spn_str user_principal_name,
			   struct spn_holders *_holders);
/* Deleted objects that would bring this SPN back; no other function finds
 * deleted ones. */
bool spn_index_deleted_holders(struct spn_index *index,
			       TALLOC_CTX *mem_ctx,
			       const struct spn_value *spn,
			       struct spn_holders *_holders);

/* Its accounts, one by one; NULL for a partial index. */
struct spn_census;
struct spn_census *spn_index_census(struct spn_index *index);

/* The DNS suffixes of the forest, which have not been read, are needed. */
void spn_index_want_suffixes(struct spn_index *index);
bool spn_index_wants_suffixes(const struct spn_index *index);

/* The questions noted since the last spn_index_answered(), each once. The
 * result is good until the next question is asked. */
const struct spn_question *spn_index_open_questions(struct spn_index *index,
						    size_t *_num);

/* What was found for them has been added: they count as known. anywhere: every
 * naming context was searched. False when out of memory. */
bool spn_index_answered(struct spn_index *index, bool anywhere);

#endif
