/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The domain controllers of a domain, and what the samba that runs on each of
 * them does with the module.
 */
#ifndef SPN_COMMON_DCS_H
#define SPN_COMMON_DCS_H

#include "connect.h"

#include "policy/dc_state.h"

enum spn_standing {
	SPN_STANDING_ENFORCE,
	SPN_STANDING_AUDIT,
	SPN_STANDING_OFF,
	SPN_STANDING_IDLE,
	SPN_STANDING_ABSENT,	  /* no module, or not Samba */
	SPN_STANDING_UNCLEAR,	  /* there is one, but what it says is odd */
	SPN_STANDING_UNREACHABLE, /* no answer, so nothing is known */
	SPN_NUM_STANDINGS,
};

struct spn_dc {
	const char *name; /* for people: host, or the name of its object */
	const char *host; /* dNSHostName; NULL: it has none */
	const char *ntds; /* DN of its nTDSDSA object */
	bool is_read_only;
	/* From here on, by spn_dcs_ask(). */
	enum spn_standing standing;
	bool is_windows;
	bool has_state; /* what it says of itself, as parsed: */
	struct spn_dc_state state;
	const char *reason; /* unclear, unreachable: why; else NULL */
};

struct spn_dcs {
	const char *domain; /* DNS name */
	struct spn_dc *dcs; /* in order of names */
	size_t num_dcs;
};

/* Those of the domain of the server that ldb is, as its configuration lists
 * them. NULL: the error of ldb says why. */
struct spn_dcs *spn_dcs_list(TALLOC_CTX *mem_ctx, struct ldb_context *ldb);

/*
 * The same of the directory of the command line, which is opened for it and
 * closed again. NULL, and one line in *_reason, or NULL there when out of
 * memory: also where the configuration names none.
 */
struct spn_dcs *spn_dcs_read(TALLOC_CTX *mem_ctx,
			     struct spn_connect *connect,
			     const char **_reason);

/* Asks each of them, as spn_connect_ask_each() does. False when out of
 * memory. */
bool spn_dcs_ask(struct spn_connect *connect, struct spn_dcs *dcs);

/* What the samba says that this machine runs, by the socket that its smb.conf
 * names; for root. The DC is on mem_ctx, its name is the socket; NULL when
 * out of memory. */
struct spn_dc *spn_dcs_ask_here(TALLOC_CTX *mem_ctx,
				struct spn_connect *connect);

/* What the server says that ldb is open at. NULL when out of memory. */
struct spn_dc *spn_dcs_ask_open(TALLOC_CTX *mem_ctx, struct ldb_context *ldb);

/* "enforce", "unreachable": a word for reports. */
const char *spn_standing_text(enum spn_standing standing);

/*
 * Does it let clients write what the policy would refuse, or may it, as far
 * as can be known? A read-only DC takes no writes, so it does not.
 */
bool spn_dc_lets_in(const struct spn_dc *dc);

/* How many of them do; how many stand like that. */
size_t spn_dcs_letting_in(const struct spn_dcs *dcs);
size_t spn_dcs_count(const struct spn_dcs *dcs, enum spn_standing standing);

/* One sentence about a DC that does not enforce, or that is to be restarted;
 * "" for all others. On mem_ctx; NULL when out of memory. */
char *spn_dc_says(TALLOC_CTX *mem_ctx, const struct spn_dc *dc);

/* What helps where it does not enforce; NULL: nothing that we know of. */
const char *spn_dc_remedy(const struct spn_dc *dc);

#endif
