/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of settings as people write them: which are taken, and what is said
 * to the others; and that a line that is refused never makes a policy weaker.
 */
#include "lib/policy_fixture.h"

#include <stdlib.h>

#include "policy/settings_values.h"

#define GUID "d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11"
#define NO_SWITCH                                                             \
	": a rule is switched off by its own key, as in http-pair=off, and "

struct value_row {
	const char *line;
	const char *reason; /* the end of it; NULL: taken */
};

static const struct value_row class_rows[] = {
	{"pair-classes=http", NULL},
	{"pair-classes=HTTP", NULL},
	{" pair-classes \t= nfs ", NULL},
	{"pair-classes=MSSQLSvc", NULL},
	{"pair-classes=E3514235-4B06-11D1-AB04-00C04FC2DCD2", NULL},
	{"pair-classes=http,cifs",
	 "'http,cifs' is not one service class: write pair-classes=http and "
	 "pair-classes=cifs, each by itself"},
	{"pair-classes=http; cifs | nfs",
	 "write pair-classes=http and pair-classes=cifs and "
	 "pair-classes=nfs, each by itself"},
	{"pair-classes=http cifs",
	 "write pair-classes=http and pair-classes=cifs, each by itself"},
	{"pair-classes=http,",
	 "not one service class: write "
	 "pair-classes=http"},
	{"pair-classes=,", "',' has no service class in it"},
	{"pair-classes=*",
	 "'*' is no service class: it is what stands before the first slash "
	 "of an SPN, like http, without a wildcard"},
	{"pair-classes=ht*", "without a wildcard"},
	{"pair-classes=?", "without a wildcard"},
	{"pair-classes=https",
	 "'https' is nothing that a client asks for: it asks for http, over "
	 "TLS, too; write pair-classes=http"},
	{"pair-classes=HTTPS://web01", "write pair-classes=http"},
	{"pair-classes=ssl", "write pair-classes=http"},
	{"pair-classes=tls", "write pair-classes=http"},
	{"pair-classes=http/web01",
	 "'http/web01' is no service class: write pair-classes=http"},
	{"pair-classes=http/", "write pair-classes=http"},
	{"pair-classes=http:", "write pair-classes=http"},
	{"pair-classes=http:8080", "write pair-classes=http"},
	{"pair-classes==http", "write pair-classes=http"},
	{"pair-classes=http=on", "write pair-classes=http"},
	{"pair-classes=nfs@EXAMPLE.COM", "write pair-classes=nfs"},
	{"pair-classes=\"http\"", "write pair-classes=http"},
	{"pair-classes='http'", "write pair-classes=http"},
	{"pair-classes=/web01", "without a wildcard"},
	{"pair-classes=http!", "without a wildcard"},
	{"pair-classes=\xe2\x80\x9chttp\xe2\x80\x9d", "without a wildcard"},
	{"pair-classes=ht\xe2\x80\x8btp",
	 "'ht\\e2\\80\\8btp' has a character in it that cannot be seen: type "
	 "it anew"},
	{"pair-classes=http\xc2\xa0", "cannot be seen: type it anew"},
	{"pair-classes=http\r", "cannot be seen: type it anew"},
	{"pair-classes=http\nnfs", "cannot be seen: type it anew"},
	{"pair-classes=\xff", "cannot be seen: type it anew"},
	{"pair-classes=none",
	 "'none' is no service class" NO_SWITCH
	 "'spn-policy unset pair-classes' goes back to the default"},
	{"pair-classes=OFF", "goes back to the default"},
	{"pair-classes=all", "goes back to the default"},
	{"pair-classes=complete", "goes back to the default"},
	{"pair-classes=",
	 "'' is empty: write a service class, or 'spn-policy unset "
	 "pair-classes' for the default"},
	{"pair-classes= \t", "for the default"},
};

