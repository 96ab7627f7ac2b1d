/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys of the rules come from the table of rules; the lists stand in one
 * table here, numbers and words beside it. All are set through
 * spn_settings_set() and nowhere else.
 */
#include "settings.h"

#include "room.h"

#include <stdlib.h>
#include <string.h>

#include "settings_values.h"
#include "quote.h"

const char spn_settings_no_memory[] = "out of memory";

static const char *const level_texts[] = {
	[SPN_LEVEL_OFF] = "off",
	[SPN_LEVEL_WARN] = "warn",
	[SPN_LEVEL_DENY] = "deny",
	[SPN_LEVEL_COMPLETE] = "complete",
};
#define NUM_LEVELS (sizeof(level_texts) / sizeof(level_texts[0]))

static const char *const mode_texts[] = {
	[SPN_MODE_ENFORCE] = "enforce",
	[SPN_MODE_AUDIT] = "audit",
	[SPN_MODE_OFF] = "off",
};
#define NUM_MODES (sizeof(mode_texts) / sizeof(mode_texts[0]))

const char *spn_level_text(enum spn_level level)
{
	return level_texts[level];
}

const char *spn_mode_text(enum spn_mode mode)
{
	return mode_texts[mode];
}

/* A list of the settings: where it is kept and what may be in it. */
struct list_key {
	struct spn_setting setting;
	size_t offset; /* of the const char ** in struct spn_settings */
	const char *(*check)(TALLOC_CTX *mem_ctx,
			     const char *key,
			     const char *value);
};

static const struct list_key list_keys[] = {
	{
		.setting = {"pair-classes",
			    "a service class",
			    "http",
			    "classes whose SPNs go in pairs",
			    true},
		.offset = offsetof(struct spn_settings, pair_classes),
		.check = spn_value_bad_class,
	},
	{
		.setting = {"dns-suffix",
			    "a DNS suffix",
			    "",
			    "a DNS suffix besides those of the forest",
			    true},
		.offset = offsetof(struct spn_settings, dns_suffixes),
		.check = spn_value_bad_suffix,
	},
	{
		.setting = {"exempt-account",
			    "an objectGUID or a sAMAccountName",
			    "",
			    "an account that only duplicate-spn and "
			    "hidden-duplicate judge",
			    true},
		.offset = offsetof(struct spn_settings, exempt_accounts),
		.check = spn_value_bad_account,
	},
	{
		.setting = {"exempt-host",
			    "a host name, * and ? allowed",
			    "",
			    "host names that only duplicate-spn and "
			    "hidden-duplicate judge",
			    true},
		.offset = offsetof(struct spn_settings, exempt_hosts),
		.check = spn_value_bad_host,
	},
};
#define NUM_LIST_KEYS (sizeof(list_keys) / sizeof(list_keys[0]))

/* A limit: what it may be. */
struct number_key {
	struct spn_setting setting;
	size_t offset; /* of the uint32_t in struct spn_settings */
	struct spn_bounds bounds;
};

static const struct number_key number_keys[] = {
	{
		.setting = {"machine-spn-limit",
			    "a number from 1 to 100000",
			    "",
			    "how many SPNs a machine may give itself",
			    false},
		.offset = offsetof(struct spn_settings, machine_spn_limit),
		.bounds = {1, 100000},
	},
};
#define NUM_NUMBER_KEYS (sizeof(number_keys) / sizeof(number_keys[0]))

static const struct spn_setting half_key = {
	"replace-half",
	"deny keep remove",
	"deny",
	"a replace that only takes away, and half a pair stays",
	false,
};

static const char *const half_texts[] = {
	[SPN_REPLACE_HALF_KEEP] = "keep",
	[SPN_REPLACE_HALF_REMOVE] = "remove",
	[SPN_REPLACE_HALF_DENY] = "deny",
};
#define NUM_HALVES (sizeof(half_texts) / sizeof(half_texts[0]))

static uint32_t *number_of(struct spn_settings *settings,
			   const struct number_key *key)
{
	return (uint32_t *)(void *)((char *)settings + key->offset);
}

