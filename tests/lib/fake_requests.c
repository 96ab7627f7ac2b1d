/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages from a line of text, and requests as the LDAP server sends them.
 */
#include "fake_stack.h"

struct ldb_dn *fake_dn(struct fake *f, TALLOC_CTX *mem_ctx, const char *name)
{
	struct ldb_dn *dn = NULL;

	if (strchr(name, '=') != NULL || name[0] == '@') {
		dn = ldb_dn_new(mem_ctx, f->ldb, name);
	} else {
		dn = ldb_dn_new_fmt(mem_ctx,
				    f->ldb,
				    "CN=%s,CN=Users,DC=example,DC=com",
				    name);
	}
	assert_non_null(dn);
	return dn;
}

/* One line "+attr value|value" as an element behind those that are there. */
static void add_element(struct ldb_message *msg, char *line)
{
	unsigned flags = (line[0] == '+')   ? LDB_FLAG_MOD_ADD
			 : (line[0] == '-') ? LDB_FLAG_MOD_DELETE
					    : LDB_FLAG_MOD_REPLACE;
	struct ldb_message_element *el = NULL;
	char *rest = NULL;
	char *name = strtok_r(line + 1, " ", &rest);
	char *value = NULL;
	int ret;

	if (strcmp(name, "spn") == 0) {
		name = talloc_strdup(msg, "servicePrincipalName");
	}
	ret = ldb_msg_add_empty(msg, name, (int)flags, &el);
	assert_int_equal(ret, LDB_SUCCESS);
	while ((value = strsep(&rest, "|")) != NULL && *value != '\0') {
		struct ldb_val val = data_blob_string_const(value);

		el->values = talloc_realloc(msg,
					    el->values,
					    struct ldb_val,
					    el->num_values + 1);
		assert_non_null(el->values);
		el->values[el->num_values++] = ldb_val_dup(msg, &val);
	}
}

struct ldb_message *fake_message(struct fake *f,
				 const char *name,
				 const char *changes)
{
	struct ldb_message *msg = ldb_msg_new(f);
	char *text = talloc_strdup(msg, changes);
	char *line = NULL;

	assert_non_null(msg);
	msg->dn = fake_dn(f, msg, name);
	while ((line = strsep(&text, "\n")) != NULL) {
		if (*line != '\0') {
			add_element(msg, line);
		}
	}
	return msg;
}

/* What a caller would see of its own message and controls. */
static char *picture(TALLOC_CTX *mem_ctx,
		     const struct ldb_request *req,
		     const struct ldb_message *msg)
{
	char *text = talloc_asprintf(mem_ctx,
				     "controls %p:",
				     (void *)req->controls);
	unsigned i;
	unsigned j;

	for (i = 0; req->controls != NULL && req->controls[i] != NULL; i++) {
		text = talloc_asprintf_append(text,
					      " %s %d %p",
					      req->controls[i]->oid,
					      req->controls[i]->critical,
					      req->controls[i]->data);
	}
	if (msg == NULL) {
		return text;
	}
	text = talloc_asprintf_append(text,
				      "\n%p %s",
				      (void *)msg->elements,
				      ldb_dn_get_extended_linearized(mem_ctx,
								     msg->dn,
								     1));
	for (i = 0; i < msg->num_elements; i++) {
		const struct ldb_message_element *el = &msg->elements[i];

		text = talloc_asprintf_append(text,
					      "\n%s %x %p",
					      el->name,
					      el->flags,
					      (void *)el->values);
		for (j = 0; j < el->num_values; j++) {
			text = talloc_asprintf_append(
				text,
				"\n- %p %s",
				(void *)el->values[j].data,
				ldb_binary_encode(mem_ctx, el->values[j]));
		}
	}
	return text;
}

/* Counts "done" as a caller's own callback sees it. */
static int count_done(struct ldb_request *req, struct ldb_reply *ares)
{
	struct fake *f = req->context;

	if (ares == NULL) {
		return ldb_request_done(req, LDB_ERR_OPERATIONS_ERROR);
	}
	if (ares->type == LDB_REPLY_REFERRAL) {
		talloc_free(ares);
		return LDB_SUCCESS;
	}
	f->num_callbacks++;
	return ldb_op_default_callback(req, ares);
}

