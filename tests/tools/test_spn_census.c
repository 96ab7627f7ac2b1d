/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packed accounts: what goes in comes out, and is found by every key.
 */
#include "lib/policy_fixture.h"

#include "audit/census/census.h"
#include "audit/census/pack.h"

static struct spn_census *new_census(struct fixture *f)
{
	struct spn_census *census = spn_census_new(f->mem_ctx, f->fold);

	assert_non_null(census);
	return census;
}

static bool same_text(const char *a, const char *b)
{
	return (a == NULL) ? b == NULL : (b != NULL && strcmp(a, b) == 0);
}

static bool same_list(const char *const *a, const char *const *b)
{
	size_t i;

	if (a == NULL || b == NULL) {
		return a == b;
	}
	for (i = 0; a[i] != NULL && b[i] != NULL; i++) {
		if (!same_text(a[i], b[i])) {
			return false;
		}
	}
	return a[i] == b[i];
}

static void expect_facts(const struct spn_facts *a, const struct spn_facts *b)
{
	size_t i;

	assert_int_equal(a->control, b->control);
	assert_int_equal(a->encryption_types, b->encryption_types);
	assert_int_equal(a->has_encryption_types, b->has_encryption_types);
	assert_int_equal(a->is_privileged, b->is_privileged);
	assert_int_equal(a->lets_delegate, b->lets_delegate);
	assert_int_equal(a->password_set, b->password_set);
	assert_int_equal(a->last_logon, b->last_logon);
	assert_int_equal(a->expires, b->expires);
	assert_true(same_text(a->user_principal_name, b->user_principal_name));
	assert_true(same_list(a->password_readers, b->password_readers));
	assert_int_equal(a->num_delegate_to, b->num_delegate_to);
	for (i = 0; i < a->num_delegate_to; i++) {
		assert_true(
			spn_str_equal(a->delegate_to[i], b->delegate_to[i]));
	}
	assert_ptr_equal(a->writers, b->writers);
	assert_int_equal(a->num_writers, b->num_writers);
}

static void expect_same(const struct spn_account *a,
			const struct spn_account *b)
{
	size_t i;

	assert_string_equal(a->object_guid, b->object_guid);
	assert_string_equal(a->dn, b->dn);
	assert_true(same_text(a->sam_account_name, b->sam_account_name));
	assert_true(same_text(a->dns_host_name, b->dns_host_name));
	assert_true(same_list(a->additional_dns_host_names,
			      b->additional_dns_host_names));
	assert_true(
		same_list(a->additional_sam_names, b->additional_sam_names));
	assert_string_equal(a->dns_domain, b->dns_domain);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->is_dc, b->is_dc);
	assert_int_equal(a->is_disabled, b->is_disabled);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->has_krbtgt_number, b->has_krbtgt_number);
	assert_int_equal(a->is_deleted, b->is_deleted);
	assert_int_equal(a->spns.num, b->spns.num);
	for (i = 0; i < a->spns.num; i++) {
		const struct spn_value *x = &a->spns.values[i];
		const struct spn_value *y = &b->spns.values[i];

		assert_true(spn_str_equal(x->value, y->value));
		assert_true(spn_str_equal(x->key, y->key));
		assert_ptr_not_equal(spn_account_find(b, x->key), NULL);
	}
}

/* Every member, none of them in its shortest form. */
static void whole_account(void **state)
{
	static const struct spn_writer writers[] = {{"S-1-5-11", "all"}};
	struct spn_str delegate_to[] = {STR("http/a\0b"), STR("")};
	const char *sams[] = {"also$", "", NULL};
	const char *readers[] = {NULL};
	const char *hosts[] = {"www.example.com", NULL};
	const struct spn_facts facts = {
		.control = 0xffffffff,
		.encryption_types = 0x80000000,
		.has_encryption_types = true,
		.is_privileged = true,
		.lets_delegate = true,
		.password_set = INT64_MAX,
		.last_logon = 127,
		.expires = 128,
		.user_principal_name = "a@b",
		.password_readers = readers,
		.delegate_to = delegate_to,
		.num_delegate_to = 2,
		.writers = writers,
		.num_writers = 1,
	};
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	struct spn_account *account =
		fixture_account(f, "web01$", "web01.example.com", "http/a");
	const struct spn_account *got = NULL;

	account->object_guid = "d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11";
	account->additional_sam_names = sams;
	account->dn = "CN=a\\,b\\\\,OU=x,DC=example,DC=com";
	account->dns_domain = "example.com";
	account->additional_dns_host_names = hosts;
	account->is_dc = true;
	account->is_disabled = true;
	account->has_krbtgt_number = true;
	account->facts = &facts;
	assert_true(spn_account_add(account, &f->fold, STR("a\0b/\xff")));
	assert_true(spn_account_add(account, &f->fold, STR("")));
	assert_true(spn_account_add(account, &f->fold, STR("HTTP/A")));
	assert_true(spn_census_add(census, account));
	assert_true(spn_census_get(census, 0, &got));
	expect_same(account, got);
	expect_facts(&facts, got->facts);

	/* kept: the same without facts, and there when the page is turned */
	assert_true(spn_census_keep(census, 0, &got));
	spn_census_turn_page(census);
	expect_same(account, got);
	assert_null(got->facts);

	/* whoever asks for the account itself gets it whole all the same */
	assert_true(spn_census_get(census, 0, &got));
	assert_non_null(got->facts);
}

