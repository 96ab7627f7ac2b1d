/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for people. First what there is, in numbers; then, the worst
 * first, each code once with all that is said of it, and below it a line for
 * each finding. What is alone with its code is a block in its own words.
 *
 * Who has 20,000 findings of one code wants to know that, and not to read
 * them: on a terminal there are some of each, and the command for the rest.
 */
#include "text.h"

#include "audit/again.h"
#include "audit/rules/messages.h"
#include "audit/view.h"
#include "policy/quote.h"

#include <ctype.h>
#include <string.h>

#define SCRATCH ((size_t)4 * 1024) /* of one finding */
#define INDENT 12
/* Lines that say how wide the first column is, and how wide it gets. */
#define FEW 100
#define WIDEST 40

struct report {
	struct audit_writing w;
	TALLOC_CTX *mem_ctx;
	const struct audit_result *result;
	const struct audit_view *view;
};

/* -------------------------------------------------------------- the totals
 */

static const char *plural(size_t num)
{
	return (num == 1) ? "" : "s";
}

static char *sum_text(TALLOC_CTX *mem_ctx, const struct audit_result *result)
{
	const struct audit_findings *findings = result->findings;
	enum spn_severity lowest = audit_choice_lowest(result->choice);
	size_t errors = findings->counts[SPN_SEVERITY_ERROR];
	size_t warnings = findings->counts[SPN_SEVERITY_WARNING];
	char *text = talloc_asprintf(mem_ctx,
				     "%s: %zu account%s with %zu SPN%s "
				     "checked%s%s; ",
				     result->domain,
				     result->num_accounts,
				     plural(result->num_accounts),
				     result->num_spns,
				     plural(result->num_spns),
				     (result->part == NULL) ? "" : "; ",
				     (result->part == NULL) ? ""
							    : result->part);

	if (text != NULL && result->num_accepted > 0) {
		text = talloc_asprintf_append_buffer(text,
						     "%zu accepted, ",
						     result->num_accepted);
	}
	if (text == NULL) {
		return NULL;
	}
	if (findings->num_findings > 0) {
		return talloc_asprintf_append_buffer(
			text,
			"%zu error%s, %zu warning%s, %zu info",
			errors,
			plural(errors),
			warnings,
			plural(warnings),
			findings->counts[SPN_SEVERITY_INFO]);
	}
	if (lowest == SPN_SEVERITY_INFO) {
		return talloc_strdup_append_buffer(text, "no findings");
	}
	return talloc_asprintf_append_buffer(text,
					     "no findings of severity %s%s",
					     spn_severity_text(lowest),
					     (lowest == SPN_SEVERITY_ERROR)
						     ? ""
						     : " or above");
}

static bool write_sum(const struct report *r)
{
	char *text = sum_text(r->mem_ctx, r->result);
	char *printable = NULL;

	if (text != NULL) {
		printable = spn_printable(r->mem_ctx, spn_str_of(text));
	}
	if (printable == NULL) {
		return false;
	}
	spn_page_put(&r->w.page,
		     (r->result->findings->num_findings > 0) ? SPN_STYLE_STRONG
							     : SPN_STYLE_GOOD,
		     printable,
		     0);
	fputc('\n', r->w.page.stream);
	return true;
}

static bool write_losses(const struct report *r)
{
	const char *const *gap = r->result->gaps;

	for (; gap != NULL && *gap != NULL; gap++) {
		char *printable = spn_printable(r->mem_ctx, spn_str_of(*gap));

		if (printable == NULL) {
			return false;
		}
		spn_page_wrap(&r->w.page,
			      SPN_STYLE_WARNING,
			      "NOT COMPLETE",
			      13,
			      printable);
		talloc_free(printable);
	}
	return true;
}

/* "error        12  SPN-101  One SPN on several accounts": findings are in
 * this order. */
