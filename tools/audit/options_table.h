/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options of spn-audit, as popt reads and explains them. The lists of the
 * shells come from it, too.
 */
#ifndef SPN_AUDIT_OPTIONS_TABLE_H
#define SPN_AUDIT_OPTIONS_TABLE_H

#include "options_view.h"

#include <popt.h>

enum option {
	OPT_FORMAT = 1,
	OPT_OUTPUT,
	OPT_FROM_LDIF,
	OPT_RULE,
	OPT_ONLY,
	OPT_MIN_SEVERITY,
	OPT_ACCOUNT,
	OPT_BASE,
	OPT_BASELINE,
	OPT_WRITE_BASELINE,
	OPT_FIX_LDIF,
	OPT_FIX_SETSPN,
	OPT_TREND,
	OPT_APPLY,
	OPT_YES,
	OPT_UNDO,
	OPT_KEYTAB,
	OPT_CHECK_DNS,
	OPT_CHECK_DCS,
	OPT_PARTIAL,
	OPT_VERBOSE,
	OPT_QUIET,
	OPT_WATCH,
	OPT_LIST_RULES,
	OPT_EXPLAIN,
	OPT_DNS_SERVER,
	OPT_KDC_TYPES,
	OPT_CONFIG,
	OPT_NO_CONFIG,
	OPT_VIEW, /* and AUDIT_VIEW_NUM in all */
	OPT_NUMBERS = OPT_VIEW +
		      AUDIT_VIEW_NUM, /* and one for each AUDIT_... */
};

#endif
