/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every account of a forest, packed, and found by its SPNs and names: what a
 * complete spn_index is made of. A million accounts fit.
 *
 * Accounts are unpacked when they are asked for, onto a page that the next
 * one turns; the few that a report speaks of are kept.
 */
#ifndef SPN_POLICY_SPN_CENSUS_H
#define SPN_POLICY_SPN_CENSUS_H

#include "index.h"

struct spn_census;

/* What accounts are looked for by; none but the last finds deleted ones. */
enum spn_census_key {
	SPN_CENSUS_SPN,	 /* folded value */
	SPN_CENSUS_NAME, /* sAMAccountName of any account */
	SPN_CENSUS_HOST, /* any name of a computer */
	SPN_CENSUS_UPN,	 /* userPrincipalName */
	SPN_CENSUS_DELETED_SPN,
};

/* fold's private data must live as long. NULL when out of memory. */
struct spn_census *spn_census_new(TALLOC_CTX *mem_ctx, struct spn_fold fold);

/* Copies it. False when out of memory. */
bool spn_census_add(struct spn_census *census,
		    const struct spn_account *account);

/* Of these there are numbers, from 0; some may be removed. */
size_t spn_census_num(const struct spn_census *census);

/*
 * All of these return false only when out of memory; accounts are good until
 * the page is turned, unless they are kept.
 */
/* *_account is NULL if it was removed. */
bool spn_census_get(struct spn_census *census,
		    size_t number,
		    const struct spn_account **_account);

/* Each account once; the list is on mem_ctx, or, if it is long, shared. Names
 * are compared without case, ASCII only. */
bool spn_census_find(struct spn_census *census,
		     TALLOC_CTX *mem_ctx,
		     enum spn_census_key kind,
		     struct spn_str key,
		     struct spn_holders *_holders);

/*
 * Unpacked accounts go: at once, or, where to unpack them again and again
 * would be quadratic, when there are more of them.
 */
void spn_census_turn_page(struct spn_census *census);

/* Where an account of the page comes from; false if it is on no page. */
bool spn_census_number(const struct spn_account *account, size_t *_number);

/* The same account, without facts, for as long as the census lives. */
bool spn_census_keep(struct spn_census *census,
		     size_t number,
		     const struct spn_account **_kept);

/* facts->is_privileged, which is known only when all groups are. Before the
 * account is first asked for. */
void spn_census_set_privileged(struct spn_census *census, size_t number);

/* It is not found any more; what is kept stays. */
void spn_census_remove(struct spn_census *census, size_t number);

#endif
