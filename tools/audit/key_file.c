/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All names on the way to the file are looked at, as they were typed and
 * without links: where somebody else may rename or link, the file is his
 * choice, although it may be root's.
 */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* As krb5.conf has it. */
static const char *without_type(const char *typed)
{
	static const char type[] = "FILE:";

	return (strncasecmp(typed, type, strlen(type)) == 0)
		       ? typed + strlen(type)
		       : typed;
}

static bool open_and_close(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd >= 0 && close(fd) == 0;
}

/* NULL: it can be read. */
static const char *why_not(const char *path)
{
	struct stat st = {};

	if (stat(path, &st) != 0) {
		return strerror(errno);
	}
	if (!S_ISREG(st.st_mode)) {
		return "it is no plain file";
	}
	return open_and_close(path) ? NULL : strerror(errno);
}

/* ------------------------------------------------------------------- doubt */

/* Of a link the mode says nothing. */
static bool is_of_others(const struct stat *st)
{
	bool is_shared = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
			 !S_ISLNK(st->st_mode);
	/* Where each may only rename what is his own, as in /tmp. */
	bool is_sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	return (st->st_uid != 0 && st->st_uid != geteuid()) ||
	       (is_shared && !is_sticky);
}

/* One name; *_doubt stays as it is where there is none. False when out of
 * memory. */
static bool doubt_name(TALLOC_CTX *mem_ctx,
		       const char *path,
		       const char **_doubt)
{
	struct stat st = {};

	if (*_doubt != NULL || (lstat(path, &st) == 0 && !is_of_others(&st))) {
		return true;
	}
	*_doubt = talloc_asprintf(mem_ctx,
				  "%s belongs to user %lu and has the mode "
				  "%03o",
				  path,
				  (unsigned long)st.st_uid,
				  (unsigned)st.st_mode & 0777);
	return *_doubt != NULL;
}

/* "/a", "/a/b" and "/a/b/c" of that. False when out of memory. */
static bool doubt_way(TALLOC_CTX *mem_ctx,
		      const char *path,
		      const char **_doubt)
{
	char *part = talloc_strdup(mem_ctx, path);
	char *slash = part;
	bool ok = part != NULL && doubt_name(mem_ctx, "/", _doubt);

	while (ok && slash != NULL) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL) {
			*slash = '\0';
		}
		ok = doubt_name(mem_ctx, part, _doubt);
		if (slash != NULL) {
			*slash = '/';
		}
	}
	talloc_free(part);
	return ok;
}

/* "/where/we/are/" before a name that begins there; NULL when that is not
 * known, or when out of memory. */
static char *absolute(TALLOC_CTX *mem_ctx, const char *name)
{
	char *here = NULL;
	char *path = NULL;

	if (name[0] == '/') {
		return talloc_strdup(mem_ctx, name);
	}
	here = get_current_dir_name();
	if (here != NULL) {
		path = talloc_asprintf(mem_ctx, "%s/%s", here, name);
	}
	free(here);
	return path;
}

bool audit_key_file_look(TALLOC_CTX *mem_ctx,
			 const char *typed,
			 struct audit_key_file *_file,
			 const char **_reason)
{
	const char *name = without_type(typed);
	const char *why = why_not(name);
	struct audit_key_file file = {};
	char *way = NULL;
	char *path = NULL;

	*_reason = NULL;
	if (why != NULL) {
		*_reason = talloc_asprintf(
			mem_ctx,
			"--keytab=%s: %s; it takes the keytab that the "
			"service uses, and whoever may read it",
			name,
			why);
		return false;
	}
	path = realpath(name, NULL);
	way = absolute(mem_ctx, name);
	file.path = talloc_strdup(mem_ctx, path);
	free(path);
	if (way == NULL || file.path == NULL ||
	    !doubt_way(mem_ctx, way, &file.doubt) ||
	    !doubt_way(mem_ctx, file.path, &file.doubt))
	{
		return false;
	}
	*_file = file;
	return true;
}
