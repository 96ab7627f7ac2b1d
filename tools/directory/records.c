/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An object has the key "GUID=" and 16 bytes, or "DN=" in databases from
 * before Samba 4.8; special records (indexes, lists of attributes) have
 * "DN=@".
 */
#include "records.h"

#include "entry.h"
#include "packed.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <tdb.h>

#define FEW 64
#define SCRATCH ((size_t)64 * 1024)
#define DAMAGED "it is damaged or cut off; if it is a copy, make it again"

struct pass {
	const struct audit_records *records;
	TALLOC_CTX *mem_ctx;	 /* of the reason */
	struct ldb_message *msg; /* the same for all, in a pool */
	struct audit_packed *packed;
	const char *path;
	const char *reason;
	int ret;
};

static bool is_object(const char *key, size_t len)
{
	static const char guid[] = "GUID=";
	static const char dn[] = "DN=";

	if (len > strlen(guid) && memcmp(key, guid, strlen(guid)) == 0) {
		return true;
	}
	return len > strlen(dn) && memcmp(key, dn, strlen(dn)) == 0 &&
	       key[strlen(dn)] != '@';
}

/* False when it cannot be read, or there is no memory: the reason is NULL. */
static bool unpack(struct pass *pass,
		   const struct ldb_val *bytes,
		   struct ldb_message *msg)
{
	struct ldb_context *ldb = pass->records->ldb;
	enum audit_packed_result result = AUDIT_PACKED_UNKNOWN;
	int ret;

	if (!pass->records->by_libldb) {
		result = audit_packed_read(pass->packed, ldb, bytes, msg);
	}
	if (result != AUDIT_PACKED_UNKNOWN) {
		return result == AUDIT_PACKED_DONE;
	}
	ret = ldb_unpack_data_flags(ldb,
				    bytes,
				    msg,
				    LDB_UNPACK_DATA_FLAG_NO_VALUES_ALLOC);
	if (ret != 0 || msg->dn == NULL) {
		pass->reason = talloc_asprintf(pass->mem_ctx,
					       "%s has a record that libldb "
					       "cannot read; see 'ldbdump "
					       "-i' and 'samba-tool dbcheck'",
					       pass->path);
		return false;
	}
	audit_packed_keep_wanted(pass->packed, msg);
	return true;
}

static bool read_record(struct pass *pass, const void *bytes, size_t len)
{
	struct ldb_message *msg = pass->msg;
	union {
		const void *in;
		uint8_t *out;
	} data = {.in = bytes}; /* ldb_val is never const */
	const struct ldb_val packed = {.data = data.out, .length = len};
	const char *reason = NULL;
	bool is_too_long = false;

	*msg = (struct ldb_message){};
	if (!unpack(pass, &packed, msg)) {
		pass->ret = LDB_ERR_OPERATIONS_ERROR;
		return false;
	}
	/* No value is longer than all of it. */
	if (len > AUDIT_LONGEST_VALUE) {
		reason = audit_too_long(pass->mem_ctx, msg, &is_too_long);
	}
	if (is_too_long) {
		pass->ret = LDB_ERR_OPERATIONS_ERROR;
		pass->reason = reason;
		return false;
	}
	pass->ret = pass->records->entry(pass->records->private_data, msg);
	talloc_free_children(msg);
	return pass->ret == LDB_SUCCESS;
}

static bool say(struct pass *pass, const char *text)
{
	pass->ret = LDB_ERR_OPERATIONS_ERROR;
	if (pass->reason == NULL) {
		pass->reason = talloc_asprintf(pass->mem_ctx,
					       "cannot read %s: %s",
					       pass->path,
					       text);
	}
	return false;
}

static void note_done(const struct pass *pass, size_t done, size_t all)
{
	if (pass->records->done != NULL && all > 0) {
		*pass->records->done = (double)done / (double)all;
	}
}

/* --------------------------------------------------------------------- tdb */

static int visit_tdb(struct tdb_context *tdb,
		     TDB_DATA key,
		     TDB_DATA data,
		     void *private_data)
{
	(void)tdb;
	if (!is_object((const char *)key.dptr, key.dsize)) {
		return 0;
	}
	return read_record(private_data, data.dptr, data.dsize) ? 0 : -1;
}

static bool visit_all_tdb(struct pass *pass, struct tdb_context *tdb)
{
	unsigned num = (unsigned)tdb_hash_size(tdb);
	unsigned i;

	for (i = 0; i < num; i++) {
		note_done(pass, i, num);
		if (tdb_traverse_chain(tdb, i, visit_tdb, pass) < 0) {
			return false;
		}
	}
	return true;
}

/*
 * The lock that a commit waits for is held all the while. libtdb locks only
 * what it may write to; nobody writes to a copy on a read-only medium.
 */
