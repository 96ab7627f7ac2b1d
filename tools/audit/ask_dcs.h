/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --check-dcs: what the domain controllers say of the module.
 */
#ifndef SPN_AUDIT_ASK_DCS_H
#define SPN_AUDIT_ASK_DCS_H

#include "common/dcs.h"

/*
 * How many did not answer is said on standard error. The directory is opened
 * for it, and closed again: nobody may have its files open. On false *_reason
 * is one line on mem_ctx, NULL when out of memory.
 */
bool audit_ask_dcs(TALLOC_CTX *mem_ctx,
		   struct spn_connect *connect,
		   const struct spn_dcs **_dcs,
		   const char **_reason);

#endif
