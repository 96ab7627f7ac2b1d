/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Children that answer, hang, die, say too much or say half a thing: the
 * parent has all that was whole, in time, and no child and no file stays.
 */
#include "probe/names/child.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>
#include <cmocka.h>

enum kind {
	ANSWERS,
	HANGS, /* after a word */
	DIES,
	SAYS_HALF,
	SAYS_TOO_MUCH,
	CLOSES_AND_HANGS,
	NUM_KINDS,
};

static void work(size_t number, const void *private_data, int fd)
{
	const char *word = private_data;
	char *half = NULL;
	char large[3000];
	int i;

	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	probe_child_say(fd, 'a', word);
	switch ((enum kind)number) {
	case ANSWERS:
		probe_child_say(fd, 'b', "");
		probe_child_say(fd, 'c', large);
		break;
	case HANGS:
		pause();
		break;
	case DIES:
		raise(SIGKILL);
		break;
	case SAYS_HALF:
		half = large;
		_exit(write(fd, half, 10) == 10 ? 0 : 1);
		break;
	case SAYS_TOO_MUCH:
		for (i = 0; i < 1000; i++) {
			probe_child_say(fd, 'd', large);
		}
		break;
	default:
		close(fd);
		pause();
		break;
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

static void test_children(void **state)
{
	const struct probe_child_work ask = {
		.work = work,
		.private_data = "word",
	};
	size_t files = num_files();
	time_t began = time(NULL);
	struct probe_heard *heard = NULL;
	size_t i;

	(void)state;
	heard = probe_child_ask(NULL, &ask, NUM_KINDS, 2);
	assert_non_null(heard);
	assert_in_range(time(NULL) - began, 1, 60);
	for (i = 0; i < NUM_KINDS; i++) {
		assert_true(heard[i].num_said > 0);
		assert_int_equal(heard[i].said[0].letter, 'a');
		assert_string_equal(heard[i].said[0].text, "word");
		assert_int_equal(heard[i].is_late, i == HANGS);
	}
	assert_int_equal(heard[ANSWERS].num_said, 3);
	assert_string_equal(heard[ANSWERS].said[1].text, "");
	assert_int_equal(strlen(heard[ANSWERS].said[2].text), 2999);
	assert_int_equal(heard[DIES].num_said, 1);
	assert_int_equal(heard[SAYS_HALF].num_said, 1);
	assert_in_range(heard[SAYS_TOO_MUCH].num_said, 2, 30);
	talloc_free(heard);
	assert_int_equal(num_files(), files);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_no_time(void **state)
{
	const struct probe_child_work ask = {
		.work = work,
		.private_data = "word",
	};
	struct probe_heard *heard = probe_child_ask(NULL, &ask, 2, 0);

	(void)state;
	assert_non_null(heard);
	assert_int_equal(heard[HANGS].num_said, 0);
	assert_true(heard[HANGS].is_late);
	talloc_free(heard);
	heard = probe_child_ask(NULL, &ask, 0, 1);
	assert_non_null(heard);
	talloc_free(heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