static const struct value_row host_rows[] = {
	{"exempt-host=web01", NULL},
	{"exempt-host=web01.example.com", NULL},
	{"exempt-host=*.lab.example.com", NULL},
	{"exempt-host=web0?", NULL},
	{"exempt-host=b\xc3\xbc"
	 "cher",
	 NULL},
	{"exempt-host=db_1", NULL},
	{"exempt-host=10.0.0.1", NULL},
	{"exempt-host=fe80::1", NULL},
	{"exempt-host=[fe80::1]", NULL},
	{"exempt-host=*", NULL}, /* with a warning, see below */
	{"exempt-host=*.*", NULL},
	{"exempt-host=?*", NULL},
	{"exempt-host=**", NULL},
	{"exempt-host=audit", NULL}, /* a good name for a host */
	{"exempt-host==http/web01",
	 "exempt-host: '=http/web01' is no host name: write "
	 "exempt-host=web01"},
	{"exempt-host=http/web01", "write exempt-host=web01"},
	{"exempt-host=http/web01:80/x", "write exempt-host=web01"},
	{"exempt-host=http/web01@EXAMPLE.COM", "write exempt-host=web01"},
	{"exempt-host=http://web01:80/", "write exempt-host=web01"},
	{"exempt-host=web01:8080", "write exempt-host=web01"},
	{"exempt-host=*.lab.net:443", "write exempt-host=*.lab.net"},
	{"exempt-host=web01.", "write exempt-host=web01"},
	{"exempt-host=.lab.net", "write exempt-host=*.lab.net"},
	{"exempt-host=\\\\web01", "write exempt-host=web01"},
	{"exempt-host=EXAMPLE\\web01$", "write exempt-host=web01"},
	{"exempt-host=web01$", "write exempt-host=web01"},
	{"exempt-host=\"web01\"", "write exempt-host=web01"},
	{"exempt-host=web0[12]",
	 "is no host name: it is written like web01 or *.lab.example.com"},
	{"exempt-host=10.0.0.0/8", "like web01 or *.lab.example.com"},
	{"exempt-host=fe80::1%eth0", "like web01 or *.lab.example.com"},
	{"exempt-host=web..net", "like web01 or *.lab.example.com"},
	{"exempt-host=.", "like web01 or *.lab.example.com"},
	{"exempt-host=/", "like web01 or *.lab.example.com"},
	{"exempt-host=CN=web01,CN=Computers,DC=example,DC=com",
	 "is no host name but a DN: it is written like web01 or "
	 "*.lab.example.com"},
	{"exempt-host=a, b",
	 "write exempt-host=a and exempt-host=b, each by itself"},
	{"exempt-host=a b",
	 "write exempt-host=a and exempt-host=b, each by itself"},
	{"exempt-host=all",
	 "'all' is no host name" NO_SWITCH
	 "'spn-policy unset exempt-host' goes back to the default"},
	{"exempt-host=",
	 "'' is empty: write a host name, or 'spn-policy "
	 "unset exempt-host' for the default"},
};

static const struct value_row suffix_rows[] = {
	{"dns-suffix=example.org", NULL},
	{"dns-suffix=EXAMPLE.org", NULL},
	{"dns-suffix=com", NULL}, /* with a warning, see below */
	{"dns-suffix=.example.org",
	 "dns-suffix: '.example.org' is no DNS suffix: write "
	 "dns-suffix=example.org"},
	{"dns-suffix=*.example.org", "write dns-suffix=example.org"},
	{"dns-suffix=example.org.", "write dns-suffix=example.org"},
	{"dns-suffix=@example.org", "write dns-suffix=example.org"},
	{"dns-suffix=svc@example.org", "write dns-suffix=example.org"},
	{"dns-suffix=https://example.org/x", "write dns-suffix=example.org"},
	{"dns-suffix=*", "it is written like example.com"},
	{"dns-suffix=10.0.0.1", "it is written like example.com"},
	{"dns-suffix=fe80::1", "it is written like example.com"},
	{"dns-suffix=10.0.0.0/8", "it is written like example.com"},
	{"dns-suffix=example..org", "it is written like example.com"},
	{"dns-suffix=dc=example,dc=org",
	 "is no DNS suffix but a DN: it is written like example.com"},
	{"dns-suffix=a.org,b.org",
	 "write dns-suffix=a.org and dns-suffix=b.org, each by itself"},
	{"dns-suffix=none", "goes back to the default"},
	{"dns-suffix=",
	 "'' is empty: write a DNS suffix, or 'spn-policy "
	 "unset dns-suffix' for the default"},
};

