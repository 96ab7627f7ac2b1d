/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From facts to verdicts: one case for each, with what is to be typed. Whether
 * the facts are right is for testenv's web sites to say.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probe/judge.h"

struct facts {
	struct probe probe;
	struct probe_options options;
	struct probe_server server;
	struct probe_name names[2];
	struct probe_row rows[2];
	struct probe_held held[2];
	struct probe_ticket tickets[2];
	struct spn_account *svc, *web;
	const struct spn_account *list[2];
};

static struct spn_account *new_account(TALLOC_CTX *mem_ctx,
				       const char *name,
				       enum spn_kind kind)
{
	struct spn_account *account = spn_account_new(mem_ctx, name);

	assert_non_null(account);
	account->sam_account_name = name;
	account->dn = name;
	account->kind = kind;
	return account;
}

/* HTTP/web01 and HTTP/web01.example.com, both on svc, whose site it is. */
static int setup(void **_state)
{
	struct facts *f = talloc_zero(NULL, struct facts);
	size_t i;

	assert_non_null(f);
	f->svc = new_account(f, "svc", SPN_KIND_USER);
	f->web = new_account(f, "WEB01$", SPN_KIND_COMPUTER);
	f->server = (struct probe_server){.word = "apache", .title = "Apache"};
	f->options = (struct probe_options){.server = &f->server};
	f->names[0].spn = "HTTP/web01.example.com";
	f->names[1].spn = "HTTP/web01";
	f->list[0] = f->svc;
	f->list[1] = f->web;
	for (i = 0; i < 2; i++) {
		f->held[i].holder = (struct spn_key_holder){
			.is_known = true,
			.answer = {.reason = SPN_KDC_HELD, .account = f->svc},
			.exact = {.accounts = f->list, .num_accounts = 1},
		};
		f->held[i].who.account = f->svc;
		f->held[i].partner = f->names[1 - i].spn;
		f->held[i].partner_holder = f->held[i].holder;
		f->tickets[i] = (struct probe_ticket){.enctype = 18,
						      .kvno = 2};
		f->rows[i] = (struct probe_row){
			.name = &f->names[i],
			.held = talloc(f, struct probe_held),
			.ticket = &f->tickets[i],
		};
	}
	f->probe = (struct probe){
		.options = &f->options,
		.rows = f->rows,
		.num_rows = 2,
		.site = f->svc,
		.login_words = "",
	};
	*_state = f;
	return 0;
}

static int teardown(void **_state)
{
	talloc_free(*_state);
	return 0;
}

static void judge(struct facts *f)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		if (f->rows[i].held != NULL) {
			*f->rows[i].held = f->held[i];
		}
	}
	/* What is added goes with it. */
	{
		struct probe *probe = talloc(f, struct probe);

		assert_non_null(probe);
		*probe = f->probe;
		assert_true(probe_judge(probe));
		f->probe.verdicts = probe->verdicts;
	}
}

/* "WEB-201 setspn ...; ..." of all verdicts. */
static const char *said(struct facts *f, const struct probe_verdicts *verdicts)
{
	char *text = talloc_strdup(f, "");
	size_t i;
	size_t j;

	for (i = 0; i < verdicts->num; i++) {
		const struct probe_verdict *verdict = &verdicts->list[i];

		text = talloc_asprintf_append(text,
					      "%s%s",
					      (i == 0) ? "" : "; ",
					      verdict->message->code);
		for (j = 0; j < verdict->num_fixes; j++) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      (j == 0) ? " " : " && ",
						      verdict->fixes[j]);
		}
	}
	assert_non_null(text);
	return text;
}

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

	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts), "WEB-200");
	assert_string_equal(said(f, &f->rows[1].verdicts), "WEB-200");
	assert_string_equal(said(f, &f->probe.verdicts), "");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
}

/* Of which nobody is found, and https/ is no help. */
static void nobody_has_it(void **_state)
{
	struct facts *f = *_state;

	answer_of(f, 1, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
	f->held[1].holder.exact.num_accounts = 0;
	judge(f);
	assert_string_equal(said(f, &f->rows[1].verdicts),
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
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts),
			    "WEB-201 setspn -C -S 'HTTP/web01.example.com' "
			    "'WEB01$'; WEB-213");
	assert_string_equal(said(f, &f->rows[1].verdicts),
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
	};
	struct facts *f = *_state;
	size_t i;

	f->probe.site = NULL;
	answer_of(f, 0, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY, NULL);
	f->held[0].partner_holder.exact.num_accounts = 0;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->names[0].spn = cases[i].name;
		f->rows[0].verdicts = (struct probe_verdicts){};
		judge(f);
		assert_string_equal(said(f, &f->rows[0].verdicts),
				    cases[i].said);
		assert_string_equal(f->rows[0].verdicts.list[0].text,
				    cases[i].text);
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
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts), "WEB-604");
	assert_string_equal(said(f, &f->rows[1].verdicts),
			    "WEB-603 net ads enctypes set 'svc' 24");
}

