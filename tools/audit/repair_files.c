/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repairs as LDIF (RFC 2849) for ldbmodify and ldapmodify, and as commands of
 * setspn. One record an account, with both halves of a pair in one request,
 * and what goes before what comes: legal at every step.
 */
#include "repair.h"

#include "common/shell_command.h"
#include "policy/quote.h"

#include <string.h>

/* before ldb.h: it defines ldb_val */
#include <util/data_blob.h>
#include <ldb.h>

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
		    !write_comment(mem_ctx, stream, "  cure: ", finding->cure))
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

/* SAFE-STRING of RFC 2849, without blanks at the end. */
static bool is_safe(struct spn_str s)
{
	size_t i;

	if (s.len == 0 || strchr(" :<", s.data[0]) != NULL ||
	    s.data[s.len - 1] == ' ') {
		return false;
	}
	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c < 0x20 || c >= 0x7f) {
			return false;
		}
	}
	return true;
}

static bool write_attribute(TALLOC_CTX *mem_ctx,
			    FILE *stream,
			    const char *name,
			    struct spn_str value)
{
	char *encoded = NULL;

	if (is_safe(value)) {
		fprintf(stream, "%s: ", name);
		fwrite(value.data, 1, value.len, stream);
		fputc('\n', stream);
		return true;
	}
	encoded = ldb_base64_encode(mem_ctx, value.data, (int)value.len);
	if (encoded == NULL) {
		return false;
	}
	fprintf(stream, "%s:: %s\n", name, encoded);
	talloc_free(encoded);
	return true;
}

#define SPN_ATTR "servicePrincipalName"

static bool write_operation(TALLOC_CTX *mem_ctx,
			    FILE *stream,
			    const char *operation,
			    const struct spn_str *values,
			    size_t num_values)
{
	size_t i;

	if (num_values == 0) {
		return true;
	}
	fprintf(stream, "%s: " SPN_ATTR "\n", operation);
	for (i = 0; i < num_values; i++) {
		if (!write_attribute(mem_ctx, stream, SPN_ATTR, values[i])) {
			return false;
		}
	}
	fputs("-\n", stream);
	return true;
}

static bool write_replace(TALLOC_CTX *mem_ctx,
			  FILE *stream,
			  const struct audit_repair *repair)
{
	const struct spn_set *spns = &repair->account->spns;
	struct spn_str *all = talloc_array(mem_ctx,
					   struct spn_str,
					   spns->num + repair->num_add + 1);
	size_t num = 0;
	bool ok = all != NULL;
	size_t i;

	for (i = 0; ok && i < spns->num; i++) {
		if (!audit_repair_removes(repair, spns->values[i].value)) {
			all[num++] = spns->values[i].value;
		}
	}
	for (i = 0; ok && i < repair->num_add; i++) {
		all[num++] = repair->add[i];
	}
	if (ok && num == 0) {
		fputs("delete: " SPN_ATTR "\n-\n", stream);
	} else if (ok) {
		ok = write_operation(mem_ctx, stream, "replace", all, num);
	}
	talloc_free(all);
	return ok;
}

static bool write_record(TALLOC_CTX *mem_ctx,
			 FILE *stream,
			 const struct audit_repair *repair)
{
	if (!write_attribute(mem_ctx,
			     stream,
			     "dn",
			     spn_str_of(repair->account->dn))) {
		return false;
	}
	fputs("changetype: modify\n", stream);
	if (repair->replace) {
		return write_replace(mem_ctx, stream, repair);
	}
	return write_operation(mem_ctx,
			       stream,
			       "delete",
			       repair->remove,
			       repair->num_remove) &&
	       write_operation(mem_ctx,
			       stream,
			       "add",
			       repair->add,
			       repair->num_add);
}

bool audit_write_fix_ldif(TALLOC_CTX *mem_ctx,
			  const struct audit_repairs *repairs,
			  FILE *stream)
{
	size_t i;

	write_head(stream,
		   repairs,
		   "Apply with: ldbmodify -H ldap://SERVER -U USER THIS-FILE");
	for (i = 0; i < repairs->num_repairs; i++) {
		if (!write_causes(mem_ctx, stream, repairs->repairs[i]) ||
		    !write_record(mem_ctx, stream, repairs->repairs[i]))
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
