/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What only an audit finds and rows cannot say: the forest's own settings,
 * and an index that folds as a Windows DC compares.
 */
#include "lib/policy_fixture.h"

#include <ctype.h>

/* Every code of the report with the other half, in the order found. */
static char *codes(struct fixture *f, const struct spn_report *report)
{
	char *text = talloc_strdup(f->mem_ctx, "");
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];

		text = talloc_asprintf_append(text,
					      "%s%s %s",
					      (i == 0) ? "" : "; ",
					      v->message->code,
					      (v->partner == NULL)
						      ? "-"
						      : v->partner);
		assert_non_null(text);
	}
	return text;
}

/* Values of sPNMappings, separated by blanks, and what is found. */
struct forest_row {
	const char *mappings;
	const char *ds_heuristics;
	const char *expected;
};

static const struct forest_row forest_rows[] = {
	{"host=cifs,http,www", "", ""},
	{"HOST=cifs,http,www other=a,b", "", ""},
	{"", "", "SPN-203 is absent: HOST stands for nothing"},
	{"host=cifs,www", "", "SPN-203 does not send 'http' to host"},
	{"host=cifs,www web=http", "", "SPN-203 does not send 'http' to host"},
	{"host=dns",
	 "",
	 "SPN-203 does not send 'http' to host; "
	 "SPN-203 does not send 'www' to host; "
	 "SPN-203 does not send 'cifs' to host"},
	{"host=cifs,http,www web=http,x",
	 "",
	 "SPN-203 sends 'http' to both host and web; the first wins"},
	{"host=cifs,http,www HOST=http", "", ""}, /* the same target */
	/* dSHeuristics: character 21 */
	{"host=cifs,http,www", "00000000010000000002", ""},
	{"host=cifs,http,www", "000000000100000000020", ""},
	{"host=cifs,http,www",
	 "000000000100000000021",
	 "SPN-204 UPN uniqueness"},
	{"host=cifs,http,www",
	 "000000000100000000022",
	 "SPN-204 SPN uniqueness"},
	{"host=cifs,http,www",
	 "0000000001000000000240",
	 "SPN-204 SPN alias uniqueness"},
	{"host=cifs,http,www",
	 "000000000100000000027",
	 "SPN-204 UPN, SPN and SPN alias uniqueness"},
	{"host=cifs,http,www", "000000000100000000028", ""},
	{"host=cifs,http,www", "00000000010000000002x", ""},
};

