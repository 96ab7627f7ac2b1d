/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `./waf bench` measures: many writes to sam.ldb, each in a transaction
 * of its own, and nothing else. The writes are made up beforehand and stand
 * in a file, one a line, with tabs between the parts:
 *
 *	case NAME WARM_UP RESULT CALLER [together]
 *					how the next writes are called, which
 *					LDB code each of them ends with, and
 *					whose they are (caller.h); the first
 *					WARM_UP of them do not count, and the
 *					others are one transaction if so said
 *	add DN ATTRIBUTE VALUE...	or "replace"
 *	shape DN SHAPE NAME NUMBER	a request with many values (shapes.h)
 *	find FILTER ATTRIBUTE		a search of all naming contexts
 *
 * For each case a line "NAME OPERATIONS FAULTS MICROSECONDS" goes to stdout;
 * under callgrind also a profile of the measured part into a file of its own.
 * Start-up and warm-up are in no figure.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "caller.h"
#include "common/connect.h"
#include "shapes.h"

#ifdef HAVE_VALGRIND_CALLGRIND_H
#include <valgrind/callgrind.h>
#else /* builds all the same, but counts no instructions */
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name)
#endif

#define MAX_PARTS 8

struct write {
	struct ldb_message *msg; /* NULL: a search */
	const char *filter;
	const char *attrs[2];
};

struct bench_case {
	const char *name;
	size_t warm_up;
	int result; /* LDB code */
	const char *caller;
	bool together;
	struct write *writes;
	size_t num_writes;
};

struct bench {
	struct ldb_context *ldb;
	struct bench_case *cases;
	size_t num_cases;
};

static size_t split(char *line, char *parts[MAX_PARTS])
{
	size_t num = 0;
	char *rest = line;

	line[strcspn(line, "\n")] = '\0';
	while (rest != NULL && num < MAX_PARTS) {
		parts[num++] = strsep(&rest, "\t");
	}
	return num;
}

static bool read_case(struct bench *bench, char **parts, size_t num)
{
	struct bench_case *c = NULL;

	bench->cases = talloc_realloc(bench,
				      bench->cases,
				      struct bench_case,
				      bench->num_cases + 1);
	if (num < 5 || bench->cases == NULL) {
		return false;
	}
	c = &bench->cases[bench->num_cases++];
	*c = (struct bench_case){
		.name = talloc_strdup(bench, parts[1]),
		.warm_up = strtoul(parts[2], NULL, 10),
		.result = (int)strtol(parts[3], NULL, 10),
		.caller = talloc_strdup(bench, parts[4]),
		.together = num > 5 && strcmp(parts[5], "together") == 0,
	};
	return c->name != NULL && c->caller != NULL;
}

static bool read_message(struct bench *bench,
			 struct write *w,
			 char **parts,
			 size_t num)
{
	unsigned flags = (strcmp(parts[0], "replace") == 0)
				 ? LDB_FLAG_MOD_REPLACE
				 : LDB_FLAG_MOD_ADD;
	size_t i;

	w->msg = ldb_msg_new(bench);
	if (w->msg == NULL) {
		return false;
	}
	w->msg->dn = ldb_dn_new(w->msg, bench->ldb, parts[1]);
	if (ldb_msg_add_empty(w->msg, parts[2], (int)flags, NULL) !=
	    LDB_SUCCESS)
	{
		return false;
	}
	for (i = 3; i < num; i++) {
		char *value = talloc_strdup(w->msg, parts[i]);

		if (value == NULL ||
		    ldb_msg_add_steal_string(w->msg, parts[2], value) !=
			    LDB_SUCCESS)
		{
			return false;
		}
	}
	w->msg->elements[0].flags = flags;
	return w->msg->dn != NULL;
}

static bool read_shape(struct bench *bench,
		       struct write *w,
		       char **parts,
		       size_t num)
{
	w->msg = ldb_msg_new(bench);
	if (w->msg == NULL || num != 5) {
		return false;
	}
	w->msg->dn = ldb_dn_new(w->msg, bench->ldb, parts[1]);
	return w->msg->dn != NULL &&
	       bench_shape_fill(w->msg,
				parts[2],
				parts[3],
				strtoul(parts[4], NULL, 10));
}

static bool read_write(struct bench *bench, char **parts, size_t num)
{
	struct bench_case *c = NULL;
	struct write *w = NULL;

	if (bench->num_cases == 0 || num < 3) {
		return false;
	}
	c = &bench->cases[bench->num_cases - 1];
	c->writes = talloc_realloc(bench,
				   c->writes,
				   struct write,
				   c->num_writes + 1);
	if (c->writes == NULL) {
		return false;
	}
	w = &c->writes[c->num_writes++];
	*w = (struct write){};
	if (strcmp(parts[0], "find") == 0) {
		w->filter = talloc_strdup(bench, parts[1]);
		w->attrs[0] = talloc_strdup(bench, parts[2]);
		return w->filter != NULL && w->attrs[0] != NULL;
	}
	if (strcmp(parts[0], "shape") == 0) {
		return read_shape(bench, w, parts, num);
	}
	return read_message(bench, w, parts, num);
}

