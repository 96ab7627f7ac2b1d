/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_rows PATH...		runs rows over the pure code
 * test_rows --json PATH...	prints them for tests/dc/rows_directory.py
 *
 * The pure run keeps a little directory of its own: what a DC does below the
 * module (access control, samldb) is not in it, so rows about that are
 * skipped and counted. Every row with a result is one test, `holds` too.
 */
#include "policy/ticket_types.h"
#include "lib/rows_facts.h"
#include "lib/rows_json.h"
#include "audit/findings.h"
#include "audit/gives_way.h"
#include "audit/rules/rules.h"
#include "policy/quote.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PURE_DOMAIN "example.com"

/* A directory of at most 26 accounts. */
struct directory {
	TALLOC_CTX *mem_ctx;
	struct spn_account *accounts['Z' + 1];
	struct spn_forest *forest;
	struct spn_settings *settings;
	struct spn_fold fold;
	const struct row **dns;
	size_t num_dns;
	bool dns_is_live;
	uint32_t ticket_types; /* as row kdc says */
	unsigned passed;
	unsigned failed;
	unsigned skipped;
	bool lost; /* a row was skipped: the state is not known any more */
};

static bool ascii_fold(void *private_data,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str value,
		       struct spn_str *_folded)
{
	char *out = talloc_array(mem_ctx, char, value.len + 1);
	size_t i;

	(void)private_data;
	if (out == NULL) {
		return false;
	}
	for (i = 0; i < value.len; i++) {
		out[i] = (char)toupper((unsigned char)value.data[i]);
	}
	*_folded = (struct spn_str){.data = out, .len = value.len};
	return true;
}

static void report(struct directory *d,
		   const struct row *row,
		   bool ok,
		   const char *got)
{
	if (ok) {
		d->passed++;
		return;
	}
	d->failed++;
	printf("FAILED %s:%u: %s\n  got: %s\n",
	       row->file,
	       row->line,
	       row->text,
	       got);
}

static void start_case(struct directory *d)
{
	struct spn_str mappings = spn_str_of(
		"host=alerter,appmgmt,cisvc,cifs,dns,http,www,time,w3svc");

	TALLOC_FREE(d->mem_ctx);
	d->mem_ctx = talloc_new(NULL);
	memset(d->accounts, 0, sizeof(d->accounts));
	d->dns = NULL;
	d->num_dns = 0;
	d->dns_is_live = false;
	d->ticket_types = SPN_TYPES_AES;
	d->lost = false;
	d->fold.fn = ascii_fold;
	d->settings = spn_settings_new(d->mem_ctx, spn_rules());
	d->forest = talloc_zero(d->mem_ctx, struct spn_forest);
	d->forest->mappings = spn_mappings_new(d->forest);
	spn_mappings_add(d->forest->mappings, mappings);
	d->forest->dns_suffixes = talloc_zero_array(d->forest,
						    const char *,
						    2);
	d->forest->dns_suffixes[0] = PURE_DOMAIN;
	d->forest->dns_domain = PURE_DOMAIN;
	d->forest->ds_heuristics = "";
}

static struct spn_account *make_account(struct directory *d,
					const struct row *row)
{
	char guid[2] = {row->account, '\0'};
	struct spn_account *account = spn_account_new(d->mem_ctx, guid);
	bool machine = row->kind != SPN_KIND_USER;
	size_t i;

	account->dn = talloc_asprintf(account,
				      "CN=%c,DC=example,DC=com",
				      row->account);
	account->sam_account_name = talloc_asprintf(account,
						    "%s%s",
						    (row->name != NULL)
							    ? row->name
							    : guid,
						    machine ? "$" : "");
	account->dns_host_name = row->dns;
	account->dns_domain = PURE_DOMAIN;
	account->kind = row->kind;
	account->is_dc = row->is_dc;
	for (i = 0; i < row->changes[0].num_values; i++) {
		spn_account_add(account, &d->fold, row->changes[0].values[i]);
	}
	row_facts_apply(row, account);
	return account;
}

