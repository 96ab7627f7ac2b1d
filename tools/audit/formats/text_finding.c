/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finding as a block in its own words, or as a line with what the words of
 * its code leave open: which SPN, whose, and what PARTNER is.
 */
#include "text.h"

#include "policy/quote.h"

#include <string.h>
#include <strings.h>

#define INDENT 12
/* More accounts than these are counted; the other formats have them all. */
#define MOST_ACCOUNTS 20
#define MOST_IN_LINE 5

enum spn_style audit_severity_style(enum spn_severity severity)
{
	static const enum spn_style styles[] = {
		[SPN_SEVERITY_INFO] = SPN_STYLE_INFO,
		[SPN_SEVERITY_WARNING] = SPN_STYLE_WARNING,
		[SPN_SEVERITY_ERROR] = SPN_STYLE_ERROR,
	};

	return styles[severity];
}

/* ----------------------------------------------------------------- a block */

static bool write_accounts(const struct audit_writing *w,
			   const char *label,
			   const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		char *dn = NULL;

		if (i == MOST_ACCOUNTS) {
			fprintf(w->page.stream,
				"%*s... and %zu more\n",
				INDENT,
				"",
				accounts->num_accounts - i);
			break;
		}
		dn = spn_printable(w->scratch,
				   spn_str_of(accounts->accounts[i]->dn));

		if (dn == NULL) {
			return false;
		}
		spn_page_line(&w->page,
			      SPN_STYLE_FAINT,
			      (i == 0) ? label : "",
			      INDENT,
			      dn);
		talloc_free(dn);
	}
	return true;
}

/* "  SPN-701 CN=svc-web,DC=example,DC=com" */
static void write_head(const struct audit_writing *w,
		       const struct audit_finding *finding,
		       const char *head)
{
	fputs("\n  ", w->page.stream);
	spn_page_put(&w->page,
		     audit_severity_style(finding->severity),
		     finding->message->code,
		     0);
	if (head[0] != '\0') {
		fputc(' ', w->page.stream);
		spn_page_put(&w->page, SPN_STYLE_STRONG, head, 0);
	}
	fputc('\n', w->page.stream);
}

/* And which SPN it was found by. */
static bool write_account_head(const struct audit_writing *w,
			       const struct audit_finding *finding,
			       const char *spn)
{
	const struct audit_accounts *holders = &finding->holders;
	const struct audit_accounts rest = {
		.accounts = holders->accounts + 1,
		.num_accounts = holders->num_accounts - 1,
	};
	size_t num = holders->accounts[0]->spns.num;
	char *dn = spn_printable(w->scratch,
				 spn_str_of(holders->accounts[0]->dn));

	if (dn == NULL) {
		return false;
	}
	write_head(w, finding, dn);
	if (!write_accounts(w, "    and", &rest)) {
		return false;
	}
	if (spn[0] != '\0') {
		spn_page_line(&w->page,
			      SPN_STYLE_FAINT,
			      "    holds",
			      INDENT,
			      spn);
	}
	if (spn[0] != '\0' && rest.num_accounts == 0 && num > 1) {
		fprintf(w->page.stream,
			"%*sand %zu more\n",
			INDENT,
			"",
			num - 1);
	}
	return true;
}

static bool write_spn_head(const struct audit_writing *w,
			   const struct audit_finding *finding,
			   const char *spn)
{
	char label[INDENT + 1] = "";

	snprintf(label, sizeof(label), "    %s", audit_holders_label(finding));
	write_head(w, finding, spn);
	return write_accounts(w, label, &finding->holders);
}

/* Each code once. */
static bool write_consequences(const struct audit_writing *w,
			       const struct audit_finding *finding)
{
	const struct spn_message *last = NULL;
	size_t i;

	for (i = 0; i < finding->num_consequences; i++) {
		const struct spn_message *m = finding->consequences[i].message;
		char *text = NULL;

		if (m == last) {
			continue;
		}
		text = talloc_asprintf(w->scratch,
				       "%s %s",
				       m->code,
				       m->summary);
		if (text == NULL) {
			return false;
		}
		spn_page_wrap(&w->page,
			      SPN_STYLE_FAINT,
			      "    hence",
			      INDENT,
			      text);
		last = m;
	}
	return true;
}

