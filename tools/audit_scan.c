/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * connect -> one pass -> index -> judge. The index is complete: what is not
 * in it does not exist, so no rule ever leads to another search. Computers
 * without any SPN are in it for their names, which say what belongs to an
 * FQDN.
 *
 * What the caller may not read is not there: over LDAP an ordinary user sees
 * all SPNs of a domain unless somebody has taken that right away.
 */
#include "audit_scan.h"

#include "audit_fold.h"

#include <string.h>

#define FILTER "(|(servicePrincipalName=*)(objectClass=computer))"
#define PROGRESS_STEP 256

/* The pass itself; goes away with it. */
struct reading {
	struct audit_scan *scan;
	const struct audit_scan_options *options;
	TALLOC_CTX *accounts_ctx;
	size_t size;
};

static int read_entry(void *private_data, const struct ldb_message *msg)
{
	struct reading *reading = private_data;
	struct audit_scan *scan = reading->scan;
	struct spn_account *account = NULL;
	bool deleted = false;
	int ret;

	ret = spn_store_account_of(&scan->store,
				   reading->accounts_ctx,
				   msg,
				   &account,
				   &deleted);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (deleted) {
		talloc_free(account);
		return LDB_SUCCESS;
	}
	if (scan->num_accounts == reading->size) {
		size_t size = reading->size == 0 ? 1024 : reading->size * 2;
		struct spn_account **accounts =
			talloc_realloc(scan,
				       scan->accounts,
				       struct spn_account *,
				       size);

		if (accounts == NULL) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
		scan->accounts = accounts;
		reading->size = size;
	}
	scan->accounts[scan->num_accounts++] = account;
	scan->num_spns += account->spns.num;
	if (reading->options->progress != NULL &&
	    scan->num_accounts % PROGRESS_STEP == 0)
	{
		reading->options->progress(scan->num_accounts);
	}
	return LDB_SUCCESS;
}

static void forget_entries(void *private_data)
{
	struct reading *reading = private_data;

	talloc_free_children(reading->accounts_ctx);
	reading->scan->num_accounts = 0;
	reading->scan->num_spns = 0;
}

static bool read_accounts(TALLOC_CTX *mem_ctx,
			  struct audit_scan *scan,
			  const struct audit_scan_options *options,
			  const char **_reason)
{
	struct reading reading = {.scan = scan, .options = options};
	struct audit_search search = {
		.ldb = scan->store.ldb,
		.server = scan->server,
		.filter = FILTER,
		.attrs = spn_store_attrs,
		.phantom_root = scan->server->has_phantom_root &&
				!options->one_by_one,
		.page_size = options->page_size,
		.entry = read_entry,
		.restart = forget_entries,
		.private_data = &reading,
	};

	reading.accounts_ctx = talloc_new(scan);
	if (reading.accounts_ctx == NULL ||
	    audit_search_run(mem_ctx, &search, _reason) != LDB_SUCCESS)
	{
		return false;
	}
	if (scan->num_accounts == 0) {
		/* Every domain has a controller, so this is no result. */
		*_reason = talloc_strdup(mem_ctx,
					 "not one account could be read: may "
					 "this user read the directory?");
		return false;
	}
	return true;
}

/* The same account as the wide fold sees it; only the SPNs are its own. */
static struct spn_account *widen(TALLOC_CTX *mem_ctx,
				 const struct spn_account *account,
				 const struct spn_fold *wide)
{
	struct spn_account *copy = talloc_memdup(mem_ctx,
						 account,
						 sizeof(*account));
	size_t i;

	if (copy == NULL) {
		return NULL;
	}
	copy->spns = (struct spn_set){};
	for (i = 0; i < account->spns.num; i++) {
		struct spn_value value = {
			.value = account->spns.values[i].value,
		};

		if (!wide->fn(wide->private_data,
			      copy,
			      value.value,
			      &value.key) ||
		    !spn_set_add(copy, &copy->spns, &value))
		{
			return NULL;
		}
	}
	return copy;
}

static bool is_all_ascii(const struct audit_scan *scan)
{
	size_t i;
	size_t j;

	for (i = 0; i < scan->num_accounts; i++) {
		const struct spn_account *account = scan->accounts[i];

		for (j = 0; j < account->spns.num; j++) {
			if (!audit_is_ascii(account->spns.values[j].value)) {
				return false;
			}
		}
	}
	return true;
}

/* *_index is NULL where the two folds cannot differ: the usual case. */
static bool make_wide_index(struct audit_scan *scan, struct spn_index **_index)
{
	struct spn_fold wide = audit_wide_fold(&scan->fold);
	struct spn_index *index = NULL;
	size_t i;

	*_index = NULL;
	if (is_all_ascii(scan)) {
		return true;
	}
	index = spn_index_new(scan, wide, true);
	if (index == NULL) {
		return false;
	}
	for (i = 0; i < scan->num_accounts; i++) {
		struct spn_account *account = widen(index,
						    scan->accounts[i],
						    &wide);

		if (account == NULL || !spn_index_add(index, account)) {
			return false;
		}
	}
	*_index = index;
	return true;
}