static void forest(void **state)
{
	struct fixture *f = *state;
	size_t i;
	size_t failed = 0;

	for (i = 0; i < ARRAY_SIZE(forest_rows); i++) {
		const struct forest_row *row = &forest_rows[i];
		struct spn_report *report = spn_report_new(f->mem_ctx);
		struct spn_str rest = spn_str_of(row->mappings);
		char *got = NULL;

		f->forest->mappings = spn_mappings_new(f->mem_ctx);
		f->forest->ds_heuristics = row->ds_heuristics;
		while (rest.len > 0) {
			struct spn_str value = rest;

			value.len = strcspn(rest.data, " ");
			assert_true(
				spn_mappings_add(f->forest->mappings, value));
			rest = spn_str_of(rest.data + value.len +
					  strspn(rest.data + value.len, " "));
		}
		assert_true(spn_rules_judge_forest(f->forest, report));
		got = codes(f, report);
		if (strcmp(got, row->expected) != 0) {
			print_error("'%s' '%s': '%s', expected '%s'\n",
				    row->mappings,
				    row->ds_heuristics,
				    got,
				    row->expected);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

/* Of the forest's findings none is about an account. */
static void forest_has_no_account(void **state)
{
	struct fixture *f = *state;
	struct spn_report *report = spn_report_new(f->mem_ctx);

	f->forest->ds_heuristics = "000000000100000000026";
	assert_true(spn_rules_judge_forest(f->forest, report));
	assert_int_equal(report->num_violations, 1);
	assert_null(report->violations[0].account);
	assert_int_equal(report->violations[0].spn.len, 0);
}

/* As an ASCII directory, and 'e' for every byte above: a wide fold in small.
 */
static bool fold_wide(void *private_data,
		      TALLOC_CTX *mem_ctx,
		      struct spn_str value,
		      struct spn_str *_folded)
{
	char *out = talloc_array(mem_ctx, char, value.len + 1);
	size_t num = 0;
	size_t i;

	(void)private_data;
	if (out == NULL) {
		return false;
	}
	for (i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if (c >= 0xc0) {
			out[num++] = 'E';
		} else if (c < 0x80) {
			out[num++] = (char)toupper(c);
		}
	}
	out[num] = '\0';
	*_folded = (struct spn_str){.data = out, .len = num};
	return true;
}

/* What an audit finds on this account, with both indexes. */
static char *audit(struct fixture *f,
		   const struct spn_account *account,
		   struct spn_index *wide_index,
		   const char *rule)
{
	struct spn_report *report = spn_report_new(f->mem_ctx);
	struct spn_case c = {
		.after = account,
		.index = f->index,
		.wide_index = wide_index,
		.forest = f->forest,
		.settings = f->settings,
	};

	assert_true(spn_rule_by_name(rule)->judge(&c, report));
	return codes(f, report);
}

/* The same account as a wide directory folds it, in the wide index. */
static void add_wide(struct fixture *f,
		     struct spn_census *wide_census,
		     const struct spn_account *account)
{
	struct spn_account *wide = talloc_memdup(f->mem_ctx,
						 account,
						 sizeof(*account));
	const struct spn_fold fold = {.fn = fold_wide};
	size_t i;

	assert_non_null(wide);
	wide->spns = (struct spn_set){};
	for (i = 0; i < account->spns.num; i++) {
		assert_true(spn_account_add(wide,
					    &fold,
					    account->spns.values[i].value));
	}
	assert_true(spn_census_add(wide_census, wide));
}

/* SPN-102: equal to a Windows DC, not to Samba; with the other spelling. */
static void wide_duplicates(void **state)
{
	struct fixture *f = *state;
	struct spn_fold fold = {.fn = fold_wide};
	struct spn_census *wide_census = spn_census_new(f->mem_ctx, fold);
	struct spn_index *wide = NULL;
	struct spn_account *a = fixture_add(f, "a", NULL, "foo/cafe foo/x");
	struct spn_account *b = fixture_add(f, "b", NULL, "foo/caf\xc3\xa9");
	struct spn_account *c = fixture_add(f, "c", NULL, "foo/X foo/only");

	assert_non_null(wide_census);
	wide = spn_census_index(wide_census);
	add_wide(f, wide_census, a);
	add_wide(f, wide_census, b);
	add_wide(f, wide_census, c);
	assert_string_equal(audit(f, a, wide, "duplicate-spn"),
			    "SPN-102 foo/caf\xc3\xa9; SPN-101 -");
	assert_string_equal(audit(f, b, wide, "duplicate-spn"),
			    "SPN-102 foo/cafe");
	/* Exactly equal is SPN-101 and not said twice. */
	assert_string_equal(audit(f, c, wide, "duplicate-spn"), "SPN-101 -");
	assert_string_equal(audit(f, b, NULL, "duplicate-spn"), "");
}

/* Every domain of a forest has its krbtgt, and all of them this SPN. */
static void every_krbtgt(void **state)
{
	struct fixture *f = *state;
	struct spn_account *a =
		fixture_add(f, "krbtgt", NULL, "kadmin/changepw");
	struct spn_account *b = NULL;

	b = fixture_account(f, "krbtgt", NULL, "kadmin/changepw");
	b->object_guid = "another domain";
	assert_true(spn_census_add(f->census, b));
	assert_string_equal(audit(f, a, NULL, "duplicate-spn"), "");
	assert_string_equal(audit(f, b, NULL, "duplicate-spn"), "");
	fixture_add(f, "thief", NULL, "kadmin/changepw");
	assert_string_equal(audit(f, a, NULL, "duplicate-spn"), "SPN-101 -");
}

/* A clash of two computers is an error, of others a warning. */
static void alias_severity(void **state)
{
	struct fixture *f = *state;
	struct spn_report *report = spn_report_new(f->mem_ctx);
	struct spn_account *a = fixture_add(f, "fs2$", NULL, "cifs/fs1");
	struct spn_case c = {
		.after = a,
		.index = f->index,
		.forest = f->forest,
		.settings = f->settings,
	};

	fixture_add(f, "fs1$", "fs1.example.com", "HOST/fs1");
	assert_true(spn_rule_by_name("alias-spn")->judge(&c, report));
	assert_int_equal(report->num_violations, 1);
	assert_string_equal(report->violations[0].message->code, "SPN-201");
	assert_int_equal(report->violations[0].severity, SPN_SEVERITY_ERROR);
}

/* msDS-AdditionalDnsHostName is a name of the computer, too. */
static void additional_dns_name(void **state)
{
	static const char *more[] = {"www.example.com",
				     "web.example.com",
				     NULL};
	struct fixture *f = *state;
	struct spn_account *a =
		fixture_add(f, "a", NULL, "http/web http/web.example.com");
	struct spn_account *web = fixture_account(f,
						  "web$",
						  "w1.example.com",
						  "HTTP/web:5985 "
						  "HTTP/web.example.com:5985");

	web->additional_dns_host_names = more;
	assert_true(spn_account_has_name(web, STR("WEB.example.com")));
	assert_true(spn_account_has_name(web, STR("web")));
	assert_false(spn_account_has_name(web, STR("x.example.com")));
	assert_false(spn_account_has_name(web, STR("")));
	assert_true(spn_census_add(f->census, web));
	/* one host, whatever its main name is */
	assert_string_equal(audit(f, a, NULL, "http-pair"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(forest),
		fixture_test(forest_has_no_account),
		fixture_test(wide_duplicates),
		fixture_test(every_krbtgt),
		fixture_test(alias_severity),
		fixture_test(additional_dns_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
