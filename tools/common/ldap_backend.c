/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A backend of libldb that reads from a server by OpenLDAP's libldap. It costs
 * the client far less than Samba's, which decodes slowly, and is opened in the
 * places that connect_ldap.c knows. Whatever writes is refused.
 *
 * Requests are sent at once, any number of them; what comes is taken from the
 * socket by an event of ldb's loop, and told apart by its message id.
 */
#include "ldap_private.h"

#include <string.h>
#include <ldb_module.h>
#include <tevent.h>

#define NAME "libldap"
/* Of an ldb context, while it is being connected. */
#define LINK "spn_connect_ldap_link"
/* Messages, until timers have their turn. */
#define AT_ONCE 1000

struct ldap_backend {
	struct ldb_context *ldb;
	struct connect_link *link;
	struct connect_ldap_room *room;
	struct tevent_fd *fde;
	struct ldap_search *searches; /* under way */
};

/* A search; it hangs on its request. */
struct ldap_search {
	struct ldap_backend *backend;
	struct ldb_request *req;
	struct ldap_search *next;
	int msgid; /* -1: nothing was sent, or the answer is complete */
};

/* ------------------------------------------------------------ its searches */

static int search_destructor(struct ldap_search *search)
{
	struct ldap_backend *backend = search->backend;
	struct ldap_search **at = &backend->searches;

	while (*at != NULL && *at != search) {
		at = &(*at)->next;
	}
	if (*at != NULL) {
		*at = search->next;
	}
	if (search->msgid != -1) {
		connect_link_abandon(backend->link, search->msgid);
	}
	return 0;
}

static struct ldap_search *find_search(struct ldap_backend *backend, int msgid)
{
	struct ldap_search *each = backend->searches;

	while (each != NULL && each->msgid != msgid) {
		each = each->next;
	}
	return each;
}

/* Its request has got all that it will. */
static void end_search(struct ldap_search *search,
		       struct ldb_control **controls,
		       int ret)
{
	struct ldb_request *req = search->req;

	if (controls != NULL) {
		talloc_steal(req, controls);
	}
	talloc_free(search);
	(void)ldb_module_done(req, controls, NULL, ret);
}

/* --------------------------------------------------------------- an answer */

/* A callback that returns an error is done with the search, and may have freed
 * it. */
static void after_callback(struct ldap_backend *backend, int msgid, int ret)
{
	if (ret != LDB_SUCCESS) {
		talloc_free(find_search(backend, msgid));
	}
}

static void take_entry(struct ldap_search *search, LDAPMessage *message)
{
	struct ldap_backend *backend = search->backend;
	struct ldb_message *msg = connect_ldap_entry(search,
						     backend->ldb,
						     backend->room,
						     backend->link->ld,
						     message);
	int msgid = search->msgid;

	if (msg == NULL) {
		ldb_set_errstring(backend->ldb,
				  "an entry that the server has sent cannot "
				  "be read");
		end_search(search, NULL, LDB_ERR_OPERATIONS_ERROR);
		return;
	}
	after_callback(backend,
		       msgid,
		       ldb_module_send_entry(search->req, msg, NULL));
}

static void take_reference(struct ldap_search *search, LDAPMessage *message)
{
	struct ldap_backend *backend = search->backend;
	int msgid = search->msgid;
	char **urls = NULL;
	char *url = NULL;

	if (ldap_parse_reference(backend->link->ld, message, &urls, NULL, 0) ==
		    LDAP_SUCCESS &&
	    urls != NULL)
	{
		url = talloc_strdup(search, urls[0]);
	}
	ber_memvfree((void **)urls);
	if (url == NULL) {
		ldb_set_errstring(backend->ldb,
				  "a reference that the server has sent "
				  "cannot be read");
		end_search(search, NULL, LDB_ERR_OPERATIONS_ERROR);
		return;
	}
	after_callback(backend,
		       msgid,
		       ldb_module_send_referral(search->req, url));
}

static void take_end(struct ldap_search *search, LDAPMessage *message)
{
	struct ldap_backend *backend = search->backend;
	struct ldb_control **controls = NULL;
	LDAPControl **sent = NULL;
	char **referrals = NULL;
	char *matched = NULL;
	char *text = NULL;
	int ret = LDB_ERR_OPERATIONS_ERROR;
	int code = 0;

	search->msgid = -1;
	if (ldap_parse_result(backend->link->ld,
			      message,
			      &code,
			      &matched,
			      &text,
			      &referrals,
			      &sent,
			      0) == LDAP_SUCCESS &&
	    code >= 0 && connect_ldap_reply_controls(search, sent, &controls))
	{
		ret = code;
	}
	if (ret != LDB_SUCCESS) {
		connect_ldap_error(backend->ldb,
				   ret,
				   matched,
				   text,
				   (referrals == NULL) ? NULL : referrals[0]);
	}
	ldap_memfree(matched);
	ldap_memfree(text);
	ber_memvfree((void **)referrals);
	ldap_controls_free(sent);
	end_search(search, controls, ret);
}