static const char ***list_of(struct spn_settings *settings,
			     const struct list_key *key)
{
	return (const char ***)(void *)((char *)settings + key->offset);
}

/* "complete deny warn off" */
static char *modes_text(TALLOC_CTX *mem_ctx, unsigned modes)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = NUM_LEVELS; text != NULL && i > 0; i--) {
		if ((modes & (1u << (i - 1))) != 0) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      *text ? " " : "",
						      level_texts[i - 1]);
		}
	}
	return text;
}

static size_t count_rules(const struct spn_rule *const *rules)
{
	size_t num = 0;

	while (rules[num] != NULL) {
		num++;
	}
	return num;
}

const struct spn_setting *spn_settings_table(
	TALLOC_CTX *mem_ctx,
	const struct spn_rule *const *rules,
	size_t *_num)
{
	struct spn_setting *table = talloc_zero_array(
		mem_ctx,
		struct spn_setting,
		count_rules(rules) + NUM_LIST_KEYS + NUM_NUMBER_KEYS + 1);
	size_t num = 0;
	size_t i;

	if (table == NULL) {
		return NULL;
	}
	for (i = 0; rules[i] != NULL; i++) {
		table[num] = (struct spn_setting){
			.name = rules[i]->name,
			.values = modes_text(table, rules[i]->modes),
			.fallback = spn_level_text(rules[i]->level),
			.summary = rules[i]->summary,
		};
		if (table[num].values == NULL) {
			talloc_free(table);
			return NULL;
		}
		num++;
	}
	for (i = 0; i < NUM_LIST_KEYS; i++) {
		table[num++] = list_keys[i].setting;
	}
	for (i = 0; i < NUM_NUMBER_KEYS; i++) {
		table[num++] = number_keys[i].setting;
	}
	table[num++] = half_key;
	*_num = num;
	return table;
}

struct spn_settings *spn_settings_new(TALLOC_CTX *mem_ctx,
				      const struct spn_rule *const *rules)
{
	struct spn_settings *settings = talloc_zero(mem_ctx,
						    struct spn_settings);
	size_t i;

	if (settings == NULL) {
		return NULL;
	}
	settings->rules = rules;
	settings->replace_half = SPN_REPLACE_HALF_DENY;
	settings->num_levels = count_rules(rules);
	settings->levels = talloc_array(settings,
					enum spn_level,
					settings->num_levels);
	if (settings->levels == NULL) {
		goto oom;
	}
	for (i = 0; rules[i] != NULL; i++) {
		settings->levels[i] = rules[i]->level;
	}
	for (i = 0; i < NUM_LIST_KEYS; i++) {
		const char **list = talloc_zero_array(settings,
						      const char *,
						      2);

		if (list == NULL) {
			goto oom;
		}
		if (list_keys[i].setting.fallback[0] != '\0') {
			list[0] = list_keys[i].setting.fallback;
		}
		*list_of(settings, &list_keys[i]) = list;
	}
	return settings;
oom:
	talloc_free(settings);
	return NULL;
}

static bool set_level(struct spn_settings *settings,
		      const struct spn_rule *rule,
		      size_t place,
		      const char *value,
		      const char **_reason)
{
	char *modes = NULL;
	char *shown = NULL;
	char *reason = NULL;
	size_t i;

	for (i = 0; i < NUM_LEVELS; i++) {
		if ((rule->modes & (1u << i)) != 0 &&
		    strcasecmp(value, level_texts[i]) == 0)
		{
			settings->levels[place] = (enum spn_level)i;
			return true;
		}
	}
	modes = modes_text(settings, rule->modes);
	shown = spn_quote(settings, spn_str_of(value), SPN_QUOTE_CUT);
	if (modes != NULL && shown != NULL) {
		reason = talloc_asprintf(settings,
					 "%s is no mode of %s; it takes: %s",
					 shown,
					 rule->name,
					 modes);
	}
	*_reason = (reason != NULL) ? reason : spn_settings_no_memory;
	return false;
}

