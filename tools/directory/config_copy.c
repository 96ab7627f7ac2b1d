/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libldb has no database in memory, so it is a file that is unlinked as soon
 * as it is open.
 */
#include "config_copy.h"
#include "common/connect.h"

#include "policy/quote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct audit_config {
	struct ldb_context *ldb;
	const char *reason; /* NULL: none was left out */
};

/* By their object class, and what of them is kept. */
static const char *const classes[] = {
	"crossRef",
	"nTDSService",
	"msDS-App-Configuration",
	"domainDNS",
	"nTDSDSA",
	"server",
	NULL,
};
static const char *const attrs[] = {
	"objectClass",
	"dnsRoot",
	"nETBIOSName",
	"sPNMappings",
	"dSHeuristics",
	"msDS-Settings",
	"msDS-AllowedDNSSuffixes",
	"objectGUID",
	"dNSHostName",
	NULL,
};

bool audit_config_new(TALLOC_CTX *mem_ctx,
		      struct audit_config **_config,
		      const char **_reason)
{
	struct audit_config *config = talloc_zero(mem_ctx,
						  struct audit_config);
	const char *folder = getenv("TMPDIR");
	char *path = NULL;
	char *url = NULL;
	int fd;
	int ret;

	*_reason = NULL;
	if (config == NULL) {
		return false;
	}
	config->ldb = ldb_init(config, NULL);
	path = talloc_asprintf(config,
			       "%s/spn-audit.XXXXXX",
			       (folder == NULL) ? "/tmp" : folder);
	if (config->ldb == NULL || path == NULL) {
		return false;
	}
	fd = mkstemp(path); /* writes the last letters */
	if (fd < 0) {
		*_reason = talloc_asprintf(mem_ctx,
					   "%s: %s; set TMPDIR to a folder "
					   "that can be written to",
					   path,
					   strerror(errno));
		return false;
	}
	close(fd);
	/* with the kind in front, for the path may have a colon */
	url = talloc_asprintf(config, "tdb://%s", path);
	ret = (url == NULL)
		      ? ldb_oom(config->ldb)
		      : ldb_connect(config->ldb, url, LDB_FLG_NOSYNC, NULL);
	unlink(path);
	if (ret != LDB_SUCCESS) {
		*_reason = talloc_asprintf(mem_ctx,
					   "%s: %s",
					   path,
					   spn_connect_error(config->ldb,
							     ret));
		return false;
	}
	*_config = config;
	return true;
}

static bool is_class(struct spn_str text)
{
	size_t i;

	for (i = 0; classes[i] != NULL; i++) {
		if (spn_str_is(text, classes[i])) {
			return true;
		}
	}
	return false;
}

static bool is_wanted(const struct ldb_message *msg)
{
	const struct ldb_message_element *el = NULL;
	bool found = false;
	size_t i;

	/* Of accounts and groups there are many. */
	if (spn_values_of(msg, "sAMAccountName") != NULL) {
		return false;
	}
	el = spn_values_of(msg, "objectClass");
	for (i = 0; i < spn_values_num(el) && !found; i++) {
		found = is_class(spn_values_get(el, i));
	}
	return found && !spn_values_bool(msg, "isDeleted");
}

/* Filters of spn_store are compared byte by byte here: no schema. */
static int copy_attr(struct ldb_message *copy,
		     const struct ldb_message *msg,
		     const char *attr)
{
	const struct ldb_message_element *el = spn_values_of(msg, attr);
	int ret = LDB_SUCCESS;
	size_t i;

	for (i = 0; i < spn_values_num(el) && ret == LDB_SUCCESS; i++) {
		struct spn_str value = spn_values_get(el, i);
		struct ldb_val val = spn_values_val(value);

		/* No database has a value twice, an export may. */
		if (!spn_values_has(spn_values_of(copy, attr), value)) {
			ret = ldb_msg_add_value(copy, attr, &val, NULL);
		}
	}
	return ret;
}

