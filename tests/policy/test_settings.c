/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings: the table of keys, setting them one by one and by line, what is
 * refused and why, dSHeuristics, the mode of smb.conf.
 */
#include "lib/policy_fixture.h"

static enum spn_level level_of(const struct spn_settings *settings,
			       const char *rule)
{
	size_t i;

	for (i = 0; spn_rules()[i] != NULL; i++) {
		if (strcmp(spn_rules()[i]->name, rule) == 0) {
			return spn_settings_level(settings, i);
		}
	}
	fail_msg("no rule %s", rule);
	return SPN_LEVEL_OFF;
}

static bool set_line(struct fixture *f, const char *line)
{
	const char *reason = NULL;
	bool ok = spn_settings_set_line(f->settings,
					spn_str_of(line),
					&reason);

	/* A refusal says why, in one line. */
	if (!ok) {
		assert_non_null(reason);
		assert_true(strlen(reason) > 0);
		assert_null(strchr(reason, '\n'));
	}
	return ok;
}

static void assert_setting(struct fixture *f,
			   const char *name,
			   const char *wanted)
{
	char *value = spn_settings_get(f->settings, f->mem_ctx, name);

	assert_non_null(value);
	assert_string_equal(value, wanted);
}

/* What holds without a setting can also be set. */
static void defaults_are_modes(void **state)
{
	bool passed = true;
	size_t i;

	(void)state;
	for (i = 0; spn_rules()[i] != NULL; i++) {
		const struct spn_rule *rule = spn_rules()[i];

		if ((rule->modes & (1u << rule->level)) == 0) {
			print_error("%s: its default is none of its modes\n",
				    rule->name);
			passed = false;
		}
	}
	assert_true(passed);
}

/* The modes of each rule and what holds without a setting. */
static void default_levels(void **state)
{
	static const struct {
		const char *rule;
		const char *modes;
		const char *fallback;
		enum spn_level level;
	} rows[] = {
		{"duplicate-spn", "deny warn off", "deny", SPN_LEVEL_DENY},
		{"http-pair",
		 "complete deny warn off",
		 "complete",
		 SPN_LEVEL_COMPLETE},
		{"syntax", "deny warn off", "deny", SPN_LEVEL_DENY},
		{"alias-spn", "deny warn off", "warn", SPN_LEVEL_WARN},
	};
	struct fixture *f = *state;
	const struct spn_setting *table = NULL;
	size_t num = 0;
	size_t found = 0;
	size_t i;
	size_t j;

	table = spn_settings_table(f->mem_ctx, spn_rules(), &num);
	assert_non_null(table);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(level_of(f->settings, rows[i].rule),
				 rows[i].level);
		assert_setting(f, rows[i].rule, rows[i].fallback);
		for (j = 0; j < num; j++) {
			if (strcmp(table[j].name, rows[i].rule) != 0) {
				continue;
			}
			assert_string_equal(table[j].values, rows[i].modes);
			assert_string_equal(table[j].fallback,
					    rows[i].fallback);
			assert_false(table[j].is_list);
			found++;
		}
	}
	assert_int_equal(found, ARRAY_SIZE(rows));
}

/* The lists, and that the table is complete: every key has a
 * summary and a value that spn_settings_get() gives back. */
static void table_is_complete(void **state)
{
	static const char *const lists[] = {"pair-classes",
					    "dns-suffix",
					    "exempt-account",
					    "exempt-host"};
	struct fixture *f = *state;
	const struct spn_setting *table = NULL;
	size_t num_lists = 0;
	size_t num = 0;
	size_t i;
	size_t j;

	table = spn_settings_table(f->mem_ctx, spn_rules(), &num);
	assert_non_null(table);
	for (i = 0; i < num; i++) {
		assert_true(strlen(table[i].summary) > 0);
		assert_true(strlen(table[i].values) > 0);
		assert_setting(f, table[i].name, table[i].fallback);
		for (j = 0; j < ARRAY_SIZE(lists); j++) {
			if (strcmp(table[i].name, lists[j]) == 0) {
				assert_true(table[i].is_list);
				num_lists++;
			}
		}
		for (j = 0; j < i; j++) {
			assert_string_not_equal(table[i].name, table[j].name);
		}
	}
	assert_int_equal(num_lists, ARRAY_SIZE(lists));
	assert_null(spn_settings_get(f->settings, f->mem_ctx, "no-such"));
}

