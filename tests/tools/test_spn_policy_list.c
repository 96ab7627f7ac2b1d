/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of modules as enable and disable write it. A mistake here is a DC
 * that does not start.
 */

#include "spn_policy/tool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct list_row {
	const char *list;
	const char *with;
	const char *without;
	bool has;
};

static const struct list_row rows[] = {
	/* what provision writes */
	{"samba_dsdb", "spn_policy,samba_dsdb", "samba_dsdb", false},
	/* enable twice */
	{"spn_policy,samba_dsdb", "spn_policy,samba_dsdb", "samba_dsdb", true},
	/* we go first, others keep their order */
	{"a,samba_dsdb,spn_policy,b",
	 "spn_policy,a,samba_dsdb,b",
	 "a,samba_dsdb,b",
	 true},
	/* once is enough */
	{"spn_policy,spn_policy,x", "spn_policy,x", "x", true},
	/* blanks, and commas too many */
	{" a , spn_policy,, b,", "spn_policy,a,b", "a,b", true},
	/* names that only begin or end like ours */
	{"spn_policy2,my_spn_policy,spn",
	 "spn_policy,spn_policy2,"
	 "my_spn_policy,spn",
	 "spn_policy2,my_spn_policy,spn",
	 false},
	/* ldb compares names as they are written */
	{"SPN_POLICY,x", "spn_policy,SPN_POLICY,x", "SPN_POLICY,x", false},
	{"", "spn_policy", "", false},
};

static void test_lists(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t wrong = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct list_row *row = &rows[i];
		char *with = policy_list_with(mem_ctx, row->list);
		char *without = policy_list_without(mem_ctx, row->list);
		bool has = policy_list_has(row->list, POLICY_MODULE);

		if (strcmp(with, row->with) != 0 ||
		    strcmp(without, row->without) != 0 || has != row->has)
		{
			printf("'%s': with '%s', without '%s', has %d\n",
			       row->list,
			       with,
			       without,
			       has);
			wrong++;
		}
	}
	talloc_free(mem_ctx);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
