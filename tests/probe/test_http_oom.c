/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that runs out while a web server is asked, at every point of ours:
 * that is said, and nothing is left behind. A child is the server.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "lib/fail_allocation.h"
#include "probe/web/http.h"

static const char answer[] =
	"HTTP/1.1 401 No\r\nServer: x\r\nConnection: close\r\n"
	"WWW-Authenticate: Negotiate oRQ=, Basic realm=\"x\"\r\n"
	"Date: Sun, 29 Nov 2026 15:46:27 GMT\r\nContent-Length: 0\r\n\r\n";

/* Never called: no ticket is asked for. */
struct probe_ticket *probe_ticket_get(TALLOC_CTX *mem_ctx,
				      struct probe_kerberos *krb,
				      const char *service)
{
	(void)mem_ctx;
	(void)krb;
	(void)service;
	abort();
}

static void serve(int listening)
{
	char request[4096];

	alarm(100); /* should the test die */
	for (;;) {
		int connection = accept(listening, NULL, NULL);

		if (connection < 0) {
			_exit(1);
		}
		if (read(connection, request, sizeof(request)) > 0 &&
		    write(connection, answer, strlen(answer)) < 0)
		{
			_exit(1);
		}
		close(connection);
	}
}

static pid_t start_server(uint16_t *_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int listening = socket(AF_INET, SOCK_STREAM, 0);
	pid_t child;

	assert_true(listening >= 0);
	assert_int_equal(bind(listening, (void *)&address, len), 0);
	assert_int_equal(listen(listening, 5), 0);
	assert_int_equal(getsockname(listening, (void *)&address, &len), 0);
	*_port = ntohs(address.sin_port);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		serve(listening);
	}
	close(listening);
	return child;
}

static void at_every_point(void **state)
{
	static const struct probe_http_options options = {
		.timeout = 10,
		.proxy = "",
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct probe_target target = {};
	uint16_t port = 0;
	pid_t child = start_server(&port);
	size_t before = 0;
	struct probe_http *http = NULL;
	unsigned n;

	(void)state;
	target.url = talloc_asprintf(mem_ctx,
				     "http://127.0.0.1:%u/",
				     (unsigned)port);
	before = talloc_total_blocks(mem_ctx);
	for (n = 1; http == NULL; n++) {
		fail_allocation(n);
		http = probe_http_ask(mem_ctx, &target, NULL, NULL, &options);
		assert_true(fail_allocation_happened() == (http == NULL));
		assert_true(http != NULL ||
			    talloc_total_blocks(mem_ctx) == before);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_null(http->failure);
	assert_int_equal(http->plain.status, 401);
	assert_int_equal(http->plain.num_schemes, 2);
	assert_true(n > 8);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_every_point),
	};

	fail_allocation_in("test_http_oom");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