static const struct value_row account_rows[] = {
	{"exempt-account=svc", NULL},
	{"exempt-account=web01$", NULL},
	{"exempt-account=Svc Web", NULL},
	{"exempt-account=o'brien", NULL},
	{"exempt-account=m\xc3\xbcller", NULL},
	{"exempt-account=" GUID, NULL},
	{"exempt-account=D9BC4A3E-21C8-4C4B-8B4E-0A8F7A3C1B11", NULL},
	{"exempt-account={svc}", NULL},
	{"exempt-account=EXAMPLE\\svc",
	 "exempt-account: 'EXAMPLE\\svc' is no sAMAccountName and no "
	 "objectGUID: write exempt-account=svc"},
	{"exempt-account==svc", "write exempt-account=svc"},
	{"exempt-account=\"svc\"", "write exempt-account=svc"},
	{"exempt-account=svc@example.com",
	 "'svc@example.com' is no sAMAccountName and no objectGUID: write "
	 "exempt-account=svc, if that is the sAMAccountName of it"},
	{"exempt-account=CN=svc,CN=Users,DC=example,DC=com",
	 "'CN=svc,CN=Users,DC=example,DC=com' is a DN: write the "
	 "sAMAccountName of the account, or its objectGUID"},
	{"exempt-account=<SID=S-1-5-21-1-2-3-1104>",
	 "is a DN: write the "
	 "sAMAccountName of the "
	 "account, or its "
	 "objectGUID"},
	{"exempt-account=<GUID=" GUID ">", "write exempt-account=" GUID},
	{"exempt-account={" GUID "}", "write exempt-account=" GUID},
	{"exempt-account=d9bc4a3e21c84c4b8b4e0a8f7a3c1b11",
	 "is no whole objectGUID: that has 8, 4, 4, 4 and 12 hex digits"},
	{"exempt-account=d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b1",
	 "is no whole objectGUID: that has 8, 4, 4, 4 and 12 hex digits"},
	{"exempt-account=S-1-5-21-1-2-3-1104",
	 "is a SID: write the sAMAccountName of the account, or its "
	 "objectGUID"},
	{"exempt-account=svc*",
	 "has a wildcard, which does not count here: each account is named "
	 "by itself"},
	{"exempt-account=*", "each account is named by itself"},
	{"exempt-account=http/web01",
	 "is no sAMAccountName: write the sAMAccountName of the account, or "
	 "its objectGUID"},
	{"exempt-account=example.com/Users/svc", "or its objectGUID"},
	{"exempt-account=@example.com", "or its objectGUID"},
	{"exempt-account=a,b;c",
	 "write exempt-account=a and exempt-account=b and exempt-account=c, "
	 "each by itself"},
	{"exempt-account=svc\xc2\xa0", "cannot be seen: type it anew"},
	{"exempt-account=",
	 "'' is empty: write a sAMAccountName, or "
	 "'spn-policy unset exempt-account' for the "
	 "default"},
};

