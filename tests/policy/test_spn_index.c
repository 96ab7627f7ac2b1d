/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index: who holds an SPN, which computer has a name, and what a partial
 * index does not know yet and therefore asks.
 */
#include "lib/policy_fixture.h"

static struct spn_holders holders_of(struct fixture *f,
				     struct spn_index *index,
				     struct spn_str service_class,
				     struct spn_str host)
{
	struct spn_holders holders = {};

	assert_true(spn_index_holders(index,
				      f->mem_ctx,
				      service_class,
				      host,
				      &holders));
	return holders;
}

static bool is_open(struct spn_partial *index,
		    enum spn_question_kind kind,
		    const char *text)
{
	size_t num = 0;
	const struct spn_question *questions =
		spn_partial_open_questions(index, &num);
	size_t i;

	for (i = 0; i < num; i++) {
		if (questions[i].kind == kind &&
		    spn_str_is(questions[i].text, text))
		{
			return true;
		}
	}
	return false;
}

static size_t num_open(struct spn_partial *index)
{
	size_t num = 0;

	spn_partial_open_questions(index, &num);
	return num;
}

/* Comparison is the fold's, never the index's own: case and blanks. */
static void holders_by_folded_value(void **state)
{
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "HTTP/Web");
	struct spn_holders holders = {};

	holders = holders_of(f, f->index, STR("http"), STR("web"));
	assert_int_equal(holders.num_accounts, 1);
	assert_true(spn_account_same(holders.accounts[0], svc));
	holders = holders_of(f, f->index, STR(" Http"), STR("WEB "));
	assert_int_equal(holders.num_accounts, 1);
	holders = holders_of(f, f->index, STR("http"), STR("web2"));
	assert_int_equal(holders.num_accounts, 0);
	holders = holders_of(f, f->index, STR("http"), STR(""));
	assert_int_equal(holders.num_accounts, 0);
}

/* Every holder is named, each once, even with the value in two spellings. */
static void holders_each_once(void **state)
{
	struct fixture *f = *state;
	struct spn_account *a =
		fixture_add(f, "a", NULL, "http/web HTTP/WEB x/y");
	struct spn_account *b = fixture_add(f, "b", NULL, "Http/web");
	struct spn_holders holders = {};

	fixture_add(f, "c", NULL, "http/web2 https/web");
	holders = holders_of(f, f->index, STR("http"), STR("web"));
	assert_int_equal(holders.num_accounts, 2);
	assert_true(spn_holders_has(&holders, a));
	assert_true(spn_holders_has(&holders, b));
	assert_false(spn_holders_is_only(&holders, a));
}

/* Adding after a question, many accounts: found like the first. */
static void holders_after_many_adds(void **state)
{
	struct fixture *f = *state;
	struct spn_holders holders = {};
	unsigned i;

	for (i = 0; i < 300; i++) {
		char *sam = talloc_asprintf(f->mem_ctx, "u%u", 299 - i);
		char *spn = talloc_asprintf(f->mem_ctx, "http/h%u", i);

		fixture_add(f, sam, NULL, spn);
		holders = holders_of(f,
				     f->index,
				     STR("http"),
				     spn_str_of(spn + 5));
		assert_int_equal(holders.num_accounts, 1);
		assert_string_equal(holders.accounts[0]->sam_account_name,
				    sam);
	}
	holders = holders_of(f, f->index, STR("http"), STR("h0"));
	assert_int_equal(holders.num_accounts, 1);
	assert_string_equal(holders.accounts[0]->sam_account_name, "u299");
}

/* What is not in a complete index does not exist: nothing is asked. */
static void complete_asks_nothing(void **state)
{
	struct fixture *f = *state;
	const struct spn_account *computer = NULL;

	holders_of(f, f->index, STR("http"), STR("web"));
	assert_true(
		spn_index_computer_by_name(f->index, STR("web01"), &computer));
	assert_null(computer);
	assert_true(spn_index_computer_by_dns(f->index,
					      STR("web01.example.com"),
					      &computer));
	assert_null(computer);
}