static struct spn_index *make_index(struct audit_scan *scan)
{
	struct spn_index *index = spn_index_new(scan, scan->fold, true);
	size_t i;

	if (index == NULL) {
		return NULL;
	}
	for (i = 0; i < scan->num_accounts; i++) {
		if (!spn_index_add(index, scan->accounts[i])) {
			return NULL;
		}
	}
	return index;
}

static bool keep_report(struct audit_scan *scan, struct spn_report *report)
{
	struct audit_reports *all = &scan->reports;
	struct spn_report **reports = talloc_realloc(scan,
						     all->reports,
						     struct spn_report *,
						     all->num_reports + 1);

	if (reports == NULL) {
		return false;
	}
	all->reports = reports;
	reports[all->num_reports++] = report;
	return true;
}

/*
 * A report for each account: what a rule leaves on it while it looks around
 * goes away at once if all is well, as it mostly is.
 */
static bool judge_account(struct audit_scan *scan, const struct spn_case *c)
{
	struct spn_report *report = spn_report_new(scan);

	if (report == NULL || !spn_rules_judge(c, report)) {
		return false;
	}
	if (report->num_violations == 0) {
		talloc_free(report);
		return true;
	}
	return keep_report(scan, report);
}

/* What belongs to no account. */
static bool judge_forest(struct audit_scan *scan, const char **problems)
{
	struct spn_report *report = spn_report_new(scan);
	size_t i;

	if (report == NULL || !spn_rules_judge_forest(scan->forest, report)) {
		return false;
	}
	for (i = 0; problems != NULL && problems[i] != NULL; i++) {
		struct spn_violation details = {.partner = problems[i]};

		if (!spn_report_add(report, "SPN-902", &details, NULL)) {
			return false;
		}
	}
	return keep_report(scan, report);
}

static bool judge_all(struct audit_scan *scan, const char **problems)
{
	struct spn_case c = {
		.forest = scan->forest,
		.settings = scan->settings,
	};
	size_t i;

	c.index = make_index(scan);
	if (c.index == NULL || !make_wide_index(scan, &c.wide_index)) {
		return false;
	}
	for (i = 0; i < scan->num_accounts; i++) {
		c.after = scan->accounts[i];
		if (!judge_account(scan, &c)) {
			return false;
		}
	}
	return judge_forest(scan, problems);
}

static const char *ldb_reason(TALLOC_CTX *mem_ctx,
			      struct ldb_context *ldb,
			      const char *what,
			      int ret)
{
	const char *text = ldb_errstring(ldb);

	if (text == NULL || text[0] == '\0') {
		text = ldb_strerror(ret);
	}
	return talloc_asprintf(mem_ctx,
			       "cannot read the %s: %.*s",
			       what,
			       (int)strcspn(text, "\n"),
			       text);
}

bool audit_scan_run(TALLOC_CTX *mem_ctx,
		    struct ldb_context *ldb,
		    const struct audit_scan_options *options,
		    struct audit_scan **_scan,
		    const char **_reason)
{
	struct audit_scan *scan = talloc_zero(mem_ctx, struct audit_scan);
	const char **problems = NULL;
	int ret;

	*_reason = NULL;
	if (scan == NULL) {
		return false;
	}
	scan->store.ldb = ldb;
	scan->fold = spn_store_fold(&scan->store);

	ret = audit_server_of(ldb, scan, &scan->server);
	if (ret != LDB_SUCCESS) {
		*_reason = ldb_reason(mem_ctx, ldb, "rootDSE", ret);
		return false;
	}
	ret = spn_store_forest(&scan->store, scan, &scan->forest, NULL);
	if (ret == LDB_SUCCESS) {
		ret = spn_store_suffixes(&scan->store, scan->forest);
	}
	if (ret != LDB_SUCCESS) {
		*_reason = ldb_reason(mem_ctx, ldb, "configuration", ret);
		return false;
	}
	ret = spn_store_settings(&scan->store,
				 scan,
				 scan->forest,
				 NULL,
				 &scan->settings,
				 &problems);
	if (ret != LDB_SUCCESS) {
		*_reason = ldb_reason(mem_ctx, ldb, "settings", ret);
		return false;
	}
	if (!read_accounts(mem_ctx, scan, options, _reason)) {
		return false;
	}
	if (!judge_all(scan, problems)) {
		return false; /* out of memory */
	}
	*_scan = scan;
	return true;
}