static void take(struct ldap_backend *backend, LDAPMessage *message)
{
	struct ldap_search *search = find_search(backend, ldap_msgid(message));

	if (search == NULL) {
		return; /* somebody is no longer interested */
	}
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		take_entry(search, message);
		break;
	case LDAP_RES_SEARCH_REFERENCE:
		take_reference(search, message);
		break;
	case LDAP_RES_SEARCH_RESULT:
		take_end(search, message);
		break;
	case LDAP_RES_INTERMEDIATE:
		break;
	default:
		ldb_set_errstring(backend->ldb, "no answer to a search");
		end_search(search, NULL, LDB_ERR_PROTOCOL_ERROR);
		break;
	}
}

static void lose(struct ldap_backend *backend)
{
	TALLOC_FREE(backend->fde);
	while (backend->searches != NULL) {
		ldb_set_errstring(backend->ldb,
				  "the connection to the server is lost");
		end_search(backend->searches, NULL, LDB_ERR_OPERATIONS_ERROR);
	}
}

static void take_more(struct ldap_backend *backend)
{
	LDAPMessage *message = NULL;
	size_t i;
	int type;

	for (i = 0; i < AT_ONCE && backend->searches != NULL; i++) {
		type = connect_link_next(backend->link, &message);
		if (type < 0) {
			lose(backend);
		}
		if (type <= 0) {
			return;
		}
		take(backend, message);
		ldap_msgfree(message);
	}
	/* TLS or SASL may have more, of which the socket knows nothing; but it
	 * can be written to. (An immediate event would come before all
	 * timers.)
	 */
	if (backend->searches != NULL) {
		TEVENT_FD_WRITEABLE(backend->fde);
	}
}

static void on_socket(struct tevent_context *ev,
		      struct tevent_fd *fde,
		      uint16_t flags,
		      void *private_data)
{
	(void)ev;
	(void)flags;
	TEVENT_FD_NOT_WRITEABLE(fde);
	take_more(private_data);
}

/* --------------------------------------------------------------- a request */

static void on_timeout(struct tevent_context *ev,
		       struct tevent_timer *timer,
		       struct timeval now,
		       void *private_data)
{
	(void)ev;
	(void)timer;
	(void)now;
	end_search(private_data, NULL, LDB_ERR_TIME_LIMIT_EXCEEDED);
}

static void on_special(struct tevent_context *ev,
		       struct tevent_timer *timer,
		       struct timeval now,
		       void *private_data)
{
	(void)ev;
	(void)timer;
	(void)now;
	end_search(private_data, NULL, LDB_SUCCESS);
}

/* "1.1" stands for none (RFC 4511, 4.5.1.8). NULL is all. */
static bool list_attributes(TALLOC_CTX *mem_ctx,
			    const char *const *attrs,
			    char ***_list)
{
	static const char *const nothing[] = {LDAP_NO_ATTRS, NULL};
	char **list = NULL;
	size_t num = 0;
	size_t i;

	*_list = NULL;
	if (attrs == NULL) {
		return true;
	}
	if (attrs[0] == NULL) {
		attrs = nothing;
	}
	while (attrs[num] != NULL) {
		num++;
	}
	list = talloc_zero_array(mem_ctx, char *, (unsigned)num + 1);
	for (i = 0; list != NULL && i < num; i++) {
		list[i] = talloc_strdup(list, attrs[i]);
		if (list[i] == NULL) {
			return false;
		}
	}
	*_list = list;
	return list != NULL;
}

static int scope_of(enum ldb_scope scope)
{
	switch (scope) {
	case LDB_SCOPE_BASE:
		return LDAP_SCOPE_BASE;
	case LDB_SCOPE_ONELEVEL:
		return LDAP_SCOPE_ONELEVEL;
	default:
		return LDAP_SCOPE_SUBTREE;
	}
}

static int send_search(struct ldap_search *search)
{
	const struct ldb_request *req = search->req;
	struct ldap_backend *backend = search->backend;
	TALLOC_CTX *tmp_ctx = talloc_new(search);
	LDAPControl **controls = NULL;
	char **attrs = NULL;
	char *filter = NULL;
	char *base = NULL;
	int ret = LDB_SUCCESS;

	if (tmp_ctx == NULL) {
		return ldb_oom(backend->ldb);
	}
	filter = ldb_filter_from_tree(tmp_ctx, req->op.search.tree);
	base = ldb_dn_get_extended_linearized(tmp_ctx, req->op.search.base, 0);
	if (filter == NULL || base == NULL ||
	    !list_attributes(tmp_ctx, req->op.search.attrs, &attrs))
	{
		talloc_free(tmp_ctx);
		return ldb_oom(backend->ldb);
	}
	ret = connect_ldap_controls(tmp_ctx, req->controls, &controls);
	if (ret != LDB_SUCCESS) {
		talloc_free(tmp_ctx);
		ldb_set_errstring(backend->ldb, "a control cannot be sent");
		return ret;
	}
	if (backend->link->is_lost ||
	    ldap_search_ext(backend->link->ld,
			    base,
			    scope_of(req->op.search.scope),
			    filter,
			    attrs,
			    0,
			    controls,
			    NULL,
			    NULL,
			    LDAP_NO_LIMIT,
			    &search->msgid) != LDAP_SUCCESS)
	{
		search->msgid = -1;
		ldb_set_errstring(backend->ldb,
				  "the search cannot be sent to the server");
		ret = LDB_ERR_OPERATIONS_ERROR;
	}
	talloc_free(tmp_ctx);
	return ret;
}

