/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the guard wants to know. The look comes at every start of samba, so it
 * does no more than it must: it reads the list, and starts the module alone on
 * top of the database. Samba's own modules, which read the schema, cost four
 * times as much, and are only started if something is wrong.
 *
 * All of it loads ldb's folder of modules first as samba does, without care:
 * what keeps samba from starting is to be seen.
 */

#include "guard.h"

#include "spn_policy.h"
#include "store/values.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>
#include <sys/stat.h>

/* The first line of an answer of guard_look() that went well. */
static const char *const states[] = {
	[GUARD_NOT_ASKED] = "not asked",
	[GUARD_IN_FORCE] = "in force",
	[GUARD_IDLE] = "idle",
	[GUARD_REFUSES] = "refuses",
	[GUARD_FAILS] = "fails",
};

/* ... and of one that did not, for libldb does not start. */
static const char no_modules[] = "no modules";

static struct ldb_context *open_database(const struct guard *guard,
					 const char *modules,
					 char **_why)
{
	const char *options[] = {modules, NULL};
	struct ldb_context *ldb = ldb_init(NULL, NULL);
	const char *why = NULL;
	int ret;

	*_why = NULL;
	if (ldb == NULL) {
		return NULL;
	}
	ret = ldb_set_opaque(ldb, "loadparm", guard->loadparm);
	if (ret == LDB_SUCCESS) {
		ret = ldb_connect(ldb,
				  guard->database,
				  LDB_FLG_DONT_CREATE_DB,
				  options);
	}
	if (ret != LDB_SUCCESS) {
		why = ldb_errstring(ldb);
		*_why = talloc_strdup(NULL,
				      why != NULL ? why : ldb_strerror(ret));
		talloc_free(ldb);
		return NULL;
	}
	return ldb;
}

/* The bytes of an ELF header that say for which kind of machine it is; glibc
 * calls a file for another one "not found". */
static bool read_machine(const char *path, char *_class, char _machine[2])
{
	char header[20] = "";
	FILE *in = fopen(path, "re");
	size_t got = (in == NULL) ? 0 : fread(header, 1, sizeof(header), in);

	if (in != NULL) {
		fclose(in);
	}
	*_class = header[4];
	memcpy(_machine, header + 18, 2);
	return got == sizeof(header) && memcmp(header, "\177ELF", 4) == 0;
}

static bool is_for_other_machine(const char *path)
{
	char class[2] = "";
	char machine[2][2] = {};

	return read_machine(path, &class[0], machine[0]) &&
	       read_machine("/proc/self/exe", &class[1], machine[1]) &&
	       (class[0] != class[1] ||
		memcmp(machine[0], machine[1], sizeof(machine[0])) != 0);
}

/* What the file has, or what libldb has said. */
static void say_why_not(FILE *out, const struct guard *guard, const char *text)
{
	struct stat st = {};
	const char *error = NULL;

	if (stat(guard->file, &st) != 0) {
		fprintf(out, "%s is not there", guard->file);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		fprintf(out, "%s is no file", guard->file);
		return;
	}
	if (is_for_other_machine(guard->file)) {
		fprintf(out, "%s is for another kind of machine", guard->file);
		return;
	}
	if (dlopen(guard->file, RTLD_NOW | RTLD_LOCAL) == NULL) {
		error = dlerror();
	}
	if (error == NULL) {
		fprintf(out,
			"%s does not start: %.*s",
			guard->file,
			(text == NULL) ? 0 : (int)strcspn(text, "\n"),
			(text == NULL) ? "" : text);
	} else if (strstr(error, guard->file) != NULL) {
		fprintf(out, "%s", error);
	} else {
		fprintf(out, "%s: %s", guard->file, error);
	}
}

/* The module alone: state, line feed, why. */
static void say_state(FILE *out, const struct guard *guard)
{
	char *why = NULL;
	struct ldb_context *ldb = open_database(guard,
						"modules:" SPN_MODULE_NAME,
						&why);
	const char *idle = NULL;

	if (ldb != NULL) {
		idle = ldb_get_opaque(ldb, SPN_POLICY_IDLE_OPAQUE);
		fprintf(out,
			"%s\n%s",
			states[idle == NULL ? GUARD_IN_FORCE : GUARD_IDLE],
			idle == NULL ? "" : idle);
	} else if (why != NULL && strstr(why, SPN_REFUSES_TO_START) != NULL) {
		fprintf(out, "%s\n%s", states[GUARD_REFUSES], why);
	} else {
		fprintf(out, "%s\n", states[GUARD_FAILS]);
		say_why_not(out, guard, why);
	}
	talloc_free(ldb);
	talloc_free(why);
}

