/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes docs/messages.md: the text of docs/messages.md.in, and where a line
 * of it is @rules@ or @check@ the messages of the catalogue. The build runs
 * it; it is not installed.
 */
#include "audit/rules/messages.h"
#include "common/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool write_item(TALLOC_CTX *mem_ctx, const char *label, char *text)
{
	char *item = NULL;

	if (text != NULL) {
		item = talloc_asprintf(mem_ctx, "%s: %s", label, text);
	}
	if (item == NULL) {
		return false;
	}
	audit_wrap(stdout, "* ", 2, item);
	return true;
}

static bool write_message(TALLOC_CTX *mem_ctx, const struct spn_message *m)
{
	bool ok = true;

	printf("\n### %s %s\n\n%s\n\n", m->code, m->id, m->summary);
	printf("* severity: %s\n* rule: %s\n",
	       spn_severity_text(m->severity),
	       m->rule);
	/* Of the others the page says more. */
	if (audit_message_rule(m) != NULL) {
		printf("* writes: %s\n", audit_message_on_write(m));
	}
	if (m->on_write == SPN_ON_WRITE_REFUSE) {
		ok = write_item(mem_ctx,
				"client",
				audit_message_client(mem_ctx, m));
	}
	return ok &&
	       write_item(mem_ctx, "why", audit_message_reason(mem_ctx, m)) &&
	       write_item(mem_ctx, "fix", audit_message_fix(mem_ctx, m));
}

static void write_heading(const struct spn_rule *rule)
{
	printf("## Rule %s\n\nPage: [%s](rules/%s.md).%s Source: %s.\n",
	       rule->name,
	       rule->name,
	       rule->name,
	       (rule->modes == 0) ? " Audit only." : "",
	       rule->source);
}

/* Those of all rules, or those of none. */
static bool write_messages(TALLOC_CTX *mem_ctx, bool of_rules)
{
	const struct spn_message *m = audit_message_next(NULL);
	const struct spn_rule *last = NULL;
	bool ok = true;

	for (; m != NULL && ok; m = audit_message_next(m)) {
		const struct spn_rule *rule = audit_message_rule(m);

		if ((rule != NULL) != of_rules) {
			continue;
		}
		if (rule != last) {
			fputs((last == NULL) ? "" : "\n", stdout);
			write_heading(rule);
			last = rule;
		}
		ok = write_message(mem_ctx, m);
	}
	return ok;
}

static bool write_page(TALLOC_CTX *mem_ctx, FILE *frame)
{
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	while (ok && getline(&line, &size, frame) >= 0) {
		if (strcmp(line, "@rules@\n") == 0) {
			ok = write_messages(mem_ctx, true);
		} else if (strcmp(line, "@check@\n") == 0) {
			ok = write_messages(mem_ctx, false);
		} else {
			fputs(line, stdout);
		}
	}
	free(line);
	return ok && !ferror(frame) && fflush(stdout) == 0 && !ferror(stdout);
}

int main(int argc, char **argv)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	FILE *frame = (argc == 2) ? fopen(argv[1], "r") : NULL;
	bool ok = mem_ctx != NULL && frame != NULL &&
		  write_page(mem_ctx, frame);

	if (!ok) {
		fputs("messages_page FILE: cannot write the page\n", stderr);
	}
	if (frame != NULL) {
		fclose(frame);
	}
	talloc_free(mem_ctx);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
