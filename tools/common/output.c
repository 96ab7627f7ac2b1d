/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file is written beside its place and renamed into it, and has the owner,
 * the group and the rights of the one that was there. What a symbolic
 * link points to is replaced, not the link; what is no plain file (a pipe,
 * /dev/null) cannot be renamed into and is written as it stands. What another
 * user has put in the way is refused.
 */
#include "output.h"

#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

bool audit_output_guard(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* Read-only: who writes to it is told. The lowest is taken. */
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", O_RDONLY) != fd)
		{
			return false;
		}
	}
	/* A limit on the size of files is an error of write(), not the end. */
	signal(SIGXFSZ, SIG_IGN);
	/* Nor is a closed pipe, in the middle of a write to the directory. */
	signal(SIGPIPE, SIG_IGN);
	return true;
}

void audit_output_end_unread(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};
	sigset_t signals;

	if (poll(&out, 1, 0) < 1 || (out.revents & (POLLERR | POLLHUP)) == 0) {
		return;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	raise(SIGPIPE);
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

bool audit_output_write_all(int fd, const char *data, size_t len)
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

static bool write_all(int fd, const struct audit_block *blocks)
{
	for (; blocks != NULL; blocks = blocks->next) {
		if (!audit_output_write_all(fd, blocks->data, blocks->len)) {
			return false;
		}
	}
	return true;
}

static bool say_errno(TALLOC_CTX *mem_ctx,
		      const char *what,
		      const char **_reason)
{
	if (errno == EPIPE) {
		audit_output_end_unread();
		errno = EPIPE;
	}
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

/* A file on its way to its place. */
struct replacement {
	int fd;
	const char *temporary;
	const char *path;
	const struct stat *old; /* NULL: there was none */
	mode_t mode;
};

/* With it, the rights of the group are the mask of all others. */
static bool keep_acl(const struct replacement *r)
{
	static const char name[] = "system.posix_acl_access";
	char acl[4096];
	ssize_t len = lgetxattr(r->path, name, acl, sizeof(acl));

	if (len < 0) {
		return errno == ENODATA || errno == ENOTSUP;
	}
	return fsetxattr(r->fd, name, acl, (size_t)len, 0) == 0;
}

/* Who may read the file may read the new one, and nobody else. */
static bool keep_owner(const struct replacement *r)
{
	struct stat st = {};

	if (fstat(r->fd, &st) != 0) {
		return false;
	}
	return (st.st_uid == r->old->st_uid && st.st_gid == r->old->st_gid) ||
	       fchown(r->fd, r->old->st_uid, r->old->st_gid) == 0;
}

/* The mode last: a change of the owner takes some of it away. */
static bool keep_rights(const struct replacement *r, bool *_owner_failed)
{
	*_owner_failed = r->old != NULL && !keep_owner(r);
	return !*_owner_failed && fchmod(r->fd, r->mode) == 0 &&
	       (r->old == NULL || keep_acl(r));
}

static bool fill_and_rename(const struct replacement *r,
			    const struct audit_block *blocks,
			    bool *_owner_failed)
{
	bool ok = keep_rights(r, _owner_failed) && write_all(r->fd, blocks) &&
		  fsync(r->fd) == 0;
	int error = errno;

	if (close(r->fd) != 0 && ok) {
		ok = false;
		error = errno;
	}
	if (ok && rename(r->temporary, r->path) != 0) {
		ok = false;
		error = errno;
	}
	if (!ok) {
		unlink(r->temporary);
		errno = error;
	}
	return ok;
}

static bool replace_file(TALLOC_CTX *mem_ctx,
			 const struct replacement *wanted,
			 const struct audit_block *blocks,
			 const char **_reason)
{
	struct replacement r = *wanted;
	char *temporary = talloc_asprintf(mem_ctx, "%s.XXXXXX", r.path);
	sigset_t before;
	bool owner_failed = false;
	bool ok = false;

	if (temporary == NULL) {
		return false;
	}
	audit_output_begin(&before);
	r.fd = mkstemp(temporary);
	r.temporary = temporary;
	ok = r.fd >= 0 && fill_and_rename(&r, blocks, &owner_failed);
	audit_output_end(&before);
	if (owner_failed) {
		*_reason = talloc_asprintf(mem_ctx,
					   "%s: a new file cannot have its "
					   "owner and group: %s; run this as "
					   "its owner, or remove it",
					   r.path,
					   strerror(errno));
		return false;
	}
	return ok || say_errno(mem_ctx, r.path, _reason);
}

static bool may_all_put_there(const char *path)
{
	char folder[PATH_MAX] = "";
	struct stat st = {};

	return snprintf(folder, sizeof(folder), "%s", path) < PATH_MAX &&
	       stat(dirname(folder), &st) == 0 && (st.st_mode & S_IWOTH) != 0;
}

/* By the link of another user he would choose what is overwritten. In /tmp, a
 * file of his would be his afterwards, and his pipe would be waited for. */
static bool is_trap(const char *path, const struct stat *st)
{
	if (st->st_uid == 0 || st->st_uid == geteuid()) {
		return false;
	}
	return S_ISLNK(st->st_mode) ||
	       ((S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode)) &&
		may_all_put_there(path));
}

static bool say_trap(TALLOC_CTX *mem_ctx,
		     const char *path,
		     const struct stat *st,
		     const char **_reason)
{
	const unsigned long uid = st->st_uid;

	*_reason = S_ISLNK(st->st_mode)
			   ? talloc_asprintf(
				     mem_ctx,
				     "%s: it is a symbolic link that belongs "
				     "to user %lu; give the name of the file "
				     "that it leads to, or remove it",
				     path,
				     uid)
			   : talloc_asprintf(
				     mem_ctx,
				     "%s: it belongs to user %lu, and in its "
				     "folder everybody may put a file; give "
				     "another name, or remove it",
				     path,
				     uid);
	return false;
}

static bool write_over(TALLOC_CTX *mem_ctx,
		       const char *path,
		       const struct stat *old,
		       const struct audit_block *blocks,
		       const char **_reason)
{
	const struct replacement new = {
		.path = path,
		.old = old,
		.mode = old->st_mode & 07777,
	};

	return replace_file(mem_ctx, &new, blocks, _reason);
}

static bool write_over_target(TALLOC_CTX *mem_ctx,
			      const char *path,
			      const struct stat *old,
			      const struct audit_block *blocks,
			      const char **_reason)
{
	char *real = realpath(path, NULL);
	bool ok = false;

	if (real == NULL) {
		return say_errno(mem_ctx, path, _reason);
	}
	ok = write_over(mem_ctx, real, old, blocks, _reason);
	free(real);
	return ok;
}

/* flags: more of them for open(). */
static bool write_as_it_stands(TALLOC_CTX *mem_ctx,
			       const char *path,
			       int flags,
			       const struct audit_block *blocks,
			       const char **_reason)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags);
	bool ok = false;

	if (fd < 0) {
		return say_errno(mem_ctx, path, _reason);
	}
	ok = write_all(fd, blocks) || say_errno(mem_ctx, path, _reason);
	close(fd);
	return ok;
}

