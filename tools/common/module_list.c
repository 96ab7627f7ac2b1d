/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read and written on an empty stack, which opens whatever the list says, and
 * in one transaction: whoever is killed in it, or runs at the same time,
 * leaves the old list or the new one. ldb drops all blanks when it reads a
 * list, so they do not count here either.
 */

#include "module_list.h"

#include "store/values.h"

#include <string.h>
#include <time.h>
#include <ldb_module.h>

#ifndef SPN_POLICY_MODULESDIR
#define SPN_POLICY_MODULESDIR "/usr/lib/samba/ldb"
#endif

const char *const module_list_file = SPN_POLICY_MODULESDIR "/" SPN_MODULE_FILE;

/* The next name of a list; NULL at the end. Blanks do not count. */
static const char *next_name(const char **list, size_t *_len)
{
	const char *name = *list + strspn(*list, ", ");

	*_len = strcspn(name, ", ");
	*list = name + *_len;
	return *_len > 0 ? name : NULL;
}

static bool name_is(const char *name, size_t len, const char *module)
{
	return len == strlen(module) && strncmp(name, module, len) == 0;
}

bool module_list_has(const char *list, const char *module)
{
	const char *name = NULL;
	size_t len = 0;

	while ((name = next_name(&list, &len)) != NULL) {
		if (name_is(name, len, module)) {
			return true;
		}
	}
	return false;
}

/* start, then list without our module. */
static char *make_list(TALLOC_CTX *mem_ctx,
		       const char *start,
		       const char *list)
{
	char *made = talloc_strdup(mem_ctx, start);
	const char *name = NULL;
	size_t len = 0;

	while (made != NULL) {
		name = next_name(&list, &len);
		if (name == NULL) {
			break;
		}
		if (name_is(name, len, SPN_MODULE_NAME)) {
			continue;
		}
		made = talloc_asprintf_append(made,
					      "%s%.*s",
					      made[0] != '\0' ? "," : "",
					      (int)len,
					      name);
	}
	return made;
}

char *module_list_with(TALLOC_CTX *mem_ctx, const char *list)
{
	return make_list(mem_ctx, SPN_MODULE_NAME, list);
}

char *module_list_without(TALLOC_CTX *mem_ctx, const char *list)
{
	return make_list(mem_ctx, "", list);
}

/* ------------------------------------------------------------------ the mark
 */

#define MARK_TIME "%Y%m%d%H%M%S.0Z"

char *module_list_mark_new(TALLOC_CTX *mem_ctx, const char *why)
{
	char stamp[sizeof("20261129120000.0Z")] = "";
	time_t now = time(NULL);
	struct tm tm = {};

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), MARK_TIME, &tm) == 0)
	{
		return NULL;
	}
	return talloc_asprintf(mem_ctx, "%s %s", stamp, why);
}

