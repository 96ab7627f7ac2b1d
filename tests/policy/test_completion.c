/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mode "complete" of http-pair: what a request leaves of an account, and
 * which half must come or go along.
 */
#include "lib/policy_fixture.h"

#define MAX_CHANGES 3

/* One element of a request; values separated by blanks. */
struct change_text {
	char kind; /* '+', '-', '=', or 0: none */
	const char *values;
};

struct completion_row {
	const char *what;
	const char *before; /* SPNs of svc; NULL: it is being added */
	struct change_text changes[MAX_CHANGES];
	const char *add;
	const char *remove;
};

static size_t changes_of(struct fixture *f,
			 const struct change_text *texts,
			 struct spn_change *changes)
{
	size_t num = 0;

	for (; num < MAX_CHANGES && texts[num].kind != '\0'; num++) {
		const char *rest = texts[num].values;
		struct spn_str *values = talloc_array(f->mem_ctx,
						      struct spn_str,
						      8);
		size_t num_values = 0;

		assert_non_null(values);
		while (*rest != '\0') {
			assert_true(num_values < 8);
			values[num_values].data = rest;
			values[num_values].len = strcspn(rest, " ");
			rest += values[num_values++].len;
			rest += strspn(rest, " ");
		}
		changes[num].kind = (texts[num].kind == '+') ? SPN_CHANGE_ADD
				    : (texts[num].kind == '-')
					    ? SPN_CHANGE_DELETE
					    : SPN_CHANGE_REPLACE;
		changes[num].values = values;
		changes[num].num_values = num_values;
	}
	return num;
}

static struct spn_account *apply(struct fixture *f,
				 const struct spn_account *base,
				 const struct change_text *texts,
				 struct spn_changed *_changed)
{
	struct spn_change changes[MAX_CHANGES] = {};
	size_t num = changes_of(f, texts, changes);
	struct spn_account *after = spn_changes_apply(f->mem_ctx,
						      base,
						      &f->fold,
						      changes,
						      num,
						      _changed);

	assert_non_null(after);
	return after;
}

/* As a directory does it: element by element, in their order. */
static void apply_changes(void **state)
{
	static const struct {
		const char *before;
		struct change_text changes[MAX_CHANGES];
		const char *after;
	} rows[] = {
		{"", {{'+', "a/b c/d"}}, "a/b c/d"},
		{"a/b", {{'+', "c/d"}, {'+', "e/f"}}, "a/b c/d e/f"},
		{"a/b c/d", {{'-', "A/B"}}, "c/d"},
		{"a/b c/d", {{'-', ""}}, ""},
		{"a/b c/d", {{'-', "x/y"}}, "a/b c/d"},
		{"a/b c/d", {{'=', "e/f"}}, "e/f"},
		{"a/b c/d", {{'=', ""}}, ""},
		{"a/b", {{'-', "a/b"}, {'+', "a/b"}}, "a/b"},
		{"a/b", {{'+', "c/d"}, {'-', "c/d"}}, "a/b"},
		{"a/b", {{'=', "c/d"}, {'+', "e/f"}, {'-', "c/d"}}, "e/f"},
		{"a/b", {}, "a/b"},
		{"a/b", {{'+', "a/b"}}, "a/b"},
	};
	struct fixture *f = *state;
	bool ok = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_account *base =
			fixture_account(f, "svc", NULL, rows[i].before);
		char *text =
			fixture_spns(f->mem_ctx,
				     apply(f, base, rows[i].changes, NULL));

		if (strcmp(text, rows[i].after) != 0) {
			print_error("row %zu: '%s', wanted '%s'\n",
				    i,
				    text,
				    rows[i].after);
			ok = false;
		}
		/* The account as it was stays as it was. */
		text = fixture_spns(f->mem_ctx, base);
		assert_string_equal(text, rows[i].before);
	}
	assert_true(ok);
}

