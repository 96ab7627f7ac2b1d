/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this DC says of the module to who asks its rootDSE for the attribute
 * spnPolicyState (policy/dc_state.h), and asks for it by its name. Only who
 * has logged on is told: it says what trying a write would show, and when
 * samba was started.
 */
#ifndef SPN_DC_STATE_H
#define SPN_DC_STATE_H

#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

#include "policy/dc_state.h"

/* We were loaded into this process, by an ldb of this version: a text that
 * stays. */
void spn_dc_state_loaded(const char *ldb_version);

/* It is a search of the rootDSE that names the attribute, by a caller who may
 * see it. */
bool spn_dc_state_is_asked(struct ldb_context *ldb,
			   const struct ldb_request *req);

/* Passes such a search down, and adds the attribute to what comes back. */
int spn_dc_state_answer(struct ldb_module *module,
			struct ldb_request *req,
			enum spn_dc_mode mode);

/* The .search of a module that is idle. */
int spn_dc_state_search_idle(struct ldb_module *module,
			     struct ldb_request *req);

#endif
