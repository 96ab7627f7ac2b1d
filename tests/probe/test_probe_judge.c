/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From facts to verdicts: one case for each, with what is to be typed. Whether
 * the facts are right is for testenv's web sites to say.
 */
#include "judge_facts.h"

static void answer_of(struct facts *f,
		      size_t row,
		      enum spn_kdc_error error,
		      enum spn_kdc_reason reason,
		      const struct spn_account *account)
{
	struct spn_kdc_answer *answer = &f->held[row].holder.answer;

	*answer = (struct spn_kdc_answer){
		.error = error,
		.reason = reason,
		.account = account,
		.found = {.accounts = f->list, .num_accounts = 2},
		.name = spn_str_of(f->names[row].spn),
	};
	f->held[row].who.account = account;
	f->tickets[row].error = (int32_t)error;
	f->tickets[row].text = "Server not found in Kerberos database";
}

static void nothing_is_wrong(void **_state)
{
	struct facts *f = *_state;

	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-200");
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-200");
	assert_string_equal(facts_said(f, &f->probe.verdicts), "");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
}

/* Who logs on with a password is not told to get a ticket. */
static void no_ticket_to_begin_with(void **_state)
{
	struct facts *f = *_state;

	f->probe.krb_reason = "there is none";
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->probe.verdicts),
			    "WEB-301 kinit");
	f->options.ccache = "/c c";
	f->probe.verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->probe.verdicts),
			    "WEB-301 kinit -c '/c c'");
	f->probe.is_user_named = true;
	f->probe.verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->probe.verdicts), "WEB-301");
}

/* Nobody is to give host/web01 to the account of a web site. */
static void other_services(void **_state)
{
	struct facts *f = *_state;
	struct probe_target target = {.url = "http://web01/", .host = "web01"};

	f->probe.target = &target;
	f->names[1].spn = "host/web01";
	answer_of(f, 1, SPN_KDC_TICKET, SPN_KDC_HELD, f->web);
	f->held[1].holder.exact.accounts = &f->list[1];
	f->probe.site = NULL;
	facts_judge(f);
	probe_find_site(&f->probe);
	assert_ptr_equal(f->probe.site, f->svc);
	f->rows[1].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-200");
	f->tickets[1].error = 7;
	f->rows[1].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-216");
	assert_non_null(strstr(probe_sentence(&f->probe), "All 1 names"));
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
	answer_of(f, 0, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_non_null(
		strstr(probe_sentence(&f->probe), "0 of 1 names work"));
}

/* Then nobody has had a ticket. */
static void no_kdc_was_asked(void **_state)
{
	struct facts *f = *_state;

	f->rows[0].ticket = NULL;
	f->rows[1].ticket = NULL;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-200");
	assert_non_null(strstr(probe_sentence(&f->probe), "no KDC was asked"));
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
}

/* Of which nobody is found, and https/ is no help. */
static void nobody_has_it(void **_state)
{
	struct facts *f = *_state;

	answer_of(f, 1, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
	f->held[1].holder.exact.num_accounts = 0;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts),
			    "WEB-201 setspn -U -S 'HTTP/web01' 'svc'");
	assert_int_equal(probe_status(&f->probe), PROBE_SOME_FAIL);
	assert_non_null(
		strstr(probe_sentence(&f->probe), "1 of 2 names work"));
}

static void whose_site_is_not_known(void **_state)
{
	struct facts *f = *_state;
	size_t i;

	f->probe.site = NULL;
	for (i = 0; i < 2; i++) {
		answer_of(f, i, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
		f->held[i].holder.exact.num_accounts = 0;
		f->held[i].partner_holder.exact.num_accounts = 0;
	}
	f->held[0].https_holder = f->web;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-201 setspn -C -S 'HTTP/web01.example.com' "
			    "'WEB01$'; WEB-213");
	assert_string_equal(facts_said(f, &f->rows[1].verdicts),
			    "WEB-201 setspn -S 'HTTP/web01' "
			    "ACCOUNT-OF-THE-SITE");
}

