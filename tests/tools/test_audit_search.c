/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: all of a directory or an error. A module at the top of an empty
 * ldb plays servers that limit, cut and refer, as no Samba DC does.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "directory/ldap_url.h"
#include "directory/search.h"

#include <ldb_module.h>

#define ENTRIES 5 /* in each naming context */
#define TOP "DC=x"
#define SUB "CN=sub,DC=x"

/* What the server is like, and what it was asked. */
struct server {
	int size_limit; /* entries in one answer; 0: none */
	bool has_no_pages;
	bool repeats_pages;	/* the same one, with the same cookie */
	bool sends_empty_pages; /* one after the other */
	bool cuts_values;
	const char *referral; /* sent with the first entry; NULL: none */
	size_t num_requests;
};

static struct server server;

struct world {
	char *folder;
	struct ldb_context *ldb;
	struct audit_server as_told;
	size_t num_entries;
	size_t num_restarts;
	bool is_partial;
	size_t num_gaps;
	int entry_ret;
};

static int send_entry(struct ldb_module *module,
		      struct ldb_request *req,
		      const char *base,
		      int i)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct ldb_message *msg = ldb_msg_new(req);

	assert_non_null(msg);
	msg->dn = ldb_dn_new_fmt(msg, ldb, "CN=%d,%s", i, base);
	assert_non_null(msg->dn);
	if (server.cuts_values && i == 1) {
		assert_int_equal(
			ldb_msg_add_string(msg,
					   "servicePrincipalName;range=0-0",
					   "a/b"),
			LDB_SUCCESS);
	}
	return ldb_module_send_entry(req, msg, NULL);
}

/* The paging control of the answer; next 0: that was all. */
static struct ldb_control **page_controls(struct ldb_request *req, int next)
{
	struct ldb_control **controls = talloc_zero_array(req,
							  struct ldb_control *,
							  2);
	struct ldb_paged_control *page = talloc_zero(controls,
						     struct ldb_paged_control);

	controls[0] = talloc_zero(controls, struct ldb_control);
	controls[0]->oid = LDB_CONTROL_PAGED_RESULTS_OID;
	controls[0]->data = page;
	if (next > 0) {
		page->cookie = talloc_asprintf(page, "%d", next);
		page->cookie_len = (int)strlen(page->cookie) + 1;
	}
	return controls;
}

static int fake_search(struct ldb_module *module, struct ldb_request *req)
{
	const char *base = ldb_dn_get_linearized(req->op.search.base);
	struct ldb_control *control = NULL;
	struct ldb_paged_control *page = NULL;
	struct ldb_control **controls = NULL;
	int all = ENTRIES * (base[0] == '\0' ? 2 : 1);
	int i = 0;
	int end = all;
	int ret = LDB_SUCCESS;

	if (req->op.search.scope == LDB_SCOPE_BASE) {
		return ldb_next_request(module, req);
	}
	server.num_requests++;
	control = ldb_request_get_control(req, LDB_CONTROL_PAGED_RESULTS_OID);
	if (control != NULL && !server.has_no_pages) {
		page = talloc_get_type_abort(control->data,
					     struct ldb_paged_control);
		i = (page->cookie_len > 0)
			    ? (int)strtol(page->cookie, NULL, 10)
			    : 0;
		end = (i + page->size < all) ? i + page->size : all;
		controls = page_controls(req, (end < all) ? end : 0);
		if (server.repeats_pages) {
			controls = page_controls(req, 1);
		}
		if (server.sends_empty_pages) {
			controls = page_controls(req, 1);
			end = i;
		}
	} else if (server.size_limit > 0 && server.size_limit < all) {
		end = server.size_limit;
		ret = LDB_ERR_SIZE_LIMIT_EXCEEDED;
	}
	if (server.referral != NULL && i == 0) {
		char *referral = talloc_strdup(req, server.referral);
		int sent = ldb_module_send_referral(req, referral);

		if (sent != LDB_SUCCESS) {
			return sent;
		}
	}
	for (; i < end; i++) {
		int sent = send_entry(module,
				      req,
				      base[0] == '\0' ? TOP : base,
				      i);

		if (sent != LDB_SUCCESS) {
			return sent;
		}
	}
	return ldb_module_done(req, controls, NULL, ret);
}

