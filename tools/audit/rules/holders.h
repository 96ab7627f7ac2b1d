/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others use of the rule holders.
 */
#ifndef SPN_AUDIT_RULES_HOLDERS_H
#define SPN_AUDIT_RULES_HOLDERS_H

#include "policy/messages.h"

/* SPN-504: a deleted object would bring an SPN back. */
extern const struct spn_message spn_owner_deleted;

#endif
