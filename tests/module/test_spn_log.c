/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many refusals stand in the log of somebody who has not asked for them:
 * so many in a minute, and then a line that says so. The debug functions of
 * Samba and the clock are those of this test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "spn_log.h"

/* Those of Samba, which this test has instead. */
int debug_add_class(const char *classname);
int debuglevel_get_class(size_t class_index);
bool dbghdrclass(int level,
		 int class_index,
		 const char *location,
		 const char *function);
bool dbgtext(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct {
	int level; /* of our class */
	time_t now;
	unsigned num_lines;
	char last[256];
} world;

int debug_add_class(const char *classname)
{
	assert_string_equal(classname, "spn_policy");
	return 7;
}

int debuglevel_get_class(size_t class_index)
{
	assert_int_equal(class_index, 7);
	return world.level;
}

bool dbghdrclass(int level,
		 int class_index,
		 const char *location,
		 const char *function)
{
	(void)location;
	(void)function;
	assert_int_equal(class_index, 7);
	assert_true(level <= world.level);
	return true;
}

bool dbgtext(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(world.last, sizeof(world.last), format, ap);
	va_end(ap);
	world.num_lines++;
	return true;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	*t = (struct timespec){.tv_sec = world.now};
	return 0;
}

/* So many are refused; how many lines that makes. */
static unsigned refuse(struct ldb_context *ldb, unsigned num)
{
	unsigned before = world.num_lines;

	for (; num > 0; num--) {
		if (spn_log_wants_refusal(ldb)) {
			spn_log(ldb, SPN_LOG_REFUSED, "refused");
		}
	}
	return world.num_lines - before;
}

static bool last_has(const char *text)
{
	return strstr(world.last, text) != NULL;
}

static void test_refusals(void **state)
{
	struct ldb_context *ldb = ldb_init(NULL, NULL);

	(void)state;
	assert_int_equal(ldb_set_opaque(ldb, "loadparm", ldb), LDB_SUCCESS);
	world.now = 1; /* the machine has just started */
	world.level = -1;
	assert_int_equal(refuse(ldb, 10), 0);
	world.level = 0;
	assert_int_equal(refuse(ldb, 30), 30);
	assert_true(last_has("refused"));
	assert_int_equal(refuse(ldb, 1), 1);
	assert_true(last_has("more than 30 refusals in a minute"));
	assert_true(last_has("spn_policy:3\n"));
	world.now += 59;
	assert_int_equal(refuse(ldb, 1000), 0);
	/* whoever asks for it has all, and these are none of the others */
	world.level = 3;
	assert_int_equal(refuse(ldb, 100), 100);
	world.level = 2;
	world.now += 1;
	assert_int_equal(refuse(ldb, 1), 2);
	assert_true(last_has("refused"));
	assert_int_equal(refuse(ldb, 29), 29);
	assert_int_equal(refuse(ldb, 5), 1);
	/* how many there were is said with the next one */
	world.now += 86400;
	assert_int_equal(refuse(ldb, 1), 2);
	world.now += 60;
	assert_int_equal(refuse(ldb, 1), 1);
	talloc_free(ldb);
}

static void test_number_of_lost(void **state)
{
	struct ldb_context *ldb = ldb_init(NULL, NULL);

	(void)state;
	assert_int_equal(ldb_set_opaque(ldb, "loadparm", ldb), LDB_SUCCESS);
	world.level = 0;
	world.now += 60;
	assert_int_equal(refuse(ldb, 30 + 12), 31);
	world.now += 60;
	assert_true(spn_log_wants_refusal(ldb));
	assert_true(last_has("12 refusals before this were not written"));
	talloc_free(ldb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_number_of_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
