/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole of modules/policy/ over a small forest: a few accounts, then one
 * request of several changes, completed and judged as the module does it. The
 * bytes choose from short lists, so that names meet each other often.
 *
 * What must hold when nothing of level deny is found:
 *	P1  no SPN that was brought is held by another account;
 *	P2  the partner of every plain http SPN that was brought leads a KDC to
 *	    this account and no other;
 * and always: what has been completed wants no more completion, nothing that
 * syntax would refuse comes of it, and a partial index comes to the same
 * duplicates as a complete one.
 */
#include "fuzz.h"

#include <ctype.h>

#include "audit/rules/messages.h"
#include "audit/rules/rules.h"
#include "policy/completion.h"
#include "policy/host_pair.h"
#include "policy/partial.h"

#define MAX_LEN 256
#define MAX_ACCOUNTS 4
#define MAX_CHANGES 4
#define MAX_VALUES 4
#define MAX_ROUNDS 16 /* as modules/spn_transaction.c */

struct input {
	const uint8_t *data;
	size_t size;
};

struct world {
	TALLOC_CTX *mem_ctx;
	struct spn_fold fold;
	struct spn_forest *forest;
	struct spn_settings *settings;
	struct spn_account *accounts[MAX_ACCOUNTS];
	size_t num_accounts;
};

static const char *const classes[] = {
	"http",
	"HTTP",
	"host",
	"HOST",
	"www",
	"cifs",
	"foo",
	"Http",
};
static const char *const labels[] = {"web01", "WEB01", "web02", "app"};
static const char *const suffixes[] = {
	"",
	".example.com",
	".sub.example.com",
	".else.net",
};
/* Behind the host name of every eighth value. */
static const char *const tails[] =
	{":80", ",x", "/y", "@E", " ", "\\", ".", "<x>"};

/* 0 when the input is at its end. */
static uint8_t next(struct input *in)
{
	if (in->size == 0) {
		return 0;
	}
	in->size--;
	return *in->data++;
}

static bool fold_ascii(void *private_data,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str value,
		       struct spn_str *_folded)
{
	char *out = talloc_array(mem_ctx, char, value.len + 1);
	size_t i;

	(void)private_data;
	FUZZ_CHECK(out != NULL);
	for (i = 0; i < value.len; i++) {
		out[i] = (char)toupper((unsigned char)value.data[i]);
	}
	out[value.len] = '\0';
	*_folded = (struct spn_str){.data = out, .len = value.len};
	return true;
}

static char *next_host(TALLOC_CTX *mem_ctx, uint8_t byte)
{
	return talloc_asprintf(mem_ctx,
			       "%s%s",
			       labels[byte & 3],
			       suffixes[(byte >> 2) & 3]);
}

/* Two bytes a value; 0xff as the first: raw bytes, the second says how many.
 */
static struct spn_str next_spn(struct world *w, struct input *in)
{
	uint8_t first = next(in);
	uint8_t second = next(in);
	char *text = NULL;

	if (first == 0xff) {
		size_t len = second & 15;
		struct spn_str raw = {};

		raw.len = (len < in->size) ? len : in->size;
		raw.data = (const char *)in->data;
		in->data += raw.len;
		in->size -= raw.len;
		return spn_str_dup(w->mem_ctx, raw);
	}
	text = talloc_asprintf(w->mem_ctx,
			       "%s/%s%s",
			       classes[first & 7],
			       next_host(w->mem_ctx, second),
			       ((first & 0x38) == 0x38) ? tails[second >> 5]
							: "");
	return spn_str_of(text);
}

/* Names of computers are unique in a domain. */
static const char *next_sam(struct world *w,
			    struct spn_account *account,
			    const char *label)
{
	const char *sam = talloc_asprintf(account, "%s$", label);
	size_t i;

	for (i = 0; i < w->num_accounts; i++) {
		if (strcmp(w->accounts[i]->sam_account_name, sam) == 0) {
			label = account->object_guid;
		}
	}
	return talloc_asprintf(account,
			       "%s%s",
			       label,
			       (account->kind == SPN_KIND_USER) ? "" : "$");
}

static struct spn_account *next_account(struct world *w, struct input *in)
{
	static const enum spn_kind kinds[] = {SPN_KIND_USER,
					      SPN_KIND_COMPUTER,
					      SPN_KIND_GMSA,
					      SPN_KIND_COMPUTER};
	uint8_t how = next(in);
	uint8_t names = next(in);
	char *guid = talloc_asprintf(w->mem_ctx, "guid%zu", w->num_accounts);
	struct spn_account *account = spn_account_new(w->mem_ctx, guid);
	size_t num = (how >> 2) & 3;
	size_t i;

