/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the configuration naming context says: sPNMappings, dSHeuristics,
 * DNS suffixes, and our own settings object. Replication carries it to every
 * DC. When the module reads it again is decided in modules/spn_config.c.
 */
#include <string.h>

#include "policy/quote.h"
#include "store.h"

#define SETTINGS_OBJECT "CN=SPN Policy,CN=Services"

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
	return config_dn(store, mem_ctx, SETTINGS_OBJECT);
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

int spn_store_cross_refs(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 const char *const *attrs,
			 struct ldb_result **_res)
{
	struct ldb_dn *partitions = config_dn(store, mem_ctx, "CN=Partitions");
	int ret;

	if (partitions == NULL) {
		return ldb_operr(store->ldb);
	}
	ret = spn_store_search(
		store,
		mem_ctx,
		&(struct spn_search){
			.base = partitions,
			.scope = LDB_SCOPE_ONELEVEL,
			.filter = "(&(objectClass=crossRef)(nETBIOSName=*))",
			.attrs = attrs,
		},
		_res);
	talloc_free(partitions);
	return ret;
}

/* Of the domain of this DC. */
static bool copy_netbios_domain(struct spn_forest *forest,
				const struct ldb_result *res)
{
	unsigned i;

	for (i = 0; i < res->count; i++) {
		const struct ldb_message *msg = res->msgs[i];
		const char *name = spn_values_text(msg, "nETBIOSName");

		if (name != NULL &&
		    spn_str_is(spn_values_first(msg, "dnsRoot"),
			       forest->dns_domain))
		{
			forest->netbios_domain = talloc_strdup(forest, name);
			return forest->netbios_domain != NULL;
		}
	}
	return true;
}

/* dnsRoot of the domains. */
static int read_domains(const struct spn_store *store,
			struct spn_forest *forest)
{
	static const char *const attrs[] = {"dnsRoot", "nETBIOSName", NULL};
	struct ldb_result *res = NULL;
	int ret = spn_store_cross_refs(store, forest, attrs, &res);

	if (ret == LDB_SUCCESS && res != NULL &&
	    (!list_values(forest, res, attrs[0], &forest->dns_suffixes) ||
	     !copy_netbios_domain(forest, res)))
	{
		ret = ldb_oom(store->ldb);
	}
	talloc_free(res);
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

/* One object of the configuration NC; *_msg is NULL when there is none. */
static int read_object(const struct spn_store *store,
		       TALLOC_CTX *mem_ctx,
		       const char *child,
		       const char *const *attrs,
		       struct ldb_message **_msg)
{
	struct ldb_dn *dn = config_dn(store, mem_ctx, child);
	struct ldb_result *res = NULL;
	int ret;

	*_msg = NULL;
	if (dn == NULL) {
		return ldb_operr(store->ldb);
	}
	ret = spn_store_search(store,
			       mem_ctx,
			       &(struct spn_search){
				       .base = dn,
				       .scope = LDB_SCOPE_BASE,
				       .attrs = attrs,
			       },
			       &res);
	if (ret == LDB_SUCCESS && res->count == 1) {
		*_msg = talloc_move(mem_ctx, &res->msgs[0]);
	}
	talloc_free(res);
	talloc_free(dn);
	return (ret == LDB_ERR_NO_SUCH_OBJECT) ? LDB_SUCCESS : ret;
}

int spn_store_directory_service(const struct spn_store *store,
				TALLOC_CTX *mem_ctx,
				struct ldb_message **_msg)
{
	static const char *const attrs[] = {"sPNMappings",
					    "dSHeuristics",
					    NULL};

	return read_object(store,
			   mem_ctx,
			   "CN=Directory Service,CN=Windows NT,CN=Services",
			   attrs,
			   _msg);
}

int spn_store_settings_object(const struct spn_store *store,
			      TALLOC_CTX *mem_ctx,
			      struct ldb_message **_msg)
{
	static const char *const attrs[] = {SPN_SETTINGS_ATTR, NULL};

	return read_object(store, mem_ctx, SETTINGS_OBJECT, attrs, _msg);
}

static int read_directory_service(const struct spn_store *store,
				  struct spn_forest *forest,
				  struct ldb_message **_mappings)
{
	struct ldb_message *msg = NULL;
	int ret = spn_store_directory_service(store, forest, &msg);

	if (ret != LDB_SUCCESS || msg == NULL) {
		return ret; /* no mapping, no heuristics */
	}
	if (!fill_mappings(forest, msg)) {
		return ldb_oom(store->ldb);
	}
	ldb_msg_remove_attr(msg, "dSHeuristics");
	*_mappings = msg;
	return LDB_SUCCESS;
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
	const struct ldb_message_element *el =
		spn_values_of(msg, SPN_SETTINGS_ATTR);
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
	struct ldb_message *msg = NULL;
	int ret = spn_store_settings_object(store, settings, &msg);

	if (msg != NULL && !apply_lines(settings, msg, problems)) {
		ret = ldb_oom(store->ldb);
	}
	talloc_free(msg); /* without one, the defaults */
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