/* Identities and DNs of all kinds. */
static void odd_names(void **state)
{
	static const char *const guids[] = {
		"",
		"x",
		"D9BC4A3E-21C8-4C4B-8B4E-0A8F7A3C1B11",
		"d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b1",
		"d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b111",
		"d9bc4a3e_21c8_4c4b_8b4e_0a8f7a3c1b11",
		"g9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11",
		"00000000-0000-0000-0000-000000000000",
	};
	static const char *const dns[] =
		{"", "CN=a", "CN=a,", ",", "CN=a\\,b", "CN=a\\", "\\,,\\,"};
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(guids) * ARRAY_SIZE(dns); i++) {
		struct spn_account *account =
			fixture_account(f, "a", NULL, "x/y");
		const struct spn_account *got = NULL;

		account->object_guid = guids[i % ARRAY_SIZE(guids)];
		account->dn = dns[i / ARRAY_SIZE(guids)];
		account->dns_domain = "";
		assert_true(spn_census_add(census, account));
		assert_true(spn_census_get(census, i, &got));
		expect_same(account, got);
		spn_census_turn_page(census);
	}
}

static size_t count(struct spn_census *census,
		    enum spn_census_key kind,
		    const char *key)
{
	struct spn_holders found = {};
	size_t num = 0;

	assert_true(spn_census_find(census,
				    census,
				    kind,
				    spn_str_of(key),
				    &found));
	num = found.num_accounts;
	spn_holders_free(&found);
	return num;
}

static void every_key(void **state)
{
	const char *sams[] = {"other$", NULL};
	const struct spn_facts facts = {
		.user_principal_name = "User@Example.com",
	};
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	struct spn_account *web =
		fixture_account(f, "web01$", "web01.example.com", "http/x");
	struct spn_account *svc = fixture_account(f, "svc", NULL, "http/x");
	struct spn_account *gone = fixture_account(f, "gone", NULL, "http/x");

	web->facts = &facts;
	web->additional_sam_names = sams;
	gone->is_deleted = true;
	assert_true(spn_census_add(census, web));
	assert_true(spn_census_add(census, svc));
	assert_true(spn_census_add(census, gone));
	/* twice on one account: one holder */
	assert_true(spn_account_add(svc, &f->fold, STR("a/b")));
	assert_true(spn_account_add(svc, &f->fold, STR("A/B")));
	assert_true(spn_census_add(census, svc));

	assert_int_equal(count(census, SPN_CENSUS_SPN, "HTTP/X"), 3);
	assert_int_equal(count(census, SPN_CENSUS_SPN, "http/x"), 0);
	assert_int_equal(count(census, SPN_CENSUS_SPN, "A/B"), 1);
	assert_int_equal(count(census, SPN_CENSUS_DELETED_SPN, "HTTP/X"), 1);
	assert_int_equal(count(census, SPN_CENSUS_NAME, "WEB01$"), 1);
	assert_int_equal(count(census, SPN_CENSUS_NAME, "web01"), 0);
	assert_int_equal(count(census, SPN_CENSUS_NAME, "gone"), 0);
	assert_int_equal(count(census, SPN_CENSUS_HOST, "Web01"), 1);
	assert_int_equal(count(census, SPN_CENSUS_HOST, "WEB01.example.com"),
			 1);
	assert_int_equal(count(census, SPN_CENSUS_HOST, "OTHER"), 1);
	assert_int_equal(count(census, SPN_CENSUS_HOST, "svc"), 0);
	assert_int_equal(count(census, SPN_CENSUS_UPN, "user@example.COM"), 1);
	assert_int_equal(count(census, SPN_CENSUS_UPN, ""), 0);

	spn_census_remove(census, 0);
	assert_int_equal(count(census, SPN_CENSUS_HOST, "web01"), 0);
	assert_int_equal(count(census, SPN_CENSUS_SPN, "HTTP/X"), 2);
}

/* More than one block and many turns of the table; a long value has a block
 * of its own. */
