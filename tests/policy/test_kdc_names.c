/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose key a KDC answers with: one directory, and a table of names. The rows
 * are what real DCs said; tests/dc/module_kdc_names.py asks one again.
 */
#include "lib/policy_fixture.h"

#include "lib/fail_allocation.h"
#include "policy/kdc_names.h"

struct row {
	struct spn_str name;
	enum spn_kdc_reason reason;
	const char *sam; /* of the account that is given, or NULL */
};

static const struct {
	const char *sam;
	const char *dn;
	const char *spns;
} accounts[] = {
	{"WEB01$",
	 "CN=WEB01,DC=example,DC=com",
	 "HOST/web01 HOST/web01.example.com"},
	{"bare$", "CN=bare,OU=x,DC=example,DC=com", ""},
	/* CN and logon name differ */
	{"SAM$", "CN=aaa,DC=example,DC=com", ""},
	{"gmsa$", "CN=gmsa,DC=example,DC=com", ""},
	{"twin1$", "CN=twin,OU=1,DC=example,DC=com", ""},
	{"twin2$", "CN=twin,OU=2,DC=example,DC=com", "HOST/twin.example.com"},
	{"twin3$", "CN=twin,OU=3,DC=example,DC=com", ""},
	{"comma$", "CN=a\\2Cb,DC=example,DC=com", ""},
	{"blank$", "CN=a b,DC=example,DC=com", ""},
	{"at$", "CN=bare@x,DC=example,DC=com", ""},
	{"dc$",
	 "CN=dc,DC=example,DC=com",
	 "ldap/dc.example.com/example.com HOST/dc.example.com"},
	{"nokey$", "CN=nokey,DC=example,DC=com", ""},
	{"svc",
	 "CN=svc,DC=example,DC=com",
	 "http/web01.example.com http/two foo/app foo/app/EXAMPLE.COM "
	 "foo/app/other HOST/alias HOST/hidden.example.com foo/a\\\\b"},
	{"svc2", "CN=svc2,DC=example,DC=com", "HTTP/Two"},
	{"hidden$", "CN=hidden,DC=example,DC=com", ""},
	/* Neither of these is looked at. */
	{"scp", "CN=scp,CN=Services,DC=example,DC=com", "http/scp"},
	{"far$", "CN=far,DC=sub,DC=example,DC=com", "http/far"},
};

static void make_directory(struct fixture *f)
{
	size_t i;

	f->forest->netbios_domain = "EXAMPLE";
	for (i = 0; i < ARRAY_SIZE(accounts); i++) {
		struct spn_account *account =
			fixture_account(f,
					accounts[i].sam,
					NULL,
					accounts[i].spns);

		account->dn = accounts[i].dn;
		account->is_dc = strcmp(accounts[i].sam, "dc$") == 0;
		account->has_no_key = strcmp(accounts[i].sam, "nokey$") == 0;
		account->is_disabled = strcmp(accounts[i].sam, "svc") == 0;
		if (strcmp(accounts[i].sam, "gmsa$") == 0) {
			account->kind = SPN_KIND_GMSA;
		} else if (strcmp(accounts[i].sam, "scp") == 0) {
			account->kind = SPN_KIND_OTHER;
		} else if (strcmp(accounts[i].sam, "far$") == 0) {
			account->dns_domain = "sub.example.com";
		}
		if (strcmp(accounts[i].sam, "svc2") == 0) {
			assert_true(spn_account_add(account,
						    &f->fold,
						    STR("foo/b c")));
		}
		assert_true(spn_census_add(f->census, account));
	}
}

/* Another index of the same accounts. */
static struct spn_index *partial_of_all(struct fixture *f, TALLOC_CTX *mem_ctx)
{
	struct spn_partial *partial = spn_partial_new(mem_ctx, f->fold);
	size_t i;

	assert_non_null(partial);
	for (i = 0; i < spn_census_num(f->census); i++) {
		const struct spn_account *account = NULL;

		assert_true(spn_census_get(f->census, i, &account));
		assert_true(spn_partial_add(partial, account));
	}
	return spn_partial_index(partial);
}

