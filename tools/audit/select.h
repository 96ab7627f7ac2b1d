/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --account and --base: whose findings are wanted. The whole directory is
 * judged all the same, or the other side of a duplicate would be missed.
 */
#ifndef SPN_AUDIT_SELECT_H
#define SPN_AUDIT_SELECT_H

#include "scan.h"

struct audit_select;

/*
 * account: a sAMAccountName, with or without "$", or a DN; base: a DN; NULL
 * for what was not given. Both must exist: a name that does not has no
 * findings, which is not what was asked. On false *_reason is one line on
 * mem_ctx, or NULL when out of memory.
 */
bool audit_select_new(TALLOC_CTX *mem_ctx,
		      const struct audit_scan *scan,
		      const char *account,
		      const char *base,
		      struct audit_select **_select,
		      const char **_reason);

/* For audit_findings_keep(). */
bool audit_select_wants(void *select, const struct spn_account *account);

#endif
