/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both sides are read from memberOf, the primary group from its own
 * attribute. A DN in the files of a controller has "<GUID=...>;<SID=...>;"
 * in front.
 */
#include "groups.h"

#include "policy/room.h"
#include <stdlib.h>
#include <string.h>

#include "common/shared.h"

/* MS-DTYP 2.4.2.4. The names are what a new domain calls them. */
static const struct {
	uint32_t rid;
	const char *name;
} admin_groups[AUDIT_NUM_ADMIN_GROUPS] = {
	{512, "Domain Admins"},
	{518, "Schema Admins"},
	{519, "Enterprise Admins"},
	{544, "Administrators"},
};

const char *audit_admin_group_name(size_t i)
{
	return admin_groups[i].name;
}

/* Somebody (a group by its DN's number, an account by its own) is in one. */
struct membership {
	uint32_t member;
	uint32_t group;
	bool is_group;
};

struct primary {
	size_t member;
	uint8_t admin_group;
};

struct audit_groups {
	struct spn_shared *dns;
	uint8_t *privileged; /* groups of administrators, by number of the DN
			      */
	size_t size_privileged;
	struct membership *memberships;
	size_t num_memberships;
	size_t size_memberships;
	struct primary *primary; /* accounts whose primary group says it */
	size_t num_primary;
};

struct audit_groups *audit_groups_new(TALLOC_CTX *mem_ctx)
{
	struct audit_groups *groups = talloc_zero(mem_ctx,
						  struct audit_groups);

	if (groups == NULL) {
		return NULL;
	}
	groups->dns = spn_shared_new(groups, true);
	if (groups->dns == NULL) {
		talloc_free(groups);
		return NULL;
	}
	return groups;
}

/* Its bit; 0: it is none. */
static uint8_t admin_group_of(uint32_t rid)
{
	size_t i;

	for (i = 0; i < AUDIT_NUM_ADMIN_GROUPS; i++) {
		if (admin_groups[i].rid == rid) {
			return (uint8_t)(1u << i);
		}
	}
	return 0;
}

/* The last four bytes of a SID that has as many; 0 for anything else. */
static uint32_t rid_of(struct spn_str sid)
{
	const uint8_t *last = NULL;

	if (sid.len < 12) {
		return 0;
	}
	last = (const uint8_t *)sid.data + sid.len - 4;
	return (uint32_t)last[0] | (uint32_t)last[1] << 8 |
	       (uint32_t)last[2] << 16 | (uint32_t)last[3] << 24;
}

static struct spn_str plain_dn(struct spn_str dn)
{
	while (dn.len > 0 && dn.data[0] == '<') {
		const char *end = memchr(dn.data, ';', dn.len);

		if (end == NULL) {
			break;
		}
		dn.len -= (size_t)(end + 1 - dn.data);
		dn.data = end + 1;
	}
	return dn;
}

static bool number_of(struct audit_groups *groups,
		      struct spn_str dn,
		      uint32_t *_number)
{
	if (!spn_shared_number(groups->dns, plain_dn(dn), _number)) {
		return false;
	}
	if (*_number >= groups->size_privileged) {
		size_t size = *_number * 2 + 64;
		uint8_t *privileged = talloc_realloc(groups,
						     groups->privileged,
						     uint8_t,
						     size);

		if (privileged == NULL) {
			return false;
		}
		memset(privileged + groups->size_privileged,
		       0,
		       size - groups->size_privileged);
		groups->privileged = privileged;
		groups->size_privileged = size;
	}
	return true;
}

static bool add_membership(struct audit_groups *groups,
			   const struct membership *membership)
{
	if (groups->num_memberships == groups->size_memberships) {
		size_t size = groups->size_memberships * 2 + 64;
		struct membership *memberships =
			talloc_realloc(groups,
				       groups->memberships,
				       struct membership,
				       size);

		if (memberships == NULL) {
			return false;
		}
		groups->memberships = memberships;
		groups->size_memberships = size;
	}
	groups->memberships[groups->num_memberships++] = *membership;
	return true;
}

