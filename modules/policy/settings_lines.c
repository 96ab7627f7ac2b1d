/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines "key=value", one by one and as the settings object holds them: in no
 * order, since a directory keeps values of an attribute in none. So nothing
 * here depends on it, and where lines do not agree the stricter counts.
 */
#include "settings.h"

#include <string.h>

#define PAIR_CLASSES "pair-classes"
#define PAIR_DEFAULT "http"

static struct spn_str trim(struct spn_str s)
{
	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 &&
	       (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
	{
		s.len--;
	}
	return s;
}

bool spn_settings_split(struct spn_str line,
			struct spn_str *_key,
			struct spn_str *_value)
{
	const char *equals = (line.len > 0) ? memchr(line.data, '=', line.len)
					    : NULL;
	struct spn_str key = line;
	struct spn_str value = {.data = ""};

	if (equals != NULL) {
		key.len = (size_t)(equals - line.data);
		value.data = equals + 1;
		value.len = line.len - key.len - 1;
	}
	*_key = trim(key);
	*_value = trim(value);
	return equals != NULL;
}

bool spn_settings_set_line(struct spn_settings *settings,
			   struct spn_str line,
			   const char **_reason)
{
	struct spn_str part[2] = {};
	char *text[2] = {};
	size_t i;
	bool ok = false;

	if (!spn_settings_split(line, &part[0], &part[1])) {
		*_reason = "a setting is written KEY=VALUE";
		return false;
	}
	if (memchr(line.data, '\0', line.len) != NULL) {
		*_reason = "a NUL byte cannot be part of a setting";
		return false;
	}
	for (i = 0; i < 2; i++) {
		text[i] = talloc_strndup(settings, part[i].data, part[i].len);
		if (text[i] == NULL) {
			*_reason = spn_settings_no_memory;
			return false;
		}
	}
	ok = spn_settings_set(settings, text[0], text[1], _reason);
	talloc_free(text[0]);
	talloc_free(text[1]);
	return ok;
}

/* Which rule a line sets the level of; num_levels when none. */
static size_t rule_of(const struct spn_settings *settings, struct spn_str line)
{
	const struct spn_rule *const *rules = settings->rules;
	struct spn_str key = {};
	struct spn_str value = {};
	size_t i;

	spn_settings_split(line, &key, &value);
	for (i = 0; rules[i] != NULL; i++) {
		if (spn_str_is(key, rules[i]->name)) {
			break;
		}
	}
	return i;
}

/* The line of one rule that counts so far. */
struct ruling {
	bool is_set;
	size_t line;
	enum spn_level level;
};

/*
 * A rule's level has just been set by a line. If another line set it before,
 * one of them is the stricter; the other gets its reason.
 */
static bool settle(struct spn_settings *settings,
		   struct ruling *ruling,
		   size_t rule,
		   size_t line,
		   const char **reasons)
{
	enum spn_level *level = &settings->levels[rule];
	size_t loser = ruling->line;

	if (ruling->is_set && *level == ruling->level) {
		return true;
	}
	if (ruling->is_set && *level < ruling->level) {
		*level = ruling->level;
		loser = line;
	} else {
		ruling->line = line;
		ruling->level = *level;
	}
	if (!ruling->is_set) {
		ruling->is_set = true;
		return true;
	}
	reasons[loser] = talloc_asprintf(settings,
					 "another line sets %s to %s, "
					 "which is stricter and counts",
					 settings->rules[rule]->name,
					 spn_level_text(*level));
	return reasons[loser] != NULL;
}

/* A line of the classes that is not understood may be the one that named the
 * default: it stays, whatever the other lines say. */
static bool keep_default_class(struct spn_settings *settings,
			       const struct spn_str *lines,
			       size_t num_lines,
			       const char *const *reasons)
{
	struct spn_str key = {};
	struct spn_str value = {};
	size_t i;

	if (spn_settings_is_pair_class(settings, spn_str_of(PAIR_DEFAULT))) {
		return true;
	}
	for (i = 0; i < num_lines; i++) {
		spn_settings_split(lines[i], &key, &value);
		if (reasons[i] != NULL && spn_str_is(key, PAIR_CLASSES)) {
			return spn_settings_set(settings,
						PAIR_CLASSES,
						PAIR_DEFAULT,
						NULL);
		}
	}
	return true;
}

bool spn_settings_set_lines(struct spn_settings *settings,
			    const struct spn_str *lines,
			    size_t num_lines,
			    const char **reasons)
{
	struct ruling *rulings = talloc_zero_array(settings,
						   struct ruling,
						   settings->num_levels);
	bool ok = rulings != NULL;
	size_t i;

	for (i = 0; ok && i < num_lines; i++) {
		size_t rule = rule_of(settings, lines[i]);
		const char *reason = NULL;

		reasons[i] = NULL;
		if (!spn_settings_set_line(settings, lines[i], &reason)) {
			reasons[i] = reason;
			ok = reason != spn_settings_no_memory;
			continue;
		}
		if (rule < settings->num_levels) {
			ok = settle(settings,
				    &rulings[rule],
				    rule,
				    i,
				    reasons);
		}
	}
	talloc_free(rulings);
	return ok && keep_default_class(settings, lines, num_lines, reasons);
}
