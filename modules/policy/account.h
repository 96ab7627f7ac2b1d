/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An object that holds SPNs, as rules see it.
 */
#ifndef SPN_POLICY_ACCOUNT_H
#define SPN_POLICY_ACCOUNT_H

#include "set.h"

enum spn_kind {
	SPN_KIND_OTHER, /* no account at all: a serviceConnectionPoint */
	SPN_KIND_USER,
	SPN_KIND_COMPUTER,
	SPN_KIND_GMSA, /* managed service account, group or not */
};

struct spn_facts;
struct spn_names;

/* Identity is object_guid; dn is for people. */
struct spn_account {
	const char *object_guid; /* "" while it is being added */
	const char *dn;
	const char *sam_account_name;		/* NULL when it has none */
	const char *dns_host_name;		/* NULL when it has none */
	const char **additional_dns_host_names; /* NULL-terminated, or NULL */
	/* msDS-AdditionalSamAccountName, each with its "$", likewise */
	const char **additional_sam_names;
	const char *dns_domain; /* DNS name of the domain it belongs to */
	enum spn_kind kind;
	bool is_dc;
	bool is_disabled;
	bool is_deleted; /* in an audit; anywhere else it is not there */
	/* A KDC has nothing to encrypt with. Only userAccountControl is looked
	 * at: who has never had a password has no key either, but no
	 * attribute that may be read says so. */
	bool has_no_key;
	/* msDS-SecondaryKrbTgtNumber: made as the key of a read-only DC */
	bool has_krbtgt_number;
	/* A census has seen to it that nobody else alive holds any of spns,
	 * and that they are all different. False: nobody knows. */
	bool is_alone;
	bool has_own_cn; /* likewise: a machine, and no other has its CN */
	struct spn_set spns;
	const struct spn_facts *facts; /* of an audit, or NULL */
	/* Of long lists of additional names, in an audit; else NULL. */
	const struct spn_names *dns_names;
	const struct spn_names *sam_names;
	/* On a page of a census: which one it is, plus 1; else 0. */
	size_t census_number;
};

/* An account without names and SPNs. NULL when out of memory. */
struct spn_account *spn_account_new(TALLOC_CTX *mem_ctx,
				    const char *object_guid);

/* Copies the value, the account owns it. False when out of memory. */
bool spn_account_add(struct spn_account *account,
		     const struct spn_fold *fold,
		     struct spn_str value);

/* The same for many, in two blocks of memory and not in two for each. */
bool spn_account_add_all(struct spn_account *account,
			 const struct spn_fold *fold,
			 const struct spn_str *values,
			 size_t num);

/* The first value with that key, or NULL. NULL account: NULL. */
const struct spn_value *spn_account_find(const struct spn_account *account,
					 struct spn_str key);
size_t spn_account_count(const struct spn_account *account,
			 struct spn_str key);

bool spn_account_same(const struct spn_account *a,
		      const struct spn_account *b);

/* Computers and managed service accounts: their names end in "$". */
bool spn_account_is_machine(const struct spn_account *account);

/* sAMAccountName of a machine without its "$"; len 0 for anything else. */
struct spn_str spn_account_netbios_name(const struct spn_account *account);

/*
 * The CN of its DN, as it is without escapes: a slice of the DN, or on
 * mem_ctx. len 0 if the DN begins with something else. False when out of
 * memory.
 */
bool spn_account_cn(TALLOC_CTX *mem_ctx,
		    const struct spn_account *account,
		    struct spn_str *_cn);

/* host is a name of this computer: NetBIOS, DNS, additional ones of both. */
bool spn_account_has_name(const struct spn_account *account,
			  struct spn_str host);

/* dNSHostName or one of msDS-AdditionalDnsHostName. */
bool spn_account_has_dns_name(const struct spn_account *account,
			      struct spn_str host);

/*
 * The key of a KDC: krbtgt, and that of a read-only DC or of a cloud that acts
 * as one: krbtgt_NUMBER, or whatever it was renamed to. Those are disabled,
 * always: so who makes an account of his own like that hides nothing that logs
 * on.
 */
bool spn_account_is_krbtgt(const struct spn_account *account);

/* What every domain has. */
#define SPN_OF_KRBTGT "kadmin/changepw"

/* That SPN of these: every domain has it, so it is no duplicate. Of the
 * account name, kind and flags are looked at. */
bool spn_account_shares(const struct spn_account *account,
			struct spn_str value);

#endif
