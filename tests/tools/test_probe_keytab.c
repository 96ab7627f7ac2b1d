/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keytabs as spn-probe reads them: the same entries as libkrb5, of files that
 * libkrb5 wrote and of files that are broken.
 */
#include "common/children.h"
#include "probe/kerberos/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <sys/stat.h>

#define KEY_LEN 32

struct fixture {
	TALLOC_CTX *mem_ctx;
	krb5_context ctx;
	char folder[64];
	char path[96];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->mem_ctx = talloc_new(NULL);
	assert_int_equal(0, krb5_init_context(&f->ctx));
	snprintf(f->folder,
		 sizeof(f->folder),
		 "/tmp/test_probe_keytab.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/keytab", f->folder);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	assert_int_equal(0, rmdir(f->folder));
	krb5_free_context(f->ctx);
	assert_int_equal(0, talloc_total_blocks(f->mem_ctx) - 1);
	talloc_free(f->mem_ctx);
	free(f);
	return 0;
}

static void write_file(const struct fixture *f, const void *data, size_t len)
{
	FILE *stream = fopen(f->path, "wb");
	int ret;

	assert_non_null(stream);
	assert_int_equal(len, fwrite(data, 1, len, stream));
	ret = fclose(stream);
	assert_int_equal(ret, 0);
}

static char *read_file(const struct fixture *f, size_t *_len)
{
	char *data = talloc_size(f->mem_ctx, 65536);
	FILE *stream = fopen(f->path, "rb");
	int ret;

	assert_non_null(stream);
	*_len = fread(data, 1, 65536, stream);
	ret = fclose(stream);
	assert_int_equal(ret, 0);
	return data;
}

/* By libkrb5. */
static void add_entry(const struct fixture *f,
		      const char *name,
		      unsigned kvno,
		      int enctype)
{
	krb5_octet bytes[KEY_LEN] = {(krb5_octet)kvno, (krb5_octet)enctype};
	krb5_keytab_entry entry = {
		.vno = kvno,
		.key = {.enctype = enctype,
			.length = (enctype == 18) ? 32 : 16,
			.contents = bytes},
	};
	krb5_keytab keytab = NULL;

	assert_int_equal(0, krb5_parse_name(f->ctx, name, &entry.principal));
	assert_int_equal(0, krb5_kt_resolve(f->ctx, f->path, &keytab));
	assert_int_equal(0, krb5_kt_add_entry(f->ctx, keytab, &entry));
	assert_int_equal(0, krb5_kt_close(f->ctx, keytab));
	krb5_free_principal(f->ctx, entry.principal);
}

static void remove_entry(const struct fixture *f,
			 const char *name,
			 unsigned kvno,
			 int enctype)
{
	krb5_keytab_entry entry = {.vno = kvno, .key = {.enctype = enctype}};
	krb5_keytab keytab = NULL;

	assert_int_equal(0, krb5_parse_name(f->ctx, name, &entry.principal));
	assert_int_equal(0, krb5_kt_resolve(f->ctx, f->path, &keytab));
	assert_int_equal(0, krb5_kt_remove_entry(f->ctx, keytab, &entry));
	assert_int_equal(0, krb5_kt_close(f->ctx, keytab));
	krb5_free_principal(f->ctx, entry.principal);
}

static char *append_entry(char *text,
			  const char *name,
			  uint32_t kvno,
			  int32_t enctype,
			  struct spn_str key)
{
	size_t i;

	text = talloc_asprintf_append(text,
				      "%s %u %d ",
				      name,
				      (unsigned)kvno,
				      (int)enctype);
	for (i = 0; text != NULL && i < key.len; i++) {
		text = talloc_asprintf_append(text,
					      "%02x",
					      (unsigned char)key.data[i]);
	}
	return (text == NULL) ? NULL : talloc_strdup_append(text, "\n");
}

/* Each entry as libkrb5 reads it. In a child: of a file that is cut off it
 * loses memory. */
