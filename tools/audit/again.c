/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whoever reads a report on a terminal has typed a command, and what it has
 * folded is had by the same command with one option more.
 */
#include "again.h"

#include "command_line.h"
#include "common/shell_command.h"

#include <stdbool.h>
#include <string.h>

/* What is of this run alone, or must not be seen. */
static bool is_left_out(const char *name)
{
	static const char *const names[] = {
		"only",
		"limit",
		"group-by",
		"summary",
		"quiet",
		"verbose",
		"output",
		"color",
		"format",
		"fix-ldif",
		"fix-setspn",
		"write-baseline",
		"password",
		"pw-nt-hash",
		"debuglevel",
		"log-basename",
		"debug-stdout",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

char *audit_again_word(TALLOC_CTX *mem_ctx, const char *word)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789-_=./:,@+";

	if (word[0] != '\0' && word[strspn(word, harmless)] == '\0') {
		return talloc_strdup(mem_ctx, word);
	}
	return shell_word(mem_ctx, spn_str_of(word));
}

/* "--url=URL", "--user=NAME" without "%PASSWORD" */
static char *word_of(TALLOC_CTX *mem_ctx, const struct audit_words *words)
{
	const char *name = words->option->longName;
	bool is_user = strcmp(name, "user") == 0;
	char *text = NULL;

	if (words->value == NULL) {
		return talloc_asprintf(mem_ctx, "--%s", name);
	}
	text = talloc_asprintf(mem_ctx,
			       "--%s=%.*s",
			       name,
			       (int)(is_user ? strcspn(words->value, "%")
					     : strlen(words->value)),
			       words->value);
	return (text == NULL) ? NULL : audit_again_word(mem_ctx, text);
}

char *audit_again(TALLOC_CTX *mem_ctx, const char *const *argv)
{
	struct audit_words words = {.argv = argv, .next = 1};
	char *all = talloc_strdup(mem_ctx, "spn-audit");

	while (all != NULL && audit_words_next(&words)) {
		char *word = NULL;

		if (is_left_out(words.option->longName)) {
			continue;
		}
		word = word_of(mem_ctx, &words);
		if (word != NULL) {
			all = talloc_asprintf_append(all, " %s", word);
		}
		talloc_free(word);
	}
	return all;
}