/* What is there in another spelling is there, if somebody says so. */
static void apply_keeps_spelling(void **state)
{
	static const struct {
		const char *before;
		struct change_text changes[MAX_CHANGES];
		const char *after;
		const char *twins;
		bool clean;
	} rows[] = {
		{"a/b", {{'+', "A/B"}}, "a/b", "A/B", false},
		{"a/b", {{'+', "c/d A/B A/b"}}, "a/b c/d", "A/B A/b", false},
		{"a/b A/B", {{'+', "A/b"}}, "A/B a/b", "A/b", false},
		{"a/b", {{'+', "a/b"}}, "a/b", "", false},
		{"a/b", {{'-', "a/b"}, {'+', "A/B"}}, "A/B", "", true},
		{"a/b", {{'+', "A/B"}, {'-', "a/b"}}, "", "A/B", false},
		{"", {{'+', "a/b A/B"}}, "A/B a/b", "", true},
		{"a/b", {{'=', "A/B"}}, "A/B", "", true},
		{"a/b", {{'=', "a/b A/B"}}, "A/B a/b", "", true},
		{"a/b", {{'=', "a/b"}, {'+', "A/B"}}, "A/B a/b", "", true},
		{"a/b", {{'-', ""}, {'+', "a/b A/B"}}, "A/B a/b", "", true},
	};
	struct fixture *f = *state;
	bool ok = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_account *base =
			fixture_account(f, "svc", NULL, rows[i].before);
		struct spn_changed changed = {.keeps_spelling = true};
		struct spn_account *after =
			apply(f, base, rows[i].changes, &changed);
		struct spn_account found = {.spns = changed.twins};
		char *text = fixture_spns(f->mem_ctx, after);
		char *twins = fixture_spns(f->mem_ctx, &found);

		if (strcmp(text, rows[i].after) != 0 ||
		    strcmp(twins, rows[i].twins) != 0 ||
		    changed.is_clean != rows[i].clean)
		{
			print_error("row %zu: '%s' and '%s', clean %d\n",
				    i,
				    text,
				    twins,
				    changed.is_clean);
			ok = false;
		}
	}
	assert_true(ok);
}

/* Gone because a replace does not list it, and no delete names it. */
static void apply_says_what_is_left_out(void **state)
{
	static const struct {
		struct change_text changes[MAX_CHANGES];
		const char *left_out; /* of "a/b c/d" */
	} rows[] = {
		{{{'-', "a/b"}}, ""},
		{{{'=', "a/b"}}, "c/d"},
		{{{'=', "A/B"}}, "c/d"},
		{{{'=', ""}}, "a/b c/d"},
		{{{'-', ""}, {'+', "e/f"}}, "a/b c/d"},
		{{{'=', "a/b"}, {'+', "c/d"}}, ""},
		{{{'=', "a/b c/d"}, {'-', "c/d"}}, ""},
		{{{'-', "C/D"}, {'=', "a/b"}}, ""},
		{{{'+', "e/f"}}, ""},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_account *base =
			fixture_account(f, "svc", NULL, "a/b c/d");
		struct spn_changed changed = {};
		struct spn_account found = {};

		apply(f, base, rows[i].changes, &changed);
		found.spns = changed.left_out;
		assert_string_equal(fixture_spns(f->mem_ctx, &found),
				    rows[i].left_out);
	}
}

/* Names and kind come along: rules look at them, too. */
static void apply_keeps_names(void **state)
{
	static const struct change_text changes[MAX_CHANGES] = {{'+', "a/b"}};
	struct fixture *f = *state;
	struct spn_account *base =
		fixture_account(f, "WEB01$", "web01.example.com", "");
	struct spn_account *after = apply(f, base, changes, NULL);

	assert_true(spn_account_same(base, after));
	assert_string_equal(after->sam_account_name, "WEB01$");
	assert_string_equal(after->dns_host_name, "web01.example.com");
	assert_int_equal(after->kind, SPN_KIND_COMPUTER);
	assert_string_equal(after->dns_domain, "example.com");
}

