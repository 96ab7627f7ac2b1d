/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts: built by spn_store from a directory, by tests from rows.
 */
#include "account.h"

#include <string.h>

#include "names.h"
#include "quick_fold.h"

struct spn_account *spn_account_new(TALLOC_CTX *mem_ctx,
				    const char *object_guid)
{
	struct spn_account *account = talloc_zero(mem_ctx, struct spn_account);

	if (account == NULL) {
		return NULL;
	}
	account->object_guid = talloc_strdup(account, object_guid);
	if (account->object_guid == NULL) {
		talloc_free(account);
		return NULL;
	}
	return account;
}

bool spn_account_add(struct spn_account *account,
		     const struct spn_fold *fold,
		     struct spn_str value)
{
	struct spn_value added = {.value = spn_str_dup(account, value)};

	return added.value.data != NULL &&
	       spn_fold_text(fold, account, value, &added.key) &&
	       spn_set_add(account, &account->spns, &added);
}

bool spn_account_add_all(struct spn_account *account,
			 const struct spn_fold *fold,
			 const struct spn_str *values,
			 size_t num)
{
	size_t num_bytes = 0;
	char *copies = NULL;
	char *keys = NULL;
	size_t i;

	for (i = 0; i < num; i++) {
		num_bytes += values[i].len + 1;
	}
	copies = talloc_array(account, char, 2 * num_bytes);
	if (copies == NULL ||
	    !spn_set_reserve(account, &account->spns, account->spns.num + num))
	{
		return false;
	}
	keys = copies + num_bytes;
	for (i = 0; i < num; i++) {
		size_t len = values[i].len;
		struct spn_value added = {
			.value = {.data = copies, .len = len},
		};

		if (len > 0) {
			memcpy(copies, values[i].data, len);
		}
		copies[len] = '\0';
		if (!spn_fold_at(fold,
				 account,
				 added.value,
				 keys,
				 &added.key) ||
		    !spn_set_add(account, &account->spns, &added))
		{
			return false;
		}
		keys[len] = '\0';
		copies += len + 1;
		keys += len + 1;
	}
	return true;
}

const struct spn_value *spn_account_find(const struct spn_account *account,
					 struct spn_str key)
{
	return (account == NULL) ? NULL : spn_set_find(&account->spns, key);
}

size_t spn_account_count(const struct spn_account *account, struct spn_str key)
{
	return (account == NULL) ? 0 : spn_set_count(&account->spns, key);
}

bool spn_account_same(const struct spn_account *a, const struct spn_account *b)
{
	return strcmp(a->object_guid, b->object_guid) == 0;
}

bool spn_account_is_machine(const struct spn_account *account)
{
	return account->kind == SPN_KIND_COMPUTER ||
	       account->kind == SPN_KIND_GMSA;
}

struct spn_str spn_account_netbios_name(const struct spn_account *account)
{
	struct spn_str name = {};

	if (!spn_account_is_machine(account)) {
		return name;
	}
	name = spn_str_of(account->sam_account_name);
	if (name.len > 0 && name.data[name.len - 1] == '$') {
		name.len--;
	}
	return name;
}

/* The byte that is escaped at *_at, behind its backslash. */
static char escaped_byte(struct spn_str dn, size_t *_at)
{
	int high = spn_hex_digit(dn.data[*_at]);
	int low = (*_at + 1 < dn.len) ? spn_hex_digit(dn.data[*_at + 1]) : -1;

	if (high < 0 || low < 0) {
		return dn.data[*_at];
	}
	*_at += 1;
	return (char)(high << 4 | low);
}

bool spn_account_cn(TALLOC_CTX *mem_ctx,
		    const struct spn_account *account,
		    struct spn_str *_cn)
{
	struct spn_str dn = spn_str_of(account->dn);
	struct spn_str cn = {};
	bool is_escaped = false;
	char *to = NULL;
	size_t i;

	*_cn = cn;
	if (dn.len < 3 || !spn_str_is((struct spn_str){dn.data, 3}, "CN=")) {
		return true;
	}
	dn = spn_str_from(dn, 3);
	while (cn.len < dn.len && dn.data[cn.len] != ',' &&
	       dn.data[cn.len] != '+')
	{
		if (dn.data[cn.len] == '\\' && cn.len + 1 < dn.len) {
			is_escaped = true;
			cn.len++;
		}
		cn.len++;
	}
	cn.data = dn.data;
	if (!is_escaped) {
		*_cn = cn;
		return true;
	}
	to = talloc_array(mem_ctx, char, cn.len);
	if (to == NULL) {
		return false;
	}
	_cn->data = to;
	for (i = 0; i < cn.len; i++) {
		if (cn.data[i] == '\\') {
			i++;
			to[_cn->len++] = escaped_byte(cn, &i);
		} else {
			to[_cn->len++] = cn.data[i];
		}
	}
	return true;
}

bool spn_account_has_dns_name(const struct spn_account *account,
			      struct spn_str host)
{
	if (host.len == 0) {
		return false;
	}
	if (spn_str_is(host, account->dns_host_name)) {
		return true;
	}
	return spn_names_have(account->additional_dns_host_names,
			      account->dns_names,
			      host);
}

bool spn_account_has_name(const struct spn_account *account,
			  struct spn_str host)
{
	struct spn_str netbios = spn_account_netbios_name(account);

	if (host.len > 0 && spn_str_equal_nocase(host, netbios)) {
		return true;
	}
	return spn_account_has_dns_name(account, host) ||
	       spn_names_have(account->additional_sam_names,
			      account->sam_names,
			      host);
}

/* krbtgt_12345 */
static bool is_numbered(struct spn_str name)
{
	static const char rodc[] = "krbtgt_";
	struct spn_str head = name;
	size_t i;

	if (name.len <= strlen(rodc)) {
		return false;
	}
	head.len = strlen(rodc);
	for (i = head.len; i < name.len; i++) {
		if (name.data[i] < '0' || name.data[i] > '9') {
			return false;
		}
	}
	return spn_str_is(head, rodc);
}

bool spn_account_is_krbtgt(const struct spn_account *account)
{
	struct spn_str name = spn_str_of(account->sam_account_name);

	return spn_str_is(name, "krbtgt") ||
	       (account->is_disabled &&
		(account->has_krbtgt_number || is_numbered(name)));
}

bool spn_account_shares(const struct spn_account *account,
			struct spn_str value)
{
	return spn_str_is(value, SPN_OF_KRBTGT) &&
	       spn_account_is_krbtgt(account);
}
