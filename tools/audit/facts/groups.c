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

#define RID_DOMAIN_ADMINS 512
#define RID_SCHEMA_ADMINS 518
#define RID_ENTERPRISE_ADMINS 519
#define RID_BUILTIN_ADMINISTRATORS 544

/* Somebody (a group by its DN's number, an account by its own) is in one. */
struct membership {
	uint32_t member;
	uint32_t group;
	bool is_group;
};

struct audit_groups {
	struct spn_shared *dns;
	bool *privileged; /* by number of the DN */
	size_t size_privileged;
	struct membership *memberships;
	size_t num_memberships;
	size_t size_memberships;
	size_t *primary; /* accounts whose primary group says it */
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

static bool is_privileged_rid(uint32_t rid)
{
	return rid == RID_DOMAIN_ADMINS || rid == RID_SCHEMA_ADMINS ||
	       rid == RID_ENTERPRISE_ADMINS ||
	       rid == RID_BUILTIN_ADMINISTRATORS;
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
		bool *privileged =
			talloc_realloc(groups, groups->privileged, bool, size);

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
	if (is_privileged_rid(rid_of(sid))) {
		groups->privileged[membership.member] = true;
	}
	return add_memberships(groups, msg, membership);
}

bool audit_groups_add_member(struct audit_groups *groups,
			     const struct ldb_message *msg,
			     size_t number)
{
	int64_t rid = spn_values_int64(msg, "primaryGroupID");

	if (is_privileged_rid((uint32_t)rid)) {
		size_t *primary = spn_room(groups,
					   groups->primary,
					   groups->num_primary,
					   size_t);

		if (primary == NULL) {
			return false;
		}
		groups->primary = primary;
		primary[groups->num_primary++] = number;
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
 * Groups in groups: the members of each privileged group are looked at once,
 * so loops are harmless, and a chain of any length costs what it is long.
 */
static bool spread(struct audit_groups *groups)
{
	uint32_t *todo = talloc_array(groups,
				      uint32_t,
				      groups->size_privileged);
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
		if (groups->privileged[i]) {
			todo[num++] = (uint32_t)i;
		}
	}
	while (num > 0) {
		uint32_t group = todo[--num];

		for (i = first_of(groups, group);
		     i < groups->num_memberships &&
		     groups->memberships[i].group == group;
		     i++)
		{
			const struct membership *m = &groups->memberships[i];

			if (m->is_group && !groups->privileged[m->member]) {
				groups->privileged[m->member] = true;
				todo[num++] = m->member;
			}
		}
	}
	talloc_free(todo);
	return true;
}

bool audit_groups_settle(struct audit_groups *groups,
			 void (*is_privileged)(void *private_data,
					       size_t number),
			 void *private_data)
{
	size_t i;

	if (!spread(groups)) {
		return false;
	}
	for (i = 0; i < groups->num_memberships; i++) {
		const struct membership *m = &groups->memberships[i];

		if (!m->is_group && groups->privileged[m->group]) {
			is_privileged(private_data, m->member);
		}
	}
	for (i = 0; i < groups->num_primary; i++) {
		is_privileged(private_data, groups->primary[i]);
	}
	return true;
}
