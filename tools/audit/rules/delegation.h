/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others use of the rule delegation.
 */
#ifndef SPN_AUDIT_RULES_DELEGATION_H
#define SPN_AUDIT_RULES_DELEGATION_H

#include "policy/messages.h"

/* SPN-804: who may write the SPNs of an account. */
extern const struct spn_message spn_acl_writespn;

#endif
