/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose web site it is. A keytab tells that best: whoever has its keys.
 * Without one it is the only account that holds a name of the site.
 */
#include "probe/probe.h"

#include <string.h>

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

/* Whose keys are in the keytab, whatever is registered. */
static const struct spn_account *by_keytab(const struct probe *probe)
{
	const struct spn_account *site = NULL;
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_row *row = &probe->rows[i];

		if (row->opening != NULL && row->held != NULL &&
		    row->opening->result <= PROBE_OPENS_RC4 &&
		    !propose(&site, row->held->who.account))
		{
			return NULL;
		}
	}
	for (i = 0; probe->owners != NULL && i < probe->keytab->num_entries;
	     i++)
	{
		if (!propose(&site, probe->owners[i])) {
			return NULL;
		}
	}
	return site;
}

void probe_find_site(struct probe *probe)
{
	size_t i;

	probe->site = by_keytab(probe);
	if (probe->site != NULL) {
		return;
	}
	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_held *held = probe->rows[i].held;

		if (held != NULL && held->holder.exact.num_accounts == 1 &&
		    !propose(&probe->site, held->holder.exact.accounts[0]))
		{
			return;
		}
	}
}
