/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others use of the rule syntax.
 */
#ifndef SPN_POLICY_RULES_SYNTAX_H
#define SPN_POLICY_RULES_SYNTAX_H

#include "rules.h"

/* SPN-015: its partner is words; the names are in policy/meant.h. */
extern const struct spn_message spn_mal_list;

#endif
