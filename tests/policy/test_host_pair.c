/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NetBIOS name <-> FQDN of one host: the table of docs/rules/http-pair.md,
 * line by line.
 */
#include "lib/policy_fixture.h"

static const char *partner_of(struct fixture *f,
			      const struct spn_account *after,
			      struct spn_str host,
			      const struct spn_account **_computer)
{
	const struct spn_case c = {
		.after = after,
		.is_write = true,
		.index = f->index,
		.forest = f->forest,
		.settings = f->settings,
	};
	const char *partner = NULL;

	assert_true(
		spn_host_partner(&c, f->mem_ctx, host, &partner, _computer));
	return partner;
}

struct pair_row {
	struct spn_str host;
	const char *partner;
	const char *computer;
};

static const struct pair_row pair_rows[] = {
	/* dNSHostName or an additional name of a computer: its NetBIOS name,
	 * whatever the first label or the suffix. */
	{STR("web01.example.com"), "WEB01", "WEB01$"},
	{STR("WEB01.Example.COM"), "WEB01", "WEB01$"},
	{STR("www.foreign.net"), "WEB01", "WEB01$"},
	{STR("averylongcomputername.example.com"),
	 "AVERYLONGCOMPUT",
	 "AVERYLONGCOMPUT$"},
	{STR("files.other.org"), "FS7", "FS7$"},
	/* No computer: one label and a suffix of the forest. */
	{STR("app.example.com"), "app", NULL},
	{STR("app.sub.example.com"), "app", NULL},
	{STR("app.EXAMPLE.com"), "app", NULL},
	{STR("app.extra.org"), "app", NULL},
	/* The NetBIOS name of a computer: its dNSHostName. */
	{STR("web01"), "web01.example.com", "WEB01$"},
	{STR("WEB01"), "web01.example.com", "WEB01$"},
	{STR("fs7"), "files.other.org", "FS7$"},
	{STR("averylongcomput"),
	 "averylongcomputername.example.com",
	 "AVERYLONGCOMPUT$"},
	/* Any other single label: label and domain of the account. */
	{STR("app"), "app.example.com", NULL},
	{STR("averylongcomputername"),
	 "averylongcomputername.example.com",
	 NULL},
	{STR("svc"), "svc.example.com", NULL},
	{STR("nodns"), "nodns.example.com", "NODNS$"},
	/* A foreign suffix, more labels, no label: none. */
	{STR("app.foreign.net"), NULL, NULL},
	{STR("app.unknown.example.com"), NULL, NULL},
	{STR("a.b.sub.example.com"), NULL, NULL},
	{STR("example.com"), NULL, NULL},
	{STR(".example.com"), NULL, NULL},
	{STR("xexample.com"), NULL, NULL},
	{STR("app.example.com."), NULL, NULL},
	{STR("app."), NULL, NULL},
	{STR("."), NULL, NULL},
	{STR(""), NULL, NULL},
	/* IP literals. */
	{STR("192.0.2.1"), NULL, NULL},
	{STR("::1"), NULL, NULL},
	{STR("[2001:db8::1]"), NULL, NULL},
	/* A NUL byte makes another name of it. */
	{STR("web01\0"), NULL, NULL},
	{STR("web01\0.example.com"), NULL, NULL},
};

static bool pair_row_passes(struct fixture *f,
			    const struct spn_account *svc,
			    const struct pair_row *row)
{
	const struct spn_account *computer = NULL;
	const char *partner = partner_of(f, svc, row->host, &computer);
	const char *sam = (computer != NULL) ? computer->sam_account_name
					     : NULL;
	struct spn_str wanted = spn_str_of(row->partner);
	bool ok = (partner == NULL) == (row->partner == NULL) &&
		  spn_str_is(wanted, partner);

	ok &= spn_str_is(spn_str_of(row->computer), sam);
	if (!ok) {
		print_error("%s: partner '%s' of %s, wanted '%s' of %s\n",
			    row->host.data,
			    (partner != NULL) ? partner : "none",
			    (sam != NULL) ? sam : "none",
			    (row->partner != NULL) ? row->partner : "none",
			    (row->computer != NULL) ? row->computer : "none");
	}
	return ok;
}