/* A computer is found by NetBIOS name, DNS name, additional DNS names. */
static void computer_by_its_names(void **state)
{
	static const char *additional[] = {"www.example.com", NULL};
	struct fixture *f = *state;
	struct spn_account *web = fixture_account(f,
						  "WEB01$",
						  "Web01.example.com",
						  "HOST/www.example.com");
	const struct spn_account *found = NULL;

	web->additional_dns_host_names = additional;
	assert_true(spn_census_add(f->census, web));
	assert_true(
		spn_index_computer_by_name(f->index, STR("web01"), &found));
	assert_true(spn_account_same(found, web));
	assert_true(spn_index_computer_by_dns(f->index,
					      STR("WEB01.EXAMPLE.COM"),
					      &found));
	assert_true(spn_account_same(found, web));
	assert_true(spn_index_computer_by_dns(f->index,
					      STR("www.Example.com"),
					      &found));
	assert_true(spn_account_same(found, web));
	assert_true(
		spn_index_computer_by_name(f->index, STR("web01$"), &found));
	assert_null(found);
	assert_true(spn_index_computer_by_name(f->index, STR("web"), &found));
	assert_null(found);
	assert_true(spn_index_computer_by_dns(f->index, STR("web01"), &found));
	assert_null(found);
	/* To hold HOST/name is not to have it, nor is a user a computer. */
	fixture_add(f, "PC9$", "pc9.example.com", "HOST/other.example.com");
	assert_true(spn_index_computer_by_dns(f->index,
					      STR("other.example.com"),
					      &found));
	assert_null(found);
}

/* Users and managed service accounts are no computers. */
static void only_computers_have_names(void **state)
{
	struct fixture *f = *state;
	const struct spn_account *found = NULL;
	struct spn_account *gmsa =
		fixture_account(f, "GMSA$", "gmsa.example.com", "");

	gmsa->kind = SPN_KIND_GMSA;
	assert_true(spn_census_add(f->census, gmsa));
	fixture_add(f, "svc", "svc.example.com", "HOST/svc.example.com");
	assert_true(spn_index_computer_by_name(f->index, STR("gmsa"), &found));
	assert_null(found);
	assert_true(spn_index_computer_by_name(f->index, STR("svc"), &found));
	assert_null(found);
	assert_true(spn_index_computer_by_dns(f->index,
					      STR("svc.example.com"),
					      &found));
	assert_null(found);
}

/* The same of a partial one, whichever way they came into it. */
static void only_computers_have_names_in_part(void **state)
{
	static const char *additional[] = {"more.example.com", NULL};
	struct fixture *f = *state;
	struct spn_partial *partial = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_index *index = spn_partial_index(partial);
	const struct spn_account *found = NULL;
	struct spn_account *gmsa =
		fixture_account(f, "GMSA$", "gmsa.example.com", "");
	struct spn_account *svc =
		fixture_account(f, "svc", "svc.example.com", "");

	gmsa->kind = SPN_KIND_GMSA;
	svc->additional_dns_host_names = additional;
	assert_true(spn_partial_add(partial, gmsa));
	assert_true(spn_partial_add_found(partial, svc));
	assert_true(spn_index_computer_by_name(index, STR("gmsa"), &found));
	assert_null(found);
	assert_true(spn_index_computer_by_dns(index,
					      STR("gmsa.example.com"),
					      &found));
	assert_null(found);
	assert_true(spn_index_computer_by_dns(index,
					      STR("svc.example.com"),
					      &found));
	assert_null(found);
	assert_true(spn_index_computer_by_dns(index,
					      STR("more.example.com"),
					      &found));
	assert_null(found);
}

/* "many/0 many/1 ...", so many that the account is a large one. */
static struct spn_account *large_account(struct fixture *f, const char *sam)
{
	char *spns = talloc_asprintf(f->mem_ctx, "%s/0", sam);
	unsigned i;

	for (i = 1; i < 100; i++) {
		spns = talloc_asprintf_append(spns, " %s/%u", sam, i);
	}
	return fixture_account(f, sam, NULL, spns);
}