static void several_have_it(void **_state)
{
	struct facts *f = *_state;

	answer_of(f, 0, SPN_KDC_UNKNOWN, SPN_KDC_DUPLICATE, NULL);
	answer_of(f, 1, SPN_KDC_UNKNOWN, SPN_KDC_HIDDEN_DUPLICATE, NULL);
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts),
			    "WEB-202 setspn -C -D 'HTTP/web01.example.com' "
			    "'WEB01$'");
	assert_string_equal(said(f, &f->rows[1].verdicts), "WEB-203");
}

static void a_ticket_for_another(void **_state)
{
	struct facts *f = *_state;

	answer_of(f, 1, SPN_KDC_TICKET, SPN_KDC_STANDS_IN, f->web);
	f->held[1].holder.stand_in = "HOST/web01";
	f->held[1].holder.exact.num_accounts = 0;
	judge(f);
	assert_string_equal(said(f, &f->rows[1].verdicts),
			    "WEB-205 setspn -U -S 'HTTP/web01' 'svc'");
	assert_non_null(strstr(f->rows[1].verdicts.list[0].text,
			       "WEB01$, by HOST/web01"));
	/* Not known whose site: a computer may well be it. */
	f->probe.site = NULL;
	f->rows[1].verdicts = (struct probe_verdicts){};
	judge(f);
	assert_string_equal(said(f, &f->rows[1].verdicts), "WEB-206");
}

/* The KB's case, and only one of them is asked for. */
static void the_other_half(void **_state)
{
	struct facts *f = *_state;

	f->probe.num_rows = 1;
	f->held[0].partner_holder.exact.num_accounts = 0;
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts),
			    "WEB-209 setspn -U -S 'HTTP/web01' 'svc'");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
	f->held[0].partner_holder.exact.num_accounts = 1;
	f->held[0].partner_holder.exact.accounts = &f->list[1];
	f->rows[0].verdicts = (struct probe_verdicts){};
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts), "WEB-210");
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
		{7, "WEB-214"},
	};
	struct facts *f = *_state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->tickets[0].error = cases[i].error;
		f->tickets[0].text = "as the KDC says";
		f->rows[0].verdicts = (struct probe_verdicts){};
		judge(f);
		assert_string_equal(said(f, &f->rows[0].verdicts),
				    cases[i].said);
	}
	/* Without a directory nothing explains it. */
	f->rows[0].held = NULL;
	f->rows[0].verdicts = (struct probe_verdicts){};
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts), "WEB-215");
}

static void states_of_an_account(void **_state)
{
	struct facts *f = *_state;

	f->held[0].who.is_disabled = true;
	f->held[1].who.kvno = 3;
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts), "WEB-211");
	assert_string_equal(said(f, &f->rows[1].verdicts), "WEB-214");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
}

static void rc4(void **_state)
{
	struct facts *f = *_state;

	f->tickets[0].enctype = 23;
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts),
			    "WEB-212 net ads enctypes set 'svc' 24");
	f->server.refuses_rc4 = true;
	f->rows[0].verdicts = (struct probe_verdicts){};
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts),
			    "WEB-411 net ads enctypes set 'svc' 24");
}

#define EXPORT                                                                \
	" samba-tool domain exportkeytab '/k.new' --principal='svc' && "      \
	"chown www '/k.new' && mv '/k.new' '/k'"
#define AES " net ads enctypes set 'svc' 24"

