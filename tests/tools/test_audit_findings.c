/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: what is one finding, in which order findings stand, and what
 * --rule, --only and --min-severity make of them.
 */
#include "lib/policy_fixture.h"

#include "audit/findings.h"
#include "audit/gives_way.h"
#include "audit/rules/messages.h"

/* One violation: code, whose, which SPN, other half, who else. */
struct row {
	const char *code;
	const char *account; /* NULL: of the forest */
	const char *spn;
	const char *partner;
	const char *other; /* one more account; NULL for none */
};

struct world {
	struct fixture *f;
	struct audit_choice *choice;
	struct audit_violations violations;
	struct spn_account *accounts[4]; /* a to d */
};

static struct world *new_world(struct fixture *f)
{
	static const char *const spns[] = {"http/one http/x",
					   "http/one http/y",
					   "HTTP/one",
					   ""};
	static const char *const names[] = {"a", "b", "c", "d"};
	struct world *w = talloc_zero(f->mem_ctx, struct world);
	size_t i;

	assert_non_null(w);
	w->f = f;
	w->choice = audit_choice_new(w);
	assert_non_null(w->choice);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		w->accounts[i] = fixture_account(f, names[i], NULL, spns[i]);
	}
	return w;
}

static const struct spn_account *account_of(const struct world *w,
					    const char *name)
{
	return (name == NULL) ? NULL : w->accounts[name[0] - 'a'];
}

static void add(struct world *w, const struct row *row)
{
	const struct spn_account *other = account_of(w, row->other);
	const struct spn_message *message = audit_message_by_code(row->code);
	struct spn_violation v = {
		.message = message,
		.severity = message->severity,
		.account = account_of(w, row->account),
		.spn = spn_str_of(row->spn),
		.partner = row->partner,
	};

	if (other != NULL) {
		v.others.accounts =
			talloc_memdup(w, &other, sizeof(struct spn_account *));
		v.others.num_accounts = 1;
	}
	assert_true(audit_violations_add(w, &w->violations, &v));
}

static char *names_of(TALLOC_CTX *mem_ctx, const struct audit_accounts *list)
{
	char *names = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; i < list->num_accounts; i++) {
		names = talloc_asprintf_append(
			names,
			"%s",
			list->accounts[i]->sam_account_name);
	}
	assert_non_null(names);
	return names;
}

/* "SPN-101 http/one abc+; ...": code, SPN, holders, "+", others. */
static char *describe(TALLOC_CTX *mem_ctx,
		      const struct audit_findings *findings)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *f = &findings->findings[i];

		text = talloc_asprintf_append(text,
					      "%s%s %.*s %s+%s",
					      (i == 0) ? "" : "; ",
					      f->message->code,
					      (int)f->spn.len,
					      f->spn.data,
					      names_of(mem_ctx, &f->holders),
					      names_of(mem_ctx, &f->others));
	}
	assert_non_null(text);
	return text;
}

static void expect(struct world *w, const char *expected)
{
	struct audit_findings *findings =
		audit_findings_new(w, &w->f->fold, w->choice, &w->violations);

	assert_non_null(findings);
	assert_true(audit_findings_give_way(findings));
	assert_string_equal(describe(w, findings), expected);
}

/* Who delegates does not hold the SPN. */
static const struct row delegation[] = {
	{"SPN-802", "d", "http/one", NULL, "a"},
	{"SPN-801", "d", "http/w", NULL, NULL},
	{"SPN-801", "b", "http/w", NULL, NULL},
};

static void test_not_held(void **state)
{
	struct world *w = new_world(*state);
	struct audit_findings *findings = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(delegation); i++) {
		add(w, &delegation[i]);
	}
	findings =
		audit_findings_new(w, &w->f->fold, w->choice, &w->violations);
	assert_non_null(findings);
	assert_string_equal(describe(w, findings),
			    "SPN-801 http/w bd+; SPN-802 http/one a+d");
	assert_false(findings->findings[0].is_held);
	assert_true(findings->findings[1].is_held);
}

static const struct row rows[] = {
	{"SPN-101", "b", "http/one", NULL, "a"},
	{"SPN-303", "b", "http/y", "http/x", "a"},
	{"SPN-308", "a", "http/x", NULL, NULL},
	{"SPN-101", "c", "HTTP/one", NULL, "b"},
	{"SPN-102", "a", "http/x", "http/y", "b"},
	{"SPN-303", "a", "http/x", "http/y", "b"},
	{"SPN-902", NULL, "", "x=y", NULL},
	{"SPN-101", "a", "http/one", NULL, "c"},
	{"SPN-902", NULL, "", "a=b", NULL},
	{"SPN-304", "d", "http/z", "http/q", "a"},
	{"SPN-304", "a", "http/x", "http/q", "d"},
};

#define ALL                                                                   \
	"SPN-101 HTTP/one abc+; SPN-303 http/x a+b; SPN-304 http/x a+d; "     \
	"SPN-304 http/z d+a; SPN-102 http/x a+b; SPN-902  +; SPN-902  +; "    \
	"SPN-308 http/x a+"

