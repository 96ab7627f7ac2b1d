/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is looked up once and not again: the configuration, as long as it is
 * the same; and what a request is about to do, while Samba's own check asks
 * for it. Nothing of this may change what is refused.
 */
#include "lib/fake_stack.h"

/* Searches of one modify that adds one SPN of no pair: the number of the
 * configuration, the account as it is, who holds the SPN. */
#define FEWEST 3

static unsigned searches_of(struct fake *f, const char *changes)
{
	unsigned before = f->num_searches;

	assert_accepted(f, fake_modify(f, "b", changes));
	return f->num_searches - before;
}

static void put_accounts(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/a");
	fake_put_user(f, "b", "");
	fake_put_config_usn(f, 1);
	f->samldb_checks = true;
}

/* Samba's check below us is answered from what we have looked up. */
static void samba_is_answered(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	assert_true(searches_of(f, "+spn foo/1") > FEWEST); /* reads it all */
	assert_int_equal(searches_of(f, "+spn foo/2"), FEWEST);
	/* Three of the configuration and the domain each, and two halves. */
	assert_true(searches_of(f, "+spn http/w1") <= 6);
	assert_stored(f, "b", "foo/1|foo/2|http/w1|http/w1.example.com");
	/* It had the same mappings as we. */
	assert_string_equal(f->seen_mappings,
			    "host=alerter,cifs,dns,http,www,time");
}

/* What somebody holds it finds by itself. */
static void samba_finds_holders(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/1"));
	assert_refused(f, fake_modify(f, "b", "+spn foo/a"), DUPLICATE);
	assert_non_null(strstr(f->log, "refused SPN-101"));
	/* Its own value again. */
	assert_int_equal(fake_modify(f, "b", "+spn foo/1"),
			 LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS);
	assert_stored(f, "b", "foo/1");
}

#define DOMAIN_DN "DC=example,DC=com"
#define OTHER_DS_DN "CN=Other," FAKE_CONFIG_DN

/* A search in the middle of "+spn foo/1|http/own.example.com". */
struct question {
	const char *what;
	const char *base;
	enum ldb_scope scope;
	const char *filter;
	const char *attrs[3];
	const char *control;
	bool untrusted;
	bool is_answered; /* by the module; samba_dsdb does not see it */
};

#define SEARCH(depth, for_what, ...)                                          \
	.scope = LDB_SCOPE_##depth, .filter = for_what, .attrs = {__VA_ARGS__}
#define OF_SPN "(servicePrincipalName=foo/1)"
#define OF_DS "(objectClass=nTDSService)"

static const struct question questions[] = {
	{"as Samba asks",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, OF_SPN, "cn"),
	 .is_answered = true},
	{"of a client",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, OF_SPN, "cn"),
	 .untrusted = true},
	{"with the deleted ones",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, OF_SPN, "cn"),
	 .control = LDB_CONTROL_SHOW_DELETED_OID},
	{"below another base",
	 "CN=Users," DOMAIN_DN,
	 SEARCH(SUBTREE, OF_SPN, "cn")},
	{"of the configuration",
	 FAKE_CONFIG_DN,
	 SEARCH(SUBTREE, OF_SPN, "cn")},
	{"of everything", "", SEARCH(SUBTREE, OF_SPN, "cn")},
	{"of one level", DOMAIN_DN, SEARCH(ONELEVEL, OF_SPN, "cn")},
	{"of one object", DOMAIN_DN, SEARCH(BASE, OF_SPN, "cn")},
	{"of what is not asked about",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, "(servicePrincipalName=foo/unasked)", "cn")},
	{"of what is held",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, "(servicePrincipalName=foo/a)", "cn")},
	{"of what the account itself holds",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, "(servicePrincipalName=http/own)", "cn")},
	{"of whoever has an SPN",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, "(servicePrincipalName=*)", "cn")},
	{"of another attribute",
	 DOMAIN_DN,
	 SEARCH(SUBTREE, "(cn=foo/1)", "cn")},
	{"of the mappings, by a client",
	 FAKE_DS_DN,
	 SEARCH(BASE, OF_DS, "sPNMappings", "cn"),
	 .untrusted = true},
	{"of more than the mappings",
	 FAKE_DS_DN,
	 SEARCH(BASE, OF_DS, "sPNMappings", "cn")},
	{"of something else there", FAKE_DS_DN, SEARCH(BASE, OF_DS, "cn")},
	{"of whatever is there",
	 FAKE_DS_DN,
	 SEARCH(BASE, "(objectClass=*)", "sPNMappings", "cn")},
};

