/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of one SPN it is no duplicate that several accounts hold it. Over LDAP those
 * are asked for beforehand, so that of all others nothing has to be asked but
 * their SPNs.
 */
#include "setspn.h"

#include "policy/room.h"

#include <string.h>

static bool may_share(const struct ldb_message *msg)
{
	struct spn_account account = {
		.sam_account_name = spn_values_text(msg, "sAMAccountName"),
	};

	spn_store_read_flags(msg, &account);
	return spn_account_shares(&account, spn_str_of(SPN_OF_KRBTGT));
}

bool setspn_is_shared(const struct setspn_sharing *sharing,
		      const char *dn,
		      const struct ldb_message *msg,
		      struct spn_str spn)
{
	size_t i;

	if (!spn_str_is(spn, SPN_OF_KRBTGT)) {
		return false;
	}
	for (i = 0; i < sharing->num_dns; i++) {
		if (strcmp(sharing->dns[i], dn) == 0) {
			return true;
		}
	}
	return may_share(msg);
}

struct reading {
	TALLOC_CTX *mem_ctx;
	struct setspn_sharing *sharing;
};

static int take_entry(void *private_data, const struct ldb_message *msg)
{
	const struct reading *reading = private_data;
	struct setspn_sharing *sharing = reading->sharing;
	const char *dn = ldb_dn_get_linearized(msg->dn);
	const char **dns = NULL;

	if (dn == NULL || !may_share(msg)) {
		return LDB_SUCCESS;
	}
	dns = spn_room(reading->mem_ctx,
		       sharing->dns,
		       sharing->num_dns,
		       const char *);
	if (dns == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	sharing->dns = dns;
	dns[sharing->num_dns] = talloc_strdup(dns, dn);
	if (dns[sharing->num_dns] == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	sharing->num_dns++;
	return LDB_SUCCESS;
}

/* What has come will come again, and is known already. */
static void start_again(void *private_data)
{
	(void)private_data;
}

int setspn_read_sharing(const struct setspn *s,
			struct setspn_sharing *_sharing)
{
	static const char *const attrs[] = {
		"sAMAccountName",
		"userAccountControl",
		"msDS-SecondaryKrbTgtNumber",
		NULL,
	};
	struct reading reading = {
		.mem_ctx = s->mem_ctx,
		.sharing = _sharing,
	};
	const struct setspn_search search = {
		.filter = "(servicePrincipalName=" SPN_OF_KRBTGT ")",
		.attrs = attrs,
		.entry = take_entry,
		.restart = start_again,
		.private_data = &reading,
	};

	return setspn_search(s, &search);
}