	account->kind = kinds[how & 3];
	account->dn = talloc_asprintf(account,
				      "CN=%s,DC=example,DC=com",
				      labels[(how >> 5) & 3]);
	account->dns_domain = w->forest->dns_domain;
	account->sam_account_name = next_sam(w, account, labels[names & 3]);
	if (account->kind != SPN_KIND_USER && (how & 0x10) != 0) {
		account->dns_host_name = next_host(account, names >> 2);
	}
	if (account->dns_host_name != NULL &&
	    strchr(account->dns_host_name, '.') == NULL)
	{
		account->dns_host_name = NULL;
	}
	for (i = 0; i < num; i++) {
		struct spn_str value = next_spn(w, in);
		struct spn_str key = {};

		/* No directory holds a value twice, or one that is no text. */
		fold_ascii(NULL, w->mem_ctx, value, &key);
		FUZZ_CHECK(!spn_str_is_utf8(value) ||
			   spn_account_find(account, key) != NULL ||
			   spn_account_add(account, &w->fold, value));
	}
	return account;
}

static void make_world(struct world *w, struct input *in)
{
	static const char *const lines[] = {
		"http-pair=deny",
		"http-pair=warn",
		"alias-spn=deny",
		"duplicate-spn=warn",
		"pair-classes=foo",
		"exempt-host=app*",
		"exempt-account=guid1",
		"dns-suffix=else.net",
	};
	static const char *const halves[] = {"replace-half=deny",
					     "replace-half=keep",
					     "replace-half=remove",
					     "replace-half=deny"};
	uint8_t set = next(in);
	const char *reason = NULL;
	uint8_t how = 0;
	size_t i;

	w->mem_ctx = talloc_new(NULL);
	w->fold.fn = fold_ascii;
	w->forest = talloc_zero(w->mem_ctx, struct spn_forest);
	w->forest->mappings = spn_mappings_new(w->forest);
	spn_mappings_add(w->forest->mappings,
			 spn_str_of("host=alerter,cifs,http,www"));
	w->forest->dns_suffixes = talloc_zero_array(w->forest,
						    const char *,
						    3);
	w->forest->dns_suffixes[0] = "example.com";
	w->forest->dns_suffixes[1] = "sub.example.com";
	w->forest->dns_domain = "example.com";
	w->forest->ds_heuristics = "";
	w->settings = spn_settings_new(w->mem_ctx, spn_rules());
	for (i = 0; i < 8; i++) {
		FUZZ_CHECK((set & (1u << i)) == 0 ||
			   spn_settings_set_line(w->settings,
						 spn_str_of(lines[i]),
						 &reason));
	}
	how = next(in);
	FUZZ_CHECK(spn_settings_set_line(w->settings,
					 spn_str_of(halves[(how >> 2) & 3]),
					 &reason));
	for (i = (how & 3) + 1; i > 0; i--) {
		w->accounts[w->num_accounts] = next_account(w, in);
		w->num_accounts++;
	}
}

/* The forest with this state of account 0. */
static struct spn_census *census_of(struct world *w,
				    const struct spn_account *after)
{
	struct spn_census *census = spn_census_new(w->mem_ctx, w->fold);
	size_t i;

	FUZZ_CHECK(spn_census_add(census, after));
	for (i = 1; i < w->num_accounts; i++) {
		FUZZ_CHECK(spn_census_add(census, w->accounts[i]));
	}
	return census;
}

static struct spn_case case_of(struct world *w,
			       const struct spn_account *before,
			       const struct spn_account *after,
			       struct spn_index *index)
{
	return (struct spn_case){
		.before = before,
		.after = after,
		.is_write = true,
		.index = index,
		.forest = w->forest,
		.settings = w->settings,
	};
}

static struct spn_account *apply_request(struct world *w,
					 struct input *in,
					 struct spn_changed *_changed)
{
	struct spn_change changes[MAX_CHANGES] = {};
	size_t num_changes = (next(in) & 3) + 1;
	struct spn_account *after = NULL;
	size_t i;
	size_t j;

