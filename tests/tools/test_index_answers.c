/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule does not know whom it asks: a census and a partial index that holds
 * some of the accounts, and learns the others by questions, answer the same.
 * Accounts and questions are generated from short lists, so that they meet.
 */
#include "lib/policy_fixture.h"
#include "policy/host_pair.h"

#include <stdlib.h>

#define NUM_WORLDS 3000
#define NUM_QUESTIONS 24
#define MAX_ACCOUNTS 48
#define MAX_GIVEN 2
#define MANY 40	 /* more than a census has in a list of the caller's own */
#define LARGE 70 /* values of an account that a partial index keeps apart */

/* Each is the name of one account of a world at most. */
static const char *const sams[] = {
	"web01$",
	"WEB02$",
	"averylongcompute$",
	"averylongcomput$",
	"srv17$",
	"svc1",
	"web01",
	"gmsa$",
};

/* Several computers may have one. */
static const char *const dns_names[] = {
	"web01.example.com",
	"Web02.example.com",
	"averylongcomputername.example.com",
	"intranet.example.com",
	"www.example.com",
	"web01.sub.example.com",
	"srv17.example.com",
};

/* Several accounts may have one. */
static const char *const cns[] = {
	"CN=web01,DC=example,DC=com",
	"cn=WEB01,OU=x,DC=example,DC=com",
	"CN=srv17,DC=example,DC=com",
	"CN=web01.example.com,DC=example,DC=com",
	"CN=we\\62\\301,DC=example,DC=com",
	"CN=intranet+OU=x,DC=example,DC=com",
	"CN=\\ web01\\ ,DC=example,DC=com",
	"OU=web01,DC=example,DC=com",
	"CN=",
	"",
};

static const struct spn_str hosts[] = {
	STR("web01"),
	STR("WEB01.EXAMPLE.COM"),
	STR("web02"),
	STR("web02.example.com"),
	STR("averylongcomputername.example.com"),
	STR("averylongcomput"),
	STR("intranet.example.com"),
	STR("intranet"),
	STR("www.example.com"),
	STR("www"),
	STR("web01.sub.example.com"),
	STR("srv17"),
	STR("Srv17.example.com"),
	STR("gmsa"),
	STR("svc1"),
	STR("svc1.example.com"),
	STR(""),
	STR("."),
	STR("web01\0.example.com"),
	STR("web01.example.com."),
	STR("\xff.example.com"),
	STR(" web01 "),
};

static const struct spn_str classes[] = {
	STR("http"),
	STR("HOST"),
	STR("host"),
	STR("cifs"),
	STR(""),
};

struct world {
	struct fixture *f;
	struct spn_census *census;
	struct spn_partial *partial;
	struct spn_account *accounts[MAX_ACCOUNTS];
	bool is_given[MAX_ACCOUNTS];
	size_t num_accounts;
};

/* How often it was what. */
static struct {
	size_t num_held;
	size_t num_many;
	size_t num_computers;
	size_t num_partners;
} seen;

static size_t below(size_t limit)
{
	return (size_t)random() % limit;
}

/* --------------------------------------------------------------- accounts */

static void add_spn(struct world *w,
		    struct spn_account *account,
		    struct spn_str class,
		    struct spn_str host)
{
	struct spn_str spn = {.len = class.len + 1 + host.len};

	spn.data = spn_format(w->f->mem_ctx, class, host);
	assert_non_null(spn.data);
	/* Nobody can store what is not UTF-8. */
	if (spn_str_is_utf8(spn)) {
		assert_true(spn_account_add(account, &w->f->fold, spn));
	}
}

static const char *any_dns_name(void)
{
	return (below(3) == 0) ? NULL
			       : dns_names[below(ARRAY_SIZE(dns_names))];
}

static void fill_names(struct spn_account *account)
{
	const char **more = talloc_zero_array(account, const char *, 3);
	struct spn_facts *facts = talloc_zero(account, struct spn_facts);

	assert_non_null(more);
	assert_non_null(facts);
	account->dns_host_name = any_dns_name();
	more[0] = any_dns_name();
	more[1] = (more[0] != NULL) ? any_dns_name() : NULL;
	if (more[0] != NULL) {
		account->additional_dns_host_names = more;
	}
	if (below(4) == 0) {
		account->additional_sam_names = talloc_zero_array(account,
								  const char *,
								  2);
		assert_non_null(account->additional_sam_names);
		account->additional_sam_names[0] = "www$";
	}
	account->facts = facts;
}

