/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same as test_probe_judge.c of the keytab and the web server.
 */
#include "judge_facts.h"

#define EXPORT                                                                \
	" samba-tool domain exportkeytab '/k.new' --principal='svc' && "      \
	"chown www '/k.new' && mv '/k.new' '/k'"
#define AES " net ads enctypes set 'svc' 24 --use-kerberos=required"

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
		facts_judge(f);
		assert_string_equal(facts_said(f, &f->rows[0].verdicts),
				    expected[i]);
	}
	/* Of the ticket's type there is a key, once the account has AES. */
	f->tickets[0].enctype = 23;
	opening->result = PROBE_NOT_ENCTYPE;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-403" AES);
}

static const char *of_file(struct facts *f)
{
	f->probe.verdicts = (struct probe_verdicts){};
	f->rows[0].verdicts = (struct probe_verdicts){};
	f->rows[1].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	return facts_said(f, &f->probe.verdicts);
}

/* A new keytab is offered only where there is none. */
static void files(void **_state)
{
	struct facts *f = *_state;
	struct probe_keytab keytab = {};

	f->options.keytab = "/k";
	f->server.user = "www";
	f->probe.keytab_reason = "it cannot be read";
	f->probe.keytab_file = PROBE_FILE_MISSING;
	assert_string_equal(of_file(f), "WEB-402" EXPORT);
	f->probe.keytab_file = PROBE_FILE_OTHER;
	assert_string_equal(of_file(f), "WEB-402");
	f->probe.keytab_file = PROBE_FILE_NOT_OURS;
	assert_string_equal(of_file(f), "WEB-419");
	assert_int_equal(probe_status(&f->probe), PROBE_ALL_WORK);
	f->probe.keytab_reason = NULL;
	f->probe.keytab = &keytab;
	keytab.unreadable = "www may not read /k (root); chgrp www '/k' && "
			    "chmod 640 '/k'";
	keytab.exposed = "everybody may read; chmod o-rwx '/k'";
	keytab.damage = "/k is cut off";
	assert_string_equal(of_file(f),
			    "WEB-401 chgrp www '/k' && chmod 640 '/k'; "
			    "WEB-417 chmod o-rwx '/k'; WEB-416");
	keytab.unreadable = "www may not read /etc/krb5.keytab; leave it so";
	keytab.exposed = NULL;
	keytab.damage = NULL;
	assert_string_equal(of_file(f), "WEB-401");
}

/* Other keys in the file stay: it may be that of the machine. */
static void keys_of_others(void **_state)
{
	struct facts *f = *_state;
	struct probe_keytab_entry entries[] = {{.principal = "svc@R"},
					       {.principal = "WEB01$@R"}};
	struct probe_keytab keytab = {.entries = entries, .num_entries = 1};
	struct probe_opening not = {.result = PROBE_NOT_KEY, .detail = "no"};

	f->options.keytab = "/k";
	f->server.user = "www";
	f->probe.keytab = &keytab;
	f->rows[0].opening = &not;
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-406" EXPORT);
	keytab.num_entries = 2;
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-406 samba-tool domain exportkeytab '/k.new' "
			    "--principal='svc' && printf 'rkt /k.new\\nwkt "
			    "/k\\n' | ktutil && rm '/k.new'");
	/* No ktutil takes that. */
	f->options.keytab = "/a b";
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts),
			    "WEB-406 samba-tool domain exportkeytab "
			    "'/a b.new' --principal='svc'");
	/* Of somebody else: a KDC reads a realm in it. */
	f->svc->sam_account_name = "krbtgt@R";
	f->rows[0].verdicts = (struct probe_verdicts){};
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-406");
}

struct http_case {
	struct probe_http http;
	const char *said;
};

#define ASKS .status = 401
#define NEGOTIATES ASKS, .offers_negotiate = true
#define TO_A_TICKET .plain = {NEGOTIATES}, .is_token_sent = true
#define BY_PROXY                                                              \
	.is_proxy = true, .proxy_spn = "HTTP/proxy",                          \
	.plain = {.status = 407, .offers_negotiate = true},                   \
	.is_token_sent = true