static bool list_theirs(struct spn_child *child,
			TALLOC_CTX *mem_ctx,
			size_t number,
			void *private_data)
{
	const struct fixture *f = private_data;
	char *text = talloc_strdup(mem_ctx, "");
	krb5_keytab keytab = NULL;
	krb5_kt_cursor cursor = NULL;
	krb5_keytab_entry entry = {};

	(void)number;
	if (krb5_kt_resolve(f->ctx, f->path, &keytab) != 0) {
		return false;
	}
	if (krb5_kt_start_seq_get(f->ctx, keytab, &cursor) == 0) {
		while (krb5_kt_next_entry(f->ctx, keytab, &entry, &cursor) ==
		       0)
		{
			char *name = NULL;
			struct spn_str key = {
				.data = (const char *)entry.key.contents,
				.len = entry.key.length,
			};

			if (krb5_unparse_name(f->ctx,
					      entry.principal,
					      &name) != 0)
			{
				return false;
			}
			text = append_entry(text,
					    name,
					    entry.vno,
					    entry.key.enctype,
					    key);
			krb5_free_unparsed_name(f->ctx, name);
			krb5_free_keytab_entry_contents(f->ctx, &entry);
		}
		(void)krb5_kt_end_seq_get(f->ctx, keytab, &cursor);
	}
	(void)krb5_kt_close(f->ctx, keytab);
	return text != NULL && spn_child_say(child, text, strlen(text));
}

/* What libkrb5 reads of the file is what we read. How many entries. */
static size_t compare(struct fixture *f, const struct probe_keytab *ours)
{
	TALLOC_CTX *tmp_ctx = talloc_new(f->mem_ctx);
	size_t num = (ours == NULL) ? 0 : ours->num_entries;
	char *text = talloc_strdup(tmp_ctx, "");
	const struct spn_children ask = {
		.work = list_theirs,
		.private_data = f,
		.milliseconds = 60000,
		.most_at_once = 1,
		.most_bytes = 100000,
	};
	const struct spn_child_answer *theirs = spn_children_ask(tmp_ctx,
								 &ask,
								 1);
	size_t i;

	for (i = 0; i < num; i++) {
		text = append_entry(text,
				    ours->entries[i].principal,
				    ours->entries[i].kvno,
				    ours->entries[i].enctype,
				    ours->keys->keys[i]);
	}
	assert_non_null(theirs);
	assert_int_equal(theirs->end, SPN_CHILD_DONE);
	assert_string_equal((theirs->bytes == NULL) ? "" : theirs->bytes,
			    text);
	talloc_free(tmp_ctx);
	return num;
}

static void fill(const struct fixture *f)
{
	add_entry(f, "HTTP/web01.example.com@EXAMPLE.COM", 3, 18);
	add_entry(f, "HTTP/web01.example.com@EXAMPLE.COM", 3, 23);
	add_entry(f, "WEB01$@EXAMPLE.COM", 300, 17);
	add_entry(f, "one/two/three@EXAMPLE.COM", 0, 18);
	add_entry(f, "o\\/d\\@d\\\\@EXAMPLE.COM", 1, 18);
}

/* As libkrb5 reads it: names with escapes, a kvno beyond 255, holes. */
static void test_same_entries(void **state)
{
	struct fixture *f = *state;
	struct probe_keytab *keytab = NULL;
	const char *reason = NULL;

	fill(f);
	keytab = probe_keytab_read(f->mem_ctx, f->path, NULL, &reason);
	assert_null(reason);
	assert_int_equal(5, compare(f, keytab));
	assert_null(keytab->damage);
	assert_string_equal(f->path, keytab->path);
	talloc_free(keytab);

	remove_entry(f, "HTTP/web01.example.com@EXAMPLE.COM", 3, 23);
	remove_entry(f, "o\\/d\\@d\\\\@EXAMPLE.COM", 1, 18);
	keytab = probe_keytab_read(f->mem_ctx, f->path, NULL, &reason);
	assert_int_equal(3, compare(f, keytab));
	assert_null(keytab->damage);
	talloc_free(keytab);
}

/* Cut off anywhere: libkrb5's entries, and the damage is told, unless the cut
 * is between two entries. */
static void test_cut_off(void **state)
{
	struct fixture *f = *state;
	char *bytes = NULL;
	size_t num_whole = 0;
	size_t len;
	size_t cut;

	add_entry(f, "HTTP/web01@R", 3, 23);
	add_entry(f, "a/b/c@R", 300, 17);
	bytes = read_file(f, &len);
	for (cut = 2; cut < len; cut++) {
		TALLOC_CTX *tmp_ctx = talloc_new(f->mem_ctx);
		struct probe_keytab *keytab = NULL;
		const char *reason = NULL;

		write_file(f, bytes, cut);
		keytab = probe_keytab_read(tmp_ctx, f->path, NULL, &reason);
		(void)compare(f, keytab);
		if (keytab == NULL) {
			assert_non_null(reason);
			assert_true(cut == 2 || strstr(reason, "cut off"));
		} else if (keytab->damage == NULL) {
			num_whole++;
		} else {
			assert_non_null(strstr(keytab->damage, "cut off"));
		}
		talloc_free(tmp_ctx);
	}
	assert_int_equal(1, num_whole);
	talloc_free(bytes);
}

