/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts that are disabled or silent because that is how they are meant to
 * be, and names of elsewhere. Whoever follows a report and deletes one of them
 * ends what hangs on it. What they hold is said all the same: anybody may call
 * an account like that.
 */
#include "purpose.h"

#include "policy/host_pair.h"

#include "facts.h"

static const char cloud[] = "by its name the account of a single sign-on to "
			    "a cloud";
static const char cluster[] = "a name of a failover cluster, which need not "
			      "log on";
static const char krbtgt[] = "by its name or its number the key of a KDC";
static const char prepared[] = "prepared for a computer that has not joined "
			       "yet";

/* What the names of a failover cluster hold, and nothing else does. */
static bool is_cluster_name(const struct spn_account *account)
{
	static const char *const classes[] = {
		"MSClusterVirtualServer",
		"MSServerCluster",
		"MSServerClusterMgmtAPI",
	};
	size_t i;
	size_t j;

	for (i = 0; i < account->spns.num; i++) {
		struct spn spn = {};

		if (spn_parse(account->spns.values[i].value, &spn) !=
		    SPN_SYNTAX_OK)
		{
			continue;
		}
		for (j = 0; j < sizeof(classes) / sizeof(classes[0]); j++) {
			if (spn_class_is(&spn, classes[j])) {
				return true;
			}
		}
	}
	return false;
}

/* Nobody has set a password, and nobody has logged on. */
static bool is_prepared(const struct spn_account *account)
{
	const struct spn_facts *facts = account->facts;

	return facts != NULL && facts->has_no_password_yet &&
	       facts->last_logon == 0;
}

const char *audit_purpose_of(const struct spn_account *account)
{
	struct spn_str name = spn_str_of(account->sam_account_name);

	if (spn_account_is_krbtgt(account)) {
		return krbtgt;
	}
	if (account->kind != SPN_KIND_COMPUTER) {
		return NULL;
	}
	if (spn_str_is(name, "AZUREADSSOACC$")) {
		return cloud;
	}
	if (is_cluster_name(account)) {
		return cluster;
	}
	return is_prepared(account) ? prepared : NULL;
}

static bool ends_in_one_of(struct spn_str host, const char *const *suffixes)
{
	for (; suffixes != NULL && *suffixes != NULL; suffixes++) {
		struct spn_str suffix = spn_str_of(*suffixes);
		size_t start = host.len - suffix.len;

		if (host.len > suffix.len && host.data[start - 1] == '.' &&
		    spn_str_equal_nocase(spn_str_from(host, start), suffix))
		{
			return true;
		}
	}
	return false;
}

bool audit_is_foreign(const struct spn_case *c, struct spn_str host)
{
	return spn_host_is_fqdn(host) &&
	       !ends_in_one_of(host, c->forest->dns_suffixes) &&
	       !ends_in_one_of(host, c->forest->allowed_suffixes) &&
	       !ends_in_one_of(host, c->settings->dns_suffixes);
}
