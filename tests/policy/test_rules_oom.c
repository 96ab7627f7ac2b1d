/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that runs out under the rules, at every point: of an audit, which
 * the module never makes, and of a write. They say so, and do not crash.
 */
#include "lib/policy_fixture.h"

#include "lib/fail_allocation.h"
#include "policy/settings_effects.h"

/* Something for each code of each rule. */
static const char *const accounts[][3] = {
	{"web01$", "web01.example.com", "HOST/web01 HOST/web01.example.com"},
	{"web02$", "web02.example.com", "HOST/web01 cifs/web02"},
	{"a",
	 NULL,
	 "http/web01 foo/dup https/x http://y http/app HTTP/app:80 "
	 "HTTP/web01:5985 foo/a@B http/q.else.net cifs/web01 http/web02 "
	 "ssl/z http/h. http/*.example.com MSSQLSvc/db:70000 foo//bar a/b/c/d "
	 "http/10.0.0.1 nothing http/lone http/lone:8080 HTTP/one/two "
	 "MSSQLSvc/web01\\X foo/a,b foo/c: \"foo/q\" foo/{x} http:w"},
	{"b", NULL, "foo/dup http/app.example.com http/lone.sub.example.com"},
};

static bool judge(const struct audit_case *a, struct spn_report *report)
{
	return a->c.is_write ? spn_rules_judge(&a->c, report)
			     : audit_rules_judge(a, report);
}

/* Each allocation fails in turn, until there is none. */
static void judge_without_memory(struct fixture *f,
				 const struct audit_case *a,
				 size_t wanted)
{
	bool ok = false;
	unsigned n;

	for (n = 1; !ok; n++) {
		struct spn_report *report = spn_report_new(f->mem_ctx);
		bool happened = false;

		fail_allocation(n);
		ok = judge(a, report);
		happened = fail_allocation_happened();
		assert_int_equal(ok, !happened);
		if (ok) {
			assert_int_equal(report->num_violations, wanted);
		}
		talloc_free(report);
	}
	assert_true(n > 3);
}

static size_t count_violations(struct fixture *f, const struct audit_case *a)
{
	struct spn_report *report = spn_report_new(f->mem_ctx);

	assert_true(judge(a, report));
	return report->num_violations;
}

static enum spn_dns_answer ask_dns(void *private_data, struct spn_str name)
{
	(void)private_data;
	(void)name;
	return SPN_DNS_ABSENT;
}

/* Every account, audited and as it is added, the last one also as changed. */
static void every_account(void **state)
{
	struct fixture *f = *state;
	struct spn_account *all[ARRAY_SIZE(accounts)] = {};
	struct spn_account *before =
		fixture_account(f, "b", NULL, "http/old http/old.example.com");
	struct spn_str delegate_to[] = {
		spn_str_of("http/nobody"),
		spn_str_of("http/app.example.com"),
		spn_str_of("no spn"),
	};
	static const struct spn_writer writers[] = {{"S-1-5-11", "all"}};
	const char *names[] = {"also$", NULL};
	const struct spn_facts facts = {
		.user_principal_name = "http/app@EXAMPLE.COM",
		.delegate_to = delegate_to,
		.num_delegate_to = ARRAY_SIZE(delegate_to),
		.writers = writers,
		.num_writers = ARRAY_SIZE(writers),
		.encryption_types = 4,
		.password_set = 1,
		.last_logon = 1,
		.expires = 1,
	};
	const struct spn_surroundings surroundings = {
		.now = 1700000000,
		.ask_dns = ask_dns,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(accounts); i++) {
		all[i] = fixture_add(f,
				     accounts[i][0],
				     accounts[i][1],
				     accounts[i][2]);
	}
	for (i = 0; i < ARRAY_SIZE(accounts); i++) {
		struct audit_case a = {
			.c =
				{
					.after = all[i],
					.index = f->index,
					.wide_index = f->index,
					.forest = f->forest,
					.settings = f->settings,
				},
			.census = f->census,
			.surroundings = &surroundings,
		};

		all[i]->facts = &facts;
		all[i]->additional_sam_names = names;
		judge_without_memory(f, &a, count_violations(f, &a));
		a.c.wide_index = NULL;
		a.c.is_write = true;
		judge_without_memory(f, &a, count_violations(f, &a));
		a.c.before = before;
		judge_without_memory(f, &a, count_violations(f, &a));
	}
}

/* What an audit finds about the forest itself. */
static void forest_itself(void **state)
{
	static const char *const mappings[] = {"", "host=cifs", "web=http"};
	struct fixture *f = *state;
	size_t i;

	f->forest->mappings = spn_mappings_new(f->mem_ctx);
	f->forest->ds_heuristics = "000000000100000000027";
	for (i = 0; i < ARRAY_SIZE(mappings); i++) {
		unsigned n = 0;
		bool ok = false;

		assert_true(spn_mappings_add(f->forest->mappings,
					     spn_str_of(mappings[i])));
		while (!ok) {
			struct spn_report *report = spn_report_new(f->mem_ctx);

			fail_allocation(++n);
			ok = spn_rules_judge_forest(f->forest, report);
			assert_int_equal(ok, !fail_allocation_happened());
			talloc_free(report);
		}
		assert_true(n > 1);
	}
}

/* Settings: no line is taken for a bad one because memory was missing, and no
 * effect is left out. */
static void settings_and_effects(void **state)
{
	static const char *const texts[] = {
		"pair-classes=nfs",
		"pair-classes=a,b;c",
		"http-pair=off",
		"http-pair=deny",
		"exempt-host=http/x",
		"dns-suffix=.a.b",
		"exempt-account=A\\svc",
		"exempt-host=???????????????*",
		"exempt-host=w.example.com",
		"dns-suffix=com",
		"exempt-host=*.com",
		"nonsense=1",
		"exempt-host=10.0.0.1",
	};
	static const char *const suffixes[] = {"example.com", NULL};
	struct fixture *f = *state;
	struct spn_str lines[ARRAY_SIZE(texts)] = {};
	unsigned n = 0;
	bool ok = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		lines[i] = spn_str_of(texts[i]);
	}
	while (!ok) {
		struct spn_settings *settings = spn_settings_new(f->mem_ctx,
								 spn_rules());
		const char *reasons[ARRAY_SIZE(texts)] = {};
		struct spn_effect *effects = NULL;
		size_t num = 0;

		fail_allocation(++n);
		ok = spn_settings_set_lines(settings,
					    lines,
					    ARRAY_SIZE(texts),
					    reasons) &&
		     spn_settings_effects(f->mem_ctx,
					  settings,
					  suffixes,
					  &effects,
					  &num);
		assert_int_equal(ok, !fail_allocation_happened());
		if (ok) {
			/* http stays, as a line of the classes is bad */
			assert_int_equal(num, 5);
			assert_non_null(reasons[1]);
			assert_non_null(reasons[2]);
			assert_null(reasons[3]);
		}
		talloc_free(effects);
		talloc_free(settings);
	}
	assert_true(n > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(every_account),
		fixture_test(forest_itself),
		fixture_test(settings_and_effects),
	};

	fail_allocation_in("test_rules_oom");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
