/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The child sends its bytes through a pipe, and then one more, so that bytes
 * that were cut off by its death are known as such.
 */
#include "limited.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define IS_WHOLE '.'

struct hearing {
	TALLOC_CTX *mem_ctx;
	int fd;
	int64_t give_up; /* milliseconds */
	size_t most_bytes;
	char *bytes;
	size_t len;
};

static int64_t now(void)
{
	struct timespec t = {};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ------------------------------------------------------------ of the child */

static bool send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = write(fd, bytes, len);

		if (sent < 0 && errno != EINTR) {
			return false;
		}
		bytes += (sent < 0) ? 0 : sent;
		len -= (sent < 0) ? 0 : (size_t)sent;
	}
	return true;
}

static void do_work(int fd, spn_limited_work work, void *private_data)
{
	static const char mark = IS_WHOLE;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct spn_limited_bytes bytes = {};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Nobody reads its memory, and no core file has keys in it. */
	prctl(PR_SET_DUMPABLE, 0);
	if (work(mem_ctx, private_data, &bytes) &&
	    send_all(fd, bytes.data, bytes.len))
	{
		(void)send_all(fd, &mark, 1);
	}
	_exit(0);
}

/* ----------------------------------------------------------- of the parent */

/* What has come is wiped where it was. False when out of memory. */
static bool make_room(struct hearing *hearing)
{
	size_t size = talloc_get_size(hearing->bytes);
	char *larger = NULL;

	if (hearing->bytes != NULL && hearing->len + 1 < size) {
		return true;
	}
	size = (size == 0) ? 4096 : size * 2;
	larger = talloc_size(hearing->mem_ctx, size);
	if (larger == NULL) {
		return false;
	}
	if (hearing->bytes != NULL) {
		memcpy(larger, hearing->bytes, hearing->len);
		explicit_bzero(hearing->bytes, hearing->len);
		talloc_free(hearing->bytes);
	}
	hearing->bytes = larger;
	return true;
}

static enum spn_limited hear(struct hearing *hearing)
{
	for (;;) {
		struct pollfd fd = {.fd = hearing->fd, .events = POLLIN};
		int64_t left = hearing->give_up - now();
		ssize_t got;

		if (left <= 0) {
			return SPN_LIMITED_LATE;
		}
		if (poll(&fd, 1, (int)left) <= 0) {
			continue;
		}
		if (!make_room(hearing)) {
			return SPN_LIMITED_NO_MEMORY;
		}
		got = read(hearing->fd,
			   hearing->bytes + hearing->len,
			   talloc_get_size(hearing->bytes) - hearing->len - 1);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return SPN_LIMITED_DONE;
		}
		hearing->len += (size_t)got;
		if (hearing->len > hearing->most_bytes + 1) {
			return SPN_LIMITED_DIED;
		}
	}
}

static void end_child(pid_t pid)
{
	int status = 0;

	(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR) {
	}
}

/* The bytes without the mark at their end. */
static enum spn_limited take(struct hearing *hearing,
			     struct spn_limited_bytes *_bytes)
{
	size_t len = hearing->len;

	if (len == 0 || hearing->bytes[len - 1] != IS_WHOLE) {
		return SPN_LIMITED_DIED;
	}
	hearing->bytes[len - 1] = '\0';
	_bytes->data = hearing->bytes;
	_bytes->len = len - 1;
	return SPN_LIMITED_DONE;
}

enum spn_limited spn_limited_run(TALLOC_CTX *mem_ctx,
				 spn_limited_work work,
				 void *private_data,
				 unsigned seconds,
				 size_t most_bytes,
				 struct spn_limited_bytes *_bytes)
{
	struct hearing hearing = {
		.mem_ctx = mem_ctx,
		.give_up = now() + (int64_t)seconds * 1000,
		.most_bytes = most_bytes,
	};
	enum spn_limited result;
	int ends[2] = {-1, -1};
	pid_t pid;

	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) != 0) {
		return SPN_LIMITED_CANNOT;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		do_work(ends[1], work, private_data);
	}
	close(ends[1]);
	hearing.fd = ends[0];
	result = (pid == -1) ? SPN_LIMITED_CANNOT : hear(&hearing);
	close(ends[0]);
	if (pid != -1) {
		end_child(pid);
	}
	if (result == SPN_LIMITED_DONE) {
		result = take(&hearing, _bytes);
	}
	if (result != SPN_LIMITED_DONE && hearing.bytes != NULL) {
		explicit_bzero(hearing.bytes, hearing.len);
		talloc_free(hearing.bytes);
	}
	return result;
}
