/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the directory says of each name: who holds it, whose key a KDC of it
 * answers with, and the state of that account.
 */
#include "probe/probe.h"

#include "common/shell_command.h"
#include "directory/search.h"
#include "policy/host_pair.h"

#include <string.h>

#define UAC_DELEGATES_TO_ANY                                                  \
	0x00080000u /* MS-ADTS 2.2.16, TRUSTED_FOR_...                        \
		     */
#define NEVER INT64_MAX
/* From 1601 to 1970, in units of 100 ns. */
#define EPOCH INT64_C(116444736000000000)

/* Frees the directory before what it was opened with. */
static bool lose(struct probe *probe, const char *why)
{
	TALLOC_FREE(probe->store.ldb);
	probe->directory_reason = (why == NULL) ? NULL
						: talloc_strdup(probe, why);
	return probe->directory_reason != NULL;
}

/* How this run has come to the directory. */
static const char *words_of(const struct probe *probe)
{
	char *word = NULL;
	char *login = NULL;

	if (!spn_connect_has_url(probe->connect)) {
		return "";
	}
	word = shell_word(probe->connect, spn_str_of(probe->directory));
	login = spn_connect_login_words(probe->connect, probe->connect);
	return (word == NULL || login == NULL)
		       ? NULL
		       : talloc_asprintf(probe->connect,
					 " -H %s%s",
					 word,
					 login);
}

bool probe_directory_open(struct probe *probe)
{
	const struct spn_connect_options options = {
		.read_only = true,
		.quiet = true,
	};
	struct audit_server *server = NULL;
	int ret;

	if (probe->options->no_directory) {
		return lose(probe, "--no-directory");
	}
	probe->directory = spn_connect_url(probe->connect);
	if (probe->directory == NULL) {
		return false;
	}
	probe->store.ldb = spn_connect_open(probe, probe->connect, &options);
	if (probe->store.ldb == NULL) {
		return lose(probe, spn_connect_reason(probe->connect));
	}
	ret = audit_server_of(probe->store.ldb, probe, &server);
	if (ret == LDB_SUCCESS) {
		ret = spn_store_forest(&probe->store,
				       probe,
				       &probe->forest,
				       NULL);
	}
	if (ret != LDB_SUCCESS) {
		return lose(probe, spn_connect_error(probe->store.ldb, ret));
	}
	probe->forest->is_windows = server->is_windows;
	probe->directory_server = server->dns_host_name;
	probe->login_words = words_of(probe);
	return true;
}

/* ---------------------------------------------------------- one account */

static bool is_past(const struct probe *probe, int64_t windows_time)
{
	return windows_time > 0 && windows_time < NEVER &&
	       (windows_time - EPOCH) / 10000000 < (int64_t)probe->now;
}

static int read_account(const struct probe *probe,
			TALLOC_CTX *mem_ctx,
			struct probe_account *who)
{
	static const char *const attrs[] = {
		"accountExpires",
		"msDS-AllowedToDelegateTo",
		"msDS-KeyVersionNumber",
		"msDS-SupportedEncryptionTypes",
		"pwdLastSet",
		"userAccountControl",
		NULL,
	};
	struct spn_search search = {
		.base = ldb_dn_new(mem_ctx,
				   probe->store.ldb,
				   who->account->dn),
		.scope = LDB_SCOPE_BASE,
		.attrs = attrs,
	};
	const struct ldb_message *msg = NULL;
	struct ldb_result *res = NULL;
	int ret;

