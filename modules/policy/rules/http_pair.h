/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others use of the rule http-pair.
 */
#ifndef SPN_POLICY_RULES_HTTP_PAIR_H
#define SPN_POLICY_RULES_HTTP_PAIR_H

#include "policy/messages.h"

/* The name of the rule, for those of its messages that stand elsewhere. */
extern const char spn_http_pair_name[];

/* SPN-303: the halves of a pair are on different accounts. */
extern const struct spn_message spn_pair_split;

#endif
