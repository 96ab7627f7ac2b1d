/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report and a signal that comes while it is written, at the moment when all
 * is in the temporary file: the file is whole, and nothing is left beside it.
 */
#include "lib/policy_fixture.h"

#include "common/output.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEW "the new report\n"

static int number; /* 0: fsync() fails */

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	(void)fd;
	if (number == 0) {
		errno = ENOSPC;
		return -1;
	}
	return raise(number);
}

struct folder {
	char name[64];
	char path[128];
};

static void make_folder(struct folder *folder)
{
	FILE *stream = NULL;

	*folder = (struct folder){.name = "audit-output.XXXXXX"};
	assert_non_null(mkdtemp(folder->name));
	snprintf(folder->path,
		 sizeof(folder->path),
		 "%s/report",
		 folder->name);
	stream = fopen(folder->path, "w");
	assert_non_null(stream);
	fputs("old", stream);
	fclose(stream);
}

static void check_folder(struct folder *folder, const char *expected)
{
	char text[64] = "";
	FILE *stream = fopen(folder->path, "r");
	DIR *dir = opendir(folder->name);
	struct dirent *entry = NULL;
	size_t num = 0;

	assert_non_null(stream);
	assert_non_null(dir);
	assert_non_null(fgets(text, sizeof(text), stream));
	assert_string_equal(text, expected);
	fclose(stream);
	while ((entry = readdir(dir)) != NULL) {
		num += (entry->d_name[0] != '.') ? 1 : 0;
	}
	closedir(dir);
	assert_int_equal(num, 1);
	unlink(folder->path);
	rmdir(folder->name);
}

/* The process is not ended before the file is in its place, and then it is. */
static void signals_wait(void **state)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		const char *reason = NULL;
		struct folder folder = {};
		int status = 0;
		pid_t child;

		make_folder(&folder);
		number = numbers[i];
		child = fork();
		if (child == 0) {
			signal(number, SIG_DFL);
			audit_output_write(f->mem_ctx,
					   &(struct audit_target){
						   .path = folder.path},
					   NEW,
					   strlen(NEW),
					   &reason);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), number);
		check_folder(&folder, NEW);
	}
}

/* The old file stays, and the reason says which one it is. */
static void full_disk(void **state)
{
	struct fixture *f = *state;
	const char *reason = NULL;
	struct folder folder = {};
	char *expected = NULL;

	make_folder(&folder);
	number = 0;
	assert_false(
		audit_output_write(f->mem_ctx,
				   &(struct audit_target){.path = folder.path},
				   NEW,
				   strlen(NEW),
				   &reason));
	expected = talloc_asprintf(f->mem_ctx,
				   "%s: No space left on device",
				   folder.path);
	assert_non_null(strstr(reason, expected));
	check_folder(&folder, "old");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(signals_wait),
		fixture_test(full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
