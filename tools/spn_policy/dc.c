/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the DC that answers, local or over LDAP, says about itself.
 *
 * A module that registers a control appears in supportedControl of the
 * rootDSE, which everybody may read. It is all that can be seen over LDAP of
 * the list of modules.
 */

#include "spn_policy.h"
#include "tool.h"

#include <string.h>

/* The control that the module registers; see spn_policy_init(). */

/* One attribute of one object; NULL when it cannot be read. */
static const struct ldb_message *policy_read_attr(TALLOC_CTX *mem_ctx,
						  struct ldb_context *ldb,
						  struct ldb_dn *dn,
						  const char *attr)
{
	const char *const attrs[] = {attr, NULL};
	struct ldb_result *res = NULL;
	int ret;

	if (dn == NULL) {
		return NULL;
	}
	ret = ldb_search(ldb, mem_ctx, &res, dn, LDB_SCOPE_BASE, attrs, NULL);
	if (ret != LDB_SUCCESS || res->count != 1) {
		return NULL;
	}
	return res->msgs[0];
}

struct ldb_dn *policy_this_dc(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	struct ldb_dn *root = ldb_dn_new(mem_ctx, ldb, NULL);
	const struct ldb_message *msg = NULL;

	msg = policy_read_attr(mem_ctx, ldb, root, "dsServiceName");
	if (msg == NULL) {
		return NULL;
	}
	return spn_values_dn(mem_ctx, ldb, msg, "dsServiceName");
}

bool policy_is_read_only(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	struct ldb_dn *this_dc = policy_this_dc(mem_ctx, ldb);
	const struct ldb_message *msg = NULL;

	msg = policy_read_attr(mem_ctx, ldb, this_dc, "msDS-isRODC");
	return msg != NULL && spn_values_bool(msg, "msDS-isRODC");
}

bool policy_is_announced(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	struct ldb_dn *root = ldb_dn_new(mem_ctx, ldb, NULL);
	const struct ldb_message *msg = NULL;

	msg = policy_read_attr(mem_ctx, ldb, root, "supportedControl");
	return msg != NULL &&
	       spn_values_has(spn_values_of(msg, "supportedControl"),
			      spn_str_of(SPN_POLICY_CONTROL_OID));
}
