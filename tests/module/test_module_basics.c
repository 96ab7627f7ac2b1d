/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What reaches the module below us and what does not: the fast path, special
 * records, callers' messages, answers.
 */
#include "lib/fake_stack.h"

/*
 * architecture.md 3.2: nearly every write of a DC does not concern us and
 * must cost nothing: the very same request goes on, nothing is searched.
 */
static void unrelated_writes_cost_nothing(void **state)
{
	static const char *const changes[] = {
		"=description x",
		"+member CN=x",
		"-description",
		"=lastLogon 1\n=logonCount 2",
		"=userAccountControl 512",
		"=servicePrincipalNameX x",
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+description d");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		int ret = fake_modify(f, "svc", changes[i]);

		assert_accepted(f, ret);
		assert_int_equal(f->num_requests, i + 1);
		assert_ptr_equal(f->last_request, f->sent);
		assert_int_equal(f->num_searches, 0);
	}
}

/* The same for an add and a delete without anything of ours; of a rename one
 * look, whether it was a computer. */
static void unrelated_operations_cost_nothing(void **state)
{
	struct fake *f = *state;

	assert_accepted(f, fake_add(f, "new", "+objectClass user"));
	assert_ptr_equal(f->last_request, f->sent);
	assert_accepted(f, fake_rename(f, "new", "newer"));
	assert_ptr_equal(f->last_request, f->sent);
	assert_accepted(f, fake_delete(f, "newer"));
	assert_ptr_equal(f->last_request, f->sent);
	assert_int_equal(f->num_searches, 1);
	assert_int_equal(f->num_requests, 3);
}

/* Relevance is the attribute's, whatever its case in the request. */
static void attribute_case_is_no_way_around(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "");
	ret = fake_modify(f, "b", "+SERVICEprincipalNAME foo/b");
	assert_refused(f, ret, DUPLICATE);
	ret = fake_add(f,
		       "c",
		       "+objectClass user\n+serviceprincipalname foo/b");
	assert_refused(f, ret, DUPLICATE);
	assert_null(fake_spns(f, "c"));
}

static int send_special(struct fake *f, int which)
{
	switch (which) {
	case 0:
		return fake_add(f, "@MODULES", "+@LIST samba_dsdb");
	case 1:
		return fake_modify(f, "@INDEXLIST", "+@IDXATTR cn");
	case 2:
		return fake_delete(f, "@INDEXLIST");
	case 3:
		return fake_rename(f, "@INDEXLIST", "@OTHER");
	default:
		return fake_rename(f, "svc", "@OTHER");
	}
}

/* A client writes no @ records, in no way:
 * it could switch us off. Nothing of it reaches the modules below. */
static void special_records_are_not_for_clients(void **state)
{
	struct fake *f = *state;
	int which;

	fake_put_user(f, "svc", "");
	for (which = 0; which < 5; which++) {
		assert_int_equal(send_special(f, which),
				 LDB_ERR_UNWILLING_TO_PERFORM);
	}
	assert_int_equal(f->num_requests, 0);
	assert_int_equal(f->num_searches, 0);
}

/* A control does not make a client trusted. */
static void special_records_with_controls(void **state)
{
	static const char *const controls[] = {
		LDB_CONTROL_RELAX_OID,
		LDB_CONTROL_PROVISION_OID,
		LDB_CONTROL_AS_SYSTEM_OID,
		FAKE_DBCHECK_OID,
	};
	struct fake *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		f->control = controls[i];
		assert_int_equal(send_special(f, 0),
				 LDB_ERR_UNWILLING_TO_PERFORM);
	}
	assert_int_equal(f->num_requests, 0);
}

/* Samba itself and local tools do, as they are: enable, reindex, dbcheck. */
static void special_records_of_trusted_requests(void **state)
{
	struct fake *f = *state;

	f->trusted = true;
	assert_accepted(f, send_special(f, 0));
	assert_ptr_equal(f->last_request, f->sent);
	assert_accepted(f, send_special(f, 1));
	assert_accepted(f, fake_modify(f, "@MODULES", "=@LIST spn_policy"));
	assert_accepted(f, fake_delete(f, "@MODULES"));
	assert_int_equal(f->num_searches, 0);
}

