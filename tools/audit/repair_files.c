/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repairs as LDIF (RFC 2849) for ldbmodify and ldapmodify, and as commands of
 * setspn. One record an account, with both halves of a pair in one request,
 * and what goes before what comes: legal at every step.
 */
#include "repair.h"

#include "common/shell_command.h"
#include "directory/ldif.h"
#include "policy/quote.h"

#include <stdlib.h>
#include <string.h>

bool audit_write_comment(TALLOC_CTX *mem_ctx,
			 FILE *stream,
			 const char *label,
			 const char *text)
{
	char *printable = spn_printable(mem_ctx, spn_str_of(text));

	if (printable == NULL) {
		return false;
	}
	fprintf(stream, "# %s%s\n", label, printable);
	talloc_free(printable);
	return true;
}

static bool write_accounts(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const char *label,
			   const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		if (!audit_write_comment(mem_ctx,
					 stream,
					 label,
					 accounts->accounts[i]->dn))
		{
			return false;
		}
	}
	return true;
}

bool audit_write_cause(TALLOC_CTX *mem_ctx,
		       FILE *stream,
		       const struct audit_finding *finding)
{
	char *spn = spn_escape(mem_ctx, finding->spn);

	if (spn == NULL) {
		return false;
	}
	fprintf(stream,
		"# %s %s%s%s\n",
		finding->message->code,
		finding->message->id,
		(spn[0] == '\0') ? "" : " ",
		spn);
	talloc_free(spn);
	return true;
}

/* What a file is, and how much of it. */
static void write_head(FILE *stream,
		       const struct audit_repairs *repairs,
		       const char *use)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < repairs->num_notes; i++) {
		num += (repairs->notes[i].repair != NULL) ? 1 : 0;
	}
	fprintf(stream,
		"# Made by spn-audit. %s\n"
		"# Findings that it repairs: %zu. To be decided by a person, "
		"below: %zu.\n",
		use,
		num,
		repairs->num_notes - num);
}

static bool write_causes(TALLOC_CTX *mem_ctx,
			 FILE *stream,
			 const struct audit_repair *repair)
{
	size_t i;

	fputc('\n', stream);
	for (i = 0; i < repair->num_causes; i++) {
		if (!audit_write_cause(mem_ctx, stream, repair->causes[i])) {
			return false;
		}
	}
	return true;
}

/* -------------------------------------------------------------------- LDIF */

static bool write_record(TALLOC_CTX *mem_ctx,
			 struct ldb_context *ldb,
			 const struct audit_repair *repair,
			 FILE *stream)
{
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	bool ok = msg != NULL && audit_repair_fill(msg, repair) &&
		  audit_ldif_write(ldb, repair->account->dn, msg, stream);

	talloc_free(msg);
	return ok;
}

/* ------------------------------------------------------------------ setspn */

char *audit_repair_command(TALLOC_CTX *mem_ctx,
			   const char *options,
			   const char *verb,
			   const struct spn_account *account,
			   struct spn_str value)
{
	return shell_setspn(mem_ctx, options, verb, account, NULL, value);
}

static void write_commands(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const struct audit_repair *repair,
			   const char *verb,
			   const struct spn_str *values,
			   size_t num_values)
{
	size_t i;

	for (i = 0; i < num_values; i++) {
		char *command = audit_repair_command(mem_ctx,
						     " \"$@\"",
						     verb,
						     repair->account,
						     values[i]);

		if (command == NULL) {
			fputs("# not as a command: use --fix-ldif\n", stream);
		} else {
			fprintf(stream, "%s || status=1\n", command);
		}
	}
}

static bool write_account(TALLOC_CTX *mem_ctx,
			  struct ldb_context *ldb,
			  const struct audit_repair *repair,
			  FILE *stream)
{
	(void)ldb;
	if (!audit_repair_has_commands(repair)) {
		fputs("# not as a command: use --fix-ldif\n", stream);
		return true;
	}
	write_commands(mem_ctx,
		       stream,
		       repair,
		       "-D",
		       repair->remove,
		       repair->num_remove);
	write_commands(mem_ctx,
		       stream,
		       repair,
		       "-S",
		       repair->add,
		       repair->num_add);
	return true;
}

/* ------------------------------------------------------- what is written */

