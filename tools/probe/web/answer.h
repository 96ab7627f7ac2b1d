/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A web server's answer token: is there a Kerberos error in it?
 */
#ifndef SPN_PROBE_ANSWER_H
#define SPN_PROBE_ANSWER_H

#include "policy/spn.h"

/*
 * The error code of a KRB-ERROR (RFC 4120 5.9.1) in the token of Kerberos (RFC
 * 4121 4.1) in that of SPNEGO (RFC 4178 4.2.2), or without one or both of
 * these around it. 0: there is none, or it cannot be read.
 */
int32_t probe_answer_error(struct spn_str token);

#endif
