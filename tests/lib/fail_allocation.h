/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Out of memory, in the module only: the n-th allocation that spn_policy.so
 * makes fails, whether it asks talloc or a function of ldb that allocates
 * for it. Needs LDB_MODULES_DISABLE_DEEPBIND, so that the module finds the
 * functions of the test program first.
 */
#ifndef SPN_POLICY_TESTS_FAIL_ALLOCATION_H
#define SPN_POLICY_TESTS_FAIL_ALLOCATION_H

#include <stdbool.h>

/* Whose allocations, if not the module's: a part of the file's name. */
void fail_allocation_in(const char *file);

/* The n-th allocation from now on fails; 0: none. */
void fail_allocation(unsigned n);

/* The allocations of the module from now on are counted, none fails. */
void count_allocations(void);

/* How many there were. */
unsigned counted_allocations(void);

/* True if it has come to that. Nothing fails any more. */
bool fail_allocation_happened(void);

#endif
