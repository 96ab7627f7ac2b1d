/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of the rule http-pair what only an audit says: of a half that nothing has to
 * be done about in a write, and of http SPNs with a port.
 */
#ifndef SPN_POLICY_RULES_HTTP_PAIR_AUDIT_H
#define SPN_POLICY_RULES_HTTP_PAIR_AUDIT_H

#include "policy/host_pair.h"
#include "policy/report.h"

extern const struct spn_message spn_pair_mismatch;  /* SPN-305 */
extern const struct spn_message spn_pair_port;	    /* SPN-306 */
extern const struct spn_message spn_winrm_hit;	    /* SPN-307 */
extern const struct spn_message spn_pair_foreign;   /* SPN-308 */
extern const struct spn_message spn_pair_port_half; /* SPN-310 */

/* An http SPN of the account and the other half that it wants. */
struct spn_half {
	const struct spn_value *value;
	struct spn spn;
	const char *partner;		    /* host name */
	const struct spn_account *computer; /* see spn_host_partner() */
	const char *partner_spn;
	bool is_here; /* in an audit: the account holds partner_spn, and nobody
			 else, and no more is known */
	struct spn_holders exact;     /* who holds partner_spn */
	struct spn_holders effective; /* who answers for it */
};

/* A plain http SPN. False when out of memory. */
bool spn_half_audit(const struct spn_case *c,
		    const struct spn_half *half,
		    struct spn_report *report);

/* With a port, or three-part. False when out of memory. */
bool spn_half_audit_other(const struct spn_case *c,
			  const struct spn_value *value,
			  struct spn_report *report);

#endif