static int start_search(struct ldb_module *module, struct ldb_request *req)
{
	struct ldap_backend *backend = ldb_module_get_private(module);
	struct tevent_context *ev = ldb_get_event_context(backend->ldb);
	struct timeval when = {.tv_sec = req->starttime + req->timeout};
	struct ldap_search *search = NULL;
	bool is_special = ldb_dn_is_special(req->op.search.base);
	int ret = LDB_SUCCESS;

	if (req->starttime == 0 || req->timeout == 0) {
		ldb_set_errstring(backend->ldb, "Invalid timeout settings");
		return LDB_ERR_TIME_LIMIT_EXCEEDED;
	}
	search = talloc_zero(req, struct ldap_search);
	if (search == NULL) {
		return ldb_oom(backend->ldb);
	}
	search->backend = backend;
	search->req = req;
	search->msgid = -1;
	search->next = backend->searches;
	backend->searches = search;
	talloc_set_destructor(search, search_destructor);
	/* No server has records like @MODULES. */
	if (is_special) {
		when = (struct timeval){};
	} else {
		ret = send_search(search);
	}
	if (ret == LDB_SUCCESS && (is_special || req->timeout > 0) &&
	    tevent_add_timer(ev,
			     search,
			     when,
			     is_special ? on_special : on_timeout,
			     search) == NULL)
	{
		ret = ldb_oom(backend->ldb);
	}
	if (ret != LDB_SUCCESS) {
		talloc_free(search);
		return ret;
	}
	ldb_request_set_state(req, LDB_ASYNC_PENDING);
	return LDB_SUCCESS;
}

static int refuse(struct ldb_module *module, struct ldb_request *req)
{
	(void)req;
	ldb_set_errstring(ldb_module_get_ctx(module),
			  "this connection only reads");
	return LDB_ERR_UNWILLING_TO_PERFORM;
}

/* As with Samba's client: there are none, and nobody is told. */
static int ignore_transaction(struct ldb_module *module)
{
	(void)module;
	return LDB_SUCCESS;
}

/* -------------------------------------------------------------- the backend
 */

static const struct ldb_module_ops ops = {
	.name = NAME,
	.search = start_search,
	.add = refuse,
	.modify = refuse,
	.del = refuse,
	.rename = refuse,
	.extended = refuse,
	.start_transaction = ignore_transaction,
	.end_transaction = ignore_transaction,
	.del_transaction = ignore_transaction,
};

/* Searches of it may still hang on a request. */
static int backend_destructor(struct ldap_backend *backend)
{
	while (backend->searches != NULL) {
		talloc_free(backend->searches);
	}
	TALLOC_FREE(backend->fde);
	return 0;
}

static int attach(struct ldb_context *ldb,
		  const char *url,
		  unsigned flags,
		  const char *options[],
		  struct ldb_module **_module)
{
	struct tevent_context *ev = ldb_get_event_context(ldb);
	struct ldb_module *module = ldb_module_new(ldb, ldb, NAME, &ops);
	struct ldap_backend *backend = NULL;

	(void)url;
	(void)flags;
	(void)options;
	if (module != NULL) {
		backend = talloc_zero(module, struct ldap_backend);
	}
	if (backend == NULL) {
		talloc_free(module);
		return ldb_oom(ldb);
	}
	backend->ldb = ldb;
	backend->link = talloc_get_type(ldb_get_opaque(ldb, LINK),
					struct connect_link);
	backend->room = connect_ldap_room_new(backend);
	if (backend->link == NULL || backend->room == NULL) {
		talloc_free(module);
		return ldb_operr(ldb);
	}
	backend->fde = tevent_add_fd(ev,
				     backend,
				     backend->link->fd,
				     TEVENT_FD_READ,
				     on_socket,
				     backend);
	if (backend->fde == NULL) {
		talloc_free(module);
		return ldb_oom(ldb);
	}
	talloc_set_destructor(backend, backend_destructor);
	talloc_steal(backend, backend->link);
	ldb_module_set_private(module, backend);
	*_module = module;
	return LDB_SUCCESS;
}

bool connect_ldap_attach(struct ldb_context *ldb, struct connect_link *link)
{
	static bool is_registered;

	if (!is_registered &&
	    ldb_register_backend(NAME, attach, false) != LDB_SUCCESS)
	{
		return false;
	}
	is_registered = true;
	return ldb_set_opaque(ldb, LINK, link) == LDB_SUCCESS &&
	       ldb_connect(ldb, NAME ":", LDB_FLG_RDONLY, NULL) == LDB_SUCCESS;
}
