/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The least that an audit of a controller's files can cost: every record is
 * read and unpacked by libldb, and nothing is done with it. CPU of that alone,
 * without start-up.
 *
 *	raw_unpack tdb|mdb FILE...
 *
 * prints the records and the microseconds.
 */
#include "store/store.h"

#include "directory/records.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int count(void *private_data, const struct ldb_message *msg)
{
	size_t *num = private_data;

	(void)msg;
	(*num)++;
	return LDB_SUCCESS;
}

static double cpu(void)
{
	struct timespec now = {};

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	static const char *const attrs[] = {"servicePrincipalName", NULL};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t num = 0;
	const char *reason = NULL;
	double start = 0;
	int i;
	struct audit_records records = {
		.ldb = ldb_init(mem_ctx, NULL),
		.attrs = attrs,
		.by_libldb = true,
		.entry = count,
		.private_data = &num,
	};

	if (argc < 3 || records.ldb == NULL) {
		return 2;
	}
	records.backend = (strcmp(argv[1], "mdb") == 0) ? AUDIT_BACKEND_MDB
							: AUDIT_BACKEND_TDB;
	start = cpu();
	for (i = 2; i < argc; i++) {
		if (!audit_records_read(mem_ctx, &records, argv[i], &reason)) {
			fprintf(stderr,
				"%s\n",
				(reason == NULL) ? "" : reason);
			return 1;
		}
	}
	printf("%zu %.0f\n", num, cpu() - start);
	talloc_free(mem_ctx);
	return 0;
}
