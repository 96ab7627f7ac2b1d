/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules may ask about the directory: who holds an SPN, which computer
 * has a name. There is one question for each function here, and whoever
 * answers has a table of functions, struct spn_index_ops.
 *
 * Two do. A partial index (partial.h) starts empty and learns: a question
 * that it cannot answer yet is noted, and answered "nobody" for the moment.
 * A census, which only audits and tests have, holds every account of the
 * forest: what is not in it does not exist. A rule cannot tell which one it
 * asks. So it is one pure function that just asks, and cannot forget to
 * announce what it will want to know.
 */
#ifndef SPN_POLICY_INDEX_H
#define SPN_POLICY_INDEX_H

#include "account.h"

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
	/* Plus 1: the one that has this name, for a NetBIOS name; and which
	 * of the holders of HOST/<DNS name> has that. */
	size_t with_name;
	size_t with_dns_name;
	const struct spn_account **kept; /* an audit's own copy, or NULL */
};

/*
 * Who holds an SPN: live accounts, each once, in no order. With many, which
 * only a census gives, the list is not the caller's, is in the order
 * of census_number, and stays as it is.
 */
struct spn_holders {
	const struct spn_account **accounts;
	size_t num_accounts;
	struct spn_many *many; /* NULL: a short list, the caller's own */
};

/* The list that a function below has given goes. */
void spn_holders_free(struct spn_holders *holders);

/* Exactly this one account. */
bool spn_holders_is_only(const struct spn_holders *holders,
			 const struct spn_account *account);
bool spn_holders_has(const struct spn_holders *holders,
		     const struct spn_account *account);
/* Of a list that many have nothing is left out: it is there all the same. */
void spn_holders_leave_out(struct spn_holders *holders,
			   const struct spn_account *account);

/* Where holders are looked for. */
enum spn_scope {
	SPN_ANYWHERE,
	SPN_IN_DOMAINS, /* as far as a KDC looks */
};

/*
 * Whoever answers. All of these return false only when out of memory; results
 * live on mem_ctx, accounts belong to whoever added them.
 */
struct spn_index_ops {
	/* text folded, on mem_ctx or on the index */
	bool (*key)(struct spn_index *index,
		    TALLOC_CTX *mem_ctx,
		    struct spn_str text,
		    struct spn_str *_key);
	bool (*holders)(struct spn_index *index,
			TALLOC_CTX *mem_ctx,
			enum spn_scope scope,
			const struct spn_value *spn,
			struct spn_holders *_holders);
	bool (*by_name)(struct spn_index *index,
			struct spn_str netbios_name,
			const struct spn_account **_computer);
	bool (*by_cn)(struct spn_index *index,
		      TALLOC_CTX *mem_ctx,
		      const struct spn_value *cn,
		      struct spn_holders *_computers);
	/* NULL: they are always there */
	void (*want_suffixes)(struct spn_index *index);
};

/* The first member of whatever has answers, and with it a talloc context. */
struct spn_index {
	const struct spn_index_ops *ops;
	struct spn_fold fold; /* its private data must live as long */
};

const struct spn_fold *spn_index_fold(const struct spn_index *index);

/* "class/host" as text, on mem_ctx, and folded, there or on the index. */
bool spn_index_key(struct spn_index *index,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str service_class,
		   struct spn_str host_name,
		   struct spn_value *_spn);

/* Who holds "class/host". */
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

/* The same, as far as a KDC looks. */
bool spn_index_domain_holders_of(struct spn_index *index,
				 TALLOC_CTX *mem_ctx,
				 const struct spn_value *spn,
				 struct spn_holders *_holders);

/* The computer with this NetBIOS name (sAMAccountName name$), or NULL. */
bool spn_index_computer_by_name(struct spn_index *index,
				struct spn_str netbios_name,
				const struct spn_account **_computer);

/*
 * The computer with this dNSHostName or msDS-AdditionalDnsHostName, or
 * NULL. Neither is indexed in the directory. So only two ways lead to it: its
 * sAMAccountName is <first label>$ (cut at 15 characters, too), or it holds
 * HOST/<fqdn>. Without either a KDC does not know it by that name. Of several
 * it is the one with that sAMAccountName, or else that with the lowest
 * objectGUID.
 */
bool spn_index_computer_by_dns(struct spn_index *index,
			       struct spn_str fqdn,
			       const struct spn_account **_computer);

/*
 * All objects of class computer in the domains, managed service accounts among
 * them, whose CN this is: how a Samba KDC finds one by the name of its host.
 * Not sAMAccountName.
 */
bool spn_index_computers_by_cn(struct spn_index *index,
			       TALLOC_CTX *mem_ctx,
			       struct spn_str cn,
			       struct spn_holders *_computers);

/* The DNS suffixes of the forest, which have not been read, are needed. */
void spn_index_want_suffixes(struct spn_index *index);

#endif
