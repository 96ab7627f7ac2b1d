/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a single value of a setting may look like. What can never match, or
 * would match something else than it says, is refused with the form that was
 * probably meant; nothing is guessed and taken.
 */
#ifndef SPN_POLICY_SETTINGS_VALUES_H
#define SPN_POLICY_SETTINGS_VALUES_H

#include "settings.h"

/*
 * NULL: value may stand under that key. Else why not, in one line on mem_ctx
 * that names the value and what to write; spn_settings_no_memory when out of
 * memory. Blanks around value are gone already.
 */
const char *spn_value_bad_class(TALLOC_CTX *mem_ctx,
				const char *key,
				const char *value);
const char *spn_value_bad_suffix(TALLOC_CTX *mem_ctx,
				 const char *key,
				 const char *value);
const char *spn_value_bad_host(TALLOC_CTX *mem_ctx,
			       const char *key,
			       const char *value);
const char *spn_value_bad_account(TALLOC_CTX *mem_ctx,
				  const char *key,
				  const char *value);

/* What a number may be, both ends included. */
struct spn_bounds {
	uint32_t least;
	uint32_t most;
};

/* The same for a number in decimal digits; *_number only on NULL. */
const char *spn_value_bad_number(TALLOC_CTX *mem_ctx,
				 const char *key,
				 const char *value,
				 struct spn_bounds bounds,
				 uint32_t *_number);

#endif
