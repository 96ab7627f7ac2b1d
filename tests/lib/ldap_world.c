/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Searches by libldap, and what comes of them: see ldap_world.h.
 */

#include "ldap_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>
#include <ldb_module.h>
#include <sys/socket.h>

static int callback(struct ldb_request *req, struct ldb_reply *ares)
{
	struct ldap_seen *seen = req->context;
	int ret = LDB_SUCCESS;

	assert_non_null(ares);
	switch (ares->type) {
	case LDB_REPLY_ENTRY:
		seen->num_entries++;
		if (seen->first == NULL) {
			seen->first = talloc_move(seen->mem_ctx,
						  &ares->message);
		}
		if (seen->on_entry != NULL) {
			seen->on_entry(seen);
		}
		if (seen->num_entries == (size_t)seen->fails_at) {
			ret = ldb_request_done(req, LDB_ERR_BUSY);
		}
		break;
	case LDB_REPLY_REFERRAL:
		seen->num_referrals++;
		seen->referral = talloc_strdup(seen->mem_ctx, ares->referral);
		break;
	case LDB_REPLY_DONE:
		seen->num_ends++;
		seen->controls = talloc_steal(seen->mem_ctx, ares->controls);
		ret = ldb_request_done(req, ares->error);
		break;
	}
	talloc_free(ares);
	return ret;
}

int ldap_world_set_up(void **state)
{
	static const char *const attrs[] = {"cn", NULL};
	struct ldap_world *w = talloc_zero(NULL, struct ldap_world);

	w->scope = LDB_SCOPE_SUBTREE;
	w->filter = "(cn=\\00a*)";
	w->attrs = attrs;
	w->seen.mem_ctx = w;
	w->ldb = ldap_answers_open(w, &w->server);
	*state = w;
	return 0;
}

int ldap_world_tear_down(void **state)
{
	struct ldap_world *w = *state;

	close(w->server);
	talloc_free(w);
	return 0;
}

struct ldb_request *ldap_world_ask(struct ldap_world *w,
				   const char *base,
				   struct ldb_control **controls)
{
	struct ldb_request *req = NULL;
	int ret = ldb_build_search_req(&req,
				       w->ldb,
				       w,
				       ldb_dn_new(w, w->ldb, base),
				       w->scope,
				       w->filter,
				       w->attrs,
				       controls,
				       &w->seen,
				       callback,
				       NULL);

	assert_int_equal(ret, LDB_SUCCESS);
	ldb_set_timeout(w->ldb, req, w->seconds);
	return req;
}

int ldap_world_run(struct ldap_world *w, const char *base)
{
	struct ldb_request *req = ldap_world_ask(w, base, NULL);
	int ret = ldb_request(w->ldb, req);

	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	talloc_free(req);
	return ret;
}

void ldap_world_put(const struct ldap_world *w, struct spn_str bytes)
{
	ldap_answers_put(w->server, bytes);
}

size_t ldap_world_sent(const struct ldap_world *w, char *bytes, size_t size)
{
	ssize_t len = recv(w->server, bytes, size, MSG_DONTWAIT);

	return (len > 0) ? (size_t)len : 0;
}