static struct ldb_result *ask(struct fake *f, const struct question *q)
{
	struct ldb_result *res = talloc_zero(f, struct ldb_result);
	struct ldb_request *req = NULL;
	int ret = ldb_build_search_req(&req,
				       f->ldb,
				       res,
				       ldb_dn_new(res, f->ldb, q->base),
				       q->scope,
				       q->filter,
				       q->attrs,
				       NULL,
				       res,
				       ldb_search_default_callback,
				       NULL);

	assert_int_equal(ret, LDB_SUCCESS);
	if (q->untrusted) {
		ldb_req_mark_untrusted(req);
	}
	if (q->control != NULL) {
		ldb_request_add_control(req, q->control, false, NULL);
	}
	ret = ldb_request(f->ldb, req);
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	assert_true(ret == LDB_SUCCESS || ret == LDB_ERR_NO_SUCH_OBJECT);
	return res;
}

static void ask_all(struct fake *f)
{
	static const struct question of_another = {
		"of another object's mappings",
		OTHER_DS_DN,
		SEARCH(BASE, OF_DS, "sPNMappings"),
	};
	struct ldb_result *res = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		const struct question *q = &questions[i];
		unsigned before = f->num_searches;

		talloc_free(ask(f, q));
		print_message("%s\n", q->what);
		assert_int_equal(f->num_searches - before,
				 q->is_answered ? 0 : 1);
	}
	res = ask(f, &of_another);
	assert_int_equal(res->count, 1);
	assert_string_equal(ldb_msg_find_attr_as_string(res->msgs[0],
							"sPNMappings",
							""),
			    "other=x");
	talloc_free(res);
}

/*
 * Only Samba's own question is answered, as it is asked and nothing else: what
 * a client sees its rights decide, and what a control asks for the modules
 * below.
 */
static void clients_are_not_answered(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_put(f, OTHER_DS_DN, "nTDSService", "+sPNMappings other=x");
	fake_change(f, "b", "+spn http/own");
	f->meanwhile = ask_all;
	assert_accepted(f,
			fake_modify(f,
				    "b",
				    "+spn foo/1|http/own.example.com"));
	assert_null(f->meanwhile); /* it was asked */
	assert_stored(f, "b", "foo/1|http/own|http/own.example.com");
}

