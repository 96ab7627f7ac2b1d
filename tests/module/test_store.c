/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn_store over the fake domain, as a tool uses it: without a module, with
 * the searches going through the whole stack.
 */
#include "lib/fake_stack.h"

#include "store/store.h"

/* The domain without spn_policy itself: what a tool on a DC meets. */
static struct spn_store store_of(struct fake *f)
{
	return (struct spn_store){.ldb = f->ldb};
}

static struct spn_account *read_account(struct fake *f, const char *name)
{
	struct spn_store store = store_of(f);
	struct spn_account *account = NULL;
	bool deleted = true;
	int ret = spn_store_account(&store,
				    f,
				    fake_dn(f, f, name),
				    &account,
				    &deleted);

	assert_int_equal(ret, LDB_SUCCESS);
	assert_false(deleted);
	return account;
}

/* Every attribute arrives where the rules look for it. */
static void account_of_a_computer(void **state)
{
	struct fake *f = *state;
	struct spn_account *account = NULL;

	fake_put_computer(f,
			  "WEB01",
			  "+dNSHostName web01.example.com\n"
			  "+msDS-AdditionalDnsHostName w1.org|w2.org\n"
			  "+userAccountControl 4098\n"
			  "+spn HOST/WEB01|http/Web");
	account = read_account(f, "WEB01");
	assert_string_equal(account->object_guid,
			    "0000cefa-0000-0000-0000-000000000001");
	assert_string_equal(account->dn,
			    "CN=WEB01,CN=Users,DC=example,DC=com");
	assert_string_equal(account->sam_account_name, "WEB01$");
	assert_string_equal(account->dns_host_name, "web01.example.com");
	assert_string_equal(account->additional_dns_host_names[0], "w1.org");
	assert_string_equal(account->additional_dns_host_names[1], "w2.org");
	assert_null(account->additional_dns_host_names[2]);
	assert_string_equal(account->dns_domain, "example.com");
	assert_int_equal(account->kind, SPN_KIND_COMPUTER);
	assert_true(account->is_disabled);
	assert_false(account->is_dc);
	assert_int_equal(account->spns.num, 2);
	assert_true(spn_account_find(account,
				     (struct spn_str){"HTTP/WEB", 8}) != NULL);
}

/* The most special class counts; a DC and an RODC are DCs. */
static void kinds_of_accounts(void **state)
{
	static const struct {
		const char *object_class;
		const char *uac;
		enum spn_kind kind;
		bool is_dc;
	} rows[] = {
		{"user", "512", SPN_KIND_USER, false},
		{"computer", "4096", SPN_KIND_COMPUTER, false},
		{"computer", "532480", SPN_KIND_COMPUTER, true},
		{"computer", "83890176", SPN_KIND_COMPUTER, true},
		{"msDS-GroupManagedServiceAccount",
		 "4096",
		 SPN_KIND_GMSA,
		 false},
		{"msDS-ManagedServiceAccount", "4096", SPN_KIND_GMSA, false},
		{"serviceConnectionPoint", "0", SPN_KIND_OTHER, false},
	};
	struct fake *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char *name = talloc_asprintf(f, "k%zu", i);
		char *changes = talloc_asprintf(f,
						"+userAccountControl %s",
						rows[i].uac);
		struct spn_account *account = NULL;

		fake_put(f, name, rows[i].object_class, changes);
		account = read_account(f, name);
		assert_int_equal(account->kind, rows[i].kind);
		assert_int_equal(account->is_dc, rows[i].is_dc);
		assert_null(account->dns_host_name);
		assert_int_equal(account->spns.num, 0);
	}
}

/* Many accounts in one go, in searches of a hundred; deleted ones and
 * those that are gone are left out. */
