/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection for libldap: servers that are slow, gone or endless, and
 * whoever inherits it.
 */

#include "lib/ldap_world.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <ldb_module.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <tevent.h>

/* A server on the loopback that takes nobody in; and its URL. */
static int listen_somewhere(TALLOC_CTX *mem_ctx, char **_url)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len),
			 0);
	*_url = talloc_asprintf(mem_ctx,
				"ldap://127.0.0.1:%d",
				(int)ntohs(address.sin_port));
	return fd;
}

static bool has_come(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd == -1) {
		return false;
	}
	close(fd);
	return true;
}

/* Neither that of a search nor one beside what was found. */
static void test_no_referral_is_followed(void **state)
{
	struct ldap_world *w = *state;
	char *url = NULL;
	int other = listen_somewhere(w, &url);
	char *where = talloc_asprintf(w, "%s/DC=b", url);

	w->seconds = 5;
	ldap_world_put(
		w,
		ldap_message(w,
			     FIRST_ID,
			     ber_tlv(w, 0x73, ber_text(w, where), BER_END),
			     BER_END));
	ldap_world_put(w,
		       ldap_message(w,
				    FIRST_ID,
				    ber_tlv(w,
					    0x65,
					    ber_number(w, 0x0a, 10),
					    ber_text(w, ""),
					    ber_text(w, ""),
					    ber_tlv(w,
						    0xa3,
						    ber_text(w, where),
						    BER_END),
					    BER_END),
				    BER_END));
	assert_int_equal(ldap_world_run(w, "DC=a"), 10);
	assert_int_equal(w->seen.num_referrals, 1);
	assert_false(has_come(other));
	close(other);
}

/* Nobody who has not logged on reads on. */
static void test_not_made_anew(void **state)
{
	struct ldap_world *w = *state;
	char *url = NULL;
	int other = listen_somewhere(w, &url);

	close(w->server);
	talloc_free(w->ldb);
	w->ldb = ldap_answers_at(w, url, &w->server);
	w->seconds = 5;
	shutdown(w->server, SHUT_WR);
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
	assert_false(has_come(other));
	close(other);
}

/* Before the first byte is written to it. */
static void test_gone(void **state)
{
	struct ldap_world *w = *state;

	signal(SIGPIPE, SIG_DFL); /* whatever the libraries say */
	close(w->server);
	w->server = -1;
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
}

#define LONG 4000000

/* Reads a request of so many bytes, and answers it. */
static void read_slowly(const struct ldap_world *w)
{
	char bytes[4096] = "";
	ssize_t got = 1;
	size_t all = 0;

	while (all < LONG && got > 0) {
		got = read(w->server, bytes, sizeof(bytes));
		all += (got > 0) ? (size_t)got : 0;
	}
	ldap_world_put(w, ldap_done(w->ldb, FIRST_ID, 0));
}

static void test_long_request(void **state)
{
	struct ldap_world *w = *state;
	char *value = talloc_zero_size(w, LONG + 1);
	pid_t child;
	int status = 0;

	memset(value, 'a', LONG);
	w->filter = talloc_asprintf(w, "(cn=%s)", value);
	w->seconds = 60;
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		read_slowly(w);
		_exit(0);
	}
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(waitpid(child, &status, 0), child);
}

/* What is longer than anything of a directory is not waited for. */
static void test_long_answer(void **state)
{
	struct ldap_world *w = *state;
	struct spn_str head = {"\x30\x84\x05\x00\x00\x00\x02\x01\x02", 9};

	w->seconds = 5;
	ldap_world_put(w, head);
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
	assert_non_null(strstr(ldb_errstring(w->ldb), "lost"));
}

/* A message of which the end is late. */
static void test_in_pieces(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_request *req = ldap_world_ask(w, "DC=a", NULL);
	struct spn_str done = ldap_done(w, FIRST_ID, 0);
	size_t half = done.len / 2;

	ldap_world_put(w, (struct spn_str){done.data, half});
	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	assert_int_equal(tevent_loop_once(ldb_get_event_context(w->ldb)), 0);
	assert_int_equal(w->seen.num_ends, 0);
	ldap_world_put(w, (struct spn_str){done.data + half, done.len - half});
	assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL), LDB_SUCCESS);
}

/* A child that ends, as those of spn-policy status do, is not heard. */
static void test_inherited(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_request *req = ldap_world_ask(w, "DC=a", NULL);
	char sent[4096] = "";
	int status = 0;
	pid_t child;

	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	assert_int_not_equal(ldap_world_sent(w, sent, sizeof(sent)), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		talloc_free(req);
		talloc_free(w->ldb);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(ldap_world_sent(w, sent, sizeof(sent)), 0);
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL), LDB_SUCCESS);
}

