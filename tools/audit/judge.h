/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every account of a scan before the rules.
 */
#ifndef SPN_AUDIT_JUDGE_H
#define SPN_AUDIT_JUDGE_H

#include "scan.h"

/*
 * Adds what the rules say of each live account to scan->violations, except
 * what choice leaves out. a has all but the account; wide is the census of its
 * wide index, or NULL. is_trial: nothing is kept. False when out of memory.
 */
bool audit_judge_accounts(struct audit_scan *scan,
			  const struct audit_choice *choice,
			  struct audit_case *a,
			  struct spn_census *wide,
			  bool is_trial);

/* The same for what belongs to no account; problems are those of the settings,
 * NULL-terminated, or NULL. */
bool audit_judge_forest(struct audit_scan *scan, const char **problems);

/* What DCs have said, of which those that were not reached are not judged.
 * NULL: nobody was asked. */
bool audit_judge_dcs(struct audit_scan *scan, const struct spn_dcs *dcs);

#endif
