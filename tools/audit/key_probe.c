/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program is the one that lies beside this one, or the installed one: root
 * runs it, so PATH is not asked, and no shell. A password goes to it in a file
 * without a name. A child waits for it, so that it has so much time and no
 * more, and dies with it.
 */
#include "key_probe.h"

#include "common/children.h"
#include "policy/quote.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "spn-probe"
#define STEP_SECONDS 10
#define MOST_STEPS 6 /* that may take so long */
#define MOST_BYTES ((size_t)4 << 20)
#define MOST_COMPLAINT 500
#define MOST_ARGUMENTS 16
#define PASSWORD_FD 3
#define PASSWORD_FD_TEXT "3"

struct starting {
	const char *path;	  /* of the keytab */
	const char *const *names; /* of accounts, or NULL */
	const char *program;
	const char *argv[MOST_ARGUMENTS];
	size_t num;
	struct spn_connect_heir heir;
	unsigned seconds;
};

/* ------------------------------------------------------------ which program
 */

/* Of this one, as it was started. NULL when that is not known. */
static char *own_folder(TALLOC_CTX *mem_ctx)
{
	char path[PATH_MAX] = "";
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	return (len <= 0) ? NULL : talloc_strdup(mem_ctx, dirname(path));
}

/* False after a reason. */
static bool find_program(TALLOC_CTX *mem_ctx,
			 const char **_program,
			 const char **_reason)
{
	const char *folders[] = {own_folder(mem_ctx), "/usr/bin"};
	size_t i;

	*_reason = NULL;
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *path = NULL;

		if (folders[i] == NULL) {
			continue;
		}
		path = talloc_asprintf(mem_ctx, "%s/" PROGRAM, folders[i]);
		if (path == NULL) {
			return false;
		}
		if (access(path, X_OK) == 0) {
			*_program = path;
			return true;
		}
	}
	*_reason = talloc_asprintf(
		mem_ctx,
		"--keytab needs " PROGRAM ", which is neither in %s nor in "
		"/usr/bin; install the package that has it (spn-tools)",
		(folders[0] == NULL) ? "the folder of this program"
				     : folders[0]);
	return false;
}

/* ---------------------------------------------------------- in the children
 */

/* A file in memory with these bytes; -1: it cannot be made. */
static int file_with(const char *bytes)
{
	int fd = memfd_create("", MFD_CLOEXEC);
	size_t len = strlen(bytes);

	if (fd >= 0 && (write(fd, bytes, len) != (ssize_t)len ||
			lseek(fd, 0, SEEK_SET) != 0))
	{
		close(fd);
		return -1;
	}
	return fd;
}

/* Samba's ways to be given a password, of which only ours may be there. No
 * other file goes to the program. */
static bool hand_over(const struct spn_connect_heir *heir)
{
	bool has_password = heir->password != NULL;
	int fd = has_password ? file_with(heir->password) : -1;

	unsetenv("PASSWD");
	unsetenv("PASSWD_FILE");
	unsetenv("PASSWD_FD");
	if (heir->cache != NULL && setenv("KRB5CCNAME", heir->cache, 1) != 0) {
		return false;
	}
	if (has_password && (fd < 0 || dup2(fd, PASSWORD_FD) < 0 ||
			     fcntl(PASSWORD_FD, F_SETFD, 0) != 0 ||
			     setenv("PASSWD_FD", PASSWORD_FD_TEXT, 1) != 0))
	{
		return false;
	}
	(void)close_range(has_password ? PASSWORD_FD + 1 : PASSWORD_FD,
			  UINT_MAX,
			  0);
	return true;
}

static void become(const struct starting *starting, int out, int complaints)
{
	char *argv[MOST_ARGUMENTS] = {NULL};
	sigset_t none;
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Those of --apply are kept back. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (i = 0; i < starting->num; i++) {
		argv[i] = strdup(starting->argv[i]);
		if (argv[i] == NULL) {
			_exit(1);
		}
	}
	if (dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(complaints, STDERR_FILENO) >= 0 && hand_over(&starting->heir))
	{
		execv(starting->program, argv);
	}
	_exit(1);
}

/* All of it is said on. */
static void say_all(struct spn_child *child, int fd)
{
	char bytes[4096];
	ssize_t got = 1;

	while (got > 0) {
		got = read(fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR) {
			got = 1;
		} else if (got > 0 &&
			   !spn_child_say(child, bytes, (size_t)got))
		{
			return;
		}
	}
}