static void test_freed_before_its_search(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_request *req = ldap_world_ask(w, "DC=a", NULL);

	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	TALLOC_FREE(w->ldb);
	talloc_free(req);
}

static void test_no_trust(void **state)
{
	struct ldap_world *w = *state;
	struct connect_tls tls = {.timeout = 1};
	struct connect_link *link = NULL;
	int pair[2] = {-1, -1};
	char sent[16] = "";

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	link = connect_link_of(w, pair[0], "ldaps://test");
	assert_non_null(link);
	assert_false(connect_link_start_tls(link, &tls));
	assert_int_equal(recv(pair[1], sent, sizeof(sent), MSG_DONTWAIT), -1);
	close(pair[1]);
}

static void test_long_path(void **state)
{
	char url[300] = "ldapi://%2F";

	memset(url + strlen(url), 'a', 200);
	assert_null(connect_link_open(*state, url));
}

static void test_no_trace_of_settings(void **state)
{
	assert_non_null(*state);
	assert_null(getenv("LDAPNOINIT"));
}

/* ------------------------------------------- a socket that is read ahead of
 */

#define NUM_SMALL 1500 /* more than are taken at once, and read ahead */

/* Messages to FIRST_ID, as short as they can be. */
static void put_small(struct ldap_world *w, size_t num)
{
	static const char one[] = "\x30\x08\x02\x01\x02\x73\x03\x04\x01x";
	const size_t len = sizeof(one) - 1;
	char *all = talloc_size(w, num * len);
	size_t i;

	for (i = 0; i < num; i++) {
		memcpy(all + i * len, one, len);
	}
	ldap_world_put(w, (struct spn_str){all, num * len});
	talloc_free(all);
}

/* The same world over a socket in the file system. */
static void move_to_path(struct ldap_world *w)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *folder = getenv("TMPDIR");
	char *path = talloc_asprintf(w,
				     "%s/test_ldap_link-%d",
				     (folder == NULL) ? "/tmp" : folder,
				     (int)getpid());
	char *url = talloc_strdup(w, "ldapi://");
	const char *at = NULL;
	struct connect_link *link = NULL;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (at = path; *at != '\0'; at++) {
		url = (*at == '/') ? talloc_strdup_append(url, "%2F")
				   : talloc_strndup_append(url, at, 1);
	}
	close(w->server);
	talloc_free(w->ldb);
	assert_in_range(strlen(path), 1, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(listener,
			      (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(listener, 1), 0);
	w->ldb = ldb_init(w, NULL);
	link = connect_link_open(w->ldb, url);
	assert_non_null(link);
	w->server = accept(listener, NULL, NULL);
	ldap_world_put(w, ldap_done(w, FIRST_ID - 1, 0));
	assert_true(connect_ldap_attach(w->ldb, link));
	unlink(path);
	close(listener);
}

/* Of the one timer: how many searches had ended when it went off. */
static size_t ended_before;

static void go_off(struct tevent_context *ev,
		   struct tevent_timer *timer,
		   struct timeval now,
		   void *private_data)
{
	const struct ldap_seen *seen = private_data;

	(void)ev;
	(void)timer;
	(void)now;
	ended_before = seen->num_ends;
}

static void start_timer(struct ldap_seen *seen)
{
	const struct ldap_world *w = talloc_get_type(seen->mem_ctx,
						     struct ldap_world);
	struct tevent_context *ev = ldb_get_event_context(w->ldb);

	assert_non_null(
		tevent_add_timer(ev, ev, tevent_timeval_zero(), go_off, seen));
}

/* Much that comes at once is taken to the end, and a timer goes off meanwhile.
 */
static void test_much_at_once(void **state)
{
	struct ldap_world *w = *state;

	move_to_path(w);
	w->seconds = 20;
	w->seen.on_entry = start_timer;
	ended_before = SIZE_MAX;
	ldap_world_put(w, ldap_entry(w, FIRST_ID, "DC=a", BER_END));
	put_small(w, NUM_SMALL);
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(w->seen.num_entries, 1);
	assert_int_equal(ended_before, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_LDAP_WORLD(test_no_referral_is_followed),
		IN_LDAP_WORLD(test_not_made_anew),
		IN_LDAP_WORLD(test_gone),
		IN_LDAP_WORLD(test_long_request),
		IN_LDAP_WORLD(test_long_answer),
		IN_LDAP_WORLD(test_in_pieces),
		IN_LDAP_WORLD(test_inherited),
		IN_LDAP_WORLD(test_freed_before_its_search),
		IN_LDAP_WORLD(test_no_trust),
		IN_LDAP_WORLD(test_long_path),
		IN_LDAP_WORLD(test_no_trace_of_settings),
		IN_LDAP_WORLD(test_much_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
