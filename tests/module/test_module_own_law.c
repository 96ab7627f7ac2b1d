/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nobody legalises his own writes: a transaction is judged by the
 * configuration as it was before it changed that.
 */
#include "lib/fake_stack.h"

static void put_holder(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/b|http/app");
	fake_put_user(f, "b", "");
}

/* A transaction that changes the policy cannot legalise its
 * own writes, in whatever way it changes it. */
static void no_self_made_law(void **state)
{
	static const char *const changes[] = {
		"=msDS-Settings duplicate-spn=off",
		"+msDS-Settings duplicate-spn=off",
		"=MSDS-SETTINGS duplicate-spn=warn",
	};
	struct fake *f = *state;
	size_t i;

	f->trusted = true;
	put_holder(f);
	fake_put_settings(f, "+msDS-Settings http-pair=off");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		fake_start(f);
		assert_accepted(f, fake_modify(f, FAKE_POLICY_DN, changes[i]));
		assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
		assert_refused(f, fake_commit(f), DUPLICATE);
		assert_stored(f, "b", "");
		assert_string_equal(fake_values(f,
						FAKE_POLICY_DN,
						"msDS-Settings"),
				    "http-pair=off");
	}
}

/* The same by adding, deleting or renaming the object away. */
static void no_self_made_law_by_other_means(void **state)
{
	struct fake *f = *state;
	const char *away = "CN=Away,CN=Services," FAKE_CONFIG_DN;

	f->trusted = true;
	put_holder(f);
	fake_start(f);
	assert_accepted(f,
			fake_add(f,
				 FAKE_POLICY_DN,
				 "+objectClass msDS-App-Configuration\n"
				 "+msDS-Settings duplicate-spn=off"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_refused(f, fake_commit(f), DUPLICATE);

	/* A stricter law than the default, taken away. */
	fake_put_settings(f, "+msDS-Settings alias-spn=deny");
	fake_put_user(f, "h", "+spn host/al");
	fake_start(f);
	assert_accepted(f, fake_delete(f, FAKE_POLICY_DN));
	assert_accepted(f, fake_modify(f, "b", "+spn cifs/al"));
	assert_refused(f, fake_commit(f), "0000202F: spn_policy: SPN-2");
	fake_start(f);
	assert_accepted(f, fake_rename(f, FAKE_POLICY_DN, away));
	assert_accepted(f, fake_modify(f, "b", "+spn cifs/al"));
	assert_refused(f, fake_commit(f), "0000202F: spn_policy: SPN-2");
	fake_start(f);
	assert_accepted(f,
			fake_rename(f,
				    "CN=Services," FAKE_CONFIG_DN,
				    "CN=Elsewhere," FAKE_CONFIG_DN));
	assert_accepted(f, fake_modify(f, "b", "+spn cifs/al"));
	assert_refused(f, fake_commit(f), "0000202F: spn_policy: SPN-2");
}

/* ... and by renaming another object to where the settings are read. */
static void no_self_made_law_by_rename(void **state)
{
	struct fake *f = *state;
	const char *other = "CN=Draft,CN=Services," FAKE_CONFIG_DN;

	f->trusted = true;
	put_holder(f);
	fake_put(f,
		 other,
		 "msDS-App-Configuration",
		 "+msDS-Settings duplicate-spn=off");
	fake_start(f);
	assert_accepted(f, fake_rename(f, other, FAKE_POLICY_DN));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
}

/* dSHeuristics in the same transaction is the same thing. */
static void no_self_made_law_by_heuristics(void **state)
{
	struct fake *f = *state;

	f->trusted = true;
	put_holder(f);
	fake_start(f);
	assert_accepted(f,
			fake_modify(f,
				    FAKE_DS_DN,
				    "=dSHeuristics 000000000100000000022"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
}

/* A client has a transaction for one request. If it had not, nothing could be
 * checked any more once it has changed the configuration. */
static void no_law_after_a_clients_change(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_put_settings(f, "+msDS-Settings http-pair=off");
	f->client_holds = true;
	fake_start(f);
	assert_accepted(f,
			fake_modify(f,
				    FAKE_POLICY_DN,
				    "=msDS-Settings duplicate-spn=off"));
	assert_refused(f, fake_modify(f, "b", "+spn foo/b"), NO_CHECK);
	assert_refused(f, fake_commit(f), NO_CHECK);
	fake_start(f);
	assert_accepted(f, fake_delete(f, FAKE_POLICY_DN));
	assert_refused(f, fake_modify(f, "b", "+spn foo/x"), NO_CHECK);
	fake_cancel(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/x"));
	/* In one request the law is what it was before. */
	fake_change(f, FAKE_POLICY_DN, "=msDS-Settings duplicate-spn=off");
	assert_accepted(f,
			fake_modify(f,
				    "b",
				    "+sPNMappings host=foo\n+spn foo/b"));
}

/* A DN that is only a GUID may be that of the settings, so they are read
 * before it is deleted or renamed. Of an object elsewhere that is not needed.
 */
static void law_is_read_before_a_guid_goes(void **state)
{
	static const char guid[] = "<GUID=face0000000000000000000000000001>";
	struct fake *f = *state;

	f->trusted = true;
	fake_put_settings(f, "+msDS-Settings alias-spn=deny");
	put_holder(f);
	f->num_searches = 0;
	assert_accepted(f, fake_delete(f, "a"));
	assert_int_equal(f->num_searches, 0);
	(void)fake_delete(f, guid);
	assert_true(f->num_searches > 0);
	f->num_searches = 0;
	(void)fake_rename(f, guid, "b2");
	assert_true(f->num_searches > 0);
}

/* Which suffixes the domain allows is law, too. */
static void no_self_made_law_by_suffixes(void **state)
{
	static const char domain[] = "DC=example,DC=com";
	struct fake *f = *state;

	f->trusted = true;
	put_holder(f);
	fake_start(f);
	assert_accepted(f,
			fake_modify(f,
				    domain,
				    "+msDS-AllowedDNSSuffixes other.net"));
	assert_accepted(f, fake_modify(f, "b", "+spn http/x.other.net"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "http/x.other.net"); /* not known: no pair */
	assert_accepted(f, fake_modify(f, "b", "+spn http/y.other.net"));
	assert_stored(f, "b", "http/x.other.net|http/y|http/y.other.net");
	fake_start(f);
	assert_accepted(f, fake_modify(f, domain, "-msDS-AllowedDNSSuffixes"));
	assert_accepted(f, fake_modify(f, "b", "=spn http/z.other.net"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "http/z|http/z.other.net");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(no_self_made_law),
		fake_test(no_self_made_law_by_other_means),
		fake_test(no_self_made_law_by_rename),
		fake_test(no_self_made_law_by_heuristics),
		fake_test(no_self_made_law_by_suffixes),
		fake_test(no_law_after_a_clients_change),
		fake_test(law_is_read_before_a_guid_goes),
	};

	return fake_run(tests);
}
