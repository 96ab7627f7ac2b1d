/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who asks, what may be seen, who is exempt (nobody by session), and what
 * is logged about it.
 */
#include "lib/fake_stack.h"

#include <stdlib.h>

#define CALLER_SID "S-1-5-21-1-2-3-1104"

static void put_holder(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "");
}

static size_t count(const char *text, const char *what)
{
	size_t num = 0;

	for (text = strstr(text, what); text != NULL;
	     text = strstr(text + 1, what))
	{
		num++;
	}
	return num;
}

/* A holder that the caller may not see is
 * found all the same, since no search of ours is the client's. */
static void hidden_holder_is_found(void **state)
{
	struct fake *f = *state;
	int ret;

	put_holder(f);
	f->hidden = "a";
	ret = fake_modify(f, "b", "+spn foo/b");
	assert_refused(f, ret, DUPLICATE);
	assert_int_equal(f->num_untrusted_searches, 0);
	ret = fake_add(f, "c", "+objectClass user\n+spn foo/b");
	assert_refused(f, ret, DUPLICATE);
	assert_int_equal(f->num_untrusted_searches, 0);
	/* ... and what he is told does not give the holder away. */
	assert_null(strstr(f->error, "CN="));
}

/* The same for the computer whose names make the pair. */
static void hidden_computer_is_found(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_computer(f,
			  "averylongcomput",
			  "+dNSHostName averylongcomputer.example.com\n"
			  "+spn HOST/averylongcomput");
	f->hidden = "averylongcomput";
	assert_accepted(
		f,
		fake_modify(f,
			    "b",
			    "+spn http/averylongcomputer.example.com"));
	assert_stored(f,
		      "b",
		      "http/averylongcomput|"
		      "http/averylongcomputer.example.com");
}

/* ... and the caller's own object, when he may write but not read it. */
static void hidden_target_is_judged(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->hidden = "b";
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_accepted(f, fake_modify(f, "b", "+spn http/app"));
	assert_stored(f, "b", "http/app|http/app.example.com");
}

/* Who has no right to write hears 50 from acl, not our text,
 * whether or not the value is in use; and nothing is logged as refused. */