static bool read_tdb(struct pass *pass)
{
	struct tdb_context *tdb = NULL;
	bool ok = true;

	errno = 0; /* libtdb does not always set it */
	tdb = tdb_open(pass->path, 0, TDB_DEFAULT, O_RDWR, 0);
	if (tdb != NULL) {
		ok = tdb_lockall_read(tdb) == 0;
	} else if (errno == EACCES || errno == EPERM || errno == EROFS) {
		tdb = tdb_open(pass->path, 0, TDB_DEFAULT, O_RDONLY, 0);
	}
	if (tdb == NULL) {
		return say(pass,
			   (errno == 0 || errno == EIO) ? DAMAGED
							: strerror(errno));
	}
	if (ok) {
		ok = visit_all_tdb(pass, tdb);
	}
	if (!ok && pass->ret == LDB_SUCCESS) {
		/* A chain that leads out of the file is no error to libtdb. */
		say(pass,
		    (tdb_error(tdb) == TDB_SUCCESS) ? DAMAGED
						    : tdb_errorstr(tdb));
	}
	tdb_close(tdb);
	return ok && pass->ret == LDB_SUCCESS;
}

/* --------------------------------------------------------------------- mdb */

static int visit_all_mdb(struct pass *pass, MDB_cursor *cursor)
{
	MDB_val key = {};
	MDB_val data = {};
	MDB_stat stat = {};
	size_t num = 0;
	int ret = mdb_stat(mdb_cursor_txn(cursor),
			   mdb_cursor_dbi(cursor),
			   &stat);

	if (ret == MDB_SUCCESS) {
		ret = mdb_cursor_get(cursor, &key, &data, MDB_FIRST);
	}
	while (ret == MDB_SUCCESS) {
		if (++num % FEW == 0) {
			note_done(pass, num, stat.ms_entries);
		}
		if (is_object(key.mv_data, key.mv_size) &&
		    !read_record(pass, data.mv_data, data.mv_size))
		{
			return MDB_SUCCESS; /* pass->ret says it */
		}
		ret = mdb_cursor_get(cursor, &key, &data, MDB_NEXT);
	}
	return (ret == MDB_NOTFOUND) ? MDB_SUCCESS : ret;
}

/*
 * liblmdb reads a mapping of the file, and how long it should be is not to
 * be had: pages that were never used may be missing at its end. What is not
 * there is a signal.
 */
static sigjmp_buf beyond_end;

static void on_bus_error(int signum)
{
	(void)signum;
	siglongjmp(beyond_end, 1);
}

static int visit_guarded(struct pass *pass, MDB_cursor *cursor)
{
	struct sigaction action = {.sa_handler = on_bus_error};
	struct sigaction before = {};
	volatile int ret = MDB_SUCCESS;

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, &before);
	if (sigsetjmp(beyond_end, 1) == 0) {
		ret = visit_all_mdb(pass, cursor);
	} else {
		say(pass, DAMAGED);
	}
	sigaction(SIGBUS, &before, NULL);
	return ret;
}

static int read_transaction(struct pass *pass, MDB_txn *txn)
{
	MDB_cursor *cursor = NULL;
	MDB_dbi dbi = 0;
	int ret = mdb_dbi_open(txn, NULL, 0, &dbi);

	if (ret == MDB_SUCCESS) {
		ret = mdb_cursor_open(txn, dbi, &cursor);
	}
	if (ret == MDB_SUCCESS) {
		ret = visit_guarded(pass, cursor);
		mdb_cursor_close(cursor);
	}
	return ret;
}

static bool read_mdb(struct pass *pass)
{
	MDB_env *env = NULL;
	MDB_txn *txn = NULL;
	struct stat st = {};
	int ret;

	/* Else liblmdb would make one. */
	if (stat(pass->path, &st) != 0) {
		return say(pass, strerror(errno));
	}
	if (st.st_size == 0) {
		return say(pass, DAMAGED);
	}
	ret = mdb_env_create(&env);
	if (ret != MDB_SUCCESS) {
		return say(pass, mdb_strerror(ret));
	}
	ret = mdb_env_open(env,
			   pass->path,
			   MDB_NOSUBDIR | MDB_NOTLS | MDB_RDONLY,
			   0600);
	if (ret == MDB_SUCCESS) {
		ret = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
	}
	if (ret == MDB_SUCCESS) {
		ret = read_transaction(pass, txn);
		mdb_txn_abort(txn);
	}
	mdb_env_close(env);
	if (ret != MDB_SUCCESS) {
		return say(pass, mdb_strerror(ret));
	}
	return pass->ret == LDB_SUCCESS;
}

/* ------------------------------------------------------------------- both */

bool audit_records_read(TALLOC_CTX *mem_ctx,
			const struct audit_records *records,
			const char *path,
			const char **_reason)
{
	static bool (*const readers[])(struct pass *pass) = {
		[AUDIT_BACKEND_TDB] = read_tdb,
		[AUDIT_BACKEND_MDB] = read_mdb,
	};
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct pass pass = {
		.records = records,
		.mem_ctx = mem_ctx,
		.path = path,
	};
	bool ok = false;

	pass.msg = talloc_pooled_object(tmp_ctx,
					struct ldb_message,
					FEW,
					SCRATCH);
	pass.packed = audit_packed_new(tmp_ctx, records->attrs);
	if (pass.msg != NULL && pass.packed != NULL) {
		ok = readers[records->backend](&pass);
	}
	*_reason = pass.reason;
	talloc_free(tmp_ctx);
	return ok;
}
