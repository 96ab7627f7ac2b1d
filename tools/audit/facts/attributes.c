/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which attributes of an entry are facts of its account, and in which units:
 * times become seconds since 1970.
 */
#include "attributes.h"

#include <string.h>

/* Windows counts 100 ns since 1601. */
#define NTTIME_SECOND 10000000
#define NTTIME_1970 11644473600

/* 0 and the largest number stand for never. */
static int64_t unix_time(int64_t time)
{
	if (time <= 0 || time == INT64_MAX) {
		return 0;
	}
	time = time / NTTIME_SECOND - NTTIME_1970;
	return (time < 0) ? 0 : time;
}

/* Nothing if the attribute is not there. */
static bool fill_list(TALLOC_CTX *mem_ctx,
		      const struct ldb_message *msg,
		      const char *attr,
		      const char ***_texts)
{
	const struct ldb_message_element *el = spn_values_of(msg, attr);
	const char **texts = NULL;
	size_t i;

	if (el == NULL) {
		return true;
	}
	texts = talloc_zero_array(mem_ctx,
				  const char *,
				  spn_values_num(el) + 1);
	for (i = 0; texts != NULL && i < spn_values_num(el); i++) {
		texts[i] = spn_str_dup(texts, spn_values_get(el, i)).data;
		if (texts[i] == NULL) {
			return false;
		}
	}
	*_texts = texts;
	return texts != NULL;
}

/* The names of computers from their DNs: "CN=WEB01,OU=..." */
static bool fill_readers(TALLOC_CTX *mem_ctx,
			 struct spn_facts *facts,
			 const struct ldb_message *msg)
{
	size_t i;

	if (!fill_list(mem_ctx,
		       msg,
		       "msDS-HostServiceAccountBL",
		       &facts->password_readers))
	{
		return false;
	}
	for (i = 0; facts->password_readers != NULL &&
		    facts->password_readers[i] != NULL;
	     i++)
	{
		const char *dn = facts->password_readers[i];
		const char *name = strstr(dn, "CN=");

		if (name == NULL) {
			continue;
		}
		name += strlen("CN=");
		facts->password_readers[i] =
			talloc_strndup(mem_ctx, name, strcspn(name, ",\\"));
		if (facts->password_readers[i] == NULL) {
			return false;
		}
	}
	return true;
}

static bool fill_delegate_to(TALLOC_CTX *mem_ctx,
			     struct spn_facts *facts,
			     const struct ldb_message *msg)
{
	const struct ldb_message_element *el =
		spn_values_of(msg, "msDS-AllowedToDelegateTo");
	struct spn_str *entries = NULL;
	size_t i;

	if (el == NULL) {
		return true;
	}
	entries = talloc_array(mem_ctx, struct spn_str, spn_values_num(el));
	if (entries == NULL) {
		return false;
	}
	for (i = 0; i < spn_values_num(el); i++) {
		entries[i] = spn_values_get(el, i);
	}
	facts->delegate_to = entries;
	facts->num_delegate_to = spn_values_num(el);
	return true;
}

/* What only those that hold SPNs are judged by. */
static void fill_numbers(struct spn_facts *facts,
			 const struct ldb_message *msg)
{
	static const char types[] = "msDS-SupportedEncryptionTypes";
	static const char password[] = "pwdLastSet";
	int64_t number = 0;
	int64_t set = 0;

	facts->has_encryption_types = spn_values_number(msg, types, &number);
	facts->encryption_types = (uint32_t)number;
	if (spn_values_number(msg, password, &set)) {
		facts->password_set = unix_time(set);
		facts->has_no_password_yet = set == 0;
	}
	facts->is_privileged = spn_values_int64(msg, "adminCount") != 0;
	facts->last_logon = unix_time(
		spn_values_int64(msg, "lastLogonTimestamp"));
	facts->expires = unix_time(spn_values_int64(msg, "accountExpires"));
}

bool audit_facts_of(TALLOC_CTX *mem_ctx,
		    const struct ldb_message *msg,
		    bool is_described,
		    struct spn_facts *_facts)
{
	struct spn_facts *facts = _facts;

	*facts = (struct spn_facts){};
	facts->control = (uint32_t)spn_values_int64(msg, "userAccountControl");
	facts->user_principal_name = spn_values_text(msg, "userPrincipalName");
	if (is_described || spn_values_of(msg, "servicePrincipalName") != NULL)
	{
		fill_numbers(facts, msg);
	}
	facts->lets_delegate =
		is_described &&
		spn_values_of(msg,
			      "msDS-AllowedToActOnBehalfOfOtherIdentity") !=
			NULL;
	return fill_readers(mem_ctx, facts, msg) &&
	       fill_delegate_to(mem_ctx, facts, msg);
}
