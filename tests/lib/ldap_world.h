/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A test of searches by libldap: the server of ldap_answers.h, and what a
 * callback has got of it.
 */
#ifndef SPN_POLICY_TESTS_LDAP_WORLD_H
#define SPN_POLICY_TESTS_LDAP_WORLD_H

#include "ldap_answers.h"

struct ldap_seen {
	TALLOC_CTX *mem_ctx;
	struct ldb_message *first;
	size_t num_entries;
	size_t num_referrals;
	const char *referral; /* the last one */
	struct ldb_control **controls;
	size_t num_ends;
	int fails_at; /* this entry, counted from 1; 0: none */
	void (*on_entry)(struct ldap_seen *seen); /* or NULL */
};

struct ldap_world {
	struct ldb_context *ldb;
	int server; /* its end of the socket; -1: closed by the test */
	/* of what is asked; ldap_world_set_up() gives them a value */
	enum ldb_scope scope;
	const char *filter;
	const char *const *attrs;
	int seconds; /* for an answer; 0: as ldb has it */
	struct ldap_seen seen;
};

/* For cmocka: *state is a struct ldap_world. */
int ldap_world_set_up(void **state);
int ldap_world_tear_down(void **state);
#define IN_LDAP_WORLD(name)                                                   \
	cmocka_unit_test_setup_teardown(name,                                 \
					ldap_world_set_up,                    \
					ldap_world_tear_down)

void ldap_world_put(const struct ldap_world *w, struct spn_str bytes);

/* A request on w, not sent yet. */
struct ldb_request *ldap_world_ask(struct ldap_world *w,
				   const char *base,
				   struct ldb_control **controls);

/* Sent, and waited for; the code of the end. */
int ldap_world_run(struct ldap_world *w, const char *base);

/* What the server has been sent and has not read yet, at once; 0: nothing. */
size_t ldap_world_sent(const struct ldap_world *w, char *bytes, size_t size);

#endif
