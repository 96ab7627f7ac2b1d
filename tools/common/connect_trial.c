/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child tries what may kill whoever does it.
 */
#include "connect_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define HANGS_AFTER 120 /* seconds; a trial takes some hundredths */

static const int deaths[] = {
	SIGBUS,
	SIGSEGV,
	SIGILL,
	SIGFPE,
	SIGABRT,
	SIGTRAP,
	SIGSYS,
	SIGALRM,
};

#define NUM_DEATHS (sizeof(deaths) / sizeof(deaths[0]))

bool spn_connect_is_own_death(int number)
{
	size_t i;

	for (i = 0; i < NUM_DEATHS; i++) {
		if (deaths[i] == number) {
			return true;
		}
	}
	return false;
}

/* Samba makes SIGABRT of some of them, once its options are there. */
static void die_of_the_cause(void)
{
	size_t i;

	for (i = 0; i < NUM_DEATHS; i++) {
		signal(deaths[i], SIG_DFL);
	}
}

void connect_silence_stderr(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null != -1) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
}

const char *connect_trial(TALLOC_CTX *mem_ctx,
			  bool (*work)(void *private_data),
			  void *private_data)
{
	int status = 0;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		die_of_the_cause();
		alarm(HANGS_AFTER);
		prctl(PR_SET_DUMPABLE, 0);
		connect_silence_stderr();
		_exit(work(private_data) ? 0 : 1);
	}
	if (child == -1) {
		return NULL;
	}
	while (waitpid(child, &status, 0) == -1) {
		if (errno != EINTR) {
			return NULL;
		}
	}
	if (WIFSIGNALED(status) && spn_connect_is_own_death(WTERMSIG(status)))
	{
		return talloc_asprintf(mem_ctx,
				       "whoever loads it is ended by signal "
				       "%d (%s)",
				       WTERMSIG(status),
				       strsignal(WTERMSIG(status)));
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		return "it does not start";
	}
	return NULL;
}

struct connect_open_trial {
	struct spn_connect *connect;
	const struct spn_connect_options *options;
};

/* Also the module's part in a transaction, without a write. */
static bool open_and_leave(void *private_data)
{
	const struct connect_open_trial *trial = private_data;
	struct ldb_context *ldb = spn_connect_open(trial->connect,
						   trial->connect,
						   trial->options);

	if (ldb != NULL && ldb_transaction_start(ldb) == LDB_SUCCESS) {
		ldb_transaction_cancel(ldb);
	}
	return true; /* whoever opens it afterwards hears the reason */
}

bool spn_connect_kills(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       const struct spn_connect_options *options)
{
	struct connect_open_trial trial = {connect, options};
	const char *why = connect_trial(mem_ctx, open_and_leave, &trial);

	if (why == NULL) {
		return false;
	}
	talloc_free(connect->reason);
	connect->reason = talloc_strdup(connect, why);
	return true;
}
