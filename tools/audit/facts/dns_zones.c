/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A node is DC=web01,DC=example.com,CN=MicrosoftDNS,... : the second DC is
 * the whole name of the zone. "@" is the zone itself, "*" any name in it.
 *
 * Below a node that is there with an NS record another server knows more, so
 * below any node nothing is said to be absent.
 */
#include "dns_zones.h"

#include <string.h>

#include "common/shared.h"

#include "dns_leads.h"
#include "dns_records.h"

struct audit_names {
	struct spn_shared *zones;
	size_t num_zones;
	struct spn_shared *hosts;
	size_t num_hosts;
	/* The first labels of all names that stand in a zone; NULL: not yet
	 * made, or they are no longer true. */
	struct spn_shared *labels;
	bool has_wildcard; /* in any zone */
	struct audit_leads *leads;
};

struct audit_names *audit_names_new(TALLOC_CTX *mem_ctx)
{
	struct audit_names *names = talloc_zero(mem_ctx, struct audit_names);

	if (names == NULL) {
		return NULL;
	}
	names->zones = spn_shared_new(names, true);
	names->hosts = spn_shared_new(names, true);
	names->leads = audit_leads_new(names);
	if (names->zones == NULL || names->hosts == NULL ||
	    names->leads == NULL)
	{
		talloc_free(names);
		return NULL;
	}
	return names;
}

/* Up to a comma that is nobody else's; it is taken off, too. */
static struct spn_str take_name(const char **text)
{
	const char *equals = strchr(*text, '=');
	struct spn_str name = {};

	if (equals == NULL) {
		return name;
	}
	name.data = equals + 1;
	name.len = strcspn(name.data, ",");
	*text = name.data + name.len;
	*text += (**text == ',') ? 1 : 0;
	return name;
}

/* The first two names of a DN. From its text where nothing in it is escaped:
 * to take a DN apart costs more than all else here. */
static void names_of(struct ldb_dn *dn,
		     struct spn_str *_node,
		     struct spn_str *_zone)
{
	const char *text = ldb_dn_get_linearized(dn);
	const struct ldb_val *node = NULL;
	const struct ldb_val *zone = NULL;

	if (text != NULL && strpbrk(text, "\\\"+<#; ") == NULL) {
		*_node = take_name(&text);
		*_zone = take_name(&text);
		return;
	}
	node = ldb_dn_get_component_val(dn, 0);
	zone = ldb_dn_get_component_val(dn, 1);
	*_node = spn_str_of((node == NULL) ? NULL : (const char *)node->data);
	*_zone = spn_str_of((zone == NULL) ? NULL : (const char *)zone->data);
}

bool audit_names_add(struct audit_names *names, const struct ldb_message *msg)
{
	struct spn_str node = {};
	struct spn_str zone = {};
	struct spn_str parts[] = {{}, {.data = ".", .len = 1}, {}};
	struct spn_str name = {};
	uint32_t number = 0;
	char *host = NULL;
	bool ok = false;

	names_of(msg->dn, &node, &zone);
	if (node.data == NULL || zone.data == NULL ||
	    spn_values_bool(msg, "dNSTombstoned"))
	{
		return true;
	}
	TALLOC_FREE(names->labels);
	if (!spn_shared_number(names->zones, zone, &number)) {
		return false;
	}
	if (number >= names->num_zones) {
		names->num_zones = number + 1;
	}
	if (spn_str_equal(node, spn_str_of("@"))) {
		return true;
	}
	parts[0] = node;
	parts[2] = zone;
	host = spn_str_join(names, parts, 3);
	name = (struct spn_str){
		.data = host,
		.len = node.len + 1 + zone.len,
	};
	ok = host != NULL && spn_shared_number(names->hosts, name, &number) &&
	     audit_leads_add(names->leads, name, msg);
	if (ok && number >= names->num_hosts) {
		names->num_hosts = number + 1;
	}
	talloc_free(host);
	return ok;
}

