/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that runs out in a census, at every point: it says so, does not
 * crash, and what was there before is still found.
 */
#include "lib/policy_fixture.h"

#include "audit/lists.h"
#include "lib/fail_allocation.h"
#include "audit/census/census.h"

#define NUM 40 /* more than a list that is not remembered */

static const char *const also[] = {"alias.example.com", NULL};

static struct spn_account *large_account(struct fixture *f)
{
	static const struct spn_facts facts = {
		.user_principal_name = "web@example.com",
	};
	struct spn_account *account =
		fixture_account(f,
				"web$",
				"web.example.com",
				"x/one HOST/web z/web.example.com");
	size_t i;

	account->facts = &facts;
	account->additional_dns_host_names = talloc_memdup(account,
							   also,
							   sizeof(also));
	for (i = 0; i < 300; i++) {
		assert_true(spn_account_add(
			account,
			&f->fold,
			spn_str_of(talloc_asprintf(account, "y/%zu", i))));
	}
	return account;
}

static struct spn_census *filled_census(struct fixture *f, TALLOC_CTX *mem_ctx)
{
	struct spn_census *census = spn_census_new(mem_ctx, f->fold);
	size_t i;

	assert_non_null(census);
	for (i = 0; i < NUM; i++) {
		char *sam = talloc_asprintf(mem_ctx, "a%zu", i);

		assert_true(spn_census_add(
			census,
			fixture_account(f, sam, NULL, "x/one")));
	}
	return census;
}

/* Everything that an audit does with it. */
static bool use(struct spn_census **census,
		TALLOC_CTX *mem_ctx,
		struct spn_fold fold,
		const struct spn_account *added,
		struct spn_holders *_holders)
{
	const struct spn_account *account = NULL;
	struct audit_lists *lists = NULL;

	if (*census == NULL) {
		*census = spn_census_new(mem_ctx, fold);
	}
	if (*census == NULL || !spn_census_add(*census, added) ||
	    !spn_census_get(*census, 0, &account) ||
	    !spn_census_keep(*census, 0, &account) ||
	    !spn_census_find(*census,
			     mem_ctx,
			     SPN_CENSUS_SPN,
			     STR("X/ONE"),
			     _holders) ||
	    !spn_census_find(*census,
			     mem_ctx,
			     SPN_CENSUS_SPN,
			     STR("X/ONE"),
			     _holders))
	{
		return false;
	}
	lists = audit_lists_new(mem_ctx);
	return lists != NULL && audit_lists_keep(lists, _holders);
}

static void at_every_point(struct fixture *f, bool filled)
{
	const struct spn_account *added = large_account(f);
	bool ok = false;
	unsigned n;

	for (n = 1; !ok; n++) {
		TALLOC_CTX *mem_ctx = talloc_new(f->mem_ctx);
		struct spn_census *census = filled ? filled_census(f, mem_ctx)
						   : NULL;
		struct spn_holders holders = {};
		bool happened = false;

		fail_allocation(n);
		ok = use(&census, mem_ctx, f->fold, added, &holders);
		happened = fail_allocation_happened();
		assert_int_equal(ok, !happened);
		if (ok) {
			assert_int_equal(holders.num_accounts,
					 filled ? NUM + 1 : 1);
		} else if (filled) {
			assert_true(spn_census_find(census,
						    mem_ctx,
						    SPN_CENSUS_SPN,
						    STR("X/ONE"),
						    &holders));
			assert_true(holders.num_accounts >= NUM);
		}
		talloc_free(mem_ctx);
	}
	assert_true(n > 10);
}

static void empty_one(void **state)
{
	at_every_point(*state, false);
}

static void filled_one(void **state)
{
	at_every_point(*state, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(empty_one),
		fixture_test(filled_one),
	};

	fail_allocation_in("test_census_oom");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
