/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A census as an index of the rules. For census.c only.
 */
#ifndef SPN_AUDIT_CENSUS_INDEX_H
#define SPN_AUDIT_CENSUS_INDEX_H

#include "census.h"

extern const struct spn_index_ops spn_census_index_ops;

/* The one that the index is part of. */
struct spn_census *spn_census_of(struct spn_index *index);

#endif
