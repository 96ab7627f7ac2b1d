/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is the ldb that has loaded us one whose interface we know? Its version says
 * whether it was checked (ldb_series.h), and a trial whether its structures
 * are the ones that we were built with. Samba's own modules are of one build
 * with their ldb; we are not, for a distribution brings a new one without us.
 */
#ifndef SPN_LDB_H
#define SPN_LDB_H

#include <stdbool.h>

#include <util/data_blob.h>

#include <ldb.h>

/* version: as ldb_init_module() gets it, "2.6.2". */
bool spn_ldb_is_checked(const char *version);

/*
 * Compares what libldb makes of requests, messages and filters with our idea
 * of them. *_differs: what is not as we were built for ("a search"); NULL:
 * nothing. An LDB code: it could not be tried, there was no memory.
 */
int spn_ldb_compare(struct ldb_context *ldb, const char **_differs);

#endif
