/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that children do within a time: what comes back of it, what does not,
 * and how many children it takes.
 */
#include "common/children.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define LONG 20000 /* milliseconds, when they do not matter */
#define MOST 1000000

enum kind {
	ANSWERS,
	ANSWERS_LONG,
	FAILS,
	HANGS,
	DIES,
	LEAVES,
	SAYS_HALF,
	SAYS_TOO_MUCH,
	SAYS_FOR_EVER,
	CLOSES_AND_HANGS,
};

static int number_seen; /* that a child changes, and nobody sees */

static void say_for_ever(struct spn_child *child)
{
	while (spn_child_say(child, "", 0)) {
	}
}

static void say_half(struct spn_child *child)
{
	/* The rest cannot be read, so it is not sent. */
	char *byte = NULL;

	(void)spn_child_say(child, byte, 10);
}

/* Each says its process first, then "x" and whatever is of its kind. */
static bool work(struct spn_child *child,
		 TALLOC_CTX *mem_ctx,
		 size_t number,
		 void *private_data)
{
	const enum kind *kinds = private_data;
	pid_t self = getpid();
	char *large = talloc_zero_size(mem_ctx, MOST + 1);

	memset(large, 'x', MOST);
	number_seen++;
	if (!spn_child_say(child, &self, sizeof(self))) {
		return false;
	}
	switch (kinds[number]) {
	case ANSWERS:
		return spn_child_say(child, "x", 1);
	case ANSWERS_LONG:
		return spn_child_say(child, large, MOST - sizeof(self));
	case HANGS:
		pause();
		return true;
	case DIES:
		(void)raise(SIGKILL);
		return true;
	case LEAVES:
		_exit(0);
	case SAYS_HALF:
		say_half(child);
		return false;
	case SAYS_TOO_MUCH:
		return spn_child_say(child, large, MOST);
	case SAYS_FOR_EVER:
		say_for_ever(child);
		return true;
	case CLOSES_AND_HANGS:
		closefrom(3);
		pause();
		return true;
	default:
		return false;
	}
}

static size_t num_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t num = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL) {
		num++;
	}
	closedir(folder);
	return num;
}

/* Freed by the caller. No child and no file is left. */
static struct spn_child_answer *answers_of(const enum kind *kinds,
					   size_t num,
					   struct spn_children ask)
{
	size_t files = num_files();
	int64_t began = spn_children_now();
	struct spn_child_answer *answers = NULL;

	ask.work = work;
	ask.private_data = talloc_memdup(NULL, kinds, num * sizeof(kinds[0]));
	ask.most_bytes = MOST;
	assert_true(num == 0 || ask.private_data != NULL);
	answers = spn_children_ask(NULL, &ask, num);
	assert_non_null(answers);
	assert_true(spn_children_now() - began < LONG);
	assert_int_equal(num_files(), files);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	/* The child has its own copy of everything. */
	assert_int_equal(number_seen, 0);
	talloc_free(ask.private_data);
	return answers;
}

static pid_t process_of(const struct spn_child_answer *answer)
{
	pid_t pid = 0;

	assert_true(answer->len >= sizeof(pid));
	memcpy(&pid, answer->bytes, sizeof(pid));
	return pid;
}

/* What is cut off by the end of a child was not said; nor does it harm others,
 * who are with the same child, or each with its own. */
static void test_each_end(void **state)
{
	static const struct {
		enum kind kind;
		enum spn_child_end end;
		size_t len; /* behind the process */
	} rows[] = {
		{ANSWERS, SPN_CHILD_DONE, 1},
		{ANSWERS_LONG, SPN_CHILD_DONE, MOST - sizeof(pid_t)},
		{FAILS, SPN_CHILD_DIED, 0},
		{DIES, SPN_CHILD_DIED, 0},
		{LEAVES, SPN_CHILD_DIED, 0},
		{SAYS_HALF, SPN_CHILD_DIED, 0},
		{SAYS_TOO_MUCH, SPN_CHILD_TOO_LONG, 0},
		{CLOSES_AND_HANGS, SPN_CHILD_DIED, 0},
		{SAYS_FOR_EVER, SPN_CHILD_LATE, 0},
		{HANGS, SPN_CHILD_LATE, 0},
		{ANSWERS, SPN_CHILD_DONE, 1},
	};
	static const struct spn_children ways[] = {
		{.milliseconds = 2000, .patience = 1, .most_at_once = 1},
		{.milliseconds = 2000, .patience = 0, .most_at_once = 1},
		{.milliseconds = 2000, .patience = 0, .most_at_once = 3},
		{.milliseconds = 2000, .patience = 20, .most_at_once = 20},
		{.milliseconds = 3000,
		 .is_time_of_all = true,
		 .patience = 20,
		 .most_at_once = 20},
	};
	const size_t num = sizeof(rows) / sizeof(rows[0]);
	enum kind kinds[sizeof(rows) / sizeof(rows[0])] = {};
	size_t way;
	size_t i;

	(void)state;
	for (i = 0; i < num; i++) {
		kinds[i] = rows[i].kind;
	}
	for (way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		struct spn_child_answer *answers = answers_of(kinds,
							      num,
							      ways[way]);

		for (i = 0; i < num; i++) {
			const struct spn_child_answer *answer = &answers[i];

			assert_int_equal(answer->end, rows[i].end);
			assert_int_equal(answer->len,
					 sizeof(pid_t) + rows[i].len);
			assert_int_equal(answer->bytes[answer->len], '\0');
			assert_int_equal(strlen(answer->bytes + sizeof(pid_t)),
					 rows[i].len);
		}
		talloc_free(answers);
	}
}

