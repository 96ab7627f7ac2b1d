/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * enable and disable: the list of modules in the record @MODULES of sam.ldb.
 *
 * A DC whose sam.ldb asks for a module that does not load does not start, so
 *
 * - enable opens the database once with the list as it would be, and writes
 *   only if that works and the list has not changed meanwhile;
 * - both write it without any module (common/module_list.c): disable is the
 *   way out when the module's file is gone, or damaged
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

#define POLICY_RESTART                                                        \
	"Now restart samba (systemctl restart samba-ad-dc): until then "      \
	"parts "                                                              \
	"of it use the old list."
#define POLICY_ALREADY_ENABLED "spn_policy is enabled already: nothing to do."
#define POLICY_NOT_ENABLED "spn_policy is not enabled: nothing to do."

/* Exit code; nothing is changed unless it is SPN_EXIT_DONE. */
static int policy_list_commit(TALLOC_CTX *mem_ctx,
			      const struct policy_tool *tool,
			      struct module_list_change *change)
{
	if (!module_list_write(mem_ctx, tool->connect, change)) {
		return SPN_EXIT_CANNOT_RUN;
	}
	if (change->changed) {
		policy_tell(tool,
			    "%s: @MODULES is now %s",
			    tool->path,
			    change->wanted.names);
	} else if (change->had_mark) {
		policy_tell(tool,
			    "spn-guard had taken spn_policy off the list, and "
			    "will not put it back.");
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
	if (slash == NULL || strcmp(slash + 1, SPN_MODULE_FILE) != 0) {
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
	const char *path = SPN_POLICY_MODULESDIR "/" SPN_MODULE_FILE;

	dl_iterate_phdr(policy_loaded_file, &search);
	*_loaded = search.path != NULL;
	if (search.path == NULL) {
		search.path = spn_connect_left_out(mem_ctx,
						   tool->connect,
						   SPN_MODULE_FILE);
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
	struct module_list_change change = {};
	struct module_list list = {};
	bool loaded = false;
	int ret;

	if (!module_list_read(mem_ctx, tool->connect, &list)) {
		return SPN_EXIT_CANNOT_RUN;
	}
	change.expected = list.names;
	change.wanted.names = module_list_with(mem_ctx, list.names);
	if (change.wanted.names == NULL) {
		return policy_oom(tool);
	}
	if (!policy_try(mem_ctx, tool, change.wanted.names)) {
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
	policy_tell(tool,
		    "%s",
		    change.changed ? POLICY_RESTART : POLICY_ALREADY_ENABLED);
	return SPN_EXIT_DONE;
}

int policy_disable(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct module_list_change change = {};
	int ret;

	ret = policy_list_commit(mem_ctx, tool, &change);
	if (ret != SPN_EXIT_DONE) {
		return ret;
	}
	if (change.changed || !change.had_mark) {
		policy_tell(tool,
			    "%s",
			    change.changed ? POLICY_RESTART
					   : POLICY_NOT_ENABLED);
	}
	return SPN_EXIT_DONE;
}
