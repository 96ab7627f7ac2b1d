/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Over LDAP a server is asked once for what its module says; one that has no
 * module, or is no Samba, has no such attribute.
 */
#include "kdc.h"

#include "policy/dc_state.h"
#include "store/kdc_config.h"
#include "store/values.h"

uint32_t audit_kdc_types_here(struct spn_connect *connect)
{
	const struct spn_kdc kdc = spn_kdc_of_this_machine(
		spn_connect_loadparm(connect));

	return spn_ticket_types(&kdc);
}

uint32_t audit_kdc_types_there(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	static const char *const attrs[] = {SPN_DC_STATE_ATTRIBUTE, NULL};
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct ldb_dn *root = ldb_dn_new(tmp_ctx, ldb, NULL);
	struct spn_dc_state state = {};
	struct ldb_result *res = NULL;
	const char *reason = NULL;
	int ret = LDB_ERR_OPERATIONS_ERROR;

	if (root != NULL) {
		ret = ldb_search(ldb,
				 tmp_ctx,
				 &res,
				 root,
				 LDB_SCOPE_BASE,
				 attrs,
				 NULL);
	}
	if (ret == LDB_SUCCESS && res->count == 1) {
		(void)spn_dc_state_parse(spn_values_first(res->msgs[0],
							  attrs[0]),
					 &state,
					 &reason);
	}
	talloc_free(tmp_ctx);
	return state.tickets;
}
