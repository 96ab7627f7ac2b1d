/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a client can bring into the log of a DC: of a refusal that Samba hears
 * of before anything is written, Samba writes the value raw.
 */
#include "lib/fake_stack.h"

static void do_nothing(struct fake *f)
{
	(void)f;
}

/* As the LDAP server does it, whatever is in the value. */
static int client_adds(struct fake *f, const char *name, const char *spn)
{
	struct ldb_message *msg = ldb_msg_new(f);
	struct ldb_request *req = NULL;
	int ret;

	msg->dn = fake_dn(f, msg, name);
	ldb_msg_add_empty(msg, "servicePrincipalName", LDB_FLAG_MOD_ADD, NULL);
	ldb_msg_add_string(msg, "servicePrincipalName", "foo/far");
	if (spn[0] != '\0') {
		ldb_msg_add_string(msg, "servicePrincipalName", spn);
	}
	ret = ldb_build_mod_req(&req,
				f->ldb,
				msg,
				msg,
				NULL,
				NULL,
				ldb_op_default_callback,
				NULL);
	assert_int_equal(ret, LDB_SUCCESS);
	ldb_req_mark_untrusted(req);
	assert_int_equal(ldb_transaction_start(f->ldb), LDB_SUCCESS);
	ret = ldb_request(f->ldb, req);
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_transaction_commit(f->ldb);
	} else {
		ldb_transaction_cancel(f->ldb);
	}
	talloc_free(msg);
	return ret;
}

/* Nothing of a value can begin a line, move the cursor, or fill the log. */
static bool is_harmless(const char *log)
{
	size_t i;

	for (i = 0; log[i] != '\0'; i++) {
		if (log[i] != '\n' && (log[i] < ' ' || log[i] > '~')) {
			return false;
		}
	}
	return i < 4096 && strstr(log, "\nspn_policy: forged") == NULL;
}

/*
 * When its question is refused Samba writes the value into the log as the
 * client sent it. What could do harm there goes down, and is refused at the
 * commit, where Samba writes nothing.
 */
static void nothing_harmful_is_refused_at_once(void **state)
{
	static const struct {
		const char *spn; /* beside foo/far */
		size_t more;	 /* so many "a" behind it */
		bool at_once;
	} rows[] = {
		{"", 0, true},
		{"foo/a\nspn_policy: forged", 0, false},
		{"foo/a\rb", 0, false},
		{"foo/\x1b[2J", 0, false},
		{"foo/a\x1f", 0, false},
		{"foo/a\x7f", 0, false},
		{"foo/\xc2\x9b", 0, false},
		{"foo/\xff", 0, false},
		{"foo/b c~", 0, true},
		{"foo/", 251, true},
		{"foo/", 252, false},
		{"foo/", 100000, false},
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "b", "");
	fake_put_config_usn(f, 1);
	f->samldb_checks = true;
	fake_put(f, "CN=far,DC=tree,DC=net", "user", "+spn foo/far");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = strlen(rows[i].spn) + rows[i].more;
		char *spn = talloc_array(f, char, len + 1);

		assert_non_null(spn);
		memset(spn, 'a', len);
		memcpy(spn, rows[i].spn, strlen(rows[i].spn));
		spn[len] = '\0';
		f->log[0] = '\0';
		/* Called when Samba's check goes on. */
		f->meanwhile = do_nothing;
		assert_int_equal(client_adds(f, "b", spn),
				 LDB_ERR_CONSTRAINT_VIOLATION);
		if ((f->meanwhile != NULL) != rows[i].at_once ||
		    !is_harmless(f->log))
		{
			fail_msg("row %zu: %s", i, f->log);
		}
		f->meanwhile = NULL;
		assert_stored(f, "b", "");
		talloc_free(spn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(nothing_harmful_is_refused_at_once),
	};

	return fake_run(tests);
}
