/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What valid settings do that an administrator may not have meant: all that
 * can be told without looking at an account. The tools say it.
 */
#ifndef SPN_POLICY_SETTINGS_EFFECTS_H
#define SPN_POLICY_SETTINGS_EFFECTS_H

#include "settings.h"

struct spn_effect {
	const char *key;    /* "exempt-host" */
	const char *value;  /* of a list; NULL: all of its values together */
	const char *text;   /* one line: the setting, and what it does */
	const char *remedy; /* what to type, "spn-policy unset '...'" */
	bool is_note;	    /* good to know; else more is let in than said */
};

/*
 * suffixes, NULL-terminated: the forest's own. The result lives on mem_ctx.
 * False when out of memory.
 */
bool spn_settings_effects(TALLOC_CTX *mem_ctx,
			  const struct spn_settings *settings,
			  const char *const *suffixes,
			  struct spn_effect **_effects,
			  size_t *_num_effects);

/* "spn-policy VERB 'KEY=VALUE'", of a valid setting: no value has a quote in
 * it. On mem_ctx; NULL when out of memory. */
char *spn_settings_command(TALLOC_CTX *mem_ctx,
			   const char *verb,
			   const char *key,
			   const char *value);

#endif