static const struct row rows[] = {
	/* held: also by an account that is disabled */
	{STR("http/web01.example.com"), SPN_KDC_HELD, "svc"},
	{STR("HTTP/WEB01.EXAMPLE.COM"), SPN_KDC_HELD, "svc"},
	{STR("foo/app"), SPN_KDC_HELD, "svc"},
	{STR("HOST/bare"), SPN_KDC_COMPUTER, "bare$"},
	/* the class maps to HOST */
	{STR("http/web01"), SPN_KDC_STANDS_IN, "WEB01$"},
	{STR("cifs/alias"), SPN_KDC_STANDS_IN, "svc"},
	{STR("foo/alias"), SPN_KDC_NOBODY, NULL},
	{STR("host/alias"), SPN_KDC_HELD, "svc"},
	/* the computer object of that CN, whatever follows the first dot */
	{STR("http/bare.example.com:8080"), SPN_KDC_COMPUTER, "bare$"},
	{STR("http/bare.example.com."), SPN_KDC_COMPUTER, "bare$"},
	{STR("cifs/bare.elsewhere.test/x"), SPN_KDC_COMPUTER, "bare$"},
	{STR("http/bare:8080"), SPN_KDC_NOBODY, NULL},
	{STR("host/bare.example.com/x"), SPN_KDC_NOBODY, NULL},
	{STR("http/gmsa"), SPN_KDC_COMPUTER, "gmsa$"},
	{STR("http/svc"), SPN_KDC_NOBODY, NULL},
	{STR("http/"), SPN_KDC_NOBODY, NULL},
	{STR("http/.x"), SPN_KDC_NOBODY, NULL},
	{STR("http/a,b"), SPN_KDC_COMPUTER, "comma$"},
	/* not its logon name */
	{STR("host/aaa.example.com"), SPN_KDC_COMPUTER, "SAM$"},
	{STR("host/sam.example.com"), SPN_KDC_NOBODY, NULL},
	/* duplicates, also where the directory has none */
	{STR("http/two"), SPN_KDC_DUPLICATE, NULL},
	{STR("host/hidden.example.com"), SPN_KDC_HIDDEN_DUPLICATE, NULL},
	{STR("http/hidden.example.com"), SPN_KDC_HIDDEN_DUPLICATE, NULL},
	{STR("http/hidden"), SPN_KDC_COMPUTER, "hidden$"},
	{STR("http/twin"), SPN_KDC_SEVERAL_COMPUTERS, NULL},
	{STR("http/twin.example.com"), SPN_KDC_HIDDEN_DUPLICATE, NULL},
	/* three parts */
	{STR("foo/app/other"), SPN_KDC_HELD, "svc"},
	{STR("foo/app/example.com"), SPN_KDC_OWN_DOMAIN, "svc"},
	{STR("foo/app/x"), SPN_KDC_NOBODY, NULL},
	{STR("cifs/bare/EXAMPLE"), SPN_KDC_OWN_DOMAIN, "bare$"},
	{STR("cifs/bare/"), SPN_KDC_COMPUTER, "bare$"},
	{STR("cifs/bare/example/x"), SPN_KDC_OWN_DOMAIN, "bare$"},
	{STR("ldap/dc.example.com/example.com"), SPN_KDC_HELD, "dc$"},
	{STR("cifs/dc/example"), SPN_KDC_COMPUTER, "dc$"},
	/* the key */
	{STR("http/nokey"), SPN_KDC_NO_KEY, "nokey$"},
	/* what Kerberos escapes */
	{STR("foo/a\\b"), SPN_KDC_HELD, "svc"},
	{STR("foo/a\\\\b"), SPN_KDC_NOBODY, NULL},
	{STR("http/ba\\re"), SPN_KDC_COMPUTER, "bare$"},
	{STR("http/bare\\"), SPN_KDC_NOBODY, NULL},
	{STR("http/bare\\0"), SPN_KDC_NOBODY, NULL},
	{STR("http/\\bare"), SPN_KDC_NOBODY, NULL},
	{STR("http/bare@x"), SPN_KDC_NOBODY, NULL},
	{STR("cifs/a b"), SPN_KDC_COMPUTER, "blank$"},
	{STR("foo/b c"), SPN_KDC_NOBODY, NULL},
	{STR("http/bare "), SPN_KDC_COMPUTER, "bare$"},
	/* what is no account of the domain */
	{STR("http/scp"), SPN_KDC_NOBODY, NULL},
	{STR("http/far"), SPN_KDC_NOBODY, NULL},
	/* the rest */
	{STR("krbtgt/EXAMPLE.COM"), SPN_KDC_KRBTGT, NULL},
	{STR("krbtgt/example"), SPN_KDC_KRBTGT, NULL},
	{STR("KRBTGT/EXAMPLE.COM"), SPN_KDC_NOBODY, NULL},
	{STR("krbtgt/other"), SPN_KDC_NOBODY, NULL},
	{STR("web01"), SPN_KDC_NO_SPN, NULL},
	{STR(""), SPN_KDC_NO_SPN, NULL},
	{STR("/"), SPN_KDC_NOBODY, NULL},
};