static void add_account(struct world *w, const char *sam)
{
	struct spn_account *account = fixture_account(w->f, sam, NULL, "");
	size_t num = below(6);
	size_t place = w->num_accounts++;
	size_t i;

	if (strcmp(sam, "gmsa$") == 0) {
		account->kind = SPN_KIND_GMSA;
	}
	if (account->kind != SPN_KIND_USER) {
		fill_names(account);
	}
	for (i = 0; i < num; i++) {
		add_spn(w,
			account,
			classes[below(ARRAY_SIZE(classes))],
			hosts[below(ARRAY_SIZE(hosts))]);
	}
	for (i = 0; below(12) == 0 && i < LARGE; i++) {
		char host[16];

		snprintf(host, sizeof(host), "h%zu", i);
		add_spn(w, account, STR("x"), spn_str_of(host));
	}
	account->dn = cns[below(ARRAY_SIZE(cns))];
	account->is_deleted = below(10) == 0;
	w->accounts[place] = account;
	w->is_given[place] = place < MAX_GIVEN && !account->is_deleted &&
			     below(2) == 0;
	assert_true(spn_census_add(w->census, account));
	assert_true(!w->is_given[place] ||
		    spn_partial_add(w->partial, account));
}

static void make_world(struct world *w, bool with_many)
{
	size_t first = below(ARRAY_SIZE(sams));
	size_t num = below(ARRAY_SIZE(sams)) + 1;
	size_t i;

	w->census = spn_census_new(w->f->mem_ctx, w->f->fold);
	w->partial = spn_partial_new(w->f->mem_ctx, w->f->fold);
	assert_non_null(w->census);
	assert_non_null(w->partial);
	for (i = 0; i < num; i++) {
		add_account(w, sams[(first + i) % ARRAY_SIZE(sams)]);
	}
	for (i = 0; with_many && i < MANY; i++) {
		struct spn_account *account = NULL;
		char sam[16];

		snprintf(sam, sizeof(sam), "farm%zu", i);
		account = fixture_account(w->f, sam, NULL, "http/web01");
		w->accounts[w->num_accounts++] = account;
		assert_true(spn_census_add(w->census, account));
	}
}

/* ------------------------------------------------ the search for answers */

static struct spn_str folded_cn(const struct world *w,
				const struct spn_account *account)
{
	struct spn_str cn = {};
	struct spn_str key = {};

	assert_true(spn_account_cn(w->f->mem_ctx, account, &cn));
	assert_true(fixture_fold(NULL, w->f->mem_ctx, cn, &key));
	return key;
}

static bool answers(const struct world *w,
		    const struct spn_account *account,
		    const struct spn_question *question)
{
	if (question->kind == SPN_ASK_COMPUTER) {
		return spn_str_is(question->text, account->sam_account_name);
	}
	if (question->kind == SPN_ASK_CN) {
		/* Of any kind: there is no more in the filter. */
		return spn_str_equal(question->key, folded_cn(w, account));
	}
	return spn_account_find(account, question->key) != NULL;
}

/* As a search returns it: names, and of its SPNs those that were asked for. */
static struct spn_account *found_of(const struct world *w,
				    const struct spn_account *account)
{
	struct spn_account *found = talloc_memdup(w->f->mem_ctx,
						  account,
						  sizeof(*account));
	size_t i;

	assert_non_null(found);
	found->spns = (struct spn_set){};
	found->facts = NULL;
	for (i = 0; i < account->spns.num; i++) {
		const struct spn_value *value = &account->spns.values[i];

		if (spn_partial_asks(w->partial, value->key)) {
			assert_true(spn_set_add(found, &found->spns, value));
		}
	}
	return found;
}

/* Looks up what is open, as store/store.c does; false if nothing is. */
static bool look_up(struct world *w)
{
	size_t num = 0;
	const struct spn_question *open =
		spn_partial_open_questions(w->partial, &num);
	size_t i;
	size_t q;

	if (num == 0) {
		return false;
	}
	for (i = 0; i < w->num_accounts; i++) {
		const struct spn_account *account = w->accounts[i];
		bool is_found = false;

		for (q = 0; q < num; q++) {
			is_found |= answers(w, account, &open[q]);
		}
		if (is_found && !w->is_given[i] && !account->is_deleted) {
			assert_true(
				spn_partial_add_found(w->partial,
						      found_of(w, account)));
		}
	}
	assert_true(spn_partial_answered(w->partial, below(2) == 0));
	return true;
}

/* -------------------------------------------------------------- questions */

struct question {
	enum {
		ASK_HOLDERS,
		ASK_DOMAIN_HOLDERS,
		ASK_HOLDERS_OF,
		ASK_BY_NAME,
		ASK_BY_DNS,
		ASK_PARTNER,
		ASK_BY_CN,
		NUM_KINDS,
	} kind;
	struct spn_str class;
	struct spn_str host;
};

struct answer {
	struct spn_holders holders;
	const struct spn_account *computer;
	struct spn_value spn;
	const char *partner;
};

/* Of the first account, whose name it may be. */
static bool ask_partner(struct world *w,
			struct spn_index *index,
			const struct question *q,
			struct answer *a)
{
	const struct spn_case c = {
		.after = w->accounts[0],
		.index = index,
		.forest = w->f->forest,
		.settings = w->f->settings,
	};

	return spn_host_partner(&c,
				w->f->mem_ctx,
				q->host,
				&a->partner,
				&a->computer);
}

