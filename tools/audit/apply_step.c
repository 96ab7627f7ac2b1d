/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is shown is what is sent: both come from the same repair, and a value
 * in which something cannot be seen is shown as the LDIF that it is.
 *
 * A half that lacks its other half is named in the modify, as a value that
 * goes and comes: if the account does not hold it any more, the DC refuses all
 * of it. It stands behind what is new, for Samba looks for other holders of
 * what is in the first element only.
 */
#include "apply_step.h"

#include "common/shell_command.h"
#include "common/words.h"
#include "directory/ldif.h"
#include "policy/quote.h"

#include <stdlib.h>
#include <string.h>

#define INDENT 10

/* In these very bytes, once, and nobody else's: Samba refuses a delete of
 * anything else. */
static bool may_guard(TALLOC_CTX *mem_ctx,
		      const struct spn_case *c,
		      const struct audit_step *step,
		      const struct audit_finding *finding,
		      bool *_may)
{
	const struct audit_repair *repair = step->repair;
	struct spn_str key = {};
	size_t num = 0;
	size_t i;

	*_may = false;
	if (finding->message->repair != SPN_REPAIR_ADD_PARTNER ||
	    repair->num_add == 0 || repair->replace ||
	    audit_repair_removes(repair, finding->spn))
	{
		return true;
	}
	for (i = 0; i < step->num_guards; i++) {
		if (spn_str_equal_nocase(step->guards[i], finding->spn)) {
			return true;
		}
	}
	if (!audit_repair_count(mem_ctx, c, finding->spn, &key, &num)) {
		return false;
	}
	*_may = num == 1 && spn_account_count(repair->account, key) == 1;
	return true;
}

bool audit_step_guard(TALLOC_CTX *mem_ctx,
		      const struct spn_case *c,
		      struct audit_step *step)
{
	size_t i;

	step->num_guards = 0;
	step->guards = talloc_array(mem_ctx,
				    struct spn_str,
				    step->num_findings + 1);
	if (step->guards == NULL) {
		return false;
	}
	for (i = 0; i < step->num_findings; i++) {
		const struct audit_finding *finding = step->findings[i];
		bool may = false;

		if (!may_guard(mem_ctx, c, step, finding, &may)) {
			return false;
		}
		if (may) {
			step->guards[step->num_guards++] = finding->spn;
		}
	}
	return true;
}

bool audit_step_fill(struct ldb_message *msg, const struct audit_step *step)
{
	const struct audit_repair *repair = step->repair;

	return audit_repair_fill(msg, repair) &&
	       (step->num_guards == 0 ||
		(audit_repair_element(msg,
				      repair->attr,
				      LDB_FLAG_MOD_DELETE,
				      step->guards,
				      step->num_guards) &&
		 audit_repair_element(msg,
				      repair->attr,
				      LDB_FLAG_MOD_ADD,
				      step->guards,
				      step->num_guards)));
}

/* ------------------------------------------------------------------ shown */

static bool show_values(TALLOC_CTX *mem_ctx,
			FILE *stream,
			const char *label,
			const char *attr,
			const struct spn_str *values,
			size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		char *shown = spn_quote(mem_ctx, values[i], 0);

		if (shown == NULL) {
			return false;
		}
		fprintf(stream, "    %s %s: %s\n", label, attr, shown);
		talloc_free(shown);
	}
	return true;
}

/* " -H 'ldap://dc1' --user='alice'"; "" for the local database; NULL when it
 * cannot be typed. */
static char *setspn_options(TALLOC_CTX *mem_ctx, struct spn_connect *connect)
{
	const char *url = spn_connect_url(connect);
	char *login = NULL;
	char *word = NULL;

	if (!spn_connect_has_url(connect)) {
		return talloc_strdup(mem_ctx, "");
	}
	word = (url == NULL) ? NULL : shell_word(mem_ctx, spn_str_of(url));
	login = spn_connect_login_words(mem_ctx, connect);
	if (word == NULL || login == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx, " -H %s%s", word, login);
}

/* False: something cannot be typed. Then nothing was written. */
static bool show_commands(TALLOC_CTX *mem_ctx,
			  struct spn_connect *connect,
			  const struct audit_repair *repair,
			  FILE *stream)
{
	char *options = setspn_options(mem_ctx, connect);
	char *text = talloc_strdup(mem_ctx, "");
	size_t num = repair->num_remove + repair->num_add;
	size_t i;

	if (options == NULL || text == NULL ||
	    !audit_repair_has_commands(repair))
	{
		return false;
	}
	for (i = 0; i < num; i++) {
		bool goes = i < repair->num_remove;
		char *command = audit_repair_command(
			mem_ctx,
			options,
			goes ? "-D" : "-S",
			repair->account,
			goes ? repair->remove[i]
			     : repair->add[i - repair->num_remove]);

		if (command == NULL) {
			return false;
		}
		text = talloc_asprintf_append_buffer(text,
						     "      %s\n",
						     command);
		if (text == NULL) {
			return false;
		}
	}
	fputs("    as it would be typed:\n", stream);
	fputs(text, stream);
	return true;
}

/* Line by line, so that a DN cannot begin one. */
static bool show_lines(TALLOC_CTX *mem_ctx, FILE *stream, char *text)
{
	char *rest = text;

	fputs("    as ldbmodify would be given it:\n", stream);
	while (rest != NULL && *rest != '\0') {
		const char *line = strsep(&rest, "\n");
		char *shown = spn_printable(mem_ctx, spn_str_of(line));

		if (shown == NULL) {
			return false;
		}
		fprintf(stream, "      %s\n", shown);
		talloc_free(shown);
	}
	return true;
}

static bool show_ldif(TALLOC_CTX *mem_ctx,
		      struct ldb_context *ldb,
		      const struct audit_step *step,
		      FILE *stream)
{
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	char *data = NULL;
	size_t len = 0;
	FILE *buffer = open_memstream(&data, &len);
	bool ok = false;

	if (buffer == NULL) {
		return false;
	}
	ok = msg != NULL && audit_step_fill(msg, step) &&
	     audit_ldif_write(ldb, step->repair->account->dn, msg, buffer);
	ok = fclose(buffer) == 0 && ok;
	ok = ok && show_lines(mem_ctx, stream, data);
	free(data);
	return ok;
}

bool audit_step_show(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     struct ldb_context *ldb,
		     const struct audit_step *step,
		     FILE *stream)
{
	const struct audit_repair *repair = step->repair;
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	bool ok = tmp_ctx != NULL &&
		  show_values(tmp_ctx,
			      stream,
			      "-",
			      repair->attr,
			      repair->remove,
			      repair->num_remove) &&
		  show_values(tmp_ctx,
			      stream,
			      "+",
			      repair->attr,
			      repair->add,
			      repair->num_add) &&
		  show_values(tmp_ctx,
			      stream,
			      "while it still has",
			      repair->attr,
			      step->guards,
			      step->num_guards) &&
		  (show_commands(tmp_ctx, connect, repair, stream) ||
		   show_ldif(tmp_ctx, ldb, step, stream));

	talloc_free(tmp_ctx);
	return ok;
}