/* A fork costs more than a quick piece. */
static void test_one_child_for_many(void **state)
{
	static const enum kind kinds[] = {ANSWERS, ANSWERS, ANSWERS, ANSWERS};
	static const struct spn_children ways[] = {
		{.milliseconds = LONG, .patience = LONG, .most_at_once = 9},
		{.milliseconds = UINT_MAX, .patience = 1, .most_at_once = 1},
		{.milliseconds = LONG, .patience = 0, .most_at_once = 9},
		{.milliseconds = LONG, .patience = 0, .most_at_once = 1},
	};
	size_t way;
	size_t i;

	(void)state;
	for (way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		struct spn_child_answer *answers = answers_of(kinds,
							      4,
							      ways[way]);

		for (i = 0; i < 3; i++) {
			bool is_same = process_of(&answers[i]) ==
				       process_of(&answers[i + 1]);

			assert_int_equal(answers[i].end, SPN_CHILD_DONE);
			assert_int_equal(is_same, ways[way].patience > 0);
		}
		talloc_free(answers);
	}
}

/* Who hangs costs its own child, and the time once. */
static void test_one_that_hangs(void **state)
{
	static const enum kind kinds[] = {ANSWERS,
					  HANGS,
					  HANGS,
					  ANSWERS,
					  ANSWERS};
	const struct spn_children ask = {.milliseconds = 4000,
					 .patience = 500,
					 .most_at_once = 9};
	int64_t began = spn_children_now();
	struct spn_child_answer *answers = answers_of(kinds, 5, ask);

	(void)state;
	assert_true(spn_children_now() - began < 7900);
	assert_int_equal(process_of(&answers[0]), process_of(&answers[1]));
	assert_int_not_equal(process_of(&answers[1]), process_of(&answers[2]));
	assert_int_not_equal(process_of(&answers[2]), process_of(&answers[3]));
	assert_int_equal(process_of(&answers[3]), process_of(&answers[4]));
	assert_int_equal(answers[1].end, SPN_CHILD_LATE);
	assert_int_equal(answers[2].end, SPN_CHILD_LATE);
	assert_int_equal(answers[4].end, SPN_CHILD_DONE);
	talloc_free(answers);
}

/* All together have one time, however many hang, one after the other. */
static void test_time_of_all(void **state)
{
	static const enum kind kinds[] = {HANGS, HANGS, HANGS, HANGS, HANGS};
	struct spn_children ask = {.milliseconds = 1000,
				   .is_time_of_all = true,
				   .patience = 1,
				   .most_at_once = 1};
	int64_t began = spn_children_now();
	struct spn_child_answer *answers = answers_of(kinds, 5, ask);
	size_t i;

	(void)state;
	assert_true(spn_children_now() - began < 3000);
	for (i = 0; i < 5; i++) {
		assert_int_equal(answers[i].end, SPN_CHILD_LATE);
		assert_int_equal(answers[i].len, (i == 0) ? sizeof(pid_t) : 0);
	}
	talloc_free(answers);
	ask.milliseconds = 0;
	answers = answers_of(kinds, 5, ask);
	assert_int_equal(answers[0].end, SPN_CHILD_LATE);
	assert_null(answers[0].bytes);
	talloc_free(answers);
	talloc_free(answers_of(kinds, 0, ask));
}

static bool is_late(const struct spn_child_answer *answer)
{
	return answer->end == SPN_CHILD_LATE;
}

/* After the one that is enough no other is begun, and nobody waits for what
 * the same child has begun meanwhile. */
static void test_enough(void **state)
{
	static const enum kind kinds[] = {ANSWERS, HANGS, HANGS, ANSWERS};
	struct spn_children ask = {.milliseconds = 1000,
				   .patience = 1,
				   .most_at_once = 1,
				   .is_enough = is_late};
	int64_t began = spn_children_now();
	struct spn_child_answer *answers = answers_of(kinds, 4, ask);

	(void)state;
	assert_true(spn_children_now() - began < 1900);
	assert_int_equal(answers[0].end, SPN_CHILD_DONE);
	assert_int_equal(answers[1].end, SPN_CHILD_LATE);
	assert_int_equal(answers[2].end, SPN_CHILD_LEFT_OUT);
	assert_int_equal(answers[3].end, SPN_CHILD_LEFT_OUT);
	assert_null(answers[3].bytes);
	talloc_free(answers);
	/* Those that have begun come to their end. */
	ask.milliseconds = 4000;
	ask.patience = 100;
	ask.most_at_once = 2;
	answers = answers_of(kinds, 4, ask);
	assert_int_equal(answers[1].end, SPN_CHILD_LATE);
	assert_int_equal(answers[2].end, SPN_CHILD_LATE);
	assert_int_equal(answers[3].end, SPN_CHILD_LEFT_OUT);
	talloc_free(answers);
}

static void test_no_more_files(void **state)
{
	enum kind kinds[] = {ANSWERS, ANSWERS};
	const struct spn_children ask = {.work = work,
					 .private_data = kinds,
					 .milliseconds = LONG,
					 .patience = 1,
					 .most_at_once = 1,
					 .most_bytes = MOST};
	struct spn_child_answer *answers = NULL;
	struct rlimit as_it_was = {};
	struct rlimit none = {};

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &as_it_was), 0);
	none.rlim_max = as_it_was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	answers = spn_children_ask(NULL, &ask, 2);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &as_it_was), 0);
	assert_non_null(answers);
	assert_int_equal(answers[0].end, SPN_CHILD_CANNOT);
	assert_int_equal(answers[1].end, SPN_CHILD_CANNOT);
	talloc_free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_end),
		cmocka_unit_test(test_one_child_for_many),
		cmocka_unit_test(test_one_that_hangs),
		cmocka_unit_test(test_time_of_all),
		cmocka_unit_test(test_enough),
		cmocka_unit_test(test_no_more_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