/* Free is what was looked for and nobody else has. */
static void free_in_part(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *partial = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_index *index = spn_partial_index(partial);
	struct spn_account *own = fixture_account(f, "own", NULL, "foo/own");
	struct spn_account *large = large_account(f, "large");
	struct spn_account *next = large_account(f, "next");
	const struct {
		const char *class;
		const char *host;
		const struct spn_account *account;
		bool is_free;
	} rows[] = {
		{"foo", "nobody", own, true},
		{"foo", "own", own, true},
		{"foo", "own", large, false},
		{"foo", "found", own, false},
		{"large", "7", large, true},
		{"large", "7", own, false},
		{"large", "7", next, false},
		{"next", "99", next, true},
		{"next", "99", large, false},
	};
	size_t i;

	assert_true(spn_partial_add(partial, own));
	assert_true(spn_partial_add(partial, large));
	assert_true(spn_partial_add(partial, next));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_value spn = {};

		assert_true(spn_index_key(index,
					  f->mem_ctx,
					  spn_str_of(rows[i].class),
					  spn_str_of(rows[i].host),
					  &spn));
		/* Nobody has looked for it yet, or only somebody has asked. */
		if (i == 0 || strcmp(rows[i].host, rows[i - 1].host) != 0) {
			assert_false(spn_partial_is_free(partial,
							 spn.key,
							 rows[i].account));
		}
		holders_of(f,
			   index,
			   spn_str_of(rows[i].class),
			   spn_str_of(rows[i].host));
		if (strcmp(rows[i].host, "found") == 0) {
			assert_true(spn_partial_add_found(
				partial,
				fixture_account(f, "f", NULL, "foo/found")));
		}
		assert_true(spn_partial_answered(partial, true));
		assert_int_equal(spn_partial_is_free(partial,
						     spn.key,
						     rows[i].account),
				 rows[i].is_free);
	}
}

/* A partial index notes what it cannot answer, once, in any spelling. */
static void partial_notes_questions(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *index = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_holders holders = {};

	holders = holders_of(f,
			     spn_partial_index(index),
			     STR("http"),
			     STR("web"));
	assert_int_equal(holders.num_accounts, 0);
	holders_of(f, spn_partial_index(index), STR("HTTP"), STR("WEB"));
	assert_int_equal(num_open(index), 1);
	assert_true(is_open(index, SPN_ASK_SPN, "http/web"));
	holders_of(f, spn_partial_index(index), STR("host"), STR("web"));
	assert_int_equal(num_open(index), 2);
	spn_partial_answered(index, true);
	assert_int_equal(num_open(index), 0);

	/* Known now, even if nobody was found. */
	holders_of(f, spn_partial_index(index), STR("http"), STR("web"));
	assert_int_equal(num_open(index), 0);
	/* What is new is open again. */
	holders_of(f, spn_partial_index(index), STR("http"), STR("web2"));
	assert_int_equal(num_open(index), 1);
	assert_true(is_open(index, SPN_ASK_SPN, "http/web2"));
}

/* An account at hand does not answer who else holds the value. */
static void partial_asks_though_it_knows_one(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *index = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_account *a = fixture_account(f, "a", NULL, "http/web");
	struct spn_holders holders = {};

	assert_true(spn_partial_add(index, a));
	holders = holders_of(f,
			     spn_partial_index(index),
			     STR("http"),
			     STR("web"));
	assert_true(spn_holders_is_only(&holders, a));
	assert_int_equal(num_open(index), 1);
}

/* The same account found again: the first one counts (it is "after"). */
static void partial_keeps_the_first(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *index = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_account *after = fixture_account(f, "a", NULL, "http/new");
	struct spn_account *stale = fixture_account(f, "a", NULL, "http/old");
	struct spn_holders holders = {};

	assert_true(spn_partial_add(index, after));
	assert_true(spn_partial_add(index, stale));
	holders = holders_of(f,
			     spn_partial_index(index),
			     STR("http"),
			     STR("old"));
	assert_int_equal(holders.num_accounts, 0);
	holders = holders_of(f,
			     spn_partial_index(index),
			     STR("http"),
			     STR("new"));
	assert_int_equal(holders.num_accounts, 1);
	assert_ptr_equal(holders.accounts[0], after);
}

/* What a search finds of an account that has these SPNs. */
static void find_with(struct fixture *f,
		      struct spn_partial *index,
		      const char *spns)
{
	struct spn_account *found = fixture_account(f, "a", NULL, spns);

	assert_true(spn_partial_add_found(index, found));
	assert_true(spn_partial_answered(index, false));
}