static int keep_reason(struct audit_config *config,
		       const struct ldb_message *msg,
		       int ret)
{
	const char *dn = ldb_dn_get_linearized(msg->dn);

	if (ret != LDB_SUCCESS && ret != LDB_ERR_ENTRY_ALREADY_EXISTS) {
		config->reason = talloc_asprintf(
			config,
			"the entry %s cannot be taken: %s",
			spn_quote(config,
				  spn_str_of((dn == NULL) ? "" : dn),
				  SPN_QUOTE_DN | SPN_QUOTE_CUT),
			ldb_errstring(config->ldb));
	}
	return ret;
}

int audit_config_offer(struct audit_config *config,
		       const struct ldb_message *msg)
{
	struct ldb_message *copy = NULL;
	size_t i;
	int ret = LDB_SUCCESS;

	if (!is_wanted(msg)) {
		return LDB_SUCCESS;
	}
	copy = ldb_msg_new(config);
	if (copy == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	copy->dn = ldb_dn_new(copy,
			      config->ldb,
			      ldb_dn_get_linearized(msg->dn));
	for (i = 0; attrs[i] != NULL && ret == LDB_SUCCESS; i++) {
		ret = copy_attr(copy, msg, attrs[i]);
	}
	if (ret == LDB_SUCCESS) {
		ret = keep_reason(config, msg, ldb_add(config->ldb, copy));
	}
	talloc_free(copy);
	return ret;
}

const char *audit_config_reason(const struct audit_config *config,
				TALLOC_CTX *mem_ctx,
				const char *name)
{
	return (config->reason == NULL) ? NULL
					: talloc_asprintf(mem_ctx,
							  "%s: %s",
							  name,
							  config->reason);
}

static int set_context(struct audit_config *config,
		       const char *name,
		       const char *dn_text)
{
	struct ldb_dn *dn = ldb_dn_new(config->ldb, config->ldb, dn_text);

	return (dn == NULL) ? LDB_ERR_OPERATIONS_ERROR
			    : ldb_set_opaque(config->ldb, name, dn);
}

/* The server object is the parent of its NTDS Settings. */
static const char *host_of(struct audit_config *config,
			   TALLOC_CTX *mem_ctx,
			   struct ldb_dn *ntds_settings)
{
	static const char *const host_attrs[] = {"dNSHostName", NULL};
	struct ldb_dn *server = ldb_dn_get_parent(mem_ctx, ntds_settings);
	struct ldb_result *res = NULL;
	int ret;

	ret = ldb_search(config->ldb,
			 mem_ctx,
			 &res,
			 server,
			 LDB_SCOPE_BASE,
			 host_attrs,
			 NULL);
	if (server == NULL || ret != LDB_SUCCESS || res->count != 1) {
		return NULL;
	}
	return spn_values_text(res->msgs[0], host_attrs[0]);
}

const char *audit_config_dc(struct audit_config *config,
			    TALLOC_CTX *mem_ctx,
			    const char *ntds_guid)
{
	static const char *const guid_attrs[] = {"objectGUID", NULL};
	struct ldb_result *res = NULL;
	unsigned i;
	int ret;

	ret = ldb_search(config->ldb,
			 mem_ctx,
			 &res,
			 NULL,
			 LDB_SCOPE_SUBTREE,
			 guid_attrs,
			 "(objectClass=nTDSDSA)");
	for (i = 0; ret == LDB_SUCCESS && i < res->count; i++) {
		char *guid = spn_store_guid_text(mem_ctx, res->msgs[i]);

		if (guid != NULL && strcmp(guid, ntds_guid) == 0) {
			return host_of(config, mem_ctx, res->msgs[i]->dn);
		}
	}
	return NULL;
}

int audit_config_store(struct audit_config *config,
		       const char *configuration_nc,
		       const char *default_nc,
		       struct spn_store *_store)
{
	int ret = set_context(config,
			      "configurationNamingContext",
			      configuration_nc);

	if (ret == LDB_SUCCESS) {
		ret = set_context(config, "defaultNamingContext", default_nc);
	}
	*_store = (struct spn_store){.ldb = config->ldb};
	return ret;
}
