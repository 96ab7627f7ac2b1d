/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts that do not log on like others, on purpose, and names that are
 * nobody's here.
 */
#ifndef SPN_AUDIT_RULES_PURPOSE_H
#define SPN_AUDIT_RULES_PURPOSE_H

#include "policy/case.h"

/*
 * What the account is, for a sentence: "a name of a failover cluster". NULL:
 * no reason is known why it should be there unused. It takes facts of an
 * audit.
 */
const char *audit_purpose_of(const struct spn_account *account);

/* An FQDN in no DNS domain that this forest has anything to do with. */
bool audit_is_foreign(const struct spn_case *c, struct spn_str host);

#endif
