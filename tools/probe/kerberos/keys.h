/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The secret half of a keytab. For the files of this folder, and their tests.
 */
#ifndef SPN_PROBE_KEYS_H
#define SPN_PROBE_KEYS_H

#include "probe/kerberos/keytab.h"

struct probe_keytab_keys {
	struct spn_str *keys; /* one for each entry, in their order */
	size_t num_keys;
	char *bytes; /* all of them; wiped */
	size_t len;
};

/* Does this key of the keytab open the ticket? */
bool probe_keytab_key_opens(struct probe_kerberos *krb,
			    const struct probe_keytab *keytab,
			    size_t number,
			    const struct probe_ticket *ticket);

/* Is it the same kvno? Old keytabs have only eight bits of it. */
bool probe_kvno_equal(uint32_t of_keytab, uint32_t of_ticket);

/* "HTTP/web01" of "HTTP/web01@EXAMPLE.COM", whose realm may be absent. */
struct spn_str probe_name_of(const char *principal);
/* ... and the realm; no data if absent. */
struct spn_str probe_realm_of(const char *principal);

#endif
