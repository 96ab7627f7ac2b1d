/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * May a server's user read a keytab? As the kernel would decide it, by owner,
 * mode, ACL and the folders above.
 */
#include "probe/kerberos/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
	TALLOC_CTX *mem_ctx;
	char folder[64];
	char path[96];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	FILE *stream = NULL;
	int ret;

	assert_non_null(f);
	f->mem_ctx = talloc_new(NULL);
	snprintf(f->folder,
		 sizeof(f->folder),
		 "/tmp/test_probe_rights.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/keytab", f->folder);
	stream = fopen(f->path, "w");
	assert_non_null(stream);
	ret = fclose(stream);
	assert_int_equal(ret, 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(0, unlink(f->path));
	assert_int_equal(0, rmdir(f->folder));
	assert_int_equal(1, talloc_total_blocks(f->mem_ctx));
	talloc_free(f->mem_ctx);
	free(f);
	return 0;
}

#define ACL(entries) "\2\0\0\0" entries
#define OWNER(bits) "\1\0" bits "\0\xff\xff\xff\xff"
#define USER_7(bits) "\2\0" bits "\0\7\0\0\0"
#define OWNING_GROUP(bits) "\4\0" bits "\0\xff\xff\xff\xff"
#define GROUP_9(bits) "\x08\0" bits "\0\x09\0\0\0"
#define MASK(bits) "\x10\0" bits "\0\xff\xff\xff\xff"
#define OTHER(bits) "\x20\0" bits "\0\xff\xff\xff\xff"
#define BYTES(text) {text, sizeof(text) - 1}

struct right_row {
	const char *what;
	uid_t owner;
	gid_t group;
	mode_t mode;
	struct spn_str acl;
	bool may_read; /* user 7, in the groups 8 and 9 */
};

static const struct right_row right_rows[] = {
	{"owner", 7, 1, 0400, {}, true},
	{"owner, without the right", 7, 8, 0044, {}, false},
	{"group", 1, 8, 0040, {}, true},
	{"second group", 1, 9, 0040, {}, true},
	{"group, without the right", 1, 8, 0404, {}, false},
	{"other", 1, 1, 0004, {}, true},
	{"other, without the right", 1, 1, 0440, {}, false},
	{"named user",
	 1,
	 1,
	 0040,
	 BYTES(ACL(OWNER("\6") USER_7("\4") OWNING_GROUP("\0") MASK("\4")
			   OTHER("\0"))),
	 true},
	{"named user that the mask stops",
	 1,
	 1,
	 0000,
	 BYTES(ACL(OWNER("\6") USER_7("\4") OWNING_GROUP("\4") MASK("\0")
			   OTHER("\4"))),
	 false},
	{"named user without, though its group has it",
	 1,
	 8,
	 0044,
	 BYTES(ACL(OWNER("\6") USER_7("\0") OWNING_GROUP("\4") MASK("\4")
			   OTHER("\4"))),
	 false},
	{"named group",
	 1,
	 1,
	 0040,
	 BYTES(ACL(OWNER("\6") OWNING_GROUP("\0") GROUP_9("\4") MASK("\4")
			   OTHER("\0"))),
	 true},
	{"one of two groups",
	 1,
	 8,
	 0040,
	 BYTES(ACL(OWNER("\6") OWNING_GROUP("\0") GROUP_9("\4") MASK("\4")
			   OTHER("\0"))),
	 true},
	{"a group without, though others have it",
	 1,
	 1,
	 0044,
	 BYTES(ACL(OWNER("\6") OWNING_GROUP("\4") GROUP_9("\0") MASK("\4")
			   OTHER("\4"))),
	 false},
	{"others, with an ACL of strangers",
	 1,
	 1,
	 0064,
	 BYTES(ACL(OWNER("\6") OWNING_GROUP("\4") MASK("\6") OTHER("\4"))),
	 true},
	{"an ACL of another version", 1, 8, 0040, BYTES("\3\0\0\0"), false},
	{"an ACL that is cut off", 1, 1, 0004, BYTES("\2\0\0\0\2\0"), true},
};

static void test_rights(void **state)
{
	gid_t gids[] = {8, 9};
	const struct probe_reader reader = {
		.name = "seven",
		.uid = 7,
		.gids = gids,
		.num_gids = 2,
	};
	const struct probe_reader root = {.name = "root"};
	size_t failures = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right_rows) / sizeof(right_rows[0]); i++) {
		const struct right_row *row = &right_rows[i];
		const struct stat st = {
			.st_uid = row->owner,
			.st_gid = row->group,
			.st_mode = row->mode,
		};

		if (probe_reader_may(&reader, &st, row->acl, 4) !=
		    row->may_read)
		{
			print_message("%s\n", row->what);
			failures++;
		}
		assert_true(probe_reader_may(&root, &st, row->acl, 4));
	}
	assert_int_equal(0, failures);
}

/* A whole path: the file, then a folder above it; and who else can. */
static void test_rights_of_path(void **state)
{
	const struct probe_reader nobody = {
		.name = "www-data",
		.uid = (uid_t)-2,
	};
	const struct fixture *f = *state;
	const char *complaint = NULL;

	assert_int_equal(0, chmod(f->folder, 0755));
	assert_int_equal(0, chmod(f->path, 0644));
	assert_true(probe_reader_complaint(f->mem_ctx,
					   &nobody,
					   f->path,
					   &complaint));
	assert_null(complaint);
	assert_true(probe_exposed_complaint(f->mem_ctx, f->path, &complaint));
	assert_non_null(strstr(complaint, "everybody"));

	assert_int_equal(0, chmod(f->path, 0640));
	assert_true(probe_reader_complaint(f->mem_ctx,
					   &nobody,
					   f->path,
					   &complaint));
	assert_non_null(strstr(complaint, "www-data may not read "));
	assert_non_null(strstr(complaint, "mode 0640); chgrp www-data '"));
	assert_true(probe_exposed_complaint(f->mem_ctx, f->path, &complaint));
	assert_null(complaint);

	assert_int_equal(0, chmod(f->path, 0644));
	assert_int_equal(0, chmod(f->folder, 0700));
	assert_true(probe_reader_complaint(f->mem_ctx,
					   &nobody,
					   f->path,
					   &complaint));
	assert_non_null(strstr(complaint, "www-data may not enter "));
	assert_non_null(strstr(complaint, "; chmod o+x '"));
	assert_true(probe_exposed_complaint(f->mem_ctx, f->path, &complaint));
	assert_null(complaint);
	talloc_free_children(f->mem_ctx);
}

static void test_reader(void **state)
{
	const struct fixture *f = *state;
	struct probe_reader *root = probe_reader_new(f->mem_ctx, "root");

	assert_non_null(root);
	assert_int_equal(0, root->uid);
	assert_true(root->num_gids > 0);
	assert_null(probe_reader_new(f->mem_ctx, "no such user here"));
	talloc_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rights),
		cmocka_unit_test_setup_teardown(test_rights_of_path,
						set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_reader,
						set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