static const struct http_case http_cases[] = {
	{{.failure = "no answer"}, "WEB-501"},
	{{.plain = {.status = 200}}, "WEB-502"},
	{{.plain = {ASKS}}, "WEB-503 AuthType GSSAPI"},
	{{.plain = {ASKS, .offers_ntlm = true}}, "WEB-504 AuthType GSSAPI"},
	{{.plain = {ASKS, .offers_ntlm = true, .server = "Microsoft-IIS/6.0"}},
	 "WEB-504 cscript adsutil.vbs set "
	 "w3svc/NTAuthenticationProviders \"Negotiate,NTLM\""},
	{{.plain = {ASKS, .offers_basic = true}}, "WEB-505 AuthType GSSAPI"},
	{{.plain = {NEGOTIATES}}, ""},
	{{.plain = {.status = 503}}, "WEB-513"},
	{{.plain = {NEGOTIATES}, .no_token = "no"}, "WEB-515"},
	{{TO_A_TICKET, .failure = "reset"}, "WEB-514"},
	{{TO_A_TICKET, .with_token = {.status = 200}}, "WEB-500"},
	{{TO_A_TICKET, .with_token = {.status = 302, .location = "http://x/"}},
	 "WEB-500; WEB-511"},
	{{TO_A_TICKET, .with_token = {ASKS}}, "WEB-506"},
	{{TO_A_TICKET, .with_token = {ASKS, .krb_error = 44}}, "WEB-507"},
	{{TO_A_TICKET, .with_token = {ASKS, .krb_error = 37}}, "WEB-508"},
	{{TO_A_TICKET, .with_token = {.status = 400}, .token_len = 9000},
	 "WEB-509 LimitRequestFieldSize 65536"},
	{{TO_A_TICKET, .with_token = {.status = 400}, .token_len = 2000},
	 "WEB-513"},
	{{TO_A_TICKET, .with_token = {.status = 403}}, "WEB-510"},
	{{.plain = {.status = 302, .location = "http://x/"}}, "WEB-511"},
	{{.is_proxy = true,
	  .plain = {.status = 407, .offers_negotiate = true}},
	 "WEB-512"},
	{{BY_PROXY, .with_token = {.status = 407}}, "WEB-512; WEB-506"},
	{{BY_PROXY, .with_token = {ASKS}}, "WEB-512; WEB-500"},
	{{.plain = {NEGOTIATES, .has_date = true, .clock_offset = -301}},
	 "WEB-508"},
	{{.plain = {NEGOTIATES, .has_date = true, .clock_offset = 299}}, ""},
};

static void web_servers(void **_state)
{
	struct facts *f = *_state;
	size_t i;

	for (i = 0; i < sizeof(http_cases) / sizeof(http_cases[0]); i++) {
		f->probe.http = talloc_memdup(f,
					      &http_cases[i].http,
					      sizeof(http_cases[i].http));
		assert_non_null(f->probe.http);
		f->probe.verdicts = (struct probe_verdicts){};
		f->rows[0].verdicts = (struct probe_verdicts){};
		f->rows[1].verdicts = (struct probe_verdicts){};
		facts_judge(f);
		assert_string_equal(facts_said(f, &f->probe.verdicts),
				    http_cases[i].said);
	}
}

/* What the web server takes counts more than a keytab that somebody gives. */
static void another_keytab(void **_state)
{
	struct facts *f = *_state;
	struct probe_http http = {TO_A_TICKET, .with_token = {.status = 200}};
	struct probe_opening not = {.result = PROBE_NOT_NAME, .detail = "no"};
	struct probe_keytab keytab = {.unreadable = "www may not read it"};
	struct spn_account *other = facts_account(f, "other", SPN_KIND_USER);
	const struct spn_account *owners[] = {other};

	f->names[0].is_this_machine = true;
	f->probe.http = &http;
	f->probe.keytab = &keytab;
	f->probe.owners = owners;
	keytab.entries = talloc_zero(f, struct probe_keytab_entry);
	assert_non_null(keytab.entries);
	keytab.entries->principal = "other@R";
	keytab.num_entries = 1;
	f->rows[0].opening = &not;
	f->rows[1].opening = &not;
	probe_find_site(&f->probe);
	assert_ptr_equal(f->probe.site, f->svc);
	facts_judge(f);
	assert_string_equal(facts_said(f, &f->rows[0].verdicts), "WEB-200");
	assert_string_equal(facts_said(f, &f->rows[1].verdicts), "WEB-200");
	assert_string_equal(facts_said(f, &f->probe.verdicts),
			    "WEB-418; WEB-500");
	/* It was not asked: the keytab is all that tells. */
	f->probe.http = NULL;
	probe_find_site(&f->probe);
	assert_ptr_equal(f->probe.site, other);
	/* But of another host it tells nothing. */
	keytab.entries->principal = "HTTP/other@R";
	f->probe.site = NULL;
	probe_find_site(&f->probe);
	assert_ptr_equal(f->probe.site, f->svc);
	assert_false(f->probe.is_site_seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keytabs,
						facts_setup,
						facts_teardown),
		cmocka_unit_test_setup_teardown(files,
						facts_setup,
						facts_teardown),
		cmocka_unit_test_setup_teardown(keys_of_others,
						facts_setup,
						facts_teardown),
		cmocka_unit_test_setup_teardown(web_servers,
						facts_setup,
						facts_teardown),
		cmocka_unit_test_setup_teardown(another_keytab,
						facts_setup,
						facts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