/* Everybody, with this one in place of the account of that letter. */
static struct spn_census *make_census(struct directory *d,
				      char letter,
				      const struct spn_account *instead)
{
	struct spn_census *census = spn_census_new(d->mem_ctx, d->fold);
	int l;

	for (l = 'A'; l <= 'Z'; l++) {
		const struct spn_account *account = (l == letter)
							    ? instead
							    : d->accounts[l];

		if (account != NULL) {
			spn_census_add(census, account);
		}
	}
	return census;
}

static struct spn_case make_case(struct directory *d,
				 struct spn_census *census,
				 const struct spn_account *before,
				 const struct spn_account *after,
				 bool is_write)
{
	return (struct spn_case){
		.after = after,
		.before = before,
		.is_write = is_write,
		.index = spn_census_index(census),
		.forest = d->forest,
		.settings = d->settings,
	};
}

/* The other halves come and go along. */
static struct spn_account *completed(struct directory *d,
				     char letter,
				     const struct spn_account *before,
				     struct spn_account *after,
				     const struct spn_set *left_out)
{
	struct spn_census *census = make_census(d, letter, after);
	struct spn_case c = make_case(d, census, before, after, true);
	struct spn_completion completion = {};
	struct spn_change changes[2] = {
		{.kind = SPN_CHANGE_DELETE},
		{.kind = SPN_CHANGE_ADD},
	};

	c.left_out = left_out;
	spn_complete(&c, d->mem_ctx, &completion);
	changes[0].values = completion.remove;
	changes[0].num_values = completion.num_remove;
	changes[1].values = completion.add;
	changes[1].num_values = completion.num_add;
	/* a delete without values would take everything */
	return spn_changes_apply(d->mem_ctx,
				 after,
				 &d->fold,
				 completion.num_remove > 0 ? changes
							   : &changes[1],
				 completion.num_remove > 0 ? 2 : 1,
				 NULL);
}

static bool result_is(const struct row *row,
		      const struct spn_report *found,
		      const char **_got)
{
	const struct spn_violation *refusal = spn_report_refusal(found);
	size_t i;

	*_got = (refusal != NULL) ? refusal->message->code : "ok";
	if (row->result == ROW_DENY) {
		return refusal != NULL &&
		       strcmp(refusal->message->code, row->codes[0]) == 0;
	}
	if (refusal != NULL) {
		return false;
	}
	for (i = 0; i < found->num_violations; i++) {
		*_got = found->violations[i].message->code;
		if (row->result == ROW_WARN &&
		    strcmp(*_got, row->codes[0]) == 0)
		{
			return true;
		}
	}
	return row->result == ROW_OK && found->num_violations == 0;
}

/* A write whose outcome only a DC can tell. */
static bool needs_a_dc(const struct row *row)
{
	return row->result == ROW_DENIED_BY_ACL ||
	       row->result == ROW_REFUSED_BY_SAMBA ||
	       (row->verb == ROW_WRITE &&
		(row->name != NULL || row->dns != NULL));
}

static void run_write(struct directory *d, const struct row *row)
{
	struct spn_account *before = d->accounts[(int)row->account];
	struct spn_account *after = NULL;
	struct spn_report *found = spn_report_new(d->mem_ctx);
	struct spn_changed changed = {
		.keeps_spelling = spn_settings_level_of(d->settings,
							"duplicate-spn") ==
				  SPN_LEVEL_DENY,
	};
	struct spn_case c = {};
	const char *got = NULL;
	bool ok = false;

	if (row->verb == ROW_CREATE) {
		before = NULL;
		after = make_account(d, row);
	} else {
		after = spn_changes_apply(d->mem_ctx,
					  before,
					  &d->fold,
					  row->changes,
					  row->num_changes,
					  &changed);
	}
	if (changed.twins.num > 0) {
		report(d, row, row->result == ROW_EXISTS, "exists");
		return;
	}
	after = completed(d, row->account, before, after, &changed.left_out);
	c = make_case(d,
		      make_census(d, row->account, after),
		      before,
		      after,
		      true);
	c.left_out = &changed.left_out;
	spn_rules_judge(&c, found);
	ok = result_is(row, found, &got);
	if (spn_report_refusal(found) == NULL) {
		d->accounts[(int)row->account] = after;
	}
	report(d, row, ok, got);
}

