/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What valid settings do that may not be meant: each effect with its text, and
 * for random globs a matcher of our own, over many names, says whether they
 * match all.
 */
#include "lib/policy_fixture.h"

#include <stdlib.h>

#include "policy/settings_effects.h"

/* At the end of a text: the rules that exemptions spare from follow. */
#define JUDGE_NOTHING "@"

static const char *const forest[] = {"example.com", "sub.example.com", NULL};
static const char *const flat_forest[] = {"corp", NULL};

struct effect_row {
	const char *lines; /* separated by blanks */
	const char *const *suffixes;
	const char *text; /* NULL: no effect */
	const char *remedy;
	bool is_note;
};

static const struct effect_row rows[] = {
	{"", forest, NULL, NULL, false},
	{"pair-classes=http", forest, NULL, NULL, false},
	{"pair-classes=nfs pair-classes=HTTP", forest, NULL, NULL, false},
	{"http-pair=off syntax=off", forest, NULL, NULL, false},
	{"pair-classes=cifs",
	 forest,
	 "pair-classes: http is no paired class any more, so half a pair of "
	 "a web site is let in",
	 "spn-policy set 'pair-classes=http'",
	 false},
	{"exempt-host=*",
	 forest,
	 "exempt-host=* matches every host name" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=*'",
	 false},
	{"exempt-host=?*",
	 forest,
	 "exempt-host=?* matches every host name" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=?*'",
	 false},
	{"exempt-host=???**",
	 forest,
	 "exempt-host=???** matches every host name of 3 or more "
	 "characters" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=???**'",
	 false},
	{"exempt-host=*.*",
	 forest,
	 "exempt-host=*.* matches every host of example.com, "
	 "sub.example.com" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=*.*'",
	 false},
	{"exempt-host=*.Example.com",
	 forest,
	 "exempt-host=*.Example.com matches every host of example.com, "
	 "sub.example.com" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=*.Example.com'",
	 false},
	{"exempt-host=*.sub.*",
	 forest,
	 "exempt-host=*.sub.* matches every host of "
	 "sub.example.com" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=*.sub.*'",
	 false},
	{"exempt-host=*p",
	 flat_forest,
	 "exempt-host=*p matches every host of corp" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=*p'",
	 false},
	{"dns-suffix=shop.net exempt-host=*.shop.net",
	 forest,
	 "exempt-host=*.shop.net matches every host of shop.net" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=*.shop.net'",
	 false},
	{"exempt-host=*.lab.example.com", forest, NULL, NULL, false},
	{"exempt-host=lab*", forest, NULL, NULL, false},
	{"exempt-host=????????????????*", /* 16 */
	 forest,
	 "exempt-host=????????????????* matches nearly every host of "
	 "example.com, sub.example.com" JUDGE_NOTHING,
	 "spn-policy unset 'exempt-host=????????????????*'",
	 false},
	{"exempt-host=???????????????????????????????????*", /* 35 */
	 forest,
	 NULL,
	 NULL,
	 false},
	{"exempt-host=web01",
	 forest,
	 "exempt-host=web01 is one of the two names of that host; the other, "
	 "web01.example.com, is judged",
	 "spn-policy set 'exempt-host=web01.example.com'",
	 true},
	{"exempt-host=web01.sub.example.com",
	 forest,
	 "exempt-host=web01.sub.example.com is one of the two names of that "
	 "host; the other, web01, is judged",
	 "spn-policy set 'exempt-host=web01'",
	 true},
	{"exempt-host=web01 exempt-host=WEB01.example.com",
	 forest,
	 NULL,
	 NULL,
	 false},
	{"exempt-host=www.else.net", forest, NULL, NULL, false},
	{"exempt-host=10.0.0.1",
	 forest,
	 "exempt-host=10.0.0.1 spares SPNs that are written with this "
	 "address, no others of that host",
	 "spn-policy unset 'exempt-host=10.0.0.1'",
	 true},
	{"dns-suffix=com",
	 forest,
	 "dns-suffix=com is a top level of DNS: each host NAME.com counts as "
	 "one of yours, and its http SPN goes in a pair with http/NAME",
	 "spn-policy unset 'dns-suffix=com'",
	 false},
	{"dns-suffix=CORP", flat_forest, NULL, NULL, false},
	{"dns-suffix=shop.net", forest, NULL, NULL, false},
};