static void write_totals(const struct report *r)
{
	const struct audit_findings *all = r->result->findings;
	size_t first;
	size_t next;

	for (first = 0; first < all->num_findings; first = next) {
		const struct audit_finding *f = &all->findings[first];
		char label[64] = "";

		next = first + 1;
		while (next < all->num_findings &&
		       all->findings[next].message == f->message &&
		       all->findings[next].severity == f->severity)
		{
			next++;
		}
		snprintf(label,
			 sizeof(label),
			 "  %-8s %6zu  %s",
			 spn_severity_text(f->severity),
			 next - first,
			 f->message->code);
		spn_page_wrap(&r->w.page,
			      audit_severity_style(f->severity),
			      label,
			      strlen(label) + 2,
			      f->message->summary);
	}
}

/* ----------------------------------------------------------------- folding
 */

/* How many of so many are shown. */
static size_t shown_of(const struct report *r, size_t num)
{
	size_t limit = r->view->limit;

	return (limit == 0 || num < limit) ? num : limit;
}

static const char *again(const struct report *r)
{
	return (r->view->again == NULL) ? "spn-audit" : r->view->again;
}

/* The command for the rest is in one piece, to be copied. */
static void write_rest(const struct report *r,
		       size_t num,
		       const char *what,
		       const char *options)
{
	fprintf(r->w.page.stream,
		"  ... and %zu more%s: %s %s --limit=0\n",
		num,
		what,
		again(r),
		options);
}

/* ----------------------------------------------------------------- by code
 */

static bool write_heading(const struct report *r,
			  const struct audit_section *section)
{
	const struct audit_finding *finding = section->findings[0];
	const struct spn_message *message = finding->message;
	char *label = talloc_asprintf(r->w.scratch,
				      "%s %s %s: ",
				      spn_severity_text(finding->severity),
				      message->code,
				      message->id);
	char *text = NULL;
	char *c = label;

	text = (section->num_findings == 1)
		       ? talloc_strdup(r->w.scratch, message->summary)
		       : talloc_asprintf(r->w.scratch,
					 "%s (%zu findings)",
					 message->summary,
					 section->num_findings);
	if (label == NULL || text == NULL) {
		return false;
	}
	for (; *c != ' '; c++) {
		*c = (char)toupper((unsigned char)*c);
	}
	fputc('\n', r->w.page.stream);
	spn_page_wrap(&r->w.page,
		      audit_severity_style(finding->severity),
		      label,
		      strlen(label),
		      text);
	return true;
}

/* How not to hear of it. */
static void write_silence(const struct report *r,
			  const struct spn_message *message)
{
	char text[128] = "";

	snprintf(text,
		 sizeof(text),
		 "--rule=%s=off, or accept what there is: --write-baseline",
		 message->code);
	spn_page_wrap(&r->w.page,
		      SPN_STYLE_FAINT,
		      "    silence",
		      INDENT,
		      text);
}

/* In words that stand for any of them. */
static bool write_words(const struct report *r,
			const struct spn_message *message)
{
	char *why = audit_message_reason(r->w.scratch, message);
	char *fix = audit_message_fix(r->w.scratch, message);

	if (why == NULL || fix == NULL) {
		return false;
	}
	spn_page_wrap(&r->w.page, SPN_STYLE_FAINT, "    why", INDENT, why);
	spn_page_wrap(&r->w.page, SPN_STYLE_FAINT, "    fix", INDENT, fix);
	return true;
}

/* So that most lines have one column. */
static size_t widest_head(const struct audit_section *section)
{
	size_t widest = 0;
	size_t i;

	for (i = 0; i < section->num_findings && i < FEW; i++) {
		const struct audit_finding *finding = section->findings[i];
		size_t len = finding->spn.len;

		if (audit_is_of_account(finding)) {
			const struct spn_account *first =
				finding->holders.accounts[0];

			len = (first->sam_account_name == NULL)
				      ? 0
				      : strlen(first->sam_account_name);
		}
		if (len > widest && len <= WIDEST) {
			widest = len;
		}
	}
	return widest;
}