static void run_holds(struct directory *d, const struct row *row)
{
	const struct spn_account *account = d->accounts[(int)row->account];
	const struct spn_change *wanted = &row->changes[0];
	char *got = talloc_strdup(d->mem_ctx, "");
	bool ok = account->spns.num == wanted->num_values;
	size_t i;
	size_t j;

	for (i = 0; i < account->spns.num; i++) {
		struct spn_str have = account->spns.values[i].value;
		bool found = false;

		for (j = 0; j < wanted->num_values; j++) {
			found |= spn_str_equal(have, wanted->values[j]);
		}
		ok = ok && found;
		got = talloc_asprintf_append(got,
					     "%s ",
					     spn_escape(d->mem_ctx, have));
	}
	report(d, row, ok, got);
}

/* A name that no row speaks of is not known. */
static enum spn_dns_answer ask_dns(void *private_data, struct spn_str name)
{
	const struct directory *d = private_data;
	size_t i;

	for (i = 0; i < d->num_dns; i++) {
		if (spn_str_is(name, d->dns[i]->argument)) {
			return d->dns[i]->answer ? SPN_DNS_EXISTS
						 : SPN_DNS_ABSENT;
		}
	}
	return SPN_DNS_UNKNOWN;
}

static bool leads_to(void *zones,
		     struct spn_str alias,
		     struct spn_str computer)
{
	const struct directory *d = zones;
	size_t i;

	for (i = 0; i < d->num_dns; i++) {
		if (d->dns[i]->leads_to != NULL &&
		    spn_str_is(alias, d->dns[i]->argument) &&
		    spn_str_is(computer, d->dns[i]->leads_to))
		{
			return true;
		}
	}
	return false;
}

static void add_dns(struct directory *d, const struct row *row)
{
	d->dns = talloc_realloc(d->mem_ctx,
				d->dns,
				const struct row *,
				d->num_dns + 1);
	d->dns[d->num_dns++] = row;
	d->dns_is_live |= row->is_live;
}

/* Of the rules that the row names; of those that judge writes if none. */
static struct audit_choice *choice_of(struct directory *d,
				      const struct row *row)
{
	struct audit_choice *choice = audit_choice_new(d->mem_ctx);
	const struct spn_rule *const *rule = spn_rules();
	const char *reason = NULL;

	if (row->argument != NULL) {
		return audit_choice_only(choice, row->argument, &reason)
			       ? choice
			       : NULL;
	}
	for (; *rule != NULL; rule++) {
		audit_choice_only(choice, (*rule)->name, &reason);
	}
	return choice;
}

static bool has_code(const char **codes, const char *code)
{
	size_t i;

	for (i = 0; codes[i] != NULL; i++) {
		if (strcmp(codes[i], code) == 0) {
			return true;
		}
	}
	return false;
}

static void run_audit(struct directory *d, const struct row *row)
{
	struct spn_report *found = spn_report_new(d->mem_ctx);
	char *got = talloc_strdup(d->mem_ctx, "");
	const struct spn_surroundings surroundings = {
		.now = ROWS_NOW,
		.stale_age = (int64_t)90 * 24 * 3600,
		.password_age = (int64_t)365 * 24 * 3600,
		.ask_dns = ask_dns,
		.private_data = d,
		.leads_to = leads_to,
		.zones = d,
		.dns_is_live = d->dns_is_live,
		.ticket_types = d->ticket_types,
	};
	struct audit_violations violations = {};
	struct audit_choice *choice = choice_of(d, row);
	struct audit_findings *findings = NULL;
	bool ok = true;
	size_t i;
	int l;

	if (choice == NULL) {
		report(d, row, false, "there is no such rule");
		return;
	}
	for (l = 'A'; l <= 'Z'; l++) {
		struct audit_case a = {.surroundings = &surroundings};

		if (d->accounts[l] == NULL || d->accounts[l]->is_deleted) {
			continue;
		}
		a.census = make_census(d, 0, NULL);
		a.c = make_case(d, a.census, NULL, d->accounts[l], false);
		audit_rules_judge(&a, found);
	}
	for (i = 0; i < found->num_violations; i++) {
		audit_violations_add(d->mem_ctx,
				     &violations,
				     &found->violations[i]);
	}
	findings =
		audit_findings_new(d->mem_ctx, &d->fold, choice, &violations);
	audit_findings_give_way(findings);
	for (i = 0; i < findings->num_findings; i++) {
		const char *code = findings->findings[i].message->code;

		ok = ok && has_code(row->codes, code);
		got = talloc_asprintf_append(got, "%s ", code);
	}
	for (i = 0; row->codes[i] != NULL; i++) {
		ok = ok && strstr(got, row->codes[i]) != NULL;
	}
	report(d, row, ok, got);
}

