/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which domains there are, and which account a name means: "name",
 * "DOMAIN\name" or "name@dns.domain", a computer with or without its "$".
 */
#include "setspn.h"

#include "policy/room.h"
#include <string.h>
#include <strings.h>

#define ERROR_NO_SUCH_USER 0x525u
#define ERROR_NO_SUCH_DOMAIN 0x54bu

static bool is_here(const struct setspn *s, struct ldb_dn *dn)
{
	const char *const *context = s->server->naming_contexts;

	for (; *context != NULL; context++) {
		struct ldb_dn *nc = ldb_dn_new(s->domains,
					       s->store.ldb,
					       *context);

		if (nc != NULL && ldb_dn_compare(nc, dn) == 0) {
			return true;
		}
	}
	return false;
}

static const char *text_or_empty(const struct ldb_message *msg,
				 const char *attr)
{
	const char *text = spn_values_text(msg, attr);

	return (text == NULL) ? "" : text;
}

static bool add_domain(struct setspn *s, const struct ldb_message *msg)
{
	struct setspn_domain domain = {
		.dn = spn_values_dn(s->domains, s->store.ldb, msg, "nCName"),
		.dns_name = text_or_empty(msg, "dnsRoot"),
		.netbios_name = text_or_empty(msg, "nETBIOSName"),
	};
	struct ldb_dn *own = ldb_get_default_basedn(s->store.ldb);

	if (domain.dn == NULL) {
		return false;
	}
	domain.is_here = is_here(s, domain.dn);
	s->domains[s->num_domains] = domain;
	if (own != NULL && ldb_dn_compare(domain.dn, own) == 0) {
		s->domains[s->num_domains] = s->domains[0];
		s->domains[0] = domain;
	}
	s->num_domains++;
	return true;
}

static int read_cross_refs(struct setspn *s)
{
	static const char *const attrs[] = {"nCName",
					    "dnsRoot",
					    "nETBIOSName",
					    NULL};
	struct ldb_result *res = NULL;
	unsigned i;
	int ret;

	ret = audit_server_of(s->store.ldb, s->mem_ctx, &s->server);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	ret = spn_store_cross_refs(&s->store, s->domains, attrs, &res);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (res->count == 0) {
		return LDB_ERR_NO_SUCH_OBJECT;
	}
	s->domains = talloc_realloc(s->mem_ctx,
				    s->domains,
				    struct setspn_domain,
				    res->count);
	for (i = 0; s->domains != NULL && i < res->count; i++) {
		if (!add_domain(s, res->msgs[i])) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
	}
	return (s->domains == NULL) ? LDB_ERR_OPERATIONS_ERROR : LDB_SUCCESS;
}

static const struct setspn_domain *domain_by_name(const struct setspn *s,
						  const char *name)
{
	size_t i;

	if (name[0] == '\0' || strcmp(name, "*") == 0) {
		return &s->domains[0];
	}
	for (i = 0; i < s->num_domains; i++) {
		if (strcasecmp(name, s->domains[i].netbios_name) == 0 ||
		    strcasecmp(name, s->domains[i].dns_name) == 0)
		{
			return &s->domains[i];
		}
	}
	return NULL;
}

static bool has_target(const struct setspn *s,
		       const struct setspn_domain *domain)
{
	size_t i;

	for (i = 0; i < s->num_targets; i++) {
		if (s->targets[i] == domain) {
			return true;
		}
	}
	return false;
}

static void choose_targets(struct setspn *s)
{
	size_t i;

	for (i = 0; i < s->plan->num_targets; i++) {
		const char *name = s->plan->targets[i];
		const struct setspn_domain *domain = domain_by_name(s, name);

		if (domain == NULL) {
			spn_connect_message(s->connect,
					    "-T: the forest has no domain "
					    "%s",
					    spn_connect_quote(s->connect,
							      name));
		} else if (!domain->is_here) {
			spn_connect_message(s->connect,
					    "-T: this server does not hold "
					    "%s; give -H ldap://%s",
					    name,
					    domain->dns_name);
		} else if (!has_target(s, domain)) {
			s->targets[s->num_targets++] = domain;
		}
	}
	if (s->num_targets == 0 && s->plan->num_targets > 0) {
		setspn_complain(SETSPN_NO_TARGET);
	}
	if (s->num_targets == 0) {
		s->targets[s->num_targets++] = &s->domains[0];
	}
}

/* -S looks for duplicates wherever it can. */
static bool wants_forest(const struct setspn_plan *plan)
{
	return plan->forest || plan->verb == SETSPN_ADD ||
	       plan->verb == SETSPN_RESET;
}