static const struct value_row other_rows[] = {
	{"HTTP-Pair=WARN", NULL},
	{"http-pair=denny",
	 "'denny' is no mode of http-pair; it takes: complete deny warn off"},
	{"http-pair=deny,", "it takes: complete deny warn off"},
	{"http-pair=deny=", "it takes: complete deny warn off"},
	{"http-pair=1", "it takes: complete deny warn off"},
	{"http-pair=", "it takes: complete deny warn off"},
	{"syntax=complete", "it takes: deny warn off"},
	{"machine-spn-limit=50", NULL},
	{" machine-spn-limit = 1 ", NULL},
	{"machine-spn-limit=100000", NULL},
	{"machine-spn-limit=0", "is no number from 1 to 100000"},
	{"machine-spn-limit=100001", "is no number from 1 to 100000"},
	{"machine-spn-limit=-1", "is no number from 1 to 100000"},
	{"machine-spn-limit=off", "is no number from 1 to 100000"},
	{"machine-spn-limit=1e3", "is no number from 1 to 100000"},
	{"machine-spn-limit=18446744073709551617",
	 "is no number from 1 to 100000"},
	{"http_pair=off", "exempt-host, machine-spn-limit, replace-half"},
	{"pair-class=http", "exempt-host, machine-spn-limit, replace-half"},
	{"hosts=off", "exempt-host, machine-spn-limit, replace-half"},
	{"replace-half=keep", NULL},
	{"Replace-Half = REMOVE", NULL},
	{"replace-half=deny", NULL},
	{"replace-half=complete",
	 "replace-half: 'complete' is none of its words: write deny, keep or "
	 "remove"},
	{"replace-half=",
	 "replace-half: '' is none of its words: write deny, keep or remove"},
	{"replace-half=keep,deny", "write deny, keep or remove"},
	{"mode=off",
	 "the mode is set for one DC at a time, in its smb.conf: "
	 "spn_policy:mode = enforce, audit or off"},
	{"spn_policy:mode=off", "spn_policy:mode = enforce, audit or off"},
	{"http-pair off", "a setting is written KEY=VALUE"},
};

static bool ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) &&
	       strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* "... write KEY=VALUE": what is offered is taken. */
static bool offer_is_good(struct fixture *f, const char *reason)
{
	struct spn_settings *settings = spn_settings_new(f->mem_ctx,
							 spn_rules());
	const char *offer = strstr(reason, ": write ");
	const char *ignored = NULL;
	char *line = NULL;

	if (offer == NULL) {
		offer = strstr(reason, "; write ");
	}
	if (offer == NULL || strchr(offer, '=') == NULL) {
		return true; /* another remedy */
	}
	line = talloc_strdup(f->mem_ctx, offer + strlen(": write "));
	line[strcspn(line, " ,")] = '\0';
	return spn_settings_set_line(settings, spn_str_of(line), &ignored);
}

static void check_rows(struct fixture *f,
		       const struct value_row *rows,
		       size_t num)
{
	bool passed = true;
	size_t i;

	for (i = 0; i < num; i++) {
		struct spn_settings *settings = spn_settings_new(f->mem_ctx,
								 spn_rules());
		const char *reason = NULL;
		bool ok = spn_settings_set_line(settings,
						spn_str_of(rows[i].line),
						&reason);

		if (ok != (rows[i].reason == NULL) ||
		    (!ok && !(ends_with(reason, rows[i].reason) &&
			      offer_is_good(f, reason))))
		{
			print_error("'%s': %s\n",
				    rows[i].line,
				    ok ? "taken" : reason);
			passed = false;
		}
	}
	assert_true(passed);
}

static void values(void **state)
{
	struct fixture *f = *state;

	check_rows(f, class_rows, ARRAY_SIZE(class_rows));
	check_rows(f, host_rows, ARRAY_SIZE(host_rows));
	check_rows(f, suffix_rows, ARRAY_SIZE(suffix_rows));
	check_rows(f, account_rows, ARRAY_SIZE(account_rows));
	check_rows(f, other_rows, ARRAY_SIZE(other_rows));
}

