/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several servers, each asked by a child process. One that hangs, sends a
 * byte now and then, or has Samba's client libraries end by a signal costs its
 * own child and no more: the parent only reads pipes, until a time that it
 * has set itself.
 *
 * A child sends one byte, whether it has an answer, and then the text.
 */
#include "connect_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include <ldb_module.h>
#include <credentials.h>
#include <param.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define MOST_AT_ONCE 32
#define MOST_BYTES 8192
#define DEFAULT_SECONDS 10

enum {
	IS_ANSWER = 'a',
	IS_REASON = 'r',
};

struct child {
	pid_t pid; /* 0: this place is free */
	int fd;
	size_t number;	 /* of its URL */
	int64_t give_up; /* milliseconds; INT64_MAX: never */
	char bytes[MOST_BYTES];
	size_t len;
};

struct each {
	TALLOC_CTX *mem_ctx;
	struct spn_connect *connect;
	const char *const *urls;
	size_t num_urls;
	const struct spn_connect_question *question;
	struct spn_connect_answer *answers;
	struct child *children;
	size_t next; /* URL that is not asked yet */
};

static int64_t now(void)
{
	struct timespec t = {};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False when out of memory. */
static bool set_answer(struct each *each,
		       size_t number,
		       bool is_answer,
		       struct spn_str text)
{
	struct spn_connect_answer *answer = &each->answers[number];

	answer->is_answer = is_answer;
	answer->text = spn_str_dup(each->mem_ctx, text);
	return answer->text.data != NULL;
}

/* ------------------------------------------------------------ of the child */

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = write(fd, bytes, len);

		if (sent < 0 && errno != EINTR) {
			return;
		}
		bytes += (sent < 0) ? 0 : sent;
		len -= (sent < 0) ? 0 : (size_t)sent;
	}
}

/* No terminal to ask for a password, and nothing to be seen of it. */
static void be_alone(struct spn_connect *connect)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	setsid();
	if (null != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		close(null);
	}
	connect_silence_stderr();
	/* What is open now is the parent's, and not to be cut. */
	connect_note_sockets(connect);
}

static bool is_socket(const char *url)
{
	return strncasecmp(url, "ldapi:", strlen("ldapi:")) == 0;
}

static void work(const struct each *each, size_t number, int fd)
{
	const struct spn_connect_options options = {
		.url = each->urls[number],
		.read_only = true,
		.quiet = true,
		.as_nobody = is_socket(each->urls[number]),
	};
	struct spn_connect *connect = each->connect;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct ldb_context *ldb = NULL;
	struct spn_str text = {};
	bool ok = false;
	char kind;

	be_alone(connect);
	ldb = spn_connect_open(mem_ctx, connect, &options);
	if (ldb == NULL) {
		text = spn_str_of(spn_connect_reason(connect));
	} else {
		ok = each->question->ask(mem_ctx,
					 ldb,
					 number,
					 each->question->private_data,
					 &text);
	}
	if (text.data == NULL) {
		ok = false;
		text = spn_str_of("out of memory");
	}
	kind = ok ? IS_ANSWER : IS_REASON;
	send_all(fd, &kind, 1);
	send_all(fd, text.data, text.len);
	_exit(0);
}

/* ----------------------------------------------------------- of the parent */

static bool start(struct each *each, struct child *child)
{
	unsigned seconds = each->connect->timeout;
	size_t number = each->next++;
	int ends[2] = {-1, -1};

	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) != 0) {
		return set_answer(each,
				  number,
				  false,
				  spn_str_of("too many open files here"));
	}
	child->pid = fork();
	if (child->pid == 0) {
		close(ends[0]);
		work(each, number, ends[1]);
	}
	close(ends[1]);
	if (child->pid == -1) {
		child->pid = 0;
		close(ends[0]);
		return set_answer(each,
				  number,
				  false,
				  spn_str_of("no new process can be made"));
	}
	child->fd = ends[0];
	child->number = number;
	child->len = 0;
	/* Its own patience ends first, and has a better word for it. */
	child->give_up = (seconds == 0)
				 ? INT64_MAX
				 : now() + (int64_t)seconds * 1000 + 1000;
	return true;
}

/* Waits for the end of it. False when out of memory. */
static bool finish(struct each *each, struct child *child, const char *reason)
{
	struct spn_str text = {.data = child->bytes + 1};
	bool is_answer = false;
	int status = 0;

	if (reason != NULL) {
		kill(child->pid, SIGKILL);
	}
	close(child->fd);
	while (waitpid(child->pid, &status, 0) == -1 && errno == EINTR) {
	}
	child->pid = 0;
	if (reason == NULL && child->len > 0 && WIFEXITED(status)) {
		is_answer = child->bytes[0] == IS_ANSWER;
		text.len = child->len - 1;
	} else if (reason == NULL) {
		reason = "asking it ended the program that asked";
	}
	return set_answer(each,
			  child->number,
			  is_answer,
			  (reason == NULL) ? text : spn_str_of(reason));
}

