/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Most records belong to an account of their own, so their order does not
 * matter: they are put at the end, which costs the same for the ten
 * thousandth. Those that must come first, and what is taken back, are written
 * as a new file that takes the place of the old one.
 */
#include "apply_undo.h"

#include "common/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct audit_undo {
	TALLOC_CTX *mem_ctx; /* of reasons */
	const char *path;
	const char *head;
	char *records;
	size_t last_len; /* of the one that was put last; 0: none */
	bool last_in_front;
};

static bool say_errno(const struct audit_undo *undo, const char **_reason)
{
	*_reason = talloc_asprintf(undo->mem_ctx,
				   "%s: %s",
				   undo->path,
				   strerror(errno));
	return false;
}

static bool flush_and_close(int fd)
{
	bool ok = fsync(fd) == 0;
	int error = errno;

	if (close(fd) != 0 && ok) {
		return false;
	}
	errno = error;
	return ok;
}

/* The name of the file is on the disk, too. */
static bool flush_folder(const struct audit_undo *undo)
{
	const char *slash = strrchr(undo->path, '/');
	char *folder = NULL;
	int fd;

	if (slash == NULL) {
		folder = talloc_strdup(undo->mem_ctx, ".");
	} else {
		folder = talloc_strndup(undo->mem_ctx,
					undo->path,
					(size_t)(slash + 1 - undo->path));
	}
	if (folder == NULL) {
		errno = ENOMEM;
		return false;
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	talloc_free(folder);
	return fd >= 0 && flush_and_close(fd);
}

/* All of the text, or nothing of it. */
static bool append(const struct audit_undo *undo, int flags, const char *text)
{
	struct stat st = {};
	int error = 0;
	int fd = open(undo->path,
		      O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags,
		      0600);

	if (fd < 0) {
		return false;
	}
	if (fstat(fd, &st) == 0 &&
	    audit_output_write_all(fd, text, strlen(text)))
	{
		return flush_and_close(fd);
	}
	error = errno;
	if (ftruncate(fd, st.st_size) != 0) {
		error = errno;
	}
	close(fd);
	errno = error;
	return false;
}

/* As O_NOFOLLOW in append(): what somebody has put in its place stays. */
static bool is_there(const struct audit_undo *undo)
{
	struct stat st = {};

	if (lstat(undo->path, &st) != 0) {
		return false;
	}
	errno = ELOOP;
	return S_ISREG(st.st_mode);
}

/* All of it anew. */
static bool rewrite(struct audit_undo *undo, const char **_reason)
{
	const struct audit_target target = {.path = undo->path};
	char *text = NULL;
	bool ok = false;

	if (!is_there(undo)) {
		return say_errno(undo, _reason);
	}
	text = talloc_asprintf(undo, "%s%s", undo->head, undo->records);
	ok = text != NULL && audit_output_write(undo->mem_ctx,
						&target,
						text,
						strlen(text),
						_reason);
	talloc_free(text);
	if (!ok) {
		return false;
	}
	return flush_folder(undo) || say_errno(undo, _reason);
}

static const char *path_of_now(TALLOC_CTX *mem_ctx)
{
	char text[sizeof("20000101-000000") + 8] = "";
	time_t now = time(NULL);
	struct tm tm = {};

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y%m%d-%H%M%S", &tm) == 0)
	{
		return NULL;
	}
	return talloc_asprintf(mem_ctx, "./spn-audit-undo-%sZ.ldif", text);
}

static bool create(struct audit_undo *undo, const char **_reason)
{
	if (append(undo, O_CREAT | O_EXCL, undo->head)) {
		return flush_folder(undo) || say_errno(undo, _reason);
	}
	if (errno != EEXIST) {
		return say_errno(undo, _reason);
	}
	*_reason = talloc_asprintf(undo->mem_ctx,
				   "%s is there already, and an undo file is "
				   "never overwritten; give another one with "
				   "--undo=FILE",
				   undo->path);
	return false;
}

bool audit_undo_new(TALLOC_CTX *mem_ctx,
		    const char *path,
		    const char *head,
		    struct audit_undo **_undo,
		    const char **_reason)
{
	struct audit_undo *undo = talloc_zero(mem_ctx, struct audit_undo);

	*_reason = NULL;
	if (undo == NULL) {
		return false;
	}
	undo->mem_ctx = mem_ctx;
	/* So that it is no option in a command that is offered. */
	undo->path = (path == NULL)
			     ? path_of_now(undo)
			     : talloc_asprintf(undo,
					       "%s%s",
					       (path[0] == '-') ? "./" : "",
					       path);
	undo->head = talloc_strdup(undo, head);
	undo->records = talloc_strdup(undo, "");
	if (undo->path == NULL || undo->head == NULL ||
	    undo->records == NULL || !create(undo, _reason))
	{
		talloc_free(undo);
		return false;
	}
	*_undo = undo;
	return true;
}

const char *audit_undo_path(const struct audit_undo *undo)
{
	return undo->path;
}

bool audit_undo_is_used(const struct audit_undo *undo)
{
	return undo->records[0] != '\0';
}

static bool add(struct audit_undo *undo, const char *record, bool in_front)
{
	char *all = NULL;

	if (in_front) {
		all = talloc_asprintf(undo, "%s%s", record, undo->records);
		if (all != NULL) {
			talloc_free(undo->records);
		}
	} else {
		all = talloc_strdup_append_buffer(undo->records, record);
	}
	if (all == NULL) {
		return false;
	}
	undo->records = all;
	undo->last_len = strlen(record);
	undo->last_in_front = in_front;
	return true;
}

static bool drop_last(struct audit_undo *undo)
{
	char *rest = NULL;

	if (undo->last_in_front) {
		rest = talloc_strdup(undo, undo->records + undo->last_len);
	} else {
		rest = talloc_strndup(undo,
				      undo->records,
				      strlen(undo->records) - undo->last_len);
	}
	if (rest == NULL) {
		return false;
	}
	talloc_free(undo->records);
	undo->records = rest;
	undo->last_len = 0;
	return true;
}

bool audit_undo_put(struct audit_undo *undo,
		    const char *record,
		    bool in_front,
		    const char **_reason)
{
	*_reason = NULL;
	if (!add(undo, record, in_front)) {
		return false;
	}
	if (in_front ? rewrite(undo, _reason)
		     : (append(undo, 0, record) || say_errno(undo, _reason)))
	{
		return true;
	}
	/* Neither is it in the file. */
	drop_last(undo);
	return false;
}

bool audit_undo_exchange(struct audit_undo *undo,
			 const char *record,
			 const char **_reason)
{
	const struct audit_undo old = *undo;

	*_reason = NULL;
	undo->records = talloc_strdup(undo, old.records);
	if (undo->records != NULL && drop_last(undo) &&
	    (record == NULL || add(undo, record, old.last_in_front)) &&
	    rewrite(undo, _reason))
	{
		talloc_free(old.records);
		return true;
	}
	/* It is in the file still. */
	talloc_free(undo->records);
	*undo = old;
	return false;
}

bool audit_undo_take_back(struct audit_undo *undo, const char **_reason)
{
	return audit_undo_exchange(undo, NULL, _reason);
}

void audit_undo_end(struct audit_undo *undo)
{
	if (!audit_undo_is_used(undo)) {
		unlink(undo->path);
	}
	talloc_free(undo);
}