/* Nothing that can match is longer. */
static void long_values(void **state)
{
	static const char *const keys[] = {"pair-classes",
					   "dns-suffix",
					   "exempt-account",
					   "exempt-host"};
	struct fixture *f = *state;
	char text[257] = {};
	const char *reason = NULL;
	size_t i;

	memset(text, 'x', 255);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_true(
			spn_settings_set(f->settings, keys[i], text, NULL));
	}
	text[255] = 'x';
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_false(
			spn_settings_set(f->settings, keys[i], text, &reason));
		assert_non_null(strstr(reason, "is longer than 255 bytes"));
	}
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t number;
	} rows[] = {
		{"1", true, 1},
		{"007", true, 7},
		{"40000", true, 40000},
		{"0", false, 0},
		{"40001", false, 0},
		{"", false, 0},
		{"-1", false, 0},
		{"+1", false, 0},
		{" 1", false, 0},
		{"1k", false, 0},
		{"0x10", false, 0},
		{"1,000", false, 0},
		{"4294967297", false, 0},
		{"99999999999999999999999", false, 0},
		{"off", false, 0},
	};
	struct fixture *f = *state;
	struct spn_bounds bounds = {.least = 1, .most = 40000};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t number = 0;
		const char *reason = spn_value_bad_number(f->mem_ctx,
							  "limit",
							  rows[i].text,
							  bounds,
							  &number);

		assert_int_equal(reason == NULL, rows[i].ok);
		assert_int_equal(number, rows[i].number);
		if (reason != NULL) {
			assert_string_equal(
				reason,
				talloc_asprintf(f->mem_ctx,
						"limit: '%s' is no number "
						"from 1 to 40000",
						rows[i].text));
		}
	}
}

/* An IPv6 literal is what it says, and no set of characters. */
static void exempt_address(void **state)
{
	struct fixture *f = *state;

	assert_true(spn_settings_set(f->settings,
				     "exempt-host",
				     "[fe80::1]",
				     NULL));
	assert_true(
		spn_settings_is_exempt_host(f->settings, STR("[FE80::1]")));
	assert_false(spn_settings_is_exempt_host(f->settings, STR("fe80::1")));
}

#define MAX_LINES 8

static struct spn_settings *set_lines(struct fixture *f,
				      const struct spn_str *lines,
				      size_t num,
				      const char **reasons)
{
	struct spn_settings *settings = spn_settings_new(f->mem_ctx,
							 spn_rules());

	assert_non_null(settings);
	assert_true(spn_settings_set_lines(settings, lines, num, reasons));
	return settings;
}

/* Two levels for one rule, in either order: the stricter counts. */
static void stricter_line_counts(void **state)
{
	struct fixture *f = *state;
	const struct spn_str lines[] = {
		STR("http-pair=off"),
		STR(" HTTP-pair = deny"),
		STR("http-pair=warn"),
		STR("alias-spn=off"),
		STR("alias-spn = OFF"),
	};
	const struct spn_str turned[] = {lines[2], lines[1], lines[0]};
	const char *reasons[5] = {};
	struct spn_settings *settings = set_lines(f, lines, 5, reasons);
	const char *text = "another line sets http-pair to deny, which is "
			   "stricter and counts";

	assert_int_equal(spn_settings_level_of(settings, "http-pair"),
			 SPN_LEVEL_DENY);
	assert_int_equal(spn_settings_level_of(settings, "alias-spn"),
			 SPN_LEVEL_OFF);
	assert_string_equal(reasons[0], text);
	assert_null(reasons[1]);
	assert_string_equal(reasons[2], text);
	assert_null(reasons[3]);
	assert_null(reasons[4]);
	settings = set_lines(f, turned, 3, reasons);
	assert_int_equal(spn_settings_level_of(settings, "http-pair"),
			 SPN_LEVEL_DENY);
	assert_string_equal(reasons[0], text);
	assert_null(reasons[1]);
	assert_string_equal(reasons[2], text);
}

/* http goes only if every line of the classes is understood. */
static void bad_class_keeps_the_default(void **state)
{
	struct fixture *f = *state;
	const struct spn_str lines[] = {STR("pair-classes=nfs"),
					STR("pair-classes=http,cifs")};
	const struct spn_str turned[] = {lines[1], lines[0]};
	const char *reasons[2] = {};
	struct spn_settings *settings = set_lines(f, lines, 2, reasons);

	assert_true(spn_settings_is_pair_class(settings, STR("http")));
	assert_true(spn_settings_is_pair_class(settings, STR("nfs")));
	settings = set_lines(f, turned, 2, reasons);
	assert_true(spn_settings_is_pair_class(settings, STR("http")));
	assert_true(spn_settings_is_pair_class(settings, STR("nfs")));
	settings = set_lines(f, lines, 1, reasons);
	assert_false(spn_settings_is_pair_class(settings, STR("http")));
	settings = set_lines(f, turned, 1, reasons);
	assert_true(spn_settings_is_pair_class(settings, STR("http")));
	assert_false(spn_settings_is_pair_class(settings, STR("cifs")));
}