/* Trust goes down with every step of a request: acl must see the client. */
static void every_step_keeps_trust(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app"));
	assert_ptr_not_equal(f->last_request, f->sent);
	assert_true(f->last_was_untrusted);
	f->trusted = true;
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app2"));
	assert_false(f->last_was_untrusted);
}

/* The caller's controls go down with every step of a request: permissive
 * modify is what setspn.exe sends. */
static void every_step_keeps_controls(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+spn a/b");
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	assert_accepted(f, fake_modify(f, "svc", "+spn a/b|http/app"));
	assert_stored(f, "svc", "a/b|http/app|http/app.example.com");
}

/* Without the control the modules below say what they think of it. */
static void errors_below_are_passed_on(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "svc", "+spn a/b");
	ret = fake_modify(f, "svc", "+spn a/b");
	assert_int_equal(ret, LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS);
	ret = fake_modify(f, "svc", "-spn x/y");
	assert_int_equal(ret, LDB_ERR_NO_SUCH_ATTRIBUTE);
	ret = fake_modify(f, "nobody", "+spn http/app");
	assert_int_equal(ret, LDB_ERR_NO_SUCH_OBJECT);
	ret = fake_add(f, "svc", "+objectClass user\n+spn http/app");
	assert_int_equal(ret, LDB_ERR_ENTRY_ALREADY_EXISTS);
	f->fail_write = LDB_ERR_BUSY;
	ret = fake_modify(f, "svc", "+spn http/app");
	assert_int_equal(ret, LDB_ERR_BUSY);
	assert_string_equal(f->error, "fake: the write failed");
	assert_stored(f, "svc", "a/b");
}

/* Ldb tells a callback twice after an error. */
static void done_twice_after_an_error(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "svc", "");
	f->replies = FAKE_REPLY_TWICE;
	f->fail_write = LDB_ERR_BUSY;
	ret = fake_modify(f, "svc", "+spn http/app");
	assert_int_equal(ret, LDB_ERR_BUSY);
	assert_int_equal(f->num_callbacks, 1);
	f->fail_write = LDB_SUCCESS;
	f->replies = FAKE_REPLY_ONCE;
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app"));
	assert_stored(f, "svc", "http/app|http/app.example.com");
}

/* A second "done" is not handed on, and does not undo a check. */
static void done_twice_after_success(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "");
	f->replies = FAKE_REPLY_TWICE;
	assert_accepted(f, fake_modify(f, "b", "+spn http/app"));
	assert_int_equal(f->num_callbacks, 1);
	ret = fake_add(f, "c", "+objectClass user\n+spn http/x|foo/b");
	assert_refused(f, ret, DUPLICATE);
	assert_null(fake_spns(f, "c"));
}

/* On an RODC: a referral, then success, and nothing was written:
 * there is nothing to check and nothing to refuse. */
static void referral_of_a_modify(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	f->replies = FAKE_REPLY_REFERRAL;
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app"));
	assert_stored(f, "svc", "");
}

static void referral_of_an_add(void **state)
{
	struct fake *f = *state;
	int ret;

	f->replies = FAKE_REPLY_REFERRAL;
	ret = fake_add(f, "svc", "+objectClass user\n+spn http/app");
	assert_accepted(f, ret);
	assert_null(fake_spns(f, "svc"));
}

/* DNs of GUID or SID only, as Netlogon and DRSUAPI send
 * them, are judged and completed like any other. */
static void modify_by_guid_and_sid(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "");
	ret = fake_modify(f,
			  "<GUID=face0000000000000000000000000002>",
			  "+spn foo/b");
	assert_refused(f, ret, DUPLICATE);
	ret = fake_modify(f, "<SID=S-1-5-21-1-2-3-1102>", "+spn foo/b");
	assert_refused(f, ret, DUPLICATE);
	assert_stored(f, "b", "");
	ret = fake_modify(f, "<SID=S-1-5-21-1-2-3-1102>", "+spn http/app");
	assert_accepted(f, ret);
	assert_stored(f, "b", "http/app|http/app.example.com");
}