static bool write_lines(const struct report *r,
			const struct audit_section *section,
			const struct audit_line_form *form)
{
	size_t num = shown_of(r, section->num_findings);
	size_t i;

	for (i = 0; i < num; i++) {
		if (!audit_text_line(&r->w, section->findings[i], form)) {
			return false;
		}
	}
	return true;
}

static bool write_blocks(const struct report *r,
			 const struct audit_section *section)
{
	size_t num = shown_of(r, section->num_findings);
	size_t i;

	for (i = 0; i < num; i++) {
		if (!audit_text_full(&r->w, section->findings[i])) {
			return false;
		}
	}
	return true;
}

static bool write_code(const struct report *r,
		       const struct audit_section *section)
{
	const struct spn_message *message = section->findings[0]->message;
	const struct audit_line_form form = {
		.columns = widest_head(section),
		.severity = section->findings[0]->severity,
	};
	bool is_full = r->view->is_full || section->num_findings == 1;
	size_t num = shown_of(r, section->num_findings);
	char only[64] = "";

	if (!write_heading(r, section)) {
		return false;
	}
	if (is_full) {
		if (!write_blocks(r, section)) {
			return false;
		}
		write_silence(r, message);
	} else {
		if (!write_words(r, message)) {
			return false;
		}
		write_silence(r, message);
		fputc('\n', r->w.page.stream);
		if (!write_lines(r, section, &form)) {
			return false;
		}
	}
	if (num < section->num_findings) {
		snprintf(only, sizeof(only), "--only=%s", message->code);
		write_rest(r, section->num_findings - num, "", only);
	}
	talloc_free_children(r->w.scratch);
	return true;
}

/* ------------------------------------------------------ by account, by host
 */

/* "svc-web  CN=svc-web,CN=Users,DC=example,DC=com"; "web01.example.com" */
static bool write_group_head(const struct report *r,
			     const struct audit_section *section)
{
	const struct spn_account *account = section->account;
	bool by_host = r->view->group_by == AUDIT_BY_HOST;
	char *name = NULL;
	char *dn = NULL;

	if (account != NULL) {
		name = audit_account_name(&r->w, account);
		dn = spn_printable(r->w.scratch, spn_str_of(account->dn));
	} else if (section->key.len > 0) {
		name = spn_quote(r->w.scratch,
				 section->key,
				 SPN_QUOTE_IF_NEEDED);
	} else {
		name = talloc_strdup(r->w.scratch,
				     by_host ? "(of no host)"
					     : "(of no account)");
	}
	if (name == NULL || (account != NULL && dn == NULL)) {
		return false;
	}
	fputc('\n', r->w.page.stream);
	spn_page_put(&r->w.page, SPN_STYLE_STRONG, name, 0);
	if (dn != NULL && !audit_account_is_dn(&r->w, account)) {
		fprintf(r->w.page.stream, "  %s", dn);
	}
	fputc('\n', r->w.page.stream);
	return true;
}

static bool write_rest_of_group(const struct report *r,
				const struct audit_section *section,
				size_t num)
{
	const struct spn_account *account = section->account;
	const char *name = NULL;
	char *word = NULL;
	char *options = NULL;

	if (account != NULL) {
		name = audit_account_is_dn(&r->w, account)
			       ? account->dn
			       : account->sam_account_name;
		word = audit_again_word(r->w.scratch, name);
	}
	options = (word == NULL)
			  ? talloc_asprintf(r->w.scratch,
					    "--group-by=%s",
					    (account == NULL) ? "host"
							      : "account")
			  : talloc_asprintf(r->w.scratch,
					    "--account=%s",
					    word);
	if (options == NULL) {
		return false;
	}
	write_rest(r, num, "", options);
	return true;
}

