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
	/* A DNS name of a computer, whatever its suffix: its first label as
	 * it is spelled there, cut off where the computer is called so. */
	{STR("web01.example.com"), "web01", "WEB01$"},
	{STR("WEB01.Example.COM"), "WEB01", "WEB01$"},
	{STR("www.foreign.net"), "www", "WEB01$"},
	{STR("averylongcomputername.example.com"),
	 "averylongcomput",
	 "AVERYLONGCOMPUT$"},
	{STR("averylongaliasname.example.com"), "averylongaliasn", "WEB01$"},
	{STR("anotherlongaliasname.example.com"),
	 "anotherlongaliasname",
	 "WEB01$"},
	{STR("files.other.org"), "files", "FS7$"},
	/* No computer: one label and a suffix of the forest. */
	{STR("app.example.com"), "app", NULL},
	{STR("app.sub.example.com"), "app", NULL},
	{STR("app.EXAMPLE.com"), "app", NULL},
	{STR("app.extra.org"), "app", NULL},
	{STR("nodns.sub.example.com"), "nodns", NULL},
	{STR("fs7.example.com"), "fs7", NULL},
	/* The label is a computer's own name, and the rest is not. */
	{STR("web01.extra.org"), NULL, "WEB01$"},
	{STR("fs7.sub.example.com"), NULL, "FS7$"},
	/* The NetBIOS name of a computer: its dNSHostName, or one of the
	 * additional ones, if it begins so. */
	{STR("web01"), "web01.example.com", "WEB01$"},
	{STR("WEB01"), "WEB01.example.com", "WEB01$"},
	{STR("fs7"), "fs7.example.com", "FS7$"},
	{STR("averylongcomput"),
	 "averylongcomputername.example.com",
	 "AVERYLONGCOMPUT$"},
	/* The label of an additional name, where HOST/label leads to it. */
	{STR("WWW"), "WWW.foreign.net", "WEB01$"},
	{STR("averylongaliasn"), "averylongaliasname.example.com", "WEB01$"},
	/* Any other single label: label and domain of the account. */
	{STR("app"), "app.example.com", NULL},
	{STR("files"), "files.example.com", NULL},
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
	/* What no host is called. */
	{STR("<app>"), NULL, NULL},
	{STR("{app}.example.com"), NULL, NULL},
	{STR("a,b"), NULL, NULL},
	{STR("a,b.example.com"), NULL, NULL},
	{STR("a\\b"), NULL, NULL},
	{STR("*.example.com"), NULL, NULL},
	{STR("a b.example.com"), NULL, NULL},
	/* Letters of any script. */
	{STR("\xc3\xbcro"), "\xc3\xbcro.example.com", NULL},
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

/* The computers that pair_rows are about. */
static void add_computers(struct fixture *f)
{
	static const char *additional[] = {"www.foreign.net",
					   "averylongaliasname.example.com",
					   "anotherlongaliasname.example.com",
					   NULL};
	static const char *sams[] = {"AVERYLONGALIASN$", NULL};
	struct spn_account *web = fixture_account(
		f,
		"WEB01$",
		"web01.example.com",
		"HOST/www HOST/www.foreign.net HOST/averylongaliasn "
		"HOST/averylongaliasname.example.com "
		"HOST/anotherlongaliasname.example.com");
	const char *reason = NULL;

	web->additional_dns_host_names = additional;
	web->additional_sam_names = sams;
	assert_true(spn_census_add(f->census, web));
	fixture_add(f,
		    "AVERYLONGCOMPUT$",
		    "averylongcomputername.example.com",
		    "");
	fixture_add(f, "FS7$", "files.other.org", "HOST/files.other.org");
	fixture_add(f, "NODNS$", NULL, "");
	assert_true(spn_settings_set(f->settings,
				     "dns-suffix",
				     "extra.org",
				     &reason));
}

static void pair_table(void **state)
{
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "");
	bool ok = true;
	size_t i;

	add_computers(f);
	for (i = 0; i < ARRAY_SIZE(pair_rows); i++) {
		ok &= pair_row_passes(f, svc, &pair_rows[i]);
	}
	assert_true(ok);
}

/* As the client spells its own half, not as the computer is called. */
static void spelled_alike(void **state)
{
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "");

	add_computers(f);
	assert_string_equal(partner_of(f, svc, STR("WEB01"), NULL),
			    "WEB01.example.com");
	assert_string_equal(partner_of(f, svc, STR("Web01.example.com"), NULL),
			    "Web01");
}

/* Two that hold HOST/label and have names that begin so: always the same one,
 * in whatever order the directory sends them. */