	for (i = 0; i < num_changes; i++) {
		uint8_t how = next(in);
		struct spn_str *values = talloc_array(w->mem_ctx,
						      struct spn_str,
						      MAX_VALUES);

		changes[i].kind = (enum spn_change_kind)((how & 3) % 3);
		changes[i].num_values = (how >> 2) & 3;
		changes[i].values = values;
		for (j = 0; j < changes[i].num_values; j++) {
			values[j] = next_spn(w, in);
		}
	}
	after = spn_changes_apply(w->mem_ctx,
				  w->accounts[0],
				  &w->fold,
				  changes,
				  num_changes,
				  _changed);
	FUZZ_CHECK(after != NULL);
	return after;
}

static struct spn_account *apply_completion(struct world *w,
					    const struct spn_account *after,
					    const struct spn_completion *more)
{
	struct spn_change changes[2] = {
		{SPN_CHANGE_ADD, more->add, more->num_add},
		{SPN_CHANGE_DELETE, more->remove, more->num_remove},
	};
	struct spn_changed changed = {};
	struct spn_account *completed =
		spn_changes_apply(w->mem_ctx,
				  after,
				  &w->fold,
				  changes,
				  (more->num_remove > 0) ? 2 : 1,
				  &changed);

	/* What it adds was not there, what it takes was. */
	FUZZ_CHECK(completed != NULL && changed.is_clean);
	return completed;
}

/* "class/host" is held by somebody who is not this account. */
static bool held_by_others(const struct spn_case *c,
			   TALLOC_CTX *mem_ctx,
			   const struct spn_value *value)
{
	struct spn_holders holders = {};

	FUZZ_CHECK(spn_index_holders_of(c->index, mem_ctx, value, &holders));
	spn_holders_leave_out(&holders, c->after);
	return holders.num_accounts > 0;
}

static void check_pair(const struct spn_case *c,
		       TALLOC_CTX *mem_ctx,
		       const struct spn_value *value)
{
	struct spn_holders effective = {};
	struct spn_holders exact = {};
	struct spn_fqdns fqdns = {};
	const char *partner = NULL;
	struct spn spn = {};
	bool has = false;

	if (spn_parse(value->value, &spn) != SPN_SYNTAX_OK ||
	    !spn_is_plain(&spn) ||
	    !spn_settings_is_pair_class(c->settings, spn.service_class) ||
	    spn_settings_is_exempt_host(c->settings, spn.host_name))
	{
		return;
	}
	FUZZ_CHECK(
		spn_host_partner(c, mem_ctx, spn.host_name, &partner, NULL));
	if (partner == NULL) {
		return;
	}
	FUZZ_CHECK(spn_case_effective(c,
				      mem_ctx,
				      spn.service_class,
				      spn_str_of(partner),
				      &effective));
	FUZZ_CHECK(spn_index_holders(c->index,
				     mem_ctx,
				     spn.service_class,
				     spn_str_of(partner),
				     &exact));
	FUZZ_CHECK(spn_host_has_fqdn(c, mem_ctx, &fqdns, value, NULL, &has));
	FUZZ_CHECK(has || spn_holders_is_only(&effective, c->after) ||
		   spn_holders_is_only(&exact, c->after)); /* P2 */
}

/* Nothing was refused: is the account what it should be? */
static void check_accepted(struct world *w, const struct spn_case *c)
{
	bool exempt =
		spn_settings_is_exempt_account(c->settings,
					       c->after->object_guid,
					       c->after->sam_account_name);
	size_t i;

	for (i = 0; i < c->after->spns.num; i++) {
		const struct spn_value *value = &c->after->spns.values[i];

		if (spn_set_has(&c->before->spns, value->key)) {
			continue;
		}
		if (spn_settings_level_of(c->settings, "duplicate-spn") ==
		    SPN_LEVEL_DENY)
		{
			FUZZ_CHECK(!held_by_others(c, w->mem_ctx, value));
		}
		if (!exempt &&
		    spn_settings_level_of(c->settings, "http-pair") >
			    SPN_LEVEL_WARN)
		{
			check_pair(c, w->mem_ctx, value);
		}
	}
}

static bool answers(const struct world *w,
		    const struct spn_account *account,
		    const struct spn_question *question)
{
	struct spn_str key = {};

	if (question->kind == SPN_ASK_COMPUTER) {
		return spn_str_is(question->text, account->sam_account_name);
	}
	if (question->kind == SPN_ASK_CN) {
		FUZZ_CHECK(spn_account_cn(w->mem_ctx, account, &key));
		return spn_str_equal_nocase(question->text, key);
	}
	fold_ascii(NULL, w->mem_ctx, question->text, &key);
	return spn_account_find(account, key) != NULL;
}

