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
#ifndef SPN_POLICY_SPN_INDEX_H
#define SPN_POLICY_SPN_INDEX_H

#include "spn_account.h"

struct spn_index;

/* Who holds an SPN: live accounts, each once, in no order. */
struct spn_holders {
	const struct spn_account **accounts;
	size_t num_accounts;
};

/* A search that is still to be made. */
enum spn_question_kind {
	SPN_ASK_SPN,		/* (servicePrincipalName=text), anywhere */
	SPN_ASK_COMPUTER,	/* (sAMAccountName=text), in domains */
	SPN_ASK_SPN_IN_DOMAINS, /* (servicePrincipalName=text), likewise */
	SPN_NUM_QUESTION_KINDS,
};
struct spn_question {
	enum spn_question_kind kind;
	struct spn_str text;
	struct spn_str key; /* folded: the same question has the same key */
};

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
 * Adds a live account. A partial index keeps the pointer, the caller the
 * memory; a complete one has a copy (spn_census), takes deleted ones, too, and
 * what it finds is good until the page of its census is turned.
 * The same account (objectGUID) may be added again by a later search: a
 * partial index keeps the first. False when out of memory.
 */
bool spn_index_add(struct spn_index *index, const struct spn_account *account);

/* An account of a partial index is to have one value more, which it keeps.
 * False when out of memory. */
bool spn_index_add_spn(struct spn_index *index,
		       const struct spn_account *account,
		       const struct spn_value *spn);

/* A partial index has the account of this objectGUID. */
bool spn_index_has(const struct spn_index *index, const char *object_guid);

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
