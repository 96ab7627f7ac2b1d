/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A site of which nothing is wrong.
 */
#include "judge_facts.h"

struct spn_account *facts_account(TALLOC_CTX *mem_ctx,
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

int facts_setup(void **_state)
{
	struct facts *f = talloc_zero(NULL, struct facts);
	size_t i;

	assert_non_null(f);
	f->svc = facts_account(f, "svc", SPN_KIND_USER);
	f->web = facts_account(f, "WEB01$", SPN_KIND_COMPUTER);
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
			.held = talloc_memdup(f,
					      &f->held[i],
					      sizeof(f->held[i])),
			.ticket = &f->tickets[i],
		};
	}
	f->probe = (struct probe){
		.options = &f->options,
		.rows = f->rows,
		.num_rows = 2,
		.site = f->svc,
		.is_site_seen = true,
		.login_words = "",
	};
	*_state = f;
	return 0;
}

int facts_teardown(void **_state)
{
	talloc_free(*_state);
	return 0;
}

void facts_judge(struct facts *f)
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

const char *facts_said(struct facts *f, const struct probe_verdicts *verdicts)
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
