/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child sends parts through a pipe, each behind its length, and at the end
 * of a piece a length that no part has. So what its death has cut off is known
 * as such.
 *
 * The one that goes on to the next piece is the lead; there is at most one,
 * and its piece is the last that was given away. Who is not the lead is ended
 * when its piece is done.
 */
#include "children.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define END_OF_PIECE UINT32_MAX

struct spn_child {
	pid_t pid; /* 0: this place is free */
	int fd;
	size_t number; /* of its piece */
	bool is_lead;
	int64_t began; /* milliseconds */
	char *bytes;   /* not taken apart yet */
	size_t len;
};

struct asking {
	const struct spn_children *ask;
	size_t num;
	size_t next; /* piece that nobody has yet */
	int64_t began;
	struct spn_child *children;
	struct pollfd *fds;
	struct spn_child_answer *answers;
};

int64_t spn_children_now(void)
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

static bool send_length(int fd, uint32_t len)
{
	char bytes[sizeof(len)];

	memcpy(bytes, &len, sizeof(len));
	return send_all(fd, bytes, sizeof(bytes));
}

bool spn_child_say(struct spn_child *child, const void *bytes, size_t len)
{
	return len < END_OF_PIECE && send_length(child->fd, (uint32_t)len) &&
	       send_all(child->fd, bytes, len);
}

/* No terminal to ask for a password, and nothing to be seen of it. */
static void be_alone(bool is_silent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Nobody reads its memory, and no core file has keys in it. */
	prctl(PR_SET_DUMPABLE, 0);
	setsid();
	if (null == -1) {
		return;
	}
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (is_silent) {
		dup2(null, STDERR_FILENO);
	}
	close(null);
}

static void do_work(const struct spn_children *ask,
		    struct spn_child *child,
		    size_t end)
{
	bool ok = true;

	be_alone(ask->is_silent);
	for (; ok && child->number < end; child->number++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);

		ok = ask->work(child,
			       mem_ctx,
			       child->number,
			       ask->private_data);
		talloc_free(mem_ctx);
		ok = ok && send_length(child->fd, END_OF_PIECE);
	}
	_exit(0);
}

/* ----------------------------------------------------------- of the parent */

static void wipe(char *bytes)
{
	if (bytes != NULL) {
		explicit_bzero(bytes, talloc_get_size(bytes));
		talloc_free(bytes);
	}
}

static int wipe_answers(struct spn_child_answer *answers)
{
	size_t num = talloc_array_length(answers);
	size_t i;

	for (i = 0; i < num; i++) {
		wipe(answers[i].bytes);
	}
	return 0;
}

/* More behind what is there, and a NUL; what is moved is wiped where it was.
 * False when out of memory. */
static bool make_room(TALLOC_CTX *mem_ctx,
		      char **_bytes,
		      size_t len,
		      size_t more)
{
	char *bytes = *_bytes;
	size_t size = (bytes == NULL) ? 0 : talloc_get_size(bytes);
	char *larger = NULL;

	if (bytes != NULL && size - len > more) {
		return true;
	}
	larger = talloc_zero_size(mem_ctx, size + len + more + 1);
	if (larger == NULL) {
		return false;
	}
	if (bytes != NULL) {
		memcpy(larger, bytes, len);
		wipe(bytes);
	}
	*_bytes = larger;
	return true;
}

static void end_child(struct spn_child *child)
{
	int status = 0;

	close(child->fd);
	(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) == -1 && errno == EINTR) {
	}
	child->pid = 0;
	child->is_lead = false;
	wipe(child->bytes);
	child->bytes = NULL;
	child->len = 0;
}

/* What the lead has begun meanwhile ends with it. */
static void leave_out_rest(struct asking *a)
{
	for (; a->next < a->num; a->next++) {
		a->answers[a->next].end = SPN_CHILD_LEFT_OUT;
	}
}

/* Its piece has come to an end, and the child with it, unless it has done it
 * and is to do the next. */
