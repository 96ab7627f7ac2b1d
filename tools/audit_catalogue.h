/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What spn-audit says of its own rules: --list-rules and --explain.
 */
#ifndef SPN_AUDIT_CATALOGUE_H
#define SPN_AUDIT_CATALOGUE_H

#include <stdio.h>

#include "audit_choice.h"

/* Every rule with its codes and the severities that were chosen. */
void audit_list_rules(const struct audit_choice *choice, FILE *stream);

/* By code or id; NULL when there is none. */
const struct spn_message *audit_message_by_key(const char *key);

/* False when out of memory. */
bool audit_explain(TALLOC_CTX *mem_ctx,
		   const struct audit_choice *choice,
		   const struct spn_message *message,
		   FILE *stream);

#endif
