/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running DC says of its module to whoever asks: one value of the
 * attribute spnPolicyState of its rootDSE. The module writes it, the tools
 * read it, perhaps from another version of the module or from a server that
 * only claims to have one.
 *
 *	version=0.1.0 ldb=2.6.2 state=enforce since=20261129120000.0Z
 *	restart=no tickets=0x4
 *
 * key=value, one blank between. Keys come in any order, and those that a
 * reader does not know it leaves out.
 */
#ifndef SPN_POLICY_DC_STATE_H
#define SPN_POLICY_DC_STATE_H

#include "settings.h"
#include "spn.h"

#define SPN_DC_STATE_ATTRIBUTE "spnPolicyState"

/* What the module does in the samba that runs, whatever smb.conf says now. */
enum spn_dc_mode {
	SPN_DC_ENFORCE,
	SPN_DC_AUDIT,
	SPN_DC_OFF,
	SPN_DC_IDLE, /* it does not know this ldb, and does nothing */
};

/* Why samba has to be restarted; flags. */
enum spn_dc_restart {
	SPN_DC_RESTART_LIST = 1, /* @LIST: taken off it, or not first */
	SPN_DC_RESTART_FILE = 2, /* the .so is not the one that was loaded */
	SPN_DC_RESTART_CONF = 4, /* smb.conf: another spn_policy:mode */
	/* A word that this reader does not know. Never written. */
	SPN_DC_RESTART_OTHER = 8,
};

struct spn_dc_state {
	struct spn_str version; /* of the module */
	struct spn_str ldb;	/* the ldb that has loaded it */
	enum spn_dc_mode mode;
	/* When it was loaded: GeneralizedTime, as ldb_timestring() writes it
	 * and ldb_string_to_time() reads it. */
	struct spn_str since;
	unsigned restart; /* 0: none is due */
	/* What its KDC takes for an account that has no types of its own, as
	 * policy/ticket_types.h says; 0: not known, and then not written. */
	uint32_t tickets;
};

/*
 * The value, on mem_ctx. NULL when out of memory, or when a field could not
 * be read back: a version may have letters, digits and ".+~_-" in it, 64
 * at most.
 */
char *spn_dc_state_text(TALLOC_CTX *mem_ctx, const struct spn_dc_state *state);

/*
 * The reverse. The slices point into value. On false nothing has changed and
 * *_reason says what is wrong, without a byte of the value: it may come from
 * anybody, so show it with spn_quote(SPN_QUOTE_CUT). All keys but
 * tickets must be there, none twice. A state that this reader does not know is
 * an error; a reason for a restart that it does not know is
 * SPN_DC_RESTART_OTHER.
 */
bool spn_dc_state_parse(struct spn_str value,
			struct spn_dc_state *_state,
			const char **_reason);

/* "enforce", "audit", "off", "idle". */
const char *spn_dc_mode_text(enum spn_dc_mode mode);

/* Of a module that is not idle. */
enum spn_dc_mode spn_dc_mode_of(enum spn_mode mode);

/* "2026-11-29T12:00:00Z" of a since that was parsed, on mem_ctx; NULL when out
 * of memory. */
char *spn_dc_time_text(TALLOC_CTX *mem_ctx, struct spn_str since);

/* The n-th of those words, of the flags that are set; NULL behind the last. */
const char *spn_dc_restart_word(unsigned restart, size_t n);

/* "no", or the words with commas between; "other" for those that the reader
 * does not know. On mem_ctx; NULL when out of memory. */
char *spn_dc_restart_text(TALLOC_CTX *mem_ctx, unsigned restart);

#endif
