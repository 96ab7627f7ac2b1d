/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An account in as few bytes as will do, and back. For census.c only.
 */
#ifndef SPN_AUDIT_CENSUS_PACK_H
#define SPN_AUDIT_CENSUS_PACK_H

#include "common/arena.h"
#include "common/shared.h"
#include "policy/account.h"

/* What of a DN is the parent's, "" if it has none. */
struct spn_str spn_pack_parent(struct spn_str dn);

/*
 * How many bytes; if there is room for as many, they are there. parent and
 * domain are numbers of the shared texts. What facts->writers points to is not
 * copied.
 */
size_t spn_pack(const struct spn_account *account,
		uint32_t parent,
		uint32_t domain,
		uint8_t *into,
		size_t room);

/*
 * In an arena on mem_ctx; slices of the result point into the bytes, which
 * must stay where they are. is_whole: with facts, and what finds a name in
 * long lists. NULL when out of memory.
 */
struct spn_account *spn_unpack(TALLOC_CTX *mem_ctx,
			       struct spn_arena *arena,
			       const struct spn_shared *shared,
			       const struct spn_fold *fold,
			       const uint8_t *packed,
			       bool is_whole);

/* facts->is_privileged of a packed account that has facts. */
void spn_pack_set_privileged(uint8_t *packed);

/* Another account may hold one of its SPNs: it is not alone. */
void spn_pack_set_shares(uint8_t *packed);
/* Another machine may have its CN. */
void spn_pack_set_same_cn(uint8_t *packed);
bool spn_pack_shares(const uint8_t *packed);

#endif