static void accounts_by_guid(void **state)
{
	struct fake *f = *state;
	struct spn_store store = store_of(f);
	struct spn_account **accounts = NULL;
	const char *guids[231] = {};
	size_t num = 0;
	int ret;
	int i;

	for (i = 0; i < 230; i++) {
		fake_put_user(f, talloc_asprintf(f, "u%d", i), "");
		guids[i] = talloc_asprintf(
			f,
			"0000cefa-0000-0000-0000-0000000000%02x",
			i + 1);
	}
	guids[230] = "0000cefa-0000-0000-0000-0000000000ff";
	fake_change(f, "u7", "+isDeleted TRUE");
	ret = spn_store_accounts(&store, f, guids, 231, &accounts, &num);
	assert_int_equal(ret, LDB_SUCCESS);
	assert_int_equal(num, 229);
}

/* sPNMappings, dSHeuristics and the DNS suffixes. */
static void forest(void **state)
{
	struct fake *f = *state;
	struct spn_store store = store_of(f);
	struct spn_forest *forest_found = NULL;
	struct spn_str http = {"http", 4};
	int ret;

	fake_change(f,
		    "DC=example,DC=com",
		    "+msDS-AllowedDNSSuffixes Example.com|extra.org");
	fake_change(f, FAKE_DS_DN, "+dSHeuristics 001");
	ret = spn_store_forest(&store, f, &forest_found, NULL);
	assert_int_equal(ret, LDB_SUCCESS);
	assert_null(forest_found->allowed_suffixes); /* not read yet */
	ret = spn_store_suffixes(&store, forest_found);
	assert_int_equal(ret, LDB_SUCCESS);
	assert_string_equal(forest_found->dns_domain, "example.com");
	assert_string_equal(forest_found->ds_heuristics, "001");
	assert_string_equal(forest_found->dns_suffixes[0], "example.com");
	assert_null(forest_found->dns_suffixes[1]);
	assert_string_equal(forest_found->allowed_suffixes[0], "Example.com");
	assert_string_equal(forest_found->allowed_suffixes[1], "extra.org");
	assert_null(forest_found->allowed_suffixes[2]);
	assert_string_equal(spn_mappings_target(forest_found->mappings, http),
			    "host");
}

/* Without the Directory Service object nothing stands for anything. */
static void forest_without_mappings(void **state)
{
	struct fake *f = *state;
	struct spn_store store = store_of(f);
	struct spn_forest *forest_found = NULL;
	struct spn_str http = {"http", 4};

	assert_int_equal(ldb_delete(f->raw, fake_dn(f, f, FAKE_DS_DN)),
			 LDB_SUCCESS);
	assert_int_equal(spn_store_forest(&store, f, &forest_found, NULL),
			 LDB_SUCCESS);
	assert_null(spn_mappings_target(forest_found->mappings, http));
	assert_string_equal(forest_found->ds_heuristics, "");
}

/* However it is spelt. */
static void dns_domain_of_dn(void **state)
{
	static const struct {
		const char *dn;
		const char *domain;
	} rows[] = {
		{"CN=a,DC=example,DC=com", "example.com"},
		{"cn=a,dc=Example,dc=com", "Example.com"},
		{"CN=a, DC=example, DC=com", "example.com"},
		{"CN=a ,DC=example ,DC=com", "example.com"},
		{"DC=example,DC=com", "example.com"},
		{"CN=a\\,b,DC=example,DC=com", "example.com"},
		{"CN=a b,OU=c d,DC=com", "com"},
		{"DC=node,DC=zone,CN=MicrosoftDNS,DC=example", "example"},
		{"CN=a,CN=b", ""},
		{"", ""},
	};
	struct fake *f = *state;
	size_t bad = 0;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ldb_dn *dn = ldb_dn_new(f, f->ldb, rows[i].dn);
		char *domain = spn_store_dns_domain(f, dn);

		assert_non_null(domain);
		if (strcmp(domain, rows[i].domain) != 0) {
			fprintf(stderr, "%s: '%s'\n", rows[i].dn, domain);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(dns_domain_of_dn),
		fake_test(account_of_a_computer),
		fake_test(kinds_of_accounts),
		fake_test(accounts_by_guid),
		fake_test(forest),
		fake_test(forest_without_mappings),
	};

	return fake_run(tests);
}