/* Nothing is found in a domain of which the server has no copy. */
static void warn_of_unseen(const struct setspn *s)
{
	size_t i;

	for (i = 0; wants_forest(s->plan) && i < s->num_domains; i++) {
		if (!s->domains[i].is_here) {
			spn_connect_message(s->connect,
					    "warning: this server does not "
					    "hold %s, what is there was not "
					    "looked at: ask -H ldap://%s, too",
					    s->domains[i].dns_name,
					    s->domains[i].dns_name);
		}
	}
}

int setspn_read_domains(struct setspn *s)
{
	struct ldb_dn *root = NULL;
	int ret;

	s->domains = talloc_zero_array(s->mem_ctx, struct setspn_domain, 1);
	s->targets = talloc_zero_array(s->mem_ctx,
				       const struct setspn_domain *,
				       s->plan->num_targets + 1);
	if (s->domains == NULL || s->targets == NULL) {
		return setspn_out_of_memory(s);
	}
	root = ldb_get_root_basedn(s->store.ldb);
	if (root != NULL) {
		s->root = talloc_strdup(s->mem_ctx,
					ldb_dn_get_linearized(root));
	}
	if (s->root == NULL) {
		return setspn_failed(s,
				     "no domain",
				     LDB_ERR_NO_SUCH_ATTRIBUTE);
	}
	ret = read_cross_refs(s);
	if (ret != LDB_SUCCESS) {
		return setspn_failed(s, "cannot read the domains", ret);
	}
	choose_targets(s);
	warn_of_unseen(s);
	return SETSPN_DONE;
}

/* ------------------------------------------------------------- accounts */

struct name {
	const struct setspn_domain *domain;
	char *account; /* without domain */
	bool may_be_upn;
};

/* False if there is no such domain. */
static bool split_name(const struct setspn *s,
		       TALLOC_CTX *mem_ctx,
		       struct name *_name)
{
	const char *text = s->plan->account;
	const char *backslash = strchr(text, '\\');
	const char *at = strrchr(text, '@');
	char *domain = NULL;

	if (backslash != NULL) {
		domain = talloc_strndup(mem_ctx,
					text,
					(size_t)(backslash - text));
		_name->account = talloc_strdup(mem_ctx, backslash + 1);
	} else if (at != NULL) {
		domain = talloc_strdup(mem_ctx, at + 1);
		_name->account = talloc_strndup(mem_ctx,
						text,
						(size_t)(at - text));
		_name->may_be_upn = true;
	} else {
		domain = talloc_strdup(mem_ctx, "");
		_name->account = talloc_strdup(mem_ctx, text);
	}
	if (domain != NULL && _name->account != NULL) {
		_name->domain = domain_by_name(s, domain);
	}
	/* A suffix of its own is no domain, but may be of a UPN. */
	return _name->domain != NULL || _name->may_be_upn;
}

/* Accounts that a filter finds; all of them are one answer. */
static int search_accounts(const struct setspn *s,
			   TALLOC_CTX *mem_ctx,
			   struct ldb_dn *base,
			   const char *format,
			   const char *value,
			   struct ldb_result **_res)
{
	char *escaped = ldb_binary_encode_string(mem_ctx, value);
	char *filter = NULL;
	const char *mark = strstr(format, "{}");

	if (escaped != NULL) {
		filter = talloc_asprintf(mem_ctx,
					 "%.*s%s%s",
					 (int)(mark - format),
					 format,
					 escaped,
					 mark + strlen("{}"));
	}
	if (filter == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	return spn_store_search(&s->store,
				mem_ctx,
				&(struct spn_search){
					.base = base,
					.scope = LDB_SCOPE_SUBTREE,
					.filter = filter,
					.attrs = spn_store_attrs,
				},
				_res);
}

/* A computer of that name, then a user: the first that is there. */
static int search_by_sam(const struct setspn *s,
			 TALLOC_CTX *mem_ctx,
			 const struct name *name,
			 struct ldb_result **_res)
{
	static const struct {
		enum setspn_kind kind;
		const char *filter;
	} ways[] = {
		{SETSPN_COMPUTER,
		 "(&(objectClass=computer)(sAMAccountName={}$))"},
		{SETSPN_USER, "(&(objectClass=user)(sAMAccountName={}))"},
	};
	size_t len = strlen(name->account);
	bool has_dollar = len > 1 && name->account[len - 1] == '$';
	size_t i;
	int ret = LDB_SUCCESS;