static const struct ldb_module_ops fake_ops = {
	.name = "fake_server",
	.search = fake_search,
};

static int setup(void **_state)
{
	static const char *const ncs[] = {TOP, SUB, NULL};
	const char *options[] = {"modules:fake_server", NULL};
	const char *tmp = getenv("TMPDIR");
	struct world *w = talloc_zero(NULL, struct world);
	char *url = NULL;

	server = (struct server){};
	w->folder = talloc_asprintf(w,
				    "%s/audit.XXXXXX",
				    (tmp == NULL) ? "/tmp" : tmp);
	assert_non_null(mkdtemp(w->folder));
	url = talloc_asprintf(w, "tdb://%s/db", w->folder);
	w->ldb = ldb_init(w, NULL);
	assert_non_null(w->ldb);
	assert_int_equal(ldb_connect(w->ldb, url, 0, options), LDB_SUCCESS);
	w->as_told.has_phantom_root = true;
	w->as_told.naming_contexts = talloc_memdup(w, ncs, sizeof(ncs));
	*_state = w;
	return 0;
}

static int teardown(void **_state)
{
	struct world *w = *_state;
	char *file = talloc_asprintf(w, "%s/db", w->folder);

	unlink(file);
	rmdir(w->folder);
	talloc_free(w);
	return 0;
}

static int count_entry(void *private_data, const struct ldb_message *msg)
{
	struct world *w = private_data;

	assert_non_null(msg->dn);
	w->num_entries++;
	return w->entry_ret;
}

static void forget(void *private_data)
{
	struct world *w = private_data;

	w->num_entries = 0;
	w->num_restarts++;
}

static void note_gap(void *private_data, enum audit_gap gap, const char *what)
{
	struct world *w = private_data;

	assert_non_null(strstr(what, "not complete"));
	assert_int_equal(gap,
			 (server.referral != NULL) ? AUDIT_GAP_ELSEWHERE
						   : AUDIT_GAP_CUT);
	w->num_gaps++;
}

static int run(struct world *w,
	       bool phantom_root,
	       int page_size,
	       const char **_reason)
{
	static const char *const attrs[] = {"servicePrincipalName", NULL};
	struct audit_search search = {
		.ldb = w->ldb,
		.server = &w->as_told,
		.filter = "(servicePrincipalName=*)",
		.attrs = attrs,
		.phantom_root = phantom_root,
		.page_size = page_size,
		.entry = count_entry,
		.restart = forget,
		.note_gap = w->is_partial ? note_gap : NULL,
		.private_data = w,
	};

	*_reason = NULL;
	w->num_entries = 0;
	w->num_restarts = 0;
	w->num_gaps = 0;
	server.num_requests = 0;
	return audit_search_run(w, &search, _reason);
}

/* Both ways to see everything, whole and in pages of any size. */
static void test_all(void **state)
{
	static const int sizes[] = {0, 1, 3, 5, 7, 10, 1000};
	struct world *w = *state;
	const char *reason = NULL;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(run(w, true, sizes[i], &reason), LDB_SUCCESS);
		assert_int_equal(w->num_entries, 2 * ENTRIES);
		assert_int_equal(run(w, false, sizes[i], &reason),
				 LDB_SUCCESS);
		assert_int_equal(w->num_entries, 2 * ENTRIES);
		assert_int_equal(w->num_restarts, 0);
	}
	assert_int_equal(run(w, true, 3, &reason), LDB_SUCCESS);
	assert_int_equal(server.num_requests, 4);
}