static void keytabs(void **_state)
{
	static const char *const expected[] = {
		[PROBE_OPENS] = "WEB-400",
		[PROBE_OPENS_OTHER_KVNO] = "WEB-408" EXPORT,
		[PROBE_OPENS_OTHER_NAME] = "WEB-409" EXPORT,
		[PROBE_OPENS_OTHER_CASE] = "WEB-410" EXPORT,
		[PROBE_OPENS_RC4] = "WEB-411" AES,
		[PROBE_NOT_ENCTYPE] = "WEB-403" EXPORT,
		[PROBE_NOT_KVNO_OLDER] = "WEB-404" EXPORT,
		[PROBE_NOT_KVNO_NEWER] = "WEB-405",
		[PROBE_NOT_KEY] = "WEB-406" EXPORT,
		[PROBE_NOT_NAME] = "WEB-407" EXPORT,
	};
	struct facts *f = *_state;
	struct probe_opening *opening = talloc_zero(f, struct probe_opening);
	size_t i;

	assert_non_null(opening);
	opening->detail = "what differs";
	f->probe.keytab = talloc_zero(f, struct probe_keytab);
	assert_non_null(f->probe.keytab);
	f->probe.keytab->path = "/k";
	f->options.keytab = "/k";
	f->server.user = "www";
	f->rows[0].opening = opening;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		opening->result = (enum probe_opens)i;
		f->rows[0].verdicts = (struct probe_verdicts){};
		judge(f);
		assert_string_equal(said(f, &f->rows[0].verdicts),
				    expected[i]);
	}
	/* Of the ticket's type there is a key, once the account has AES. */
	f->tickets[0].enctype = 23;
	opening->result = PROBE_NOT_ENCTYPE;
	f->rows[0].verdicts = (struct probe_verdicts){};
	judge(f);
	assert_string_equal(said(f, &f->rows[0].verdicts), "WEB-403" AES);
}

struct http_case {
	struct probe_http http;
	const char *said;
};

#define ASKS .status = 401
#define NEGOTIATES ASKS, .offers_negotiate = true
#define TO_A_TICKET .plain = {NEGOTIATES}, .is_token_sent = true

static void web_servers(void **_state)
{
	const struct http_case cases[] = {
		{{.failure = "no answer"}, "WEB-501"},
		{{.plain = {.status = 200}}, "WEB-502"},
		{{.plain = {ASKS}}, "WEB-503 AuthType GSSAPI"},
		{{.plain = {ASKS, .offers_ntlm = true}},
		 "WEB-504 AuthType GSSAPI"},
		{{.plain = {ASKS,
			    .offers_ntlm = true,
			    .server = "Microsoft-IIS/6.0"}},
		 "WEB-504 cscript adsutil.vbs set "
		 "w3svc/NTAuthenticationProviders \"Negotiate,NTLM\""},
		{{.plain = {ASKS, .offers_basic = true}},
		 "WEB-505 AuthType GSSAPI"},
		{{.plain = {NEGOTIATES}}, ""},
		{{TO_A_TICKET, .with_token = {.status = 200}}, "WEB-500"},
		{{TO_A_TICKET, .with_token = {ASKS}}, "WEB-506"},
		{{TO_A_TICKET, .with_token = {ASKS, .krb_error = 44}},
		 "WEB-507"},
		{{TO_A_TICKET, .with_token = {ASKS, .krb_error = 37}},
		 "WEB-508"},
		{{TO_A_TICKET,
		  .with_token = {.status = 400},
		  .token_len = 9000},
		 "WEB-509 LimitRequestFieldSize 65536"},
		{{TO_A_TICKET,
		  .with_token = {.status = 400},
		  .token_len = 2000},
		 "WEB-513"},
		{{TO_A_TICKET, .with_token = {.status = 403}}, "WEB-510"},
		{{.plain = {.status = 302, .location = "http://x/"}},
		 "WEB-511"},
		{{.is_proxy = true,
		  .plain = {.status = 407, .offers_negotiate = true}},
		 "WEB-512"},
		{{.plain = {NEGOTIATES,
			    .has_date = true,
			    .clock_offset = -301}},
		 "WEB-508"},
		{{.plain = {NEGOTIATES,
			    .has_date = true,
			    .clock_offset = 299}},
		 ""},
	};
	struct facts *f = *_state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->probe.http = talloc_memdup(f,
					      &cases[i].http,
					      sizeof(cases[i].http));
		assert_non_null(f->probe.http);
		f->probe.verdicts = (struct probe_verdicts){};
		f->rows[0].verdicts = (struct probe_verdicts){};
		f->rows[1].verdicts = (struct probe_verdicts){};
		judge(f);
		assert_string_equal(said(f, &f->probe.verdicts),
				    cases[i].said);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_wrong,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(nobody_has_it,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(whose_site_is_not_known,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(names_of_strangers,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(logs, setup, teardown),
		cmocka_unit_test_setup_teardown(several_have_it,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_ticket_for_another,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_other_half,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(errors_of_a_kdc,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(states_of_an_account,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(rc4, setup, teardown),
		cmocka_unit_test_setup_teardown(keytabs, setup, teardown),
		cmocka_unit_test_setup_teardown(web_servers, setup, teardown),
		cmocka_unit_test(table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
