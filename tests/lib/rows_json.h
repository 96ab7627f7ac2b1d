/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows for programs that run them elsewhere: dc/rows_directory.py.
 */
#ifndef SPN_POLICY_TESTS_ROWS_JSON_H
#define SPN_POLICY_TESTS_ROWS_JSON_H

#include "rows.h"

/* On standard output; returns an exit status. */
int rows_print_json(const struct rows *rows);

#endif