/* Each mode a rule lists can be set and read back; the others cannot. */
static void every_mode_of_every_rule(void **state)
{
	static const enum spn_level levels[] = {SPN_LEVEL_OFF,
						SPN_LEVEL_WARN,
						SPN_LEVEL_DENY,
						SPN_LEVEL_COMPLETE};
	struct fixture *f = *state;
	size_t i;
	size_t j;

	for (i = 0; spn_rules()[i] != NULL; i++) {
		const struct spn_rule *rule = spn_rules()[i];

		for (j = 0; j < ARRAY_SIZE(levels); j++) {
			enum spn_level before = spn_settings_level(f->settings,
								   i);
			char *line = talloc_asprintf(f->mem_ctx,
						     "%s=%s",
						     rule->name,
						     spn_level_text(
							     levels[j]));
			bool may = (rule->modes & (1u << levels[j])) != 0;

			assert_int_equal(set_line(f, line), may);
			assert_int_equal(spn_settings_level(f->settings, i),
					 may ? levels[j] : before);
		}
	}
}

struct line_row {
	const char *line;
	bool ok;
};

static const struct line_row line_rows[] = {
	{"duplicate-spn=warn", true},
	{" duplicate-spn = off ", true},
	{"\thttp-pair\t=\tdeny\t", true},
	{"pair-classes=nfs", true},
	{"dns-suffix=example.org", true},
	{"exempt-account=svc", true},
	{"exempt-account=d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11", true},
	{"exempt-host=*.lab.example.com", true},
	{"exempt-host=web0?", true},
	{"", false},
	{"=", false},
	{"=deny", false},
	{"duplicate-spn", false},
	{"duplicate-spn=", false},
	{"duplicate-spn=refuse", false},
	{"duplicate-spn=complete", false},
	{"duplicate-spn=deny deny", false},
	{"duplicate_spn=deny", false},
	{"no-such-rule=deny", false},
	{"mode=off", false},
	{"pair-classes=", false},
	{"pair-classes=http/web01", false},
	{"pair-classes=http nfs", false},
	{"dns-suffix=", false},
	{"dns-suffix=.example.org", false},
	{"dns-suffix=*.example.org", false},
	{"exempt-host=", false},
	{"exempt-account=", false},
};

/* An unknown key or bad value is refused, says why and changes nothing. */
static void lines(void **state)
{
	struct fixture *f = *state;
	bool passed = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(line_rows); i++) {
		bool ok = set_line(f, line_rows[i].line);

		if (ok != line_rows[i].ok) {
			print_error("'%s': %d\n", line_rows[i].line, ok);
			passed = false;
		}
	}
	assert_true(passed);
	assert_int_equal(level_of(f->settings, "duplicate-spn"),
			 SPN_LEVEL_OFF);
	assert_int_equal(level_of(f->settings, "http-pair"), SPN_LEVEL_DENY);
	assert_setting(f, "pair-classes", "nfs");
	assert_setting(f, "dns-suffix", "example.org");
	assert_setting(f, "exempt-host", "*.lab.example.com, web0?");
}

/* A value is bytes: what stands after a NUL is not silently dropped. */
static void line_with_nul(void **state)
{
	struct fixture *f = *state;
	const char *reason = NULL;

	assert_false(spn_settings_set_line(f->settings,
					   STR("duplicate-spn=off\0x"),
					   &reason));
	assert_non_null(reason);
	assert_false(spn_settings_set_line(f->settings,
					   STR("duplicate-spn\0=off"),
					   &reason));
	assert_int_equal(level_of(f->settings, "duplicate-spn"),
			 SPN_LEVEL_DENY);
}

/* The line need not be NUL-terminated. */
static void line_is_a_slice(void **state)
{
	struct fixture *f = *state;
	struct spn_str line = STR("duplicate-spn=offline");
	const char *reason = NULL;

	line.len -= 4;
	assert_true(spn_settings_set_line(f->settings, line, &reason));
	assert_int_equal(level_of(f->settings, "duplicate-spn"),
			 SPN_LEVEL_OFF);
}

/* The reason of a refusal names what is allowed. */
static void reason_names_what_is_allowed(void **state)
{
	struct fixture *f = *state;
	const char *reason = NULL;

	assert_false(spn_settings_set(f->settings,
				      "duplicate-spn",
				      "complete",
				      &reason));
	assert_non_null(strstr(reason, "deny"));
	assert_non_null(strstr(reason, "warn"));
	assert_false(
		spn_settings_set(f->settings, "no-such", "deny", &reason));
	assert_non_null(strstr(reason, "http-pair"));
	assert_non_null(strstr(reason, "exempt-host"));
}

/* The first pair-classes replaces the default, more of them add up. */
static void pair_classes(void **state)
{
	struct fixture *f = *state;

	assert_true(spn_settings_is_pair_class(f->settings, STR("HTTP")));
	assert_false(spn_settings_is_pair_class(f->settings, STR("https")));
	assert_true(set_line(f, "pair-classes=nfs"));
	assert_false(spn_settings_is_pair_class(f->settings, STR("http")));
	assert_true(set_line(f, "pair-classes=http"));
	assert_true(set_line(f, "pair-classes=ftp"));
	assert_true(spn_settings_is_pair_class(f->settings, STR("http")));
	assert_true(spn_settings_is_pair_class(f->settings, STR("NFS")));
	assert_true(spn_settings_is_pair_class(f->settings, STR("ftp")));
	assert_false(spn_settings_is_pair_class(f->settings, STR("")));
	assert_false(spn_settings_is_pair_class(f->settings, STR("ftp\0")));
	assert_setting(f, "pair-classes", "nfs, http, ftp");
}

