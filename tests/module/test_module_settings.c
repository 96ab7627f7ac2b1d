/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings as the module finds them: the object in the directory, smb.conf,
 * dSHeuristics.
 */
#include "lib/fake_stack.h"

#include <param.h>

static void put_holder(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/b|http/app");
	fake_put_user(f, "b", "");
}

static void clear_log(struct fake *f)
{
	TALLOC_FREE(f->log);
	f->log = talloc_strdup(f, "");
}

/* Whoever may write the settings writes no line of the log. */
static void bad_settings_forge_no_log(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f, "+msDS-Settings it's\001\rforged=1");
	assert_accepted(f, fake_modify(f, "b", "+spn foo/x"));
	assert_non_null(strstr(f->log, "'it\\27s\\01\\0dforged=1'"));
	assert_null(strchr(f->log, '\r'));
	assert_null(strchr(f->log, '\001'));
}

/* duplicate-spn: deny by default, warn writes and logs, off says nothing. */
static void duplicate_modes(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f, "+msDS-Settings duplicate-spn=deny");
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	clear_log(f);
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings duplicate-spn=warn");
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_stored(f, "b", "foo/b");
	assert_non_null(strstr(f->log, "warned SPN-101"));
	assert_non_null(strstr(f->log, "\"action\": \"warned\""));
	clear_log(f);
	fake_change(f, "b", "-spn");
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings duplicate-spn=off");
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_stored(f, "b", "foo/b");
	assert_string_equal(f->log, "");
}

/* http-pair: deny refuses a half, warn logs it, off says nothing; only
 * complete adds to a request. */
static void pair_modes(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f, "+msDS-Settings http-pair=deny");
	assert_refused(f, fake_modify(f, "b", "+spn http/x"), PAIR);
	assert_accepted(f,
			fake_modify(f, "b", "+spn http/x|http/x.example.com"));
	assert_refused(f, fake_modify(f, "b", "-spn http/x"), PAIR);
	assert_accepted(f, fake_modify(f, "b", "-spn"));
	clear_log(f);
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings http-pair=warn");
	assert_accepted(f, fake_modify(f, "b", "+spn http/x"));
	assert_stored(f, "b", "http/x");
	assert_non_null(strstr(f->log, "warned SPN-3"));
	clear_log(f);
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings http-pair=off");
	assert_accepted(f, fake_modify(f, "b", "+spn http/y"));
	assert_stored(f, "b", "http/x|http/y");
	assert_string_equal(f->log, "");
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings http-pair=complete");
	assert_accepted(f, fake_modify(f, "b", "+spn http/z"));
	assert_stored(f, "b", "http/x|http/y|http/z|http/z.example.com");
}

/* One rule's mode is no other's. */
static void modes_are_independent(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f, "+msDS-Settings http-pair=off|syntax=off");
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	fake_change(f,
		    FAKE_POLICY_DN,
		    "=msDS-Settings duplicate-spn=off|alias-spn=off");
	assert_refused(f,
		       fake_modify(f, "b", "+spn http/app.example.com"),
		       PAIR);
	assert_refused(f, fake_modify(f, "b", "+spn nothing"), "0000202F: ");
}

/* What is not understood is logged, ignored, the default
 * kept; the rest counts. */
static void bad_settings_are_logged(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f,
			  "+msDS-Settings duplicate-spn=maybe|nonsense|"
			  "no-such=1|http-pair=off");
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_non_null(strstr(f->log, "SPN-902"));
	assert_non_null(strstr(f->log, "duplicate-spn=maybe"));
	assert_non_null(strstr(f->log, "nonsense"));
	assert_non_null(strstr(f->log, "no-such"));
	assert_accepted(f, fake_modify(f, "b", "+spn http/x"));
	assert_stored(f, "b", "http/x");
}

/* A value that is meant otherwise is logged and switches nothing off: http
 * stays in pairs, no host and no account is spared, and of two levels for one
 * rule the stricter counts. */
static void refused_values_weaken_nothing(void **state)
{
	static const char *const values[] = {
		"pair-classes=http,cifs",
		"pair-classes=*",
		"pair-classes=https",
		"pair-classes=nfs|pair-classes=x,y",
		"exempt-host==http/x",
		"exempt-host=x:8080",
		"exempt-account=DOMAIN\\b",
		"exempt-account=b@example.com",
		"http-pair=warn|http-pair=complete",
		"http-pair=complete|http-pair=off"};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	fake_put_settings(f, "");
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		clear_log(f);
		fake_change(f,
			    FAKE_POLICY_DN,
			    talloc_asprintf(f,
					    "=msDS-Settings %s",
					    values[i]));
		assert_accepted(f, fake_modify(f, "b", "=spn http/x"));
		assert_stored(f, "b", "http/x|http/x.example.com");
		assert_non_null(strstr(f->log, "SPN-902 ignored"));
		fake_change(f, "b", "-spn");
	}
}