/* Nothing was predicted of a request that has not come as far as that. */
static void nobody_is_answered_without_a_request(void **state)
{
	struct fake *f = *state;
	unsigned before = 0;

	put_accounts(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/1"));
	before = f->num_searches;
	talloc_free(ask(f, &questions[0]));
	assert_int_equal(f->num_searches - before, 1);
	assert_accepted(f, fake_commit(f));
}

/* The settings are read again when, and only when, the configuration has
 * got another number. */
static void configuration_is_kept(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/1"));
	assert_int_equal(searches_of(f, "+spn foo/2"), FEWEST);
	fake_put_settings(f, "+msDS-Settings syntax=off");
	fake_put_config_usn(f, 2);
	assert_accepted(f, fake_modify(f, "b", "+spn http//w"));
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings syntax=deny");
	fake_put_config_usn(f, 3);
	assert_refused(f,
		       fake_modify(f, "b", "+spn http//v"),
		       "0000202F: spn_policy: SPN-00");
	assert_int_equal(searches_of(f, "+spn foo/4"), FEWEST);
}

/* Where there is no number nothing is kept. */
static void configuration_without_a_number(void **state)
{
	struct fake *f = *state;
	unsigned num;

	fake_put_user(f, "b", "");
	num = searches_of(f, "+spn foo/1");
	assert_int_equal(searches_of(f, "+spn foo/2"), num);
	fake_put_settings(f, "+msDS-Settings syntax=off");
	assert_accepted(f, fake_modify(f, "b", "+spn http//w"));
}

/*
 * Settings that came by replication in a transaction that was then cancelled
 * were read in it, but are not kept.
 */
static void uncommitted_configuration_is_not_kept(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	f->samldb_checks = false;
	fake_put_settings(f, "+msDS-Settings syntax=deny");
	fake_start(f);
	f->trusted = true;
	f->control = "1.3.6.1.4.1.7165.4.3.3"; /* a replicated update */
	assert_accepted(f,
			fake_modify(f,
				    FAKE_POLICY_DN,
				    "=msDS-Settings syntax=off"));
	f->trusted = false;
	f->control = NULL;
	assert_accepted(f, fake_modify(f, "b", "+spn http//w"));
	fake_cancel(f);
	assert_refused(f,
		       fake_modify(f, "b", "+spn http//w"),
		       "0000202F: spn_policy: SPN-00");
	assert_stored(f, "b", "");
}

/* What was predicted of the first write is not all, when others follow. */
static void more_than_one_write(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/x"));
	f->samldb_checks = false;
	assert_accepted(f, fake_modify(f, "a", "+spn foo/x"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	f->samldb_checks = true;
	/* And what was wrong may be mended. */
	fake_change(f, "a", "=spn http/q");
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn http/q.example.com"));
	assert_accepted(f, fake_modify(f, "a", "=spn"));
	assert_accepted(f, fake_modify(f, "b", "+spn http/q"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "http/q|http/q.example.com");
}

/* Not even when nothing is wrong with the last of them: the verdict is over
 * what the first one did, too. */
static void harmless_write_after_a_duplicate(void **state)
{
	static const char *const harmless[] = {"+spn foo/x", "+spn http/x"};
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	fake_put(f, "CN=far,DC=tree,DC=net", "user", "+spn foo/far");
	for (i = 0; i < ARRAY_SIZE(harmless); i++) {
		fake_start(f);
		assert_accepted(f, fake_modify(f, "b", "+spn foo/far"));
		assert_accepted(f, fake_modify(f, "a", harmless[i]));
		assert_refused(f, fake_commit(f), DUPLICATE);
	}
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/far"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/x"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "a", "foo/a");
	assert_stored(f, "b", "");
}

/* An extended operation is a write, too, whatever it does. */
static void extended_operation_after_a_write(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	f->trusted = true;
	f->replicated_account = "b";
	f->replicated_spn = "nonsense";
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/x"));
	assert_accepted(f, fake_extended(f, "1.2.3.4", NULL));
	assert_refused(f, fake_commit(f), "0000202F: spn_policy: SPN-00");
	assert_stored(f, "b", "");
}

/* Nobody answers for a deleted account, so whatever it is given is no
 * violation, and nothing is predicted of it. */
static void deleted_is_not_predicted(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_put(f, "CN=far,DC=tree,DC=net", "user", "+spn foo/far");
	fake_put_user(f, "gone", "+isDeleted TRUE");
	assert_accepted(f, fake_modify(f, "gone", "+spn foo/far|nonsense"));
	assert_stored(f, "gone", "foo/far|nonsense");
}

/* What it held before it was deleted comes back with an undelete, whatever
 * else the request says about SPNs. */
static void undelete_is_not_predicted(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_put_user(f, "gone", "+isDeleted TRUE\n+spn foo/a|foo/own");
	f->samldb_checks = false;
	assert_refused(f,
		       fake_modify(f,
				   "gone",
				   "-isDeleted\n=distinguishedName CN=back,"
				   "CN=Users," DOMAIN_DN "\n"
				   "+spn foo/new"),
		       DUPLICATE);
	assert_string_equal(fake_values(f, "gone", "isDeleted"), "TRUE");
}

/* What a request leaves that may find its values there is looked up. */
static void permissive_is_not_predicted(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/1"));
	assert_int_equal(searches_of(f, "+spn foo/2"), FEWEST);
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	assert_true(searches_of(f, "+spn foo/3") > FEWEST);
	assert_stored(f, "b", "foo/1|foo/2|foo/3");
}

static void fail_from_now_on(struct fake *f)
{
	f->fail_write = LDB_ERR_BUSY;
}

/* Samba has asked, so the rules have spoken, and then nothing is written. */
static void predicted_and_then_failed(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_change(f, "a", "=spn foo/a|http/h");
	fake_start(f);
	f->meanwhile = fail_from_now_on;
	assert_int_equal(fake_modify(f, "b", "+spn http/h.example.com"),
			 LDB_ERR_BUSY);
	assert_null(f->meanwhile);
	f->fail_write = LDB_SUCCESS;
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "");
}

/* The same where the caller keeps the request that has failed. */
static void predicted_failed_and_kept(void **state)
{
	struct fake *f = *state;
	struct ldb_message *msg = NULL;
	struct ldb_request *req = NULL;
	int ret;

	put_accounts(f);
	fake_change(f, "a", "=spn foo/a|http/h");
	fake_start(f);
	f->meanwhile = fail_from_now_on;
	msg = ldb_msg_new(f);
	msg->dn = fake_dn(f, msg, "b");
	ldb_msg_add_empty(msg, "servicePrincipalName", LDB_FLAG_MOD_ADD, NULL);
	ldb_msg_add_string(msg, "servicePrincipalName", "http/h.example.com");
	ret = ldb_build_mod_req(&req,
				f->ldb,
				f,
				msg,
				NULL,
				NULL,
				ldb_op_default_callback,
				NULL);
	assert_int_equal(ret, LDB_SUCCESS);
	ret = ldb_request(f->ldb, req);
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	assert_int_equal(ret, LDB_ERR_BUSY);
	assert_null(f->meanwhile);
	f->fail_write = LDB_SUCCESS;
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "");
	talloc_free(req);
	talloc_free(msg);
}

/* What the commit will refuse is not completed before: that step could be
 * denied, and then the caller would not hear why. */
static void refused_is_not_completed(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_change(f, "a", "=spn foo/a|http/h");
	f->num_requests = 0;
	assert_refused(f,
		       fake_modify(f, "b", "+spn http/new|http/h.example.com"),
		       PAIR);
	assert_int_equal(f->num_requests, 1);
	assert_accepted(f, fake_modify(f, "b", "+spn http/new"));
	assert_int_equal(f->num_requests, 3);
	assert_stored(f, "b", "http/new|http/new.example.com");
}

/* A client's request that the commit would refuse is not written before. */
static void clients_are_refused_at_once(void **state)
{
	static const char *const spns[] = {
		"+spn foo/a",			/* Samba would see that */
		"+spn foo/far",			/* and not that */
		"+spn foo/far\n=description x", /* whatever else is in it */
	};
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	fake_put(f, "CN=far,DC=tree,DC=net", "user", "+spn foo/far");
	for (i = 0; i < ARRAY_SIZE(spns); i++) {
		/* Samba hears of it with its first question, and asks no
		 * other. */
		f->meanwhile = fail_from_now_on;
		assert_refused(f, fake_modify(f, "b", spns[i]), DUPLICATE);
		assert_non_null(f->meanwhile);
		assert_non_null(strstr(f->log, "refused SPN-101"));
		assert_null(strstr(f->log, "SPN-901"));
		assert_stored(f, "b", "");
	}
	f->meanwhile = NULL;
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	/* A program on the DC may mend it in the same transaction. */
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/far"));
	assert_accepted(f, fake_modify(f, "b", "-spn foo/far"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "foo/b");
}

/* A request that ends in an error below us has done nothing, whatever was
 * predicted of it. */
static void predicted_and_refused_below(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_change(f, "a", "=spn foo/a|http/h");
	fake_start(f);
	/* Half of a pair that a holds: SPN-303, but it comes to nothing. */
	f->fail_write = LDB_ERR_BUSY;
	fake_modify(f, "b", "+spn http/h.example.com");
	f->fail_write = LDB_SUCCESS;
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "");
	assert_refused(f,
		       fake_modify(f, "b", "+spn http/h.example.com"),
		       PAIR);
	assert_stored(f, "b", "");
}

/* Samba's nested write to another account: all is looked at once more. */
static void nested_write(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_change(f, "a", "=spn host/n");
	f->nested_account = "a";
	f->nested_spn = "host/n";
	assert_refused(f,
		       fake_modify(f, "b", "+spn cifs/n|nonsense"),
		       "0000202F: spn_policy: SPN-00");
	assert_stored(f, "a", "host/n");
	assert_stored(f, "b", "");
}

/* Only the plainest of requests is predicted: here samldb rewrites besides. */
static void names_are_not_predicted(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_put_computer(f,
			  "W1",
			  "+dNSHostName w1.example.com\n"
			  "+spn HOST/W1|HOST/w1.example.com");
	fake_put_computer(f,
			  "W2",
			  "+dNSHostName w2.example.com\n"
			  "+spn HOST/W2|HOST/w2.example.com");
	f->samldb_rewrites = true;
	f->samldb_checks = false;
	assert_refused(f,
		       fake_modify(f,
				   "W1",
				   "+spn foo/w1\n"
				   "=dNSHostName w2.example.com"),
		       DUPLICATE);
	assert_stored(f, "W1", "HOST/W1|HOST/w1.example.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(samba_is_answered),
		fake_test(samba_finds_holders),
		fake_test(clients_are_not_answered),
		fake_test(nobody_is_answered_without_a_request),
		fake_test(configuration_is_kept),
		fake_test(configuration_without_a_number),
		fake_test(uncommitted_configuration_is_not_kept),
		fake_test(more_than_one_write),
		fake_test(harmless_write_after_a_duplicate),
		fake_test(extended_operation_after_a_write),
		fake_test(deleted_is_not_predicted),
		fake_test(undelete_is_not_predicted),
		fake_test(permissive_is_not_predicted),
		fake_test(predicted_and_refused_below),
		fake_test(predicted_and_then_failed),
		fake_test(predicted_failed_and_kept),
		fake_test(refused_is_not_completed),
		fake_test(clients_are_refused_at_once),
		fake_test(nested_write),
		fake_test(names_are_not_predicted),
	};

	return fake_run(tests);
}
