/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which domain controllers there are: whoever has an nTDSDSA object in the
 * configuration that names the domain (MS-ADTS 6.1.1.2.2.1.2.1.1), read-only
 * ones too.
 */
#include "dcs.h"

#include "store/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <ldb_module.h>

static bool names_domain(struct ldb_context *ldb,
			 const struct ldb_message *msg,
			 const char *attr)
{
	const struct ldb_message_element *el = spn_values_of(msg, attr);
	struct ldb_dn *domain = ldb_get_default_basedn(ldb);
	bool found = false;
	size_t i;

	for (i = 0; !found && i < spn_values_num(el); i++) {
		struct ldb_val val = spn_values_val(spn_values_get(el, i));
		struct ldb_dn *dn = ldb_dn_from_ldb_val(NULL, ldb, &val);

		found = dn != NULL && domain != NULL &&
			ldb_dn_compare(dn, domain) == 0;
		talloc_free(dn);
	}
	return found;
}

/* What the server object above the nTDSDSA object says. */
static bool read_server(TALLOC_CTX *mem_ctx,
			struct ldb_context *ldb,
			struct ldb_dn *ntds,
			struct spn_dc *dc)
{
	static const char *const attrs[] = {"dNSHostName", NULL};
	struct ldb_dn *dn = ldb_dn_get_parent(mem_ctx, ntds);
	const struct ldb_val *rdn = NULL;
	struct ldb_result *res = NULL;

	dc->ntds = talloc_strdup(mem_ctx, ldb_dn_get_linearized(ntds));
	if (dn == NULL || dc->ntds == NULL) {
		return false;
	}
	if (ldb_search(ldb, mem_ctx, &res, dn, LDB_SCOPE_BASE, attrs, NULL) ==
		    LDB_SUCCESS &&
	    res->count == 1)
	{
		dc->host = spn_values_text(res->msgs[0], attrs[0]);
	}
	dc->name = dc->host;
	rdn = ldb_dn_get_rdn_val(dn);
	if (dc->name == NULL && rdn != NULL) {
		dc->name = talloc_strndup(mem_ctx,
					  (const char *)rdn->data,
					  rdn->length);
	}
	if (dc->name == NULL) {
		dc->name = dc->ntds;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct spn_dc *x = a;
	const struct spn_dc *y = b;
	int cmp = strcasecmp(x->name, y->name);

	return (cmp != 0) ? cmp : strcmp(x->ntds, y->ntds);
}

/* "example.com" of DC=example,DC=com; NULL when out of memory. */
static char *dns_domain(TALLOC_CTX *mem_ctx, struct ldb_dn *dn)
{
	char *path = ldb_dn_canonical_string(mem_ctx, dn);

	return (path == NULL)
		       ? NULL
		       : talloc_strndup(mem_ctx, path, strcspn(path, "/"));
}

struct spn_dcs *spn_dcs_list(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	static const char *const attrs[] = {"msDS-HasDomainNCs",
					    "hasMasterNCs",
					    "msDS-isRODC",
					    NULL};
	struct spn_dcs *dcs = talloc_zero(mem_ctx, struct spn_dcs);
	struct ldb_dn *base = ldb_dn_copy(dcs, ldb_get_config_basedn(ldb));
	struct ldb_dn *domain = ldb_get_default_basedn(ldb);
	struct ldb_result *res = NULL;
	unsigned int i;

	if (dcs == NULL || base == NULL || domain == NULL ||
	    !ldb_dn_add_child_fmt(base, "CN=Sites"))
	{
		ldb_set_errstring(ldb, "the server names no domain");
		talloc_free(dcs);
		return NULL;
	}
	dcs->domain = dns_domain(dcs, domain);
	if (ldb_search(ldb,
		       dcs,
		       &res,
		       base,
		       LDB_SCOPE_SUBTREE,
		       attrs,
		       "(objectClass=nTDSDSA)") != LDB_SUCCESS)
	{
		talloc_free(dcs);
		return NULL;
	}
	dcs->dcs = talloc_zero_array(dcs, struct spn_dc, res->count + 1);
	for (i = 0; dcs->dcs != NULL && i < res->count; i++) {
		const struct ldb_message *msg = res->msgs[i];
		struct spn_dc *dc = &dcs->dcs[dcs->num_dcs];

		if (!names_domain(ldb, msg, attrs[0]) &&
		    !names_domain(ldb, msg, attrs[1]))
		{
			continue;
		}
		dc->is_read_only = spn_values_bool(msg, "msDS-isRODC");
		if (!read_server(dcs, ldb, msg->dn, dc)) {
			TALLOC_FREE(dcs->dcs);
			break;
		}
		dcs->num_dcs++;
	}
	if (dcs->dcs == NULL || dcs->domain == NULL) {
		ldb_oom(ldb);
		talloc_free(dcs);
		return NULL;
	}
	qsort(dcs->dcs, dcs->num_dcs, sizeof(dcs->dcs[0]), by_name);
	return dcs;
}

static bool take_list(TALLOC_CTX *mem_ctx,
		      struct ldb_context *ldb,
		      struct spn_dcs **_dcs,
		      const char **_reason)
{
	*_dcs = spn_dcs_list(mem_ctx, ldb);
	if (*_dcs == NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "cannot read the list of DCs: %s",
					   spn_connect_error(ldb,
							     LDB_ERR_OTHER));
		return false;
	}
	if ((*_dcs)->num_dcs == 0) {
		*_reason =
			talloc_asprintf(mem_ctx,
					"the configuration names no DC of %s",
					(*_dcs)->domain);
		return false;
	}
	return true;
}

struct spn_dcs *spn_dcs_read(TALLOC_CTX *mem_ctx,
			     struct spn_connect *connect,
			     const char **_reason)
{
	const char *url = spn_connect_url(connect);
	/* Our module has no part in reading, and may be damaged. */
	struct spn_connect_options options = {.read_only = true,
					      .quiet = true};
	struct ldb_context *ldb = NULL;
	struct spn_dcs *dcs = NULL;
	bool ok;

	*_reason = NULL;
	if (url == NULL) {
		return NULL;
	}
	if (spn_connect_local_path(url) != NULL) {
		options.modules = "samba_dsdb";
	}
	ldb = spn_connect_open(mem_ctx, connect, &options);
	if (ldb == NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "cannot open %s: %s",
					   url,
					   spn_connect_reason(connect));
		return NULL;
	}
	ok = take_list(mem_ctx, ldb, &dcs, _reason);
	talloc_free(ldb);
	return ok ? dcs : NULL;
}