/* Both sides of one thing are one finding, whichever came first. */
/* What a text says of the partner is that of its own finding, and the same
 * bytes where the one before it says just that. */
static void test_texts(void **state)
{
	static const struct row said[] = {
		{"SPN-704", "a", "http/one", "some words", NULL},
		{"SPN-704", "b", "http/two", "some words", NULL},
		{"SPN-704", "c", "http/zwei", "other words", NULL},
		{"SPN-603", "d", "", "some words", NULL},
		{"SPN-604", "d", "", "some words", NULL},
		{"SPN-304", "a", "http/one", "some words", NULL},
		{"SPN-304", "b", "http/two", "some words", NULL},
		{"SPN-802", "c", "http/one", "some words", NULL},
		{"SPN-802", "d", "http/two", "some words", NULL},
	};
	struct world *w = new_world(*state);
	struct audit_findings *findings = NULL;
	const struct audit_finding *some = NULL;
	size_t num_shared = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(said); i++) {
		add(w, &said[i]);
	}
	findings =
		audit_findings_new(w, &w->f->fold, w->choice, &w->violations);
	assert_non_null(findings);
	assert_int_equal(findings->num_findings, ARRAY_SIZE(said));
	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *f = &findings->findings[i];
		const struct spn_violation v = {
			.message = f->message,
			.account = f->holders.accounts[0],
			.spn = f->spn,
			.partner = f->partner,
		};

		assert_string_equal(f->reason, spn_violation_reason(w, &v));
		assert_string_equal(f->fix, spn_violation_fix(w, &v));
		if (strcmp(f->message->code, "SPN-704") == 0 &&
		    strcmp(f->partner, "some words") == 0)
		{
			num_shared += (some != NULL &&
				       some->reason == f->reason)
					      ? 1
					      : 0;
			some = f;
		}
	}
	assert_int_equal(num_shared, 1);
}

static void test_merge(void **state)
{
	struct world *w = new_world(*state);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		add(w, &rows[i]);
	}
	expect(w, ALL);
	talloc_free(w->violations.violations);
	w->violations = (struct audit_violations){};
	for (i = ARRAY_SIZE(rows); i > 0; i--) {
		add(w, &rows[i - 1]);
	}
	expect(w, ALL);
}

/* The worst side counts, and what the administrator says counts more. */
static void test_severity(void **state)
{
	struct world *w = new_world(*state);
	const struct row *mild = &rows[5];
	struct audit_findings *findings = NULL;
	const char *reason = NULL;

	add(w, &rows[1]);
	add(w, mild);
	w->violations.violations[1].severity = SPN_SEVERITY_INFO;
	findings =
		audit_findings_new(w, &w->f->fold, w->choice, &w->violations);
	assert_non_null(findings);
	assert_int_equal(findings->num_findings, 1);
	assert_int_equal(findings->findings[0].severity, SPN_SEVERITY_ERROR);
	assert_int_equal(findings->counts[SPN_SEVERITY_ERROR], 1);
	assert_true(audit_findings_reach(findings, SPN_SEVERITY_ERROR));

	assert_true(
		audit_choice_rule(w->choice, "pair-split=WARNING", &reason));
	findings =
		audit_findings_new(w, &w->f->fold, w->choice, &w->violations);
	assert_non_null(findings);
	assert_int_equal(findings->findings[0].severity, SPN_SEVERITY_WARNING);
	assert_false(audit_findings_reach(findings, SPN_SEVERITY_ERROR));
	assert_true(audit_findings_reach(findings, SPN_SEVERITY_INFO));
}

struct choice_row {
	const char *rule[3];
	const char *only;
	const char *least;
	const char *expected;
};

static const struct choice_row choices[] = {
	{.only = "duplicate-spn",
	 .expected = "SPN-101 HTTP/one abc+; SPN-102 http/x a+b"},
	{.only = "spn-303,PAIR-FOREIGN",
	 .expected = "SPN-303 http/x a+b; SPN-308 http/x a+"},
	{.least = "error",
	 .rule = {"http-pair=off", "duplicate-spn=info", "SPN-102=error"},
	 .expected = "SPN-102 http/x a+b"},
	{.least = "error",
	 .rule = {"http-pair=off", "pair-foreign=error"},
	 .expected = "SPN-101 HTTP/one abc+; SPN-308 http/x a+"},
	{.only = "check", .least = "error", .expected = ""},
};

static void test_choice(void **state)
{
	struct world *w = new_world(*state);
	const char *reason = NULL;
	size_t i;
	size_t j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		add(w, &rows[i]);
	}
	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		const struct choice_row *row = &choices[i];

		w->choice = audit_choice_new(w);
		for (j = 0; j < 3 && row->rule[j] != NULL; j++) {
			assert_true(audit_choice_rule(w->choice,
						      row->rule[j],
						      &reason));
		}
		assert_true(row->only == NULL ||
			    audit_choice_only(w->choice, row->only, &reason));
		assert_true(
			row->least == NULL ||
			audit_choice_least(w->choice, row->least, &reason));
		expect(w, row->expected);
	}
}

