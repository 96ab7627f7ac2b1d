/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child writes a letter, the bytes of a string and a NUL, as often as it
 * likes; only what is whole counts. The parent reads pipes until all are
 * closed or the time is over, and ends who is left.
 */
#include "probe/names/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define MOST_BYTES 65536

struct child {
	pid_t pid; /* 0: none */
	int fd;	   /* -1: nothing comes any more */
	char *bytes;
	size_t len;
};

struct asking {
	const struct probe_child_work *work;
	struct child *children;
	struct pollfd *fds;
	size_t num;
	int64_t give_up; /* milliseconds */
};

static int64_t now(void)
{
	struct timespec t = {};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void probe_child_say(int fd, char letter, const char *text)
{
	char line[4096] = {letter};
	size_t len = 1 + strlen(text) + 1;
	size_t done = 0;

	/* A pipe takes so much at once, whole. */
	if (len > sizeof(line)) {
		return;
	}
	memcpy(line + 1, text, len - 1);
	while (done < len) {
		ssize_t sent = write(fd, line + done, len - done);

		if (sent < 0 && errno != EINTR) {
			_exit(1);
		}
		done += (sent < 0) ? 0 : (size_t)sent;
	}
}

static void be_quiet(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	if (null != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
}

static void start(struct asking *a, size_t number)
{
	struct child *child = &a->children[number];
	int ends[2] = {-1, -1};

	if (pipe2(ends, O_CLOEXEC) != 0) {
		return;
	}
	child->pid = fork();
	if (child->pid == 0) {
		close(ends[0]);
		be_quiet();
		a->work->work(number, a->work->private_data, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	if (child->pid == -1) {
		child->pid = 0;
		close(ends[0]);
		return;
	}
	child->fd = ends[0];
}

/* Closes the pipe where nothing comes any more. False when out of memory. */
static bool hear(struct asking *a, struct child *child)
{
	ssize_t got;

	if (child->bytes == NULL) {
		child->bytes = talloc_size(a->children, MOST_BYTES);
		if (child->bytes == NULL) {
			return false;
		}
	}
	got = read(child->fd,
		   child->bytes + child->len,
		   MOST_BYTES - child->len);
	if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
		return true;
	}
	child->len += (got > 0) ? (size_t)got : 0;
	if (got <= 0 || child->len == MOST_BYTES) {
		close(child->fd);
		child->fd = -1;
	}
	return true;
}

/* How many may still say something; -1: out of memory. */
static int hear_some(struct asking *a)
{
	int64_t left = a->give_up - now();
	int num_open = 0;
	size_t i;

	for (i = 0; i < a->num; i++) {
		a->fds[i].fd = a->children[i].fd;
		a->fds[i].events = POLLIN;
		a->fds[i].revents = 0;
		num_open += (a->fds[i].fd == -1) ? 0 : 1;
	}
	if (left <= 0 || num_open == 0) {
		return 0;
	}
	(void)poll(a->fds, a->num, (left > INT_MAX) ? INT_MAX : (int)left);
	for (i = 0; i < a->num; i++) {
		if (a->fds[i].revents != 0 && !hear(a, &a->children[i])) {
			return -1;
		}
	}
	return num_open;
}

/* Whether it had to be ended. */
static bool end(struct child *child)
{
	bool is_late = child->fd != -1;

	if (child->pid == 0) {
		return false;
	}
	if (is_late) {
		close(child->fd);
		child->fd = -1;
	}
	/* Whoever has closed its pipe has no more to do. */
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) == -1 && errno == EINTR) {
	}
	child->pid = 0;
	return is_late;
}

/* The strings stay where they were read. */
static bool take_apart(struct probe_heard *all,
		       struct probe_heard *heard,
		       struct child *child)
{
	char *rest = child->bytes;
	size_t len = child->len;

	(void)talloc_steal(all, child->bytes);
	while (len > 1 && memchr(rest + 1, '\0', len - 1) != NULL) {
		size_t whole = strlen(rest + 1) + 2;

		heard->said = talloc_realloc(all,
					     heard->said,
					     struct probe_said,
					     heard->num_said + 1);
		if (heard->said == NULL) {
			return false;
		}
		heard->said[heard->num_said++] = (struct probe_said){
			.letter = rest[0],
			.text = rest + 1,
		};
		rest += whole;
		len -= whole;
	}
	return true;
}

struct probe_heard *probe_child_ask(TALLOC_CTX *mem_ctx,
				    const struct probe_child_work *work,
				    size_t num,
				    unsigned timeout)
{
	struct asking a = {
		.work = work,
		.num = num,
		.give_up = now() + (int64_t)timeout * 1000,
	};
	struct probe_heard *heard = talloc_zero_array(mem_ctx,
						      struct probe_heard,
						      num + 1);
	int num_open = 0;
	bool ok = true;
	size_t i;

	if (heard == NULL) {
		return NULL;
	}
	a.children = talloc_zero_array(heard, struct child, num + 1);
	a.fds = talloc_zero_array(heard, struct pollfd, num + 1);
	if (a.children == NULL || a.fds == NULL) {
		talloc_free(heard);
		return NULL;
	}
	for (i = 0; i < num; i++) {
		a.children[i].fd = -1;
		start(&a, i);
	}
	do {
		num_open = hear_some(&a);
	} while (num_open > 0);
	ok = num_open == 0;
	for (i = 0; i < num; i++) {
		heard[i].is_late = end(&a.children[i]);
		ok = ok && take_apart(heard, &heard[i], &a.children[i]);
	}
	talloc_free(a.fds);
	talloc_free(a.children);
	if (!ok) {
		talloc_free(heard);
		return NULL;
	}
	return heard;
}
