/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a search result to an account, and how the directory compares.
 */
#include <string.h>

#include "policy/quick_fold.h"
#include "store.h"

#define UF_SERVER_TRUST_ACCOUNT 0x2000
#define UF_ACCOUNTDISABLE 0x2
#define UF_USE_DES_KEY_ONLY 0x200000
#define UF_PARTIAL_SECRETS_ACCOUNT 0x04000000

const char *const spn_store_attrs[] = {
	"objectGUID",
	"objectClass",
	"sAMAccountName",
	"dNSHostName",
	"msDS-AdditionalDnsHostName",
	"msDS-AdditionalSamAccountName",
	"userAccountControl",
	"isDeleted",
	"msDS-SecondaryKrbTgtNumber",
	"servicePrincipalName",
	NULL,
};

static bool fold_value(void *private_data,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str value,
		       struct spn_str *_folded)
{
	struct ldb_context *ldb = private_data;
	const struct ldb_schema_syntax *syntax =
		ldb_standard_syntax_by_name(ldb, LDB_SYNTAX_DIRECTORY_STRING);
	struct ldb_val in = spn_values_val(value);
	struct ldb_val out = {};

	if (syntax->canonicalise_fn(ldb, mem_ctx, &in, &out) != 0) {
		/* No text in any encoding: it equals only itself. */
		*_folded = spn_str_dup(mem_ctx, value);
		return _folded->data != NULL;
	}
	_folded->data = (const char *)out.data;
	_folded->len = out.length;
	return true;
}

struct spn_fold spn_store_fold(const struct spn_store *store)
{
	if (store->fold != NULL) {
		return *store->fold;
	}
	return (struct spn_fold){
		.fn = fold_value,
		.private_data = store->ldb,
	};
}

/* NULL stays NULL. */
static bool copy_text(const struct spn_store *store,
		      TALLOC_CTX *mem_ctx,
		      const char *text,
		      const char **_text)
{
	*_text = text;
	if (text != NULL && !store->names_of_message) {
		*_text = talloc_strdup(mem_ctx, text);
	}
	return text == NULL || *_text != NULL;
}

static bool copy_strings(TALLOC_CTX *mem_ctx,
			 const struct ldb_message *msg,
			 const char *attr,
			 const char ***_texts)
{
	const struct ldb_message_element *el = spn_values_of(msg, attr);
	const char **texts = NULL;
	size_t num = spn_values_num(el);
	size_t i;

	*_texts = NULL;
	if (el == NULL) {
		return true;
	}
	texts = talloc_zero_array(mem_ctx, const char *, num + 1);
	if (texts == NULL) {
		return false;
	}
	for (i = 0; i < num; i++) {
		struct spn_str text = spn_values_get(el, i);

		texts[i] = talloc_strndup(texts, text.data, text.len);
		if (texts[i] == NULL) {
			return false;
		}
	}
	*_texts = texts;
	return true;
}

enum spn_kind spn_store_kind_of(const struct ldb_message *msg)
{
	/* The more special, the greater: a gMSA is a computer, a computer is a
	 * user. */
	static const struct {
		struct spn_str object_class;
		enum spn_kind kind;
	} kinds[] = {
		{{"user", 4}, SPN_KIND_USER},
		{{"computer", 8}, SPN_KIND_COMPUTER},
		{{"msDS-ManagedServiceAccount", 26}, SPN_KIND_GMSA},
		{{"msDS-GroupManagedServiceAccount", 31}, SPN_KIND_GMSA},
	};
	const struct ldb_message_element *el = spn_values_of(msg,
							     "objectClass");
	size_t num = spn_values_num(el);
	enum spn_kind kind = SPN_KIND_OTHER;
	size_t k;
	size_t i;

	for (i = 0; i < num; i++) {
		struct spn_str value = spn_values_get(el, i);

		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			if (value.len == kinds[k].object_class.len &&
			    kinds[k].kind > kind &&
			    spn_str_equal_nocase(value, kinds[k].object_class))
			{
				kind = kinds[k].kind;
			}
		}
	}
	return kind;
}

/* No blank stands beside what separates, nothing else in it is odd. */
static bool is_plain_dn(const char *text)
{
	static const char odd[UINT8_MAX + 1] = {
		['\\'] = 'x',
		['"'] = 'x',
		['+'] = 'x',
		['<'] = 'x',
		['#'] = 'x',
		[';'] = 'x',
		[' '] = ' ',
		[','] = ',',
		['='] = ',',
	};
	char last = ','; /* no blank at its beginning */

	for (; *text != '\0'; text++) {
		char kind = odd[(unsigned char)*text];

		if (kind == 'x' || (kind == ' ' && last == ',') ||
		    (kind == ',' && last == ' '))
		{
			return false;
		}
		last = kind;
	}
	return last != ' ';
}

