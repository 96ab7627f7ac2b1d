/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What only an audit wants to know: of an account, and of the world around
 * the directory. Writes have neither, and rules that need them say nothing
 * there.
 *
 * Times are seconds since 1970, UTC.
 */
#ifndef SPN_AUDIT_RULES_FACTS_H
#define SPN_AUDIT_RULES_FACTS_H

#include <stdint.h>

#include "policy/names.h"

#define SPN_UAC_DISABLED 0x2u
#define SPN_UAC_DONT_EXPIRE_PASSWORD 0x10000u
#define SPN_UAC_TRUSTED_FOR_DELEGATION 0x80000u
#define SPN_UAC_USE_DES_KEY_ONLY 0x200000u
#define SPN_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION 0x1000000u

/* Somebody who is no administrator and may change an account's SPNs. */
struct spn_writer {
	const char *trustee; /* "S-1-5-..." */
	const char *right;   /* "write servicePrincipalName", "GenericAll" */
};

struct spn_facts {
	uint32_t control;	   /* userAccountControl */
	uint32_t encryption_types; /* msDS-SupportedEncryptionTypes */
	bool has_encryption_types; /* the attribute is set */
	bool is_privileged; /* adminCount=1, or in a group of administrators */
	int64_t password_set;	  /* pwdLastSet; 0: never, or not known */
	bool has_no_password_yet; /* pwdLastSet is there, and is 0 */
	int64_t last_logon; /* lastLogonTimestamp; 0: never, or not known */
	int64_t expires;    /* accountExpires; 0: never */
	const char *user_principal_name;   /* NULL when it has none */
	const struct spn_str *delegate_to; /* msDS-AllowedToDelegateTo */
	size_t num_delegate_to;
	bool lets_delegate; /* msDS-AllowedToActOnBehalfOfOtherIdentity; known
			       if accounts are described, profiles.h */
	const char **password_readers; /* names ("web01") of the computers that
			       msDS-HostServiceAccountBL or the right to read
			       the password of a gMSA lets use it, NULL-
			       terminated; NULL: not known */
	const struct spn_writer *writers;
	size_t num_writers;
};

enum spn_dns_answer {
	SPN_DNS_UNKNOWN, /* nobody was asked, or nobody knows */
	SPN_DNS_EXISTS,
	SPN_DNS_ABSENT,
};

/* Around the directory. */
struct spn_surroundings {
	int64_t now;
	int64_t stale_age;    /* seconds: a computer that is silent longer */
	int64_t password_age; /* seconds: a service's password is old then */
	/* What a KDC takes for a ticket to an account that has no
	 * msDS-SupportedEncryptionTypes; 0: not known. */
	uint32_t ticket_types;
	/* A name of a host, in any case; never fails. */
	enum spn_dns_answer (*ask_dns)(void *private_data,
				       struct spn_str name);
	void *private_data;
	/* Whether the DNS zones of the directory lead clients that use alias
	 * to the computer with that DNS name. NULL: not known. */
	bool (*leads_to)(void *zones,
			 struct spn_str alias,
			 struct spn_str computer);
	void *zones;
	/* DNS itself was asked (--check-dns), not the zones of the directory
	 */
	bool dns_is_live;
};

#endif