static struct spn_str parent_of(struct spn_str name)
{
	const char *dot = memchr(name.data, '.', name.len);

	if (dot == NULL) {
		return (struct spn_str){};
	}
	return (struct spn_str){
		.data = dot + 1,
		.len = name.len - (size_t)(dot + 1 - name.data),
	};
}

/* "*.example.com" */
static bool has_wildcard(const struct audit_names *names, struct spn_str zone)
{
	char text[SPN_DNS_NAME_LEN + 3] = "*.";

	if (zone.len > SPN_DNS_NAME_LEN) {
		return false;
	}
	memcpy(text + 2, zone.data, zone.len);
	return spn_shared_has(names->hosts, spn_str_of(text));
}

static enum spn_dns_answer ask_full_name(const struct audit_names *names,
					 struct spn_str name)
{
	struct spn_str parent = {};

	if (spn_shared_has(names->hosts, name) ||
	    spn_shared_has(names->zones, name))
	{
		return SPN_DNS_EXISTS;
	}
	for (parent = parent_of(name); parent.len > 0;
	     parent = parent_of(parent))
	{
		if (has_wildcard(names, parent)) {
			return SPN_DNS_EXISTS;
		}
		if (spn_shared_has(names->zones, parent)) {
			return SPN_DNS_ABSENT;
		}
		if (spn_shared_has(names->hosts, parent)) {
			return SPN_DNS_UNKNOWN;
		}
	}
	return SPN_DNS_UNKNOWN;
}

/* Of a name in a zone that is held here. */
static bool add_label(struct audit_names *names, struct spn_str name)
{
	struct spn_str parent = parent_of(name);
	struct spn_str label = name;
	uint32_t ignored = 0;

	if (parent.len == 0 || !spn_shared_has(names->zones, parent)) {
		return true;
	}
	label.len -= parent.len + 1;
	names->has_wildcard |= spn_str_is(label, "*");
	return spn_shared_number(names->labels, label, &ignored);
}

static bool make_labels(struct audit_names *names)
{
	bool ok = true;
	size_t i;

	names->labels = spn_shared_new(names, true);
	names->has_wildcard = false;
	ok = names->labels != NULL;
	for (i = 0; ok && i < names->num_hosts; i++) {
		ok = add_label(names, spn_shared_text(names->hosts, i));
	}
	for (i = 0; ok && i < names->num_zones; i++) {
		ok = add_label(names, spn_shared_text(names->zones, i));
	}
	if (!ok) {
		TALLOC_FREE(names->labels);
	}
	return ok;
}

/* A client's search list is not known: absent is what no zone has. */
static enum spn_dns_answer ask_label(struct audit_names *names,
				     struct spn_str label)
{
	if (names->num_zones == 0 ||
	    (names->labels == NULL && !make_labels(names)))
	{
		return SPN_DNS_UNKNOWN;
	}
	return (names->has_wildcard || spn_shared_has(names->labels, label))
		       ? SPN_DNS_EXISTS
		       : SPN_DNS_ABSENT;
}

enum spn_dns_answer audit_names_ask(void *private_data, struct spn_str name)
{
	struct audit_names *names = private_data;

	if (name.len == 0) {
		return SPN_DNS_UNKNOWN;
	}
	if (memchr(name.data, '.', name.len) == NULL) {
		return ask_label(names, name);
	}
	return ask_full_name(names, name);
}

bool audit_names_lead_to(void *private_data,
			 struct spn_str alias,
			 struct spn_str computer)
{
	const struct audit_names *names = private_data;
	struct spn_str domain = parent_of(computer);
	char text[SPN_DNS_NAME_LEN + 1];

	if (domain.len == 0 || alias.len > SPN_DNS_NAME_LEN) {
		return false;
	}
	if (memchr(alias.data, '.', alias.len) == NULL) {
		alias = spn_in_domain(text, alias, domain);
	}
	return audit_leads_meet(names->leads, alias, computer);
}
