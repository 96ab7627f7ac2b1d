/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words that the text and the JSON of a report share.
 */
#ifndef SPN_PROBE_REPORT_H
#define SPN_PROBE_REPORT_H

#include "probe/probe.h"

/* "fault" */
const char *probe_weight_word(enum probe_weight weight);

/* Whose key it is, as the directory says; NULL: nobody's, or not known. */
const struct spn_account *probe_row_account(const struct probe_row *row);

#endif
