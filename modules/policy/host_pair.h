/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Short name <-> FQDN of one host: the one place that says which two
 * names belong together. KB 871179 registers http/NetBIOS and http/FQDN;
 * the table is in docs/rules/http-pair.md.
 */
#ifndef SPN_POLICY_HOST_PAIR_H
#define SPN_POLICY_HOST_PAIR_H

#include "case.h"
#include "names.h"
#include "parts.h"

/*
 * The other name of a host, on mem_ctx, in *_partner: the first label of
 * an FQDN, spelled as it is there, or the FQDN that begins with this label.
 * NULL when there is none: a foreign suffix, an IP literal, what is no name of
 * a host (spn_host_is_name()), a label below an unknown sub-domain, the
 * account's own name while it has no dNSHostName; and when the label is the
 * NetBIOS name of another computer, so that the half would be a name of that
 * one.
 *
 * *_computer (may be NULL) is the computer that has the name; without a
 * partner, the one that has the label. False when out of memory.
 */
bool spn_host_partner(const struct spn_case *c,
		      TALLOC_CTX *mem_ctx,
		      struct spn_str host,
		      const char **_partner,
		      const struct spn_account **_computer);

/* The SPNs of c->after whose host is an FQDN, by key. Starts as {}. */
struct spn_fqdns {
	const struct spn_value **sorted;
	size_t num;
	bool is_there;
};

/*
 * A host may have several FQDNs and one short name. So class/label has its
 * other half not only in spn_host_partner(): any class/FQDN that the account
 * holds, and whose other half this is, will do. Not those of except (may be
 * NULL). fqdns stays on mem_ctx. False when out of memory.
 */
bool spn_host_has_fqdn(const struct spn_case *c,
		       TALLOC_CTX *mem_ctx,
		       struct spn_fqdns *fqdns,
		       const struct spn_value *half,
		       const struct spn_set *except,
		       bool *_has);

/*
 * Who holds thousands of SPNs and loses one must not make us look for the
 * other half of each of them: kin are the values that can be the other half of
 * what has gone. Their host has the same first label, whole or cut off, or
 * that of its other name. Of an account with SPN_FEW values or fewer all are.
 */
#define SPN_FEW 64

/* A value has gone; kin starts as {}, on mem_ctx. False when out of memory. */
bool spn_host_note_kin(const struct spn_case *c,
		       TALLOC_CTX *mem_ctx,
		       const struct spn_value *gone,
		       struct spn_set *kin);

bool spn_host_is_kin(const struct spn_case *c,
		     const struct spn_set *kin,
		     const struct spn_value *value);

bool spn_host_is_fqdn(struct spn_str host); /* has a dot inside */

/* The first label of a host that stands directly in a DNS domain of the
 * forest, or in one that settings or msDS-AllowedDNSSuffixes name; else len 0.
 */
struct spn_str spn_host_label(const struct spn_case *c, struct spn_str host);

#endif