	for (i = 0; i < 2; i++) {
		char *account = talloc_strdup(mem_ctx, name->account);

		if (account == NULL) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
		if (s->plan->kind != SETSPN_ANY_KIND &&
		    s->plan->kind != ways[i].kind)
		{
			continue;
		}
		if (has_dollar && ways[i].kind == SETSPN_COMPUTER) {
			account[len - 1] = '\0';
		}
		ret = search_accounts(s,
				      mem_ctx,
				      name->domain->dn,
				      ways[i].filter,
				      account,
				      _res);
		if (ret != LDB_SUCCESS || (*_res)->count > 0) {
			return ret;
		}
	}
	return ret;
}

static int no_account(const struct setspn *s, unsigned code)
{
	setspn_complain(SETSPN_FIND_DOMAIN, code);
	if (s->plan->verb == SETSPN_LIST) {
		setspn_complain(SETSPN_NO_ACCOUNT_LISTED, s->plan->account);
	} else {
		setspn_complain(SETSPN_NO_ACCOUNT_EDITED, s->plan->account);
	}
	return SETSPN_NO;
}

static int too_many(const struct setspn *s, const struct ldb_result *res)
{
	unsigned i;

	spn_connect_message(s->connect,
			    "%s is the name of %u accounts; say which: "
			    "DOMAIN\\name, -C or -U",
			    spn_connect_quote(s->connect, s->plan->account),
			    res->count);
	for (i = 0; i < res->count; i++) {
		spn_connect_message(s->connect,
				    "%s",
				    ldb_dn_get_linearized(res->msgs[i]->dn));
	}
	return SETSPN_NO;
}

/* Adds what the userPrincipalName finds, unless it is the same. */
static int search_by_upn(const struct setspn *s,
			 TALLOC_CTX *mem_ctx,
			 struct ldb_result **_res)
{
	struct ldb_result *more = NULL;
	struct ldb_result *res = *_res;
	unsigned i;
	int ret =
		search_accounts(s,
				mem_ctx,
				NULL,
				"(&(objectClass=user)(userPrincipalName={}))",
				s->plan->account,
				&more);

	if (ret != LDB_SUCCESS || res == NULL || res->count == 0) {
		*_res = (ret == LDB_SUCCESS) ? more : res;
		return ret;
	}
	for (i = 0; i < more->count; i++) {
		if (ldb_dn_compare(more->msgs[i]->dn, res->msgs[0]->dn) != 0) {
			res->msgs = spn_room(res,
					     res->msgs,
					     res->count,
					     struct ldb_message *);
			if (res->msgs == NULL) {
				return LDB_ERR_OPERATIONS_ERROR;
			}
			res->msgs[res->count++] = more->msgs[i];
		}
	}
	return LDB_SUCCESS;
}

int setspn_find_account(const struct setspn *s,
			TALLOC_CTX *mem_ctx,
			struct spn_account **_account)
{
	struct ldb_result *res = NULL;
	struct name name = {};
	int ret = LDB_SUCCESS;

	if (!split_name(s, mem_ctx, &name)) {
		return no_account(s, ERROR_NO_SUCH_DOMAIN);
	}
	if (name.domain != NULL && !name.domain->is_here) {
		spn_connect_message(s->connect,
				    "%s is of another domain; give -H "
				    "ldap://%s",
				    spn_connect_quote(s->connect,
						      s->plan->account),
				    name.domain->dns_name);
		return SETSPN_CANNOT_RUN;
	}
	if (name.domain != NULL) {
		ret = search_by_sam(s, mem_ctx, &name, &res);
	}
	if (ret == LDB_SUCCESS && name.may_be_upn) {
		ret = search_by_upn(s, mem_ctx, &res);
	}
	if (ret != LDB_SUCCESS) {
		return setspn_failed(s, "cannot look for the account", ret);
	}
	if (res == NULL || res->count == 0) {
		return no_account(s,
				  (name.domain == NULL) ? ERROR_NO_SUCH_DOMAIN
							: ERROR_NO_SUCH_USER);
	}
	if (res->count > 1) {
		return too_many(s, res);
	}
	ret = spn_store_account_of(&s->store,
				   mem_ctx,
				   res->msgs[0],
				   _account,
				   NULL);
	return (ret == LDB_SUCCESS) ? SETSPN_DONE : setspn_out_of_memory(s);
}

int setspn_read_forest(const struct setspn *s,
		       TALLOC_CTX *mem_ctx,
		       struct spn_forest **_forest)
{
	int ret = spn_store_forest(&s->store, mem_ctx, _forest, NULL);

	if (ret != LDB_SUCCESS) {
		return setspn_failed(s, "cannot read sPNMappings", ret);
	}
	(*_forest)->is_windows = s->server->is_windows;
	return SETSPN_DONE;
}
