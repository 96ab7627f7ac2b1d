/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file in ldb's folder of modules that kills whoever loads it: cut short by
 * a full disk, or overwritten. libldb loads all that lies there as soon as it
 * starts, and a signal inside dlopen() leaves nobody to say why. So a child
 * tries it first. Only when the child does not come back well, or there is
 * something else than files, is each file tried by itself, and what cannot be
 * loaded is left out with a message.
 *
 * To leave a file out: libldb loads each one once, and notes it before it
 * opens it. So it is made to load the file while this process may not open
 * anything.
 *
 * One that fails ends the loading of a folder, so the others are then loaded
 * one by one.
 */
#include "connect_private.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* The folder that libldb always loads. */
#ifndef SPN_LDB_MODULESDIR
#define SPN_LDB_MODULESDIR "/usr/lib/samba/ldb"
#endif

#define LIBRARY "libldb.so."
#define HANGS_AFTER 120 /* seconds; a trial takes some hundredths */

/* "/usr/lib/libldb.so.2.11.0" leads to the version. */
static int note_version(struct dl_phdr_info *info,
			size_t size,
			void *private_data)
{
	char path[PATH_MAX];
	char **_version = private_data;
	const char *name = strrchr(info->dlpi_name, '/');
	const char *end = NULL;

	(void)size;
	if (name == NULL || strncmp(name + 1, LIBRARY, strlen(LIBRARY)) != 0 ||
	    realpath(info->dlpi_name, path) == NULL)
	{
		return 0;
	}
	end = strstr(path, LIBRARY);
	if (end != NULL && strchr(end + strlen(LIBRARY), '.') != NULL) {
		*_version = strdup(end + strlen(LIBRARY));
	}
	return 1;
}

/*
 * Of the libldb that runs: Samba's modules refuse to load for another one, and
 * after an upgrade it is not the one that we were built with.
 */
static const char *ldb_version(void)
{
	static char *version;

	if (version == NULL) {
		dl_iterate_phdr(note_version, &version);
	}
	return (version == NULL) ? LDB_VERSION : version;
}

bool spn_connect_is_own_death(int number)
{
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
	size_t i;

	for (i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		if (deaths[i] == number) {
			return true;
		}
	}
	return false;
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
		signal(SIGALRM, SIG_DFL);
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

/* A list of paths, with colons, or one of them. */
static bool load_list(void *private_data)
{
	return ldb_modules_load(private_data, ldb_version()) == LDB_SUCCESS;
}

static const char *why_not(TALLOC_CTX *mem_ctx, const FTSENT *entry)
{
	if (entry->fts_info == FTS_NS || entry->fts_info == FTS_SLNONE) {
		return "it is not there";
	}
	if (entry->fts_info != FTS_F) {
		return "it is no file";
	}
	if (strchr(entry->fts_path, ':') != NULL) {
		return "its name has a colon";
	}
	return connect_trial(mem_ctx, load_list, entry->fts_path);
}

/* libldb notes it as loaded, and it is not. */
static void leave_out(struct spn_connect *connect,
		      const char *path,
		      const char *why)
{
	struct rlimit as_it_was = {};
	struct rlimit none = {};
	int err = -1;

	spn_connect_message(connect,
			    "%s is left out: %s. Remedy: install it again, or "
			    "remove it",
			    path,
			    why);
	connect->left_out = talloc_asprintf_append(connect->left_out,
						   "%s\n",
						   path);
	if (getrlimit(RLIMIT_NOFILE, &as_it_was) != 0) {
		return;
	}
	fflush(stderr);
	err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	connect_silence_stderr();
	none.rlim_max = as_it_was.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &none) == 0) {
		ldb_modules_load(path, ldb_version());
		setrlimit(RLIMIT_NOFILE, &as_it_was);
	}
	if (err != -1) {
		dup2(err, STDERR_FILENO);
		close(err);
	}
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* What is in a folder, or one file; not the folders. */
static void walk(struct spn_connect *connect,
		 char *path,
		 void (*visit)(struct spn_connect *connect,
			       const FTSENT *entry))
{
	char *paths[] = {path, NULL};
	FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, compare_names);
	FTSENT *entry = NULL;

	while (tree != NULL && (entry = fts_read(tree)) != NULL) {
		if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP) {
			visit(connect, entry);
		}
	}
	if (tree != NULL) {
		fts_close(tree);
	}
}

/* Without a trial: a pipe would only be waited for. */
static void look(struct spn_connect *connect, const FTSENT *entry)
{
	if (entry->fts_info != FTS_F) {
		connect->modules_are_odd = true;
	}
}

static void load_carefully(struct spn_connect *connect, const FTSENT *entry)
{
	TALLOC_CTX *mem_ctx = talloc_new(connect);
	const char *why = why_not(mem_ctx, entry);

	if (why != NULL) {
		leave_out(connect, entry->fts_path, why);
	} else {
		ldb_modules_load(entry->fts_path, ldb_version());
	}
	talloc_free(mem_ctx);
}

static bool walk_list(struct spn_connect *connect,
		      const char *list,
		      void (*visit)(struct spn_connect *connect,
				    const FTSENT *entry))
{
	char *copy = talloc_strdup(connect, list);
	char *rest = NULL;
	char *path = NULL;

	if (copy == NULL) {
		return false;
	}
	for (path = strtok_r(copy, ":", &rest); path != NULL;
	     path = strtok_r(NULL, ":", &rest))
	{
		walk(connect, path, visit);
	}
	talloc_free(copy);
	return true;
}

bool connect_load_modules(struct spn_connect *connect)
{
	static const char variable[] = "LDB_MODULES_PATH";
	const char *chosen = getenv(variable);
	char *list = NULL;

	connect->left_out = talloc_strdup(connect, "");
	list = talloc_asprintf(connect,
			       "%s:%s",
			       (chosen != NULL) ? chosen : "",
			       SPN_LDB_MODULESDIR);
	if (connect->left_out == NULL || list == NULL ||
	    !walk_list(connect, list, look))
	{
		return false;
	}
	if (!connect->modules_are_odd &&
	    connect_trial(connect, load_list, list) == NULL)
	{
		return true;
	}
	/* Once done, libldb need not do it: what fails would end it all. */
	return walk_list(connect, list, load_carefully) &&
	       setenv(variable, "", 1) == 0;
}

char *spn_connect_left_out(TALLOC_CTX *mem_ctx,
			   const struct spn_connect *connect,
			   const char *name)
{
	const char *line = connect->left_out;
	size_t name_len = strlen(name);

	while (line != NULL && line[0] != '\0') {
		size_t len = strcspn(line, "\n");

		if (len > name_len && line[len - name_len - 1] == '/' &&
		    strncmp(line + len - name_len, name, name_len) == 0)
		{
			return talloc_strndup(mem_ctx, line, len);
		}
		line += len + (line[len] != '\0');
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
