/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An add or a modify that concerns us, from before it is passed down until
 * the modules below have done it.
 */
#ifndef SPN_POLICY_SPN_WRITE_H
#define SPN_POLICY_SPN_WRITE_H

#include "spn_request.h"

/* Private to Samba, fixed by the protocol. */
#define SPN_CONTROL_DBCHECK "1.3.6.1.4.1.7165.4.3.19"

/* Controls of clients have not been filtered yet up here: those count for
 * nothing. */
bool spn_write_has_trusted_control(struct ldb_request *req, const char *oid);

/* Takes the request over. */
int spn_write(struct ldb_module *module,
	      struct ldb_request *req,
	      const struct spn_concern *concern);

#endif
