/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's own structures are in private headers, so the leading members are
 * written down here once more; what follows them is zero. They are what
 * access control looks at.
 */
#include "caller.h"

#include <string.h>

#include <ldb_module.h>

#define MAX_SIDS 5
#define SID_HEAD 8 /* bytes before the first sub-authority */
#define MORE_BYTES 1024

struct sid {
	uint8_t revision;
	int8_t num_auths;
	uint8_t id_auth[6];
	uint32_t sub_auths[15];
};

struct token {
	uint32_t num_sids;
	struct sid *sids;
	uint8_t more[MORE_BYTES];
};

struct session {
	struct token *token;
	uint8_t more[MORE_BYTES];
};

/* One context, one caller at a time. */
static struct sid sids[MAX_SIDS];
static struct token token = {.sids = sids};

static void add_sid(uint8_t authority, uint32_t sub_authority)
{
	sids[token.num_sids++] = (struct sid){
		.revision = 1,
		.num_auths = 1,
		.id_auth = {0, 0, 0, 0, 0, authority},
		.sub_auths = {sub_authority},
	};
}

static void add_everybody(void)
{
	add_sid(1, 0); /* Everyone */
	add_sid(5, 2); /* Network */
}

/* The account itself and its domain's group with this RID. */
static bool add_account(const struct ldb_val *bytes, uint32_t group)
{
	struct sid sid = {};
	size_t i;

	if (bytes == NULL || bytes->length < SID_HEAD || bytes->data[1] > 15 ||
	    bytes->length != SID_HEAD + 4 * (size_t)bytes->data[1])
	{
		return false;
	}
	sid.revision = bytes->data[0];
	sid.num_auths = (int8_t)bytes->data[1];
	memcpy(sid.id_auth, bytes->data + 2, sizeof(sid.id_auth));
	for (i = 0; i < bytes->data[1]; i++) {
		const uint8_t *at = bytes->data + SID_HEAD + 4 * i;

		sid.sub_auths[i] = at[0] | at[1] << 8 | at[2] << 16 |
				   (uint32_t)at[3] << 24;
	}
	sids[token.num_sids++] = sid;
	sid.sub_auths[bytes->data[1] - 1] = group;
	sids[token.num_sids++] = sid;
	return true;
}

static bool add_named(struct ldb_context *ldb, const char *name)
{
	static const char *const attrs[] = {"objectSid", NULL};
	const uint32_t domain_users = 513;
	const uint32_t domain_computers = 515;
	bool is_machine = name[strlen(name) - 1] == '$';
	struct ldb_result *res = NULL;
	bool found = false;

	if (ldb_search(ldb,
		       ldb,
		       &res,
		       ldb_get_default_basedn(ldb),
		       LDB_SCOPE_SUBTREE,
		       attrs,
		       "(sAMAccountName=%s)",
		       name) == LDB_SUCCESS &&
	    res->count == 1)
	{
		found = add_account(ldb_msg_find_ldb_val(res->msgs[0],
							 "objectSid"),
				    is_machine ? domain_computers
					       : domain_users);
	}
	talloc_free(res);
	return found;
}

bool bench_caller_set(struct ldb_context *ldb, const char *name)
{
	static void *opener;
	static struct session *session;

	if (opener == NULL) {
		opener = ldb_get_opaque(ldb, "sessionInfo");
	}
	if (ldb_set_opaque(ldb, "sessionInfo", opener) != LDB_SUCCESS) {
		return false;
	}
	token.num_sids = 0;
	if (strcmp(name, "system") == 0 || strcmp(name, "client") == 0) {
		return true;
	}
	if (strcmp(name, "anonymous") == 0) {
		add_sid(5, 7);
	} else if (!add_named(ldb, name)) {
		return false;
	} else {
		add_sid(5, 11); /* Authenticated Users */
	}
	add_everybody();
	if (session == NULL) {
		session = talloc_zero(ldb, struct session);
	}
	if (session == NULL) {
		return false;
	}
	session->token = &token;
	talloc_set_name_const(session, "struct auth_session_info");
	return ldb_set_opaque(ldb, "sessionInfo", session) == LDB_SUCCESS;
}

int bench_caller_modify(struct ldb_context *ldb, struct ldb_message *msg)
{
	struct ldb_request *req = NULL;
	int ret = ldb_transaction_start(ldb);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	ret = ldb_build_mod_req(&req,
				ldb,
				ldb,
				msg,
				NULL,
				NULL,
				ldb_op_default_callback,
				NULL);
	if (ret == LDB_SUCCESS) {
		ldb_req_mark_untrusted(req);
		ret = ldb_request(ldb, req);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	talloc_free(req);
	if (ret == LDB_SUCCESS) {
		return ldb_transaction_commit(ldb);
	}
	ldb_transaction_cancel(ldb);
	return ret;
}
