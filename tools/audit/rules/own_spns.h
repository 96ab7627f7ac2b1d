/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of the rule hosts: the SPNs that a computer has by what it is, and those
 * that only a domain controller can have.
 */
#ifndef SPN_AUDIT_RULES_OWN_SPNS_H
#define SPN_AUDIT_RULES_OWN_SPNS_H

#include "rules.h"

extern const char audit_rule_name_hosts[]; /* one text for all messages */

extern const struct spn_message audit_host_missing;
extern const struct spn_message audit_dc_set;
extern const struct spn_message audit_own_domain;

/* False when out of memory. */
bool audit_judge_own_spns(const struct spn_case *c, struct spn_report *report);

#endif
