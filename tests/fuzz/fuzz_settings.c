/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings: every line of the input is one value of msDS-Settings; the whole
 * of it is also a value of dSHeuristics and a mode of smb.conf.
 */
#include "fuzz.h"

#include <ctype.h>

#include "policy/rules/rules.h"
#include "policy/settings_effects.h"

#define MAX_LEN 1024

/* Every key with its effective value, and the mode. */
static char *all_of(TALLOC_CTX *mem_ctx, const struct spn_settings *settings)
{
	char *all = talloc_strdup(mem_ctx, spn_mode_text(settings->mode));
	size_t num = 0;
	const struct spn_setting *table = spn_settings_table(mem_ctx,
							     spn_rules(),
							     &num);
	size_t i;

	FUZZ_CHECK(table != NULL);
	for (i = 0; i < num; i++) {
		char *value = spn_settings_get(settings,
					       mem_ctx,
					       table[i].name);

		FUZZ_CHECK(value != NULL);
		all = talloc_asprintf_append(all,
					     "\n%s=%s",
					     table[i].name,
					     value);
		FUZZ_CHECK(all != NULL);
	}
	return all;
}

/* What was set is what is got: the level, or the last of the list. */
static void check_set(TALLOC_CTX *mem_ctx,
		      const struct spn_settings *settings,
		      struct spn_str line)
{
	char *key = talloc_strndup(mem_ctx, line.data, line.len);
	char *value = strchr(key, '=') + 1;
	char *got = NULL;
	size_t len = 0;

	value[-1] = '\0';
	key += strspn(key, " \t");
	key[strcspn(key, " \t")] = '\0';
	value += strspn(value, " \t");
	len = strlen(value);
	while (len > 0 && strchr(" \t", value[len - 1]) != NULL) {
		value[--len] = '\0';
	}
	got = spn_settings_get(settings, mem_ctx, key);
	FUZZ_CHECK(got != NULL && strlen(got) >= len);
	FUZZ_CHECK(strcasecmp(got + strlen(got) - len, value) == 0);
}

static bool is_one_line(const char *text)
{
	while (*text != '\0' && !iscntrl((unsigned char)*text)) {
		text++;
	}
	return *text == '\0';
}

static void check_line(struct spn_settings *settings, struct spn_str line)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *before = all_of(mem_ctx, settings);
	const char *reason = NULL;

	if (spn_settings_set_line(settings, line, &reason)) {
		check_set(mem_ctx, settings, line);
	} else {
		FUZZ_CHECK(reason != NULL && reason[0] != '\0');
		FUZZ_CHECK(reason != spn_settings_no_memory);
		FUZZ_CHECK(is_one_line(reason));
		FUZZ_CHECK(strcmp(before, all_of(mem_ctx, settings)) == 0);
	}
	talloc_free(mem_ctx);
}

/* All lines together: what is refused takes nothing away from the others, and
 * what is left can be told. */
static void check_together(TALLOC_CTX *mem_ctx,
			   const struct spn_str *lines,
			   size_t num)
{
	static const char *const suffixes[] = {"example.com", NULL};
	struct spn_settings *all = spn_settings_new(mem_ctx, spn_rules());
	struct spn_settings *good = spn_settings_new(mem_ctx, spn_rules());
	const char **reasons = talloc_zero_array(mem_ctx, const char *, num);
	const char *reason = NULL;
	struct spn_effect *effects = NULL;
	size_t num_effects = 0;
	size_t i;

	FUZZ_CHECK(spn_settings_set_lines(all, lines, num, reasons));
	for (i = 0; i < num; i++) {
		FUZZ_CHECK(reasons[i] != NULL ||
			   spn_settings_set_line(good, lines[i], &reason));
	}
	for (i = 0; i < spn_num_rules(); i++) {
		FUZZ_CHECK(all->levels[i] == good->levels[i]);
	}
	for (i = 0; good->pair_classes[i] != NULL; i++) {
		FUZZ_CHECK(spn_settings_is_pair_class(
			all,
			spn_str_of(good->pair_classes[i])));
	}
	FUZZ_CHECK(spn_settings_effects(mem_ctx,
					all,
					suffixes,
					&effects,
					&num_effects));
	for (i = 0; i < num_effects; i++) {
		FUZZ_CHECK(is_one_line(effects[i].text));
		FUZZ_CHECK(is_one_line(effects[i].remedy));
	}
}

/* Two rules may go off, by two bits of character 21; nothing else happens. */
static void check_heuristics(TALLOC_CTX *mem_ctx,
			     struct spn_settings *settings,
			     const char *text)
{
	enum spn_level wanted[16] = {};
	const struct spn_rule *const *rules = spn_rules();
	int bits = 0;
	size_t i;

	FUZZ_CHECK(spn_num_rules() <= sizeof(wanted) / sizeof(wanted[0]));
	if (strlen(text) >= 21 && text[20] >= '0' && text[20] <= '7') {
		bits = text[20] - '0';
	}
	for (i = 0; rules[i] != NULL; i++) {
		const char *name = rules[i]->name;

		wanted[i] = settings->levels[i];
		if (((bits & 2) != 0 && strcmp(name, "duplicate-spn") == 0) ||
		    ((bits & 4) != 0 && strcmp(name, "alias-spn") == 0))
		{
			wanted[i] = SPN_LEVEL_OFF;
		}
	}
	spn_settings_apply_heuristics(settings, text);
	for (i = 0; rules[i] != NULL; i++) {
		FUZZ_CHECK(settings->levels[i] == wanted[i]);
	}
	if (!spn_settings_set_mode(settings, text)) {
		FUZZ_CHECK(settings->mode == SPN_MODE_ENFORCE);
	}
	(void)all_of(mem_ctx, settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spn_settings *settings = NULL;
	struct spn_str rest = {.data = (const char *)data, .len = size};
	struct spn_str lines[MAX_LEN + 1] = {};
	size_t num = 0;
	char *text = NULL;

	if (size > MAX_LEN) {
		return 0;
	}
	settings = spn_settings_new(NULL, spn_rules());
	FUZZ_CHECK(settings != NULL);
	while (rest.len > 0) {
		const char *end = memchr(rest.data, '\n', rest.len);
		struct spn_str line = rest;

		line.len = (end == NULL) ? rest.len
					 : (size_t)(end - rest.data);
		check_line(settings, line);
		lines[num++] = line;
		rest.data += line.len + ((end == NULL) ? 0 : 1);
		rest.len -= line.len + ((end == NULL) ? 0 : 1);
	}
	check_together(settings, lines, num);
	text = talloc_strndup(settings, (const char *)data, size);
	check_heuristics(settings, settings, text);
	talloc_free(settings);
	return 0;
}
