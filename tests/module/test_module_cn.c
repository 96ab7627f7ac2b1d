/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CN of a computer object is a name to a Samba KDC: what makes a computer
 * or renames one is judged like a write of an SPN, rule hidden-duplicate.
 */
#include "lib/fake_stack.h"

#define HIDDEN "000021C7: spn_policy: SPN-105 "
#define OTHER_OU "CN=WEB01,DC=example,DC=com"

/* b holds the SPN, and PC7 is a computer that may get the name. */
static void put_both(struct fake *f)
{
	fake_put_user(f, "b", "+spn HOST/web01.example.com");
	fake_put_computer(f, "PC7", "+cn PC7");
}

static void spn_of_a_computer(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "b", "");
	fake_put_computer(f, "WEB01", "+cn WEB01");
	assert_refused(f,
		       fake_modify(f, "b", "+spn host/Web01.else.net"),
		       HIDDEN);
	assert_refused(f, fake_modify(f, "b", "+spn HOST/web01"), HIDDEN);
	assert_accepted(f, fake_modify(f, "b", "+spn HOST/web01x|foo/web01"));
	assert_accepted(f, fake_modify(f, "WEB01", "+spn HOST/web01"));
}

static void renamed_to_it(void **state)
{
	struct fake *f = *state;

	put_both(f);
	assert_refused(f, fake_rename(f, "PC7", "WEB01"), HIDDEN);
	assert_null(fake_values(f, "WEB01", "cn"));
	assert_accepted(f, fake_rename(f, "PC7", "WEB011"));
	assert_non_null(strstr(f->log, "CN=b,"));
	/* A user's CN is nobody's name. */
	fake_put_user(f, "u", "");
	assert_accepted(f, fake_rename(f, "u", "WEB01"));
}

/* Other requests of the transaction may mend it, or make it. */
static void renamed_in_a_transaction(void **state)
{
	struct fake *f = *state;

	put_both(f);
	fake_start(f);
	assert_accepted(f, fake_rename(f, "PC7", "WEB01"));
	assert_accepted(f, fake_rename(f, "WEB01", "PC8"));
	assert_accepted(f, fake_commit(f));
	fake_start(f);
	assert_accepted(f, fake_rename(f, "PC8", "WEB01"));
	assert_accepted(f, fake_modify(f, "b", "-spn HOST/web01.example.com"));
	assert_accepted(f, fake_commit(f));
	fake_start(f);
	assert_accepted(f, fake_modify(f, "WEB01", "=description moved"));
	assert_accepted(f, fake_rename(f, "WEB01", "PC9"));
	assert_accepted(f, fake_modify(f, "b", "+spn HOST/pc9"));
	assert_refused(f, fake_commit(f), HIDDEN);
}

/* What was so before blocks nothing that leaves the name as it is, and what
 * takes it away is welcome. */
static void old_ones(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "b", "+spn HOST/web01.example.com");
	fake_put_computer(f, "WEB01", "+cn WEB01");
	assert_accepted(f, fake_rename(f, "WEB01", OTHER_OU));
	assert_accepted(f, fake_modify(f, OTHER_OU, "+spn foo/x"));
	assert_accepted(f, fake_rename(f, OTHER_OU, "PC7"));
	assert_refused(f, fake_rename(f, "PC7", OTHER_OU), HIDDEN);
}

static void made(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "b", "+spn HOST/web01.example.com");
	assert_refused(f,
		       fake_add(f,
				"WEB01",
				"+objectClass computer\n+cn WEB01"),
		       HIDDEN);
	assert_accepted(f,
			fake_add(f, "WEB02", "+objectClass computer\n+cn W"));
	assert_accepted(f, fake_add(f, "web01", "+objectClass user"));
}

static void only_a_warning(void **state)
{
	struct fake *f = *state;

	put_both(f);
	fake_put_settings(f, "+msDS-Settings hidden-duplicate=warn");
	assert_accepted(f, fake_rename(f, "PC7", "WEB01"));
	assert_non_null(strstr(f->log, "SPN-105"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(spn_of_a_computer),
		fake_test(renamed_to_it),
		fake_test(renamed_in_a_transaction),
		fake_test(old_ones),
		fake_test(made),
		fake_test(only_a_warning),
	};

	return fake_run(tests);
}
