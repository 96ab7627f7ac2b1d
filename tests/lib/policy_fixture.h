/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of modules/policy/ share: a small forest without a
 * directory, and a teardown that finds every block that was not given back.
 */
#ifndef SPN_POLICY_TESTS_POLICY_FIXTURE_H
#define SPN_POLICY_TESTS_POLICY_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/rules/messages.h"
#include "audit/rules/rules.h"
#include "policy/completion.h"
#include "policy/host_pair.h"
#include "policy/rules/rules.h"
#include "policy/partial.h"

/* A literal as bytes: a NUL inside counts. */
#define STR(literal)                                                          \
	((struct spn_str){.data = (literal), .len = sizeof(literal) - 1})
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct fixture {
	TALLOC_CTX *mem_ctx; /* where a test puts its own things */
	size_t num_blocks;   /* of the process, before the test */
	struct spn_fold fold;
	struct spn_forest *forest;
	struct spn_settings *settings;
	struct spn_census *census; /* empty */
	struct spn_index *index;   /* of the census */
};

/*
 * Sets up the domain example.com with one sPNMappings value (host=...,http)
 * and the default settings. The teardown fails where a block is left.
 */
int fixture_setup(void **_state);
int fixture_teardown(void **_state);

#define fixture_test(function)                                                \
	cmocka_unit_test_setup_teardown(function,                             \
					fixture_setup,                        \
					fixture_teardown)

/* As a directory folds, for ASCII: no case, no blanks around. */
bool fixture_fold(void *private_data,
		  TALLOC_CTX *mem_ctx,
		  struct spn_str value,
		  struct spn_str *_folded);

/*
 * An account that is not in the census. Its objectGUID is made from sam; a
 * name that ends in "$" makes a computer. spns: separated by blanks.
 */
struct spn_account *fixture_account(struct fixture *f,
				    const char *sam,
				    const char *dns_host_name,
				    const char *spns);
/* The same, and adds it to the census. */
struct spn_account *fixture_add(struct fixture *f,
				const char *sam,
				const char *dns_host_name,
				const char *spns);

/* The SPNs of an account, sorted and joined by blanks; "" for none. */
char *fixture_spns(TALLOC_CTX *mem_ctx, const struct spn_account *account);

/* Values sorted and joined by blanks, "" for none. */
char *fixture_join(TALLOC_CTX *mem_ctx,
		   const struct spn_str *values,
		   size_t num_values);

/* No control character in it. */
bool fixture_is_one_line(const char *text);

#endif