static struct spn_settings *settings_of(struct fixture *f, const char *lines)
{
	struct spn_settings *settings = spn_settings_new(f->mem_ctx,
							 spn_rules());
	char *text = talloc_strdup(f->mem_ctx, lines);
	char *rest = NULL;
	char *line = strtok_r(text, " ", &rest);

	while (line != NULL) {
		const char *reason = NULL;

		assert_true(spn_settings_set_line(settings,
						  spn_str_of(line),
						  &reason));
		line = strtok_r(NULL, " ", &rest);
	}
	return settings;
}

/* What stands for JUDGE_NOTHING: ": http-pair, syntax judge nothing there". */
static char *judge_nothing(TALLOC_CTX *mem_ctx)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; spn_rules()[i] != NULL; i++) {
		if (spn_rules()[i]->obeys_exemptions) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      (*text == '\0') ? ": "
								      : ", ",
						      spn_rules()[i]->name);
		}
	}
	return talloc_asprintf_append(text, " judge nothing there");
}

/* "" for no effect. */
static char *wanted_text(TALLOC_CTX *mem_ctx, const struct effect_row *row)
{
	const char *text = (row->text == NULL) ? "" : row->text;
	size_t len = strcspn(text, JUDGE_NOTHING);

	return talloc_asprintf(mem_ctx,
			       "%.*s%s",
			       (int)len,
			       text,
			       (text[len] == '\0') ? ""
						   : judge_nothing(mem_ctx));
}

static bool row_is_right(struct fixture *f, const struct effect_row *row)
{
	const char *wanted = wanted_text(f->mem_ctx, row);
	const char *got = "";
	struct spn_effect *effects = NULL;
	size_t num = 0;

	assert_true(spn_settings_effects(f->mem_ctx,
					 settings_of(f, row->lines),
					 row->suffixes,
					 &effects,
					 &num));
	if (num > 0) {
		got = effects[0].text;
	}
	if (num != ((row->text == NULL) ? 0 : 1) || strcmp(got, wanted) != 0) {
		print_error("'%s': %zu effects\n  wanted: %s\n  got:    %s\n",
			    row->lines,
			    num,
			    wanted,
			    got);
		return false;
	}
	if (num == 1 && (strcmp(effects[0].remedy, row->remedy) != 0 ||
			 effects[0].is_note != row->is_note))
	{
		print_error("'%s':\n  wanted: %s, a note: %d\n"
			    "  got:    %s, a note: %d\n",
			    row->lines,
			    row->remedy,
			    row->is_note,
			    effects[0].remedy,
			    effects[0].is_note);
		return false;
	}
	return true;
}

static void effects(void **state)
{
	struct fixture *f = *state;
	bool passed = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		passed &= row_is_right(f, &rows[i]);
	}
	assert_true(passed);
}

/* One effect for each value, in the order of the lists. */
static void many_effects(void **state)
{
	struct fixture *f = *state;
	struct spn_effect *found = NULL;
	size_t num = 0;

	assert_true(spn_settings_effects(
		f->mem_ctx,
		settings_of(f,
			    "exempt-host=* exempt-host=?* dns-suffix=com "
			    "pair-classes=nfs exempt-host=lab*"),
		forest,
		&found,
		&num));
	assert_int_equal(num, 4);
	assert_string_equal(found[0].key, "pair-classes");
	assert_null(found[0].value);
	assert_string_equal(found[1].value, "com");
	assert_string_equal(found[2].value, "*");
	assert_string_equal(found[3].value, "?*");
}