struct broken_row {
	const char *bytes;
	size_t len;
	const char *reason; /* a part of it */
};

static const struct broken_row broken_rows[] = {
	{"", 0, "is empty"},
	{"\5", 1, "is no keytab"},
	{"\5\2", 2, "without any entry"},
	{"\5\1xxxx", 6, "first format"},
	{"\5\4xxxx", 6, "credentials cache"},
	{"garbage, and more", 17, "is no keytab"},
	{"\5\2\0\0\0\0", 6, "without any entry"},
	{"\5\2\0\0\0", 5, "cut off in its entry 1"},
	{"\5\2\x7f\xff\xff\xff", 6, "cut off in its entry 1"},
	{"\5\2\xff\xff\xff\xff", 6, "without any entry"},
	{"\5\2\x80\0\0\0", 6, "without any entry"},
	{"\5\2\0\0\0\4\0\0\0\0", 10, "damaged in its entry 1"},
	{"\5\2\0\0\0\4\xff\xff\0\0", 10, "damaged in its entry 1"},
	{"\5\2\0\0\0\6\0\1\xff\xff\0\0", 12, "damaged in its entry 1"},
};

static void test_broken(void **state)
{
	struct fixture *f = *state;
	size_t failures = 0;
	size_t i;

	for (i = 0; i < sizeof(broken_rows) / sizeof(broken_rows[0]); i++) {
		const struct broken_row *row = &broken_rows[i];
		TALLOC_CTX *tmp_ctx = talloc_new(f->mem_ctx);
		const char *reason = NULL;
		struct probe_keytab *keytab = NULL;

		write_file(f, row->bytes, row->len);
		keytab = probe_keytab_read(tmp_ctx, f->path, NULL, &reason);
		(void)compare(f, keytab);
		if (keytab != NULL || reason == NULL ||
		    strstr(reason, row->reason) == NULL ||
		    strstr(reason, f->path) == NULL)
		{
			print_message("%zu: %s\n",
				      i,
				      (reason == NULL) ? "read" : reason);
			failures++;
		}
		talloc_free(tmp_ctx);
	}
	assert_int_equal(0, failures);
}

/* What cannot be opened or is no file; a pipe does not have us wait. */
static void test_no_file(void **state)
{
	static const char *const names[] = {
		"/nonexistent/keytab",
		"No such file",
		"MEMORY:x",
		"type that is no file",
		"KEYRING:x",
		"type that is no file",
		"SRVTAB:/etc/x",
		"type that is no file",
		"/tmp",
		"is no file but a folder",
		"FILE:/tmp",
		"is no file but a folder",
		"wrfile:/tmp",
		"is no file but a folder",
		"/dev/zero",
		"is no file but a pipe",
		"",
		"No such file",
	};
	const struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i += 2) {
		const char *reason = NULL;

		assert_null(probe_keytab_read(f->mem_ctx,
					      names[i],
					      NULL,
					      &reason));
		assert_non_null(reason);
		if (strstr(reason, names[i + 1]) == NULL) {
			fail_msg("%s: %s", names[i], reason);
		}
	}
	assert_int_equal(0, mkfifo(f->path, 0600));
	{
		const char *reason = NULL;

		assert_null(
			probe_keytab_read(f->mem_ctx, f->path, NULL, &reason));
		assert_non_null(strstr(reason, "is no file but a pipe"));
	}
	talloc_free_children(f->mem_ctx);
}

#define MANY 100000

static void test_many(void **state)
{
	static const char entry[] =
		"\0\0\0\x1b"
		"\0\1\0\1R\0\1n\0\0\0\1\0\0\0\0\2\0\x17\0\2kk"
		"\0\0\0\2";
	const size_t len = sizeof(entry) - 1;
	const struct fixture *f = *state;
	char *bytes = talloc_size(f->mem_ctx, 2 + MANY * len);
	struct probe_keytab *keytab = NULL;
	const char *reason = NULL;
	size_t i;

	bytes[0] = 5;
	bytes[1] = 2;
	for (i = 0; i < MANY; i++) {
		memcpy(bytes + 2 + i * len, entry, len);
	}
	keytab = probe_keytab_parse(f->mem_ctx,
				    "many",
				    (struct spn_str){bytes, 2 + MANY * len},
				    &reason);
	assert_non_null(keytab);
	assert_null(keytab->damage);
	assert_int_equal(MANY, keytab->num_entries);
	assert_string_equal("n@R", keytab->entries[MANY - 1].principal);
	talloc_free(keytab);
	talloc_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_entries,
						set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_cut_off,
						set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_broken,
						set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_no_file,
						set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
