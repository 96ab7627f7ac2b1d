/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names by SID: of the accounts that an audit has seen, and of the few that
 * are the same in every domain.
 */
#include "trustees.h"

#include <stdlib.h>
#include <string.h>

#include "policy/room.h"
#include "policy/slots.h"

struct trustee {
	struct spn_str sid; /* as text */
	char *text;
};

/* An account: the end of its SID, and its number. There are as many as in the
 * forest, so no more is kept of each. */
struct numbered {
	uint32_t rid;
	uint32_t number;
};

/* The accounts whose SIDs begin alike. */
struct domain {
	struct spn_str bytes; /* of a SID of it */
	char *text;	      /* "S-1-5-21-1-2-3-" */
	struct numbered *accounts;
	size_t num_accounts;
	bool is_sorted;
};

struct audit_trustees {
	struct spn_slots by_sid;
	struct trustee *names;
	size_t num_names;
	struct domain *domains;
	size_t num_domains;
};

struct audit_trustees *audit_trustees_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct audit_trustees);
}

bool audit_trustees_add(struct audit_trustees *trustees,
			const struct ldb_message *msg)
{
	struct spn_str sid = spn_values_sid(msg, "objectSid");
	const char *name = spn_values_text(msg, "sAMAccountName");
	struct trustee trustee = {};
	size_t num = trustees->num_names;

	if (sid.len == 0 || name == NULL) {
		return true;
	}
	if ((num & (num - 1)) == 0) {
		trustees->names = talloc_realloc(trustees,
						 trustees->names,
						 struct trustee,
						 (num == 0) ? 1 : num * 2);
		if (trustees->names == NULL) {
			return false;
		}
	}
	trustee.text = spn_sid_text(trustees, sid);
	if (trustee.text != NULL) {
		trustee.sid = spn_str_of(trustee.text);
		trustee.text = talloc_strdup(trustees, name);
	}
	if (trustee.text == NULL) {
		return false;
	}
	trustees->names[trustees->num_names++] = trustee;
	return spn_slots_add(trustees,
			     &trustees->by_sid,
			     spn_slots_hash(0, trustee.sid, false),
			     (uint32_t)num);
}

#define RID_BYTES 4

static bool is_of_domain(const struct domain *domain, struct spn_str sid)
{
	return domain->bytes.len == sid.len &&
	       memcmp(domain->bytes.data, sid.data, sid.len - RID_BYTES) == 0;
}

/* That of the SID; NULL when out of memory. */
static struct domain *domain_of(struct audit_trustees *trustees,
				struct spn_str sid)
{
	struct domain domain = {};
	size_t i;

	for (i = 0; i < trustees->num_domains; i++) {
		if (is_of_domain(&trustees->domains[i], sid)) {
			return &trustees->domains[i];
		}
	}
	domain.bytes = spn_str_dup(trustees, sid);
	domain.text = spn_sid_text(trustees, sid);
	trustees->domains = spn_room(trustees,
				     trustees->domains,
				     trustees->num_domains,
				     struct domain);
	if (domain.bytes.data == NULL || domain.text == NULL ||
	    trustees->domains == NULL)
	{
		return NULL;
	}
	strrchr(domain.text, '-')[1] = '\0';
	trustees->domains[trustees->num_domains] = domain;
	return &trustees->domains[trustees->num_domains++];
}

static uint32_t rid_of(struct spn_str sid)
{
	const uint8_t *b = (const uint8_t *)sid.data + sid.len - RID_BYTES;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

bool audit_trustees_add_account(struct audit_trustees *trustees,
				const struct ldb_message *msg,
				size_t number)
{
	struct spn_str sid = spn_values_sid(msg, "objectSid");
	struct domain *domain = NULL;

	/* With no number behind its authority it is nobody's. */
	if (sid.len < 8 + RID_BYTES) {
		return true;
	}
	domain = domain_of(trustees, sid);
	if (domain == NULL) {
		return false;
	}
	domain->accounts = spn_room(trustees,
				    domain->accounts,
				    domain->num_accounts,
				    struct numbered);
	if (domain->accounts == NULL) {
		return false;
	}
	domain->accounts[domain->num_accounts++] = (struct numbered){
		.rid = rid_of(sid),
		.number = (uint32_t)number,
	};
	domain->is_sorted = false;
	return true;
}

static int compare_rids(const void *a, const void *b)
{
	const struct numbered *left = a;
	const struct numbered *right = b;

	return (left->rid > right->rid) - (left->rid < right->rid);
}

bool audit_trustees_account(struct audit_trustees *trustees,
			    const char *sid,
			    size_t *_number)
{
	const struct numbered *found = NULL;
	struct domain *domain = NULL;
	struct numbered wanted = {};
	size_t i;

	for (i = 0; i < trustees->num_domains && domain == NULL; i++) {
		size_t len = strlen(trustees->domains[i].text);

		if (strncmp(trustees->domains[i].text, sid, len) == 0 &&
		    strchr(sid + len, '-') == NULL)
		{
			domain = &trustees->domains[i];
			wanted.rid = (uint32_t)strtoul(sid + len, NULL, 10);
		}
	}
	if (domain == NULL) {
		return false;
	}
	if (!domain->is_sorted) {
		qsort(domain->accounts,
		      domain->num_accounts,
		      sizeof(domain->accounts[0]),
		      compare_rids);
		domain->is_sorted = true;
	}
	found = bsearch(&wanted,
			domain->accounts,
			domain->num_accounts,
			sizeof(domain->accounts[0]),
			compare_rids);
	if (found == NULL) {
		return false;
	}
	*_number = found->number;
	return true;
}

const char *audit_trustees_name(const struct audit_trustees *trustees,
				const char *sid)
{
	static const struct {
		const char *sid;
		const char *name;
	} well_known[] = {
		{"S-1-1-0", "Everyone"},
		{"S-1-3-0", "Creator Owner"},
		{"S-1-5-2", "Network"},
		{"S-1-5-4", "Interactive"},
		{"S-1-5-7", "Anonymous"},
		{"S-1-5-10", "the account itself"},
		{"S-1-5-11", "Authenticated Users"},
		{"S-1-5-15", "This Organization"},
		{"S-1-5-32-545", "BUILTIN\\Users"},
	};
	struct spn_str wanted = spn_str_of(sid);
	size_t place = 0;
	uint32_t number = 0;
	size_t i;

	for (i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++) {
		if (strcmp(well_known[i].sid, sid) == 0) {
			return well_known[i].name;
		}
	}
	while (spn_slots_next(&trustees->by_sid,
			      spn_slots_hash(0, wanted, false),
			      &place,
			      &number))
	{
		if (spn_str_equal(trustees->names[number].sid, wanted)) {
			return trustees->names[number].text;
		}
	}
	return sid;
}