static void finish(struct asking *a,
		   struct spn_child *child,
		   enum spn_child_end how)
{
	const struct spn_children *ask = a->ask;

	a->answers[child->number].end = how;
	if (ask->is_enough != NULL &&
	    ask->is_enough(&a->answers[child->number]))
	{
		leave_out_rest(a);
	}
	if (how == SPN_CHILD_DONE && child->is_lead && a->next < a->num) {
		child->number = a->next++;
		child->began = spn_children_now();
		return;
	}
	end_child(child);
}

/* False when out of memory. */
static bool start(struct asking *a, struct spn_child *child)
{
	const struct spn_children *ask = a->ask;
	int ends[2] = {-1, -1};

	*child = (struct spn_child){
		.number = a->next++,
		.began = spn_children_now(),
	};
	a->answers[child->number].end = SPN_CHILD_CANNOT;
	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) != 0) {
		return true;
	}
	child->pid = fork();
	if (child->pid == 0) {
		close(ends[0]);
		child->fd = ends[1];
		do_work(ask,
			child,
			(ask->patience > 0) ? a->num : child->number + 1);
	}
	close(ends[1]);
	if (child->pid == -1) {
		child->pid = 0;
		close(ends[0]);
		return true;
	}
	child->fd = ends[0];
	child->is_lead = ask->patience > 0;
	a->answers[child->number].end = SPN_CHILD_LATE;
	return make_room(a->children, &child->bytes, 0, 4096);
}

/* How many children there are; -1: out of memory. */
static int start_some(struct asking *a)
{
	/* Or no time, which is the same. */
	bool has_lead = a->ask->is_time_of_all &&
			spn_children_now() >=
				a->began + (int64_t)a->ask->milliseconds;
	int running = 0;
	unsigned i;

	for (i = 0; i < a->ask->most_at_once; i++) {
		has_lead |= a->children[i].is_lead;
	}
	for (i = 0; i < a->ask->most_at_once; i++) {
		struct spn_child *child = &a->children[i];

		while (child->pid == 0 && !has_lead && a->next < a->num) {
			if (!start(a, child)) {
				return -1;
			}
			has_lead = child->is_lead;
		}
		running += (child->pid == 0) ? 0 : 1;
	}
	return running;
}

/* One part of its answer. False when out of memory. */
static bool add_part(struct asking *a,
		     const struct spn_child *child,
		     const char *part,
		     size_t len)
{
	struct spn_child_answer *answer = &a->answers[child->number];

	if (!make_room(a->answers, &answer->bytes, answer->len, len)) {
		return false;
	}
	memcpy(answer->bytes + answer->len, part, len);
	answer->len += len;
	return true;
}

/* What has come as a whole. False when out of memory. */
static bool take_apart(struct asking *a, struct spn_child *child)
{
	size_t done = 0;
	uint32_t len = 0;

	while (child->pid != 0 && child->len - done >= sizeof(len)) {
		const char *part = child->bytes + done + sizeof(len);

		memcpy(&len, child->bytes + done, sizeof(len));
		if (len == END_OF_PIECE) {
			done += sizeof(len);
			finish(a, child, SPN_CHILD_DONE);
			continue;
		}
		if (len > a->ask->most_bytes - a->answers[child->number].len) {
			finish(a, child, SPN_CHILD_TOO_LONG);
			break;
		}
		if (child->len - done - sizeof(len) < len) {
			break;
		}
		if (!add_part(a, child, part, len)) {
			return false;
		}
		done += sizeof(len) + len;
	}
	if (child->pid != 0) {
		child->len -= done;
		memmove(child->bytes, child->bytes + done, child->len);
	}
	return true;
}

/* False when out of memory. */
static bool hear(struct asking *a, struct spn_child *child)
{
	ssize_t got;

	if (!make_room(a->children, &child->bytes, child->len, 1)) {
		return false;
	}
	got = read(child->fd,
		   child->bytes + child->len,
		   talloc_get_size(child->bytes) - child->len - 1);
	if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
		return true;
	}
	if (got <= 0) {
		finish(a, child, SPN_CHILD_DIED);
		return true;
	}
	child->len += (size_t)got;
	return take_apart(a, child);
}

