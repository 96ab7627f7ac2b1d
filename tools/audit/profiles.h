/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an auditor wants to know of the accounts in a report, whatever was
 * found. Only where a format has it: more is read then.
 */
#ifndef SPN_AUDIT_PROFILES_H
#define SPN_AUDIT_PROFILES_H

#include "audit/rules/key_types.h"
#include "findings.h"
#include "scan.h"

enum audit_delegates {
	AUDIT_DELEGATES_TO_ALL = 1,  /* to any service */
	AUDIT_DELEGATES_TO_SOME = 2, /* to those of msDS-AllowedToDelegateTo */
	AUDIT_DELEGATES_ANYBODY = 4, /* whoever logged on without Kerberos */
	AUDIT_DELEGATES_LETS = 8,    /* others to it: resource-based */
};

#define AUDIT_NUM_DELEGATES 4

/* Times are seconds since 1970; 0: never, or not known. */
struct audit_profile {
	const struct spn_account *account;
	bool is_known; /* else nothing of what follows is */
	int64_t password_set;
	bool must_change_password; /* pwdLastSet is 0 */
	int64_t last_logon; /* lastLogonTimestamp: up to 14 days too old */
	struct audit_key_types key;
	bool is_privileged;   /* adminCount=1, or admin_groups */
	uint8_t admin_groups; /* bits, facts/groups.h */
	unsigned delegates;   /* bits */
};

struct audit_profiles {
	struct audit_profile *profiles; /* each account once, sorted by DN */
	size_t num_profiles;
};

/* Of all accounts that these findings and their consequences name. NULL when
 * out of memory. */
struct audit_profiles *audit_profiles_new(
	TALLOC_CTX *mem_ctx,
	const struct audit_scan *scan,
	const struct audit_findings *findings);

/* NULL: there is none. NULL profiles have none. */
const struct audit_profile *audit_profile_of(
	const struct audit_profiles *profiles,
	const struct spn_account *account);

/* There is something to say: it was read, and is of an account. */
static inline bool audit_profile_is_told(const struct audit_profile *profile)
{
	return profile != NULL && profile->is_known &&
	       profile->account->kind != SPN_KIND_OTHER;
}

/* The name of a bit, "constrained" for 1 << 1. */
const char *audit_delegates_text(size_t i);

#endif