static void pair_table(void **state)
{
	static const char *additional[] = {"www.foreign.net", NULL};
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "");
	struct spn_account *web =
		fixture_account(f, "WEB01$", "web01.example.com", "");
	const char *reason = NULL;
	bool ok = true;
	size_t i;

	web->additional_dns_host_names = additional;
	assert_true(spn_census_add(f->census, web));
	fixture_add(f,
		    "AVERYLONGCOMPUT$",
		    "averylongcomputername.example.com",
		    "");
	fixture_add(f, "FS7$", "files.other.org", "");
	fixture_add(f, "NODNS$", NULL, "");
	assert_true(spn_settings_set(f->settings,
				     "dns-suffix",
				     "extra.org",
				     &reason));
	for (i = 0; i < ARRAY_SIZE(pair_rows); i++) {
		ok &= pair_row_passes(f, svc, &pair_rows[i]);
	}
	assert_true(ok);
}

/* Without _computer nobody wants to know. */
static void computer_is_optional(void **state)
{
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "");

	fixture_add(f, "WEB01$", "web01.example.com", "");
	assert_string_equal(partner_of(f, svc, STR("web01"), NULL),
			    "web01.example.com");
}

/* "DNS name of the account's domain": its own, not that of the DC. */
static void domain_of_the_account(void **state)
{
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "");

	svc->dns_domain = "sub.example.com";
	assert_string_equal(partner_of(f, svc, STR("app"), NULL),
			    "app.sub.example.com");
	svc->dns_domain = NULL;
	assert_string_equal(partner_of(f, svc, STR("app"), NULL),
			    "app.example.com");
}

/* The partner of the partner is the name itself, for either half. */
static void partners_are_mutual(void **state)
{
	static const struct spn_str hosts[] = {
		STR("web01.example.com"),
		STR("web01"),
		STR("app"),
		STR("app.example.com"),
		STR("averylongcomputername.example.com"),
	};
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "");
	size_t i;

	fixture_add(f, "WEB01$", "web01.example.com", "");
	fixture_add(f,
		    "AVERYLONGCOMPUT$",
		    "averylongcomputername.example.com",
		    "");
	for (i = 0; i < ARRAY_SIZE(hosts); i++) {
		const char *there = partner_of(f, svc, hosts[i], NULL);
		const char *back = NULL;

		assert_non_null(there);
		back = partner_of(f, svc, spn_str_of(there), NULL);
		assert_non_null(back);
		assert_true(spn_str_is(hosts[i], back));
	}
}

static void host_is_fqdn(void **state)
{
	(void)state;
	assert_true(spn_host_is_fqdn(STR("a.b")));
	assert_false(spn_host_is_fqdn(STR("a")));
	assert_false(spn_host_is_fqdn(STR("")));
	assert_false(spn_host_is_fqdn((struct spn_str){}));
	assert_true(
		spn_str_equal(spn_host_first_label(STR("a.b.c")), STR("a")));
	assert_true(spn_str_equal(spn_host_first_label(STR("ab")), STR("ab")));
	assert_int_equal(spn_host_first_label(STR(".b")).len, 0);
	assert_int_equal(spn_host_first_label((struct spn_str){}).len, 0);
}

/* A literal is the whole of it, with or without brackets; not what only
 * begins like one, not what is too long for one. */
static void host_is_ip(void **state)
{
	static const struct {
		struct spn_str host;
		bool is_ip;
	} rows[] = {
		{STR("192.0.2.1"), true},
		{STR("255.255.255.255"), true},
		{STR("::1"), true},
		{STR("::"), true},
		{STR("2001:db8::1"), true},
		{STR("2001:DB8:0:0:0:0:192.0.2.1"), true},
		{STR("[::1]"), true},
		{STR("192.0.2"), false},
		{STR("192.0.2.256"), false},
		{STR("192.0.2.1.example.com"), false},
		{STR("192.0.2.1\0"), false},
		{STR("web01"), false},
		{STR("cafe"), false},
		{STR("[]"), false},
		{STR("[::1"), false},
		{STR(""), false},
		{STR("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:00"),
		 false},
	};
	bool ok = true;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (spn_host_is_ip(rows[i].host) != rows[i].is_ip) {
			print_error("%s\n", rows[i].host.data);
			ok = false;
		}
	}
	assert_true(ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(pair_table),
		fixture_test(computer_is_optional),
		fixture_test(domain_of_the_account),
		fixture_test(partners_are_mutual),
		fixture_test(host_is_fqdn),
		fixture_test(host_is_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
