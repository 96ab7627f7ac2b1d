/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of spn-policy status share.
 */
#ifndef SPN_SPN_POLICY_STATUS_H
#define SPN_SPN_POLICY_STATUS_H

#include "tool.h"

struct policy_state {
	const struct policy_tool *tool;
	size_t problems;
};

/* One line on stdout, "PROBLEM: ...", and it is counted. */
void policy_problem(struct policy_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- running.c */

/*
 * What the samba that runs does, which may have been started before the last
 * change. It is asked by its own socket, so no name, no network and no
 * password has a part in it. False when out of memory.
 */
bool policy_show_running(TALLOC_CTX *mem_ctx,
			 struct policy_state *state,
			 bool listed);

/* The same of another machine, which ldb is connected with; nothing is said of
 * one that does not tell. */
bool policy_show_running_there(TALLOC_CTX *mem_ctx,
			       struct policy_state *state,
			       struct ldb_context *ldb);

#endif
