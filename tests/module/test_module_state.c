/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the module adds to the rootDSE: for whom, and when it says that samba
 * has to be restarted. It is loaded from a copy, which a test can exchange.
 */
#include "lib/fake_stack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE "spnPolicyState"

/* Where it is; a template until main() has made it. */
static char folder[] = "/tmp/test_module_state.XXXXXX";
static char *copy;

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "re");
	FILE *out = fopen(to, "we");
	char bytes[65536];
	size_t len;

	assert_non_null(in);
	assert_non_null(out);
	while ((len = fread(bytes, 1, sizeof(bytes), in)) > 0) {
		assert_int_equal(fwrite(bytes, 1, len, out), len);
	}
	assert_int_equal(fclose(in), 0);
	assert_int_equal(fclose(out), 0);
}

/* The value, "" where there is none; on f. */
static const char *state_of(struct fake *f, const char *asked)
{
	const char *attrs[] = {"dnsHostName", asked, NULL};
	struct ldb_result *res = NULL;
	int ret = ldb_search(f->ldb,
			     f,
			     &res,
			     ldb_dn_new(f, f->ldb, NULL),
			     LDB_SCOPE_BASE,
			     attrs,
			     "(objectClass=*)");

	assert_int_equal(ret, LDB_SUCCESS);
	assert_int_equal(res->count, 1);
	assert_string_equal(ldb_msg_find_attr_as_string(res->msgs[0],
							"dnsHostName",
							""),
			    "dc1.example.com");
	return ldb_msg_find_attr_as_string(res->msgs[0], STATE, "");
}

static void only_who_has_logged_on_is_told(void **state)
{
	struct fake *f = *state;

	assert_string_equal(state_of(f, STATE), "");
	fake_become(f, 1, 0, 1); /* Everyone */
	assert_string_equal(state_of(f, STATE), "");
	fake_become(f, 5, 7, 1); /* Anonymous */
	assert_string_equal(state_of(f, STATE), "");
	fake_become(f, 5, 11, 1); /* Authenticated Users */
	assert_non_null(strstr(state_of(f, STATE), " state=enforce "));
	fake_become_system(f);
	assert_non_null(strstr(state_of(f, STATE), " state=enforce "));
}

static void only_who_asks_is_told(void **state)
{
	struct fake *f = *state;

	fake_become_system(f);
	assert_string_equal(state_of(f, "*"), "");
	assert_string_equal(state_of(f, "+"), "");
	assert_non_null(strstr(state_of(f, "SPNpolicySTATE"), "version="));
}

/* An upgrade may bring a file of the same size and time. */
static void another_file_needs_a_restart(void **state)
{
	struct fake *f = *state;
	char *next = talloc_asprintf(f, "%s.next", copy);
	struct stat before = {};

	fake_become_system(f);
	/* That of the list is: the fake has none. */
	assert_non_null(strstr(state_of(f, STATE), " restart=module-list "));
	assert_int_equal(stat(copy, &before), 0);
	copy_file(copy, next);
	assert_int_equal(utimensat(AT_FDCWD,
				   next,
				   (struct timespec[]){before.st_atim,
						       before.st_mtim},
				   0),
			 0);
	assert_int_equal(rename(next, copy), 0);
	assert_non_null(strstr(state_of(f, STATE),
			       " restart=module-list,module-file "));
}

static bool put_copy(void)
{
	const char *from = getenv("LDB_MODULES_PATH");
	char *module = NULL;

	if (from == NULL || mkdtemp(folder) == NULL) {
		return false;
	}
	module = talloc_asprintf(NULL, "%s/spn_policy.so", from);
	copy = talloc_asprintf(NULL, "%s/spn_policy.so", folder);
	if (module == NULL || copy == NULL) {
		return false;
	}
	copy_file(module, copy);
	talloc_free(module);
	return setenv("LDB_MODULES_PATH", folder, 1) == 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(only_who_has_logged_on_is_told),
		fake_test(only_who_asks_is_told),
		fake_test(another_file_needs_a_restart),
	};
	int ret;

	if (!put_copy()) {
		fprintf(stderr, "no copy of the module; LDB_MODULES_PATH?\n");
		return 1;
	}
	ret = fake_run(tests);
	unlink(copy);
	rmdir(folder);
	talloc_free(copy);
	return ret;
}
