/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit --baseline: what a line is, and what it accepts.
 */
#include "lib/policy_fixture.h"

#include <stdlib.h>

#include "audit/baseline.h"
#include "audit/rules/messages.h"

struct line_row {
	struct spn_str text;
	bool is_good;
	const char *reason; /* what an error says */
};

static const struct line_row lines[] = {
	{STR(""), true, NULL},
	{STR("# only a comment\n\n   \n"), true, NULL},
	{STR("SPN-101 HTTP/WEB - 0123456789abcdef # why"), true, NULL},
	{STR("  SPN-101\tHTTP/WEB   -  0123456789abcdef#why\r\n"), true, NULL},
	{STR("SPN-101 HTTP/WEB -"), false, "f:1: 'SPN-101 HTTP/WEB -'"},
	{STR("SPN-101 HTTP/WEB - 0 1"), false, "f:1:"},
	{STR("\nSPN-999 HTTP/WEB - 0"), false, "f:2:"},
	{STR("nonsense"), false, "is no key"},
	{STR("SPN-101 HTTP/WEB - 0\0 x"), false, "NUL byte"},
	{STR("\xff\xfe"), false, "f:1:"},
};

static void what_a_line_is(void **state)
{
	struct fixture *f = *state;
	size_t bad = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		const struct line_row *row = &lines[i];
		struct audit_baseline *baseline = NULL;
		const char *reason = NULL;
		bool ok = audit_baseline_parse(f->mem_ctx,
					       "f",
					       row->text.data,
					       row->text.len,
					       &baseline,
					       &reason);

		if (ok != row->is_good ||
		    (!ok &&
		     (reason == NULL || strstr(reason, row->reason) == NULL)))
		{
			fprintf(stderr,
				"'%s': %s\n",
				row->text.data,
				(reason == NULL) ? "ok" : reason);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* A finding per SPN of the account, SPN-701. */
static struct audit_findings *findings_of(struct fixture *f,
					  const struct audit_choice *choice,
					  const struct spn_account *account)
{
	struct spn_report *report = spn_report_new(f->mem_ctx);
	struct audit_violations violations = {};
	struct audit_findings *findings = NULL;
	size_t i;

	for (i = 0; i < account->spns.num; i++) {
		struct spn_violation v = {
			.account = account,
			.spn = account->spns.values[i].value,
			.partner = "x y#z",
		};

		assert_true(spn_report_add(report,
					   audit_message_by_code("SPN-701"),
					   &v,
					   NULL));
	}
	for (i = 0; i < report->num_violations; i++) {
		assert_true(audit_violations_add(f->mem_ctx,
						 &violations,
						 &report->violations[i]));
	}
	findings =
		audit_findings_new(f->mem_ctx, &f->fold, choice, &violations);
	assert_non_null(findings);
	return findings;
}

static struct audit_baseline *written(struct fixture *f,
				      const struct audit_findings *findings)
{
	struct audit_baseline *baseline = NULL;
	const char *reason = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	assert_true(audit_baseline_write(f->mem_ctx, findings, stream));
	fclose(stream);
	assert_true(audit_baseline_parse(f->mem_ctx,
					 "f",
					 text,
					 len,
					 &baseline,
					 &reason));
	free(text);
	return baseline;
}

/* Whatever is in a value: what was written accepts what was found. */
static void round_trip(void **state)
{
	struct fixture *f = *state;
	struct audit_choice *choice = audit_choice_new(f->mem_ctx);
	struct spn_account *account = fixture_account(f, "a", NULL, "http/a");
	struct audit_findings *findings = NULL;
	struct audit_baseline *baseline = NULL;
	size_t num = 0;

	spn_account_add(account, &f->fold, STR("b b/#c\n"));
	spn_account_add(account, &f->fold, STR("-"));
	spn_account_add(account, &f->fold, STR("a\\b\0/\xff"));
	findings = findings_of(f, choice, account);
	baseline = written(f, findings);
	assert_true(
		audit_baseline_apply(baseline, choice, true, findings, &num));
	assert_int_equal(num, 4);
	assert_int_equal(findings->num_findings, 0);
}

/* Another holder is news; a line without a finding is one. */
static void news(void **state)
{
	struct fixture *f = *state;
	struct audit_choice *choice = audit_choice_new(f->mem_ctx);
	struct spn_account *a = fixture_account(f, "a", NULL, "http/a http/b");
	struct spn_account *b = fixture_account(f, "b", NULL, "http/a");
	struct audit_findings *findings = NULL;
	struct audit_baseline *baseline = NULL;
	size_t num = 0;

	baseline = written(f, findings_of(f, choice, a));
	findings = findings_of(f, choice, b);
	assert_true(
		audit_baseline_apply(baseline, choice, false, findings, &num));
	assert_int_equal(num, 0);
	assert_int_equal(findings->num_findings, 1);
	assert_true(
		audit_baseline_apply(baseline, choice, true, findings, &num));
	assert_int_equal(findings->num_findings, 3);
	assert_string_equal(findings->findings[0].message->code, "SPN-903");
	assert_int_equal(findings->counts[SPN_SEVERITY_WARNING], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_a_line_is),
		fixture_test(round_trip),
		fixture_test(news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
