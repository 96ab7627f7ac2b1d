/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: which finding gives way to which. Each pair of the table is tried
 * with what the two must have in common, and without.
 */
#include "lib/policy_fixture.h"

#include "audit/findings.h"
#include "audit/gives_way.h"
#include "audit/rules/messages.h"

#define SPNS                                                                  \
	"foo/web foo/web.example.com foo/web-2.example.com foo/other "        \
	"bar/web.example.com"

struct world {
	struct fixture *f;
	struct audit_choice *choice;
	struct spn_account *accounts[2];
};

/* What one finding is about. */
struct about {
	size_t account;
	const char *spn;
	const char *partner;
};

static struct world *new_world(struct fixture *f)
{
	struct world *w = talloc_zero(f->mem_ctx, struct world);

	assert_non_null(w);
	w->f = f;
	w->choice = audit_choice_new(w);
	assert_non_null(w->choice);
	w->accounts[0] = fixture_account(f, "a", NULL, SPNS);
	w->accounts[1] = fixture_account(f, "b", NULL, SPNS);
	return w;
}

static const struct spn_message *message_of(struct spn_str id)
{
	const struct spn_message *const *m = NULL;
	size_t i;

	for (i = 0; audit_message_list(i) != NULL; i++) {
		for (m = audit_message_list(i); *m != NULL; m++) {
			if (spn_str_equal(spn_str_of((*m)->id), id)) {
				return *m;
			}
		}
	}
	fail_msg("no message %.*s", (int)id.len, id.data);
	return NULL;
}

static void add(struct world *w,
		struct audit_violations *violations,
		const struct spn_message *message,
		const struct about *about)
{
	const struct spn_violation v = {
		.message = message,
		.severity = message->severity,
		.account = w->accounts[about->account],
		.spn = spn_str_of(about->spn),
		.partner = about->partner,
	};

	assert_true(audit_violations_add(w, violations, &v));
}

static struct audit_findings *findings_of(struct world *w,
					  const struct spn_message *loser,
					  const struct about *its,
					  const struct spn_message *winner,
					  const struct about *other)
{
	struct audit_violations violations = {};
	struct audit_findings *findings = NULL;

	add(w, &violations, loser, its);
	add(w, &violations, winner, other);
	findings = audit_findings_new(w, &w->f->fold, w->choice, &violations);
	assert_non_null(findings);
	assert_int_equal(findings->num_findings, 2);
	return findings;
}

static bool gives_way(struct world *w,
		      const struct spn_message *loser,
		      const struct about *its,
		      const struct spn_message *winner,
		      const struct about *other)
{
	struct audit_findings *findings =
		findings_of(w, loser, its, winner, other);

	bool alone;

	assert_true(audit_findings_give_way(findings));
	alone = findings->num_findings == 1 &&
		findings->findings[0].message == winner;
	if (alone) { /* nothing is lost */
		const struct audit_finding *f = &findings->findings[0];

		assert_int_equal(findings->num_consequences, 1);
		assert_int_equal(f->num_consequences, 1);
		assert_ptr_equal(f->consequences[0].message, loser);
		assert_non_null(f->consequences[0].because);
	}
	talloc_free(findings);
	return alone;
}

struct in_common_row {
	struct about loser;
	struct about winner;
	bool gives_way[AUDIT_SAME_ACCOUNT + 1];
};

static const struct in_common_row in_common[] = {
	{{0, "foo/web.example.com", "foo/x"},
	 {0, "foo/web.example.com", NULL},
	 {true, true, true, true, true}},
	/* another class, shorter or longer */
	{{0, "foo/web.example.com", "foo/x"},
	 {0, "bar/web.example.com", NULL},
	 {false, false, false, true, true}},
	{{0, "foo/web.example.com", "foo/x"},
	 {0, "foo/web", NULL},
	 {false, false, false, true, true}},
	{{0, "foo/web", "foo/x"},
	 {0, "foo/web.example.com", NULL},
	 {false, false, false, true, true}},
	/* the partner of the one that gives way */
	{{0, "foo/other", "FOO/web.example.com"},
	 {0, "foo/web.example.com", NULL},
	 {true, true, false, false, true}},
	/* not of the other */
	{{0, "foo/other", "foo/x"},
	 {0, "foo/web.example.com", "foo/other"},
	 {false, false, true, false, true}},
	/* a host that only begins so */
	{{0, "foo/web", "foo/x"},
	 {0, "foo/web-2.example.com", NULL},
	 {false, false, false, false, true}},
	{{0, "foo/web-2.example.com", "foo/x"},
	 {0, "foo/web", NULL},
	 {false, false, false, false, true}},
	/* another account, which the other does not speak of */
	{{0, "foo/web.example.com", "foo/x"},
	 {1, "foo/web.example.com", NULL},
	 {true, false, true, false, false}},
	/* another account */
	{{0, "foo/web.example.com", "foo/x"},
	 {1, "bar/web.example.com", NULL},
	 {false, false, false, false, false}},
};

