/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A site of which nothing is wrong, for tests that make something wrong and
 * hear what is said of it.
 */
#ifndef SPN_TESTS_JUDGE_FACTS_H
#define SPN_TESTS_JUDGE_FACTS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probe/judge.h"

struct facts {
	struct probe probe;
	struct probe_options options;
	struct probe_server server;
	struct probe_name names[2];
	struct probe_row rows[2];
	struct probe_held held[2];
	struct probe_ticket tickets[2];
	struct spn_account *svc, *web;
	const struct spn_account *list[2];
};

struct spn_account *facts_account(TALLOC_CTX *mem_ctx,
				  const char *name,
				  enum spn_kind kind);

/* HTTP/web01 and HTTP/web01.example.com, both on svc, whose site it is. */
int facts_setup(void **_state);
int facts_teardown(void **_state);

/* The verdicts are added to those that are there. */
void facts_judge(struct facts *f);

/* "WEB-201 setspn ...; ..." of all verdicts. */
const char *facts_said(struct facts *f, const struct probe_verdicts *verdicts);

#endif
