/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose key a domain controller answers with when somebody asks for a ticket
 * for a service principal name. docs/kdc.md says it in words; a generated test
 * asks a real one (tests/dc/module_kdc_names.py).
 */
#ifndef SPN_POLICY_KDC_NAMES_H
#define SPN_POLICY_KDC_NAMES_H

#include "forest.h"
#include "index.h"

/* RFC 4120 7.5.9 */
enum spn_kdc_error {
	SPN_KDC_TICKET = 0,
	SPN_KDC_UNKNOWN = 7, /* KDC_ERR_S_PRINCIPAL_UNKNOWN */
	SPN_KDC_NO_TYPE = 14 /* KDC_ERR_ETYPE_NOSUPP */
};

enum spn_kdc_reason {
	/* one account */
	SPN_KDC_HELD,	   /* it holds exactly this name */
	SPN_KDC_STANDS_IN, /* it holds HOST/host, the class maps to that */
	SPN_KDC_COMPUTER,  /* the computer object with the CN of that host */
	SPN_KDC_KRBTGT,	   /* the domain's own; no account is given */
	/* none */
	SPN_KDC_NOBODY,
	SPN_KDC_DUPLICATE, /* several hold it */
	/* One holds HOST/host, and another computer object has that CN: the
	 * directory has no duplicate, the KDC does. */
	SPN_KDC_HIDDEN_DUPLICATE,
	SPN_KDC_SEVERAL_COMPUTERS, /* nobody holds it, several have that CN */
	SPN_KDC_OWN_DOMAIN,	   /* the third part is the domain, and the
				      account is no domain controller */
	SPN_KDC_NO_KEY,		   /* the account has none */
	SPN_KDC_NO_SPN, /* no slash: a KDC takes it for a logon name */
};

struct spn_kdc_answer {
	enum spn_kdc_error error;
	enum spn_kdc_reason reason;
	/* Whose key; of SPN_KDC_OWN_DOMAIN and SPN_KDC_NO_KEY, who would have
	 * been it; else NULL. */
	const struct spn_account *account;
	/* All that were found under the last name that was looked up: more
	 * than one of a duplicate. On mem_ctx, or shared. */
	struct spn_holders found;
	/* That name as the KDC writes it, HOST/x for http/x. On mem_ctx. */
	struct spn_str name;
};

/*
 * What a Samba DC of the domain answers, as its source and real ones of 4.17
 * to 4.24 have it. name is what a client asks for, with slashes between its
 * parts. Names of a trusted domain, for which there would be a referral, are
 * not known here. False when out of memory.
 */
bool spn_kdc_samba(struct spn_index *index,
		   const struct spn_forest *forest,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str name,
		   struct spn_kdc_answer *_answer);

/*
 * What a Windows DC answers, as MS-DRSR has it (LookupSPN): the holders
 * of class/host, or else those of the class that it maps to. It knows no CN.
 * Nothing here was tried on one.
 */
bool spn_kdc_windows(struct spn_index *index,
		     const struct spn_forest *forest,
		     TALLOC_CTX *mem_ctx,
		     struct spn_str service_class,
		     struct spn_str host,
		     struct spn_kdc_answer *_answer);

/* The word for it, in tests and tables: "held", "hidden-duplicate". */
const char *spn_kdc_reason_word(enum spn_kdc_reason reason);

#endif
