/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Samba does by itself below us, and data that was broken before us:
 * only what a write changes is judged, by its end state.
 */
#include "lib/fake_stack.h"

static void put_computers(struct fake *f)
{
	fake_put_computer(f,
			  "WEB01",
			  "+dNSHostName web01.example.com\n"
			  "+spn HOST/WEB01|HOST/web01.example.com");
	fake_put_computer(f,
			  "WEB02",
			  "+dNSHostName web02.example.com\n"
			  "+spn HOST/WEB02|HOST/web02.example.com");
}

/* samldb.c:4022: a new dNSHostName rewrites SPNs below us. Into a free
 * name that is fine. */
static void rewrite_into_a_free_name(void **state)
{
	struct fake *f = *state;

	put_computers(f);
	f->samldb_rewrites = true;
	assert_accepted(f,
			fake_modify(f,
				    "WEB01",
				    "=dNSHostName new.example.com"));
	assert_stored(f, "WEB01", "HOST/WEB01|HOST/new.example.com");
}

/* Into somebody else's it is a duplicate that no SPN element shows. */
static void rewrite_into_a_collision(void **state)
{
	static const char *const changes[] = {
		"=dNSHostName web02.example.com",
		/* Netlogon writes it like this. */
		"=dNSHostname web02.example.com",
		"=description x\n=DNSHOSTNAME web02.example.com",
	};
	struct fake *f = *state;
	size_t i;

	put_computers(f);
	f->samldb_rewrites = true;
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		int ret = fake_modify(f, "WEB01", changes[i]);

		assert_refused(f, ret, DUPLICATE);
		assert_stored(f, "WEB01", "HOST/WEB01|HOST/web01.example.com");
		assert_string_equal(fake_values(f, "WEB01", "dNSHostName"),
				    "web01.example.com");
		assert_string_equal(fake_values(f, "WEB01", "description"),
				    "");
	}
}

/* LogonGetDomainInfo: name and whole SPN set in one request, by SID. */
static void logon_get_domain_info(void **state)
{
	struct fake *f = *state;
	int ret;

	put_computers(f);
	f->samldb_rewrites = true;
	f->trusted = true;
	ret = fake_modify(f,
			  "<SID=S-1-5-21-1-2-3-1101>",
			  "=dNSHostname web01.example.com\n"
			  "=servicePrincipalName HOST/WEB01|"
			  "HOST/web01.example.com");
	assert_accepted(f, ret);
	ret = fake_modify(f,
			  "<SID=S-1-5-21-1-2-3-1101>",
			  "=dNSHostname web02.example.com\n"
			  "=servicePrincipalName HOST/WEB01|"
			  "HOST/web02.example.com");
	assert_refused(f, ret, DUPLICATE);
	assert_string_equal(fake_values(f, "WEB01", "dNSHostName"),
			    "web01.example.com");
}

/* Samba's own check comes first and says little: where it refuses what we
 * would, the client hears why and what to do, once in the log. */
static void refusal_by_samldb_is_explained(void **state)
{
	struct fake *f = *state;
	int ret;

	f->samldb_checks = true;
	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "+description old");
	ret = fake_modify(f, "b", "=description new\n+spn FOO/B");
	assert_int_equal(ret, LDB_ERR_CONSTRAINT_VIOLATION);
	assert_refused(f, ret, "000021C7: spn_policy: SPN-101 'FOO/B' ");
	assert_null(strstr(f->error, "CN="));
	assert_non_null(strstr(f->log, "refused SPN-101"));
	assert_stored(f, "b", "");
	assert_string_equal(fake_values(f, "b", "description"), "old");
	ret = fake_add(f, "c", "+objectClass user\n+spn foo/b");
	assert_int_equal(ret, LDB_ERR_CONSTRAINT_VIOLATION);
	assert_refused(f, ret, DUPLICATE);
	assert_null(fake_spns(f, "c"));
}