bool audit_text_full(const struct audit_writing *w,
		     const struct audit_finding *finding)
{
	char *spn = spn_escape(w->scratch, finding->spn);
	char *reason = spn_printable(w->scratch, spn_str_of(finding->reason));
	char *fix = spn_printable(w->scratch, spn_str_of(finding->fix));
	bool ok = spn != NULL && reason != NULL && fix != NULL;

	if (ok) {
		ok = audit_is_of_account(finding)
			     ? write_account_head(w, finding, spn)
			     : write_spn_head(w, finding, spn);
	}
	if (!ok || !write_accounts(w, "    also", &finding->others)) {
		return false;
	}
	spn_page_wrap(&w->page, SPN_STYLE_FAINT, "    why", INDENT, reason);
	spn_page_wrap(&w->page, SPN_STYLE_FAINT, "    fix", INDENT, fix);
	ok = write_consequences(w, finding);
	talloc_free_children(w->scratch);
	return ok;
}

/* ------------------------------------------------------------------ a line */

/* A name that is not the only one of its kind, or that nobody knows. */
bool audit_account_is_dn(const struct audit_writing *w,
			 const struct spn_account *account)
{
	return account->sam_account_name == NULL ||
	       account->sam_account_name[0] == '\0' || account->is_deleted ||
	       strstr(account->dn, "\\0ACNF:") != NULL ||
	       (account->dns_domain != NULL && w->home != NULL &&
		strcasecmp(account->dns_domain, w->home) != 0);
}

char *audit_account_name(const struct audit_writing *w,
			 const struct spn_account *account)
{
	if (!audit_account_is_dn(w, account)) {
		return spn_quote(w->scratch,
				 spn_str_of(account->sam_account_name),
				 SPN_QUOTE_IF_NEEDED);
	}
	/* With a blank it could look like more than one word of a line. */
	return spn_quote(w->scratch,
			 spn_str_of(account->dn),
			 (strchr(account->dn, ' ') == NULL)
				 ? SPN_QUOTE_DN | SPN_QUOTE_IF_NEEDED
				 : SPN_QUOTE_DN);
}

struct line {
	const struct audit_writing *w;
	bool has_parts;
};

/* "; also" */
static void begin_part(struct line *line, const char *label)
{
	fputs(line->has_parts ? "; " : "", line->w->page.stream);
	spn_page_put(&line->w->page, SPN_STYLE_FAINT, label, 0);
	line->has_parts = true;
}

/* "held by a, b and 3 more"; except is one of them, or NULL. */
static bool put_accounts(struct line *line,
			 const char *label,
			 const struct audit_accounts *accounts,
			 const struct spn_account *except)
{
	FILE *stream = line->w->page.stream;
	size_t num = 0;
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		char *name = NULL;

		if (except != NULL &&
		    spn_account_same(accounts->accounts[i], except))
		{
			continue;
		}
		if (num == MOST_IN_LINE) {
			fprintf(stream,
				" and %zu more",
				accounts->num_accounts - num -
					((except == NULL) ? 0 : 1));
			break;
		}
		name = audit_account_name(line->w, accounts->accounts[i]);
		if (name == NULL) {
			return false;
		}
		if (num++ == 0) {
			begin_part(line, label);
		}
		fputs((num == 1) ? " " : ", ", stream);
		fputs(name, stream);
	}
	return true;
}