static const struct completion_row completion_rows[] = {
	/* The KB's own two commands, in either order, either one alone. */
	{"FQDN", "", {{'+', "http/web01.example.com"}}, "http/WEB01", ""},
	{"NetBIOS", "", {{'+', "http/web01"}}, "http/web01.example.com", ""},
	{"both halves",
	 "",
	 {{'+', "http/web01 http/web01.example.com"}},
	 "",
	 ""},
	{"second half",
	 "http/web01",
	 {{'+', "http/web01.example.com"}},
	 "",
	 ""},
	{"two elements",
	 "",
	 {{'+', "http/web01"}, {'+', "http/web01.example.com"}},
	 "",
	 ""},
	{"an add", NULL, {{'+', "http/app.example.com"}}, "http/app", ""},
	{"replace", "a/b", {{'=', "http/app"}}, "http/app.example.com", ""},
	{"two pairs",
	 "",
	 {{'+', "http/app http/b.example.com"}},
	 "http/app.example.com http/b",
	 ""},
	{"several elements",
	 "",
	 {{'+', "http/app"}, {'+', "http/b"}},
	 "http/app.example.com http/b.example.com",
	 ""},
	/* A removed half takes its partner along. */
	{"delete FQDN",
	 "http/app http/app.example.com",
	 {{'-', "http/app.example.com"}},
	 "",
	 "http/app"},
	{"delete label",
	 "http/app http/app.example.com",
	 {{'-', "http/app"}},
	 "",
	 "http/app.example.com"},
	{"delete, other case",
	 "HTTP/App http/APP.example.com",
	 {{'-', "http/app"}},
	 "",
	 "http/APP.example.com"},
	{"replace without one half",
	 "a/b http/app http/app.example.com",
	 {{'=', "a/b http/app"}},
	 "",
	 ""},
	{"replace without one half, and something new",
	 "a/b http/app HTTP/app.example.com",
	 {{'=', "c/d http/app"}},
	 "HTTP/app.example.com",
	 ""},
	{"replace without one half, deleted by value",
	 "a/b http/app http/app.example.com",
	 {{'=', "c/d http/app http/app.example.com"},
	  {'-', "http/app.example.com"}},
	 "",
	 "http/app"},
	{"delete both",
	 "http/app http/app.example.com",
	 {{'-', "http/app http/app.example.com"}},
	 "",
	 ""},
	{"delete all", "http/app http/app.example.com", {{'-', ""}}, "", ""},
	{"another pair stays",
	 "http/app http/app.example.com http/b http/b.example.com",
	 {{'-', "http/app"}},
	 "",
	 "http/app.example.com"},
	/* One half comes, the other goes: the rules refuse that. */
	{"add one, remove the other",
	 "http/app.example.com",
	 {{'+', "http/app"}, {'-', "http/app.example.com"}},
	 "",
	 ""},
	/* A partner that somebody else holds: the rules refuse that. */
	{"label taken", "", {{'+', "http/taken.example.com"}}, "", ""},
	{"FQDN taken", "", {{'+', "http/half"}}, "", ""},
	/* Nothing to pair. */
	{"other class", "", {{'+', "ldap/app.example.com"}}, "", ""},
	{"https", "", {{'+', "https/app.example.com"}}, "", ""},
	{"port", "", {{'+', "http/app.example.com:8080"}}, "", ""},
	{"instance", "", {{'+', "http/app.example.com:x"}}, "", ""},
	{"empty suffix", "", {{'+', "http/app.example.com:"}}, "", ""},
	{"three parts", "", {{'+', "http/app.example.com/x"}}, "", ""},
	{"foreign", "", {{'+', "http/app.foreign.net"}}, "", ""},
	{"IP", "", {{'+', "http/192.0.2.1"}}, "", ""},
	{"empty host", "", {{'+', "http/"}}, "", ""},
	{"no SPN", "", {{'+', "http"}}, "", ""},
	{"URL", "", {{'+', "http://app"}}, "", ""},
	/* Only what the request changes: what is old and broken stays. */
	{"old half, other change", "http/app", {{'+', "a/b"}}, "", ""},
	{"old half, delete other", "http/app a/b", {{'-', "a/b"}}, "", ""},
	{"delete a lone half", "http/app", {{'-', "http/app"}}, "", ""},
	{"replace with the same", "http/app", {{'=', "http/app"}}, "", ""},
	{"delete and add again",
	 "http/app http/app.example.com",
	 {{'-', "http/app"}, {'+', "http/app"}},
	 "",
	 ""},
	{"nothing", "http/app", {}, "", ""},
	/* A request that does nothing after all. */
	{"delete an absent value", "http/app", {{'-', "http/b"}}, "", ""},
};