/* Where we would not refuse it, or cannot look, its own text stays. */
static void refusal_by_samldb_alone(void **state)
{
	static const char *const theirs = "samldb: spn[";
	struct fake *f = *state;
	unsigned n;

	f->samldb_checks = true;
	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "");
	for (n = 1; n < 20; n++) {
		/* Whatever search fails, Samba's own included, it is a
		 * refusal with a text. */
		f->fail_search = n;
		assert_int_not_equal(fake_modify(f, "b", "+spn foo/b"),
				     LDB_SUCCESS);
		assert_true(strlen(f->error) > 0);
		assert_stored(f, "b", "");
		if (f->fail_search > 0) {
			break;
		}
	}
	assert_true(n > 4 && n < 20);
	f->fail_search = 0;
	fake_put_settings(f, "+msDS-Settings duplicate-spn=off");
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), theirs);
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings duplicate-spn=warn");
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), theirs);
	assert_stored(f, "b", "");
}

/* HOST after any class it stands for, where Samba lets it pass: a warning. */
static void generic_after_specific(void **state)
{
	static const char *const held[] = {"cifs/app", "HTTP/app", "time/app"};
	struct fake *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(held); i++) {
		f->samldb_checks = (i > 0);
		fake_put_user(f, "a", talloc_asprintf(f, "+spn %s", held[i]));
		fake_put_user(f, "b", "");
		TALLOC_FREE(f->log);
		f->log = talloc_strdup(f, "");
		assert_accepted(f, fake_modify(f, "b", "+spn host/app"));
		assert_non_null(strstr(f->log, "warned SPN-201"));
		assert_accepted(f, fake_delete(f, "a"));
		assert_accepted(f, fake_delete(f, "b"));
	}
}

/* A refusal for want of rights is never explained. */
static void refusal_for_rights_stays(void **state)
{
	struct fake *f = *state;
	int ret;

	f->samldb_checks = true;
	f->acl_refuses = true;
	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "");
	ret = fake_modify(f, "b", "+spn foo/b");
	assert_int_equal(ret, LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	assert_string_equal(f->error, "acl: access denied");
	/* Nor where it is samldb that finds them wanting. */
	f->acl_text = "samldb: spn[foo/b] would cause a conflict";
	ret = fake_modify(f, "b", "+spn foo/b");
	assert_int_equal(ret, LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	assert_string_equal(f->error, f->acl_text);
	assert_string_equal(f->log, "");
}

/* acl quotes what a machine may not write, with the same code: nobody gets an
 * answer out of us by sending samldb's words as an SPN. */
static void refusal_that_quotes_samldb(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "");
	f->fail_write = LDB_ERR_CONSTRAINT_VIOLATION;
	f->acl_text = "acl: spn validation failed for spn[foo/samldb: spn[]";
	ret = fake_modify(f, "b", "+spn foo/samldb: spn[|foo/b");
	assert_int_equal(ret, LDB_ERR_CONSTRAINT_VIOLATION);
	assert_string_equal(f->error, f->acl_text);
	assert_string_equal(f->log, "");
}

/* To see whether the caller may write there, Samba deletes
 * and adds the value on the other account, through the whole stack. */
static void nested_delete_and_add(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "a", "+spn host/app|x/y");
	fake_put_user(f, "b", "");
	f->nested_account = "a";
	f->nested_spn = "host/app";
	f->num_requests = 0;
	assert_accepted(f, fake_modify(f, "b", "+spn cifs/app"));
	assert_null(f->nested_account);
	assert_int_equal(f->num_requests, 2); /* it is not taken apart */
	assert_stored(f, "a", "host/app|x/y");
	assert_stored(f, "b", "cifs/app");
}

/* The same where the other account's own state is not in order. */
static void nested_delete_and_add_of_old_violations(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "a", "+spn http/half|foo/dup|broken");
	fake_put_user(f, "c", "+spn foo/dup");
	fake_put_user(f, "b", "");
	f->nested_account = "a";
	f->nested_spn = "foo/dup";
	assert_accepted(f, fake_modify(f, "b", "+spn cifs/app"));
	f->nested_account = "a";
	f->nested_spn = "http/half";
	assert_accepted(f, fake_modify(f, "b", "+spn cifs/app2"));
	f->nested_account = "a";
	f->nested_spn = "broken";
	assert_accepted(f, fake_modify(f, "b", "+spn cifs/app3"));
	assert_stored(f, "a", "broken|foo/dup|http/half");
}