static void no_rights_no_information(void **state)
{
	static const char *const changes[] = {
		"+spn foo/b",
		"+spn foo/free",
		"+spn http/app",
		"=spn foo/b",
		"-spn",
	};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	f->acl_refuses = true;
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		int ret = fake_modify(f, "b", changes[i]);

		assert_int_equal(ret, LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
		assert_string_equal(f->error, "acl: access denied");
	}
	assert_int_equal(fake_add(f, "c", "+objectClass user\n+spn foo/b"),
			 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	assert_null(strstr(f->log, "SPN-"));
}

/* An attribute without values is absent: alone, twice, and beside one that
 * has some. Whoever has no rights hears 50 then, too. */
static void attribute_without_values(void **state)
{
	static const char *const attrs[] = {
		"objectGUID",
		"objectClass",
		"sAMAccountName",
		"dNSHostName",
		"msDS-AdditionalDnsHostName",
		"userAccountControl",
		"isDeleted",
		"servicePrincipalName",
		"sPNMappings",
		"msDS-Settings",
	};
	static const char *const forms[] = {"+", "++", "=", "+-="};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	f->acl_refuses = true;
	for (i = 0; i < ARRAY_SIZE(attrs) * ARRAY_SIZE(forms); i++) {
		const char *attr = attrs[i / ARRAY_SIZE(forms)];
		const char *kind = forms[i % ARRAY_SIZE(forms)];
		char *changes = talloc_strdup(f, "+spn foo/new");

		for (; *kind != '\0'; kind++) {
			changes = talloc_asprintf_append(changes,
							 "\n%c%s",
							 *kind,
							 attr);
		}
		assert_int_equal(fake_add(f, "c", changes),
				 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
		assert_string_equal(f->error, "acl: access denied");
		assert_int_equal(fake_modify(f, "b", changes),
				 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
		assert_string_equal(f->error, "acl: access denied");
		talloc_free(changes);
	}
	assert_null(strstr(f->log, "SPN-"));
}

/* A failed request does not spoil others of the same transaction. */
static void no_rights_then_others(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->client_holds = true;
	fake_start(f);
	f->acl_refuses = true;
	assert_int_equal(fake_modify(f, "b", "+spn foo/b"),
			 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	f->acl_refuses = false;
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "foo/c");
}

/* SYSTEM is not exempt: setspn.exe of any admin arrives as SYSTEM. */
static void trusted_requests_are_judged(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->trusted = true;
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_refused(f,
		       fake_add(f, "c", "+objectClass user\n+spn foo/b"),
		       DUPLICATE);
}

/* No control of a client, and no relax of anybody, switches a check off. */
static void controls_that_exempt_nobody(void **state)
{
	static const struct {
		bool trusted;
		const char *oid;
	} rows[] = {
		{false, FAKE_DBCHECK_OID},
		{false, LDB_CONTROL_PROVISION_OID},
		{false, LDB_CONTROL_RELAX_OID},
		{false, LDB_CONTROL_AS_SYSTEM_OID},
		{false, "1.3.6.1.4.1.7165.4.3.3"},
		{false, LDB_CONTROL_PERMISSIVE_MODIFY_OID},
		{true, LDB_CONTROL_RELAX_OID},
		{true, LDB_CONTROL_AS_SYSTEM_OID},
	};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f->trusted = rows[i].trusted;
		f->control = rows[i].oid;
		assert_refused(f,
			       fake_modify(f, "b", "+spn foo/b"),
			       DUPLICATE);
		assert_refused(f,
			       fake_add(f,
					"c",
					"+objectClass user\n+spn foo/b"),
			       DUPLICATE);
	}
	assert_stored(f, "b", "");
}

/* dbcheck and provision, trusted: never refused, but told of in the log. */
static void dbcheck_and_provision_are_logged(void **state)
{
	static const char *const oids[] = {FAKE_DBCHECK_OID,
					   LDB_CONTROL_PROVISION_OID};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	f->trusted = true;
	for (i = 0; i < ARRAY_SIZE(oids); i++) {
		f->control = oids[i];
		TALLOC_FREE(f->log);
		f->log = talloc_strdup(f, "");
		assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
		assert_stored(f, "b", "foo/b");
		assert_non_null(strstr(f->log, "warned SPN-101"));
		assert_null(strstr(f->log, "refused"));
		fake_change(f, "b", "-spn");
	}
}

/* One of both kinds in a transaction: the one without control decides. */
static void dbcheck_does_not_cover_others(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_user(f, "c", "");
	f->trusted = true;
	fake_start(f);
	f->control = FAKE_DBCHECK_OID;
	assert_accepted(f, fake_modify(f, "c", "+spn foo/b"));
	assert_accepted(f, fake_modify(f, "b", "+spn x/y"));
	f->control = NULL;
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
}

/* ... in whatever order they come, on the very same account. */
static void dbcheck_does_not_cover_what_was_before(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->trusted = true;
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	f->control = FAKE_DBCHECK_OID;
	assert_accepted(f, fake_modify(f, "b", "+spn x/y"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
}

/* Replicated objects arrive as one extended operation; it goes
 * on as the very same request, and a duplicate in it stops nothing. */
static void replicated_operation_passes(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->trusted = true;
	f->replicated_account = "b";
	f->replicated_spn = "foo/b";
	assert_accepted(f, fake_extended(f, FAKE_REPLICATED_OID, NULL));
	assert_ptr_equal(f->last_request, f->sent);
	assert_int_equal(f->num_searches, 0);
	assert_stored(f, "b", "foo/b");
}

/* Trusted writes with the replicated-update control are DRS's, too. */
static void replicated_update_passes(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->trusted = true;
	f->control = "1.3.6.1.4.1.7165.4.3.3";
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_stored(f, "b", "foo/b");
}

/* Exactly one line of text and one of JSON for one refusal:
 * code, mode, user, DN, SPN and the other holder. */
static void refusal_is_logged_once(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_int_equal(count(f->log, "refused SPN-101"), 1);
	assert_int_equal(count(f->log, "\"action\": \"refused\""), 1);
	assert_int_equal(count(f->log, "\n"), 2);
	assert_int_equal(count(f->log, "CN=a,CN=Users"), 2);
	assert_int_equal(count(f->log, CALLER_SID), 2);
	assert_non_null(strstr(f->log, "\"mode\": \"enforce\""));
	assert_non_null(strstr(f->log, "\"spn\": \"foo/b\""));
	/* Nothing of it above "notice". */
	assert_null(strstr(f->log, "fatal: "));
	assert_null(strstr(f->log, "error: "));
}

/* A write that is in order says nothing. */
static void silence_when_in_order(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c|http/app"));
	assert_accepted(f, fake_modify(f, "b", "-spn http/app"));
	assert_string_equal(f->log, "");
}

/* No session, or one without a token, is nobody known, not a crash. */
static void unknown_caller(void **state)
{
	struct fake *f = *state;
	void *empty = talloc_zero_size(f, 64);

	put_holder(f);
	assert_int_equal(ldb_set_opaque(f->ldb, "sessionInfo", NULL),
			 LDB_SUCCESS);
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_non_null(strstr(f->log, "\"userSid\": null"));
	ldb_set_opaque(f->ldb, "sessionInfo", empty);
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_null(strstr(f->log, "S-1-5"));
}

/* What a value holds cannot break the log into lines of its own. */
static void values_in_the_log(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "a", "+spn foo/\x1b[31m\"x");
	fake_put_user(f, "b", "");
	/* Not an SPN any client can ask for, either: one rule of them. */
	assert_refused(f, fake_modify(f, "b", "+spn foo/\x1b[31m\"x"), "0000");
	assert_null(strchr(f->log, '\x1b'));
	assert_null(strchr(f->error, '\x1b'));
	assert_non_null(strstr(f->error, "\\1b"));
}

/* What only warns is written at once, and must not fill the log. */
static void many_warnings(void **state)
{
	struct fake *f = *state;
	char *changes = talloc_strdup(f, "+spn nonsense");
	unsigned i;

	fake_put_settings(f, "+msDS-Settings syntax=warn");
	fake_put_user(f, "b", "");
	for (i = 1; i < 30; i++) {
		changes = talloc_asprintf_append(changes, "|nonsense%u", i);
	}
	assert_accepted(f, fake_modify(f, "b", changes));
	assert_int_equal(count(f->log, "spn_policy: warned"), 20);
	assert_non_null(strstr(f->log, "10 more violations"));
}

/* The SID as a directory stores it: S-1-5-21-1-2-3-RID. */
static void put_sid(struct fake *f, const char *name, uint8_t rid)
{
	uint8_t sid[28] = {1, 5, 0, 0, 0, 0, 0, 5, 21};
	struct ldb_val value = {.data = sid, .length = sizeof(sid)};
	struct ldb_message *msg = ldb_msg_new(f);

	sid[12] = 1;
	sid[16] = 2;
	sid[20] = 3;
	sid[24] = rid;
	sid[25] = 4; /* 1024 and */
	msg->dn = fake_dn(f, msg, name);
	ldb_msg_append_value(msg, "objectSid", &value, LDB_FLAG_MOD_REPLACE);
	assert_int_equal(ldb_modify(f->raw, msg), LDB_SUCCESS);
	talloc_free(msg);
}

/* A limit is for what a machine gives itself: the caller is
 * S-1-5-21-1-2-3-1104, and no other SID is. */
static void limit_of_a_machine(void **state)
{
	static const char *const names[] = {"OWN", "NEXT", "FAR"};
	struct fake *f = *state;
	size_t i;

	fake_put_settings(f, "+msDS-Settings machine-spn-limit=2");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		fake_put_computer(f,
				  names[i],
				  talloc_asprintf(f,
						  "+spn x/%s|y/%s",
						  names[i],
						  names[i]));
	}
	put_sid(f, "OWN", 1104 - 1024);
	put_sid(f, "NEXT", 1105 - 1024);
	put_sid(f, "FAR", 4);
	assert_refused(f,
		       fake_modify(f, "OWN", "+spn z/OWN"),
		       "0000202F: spn_policy: SPN-904 ");
	assert_accepted(f, fake_modify(f, "NEXT", "+spn z/NEXT"));
	assert_accepted(f, fake_modify(f, "FAR", "+spn z/FAR"));
	/* Above it nothing is refused that does not make it more. */
	fake_change(f, "OWN", "+spn v/OWN|w/OWN");
	assert_accepted(f, fake_modify(f, "OWN", "-spn v/OWN\n+spn u/OWN"));
	assert_accepted(f, fake_modify(f, "OWN", "-spn w/OWN"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(hidden_holder_is_found),
		fake_test(hidden_computer_is_found),
		fake_test(hidden_target_is_judged),
		fake_test(no_rights_no_information),
		fake_test(attribute_without_values),
		fake_test(no_rights_then_others),
		fake_test(trusted_requests_are_judged),
		fake_test(controls_that_exempt_nobody),
		fake_test(dbcheck_and_provision_are_logged),
		fake_test(dbcheck_does_not_cover_others),
		fake_test(dbcheck_does_not_cover_what_was_before),
		fake_test(replicated_operation_passes),
		fake_test(replicated_update_passes),
		fake_test(refusal_is_logged_once),
		fake_test(silence_when_in_order),
		fake_test(unknown_caller),
		fake_test(values_in_the_log),
		fake_test(many_warnings),
		fake_test(limit_of_a_machine),
	};

	return fake_run(tests);
}
