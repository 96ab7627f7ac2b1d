/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the configuration naming context says: sPNMappings, dSHeuristics,
 * DNS suffixes, and our own settings object. Everything is read anew for
 * every transaction that needs it, so that a change takes effect without a
 * signal in whichever process, and replication carries it to every DC.
 */
#include <string.h>

#include "policy/quote.h"
#include "store.h"

/* A child of the configuration NC; NULL when that is not known. */
static struct ldb_dn *config_dn(const struct spn_store *store,
				TALLOC_CTX *mem_ctx,
				const char *child)
{
	struct ldb_dn *config = ldb_get_config_basedn(store->ldb);
	struct ldb_dn *dn = NULL;

	if (config == NULL) {
		return NULL;
	}
	dn = ldb_dn_copy(mem_ctx, config);
	if (dn != NULL && !ldb_dn_add_child_fmt(dn, "%s", child)) {
		TALLOC_FREE(dn);
	}
	return dn;
}

int spn_store_config_usn(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 uint64_t *_usn)
{
	static const char *const attrs[] = {"uSNHighest", NULL};
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct ldb_result *res = NULL;
	struct spn_search search = {
		.scope = LDB_SCOPE_BASE,
		.filter = "(uSNHighest=*)", /* it has no objectClass */
		.attrs = attrs,
		.partition = ldb_get_config_basedn(store->ldb),
	};
	int ret;

	*_usn = 0;
	if (tmp_ctx == NULL) {
		return ldb_oom(store->ldb);
	}
	search.base = ldb_dn_new(tmp_ctx, store->ldb, "@REPLCHANGED");
	if (search.base == NULL) {
		talloc_free(tmp_ctx);
		return ldb_oom(store->ldb);
	}
	ret = spn_store_search(store, tmp_ctx, &search, &res);
	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		ret = LDB_SUCCESS; /* nothing has ever been written there */
	} else if (ret == LDB_SUCCESS && res->count == 1) {
		*_usn = spn_values_uint64(res->msgs[0], attrs[0]);
	}
	talloc_free(tmp_ctx);
	return ret;
}

struct ldb_dn *spn_store_policy_dn(const struct spn_store *store,
				   TALLOC_CTX *mem_ctx)
{
	return config_dn(store, mem_ctx, "CN=SPN Policy,CN=Services");
}

/* One more text in a NULL-terminated list. */
static bool add_text(TALLOC_CTX *mem_ctx,
		     const char ***texts,
		     struct spn_str text)
{
	const char **grown = *texts;
	size_t num = 0;

	while (grown != NULL && grown[num] != NULL) {
		num++;
	}
	grown = talloc_realloc(mem_ctx, grown, const char *, num + 2);
	if (grown == NULL) {
		return false;
	}
	*texts = grown;
	grown[num] = talloc_strndup(grown, text.data, text.len);
	grown[num + 1] = NULL;
	return grown[num] != NULL;
}

/* Every value of an attribute, in a list that is not NULL even when empty. */
static bool list_values(TALLOC_CTX *mem_ctx,
			const struct ldb_result *res,
			const char *attr,
			const char ***_texts)
{
	const char **texts = talloc_zero_array(mem_ctx, const char *, 1);
	unsigned i;
	size_t j;

	for (i = 0; texts != NULL && i < res->count; i++) {
		const struct ldb_message_element *el =
			spn_values_of(res->msgs[i], attr);

		for (j = 0; j < spn_values_num(el); j++) {
			if (!add_text(mem_ctx, &texts, spn_values_get(el, j)))
			{
				talloc_free(texts);
				return false; /* not half of them */
			}
		}
	}
	*_texts = texts;
	return texts != NULL;
}

/* dnsRoot of the domains: crossRefs with a NetBIOS name. */
static int read_domains(const struct spn_store *store,
			struct spn_forest *forest)
{
	static const char *const attrs[] = {"dnsRoot", NULL};
	struct ldb_dn *partitions = config_dn(store, forest, "CN=Partitions");
	struct ldb_result *res = NULL;
	int ret;