/* Nothing is escaped in it, and its parts are what stands between commas. */
static bool is_plain_text(const char *text)
{
	return (text[strcspn(text, "\\\"+<#; ")] == '\0' ||
		is_plain_dn(text)) &&
	       strstr(text, "=,") == NULL;
}

static bool is_dc(const char *part)
{
	return strncasecmp(part, "DC=", 3) == 0;
}

/* The DC= at the end of such a text; NULL: there is none. */
static const char *tail_of(const char *text)
{
	const char *part = text;
	const char *tail = NULL;

	for (; *part != '\0'; part += (*part == ',') ? 1 : 0) {
		if (!is_dc(part)) {
			tail = NULL;
		} else if (tail == NULL) {
			tail = part;
		}
		part += strcspn(part, ",");
	}
	return tail;
}

/*
 * The DC= at the end of a DN in which nothing is escaped, from its text:
 * to take a DN apart costs more than all else that is done with an account.
 * False if it must be taken apart all the same.
 */
static bool domain_of_text(TALLOC_CTX *mem_ctx,
			   struct ldb_dn *dn,
			   char **_domain)
{
	const char *text = ldb_dn_get_linearized(dn);
	const char *part = NULL;
	const char *tail = NULL;
	char *to = NULL;

	if (text == NULL || !is_plain_text(text)) {
		return false;
	}
	tail = tail_of(text);
	to = talloc_strdup(mem_ctx, (tail == NULL) ? "" : tail + 3);
	*_domain = to;
	if (to == NULL) {
		return true;
	}
	/* Each ",DC=" becomes a dot, in place. */
	for (part = to; *part != '\0'; part++) {
		bool is_comma = *part == ',';

		*to = *part;
		if (is_comma) {
			*to = '.';
			part += 3;
		}
		to++;
	}
	*to = '\0';
	return true;
}

char *spn_store_dns_domain(TALLOC_CTX *mem_ctx, struct ldb_dn *dn)
{
	char *domain = NULL;
	int num = 0;
	int i;

	if (domain_of_text(mem_ctx, dn, &domain)) {
		return domain;
	}
	num = ldb_dn_get_comp_num(dn);
	domain = talloc_strdup(mem_ctx, "");
	for (i = 0; domain != NULL && i < num; i++) {
		const char *name = ldb_dn_get_component_name(dn, (unsigned)i);
		const struct ldb_val *value =
			ldb_dn_get_component_val(dn, (unsigned)i);

		if (name == NULL || strcasecmp(name, "DC") != 0) {
			domain[0] = '\0';
			continue;
		}
		domain = talloc_asprintf_append(domain,
						"%s%.*s",
						(*domain == '\0') ? "" : ".",
						(int)value->length,
						(const char *)value->data);
	}
	return domain;
}

/* text is not touched when there is none. */
static void fill_guid(const struct ldb_message *msg, char text[SPN_GUID_TEXT])
{
	const uint8_t *guid = spn_values_guid(msg, "objectGUID");

	if (guid != NULL) {
		spn_guid_text(guid, text);
	}
}

/* Its DC= are those at the end of this one, no more and no fewer. */
static bool is_in_domain(const struct spn_store_domain *domain,
			 const char *text)
{
	size_t len = strlen(text);
	size_t tail_len = 0;
	const char *before = NULL;

	if (domain->tail == NULL || !is_plain_text(text)) {
		return false;
	}
	tail_len = strlen(domain->tail);
	if (len < tail_len + 2 || text[len - tail_len - 1] != ',' ||
	    memcmp(text + len - tail_len, domain->tail, tail_len) != 0)
	{
		return false;
	}
	before = memrchr(text, ',', len - tail_len - 1);
	return !is_dc((before == NULL) ? text : before + 1);
}

/* Of an account; NULL when out of memory. */
static const char *domain_of(const struct spn_store *store,
			     struct spn_account *account,
			     struct ldb_dn *dn)
{
	struct spn_store_domain *domain = store->domain;
	const char *text = ldb_dn_get_linearized(dn);
	const char *tail = NULL;

	if (domain == NULL || text == NULL) {
		return spn_store_dns_domain(account, dn);
	}
	if (is_in_domain(domain, text)) {
		return domain->name;
	}
	TALLOC_FREE(domain->tail);
	talloc_free(domain->name);
	domain->name = spn_store_dns_domain(domain, dn);
	tail = is_plain_text(text) ? tail_of(text) : NULL;
	if (domain->name != NULL && tail != NULL) {
		domain->tail = talloc_strdup(domain, tail);
	}
	return domain->name;
}

char *spn_store_guid_text(TALLOC_CTX *mem_ctx, const struct ldb_message *msg)
{
	char text[SPN_GUID_TEXT] = {};

	fill_guid(msg, text);
	return talloc_strdup(mem_ctx, text);
}

void spn_store_read_flags(const struct ldb_message *msg,
			  struct spn_account *account)
{
	int64_t uac = spn_values_int64(msg, "userAccountControl");