static void many(void **state)
{
	enum {
		NUM = 3000
	};
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	char *text = talloc_zero_array(f->mem_ctx, char, 65536);
	struct spn_account *account = NULL;
	size_t i;

	memset(text, 'x', 65535);
	for (i = 0; i < NUM; i++) {
		account = fixture_account(
			f,
			talloc_asprintf(f->mem_ctx, "a%zu", i),
			NULL,
			talloc_asprintf(f->mem_ctx, "x/%zu y/%zu", i, i % 7));
		if (i == 100) {
			assert_true(spn_account_add(account,
						    &f->fold,
						    spn_str_of(text)));
		}
		assert_true(spn_census_add(census, account));
	}
	for (i = 0; i < NUM; i++) {
		char *key = talloc_asprintf(f->mem_ctx, "X/%zu", i);

		assert_int_equal(count(census, SPN_CENSUS_SPN, key), 1);
		spn_census_turn_page(census);
	}
	assert_int_equal(count(census, SPN_CENSUS_SPN, "Y/3"), NUM / 7 + 1);
	memset(text, 'X', 65535);
	assert_int_equal(count(census, SPN_CENSUS_SPN, text), 1);
}

/* What a report keeps has no facts; rules still see the whole account. */
static void kept_and_whole(void **state)
{
	const struct spn_facts facts = {
		.control = 0x10200,
		.user_principal_name = "svc@example.com",
	};
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	struct spn_account *svc = fixture_account(f, "svc", NULL, "http/x");
	const struct spn_account *kept = NULL;
	const struct spn_account *again = NULL;
	size_t number = 7;

	svc->facts = &facts;
	assert_true(spn_census_add(census, svc));
	assert_true(spn_census_keep(census, 0, &kept));
	assert_null(kept->facts);
	assert_false(spn_census_number(kept, &number));
	assert_true(spn_census_get(census, 0, &again));
	assert_non_null(again->facts);
	assert_true(spn_census_number(again, &number));
	assert_int_equal(number, 0);
	assert_int_equal(count(census, SPN_CENSUS_UPN, "SVC@example.com"), 1);
	assert_true(spn_census_keep(census, 0, &again));
	assert_ptr_equal(kept, again);
}

static bool counting_fold(void *private_data,
			  TALLOC_CTX *mem_ctx,
			  struct spn_str value,
			  struct spn_str *_folded)
{
	size_t *num = private_data;

	(*num)++;
	return fixture_fold(NULL, mem_ctx, value, _folded);
}

/* To unpack an account folds its values: that is the work, and it must not
 * grow with the square of those who hold one SPN, or of the values. */
static void no_more_work(void **state)
{
	enum {
		NUM = 1000
	};
	struct fixture *f = *state;
	size_t num_folded = 0;
	struct spn_census *census =
		spn_census_new(f->mem_ctx,
			       (struct spn_fold){
				       .fn = counting_fold,
				       .private_data = &num_folded,
			       });
	struct spn_account *large = fixture_account(f, "large", NULL, "");
	size_t i;

	for (i = 0; i < NUM; i++) {
		struct spn_account *account = fixture_account(
			f,
			talloc_asprintf(f->mem_ctx, "a%zu", i),
			NULL,
			talloc_asprintf(f->mem_ctx, "x/one z/%zu", i));

		assert_true(spn_census_add(census, account));
		assert_true(spn_account_add(
			large,
			&f->fold,
			spn_str_of(talloc_asprintf(f->mem_ctx, "z/%zu", i))));
	}
	assert_true(spn_census_add(census, large));
	for (i = 0; i < NUM; i++) {
		const struct spn_account *account = NULL;
		char *key = talloc_asprintf(f->mem_ctx, "Z/%zu", i);

		assert_true(spn_census_get(census, i, &account));
		assert_int_equal(count(census, SPN_CENSUS_SPN, "X/ONE"), NUM);
		assert_int_equal(count(census, SPN_CENSUS_SPN, key), 2);
		spn_census_turn_page(census);
	}
	assert_true(num_folded < (size_t)20 * NUM);
	/* What is remembered is no longer true. */
	spn_census_remove(census, 0);
	assert_int_equal(count(census, SPN_CENSUS_SPN, "X/ONE"), NUM - 1);
	assert_true(spn_census_add(census,
				   fixture_account(f, "b", NULL, "x/one")));
	assert_int_equal(count(census, SPN_CENSUS_SPN, "X/ONE"), NUM);
}

static const struct spn_account *at(struct spn_census *census, size_t number)
{
	const struct spn_account *account = NULL;

	assert_true(spn_census_get(census, number, &account));
	assert_non_null(account);
	assert_int_equal(account->is_alone,
			 spn_census_is_alone(census, number));
	return account;
}