/* Looks all open questions up, as spn_store does. False: there was none. */
static bool answer(struct world *w, struct spn_partial *partial)
{
	size_t num = 0;
	const struct spn_question *open = spn_partial_open_questions(partial,
								     &num);
	size_t q;
	size_t i;

	for (q = 0; q < num; q++) {
		for (i = 1; i < w->num_accounts; i++) {
			FUZZ_CHECK(!answers(w, w->accounts[i], &open[q]) ||
				   spn_partial_add(partial, w->accounts[i]));
		}
	}
	FUZZ_CHECK(spn_partial_answered(partial, true));
	return num > 0;
}

static void check_partial(struct world *w,
			  const struct spn_case *c,
			  const struct spn_report *wanted)
{
	struct spn_partial *index = spn_partial_new(w->mem_ctx, w->fold);
	struct spn_case partial =
		case_of(w, c->before, c->after, spn_partial_index(index));
	struct spn_report *report = NULL;
	size_t rounds = 0;

	FUZZ_CHECK(spn_partial_add(index, c->after));
	do {
		FUZZ_CHECK(rounds++ < MAX_ROUNDS);
		report = spn_report_new(w->mem_ctx);
		FUZZ_CHECK(spn_rules_judge(&partial, report));
	} while (answer(w, index));
	FUZZ_CHECK(report->num_violations == wanted->num_violations);
}

static void check_texts(struct world *w, const struct spn_report *report)
{
	const struct spn_log_context context = {.mode = "enforce"};
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];
		struct spn_str text = {};

		text = spn_str_of(
			spn_violation_log_text(w->mem_ctx, v, &context));
		FUZZ_CHECK(text.len > 0 && spn_str_is_utf8(text));
		FUZZ_CHECK(memchr(text.data, '\n', text.len) == NULL);
		FUZZ_CHECK(spn_violation_log_json(w->mem_ctx, v, &context) !=
			   NULL);
		if (v->message->client != NULL) {
			text = spn_str_of(
				spn_violation_client_text(w->mem_ctx, v));
			FUZZ_CHECK(text.len > 0 && spn_str_is_utf8(text));
			FUZZ_CHECK(strpbrk(text.data, "\r\n\x7f") == NULL);
		}
	}
}

/* What completion adds is good, whatever it was added for. */
static void check_added(const struct spn_completion *more)
{
	size_t i;

	for (i = 0; i < more->num_add; i++) {
		struct spn spn = {};

		FUZZ_CHECK(spn_parse(more->add[i], &spn) == SPN_SYNTAX_OK);
		FUZZ_CHECK(spn_is_good(&spn));
	}
}

static void check_request(struct world *w, struct input *in)
{
	const struct spn_account *before = w->accounts[0];
	struct spn_changed changed = {};
	struct spn_account *after = apply_request(w, in, &changed);
	struct spn_completion more = {};
	struct spn_report *report = spn_report_new(w->mem_ctx);
	struct audit_case audit = {.census = census_of(w, after)};
	struct spn_case c =
		case_of(w, before, after, spn_census_index(audit.census));
	bool yes = false;

	c.left_out = &changed.left_out;
	FUZZ_CHECK(spn_complete(&c, w->mem_ctx, &more));
	check_added(&more);
	after = apply_completion(w, after, &more);
	audit.census = census_of(w, after);
	c = case_of(w, before, after, spn_census_index(audit.census));
	c.left_out = &changed.left_out;
	FUZZ_CHECK(spn_complete(&c, w->mem_ctx, &more));
	FUZZ_CHECK(more.num_add == 0 && more.num_remove == 0);
	FUZZ_CHECK(spn_gives_up_duplicate(&c, &yes));
	FUZZ_CHECK(spn_rules_judge(&c, report));
	if (spn_report_refusal(report) == NULL) {
		check_accepted(w, &c);
	}
	check_partial(w, &c, report);
	check_texts(w, report);
	/* An audit of the same. */
	c.is_write = false;
	c.before = NULL;
	c.left_out = NULL;
	c.wide_index = c.index;
	audit.c = c;
	FUZZ_CHECK(audit_rules_judge(&audit, report));
	check_texts(w, report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {.data = data, .size = size};
	struct world w = {};

	if (size > MAX_LEN) {
		return 0;
	}
	make_world(&w, &in);
	check_request(&w, &in);
	talloc_free(w.mem_ctx);
	return 0;
}