/* A wrong word is named, what is allowed is named, nothing has changed. */
static void test_bad_choice(void **state)
{
	static const char *const bad_rules[] = {"",
						"=",
						"=off",
						"http-pair",
						"http-pair=",
						"http-pair=deny",
						"nonsense=error",
						"SPN-1=off",
						"http-pair,syntax=off"};
	static const char *const bad_lists[] = {"",
						",",
						"http-pair,",
						",http-pair",
						"http-pair,nonsense"};
	struct world *w = new_world(*state);
	const char *reason = NULL;
	size_t i;

	add(w, &rows[1]);
	for (i = 0; i < ARRAY_SIZE(bad_rules); i++) {
		reason = NULL;
		assert_false(
			audit_choice_rule(w->choice, bad_rules[i], &reason));
		assert_non_null(reason);
		assert_non_null(strstr(reason, "--rule: "));
	}
	for (i = 0; i < ARRAY_SIZE(bad_lists); i++) {
		reason = NULL;
		assert_false(
			audit_choice_only(w->choice, bad_lists[i], &reason));
		assert_non_null(reason);
		assert_non_null(strstr(reason, "duplicate-spn, "));
	}
	assert_false(audit_choice_least(w->choice, "off", &reason));
	assert_non_null(strstr(reason, "'off'"));
	assert_int_equal(audit_choice_threshold(w->choice),
			 SPN_SEVERITY_ERROR);
	expect(w, "SPN-303 http/y b+a");
}

static bool is_account_d(void *private_data, const struct spn_account *account)
{
	(void)private_data;
	return strcmp(account->sam_account_name, "d") == 0;
}

/* Kept by holders and by others; the forest's own findings are nobody's. */
static void test_keep(void **state)
{
	struct world *w = new_world(*state);
	struct audit_findings *findings = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		add(w, &rows[i]);
	}
	findings =
		audit_findings_new(w, &w->f->fold, w->choice, &w->violations);
	assert_non_null(findings);
	audit_findings_keep(findings, is_account_d, NULL);
	assert_int_equal(findings->counts[SPN_SEVERITY_ERROR], 2);
	assert_true(audit_findings_give_way(findings));
	assert_string_equal(describe(w, findings),
			    "SPN-304 http/x a+d; SPN-304 http/z d+a");
	assert_int_equal(findings->counts[SPN_SEVERITY_ERROR], 2);
	assert_int_equal(findings->counts[SPN_SEVERITY_WARNING], 0);
}

/* A list of many is common to all violations that it is of: it has the account
 * itself, too, which is no other one. */
static void test_common_list(void **state)
{
	struct world *w = new_world(*state);
	const struct spn_account *all[] = {
		w->accounts[0],
		w->accounts[1],
		w->accounts[2],
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		struct spn_violation v = {
			.message = audit_message_by_code("SPN-201"),
			.account = all[i],
			.spn = STR("http/one"),
			.others = {.accounts = all, .num_accounts = 3},
		};

		assert_true(audit_violations_add(w, &w->violations, &v));
	}
	expect(w, "SPN-201 http/one abc+");
}

/* What nobody asks for is neither judged nor read. */
static void unwanted_rules(void **state)
{
	static const struct {
		const char *only;
		unsigned looks_at;
	} asked[] = {
		{"duplicate-spn", 0},
		{"SPN-101,http-pair", 0},
		{"keys", AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_GROUPS},
		{"hosts", AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_ZONES},
		{"SPN-804", AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_RIGHTS},
		{"SPN-504,SPN-501", AUDIT_LOOKS_AT_FACTS},
	};
	struct fixture *f = *state;
	struct audit_choice *choice = audit_choice_new(f->mem_ctx);
	const char *reason = NULL;
	size_t i;

	assert_int_equal(audit_choice_unwanted(choice), 0);
	assert_int_equal(audit_rules_look_at(0),
			 AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_RIGHTS |
				 AUDIT_LOOKS_AT_GROUPS | AUDIT_LOOKS_AT_ZONES);
	assert_true(audit_choice_rule(choice, "duplicate-spn=off", &reason));
	assert_int_equal(audit_choice_unwanted(choice), 1);
	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		choice = audit_choice_new(f->mem_ctx);
		assert_true(audit_choice_only(choice, asked[i].only, &reason));
		assert_int_equal(audit_rules_look_at(
					 audit_choice_unwanted(choice)),
				 asked[i].looks_at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_not_held),
		fixture_test(test_texts),
		fixture_test(test_merge),
		fixture_test(test_severity),
		fixture_test(test_choice),
		fixture_test(test_bad_choice),
		fixture_test(test_keep),
		fixture_test(test_common_list),
		fixture_test(unwanted_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
