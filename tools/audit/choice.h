/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which findings an administrator wants to see and how severe he takes them
 * to be: --rule, --only, --min-severity. Pure.
 *
 * A key is the name of a rule ("http-pair"), a code ("SPN-301") or an id
 * ("PAIR-NO-SHORT"), in either case of letters.
 */
#ifndef SPN_AUDIT_CHOICE_H
#define SPN_AUDIT_CHOICE_H

#include "policy/report.h"

struct audit_choice;

/* Everything, with the severities of the catalogue. NULL: out of memory. */
struct audit_choice *audit_choice_new(TALLOC_CTX *mem_ctx);

/*
 * On false nothing has changed and *_reason says what was wrong and what is
 * allowed; it lives on choice, and is NULL when out of memory.
 */
/* "KEY=error", "KEY=warning", "KEY=info" or "KEY=off" */
bool audit_choice_rule(struct audit_choice *choice,
		       const char *text,
		       const char **_reason);
/* "KEY,KEY..."; more than one call add up */
bool audit_choice_only(struct audit_choice *choice,
		       const char *text,
		       const char **_reason);
/* What to explain, of a choice of its own: the same list, or "all". */
bool audit_choice_explain(struct audit_choice *choice,
			  const char *text,
			  const char **_reason);
/* "error", "warning" or "info" */
bool audit_choice_least(struct audit_choice *choice,
			const char *text,
			const char **_reason);

/* Is reported at all. */
bool audit_choice_is_on(const struct audit_choice *choice,
			const struct spn_message *message);

/* Rules of which nothing is reported: a bit for the number of each
 * (audit_rule_number()). */
uint32_t audit_choice_unwanted(const struct audit_choice *choice);

/* What this finding counts as; found is what the rule says of the case. */
enum spn_severity audit_choice_severity(const struct audit_choice *choice,
					const struct spn_message *message,
					enum spn_severity found);

/* Anything below is left out. */
enum spn_severity audit_choice_lowest(const struct audit_choice *choice);

/* At or above, an audit has failed: error, or what was given as least. */
enum spn_severity audit_choice_threshold(const struct audit_choice *choice);

#endif