/* The nested write does not hide the outer one from the verdict. */
static void nested_write_and_a_duplicate(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "a", "+spn host/app|foo/b");
	fake_put_user(f, "b", "");
	f->nested_account = "a";
	f->nested_spn = "host/app";
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_stored(f, "b", "");
}

/* Samba's check can be off: then it asks nothing, and all is judged. */
static void samba_asks_nothing(void **state)
{
	static const struct {
		const char *changes;
		const char *start;
	} rows[] = {
		{"+spn foo/b", DUPLICATE},
		{"=spn foo/b|x/y", DUPLICATE},
		{"+spn nonsense", "0000202F: spn_policy: SPN-00"},
		{"+spn http/half", PAIR},
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "+spn x/y");
	f->samldb_is_silent = true;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_refused(f,
			       fake_modify(f, "b", rows[i].changes),
			       rows[i].start);
		assert_stored(f, "b", "x/y");
	}
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c"));
	assert_accepted(f, fake_modify(f, "b", "-spn x/y"));
	assert_stored(f, "b", "foo/c");
}

/* What was broken before us: duplicates, halves, no SPNs at all. */
static void put_legacy(struct fake *f)
{
	fake_put_user(f,
		      "a",
		      "+spn foo/dup|http/half|broken|a/b/c/d|https/x|http/");
	fake_put_user(f, "b", "+spn foo/dup|http/half.example.com|x/y|X/Y");
}

/* Old violations never block a write that does not touch them. */
static void legacy_blocks_nothing(void **state)
{
	static const char *const changes[] = {
		"=description x",
		"+spn new/a",
		"+spn http/fine",
		"-spn new/a",
		"=dNSHostName a.example.com",
		"=sAMAccountName a2",
		"-spn http/fine",
	};
	struct fake *f = *state;
	size_t i;

	put_legacy(f);
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		assert_accepted(f, fake_modify(f, "a", changes[i]));
	}
	assert_stored(f,
		      "a",
		      "a/b/c/d|broken|foo/dup|http/|http/half|https/x");
}

/* samba-tool rewrites the whole list: the old violations are in it. */
static void legacy_in_a_replace(void **state)
{
	struct fake *f = *state;
	int ret;

	put_legacy(f);
	ret = fake_modify(f,
			  "a",
			  "=spn foo/dup|http/half|broken|a/b/c/d|https/x|"
			  "http/|new/a");
	assert_accepted(f, ret);
	ret = fake_modify(f,
			  "b",
			  "=spn x/y|X/Y|foo/dup|"
			  "http/half.example.com|new/b");
	assert_accepted(f, ret);
	assert_stored(f, "b", "X/Y|foo/dup|http/half.example.com|new/b|x/y");
}

/* Every step that repairs one of several old violations is allowed. */
static void legacy_partial_repair(void **state)
{
	static const struct {
		const char *account;
		const char *changes;
	} steps[] = {
		{"a", "-spn broken"},
		{"a", "-spn a/b/c/d"},
		{"a", "-spn http/"},
		{"a", "-spn https/x"},
		{"b", "-spn foo/dup"},
		{"b", "-spn http/half.example.com"},
		{"a", "+spn http/half.example.com"},
	};
	struct fake *f = *state;
	size_t i;

	put_legacy(f);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		assert_accepted(f,
				fake_modify(f,
					    steps[i].account,
					    steps[i].changes));
	}
	assert_stored(f, "a", "foo/dup|http/half|http/half.example.com");
}

/* Three holders: each of them can be cleaned while two are left. */
static void legacy_three_holders(void **state)
{
	struct fake *f = *state;

	f->samldb_checks = true;
	fake_put_user(f, "a", "+spn foo/dup|a/a");
	fake_put_user(f, "b", "+spn foo/dup|b/b");
	fake_put_user(f, "c", "+spn foo/dup");
	assert_accepted(f, fake_modify(f, "b", "-spn foo/dup"));
	assert_accepted(f, fake_modify(f, "c", "=spn"));
	assert_stored(f, "a", "a/a|foo/dup");
	assert_stored(f, "b", "b/b");
	assert_stored(f, "c", "");
	/* Now it is unique and stays so. */
	assert_refused(f, fake_modify(f, "b", "+spn foo/dup"), "0000");
}

