/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An undo record takes back what was changed, value by value, and nothing
 * else: what somebody has changed since stays. It is to be carried out with
 * the control "permissive modify", so that it does no harm where the repair
 * itself was never done: whoever kills the program cannot know.
 *
 * samldb looks at the first element of servicePrincipalName only. What a DC
 * takes comes first, so that a value that has another holder by now is
 * refused. What no DC lets in (it had to be written past Samba, and an undo
 * brings back what was) comes behind an element that does nothing.
 *
 * Where spn_policy is in force it sends each element by itself and takes or
 * adds other halves along, so an undo would do more than it says. The element
 * undo_mark does nothing to a stock DC, which does not look at it, and is
 * refused there with all of its record.
 */
#include "apply_step.h"

#include "common/shell_command.h"
#include "directory/ldif.h"

#include <stdlib.h>
#include <string.h>

#define ATTR_NAMES "msDS-AdditionalDnsHostName"

static const char harmless[] = "spn-audit/undo";
static const char undo_mark[] =
	"spn-audit/undo/is-refused/where-spn_policy-is-in-force";

static int compare_values(const void *a, const void *b)
{
	const struct spn_str *x = a;
	const struct spn_str *y = b;

	return spn_str_compare(*x, *y);
}

static void sort(struct audit_values *list)
{
	if (list->num > 1) {
		qsort(list->values,
		      list->num,
		      sizeof(struct spn_str),
		      compare_values);
	}
}

static bool room_for(TALLOC_CTX *mem_ctx,
		     struct audit_values *list,
		     size_t num)
{
	list->values = talloc_array(mem_ctx, struct spn_str, num + 1);
	list->num = 0;
	return list->values != NULL;
}

bool audit_state_of(TALLOC_CTX *mem_ctx,
		    const struct spn_account *account,
		    struct audit_state *_state)
{
	const char **names = account->additional_dns_host_names;
	size_t num_names = 0;
	size_t i;

	while (names != NULL && names[num_names] != NULL) {
		num_names++;
	}
	if (!room_for(mem_ctx, &_state->spns, account->spns.num) ||
	    !room_for(mem_ctx, &_state->names, num_names))
	{
		return false;
	}
	for (i = 0; i < account->spns.num; i++) {
		_state->spns.values[i] = account->spns.values[i].value;
	}
	_state->spns.num = account->spns.num;
	for (i = 0; i < num_names; i++) {
		_state->names.values[i] = spn_str_of(names[i]);
	}
	_state->names.num = num_names;
	sort(&_state->spns);
	sort(&_state->names);
	return true;
}

/* Those of the first that are not in the second; both are sorted. */
static bool subtract(TALLOC_CTX *mem_ctx,
		     const struct audit_values *from,
		     const struct audit_values *what,
		     struct audit_values *_rest)
{
	size_t i;
	size_t k = 0;

	if (!room_for(mem_ctx, _rest, from->num)) {
		return false;
	}
	for (i = 0; i < from->num; i++) {
		while (k < what->num &&
		       spn_str_compare(what->values[k], from->values[i]) < 0)
		{
			k++;
		}
		if (k == what->num ||
		    !spn_str_equal(what->values[k], from->values[i]))
		{
			_rest->values[_rest->num++] = from->values[i];
		}
	}
	return true;
}

static bool change(TALLOC_CTX *mem_ctx,
		   const struct audit_values *before,
		   const struct audit_repair *repair,
		   struct audit_values *_after)
{
	size_t i;

	if (!room_for(mem_ctx, _after, before->num + repair->num_add)) {
		return false;
	}
	for (i = 0; i < before->num; i++) {
		/* before is sorted; a replace has each value once */
		bool is_copy = repair->replace && i > 0 &&
			       spn_str_equal(before->values[i],
					     before->values[i - 1]);

		if (!is_copy &&
		    !audit_repair_removes(repair, before->values[i]))
		{
			_after->values[_after->num++] = before->values[i];
		}
	}
	for (i = 0; i < repair->num_add; i++) {
		_after->values[_after->num++] = repair->add[i];
	}
	sort(_after);
	return true;
}

bool audit_state_after(TALLOC_CTX *mem_ctx,
		       const struct audit_state *before,
		       const struct audit_repair *repair,
		       struct audit_state *_after)
{
	bool is_spn = strcmp(repair->attr, AUDIT_ATTR_SPN) == 0;

	*_after = *before;
	return is_spn ? change(mem_ctx, &before->spns, repair, &_after->spns)
		      : change(mem_ctx,
			       &before->names,
			       repair,
			       &_after->names);
}

static bool same_values(const struct audit_values *a,
			const struct audit_values *b)
{
	size_t i;

	for (i = 0; i < a->num && i < b->num; i++) {
		if (!spn_str_equal(a->values[i], b->values[i])) {
			return false;
		}
	}
	return a->num == b->num;
}

bool audit_state_same(const struct audit_state *a, const struct audit_state *b)
{
	return same_values(&a->spns, &b->spns) &&
	       same_values(&a->names, &b->names);
}

/* ------------------------------------------------------------ its record */

