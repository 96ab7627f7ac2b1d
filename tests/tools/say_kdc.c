/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What spn_kdc_samba() expects of a real KDC, for
 *tests/dc/module_kdc_names.py:
 *
 *	say_kdc -H sam.ldb < lines
 *
 * A line "-NAME" says that this account has no key, which no attribute tells;
 *it comes before any other. Each other line is a name that is asked for. For
 * each comes a line: the error, the reason, sAMAccountName or "-", separated
 *by tabs; and a fourth word unless both kinds of index agree: a partial one
 *that learns from this directory as it does in the module, and a census of all
 *accounts.
 *
 *	say_kdc --configfile=/dev/null --from-ldif=EXPORT < lines
 *
 * The same of an export, where a census is all there is.
 */
#include "audit/scan.h"
#include "common/connect.h"
#include "policy/kdc_names.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asking {
	TALLOC_CTX *mem_ctx;
	struct spn_store store;
	struct spn_forest *forest;
	struct spn_census *census;
	char **keyless; /* sAMAccountName; NULL-terminated */
	size_t num_keyless;
	struct spn_index *index; /* that is asked */
	struct spn_str name;
	struct spn_kdc_answer answer;
};

static void must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "say_kdc: %s\n", what);
		exit(1);
	}
}

static bool is_keyless(const struct asking *a, const char *sam)
{
	size_t i;

	for (i = 0; i < a->num_keyless; i++) {
		if (sam != NULL && strcmp(a->keyless[i], sam) == 0) {
			return true;
		}
	}
	return false;
}

static void fill_census(struct asking *a)
{
	struct ldb_result *res = NULL;
	const struct spn_search search = {
		.base = ldb_get_default_basedn(a->store.ldb),
		.scope = LDB_SCOPE_SUBTREE,
		.filter = "(|(objectClass=user)(servicePrincipalName=*))",
		.attrs = spn_store_attrs,
	};
	int ret = spn_store_search(&a->store, a->mem_ctx, &search, &res);
	unsigned i;

	must(ret == LDB_SUCCESS, "cannot read the accounts");
	a->census = spn_census_new(a->mem_ctx, spn_store_fold(&a->store));
	for (i = 0; i < res->count; i++) {
		struct spn_account *account = NULL;

		ret = spn_store_account_of(&a->store,
					   a->mem_ctx,
					   res->msgs[i],
					   &account,
					   NULL);
		must(ret == LDB_SUCCESS, "cannot read an account");
		if (is_keyless(a, account->sam_account_name)) {
			account->has_no_key = true;
		}
		must(spn_census_add(a->census, account), "no memory");
	}
	talloc_free(res);
}

static bool ask(void *private_data)
{
	struct asking *a = private_data;

	return spn_kdc_samba(a->index,
			     a->forest,
			     a->mem_ctx,
			     a->name,
			     &a->answer);
}

/* As spn-audit reads it. */
static void read_export(struct asking *a,
			struct spn_connect *connect,
			const char *path)
{
	const struct audit_scan_options options = {
		.choice = audit_choice_new(a->mem_ctx),
	};
	struct audit_source *source = NULL;
	struct audit_scan *scanned = NULL;
	const char *reason = NULL;
	bool ok = options.choice != NULL &&
		  audit_source_export(a->mem_ctx,
				      connect,
				      path,
				      &source,
				      &reason) &&
		  audit_scan_run(a->mem_ctx,
				 source,
				 &options,
				 &scanned,
				 &reason);

	must(ok, (reason == NULL) ? "no memory" : reason);
	a->forest = scanned->forest;
	a->census = scanned->census;
}

static void open_directory(struct asking *a, struct spn_connect *connect)
{
	const struct spn_connect_options options = {.read_only = true};
	int ret;

	a->store.ldb = spn_connect_open(a->mem_ctx, connect, &options);
	must(a->store.ldb != NULL, "no directory");
	ret = spn_store_forest(&a->store, a->mem_ctx, &a->forest, NULL);
	must(ret == LDB_SUCCESS, "no configuration");
}

static const char *answer_text(const struct asking *a)
{
	const struct spn_account *account = a->answer.account;
	enum spn_kdc_error error = a->answer.error;
	enum spn_kdc_reason reason = a->answer.reason;

	/* Accounts of the partial index come without this. */
	if (error == SPN_KDC_TICKET && account != NULL &&
	    is_keyless(a, account->sam_account_name))
	{
		error = SPN_KDC_NO_TYPE;
		reason = SPN_KDC_NO_KEY;
	}
	return talloc_asprintf(a->mem_ctx,
			       "%d\t%s\t%s",
			       (int)error,
			       spn_kdc_reason_word(reason),
			       (account == NULL) ? "-"
						 : account->sam_account_name);
}

static const char *ask_partial(struct asking *a)
{
	struct spn_partial *partial =
		spn_partial_new(a->mem_ctx, spn_store_fold(&a->store));
	int ret;

	a->index = spn_partial_index(partial);
	ret = spn_store_resolve(&a->store, a->forest, partial, ask, a);
	must(ret == LDB_SUCCESS, "cannot look up");
	return answer_text(a);
}

static void say(struct asking *a)
{
	const char *of_census = NULL;
	const char *of_partial = NULL;

	a->index = spn_census_index(a->census);
	must(ask(a), "no memory");
	of_census = answer_text(a);
	of_partial = (a->store.ldb == NULL) ? of_census : ask_partial(a);
	printf("%s%s%s\n",
	       of_census,
	       (strcmp(of_census, of_partial) == 0) ? "" : "\tbut partial:\t",
	       (strcmp(of_census, of_partial) == 0) ? "" : of_partial);
	spn_census_turn_page(a->census);
}

static void read_lines(struct asking *a)
{
	TALLOC_CTX *mem_ctx = a->mem_ctx;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		line[len - 1] = '\0';
		if (line[0] == '-') {
			a->keyless = talloc_realloc(mem_ctx,
						    a->keyless,
						    char *,
						    a->num_keyless + 1);
			a->keyless[a->num_keyless++] = talloc_strdup(mem_ctx,
								     line + 1);
			continue;
		}
		if (a->census == NULL) {
			fill_census(a);
		}
		a->mem_ctx = talloc_new(mem_ctx);
		a->name = spn_str_of(line);
		say(a);
		talloc_free(a->mem_ctx);
		a->mem_ctx = mem_ctx;
	}
	free(line);
}

int main(int argc, char **argv)
{
	char *from_ldif = NULL;
	const struct poptOption table[] = {
		{
			.longName = "from-ldif",
			.argInfo = POPT_ARG_STRING,
			.arg = &from_ldif,
		},
		POPT_TABLEEND,
	};
	struct asking a = {.mem_ctx = talloc_new(NULL)};
	struct spn_connect *connect = spn_connect_new(a.mem_ctx,
						      "say_kdc",
						      "< lines",
						      table,
						      argc,
						      argv);

	must(connect != NULL && spn_connect_next_option(connect) == 0,
	     "what is that?");
	if (from_ldif != NULL) {
		read_export(&a, connect, from_ldif);
	} else {
		open_directory(&a, connect);
	}
	read_lines(&a);
	talloc_free(a.store.ldb);
	talloc_free(a.mem_ctx);
	free(from_ldif);
	return 0;
}
