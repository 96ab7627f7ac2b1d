/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an administrator may set: a level per rule, lists, a number. The one
 * parser for msDS-Settings, `spn-policy set` and tests: text in, struct out.
 */
#ifndef SPN_POLICY_SETTINGS_H
#define SPN_POLICY_SETTINGS_H

#include "rule.h"
#include "spn.h"

/* smb.conf, spn_policy:mode: the local break-glass. */
enum spn_mode {
	SPN_MODE_ENFORCE,
	SPN_MODE_AUDIT, /* deny and complete act as warn */
	SPN_MODE_OFF,
};

/* replace-half: a replace brings nothing new and leaves one half of a pair
 * alone. The stricter come later. */
enum spn_replace_half {
	SPN_REPLACE_HALF_KEEP,	 /* so be it: logged */
	SPN_REPLACE_HALF_REMOVE, /* it is a delete: the half goes along */
	SPN_REPLACE_HALF_DENY,
};

/* NULL-terminated, never NULL. */
struct spn_settings {
	enum spn_mode mode;
	const struct spn_rule *const *rules; /* NULL-terminated */
	enum spn_level *levels;		     /* one per rule, same order */
	size_t num_levels;
	const char **pair_classes;
	bool pair_classes_set; /* the default has been replaced */
	const char **dns_suffixes;
	const char **exempt_accounts;
	const char **exempt_hosts;
	uint32_t machine_spn_limit; /* 0: there is none */
	enum spn_replace_half replace_half;
	bool replace_half_set; /* the default has been replaced */
};

/* One key an administrator may set. The table is the only list of them. */
struct spn_setting {
	const char *name;     /* "dns-suffix" */
	const char *values;   /* "deny warn off", or what a value looks like */
	const char *fallback; /* in force where nothing is set; "" for none */
	const char *summary;  /* one line */
	bool is_list;	      /* may be set more than once; values add up */
};

/* Every key: these rules, NULL-terminated, the lists, the numbers, the words.
 * The result lives on mem_ctx; NULL when out of memory. */
const struct spn_setting *spn_settings_table(
	TALLOC_CTX *mem_ctx,
	const struct spn_rule *const *rules,
	size_t *_num);

/* The defaults; rules are those that can be set, as above, and stay the
 * caller's. NULL when out of memory. */
struct spn_settings *spn_settings_new(TALLOC_CTX *mem_ctx,
				      const struct spn_rule *const *rules);

/* *_reason of the functions below when it is memory that was missing: not
 * the value is wrong, and it must not be left out as if it were. */
extern const char spn_settings_no_memory[];

/*
 * Sets one key. On false nothing has changed and *_reason says why, in one
 * line that names what is allowed; it lives on settings. The first value of
 * pair-classes replaces the default, more of them add up. Of a limit that is
 * set twice the lower number counts, of replace-half the stricter word.
 */
bool spn_settings_set(struct spn_settings *settings,
		      const char *name,
		      const char *value,
		      const char **_reason);

/*
 * "key=value" into its parts, without the blanks around them. False when it
 * has no "=": then all of it is the key.
 */
bool spn_settings_split(struct spn_str line,
			struct spn_str *_key,
			struct spn_str *_value);

/* One line of msDS-Settings. */
bool spn_settings_set_line(struct spn_settings *settings,
			   struct spn_str line,
			   const char **_reason);

/*
 * All lines of msDS-Settings, on settings that are new. reasons has room for
 * num_lines: NULL for a line that counts, else why it does not. What is
 * refused never makes the others weaker than they are without it: of two
 * levels for one rule the stricter counts, and a line of pair-classes that is
 * not understood keeps the default. The order does not matter, except for
 * that in which lists are shown. False when out of memory.
 */
bool spn_settings_set_lines(struct spn_settings *settings,
			    const struct spn_str *lines,
			    size_t num_lines,
			    const char **reasons);

/* "enforce", "audit" or "off"; false for anything else, nothing changed. */
bool spn_settings_set_mode(struct spn_settings *settings, const char *mode);

/*
 * Character 21 of dSHeuristics (KB5008382): bit 2 sets duplicate-spn to
 * off, bit 4 alias-spn. Samba's own check below stays on.
 */
void spn_settings_apply_heuristics(struct spn_settings *settings,
				   const char *ds_heuristics);

/* The text form of a key's effective value (lists: joined by ", "), on
 * mem_ctx; NULL when out of memory or for an unknown key. */
char *spn_settings_get(const struct spn_settings *settings,
		       TALLOC_CTX *mem_ctx,
		       const char *name);

const char *spn_level_text(enum spn_level level);
const char *spn_mode_text(enum spn_mode mode);

/* Effective level of a rule by its place among the rules: mode applied. */
enum spn_level spn_settings_level(const struct spn_settings *settings,
				  size_t rule);

/* The same by the rule's name; off for a name that is no rule. */
enum spn_level spn_settings_level_of(const struct spn_settings *settings,
				     const char *rule);

bool spn_settings_is_pair_class(const struct spn_settings *settings,
				struct spn_str service_class);
/* A value of exempt-host and the host name of an SPN. */
bool spn_settings_glob_matches(const char *glob, const char *host_name);
bool spn_settings_is_exempt_host(const struct spn_settings *settings,
				 struct spn_str host);
/* By objectGUID or sAMAccountName. */
bool spn_settings_is_exempt_account(const struct spn_settings *settings,
				    const char *object_guid,
				    const char *sam_account_name);

#endif
