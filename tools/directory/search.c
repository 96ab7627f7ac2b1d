/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All naming contexts are one search with the phantom root, which every AD
 * knows. Without it they are asked in turn; then a server points from each
 * to those below it, which is no news, and to domains it does not hold, which
 * is: an audit that left them out would call them clean.
 *
 * Pages come second. A Samba DC reads every entry of a paged search twice
 * (3 to 9 times the work), and does not need them; a Windows DC stops after
 * 1000 entries with "size limit exceeded", and only then are they asked for.
 * Whether pages ever end is not told by the cookie: a Samba DC gives the same
 * one with each page. So a page that begins with an entry which another one
 * has begun with, and many pages with nothing in them, are an error.
 */
#include "search.h"

#include "policy/dc_state.h"

#include "ldap_url.h"
#include "entry.h"
#include "common/connect.h"
#include "store/values.h"

#include "common/shared.h"

#include <ldb_module.h>
#include <string.h>

/* Windows' own limit (MaxPageSize). */
#define DEFAULT_PAGE 1000
/* A Windows DC may send some, when looking takes it long. */
#define MAX_EMPTY_PAGES 1000
/* For all of it, which may be much; silence is seen in
 * common/connect_silence.c. */
#define TIMEOUT_SECONDS (7 * 24 * 3600)

struct pass {
	const struct audit_search *search;
	TALLOC_CTX *mem_ctx; /* of reason */
	const char *reason;
	struct ldb_paged_control *page; /* NULL: all at once */
	bool has_more;	  /* the cookie of page is good for another one */
	bool is_empty;	  /* no entry of this page has come yet */
	size_t num_empty; /* pages, in a row */
	bool is_only;	  /* what is asked now is all that is asked */
	struct spn_shared *starts; /* the first entry of each page */
};

/* tokenGroups of the rootDSE are the SIDs of who asks (MS-ADTS
 * 3.1.1.3.2.31): Administrators, or SYSTEM. True if the server is silent. */
static bool is_administrator(const struct ldb_message *root)
{
	static const char admins[] = "\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0";
	static const char local_system[] = "\1\1\0\0\0\0\0\5\x12\0\0\0";
	const struct ldb_message_element *el = spn_values_of(root,
							     "tokenGroups");

	return el == NULL ||
	       spn_values_has(el,
			      (struct spn_str){admins, sizeof(admins) - 1}) ||
	       spn_values_has(el,
			      (struct spn_str){local_system,
					       sizeof(local_system) - 1});
}

static int read_contexts(struct ldb_context *ldb,
			 struct audit_server *server,
			 const struct ldb_message_element *el)
{
	size_t i;

	server->naming_contexts = talloc_zero_array(server,
						    const char *,
						    spn_values_num(el) + 1);
	if (server->naming_contexts == NULL) {
		return ldb_oom(ldb);
	}
	for (i = 0; i < spn_values_num(el); i++) {
		struct spn_str name = spn_values_get(el, i);

		server->naming_contexts[i] = talloc_strndup(server,
							    name.data,
							    name.len);
		if (server->naming_contexts[i] == NULL) {
			return ldb_oom(ldb);
		}
	}
	return LDB_SUCCESS;
}

int audit_server_of(struct ldb_context *ldb,
		    TALLOC_CTX *mem_ctx,
		    struct audit_server **_server)
{
	static const char *const attrs[] = {
		"dnsHostName",
		"namingContexts",
		"supportedCapabilities",
		"supportedControl",
		SPN_DC_STATE_ATTRIBUTE,
		"tokenGroups",
		"vendorName",
		NULL,
	};
	struct audit_server *server = talloc_zero(mem_ctx,
						  struct audit_server);
	struct ldb_result *res = NULL;
	const struct ldb_message_element *el = NULL;
	struct ldb_dn *root = NULL;
	int ret;