static bool add_to_list(struct spn_settings *settings,
			const struct list_key *key,
			const char *value,
			const char **_reason)
{
	const char ***list = list_of(settings, key);
	const char *wrong = key->check(settings, key->setting.name, value);
	const char **grown = NULL;
	char *copy = NULL;
	size_t num = 0;
	bool replace = (*list == settings->pair_classes &&
			!settings->pair_classes_set);

	*_reason = (wrong != NULL) ? wrong : spn_settings_no_memory;
	if (wrong != NULL) {
		return false;
	}
	while (!replace && (*list)[num] != NULL) {
		num++;
	}
	/* Both, before anything of the list changes. */
	copy = talloc_strdup(settings, value);
	if (copy == NULL) {
		return false;
	}
	grown = spn_room(settings, *list, num + 1, const char *);
	if (grown == NULL) {
		talloc_free(copy);
		return false;
	}
	*list = grown;
	grown[num] = talloc_move(grown, &copy);
	grown[num + 1] = NULL;
	settings->pair_classes_set |= replace;
	return true;
}

static bool set_limit(struct spn_settings *settings,
		      const struct number_key *key,
		      const char *value,
		      const char **_reason)
{
	uint32_t *limit = number_of(settings, key);
	uint32_t number = 0;

	*_reason = spn_value_bad_number(settings,
					key->setting.name,
					value,
					key->bounds,
					&number);
	if (*_reason == NULL && (*limit == 0 || number < *limit)) {
		*limit = number;
	}
	return *_reason == NULL;
}

static bool set_half(struct spn_settings *settings,
		     const char *value,
		     const char **_reason)
{
	char *shown = NULL;
	char *reason = NULL;
	size_t i;

	for (i = 0; i < NUM_HALVES; i++) {
		if (strcasecmp(value, half_texts[i]) != 0) {
			continue;
		}
		if (!settings->replace_half_set ||
		    settings->replace_half < (enum spn_replace_half)i)
		{
			settings->replace_half = (enum spn_replace_half)i;
		}
		settings->replace_half_set = true;
		return true;
	}
	shown = spn_quote(settings, spn_str_of(value), SPN_QUOTE_CUT);
	if (shown != NULL) {
		reason = talloc_asprintf(
			settings,
			"%s: %s is none of its words: write deny, keep or "
			"remove",
			half_key.name,
			shown);
	}
	*_reason = (reason != NULL) ? reason : spn_settings_no_memory;
	return false;
}

static bool unknown_name(struct spn_settings *settings,
			 const char *name,
			 const char **_reason)
{
	const struct spn_rule *const *rules = settings->rules;
	char *known = talloc_strdup(settings, "");
	char *shown = spn_quote(settings, spn_str_of(name), SPN_QUOTE_CUT);
	char *reason = NULL;
	size_t i;

	if (strcasecmp(name, "mode") == 0 ||
	    strcasecmp(name, "spn_policy:mode") == 0)
	{
		*_reason = "the mode is set for one DC at a time, in its "
			   "smb.conf: spn_policy:mode = enforce, audit or off";
		return false;
	}
	for (i = 0; known != NULL && rules[i] != NULL; i++) {
		known = talloc_asprintf_append(known, "%s, ", rules[i]->name);
	}
	for (i = 0; known != NULL && i < NUM_LIST_KEYS; i++) {
		known = talloc_asprintf_append(known,
					       "%s%s",
					       (i > 0) ? ", " : "",
					       list_keys[i].setting.name);
	}
	for (i = 0; known != NULL && i < NUM_NUMBER_KEYS; i++) {
		known = talloc_asprintf_append(known,
					       ", %s",
					       number_keys[i].setting.name);
	}
	if (known != NULL) {
		known = talloc_asprintf_append(known, ", %s", half_key.name);
	}
	if (known != NULL && shown != NULL) {
		reason = talloc_asprintf(
			settings,
			"there is no setting %s; there are: %s",
			shown,
			known);
	}
	*_reason = (reason != NULL) ? reason : spn_settings_no_memory;
	return false;
}

