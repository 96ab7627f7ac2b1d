/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What children say in letters and texts, and who of them is late. What
 * becomes of children is tests/tools/test_children.c.
 */
#include "probe/names/child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum kind {
	ANSWERS,
	SAYS_NOTHING,
	HANGS, /* after a word */
	DIES,
	SAYS_TOO_MUCH,
	NUM_KINDS,
};

static void work(size_t number,
		 const void *private_data,
		 struct spn_child *child)
{
	const char *word = private_data;
	char large[3000];
	char too_large[5000];
	int i;

	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	memset(too_large, 'x', sizeof(too_large));
	too_large[sizeof(too_large) - 1] = '\0';
	if (number == SAYS_NOTHING) {
		return;
	}
	probe_child_say(child, 'a', word);
	switch ((enum kind)number) {
	case ANSWERS:
		probe_child_say(child, 'b', "");
		probe_child_say(child, 'e', too_large);
		probe_child_say(child, 'c', large);
		break;
	case HANGS:
		pause();
		break;
	case DIES:
		raise(SIGKILL);
		break;
	default:
		for (i = 0; i < 1000; i++) {
			probe_child_say(child, 'd', large);
		}
		break;
	}
}

static void test_what_is_said(void **state)
{
	const struct probe_child_work ask = {
		.work = work,
		.private_data = "word",
	};
	struct probe_heard *heard = NULL;
	size_t i;

	(void)state;
	heard = probe_child_ask(NULL, &ask, NUM_KINDS, 2000);
	assert_non_null(heard);
	for (i = 0; i < NUM_KINDS; i++) {
		assert_int_equal(heard[i].is_late, i == HANGS);
		if (i == SAYS_NOTHING) {
			assert_int_equal(heard[i].num_said, 0);
			continue;
		}
		assert_true(heard[i].num_said > 0);
		assert_int_equal(heard[i].said[0].letter, 'a');
		assert_string_equal(heard[i].said[0].text, "word");
	}
	/* What no line takes is not said. */
	assert_int_equal(heard[ANSWERS].num_said, 3);
	assert_string_equal(heard[ANSWERS].said[1].text, "");
	assert_int_equal(heard[ANSWERS].said[2].letter, 'c');
	assert_int_equal(strlen(heard[ANSWERS].said[2].text), 2999);
	assert_int_equal(heard[HANGS].num_said, 1);
	assert_int_equal(heard[DIES].num_said, 1);
	assert_in_range(heard[SAYS_TOO_MUCH].num_said, 2, 30);
	talloc_free(heard);
}

/* As many as may run at once hang, and there is little time: the last one has
 * its turn. */
static void hang_but_the_last(size_t number,
			      const void *private_data,
			      struct spn_child *child)
{
	const size_t *last = private_data;

	if (number < *last) {
		pause();
	}
	probe_child_say(child, 'a', "");
}

static void test_turn_of_the_last(void **state)
{
	const size_t last = 6;
	const struct probe_child_work ask = {
		.work = hang_but_the_last,
		.private_data = &last,
	};
	struct probe_heard *heard = probe_child_ask(NULL, &ask, last + 1, 600);

	(void)state;
	assert_non_null(heard);
	assert_true(heard[0].is_late);
	assert_false(heard[last].is_late);
	assert_int_equal(heard[last].num_said, 1);
	talloc_free(heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_said),
		cmocka_unit_test(test_turn_of_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
