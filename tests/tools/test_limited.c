/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that a child does within a time: what comes back of it, and what does
 * not.
 */
#include "common/limited.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define SECONDS 20 /* when they do not matter */
#define MOST 1000000

static int number; /* that a child changes, and nobody sees */

static bool send_number(TALLOC_CTX *mem_ctx,
			void *private_data,
			struct spn_limited_bytes *_bytes)
{
	size_t *len = private_data;
	char *bytes = talloc_zero_size(mem_ctx, *len + 1);

	memset(bytes, 'x', *len);
	number++;
	*_bytes = (struct spn_limited_bytes){bytes, *len};
	*len = 0;
	return true;
}

static bool has_no_memory(TALLOC_CTX *mem_ctx,
			  void *private_data,
			  struct spn_limited_bytes *_bytes)
{
	(void)mem_ctx;
	(void)private_data;
	(void)_bytes;
	return false;
}

static bool dies(TALLOC_CTX *mem_ctx,
		 void *private_data,
		 struct spn_limited_bytes *_bytes)
{
	(void)mem_ctx;
	(void)private_data;
	(void)_bytes;
	(void)raise(SIGKILL);
	return true;
}

static bool leaves(TALLOC_CTX *mem_ctx,
		   void *private_data,
		   struct spn_limited_bytes *_bytes)
{
	(void)mem_ctx;
	(void)private_data;
	(void)_bytes;
	_exit(0);
}

static bool hangs(TALLOC_CTX *mem_ctx,
		  void *private_data,
		  struct spn_limited_bytes *_bytes)
{
	(void)mem_ctx;
	(void)private_data;
	(void)_bytes;
	while (pause() == -1) {
	}
	return true;
}

/* The last of its bytes cannot be read, so only some are sent. */
static bool breaks_off(TALLOC_CTX *mem_ctx,
		       void *private_data,
		       struct spn_limited_bytes *_bytes)
{
	const size_t half = 65536;
	char *bytes = mmap(NULL,
			   2 * half,
			   PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS,
			   -1,
			   0);

	(void)mem_ctx;
	(void)private_data;
	if (bytes == MAP_FAILED ||
	    mprotect(bytes + half, half, PROT_NONE) != 0)
	{
		return false;
	}
	memset(bytes, 'x', half);
	*_bytes = (struct spn_limited_bytes){bytes, 2 * half};
	return true;
}

static void test_bytes(void **state)
{
	static const size_t lens[] = {0, 1, 4095, 4096, 70000, MOST};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		size_t len = lens[i];
		struct spn_limited_bytes bytes = {};

		assert_int_equal(SPN_LIMITED_DONE,
				 spn_limited_run(mem_ctx,
						 send_number,
						 &len,
						 SECONDS,
						 MOST,
						 &bytes));
		assert_int_equal(lens[i], bytes.len);
		assert_int_equal(lens[i], strlen(bytes.data));
		assert_int_equal(lens[i], strspn(bytes.data, "x"));
		/* The child has its own copy of everything. */
		assert_int_equal(lens[i], len);
		assert_int_equal(0, number);
		talloc_free(bytes.data);
	}
	assert_int_equal(1, talloc_total_blocks(mem_ctx));
	talloc_free(mem_ctx);
}

struct no_row {
	spn_limited_work work;
	unsigned seconds;
	enum spn_limited result;
};

static void test_none(void **state)
{
	static const struct no_row rows[] = {
		{has_no_memory, SECONDS, SPN_LIMITED_DIED},
		{dies, SECONDS, SPN_LIMITED_DIED},
		{leaves, SECONDS, SPN_LIMITED_DIED},
		{breaks_off, SECONDS, SPN_LIMITED_DIED},
		{hangs, 1, SPN_LIMITED_LATE},
		{hangs, 0, SPN_LIMITED_LATE},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char untouched[] = "untouched";
		struct spn_limited_bytes bytes = {.data = untouched};
		time_t begun = time(NULL);

		assert_int_equal(rows[i].result,
				 spn_limited_run(mem_ctx,
						 rows[i].work,
						 NULL,
						 rows[i].seconds,
						 MOST,
						 &bytes));
		assert_ptr_equal(untouched, bytes.data);
		assert_true(time(NULL) - begun < SECONDS / 2);
		/* No child is left, alive or dead. */
		assert_int_equal(-1, waitpid(-1, NULL, WNOHANG));
	}
	assert_int_equal(1, talloc_total_blocks(mem_ctx));
	talloc_free(mem_ctx);
}

/* As if it had died: nobody asked for so much. */
static void test_too_many(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct spn_limited_bytes bytes = {};
	size_t len = MOST + 1;

	(void)state;
	assert_int_equal(SPN_LIMITED_DIED,
			 spn_limited_run(mem_ctx,
					 send_number,
					 &len,
					 SECONDS,
					 MOST,
					 &bytes));
	assert_null(bytes.data);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