static void run_row(struct directory *d, const struct row *row)
{
	const char *reason = NULL;

	switch (row->verb) {
	case ROW_CASE:
		start_case(d);
		break;
	case ROW_SET:
		if (!spn_settings_set_line(d->settings,
					   spn_str_of(row->argument),
					   &reason))
		{
			report(d, row, false, reason);
		}
		break;
	case ROW_HAS:
		d->accounts[(int)row->account] = make_account(d, row);
		break;
	case ROW_GRANT:
		break;
	case ROW_DNS:
		add_dns(d, row);
		break;
	case ROW_KDC:
		if (!spn_ticket_types_parse(row->argument, &d->ticket_types)) {
			report(d, row, false, "these are no types");
		}
		break;
	default:
		/* Nothing is known after a write that only a DC can do. */
		d->lost |= needs_a_dc(row) && row->result == ROW_OK;
		if (d->lost || needs_a_dc(row)) {
			d->skipped++;
		} else if (row->verb == ROW_HOLDS) {
			run_holds(d, row);
		} else if (row->verb == ROW_AUDIT) {
			run_audit(d, row);
		} else {
			run_write(d, row);
		}
	}
}

/* A file, or the pages and rows of a folder. */
static bool read_all(struct rows *rows, const char *path, const char *dns)
{
	static const char *const patterns[] = {"", "/*.md", "/*.rows"};
	const char *error = NULL;
	size_t num_before = rows->num_rows;
	struct stat st = {};
	bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	size_t p;
	size_t f;

	for (p = folder ? 1 : 0; p < (folder ? 3 : 1); p++) {
		char *pattern =
			talloc_asprintf(NULL, "%s%s", path, patterns[p]);
		glob_t found = {};

		glob(pattern, GLOB_NOCHECK, NULL, &found);
		for (f = 0; f < found.gl_pathc; f++) {
			const char *file = found.gl_pathv[f];

			if (folder && strcmp(file, pattern) == 0) {
				continue; /* nothing of that kind */
			}
			if (!rows_read(rows, file, dns, &error)) {
				fprintf(stderr, "test_rows: %s\n", error);
				return false;
			}
		}
		globfree(&found);
		talloc_free(pattern);
	}
	if (rows->num_rows == num_before) {
		fprintf(stderr, "test_rows: %s: no rows in it\n", path);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct rows rows = {};
	struct directory d = {};
	int first = json ? 2 : 1;
	size_t r;
	int i;

	if (first >= argc) {
		fprintf(stderr, "usage: test_rows [--json] FILE|FOLDER...\n");
		return 2;
	}
	for (i = first; i < argc; i++) {
		if (!read_all(&rows, argv[i], json ? NULL : PURE_DOMAIN)) {
			return 2;
		}
	}
	if (json) {
		return rows_print_json(&rows);
	}
	start_case(&d);
	for (r = 0; r < rows.num_rows; r++) {
		run_row(&d, &rows.rows[r]);
	}
	talloc_free(d.mem_ctx);
	talloc_free(rows.rows);
	printf("%u passed, %u failed, %u skipped\n",
	       d.passed,
	       d.failed,
	       d.skipped);
	return (d.failed == 0) ? 0 : 1;
}
