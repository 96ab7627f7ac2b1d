/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that runs out while a KDC's log is read, at every point: nothing is
 * left behind, and either that is said, or all that is missing is the line of
 * JSON that it came to.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/fail_allocation.h"
#include "probe/kdc_log.h"

static const char text[] =
	"[2026/11/29 15:46:27.105736,  3] x.c:90(y)\n"
	"  {\"timestamp\": \"2026-11-29T15:46:27\", \"KDC Authorization\": "
	"{\"status\": \"NT_STATUS_NO_SUCH_USER\", \"remoteAddress\": "
	"\"ipv4:192.0.2.7:1\", \"serviceDescription\": \"HTTP/a@X\", "
	"\"domain\": null, \"account\": null}}\n"
	"  Kerberos: TGS-REQ ERR_S_PRINCIPAL_UNKNOWN ipv4:192.0.2.7:1 a@X "
	"HTTP/a@X elapsed=1\n"
	"  {\"KDC Authorization\": {\"status\": \"NT_STATUS_OK\", "
	"\"remoteAddress\": \"ipv4:192.0.2.7:2\", \"serviceDescription\": "
	"\"HTTP/b@X\", \"domain\": \"X\", \"account\": \"a\"}}\n"
	"  Kerberos: TGS-REQ SUCCESS ipv4:192.0.2.7:3 b@X HTTP/c@X "
	"etype=18/23 elapsed=1\n";

static struct probe_kdc_log *read_text(TALLOC_CTX *mem_ctx)
{
	FILE *stream = tmpfile();
	const char *reason = NULL;
	struct probe_kdc_log *log = NULL;

	assert_non_null(stream);
	assert_int_equal(fputs(text, stream) >= 0, 1);
	assert_int_equal(fseek(stream, 0, SEEK_SET), 0);
	log = probe_kdc_log_read(mem_ctx, stream, &reason);
	assert_null(reason);
	fclose(stream);
	return log;
}

static void at_every_point(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const size_t before = talloc_total_blocks(mem_ctx);
	bool is_whole = false;
	unsigned n;

	(void)state;
	for (n = 1; !is_whole; n++) {
		struct probe_kdc_log *log = NULL;

		fail_allocation(n);
		log = read_text(mem_ctx);
		is_whole = !fail_allocation_happened();
		if (log != NULL) {
			assert_true(log->num_understood >= 2);
			assert_true(log->num_understood == 3 || !is_whole);
			assert_string_equal(log->names[0].spn, "HTTP/a");
			assert_int_equal(log->names[0].num_failed, 1);
		}
		assert_true(log != NULL || !is_whole);
		talloc_free(log);
		assert_int_equal(talloc_total_blocks(mem_ctx), before);
	}
	print_message("%u points\n", n);
	assert_true(n > 30);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_every_point),
	};

	fail_allocation_in("test_kdc_log_oom");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