static int64_t give_up_at(const struct asking *a,
			  const struct spn_child *child)
{
	if (a->ask->milliseconds == UINT_MAX) {
		return INT64_MAX;
	}
	return (a->ask->is_time_of_all ? a->began : child->began) +
	       (int64_t)a->ask->milliseconds;
}

/* May another one go on, and when? */
static bool may_hand_over(const struct asking *a,
			  const struct spn_child *child,
			  int64_t *_at)
{
	unsigned i;

	*_at = child->began + (int64_t)a->ask->patience;
	for (i = 0; i < a->ask->most_at_once; i++) {
		if (a->children[i].pid == 0) {
			return child->is_lead && a->next < a->num;
		}
	}
	return false;
}

/* When something has to be done, whatever the children do. */
static int64_t first_time(const struct asking *a)
{
	int64_t first = INT64_MAX;
	int64_t at = 0;
	unsigned i;

	for (i = 0; i < a->ask->most_at_once; i++) {
		const struct spn_child *child = &a->children[i];

		if (child->pid == 0) {
			continue;
		}
		if (give_up_at(a, child) < first) {
			first = give_up_at(a, child);
		}
		if (may_hand_over(a, child, &at) && at < first) {
			first = at;
		}
	}
	return first;
}

/* Until something comes, or a time is over. False when out of memory. */
static bool wait_for_some(struct asking *a)
{
	int64_t left = first_time(a) - spn_children_now();
	bool ok = true;
	unsigned i;

	for (i = 0; i < a->ask->most_at_once; i++) {
		const struct spn_child *child = &a->children[i];

		a->fds[i] = (struct pollfd){
			.fd = (child->pid == 0) ? -1 : child->fd,
			.events = POLLIN,
		};
	}
	left = (left > INT_MAX) ? INT_MAX : left;
	(void)poll(a->fds, a->ask->most_at_once, (left < 0) ? 0 : (int)left);
	for (i = 0; ok && i < a->ask->most_at_once; i++) {
		struct spn_child *child = &a->children[i];
		int64_t at = 0;

		if (child->pid == 0) {
			continue;
		}
		if (a->fds[i].revents != 0) {
			ok = hear(a, child);
		}
		if (child->pid != 0 &&
		    spn_children_now() >= give_up_at(a, child))
		{
			finish(a, child, SPN_CHILD_LATE);
		}
		if (may_hand_over(a, child, &at) && spn_children_now() >= at) {
			child->is_lead = false;
		}
	}
	return ok;
}

static bool run_all(struct asking *a)
{
	int running = start_some(a);
	unsigned i;

	while (running > 0) {
		running = wait_for_some(a) ? start_some(a) : -1;
	}
	for (i = 0; running < 0 && i < a->ask->most_at_once; i++) {
		if (a->children[i].pid != 0) {
			end_child(&a->children[i]);
		}
	}
	return running == 0;
}

struct spn_child_answer *spn_children_ask(TALLOC_CTX *mem_ctx,
					  const struct spn_children *ask,
					  size_t num)
{
	struct asking a = {.ask = ask,
			   .num = num,
			   .began = spn_children_now()};
	bool ok;

	a.answers = talloc_zero_array(mem_ctx,
				      struct spn_child_answer,
				      (unsigned)num + 1);
	if (a.answers == NULL) {
		return NULL;
	}
	talloc_set_destructor(a.answers, wipe_answers);
	a.children = talloc_zero_array(a.answers,
				       struct spn_child,
				       ask->most_at_once);
	a.fds = talloc_zero_array(a.answers, struct pollfd, ask->most_at_once);
	ok = a.children != NULL && a.fds != NULL && run_all(&a);
	talloc_free(a.children);
	talloc_free(a.fds);
	if (!ok) {
		TALLOC_FREE(a.answers);
	}
	return a.answers;
}