static struct answer ask(struct world *w,
			 struct spn_index *index,
			 const struct question *q)
{
	TALLOC_CTX *mem_ctx = w->f->mem_ctx;
	struct answer a = {};
	bool ok = spn_index_key(index, mem_ctx, q->class, q->host, &a.spn);

	assert_true(ok);
	switch (q->kind) {
	case ASK_HOLDERS:
		ok = spn_index_holders(index,
				       mem_ctx,
				       q->class,
				       q->host,
				       &a.holders);
		break;
	case ASK_DOMAIN_HOLDERS:
		ok = spn_index_domain_holders(index,
					      mem_ctx,
					      q->class,
					      q->host,
					      &a.holders);
		break;
	case ASK_HOLDERS_OF:
		ok = spn_index_holders_of(index, mem_ctx, &a.spn, &a.holders);
		break;
	case ASK_BY_NAME:
		ok = spn_index_computer_by_name(index, q->host, &a.computer);
		break;
	case ASK_BY_CN:
		ok = spn_index_computers_by_cn(index,
					       mem_ctx,
					       q->host,
					       &a.holders);
		break;
	case ASK_PARTNER:
		ok = ask_partner(w, index, q, &a);
		break;
	default:
		ok = spn_index_computer_by_dns(index, q->host, &a.computer);
	}
	assert_true(ok);
	return a;
}

static void expect_same_holders(const struct spn_holders *all,
				const struct spn_holders *learnt)
{
	size_t i;

	assert_int_equal(all->num_accounts, learnt->num_accounts);
	for (i = 0; i < all->num_accounts; i++) {
		assert_true(spn_holders_has(learnt, all->accounts[i]));
		assert_true(spn_holders_has(all, learnt->accounts[i]));
	}
	seen.num_held += (all->num_accounts > 0) ? 1 : 0;
	seen.num_many += (all->many != NULL) ? 1 : 0;
}

static void expect_same_computer(const struct spn_account *of_all,
				 const struct spn_account *learnt)
{
	if (of_all == NULL) {
		assert_null(learnt);
		return;
	}
	assert_non_null(learnt);
	assert_true(spn_account_same(of_all, learnt));
	seen.num_computers++;
}

static void ask_both(struct world *w)
{
	const struct question q = {
		.kind = below(NUM_KINDS),
		.class = classes[below(ARRAY_SIZE(classes))],
		.host = hosts[below(ARRAY_SIZE(hosts))],
	};
	struct spn_index *index = spn_partial_index(w->partial);
	struct answer all = ask(w, spn_census_index(w->census), &q);
	struct answer learnt = ask(w, index, &q);
	size_t rounds = 0;

	while (look_up(w)) {
		learnt = ask(w, index, &q);
		assert_true(rounds++ < 3);
	}
	assert_true(spn_str_equal(all.spn.value, learnt.spn.value));
	assert_true(spn_str_equal(all.spn.key, learnt.spn.key));
	expect_same_holders(&all.holders, &learnt.holders);
	expect_same_computer(all.computer, learnt.computer);
	assert_true(spn_str_equal(spn_str_of(all.partner),
				  spn_str_of(learnt.partner)));
	seen.num_partners += (all.partner != NULL) ? 1 : 0;
}

static void same_answers(void **state)
{
	struct fixture *f = *state;
	TALLOC_CTX *all_ctx = f->mem_ctx;
	size_t n;
	size_t i;

	srandom(13);
	for (n = 0; n < NUM_WORLDS; n++) {
		struct world w = {.f = f};

		f->mem_ctx = talloc_new(all_ctx);
		assert_non_null(f->mem_ctx);
		make_world(&w, n % 10 == 0);
		for (i = 0; i < NUM_QUESTIONS; i++) {
			ask_both(&w);
		}
		TALLOC_FREE(f->mem_ctx);
	}
	f->mem_ctx = all_ctx;
	print_message("%zu held, %zu by many; %zu computers, %zu partners\n",
		      seen.num_held,
		      seen.num_many,
		      seen.num_computers,
		      seen.num_partners);
	/* All that may be, was. */
	assert_true(seen.num_held > NUM_WORLDS);
	assert_true(seen.num_many > 10);
	assert_true(seen.num_computers > NUM_WORLDS / 3);
	assert_true(seen.num_partners > NUM_WORLDS / 3);
}

/* Suffixes are asked for by rules of writes; an audit has read them. */
static void suffixes(void **state)
{
	struct fixture *f = *state;
	struct spn_partial *partial = spn_partial_new(f->mem_ctx, f->fold);

	assert_non_null(partial);
	assert_false(spn_partial_wants_suffixes(partial));
	spn_index_want_suffixes(spn_partial_index(partial));
	assert_true(spn_partial_wants_suffixes(partial));
	assert_true(spn_partial_answered(partial, true));
	assert_false(spn_partial_wants_suffixes(partial));
	spn_index_want_suffixes(f->index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(same_answers),
		fixture_test(suffixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