/* The case for svc: base is it before the request, or just its names. */
static struct spn_case case_of(struct fixture *f,
			       const char *sam,
			       const char *dns_host_name,
			       const char *before,
			       const struct change_text *changes)
{
	struct spn_account *base = fixture_account(f,
						   sam,
						   dns_host_name,
						   (before != NULL) ? before
								    : "");
	struct spn_census *census = spn_census_new(f->mem_ctx, f->fold);
	struct spn_changed *changed = talloc_zero(f->mem_ctx,
						  struct spn_changed);
	struct spn_case c = {
		.before = (before != NULL) ? base : NULL,
		.after = apply(f, base, changes, changed),
		.is_write = true,
		.forest = f->forest,
		.settings = f->settings,
		.left_out = &changed->left_out,
	};

	assert_non_null(census);
	c.index = spn_census_index(census);
	assert_true(spn_census_add(census, c.after));
	if (strcmp(sam, "WEB01$") != 0) {
		assert_true(spn_census_add(
			census,
			fixture_account(f,
					"WEB01$",
					"web01.example.com",
					"HOST/WEB01 HOST/web01.example.com")));
	}
	assert_true(spn_census_add(
		census,
		fixture_account(f,
				"other",
				NULL,
				"http/taken http/half.example.com")));
	return c;
}

static bool completes_as(struct fixture *f,
			 const struct spn_case *c,
			 const struct completion_row *row)
{
	struct spn_completion completion = {};
	char *add = NULL;
	char *remove = NULL;

	assert_true(spn_complete(c, f->mem_ctx, &completion));
	add = fixture_join(f->mem_ctx, completion.add, completion.num_add);
	remove = fixture_join(f->mem_ctx,
			      completion.remove,
			      completion.num_remove);
	/* A host name has no case; what is removed is "as stored". */
	if (strcasecmp(add, row->add) == 0 && strcmp(remove, row->remove) == 0)
	{
		return true;
	}
	print_error("%s: +'%s' -'%s', wanted +'%s' -'%s'\n",
		    row->what,
		    add,
		    remove,
		    row->add,
		    row->remove);
	return false;
}

static void completion_table(void **state)
{
	struct fixture *f = *state;
	bool ok = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(completion_rows); i++) {
		const struct completion_row *row = &completion_rows[i];
		struct spn_case c =
			case_of(f, "svc", NULL, row->before, row->changes);

		ok &= completes_as(f, &c, row);
	}
	assert_true(ok);
}

/* On a computer the HOST pair answers for the missing half (eff). */
static void computer_with_host_pair(void **state)
{
	static const struct completion_row row = {
		"HOST pair",
		"HOST/WEB01 HOST/web01.example.com",
		{{'+', "http/web01"}},
		"",
		"",
	};
	struct fixture *f = *state;
	struct spn_case c = case_of(f,
				    "WEB01$",
				    "web01.example.com",
				    row.before,
				    row.changes);

	assert_true(completes_as(f, &c, &row));
}

