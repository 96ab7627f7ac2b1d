/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of the catalogue in messages.c that only audits report: codes
 * SPN-4xx to SPN-8xx, in order of code. Included there, in the table.
 */