bool spn_settings_set(struct spn_settings *settings,
		      const char *name,
		      const char *value,
		      const char **_reason)
{
	const struct spn_rule *const *rules = settings->rules;
	const char *ignored = NULL;
	size_t i;

	if (_reason == NULL) {
		_reason = &ignored;
	}
	for (i = 0; i < NUM_LIST_KEYS; i++) {
		if (strcasecmp(name, list_keys[i].setting.name) == 0) {
			return add_to_list(settings,
					   &list_keys[i],
					   value,
					   _reason);
		}
	}
	for (i = 0; i < NUM_NUMBER_KEYS; i++) {
		if (strcasecmp(name, number_keys[i].setting.name) == 0) {
			return set_limit(settings,
					 &number_keys[i],
					 value,
					 _reason);
		}
	}
	if (strcasecmp(name, half_key.name) == 0) {
		return set_half(settings, value, _reason);
	}
	for (i = 0; rules[i] != NULL; i++) {
		if (strcasecmp(name, rules[i]->name) == 0) {
			return set_level(settings,
					 rules[i],
					 i,
					 value,
					 _reason);
		}
	}
	return unknown_name(settings, name, _reason);
}

bool spn_settings_set_mode(struct spn_settings *settings, const char *mode)
{
	size_t i;

	for (i = 0; i < NUM_MODES; i++) {
		if (strcasecmp(mode, mode_texts[i]) == 0) {
			settings->mode = (enum spn_mode)i;
			return true;
		}
	}
	return false;
}

void spn_settings_apply_heuristics(struct spn_settings *settings,
				   const char *ds_heuristics)
{
	static const struct {
		const char *rule;
		int bit;
	} bits[] = {
		{"duplicate-spn", 2},
		{"alias-spn", 4},
	};
	const size_t place = 21;
	int digit = 0;
	size_t i;

	if (ds_heuristics == NULL || strlen(ds_heuristics) < place) {
		return;
	}
	if (ds_heuristics[place - 1] < '0' || ds_heuristics[place - 1] > '7') {
		return;
	}
	digit = ds_heuristics[place - 1] - '0';
	for (i = 0; i < 2; i++) {
		if ((digit & bits[i].bit) != 0) {
			spn_settings_set(settings, bits[i].rule, "off", NULL);
		}
	}
}

char *spn_settings_get(const struct spn_settings *settings,
		       TALLOC_CTX *mem_ctx,
		       const char *name)
{
	const struct spn_rule *const *rules = settings->rules;
	char *text = NULL;
	size_t i;
	size_t j;

	for (i = 0; rules[i] != NULL; i++) {
		if (strcasecmp(name, rules[i]->name) == 0) {
			return talloc_strdup(mem_ctx,
					     spn_level_text(
						     settings->levels[i]));
		}
	}
	if (strcasecmp(name, half_key.name) == 0) {
		return talloc_strdup(mem_ctx,
				     half_texts[settings->replace_half]);
	}
	for (i = 0; i < NUM_NUMBER_KEYS; i++) {
		const void *at = (const char *)settings +
				 number_keys[i].offset;
		uint32_t number = *(const uint32_t *)at;

		if (strcasecmp(name, number_keys[i].setting.name) == 0) {
			return (number == 0) ? talloc_strdup(mem_ctx, "")
					     : talloc_asprintf(mem_ctx,
							       "%lu",
							       (unsigned long)
								       number);
		}
	}
	for (i = 0; i < NUM_LIST_KEYS; i++) {
		const char *const *list = NULL;

		if (strcasecmp(name, list_keys[i].setting.name) != 0) {
			continue;
		}
		list = *(const char *const *const
				 *)(const void *)((const char *)settings +
						  list_keys[i].offset);
		text = talloc_strdup(mem_ctx, "");
		for (j = 0; text != NULL && list[j] != NULL; j++) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      (j > 0) ? ", " : "",
						      list[j]);
		}
	}
	return text;
}