/* An account is found by one search after the other, each time with what was
 * asked for then: it holds that once. */
static void partial_finds_again(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *index = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_holders holders = {};

	holders_of(f, spn_partial_index(index), STR("x"), STR("y"));
	find_with(f, index, "x/y");
	assert_true(spn_index_domain_holders(spn_partial_index(index),
					     f->mem_ctx,
					     STR("HOST"),
					     STR("n"),
					     &holders));
	find_with(f, index, "HOST/n");
	/* not only in the domains this time */
	holders_of(f, spn_partial_index(index), STR("HOST"), STR("n"));
	assert_int_equal(num_open(index), 1);
	find_with(f, index, "HOST/n");
	holders =
		holders_of(f, spn_partial_index(index), STR("HOST"), STR("n"));
	assert_int_equal(holders.num_accounts, 1);
	holders = holders_of(f, spn_partial_index(index), STR("x"), STR("y"));
	assert_int_equal(holders.num_accounts, 1);
}

/* dNSHostName is not indexed in a directory: sAMAccountName and HOST/fqdn
 * are asked instead; a NetBIOS name has 15 characters at most. Each name is
 * asked with its HOST SPN. */
static void partial_asks_for_computers(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *index = spn_partial_new(f->mem_ctx, f->fold);
	const struct spn_account *found = NULL;

	assert_true(spn_index_computer_by_name(spn_partial_index(index),
					       STR("web01"),
					       &found));
	assert_true(is_open(index, SPN_ASK_COMPUTER, "web01$"));
	assert_true(is_open(index, SPN_ASK_SPN_IN_DOMAINS, "HOST/web01"));
	assert_int_equal(num_open(index), 2);
	assert_true(spn_index_computer_by_dns(
		spn_partial_index(index),
		STR("averylongcomputername.example.com"),
		&found));
	assert_null(found);
	assert_true(
		is_open(index, SPN_ASK_COMPUTER, "averylongcomputername$"));
	assert_true(is_open(index, SPN_ASK_COMPUTER, "averylongcomput$"));
	assert_true(is_open(index,
			    SPN_ASK_SPN_IN_DOMAINS,
			    "HOST/averylongcomputername.example.com"));
	assert_int_equal(num_open(index), 7);
	/* Whoever holds it, computer or not: that includes the other one. */
	holders_of(f,
		   spn_partial_index(index),
		   STR("host"),
		   STR("averylongcomputername.example.com"));
	assert_true(is_open(index,
			    SPN_ASK_SPN,
			    "host/averylongcomputername.example.com"));
	assert_int_equal(num_open(index), 7);
	assert_true(spn_partial_answered(index, true));
	assert_true(spn_index_computer_by_dns(
		spn_partial_index(index),
		STR("averylongcomputername.example.com"),
		&found));
	assert_int_equal(num_open(index), 0);
}

/* A NUL byte in a question is asked as it is. */
static void partial_nul_is_data(void **state)
{
	static const struct spn_value longer = {
		.value = STR("http/w\0x"),
		.key = STR("HTTP/W\0X"),
	};
	static const struct spn_value shorter = {
		.value = STR("http/w"),
		.key = STR("HTTP/W"),
	};
	struct fixture *f = *state;
	struct spn_partial *index = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_account *a = fixture_account(f, "a", NULL, "");
	struct spn_holders holders = {};
	const struct spn_question *questions = NULL;
	size_t num = 0;

	assert_true(spn_account_add(a, &f->fold, STR("http/w\0x")));
	assert_true(spn_partial_add(index, a));
	assert_true(spn_index_holders_of(spn_partial_index(index),
					 f->mem_ctx,
					 &longer,
					 &holders));
	assert_int_equal(holders.num_accounts, 1);
	assert_true(spn_index_holders_of(spn_partial_index(index),
					 f->mem_ctx,
					 &shorter,
					 &holders));
	assert_int_equal(holders.num_accounts, 0);
	questions = spn_partial_open_questions(index, &num);
	assert_int_equal(num, 2);
	/* sorted: the shorter one comes first */
	assert_true(spn_str_equal(questions[1].text, STR("http/w\0x")));
}