/* A limited answer is thrown away and asked for in pages. */
static void test_size_limit(void **state)
{
	struct world *w = *state;
	const char *reason = NULL;

	server.size_limit = 3;
	assert_int_equal(run(w, true, 0, &reason), LDB_SUCCESS);
	assert_int_equal(w->num_entries, 2 * ENTRIES);
	assert_int_equal(w->num_restarts, 1);
	assert_int_equal(run(w, false, 0, &reason), LDB_SUCCESS);
	assert_int_equal(w->num_entries, 2 * ENTRIES);

	server.has_no_pages = true;
	assert_int_not_equal(run(w, true, 0, &reason), LDB_SUCCESS);
	assert_non_null(reason);
}

/* A server that never comes to an end is left, soon. */
static void test_endless_pages(void **state)
{
	struct world *w = *state;
	const char *reason = NULL;

	server.repeats_pages = true;
	assert_int_not_equal(run(w, true, 2, &reason), LDB_SUCCESS);
	assert_non_null(strstr(reason, "does not end"));
	assert_non_null(strstr(reason, "CN=1,DC=x"));
	assert_true(server.num_requests <= 4);
	w->is_partial = true;
	assert_int_not_equal(run(w, false, 2, &reason), LDB_SUCCESS);
	assert_non_null(strstr(reason, "does not end"));
	server.repeats_pages = false;

	server.sends_empty_pages = true;
	assert_int_not_equal(run(w, true, 2, &reason), LDB_SUCCESS);
	assert_non_null(strstr(reason, "does not end"));
	assert_true(server.num_requests <= 1000);
}

/* Pages asked for, the control ignored: nobody knows if that was all. */
static void test_no_pages(void **state)
{
	struct world *w = *state;
	const char *reason = NULL;

	server.has_no_pages = true;
	assert_int_not_equal(run(w, true, 2, &reason), LDB_SUCCESS);
	assert_non_null(strstr(reason, "not complete"));
}

/* To a naming context that is searched anyway: no news. Else: a hole. */
static void test_referrals(void **state)
{
	struct world *w = *state;
	const char *reason = NULL;

	server.referral = "ldap://server/cn=SUB,dc=X??base";
	assert_int_equal(run(w, false, 0, &reason), LDB_SUCCESS);
	assert_int_equal(w->num_entries, 2 * ENTRIES);
	server.referral = "LDAPS://[2001:db8::1]:636/cn=s%75b%2Cdc%3DX";
	assert_int_equal(run(w, false, 0, &reason), LDB_SUCCESS);
	server.referral = "ldap://server/cn=s%7xb,dc=X";
	assert_int_equal(run(w, false, 0, &reason), LDB_ERR_REFERRAL);

	server.referral = "ldap://other/DC=child,DC=x";
	assert_int_equal(run(w, false, 0, &reason), LDB_ERR_REFERRAL);
	assert_non_null(strstr(reason, "DC=child"));
	assert_int_equal(run(w, true, 0, &reason), LDB_ERR_REFERRAL);
	server.referral = "nonsense";
	assert_int_equal(run(w, false, 0, &reason), LDB_ERR_REFERRAL);
}

/* "servicePrincipalName;range=0-0": not all of the values. */
static void test_cut_values(void **state)
{
	struct world *w = *state;
	const char *reason = NULL;

	server.cuts_values = true;
	assert_int_not_equal(run(w, true, 0, &reason), LDB_SUCCESS);
	assert_non_null(strstr(reason, "CN=1,DC=x"));
	assert_int_equal(w->num_restarts, 0);
}

/* Who asks for a part gets what there is, and is told. */
static void test_partial(void **state)
{
	struct world *w = *state;
	const char *reason = NULL;

	w->is_partial = true;
	assert_int_equal(run(w, true, 0, &reason), LDB_SUCCESS);
	assert_int_equal(w->num_gaps, 0);

	server.cuts_values = true;
	assert_int_equal(run(w, false, 0, &reason), LDB_SUCCESS);
	assert_int_equal(w->num_entries, 2 * ENTRIES);
	assert_int_equal(w->num_gaps, 2);
	server.cuts_values = false;

	server.referral = "ldap://other/DC=child,DC=x";
	assert_int_equal(run(w, true, 0, &reason), LDB_SUCCESS);
	assert_int_equal(w->num_entries, 2 * ENTRIES);
	assert_int_not_equal(w->num_gaps, 0);
	server.referral = NULL;

	server.size_limit = 3;
	server.has_no_pages = true;
	assert_int_equal(run(w, true, 0, &reason), LDB_SUCCESS);
	assert_int_equal(w->num_entries, 3);
	assert_int_equal(w->num_gaps, 1);
}