static void one_of_several(void **state)
{
	static const char *of_one[] = {"shop.one.example", NULL};
	static const char *of_two[] = {"shop.two.example", NULL};
	const char *partners[2] = {};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(partners); i++) {
		struct spn_account *one =
			fixture_account(f, "ONE$", NULL, "HOST/shop");
		struct spn_account *two =
			fixture_account(f, "TWO$", NULL, "HOST/shop");
		const struct spn_account *svc =
			fixture_account(f, "svc", NULL, "");
		struct spn_census *census = spn_census_new(f->mem_ctx,
							   f->fold);

		one->additional_dns_host_names = of_one;
		two->additional_dns_host_names = of_two;
		assert_true(spn_census_add(census, (i == 0) ? one : two));
		assert_true(spn_census_add(census, (i == 0) ? two : one));
		f->index = spn_census_index(census);
		partners[i] = partner_of(f, svc, STR("shop"), NULL);
		assert_non_null(partners[i]);
	}
	assert_string_equal(partners[0], partners[1]);
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
	assert_true(spn_str_equal(spn_first_label(STR("a.b.c")), STR("a")));
	assert_true(spn_str_equal(spn_first_label(STR("ab")), STR("ab")));
	assert_int_equal(spn_first_label(STR(".b")).len, 0);
	assert_int_equal(spn_first_label((struct spn_str){}).len, 0);
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

static struct spn_value value_of(struct fixture *f,
				 const char *class,
				 struct spn_str host)
{
	struct spn_value value = {};

	assert_true(spn_index_key(f->index,
				  f->mem_ctx,
				  spn_str_of(class),
				  host,
				  &value));
	return value;
}

/* Has this been said to be kin of class/gone, of so many SPNs? */
static bool is_kin(struct fixture *f,
		   const char *class,
		   const char *gone,
		   struct spn_str host,
		   size_t num_spns)
{
	struct spn_account *svc = fixture_account(f, "large", NULL, "");
	const struct spn_case c = {
		.after = svc,
		.is_write = true,
		.index = f->index,
		.forest = f->forest,
		.settings = f->settings,
	};
	const struct spn_value value = value_of(f, "http", host);
	const struct spn_value taken = value_of(f, class, spn_str_of(gone));
	struct spn_set kin = {};

	while (svc->spns.num < num_spns) {
		assert_true(spn_set_add(svc, &svc->spns, &value));
	}
	assert_true(spn_host_note_kin(&c, f->mem_ctx, &taken, &kin));
	return spn_host_is_kin(&c, &kin, &value);
}

/* Whoever has a name as its other half is kin when that goes, or the HOST SPN
 * of that name; and what goes can be found from either side. */
static void partners_are_kin(void **state)
{
	struct fixture *f = *state;
	struct spn_account *svc = fixture_add(f, "svc", NULL, "");
	size_t i;

	add_computers(f);
	for (i = 0; i < ARRAY_SIZE(pair_rows); i++) {
		const struct spn_str host = pair_rows[i].host;
		const char *partner = partner_of(f, svc, host, NULL);

		if (partner == NULL) {
			continue;
		}
		assert_true(is_kin(f, "http", partner, host, SPN_FEW + 1));
		assert_true(is_kin(f, "HOST", partner, host, SPN_FEW + 1));
		assert_true(is_kin(f,
				   "http",
				   host.data,
				   spn_str_of(partner),
				   SPN_FEW + 1));
		assert_false(is_kin(f,
				    "http",
				    partner,
				    STR("unrelated.example.com"),
				    SPN_FEW + 1));
		assert_true(is_kin(f,
				   "http",
				   partner,
				   STR("unrelated.example.com"),
				   SPN_FEW));
	}
	/* A label may be what several FQDNs were cut to. */
	assert_true(is_kin(f,
			   "http",
			   "averylongcomput",
			   STR("averylongcomputx.example.com"),
			   SPN_FEW + 1));
}

/* Of five thousand pairs one half is taken away: what has to be looked up is
 * about that one. */
static void few_questions_of_many(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *partial = spn_partial_new(f->mem_ctx, f->fold);
	struct spn_account *before = fixture_account(f, "many", NULL, "");
	struct spn_account *after = fixture_account(f, "many", NULL, "");
	struct spn_report *report = spn_report_new(f->mem_ctx);
	struct spn_case c = {
		.before = before,
		.after = after,
		.is_write = true,
		.index = spn_partial_index(partial),
		.forest = f->forest,
		.settings = f->settings,
	};
	size_t num = 0;
	unsigned i;

	for (i = 0; i < 10000; i++) {
		char *host = talloc_asprintf(f->mem_ctx,
					     "w%u%s",
					     i / 2,
					     (i % 2 == 0) ? ""
							  : ".example.com");
		const struct spn_value value = value_of(f,
							"http",
							spn_str_of(host));

		assert_true(spn_set_add(before, &before->spns, &value));
		if (i != 4711) {
			assert_true(spn_set_add(after, &after->spns, &value));
		}
	}
	assert_true(spn_partial_add(partial, after));
	assert_true(spn_rules_judge(&c, report));
	spn_partial_open_questions(partial, &num);
	assert_true(num > 0);
	assert_true(num < 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(pair_table),
		fixture_test(spelled_alike),
		fixture_test(one_of_several),
		fixture_test(computer_is_optional),
		fixture_test(domain_of_the_account),
		fixture_test(partners_are_mutual),
		fixture_test(host_is_fqdn),
		fixture_test(host_is_ip),
		fixture_test(partners_are_kin),
		fixture_test(few_questions_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
