/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The census as a Windows DC sees it (directory/fold.h).
 */
#ifndef SPN_AUDIT_WIDE_H
#define SPN_AUDIT_WIDE_H

#include "scan.h"

/* Not for values that are all ASCII: there the two cannot differ. On the scan.
 * False when out of memory. */
bool audit_wide_census(struct audit_scan *scan, struct spn_census **_census);

#endif
