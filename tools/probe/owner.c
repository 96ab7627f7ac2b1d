/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose web site it is. The web server tells that best, by the ticket that it
 * lets in; then its keytab: whoever has those keys. Without either it is the
 * only account that holds a name of the site, which is no more than likely.
 */
#include "judge.h"

#include <string.h>
#include <strings.h>

/* A KDC takes what has no slash for a logon name: svc-web, web01$. */
static int find_by_logon_name(const struct probe *probe,
			      struct spn_str name,
			      const struct spn_account **_account)
{
	char *escaped = ldb_binary_encode(probe->owners, spn_values_val(name));
	struct spn_search search = {
		.base = ldb_get_default_basedn(probe->store.ldb),
		.scope = LDB_SCOPE_SUBTREE,
		.attrs = spn_store_attrs,
	};
	struct spn_account *account = NULL;
	struct ldb_result *res = NULL;
	int ret;

	if (escaped == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	search.filter = talloc_asprintf(probe->owners,
					"(&(objectClass=user)"
					"(sAMAccountName=%s))",
					escaped);
	if (search.filter == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	ret = spn_store_search(&probe->store, probe->owners, &search, &res);
	if (ret != LDB_SUCCESS || res->count != 1) {
		return ret;
	}
	ret = spn_store_account_of(&probe->store,
				   probe->owners,
				   res->msgs[0],
				   &account,
				   NULL);
	*_account = account;
	return ret;
}

static int find_owner(const struct probe *probe,
		      const char *principal,
		      const struct spn_account **_account)
{
	struct spn_str name = {principal, strcspn(principal, "@")};
	struct spn_key_holder holder = {};
	struct spn_partial *partial = NULL;
	int ret;

	if (memchr(name.data, '/', name.len) == NULL) {
		return find_by_logon_name(probe, name, _account);
	}
	partial = spn_partial_new(probe->owners,
				  spn_store_fold(&probe->store));
	if (partial == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	ret = spn_key_holder_look(&probe->store,
				  probe->forest,
				  partial,
				  probe->owners,
				  name,
				  &holder);
	*_account = holder.answer.account;
	return ret;
}

/* The same name comes once for each encryption type. */
static const struct spn_account *known_owner(const struct probe *probe,
					     size_t number)
{
	const struct probe_keytab_entry *entries = probe->keytab->entries;
	size_t i;

	for (i = 0; i < number; i++) {
		if (probe->owners[i] != NULL &&
		    strcmp(entries[i].principal, entries[number].principal) ==
			    0)
		{
			return probe->owners[i];
		}
	}
	return NULL;
}

/*
 * Whoever answers for the name has this key. For the logon name of a user
 * without any SPN there is no ticket; then the name alone has to do.
 */
static bool tells_owner(const struct probe_keytab_check *check)
{
	return check->state == PROBE_ENTRY_CURRENT ||
	       (check->state == PROBE_ENTRY_NOBODY &&
		strchr(check->entry->principal, '/') == NULL);
}

bool probe_find_owners(struct probe *probe)
{
	size_t i;

	if (probe->keytab == NULL || probe->checks == NULL ||
	    probe->store.ldb == NULL)
	{
		return true;
	}
	probe->owners =
		talloc_zero_array(probe,
				  const struct spn_account *,
				  (unsigned)probe->keytab->num_entries);
	if (probe->owners == NULL) {
		return false;
	}
	for (i = 0; i < probe->keytab->num_entries; i++) {
		int ret = LDB_SUCCESS;

		if (!tells_owner(&probe->checks[i])) {
			continue;
		}
		probe->owners[i] = known_owner(probe, i);
		if (probe->owners[i] == NULL) {
			ret = find_owner(probe,
					 probe->keytab->entries[i].principal,
					 &probe->owners[i]);
		}
		if (ret != LDB_SUCCESS) {
			return ret != LDB_ERR_OPERATIONS_ERROR;
		}
	}
	return true;
}

/* ------------------------------------------------------------- the site */

/* False: two want to be it. */
static bool propose(const struct spn_account **_site,
		    const struct spn_account *account)
{
	if (account == NULL) {
		return true;
	}
	if (*_site != NULL && !spn_account_same(*_site, account)) {
		*_site = NULL;
		return false;
	}
	*_site = account;
	return true;
}

/* What it has let in; NULL: nothing. */
static const struct spn_account *by_server(const struct probe *probe)
{
	const struct probe_row *row = probe_row_of_http(probe);

	return (probe_http_accepts(probe) && row != NULL && row->held != NULL)
		       ? row->held->who.account
		       : NULL;
}

/* "web01" of HTTP/web01:80 and of host/web01@EXAMPLE.COM */
static struct spn_str host_of(const char *name)
{
	const char *slash = strchr(name, '/');

	if (slash == NULL) {
		return (struct spn_str){};
	}
	return (struct spn_str){slash + 1, strcspn(slash + 1, ":/@")};
}

static bool is_host_of_row(const struct probe *probe, struct spn_str host)
{
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		struct spn_str other = host_of(probe->rows[i].name->spn);

		if (host.data != NULL && other.data != NULL &&
		    host.len == other.len &&
		    strncasecmp(host.data, other.data, host.len) == 0)
		{
			return true;
		}
	}
	return false;
}

/* The machine's own has host/NAME. */
bool probe_keytab_is_named(const struct probe *probe)
{
	size_t i;

	for (i = 0; i < probe->keytab->num_entries; i++) {
		const char *name = probe->keytab->entries[i].principal;

		if (strncasecmp(name, "HTTP/", strlen("HTTP/")) == 0 &&
		    is_host_of_row(probe, host_of(name)))
		{
			return true;
		}
	}
	return false;
}

/* Names of other hosts only: it is the keytab of another site. */
static bool is_of_others(const struct probe *probe)
{
	bool has_hosts = false;
	size_t i;

	for (i = 0; i < probe->keytab->num_entries; i++) {
		struct spn_str host = host_of(
			probe->keytab->entries[i].principal);

		if (host.data != NULL && is_host_of_row(probe, host)) {
			return false;
		}
		has_hosts |= host.data != NULL;
	}
	return has_hosts && probe->num_rows > 0;
}

/* Whose keys are in the keytab, whatever is registered. False: several
 * accounts', so that it tells nothing. */
static bool by_keytab(const struct probe *probe,
		      const struct spn_account **_site)
{
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_row *row = &probe->rows[i];

		if (probe_row_is_opened(row) && row->held != NULL &&
		    !propose(_site, row->held->who.account))
		{
			return false;
		}
	}
	if (*_site != NULL || probe->owners == NULL || is_of_others(probe)) {
		return true;
	}
	for (i = 0; i < probe->keytab->num_entries; i++) {
		if (!propose(_site, probe->owners[i])) {
			return false;
		}
	}
	return true;
}

void probe_find_site(struct probe *probe)
{
	size_t i;

	/* The names of a log are of many sites. */
	if (probe->log != NULL) {
		return;
	}
	probe->site = by_server(probe);
	if (probe->site == NULL && !by_keytab(probe, &probe->site)) {
		return;
	}
	probe->is_site_seen = probe->site != NULL;
	if (probe->is_site_seen) {
		return;
	}
	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_held *held = probe->rows[i].held;

		if (held != NULL && probe_row_is_web(probe, &probe->rows[i]) &&
		    held->holder.exact.num_accounts == 1 &&
		    !propose(&probe->site, held->holder.exact.accounts[0]))
		{
			return;
		}
	}
}