/* A line of any of the tables. */
static struct spn_str any_line(void)
{
	static const struct {
		const struct value_row *rows;
		size_t num;
	} tables[] = {
		{class_rows, ARRAY_SIZE(class_rows)},
		{host_rows, ARRAY_SIZE(host_rows)},
		{suffix_rows, ARRAY_SIZE(suffix_rows)},
		{account_rows, ARRAY_SIZE(account_rows)},
	};
	static const char *const levels[] = {"http-pair=off",
					     "http-pair=warn",
					     "http-pair=deny",
					     "http-pair=complete",
					     "http-pair=strict",
					     "duplicate-spn=off",
					     "duplicate-spn=deny",
					     "alias-spn=deny",
					     "alias-spn=warn"};
	size_t table = (size_t)random() % 5;

	if (table == 4) {
		return spn_str_of(levels[random() % ARRAY_SIZE(levels)]);
	}
	return spn_str_of(
		tables[table].rows[(size_t)random() % tables[table].num].line);
}

/* a is as strict as b in levels, and has the same or more pairs. */
static void assert_as_strict(struct fixture *f,
			     const struct spn_settings *a,
			     const struct spn_settings *b)
{
	static const char *const others[] = {"dns-suffix",
					     "exempt-account",
					     "exempt-host"};
	size_t i;

	for (i = 0; i < spn_num_rules(); i++) {
		assert_int_equal(a->levels[i], b->levels[i]);
	}
	for (i = 0; b->pair_classes[i] != NULL; i++) {
		assert_true(spn_settings_is_pair_class(
			a,
			spn_str_of(b->pair_classes[i])));
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		assert_string_equal(spn_settings_get(a, f->mem_ctx, others[i]),
				    spn_settings_get(b,
						     f->mem_ctx,
						     others[i]));
	}
}

/* Whatever is written together: what is refused, left out, leaves a policy
 * that is no stricter; and upside down it is the same policy. */
static void refused_lines_weaken_nothing(void **state)
{
	struct fixture *f = *state;
	size_t n;
	size_t i;

	srandom(7);
	for (n = 0; n < 5000; n++) {
		struct spn_str lines[MAX_LINES] = {};
		struct spn_str turned[MAX_LINES] = {};
		struct spn_str good[MAX_LINES] = {};
		const char *reasons[MAX_LINES] = {};
		const char *ignored[MAX_LINES] = {};
		size_t num = (size_t)random() % (MAX_LINES + 1);
		size_t num_good = 0;
		struct spn_settings *all = NULL;
		struct spn_settings *back = NULL;

		for (i = 0; i < num; i++) {
			lines[i] = any_line();
			turned[num - 1 - i] = lines[i];
		}
		all = set_lines(f, lines, num, reasons);
		for (i = 0; i < num; i++) {
			if (reasons[i] == NULL) {
				good[num_good++] = lines[i];
			}
		}
		assert_as_strict(f,
				 all,
				 set_lines(f, good, num_good, ignored));
		back = set_lines(f, turned, num, ignored);
		for (i = 0; i < spn_num_rules(); i++) {
			assert_int_equal(all->levels[i], back->levels[i]);
		}
		assert_int_equal(spn_settings_is_pair_class(all, STR("http")),
				 spn_settings_is_pair_class(back,
							    STR("http")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(values),
		fixture_test(long_values),
		fixture_test(numbers),
		fixture_test(exempt_address),
		fixture_test(stricter_line_counts),
		fixture_test(bad_class_keeps_the_default),
		fixture_test(refused_lines_weaken_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
