/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A process of samba that was started before a change of @LIST, of our file or
 * of smb.conf goes on as it was; so what this process has seen is compared
 * with what is there now, each time somebody asks.
 */
#include "spn_dc_state.h"

#include "spn_config.h"
#include "spn_session.h"
#include "store/kdc_config.h"
#include "store/store.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <param.h>

/* Of this process, or of the one that it was forked from. */
static struct {
	const char *ldb_version;
	const char *file; /* of the module, NULL when that is not known */
	struct stat stat; /* of that file */
	time_t since;
} loaded;

void spn_dc_state_loaded(const char *ldb_version)
{
	Dl_info info = {};

	loaded.ldb_version = ldb_version;
	loaded.since = time(NULL);
	if (dladdr(&loaded, &info) != 0 &&
	    stat(info.dli_fname, &loaded.stat) == 0)
	{
		loaded.file = info.dli_fname;
	}
}

bool spn_dc_state_is_asked(struct ldb_context *ldb,
			   const struct ldb_request *req)
{
	const struct ldb_search *search = &req->op.search;

	return search->scope == LDB_SCOPE_BASE && search->attrs != NULL &&
	       ldb_dn_is_null(search->base) &&
	       ldb_attr_in_list(search->attrs, SPN_DC_STATE_ATTRIBUTE) != 0 &&
	       spn_session_is_authenticated(ldb);
}

static bool file_is_another(void)
{
	struct stat now = {};

	return loaded.file != NULL &&
	       (stat(loaded.file, &now) != 0 ||
		now.st_ino != loaded.stat.st_ino ||
		now.st_dev != loaded.stat.st_dev ||
		now.st_size != loaded.stat.st_size ||
		now.st_mtim.tv_sec != loaded.stat.st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != loaded.stat.st_mtim.tv_nsec);
}

/* Written after we were loaded; what it says now only its reader knows. */
static bool conf_is_newer(struct ldb_context *ldb)
{
	struct loadparm_context *lp_ctx = spn_config_loadparm(ldb);
	const char *path = NULL;
	struct stat now = {};

	if (lp_ctx != NULL) {
		path = lpcfg_configfile(lp_ctx);
	}
	return path != NULL && stat(path, &now) == 0 &&
	       now.st_mtim.tv_sec > loaded.since;
}

static int list_is_another(struct ldb_module *module,
			   TALLOC_CTX *mem_ctx,
			   bool *_another)
{
	static const char *const attrs[] = {"@LIST", NULL};
	const struct spn_store store = {
		.ldb = ldb_module_get_ctx(module),
		.module = module,
	};
	struct spn_search search = {
		.base = ldb_dn_new(mem_ctx, store.ldb, "@MODULES"),
		.scope = LDB_SCOPE_BASE,
		.filter = "(@LIST=*)",
		.attrs = attrs,
	};
	const char *name = ldb_module_get_name(module);
	const char *list = NULL;
	struct ldb_result *res = NULL;
	int ret;

	if (search.base == NULL) {
		return ldb_oom(store.ldb);
	}
	ret = spn_store_search(&store, mem_ctx, &search, &res);
	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		ret = LDB_SUCCESS;
	} else if (ret == LDB_SUCCESS && res->count == 1) {
		list = spn_values_text(res->msgs[0], attrs[0]);
	}
	*_another = list == NULL || strncmp(list, name, strlen(name)) != 0 ||
		    strchr(",", list[strlen(name)]) == NULL;
	return ret;
}

static uint32_t tickets_of(struct ldb_context *ldb)
{
	struct spn_kdc kdc = spn_kdc_of_this_machine(spn_config_loadparm(ldb));
	const int *level = ldb_get_opaque(ldb, "domainFunctionality");

	if (level != NULL) {
		kdc.level = *level;
	}
	return spn_ticket_types(&kdc);
}