/* A refused first value does not cost the default. */
static void pair_classes_refused(void **state)
{
	struct fixture *f = *state;

	assert_false(set_line(f, "pair-classes="));
	assert_false(set_line(f, "pair-classes=a/b"));
	assert_true(spn_settings_is_pair_class(f->settings, STR("http")));
	assert_setting(f, "pair-classes", "http");
}

/* Exempt hosts are globs without case; accounts are a name or a GUID. */
static void exemptions(void **state)
{
	struct fixture *f = *state;
	const char *guid = "d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11";

	assert_false(spn_settings_is_exempt_host(f->settings, STR("web01")));
	assert_false(spn_settings_is_exempt_host(f->settings, STR("")));
	assert_false(spn_settings_is_exempt_account(f->settings, guid, "svc"));
	assert_true(set_line(f, "exempt-host=*.lab.example.com"));
	assert_true(set_line(f, "exempt-host=old?"));
	assert_true(set_line(f, "exempt-account=Svc"));
	assert_true(set_line(
		f,
		"exempt-account=D9BC4A3E-21C8-4C4B-8B4E-0A8F7A3C1B11"));
	assert_true(spn_settings_is_exempt_host(f->settings,
						STR("A.LAB.example.com")));
	assert_false(spn_settings_is_exempt_host(f->settings,
						 STR("lab.example.com")));
	assert_true(spn_settings_is_exempt_host(f->settings, STR("old1")));
	assert_false(spn_settings_is_exempt_host(f->settings, STR("old10")));
	assert_true(spn_settings_is_exempt_account(f->settings, "x", "sVC"));
	assert_true(spn_settings_is_exempt_account(f->settings, guid, NULL));
	assert_true(
		spn_settings_is_exempt_account(f->settings, guid, "other"));
	assert_false(spn_settings_is_exempt_account(f->settings, "", "svc2"));
	assert_false(spn_settings_is_exempt_account(f->settings, "", NULL));
}

/* A glob meets the whole host: a NUL byte cannot cut a name short. */
static void exempt_host_with_nul(void **state)
{
	struct fixture *f = *state;

	assert_true(set_line(f, "exempt-host=old"));
	assert_true(spn_settings_is_exempt_host(f->settings, STR("old")));
	assert_false(
		spn_settings_is_exempt_host(f->settings, STR("old\0web")));
}

/* smb.conf: three words; anything else is refused and changes nothing. */
static void modes(void **state)
{
	struct fixture *f = *state;

	assert_true(spn_settings_set_mode(f->settings, "audit"));
	assert_int_equal(f->settings->mode, SPN_MODE_AUDIT);
	assert_false(spn_settings_set_mode(f->settings, "on"));
	assert_false(spn_settings_set_mode(f->settings, ""));
	assert_false(spn_settings_set_mode(f->settings, "enforce "));
	assert_int_equal(f->settings->mode, SPN_MODE_AUDIT);
	assert_true(spn_settings_set_mode(f->settings, "off"));
	assert_int_equal(f->settings->mode, SPN_MODE_OFF);
	assert_true(spn_settings_set_mode(f->settings, "enforce"));
	assert_int_equal(f->settings->mode, SPN_MODE_ENFORCE);
	assert_string_equal(spn_mode_text(SPN_MODE_ENFORCE), "enforce");
	assert_string_equal(spn_mode_text(SPN_MODE_AUDIT), "audit");
	assert_string_equal(spn_mode_text(SPN_MODE_OFF), "off");
}

/* audit: deny and complete act as warn, off stays off; off: all are off. */
static void mode_caps_levels(void **state)
{
	struct fixture *f = *state;

	assert_true(set_line(f, "alias-spn=off"));
	assert_true(spn_settings_set_mode(f->settings, "audit"));
	assert_int_equal(level_of(f->settings, "duplicate-spn"),
			 SPN_LEVEL_WARN);
	assert_int_equal(level_of(f->settings, "http-pair"), SPN_LEVEL_WARN);
	assert_int_equal(level_of(f->settings, "alias-spn"), SPN_LEVEL_OFF);
	assert_true(spn_settings_set_mode(f->settings, "off"));
	assert_int_equal(level_of(f->settings, "duplicate-spn"),
			 SPN_LEVEL_OFF);
	assert_int_equal(level_of(f->settings, "http-pair"), SPN_LEVEL_OFF);
	assert_true(spn_settings_set_mode(f->settings, "enforce"));
	assert_int_equal(level_of(f->settings, "http-pair"),
			 SPN_LEVEL_COMPLETE);
}

