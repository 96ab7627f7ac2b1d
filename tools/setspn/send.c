/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One modify with all values, and what became of it: the account is read
 * again, since the module on the DC may have sent the other half along.
 */
#include "setspn.h"
#include "directory/ldif.h"
#include "policy/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPN_ATTR "servicePrincipalName"

#define ERROR_CONSTRAINT 0x202fu
#define ERROR_NOT_UNIQUE 0x21c7u

static bool has_value(const struct spn_set *set, const struct spn_value *value)
{
	return spn_set_has(set, value->key);
}

/* What stays, where the directory refuses to delete a duplicated value. */
static int add_rest(const struct setspn *s,
		    const struct setspn_change *change,
		    struct ldb_message *msg)
{
	struct spn_fold fold = spn_store_fold(&s->store);
	const struct spn_change gone = {
		.kind = SPN_CHANGE_DELETE,
		.values = change->values,
		.num_values = change->num_values,
	};
	struct spn_account *rest =
		spn_changes_apply(msg, change->account, &fold, &gone, 1, NULL);
	struct ldb_message_element *el = NULL;
	size_t i;
	int ret = LDB_SUCCESS;

	if (rest == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	if (rest->spns.num == 0) {
		return LDB_SUCCESS;
	}
	ret = ldb_msg_add_empty(msg, SPN_ATTR, LDB_FLAG_MOD_ADD, &el);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (!spn_values_room(msg, el, rest->spns.num)) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	for (i = 0; i < rest->spns.num; i++) {
		if (!spn_values_push(el, rest->spns.values[i].value)) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
	}
	return LDB_SUCCESS;
}

static int fill(const struct setspn *s,
		const struct setspn_change *change,
		struct ldb_message *msg)
{
	struct ldb_message_element *el = NULL;
	size_t i;
	int ret;

	ret = ldb_msg_add_empty(msg,
				SPN_ATTR,
				change->takes ? LDB_FLAG_MOD_DELETE
					      : LDB_FLAG_MOD_ADD,
				&el);
	if (ret != LDB_SUCCESS || change->gives_up_duplicate) {
		return (ret == LDB_SUCCESS) ? add_rest(s, change, msg) : ret;
	}
	if (!spn_values_room(msg, el, change->num_values)) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	for (i = 0; i < change->num_values; i++) {
		if (!spn_values_push(el, change->values[i])) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
	}
	return LDB_SUCCESS;
}

static struct ldb_message *message_of(const struct setspn *s,
				      const struct setspn_change *change)
{
	struct ldb_context *ldb = s->store.ldb;
	struct ldb_message *msg = ldb_msg_new(ldb);

	if (msg == NULL) {
		return NULL;
	}
	msg->dn = ldb_dn_new(msg, ldb, change->account->dn);
	return (msg->dn != NULL && fill(s, change, msg) == LDB_SUCCESS) ? msg
									: NULL;
}

/* A value that the command line does not name goes along. */
static void tell_of_other(const struct setspn *s,
			  const struct setspn_change *change,
			  struct spn_str value)
{
	struct ldb_context *ldb = s->store.ldb;
	struct spn_fold fold = spn_store_fold(&s->store);
	struct spn_str asked = {};
	struct spn_str key = {};
	char *shown = NULL;

	if (change->asked.len == 0 ||
	    !spn_fold_text(&fold, ldb, change->asked, &asked) ||
	    !spn_fold_text(&fold, ldb, value, &key) ||
	    spn_str_equal(asked, key))
	{
		return;
	}
	shown = spn_quote(ldb, value, SPN_QUOTE_IF_NEEDED);
	spn_connect_message(s->connect,
			    "%s %s along: the other half of the pair",
			    (shown == NULL) ? "" : shown,
			    s->plan->dry_run ? "goes" : "went");
}

static int print_ldif(const struct setspn *s,
		      const struct setspn_change *change,
		      const struct ldb_message *msg)
{
	size_t i;

	if (!audit_ldif_write(s->store.ldb, change->account->dn, msg, stdout))
	{
		return setspn_out_of_memory(s);
	}
	putchar('\n');
	fflush(stdout);
	for (i = 0; i < change->num_values; i++) {
		tell_of_other(s, change, change->values[i]);
	}
	return SETSPN_DONE;
}

/* The WERROR that a text begins with, or what the LDAP code stands for. */
static unsigned error_of(int ret, const char *text)
{
	static const struct {
		int ldap;
		unsigned windows;
	} codes[] = {
		{LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS, 0x2098},
		{LDB_ERR_NO_SUCH_OBJECT, 0x208d},
		{LDB_ERR_NO_SUCH_ATTRIBUTE, 0x200a},
		{LDB_ERR_INVALID_ATTRIBUTE_SYNTAX, 0x200b},
		{LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS, 0x200d},
		{LDB_ERR_OBJECT_CLASS_VIOLATION, 0x2014},
		{LDB_ERR_BUSY, 0x200e},
		{LDB_ERR_UNAVAILABLE, 0x200f},
		{LDB_ERR_UNWILLING_TO_PERFORM, 0x2035},
	};
	char digits[9] = {};
	size_t i;

	if (text != NULL && strlen(text) > 8 && text[8] == ':') {
		memcpy(digits, text, 8);
	}
	if (strspn(digits, "0123456789abcdefABCDEF") == 8) {
		return (unsigned)strtoul(digits, NULL, 16);
	}
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].ldap == ret) {
			return codes[i].windows;
		}
	}
	return ERROR_CONSTRAINT;
}