char *module_list_mark_text(TALLOC_CTX *mem_ctx, const char *mark)
{
	struct tm tm = {};
	const char *rest = strptime(mark, MARK_TIME, &tm);
	char stamp[sizeof("2026-11-29 12:00:00 UTC")] = "";

	if (rest == NULL || rest[0] != ' ' ||
	    strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
	{
		return talloc_strdup(mem_ctx, mark);
	}
	return talloc_asprintf(mem_ctx, "%s: %s", stamp, rest + 1);
}

/* -------------------------------------------------------- in the database */

static struct ldb_context *open_without_modules(TALLOC_CTX *mem_ctx,
						struct spn_connect *connect)
{
	const struct spn_connect_options options = {.modules = ""};

	return spn_connect_open(mem_ctx, connect, &options);
}

/* false: after a message. */
static bool get_list(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     struct ldb_context *ldb,
		     struct module_list *_list)
{
	static const char *const attrs[] = {"@LIST", MODULE_LIST_MARK, NULL};
	const char *path = spn_connect_url(connect);
	const struct ldb_message_element *el = NULL;
	struct ldb_result *res = NULL;
	struct ldb_dn *dn = ldb_dn_new(mem_ctx, ldb, "@MODULES");
	struct module_list list = {};
	struct spn_str text = {};
	int ret;

	ret = ldb_search(ldb, mem_ctx, &res, dn, LDB_SCOPE_BASE, attrs, NULL);
	if (ret != LDB_SUCCESS && ret != LDB_ERR_NO_SUCH_OBJECT) {
		spn_connect_message(connect,
				    "cannot read @MODULES of %s: %s",
				    path,
				    spn_connect_error(ldb, ret));
		return false;
	}
	if (ret == LDB_SUCCESS && res->count == 1) {
		el = spn_values_of(res->msgs[0], "@LIST");
		list.mark = spn_values_text(res->msgs[0], MODULE_LIST_MARK);
	}
	if (spn_values_num(el) == 1) {
		text = spn_values_get(el, 0);
		list.names = talloc_strndup(mem_ctx, text.data, text.len);
	}
	if (list.names == NULL || !module_list_has(list.names, "samba_dsdb")) {
		spn_connect_message(connect,
				    "%s is not the sam.ldb of a domain "
				    "controller: its @MODULES has no list "
				    "with samba_dsdb",
				    path);
		return false;
	}
	*_list = list;
	return true;
}

bool module_list_read(TALLOC_CTX *mem_ctx,
		      struct spn_connect *connect,
		      struct module_list *_list)
{
	struct ldb_context *ldb = open_without_modules(mem_ctx, connect);
	bool ok = ldb != NULL && get_list(mem_ctx, connect, ldb, _list);

	talloc_free(ldb);
	return ok;
}

static int put_list(TALLOC_CTX *mem_ctx,
		    struct ldb_context *ldb,
		    const struct module_list *list)
{
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	int ret;

	if (msg == NULL) {
		return ldb_oom(ldb);
	}
	msg->dn = ldb_dn_new(msg, ldb, "@MODULES");
	ret = ldb_msg_append_string(msg,
				    "@LIST",
				    list->names,
				    LDB_FLAG_MOD_REPLACE);
	if (ret == LDB_SUCCESS && list->mark != NULL) {
		ret = ldb_msg_append_string(msg,
					    MODULE_LIST_MARK,
					    list->mark,
					    LDB_FLAG_MOD_REPLACE);
	} else if (ret == LDB_SUCCESS) {
		ret = ldb_msg_add_empty(msg,
					MODULE_LIST_MARK,
					LDB_FLAG_MOD_REPLACE,
					NULL);
	}
	return (ret == LDB_SUCCESS) ? ldb_modify(ldb, msg) : ret;
}

static bool is_same(const struct module_list *a, const struct module_list *b)
{
	const char *one = (a->mark == NULL) ? "" : a->mark;
	const char *other = (b->mark == NULL) ? "" : b->mark;

	return strcmp(a->names, b->names) == 0 && strcmp(one, other) == 0;
}

/* Inside the transaction. false after a message. */
static bool change_list(TALLOC_CTX *mem_ctx,
			struct spn_connect *connect,
			struct ldb_context *ldb,
			struct module_list_change *change)
{
	struct module_list before = {};
	int ret;

	if (!get_list(mem_ctx, connect, ldb, &before)) {
		return false;
	}
	if (change->wanted.names == NULL) {
		change->wanted.names = module_list_without(mem_ctx,
							   before.names);
		if (change->wanted.names == NULL) {
			spn_connect_message(connect, "out of memory");
			return false;
		}
	}
	change->had_mark = before.mark != NULL;
	change->changed = strcmp(before.names, change->wanted.names) != 0;
	if (is_same(&before, &change->wanted)) {
		return true;
	}
	if (change->expected != NULL &&
	    strcmp(before.names, change->expected) != 0)
	{
		spn_connect_message(connect,
				    "somebody else changed @MODULES just now; "
				    "nothing was written, try again");
		return false;
	}
	ret = put_list(mem_ctx, ldb, &change->wanted);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(connect,
				    "cannot write @MODULES of %s: %s",
				    spn_connect_url(connect),
				    spn_connect_error(ldb, ret));
		return false;
	}
	return true;
}

bool module_list_write(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       struct module_list_change *change)
{
	struct ldb_context *ldb = open_without_modules(mem_ctx, connect);
	int ret;

	if (ldb == NULL) {
		return false;
	}
	ret = ldb_transaction_start(ldb);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(connect,
				    "cannot lock %s: %s",
				    spn_connect_url(connect),
				    spn_connect_error(ldb, ret));
		return false;
	}
	if (!change_list(mem_ctx, connect, ldb, change)) {
		ldb_transaction_cancel(ldb);
		return false;
	}
	ret = ldb_transaction_commit(ldb);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(connect,
				    "cannot commit to %s: %s",
				    spn_connect_url(connect),
				    spn_connect_error(ldb, ret));
		return false;
	}
	talloc_free(ldb);
	return true;
}