static bool hear(struct each *each, struct child *child)
{
	ssize_t got = read(child->fd,
			   child->bytes + child->len,
			   sizeof(child->bytes) - child->len);

	if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
		return true;
	}
	if (got <= 0) {
		return finish(each, child, NULL);
	}
	child->len += (size_t)got;
	return child->len < sizeof(child->bytes) ||
	       finish(each, child, "its answer is too long");
}

/* Fills the free places. How many children there are; -1: out of memory. */
static int start_some(struct each *each)
{
	int running = 0;
	size_t i;

	for (i = 0; i < MOST_AT_ONCE; i++) {
		struct child *child = &each->children[i];

		while (child->pid == 0 && each->next < each->num_urls) {
			if (!start(each, child)) {
				return -1;
			}
		}
		running += (child->pid == 0) ? 0 : 1;
	}
	return running;
}

/* Until something comes, or the first time is over. */
static bool wait_for_some(struct each *each)
{
	struct pollfd fds[MOST_AT_ONCE] = {};
	int64_t first = INT64_MAX;
	int64_t left;
	bool ok = true;
	size_t i;

	for (i = 0; i < MOST_AT_ONCE; i++) {
		const struct child *child = &each->children[i];

		fds[i].fd = (child->pid == 0) ? -1 : child->fd;
		fds[i].events = POLLIN;
		if (child->pid != 0 && child->give_up < first) {
			first = child->give_up;
		}
	}
	left = (first == INT64_MAX) ? -1 : first - now();
	if (left < 0 && first != INT64_MAX) {
		left = 0;
	}
	(void)poll(fds, MOST_AT_ONCE, (int)left);
	for (i = 0; ok && i < MOST_AT_ONCE; i++) {
		struct child *child = &each->children[i];

		if (child->pid == 0) {
			continue;
		}
		if (fds[i].revents != 0) {
			ok = hear(each, child);
		} else if (now() >= child->give_up) {
			ok = finish(each,
				    child,
				    "no answer in time, given up (--timeout)");
		}
	}
	return ok;
}

static void kill_all(struct each *each)
{
	size_t i;

	for (i = 0; i < MOST_AT_ONCE; i++) {
		if (each->children[i].pid != 0) {
			(void)finish(each, &each->children[i], "");
		}
	}
}

/* Here, once, and not in each child, which has no terminal. */
static void get_login(struct spn_connect *connect)
{
	struct connect_login login = connect_login_of(connect->argv);
	struct cli_credentials *credentials = ldb_get_opaque(connect->home,
							     "credentials");
	NTSTATUS status;

	if (credentials == NULL) {
		return;
	}
	if (login.names_user) {
		(void)cli_credentials_get_password(credentials);
		return;
	}
	if (login.is_chosen ||
	    spn_connect_local_path(spn_connect_url(connect)) == NULL)
	{
		return;
	}
	status = cli_credentials_set_machine_account(credentials,
						     connect->loadparm);
	if (!NT_STATUS_IS_OK(status)) {
		spn_connect_message(connect,
				    "the account of this machine cannot be "
				    "used; give --user=USER, or "
				    "--use-kerberos=required after kinit");
	}
}

struct spn_connect_answer *spn_connect_ask_each(
	TALLOC_CTX *mem_ctx,
	struct spn_connect *connect,
	const char *const *urls,
	size_t num_urls,
	const struct spn_connect_question *question)
{
	unsigned timeout = connect->timeout;
	struct each each = {
		.connect = connect,
		.urls = urls,
		.num_urls = num_urls,
		.question = question,
	};
	int running;

	each.answers = talloc_zero_array(mem_ctx,
					 struct spn_connect_answer,
					 num_urls + 1);
	each.mem_ctx = each.answers;
	each.children = talloc_zero_array(each.answers,
					  struct child,
					  MOST_AT_ONCE);
	if (each.children == NULL) {
		return NULL;
	}
	if (num_urls > 0 && !is_socket(urls[0])) {
		get_login(connect);
	}
	if (!connect->has_timeout) {
		connect->timeout = DEFAULT_SECONDS;
	}
	running = start_some(&each);
	while (running > 0) {
		running = wait_for_some(&each) ? start_some(&each) : -1;
	}
	connect->timeout = timeout;
	if (running < 0) {
		kill_all(&each);
		talloc_free(each.answers);
		return NULL;
	}
	TALLOC_FREE(each.children);
	return each.answers;
}

char *spn_connect_url_of(TALLOC_CTX *mem_ctx,
			 const struct spn_connect *connect,
			 const char *host)
{
	static const char tls[] = "ldaps://";
	bool has_tls = connect->url != NULL &&
		       strncasecmp(connect->url, tls, strlen(tls)) == 0;
	const char *name = connect_safe_name(host);
	const char *port = lpcfg_parm_string(connect->loadparm,
					     NULL,
					     "spn_policy",
					     "ldap port");

	if (name == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "%s%s%s%s",
			       has_tls ? tls : "ldap://",
			       name,
			       (port == NULL) ? "" : ":",
			       (port == NULL) ? "" : port);
}
