/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for programs; docs/spn-probe.schema.json says what is in it.
 */
#include "judge.h"
#include "report.h"

#include "common/json.h"

#include <stdlib.h>
#include <string.h>

static void put_verdicts(struct spn_json_out *json,
			 const struct probe_verdicts *verdicts)
{
	size_t i;
	size_t j;

	spn_json_open(json, "verdicts", '[');
	for (i = 0; i < verdicts->num; i++) {
		const struct probe_verdict *verdict = &verdicts->list[i];

		spn_json_open(json, NULL, '{');
		spn_json_text(json, "code", verdict->message->code);
		spn_json_text(json,
			      "weight",
			      probe_weight_word(verdict->message->weight));
		spn_json_text(json, "text", verdict->text);
		spn_json_open(json, "fixes", '[');
		for (j = 0; j < verdict->num_fixes; j++) {
			spn_json_text(json, NULL, verdict->fixes[j]);
		}
		spn_json_close(json, ']');
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

static void put_clients(struct spn_json_out *json,
			const struct probe_name *name)
{
	size_t i;

	spn_json_open(json, "clients", '[');
	for (i = 0; i < name->num_clients; i++) {
		const struct probe_client *client = name->clients[i];

		spn_json_open(json, NULL, '{');
		spn_json_text(json, "name", client->name);
		spn_json_text(json, "version", client->version);
		spn_json_text(json, "setting", client->setting);
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

static void put_held(struct spn_json_out *json, const struct probe_held *held)
{
	const struct spn_holders *exact = &held->holder.exact;
	size_t i;

	spn_json_open(json, "directory", '{');
	spn_json_open(json, "holders", '[');
	for (i = 0; i < exact->num_accounts; i++) {
		spn_json_text(json, NULL, exact->accounts[i]->dn);
	}
	spn_json_close(json, ']');
	spn_json_text(json,
		      "answer",
		      held->holder.is_known
			      ? spn_kdc_reason_word(held->holder.answer.reason)
			      : NULL);
	spn_json_text(json,
		      "account",
		      (held->who.account == NULL)
			      ? NULL
			      : held->who.account->sam_account_name);
	spn_json_text(json, "otherHalf", held->partner);
	spn_json_bool(json, "isDisabled", held->who.is_disabled);
	spn_json_number(json, "encryptionTypes", held->who.types);
	spn_json_number(json, "kvno", held->who.kvno);
	spn_json_bool(json,
		      "trustedForDelegation",
		      held->who.delegates_to_any);
	spn_json_number(json,
			"allowedToDelegateTo",
			held->who.num_delegates_to);
	spn_json_close(json, '}');
}

static void put_ticket(struct spn_json_out *json,
		       const struct probe_ticket *ticket)
{
	spn_json_open(json, "kdc", '{');
	spn_json_bool(json, "ticket", ticket->error == 0);
	if (ticket->error == 0) {
		spn_json_text(json, "server", ticket->server);
		spn_json_text(json,
			      "encryptionType",
			      probe_enctype_name(json->mem_ctx,
						 ticket->enctype));
		spn_json_text(json,
			      "sessionEncryptionType",
			      probe_enctype_name(json->mem_ctx,
						 ticket->session_enctype));
		spn_json_number(json, "kvno", ticket->kvno);
		spn_json_bool(json, "okAsDelegate", ticket->is_ok_as_delegate);
	} else if (ticket->error > 0) {
		spn_json_number(json, "error", (size_t)ticket->error);
	}
	if (ticket->error != 0) {
		spn_json_text(json, "text", ticket->text);
	}
	spn_json_text(json, "address", ticket->kdc);
	spn_json_close(json, '}');
}

static void put_logged(struct spn_json_out *json,
		       const struct probe_logged *logged)
{
	spn_json_open(json, "log", '{');
	spn_json_number(json, "requests", logged->num_requests);
	spn_json_number(json, "failed", logged->num_failed);
	spn_json_number(json,
			"error",
			(logged->error > 0) ? (size_t)logged->error : 0);
	spn_json_number(json, "clients", logged->num_clients);
	spn_json_number(json, "addresses", logged->num_addresses);
	spn_json_bool(json, "rc4", logged->has_rc4);
	spn_json_text(json, "lastSeen", logged->last_seen);
	spn_json_close(json, '}');
}

static void put_row(struct spn_json_out *json, const struct probe_row *row)
{
	spn_json_open(json, NULL, '{');
	spn_json_text(json, "name", row->name->spn);
	spn_json_bool(json, "thisMachine", row->name->is_this_machine);
	put_clients(json, row->name);
	if (row->held != NULL) {
		put_held(json, row->held);
	}
	if (row->ticket != NULL) {
		put_ticket(json, row->ticket);
	}
	if (row->logged != NULL) {
		put_logged(json, row->logged);
	}
	if (row->opening != NULL) {
		spn_json_text(json, "keytab", row->opening->detail);
	}
	put_verdicts(json, &row->verdicts);
	spn_json_close(json, '}');
}

static void put_reply(struct spn_json_out *json,
		      const char *name,
		      const struct probe_reply *reply)
{
	size_t i;

	spn_json_open(json, name, '{');
	spn_json_number(json, "status", (size_t)reply->status);
	spn_json_open(json, "offers", '[');
	for (i = 0; i < reply->num_schemes; i++) {
		spn_json_text(json, NULL, reply->schemes[i]);
	}
	spn_json_close(json, ']');
	spn_json_text(json, "location", reply->location);
	spn_json_bool(json, "mutual", reply->is_mutual);
	if (reply->krb_error != 0) {
		spn_json_number(json, "error", (size_t)reply->krb_error);
	}
	spn_json_text(json, "text", reply->gss_text);
	spn_json_close(json, '}');
}

static void put_http(struct spn_json_out *json, const struct probe_http *http)
{
	spn_json_open(json, "http", '{');
	spn_json_text(json, "failure", http->failure);
	spn_json_bool(json, "proxy", http->is_proxy);
	put_reply(json, "plain", &http->plain);
	if (http->is_token_sent) {
		put_reply(json, "withTicket", &http->with_token);
		spn_json_number(json, "tokenBytes", http->token_len);
	}
	spn_json_close(json, '}');
}

/* Who asks for nothing. */
static void put_silent(struct spn_json_out *json,
		       const struct probe_names *names)
{
	size_t i;

	spn_json_open(json, "silent", '[');
	for (i = 0; names != NULL && i < names->num_silent; i++) {
		spn_json_open(json, NULL, '{');
		spn_json_text(json, "name", names->silent[i]->name);
		spn_json_text(json, "version", names->silent[i]->version);
		spn_json_text(json, "setting", names->silent[i]->setting);
		spn_json_text(json, "why", names->why[i]);
		spn_json_text(json, "remedy", names->silent[i]->remedy);
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

static void put_texts(struct spn_json_out *json,
		      const char *name,
		      const char *const *texts,
		      size_t num)
{
	size_t i;

	spn_json_open(json, name, '[');
	for (i = 0; i < num; i++) {
		spn_json_text(json, NULL, texts[i]);
	}
	spn_json_close(json, ']');
}

/* The addresses of IPv4, or those of IPv6. */
static void put_addresses(struct spn_json_out *json,
			  const char *name,
			  const struct probe_dns *dns,
			  bool has_colon)
{
	size_t i;

	spn_json_open(json, name, '[');
	for (i = 0; i < dns->num_addresses; i++) {
		if ((strchr(dns->addresses[i], ':') != NULL) == has_colon) {
			spn_json_text(json, NULL, dns->addresses[i]);
		}
	}
	spn_json_close(json, ']');
}

static void put_dns(struct spn_json_out *json, const struct probe_dns *dns)
{
	spn_json_open(json, "dns", '{');
	spn_json_text(json, "failure", dns->failure);
	put_addresses(json, "a", dns, false);
	put_addresses(json, "aaaa", dns, true);
	spn_json_text(json, "canonical", dns->canonical);
	put_texts(json, "cnames", dns->cnames, dns->num_cnames);
	spn_json_text(json, "ptr", dns->reverse);
	spn_json_bool(json, "ptrLeadsBack", dns->leads_back);
	put_texts(json, "searchList", dns->suffixes, dns->num_suffixes);
	spn_json_text(json, "noName", dns->odd);
	spn_json_text(json, "late", dns->late);
	spn_json_close(json, '}');
}

/* Of a keytab alone: what is in it. */
static void put_entries(struct spn_json_out *json, const struct probe *probe)
{
	size_t i;

	spn_json_open(json, "entries", '[');
	for (i = 0; i < probe->keytab->num_entries; i++) {
		const struct probe_keytab_entry *entry =
			&probe->keytab->entries[i];
		const struct spn_account *owner = (probe->owners == NULL)
							  ? NULL
							  : probe->owners[i];

		spn_json_open(json, NULL, '{');
		spn_json_text(json, "principal", entry->principal);
		spn_json_number(json, "kvno", entry->kvno);
		spn_json_text(json,
			      "encryptionType",
			      probe_enctype_name(json->mem_ctx,
						 entry->enctype));
		spn_json_text(json,
			      "account",
			      (owner == NULL) ? NULL
					      : owner->sam_account_name);
		spn_json_text(json,
			      "state",
			      (probe->checks == NULL)
				      ? NULL
				      : probe->checks[i].detail);
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

/* Of --account. */
static void put_accounts(struct spn_json_out *json, const struct probe *probe)
{
	size_t i;

	spn_json_open(json, "accounts", '[');
	for (i = 0; i < probe->options->num_accounts; i++) {
		const struct probe_key_of *of = &probe->key_of[i];

		spn_json_open(json, NULL, '{');
		spn_json_text(json, "name", of->name);
		spn_json_bool(json, "ticket", of->ticket->error == 0);
		if (of->ticket->error > 0) {
			spn_json_number(json,
					"error",
					(size_t)of->ticket->error);
		}
		spn_json_number(json, "kvno", of->ticket->kvno);
		spn_json_number(json, "keys", of->num_keys);
		spn_json_text(json, "state", of->detail);
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

static void put_all(struct spn_json_out *json, struct probe *probe)
{
	size_t i;

	spn_json_open(json, NULL, '{');
	spn_json_number(json, "version", 1);
	spn_json_text(json,
		      "url",
		      (probe->target == NULL) ? NULL : probe->target->url);
	spn_json_text(json,
		      "site",
		      (probe->site == NULL) ? NULL
					    : probe->site->sam_account_name);
	spn_json_text(json, "directoryServer", probe->directory_server);
	if (probe->dns != NULL) {
		put_dns(json, probe->dns);
	}
	spn_json_open(json, "names", '[');
	for (i = 0; i < probe->num_rows; i++) {
		put_row(json, &probe->rows[i]);
	}
	spn_json_close(json, ']');
	put_silent(json, probe->names);
	if (probe->keytab != NULL && probe->target == NULL) {
		put_entries(json, probe);
	}
	if (probe->key_of != NULL) {
		put_accounts(json, probe);
	}
	if (probe->http != NULL) {
		put_http(json, probe->http);
	}
	put_verdicts(json, &probe->verdicts);
	spn_json_text(json, "answer", probe_sentence(probe));
	spn_json_close(json, '}');
}

char *probe_json(TALLOC_CTX *mem_ctx, struct probe *probe)
{
	char *bytes = NULL;
	char *text = NULL;
	size_t len = 0;
	struct spn_json_out json = {
		.mem_ctx = talloc_new(mem_ctx),
		.stream = open_memstream(&bytes, &len),
		.is_indented = true,
		.is_empty = true,
		.ok = true,
	};

	if (json.stream != NULL && json.mem_ctx != NULL) {
		put_all(&json, probe);
		fprintf(json.stream, "\n");
		if (fclose(json.stream) == 0 && json.ok) {
			text = talloc_strndup(mem_ctx, bytes, len);
		}
	}
	talloc_free(json.mem_ctx);
	free(bytes);
	return text;
}