/* {words} is a sentence with quotes of its own. */
static bool put_partner(struct line *line, const struct audit_finding *finding)
{
	static const char words[] = "{words}";
	const struct spn_message *message = finding->message;
	struct spn_str partner = spn_str_of(finding->partner);
	bool is_sentence = strstr(message->reason, words) != NULL ||
			   strstr(message->fix, words) != NULL;
	char *text = NULL;

	if (partner.len == 0) {
		return true;
	}
	text = is_sentence
		       ? spn_excerpt(line->w->scratch, partner, SPN_QUOTE_DN)
		       : spn_quote(line->w->scratch,
				   partner,
				   SPN_QUOTE_CUT | SPN_QUOTE_IF_NEEDED);
	if (text == NULL) {
		return false;
	}
	begin_part(line, "PARTNER ");
	fputs(text, line->w->page.stream);
	return true;
}

/* "hence SPN-201, SPN-307" */
static bool put_consequences(struct line *line,
			     const struct audit_finding *finding)
{
	char *codes = audit_consequence_codes(line->w->scratch, finding);

	if (codes != NULL && codes[0] != '\0') {
		begin_part(line, "hence ");
		fputs(codes, line->w->page.stream);
	}
	return codes != NULL;
}

/* What is said of an account as such, behind the first one. */
static bool put_account_parts(struct line *line,
			      const struct audit_finding *finding,
			      const struct spn_account *except)
{
	const struct audit_accounts *holders = &finding->holders;
	const struct spn_account *first = holders->accounts[0];
	char *spn = NULL;

	if (!put_accounts(line,
			  "and",
			  holders,
			  (except == NULL) ? first : except))
	{
		return false;
	}
	if (finding->spn.len == 0) {
		return true;
	}
	spn = spn_quote(line->w->scratch, finding->spn, SPN_QUOTE_IF_NEEDED);
	if (spn == NULL) {
		return false;
	}
	begin_part(line, "holds ");
	fputs(spn, line->w->page.stream);
	if (holders->num_accounts == 1 && first->spns.num > 1) {
		fprintf(line->w->page.stream,
			" and %zu more",
			first->spns.num - 1);
	}
	return true;
}

/* The SPN, or whose finding it is where that does not stand above. */
static char *head_of(const struct audit_writing *w,
		     const struct audit_finding *finding,
		     const struct audit_line_form *form)
{
	if (!audit_is_of_account(finding)) {
		return spn_quote(w->scratch,
				 finding->spn,
				 SPN_QUOTE_IF_NEEDED);
	}
	return (form->account != NULL)
		       ? talloc_strdup(w->scratch, "")
		       : audit_account_name(w, finding->holders.accounts[0]);
}

static void begin_line(const struct audit_writing *w,
		       const struct audit_finding *finding,
		       const struct audit_line_form *form)
{
	const struct spn_message *message = finding->message;
	enum spn_style style = audit_severity_style(finding->severity);

	fputs("  ", w->page.stream);
	if (form->with_code) {
		spn_page_put(&w->page,
			     style,
			     spn_severity_text(finding->severity),
			     8);
		spn_page_put(&w->page, style, message->code, 8);
		spn_page_put(&w->page, SPN_STYLE_PLAIN, message->id, 18);
	}
}

bool audit_text_line(const struct audit_writing *w,
		     const struct audit_finding *finding,
		     const struct audit_line_form *form)
{
	struct line line = {.w = w};
	bool ok = true;
	char *head = NULL;

	talloc_free_children(w->scratch);
	head = head_of(w, finding, form);
	if (head == NULL) {
		return false;
	}
	begin_line(w, finding, form);
	if (head[0] != '\0' &&
	    finding->spn.len + finding->holders.num_accounts > 0)
	{
		spn_page_put(&w->page, SPN_STYLE_STRONG, head, form->columns);
		fputs("  ", w->page.stream);
	}
	if (!form->with_code && finding->severity != form->severity) {
		begin_part(&line, spn_severity_text(finding->severity));
	}
	ok = audit_is_of_account(finding)
		     ? put_account_parts(&line, finding, form->account)
		     : put_accounts(&line,
				    audit_holders_label(finding),
				    &finding->holders,
				    form->account);
	ok = ok && put_accounts(&line, "also", &finding->others, NULL) &&
	     put_consequences(&line, finding) && put_partner(&line, finding);
	fputc('\n', w->page.stream);
	return ok;
}
