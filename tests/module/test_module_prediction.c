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

/* No client is answered: its rights decide what it sees. */
static void clients_are_not_answered(void **state)
{
	struct fake *f = *state;
	struct ldb_result *res = NULL;

	put_accounts(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/1"));
	assert_int_equal(ldb_search(f->ldb,
				    f,
				    &res,
				    ldb_get_default_basedn(f->ldb),
				    LDB_SCOPE_SUBTREE,
				    NULL,
				    "(servicePrincipalName=foo/1)"),
			 LDB_SUCCESS);
	assert_int_equal(res->count, 1); /* the request has ended */
	talloc_free(res);
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
		fake_test(configuration_is_kept),
		fake_test(configuration_without_a_number),
		fake_test(uncommitted_configuration_is_not_kept),
		fake_test(more_than_one_write),
		fake_test(predicted_and_refused_below),
		fake_test(nested_write),
		fake_test(names_are_not_predicted),
	};

	return fake_run(tests);
}
