/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a DC says of its module: what is written can be read, keys in any
 * order and keys of later versions do no harm, and what is no such text is
 * refused with a reason that has no byte of it.
 */
#include "lib/policy_fixture.h"
#include "policy/dc_state.h"

#define VERSIONS "version=0.1.0 ldb=2.6.2"
#define TIME "since=20261129120000.0Z"
#define GOOD VERSIONS " state=enforce " TIME " restart=no"
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void test_written_and_read(void **state)
{
	struct fixture *f = *state;
	const enum spn_dc_mode modes[] = {SPN_DC_ENFORCE,
					  SPN_DC_AUDIT,
					  SPN_DC_OFF,
					  SPN_DC_IDLE};
	const char *reason = NULL;
	size_t i;
	unsigned restart;

	for (i = 0; i < ARRAY_SIZE(modes) * 8; i++) {
		struct spn_dc_state told = {
			.version = STR("0.1.0~rc1+x"),
			.ldb = STR("2.11.0"),
			.mode = modes[i / 8],
			.since = STR("20261129120000.0Z"),
			.restart = i % 8,
		};
		struct spn_dc_state heard = {};
		char *text = spn_dc_state_text(f->mem_ctx, &told);

		assert_non_null(text);
		assert_true(
			spn_dc_state_parse(spn_str_of(text), &heard, &reason));
		assert_true(spn_str_equal(heard.version, told.version));
		assert_true(spn_str_equal(heard.ldb, told.ldb));
		assert_true(spn_str_equal(heard.since, told.since));
		assert_int_equal(heard.mode, told.mode);
		assert_int_equal(heard.restart, told.restart);
	}
	restart = SPN_DC_RESTART_LIST | SPN_DC_RESTART_CONF;
	assert_string_equal(spn_dc_restart_text(f->mem_ctx, restart),
			    "module-list,smb.conf");
	assert_string_equal(spn_dc_restart_text(f->mem_ctx, 0), "no");
	assert_string_equal(spn_dc_restart_word(restart, 1), "smb.conf");
	assert_null(spn_dc_restart_word(restart, 2));
	assert_string_equal(spn_dc_time_text(f->mem_ctx,
					     STR("20261129120003.0Z")),
			    "2026-11-29T12:00:03Z");
}

static void test_the_text(void **state)
{
	struct fixture *f = *state;
	struct spn_dc_state told = {
		.version = STR("0.1.0"),
		.ldb = STR("2.6.2"),
		.mode = spn_dc_mode_of(SPN_MODE_ENFORCE),
		.since = STR("20261129120000.0Z"),
	};

	assert_string_equal(spn_dc_state_text(f->mem_ctx, &told), GOOD);
	/* what could not be read back is not written */
	told.version = STR("0.1 state=off");
	assert_null(spn_dc_state_text(f->mem_ctx, &told));
	told.version = STR("0.1.0");
	told.ldb = STR("");
	assert_null(spn_dc_state_text(f->mem_ctx, &told));
	told.ldb = STR("2.6.2");
	told.since = STR("yesterday");
	assert_null(spn_dc_state_text(f->mem_ctx, &told));
	assert_int_equal(spn_dc_mode_of(SPN_MODE_AUDIT), SPN_DC_AUDIT);
	assert_int_equal(spn_dc_mode_of(SPN_MODE_OFF), SPN_DC_OFF);
}

static const struct {
	struct spn_str value;
	enum spn_dc_mode mode;
	unsigned restart;
} good[] = {
	{STR(GOOD), SPN_DC_ENFORCE, 0},
	/* another order, a key of a later version, a mark in a value */
	{STR("restart=no " TIME " state=off " VERSIONS), SPN_DC_OFF, 0},
	{STR("new=x,=y " VERSIONS " state=idle " TIME " restart=no Z=1"),
	 SPN_DC_IDLE,
	 0},
	/* reasons, one of a later version */
	{STR(VERSIONS " state=audit " TIME " restart=smb.conf,module-file"),
	 SPN_DC_AUDIT,
	 SPN_DC_RESTART_CONF | SPN_DC_RESTART_FILE},
	{STR(VERSIONS " state=audit " TIME " restart=weather,module-list"),
	 SPN_DC_AUDIT,
	 SPN_DC_RESTART_OTHER | SPN_DC_RESTART_LIST},
};