/* The report, a NUL, and how the complaints begin. */
static bool work(struct spn_child *child,
		 TALLOC_CTX *mem_ctx,
		 size_t number,
		 void *private_data)
{
	const struct starting *starting = private_data;
	char complaint[MOST_COMPLAINT + 1] = "";
	int complaints = file_with("");
	int ends[2] = {-1, -1};
	ssize_t len = 0;
	pid_t pid;

	(void)mem_ctx;
	(void)number;
	if (complaints < 0 || pipe2(ends, O_CLOEXEC) != 0) {
		return false;
	}
	pid = fork();
	if (pid == 0) {
		become(starting, ends[1], complaints);
	}
	close(ends[1]);
	if (pid < 0) {
		return false;
	}
	say_all(child, ends[0]);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR) {
	}
	len = pread(complaints, complaint, MOST_COMPLAINT, 0);
	return spn_child_say(child, "", 1) &&
	       (len <= 0 || spn_child_say(child, complaint, (size_t)len));
}

/* ------------------------------------------------------------ in the parent
 */

static void add(struct starting *starting, const char *argument)
{
	starting->argv[starting->num++] = argument;
}

/* False when out of memory. */
static bool prepare(TALLOC_CTX *mem_ctx,
		    struct spn_connect *connect,
		    struct starting *starting)
{
	unsigned step = spn_connect_timeout(connect, STEP_SECONDS);
	char *arguments[4] = {NULL};
	size_t i;

	step = (step == 0) ? STEP_SECONDS : step;
	starting->seconds = MOST_STEPS * step;
	arguments[0] = talloc_asprintf(mem_ctx, "--keytab=%s", starting->path);
	arguments[1] = talloc_asprintf(mem_ctx, "--timeout=%u", step);
	for (i = 0; starting->names != NULL && i < 2; i++) {
		arguments[2 + i] = talloc_asprintf(mem_ctx,
						   "--account=%s",
						   starting->names[i]);
	}
	add(starting, PROGRAM);
	add(starting, "--json");
	add(starting, "--no-directory");
	if (starting->names == NULL) {
		add(starting, "--no-kdc");
	} else if (!spn_connect_heir_of(mem_ctx, connect, &starting->heir)) {
		return false;
	}
	for (i = 0; starting->heir.arguments[i] != NULL; i++) {
		add(starting, starting->heir.arguments[i]);
	}
	for (i = 0; i < ((starting->names == NULL) ? 2u : 4u); i++) {
		if (arguments[i] == NULL) {
			return false;
		}
		add(starting, arguments[i]);
	}
	return true;
}

/* Why there is no report; NULL when out of memory. */
static char *say_why(TALLOC_CTX *mem_ctx,
		     const struct starting *starting,
		     const struct spn_child_answer *answer,
		     struct spn_str complaint)
{
	switch (answer->end) {
	case SPN_CHILD_LATE:
		return talloc_asprintf(mem_ctx,
				       PROGRAM " has said nothing of %s for "
					       "%u seconds",
				       starting->path,
				       starting->seconds);
	case SPN_CHILD_TOO_LONG:
		return talloc_asprintf(mem_ctx,
				       "%s has too many entries",
				       starting->path);
	default:
		break;
	}
	complaint.len = (complaint.len == 0) ? 0
					     : strcspn(complaint.data, "\n");
	return talloc_asprintf(mem_ctx,
			       "%s says nothing of %s%s%.*s",
			       starting->program,
			       starting->path,
			       (complaint.len == 0) ? "" : ": ",
			       (int)complaint.len,
			       (complaint.len == 0) ? "" : complaint.data);
}

static bool read_answer(TALLOC_CTX *mem_ctx,
			const struct starting *starting,
			const struct spn_child_answer *answer,
			struct audit_key_report *_report,
			const char **_reason)
{
	struct spn_str text = {answer->bytes, 0};
	struct spn_str complaint = {};
	bool is_report = false;

	if (answer->bytes != NULL) {
		text.len = strlen(answer->bytes);
		complaint = spn_str_from(
			(struct spn_str){answer->bytes, answer->len},
			(text.len < answer->len) ? text.len + 1 : text.len);
	}
	if (answer->end == SPN_CHILD_DONE && text.len > 0 &&
	    !audit_key_report_read(mem_ctx,
				   text,
				   starting->names,
				   _report,
				   &is_report))
	{
		return false;
	}
	if (!is_report) {
		*_reason = say_why(mem_ctx, starting, answer, complaint);
	}
	return is_report;
}

bool audit_key_probe(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     const char *path,
		     const char *const *names,
		     struct audit_key_report *_report,
		     const char **_reason)
{
	struct starting starting = {.path = path, .names = names};
	struct spn_children ask = {
		.work = work,
		.private_data = &starting,
		.most_at_once = 1,
		.most_bytes = MOST_BYTES,
		.is_silent = true,
	};
	struct spn_child_answer *answers = NULL;

	if (!find_program(mem_ctx, &starting.program, _reason) ||
	    !prepare(mem_ctx, connect, &starting))
	{
		return false;
	}
	ask.milliseconds = starting.seconds * 1000;
	answers = spn_children_ask(mem_ctx, &ask, 1);
	return answers != NULL &&
	       read_answer(mem_ctx, &starting, &answers[0], _report, _reason);
}
