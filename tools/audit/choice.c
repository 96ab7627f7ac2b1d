/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One entry a code of the catalogue. Later words win, as on every command
 * line: --rule=http-pair=off --rule=SPN-304=error leaves one code on.
 */
#include "choice.h"

#include "audit/rules/messages.h"
#include "policy/quote.h"

#include <stdlib.h>
#include <string.h>

struct level {
	const struct spn_message *message;
	bool is_off;
	bool is_wanted;
	bool is_set;
	enum spn_severity severity;
};

struct audit_choice {
	struct level *levels; /* one a message, in order of code */
	size_t num_levels;
	bool has_only;
	bool has_least;
	enum spn_severity least;
};

#define SEVERITIES "error, warning or info"

static size_t num_messages(void)
{
	size_t num = 0;
	size_t i;
	size_t j;

	for (i = 0; audit_message_list(i) != NULL; i++) {
		for (j = 0; audit_message_list(i)[j] != NULL; j++) {
			num++;
		}
	}
	return num;
}

static int compare_codes(const void *a, const void *b)
{
	const struct level *x = a;
	const struct level *y = b;

	return strcmp(x->message->code, y->message->code);
}

static void fill_levels(struct audit_choice *choice)
{
	size_t i;
	size_t j;

	for (i = 0; audit_message_list(i) != NULL; i++) {
		for (j = 0; audit_message_list(i)[j] != NULL; j++) {
			choice->levels[choice->num_levels++].message =
				audit_message_list(i)[j];
		}
	}
	qsort(choice->levels,
	      choice->num_levels,
	      sizeof(struct level),
	      compare_codes);
}

static bool key_means(struct spn_str key, const struct spn_message *message)
{
	return spn_str_is(key, message->rule) ||
	       spn_str_is(key, message->code) || spn_str_is(key, message->id);
}

static bool is_key(const struct audit_choice *choice, struct spn_str key)
{
	size_t i;

	for (i = 0; i < choice->num_levels; i++) {
		if (key_means(key, choice->levels[i].message)) {
			return true;
		}
	}
	return false;
}

/* "syntax, duplicate-spn, ...": each rule once. NULL when out of memory. */
static char *rule_names(TALLOC_CTX *mem_ctx)
{
	const struct spn_message *m = audit_message_next(NULL);
	char *names = talloc_strdup(mem_ctx, "");
	const char *last = "";

	for (; m != NULL && names != NULL; m = audit_message_next(m)) {
		if (strcmp(m->rule, last) == 0) {
			continue;
		}
		names = talloc_asprintf_append(names,
					       "%s%s",
					       (*last == '\0') ? "" : ", ",
					       m->rule);
		last = m->rule;
	}
	return names;
}

static void explain_key(struct audit_choice *choice,
			const char *option,
			struct spn_str key,
			const char **_reason)
{
	char *names = rule_names(choice);
	char *quoted = spn_quote(choice, key, SPN_QUOTE_CUT);

	*_reason = NULL;
	if (names != NULL && quoted != NULL) {
		*_reason = talloc_asprintf(
			choice,
			"%s: there is no rule %s; rules: %s; or a code or "
			"id of --list-rules",
			option,
			quoted,
			names);
	}
}

static bool severity_of(const char *text, enum spn_severity *_severity)
{
	enum spn_severity s;

	for (s = SPN_SEVERITY_INFO; s <= SPN_SEVERITY_ERROR; s++) {
		if (strcasecmp(text, spn_severity_text(s)) == 0) {
			*_severity = s;
			return true;
		}
	}
	return false;
}

struct audit_choice *audit_choice_new(TALLOC_CTX *mem_ctx)
{
	struct audit_choice *choice = talloc_zero(mem_ctx,
						  struct audit_choice);

	if (choice == NULL) {
		return NULL;
	}
	choice->levels = talloc_zero_array(choice,
					   struct level,
					   num_messages());
	if (choice->levels == NULL) {
		talloc_free(choice);
		return NULL;
	}
	fill_levels(choice);
	choice->least = SPN_SEVERITY_INFO;
	return choice;
}