	if (server == NULL) {
		return ldb_oom(ldb);
	}
	root = ldb_dn_new(server, ldb, NULL);
	ret = ldb_search(ldb, server, &res, root, LDB_SCOPE_BASE, attrs, NULL);
	if (ret != LDB_SUCCESS) {
		talloc_free(server);
		return ret;
	}
	if (res->count != 1) {
		talloc_free(server);
		ldb_set_errstring(ldb, "no rootDSE");
		return LDB_ERR_NO_SUCH_OBJECT;
	}
	server->dns_host_name = spn_values_text(res->msgs[0], "dnsHostName");
	server->presence = spn_presence_of(res->msgs[0]);
	server->ticket_types = spn_presence_ticket_types(res->msgs[0]);
	server->is_windows = spn_presence_is_windows(res->msgs[0]);
	el = spn_values_of(res->msgs[0], "supportedControl");
	server->has_phantom_root =
		spn_values_has(el, spn_str_of(LDB_CONTROL_SEARCH_OPTIONS_OID));
	server->has_descriptors =
		spn_values_has(el, spn_str_of(LDB_CONTROL_SD_FLAGS_OID));
	server->has_deleted =
		spn_values_has(el, spn_str_of(LDB_CONTROL_SHOW_DELETED_OID));
	server->shows_deleted = server->has_deleted &&
				is_administrator(res->msgs[0]);
	el = spn_values_of(res->msgs[0], "namingContexts");
	ret = read_contexts(ldb, server, el);
	if (ret != LDB_SUCCESS) {
		talloc_free(server);
		return ret;
	}
	*_server = server;
	return LDB_SUCCESS;
}

/* "ldap://host/DN??scope" points to a naming context that we ask anyway. */
static bool is_known_referral(const struct audit_search *search,
			      TALLOC_CTX *mem_ctx,
			      const char *referral)
{
	const char *const *known = search->server->naming_contexts;
	struct ldb_dn *wanted = NULL;
	char *text = NULL;

	if (search->phantom_root ||
	    !audit_ldap_url_dn(mem_ctx, referral, &text) || text == NULL)
	{
		return false;
	}
	wanted = ldb_dn_new(mem_ctx, search->ldb, text);
	for (; wanted != NULL && *known != NULL; known++) {
		struct ldb_dn *dn = ldb_dn_new(mem_ctx, search->ldb, *known);

		if (dn != NULL && ldb_dn_compare(dn, wanted) == 0) {
			return true;
		}
	}
	return false;
}