/* One of the two forms. */
struct form {
	bool (*write)(TALLOC_CTX *mem_ctx,
		      struct ldb_context *ldb,
		      const struct audit_repair *repair,
		      FILE *stream);
	struct ldb_context *ldb; /* of LDIF */
};

/* What can be used by taking "# " away. */
static void put_as_comment(FILE *stream, const char *text)
{
	while (text[0] != '\0') {
		size_t len = strcspn(text, "\n");

		fprintf(stream, "# %.*s\n", (int)len, text);
		text += len + ((text[len] == '\n') ? 1 : 0);
	}
}

static bool write_way(TALLOC_CTX *mem_ctx,
		      FILE *stream,
		      const struct form *form,
		      const char *label,
		      const char *when,
		      const struct audit_repair *repair)
{
	char *data = NULL;
	size_t len = 0;
	FILE *buffer = NULL;
	bool ok = when == NULL ||
		  audit_write_comment(mem_ctx, stream, label, when);

	if (!ok || repair == NULL) {
		return ok;
	}
	buffer = open_memstream(&data, &len);
	if (buffer == NULL) {
		return false;
	}
	ok = form->write(mem_ctx, form->ldb, repair, buffer);
	ok = fclose(buffer) == 0 && ok;
	if (ok) {
		put_as_comment(stream, data);
	}
	free(data);
	return ok;
}

static bool write_question(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const struct form *form,
			   const struct audit_note *note)
{
	const struct audit_doubt *doubt = &note->doubt;

	if (doubt->question == NULL) {
		return true;
	}
	return audit_write_comment(mem_ctx,
				   stream,
				   "  ask: ",
				   doubt->question) &&
	       write_way(mem_ctx,
			 stream,
			 form,
			 "  (a) ",
			 doubt->first,
			 note->first) &&
	       write_way(mem_ctx,
			 stream,
			 form,
			 "  (b) ",
			 doubt->second,
			 note->second);
}

static bool write_decision(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const struct form *form,
			   const struct audit_note *note)
{
	const struct audit_finding *finding = note->finding;
	char label[16] = "";

	snprintf(label, sizeof(label), "  %s ", audit_holders_label(finding));
	fputs("\n# To be decided:\n", stream);
	return audit_write_cause(mem_ctx, stream, finding) &&
	       write_accounts(mem_ctx, stream, label, &finding->holders) &&
	       write_accounts(mem_ctx, stream, "  also ", &finding->others) &&
	       audit_write_comment(mem_ctx,
				   stream,
				   "  why: ",
				   finding->reason) &&
	       audit_write_comment(mem_ctx, stream, "  fix: ", finding->fix) &&
	       write_question(mem_ctx, stream, form, note);
}

static bool write_all(TALLOC_CTX *mem_ctx,
		      FILE *stream,
		      const struct form *form,
		      const struct audit_repairs *repairs)
{
	size_t i;

	for (i = 0; i < repairs->num_repairs; i++) {
		if (!write_causes(mem_ctx, stream, repairs->repairs[i]) ||
		    !form->write(mem_ctx,
				 form->ldb,
				 repairs->repairs[i],
				 stream))
		{
			return false;
		}
	}
	for (i = 0; i < repairs->num_notes; i++) {
		if (repairs->notes[i].repair == NULL &&
		    !write_decision(mem_ctx, stream, form, &repairs->notes[i]))
		{
			return false;
		}
	}
	return true;
}

bool audit_write_fix_ldif(TALLOC_CTX *mem_ctx,
			  struct ldb_context *ldb,
			  const struct audit_repairs *repairs,
			  FILE *stream)
{
	const struct form form = {.write = write_record, .ldb = ldb};

	write_head(stream,
		   repairs,
		   "Apply with: ldbmodify -H ldap://SERVER -U USER THIS-FILE");
	return write_all(mem_ctx, stream, &form, repairs);
}

bool audit_write_fix_setspn(TALLOC_CTX *mem_ctx,
			    const struct audit_repairs *repairs,
			    FILE *stream)
{
	const struct form form = {.write = write_account};

	fputs("#!/bin/sh\n", stream);
	write_head(stream,
		   repairs,
		   "Run it as an administrator; its arguments are those of "
		   "setspn:\n#\tsh THIS-FILE -H ldap://SERVER --user=USER");
	fputs("status=0\n", stream);
	if (!write_all(mem_ctx, stream, &form, repairs)) {
		return false;
	}
	fputs("\nexit $status\n", stream);
	return true;
}