static int state_of(struct ldb_module *module,
		    TALLOC_CTX *mem_ctx,
		    enum spn_dc_mode mode,
		    char **_text)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct spn_dc_state state = {
		.version = spn_str_of(SPN_POLICY_VERSION),
		.ldb = spn_str_of(loaded.ldb_version),
		.mode = mode,
	};
	const char *since = ldb_timestring(mem_ctx, loaded.since);
	bool another = false;
	int ret = list_is_another(module, mem_ctx, &another);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (since == NULL) {
		return ldb_oom(ldb);
	}
	state.since = spn_str_of(since);
	state.restart = (another ? SPN_DC_RESTART_LIST : 0U) |
			(file_is_another() ? SPN_DC_RESTART_FILE : 0U) |
			(conf_is_newer(ldb) ? SPN_DC_RESTART_CONF : 0U);
	state.tickets = tickets_of(ldb);
	*_text = spn_dc_state_text(mem_ctx, &state);
	return (*_text == NULL) ? ldb_oom(ldb) : LDB_SUCCESS;
}

/* --------------------------------------------------------- the rootDSE */

struct asked {
	struct ldb_module *module;
	struct ldb_request *req; /* the caller's */
	enum spn_dc_mode mode;
	bool done; /* ldb calls back again when we return an error */
	int result;
};

static int finish(struct asked *asked, struct ldb_reply *ares, int ret)
{
	asked->done = true;
	asked->result = ret;
	if (ares == NULL) {
		return ldb_module_done(asked->req, NULL, NULL, ret);
	}
	return ldb_module_done(asked->req,
			       ares->controls,
			       ares->response,
			       ret);
}

static int send_entry(struct asked *asked, struct ldb_reply *ares)
{
	char *text = NULL;
	int ret = state_of(asked->module, ares->message, asked->mode, &text);

	if (ret == LDB_SUCCESS) {
		ret = ldb_msg_add_string(ares->message,
					 SPN_DC_STATE_ATTRIBUTE,
					 text);
	}
	if (ret != LDB_SUCCESS) {
		return finish(asked, NULL, ret);
	}
	return ldb_module_send_entry(asked->req,
				     ares->message,
				     ares->controls);
}

static int answer_callback(struct ldb_request *down, struct ldb_reply *ares)
{
	struct asked *asked = talloc_get_type_abort(down->context,
						    struct asked);

	if (asked->done) {
		return asked->result;
	}
	if (ares == NULL) {
		return finish(asked, NULL, LDB_ERR_OPERATIONS_ERROR);
	}
	if (ares->error != LDB_SUCCESS) {
		return finish(asked, ares, ares->error);
	}
	switch (ares->type) {
	case LDB_REPLY_REFERRAL:
		return ldb_module_send_referral(asked->req, ares->referral);
	case LDB_REPLY_ENTRY:
		return send_entry(asked, ares);
	case LDB_REPLY_DONE:
		break;
	}
	return finish(asked, ares, LDB_SUCCESS);
}

int spn_dc_state_answer(struct ldb_module *module,
			struct ldb_request *req,
			enum spn_dc_mode mode)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct asked *asked = talloc_zero(req, struct asked);
	struct ldb_request *down = NULL;
	int ret;

	if (asked == NULL) {
		return ldb_oom(ldb);
	}
	*asked = (struct asked){.module = module, .req = req, .mode = mode};
	ret = ldb_build_search_req_ex(&down,
				      ldb,
				      asked,
				      req->op.search.base,
				      req->op.search.scope,
				      req->op.search.tree,
				      req->op.search.attrs,
				      req->controls,
				      asked,
				      answer_callback,
				      req);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	LDB_REQ_SET_LOCATION(down);
	return ldb_next_request(module, down);
}

int spn_dc_state_search_idle(struct ldb_module *module,
			     struct ldb_request *req)
{
	if (!spn_dc_state_is_asked(ldb_module_get_ctx(module), req)) {
		return ldb_next_request(module, req);
	}
	return spn_dc_state_answer(module, req, SPN_DC_IDLE);
}