/* class/host with a NUL byte in the host is that name, not a shorter one. */
static void holders_nul_is_data(void **state)
{
	struct fixture *f = *state;
	struct spn_account *a = fixture_account(f, "a", NULL, "");
	struct spn_holders holders = {};

	assert_true(spn_account_add(a, &f->fold, STR("http/w\0x")));
	assert_true(spn_census_add(f->census, a));
	fixture_add(f, "b", NULL, "http/w");
	holders = holders_of(f, f->index, STR("http"), STR("w\0x"));
	assert_int_equal(holders.num_accounts, 1);
	assert_true(spn_account_same(holders.accounts[0], a));
	holders = holders_of(f, f->index, STR("http"), STR("w"));
	assert_int_equal(holders.num_accounts, 1);
	assert_string_equal(holders.accounts[0]->sam_account_name, "b");
}

/* Text and key of class/host come from the index's own fold. */
static void key_of_class_and_host(void **state)
{
	struct fixture *f = *state;
	struct spn_value spn = {};

	assert_true(spn_index_key(f->index,
				  f->mem_ctx,
				  STR("http"),
				  STR("Web"),
				  &spn));
	assert_true(spn_str_equal(spn.value, STR("http/Web")));
	assert_true(spn_str_equal(spn.key, STR("HTTP/WEB")));
	assert_true(spn_index_key(f->index,
				  f->mem_ctx,
				  STR("ht\0p"),
				  STR("w\0"),
				  &spn));
	assert_true(spn_str_equal(spn.value, STR("ht\0p/w\0")));
	assert_true(spn_str_equal(spn.key, STR("HT\0P/W\0")));
}

static bool removes(struct spn_account *account, const struct spn_value *value)
{
	bool all = false;

	assert_true(spn_set_remove(account, &account->spns, value, 1, &all));
	return all;
}

/* Accounts: values by key, all of a key at once, NetBIOS and DNS names. */
static void account_values(void **state)
{
	const struct spn_value upper = {
		.value = STR("A/B"),
		.key = STR("A/B"),
	};
	struct fixture *f = *state;
	struct spn_account *a =
		fixture_account(f, "WEB01$", "w.example.com", "a/b A/B c/d");

	assert_int_equal(spn_account_count(a, STR("A/B")), 2);
	assert_int_equal(spn_account_count(NULL, STR("A/B")), 0);
	assert_null(spn_account_find(NULL, STR("A/B")));
	assert_true(spn_str_equal(spn_account_find(a, STR("A/B"))->value,
				  STR("a/b")));
	assert_true(removes(a, &upper)); /* its own spelling */
	assert_string_equal(fixture_spns(f->mem_ctx, a), "a/b c/d");
	assert_true(removes(a, &upper)); /* the other one */
	assert_false(removes(a, &upper));
	assert_string_equal(fixture_spns(f->mem_ctx, a), "c/d");
	assert_true(spn_str_is(spn_account_netbios_name(a), "web01"));
	assert_true(spn_account_has_name(a, STR("web01")));
	assert_true(spn_account_has_name(a, STR("W.Example.com")));
	assert_false(spn_account_has_name(a, STR("WEB01$")));
	assert_false(spn_account_has_name(a, STR("")));
	assert_false(spn_account_has_dns_name(a, STR("web01")));
	a->kind = SPN_KIND_USER;
	assert_int_equal(spn_account_netbios_name(a).len, 0);
	assert_false(spn_account_has_name(a, STR("web01")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(holders_by_folded_value),
		fixture_test(holders_each_once),
		fixture_test(holders_after_many_adds),
		fixture_test(complete_asks_nothing),
		fixture_test(computer_by_its_names),
		fixture_test(only_computers_have_names),
		fixture_test(only_computers_have_names_in_part),
		fixture_test(free_in_part),
		fixture_test(partial_notes_questions),
		fixture_test(partial_asks_though_it_knows_one),
		fixture_test(partial_keeps_the_first),
		fixture_test(partial_finds_again),
		fixture_test(partial_asks_for_computers),
		fixture_test(partial_nul_is_data),
		fixture_test(holders_nul_is_data),
		fixture_test(key_of_class_and_host),
		fixture_test(account_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
