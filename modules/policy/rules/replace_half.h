/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The setting replace-half: what http-pair says of a half that stays alone
 * because a replace does not list the other.
 */
#ifndef SPN_POLICY_RULES_REPLACE_HALF_H
#define SPN_POLICY_RULES_REPLACE_HALF_H

#include "policy/report.h"

extern const struct spn_message spn_pair_left_out; /* SPN-309 */

/* v is what the rule says of a half without its other half. */
void spn_replace_half_settle(const struct spn_settings *settings,
			     struct spn_violation *v);

#endif
