/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: files of a directory, whole, cut off anywhere, with bytes
 * turned, empty, and none: all records, or a reason and never a crash.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tdb.h>
#include <unistd.h>
#include <cmocka.h>

#include "directory/records.h"

#define NUM_RECORDS 200

struct world {
	TALLOC_CTX *mem_ctx;
	struct ldb_context *ldb;
	char *folder;
	char *path;
	enum audit_backend backend;
	size_t num; /* records that were read */
};

static int count_entry(void *private_data, const struct ldb_message *msg)
{
	struct world *w = private_data;

	assert_non_null(msg->dn);
	w->num++;
	return LDB_SUCCESS;
}

/* What is under one key, on mem_ctx. */
static struct ldb_val pack(struct world *w, unsigned number)
{
	struct ldb_message *msg = ldb_msg_new(w->mem_ctx);
	struct ldb_val value = {};

	msg->dn = ldb_dn_new_fmt(msg, w->ldb, "CN=a%u,DC=example", number);
	assert_int_equal(ldb_msg_add_fmt(msg,
					 "servicePrincipalName",
					 "http/web%u",
					 number),
			 0);
	assert_int_equal(
		ldb_pack_data(w->ldb, msg, &value, LDB_PACKING_FORMAT_V2),
		0);
	return value;
}

static size_t make_key(char key[32], unsigned number)
{
	/* 16 bytes after the sign, as those of a GUID */
	return (size_t)snprintf(key, 32, "GUID=%016u", number);
}

static void make_tdb(struct world *w)
{
	struct tdb_context *tdb = tdb_open(w->path,
					   7,
					   TDB_DEFAULT,
					   O_CREAT | O_TRUNC | O_RDWR,
					   0600);
	unsigned i;

	assert_non_null(tdb);
	for (i = 0; i < NUM_RECORDS; i++) {
		char key[32];
		struct ldb_val value = pack(w, i);
		TDB_DATA k = {.dptr = (uint8_t *)key};
		TDB_DATA v = {.dptr = value.data, .dsize = value.length};

		k.dsize = make_key(key, i);
		assert_int_equal(tdb_store(tdb, k, v, TDB_INSERT), 0);
	}
	tdb_close(tdb);
}

static void make_mdb(struct world *w)
{
	MDB_env *env = NULL;
	MDB_txn *txn = NULL;
	MDB_dbi dbi = 0;
	unsigned i;

	unlink(w->path);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_open(env, w->path, MDB_NOSUBDIR, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
	for (i = 0; i < NUM_RECORDS; i++) {
		char key[32];
		struct ldb_val value = pack(w, i);
		MDB_val k = {.mv_data = key};
		MDB_val v = {.mv_data = value.data, .mv_size = value.length};

		k.mv_size = make_key(key, i);
		assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void make(struct world *w)
{
	if (w->backend == AUDIT_BACKEND_TDB) {
		make_tdb(w);
	} else {
		make_mdb(w);
	}
}

/* The reason, or NULL; then all records were read. */
static const char *read_it(struct world *w)
{
	static const char *const attrs[] = {"servicePrincipalName", NULL};
	const struct audit_records records = {
		.ldb = w->ldb,
		.backend = w->backend,
		.attrs = attrs,
		.entry = count_entry,
		.private_data = w,
	};
	const char *reason = NULL;

	w->num = 0;
	if (audit_records_read(w->mem_ctx, &records, w->path, &reason)) {
		assert_null(reason);
		return NULL;
	}
	assert_non_null(reason);
	assert_non_null(strstr(reason, w->path));
	assert_null(strstr(reason, "Success"));
	return reason;
}

static int setup(void **state)
{
	struct world *w = talloc_zero(NULL, struct world);
	char folder[] = "/tmp/spn_policy-XXXXXX";

	w->mem_ctx = talloc_new(w);
	w->ldb = ldb_init(w, NULL);
	w->folder = talloc_strdup(w, mkdtemp(folder));
	w->path = talloc_asprintf(w, "%s/DC=EXAMPLE.ldb", w->folder);
	assert_non_null(w->path);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	unlink(w->path);
	unlink(talloc_asprintf(w, "%s-lock", w->path));
	rmdir(w->folder);
	talloc_free(w);
	return 0;
}

static void cut_off(struct world *w)
{
	struct stat st = {};
	off_t size;

	assert_null(read_it(w));
	assert_int_equal(w->num, NUM_RECORDS);
	assert_int_equal(stat(w->path, &st), 0);
	for (size = st.st_size - 4096; size > 0; size -= st.st_size / 23) {
		make(w);
		assert_int_equal(truncate(w->path, size), 0);
		assert_non_null(read_it(w));
	}
	assert_int_equal(truncate(w->path, 0), 0);
	assert_non_null(read_it(w));
	unlink(w->path);
	assert_non_null(strstr(read_it(w), "No such file"));
}

static void cut_off_tdb(void **state)
{
	struct world *w = *state;

	w->backend = AUDIT_BACKEND_TDB;
	make(w);
	cut_off(w);
}

static void cut_off_mdb(void **state)
{
	struct world *w = *state;

	w->backend = AUDIT_BACKEND_MDB;
	make(w);
	cut_off(w);
}

/* Something else altogether. */
static void no_database(void **state)
{
	struct world *w = *state;
	FILE *file = fopen(w->path, "w");

	assert_non_null(file);
	assert_true(fputs("hello\n", file) >= 0);
	fclose(file);
	for (w->backend = AUDIT_BACKEND_TDB; w->backend <= AUDIT_BACKEND_MDB;
	     w->backend++)
	{
		assert_non_null(read_it(w));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cut_off_tdb, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_off_mdb, setup, teardown),
		cmocka_unit_test_setup_teardown(no_database, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
