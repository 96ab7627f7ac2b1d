/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A keytab proves whose key a service has if all its keys are those of one
 * account. If others are there, too, a server may take any of them: then it is
 * known what the service could open, and not what it is meant to.
 */
#include "key_report.h"

#include "common/json_read.h"

#include <string.h>

/* The one of that name. False when out of memory; *_is_there: it is whole. */
static bool read_account(TALLOC_CTX *mem_ctx,
			 struct spn_str accounts,
			 const char *name,
			 struct audit_key_of *_of,
			 bool *_is_there)
{
	struct spn_str account = {};
	bool is_it = false;

	*_is_there = false;
	while (!is_it && spn_json_element(&accounts, &account)) {
		if (!spn_json_is(mem_ctx,
				 spn_json_member(account, "name"),
				 name,
				 &is_it))
		{
			return false;
		}
	}
	if (!is_it) {
		return true;
	}
	_of->has_ticket = spn_str_equal(spn_json_member(account, "ticket"),
					spn_str_of("true"));
	_of->has_answer = _of->has_ticket ||
			  spn_json_member(account, "error").len > 0;
	*_is_there = spn_json_count(spn_json_member(account, "kvno"),
				    &_of->kvno) &&
		     spn_json_count(spn_json_member(account, "keys"),
				    &_of->num_keys);
	return true;
}

static bool read_accounts(TALLOC_CTX *mem_ctx,
			  struct spn_str accounts,
			  const char *const *names,
			  struct audit_key_report *report,
			  bool *_is_there)
{
	size_t i;

	*_is_there = true;
	for (i = 0; *_is_there && i < 2; i++) {
		if (!read_account(mem_ctx,
				  accounts,
				  names[i],
				  &report->of[i],
				  _is_there))
		{
			return false;
		}
	}
	return true;
}

static bool read_entries(TALLOC_CTX *mem_ctx,
			 struct spn_str entries,
			 struct audit_key_report *report)
{
	struct spn_str rest = entries;
	struct spn_str entry = {};
	size_t num = 0;

	while (spn_json_element(&rest, &entry)) {
		num++;
	}
	report->principals = talloc_zero_array(mem_ctx, char *, num + 1);
	if (report->principals == NULL) {
		return false;
	}
	while (spn_json_element(&entries, &entry)) {
		char *name = spn_json_unquote(report->principals,
					      spn_json_member(entry,
							      "principal"));

		if (name == NULL) {
			return false;
		}
		report->principals[report->num_entries++] = name;
	}
	return true;
}

/* A report that was cut off has no end. */
static bool is_whole(struct spn_str text)
{
	size_t count = 0;

	while (text.len > 0 && text.data[text.len - 1] == '\n') {
		text.len--;
	}
	return text.len > 0 && text.data[text.len - 1] == '}' &&
	       spn_json_count(spn_json_member(text, "version"), &count) &&
	       count == 1 && spn_json_member(text, "answer").len > 0;
}

bool audit_key_report_read(TALLOC_CTX *mem_ctx,
			   struct spn_str text,
			   const char *const *names,
			   struct audit_key_report *_report,
			   bool *_is_report)
{
	struct spn_str accounts = spn_json_member(text, "accounts");
	struct audit_key_report report = {};
	bool is_there = true;

	*_is_report = false;
	if (!is_whole(text)) {
		return true;
	}
	report.answer = spn_json_unquote(mem_ctx,
					 spn_json_member(text, "answer"));
	if (report.answer == NULL ||
	    !read_entries(mem_ctx, spn_json_member(text, "entries"), &report))
	{
		return false;
	}
	/* No KDC could be asked: the answer says why. */
	if (names != NULL && accounts.len > 0 &&
	    !read_accounts(mem_ctx, accounts, names, &report, &is_there))
	{
		return false;
	}
	if (is_there) {
		*_report = report;
		*_is_report = true;
	}
	return true;
}

enum audit_key_proof audit_key_proof_of(const struct audit_key_report *report)
{
	const struct audit_key_of *first = &report->of[0];
	const struct audit_key_of *second = &report->of[1];

	if (!first->has_ticket || !second->has_ticket) {
		return AUDIT_KEY_UNKNOWN;
	}
	if (first->num_keys > 0 && second->num_keys > 0) {
		return AUDIT_KEY_BOTH;
	}
	if (first->num_keys == 0 && second->num_keys == 0) {
		return AUDIT_KEY_NEITHER;
	}
	if (first->num_keys + second->num_keys != report->num_entries) {
		return AUDIT_KEY_MIXED;
	}
	return (first->num_keys > 0) ? AUDIT_KEY_FIRST : AUDIT_KEY_SECOND;
}

/* ------------------------------------------------------------------- names */

static bool is_service(struct spn_str entry, struct spn_str service)
{
	struct spn a = {};
	struct spn b = {};

	return spn_parse(entry, &a) == SPN_SYNTAX_OK &&
	       spn_parse(service, &b) == SPN_SYNTAX_OK &&
	       spn_str_equal_nocase(a.service_class, b.service_class) &&
	       spn_str_equal_nocase(a.host_name, b.host_name);
}

enum audit_key_names audit_key_names_of(const struct audit_key_report *report,
					struct spn_str spn,
					const char *partner,
					const char **_name)
{
	size_t i;

	*_name = NULL;
	for (i = 0; i < report->num_entries; i++) {
		struct spn_str name = spn_str_of(report->principals[i]);

		name.len = strcspn(name.data, "@");
		if (memchr(name.data, '/', name.len) == NULL) {
			continue;
		}
		*_name = report->principals[i];
		if (is_service(name, spn) ||
		    (partner != NULL && is_service(name, spn_str_of(partner))))
		{
			return AUDIT_KEY_NAMES_IT;
		}
	}
	return (*_name == NULL) ? AUDIT_KEY_NAMES_NONE
				: AUDIT_KEY_NAMES_OTHERS;
}