/* Goes on without it, or ends with that error. */
static int gap_found(struct pass *pass,
		     enum audit_gap gap,
		     int ret,
		     const char *what)
{
	if (what == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	if (pass->search->note_gap != NULL) {
		pass->search->note_gap(pass->search->private_data, gap, what);
		return LDB_SUCCESS;
	}
	pass->reason = what;
	return ret;
}

static int handle_referral(struct pass *pass, const char *referral)
{
	TALLOC_CTX *tmp_ctx = talloc_new(pass->mem_ctx);
	bool known = false;

	if (tmp_ctx == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	known = is_known_referral(pass->search, tmp_ctx, referral);
	talloc_free(tmp_ctx);
	if (known) {
		return LDB_SUCCESS;
	}
	return gap_found(
		pass,
		AUDIT_GAP_ELSEWHERE,
		LDB_ERR_REFERRAL,
		talloc_asprintf(pass->mem_ctx,
				"the answer is not complete: the server "
				"says that the rest is at %s",
				referral));
}

/* Of a page: is it one that was there before? */
static int handle_first(struct pass *pass, const struct ldb_message *msg)
{
	struct spn_str dn = spn_str_of(ldb_dn_get_linearized(msg->dn));
	uint32_t ignored = 0;

	pass->is_empty = false;
	pass->num_empty = 0;
	if (!spn_shared_has(pass->starts, dn)) {
		return spn_shared_number(pass->starts, dn, &ignored)
			       ? LDB_SUCCESS
			       : LDB_ERR_OPERATIONS_ERROR;
	}
	pass->reason = talloc_asprintf(pass->mem_ctx,
				       "the answer does not end: the server "
				       "sends the page again that begins with "
				       "%s",
				       dn.data);
	return LDB_ERR_OPERATIONS_ERROR;
}

/* A server may cut long lists of values: "servicePrincipalName;range=0-1499".
 * To go on as if that was all would be wrong, to miss it silently, too. */
static int handle_entry(struct pass *pass, const struct ldb_message *msg)
{
	static const char range[] = ";range=";
	const char *reason = NULL;
	bool is_too_long = false;
	unsigned i;
	int ret = LDB_SUCCESS;

	if (pass->page != NULL && pass->is_empty) {
		ret = handle_first(pass, msg);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	reason = audit_too_long(pass->mem_ctx, msg, &is_too_long);
	if (is_too_long) {
		return gap_found(pass,
				 AUDIT_GAP_CUT,
				 LDB_ERR_SIZE_LIMIT_EXCEEDED,
				 reason);
	}
	for (i = 0; i < msg->num_elements; i++) {
		const char *option = strchr(msg->elements[i].name, ';');

		if (option == NULL || strcasestr(option, range) == NULL) {
			continue;
		}
		ret = gap_found(
			pass,
			AUDIT_GAP_CUT,
			LDB_ERR_SIZE_LIMIT_EXCEEDED,
			talloc_asprintf(
				pass->mem_ctx,
				"the answer is not complete: the server "
				"sends only %s of %s",
				msg->elements[i].name,
				ldb_dn_get_linearized(msg->dn)));
		if (ret != LDB_SUCCESS) {
			return ret;
		}
	}
	return pass->search->entry(pass->search->private_data, msg);
}

static int handle_empty(struct pass *pass)
{
	if (++pass->num_empty < MAX_EMPTY_PAGES) {
		return LDB_SUCCESS;
	}
	pass->reason = talloc_asprintf(pass->mem_ctx,
				       "the answer does not end: %d pages in "
				       "a row with nothing in them",
				       MAX_EMPTY_PAGES);
	return LDB_ERR_OPERATIONS_ERROR;
}

static int handle_done(struct pass *pass, struct ldb_reply *ares)
{
	struct ldb_control *control = NULL;
	struct ldb_paged_control *answer = NULL;
	char *cookie = NULL;

	pass->has_more = false;
	if (pass->page == NULL) {
		return LDB_SUCCESS;
	}
	control = ldb_reply_get_control(ares, LDB_CONTROL_PAGED_RESULTS_OID);
	if (control == NULL) {
		pass->reason = talloc_strdup(pass->mem_ctx,
					     "the answer is not complete: the "
					     "server knows no pages");
		return LDB_ERR_UNSUPPORTED_CRITICAL_EXTENSION;
	}
	answer = talloc_get_type(control->data, struct ldb_paged_control);
	if (answer == NULL || answer->cookie_len == 0) {
		return LDB_SUCCESS;
	}
	if (answer->size > 0 && pass->is_only &&
	    pass->search->estimate != NULL)
	{
		pass->search->estimate(pass->search->private_data,
				       (size_t)answer->size);
	}
	cookie = talloc_memdup(pass->page,
			       answer->cookie,
			       (size_t)answer->cookie_len);
	talloc_free(pass->page->cookie);
	pass->page->cookie = cookie;
	pass->page->cookie_len = answer->cookie_len;
	pass->has_more = true;
	if (cookie == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	return pass->is_empty ? handle_empty(pass) : LDB_SUCCESS;
}

static int search_callback(struct ldb_request *req, struct ldb_reply *ares)
{
	struct pass *pass = req->context;
	int ret = LDB_SUCCESS;

	if (ares == NULL) {
		return ldb_request_done(req, LDB_ERR_OPERATIONS_ERROR);
	}
	if (ares->error != LDB_SUCCESS) {
		ret = ares->error;
		talloc_free(ares);
		return ldb_request_done(req, ret);
	}
	switch (ares->type) {
	case LDB_REPLY_REFERRAL:
		ret = handle_referral(pass, ares->referral);
		break;
	case LDB_REPLY_ENTRY:
		ret = handle_entry(pass, ares->message);
		break;
	case LDB_REPLY_DONE:
		ret = handle_done(pass, ares);
		talloc_free(ares);
		return ldb_request_done(req, ret);
	}
	talloc_free(ares);
	return (ret == LDB_SUCCESS) ? ret : ldb_request_done(req, ret);
}

/* Owner and DACL: the rest is for auditors of another kind. */
#define SECINFO_OWNER 0x1u
#define SECINFO_DACL 0x4u

/* None of these is critical: without them a few rules have less to say. */
static int add_wishes(const struct audit_server *server,
		      struct ldb_request *req)
{
	struct ldb_sd_flags_control *flags = NULL;
	int ret = LDB_SUCCESS;

	if (server->has_deleted) {
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_SHOW_DELETED_OID,
					      false,
					      NULL);
	}
	if (ret != LDB_SUCCESS || !server->has_descriptors) {
		return ret;
	}
	flags = talloc_zero(req, struct ldb_sd_flags_control);
	if (flags == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	flags->secinfo_flags = SECINFO_OWNER | SECINFO_DACL;
	return ldb_request_add_control(req,
				       LDB_CONTROL_SD_FLAGS_OID,
				       false,
				       flags);
}

static int add_controls(struct pass *pass, struct ldb_request *req)
{
	struct ldb_search_options_control *options = NULL;
	int ret = LDB_SUCCESS;

	if (pass->search->phantom_root) {
		/* A fresh one for each search: a DC changes it. */
		options = talloc_zero(req, struct ldb_search_options_control);
		if (options == NULL) {
			return ldb_oom(pass->search->ldb);
		}
		options->search_options = LDB_SEARCH_OPTION_PHANTOM_ROOT;
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_SEARCH_OPTIONS_OID,
					      true,
					      options);
	}
	if (ret == LDB_SUCCESS && pass->page != NULL) {
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_PAGED_RESULTS_OID,
					      true,
					      pass->page);
	}
	if (ret == LDB_SUCCESS) {
		ret = add_wishes(pass->search->server, req);
	}
	return ret;
}

/* One request: all of a naming context, or a page of it. */
static int run_request(struct pass *pass, struct ldb_dn *base)
{
	const struct audit_search *search = pass->search;
	struct ldb_request *req = NULL;
	int ret;

	ret = ldb_build_search_req(&req,
				   search->ldb,
				   base,
				   base,
				   LDB_SCOPE_SUBTREE,
				   search->filter,
				   search->attrs,
				   NULL,
				   pass,
				   search_callback,
				   NULL);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	ldb_set_timeout(search->ldb, req, TIMEOUT_SECONDS);
	ret = add_controls(pass, req);
	if (ret == LDB_SUCCESS) {
		ret = ldb_request(search->ldb, req);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	talloc_free(req);
	return ret;
}

static int run_base(struct pass *pass, int page_size, const char *base)
{
	struct ldb_dn *dn = ldb_dn_new(pass->mem_ctx, pass->search->ldb, base);
	int ret;

	if (dn == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	pass->page = NULL;
	if (page_size > 0) {
		pass->page = talloc_zero(dn, struct ldb_paged_control);
		if (pass->page == NULL) {
			talloc_free(dn);
			return LDB_ERR_OPERATIONS_ERROR;
		}
		pass->page->size = page_size;
		pass->starts = spn_shared_new(dn, true);
		if (pass->starts == NULL) {
			talloc_free(dn);
			return LDB_ERR_OPERATIONS_ERROR;
		}
	}
	pass->num_empty = 0;
	do {
		pass->is_empty = true;
		ret = run_request(pass, dn);
	} while (ret == LDB_SUCCESS && pass->has_more);
	talloc_free(dn);
	return ret;
}

static int run_all(struct pass *pass, int page_size)
{
	const char *const *base = pass->search->server->naming_contexts;
	int ret = LDB_SUCCESS;

	pass->is_only = pass->search->phantom_root || base[0] == NULL ||
			base[1] == NULL;
	if (pass->search->phantom_root) {
		return run_base(pass, page_size, "");
	}
	for (; *base != NULL && ret == LDB_SUCCESS; base++) {
		ret = run_base(pass, page_size, *base);
	}
	return ret;
}

/* What came before one of these is true. */
static bool is_limit(int ret)
{
	return ret == LDB_ERR_SIZE_LIMIT_EXCEEDED ||
	       ret == LDB_ERR_TIME_LIMIT_EXCEEDED ||
	       ret == LDB_ERR_ADMIN_LIMIT_EXCEEDED ||
	       ret == LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS;
}

int audit_search_run(TALLOC_CTX *mem_ctx,
		     const struct audit_search *search,
		     const char **_reason)
{
	struct pass pass = {.search = search, .mem_ctx = mem_ctx};
	int ret = run_all(&pass, search->page_size);

	if (ret == LDB_ERR_SIZE_LIMIT_EXCEEDED && pass.reason == NULL &&
	    search->page_size == 0)
	{
		search->restart(search->private_data);
		ret = run_all(&pass, DEFAULT_PAGE);
	}
	if (ret != LDB_SUCCESS && pass.reason == NULL && is_limit(ret) &&
	    search->note_gap != NULL)
	{
		ret = gap_found(
			&pass,
			AUDIT_GAP_CUT,
			ret,
			talloc_asprintf(mem_ctx,
					"the answer is not complete: %s",
					ldb_strerror(ret)));
	}
	if (ret == LDB_SUCCESS) {
		return ret;
	}
	if (pass.reason == NULL) {
		const char *text = spn_connect_error(search->ldb, ret);

		pass.reason = talloc_strndup(mem_ctx,
					     text,
					     strcspn(text, "\n"));
	}
	*_reason = pass.reason;
	return ret;
}