static void keep_error(struct fake *f)
{
	const char *error = ldb_errstring(f->ldb);

	TALLOC_FREE(f->error);
	f->error = talloc_strdup(f, (error == NULL) ? "" : error);
}

/* As the LDAP server: start, request, wait, commit or cancel. */
static int send_request(struct fake *f,
			struct ldb_request *req,
			const struct ldb_message *msg)
{
	bool own = !f->in_transaction;
	char *before = NULL;
	int ret;

	if (!f->trusted && (!f->in_transaction || f->client_holds)) {
		ldb_req_mark_untrusted(req);
	}
	if (f->control != NULL) {
		ret = ldb_request_add_control(req, f->control, false, NULL);
		assert_int_equal(ret, LDB_SUCCESS);
	}
	before = picture(req, req, msg);
	f->sent = req;
	f->last_request = NULL;
	f->num_callbacks = 0;
	if (own) {
		fake_start(f);
	}
	ret = ldb_request(f->ldb, req);
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	keep_error(f);
	if (own && ret == LDB_SUCCESS) {
		ret = fake_commit(f);
	} else if (own) {
		fake_cancel(f);
	}
	/* Never change the caller's message or controls. */
	assert_string_equal(before, picture(req, req, msg));
	assert_true(f->num_callbacks <= 2);
	return ret;
}

static int send_message(struct fake *f, bool is_add, struct ldb_message *msg)
{
	struct ldb_request *req = NULL;
	int ret;

	if (is_add) {
		ret = ldb_build_add_req(&req,
					f->ldb,
					f,
					msg,
					NULL,
					f,
					count_done,
					NULL);
	} else {
		ret = ldb_build_mod_req(&req,
					f->ldb,
					f,
					msg,
					NULL,
					f,
					count_done,
					NULL);
	}
	assert_int_equal(ret, LDB_SUCCESS);
	ret = send_request(f, req, msg);
	talloc_free(req);
	talloc_free(msg);
	return ret;
}

int fake_add(struct fake *f, const char *name, const char *changes)
{
	return send_message(f, true, fake_message(f, name, changes));
}

int fake_modify(struct fake *f, const char *name, const char *changes)
{
	return send_message(f, false, fake_message(f, name, changes));
}

int fake_delete(struct fake *f, const char *name)
{
	struct ldb_request *req = NULL;
	struct ldb_dn *dn = fake_dn(f, f, name);
	int ret = ldb_build_del_req(&req,
				    f->ldb,
				    f,
				    dn,
				    NULL,
				    f,
				    count_done,
				    NULL);

	assert_int_equal(ret, LDB_SUCCESS);
	ret = send_request(f, req, NULL);
	talloc_free(req);
	talloc_free(dn);
	return ret;
}

int fake_rename(struct fake *f, const char *name, const char *to)
{
	struct ldb_request *req = NULL;
	struct ldb_dn *dn = fake_dn(f, f, name);
	struct ldb_dn *new_dn = fake_dn(f, f, to);
	int ret = ldb_build_rename_req(&req,
				       f->ldb,
				       f,
				       dn,
				       new_dn,
				       NULL,
				       f,
				       count_done,
				       NULL);

	assert_int_equal(ret, LDB_SUCCESS);
	ret = send_request(f, req, NULL);
	talloc_free(req);
	talloc_free(dn);
	talloc_free(new_dn);
	return ret;
}

int fake_extended(struct fake *f, const char *oid, void *data)
{
	struct ldb_request *req = NULL;
	int ret = ldb_build_extended_req(&req,
					 f->ldb,
					 f,
					 oid,
					 data,
					 NULL,
					 f,
					 count_done,
					 NULL);

	assert_int_equal(ret, LDB_SUCCESS);
	ret = send_request(f, req, NULL);
	talloc_free(req);
	return ret;
}

void fake_start(struct fake *f)
{
	int ret = ldb_transaction_start(f->ldb);

	assert_int_equal(ret, LDB_SUCCESS);
	f->in_transaction = true;
}

int fake_commit(struct fake *f)
{
	int ret = ldb_transaction_commit(f->ldb);

	keep_error(f);
	f->in_transaction = false;
	return ret;
}

void fake_cancel(struct fake *f)
{
	int ret = ldb_transaction_cancel(f->ldb);

	assert_int_equal(ret, LDB_SUCCESS);
	f->in_transaction = false;
}