static enum spn_kdc_error error_of(enum spn_kdc_reason reason)
{
	if (reason == SPN_KDC_NO_KEY) {
		return SPN_KDC_NO_TYPE;
	}
	return (reason <= SPN_KDC_KRBTGT) ? SPN_KDC_TICKET : SPN_KDC_UNKNOWN;
}

static void samba(void **state)
{
	struct fixture *f = *state;
	bool ok = true;
	size_t i;

	make_directory(f);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_kdc_answer answer = {};
		const char *sam = NULL;

		assert_true(spn_kdc_samba(f->index,
					  f->forest,
					  f->mem_ctx,
					  rows[i].name,
					  &answer));
		sam = (answer.account == NULL)
			      ? "-"
			      : answer.account->sam_account_name;
		if (answer.reason != rows[i].reason ||
		    answer.error != error_of(answer.reason) ||
		    strcmp(sam, (rows[i].sam == NULL) ? "-" : rows[i].sam) !=
			    0)
		{
			print_error("%s: %d %s %s\n",
				    rows[i].name.data,
				    (int)answer.error,
				    spn_kdc_reason_word(answer.reason),
				    sam);
			ok = false;
		}
	}
	assert_true(ok);
}

/* All that were found are given, and what they were looked for by. */
static void among_whom(void **state)
{
	struct fixture *f = *state;
	struct spn_kdc_answer answer = {};

	make_directory(f);
	assert_true(spn_kdc_samba(f->index,
				  f->forest,
				  f->mem_ctx,
				  STR("http/hidden.example.com"),
				  &answer));
	assert_int_equal(answer.found.num_accounts, 2);
	assert_true(spn_str_is(answer.name, "host/hidden.example.com"));
	assert_true(spn_kdc_samba(f->index,
				  f->forest,
				  f->mem_ctx,
				  STR("http/twin.example.com"),
				  &answer));
	/* twin2 holds it and has the CN, and is there once. */
	assert_int_equal(answer.found.num_accounts, 3);
}

/* A list that many have is not copied, and is a duplicate like any other. */
static void many(void **state)
{
	struct fixture *f = *state;
	struct spn_kdc_answer answer = {};
	size_t i;

	for (i = 0; i < 100; i++) {
		fixture_add(f,
			    talloc_asprintf(f->mem_ctx, "m%zu", i),
			    NULL,
			    "HOST/many");
	}
	fixture_add(f, "many$", NULL, "");
	assert_true(spn_kdc_samba(f->index,
				  f->forest,
				  f->mem_ctx,
				  STR("http/many"),
				  &answer));
	assert_int_equal(answer.reason, SPN_KDC_DUPLICATE);
	assert_int_equal(answer.found.num_accounts, 100);
	assert_non_null(answer.found.many);
}

/* Mappings may be a chain, and a ring ends somewhere. */
static void mappings(void **state)
{
	struct fixture *f = *state;
	struct spn_kdc_answer answer = {};

	make_directory(f);
	assert_true(spn_mappings_add(f->forest->mappings, STR("cifs=a")));
	assert_true(spn_mappings_add(f->forest->mappings, STR("ring=rang")));
	assert_true(spn_mappings_add(f->forest->mappings, STR("rang=ring")));
	assert_true(spn_kdc_samba(f->index,
				  f->forest,
				  f->mem_ctx,
				  STR("a/bare"),
				  &answer));
	assert_int_equal(answer.reason, SPN_KDC_COMPUTER);
	assert_true(spn_kdc_samba(f->index,
				  f->forest,
				  f->mem_ctx,
				  STR("ring/bare"),
				  &answer));
	assert_int_equal(answer.reason, SPN_KDC_NOBODY);
}

