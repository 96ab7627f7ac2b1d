/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WWW-Authenticate and Proxy-Authenticate (RFC 9110 11.6.1): a list of
 * challenges with commas between them and within them, in one header or in
 * several.
 */
#ifndef SPN_PROBE_CHALLENGE_H
#define SPN_PROBE_CHALLENGE_H

#include "policy/spn.h"

/* Slices of the header. */
struct probe_challenge {
	struct spn_str scheme;	/* "Negotiate", as it is spelled */
	struct spn_str token68; /* what follows it in one piece, or empty */
};

/*
 * The next challenge of *rest, which becomes what follows it. False when there
 * is none. What cannot be read is passed over up to the next comma that is not
 * in quotes; parameters are passed over, too.
 */
bool probe_challenge_next(struct spn_str *rest,
			  struct probe_challenge *_challenge);

#endif