/* What the caller makes of an entry can end it. */
static void test_caller_fails(void **state)
{
	struct world *w = *state;
	const char *reason = NULL;

	w->entry_ret = LDB_ERR_OPERATIONS_ERROR;
	assert_int_equal(run(w, true, 0, &reason), LDB_ERR_OPERATIONS_ERROR);
	assert_int_equal(w->num_entries, 1);
}

static const struct {
	const char *url;
	const char *dn;
} urls[] = {
	{"ldap://host/DC=x", "DC=x"},
	{"ldap://host:389/DC=a,DC=x??base?(a=b)", "DC=a,DC=x"},
	{"LDAPS://host/DC=x?", "DC=x"},
	{"ldap:///DC=x", "DC=x"},
	{"ldapi://%2Fvar%2Frun%2Fldapi/DC=x", "DC=x"},
	{"ldap://[2001:db8::1]/DC=x", "DC=x"},
	{"ldap://[2001:db8::1]:389/DC=x", "DC=x"},
	/* encoded, or as a Samba DC writes it */
	{"ldap://host/OU=a%20b,DC=x", "OU=a b,DC=x"},
	{"ldap://host/OU=a b,DC=x", "OU=a b,DC=x"},
	{"ldap://host/CN=what%3f,DC=x??sub", "CN=what?,DC=x"},
	{"ldap://host/CN=J%c3%BCrgen", "CN=J\303\274rgen"},
	{"ldap://host/CN=J\303\274rgen", "CN=J\303\274rgen"},
	{"ldap://host/CN=100%25%32%35", "CN=100%25"},
	{"ldap://host/CN=a/b%2Fc", "CN=a/b/c"},
	/* no DN */
	{"ldap://host", NULL},
	{"ldap://host/", NULL},
	{"ldap://host/??sub", NULL},
	{"ldap://host?x/DC=x", NULL},
	{"ldap://", NULL},
	{"ldap:///", NULL},
	{"", NULL},
	/* no such URL */
	{"DC=x", NULL},
	{"http://host/DC=x", NULL},
	{"ldap:/host/DC=x", NULL},
	{" ldap://host/DC=x", NULL},
	/* what cannot be decoded */
	{"ldap://host/DC=x%", NULL},
	{"ldap://host/DC=x%4", NULL},
	{"ldap://host/DC=x%?", NULL},
	{"ldap://host/DC=%4x", NULL},
	{"ldap://host/DC=%x4", NULL},
	{"ldap://host/DC=%%41", NULL},
	{"ldap://host/DC=%-1", NULL},
	{"ldap://host/DC=%+1", NULL},
	{"ldap://host/DC=x%00y", NULL},
};

/* The DN of an LDAP URL, or none. */
static void test_urls(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t num_bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		const char *dn = urls[i].dn;
		char *seen = NULL;

		assert_true(audit_ldap_url_dn(mem_ctx, urls[i].url, &seen));
		if ((seen == NULL) != (dn == NULL) ||
		    (seen != NULL && strcmp(seen, dn) != 0))
		{
			print_error("%s: %s, not %s\n",
				    urls[i].url,
				    (seen == NULL) ? "none" : seen,
				    (dn == NULL) ? "none" : dn);
			num_bad++;
		}
	}
	assert_int_equal(num_bad, 0);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_size_limit,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_endless_pages,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_no_pages,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_referrals,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_cut_values,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_partial, setup, teardown),
		cmocka_unit_test_setup_teardown(test_caller_fails,
						setup,
						teardown),
	};

	if (ldb_register_module(&fake_ops) != LDB_SUCCESS) {
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