static void test_what_is_read(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct spn_dc_state heard = {};
		const char *reason = NULL;

		if (!spn_dc_state_parse(good[i].value, &heard, &reason)) {
			fail_msg("%s: %s", good[i].value.data, reason);
		}
		assert_int_equal(heard.mode, good[i].mode);
		assert_int_equal(heard.restart, good[i].restart);
	}
}

/* With the word in which its reason is known again. */
static const struct {
	struct spn_str value;
	const char *reason;
} bad[] = {
	{STR(""), "key=value"},
	{STR(" " GOOD), "key=value"},
	{STR(GOOD " "), "key=value"},
	{STR(VERSIONS "  state=enforce " TIME " restart=no"), "key=value"},
	{STR(GOOD " word"), "key=value"},
	{STR(GOOD " =x"), "key=value"},
	{STR(GOOD " x="), "key=value"},
	{STR(GOOD " state=off"), "twice"},
	{STR(GOOD "\0"), "characters"},
	{STR(GOOD "\n"), "characters"},
	{STR(GOOD " x=\xc3\xbc"), "characters"},
	{STR(GOOD " x=\x1b[2J"), "characters"},
	{STR(VERSIONS " state=enforce " TIME), "missing"},
	{STR(VERSIONS " state=enforce restart=no"), "missing"},
	{STR(VERSIONS " " TIME " restart=no"), "missing"},
	{STR("version=1 state=off " TIME " restart=no"), "missing"},
	{STR("ldb=1 state=off " TIME " restart=no"), "missing"},
	/* keys and words have one spelling */
	{STR(VERSIONS " State=enforce " TIME " restart=no"), "missing"},
	{STR(VERSIONS " state=Enforce " TIME " restart=no"), "its state"},
	{STR(VERSIONS " state=enforcing " TIME " restart=no"), "its state"},
	{STR(VERSIONS " state=enforce since=1 restart=no"), "the time"},
	{STR(VERSIONS " state=off since=20261329120000.0Z restart=no"),
	 "the time"},
	{STR(VERSIONS " state=off since=20261100120000.0Z restart=no"),
	 "the time"},
	{STR(VERSIONS " state=off since=20261129240000.0Z restart=no"),
	 "the time"},
	{STR(VERSIONS " state=off since=20261129120000.5Z restart=no"),
	 "the time"},
	{STR(VERSIONS " state=off since=2026112912000x.0Z restart=no"),
	 "the time"},
	{STR(VERSIONS " state=off " TIME " restart=,"), "a restart"},
	{STR(VERSIONS " state=off " TIME " restart=module-file,"),
	 "a restart"},
	{STR("version=a/b ldb=1 state=off " TIME " restart=no"),
	 "of the module"},
	{STR("version=1" HUNDRED " ldb=1 state=off " TIME " restart=no"),
	 "of the module"},
	{STR("version=1 ldb=2;3 state=off " TIME " restart=no"), "of ldb"},
	{STR(GOOD " x=" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
		     HUNDRED HUNDRED HUNDRED),
	 "too long"},
};

static void test_what_is_refused(void **state)
{
	const struct spn_dc_state before = {.mode = SPN_DC_IDLE,
					    .restart = 42};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct spn_dc_state heard = before;
		const char *reason = "";

		if (spn_dc_state_parse(bad[i].value, &heard, &reason) ||
		    strstr(reason, bad[i].reason) == NULL)
		{
			fail_msg("%s: %s", bad[i].value.data, reason);
		}
		assert_memory_equal(&heard, &before, sizeof(heard));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_written_and_read),
		fixture_test(test_the_text),
		fixture_test(test_what_is_read),
		fixture_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