/* An add goes to where its DN says, whichever object it names by GUID or SID
 * besides: what is new is judged, and not what that one holds. */
static void add_with_the_guid_of_another(void **state)
{
	static const char *const others[] = {
		"<GUID=face0000000000000000000000000001>;",
		"<SID=S-1-5-21-1-2-3-1101>;",
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "a", "+spn foo/b");
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		char *name = talloc_asprintf(f,
					     "%sCN=new,CN=Users,"
					     "DC=example,DC=com",
					     others[i]);

		assert_refused(f,
			       fake_add(f,
					name,
					"+objectClass user\n+spn nonsense"),
			       "0000202F: spn_policy: SPN-00");
		assert_null(fake_spns(f, "new"));
	}
}

/* Objects that are no accounts can hold SPNs, and count. */
static void other_objects_hold_spns(void **state)
{
	struct fake *f = *state;
	const char *scp = "CN=scp,CN=Services," FAKE_CONFIG_DN;
	int ret;

	fake_put(f, scp, "serviceConnectionPoint", "+spn foo/b");
	fake_put_user(f, "svc", "");
	ret = fake_modify(f, "svc", "+spn foo/b");
	assert_refused(f, ret, DUPLICATE);
	fake_put_user(f, "other", "+spn foo/c");
	ret = fake_modify(f, scp, "+spn foo/c");
	assert_refused(f, ret, DUPLICATE);
}

/* P1 is the forest's: a holder in another tree of it counts as well. */
static void other_trees_hold_spns(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put(f, "CN=far,DC=tree,DC=net", "user", "+spn foo/b|http/app");
	fake_put_user(f, "svc", "");
	ret = fake_modify(f, "svc", "+spn foo/b");
	assert_refused(f, ret, DUPLICATE);
	ret = fake_modify(f, "svc", "+spn http/app.example.com");
	assert_refused(f, ret, PAIR);
	assert_stored(f, "svc", "");
}

/* What stands in for an SPN is looked for in every domain of the forest: in
 * the only one, or, when there are several, wherever they are. */
static void other_domains_hold_aliases(void **state)
{
	struct fake *f = *state;

	fake_put(f, "CN=far,DC=tree,DC=net", "user", "+spn cifs/n|cifs/m");
	fake_put_user(f, "svc", "");
	assert_accepted(f, fake_modify(f, "svc", "+spn host/n"));
	assert_string_equal(f->log, ""); /* no domain of this forest */
	fake_put(f,
		 "CN=TREE,CN=Partitions," FAKE_CONFIG_DN,
		 "crossRef",
		 "+dnsRoot tree.net\n+nETBIOSName TREE");
	assert_accepted(f, fake_modify(f, "svc", "+spn host/m"));
	assert_non_null(strstr(f->log, "warned SPN-201"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(unrelated_writes_cost_nothing),
		fake_test(unrelated_operations_cost_nothing),
		fake_test(attribute_case_is_no_way_around),
		fake_test(special_records_are_not_for_clients),
		fake_test(special_records_with_controls),
		fake_test(special_records_of_trusted_requests),
		fake_test(every_step_keeps_trust),
		fake_test(every_step_keeps_controls),
		fake_test(errors_below_are_passed_on),
		fake_test(done_twice_after_an_error),
		fake_test(done_twice_after_success),
		fake_test(referral_of_a_modify),
		fake_test(referral_of_an_add),
		fake_test(modify_by_guid_and_sid),
		fake_test(add_with_the_guid_of_another),
		fake_test(other_objects_hold_spns),
		fake_test(other_trees_hold_spns),
		fake_test(other_domains_hold_aliases),
	};

	return fake_run(tests);
}
