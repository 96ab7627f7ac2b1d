/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * enable and disable: the list of modules in the record @MODULES of sam.ldb.
 *
 * A DC whose sam.ldb asks for a module that does not load does not start, so
 *
 * - enable opens the database once with the list as it would be, and writes
 *   only if that works and the list has not changed meanwhile;
 * - both read and write in one transaction: whoever is killed in it, or runs
 *   at the same time, leaves the old list or the new one;
 * - they do so on an empty stack, which opens whatever the list says: disable
 *   is the way out when the module's file is gone, or damaged
 *   (common/connect_modules.c).
 *
 * The trial context is closed before the transaction begins: inside a process
 * all contexts of a database share its files and locks.
 */

#include "tool.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <ldb_module.h>
#include <unistd.h>

#define POLICY_MODULE_FILE POLICY_MODULE ".so"

#define POLICY_RESTART                                                        \
	"Now restart samba (systemctl restart samba-ad-dc): until then "      \
	"parts "                                                              \
	"of it use the old list."
#define POLICY_ALREADY_ENABLED "spn_policy is enabled already: nothing to do."
#define POLICY_NOT_ENABLED "spn_policy is not enabled: nothing to do."

static struct ldb_context *policy_open(TALLOC_CTX *mem_ctx,
				       const struct policy_tool *tool,
				       const char *modules)
{
	const struct spn_connect_options options = {.modules = modules};

	return spn_connect_open(mem_ctx, tool->connect, &options);
}

/* The list as it stands. NULL after a message. */
static char *policy_list_get(TALLOC_CTX *mem_ctx,
			     const struct policy_tool *tool,
			     struct ldb_context *ldb)
{
	static const char *const attrs[] = {"@LIST", NULL};
	const struct ldb_message_element *el = NULL;
	struct ldb_result *res = NULL;
	struct ldb_dn *dn = ldb_dn_new(mem_ctx, ldb, "@MODULES");
	struct spn_str text = {};
	char *list = NULL;
	int ret;

	ret = ldb_search(ldb, mem_ctx, &res, dn, LDB_SCOPE_BASE, attrs, NULL);
	if (ret != LDB_SUCCESS && ret != LDB_ERR_NO_SUCH_OBJECT) {
		spn_connect_message(tool->connect,
				    "cannot read @MODULES of %s: %s",
				    tool->path,
				    spn_connect_error(ldb, ret));
		return NULL;
	}
	if (ret == LDB_SUCCESS && res->count == 1) {
		el = spn_values_of(res->msgs[0], "@LIST");
	}
	if (spn_values_num(el) == 1) {
		text = spn_values_get(el, 0);
		list = talloc_strndup(mem_ctx, text.data, text.len);
	}
	if (list == NULL || !policy_list_has(list, "samba_dsdb")) {
		spn_connect_message(tool->connect,
				    "%s is not the sam.ldb of a domain "
				    "controller: its @MODULES has no list "
				    "with samba_dsdb",
				    tool->path);
		return NULL;
	}
	return list;
}

char *policy_list_read(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct ldb_context *ldb = policy_open(mem_ctx, tool, "");
	char *list = NULL;

	if (ldb != NULL) {
		list = policy_list_get(mem_ctx, tool, ldb);
		talloc_free(ldb);
	}
	return list;
}

static int policy_list_put(TALLOC_CTX *mem_ctx,
			   struct ldb_context *ldb,
			   const char *list)
{
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	int ret;

	if (msg == NULL) {
		return ldb_oom(ldb);
	}
	msg->dn = ldb_dn_new(msg, ldb, "@MODULES");
	ret = ldb_msg_append_string(msg, "@LIST", list, LDB_FLAG_MOD_REPLACE);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return ldb_modify(ldb, msg);
}

/* What enable and disable want to do to the list. */
struct policy_change {
	const char *expected; /* NULL: whatever is there */
	const char *wanted;   /* NULL: what is there without our module */
	bool changed;	      /* out: false when nothing had to be written */
};

/* Inside the transaction. false after a message. */
static bool policy_list_change(TALLOC_CTX *mem_ctx,
			       const struct policy_tool *tool,
			       struct ldb_context *ldb,
			       struct policy_change *change)
{
	char *list = policy_list_get(mem_ctx, tool, ldb);
	int ret;

	if (list == NULL) {
		return false;
	}
	if (change->wanted == NULL) {
		if (!policy_list_has(list, POLICY_MODULE)) {
			return true;
		}
		change->wanted = policy_list_without(mem_ctx, list);
		if (change->wanted == NULL) {
			policy_oom(tool);
			return false;
		}
	}
	if (strcmp(list, change->wanted) == 0) {
		return true;
	}
	if (change->expected != NULL && strcmp(list, change->expected) != 0) {
		spn_connect_message(tool->connect,
				    "somebody else changed @MODULES just now; "
				    "nothing was written, try again");
		return false;
	}
	ret = policy_list_put(mem_ctx, ldb, change->wanted);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(tool->connect,
				    "cannot write @MODULES of %s: %s",
				    tool->path,
				    spn_connect_error(ldb, ret));
		return false;
	}
	change->changed = true;
	return true;
}

/* Exit code; nothing is changed unless it is SPN_EXIT_DONE. */
static int policy_list_commit(TALLOC_CTX *mem_ctx,
			      const struct policy_tool *tool,
			      struct policy_change *change)
{
	struct ldb_context *ldb = policy_open(mem_ctx, tool, "");
	int ret;