/* A name of a log was chosen by whoever could reach the KDC. */
static void names_of_strangers(void **_state)
{
	static const struct {
		const char *name;
		const char *said;
		const char *text;
	} cases[] = {
		{"http/a'; reboot #",
		 "WEB-201 setspn -S 'http/a'\\''; reboot #' "
		 "ACCOUNT-OF-THE-SITE",
		 "nobody has 'http/a\\27; reboot #'"},
		{"http/a\nb", "WEB-201", "nobody has http/a\\0ab"},
		{"-Hldap://x",
		 "WEB-201 setspn -S -- '-Hldap://x' ACCOUNT-OF-THE-SITE",
		 "nobody has -Hldap://x"},
	};
	struct facts *f = *_state;
	size_t i;

	f->probe.site = NULL;
	answer_of(f, 0, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
	f->held[0].partner_holder.exact.num_accounts = 0;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->names[0].spn = cases[i].name;
		f->rows[0].verdicts = (struct probe_verdicts){};
		facts_judge(f);
		assert_string_equal(facts_said(f, &f->rows[0].verdicts),
				    cases[i].said);
		assert_string_equal(f->rows[0].verdicts.list[0].text,
				    cases[i].text);
	}
}

/* What would be typed would be done to "svc", and not to the account that is
 * called like it with its domain. */
static void names_with_a_domain(void **_state)
{
	static const char *const names[] = {"svc@example.com", "--option=x"};
	const struct probe_logged rc4_too = {.num_requests = 3,
					     .has_rc4 = true};
	struct facts *f = *_state;
	size_t i;

	answer_of(f, 0, SPN_KDC_UNKNOWN, SPN_KDC_DUPLICATE, NULL);
	f->rows[1].ticket = NULL;
	f->rows[1].logged = talloc_memdup(f, &rc4_too, sizeof(rc4_too));
	for (i = 0; i < 2; i++) {
		f->web->sam_account_name = names[0];
		f->svc->sam_account_name = names[i];
		f->rows[0].verdicts = (struct probe_verdicts){};
		f->rows[1].verdicts = (struct probe_verdicts){};
		facts_judge(f);
		assert_string_equal(facts_said(f, &f->rows[0].verdicts),
				    "WEB-202");
		assert_string_equal(facts_said(f, &f->rows[1].verdicts),
				    "WEB-603");
	}
}

static void logs(void **_state)
{
	struct facts *f = *_state;
	const struct probe_logged failed = {.num_failed = 3, .error = 7};
	const struct probe_logged rc4_too = {.num_requests = 3,
					     .has_rc4 = true};

	f->rows[0].ticket = NULL;
	f->rows[1].ticket = NULL;
	f->rows[0].logged = talloc_memdup(f, &failed, sizeof(failed));
	f->rows[1].logged = talloc_memdup(f, &rc4_too, sizeof(rc4_too));
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-604");
	assert_string_equal(facts_said(f, &f->rows[1].verdicts),
			    "WEB-603 net ads enctypes set 'svc' 24 "
			    "--use-kerberos=required");
}

/* A name that somebody has asked for is not of the site of another one. */
static void logs_are_of_many_sites(void **_state)
{
	struct facts *f = *_state;
	struct probe_kdc_log log = {};
	const struct probe_logged failed = {.num_failed = 3, .error = 7};

	f->probe.log = &log;
	f->probe.site = NULL;
	f->probe.is_site_seen = false;
	f->rows[0].ticket = NULL;
	f->rows[1].ticket = NULL;
	f->rows[1].logged = talloc_memdup(f, &failed, sizeof(failed));
	f->names[1].spn = "HTTP/other";
	answer_of(f, 1, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
	f->held[1].holder.exact.num_accounts = 0;
	f->held[1].partner_holder.exact.num_accounts = 0;
	facts_judge(f);
	f->rows[1].verdicts = (struct probe_verdicts){};
	probe_find_site(&f->probe);
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts),
			    "WEB-201 setspn -S 'HTTP/other' "
			    "ACCOUNT-OF-THE-SITE");
}

static void several_have_it(void **_state)
{
	struct facts *f = *_state;

	answer_of(f, 0, SPN_KDC_UNKNOWN, SPN_KDC_DUPLICATE, NULL);
	answer_of(f, 1, SPN_KDC_UNKNOWN, SPN_KDC_HIDDEN_DUPLICATE, NULL);
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-202 setspn -C -D 'HTTP/web01.example.com' "
			    "'WEB01$'");
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-203");
	/* Whose site it is nobody has seen: taken from all, nobody had it. */
	f->probe.is_site_seen = false;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-202 setspn -D 'HTTP/web01.example.com' "
			    "THE-OTHER-ACCOUNT");
}