/* names, mark, state and why: a line each. */
static bool look(FILE *out, const struct guard *guard, void *data)
{
	static const char *const attrs[] = {"@LIST", MODULE_LIST_MARK, NULL};
	struct ldb_context *ldb = ldb_init(NULL, NULL);
	struct ldb_result *res = NULL;
	const char *names = NULL;
	const char *mark = NULL;
	char *why = NULL;
	int ret;

	(void)data;
	if (ldb == NULL) {
		fprintf(out, "%s", no_modules);
		return false;
	}
	talloc_free(ldb);
	alarm(0); /* who holds the database is no fault of the module */
	ldb = open_database(guard, "modules:", &why);
	if (ldb == NULL) {
		fprintf(out, "%s", why == NULL ? "out of memory" : why);
		return false;
	}
	ret = ldb_search(ldb,
			 ldb,
			 &res,
			 ldb_dn_new(ldb, ldb, "@MODULES"),
			 LDB_SCOPE_BASE,
			 attrs,
			 NULL);
	if (ret == LDB_SUCCESS && res->count == 1) {
		names = spn_values_text(res->msgs[0], "@LIST");
		mark = spn_values_text(res->msgs[0], MODULE_LIST_MARK);
	}
	if (names == NULL) {
		fprintf(out, "it has no list of modules");
		return false;
	}
	fprintf(out, "%s\n%s\n", names, mark == NULL ? "" : mark);
	if (mark == NULL && !module_list_has(names, SPN_MODULE_NAME)) {
		fprintf(out, "%s\n", states[GUARD_NOT_ASKED]);
	} else {
		say_state(out, guard);
	}
	return true;
}

/* The next line; *text goes behind it. "" at the end. */
static const char *take_line(TALLOC_CTX *mem_ctx, const char **text)
{
	size_t len = strcspn(*text, "\n");
	const char *line = talloc_strndup(mem_ctx, *text, len);

	*text += len + ((*text)[len] == '\n');
	return (line == NULL) ? "out of memory" : line;
}

struct guard_look guard_look(TALLOC_CTX *mem_ctx, const struct guard *guard)
{
	struct guard_answer answer =
		guard_ask(mem_ctx, guard, true, look, NULL);
	struct guard_look seen = {.how = GUARD_NO_DATABASE};
	const char *rest = answer.text;
	const char *state = NULL;
	size_t i;

	if (!answer.ok) {
		seen.why = rest;
		if (answer.is_killed) {
			seen.how = GUARD_NO_MODULES;
		} else if (strcmp(rest, no_modules) == 0) {
			seen.how = GUARD_NO_MODULES;
			seen.why = "libldb loads no module while it is there";
		}
		return seen;
	}
	seen.how = GUARD_SEEN;
	seen.list.names = take_line(mem_ctx, &rest);
	seen.list.mark = take_line(mem_ctx, &rest);
	if (seen.list.mark[0] == '\0') {
		seen.list.mark = NULL;
	}
	state = take_line(mem_ctx, &rest);
	seen.why = rest;
	seen.state = GUARD_FAILS;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(state, states[i]) == 0) {
			seen.state = (enum guard_state)i;
		}
	}
	return seen;
}

/* ------------------------------------------- as every other tool opens it */

static struct spn_connect *connect_as_tool(const struct guard *guard)
{
	static const struct poptOption options[] = {POPT_TABLEEND};
	struct ldb_context *ldb = ldb_init(NULL, NULL);
	struct spn_connect *connect = NULL;

	if (ldb == NULL) {
		return NULL; /* samba would end here, too */
	}
	connect = spn_connect_new(NULL,
				  "spn-guard",
				  "",
				  options,
				  guard->argc,
				  guard->argv);
	if (connect == NULL || spn_connect_next_option(connect) != 0) {
		return NULL;
	}
	return connect;
}

static bool open_all(FILE *out, const struct guard *guard, void *data)
{
	struct spn_connect *connect = connect_as_tool(guard);

	if (connect == NULL) {
		fprintf(out, "libldb does not start");
		return false;
	}
	if (spn_connect_open(connect, connect, data) == NULL) {
		fprintf(out, "%s", spn_connect_reason(connect));
		return false;
	}
	return true;
}

bool guard_opens(TALLOC_CTX *mem_ctx,
		 const struct guard *guard,
		 const char *names,
		 const char **_why)
{
	struct spn_connect_options options = {.modules = names, .quiet = true};
	struct guard_answer answer =
		guard_ask(mem_ctx, guard, true, open_all, &options);

	*_why = answer.text;
	return answer.ok;
}

static bool write_list(FILE *out, const struct guard *guard, void *data)
{
	struct spn_connect *connect = connect_as_tool(guard);

	if (connect == NULL || !module_list_write(connect, connect, data)) {
		fprintf(out, "it could not be written");
		return false;
	}
	return true;
}

bool guard_write(TALLOC_CTX *mem_ctx,
		 const struct guard *guard,
		 struct module_list_change *change,
		 const char **_why)
{
	struct guard_answer answer =
		guard_ask(mem_ctx, guard, false, write_list, change);

	*_why = answer.text;
	return answer.ok;
}