/* KB5008382: character 21, bit 2 duplicate-spn, bit 4 alias-spn. */
static void heuristics(void **state)
{
	static const struct {
		const char *text;
		enum spn_level duplicate;
		enum spn_level alias;
	} rows[] = {
		{"", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		{NULL, SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		{"0000000001", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		/* What lies behind the end is not a character of it. */
		{"0000000001\0000000000006", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		{"00000000010000000002", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		{"000000000100000000020", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		{"000000000100000000021", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		{"000000000100000000022", SPN_LEVEL_OFF, SPN_LEVEL_WARN},
		{"000000000100000000023", SPN_LEVEL_OFF, SPN_LEVEL_WARN},
		{"000000000100000000024", SPN_LEVEL_DENY, SPN_LEVEL_OFF},
		{"000000000100000000025", SPN_LEVEL_DENY, SPN_LEVEL_OFF},
		{"000000000100000000026", SPN_LEVEL_OFF, SPN_LEVEL_OFF},
		{"000000000100000000027", SPN_LEVEL_OFF, SPN_LEVEL_OFF},
		{"0000000001000000000277", SPN_LEVEL_OFF, SPN_LEVEL_OFF},
		{"00000000010000000002x", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
		{"00000000010000000002\xff", SPN_LEVEL_DENY, SPN_LEVEL_WARN},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_settings *s = spn_settings_new(f->mem_ctx,
							  spn_rules());

		assert_non_null(s);
		spn_settings_apply_heuristics(s, rows[i].text);
		assert_int_equal(level_of(s, "duplicate-spn"),
				 rows[i].duplicate);
		assert_int_equal(level_of(s, "alias-spn"), rows[i].alias);
		assert_int_equal(level_of(s, "http-pair"), SPN_LEVEL_COMPLETE);
	}
}

/* Of two limits the lower counts, in either order. */
static void lower_limit_counts(void **state)
{
	static const char *const lines[] = {"machine-spn-limit=70",
					    "machine-spn-limit=30"};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct spn_settings *settings = spn_settings_new(f->mem_ctx,
								 spn_rules());
		const char *reasons[2] = {};
		struct spn_str both[2] = {
			spn_str_of(lines[i]),
			spn_str_of(lines[1 - i]),
		};

		assert_true(
			spn_settings_set_lines(settings, both, 2, reasons));
		assert_int_equal(settings->machine_spn_limit, 30);
		assert_string_equal(spn_settings_get(settings,
						     f->mem_ctx,
						     "machine-spn-limit"),
				    "30");
	}
}

/* Of two words the stricter counts, in either order; the default, which is
 * stricter than both, is replaced. */
static void stricter_word_counts(void **state)
{
	static const struct {
		const char *lines[2];
		const char *word;
	} rows[] = {
		{{"syntax=warn", "replace-half=keep"}, "keep"},
		{{"replace-half=keep", "replace-half=keep"}, "keep"},
		{{"replace-half=remove", "replace-half=keep"}, "remove"},
		{{"replace-half=keep", "replace-half=deny"}, "deny"},
		{{"replace-half=nonsense", "syntax=warn"}, "deny"},
	};
	struct fixture *f = *state;
	size_t i;
	size_t first;

	assert_string_equal(spn_settings_get(f->settings,
					     f->mem_ctx,
					     "replace-half"),
			    "deny");
	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		const char *const *lines = rows[i / 2].lines;
		struct spn_settings *settings = spn_settings_new(f->mem_ctx,
								 spn_rules());
		const char *reasons[2] = {};
		struct spn_str both[2] = {};

		first = i % 2;
		both[0] = spn_str_of(lines[first]);
		both[1] = spn_str_of(lines[1 - first]);
		assert_true(
			spn_settings_set_lines(settings, both, 2, reasons));
		assert_string_equal(spn_settings_get(settings,
						     f->mem_ctx,
						     "REPLACE-half"),
				    rows[i / 2].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(lower_limit_counts),
		fixture_test(stricter_word_counts),
		fixture_test(defaults_are_modes),
		fixture_test(default_levels),
		fixture_test(table_is_complete),
		fixture_test(every_mode_of_every_rule),
		fixture_test(lines),
		fixture_test(line_with_nul),
		fixture_test(line_is_a_slice),
		fixture_test(reason_names_what_is_allowed),
		fixture_test(pair_classes),
		fixture_test(pair_classes_refused),
		fixture_test(exemptions),
		fixture_test(exempt_host_with_nul),
		fixture_test(modes),
		fixture_test(mode_caps_levels),
		fixture_test(heuristics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