	if (ldb == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	ret = ldb_transaction_start(ldb);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(tool->connect,
				    "cannot lock %s: %s",
				    tool->path,
				    spn_connect_error(ldb, ret));
		return SPN_EXIT_CANNOT_RUN;
	}
	if (!policy_list_change(mem_ctx, tool, ldb, change)) {
		ldb_transaction_cancel(ldb);
		return SPN_EXIT_CANNOT_RUN;
	}
	ret = ldb_transaction_commit(ldb);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(tool->connect,
				    "cannot commit to %s: %s",
				    tool->path,
				    spn_connect_error(ldb, ret));
		return SPN_EXIT_CANNOT_RUN;
	}
	talloc_free(ldb);
	if (change->changed) {
		policy_say("%s: @MODULES is now %s",
			   tool->path,
			   change->wanted);
	}
	return SPN_EXIT_DONE;
}

/* Opens and uses the database with the list as it would be. */
static bool policy_try(TALLOC_CTX *mem_ctx,
		       const struct policy_tool *tool,
		       const char *list)
{
	const struct spn_connect_options options = {
		.modules = list,
		.quiet = true,
	};
	struct ldb_context *ldb = NULL;
	int ret;
	bool ok;

	if (!spn_connect_kills(mem_ctx, tool->connect, &options)) {
		ldb = spn_connect_open(mem_ctx, tool->connect, &options);
	}
	if (ldb == NULL) {
		spn_connect_message(tool->connect,
				    "%s does not open with @MODULES=%s: %s",
				    tool->path,
				    list,
				    spn_connect_reason(tool->connect));
		return false;
	}
	/* the module's part in a transaction, without a write */
	ret = ldb_transaction_start(ldb);
	if (ret == LDB_SUCCESS) {
		ret = ldb_transaction_cancel(ldb);
	}
	if (ret != LDB_SUCCESS) {
		spn_connect_message(tool->connect,
				    "a transaction with @MODULES=%s fails: %s",
				    list,
				    spn_connect_error(ldb, ret));
		talloc_free(ldb);
		return false;
	}
	ok = policy_settings_create(tool, ldb);
	talloc_free(ldb);
	return ok;
}

struct policy_search {
	TALLOC_CTX *mem_ctx;
	char *path;
};

static int policy_loaded_file(struct dl_phdr_info *info,
			      size_t size,
			      void *private_data)
{
	struct policy_search *search = private_data;
	const char *slash = NULL;

	(void)size;
	if (info->dlpi_name == NULL) {
		return 0;
	}
	slash = strrchr(info->dlpi_name, '/');
	if (slash == NULL || strcmp(slash + 1, POLICY_MODULE_FILE) != 0) {
		return 0;
	}
	search->path = talloc_strdup(search->mem_ctx, info->dlpi_name);
	return 1;
}

char *policy_module_file(TALLOC_CTX *mem_ctx,
			 const struct policy_tool *tool,
			 bool *_loaded)
{
	struct policy_search search = {.mem_ctx = mem_ctx};
	const char *path = SPN_POLICY_MODULESDIR "/" POLICY_MODULE_FILE;

	dl_iterate_phdr(policy_loaded_file, &search);
	*_loaded = search.path != NULL;
	if (search.path == NULL) {
		search.path = spn_connect_left_out(mem_ctx,
						   tool->connect,
						   POLICY_MODULE_FILE);
	}
	if (search.path == NULL && access(path, F_OK) == 0) {
		search.path = talloc_strdup(mem_ctx, path);
	}
	return search.path;
}

bool policy_in_modules_dir(const char *file)
{
	const char *dir = SPN_POLICY_MODULESDIR "/";

	return strncmp(file, dir, strlen(dir)) == 0;
}

/* Found in a place where samba would not look? */
static void policy_warn_of_path(TALLOC_CTX *mem_ctx,
				const struct policy_tool *tool)
{
	bool loaded = false;
	char *file = policy_module_file(mem_ctx, tool, &loaded);

	if (file == NULL || policy_in_modules_dir(file)) {
		return;
	}
	spn_connect_message(tool->connect,
			    "note: the module is %s. samba and everything "
			    "else that opens sam.ldb must have the same "
			    "LDB_MODULES_PATH as this command, or they do "
			    "not start",
			    file);
}

int policy_enable(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct policy_change change = {};
	bool loaded = false;
	int ret;

	change.expected = policy_list_read(mem_ctx, tool);
	if (change.expected == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	change.wanted = policy_list_with(mem_ctx, change.expected);
	if (change.wanted == NULL) {
		return policy_oom(tool);
	}
	if (!policy_try(mem_ctx, tool, change.wanted)) {
		policy_module_file(mem_ctx, tool, &loaded);
		spn_connect_message(tool->connect,
				    "nothing was changed in @MODULES%s",
				    loaded ? ""
					   : "; the module belongs "
					     "into " SPN_POLICY_MODULESDIR);
		return SPN_EXIT_CANNOT_RUN;
	}
	ret = policy_list_commit(mem_ctx, tool, &change);
	if (ret != SPN_EXIT_DONE) {
		return ret;
	}
	policy_warn_of_path(mem_ctx, tool);
	policy_say("%s",
		   change.changed ? POLICY_RESTART : POLICY_ALREADY_ENABLED);
	return SPN_EXIT_DONE;
}

int policy_disable(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct policy_change change = {};
	int ret;

	ret = policy_list_commit(mem_ctx, tool, &change);
	if (ret != SPN_EXIT_DONE) {
		return ret;
	}
	policy_say("%s", change.changed ? POLICY_RESTART : POLICY_NOT_ENABLED);
	return SPN_EXIT_DONE;
}