	if (partitions == NULL) {
		return ldb_operr(store->ldb);
	}
	ret = spn_store_search(
		store,
		forest,
		&(struct spn_search){
			.base = partitions,
			.scope = LDB_SCOPE_ONELEVEL,
			.filter = "(&(objectClass=crossRef)(nETBIOSName=*))",
			.attrs = attrs,
		},
		&res);
	if (ret == LDB_SUCCESS &&
	    !list_values(forest, res, attrs[0], &forest->dns_suffixes))
	{
		ret = ldb_oom(store->ldb);
	}
	talloc_free(res);
	talloc_free(partitions);
	return ret;
}

static bool fill_mappings(struct spn_forest *forest,
			  const struct ldb_message *msg)
{
	const struct ldb_message_element *el = spn_values_of(msg,
							     "sPNMappings");
	const char *heuristics = spn_values_text(msg, "dSHeuristics");
	size_t i;

	for (i = 0; i < spn_values_num(el); i++) {
		if (!spn_mappings_add(forest->mappings, spn_values_get(el, i)))
		{
			return false;
		}
	}
	forest->ds_heuristics =
		talloc_strdup(forest, (heuristics == NULL) ? "" : heuristics);
	return forest->ds_heuristics != NULL;
}

static int read_directory_service(const struct spn_store *store,
				  struct spn_forest *forest,
				  struct ldb_message **_mappings)
{
	static const char *const attrs[] = {"sPNMappings",
					    "dSHeuristics",
					    NULL};
	struct ldb_dn *dn =
		config_dn(store,
			  forest,
			  "CN=Directory Service,CN=Windows NT,CN=Services");
	struct ldb_result *res = NULL;
	int ret;

	if (dn == NULL) {
		return ldb_operr(store->ldb);
	}
	ret = spn_store_search(store,
			       forest,
			       &(struct spn_search){
				       .base = dn,
				       .scope = LDB_SCOPE_BASE,
				       .filter = "(objectClass=nTDSService)",
				       .attrs = attrs,
			       },
			       &res);
	if (ret == LDB_SUCCESS && res->count == 1) {
		if (!fill_mappings(forest, res->msgs[0])) {
			ret = ldb_oom(store->ldb);
		}
		ldb_msg_remove_attr(res->msgs[0], attrs[1]);
		*_mappings = talloc_move(forest, &res->msgs[0]);
	}
	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		ret = LDB_SUCCESS; /* no mapping, no heuristics */
	}
	talloc_free(res);
	talloc_free(dn);
	return ret;
}

int spn_store_suffixes(const struct spn_store *store,
		       struct spn_forest *forest)
{
	static const char *const attrs[] = {"msDS-AllowedDNSSuffixes", NULL};
	struct ldb_dn *domain = ldb_get_default_basedn(store->ldb);
	struct ldb_result *res = NULL;
	int ret;

	if (forest->allowed_suffixes != NULL) {
		return LDB_SUCCESS;
	}
	if (domain == NULL) {
		forest->allowed_suffixes = talloc_zero_array(forest,
							     const char *,
							     1);
		return (forest->allowed_suffixes == NULL) ? ldb_oom(store->ldb)
							  : LDB_SUCCESS;
	}
	ret = spn_store_search(store,
			       forest,
			       &(struct spn_search){
				       .base = domain,
				       .scope = LDB_SCOPE_BASE,
				       .attrs = attrs,
			       },
			       &res);
	if (ret == LDB_SUCCESS &&
	    !list_values(forest, res, attrs[0], &forest->allowed_suffixes))
	{
		ret = ldb_oom(store->ldb);
	}
	talloc_free(res);
	return ret;
}

int spn_store_forest(const struct spn_store *store,
		     TALLOC_CTX *mem_ctx,
		     struct spn_forest **_forest,
		     struct ldb_message **_mappings)
{
	struct spn_forest *forest = talloc_zero(mem_ctx, struct spn_forest);
	struct ldb_dn *domain = ldb_get_default_basedn(store->ldb);
	struct ldb_message *mappings = NULL;
	int ret;