/* Both are asked for, and lead to two accounts: one of them is wrong. */
static void halves_of_two(void **_state)
{
	struct facts *f = *_state;
	struct probe_opening *opens = talloc_zero(f, struct probe_opening);

	assert_non_null(opens);
	opens->detail = "opened";
	f->probe.site = NULL;
	answer_of(f, 1, SPN_KDC_TICKET, SPN_KDC_HELD, f->web);
	f->held[1].holder.exact.accounts = &f->list[1];
	f->held[0].partner_holder = f->held[1].holder;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-200");
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-210");
	assert_int_equal(probe_status(&f->probe), PROBE_SOME_FAIL);
	/* A keytab with the keys of both. */
	f->rows[0].opening = opens;
	f->rows[1].opening = opens;
	f->rows[1].verdicts = (struct probe_verdicts){};
	f->probe.site = f->svc;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-400");
}

/* What a client goes on using, whatever was mended. */
static void old_tickets(void **_state)
{
	struct facts *f = *_state;
	struct probe_ticket old = {.enctype = 18, .kvno = 1};
	struct probe_opening opens = {.detail = "opened"};
	struct probe_opening not = {.result = PROBE_NOT_KEY, .detail = "no"};

	f->rows[0].cached = talloc_memdup(f, &old, sizeof(old));
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-306 kdestroy && kinit");
	assert_non_null(strstr(probe_sentence(&f->probe), "WEB-306"));
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
	/* In a cache that is named the new one is now. */
	f->options.ccache = "/c";
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-306");
	/* The keytab has the old key, too. */
	f->rows[0].cached_opening = &opens;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-200");
	/* The number is the same, of another account. */
	f->rows[0].cached->kvno = 2;
	f->rows[0].opening = &opens;
	f->rows[0].cached_opening = &not;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-306; WEB-400");
}

static void dns(void **_state)
{
	struct facts *f = *_state;
	struct probe_dns said_of = {.late = "no PTR", .odd = "'a b'"};

	f->probe.dns = &said_of;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->probe.verdicts),
			    "WEB-103; WEB-104");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
}

static void a_ticket_for_another(void **_state)
{
	struct facts *f = *_state;

	answer_of(f, 1, SPN_KDC_TICKET, SPN_KDC_STANDS_IN, f->web);
	f->held[1].holder.stand_in = "HOST/web01";
	f->held[1].holder.exact.num_accounts = 0;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts),
			    "WEB-205 setspn -U -S 'HTTP/web01' 'svc'");
	assert_non_null(strstr(f->rows[1].verdicts.list[0].text,
			       "WEB01$, by HOST/web01"));
	/* Not known whose site: a computer may well be it. */
	f->probe.site = NULL;
	f->rows[1].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-206");
}

/* What holds it is taken from nobody for a keytab that may be another site's,
 * or that of the machine. */
static void a_keytab_is_given(void **_state)
{
	static const char fault[] = "WEB-205 setspn -U -D 'HTTP/web01' 'svc' "
				    "&& setspn -C -S 'HTTP/web01' 'WEB01$'";
	struct facts *f = *_state;
	struct probe_keytab_entry entry = {.principal = "WEB01$@R"};
	struct probe_keytab keytab = {.entries = &entry, .num_entries = 1};
	struct probe_http http = {.plain = {.status = 401},
				  .is_token_sent = true,
				  .with_token = {.status = 401}};

	f->probe.site = f->web;
	f->probe.keytab = &keytab;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-205");
	/* It has the site's name. */
	entry.principal = "HTTP/WEB01@R";
	f->rows[1].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), fault);
	entry.principal = "host/web01@R";
	f->rows[1].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-205");
	/* The web server has not opened it, either. */
	f->probe.http = &http;
	f->rows[1].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), fault);
}