	if (search.base == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	ret = spn_store_search(&probe->store, mem_ctx, &search, &res);
	if (ret != LDB_SUCCESS || res->count != 1) {
		return (ret == LDB_ERR_NO_SUCH_OBJECT) ? LDB_SUCCESS : ret;
	}
	msg = res->msgs[0];
	who->is_disabled = who->account->is_disabled;
	who->is_expired = is_past(probe,
				  spn_values_int64(msg, "accountExpires"));
	who->has_no_password = spn_values_of(msg, "pwdLastSet") != NULL &&
			       spn_values_int64(msg, "pwdLastSet") == 0 &&
			       spn_account_is_machine(who->account);
	who->types = (uint32_t)
		spn_values_int64(msg, "msDS-SupportedEncryptionTypes");
	who->kvno = (uint32_t)spn_values_uint64(msg, "msDS-KeyVersionNumber");
	who->delegates_to_any =
		((uint64_t)spn_values_int64(msg, "userAccountControl") &
		 UAC_DELEGATES_TO_ANY) != 0;
	who->num_delegates_to = spn_values_num(
		spn_values_of(msg, "msDS-AllowedToDelegateTo"));
	return LDB_SUCCESS;
}

/* ------------------------------------------------------------- one name */

struct pairing {
	struct spn_case c;
	TALLOC_CTX *mem_ctx;
	struct spn_str host;
	const char *partner;
};

static bool ask_partner(void *private_data)
{
	struct pairing *p = private_data;

	return spn_host_partner(&p->c, p->mem_ctx, p->host, &p->partner, NULL);
}

/* The other half as the rules have it, of the account that is to hold it. */
static int find_partner(const struct probe *probe,
			struct spn_partial *partial,
			struct probe_row *row,
			const struct spn *spn)
{
	struct probe_held *held = row->held;
	const struct spn_holders *exact = &held->holder.exact;
	struct pairing pairing = {
		.c =
			{
				.index = spn_partial_index(partial),
				.forest = probe->forest,
				.settings = spn_settings_new(row->held,
							     spn_rules()),
				.after = (exact->num_accounts > 0)
						 ? exact->accounts[0]
						 : spn_account_new(row->held,
								   ""),
			},
		.mem_ctx = row->held,
		.host = spn->host_name,
	};
	int ret;

	if (pairing.c.settings == NULL || pairing.c.after == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	if (!spn_is_plain(spn) ||
	    !spn_settings_is_pair_class(pairing.c.settings,
					spn->service_class))
	{
		return LDB_SUCCESS;
	}
	ret = spn_store_resolve(&probe->store,
				probe->forest,
				partial,
				ask_partner,
				&pairing);
	if (ret != LDB_SUCCESS || pairing.partner == NULL) {
		return ret;
	}
	held->partner = spn_format(row->held,
				   spn->service_class,
				   spn_str_of(pairing.partner));
	return (held->partner == NULL)
		       ? LDB_ERR_OPERATIONS_ERROR
		       : spn_key_holder_look(&probe->store,
					     probe->forest,
					     partial,
					     row->held,
					     spn_str_of(held->partner),
					     &held->partner_holder);
}

/* https/HOST, which people register and nobody asks for. */
static int find_https(const struct probe *probe,
		      struct spn_partial *partial,
		      struct probe_row *row,
		      const struct spn *spn)
{
	struct spn_key_holder https = {};
	char *name = spn_format(row->held,
				spn_str_of("https"),
				spn->host_name);
	int ret;

	if (name == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	ret = spn_key_holder_look(&probe->store,
				  probe->forest,
				  partial,
				  row->held,
				  spn_str_of(name),
				  &https);
	if (ret == LDB_SUCCESS && https.exact.num_accounts > 0) {
		row->held->https_holder = https.exact.accounts[0];
	}
	return ret;
}

static int look(const struct probe *probe, struct probe_row *row)
{
	struct spn_str name = spn_str_of(row->name->spn);
	struct probe_held *held = row->held;
	struct spn_partial *partial = NULL;
	struct spn spn = {};
	int ret;

	partial = spn_partial_new(held, spn_store_fold(&probe->store));
	if (partial == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	ret = spn_key_holder_look(&probe->store,
				  probe->forest,
				  partial,
				  held,
				  name,
				  &held->holder);
	if (ret == LDB_SUCCESS && held->holder.answer.account != NULL) {
		held->who.account = held->holder.answer.account;
		ret = read_account(probe, held, &held->who);
	}
	if (ret != LDB_SUCCESS || spn_parse(name, &spn) != SPN_SYNTAX_OK) {
		return ret;
	}
	ret = find_partner(probe, partial, row, &spn);
	if (ret == LDB_SUCCESS && spn_class_is(&spn, "http")) {
		ret = find_https(probe, partial, row, &spn);
	}
	return ret;
}

bool probe_directory_look(struct probe *probe, struct probe_row *row)
{
	int ret;

	if (probe->store.ldb == NULL) {
		return true;
	}
	row->held = talloc_zero(probe, struct probe_held);
	if (row->held == NULL) {
		return false;
	}
	ret = look(probe, row);
	if (ret == LDB_SUCCESS) {
		return true;
	}
	TALLOC_FREE(row->held);
	return lose(probe, spn_connect_error(probe->store.ldb, ret));
}