static bool write_group(const struct report *r,
			const struct audit_section *section)
{
	const struct audit_line_form form = {
		.with_code = true,
		.account = section->account,
	};
	size_t num = shown_of(r, section->num_findings);

	if (!write_group_head(r, section) || !write_lines(r, section, &form)) {
		return false;
	}
	return num == section->num_findings ||
	       write_rest_of_group(r, section, section->num_findings - num);
}

/* ---------------------------------------------------------------- together
 */

static bool write_groups(const struct report *r,
			 const struct audit_sections *all)
{
	bool by_host = r->view->group_by == AUDIT_BY_HOST;
	size_t num = shown_of(r, all->num_sections);
	size_t i;

	for (i = 0; i < num; i++) {
		if (!write_group(r, &all->sections[i])) {
			return false;
		}
	}
	if (num < all->num_sections) {
		fputc('\n', r->w.page.stream);
		write_rest(r,
			   all->num_sections - num,
			   by_host ? " hosts" : " accounts",
			   by_host ? "--group-by=host" : "--group-by=account");
	}
	return true;
}

static bool write_codes(const struct report *r,
			const struct audit_sections *all)
{
	size_t i;

	for (i = 0; i < all->num_sections; i++) {
		if (!write_code(r, &all->sections[i])) {
			return false;
		}
	}
	return true;
}

/* Where to go from here. */
static void write_hint(const struct report *r)
{
	const char *text = "In full, with DNs: --account=NAME. What a code "
			   "means: --explain=CODE. To repair what can be: "
			   "--apply, or --fix-setspn=FILE.";

	if (r->view->is_summary) {
		text = "The findings of one: --only=CODE. What a code means: "
		       "--explain=CODE.";
	}
	fputc('\n', r->w.page.stream);
	spn_page_wrap(&r->w.page, SPN_STYLE_PLAIN, "", 0, text);
}

static bool write_findings(const struct report *r)
{
	struct audit_sections all = {};
	bool ok = false;

	if (!audit_sections_make(r->mem_ctx,
				 r->result->findings,
				 r->view->group_by,
				 &all))
	{
		return false;
	}
	ok = (r->view->group_by == AUDIT_BY_CODE) ? write_codes(r, &all)
						  : write_groups(r, &all);
	talloc_free(all.sections);
	return ok;
}

/* Is there a finding that was not written in full? */
static bool has_lines(const struct report *r)
{
	const struct audit_findings *all = r->result->findings;
	size_t i;

	if (r->view->is_full || r->view->group_by != AUDIT_BY_CODE) {
		return !r->view->is_full;
	}
	for (i = 1; i < all->num_findings; i++) {
		if (all->findings[i].message == all->findings[i - 1].message) {
			return true;
		}
	}
	return false;
}

static bool write_all(const struct report *r)
{
	if (!write_sum(r) || !write_losses(r)) {
		return false;
	}
	if (r->result->findings->num_findings == 0) {
		return true;
	}
	fputc('\n', r->w.page.stream);
	write_totals(r);
	if (r->view->is_summary) {
		write_hint(r);
		return true;
	}
	if (!write_findings(r)) {
		return false;
	}
	if (has_lines(r)) {
		write_hint(r);
	}
	fputc('\n', r->w.page.stream);
	return write_sum(r);
}

bool audit_write_text(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream)
{
	static const struct audit_view usual = {};
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct report r = {
		.mem_ctx = tmp_ctx,
		.result = result,
		.view = (result->view == NULL) ? &usual : result->view,
		.w = {.home = result->domain},
	};
	bool ok = false;

	r.w.page = (struct spn_page){
		.stream = stream,
		.terminal = r.view->terminal,
	};
	if (tmp_ctx != NULL) {
		r.w.scratch = talloc_pool(tmp_ctx, SCRATCH);
		ok = r.w.scratch != NULL && write_all(&r);
	}
	talloc_free(tmp_ctx);
	return ok;
}
