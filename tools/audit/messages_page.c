/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes docs/messages.md: the text of docs/messages.md.in, and where a line
 * of it is @rules@ or @check@ the messages of the catalogue, for @gives-way@
 * the table of which code gives way to which. The build runs
 * it, so it refuses a rule or a message that lacks something before any
 * program meets it. It is not installed.
 */
#include "audit/gives_way.h"
#include "audit/rules/messages.h"
#include "common/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a rule of writes or of audits lacks; NULL for nothing. */
static const char *rule_lack(const struct spn_rule *rule, bool has_judge)
{
	if (rule->messages == NULL || rule->messages[0] == NULL) {
		return "has no message (.messages)";
	}
	if (rule->summary == NULL || rule->source == NULL) {
		return "has no summary or no source (.summary, .source)";
	}
	return has_judge ? NULL : "has no function (.judge)";
}

/* False, and it is said, when a rule lacks something. */
static bool rule_is_whole(const struct spn_rule *rule, bool has_judge)
{
	const char *name = (rule->name == NULL) ? "a rule" : rule->name;
	const char *lack = (rule->name == NULL) ? "has no name (.name)"
						: rule_lack(rule, has_judge);

	if (lack != NULL) {
		fprintf(stderr, "%s: %s\n", name, lack);
	}
	return lack == NULL;
}

static bool rules_are_whole(void)
{
	const struct spn_rule *const *rule = NULL;
	const struct audit_rule *const *of_audit = NULL;
	bool ok = true;

	for (rule = spn_rules(); *rule != NULL; rule++) {
		ok &= rule_is_whole(*rule, (*rule)->judge != NULL);
	}
	for (of_audit = audit_rules(); *of_audit != NULL; of_audit++) {
		ok &= rule_is_whole(&(*of_audit)->about,
				    (*of_audit)->judge != NULL);
	}
	return ok;
}

/* Of the lists, for without a code a message is not found in the catalogue. */
static bool messages_are_whole(void)
{
	const struct spn_message *const *m = NULL;
	bool ok = true;
	size_t i;

	for (i = 0; audit_message_list(i) != NULL; i++) {
		for (m = audit_message_list(i); *m != NULL; m++) {
			const char *lack = audit_message_lack(*m);
			const char *name = (*m)->code;

			if (lack == NULL) {
				continue;
			}
			if (name == NULL) {
				name = ((*m)->id == NULL) ? "a message"
							  : (*m)->id;
			}
			fprintf(stderr, "%s: %s\n", name, lack);
			ok = false;
		}
	}
	return ok;
}

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
	if (m->technique != NULL) {
		ok = write_item(mem_ctx,
				"attack",
				audit_message_technique(mem_ctx, m));
	}
	if (ok && m->on_write == SPN_ON_WRITE_REFUSE) {
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

/* ------------------------------------------------------------- giving way */

/* NULL, and it is said, for an id that no message has. */
static const struct spn_message *message_of(struct spn_str id)
{
	const struct spn_message *m = audit_message_next(NULL);

	while (m != NULL && !spn_str_equal(spn_str_of(m->id), id)) {
		m = audit_message_next(m);
	}
	if (m == NULL) {
		fprintf(stderr,
			"gives_way.c: there is no %.*s\n",
			(int)id.len,
			id.data);
	}
	return m;
}

/* "SPN-101, SPN-104" */
static bool write_codes(const char *list)
{
	const char *between = "";
	struct spn_str id = {};

	while (audit_gives_way_next(&list, &id)) {
		const struct spn_message *m = message_of(id);

		if (m == NULL) {
			return false;
		}
		printf("%s%s", between, m->code);
		between = ", ";
	}
	return true;
}

static bool write_pairs(void)
{
	const struct audit_gives_way *pair = audit_gives_way_table();
	bool ok = true;

	fputs("| these | give way to | of the same | because |\n"
	      "| --- | --- | --- | --- |\n",
	      stdout);
	for (; ok && pair->ids != NULL; pair++) {
		fputs("| ", stdout);
		ok = write_codes(pair->ids);
		fputs(" | ", stdout);
		ok = ok && write_codes(pair->to);
		printf(" | %s | %s |\n",
		       audit_in_common_text(pair->in_common),
		       pair->why);
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
		} else if (strcmp(line, "@gives-way@\n") == 0) {
			ok = write_pairs();
		} else {
			fputs(line, stdout);
		}
	}
	free(line);
	return ok && !ferror(frame) && fflush(stdout) == 0 && !ferror(stdout);
}

int main(int argc, char **argv)
{
	TALLOC_CTX *mem_ctx = NULL;
	FILE *frame = NULL;
	bool ok = false;

	if (!rules_are_whole() || !messages_are_whole()) {
		return EXIT_FAILURE;
	}
	mem_ctx = talloc_new(NULL);
	frame = (argc == 2) ? fopen(argv[1], "r") : NULL;
	ok = mem_ctx != NULL && frame != NULL && write_page(mem_ctx, frame);
	if (!ok) {
		fputs("messages_page FILE: cannot write the page\n", stderr);
	}
	if (frame != NULL) {
		fclose(frame);
	}
	talloc_free(mem_ctx);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
