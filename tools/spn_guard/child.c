/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child that does the dangerous part, and a pipe by which it answers. The
 * first letter of an answer says how it went: none was written by who died.
 */

#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* A trial takes some hundredths; a pipe in the place of the file is waited
 * for without end. */
#define MOST_SECONDS_OF_TRIAL 6

#define YES '+'
#define NO '-'

static volatile sig_atomic_t running_child;
static volatile sig_atomic_t is_in_journal;

static void time_is_up(int number)
{
	static const char text[] = "<2>spn-guard: given up, for it took too "
				   "long; is the database "
				   "locked by somebody?\n";
	size_t skip = is_in_journal ? 0 : sizeof("<2>") - 1;
	ssize_t ignored;

	(void)number;
	if (running_child > 0) {
		kill(-running_child, SIGKILL);
	}
	ignored = write(STDERR_FILENO, text + skip, sizeof(text) - 1 - skip);
	(void)ignored;
	_exit(GUARD_EXIT_CANNOT);
}

void guard_limit_time(unsigned seconds)
{
	is_in_journal = guard_is_in_journal();
	signal(SIGALRM, time_is_up);
	alarm(seconds);
}

static void be_quiet(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null != -1) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
}

static void run_child(int end,
		      const struct guard *guard,
		      bool quiet,
		      guard_work work,
		      void *data)
{
	FILE *out = fdopen(end, "w");
	char *text = NULL;
	size_t len = 0;
	FILE *said = open_memstream(&text, &len);
	bool ok;

	signal(SIGALRM, SIG_DFL);
	alarm(quiet ? MOST_SECONDS_OF_TRIAL : 0);
	setpgid(0, 0); /* so that its own children end with it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	if (quiet) {
		be_quiet();
	}
	if (out == NULL || said == NULL) {
		_exit(1);
	}
	ok = work(said, guard, data);
	fclose(said);
	fprintf(out, "%c%s", ok ? YES : NO, text);
	fflush(out);
	_exit(0);
}

/* All that comes, on mem_ctx; NULL when out of memory. */
static char *read_all(TALLOC_CTX *mem_ctx, int end)
{
	char *text = talloc_strdup(mem_ctx, "");
	char part[4096];
	ssize_t got = 1;

	while (text != NULL && got > 0) {
		got = read(end, part, sizeof(part));
		if (got > 0) {
			text = talloc_strndup_append(text, part, (size_t)got);
		} else if (got == -1 && errno == EINTR) {
			got = 1;
		}
	}
	return text;
}

static struct guard_answer failure(const char *text)
{
	const struct guard_answer answer = {.text = text};

	return answer;
}

static struct guard_answer hear(TALLOC_CTX *mem_ctx, int end, pid_t child)
{
	struct guard_answer answer = {};
	int status = 0;

	answer.text = read_all(mem_ctx, end);
	while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
	}
	running_child = 0;
	if (answer.text == NULL) {
		return failure("out of memory");
	}
	answer.ok = answer.text[0] == YES;
	answer.is_killed = WIFSIGNALED(status) &&
			   spn_connect_is_own_death(WTERMSIG(status));
	if (WIFSIGNALED(status)) {
		answer.ok = false;
		answer.text = talloc_asprintf(mem_ctx,
					      "whoever loads it is ended by "
					      "signal %d (%s)",
					      WTERMSIG(status),
					      strsignal(WTERMSIG(status)));
	} else if (answer.text[0] != '\0') {
		answer.text++;
	}
	return (answer.text == NULL) ? failure("out of memory") : answer;
}

struct guard_answer guard_ask(TALLOC_CTX *mem_ctx,
			      const struct guard *guard,
			      bool quiet,
			      guard_work work,
			      void *data)
{
	struct guard_answer answer = {};
	int ends[2] = {-1, -1};
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) == -1) {
		return failure("no pipe");
	}
	fflush(NULL);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		run_child(ends[1], guard, quiet, work, data);
	}
	close(ends[1]);
	if (child == -1) {
		answer = failure("no process");
	} else {
		running_child = child;
		setpgid(child, child);
		answer = hear(mem_ctx, ends[0], child);
	}
	close(ends[0]);
	return answer;
}
