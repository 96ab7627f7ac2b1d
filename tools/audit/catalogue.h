/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What spn-audit says of its own rules: --list-rules and --explain.
 */
#ifndef SPN_AUDIT_CATALOGUE_H
#define SPN_AUDIT_CATALOGUE_H

#include "choice.h"
#include "common/words.h"

/* Every rule with its codes and the severities that were chosen. */
void audit_list_rules(const struct audit_choice *choice,
		      const struct spn_page *page);

/* The codes that wanted has on, and behind the last one of each rule its page.
 * False when out of memory. */
bool audit_explain(TALLOC_CTX *mem_ctx,
		   const struct audit_choice *choice,
		   const struct audit_choice *wanted,
		   const struct spn_page *page);

#endif