static void windows(void **state)
{
	static const struct {
		struct spn_str class;
		struct spn_str host;
		enum spn_kdc_reason reason;
		const char *sam;
	} expected[] = {
		{STR("http"), STR("web01.example.com"), SPN_KDC_HELD, "svc"},
		{STR("http"), STR("web01"), SPN_KDC_STANDS_IN, "WEB01$"},
		{STR("http"), STR("bare"), SPN_KDC_NOBODY, "-"},
		{STR("http"), STR("two"), SPN_KDC_DUPLICATE, "-"},
		{STR("http"),
		 STR("hidden.example.com"),
		 SPN_KDC_STANDS_IN,
		 "svc"},
		{STR("foo"), STR("web01"), SPN_KDC_NOBODY, "-"},
	};
	struct fixture *f = *state;
	size_t i;

	make_directory(f);
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		struct spn_kdc_answer answer = {};

		assert_true(spn_kdc_windows(f->index,
					    f->forest,
					    f->mem_ctx,
					    expected[i].class,
					    expected[i].host,
					    &answer));
		assert_int_equal(answer.reason, expected[i].reason);
		assert_int_equal(answer.error, error_of(answer.reason));
		assert_string_equal((answer.account == NULL)
					    ? "-"
					    : answer.account->sam_account_name,
				    expected[i].sam);
	}
}

/* Each allocation fails in turn, until there is none. */
static void without_memory(void **state)
{
	static const struct spn_str names[] = {
		STR("http/hidden.example.com"),
		STR("cifs/a b/x"),
		STR("http/a,b"),
		STR("http/two"),
	};
	struct fixture *f = *state;
	bool ok = false;
	size_t i;
	unsigned n;

	make_directory(f);
	for (i = 0; i < 2 * ARRAY_SIZE(names); i++) {
		ok = false;
		for (n = 1; !ok; n++) {
			struct spn_kdc_answer answer = {};
			TALLOC_CTX *mem_ctx = talloc_new(f->mem_ctx);
			struct spn_index *index = partial_of_all(f, mem_ctx);

			fail_allocation(n);
			ok = spn_kdc_samba((i % 2 == 0) ? index : f->index,
					   f->forest,
					   mem_ctx,
					   names[i / 2],
					   &answer);
			assert_int_equal(ok, !fail_allocation_happened());
			talloc_free(mem_ctx);
		}
		assert_true(n > 5);
	}
}

static void cn_of_a_dn(void **state)
{
	static const char *const pairs[][2] = {
		{"CN=web01,DC=x", "web01"},
		{"cn=web01", "web01"},
		{"CN=", ""},
		{"", ""},
		{"OU=web01,DC=x", ""},
		{"CN=a\\,b,DC=x", "a,b"},
		{"CN=a\\2cb,DC=x", "a,b"},
		{"CN=a\\\\,DC=x", "a\\"},
		{"CN=\\20a\\2", " a2"},
		{"CN=a\\", "a\\"},
		{"CN=a+OU=b,DC=x", "a"},
	};
	struct fixture *f = *state;
	struct spn_account *account = fixture_account(f, "a", NULL, "");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct spn_str cn = {};

		account->dn = pairs[i][0];
		assert_true(spn_account_cn(f->mem_ctx, account, &cn));
		if (!spn_str_equal(cn, spn_str_of(pairs[i][1]))) {
			fail_msg("%s: %.*s",
				 pairs[i][0],
				 (int)cn.len,
				 cn.data);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(samba),
		fixture_test(among_whom),
		fixture_test(many),
		fixture_test(mappings),
		fixture_test(windows),
		fixture_test(without_memory),
		fixture_test(cn_of_a_dn),
	};

	fail_allocation_in("test_kdc_names");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
