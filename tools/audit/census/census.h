/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every account of a forest, packed, and found by its SPNs and names. A
 * million accounts fit. What is not in it does not exist, so an audit needs
 * one pass over the directory and no search per account.
 *
 * Accounts are unpacked when they are asked for, onto a page that the next
 * one turns; the few that a report speaks of are kept.
 */
#ifndef SPN_AUDIT_CENSUS_CENSUS_H
#define SPN_AUDIT_CENSUS_CENSUS_H

#include "policy/index.h"

struct spn_census;

/* What accounts are looked for by; none but the last finds deleted ones. */
enum spn_census_key {
	SPN_CENSUS_SPN,	 /* folded value */
	SPN_CENSUS_NAME, /* sAMAccountName of any account */
	SPN_CENSUS_HOST, /* any name of a computer */
	SPN_CENSUS_UPN,	 /* userPrincipalName */
	SPN_CENSUS_CN,	 /* folded CN of a computer, gMSAs included */
	SPN_CENSUS_DELETED_SPN,
};

/* fold's private data must live as long. NULL when out of memory. */
struct spn_census *spn_census_new(TALLOC_CTX *mem_ctx, struct spn_fold fold);

/* What any rule may ask. Accounts that it answers with are good until the page
 * of the census is turned. */
struct spn_index *spn_census_index(struct spn_census *census);

/* Copies it, with all of its SPNs, live or deleted. False when out of memory.
 */
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

/* As account->is_alone, without unpacking it. */
bool spn_census_is_alone(struct spn_census *census, size_t number);

/* Each account once; the list is on mem_ctx, or, if it is long, shared. Names
 * are compared without case, ASCII only. */
bool spn_census_find(struct spn_census *census,
		     TALLOC_CTX *mem_ctx,
		     enum spn_census_key kind,
		     struct spn_str key,
		     struct spn_holders *_holders);

/*
 * What only rules of an audit may ask. Accounts of any kind, with SPNs or
 * without.
 */
/* The live account with exactly this sAMAccountName, or NULL. */
bool spn_census_account_by_name(struct spn_census *census,
				struct spn_str sam_account_name,
				const struct spn_account **_account);
/* Live computers of which this is any name: NetBIOS, DNS, additional. */
bool spn_census_computers_named(struct spn_census *census,
				TALLOC_CTX *mem_ctx,
				struct spn_str host_name,
				struct spn_holders *_computers);
/* Live accounts with this userPrincipalName (facts). */
bool spn_census_upn_holders(struct spn_census *census,
			    TALLOC_CTX *mem_ctx,
			    struct spn_str user_principal_name,
			    struct spn_holders *_holders);
/* False: the next function finds nothing. */
bool spn_census_has_deleted(const struct spn_census *census);
/* Deleted objects that would bring this SPN back; no other function finds
 * deleted ones. */
bool spn_census_deleted_holders(struct spn_census *census,
				TALLOC_CTX *mem_ctx,
				const struct spn_value *spn,
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

/* The one that was kept under that number, or NULL. */
const struct spn_account *spn_census_kept(const struct spn_census *census,
					  size_t number);

/* facts->is_privileged, which is known only when all groups are. Before the
 * account is first asked for. */
void spn_census_set_privileged(struct spn_census *census, size_t number);

/* Nothing is found by a key any more: whoever asks is told that there is no
 * memory. What is kept stays, and accounts are had by their numbers. */
void spn_census_forget_keys(struct spn_census *census);

/* It is not found any more; what is kept stays. */
void spn_census_remove(struct spn_census *census, size_t number);

#endif
