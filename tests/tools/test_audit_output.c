/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report and a signal that comes while it is written, at the moment when all
 * is in the temporary file: the file is whole, and nothing is left beside it.
 * And changes as LDIF.
 */
#include "lib/policy_fixture.h"

#include "common/output.h"
#include "directory/ldif.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEW "the new report\n"

static int number; /* 0: fsync() fails */

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	(void)fd;
	if (number == 0) {
		errno = ENOSPC;
		return -1;
	}
	return raise(number);
}

struct folder {
	char name[64];
	char path[128];
};

static void make_folder(struct folder *folder)
{
	FILE *stream = NULL;

	*folder = (struct folder){.name = "audit-output.XXXXXX"};
	assert_non_null(mkdtemp(folder->name));
	snprintf(folder->path,
		 sizeof(folder->path),
		 "%s/report",
		 folder->name);
	stream = fopen(folder->path, "w");
	assert_non_null(stream);
	fputs("old", stream);
	fclose(stream);
}

static void check_folder(struct folder *folder, const char *expected)
{
	char text[64] = "";
	FILE *stream = fopen(folder->path, "r");
	DIR *dir = opendir(folder->name);
	struct dirent *entry = NULL;
	size_t num = 0;

	assert_non_null(stream);
	assert_non_null(dir);
	assert_non_null(fgets(text, sizeof(text), stream));
	assert_string_equal(text, expected);
	fclose(stream);
	while ((entry = readdir(dir)) != NULL) {
		num += (entry->d_name[0] != '.') ? 1 : 0;
	}
	closedir(dir);
	assert_int_equal(num, 1);
	unlink(folder->path);
	rmdir(folder->name);
}

/* The process is not ended before the file is in its place, and then it is. */
static void signals_wait(void **state)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		const char *reason = NULL;
		struct folder folder = {};
		int status = 0;
		pid_t child;

		make_folder(&folder);
		number = numbers[i];
		child = fork();
		if (child == 0) {
			signal(number, SIG_DFL);
			audit_output_write(f->mem_ctx,
					   &(struct audit_target){
						   .path = folder.path},
					   NEW,
					   strlen(NEW),
					   &reason);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), number);
		check_folder(&folder, NEW);
	}
}

/* The old file stays, and the reason says which one it is. */
static void full_disk(void **state)
{
	struct fixture *f = *state;
	const char *reason = NULL;
	struct folder folder = {};
	char *expected = NULL;

	make_folder(&folder);
	number = 0;
	assert_false(
		audit_output_write(f->mem_ctx,
				   &(struct audit_target){.path = folder.path},
				   NEW,
				   strlen(NEW),
				   &reason));
	expected = talloc_asprintf(f->mem_ctx,
				   "%s: No space left on device",
				   folder.path);
	assert_non_null(strstr(reason, expected));
	check_folder(&folder, "old");
}

/* Whatever it was written in, it comes out in one piece. */
static void many_blocks(void **state)
{
	enum {
		NUM = 30000
	};
	struct fixture *f = *state;
	const struct audit_block *block = NULL;
	FILE *stream = audit_output_gather(f->mem_ctx, &block);
	char *expected = talloc_array(f->mem_ctx, char, NUM * 8);
	char *written = talloc_zero_array(f->mem_ctx, char, NUM * 8);
	const char *reason = NULL;
	struct folder folder = {};
	size_t len = 0;
	int ret;
	int i;

	assert_non_null(stream);
	assert_int_equal(block->len, 0);
	for (i = 0; i < NUM; i++) {
		ret = snprintf(expected + len, 8, "%d\n", i);
		fwrite(expected + len, 1, (size_t)ret, stream);
		len += (size_t)ret;
	}
	ret = fclose(stream);
	assert_int_equal(ret, 0);
	assert_non_null(block->next);

	make_folder(&folder);
	number = SIGCHLD; /* nobody minds */
	assert_true(audit_output_write_blocks(f->mem_ctx,
					      &(struct audit_target){
						      .path = folder.path},
					      block,
					      &reason));
	stream = fopen(folder.path, "r");
	assert_non_null(stream);
	assert_int_equal(fread(written, 1, (size_t)NUM * 8, stream), len);
	ret = fclose(stream);
	assert_int_equal(ret, 0);
	assert_memory_equal(written, expected, len);
	unlink(folder.path);
	rmdir(folder.name);
}

/* The bytes that the first line gives. */
static char *dn_of(TALLOC_CTX *mem_ctx, const char *text)
{
	char *line = talloc_strndup(mem_ctx, text, strcspn(text, "\n"));

	if (strncmp(line, "dn:: ", 5) == 0) {
		memmove(line, line + 5, strlen(line + 5) + 1);
		assert_true(ldb_base64_decode(line) > 0);
		return line;
	}
	assert_memory_equal(line, "dn: ", 4);
	return line + 4;
}

static const char *const dns[] = {
	"CN=a,DC=x",
	"CN=J\303\274rgen,DC=x",
	"CN=a\033[2J,DC=x",
	" CN=a,DC=x",
	"<a>",
	"CN=a\nchangetype: delete\n\ndn: CN=b,DC=x",
};
static const struct spn_str values[] = {
	{"http/web", 8},
	{"http/J\303\274rgen", 12},
	{"<file:///etc/passwd", 19},
	{": x", 3},
	{" x ", 3},
	{"a\n-\n\ndn: CN=b", 13},
	{"a\0b", 3},
	{"http/a-name-of-a-host-so-long-that-the-line-has-to-go-on-in-"
	 "the-next-one-or-even-in-the-one-after-that.example.com",
	 114},
};

/* What is written, libldb reads again: the same bytes, nothing of it another
 * line. */
static void changes_as_ldif(void **state)
{
	const size_t num = sizeof(values) / sizeof(values[0]);
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	struct ldb_message_element *el = NULL;
	size_t i;
	size_t j;

	(void)state;
	ldb_msg_add_empty(msg, "servicePrincipalName", LDB_FLAG_MOD_ADD, &el);
	assert_true(spn_values_room(msg, el, num));
	for (j = 0; j < num; j++) {
		assert_true(spn_values_push(el, values[j]));
	}
	for (i = 0; i < sizeof(dns) / sizeof(dns[0]); i++) {
		char *text = NULL;
		const char *rest = NULL;
		size_t len = 0;
		FILE *stream = open_memstream(&text, &len);
		struct ldb_ldif *read = NULL;

		assert_true(audit_ldif_write(ldb, dns[i], msg, stream));
		fclose(stream);
		assert_string_equal(dn_of(mem_ctx, text), dns[i]);
		assert_non_null(strstr(text, "\nchangetype: modify\nadd: "));
		if (i >= 3) {
			free(text);
			continue; /* libldb refuses such a DN */
		}
		rest = text;
		read = ldb_ldif_read_string(ldb, &rest);
		assert_non_null(read);
		assert_int_equal(read->changetype, LDB_CHANGETYPE_MODIFY);
		assert_string_equal(ldb_dn_get_linearized(read->msg->dn),
				    dns[i]);
		el = &read->msg->elements[0];
		assert_int_equal(el->flags, LDB_FLAG_MOD_ADD);
		assert_int_equal(spn_values_num(el), num);
		for (j = 0; j < num; j++) {
			assert_true(spn_values_has(el, values[j]));
		}
		assert_null(ldb_ldif_read_string(ldb, &rest));
		free(text);
	}
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(signals_wait),
		fixture_test(full_disk),
		fixture_test(many_blocks),
		cmocka_unit_test(changes_as_ldif),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
