/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over the domains that were asked for, or over the forest.
 */
#include "setspn.h"

#include "directory/search.h"

int setspn_out_of_memory(const struct setspn *s)
{
	spn_connect_message(s->connect, "out of memory");
	return SETSPN_CANNOT_RUN;
}

int setspn_failed(const struct setspn *s, const char *what, int ret)
{
	spn_connect_message(s->connect,
			    "%s: %s",
			    what,
			    spn_connect_error(s->store.ldb, ret));
	return SETSPN_CANNOT_RUN;
}

void setspn_say_scope(const struct setspn *s)
{
	size_t i;

	if (s->plan->quiet || s->plan->dry_run) {
		return;
	}
	if (s->plan->forest) {
		setspn_say(SETSPN_CHECKING_FOREST, s->root);
		setspn_say(SETSPN_FORESTWIDE);
		return;
	}
	for (i = 0; i < s->num_targets; i++) {
		setspn_say(SETSPN_CHECKING_DOMAIN,
			   ldb_dn_get_linearized(s->targets[i]->dn));
	}
}

struct passing {
	const struct setspn_search *search;
	const char *gap;
};

static int pass_entry(void *private_data, const struct ldb_message *msg)
{
	struct passing *passing = private_data;

	return passing->search->entry(passing->search->private_data, msg);
}

static void pass_restart(void *private_data)
{
	struct passing *passing = private_data;

	passing->search->restart(passing->search->private_data);
}

static void pass_gap(void *private_data, enum audit_gap gap, const char *what)
{
	struct passing *passing = private_data;

	/* Where the next naming context begins the domain ends: no gap. */
	if (gap != AUDIT_GAP_ELSEWHERE) {
		passing->gap = what;
	}
}

int setspn_search(const struct setspn *s, const struct setspn_search *search)
{
	struct passing passing = {.search = search};
	struct audit_server server = {};
	const struct audit_search all = {
		.ldb = s->store.ldb,
		.server = &server,
		.filter = search->filter,
		.attrs = search->attrs,
		.phantom_root = s->plan->forest,
		.entry = pass_entry,
		.restart = pass_restart,
		.note_gap = pass_gap,
		.private_data = &passing,
	};
	TALLOC_CTX *mem_ctx = talloc_new(s->mem_ctx);
	const char *reason = NULL;
	size_t i;
	int ret;

	server.naming_contexts = talloc_zero_array(mem_ctx,
						   const char *,
						   s->num_targets + 1);
	if (server.naming_contexts == NULL) {
		return setspn_out_of_memory(s);
	}
	for (i = 0; i < s->num_targets; i++) {
		server.naming_contexts[i] = ldb_dn_get_linearized(
			s->targets[i]->dn);
	}
	ret = audit_search_run(mem_ctx, &all, &reason);
	if (ret == LDB_SUCCESS && passing.gap == NULL) {
		talloc_free(mem_ctx);
		return SETSPN_DONE;
	}
	if (reason == NULL) {
		reason = (passing.gap != NULL) ? passing.gap : "out of memory";
	}
	spn_connect_message(s->connect, "cannot search: %s", reason);
	talloc_free(mem_ctx);
	return SETSPN_CANNOT_RUN;
}
