/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each name has a chain of leads, since a forest has a hundred thousand names
 * with one address each.
 */
#include "dns_leads.h"

#include <string.h>

#include "common/shared.h"
#include "policy/room.h"

#include "dns_records.h"

/* A chain of CNAMEs is not followed further: BIND stops at 16. */
#define MOST_ALIASES 16

/* Of a name, more are not compared: whoever makes a name in DNS may give it
 * thousands. */
#define MOST_ADDRESSES 64

struct lead {
	uint32_t next; /* place of the next of this name, plus 1; 0: none */
	bool is_alias;
	union {
		uint32_t name; /* its number */
		uint8_t address[16];
	} to;
};

struct audit_leads {
	struct spn_shared *names;
	uint32_t *first; /* of each name, as next; by its number */
	size_t num_first;
	struct lead *leads;
	size_t num_leads;
};

struct audit_leads *audit_leads_new(TALLOC_CTX *mem_ctx)
{
	struct audit_leads *leads = talloc_zero(mem_ctx, struct audit_leads);

	if (leads == NULL) {
		return NULL;
	}
	leads->names = spn_shared_new(leads, true);
	if (leads->names == NULL) {
		TALLOC_FREE(leads);
	}
	return leads;
}

/* The number of a name that has a place in first. */
static bool number_of(struct audit_leads *leads,
		      struct spn_str name,
		      uint32_t *_number)
{
	uint32_t *first = NULL;

	if (!spn_shared_number(leads->names, name, _number)) {
		return false;
	}
	if (*_number < leads->num_first) {
		return true;
	}
	first = spn_room(leads, leads->first, leads->num_first, uint32_t);
	if (first == NULL) {
		return false;
	}
	leads->first = first;
	first[leads->num_first++] = 0;
	return true;
}

static bool add(struct audit_leads *leads,
		uint32_t host,
		const struct audit_dns_record *record)
{
	struct lead lead = {
		.next = leads->first[host],
		.is_alias = record->type == AUDIT_DNS_CNAME,
	};
	struct lead *room = NULL;

	if (!lead.is_alias) {
		memcpy(lead.to.address,
		       record->address,
		       sizeof(lead.to.address));
	} else if (!number_of(leads, spn_str_of(record->name), &lead.to.name))
	{
		return false;
	}
	room = spn_room(leads, leads->leads, leads->num_leads, struct lead);
	if (room == NULL) {
		return false;
	}
	leads->leads = room;
	room[leads->num_leads++] = lead;
	leads->first[host] = (uint32_t)leads->num_leads;
	return true;
}

bool audit_leads_add(struct audit_leads *leads,
		     struct spn_str host,
		     const struct ldb_message *msg)
{
	const struct ldb_message_element *el = spn_values_of(msg, "dnsRecord");
	struct audit_dns_record record = {};
	uint32_t number = 0;
	size_t i;

	for (i = 0; i < spn_values_num(el); i++) {
		struct spn_str value = spn_values_get(el, i);

		if (audit_dns_record(value.data, value.len, &record) &&
		    (!number_of(leads, host, &number) ||
		     !add(leads, number, &record)))
		{
			return false;
		}
	}
	return true;
}

static const struct lead *next_lead(const struct audit_leads *leads,
				    uint32_t *next)
{
	const struct lead *lead = NULL;

	if (*next == 0) {
		return NULL;
	}
	lead = &leads->leads[*next - 1];
	*next = lead->next;
	return lead;
}

static bool have_address(const struct audit_leads *leads,
			 uint32_t next,
			 const uint8_t *address)
{
	const struct lead *lead = NULL;
	size_t i;

	for (i = 0; i < MOST_ADDRESSES; i++) {
		lead = next_lead(leads, &next);
		if (lead == NULL) {
			return false;
		}
		if (!lead->is_alias && memcmp(lead->to.address,
					      address,
					      sizeof(lead->to.address)) == 0)
		{
			return true;
		}
	}
	return false;
}

/* The name behind all CNAMEs, and its leads. */
static struct spn_str end_of(const struct audit_leads *leads,
			     struct spn_str name,
			     uint32_t *_first)
{
	uint32_t number = 0;
	size_t i;

	*_first = 0;
	for (i = 0; i < MOST_ALIASES; i++) {
		const struct lead *lead = NULL;

		if (!spn_shared_find(leads->names, name, &number)) {
			return name;
		}
		*_first = leads->first[number];
		if (*_first == 0) {
			return name;
		}
		lead = &leads->leads[*_first - 1];
		if (!lead->is_alias) {
			return name;
		}
		name = spn_shared_text(leads->names, lead->to.name);
	}
	return name;
}

bool audit_leads_meet(const struct audit_leads *leads,
		      struct spn_str alias,
		      struct spn_str host)
{
	const struct lead *lead = NULL;
	uint32_t of_alias = 0;
	uint32_t of_host = 0;
	struct spn_str end = end_of(leads, alias, &of_alias);
	size_t i;

	host = end_of(leads, host, &of_host);
	if (spn_str_equal_nocase(end, host)) {
		return true;
	}
	for (i = 0; i < MOST_ADDRESSES; i++) {
		lead = next_lead(leads, &of_alias);
		if (lead == NULL) {
			return false;
		}
		if (!lead->is_alias &&
		    have_address(leads, of_host, lead->to.address))
		{
			return true;
		}
	}
	return false;
}
