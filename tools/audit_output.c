/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file is written beside its place and renamed into it. What a symbolic
 * link points to is replaced, not the link; what is no plain file (a pipe,
 * /dev/null) cannot be renamed into and is written as it stands.
 */
#include "audit_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool audit_output_guard(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* Read-only: who writes to it is told. The lowest is taken. */
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", O_RDONLY) != fd) {
			return false;
		}
	}
	/* A limit on the size of files is an error of write(), not the end. */
	signal(SIGXFSZ, SIG_IGN);
	return true;
}

void audit_output_begin(sigset_t *_before)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGQUIT);
	sigprocmask(SIG_BLOCK, &signals, _before);
}

void audit_output_end(const sigset_t *before)
{
	int error = errno;

	sigprocmask(SIG_SETMASK, before, NULL);
	errno = error;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, data, len);

		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done < 0) {
			return false;
		}
		data += done;
		len -= (size_t)done;
	}
	return true;
}

static bool say_errno(TALLOC_CTX *mem_ctx,
		      const char *what,
		      const char **_reason)
{
	*_reason = talloc_asprintf(mem_ctx, "%s: %s", what, strerror(errno));
	return false;
}

/* The rights that a file of this process gets without more ado. */
static mode_t plain_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static bool fill_and_rename(int fd,
			    const char *temporary,
			    const char *path,
			    const char *data,
			    size_t len,
			    mode_t mode)
{
	bool ok = fchmod(fd, mode) == 0 && write_all(fd, data, len) &&
		  fsync(fd) == 0;
	int error = errno;

	if (close(fd) != 0 && ok) {
		ok = false;
		error = errno;
	}
	if (ok && rename(temporary, path) != 0) {
		ok = false;
		error = errno;
	}
	if (!ok) {
		unlink(temporary);
		errno = error;
	}
	return ok;
}

static bool replace_file(TALLOC_CTX *mem_ctx,
			 const char *path,
			 mode_t mode,
			 const char *data,
			 size_t len,
			 const char **_reason)
{
	char *temporary = talloc_asprintf(mem_ctx, "%s.XXXXXX", path);
	sigset_t before;
	bool ok = false;
	int fd;

	if (temporary == NULL) {
		return false;
	}
	audit_output_begin(&before);
	fd = mkstemp(temporary);
	ok = fd >= 0 && fill_and_rename(fd, temporary, path, data, len, mode);
	audit_output_end(&before);
	return ok || say_errno(mem_ctx, path, _reason);
}

static bool write_file(TALLOC_CTX *mem_ctx,
		       const char *path,
		       const char *data,
		       size_t len,
		       const char **_reason)
{
	struct stat st = {};
	char *real = NULL;
	bool ok = false;
	int fd;

	if (stat(path, &st) != 0) {
		if (errno != ENOENT) {
			return say_errno(mem_ctx, path, _reason);
		}
		return replace_file(mem_ctx,
				    path,
				    plain_mode(),
				    data,
				    len,
				    _reason);
	}
	if (S_ISREG(st.st_mode)) {
		real = realpath(path, NULL);
		if (real == NULL) {
			return say_errno(mem_ctx, path, _reason);
		}
		ok = replace_file(mem_ctx,
				  real,
				  st.st_mode & 07777,
				  data,
				  len,
				  _reason);
		free(real);
		return ok;
	}
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		return say_errno(mem_ctx, path, _reason);
	}
	ok = write_all(fd, data, len);
	if (!ok) {
		say_errno(mem_ctx, path, _reason);
	}
	close(fd);
	return ok;
}

bool audit_output_write(TALLOC_CTX *mem_ctx,
			const char *path,
			const char *data,
			size_t len,
			const char **_reason)
{
	*_reason = NULL;
	if (path != NULL) {
		return write_file(mem_ctx, path, data, len, _reason);
	}
	if (!write_all(STDOUT_FILENO, data, len)) {
		if (errno == EPIPE) {
			*_reason = ""; /* as if SIGPIPE had ended us */
			return false;
		}
		return say_errno(mem_ctx, "standard output", _reason);
	}
	return true;
}