/* Another spelling of what was there is nothing new. */
static void legacy_in_another_spelling(void **state)
{
	struct fake *f = *state;

	put_legacy(f);
	assert_accepted(f, fake_modify(f, "a", "-spn foo/dup\n+spn FOO/dup"));
	assert_accepted(f, fake_modify(f, "b", "=spn Foo/Dup|x/y"));
	assert_stored(f, "b", "Foo/Dup|x/y");
}

/* An old duplicate is no licence for one more holder. */
static void legacy_is_no_licence(void **state)
{
	struct fake *f = *state;

	put_legacy(f);
	fake_put_user(f, "c", "");
	assert_refused(f, fake_modify(f, "c", "+spn foo/dup"), DUPLICATE);
	/* Nor one more spelling on the same account. */
	assert_int_equal(fake_modify(f, "a", "+spn FOO/dup"),
			 LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS);
}

/* Values with bytes that are no text: judged, never a crash. */
static void odd_values(void **state)
{
	static const char *const spns[] = {
		"",
		"/",
		"//",
		"foo/\xff\xfe",
		"foo/h\xc3\xb8st",
		"foo/(|(cn=*))",
		"foo/\\2a",
		"foo/*",
		"http/\xff",
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "a", "+spn foo/real");
	fake_put_user(f, "b", "");
	for (i = 0; i < ARRAY_SIZE(spns); i++) {
		char *changes = talloc_asprintf(f, "=spn %s", spns[i]);

		fake_modify(f, "b", changes);
		assert_null(strstr(f->error, "SPN-901"));
	}
	/* A star in a value is a star, not a wildcard. */
	assert_accepted(f, fake_modify(f, "b", "=spn foo/free"));
}

/* A NUL byte is data: behind it is no place to hide a duplicate's other
 * half, and no memory is read that is not the value's. */
static void nul_bytes(void **state)
{
	static const char value[] = "http/app\0.example.com";
	struct fake *f = *state;
	struct ldb_message *msg = ldb_msg_new(f);
	struct ldb_val val = data_blob_const(value, sizeof(value) - 1);
	int ret;

	fake_put_user(f, "b", "");
	msg->dn = fake_dn(f, msg, "b");
	ret = ldb_msg_append_value(msg,
				   "servicePrincipalName",
				   &val,
				   LDB_FLAG_MOD_ADD);
	assert_int_equal(ret, LDB_SUCCESS);
	ret = ldb_modify(f->ldb, msg);
	assert_int_equal(ret, LDB_ERR_CONSTRAINT_VIOLATION);
	assert_non_null(strstr(ldb_errstring(f->ldb), "SPN-006"));
	assert_non_null(strstr(ldb_errstring(f->ldb), "\\00"));
	assert_stored(f, "b", "");
	talloc_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(rewrite_into_a_free_name),
		fake_test(rewrite_into_a_collision),
		fake_test(logon_get_domain_info),
		fake_test(refusal_by_samldb_is_explained),
		fake_test(refusal_by_samldb_alone),
		fake_test(generic_after_specific),
		fake_test(refusal_for_rights_stays),
		fake_test(refusal_that_quotes_samldb),
		fake_test(nested_delete_and_add),
		fake_test(nested_delete_and_add_of_old_violations),
		fake_test(nested_write_and_a_duplicate),
		fake_test(samba_asks_nothing),
		fake_test(legacy_blocks_nothing),
		fake_test(legacy_in_a_replace),
		fake_test(legacy_partial_repair),
		fake_test(legacy_three_holders),
		fake_test(legacy_in_another_spelling),
		fake_test(legacy_is_no_licence),
		fake_test(odd_values),
		fake_test(nul_bytes),
	};

	return fake_run(tests);
}