/* Only in mode complete: in deny, warn, off, audit nothing comes along. */
static void other_modes_complete_nothing(void **state)
{
	static const char *const levels[] = {"deny", "warn", "off"};
	static const struct completion_row row = {"mode",
						  "",
						  {{'+', "http/app"}},
						  "",
						  ""};
	struct fixture *f = *state;
	struct spn_case c = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		assert_true(spn_settings_set(f->settings,
					     "http-pair",
					     levels[i],
					     NULL));
		c = case_of(f, "svc", NULL, row.before, row.changes);
		assert_true(completes_as(f, &c, &row));
	}
	assert_true(
		spn_settings_set(f->settings, "http-pair", "complete", NULL));
	assert_true(spn_settings_set_mode(f->settings, "audit"));
	c = case_of(f, "svc", NULL, row.before, row.changes);
	assert_true(completes_as(f, &c, &row));
}

/* exempt-account and exempt-host are left as they are sent. */
static void exempt_is_not_completed(void **state)
{
	static const struct completion_row host = {"exempt host",
						   "",
						   {{'+', "http/app"}},
						   "",
						   ""};
	static const struct completion_row account = {"exempt account",
						      "",
						      {{'+', "http/b"}},
						      "",
						      ""};
	struct fixture *f = *state;
	struct spn_case c = {};

	assert_true(spn_settings_set(f->settings, "exempt-host", "app", NULL));
	c = case_of(f, "svc", NULL, host.before, host.changes);
	assert_true(completes_as(f, &c, &host));
	assert_true(
		spn_settings_set(f->settings, "exempt-account", "svc", NULL));
	c = case_of(f, "svc", NULL, account.before, account.changes);
	assert_true(completes_as(f, &c, &account));
}

/* pair-classes says what goes in pairs; the class keeps its spelling. */
static void other_pair_class(void **state)
{
	static const struct completion_row nfs = {"nfs",
						  "",
						  {{'+', "NFS/app"}},
						  "NFS/app.example.com",
						  ""};
	static const struct completion_row http = {"http",
						   "",
						   {{'+', "http/app"}},
						   "",
						   ""};
	struct fixture *f = *state;
	struct spn_case c = {};

	assert_true(
		spn_settings_set(f->settings, "pair-classes", "nfs", NULL));
	c = case_of(f, "svc", NULL, nfs.before, nfs.changes);
	assert_true(completes_as(f, &c, &nfs));
	c = case_of(f, "svc", NULL, http.before, http.changes);
	assert_true(completes_as(f, &c, &http));
}

/* S.4.2: only a value that somebody else holds, too, needs another form. */
static void gives_up_duplicate(void **state)
{
	static const struct {
		const char *before;
		struct change_text changes[MAX_CHANGES];
		bool yes;
	} rows[] = {
		{"http/taken", {{'-', "http/taken"}}, true},
		{"HTTP/Taken a/b", {{'-', ""}}, true},
		{"http/taken", {{'=', "a/b"}}, true},
		{"http/taken a/b", {{'-', "a/b"}}, false},
		{"http/taken HTTP/Taken", {{'-', "HTTP/Taken"}}, false},
		{"a/b", {{'-', "a/b"}}, false},
		{"a/b", {{'+', "http/taken"}}, false},
		{"http/taken",
		 {{'-', "http/taken"}, {'+', "http/taken"}},
		 false},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_case c = case_of(f,
					    "svc",
					    NULL,
					    rows[i].before,
					    rows[i].changes);
		bool yes = !rows[i].yes;

		assert_true(spn_gives_up_duplicate(&c, &yes));
		assert_int_equal(yes, rows[i].yes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(apply_changes),
		fixture_test(apply_keeps_names),
		fixture_test(apply_keeps_spelling),
		fixture_test(apply_says_what_is_left_out),
		fixture_test(completion_table),
		fixture_test(computer_with_host_pair),
		fixture_test(other_modes_complete_nothing),
		fixture_test(exempt_is_not_completed),
		fixture_test(other_pair_class),
		fixture_test(gives_up_duplicate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