	if (forest == NULL) {
		return ldb_oom(store->ldb);
	}
	forest->mappings = spn_mappings_new(forest);
	forest->ds_heuristics = "";
	if (domain != NULL) {
		forest->dns_domain = spn_store_dns_domain(forest, domain);
	} else {
		forest->dns_domain = talloc_strdup(forest, "");
	}
	if (forest->mappings == NULL || forest->dns_domain == NULL) {
		talloc_free(forest);
		return ldb_oom(store->ldb);
	}
	ret = read_directory_service(store, forest, &mappings);
	if (ret == LDB_SUCCESS) {
		ret = read_domains(store, forest);
	}
	if (ret != LDB_SUCCESS) {
		talloc_free(forest);
		return ret;
	}
	*_forest = forest;
	if (_mappings != NULL) {
		*_mappings = mappings;
	}
	return LDB_SUCCESS;
}

static bool add_problem(struct spn_settings *settings,
			const char ***problems,
			const char *where,
			struct spn_str line,
			const char *reason)
{
	char *quoted = spn_quote(settings, line, SPN_QUOTE_CUT);
	char *problem = NULL;

	if (quoted != NULL) {
		problem = talloc_asprintf(settings,
					  "%s: %s: %s",
					  where,
					  quoted,
					  reason);
	}
	return problem != NULL &&
	       add_text(settings, problems, spn_str_of(problem));
}

static bool apply_lines(struct spn_settings *settings,
			const struct ldb_message *msg,
			const char ***problems)
{
	const struct ldb_message_element *el = spn_values_of(msg,
							     "msDS-Settings");
	size_t num = spn_values_num(el);
	struct spn_str *lines = talloc_array(settings, struct spn_str, num);
	const char **reasons = talloc_zero_array(settings, const char *, num);
	bool ok = lines != NULL && reasons != NULL;
	size_t i;

	for (i = 0; ok && i < num; i++) {
		lines[i] = spn_values_get(el, i);
	}
	/* A line that is left out may be what makes us strict. */
	ok = ok && spn_settings_set_lines(settings, lines, num, reasons);
	for (i = 0; ok && i < num; i++) {
		ok = reasons[i] == NULL || add_problem(settings,
						       problems,
						       "settings object",
						       lines[i],
						       reasons[i]);
	}
	talloc_free(lines);
	talloc_free(reasons);
	return ok;
}

static int read_settings_object(const struct spn_store *store,
				struct spn_settings *settings,
				const char ***problems)
{
	static const char *const attrs[] = {"msDS-Settings", NULL};
	struct ldb_dn *dn = spn_store_policy_dn(store, settings);
	struct ldb_result *res = NULL;
	int ret;

	if (dn == NULL) {
		return ldb_operr(store->ldb);
	}
	ret = spn_store_search(store,
			       settings,
			       &(struct spn_search){
				       .base = dn,
				       .scope = LDB_SCOPE_BASE,
				       .attrs = attrs,
			       },
			       &res);
	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		ret = LDB_SUCCESS; /* the defaults */
	} else if (ret == LDB_SUCCESS && res->count == 1 &&
		   !apply_lines(settings, res->msgs[0], problems))
	{
		ret = ldb_oom(store->ldb);
	}
	talloc_free(res);
	talloc_free(dn);
	return ret;
}

int spn_store_settings(const struct spn_store *store,
		       TALLOC_CTX *mem_ctx,
		       const struct spn_forest *forest,
		       const char *mode,
		       struct spn_settings **_settings,
		       const char ***_problems)
{
	struct spn_settings *settings = spn_settings_new(mem_ctx, spn_rules());
	const char **problems = NULL;
	int ret;

	if (settings == NULL) {
		return ldb_oom(store->ldb);
	}
	ret = read_settings_object(store, settings, &problems);
	if (ret == LDB_SUCCESS && mode != NULL &&
	    !spn_settings_set_mode(settings, mode) &&
	    !add_problem(settings,
			 &problems,
			 "smb.conf, spn_policy:mode",
			 spn_str_of(mode),
			 "it takes: enforce audit off"))
	{
		ret = ldb_oom(store->ldb);
	}
	if (ret != LDB_SUCCESS) {
		talloc_free(settings);
		return ret;
	}
	spn_settings_apply_heuristics(settings, forest->ds_heuristics);
	*_settings = settings;
	if (_problems != NULL) {
		*_problems = problems;
	}
	return LDB_SUCCESS;
}