/* No values: nothing is to be done. */
static bool put(struct ldb_message *msg,
		const char *attr,
		int flag,
		const struct audit_values *list)
{
	return list->num == 0 ||
	       audit_repair_element(msg, attr, flag, list->values, list->num);
}

static bool put_text(struct ldb_message *msg, const char *value)
{
	const struct spn_str s = spn_str_of(value);

	return audit_repair_element(msg,
				    AUDIT_ATTR_SPN,
				    LDB_FLAG_MOD_DELETE,
				    &s,
				    1);
}

/* came goes, gone comes back. */
static bool fill_spns(struct ldb_message *msg,
		      bool is_refused,
		      const struct audit_values *came,
		      const struct audit_values *gone)
{
	bool is_first = !is_refused && gone->num > 0;

	if (is_first && !put(msg, AUDIT_ATTR_SPN, LDB_FLAG_MOD_ADD, gone)) {
		return false;
	}
	if (!is_first && came->num == 0 && !put_text(msg, harmless)) {
		return false;
	}
	return put(msg, AUDIT_ATTR_SPN, LDB_FLAG_MOD_DELETE, came) &&
	       put_text(msg, undo_mark) &&
	       (is_first || put(msg, AUDIT_ATTR_SPN, LDB_FLAG_MOD_ADD, gone));
}

static bool fill(struct ldb_message *msg,
		 const struct audit_step *step,
		 const struct audit_state *before,
		 const struct audit_state *after)
{
	struct audit_values came = {};
	struct audit_values gone = {};

	if (!subtract(msg, &after->spns, &before->spns, &came) ||
	    !subtract(msg, &before->spns, &after->spns, &gone) ||
	    !fill_spns(msg, step->repair->replace, &came, &gone))
	{
		return false;
	}
	return subtract(msg, &after->names, &before->names, &came) &&
	       subtract(msg, &before->names, &after->names, &gone) &&
	       put(msg, ATTR_NAMES, LDB_FLAG_MOD_DELETE, &came) &&
	       put(msg, ATTR_NAMES, LDB_FLAG_MOD_ADD, &gone);
}

static bool write_record(struct ldb_context *ldb,
			 const struct audit_step *step,
			 const struct ldb_message *msg,
			 FILE *stream)
{
	TALLOC_CTX *tmp_ctx = talloc_new(ldb);
	const struct spn_account *account = step->repair->account;
	char *dn = talloc_asprintf(tmp_ctx, "<GUID=%s>", account->object_guid);
	bool ok = dn != NULL;
	size_t i;

	fputc('\n', stream);
	for (i = 0; ok && i < step->num_findings; i++) {
		ok = audit_write_cause(tmp_ctx, stream, step->findings[i]);
	}
	ok = ok && audit_write_comment(tmp_ctx, stream, "", account->dn) &&
	     audit_ldif_write(ldb, dn, msg, stream);
	talloc_free(tmp_ctx);
	return ok;
}

char *audit_undo_record(TALLOC_CTX *mem_ctx,
			struct ldb_context *ldb,
			const struct audit_step *step,
			const struct audit_state *before,
			const struct audit_state *after)
{
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	char *data = NULL;
	size_t len = 0;
	FILE *stream = NULL;
	bool ok = false;

	if (msg == NULL || !fill(msg, step, before, after)) {
		talloc_free(msg);
		return NULL;
	}
	stream = open_memstream(&data, &len);
	if (stream != NULL) {
		ok = write_record(ldb, step, msg, stream);
		ok = ferror(stream) == 0 && ok;
		ok = fclose(stream) == 0 && ok;
	}
	talloc_free(msg);
	if (!ok) {
		free(data);
		data = NULL;
	}
	return data;
}

/* ------------------------------------------------------- how it is used */

static char *command(TALLOC_CTX *mem_ctx,
		     const char *options,
		     const char *url,
		     const char *login,
		     const char *path)
{
	char *url_word = shell_word(mem_ctx, spn_str_of(url));
	char *path_word = shell_word(mem_ctx, spn_str_of(path));

	if (url_word == NULL || path_word == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "ldbmodify %s--controls=permissive_modify:1 "
			       "-H %s%s %s",
			       options,
			       url_word,
			       login,
			       path_word);
}

/* The module of this process counts, and lets everything pass. */
static const char in_audit_mode[] = "--option='spn_policy:mode=audit' ";

char *audit_undo_command(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 const char *path)
{
	const char *url = spn_connect_url(connect);
	const char *login = NULL;

	if (url == NULL) {
		return NULL;
	}
	if (spn_connect_local_path(url) != NULL) {
		return command(mem_ctx, in_audit_mode, url, "", path);
	}
	login = spn_connect_login_words(mem_ctx, connect);
	return (login == NULL) ? NULL : command(mem_ctx, "", url, login, path);
}

char *audit_undo_command_on_dc(TALLOC_CTX *mem_ctx,
			       struct spn_connect *connect,
			       const char *path)
{
	char *database = spn_connect_private_path(mem_ctx, connect, "sam.ldb");
	const char *url = spn_connect_url(connect);

	return (database == NULL || url == NULL ||
		spn_connect_local_path(url) != NULL)
		       ? NULL
		       : command(mem_ctx, in_audit_mode, database, "", path);
}