/* What somebody puts there meanwhile is not followed either: rename() takes
 * the name and not what it leads to. */
static bool write_file(TALLOC_CTX *mem_ctx,
		       const struct audit_target *target,
		       const struct audit_block *blocks,
		       const char **_reason)
{
	const char *path = target->path;
	const struct replacement new = {
		.path = path,
		.mode = plain_mode() | (target->is_public ? 0444 : 0),
	};
	struct stat st = {};
	bool is_there = lstat(path, &st) == 0;
	bool is_link = is_there && S_ISLNK(st.st_mode);

	if (is_there && is_trap(path, &st)) {
		return say_trap(mem_ctx, path, &st, _reason);
	}
	if (is_link) {
		is_there = stat(path, &st) == 0;
	}
	if (!is_there) {
		return (errno == ENOENT)
			       ? replace_file(mem_ctx, &new, blocks, _reason)
			       : say_errno(mem_ctx, path, _reason);
	}
	if (!S_ISREG(st.st_mode)) {
		return write_as_it_stands(mem_ctx,
					  path,
					  is_link ? 0 : O_NOFOLLOW,
					  blocks,
					  _reason);
	}
	return is_link ? write_over_target(mem_ctx, path, &st, blocks, _reason)
		       : write_over(mem_ctx, path, &st, blocks, _reason);
}

bool audit_output_write_blocks(TALLOC_CTX *mem_ctx,
			       const struct audit_target *target,
			       const struct audit_block *blocks,
			       const char **_reason)
{
	*_reason = NULL;
	if (!audit_place_is_stream(target->path)) {
		return write_file(mem_ctx, target, blocks, _reason);
	}
	return write_all(STDOUT_FILENO, blocks) ||
	       say_errno(mem_ctx, "standard output", _reason);
}

bool audit_output_write(TALLOC_CTX *mem_ctx,
			const struct audit_target *target,
			const char *data,
			size_t len,
			const char **_reason)
{
	const struct audit_block block = {.data = data, .len = len};

	return audit_output_write_blocks(mem_ctx, target, &block, _reason);
}

/* -------------------------------------------------------------- gathering */

#define ROOM ((size_t)32 * 1024)

struct gathering {
	struct audit_block *last;
	char *room; /* of the last block, behind what it has */
	size_t num_free;
};

static bool new_block(struct gathering *gathering)
{
	struct audit_block *block = talloc_zero(gathering, struct audit_block);

	gathering->room = talloc_array(block, char, ROOM);
	if (gathering->room == NULL) {
		return false;
	}
	block->data = gathering->room;
	gathering->num_free = ROOM;
	if (gathering->last != NULL) {
		gathering->last->next = block;
	}
	gathering->last = block;
	return true;
}

static ssize_t gather(void *cookie, const char *data, size_t len)
{
	struct gathering *gathering = cookie;
	size_t left = len;

	while (left > 0) {
		size_t num = 0;

		if (gathering->num_free == 0 && !new_block(gathering)) {
			errno = ENOMEM;
			return 0; /* an error, of a stream like this */
		}
		num = (left < gathering->num_free) ? left
						   : gathering->num_free;
		memcpy(gathering->room, data + len - left, num);
		gathering->room += num;
		gathering->num_free -= num;
		gathering->last->len += num;
		left -= num;
	}
	return (ssize_t)len;
}

FILE *audit_output_gather(TALLOC_CTX *mem_ctx,
			  const struct audit_block **_first)
{
	struct gathering *gathering = talloc_zero(mem_ctx, struct gathering);
	FILE *stream = NULL;

	if (gathering == NULL || !new_block(gathering)) {
		return NULL;
	}
	*_first = gathering->last;
	stream = fopencookie(gathering,
			     "w",
			     (cookie_io_functions_t){.write = gather});
	return stream;
}