bool audit_choice_rule(struct audit_choice *choice,
		       const char *text,
		       const char **_reason)
{
	struct level level = {.is_set = true};
	const char *equals = strrchr(text, '=');
	struct spn_str key = spn_str_of(text);
	size_t i;

	if (equals != NULL) {
		key.len = (size_t)(equals - text);
		level.is_off = (strcasecmp(equals + 1, "off") == 0);
	}
	if (equals == NULL ||
	    !(level.is_off || severity_of(equals + 1, &level.severity)))
	{
		*_reason = talloc_asprintf(choice,
					   "--rule: %s is not RULE=SEVERITY "
					   "with error, warning, info or off "
					   "for SEVERITY",
					   spn_quote(choice,
						     spn_str_of(text),
						     SPN_QUOTE_DN |
							     SPN_QUOTE_CUT));
		return false;
	}
	if (!is_key(choice, key)) {
		explain_key(choice, "--rule", key, _reason);
		return false;
	}
	for (i = 0; i < choice->num_levels; i++) {
		if (key_means(key, choice->levels[i].message)) {
			level.message = choice->levels[i].message;
			level.is_wanted = choice->levels[i].is_wanted;
			choice->levels[i] = level;
		}
	}
	return true;
}

/* Every key of a list, marked; or only looked at. */
static bool walk_list(struct audit_choice *choice,
		      const char *text,
		      bool mark,
		      struct spn_str *_key)
{
	const char *start = text;
	size_t i;

	while (true) {
		struct spn_str key = {
			.data = start,
			.len = strcspn(start, ","),
		};

		*_key = key;
		if (!is_key(choice, key)) {
			return false;
		}
		for (i = 0; mark && i < choice->num_levels; i++) {
			if (key_means(key, choice->levels[i].message)) {
				choice->levels[i].is_wanted = true;
			}
		}
		if (start[key.len] == '\0') {
			return true;
		}
		start += key.len + 1;
	}
}

static bool add_list(struct audit_choice *choice,
		     const char *option,
		     const char *text,
		     const char **_reason)
{
	struct spn_str key = {};

	if (!walk_list(choice, text, false, &key)) {
		explain_key(choice, option, key, _reason);
		return false;
	}
	walk_list(choice, text, true, &key);
	choice->has_only = true;
	return true;
}

bool audit_choice_only(struct audit_choice *choice,
		       const char *text,
		       const char **_reason)
{
	return add_list(choice, "--only", text, _reason);
}

bool audit_choice_explain(struct audit_choice *choice,
			  const char *text,
			  const char **_reason)
{
	size_t i;

	if (strcasecmp(text, "all") != 0) {
		return add_list(choice, "--explain", text, _reason);
	}
	for (i = 0; i < choice->num_levels; i++) {
		choice->levels[i].is_wanted = true;
	}
	choice->has_only = true;
	return true;
}

bool audit_choice_least(struct audit_choice *choice,
			const char *text,
			const char **_reason)
{
	if (!severity_of(text, &choice->least)) {
		*_reason = talloc_asprintf(
			choice,
			"--min-severity: %s is not " SEVERITIES,
			spn_quote(choice,
				  spn_str_of(text),
				  SPN_QUOTE_DN | SPN_QUOTE_CUT));
		return false;
	}
	choice->has_least = true;
	return true;
}

static const struct level *level_of(const struct audit_choice *choice,
				    const struct spn_message *message)
{
	static const struct level none;
	const struct level key = {.message = message};
	const struct level *found = bsearch(&key,
					    choice->levels,
					    choice->num_levels,
					    sizeof(key),
					    compare_codes);

	/* Each message is there: tests/check_messages.py. */
	return (found == NULL) ? &none : found;
}

bool audit_choice_is_on(const struct audit_choice *choice,
			const struct spn_message *message)
{
	const struct level *level = level_of(choice, message);

	return !level->is_off && (level->is_wanted || !choice->has_only);
}

/* Nothing of what it could say would be reported. */
static bool is_unwanted(const struct audit_choice *choice,
			const struct spn_rule *rule)
{
	size_t i;

	for (i = 0; rule->messages[i] != NULL; i++) {
		if (audit_choice_is_on(choice, rule->messages[i])) {
			return false;
		}
	}
	return true;
}

uint32_t audit_choice_unwanted(const struct audit_choice *choice)
{
	const struct spn_rule *rule = audit_rule_number(0);
	uint32_t unwanted = 0;
	size_t number = 0;

	for (; rule != NULL; rule = audit_rule_number(++number)) {
		if (is_unwanted(choice, rule)) {
			unwanted |= (uint32_t)1 << number;
		}
	}
	return unwanted;
}

enum spn_severity audit_choice_severity(const struct audit_choice *choice,
					const struct spn_message *message,
					enum spn_severity found)
{
	const struct level *level = level_of(choice, message);

	return level->is_set ? level->severity : found;
}

enum spn_severity audit_choice_lowest(const struct audit_choice *choice)
{
	return choice->least;
}

enum spn_severity audit_choice_threshold(const struct audit_choice *choice)
{
	return choice->has_least ? choice->least : SPN_SEVERITY_ERROR;
}
