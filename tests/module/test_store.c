/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn_store over the fake domain, as a tool uses it: without a module, with
 * the searches going through the whole stack.
 */
#include "lib/fake_stack.h"

#include "policy/quick_fold.h"
#include "store/store.h"
#include "store/values.h"

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

/* Values and DNs put together at random; the same in every run. */
static unsigned next_number(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* Letters, blanks, NUL, control characters, UTF-8, what is none. */
static struct spn_str random_value(TALLOC_CTX *mem_ctx, unsigned *seed)
{
	static const char *const pieces[] = {" ",
					     "  ",
					     "\t",
					     "\x7f",
					     "\xc3\xa9",
					     "\xc3\x89",
					     "\xc3",
					     "\xff",
					     "\xe2\x84\xaa",
					     "a\xcc\x81",
					     "\xc4\xb0",
					     "\xef\xbd\x81"};
	size_t num = next_number(seed) % 30;
	char *text = talloc_zero_array(mem_ctx, char, 8 * num + 1);
	size_t len = 0;
	size_t i;

	assert_non_null(text);
	for (i = 0; i < num; i++) {
		const char *piece =
			pieces[next_number(seed) %
			       (sizeof(pieces) / sizeof(pieces[0]))];
		unsigned kind = next_number(seed) % 16;

		if (kind == 0) {
			text[len++] = (char)(next_number(seed) % 256);
		} else if (kind == 1) {
			len += (size_t)(stpcpy(text + len, piece) -
					(text + len));
		} else {
			text[len++] = (char)(0x21 + next_number(seed) % 0x5e);
		}
	}
	return (struct spn_str){.data = text, .len = len};
}

static void quick_is_narrow(void **state)
{
	struct fake *f = *state;
	const struct spn_store store = {.ldb = f->ldb};
	const struct spn_fold narrow = spn_store_fold(&store);
	struct spn_quick_fold *state_of = spn_quick_fold_new(f, &narrow);
	struct spn_fold quick = {};
	unsigned seed = 1;
	size_t num_changed = 0;
	size_t i;

	assert_non_null(state_of);
	quick = spn_quick_fold(state_of);
	for (i = 0; i < 20000; i++) {
		TALLOC_CTX *mem_ctx = talloc_new(f);
		struct spn_str value = random_value(mem_ctx, &seed);
		struct spn_str a = {};
		struct spn_str b = {};
		bool ok = narrow.fn(narrow.private_data, mem_ctx, value, &a);

		assert_int_equal(
			quick.fn(quick.private_data, mem_ctx, value, &b),
			ok);
		assert_true(!ok || spn_str_equal(a, b));
		assert_true(!ok || b.data[b.len] == '\0');
		num_changed += (ok && !spn_str_equal(a, value)) ? 1 : 0;
		talloc_free(mem_ctx);
	}
	assert_true(num_changed > 10000);
}

/* From its components, as ldb takes it apart. */
static char *domain_of_components(TALLOC_CTX *mem_ctx, struct ldb_dn *dn)
{
	char *domain = talloc_strdup(mem_ctx, "");
	int i;

	for (i = 0; i < ldb_dn_get_comp_num(dn); i++) {
		const struct ldb_val *value =
			ldb_dn_get_component_val(dn, (unsigned)i);

		if (strcasecmp(ldb_dn_get_component_name(dn, (unsigned)i),
			       "DC") != 0)
		{
			domain[0] = '\0';
			continue;
		}
		domain = talloc_asprintf_append(domain,
						"%s%.*s",
						(domain[0] == '\0') ? "" : ".",
						(int)value->length,
						(const char *)value->data);
	}
	return domain;
}

static void domain_of_any_dn(void **state)
{
	static const char *const pieces[] = {
		"DC=",	 "dc=", "CN=", "OU=",  " ",    ",",
		", ",	 " ,",	"\\,", "\\2C", "\\\\", "a",
		"DC",	 "=",	".",   "com",  "\\ ",  ",DC=",
		",dc=",	 "\\=", "\\+", "\\20", "\t",   "example",
		",DC =", "\"",	"#",   "CNF:", "\\0A"};
	struct fake *f = *state;
	unsigned seed = 7;
	size_t num_valid = 0;
	size_t bad = 0;
	size_t i;
	unsigned n;

	for (i = 0; i < 100000; i++) {
		TALLOC_CTX *mem_ctx = talloc_new(f);
		char *text = talloc_strdup(mem_ctx, "CN=x");
		struct ldb_dn *dn = NULL;
		struct ldb_dn *apart = NULL;

		for (n = next_number(&seed) % 8; n > 0; n--) {
			text = talloc_strdup_append(
				text,
				pieces[next_number(&seed) %
				       (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		dn = ldb_dn_new(mem_ctx, f->ldb, text);
		apart = ldb_dn_new(mem_ctx, f->ldb, text);
		if (ldb_dn_validate(apart)) {
			char *domain = spn_store_dns_domain(mem_ctx, dn);
			char *wanted = domain_of_components(mem_ctx, apart);

			num_valid++;
			if (strcmp(domain, wanted) != 0) {
				fprintf(stderr,
					"%s: '%s', not '%s'\n",
					text,
					domain,
					wanted);
				bad++;
			}
		}
		talloc_free(mem_ctx);
	}
	assert_int_equal(bad, 0);
	assert_true(num_valid > 10000);
}

/* Of accounts one after the other, as an audit reads them: whatever the one
 * before was, the domain is that of the DN. */
static void domain_of_next_dn(void **state)
{
	static const char *const heads[] = {"CN=a,",
					    "CN=a\\,",
					    "CN=a\\2C",
					    "CN= a, ",
					    "DC=a,",
					    "dc=a,",
					    "CN=a,DC=b,",
					    "CN=,",
					    "a,",
					    "OU=a,CN=DC=,",
					    "",
					    ","};
	static const char *const tails[] = {
		"DC=example,DC=com",
		"DC=example,DC=com",
		"DC=com",
		"dc=example,DC=com",
		"DC=example,CN=x",
		"CN=x",
	};
	struct fake *f = *state;
	const struct spn_store store = {
		.ldb = f->ldb,
		.names_of_message = true,
		.domain = talloc_zero(f, struct spn_store_domain),
	};
	unsigned seed = 7;
	size_t i;

	assert_non_null(store.domain);
	for (i = 0; i < 20000; i++) {
		struct ldb_message *msg = ldb_msg_new(f);
		struct spn_account *account = NULL;
		size_t head = next_number(&seed) %
			      (sizeof(heads) / sizeof(heads[0]));
		size_t tail = next_number(&seed) %
			      (sizeof(tails) / sizeof(tails[0]));
		char *text =
			talloc_asprintf(msg, "%s%s", heads[head], tails[tail]);

		msg->dn = ldb_dn_new(msg, f->ldb, text);
		assert_int_equal(
			spn_store_account_of(&store, msg, msg, &account, NULL),
			LDB_SUCCESS);
		assert_string_equal(account->dns_domain,
				    spn_store_dns_domain(msg, msg->dn));
		talloc_free(msg);
	}
}

/* spn_values: an attribute of any shape a client or a server can give it. */

#define ATTR "x"

/* As long as it is, so that memcheck sees a byte too many. */
static void add_bytes(struct ldb_message *msg, const void *bytes, size_t len)
{
	struct ldb_val val = {
		.data = talloc_memdup(msg, bytes, len),
		.length = len,
	};

	assert_int_equal(ldb_msg_add_value(msg, ATTR, &val, NULL),
			 LDB_SUCCESS);
}

static void add_text(struct ldb_message *msg, const char *text)
{
	assert_int_equal(ldb_msg_add_string(msg, ATTR, text), LDB_SUCCESS);
}

static struct ldb_message_element *add_nothing(struct ldb_message *msg)
{
	struct ldb_message_element *el = NULL;

	assert_int_equal(ldb_msg_add_empty(msg, ATTR, 0, &el), LDB_SUCCESS);
	return el;
}

static void assert_absent(const struct ldb_message *msg)
{
	assert_null(spn_values_of(msg, ATTR));
	assert_int_equal(spn_values_first(msg, ATTR).len, 0);
	assert_null(spn_values_first(msg, ATTR).data);
	assert_null(spn_values_text(msg, ATTR));
	assert_int_equal(spn_values_int64(msg, ATTR), 0);
	assert_int_equal(spn_values_uint64(msg, ATTR), 0);
	assert_false(spn_values_bool(msg, ATTR));
	assert_null(spn_values_guid(msg, ATTR));
	assert_int_equal(spn_values_sid(msg, ATTR).len, 0);
}

/* Not there, there without values, and so often that it would be merged. */
static void absent(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_absent(msg);
		add_nothing(msg);
	}
	assert_absent(msg);
	assert_int_equal(spn_values_num(NULL), 0);
	assert_false(spn_values_has(NULL, (struct spn_str){}));
	/* a number of values, and no array of them */
	msg->elements[0].num_values = 7;
	assert_absent(msg);
	talloc_free(msg);
}

/* The first element that has values counts; a name has no case. */
static void first_with_values(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);
	struct ldb_message_element *el = NULL;

	(void)state;
	add_nothing(msg);
	el = add_nothing(msg);
	assert_true(spn_values_room(msg, el, 2));
	assert_true(spn_values_push(el, spn_str_of("42")));
	assert_true(spn_values_push(el, spn_str_of("43")));
	assert_false(spn_values_push(el, spn_str_of("44")));
	assert_ptr_equal(spn_values_of(msg, "X"), el);
	assert_int_equal(spn_values_num(el), 2);
	assert_string_equal(spn_values_text(msg, ATTR), "42");
	assert_int_equal(spn_values_int64(msg, ATTR), 42);
	assert_int_equal(spn_values_uint64(msg, ATTR), 42);
	assert_true(spn_values_has(el, spn_str_of("43")));
	assert_false(spn_values_has(el, spn_str_of("4")));
	assert_int_equal(spn_values_get(el, 2).len, 0);
	assert_int_equal(spn_values_get(el, (size_t)-1).len, 0);
	talloc_free(msg);
}

/* More room leaves the array as it was, for others share it. */
static void room(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);
	struct ldb_message_element copy = {};

	(void)state;
	add_text(msg, "a");
	copy = msg->elements[0];
	assert_false(spn_values_push(&copy, spn_str_of("b")));
	assert_true(spn_values_room(msg, &copy, 1));
	assert_true(spn_values_push(&copy, spn_str_of("b")));
	assert_int_equal(spn_values_num(&copy), 2);
	assert_string_equal(spn_values_get(&copy, 0).data, "a");
	assert_int_equal(spn_values_num(&msg->elements[0]), 1);
	talloc_free(msg);
}

/* All elements of the name become one. */
static void replace(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);

	(void)state;
	add_nothing(msg);
	add_nothing(msg);
	assert_true(spn_values_replace(msg, ATTR, spn_str_of("TRUE")));
	assert_int_equal(msg->num_elements, 1);
	assert_true(spn_values_bool(msg, ATTR));
	assert_true(spn_values_replace(msg, ATTR, (struct spn_str){}));
	assert_string_equal(spn_values_text(msg, ATTR), "");
	talloc_free(msg);
}

/* Any length but the right one is no GUID. */
static void guids(void **state)
{
	static const uint8_t bytes[32] = {1, 2, 3};
	size_t len;

	(void)state;
	for (len = 0; len <= sizeof(bytes); len++) {
		struct ldb_message *msg = ldb_msg_new(NULL);

		add_bytes(msg, bytes, len);
		assert_int_equal(spn_values_guid(msg, ATTR) != NULL,
				 len == SPN_GUID_BYTES);
		talloc_free(msg);
	}
}

/* A SID has as many sub-authorities as it says, no more and no less. */
static void sids(void **state)
{
	static const uint8_t bytes[8 + 4 * 255] =
		{1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2};
	uint8_t all[8 + 4 * 255] = {1, 255};
	size_t len;

	(void)state;
	for (len = 0; len <= 40; len++) {
		struct ldb_message *msg = ldb_msg_new(NULL);

		add_bytes(msg, bytes, len);
		assert_int_equal(spn_values_sid(msg, ATTR).len,
				 (len == 16) ? 16 : 0);
		talloc_free(msg);
	}
	for (len = 0; len <= sizeof(all); len++) {
		struct spn_str some = {.data = (const char *)all, .len = len};

		assert_int_equal(spn_sid_at(some, 0).len,
				 (len == sizeof(all)) ? len : 0);
		assert_int_equal(spn_sid_at(some, len + 1).len, 0);
	}
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
		fake_test(quick_is_narrow),
		fake_test(domain_of_any_dn),
		fake_test(domain_of_next_dn),
		cmocka_unit_test(absent),
		cmocka_unit_test(first_with_values),
		cmocka_unit_test(room),
		cmocka_unit_test(replace),
		cmocka_unit_test(guids),
		cmocka_unit_test(sids),
	};

	return fake_run(tests);
}
