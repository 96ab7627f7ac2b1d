/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both are made from the catalogue and the table of rules alone: a new rule
 * is in them without a line here.
 */
#include "catalogue.h"

#include "audit/rules/messages.h"
#include "audit/rule_pages.h"
#include "common/words.h"

#include <string.h>

#define CODE_INDENT 38
#define EXPLAIN_INDENT 10

static const char *severity_text(const struct audit_choice *choice,
				 const struct spn_message *message)
{
	if (!audit_choice_is_on(choice, message)) {
		return "off";
	}
	return spn_severity_text(
		audit_choice_severity(choice, message, message->severity));
}

void audit_list_rules(const struct audit_choice *choice,
		      const struct spn_page *page)
{
	const struct spn_message *m = NULL;
	const char *last = "";
	char label[CODE_INDENT + 1];

	for (m = audit_message_next(NULL); m != NULL;
	     m = audit_message_next(m))
	{
		const struct spn_rule *rule = audit_message_rule(m);

		if (strcmp(m->rule, last) != 0) {
			fputs((*last == '\0') ? "" : "\n", page->stream);
			snprintf(label, sizeof(label), "%s:", m->rule);
			spn_page_wrap(page,
				      SPN_STYLE_PLAIN,
				      label,
				      strlen(label) + 1,
				      (rule == NULL) ? "the audit itself"
						     : rule->summary);
			last = m->rule;
		}
		snprintf(label,
			 sizeof(label),
			 "  %-8s %-17s %-8s",
			 m->code,
			 m->id,
			 severity_text(choice, m));
		spn_page_wrap(page,
			      SPN_STYLE_PLAIN,
			      label,
			      CODE_INDENT,
			      m->summary);
	}
}

/* The page of a rule; what comes from the check itself has none. */
static void write_page(const struct spn_page *page, const char *rule)
{
	size_t i;

	for (i = 0; i < sizeof(audit_rule_pages) / sizeof(audit_rule_pages[0]);
	     i++)
	{
		if (strcmp(audit_rule_pages[i].rule, rule) == 0) {
			fprintf(page->stream,
				"\n%s",
				audit_rule_pages[i].text);
		}
	}
}

static bool explain_code(TALLOC_CTX *mem_ctx,
			 const struct audit_choice *choice,
			 const struct spn_message *message,
			 const struct spn_page *page)
{
	const struct spn_rule *rule = audit_message_rule(message);
	char *reason = audit_message_reason(mem_ctx, message);
	char *fix = audit_message_fix(mem_ctx, message);
	char *technique = audit_message_technique(mem_ctx, message);
	const struct {
		const char *label;
		const char *text;
	} lines[] = {
		{"what", message->summary},
		{"why", reason},
		{"fix", fix},
		{"severity", severity_text(choice, message)},
		{"rule", message->rule},
		{"default",
		 (rule == NULL || rule->modes == 0)
			 ? NULL
			 : spn_level_text(rule->level)},
		{"writes", audit_message_on_write(message)},
		{"attack", (message->technique == NULL) ? NULL : technique},
		{"source", (rule == NULL) ? NULL : rule->source},
	};
	size_t i;

	if (reason == NULL || fix == NULL || technique == NULL) {
		return false;
	}
	fprintf(page->stream, "%s %s\n", message->code, message->id);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].text != NULL) {
			spn_page_wrap(page,
				      SPN_STYLE_PLAIN,
				      lines[i].label,
				      EXPLAIN_INDENT,
				      lines[i].text);
		}
	}
	return true;
}

bool audit_explain(TALLOC_CTX *mem_ctx,
		   const struct audit_choice *choice,
		   const struct audit_choice *wanted,
		   const struct spn_page *page)
{
	const struct spn_message *m = NULL;
	const char *last = NULL;

	for (m = audit_message_next(NULL); m != NULL;
	     m = audit_message_next(m))
	{
		if (!audit_choice_is_on(wanted, m)) {
			continue;
		}
		if (last != NULL && strcmp(last, m->rule) != 0) {
			write_page(page, last);
		}
		fputs((last == NULL) ? "" : "\n", page->stream);
		if (!explain_code(mem_ctx, choice, m, page)) {
			return false;
		}
		last = m->rule;
	}
	if (last != NULL) {
		write_page(page, last);
	}
	return true;
}