static bool add_memberships(struct audit_groups *groups,
			    const struct ldb_message *msg,
			    struct membership membership)
{
	const struct ldb_message_element *el = spn_values_of(msg, "memberOf");
	size_t i;

	for (i = 0; i < spn_values_num(el); i++) {
		struct spn_str dn = spn_values_get(el, i);

		if (!number_of(groups, dn, &membership.group) ||
		    !add_membership(groups, &membership))
		{
			return false;
		}
	}
	return true;
}

bool audit_groups_add(struct audit_groups *groups,
		      const struct ldb_message *msg)
{
	struct membership membership = {.is_group = true};
	struct spn_str sid = spn_values_sid(msg, "objectSid");

	if (!number_of(groups,
		       spn_str_of(ldb_dn_get_linearized(msg->dn)),
		       &membership.member))
	{
		return false;
	}
	groups->privileged[membership.member] |= admin_group_of(rid_of(sid));
	return add_memberships(groups, msg, membership);
}

bool audit_groups_add_member(struct audit_groups *groups,
			     const struct ldb_message *msg,
			     size_t number)
{
	int64_t rid = spn_values_int64(msg, "primaryGroupID");
	uint8_t admin_group = admin_group_of((uint32_t)rid);

	if (admin_group != 0) {
		struct primary *primary = spn_room(groups,
						   groups->primary,
						   groups->num_primary,
						   struct primary);

		if (primary == NULL) {
			return false;
		}
		groups->primary = primary;
		primary[groups->num_primary++] = (struct primary){
			.member = number,
			.admin_group = admin_group,
		};
	}
	return add_memberships(groups,
			       msg,
			       (struct membership){
				       .member = (uint32_t)number});
}

static int compare_memberships(const void *a, const void *b)
{
	const struct membership *x = a;
	const struct membership *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

/* The first one of that group, or where it would be. */
static size_t first_of(const struct audit_groups *groups, uint32_t group)
{
	size_t low = 0;
	size_t high = groups->num_memberships;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (groups->memberships[middle].group < group) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/*
 * Groups in groups: the members of each privileged group are looked at when it
 * turns out to be one more of administrators, so loops are harmless, and a
 * chain of any length costs what it is long.
 */
static bool spread(struct audit_groups *groups)
{
	uint32_t *todo = talloc_array(groups,
				      uint32_t,
				      groups->size_privileged *(
					      AUDIT_NUM_ADMIN_GROUPS + 1));
	size_t num = 0;
	size_t i;

	if (todo == NULL) {
		return false;
	}
	if (groups->num_memberships > 0) {
		qsort(groups->memberships,
		      groups->num_memberships,
		      sizeof(groups->memberships[0]),
		      compare_memberships);
	}
	for (i = 0; i < groups->size_privileged; i++) {
		if (groups->privileged[i] != 0) {
			todo[num++] = (uint32_t)i;
		}
	}
	while (num > 0) {
		uint32_t group = todo[--num];
		uint8_t all = groups->privileged[group];

		for (i = first_of(groups, group);
		     i < groups->num_memberships &&
		     groups->memberships[i].group == group;
		     i++)
		{
			const struct membership *m = &groups->memberships[i];

			if (m->is_group &&
			    (all & ~groups->privileged[m->member]) != 0)
			{
				groups->privileged[m->member] |= all;
				todo[num++] = m->member;
			}
		}
	}
	talloc_free(todo);
	return true;
}

bool audit_groups_settle(struct audit_groups *groups,
			 bool (*is_privileged)(void *private_data,
					       size_t number,
					       uint8_t admin_groups),
			 void *private_data)
{
	bool ok = spread(groups);
	size_t i;

	for (i = 0; ok && i < groups->num_memberships; i++) {
		const struct membership *m = &groups->memberships[i];

		if (!m->is_group && groups->privileged[m->group] != 0) {
			ok = is_privileged(private_data,
					   m->member,
					   groups->privileged[m->group]);
		}
	}
	for (i = 0; ok && i < groups->num_primary; i++) {
		ok = is_privileged(private_data,
				   groups->primary[i].member,
				   groups->primary[i].admin_group);
	}
	return ok;
}