/* Exempt accounts and hosts are left alone by http-pair, never by P1. */
static void exemptions(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_user(f, "free", "");
	fake_put_settings(f,
			  "+msDS-Settings exempt-account=free|"
			  "exempt-host=lab*");
	assert_accepted(f, fake_modify(f, "free", "+spn http/x"));
	assert_stored(f, "free", "http/x");
	assert_accepted(f, fake_modify(f, "b", "+spn http/lab1"));
	assert_stored(f, "b", "http/lab1");
	assert_refused(f, fake_modify(f, "free", "+spn foo/b"), DUPLICATE);
	assert_refused(f, fake_modify(f, "free", "+spn http/lab1"), DUPLICATE);
}

/* dns-suffix and pair-classes reach the completion. */
static void lists(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f,
			  "+msDS-Settings dns-suffix=extra.org|"
			  "pair-classes=http|pair-classes=nfs");
	assert_accepted(f, fake_modify(f, "b", "+spn http/x.extra.org"));
	/* http/x is a name of its own and wants its FQDN, too. */
	assert_stored(f, "b", "http/x|http/x.extra.org");
	assert_accepted(f, fake_modify(f, "b", "=spn nfs/y"));
	assert_stored(f, "b", "nfs/y|nfs/y.example.com");
}

/* In the next transaction the new law holds, without a restart. */
static void next_transaction_sees_the_change(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_accepted(f,
			fake_add(f,
				 FAKE_POLICY_DN,
				 "+objectClass msDS-App-Configuration\n"
				 "+msDS-Settings duplicate-spn=off"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	fake_change(f, "b", "-spn");
	assert_accepted(f, fake_delete(f, FAKE_POLICY_DN));
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
}

/* KB5008382: bit 2 of character 21 in force. */
static void heuristics_in_force(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_change(f, FAKE_DS_DN, "+dSHeuristics 000000000100000000022");
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_stored(f, "b", "foo/b");
}

/* Unreadable settings: the write is refused, not judged by defaults. */
static void unreadable_settings(void **state)
{
	static const char *const places[] = {
		FAKE_POLICY_DN,
		FAKE_DS_DN,
		("CN=Partitions," FAKE_CONFIG_DN),
	};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		f->fail_base = places[i];
		assert_refused(f,
			       fake_modify(f, "b", "+spn http/y.example.com"),
			       NO_CHECK);
		assert_stored(f, "b", "");
		assert_refused(
			f,
			fake_add(f,
				 "c",
				 "+objectClass user\n+spn http/y.example.com"),
			NO_CHECK);
		/* What does not concern us goes on all the same. */
		assert_accepted(f, fake_modify(f, "b", "=description x"));
	}
	f->fail_base = NULL;
	assert_accepted(f, fake_modify(f, "b", "+spn http/y.example.com"));
}

/* What the domain's head says is read when a suffix is not known. */
static void unreadable_suffixes(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->fail_base = "DC=example,DC=com";
	assert_accepted(f, fake_modify(f, "b", "+spn http/y.example.com"));
	assert_refused(f, fake_modify(f, "b", "+spn http/z.org"), NO_CHECK);
	f->fail_base = NULL;
	assert_accepted(f, fake_modify(f, "b", "+spn http/z.org"));
}

/* Without the partitions container we do not know the forest: no excuse. */
static void missing_partitions(void **state)
{
	struct fake *f = *state;
	int ret;

	put_holder(f);
	f->fail_base = "CN=Partitions," FAKE_CONFIG_DN;
	f->fail_code = LDB_ERR_NO_SUCH_OBJECT;
	ret = fake_modify(f, "b", "+spn foo/b");
	assert_int_not_equal(ret, LDB_SUCCESS);
	assert_stored(f, "b", "");
}

/* ------------------------------------------------------------- smb.conf */

/* The stack again, with spn_policy:mode in smb.conf. */
static void reopen_with_mode(struct fake *f, const char *mode)
{
	struct loadparm_context *lp_ctx = loadparm_init(f);

	assert_non_null(lp_ctx);
	assert_true(lpcfg_set_option(
		lp_ctx,
		talloc_asprintf(f, "spn_policy:mode=%s", mode)));
	fake_reopen(f, lp_ctx);
	clear_log(f);
}

/* audit: deny and complete are warnings, nothing is added or refused. */
static void mode_audit(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	reopen_with_mode(f, "audit");
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b|http/x"));
	assert_stored(f, "b", "foo/b|http/x");
	assert_non_null(strstr(f->log, "warned SPN-101"));
	assert_non_null(strstr(f->log, "warned SPN-3"));
	assert_null(strstr(f->log, "refused"));
	assert_non_null(strstr(f->log, "\"mode\": \"audit\""));
	/* A delete is not taken along, either. */
	fake_change(f, "b", "=spn http/y|http/y.example.com");
	assert_accepted(f, fake_modify(f, "b", "-spn http/y"));
	assert_stored(f, "b", "http/y.example.com");
}

/* A request goes down in one piece, whatever it looks like. */
static void mode_audit_makes_no_steps(void **state)
{
	struct fake *f = *state;
	char *changes = talloc_strdup(f, "+spn foo/0");
	unsigned i;

	put_holder(f);
	reopen_with_mode(f, "audit");
	for (i = 1; i < 20; i++) {
		changes = talloc_asprintf_append(changes,
						 "\n-spn foo/%u\n+spn foo/%u",
						 i - 1,
						 i);
	}
	f->num_requests = 0;
	assert_accepted(f, fake_modify(f, "b", changes));
	assert_int_equal(f->num_requests, 1);
	assert_stored(f, "b", "foo/19");
}

/* audit never refuses: not even when the check cannot be made. */
static void mode_audit_and_no_check(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	reopen_with_mode(f, "audit");
	f->fail_base = FAKE_POLICY_DN;
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_non_null(strstr(f->log, "SPN-901"));
	assert_stored(f, "b", "foo/b");
}

/* Whichever search fails in audit mode, also when Samba refuses in the end: it
 * has its way, and nothing falls over what was not looked up. */
static void mode_audit_and_every_failure(void **state)
{
	static const char *const changes[] = {
		"+spn foo/b", /* of somebody else */
		"+spn foo/new",
		"+spn http/web01",
		"+spn http/b\n-spn foo/old", /* Samba looks at the first */
	};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	reopen_with_mode(f, "audit");
	f->samldb_checks = true;
	for (i = 0; i < 2 * ARRAY_SIZE(changes); i++) {
		const char *change = changes[i / 2];
		unsigned n;

		for (n = 1; n < 60; n++) {
			int ret;

			fake_change(f, "b", "=spn foo/old");
			f->fail_search = n;
			ret = (i % 2 == 0)
				      ? fake_modify(f, "b", change)
				      : fake_add(f,
						 "c",
						 talloc_asprintf(
							 f,
							 "+objectClass "
							 "user\n%.*s",
							 (int)strcspn(change,
								      "\n"),
							 change));
			if (ret == LDB_SUCCESS && i % 2 == 1) {
				assert_accepted(f, fake_delete(f, "c"));
			}
			if (f->fail_search > 0) {
				break;
			}
		}
		assert_true(n > 3 && n < 60);
		f->fail_search = 0;
	}
}

/* off: nothing is searched, nothing wrapped, nothing said; but clients
 * still cannot write special records. */
static void mode_off(void **state)
{
	struct fake *f = *state;
	int ret;

	put_holder(f);
	reopen_with_mode(f, "off");
	f->num_searches = 0;
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b|http/x|nothing"));
	assert_ptr_equal(f->last_request, f->sent);
	assert_stored(f, "b", "foo/b|http/x|nothing");
	assert_int_equal(f->num_searches, 0);
	assert_string_equal(f->log, "");
	ret = fake_add(f, "@MODULES", "+@LIST samba_dsdb");
	assert_int_equal(ret, LDB_ERR_UNWILLING_TO_PERFORM);
}

/* It is the local break-glass and wins over the object, both ways. */
static void mode_wins_over_the_object(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f, "+msDS-Settings duplicate-spn=deny");
	reopen_with_mode(f, "audit");
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	fake_change(f, "b", "-spn");
	reopen_with_mode(f, "enforce");
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
}

/* A word that is no mode is logged, and protection stays on. */
static void mode_unknown(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	reopen_with_mode(f, "disabled");
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), DUPLICATE);
	assert_non_null(strstr(f->log, "spn_policy:mode"));
	assert_non_null(strstr(f->log, "disabled"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(duplicate_modes),
		fake_test(pair_modes),
		fake_test(modes_are_independent),
		fake_test(bad_settings_are_logged),
		fake_test(bad_settings_forge_no_log),
		fake_test(refused_values_weaken_nothing),
		fake_test(exemptions),
		fake_test(lists),
		fake_test(next_transaction_sees_the_change),
		fake_test(heuristics_in_force),
		fake_test(unreadable_settings),
		fake_test(unreadable_suffixes),
		fake_test(missing_partitions),
		fake_test(mode_audit),
		fake_test(mode_audit_makes_no_steps),
		fake_test(mode_audit_and_no_check),
		fake_test(mode_audit_and_every_failure),
		fake_test(mode_off),
		fake_test(mode_wins_over_the_object),
		fake_test(mode_unknown),
	};

	return fake_run(tests);
}
