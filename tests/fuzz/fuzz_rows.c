/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parser of rows: the input is a file of rows, and a page. Rows are read
 * from our own documents only, but a test that misreads a row proves nothing.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "lib/rows.h"

#define MAX_LEN 2048

/* Two names of one file that is only in memory: what it is called decides how
 * it is read. */
static char folder[256];
static const char *const names[] = {"a.rows", "a.md"};
static int memory = -1;

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", folder, name);
}

static void clean_up(void)
{
	char path[300];
	size_t i;

	for (i = 0; i < 2; i++) {
		path_of(path, sizeof(path), names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static void set_up(void)
{
	const char *parent = getenv("TMPDIR");
	char path[300];
	char target[64];
	size_t i;

	snprintf(folder,
		 sizeof(folder),
		 "%s/fuzz_rows-XXXXXX",
		 (parent != NULL) ? parent : "/tmp");
	FUZZ_CHECK(mkdtemp(folder) != NULL);
	FUZZ_CHECK(atexit(clean_up) == 0);
	memory = memfd_create("fuzz_rows", 0);
	FUZZ_CHECK(memory >= 0);
	snprintf(target, sizeof(target), "/proc/self/fd/%d", memory);
	for (i = 0; i < 2; i++) {
		path_of(path, sizeof(path), names[i]);
		FUZZ_CHECK(symlink(target, path) == 0);
	}
}

static void check_row(const struct row *row)
{
	bool judged = row->verb == ROW_WRITE || row->verb == ROW_CREATE;
	size_t num_codes = 0;
	size_t i;

	FUZZ_CHECK(row_verb_text(row->verb) != NULL);
	FUZZ_CHECK(row_result_text(row->result) != NULL);
	FUZZ_CHECK(row->file != NULL && row->text != NULL && row->line > 0);
	FUZZ_CHECK(row->codes != NULL);
	while (row->codes[num_codes] != NULL) {
		num_codes++;
	}
	FUZZ_CHECK(!judged || row->result != ROW_NO_RESULT);
	FUZZ_CHECK((row->verb == ROW_AUDIT) == (row->result == ROW_FINDINGS));
	FUZZ_CHECK(judged || row->verb == ROW_AUDIT ||
		   row->result == ROW_NO_RESULT);
	FUZZ_CHECK(num_codes == 0 || row->verb == ROW_AUDIT ||
		   row->result == ROW_WARN || row->result == ROW_DENY);
	FUZZ_CHECK(row->argument != NULL ||
		   (row->verb != ROW_CASE && row->verb != ROW_SET));
	FUZZ_CHECK(row->argument == NULL || row->verb == ROW_CASE ||
		   row->verb == ROW_SET || row->verb == ROW_DNS ||
		   row->verb == ROW_KDC || row->verb == ROW_AUDIT);
	FUZZ_CHECK((row->verb != ROW_HAS && row->verb != ROW_CREATE &&
		    row->verb != ROW_HOLDS) ||
		   row->num_changes == 1);
	for (i = 0; i < row->num_changes; i++) {
		FUZZ_CHECK(row->changes[i].num_values == 0 ||
			   row->changes[i].values != NULL);
	}
}

static void check_file(const char *name)
{
	char path[300];
	struct rows rows = {};
	const char *error = NULL;
	bool ok = false;
	size_t i;

	path_of(path, sizeof(path), name);
	ok = rows_read(&rows, path, "example.com", &error);
	FUZZ_CHECK(ok == (error == NULL));
	FUZZ_CHECK(ok || strncmp(error, path, strlen(path)) == 0);
	for (i = 0; i < rows.num_rows; i++) {
		check_row(&rows.rows[i]);
	}
	talloc_free(rows.rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t i;

	if (size > MAX_LEN) {
		return 0;
	}
	if (memory < 0) {
		set_up();
	}
	FUZZ_CHECK(ftruncate(memory, 0) == 0);
	FUZZ_CHECK(pwrite(memory, data, size, 0) == (ssize_t)size);
	for (i = 0; i < 2; i++) {
		check_file(names[i]);
	}
	return 0;
}
