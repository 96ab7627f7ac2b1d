/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An add or a modify that concerns us, from before it is passed down until
 * the modules below have done it, and what must come along has been done, too.
 */
#ifndef SPN_WRITE_H
#define SPN_WRITE_H

#include "spn_request.h"

/* Private to Samba, fixed by the protocol. */
#define SPN_CONTROL_DBCHECK "1.3.6.1.4.1.7165.4.3.19"

/* Controls of clients have not been filtered yet up here: those count for
 * nothing. */
bool spn_write_has_trusted_control(struct ldb_request *req, const char *oid);

/* Dbcheck and provision are told of in the log, not refused. */
bool spn_write_may_refuse(struct ldb_request *req);

/* Takes the request over. */
int spn_write(struct ldb_module *module,
	      struct ldb_request *req,
	      const struct spn_concern *concern);

/*
 * A search that Samba makes for itself while a write is under way. *_answered:
 * it has been answered from what is known; else it is to be passed down as if
 * nothing had been. A failure is the answer.
 */
int spn_write_search(struct ldb_module *module,
		     struct ldb_request *req,
		     bool *_answered);

#endif