/* Duplicates are known when they come: of SPNs, of CNs of machines. */
static void alone(void **state)
{
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	struct spn_account *one = fixture_account(f, "a$", NULL, "x/one");
	struct spn_account *same = fixture_account(f, "b$", NULL, "X/ONE");
	struct spn_account *twice = fixture_account(f, "c", NULL, "x/two");
	struct spn_account *other = fixture_account(f, "d$", NULL, "x/three");
	struct spn_account *user = fixture_account(f, "e", NULL, "x/four");
	struct spn_account *gone = fixture_account(f, "f", NULL, "x/three");

	one->dn = "CN=web01,DC=example,DC=com";
	other->dn = "CN=Web01,OU=x,DC=example,DC=com";
	same->dn = "CN=web02,DC=example,DC=com";
	user->dn = "CN=web02,OU=x,DC=example,DC=com";
	gone->is_deleted = true;
	assert_true(spn_account_add(twice, &f->fold, STR("X/two")));
	assert_true(spn_census_add(census, one));
	assert_false(spn_census_has_deleted(census));
	assert_true(spn_census_is_alone(census, 0));
	assert_true(spn_census_add(census, same));
	assert_true(spn_census_add(census, twice));
	assert_true(spn_census_add(census, other));
	assert_true(spn_census_add(census, user));
	assert_true(spn_census_add(census, gone));
	assert_true(spn_census_has_deleted(census));

	assert_false(at(census, 0)->is_alone);
	assert_false(at(census, 0)->has_own_cn);
	assert_false(at(census, 1)->is_alone);
	assert_true(at(census, 1)->has_own_cn);
	assert_false(at(census, 2)->is_alone);
	assert_true(at(census, 3)->is_alone);
	assert_false(at(census, 3)->has_own_cn);
	assert_true(at(census, 4)->is_alone);
	assert_false(at(census, 4)->has_own_cn); /* no machine */
}

/* SPNs that end with the dNSHostName, and those that only nearly do. */
static void short_spns(void **state)
{
	static const struct spn_str spns[] = {
		STR("HOST/web01.example.com"),
		STR("cifs/web01.example.com/example.com"),
		STR("http/WEB01.example.com"),
		STR("http/www.web01.example.com"),
		STR("x\0y/web01.example.com"),
		STR("a/b/web01.example.com"),
		STR("/web01.example.com"),
		STR("web01.example.com"),
		STR("1.example.com"),
		STR("HOST/web01"),
	};
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	struct spn_account *account =
		fixture_account(f, "web01$", "web01.example.com", "");
	const struct spn_account *got = NULL;
	const struct spn_account *kept = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spns); i++) {
		assert_true(spn_account_add(account, &f->fold, spns[i]));
	}
	assert_true(spn_census_add(census, account));
	assert_true(spn_census_get(census, 0, &got));
	expect_same(account, got);
	assert_true(spn_census_keep(census, 0, &kept));
	expect_same(account, kept);
	for (i = 0; i < kept->spns.num; i++) {
		struct spn_str value = kept->spns.values[i].value;

		assert_int_equal(value.data[value.len], 0);
	}
}

/* The name of the computer is kept once, and not in each of its SPNs. */
static void little_room(void **state)
{
	struct fixture *f = *state;
	struct spn_account *one = fixture_account(f,
						  "web01$",
						  "web01.example.com",
						  "HOST/web01.example.com");
	struct spn_account *two = fixture_account(f,
						  "web01$",
						  "web01.example.com",
						  "HOST/web01.example.com "
						  "HTTP/web01.example.com");

	assert_int_equal(spn_pack(two, 0, 0, NULL, 0),
			 spn_pack(one, 0, 0, NULL, 0) + strlen("HTTP/") + 1);
}

/* Better no answer than that nobody holds it. */
static void without_keys(void **state)
{
	struct fixture *f = *state;
	struct spn_census *census = new_census(f);
	struct spn_account *account =
		fixture_account(f, "web01$", "web01.example.com", "http/a");
	const struct spn_account *got = NULL;
	struct spn_holders holders = {};

	assert_true(spn_census_add(census, account));
	assert_true(spn_census_find(census,
				    f->mem_ctx,
				    SPN_CENSUS_SPN,
				    STR("HTTP/A"),
				    &holders));
	assert_int_equal(holders.num_accounts, 1);
	spn_census_forget_keys(census);
	assert_false(spn_census_find(census,
				     f->mem_ctx,
				     SPN_CENSUS_SPN,
				     STR("HTTP/A"),
				     &holders));
	assert_true(spn_census_get(census, 0, &got));
	expect_same(account, got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(whole_account),
		fixture_test(odd_names),
		fixture_test(every_key),
		fixture_test(many),
		fixture_test(kept_and_whole),
		fixture_test(no_more_work),
		fixture_test(alone),
		fixture_test(short_spns),
		fixture_test(little_room),
		fixture_test(without_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