/* How many rows a pair fails. */
static size_t try_pair(struct world *w,
		       enum audit_in_common what,
		       const struct spn_message *loser,
		       const struct spn_message *winner)
{
	size_t bad = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(in_common); i++) {
		const struct in_common_row *row = &in_common[i];

		if (row->gives_way[what] &&
		    !gives_way(w, loser, &row->loser, winner, &row->winner))
		{
			print_error("%s, %s, row %zu\n",
				    loser->code,
				    winner->code,
				    i);
			bad++;
		}
	}
	return bad;
}

/* ... for each loser and each winner of the table. */
static void test_each_pair(void **state)
{
	struct world *w = new_world(*state);
	const struct audit_gives_way *pair = audit_gives_way_table();
	struct spn_str loser = {};
	struct spn_str winner = {};
	size_t num = 0;
	size_t bad = 0;

	for (; pair->ids != NULL; pair++) {
		const char *ids = pair->ids;
		const char *to = pair->to;

		while (audit_gives_way_next(&ids, &loser)) {
			for (to = pair->to; audit_gives_way_next(&to, &winner);
			     num++)
			{
				bad += try_pair(w,
						pair->in_common,
						message_of(loser),
						message_of(winner));
			}
		}
	}
	assert_true(num > 100);
	assert_int_equal(bad, 0);
}

/* What they must have in common, and what is not enough: one pair of each. */
static void test_in_common(void **state)
{
	static const char *const pairs[][2] = {
		[AUDIT_SAME_SPN] = {"HOST-ON-USER", "DUP-HIDDEN"},
		[AUDIT_ALL_OF_SPN] = {"HOST-ON-USER", "MAL-SPACE"},
		[AUDIT_SAME_PAIR] = {"ALIAS-CLASH", "PAIR-SPLIT"},
		[AUDIT_SAME_HOST] = {"PAIR-PORT", "STALE-NOHOST"},
		[AUDIT_SAME_ACCOUNT] = {"ADMIN-SPN", "KRB-ROAST-PRIV"},
	};
	struct world *w = new_world(*state);
	size_t i;
	size_t p;

	for (p = 0; p < ARRAY_SIZE(pairs); p++) {
		const struct spn_message *loser = message_of(
			spn_str_of(pairs[p][0]));
		const struct spn_message *winner = message_of(
			spn_str_of(pairs[p][1]));

		for (i = 0; i < ARRAY_SIZE(in_common); i++) {
			const struct in_common_row *row = &in_common[i];

			assert_int_equal(row->gives_way[p],
					 gives_way(w,
						   loser,
						   &row->loser,
						   winner,
						   &row->winner));
			/* never the other way round */
			assert_false(gives_way(w,
					       winner,
					       &row->loser,
					       loser,
					       &row->winner));
		}
	}
}

/* One step: from this message to all that it gives way to. */
static bool leads_to(const struct spn_message *from,
		     const struct spn_message *to,
		     unsigned depth)
{
	const struct audit_gives_way *pair = audit_gives_way_table();

	assert_true(depth < 10); /* a circle */
	for (; pair->ids != NULL; pair++) {
		const char *ids = pair->ids;
		const char *list = pair->to;
		struct spn_str id = {};
		bool is_one = false;

		while (audit_gives_way_next(&ids, &id)) {
			is_one |= message_of(id) == from;
		}
		while (is_one && audit_gives_way_next(&list, &id)) {
			if (message_of(id) == to ||
			    leads_to(message_of(id), to, depth + 1))
			{
				return true;
			}
		}
	}
	return false;
}

/* So of those that give way to each other one always speaks. */
static void test_no_circle(void **state)
{
	const struct spn_message *m = audit_message_next(NULL);

	(void)state;
	for (; m != NULL; m = audit_message_next(m)) {
		assert_false(leads_to(m, m, 0));
	}
}

static const struct about web = {0, "foo/web.example.com", "foo/web"};