static void an_address_is_typed(void **_state)
{
	struct facts *f = *_state;
	struct probe_target target = {.kind = PROBE_HOST_IPV4,
				      .host = "10.0.0.1",
				      .url = "http://10.0.0.1/"};

	answer_of(f, 1, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
	f->names[1].spn = "HTTP/10.0.0.1";
	f->probe.target = &target;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-201");
}

/* The KB's case, and only one of them is asked for. */
static void the_other_half(void **_state)
{
	struct facts *f = *_state;

	f->probe.num_rows = 1;
	f->held[0].partner_holder.exact.num_accounts = 0;
	/* HOST/web01 of the same account stands in. */
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-200");
	f->held[0].partner_holder.answer.account = f->web;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-209 setspn -U -S 'HTTP/web01' 'svc'");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
	f->held[0].partner_holder.exact.num_accounts = 1;
	f->held[0].partner_holder.exact.accounts = &f->list[1];
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-210");
}

static void errors_of_a_kdc(void **_state)
{
	static const struct {
		int32_t error;
		const char *said;
	} cases[] = {
		{-1, "WEB-302"},
		{12, "WEB-304"},
		{14, "WEB-207"},
		{18, "WEB-304"},
		{37, "WEB-303"},
		{60, "WEB-305"},
		/* This directory has it. */
		{7, "WEB-217"},
	};
	struct facts *f = *_state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->tickets[0].error = cases[i].error;
		f->tickets[0].text = "as the KDC says";
		f->rows[0].verdicts = (struct probe_verdicts){};
		facts_judge(f);
		assert_string_equal(facts_said(f, &f->rows[0].verdicts),
				    cases[i].said);
	}
	/* Without a directory nothing explains it. */
	f->rows[0].held = NULL;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-215");
}

static void states_of_an_account(void **_state)
{
	struct facts *f = *_state;

	f->held[0].who.is_disabled = true;
	f->held[1].who.kvno = 3;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-211");
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-214");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
}

static void rc4(void **_state)
{
	struct facts *f = *_state;
	struct probe_keytab_entry rc4_entry = {.principal = "svc@R",
					       .enctype = 23};

	f->tickets[0].enctype = 23;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-212 net ads enctypes set 'svc' 24 "
			    "--use-kerberos=required");
	/* Its keytab has nothing else. */
	f->probe.keytab = talloc_zero(f, struct probe_keytab);
	assert_non_null(f->probe.keytab);
	f->probe.keytab->entries = &rc4_entry;
	f->probe.keytab->num_entries = 1;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-212");
	f->probe.keytab = NULL;
	f->server.refuses_rc4 = true;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-411 net ads enctypes set 'svc' 24 "
			    "--use-kerberos=required");
}

/* Each code is there once, in order, and says something. */
static void table(void **_state)
{
	const struct probe_message *message = NULL;
	const char *before = "";
	size_t i;

	(void)_state;
	for (i = 0; (message = probe_message_at(i)) != NULL; i++) {
		assert_true(strcmp(before, message->code) < 0);
		assert_int_equal(strlen(message->code), strlen("WEB-100"));
		assert_true(strlen(message->title) > 4);
		assert_true(strlen(message->explanation) > 20);
		assert_ptr_equal(probe_message_find(message->code), message);
		before = message->code;
	}
	assert_null(probe_message_find("WEB-999"));
}

#define FACTS_TEST(function)                                                  \
	cmocka_unit_test_setup_teardown(function, facts_setup, facts_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FACTS_TEST(nothing_is_wrong),
		FACTS_TEST(no_ticket_to_begin_with),
		FACTS_TEST(other_services),
		FACTS_TEST(no_kdc_was_asked),
		FACTS_TEST(nobody_has_it),
		FACTS_TEST(whose_site_is_not_known),
		FACTS_TEST(names_of_strangers),
		FACTS_TEST(names_with_a_domain),
		FACTS_TEST(logs),
		FACTS_TEST(logs_are_of_many_sites),
		FACTS_TEST(several_have_it),
		FACTS_TEST(halves_of_two),
		FACTS_TEST(old_tickets),
		FACTS_TEST(dns),
		FACTS_TEST(a_ticket_for_another),
		FACTS_TEST(a_keytab_is_given),
		FACTS_TEST(an_address_is_typed),
		FACTS_TEST(the_other_half),
		FACTS_TEST(errors_of_a_kdc),
		FACTS_TEST(states_of_an_account),
		FACTS_TEST(rc4),
		cmocka_unit_test(table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
