/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others use of the rule alias-spn.
 */
#ifndef SPN_POLICY_RULES_ALIAS_SPN_H
#define SPN_POLICY_RULES_ALIAS_SPN_H

#include "rules.h"

/* SPN-202: HOST on an account that is no computer. */
extern const struct spn_message spn_host_on_user;

/* The case of that message. */
bool spn_is_host_on_user(const struct spn_account *account,
			 const struct spn *spn);

#endif