static bool read_work(struct bench *bench, const char *path)
{
	FILE *stream = fopen(path, "r");
	char *line = NULL;
	char *parts[MAX_PARTS] = {};
	size_t size = 0;
	bool ok = stream != NULL;

	while (ok && getline(&line, &size, stream) > 0) {
		size_t num = split(line, parts);

		ok = (strcmp(parts[0], "case") == 0)
			     ? read_case(bench, parts, num)
			     : read_write(bench, parts, num);
	}
	free(line);
	if (stream != NULL) {
		fclose(stream);
	}
	return ok;
}

static bool run_one(struct bench *bench,
		    const struct bench_case *c,
		    const struct write *w)
{
	struct ldb_result *res = NULL;
	int ret;

	if (w->msg != NULL && strcmp(c->caller, "system") != 0) {
		ret = bench_caller_modify(bench->ldb, w->msg);
	} else if (w->msg != NULL) {
		ret = ldb_modify(bench->ldb, w->msg);
	} else {
		ret = ldb_search(bench->ldb,
				 bench,
				 &res,
				 ldb_get_default_basedn(bench->ldb),
				 LDB_SCOPE_SUBTREE,
				 w->attrs,
				 "%s",
				 w->filter);
		talloc_free(res);
	}
	if (ret != c->result) {
		fprintf(stderr,
			"%s: %d %s\n",
			c->name,
			ret,
			ldb_errstring(bench->ldb));
		return false;
	}
	return true;
}

static bool has_worked(struct bench *bench,
		       const struct bench_case *c,
		       int ret)
{
	if (ret != LDB_SUCCESS) {
		fprintf(stderr,
			"%s: %d %s\n",
			c->name,
			ret,
			ldb_errstring(bench->ldb));
	}
	return ret == LDB_SUCCESS;
}

/* Those that are measured; together they are one transaction. */
static bool run_measured(struct bench *bench, const struct bench_case *c)
{
	size_t i;

	if (c->together &&
	    !has_worked(bench, c, ldb_transaction_start(bench->ldb)))
	{
		return false;
	}
	for (i = c->warm_up; i < c->num_writes; i++) {
		if (!run_one(bench, c, &c->writes[i])) {
			return false;
		}
	}
	return !c->together ||
	       has_worked(bench, c, ldb_transaction_commit(bench->ldb));
}

static int64_t micros(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static bool run_case(struct bench *bench, const struct bench_case *c)
{
	struct rusage before = {};
	struct rusage after = {};
	size_t i;

	if (!bench_caller_set(bench->ldb, c->caller)) {
		fprintf(stderr, "%s: no account %s\n", c->name, c->caller);
		return false;
	}
	for (i = 0; i < c->warm_up; i++) {
		if (!run_one(bench, c, &c->writes[i])) {
			return false;
		}
	}
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
	getrusage(RUSAGE_SELF, &before);
	if (!run_measured(bench, c)) {
		return false;
	}
	getrusage(RUSAGE_SELF, &after);
	CALLGRIND_DUMP_STATS_AT(c->name);
	CALLGRIND_STOP_INSTRUMENTATION;
	printf("%s %zu %ld %lld\n",
	       c->name,
	       c->num_writes - c->warm_up,
	       after.ru_minflt - before.ru_minflt,
	       (long long)(micros(after.ru_utime) + micros(after.ru_stime) -
			   micros(before.ru_utime) - micros(before.ru_stime)));
	return true;
}

static int run(struct spn_connect *connect,
	       struct bench *bench,
	       const char *modules)
{
	const struct spn_connect_options options = {.modules = modules};
	const char *const *arguments = NULL;
	size_t num = 0;
	size_t i;

	arguments = spn_connect_arguments(connect, &num);
	if (num != 1) {
		return spn_connect_usage_error(connect, "one FILE, please");
	}
	bench->ldb = spn_connect_open(bench, connect, &options);
	if (bench->ldb == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	if (!read_work(bench, arguments[0])) {
		spn_connect_message(connect, "cannot use %s", arguments[0]);
		return SPN_EXIT_CANNOT_RUN;
	}
	for (i = 0; i < bench->num_cases; i++) {
		if (!run_case(bench, &bench->cases[i])) {
			return SPN_EXIT_CANNOT_RUN;
		}
	}
	return SPN_EXIT_DONE;
}

int main(int argc, char **argv)
{
	static const struct poptOption table[] = {
		{
			.longName = "modules",
			.argInfo = POPT_ARG_STRING,
			.val = 'm',
			.descrip = "instead of those listed in the database",
			.argDescrip = "LIST",
		},
		POPT_TABLEEND,
	};
	struct bench *bench = talloc_zero(NULL, struct bench);
	struct spn_connect *connect = NULL;
	const char *modules = NULL;
	int option;
	int status;

	connect = spn_connect_new(bench,
				  "modify_many",
				  "FILE",
				  table,
				  argc,
				  argv);
	if (connect == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	option = spn_connect_next_option(connect);
	while (option > 0) {
		modules = spn_connect_option_argument(bench, connect);
		option = spn_connect_next_option(connect);
	}
	status = (option < 0) ? SPN_EXIT_CANNOT_RUN
			      : run(connect, bench, modules);
	talloc_free(connect);
	talloc_free(bench);
	return status;
}
