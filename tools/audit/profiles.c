/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts that were kept for a report have no facts; so each is unpacked once
 * more.
 */
#include "profiles.h"

#include <stdlib.h>
#include <string.h>

const char *audit_delegates_text(size_t i)
{
	static const char *const texts[AUDIT_NUM_DELEGATES] = {
		"unconstrained",
		"constrained",
		"protocol-transition",
		"resource-based",
	};

	return texts[i];
}

/* ------------------------------------------------------------ which accounts
 */

static int compare_profiles(const void *a, const void *b)
{
	const struct audit_profile *x = a;
	const struct audit_profile *y = b;
	int cmp = strcmp(x->account->dn, y->account->dn);

	return (cmp != 0) ? cmp
			  : strcmp(x->account->object_guid,
				   y->account->object_guid);
}

static void add_accounts(struct audit_profiles *all,
			 const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		if (all->profiles != NULL) {
			all->profiles[all->num_profiles].account =
				accounts->accounts[i];
		}
		all->num_profiles++;
	}
}

/* Without room they are only counted. */
static void add_all(struct audit_profiles *all,
		    const struct audit_findings *findings)
{
	size_t i;
	size_t j;

	all->num_profiles = 0;
	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *f = &findings->findings[i];

		add_accounts(all, &f->holders);
		add_accounts(all, &f->others);
		for (j = 0; j < f->num_consequences; j++) {
			add_accounts(all, &f->consequences[j].holders);
			add_accounts(all, &f->consequences[j].others);
		}
	}
}

static void sort(struct audit_profiles *all)
{
	struct audit_profile *profiles = all->profiles;
	size_t kept = 0;
	size_t i;

	qsort(profiles,
	      all->num_profiles,
	      sizeof(profiles[0]),
	      compare_profiles);
	for (i = 0; i < all->num_profiles; i++) {
		if (kept == 0 ||
		    compare_profiles(&profiles[kept - 1], &profiles[i]) != 0)
		{
			profiles[kept++] = profiles[i];
		}
	}
	all->num_profiles = kept;
}

static struct audit_profile *find(const struct audit_profiles *profiles,
				  const struct spn_account *account)
{
	const struct audit_profile wanted = {.account = account};

	return bsearch(&wanted,
		       profiles->profiles,
		       profiles->num_profiles,
		       sizeof(wanted),
		       compare_profiles);
}

const struct audit_profile *audit_profile_of(
	const struct audit_profiles *profiles,
	const struct spn_account *account)
{
	return (profiles == NULL || profiles->num_profiles == 0)
		       ? NULL
		       : find(profiles, account);
}

/* --------------------------------------------------------- what is known */

static unsigned delegates(const struct spn_facts *facts)
{
	return ((facts->control & SPN_UAC_TRUSTED_FOR_DELEGATION) != 0
			? AUDIT_DELEGATES_TO_ALL
			: 0) |
	       (facts->num_delegate_to > 0 ? AUDIT_DELEGATES_TO_SOME : 0) |
	       ((facts->control & SPN_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0
			? AUDIT_DELEGATES_ANYBODY
			: 0) |
	       (facts->lets_delegate ? AUDIT_DELEGATES_LETS : 0);
}

static void describe(struct audit_profile *profile,
		     const struct spn_account *account,
		     uint32_t default_types)
{
	const struct spn_facts *facts = account->facts;

	profile->is_known = true;
	profile->password_set = facts->password_set;
	profile->must_change_password = facts->has_no_password_yet;
	profile->last_logon = facts->last_logon;
	profile->key = audit_key_types_of(account, facts, default_types);
	profile->is_privileged = facts->is_privileged;
	profile->delegates = delegates(facts);
}

static bool describe_all(const struct audit_scan *scan,
			 struct audit_profiles *all)
{
	struct spn_census *census = scan->census;
	size_t i;

	for (i = 0; i < spn_census_num(census); i++) {
		const struct spn_account *kept = spn_census_kept(census, i);
		const struct spn_account *account = NULL;
		struct audit_profile *profile = (kept == NULL)
							? NULL
							: find(all, kept);

		if (profile == NULL) {
			continue;
		}
		if (!spn_census_get(census, i, &account)) {
			return false;
		}
		if (account != NULL && account->facts != NULL) {
			describe(profile, account, scan->source->ticket_types);
		}
		spn_census_turn_page(census);
	}
	return true;
}

static void add_groups(const struct audit_scan *scan,
		       struct audit_profiles *all)
{
	size_t i;

	for (i = 0; i < scan->num_privileged; i++) {
		const struct audit_privileged *p = &scan->privileged[i];
		const struct spn_account *kept = spn_census_kept(scan->census,
								 p->number);
		struct audit_profile *profile = (kept == NULL)
							? NULL
							: find(all, kept);

		if (profile != NULL) {
			profile->admin_groups |= p->admin_groups;
		}
	}
}

struct audit_profiles *audit_profiles_new(
	TALLOC_CTX *mem_ctx,
	const struct audit_scan *scan,
	const struct audit_findings *findings)
{
	struct audit_profiles *all = talloc_zero(mem_ctx,
						 struct audit_profiles);

	if (all == NULL) {
		return NULL;
	}
	add_all(all, findings);
	all->profiles = talloc_zero_array(all,
					  struct audit_profile,
					  all->num_profiles + 1);
	if (all->profiles == NULL) {
		talloc_free(all);
		return NULL;
	}
	add_all(all, findings);
	sort(all);
	if (!describe_all(scan, all)) {
		talloc_free(all);
		return NULL;
	}
	add_groups(scan, all);
	return all;
}
