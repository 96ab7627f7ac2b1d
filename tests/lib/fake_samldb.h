/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * samba_dsdb_fake's inner parts.
 */
#ifndef SPN_POLICY_TESTS_FAKE_SAMLDB_H
#define SPN_POLICY_TESTS_FAKE_SAMLDB_H

#include "fake_stack.h"

/* Sends a request to the tdb and waits for it. */
int fake_send_down(struct ldb_module *module, struct ldb_request *req);
int fake_search_down(struct ldb_module *module,
		     TALLOC_CTX *mem_ctx,
		     struct ldb_dn *base,
		     enum ldb_scope scope,
		     const char *filter,
		     struct ldb_result **_res);

/*
 * samldb_spn_uniqueness_check() of one element: it asks about each value in
 * any case, and refuses if f->samldb_checks.
 */
int fake_samldb_check(struct ldb_module *module,
		      TALLOC_CTX *mem_ctx,
		      const struct ldb_message *msg,
		      struct ldb_dn *dn);

/* class/old becomes class/new, in a list that is to be stored as a whole; NULL
 * when the account has no SPN. */
struct ldb_message *fake_samldb_rewrite(struct ldb_module *module,
					TALLOC_CTX *mem_ctx,
					struct ldb_dn *dn,
					const char *old_name,
					const char *new_name);

#endif
