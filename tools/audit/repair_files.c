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

#include <string.h>

static bool write_comment(TALLOC_CTX *mem_ctx,
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
		if (!write_comment(mem_ctx,
				   stream,
				   label,
				   accounts->accounts[i]->dn)) {
			return false;
		}
	}
	return true;
}

static bool write_finding(TALLOC_CTX *mem_ctx,
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

static bool write_decisions(TALLOC_CTX *mem_ctx,
			    FILE *stream,
			    const struct audit_repairs *repairs)
{
	char label[16] = "";
	size_t i;

	for (i = 0; i < repairs->num_notes; i++) {
		const struct audit_finding *finding =
			repairs->notes[i].finding;

		if (repairs->notes[i].repair != NULL) {
			continue;
		}
		snprintf(label,
			 sizeof(label),
			 "  %s ",
			 audit_holders_label(finding));
		fputs("\n# To be decided:\n", stream);
		if (!write_finding(mem_ctx, stream, finding) ||
		    !write_accounts(mem_ctx,
				    stream,
				    label,
				    &finding->holders) ||
		    !write_accounts(mem_ctx,
				    stream,
				    "  also ",
				    &finding->others) ||
		    !write_comment(mem_ctx,
				   stream,
				   "  why: ",
				   finding->reason) ||
		    !write_comment(mem_ctx, stream, "  fix: ", finding->fix))
		{
			return false;
		}
	}
	return true;
}

static bool write_causes(TALLOC_CTX *mem_ctx,
			 FILE *stream,
			 const struct audit_repair *repair)
{
	size_t i;

	fputc('\n', stream);
	for (i = 0; i < repair->num_causes; i++) {
		if (!write_finding(mem_ctx, stream, repair->causes[i])) {
			return false;
		}
	}
	return true;
}

/* -------------------------------------------------------------------- LDIF */

#define SPN_ATTR "servicePrincipalName"

/* No values: the attribute goes. */
static bool add_element(struct ldb_message *msg,
			int flag,
			const struct spn_str *values,
			size_t num_values)
{
	struct ldb_message_element *el = NULL;
	bool ok = ldb_msg_add_empty(msg, SPN_ATTR, flag, &el) == LDB_SUCCESS &&
		  spn_values_room(msg, el, num_values);
	size_t i;

	for (i = 0; ok && i < num_values; i++) {
		ok = spn_values_push(el, values[i]);
	}
	return ok;
}

static bool fill_replace(struct ldb_message *msg,
			 const struct audit_repair *repair)
{
	const struct spn_set *spns = &repair->account->spns;
	struct spn_str *all = talloc_array(msg,
					   struct spn_str,
					   spns->num + repair->num_add + 1);
	size_t num = 0;
	size_t i;

	if (all == NULL) {
		return false;
	}
	for (i = 0; i < spns->num; i++) {
		if (!audit_repair_removes(repair, spns->values[i].value)) {
			all[num++] = spns->values[i].value;
		}
	}
	for (i = 0; i < repair->num_add; i++) {
		all[num++] = repair->add[i];
	}
	return add_element(msg,
			   (num == 0) ? LDB_FLAG_MOD_DELETE
				      : LDB_FLAG_MOD_REPLACE,
			   all,
			   num);
}

static bool fill_message(struct ldb_message *msg,
			 const struct audit_repair *repair)
{
	if (repair->replace) {
		return fill_replace(msg, repair);
	}
	return (repair->num_remove == 0 || add_element(msg,
						       LDB_FLAG_MOD_DELETE,
						       repair->remove,
						       repair->num_remove)) &&
	       (repair->num_add == 0 || add_element(msg,
						    LDB_FLAG_MOD_ADD,
						    repair->add,
						    repair->num_add));
}

static bool write_record(TALLOC_CTX *mem_ctx,
			 struct ldb_context *ldb,
			 FILE *stream,
			 const struct audit_repair *repair)
{
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	bool ok = msg != NULL && fill_message(msg, repair) &&
		  audit_ldif_write(ldb, repair->account->dn, msg, stream);

	talloc_free(msg);
	return ok;
}

bool audit_write_fix_ldif(TALLOC_CTX *mem_ctx,
			  struct ldb_context *ldb,
			  const struct audit_repairs *repairs,
			  FILE *stream)
{
	size_t i;

	write_head(stream,
		   repairs,
		   "Apply with: ldbmodify -H ldap://SERVER -U USER THIS-FILE");
	for (i = 0; i < repairs->num_repairs; i++) {
		if (!write_causes(mem_ctx, stream, repairs->repairs[i]) ||
		    !write_record(mem_ctx, ldb, stream, repairs->repairs[i]))
		{
			return false;
		}
	}
	return write_decisions(mem_ctx, stream, repairs);
}

/* ------------------------------------------------------------------ setspn */

static void write_commands(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const struct audit_repair *repair,
			   const char *verb,
			   const struct spn_str *values,
			   size_t num_values)
{
	const struct spn_account *account = repair->account;
	struct spn_str name = spn_str_of(account->sam_account_name);
	size_t i;

	/* setspn would look for the domain in it. */
	if (name.len > 0 && strpbrk(name.data, "\\@") != NULL) {
		name.len = 0;
	}
	for (i = 0; i < num_values; i++) {
		char *command = shell_setspn(mem_ctx,
					     " \"$@\"",
					     verb,
					     account,
					     name,
					     values[i]);

		if (command == NULL) {
			fputs("# not as a command: use --fix-ldif\n", stream);
		} else {
			fprintf(stream, "%s || status=1\n", command);
		}
	}
}

static void write_account(TALLOC_CTX *mem_ctx,
			  FILE *stream,
			  const struct audit_repair *repair)
{
	if (repair->replace) {
		fputs("# not as a command: use --fix-ldif\n", stream);
		return;
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
}

bool audit_write_fix_setspn(TALLOC_CTX *mem_ctx,
			    const struct audit_repairs *repairs,
			    FILE *stream)
{
	size_t i;

	fputs("#!/bin/sh\n", stream);
	write_head(stream,
		   repairs,
		   "Run it as an administrator; its arguments are those of "
		   "setspn:\n#\tsh THIS-FILE -H ldap://SERVER --user=USER");
	fputs("status=0\n", stream);
	for (i = 0; i < repairs->num_repairs; i++) {
		if (!write_causes(mem_ctx, stream, repairs->repairs[i])) {
			return false;
		}
		write_account(mem_ctx, stream, repairs->repairs[i]);
	}
	if (!write_decisions(mem_ctx, stream, repairs)) {
		return false;
	}
	fputs("\nexit $status\n", stream);
	return true;
}
