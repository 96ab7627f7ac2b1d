/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Before an audit reads its directory: files of a local one can be open only
 * once in a process.
 */
#include "ask_dcs.h"

bool audit_ask_dcs(TALLOC_CTX *mem_ctx,
		   struct spn_connect *connect,
		   const struct spn_dcs **_dcs,
		   const char **_reason)
{
	struct spn_dcs *dcs = spn_dcs_read(mem_ctx, connect, _reason);
	size_t num_unknown = 0;

	if (dcs == NULL || !spn_dcs_ask(connect, dcs)) {
		return false;
	}
	num_unknown = spn_dcs_count(dcs, SPN_STANDING_UNREACHABLE);
	if (num_unknown > 0) {
		spn_connect_message(connect,
				    "no answer from %zu of %zu domain "
				    "controllers: nothing is said of those, "
				    "spn-policy status --all says why",
				    num_unknown,
				    dcs->num_dcs);
	}
	*_dcs = dcs;
	return true;
}