	account->is_disabled = (uac & UF_ACCOUNTDISABLE) != 0;
	account->has_no_key = (uac & UF_USE_DES_KEY_ONLY) != 0;
	account->is_dc = (uac & (UF_SERVER_TRUST_ACCOUNT |
				 UF_PARTIAL_SECRETS_ACCOUNT)) != 0;
	account->has_krbtgt_number =
		spn_values_of(msg, "msDS-SecondaryKrbTgtNumber") != NULL;
}

static bool fill_names(const struct spn_store *store,
		       struct spn_account *account,
		       const struct ldb_message *msg)
{
	const char *dn = ldb_dn_get_linearized(msg->dn);

	account->kind = spn_store_kind_of(msg);
	spn_store_read_flags(msg, account);
	account->dns_domain = domain_of(store, account, msg->dn);
	return account->dns_domain != NULL &&
	       copy_text(store,
			 account,
			 (dn == NULL) ? "" : dn,
			 &account->dn) &&
	       copy_text(store,
			 account,
			 spn_values_text(msg, "sAMAccountName"),
			 &account->sam_account_name) &&
	       copy_text(store,
			 account,
			 spn_values_text(msg, "dNSHostName"),
			 &account->dns_host_name) &&
	       copy_strings(account,
			    msg,
			    "msDS-AdditionalDnsHostName",
			    &account->additional_dns_host_names) &&
	       copy_strings(account,
			    msg,
			    "msDS-AdditionalSamAccountName",
			    &account->additional_sam_names);
}

/* A holder of what was looked for may have a hundred thousand others. */
static bool choose_values(TALLOC_CTX *mem_ctx,
			  const struct spn_fold *fold,
			  const struct spn_partial *index,
			  const struct ldb_message_element *el,
			  struct spn_str *values,
			  size_t *_num)
{
	char room[256];
	size_t num = 0;
	size_t i;

	for (i = 0; i < spn_values_num(el); i++) {
		struct spn_str value = spn_values_get(el, i);
		struct spn_str key = {};

		if (index != NULL) {
			if (value.len > sizeof(room) ? !spn_fold_text(fold,
								      mem_ctx,
								      value,
								      &key)
						     : !spn_fold_at(fold,
								    mem_ctx,
								    value,
								    room,
								    &key))
			{
				return false;
			}
			if (!spn_partial_asks(index, key)) {
				continue;
			}
		}
		values[num++] = value;
	}
	*_num = num;
	return true;
}

/* Nearly all have no more. */
#define FEW_VALUES 32

/* Only those that the index asks for; index NULL: all. */
static bool fill_spns(const struct spn_store *store,
		      const struct spn_partial *index,
		      struct spn_account *account,
		      const struct ldb_message *msg)
{
	const struct ldb_message_element *el =
		spn_values_of(msg, "servicePrincipalName");
	struct spn_fold fold = spn_store_fold(store);
	struct spn_str few[FEW_VALUES];
	struct spn_str *values = few;
	TALLOC_CTX *tmp_ctx = NULL;
	size_t num = spn_values_num(el);
	bool ok = false;

	if (el == NULL) {
		return true;
	}
	if (index != NULL || num > FEW_VALUES) {
		tmp_ctx = talloc_new(account);
		if (tmp_ctx == NULL) {
			return false;
		}
		values = talloc_array(tmp_ctx, struct spn_str, num);
	}
	ok = values != NULL &&
	     choose_values(tmp_ctx, &fold, index, el, values, &num) &&
	     spn_account_add_all(account, &fold, values, num);
	talloc_free(tmp_ctx);
	return ok;
}

static int account_of(const struct spn_store *store,
		      TALLOC_CTX *mem_ctx,
		      const struct spn_partial *index,
		      const struct ldb_message *msg,
		      struct spn_account **_account)
{
	char guid[SPN_GUID_TEXT] = {};
	struct spn_account *account = NULL;

	fill_guid(msg, guid);
	account = spn_account_new(mem_ctx, guid);
	if (account == NULL || !fill_names(store, account, msg) ||
	    !fill_spns(store, index, account, msg))
	{
		talloc_free(account);
		return ldb_oom(store->ldb);
	}
	*_account = account;
	return LDB_SUCCESS;
}

int spn_store_account_of(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 const struct ldb_message *msg,
			 struct spn_account **_account,
			 bool *_deleted)
{
	if (_deleted != NULL) {
		*_deleted = spn_values_bool(msg, "isDeleted");
	}
	return account_of(store, mem_ctx, NULL, msg, _account);
}

int spn_store_holder_of(const struct spn_store *store,
			TALLOC_CTX *mem_ctx,
			const struct spn_partial *index,
			const struct ldb_message *msg,
			struct spn_account **_account)
{
	return account_of(store, mem_ctx, index, msg, _account);
}