/* What speaks for an error is one, and shown; but not what is off. */
static void test_choice(void **state)
{
	struct world *w = new_world(*state);
	const struct spn_message *half = message_of(
		spn_str_of("PAIR-NO-SHORT"));
	const struct spn_message *stale = message_of(
		spn_str_of("STALE-NOHOST"));
	struct audit_violations violations = {};
	struct audit_findings *findings = NULL;
	const char *reason = NULL;

	assert_true(audit_choice_least(w->choice, "error", &reason));
	findings = findings_of(w, half, &web, stale, &web);
	assert_int_equal(findings->counts[SPN_SEVERITY_WARNING], 0);
	assert_true(audit_findings_give_way(findings));
	assert_int_equal(findings->num_findings, 1);
	assert_ptr_equal(findings->findings[0].message, stale);
	assert_int_equal(findings->counts[SPN_SEVERITY_ERROR], 1);

	/* ... and not for what is not shown itself */
	assert_true(
		audit_choice_rule(w->choice, "PAIR-NO-SHORT=info", &reason));
	findings = findings_of(w, half, &web, stale, &web);
	assert_true(audit_findings_give_way(findings));
	assert_int_equal(findings->num_findings, 0);
	assert_int_equal(findings->num_consequences, 0);
	assert_true(
		audit_choice_rule(w->choice, "PAIR-NO-SHORT=error", &reason));

	assert_true(audit_choice_rule(w->choice, "STALE-NOHOST=off", &reason));
	add(w, &violations, half, &web);
	add(w, &violations, stale, &web);
	findings = audit_findings_new(w, &w->f->fold, w->choice, &violations);
	assert_true(audit_findings_give_way(findings));
	assert_int_equal(findings->num_findings, 1);
	assert_ptr_equal(findings->findings[0].message, half);
}

static bool is_account_b(void *private_data, const struct spn_account *account)
{
	const struct world *w = private_data;

	return account == w->accounts[1];
}

/* Both accounts have the port, one of them the host that is gone: that is
 * said, also to who asks for the other one. */
static void test_keep(void **state)
{
	struct world *w = new_world(*state);
	const struct spn_message *port = message_of(spn_str_of("PAIR-PORT"));
	const struct spn_message *stale = message_of(
		spn_str_of("STALE-NOHOST"));
	const struct about of_b = {1, "foo/web.example.com", "foo/web"};
	struct audit_violations violations = {};
	struct audit_findings *findings = NULL;

	add(w, &violations, port, &web);
	add(w, &violations, port, &of_b);
	add(w, &violations, stale, &web);
	findings = audit_findings_new(w, &w->f->fold, w->choice, &violations);
	assert_non_null(findings);
	audit_findings_keep(findings, is_account_b, w);
	assert_true(audit_findings_give_way(findings));
	assert_int_equal(findings->num_findings, 1);
	assert_ptr_equal(findings->findings[0].message, stale);
}

/* Two steps: both stand below the last, and the reason is that of the last
 * step; what would not be reported does not stand there. */
static void test_chain(void **state)
{
	static const char *const ids[] = {"DUP-EXACT",
					  "PAIR-SPLIT-ALIAS",
					  "WINRM-HIT"};
	struct world *w = new_world(*state);
	struct audit_violations violations = {};
	struct audit_findings *findings = NULL;
	const struct audit_finding *f = NULL;
	/* the other half, which the duplicate has not */
	const struct about half = {0, "foo/web", "foo/other"};
	const char *reason = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		add(w,
		    &violations,
		    message_of(spn_str_of(ids[i])),
		    (i == 2) ? &half : &web);
	}
	findings = audit_findings_new(w, &w->f->fold, w->choice, &violations);
	assert_true(audit_findings_give_way(findings));
	assert_int_equal(findings->num_findings, 1);
	f = &findings->findings[0];
	assert_string_equal(f->message->id, ids[0]);
	assert_int_equal(f->num_consequences, 2);
	for (i = 0; i < 2; i++) {
		assert_string_equal(f->consequences[i].message->id,
				    ids[i + 1]);
		assert_non_null(strstr(f->consequences[i].because,
				       "first one account has it"));
		assert_int_equal(f->consequences[i].num_consequences, 0);
	}
	assert_int_equal(findings->counts[SPN_SEVERITY_ERROR], 1);
	assert_int_equal(findings->counts[SPN_SEVERITY_WARNING], 0);

	assert_true(audit_choice_least(w->choice, "error", &reason));
	findings = audit_findings_new(w, &w->f->fold, w->choice, &violations);
	assert_true(audit_findings_give_way(findings));
	assert_int_equal(findings->num_findings, 1);
	assert_int_equal(findings->num_consequences, 1);
	assert_string_equal(findings->findings[0].consequences[0].message->id,
			    ids[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_each_pair),
		fixture_test(test_in_common),
		fixture_test(test_no_circle),
		fixture_test(test_choice),
		fixture_test(test_keep),
		fixture_test(test_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