static void print_change(const struct setspn_change *change,
			 const struct spn_set *values)
{
	size_t i;

	setspn_say(change->takes ? SETSPN_UNREGISTERING : SETSPN_REGISTERING,
		   change->account->dn);
	for (i = 0; values == NULL && i < change->num_values; i++) {
		setspn_item(change->values[i]);
	}
	for (i = 0; values != NULL && i < values->num; i++) {
		setspn_item(values->values[i].value);
	}
}

static int refused(const struct setspn *s,
		   const struct setspn_change *change,
		   int ret)
{
	const char *text = spn_connect_error(s->store.ldb, ret);
	const char *start = strstr(text, "<");
	unsigned code;

	if (spn_connect_is_given_up(s->store.ldb)) {
		spn_connect_message(s->connect,
				    "%s; whether %s has been changed is not "
				    "known: look with -L",
				    text,
				    change->account->dn);
		return SETSPN_CANNOT_RUN;
	}
	/* libldb puts "LDAP error 19 LDAP_... - <TEXT> <>" around it. */
	start = (start == NULL) ? text : start + 1;
	code = error_of(ret, start);
	print_change(change, NULL);
	setspn_complain(SETSPN_FAILED,
			spn_connect_quote(s->connect, change->account->dn),
			code,
			code,
			setspn_error_text(code));
	spn_connect_message(s->connect, "the server says: %s", text);
	if (!change->takes && setspn_is_host(change->values[0]) &&
	    strstr(text, "module samldb: Constraint") != NULL)
	{
		setspn_host_first(s);
	}
	if (code == ERROR_NOT_UNIQUE) {
		setspn_say("%s", "");
		setspn_say(SETSPN_DUPLICATE);
	}
	return SETSPN_NO;
}

/* Values of the second that the first has not. */
static bool subtract(TALLOC_CTX *mem_ctx,
		     const struct spn_set *what,
		     const struct spn_set *from,
		     struct spn_set *_rest)
{
	size_t i;

	for (i = 0; i < from->num; i++) {
		if (!has_value(what, &from->values[i]) &&
		    !spn_set_add(mem_ctx, _rest, &from->values[i]))
		{
			return false;
		}
	}
	return true;
}

/* What is different now; what was sent, where it cannot be read. */
static int report(const struct setspn *s, const struct setspn_change *change)
{
	struct ldb_context *ldb = s->store.ldb;
	struct spn_account *now = NULL;
	struct spn_set values = {};
	size_t i;
	int ret = spn_store_account(&s->store,
				    ldb,
				    ldb_dn_new(ldb, ldb, change->account->dn),
				    &now,
				    NULL);

	if (ret == LDB_SUCCESS &&
	    !subtract(ldb,
		      change->takes ? &now->spns : &change->account->spns,
		      change->takes ? &change->account->spns : &now->spns,
		      &values))
	{
		return setspn_out_of_memory(s);
	}
	print_change(change, (values.num > 0) ? &values : NULL);
	setspn_say(SETSPN_UPDATED);
	fflush(stdout);
	for (i = 0; i < values.num; i++) {
		tell_of_other(s, change, values.values[i].value);
	}
	return SETSPN_DONE;
}

int setspn_send(const struct setspn *s, const struct setspn_change *change)
{
	struct ldb_message *msg = message_of(s, change);
	int ret;

	if (msg == NULL) {
		return setspn_out_of_memory(s);
	}
	if (s->plan->dry_run) {
		return print_ldif(s, change, msg);
	}
	ret = ldb_modify(s->store.ldb, msg);
	return (ret == LDB_SUCCESS) ? report(s, change)
				    : refused(s, change, ret);
}
