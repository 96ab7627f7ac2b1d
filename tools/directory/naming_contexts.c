/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of a domain and of a partition for DNS is the "DC=..." at the end
 * of a DN. Configuration and schema are below that of the first domain.
 */
#include "naming_contexts.h"

#include "policy/room.h"
#include "ldap_url.h"

#include <string.h>

static const char configuration[] = "CN=Configuration,";

struct context {
	char *dn; /* "DC=example,DC=com" */
	size_t len;
	size_t num_accounts;
};

struct audit_contexts {
	struct ldb_context *ldb;
	struct context *found;
	size_t num_found;
	const char *configuration_nc; /* NULL: not seen */
	const char **referrals;
	size_t num_referrals;
};

struct audit_contexts *audit_contexts_new(TALLOC_CTX *mem_ctx,
					  struct ldb_context *ldb)
{
	struct audit_contexts *contexts = talloc_zero(mem_ctx,
						      struct audit_contexts);

	if (contexts != NULL) {
		contexts->ldb = ldb;
	}
	return contexts;
}

/* How many components at the end are "DC=...". */
static int num_dc(struct ldb_dn *dn)
{
	int num = ldb_dn_get_comp_num(dn);
	int i = num;

	while (i > 0) {
		const char *name = ldb_dn_get_component_name(dn,
							     (unsigned)i - 1);

		if (name == NULL || strcasecmp(name, "DC") != 0) {
			break;
		}
		i--;
	}
	return (num > 0) ? num - i : 0;
}

/* In this text a comma that is no separator has a backslash before it. */
static const char *tail_of(const char *dn, int num)
{
	const char *at = dn + strlen(dn);

	while (at > dn && num > 0) {
		at--;
		if (*at == ',' && (at == dn || at[-1] != '\\')) {
			num--;
		}
	}
	return (at == dn) ? dn : at + 1;
}

static struct context *find(const struct audit_contexts *contexts,
			    const char *tail)
{
	size_t len = strlen(tail);
	size_t i;

	for (i = 0; i < contexts->num_found; i++) {
		struct context *context = &contexts->found[i];

		if (context->len == len && strcasecmp(context->dn, tail) == 0)
		{
			return context;
		}
	}
	return NULL;
}

static struct context *add(struct audit_contexts *contexts, const char *tail)
{
	struct context *found = spn_room(contexts,
					 contexts->found,
					 contexts->num_found,
					 struct context);

	if (found == NULL) {
		return NULL;
	}
	contexts->found = found;
	found += contexts->num_found;
	*found = (struct context){
		.dn = talloc_strdup(contexts->found, tail),
		.len = strlen(tail),
	};
	if (found->dn == NULL) {
		return NULL;
	}
	contexts->num_found++;
	return found;
}

/* "CN=x,CN=Configuration,DC=example,DC=com" with the DC= part as tail. */
static const char *configuration_of(const char *dn, const char *tail)
{
	size_t len = strlen(configuration);

	if ((size_t)(tail - dn) >= len &&
	    strncasecmp(tail - len, configuration, len) == 0)
	{
		return tail - len;
	}
	return NULL;
}

bool audit_contexts_add(struct audit_contexts *contexts,
			const struct ldb_message *msg)
{
	int num = num_dc(msg->dn);
	const char *dn = ldb_dn_get_linearized(msg->dn);
	struct context *context = NULL;
	const char *tail = NULL;
	const char *below = NULL;

	if (dn == NULL || num == 0) {
		return dn != NULL;
	}
	tail = tail_of(dn, num);
	below = configuration_of(dn, tail);
	if (below != NULL && contexts->configuration_nc == NULL) {
		contexts->configuration_nc = talloc_strdup(contexts, below);
		if (contexts->configuration_nc == NULL) {
			return false;
		}
	}
	context = find(contexts, tail);
	if (context == NULL) {
		context = add(contexts, tail);
	}
	if (context != NULL && below == NULL &&
	    (spn_values_of(msg, "sAMAccountName") != NULL ||
	     spn_values_of(msg, "servicePrincipalName") != NULL))
	{
		context->num_accounts++;
	}
	return context != NULL;
}

bool audit_contexts_add_referral(struct audit_contexts *contexts,
				 const char *url)
{
	const char **referrals = NULL;
	char *dn = NULL;

	referrals = spn_room(contexts,
			     contexts->referrals,
			     contexts->num_referrals,
			     const char *);
	if (referrals == NULL) {
		return false;
	}
	contexts->referrals = referrals;
	if (!audit_ldap_url_dn(referrals, url, &dn)) {
		return false;
	}
	if (dn == NULL) {
		dn = talloc_strdup(referrals, url); /* what is missing there */
	}
	referrals[contexts->num_referrals] = dn;
	contexts->num_referrals += (dn == NULL) ? 0 : 1;
	return dn != NULL;
}

const char *audit_contexts_domain(const struct audit_contexts *contexts)
{
	const struct context *best = NULL;
	size_t i;

	for (i = 0; i < contexts->num_found; i++) {
		const struct context *context = &contexts->found[i];

		if (best == NULL || context->num_accounts > best->num_accounts)
		{
			best = context;
		}
	}
	return (best == NULL) ? NULL : best->dn;
}

char *audit_contexts_configuration(const struct audit_contexts *contexts,
				   TALLOC_CTX *mem_ctx)
{
	if (contexts->configuration_nc != NULL) {
		return talloc_strdup(mem_ctx, contexts->configuration_nc);
	}
	return talloc_asprintf(mem_ctx,
			       "%s%s",
			       configuration,
			       audit_contexts_domain(contexts));
}

static bool starts(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

/* Nobody logs on to these. */
static bool is_without_accounts(const char *dn)
{
	return starts(dn, configuration) || starts(dn, "CN=Schema,") ||
	       starts(dn, "DC=DomainDnsZones,") ||
	       starts(dn, "DC=ForestDnsZones,");
}

static bool is_there(const struct audit_contexts *contexts, const char *text)
{
	if (starts(text, configuration) || starts(text, "CN=Schema,")) {
		return contexts->configuration_nc != NULL;
	}
	return find(contexts, text) != NULL;
}

const char *audit_contexts_missing(const struct audit_contexts *contexts,
				   size_t *_state,
				   bool *_has_accounts)
{
	while (*_state < contexts->num_referrals) {
		const char *dn = contexts->referrals[(*_state)++];

		if (!is_there(contexts, dn)) {
			*_has_accounts = !is_without_accounts(dn);
			return dn;
		}
	}
	return NULL;
}