/* A matcher that tries everything, and shares nothing with the policy. */
static bool plainly_matches(const char *glob, const char *name)
{
	if (*glob == '\0') {
		return *name == '\0';
	}
	if (*glob == '*') {
		return plainly_matches(glob + 1, name) ||
		       (*name != '\0' && plainly_matches(glob, name + 1));
	}
	return *name != '\0' &&
	       (*glob == '?' || (*glob | 0x20) == (*name | 0x20)) &&
	       plainly_matches(glob + 1, name + 1);
}

static char *random_text(TALLOC_CTX *mem_ctx,
			 const char *alphabet,
			 size_t least,
			 size_t most)
{
	size_t len = least + (size_t)random() % (most - least + 1);
	char *text = talloc_zero_array(mem_ctx, char, len + 1);
	size_t i;

	assert_non_null(text);
	for (i = 0; i < len; i++) {
		text[i] = alphabet[(size_t)random() % strlen(alphabet)];
	}
	return text;
}

#define NUM_NAMES 300

static bool matches_all(const char *glob, char *const *names)
{
	size_t i;

	for (i = 0; i < NUM_NAMES; i++) {
		if (!plainly_matches(glob, names[i])) {
			return false;
		}
	}
	return true;
}

/* Does a warning about that glob say this? */
static bool is_warned_of(struct fixture *f,
			 struct spn_settings *settings,
			 const char *glob,
			 const char *what)
{
	struct spn_effect *found = NULL;
	char *begin = talloc_asprintf(f->mem_ctx,
				      "exempt-host=%s matches ",
				      glob);
	size_t num = 0;

	assert_true(spn_settings_effects(f->mem_ctx,
					 settings,
					 forest,
					 &found,
					 &num));
	return num == 1 && !found[0].is_note &&
	       strncmp(found[0].text, begin, strlen(begin)) == 0 &&
	       strstr(found[0].text, what) != NULL;
}

/* Half of them end like the domain, or nearly. */
static char *random_glob(TALLOC_CTX *mem_ctx)
{
	static const char *const ends[] = {".example.com",
					   ".EXAMPLE.com",
					   "xample.com",
					   ".sub.example.com",
					   "?example.c*"};
	char *glob = random_text(mem_ctx, "**??.ecom-", 1, 7);

	return (random() % 2 == 0)
		       ? glob
		       : talloc_asprintf(
				 mem_ctx,
				 "%s%s",
				 glob,
				 ends[(size_t)random() % ARRAY_SIZE(ends)]);
}

/* Names of 15 characters and more, since a glob may want some. */
static void globs_that_match_all(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	struct fixture *f = *state;
	char *names[NUM_NAMES] = {};
	char *hosts[NUM_NAMES] = {};
	size_t num_all = 0;
	size_t num_hosts = 0;
	size_t i;

	srandom(11);
	for (i = 0; i < NUM_NAMES; i++) {
		names[i] = random_text(f->mem_ctx, letters, 15, 40);
		hosts[i] = talloc_asprintf(f->mem_ctx,
					   "%s.example.com",
					   names[i]);
	}
	for (i = 0; i < 20000; i++) {
		const char *glob = random_glob(f->mem_ctx);
		struct spn_settings *settings = spn_settings_new(f->mem_ctx,
								 spn_rules());
		bool all = matches_all(glob, names);
		bool of_domain = !all && matches_all(glob, hosts);

		if (!spn_settings_set(settings, "exempt-host", glob, NULL)) {
			continue;
		}
		num_all += all ? 1 : 0;
		num_hosts += of_domain ? 1 : 0;
		if (is_warned_of(f, settings, glob, "every host name") !=
			    all ||
		    is_warned_of(f,
				 settings,
				 glob,
				 "every host of example.com") != of_domain)
		{
			fail_msg("%s: all %d, all of the domain %d",
				 glob,
				 all,
				 of_domain);
		}
	}
	/* the alphabet makes enough of both */
	assert_true(num_all > 100);
	assert_true(num_hosts > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(effects),
		fixture_test(many_effects),
		fixture_test(globs_that_match_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
