/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which key of a keytab opens a ticket. Each key of its encryption type is
 * tried: the name and the kvno beside a key are what somebody wrote there, and
 * most servers do not look at them.
 */
#include "keys.h"

#include "policy/quote.h"

#include <string.h>

#define RC4 23
#define RC4_EXPORT 24
/* RFC 4120 7.5.1: the encrypted part of a ticket. */
#define TICKET_USAGE 2
/* The longest there is has 32. */
#define MOST_KEY_BYTES 64

/* As libkrb5 has it: what does not fit into eight bits, is compared in those
 * eight. */
bool probe_kvno_equal(uint32_t of_keytab, uint32_t of_ticket)
{
	return of_keytab == of_ticket ||
	       (of_keytab < 256 && of_keytab == (of_ticket & 255));
}

/* The last "@" that has no backslash before it. */
static const char *realm_mark(const char *principal)
{
	const char *mark = NULL;
	const char *at = principal;

	for (; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0') {
			at++;
		} else if (*at == '@') {
			mark = at;
		}
	}
	return mark;
}

struct spn_str probe_name_of(const char *principal)
{
	const char *mark = realm_mark(principal);

	return (struct spn_str){
		.data = principal,
		.len = (mark == NULL) ? strlen(principal)
				      : (size_t)(mark - principal),
	};
}

struct spn_str probe_realm_of(const char *principal)
{
	const char *mark = realm_mark(principal);
	struct spn_str none = {};

	return (mark == NULL) ? none : spn_str_of(mark + 1);
}

bool probe_keytab_key_opens(struct probe_kerberos *krb,
			    const struct probe_keytab *keytab,
			    size_t number,
			    const struct probe_ticket *ticket)
{
	struct spn_str bytes = keytab->keys->keys[number];
	krb5_octet contents[MOST_KEY_BYTES] = {};
	const krb5_keyblock key = {
		.enctype = keytab->entries[number].enctype,
		.length = (unsigned)bytes.len,
		.contents = contents,
	};
	krb5_enc_data cipher = {
		.enctype = ticket->enctype,
		.ciphertext = ticket->ciphertext,
	};
	krb5_data plain = {.length = ticket->ciphertext.length};
	krb5_error_code code;

	if (key.enctype != ticket->enctype || plain.length == 0 ||
	    bytes.len > sizeof(contents))
	{
		return false;
	}
	plain.data = talloc_size(NULL, plain.length);
	if (plain.data == NULL) {
		return false;
	}
	memcpy(contents, bytes.data, bytes.len);
	code = krb5_c_decrypt(krb->ctx,
			      &key,
			      TICKET_USAGE,
			      NULL,
			      &cipher,
			      &plain);
	explicit_bzero(contents, sizeof(contents));
	/* The session key is in there. */
	explicit_bzero(plain.data, ticket->ciphertext.length);
	talloc_free(plain.data);
	return code == 0;
}

/* --------------------------------------------------- one of the entries */

struct opening {
	TALLOC_CTX *mem_ctx;
	struct probe_kerberos *krb;
	const struct probe_keytab *keytab;
	const struct probe_ticket *ticket;
	const struct probe_server *server;
	struct spn_str name;  /* that was asked for */
	const char *shown;    /* the same, for a sentence */
	struct spn_str realm; /* of the ticket */
	struct probe_opening *result;
};

static bool has_name(const struct opening *opening,
		     const struct probe_keytab_entry *entry)
{
	return spn_str_equal_nocase(probe_name_of(entry->principal),
				    opening->name);
}

/* The key is right. Does the server take it? */
static enum probe_opens judge_right(const struct opening *opening,
				    const struct probe_keytab_entry *entry)
{
	const struct probe_server *server = opening->server;
	const struct probe_ticket *ticket = opening->ticket;
	bool is_rc4 = ticket->enctype == RC4 || ticket->enctype == RC4_EXPORT;
	struct spn_str name = probe_name_of(entry->principal);

	if (server->refuses_rc4 && is_rc4) {
		return PROBE_OPENS_RC4;
	}
	if (server->checks_name && !has_name(opening, entry)) {
		return PROBE_OPENS_OTHER_NAME;
	}
	/* Who compares the kvno has asked for a name with a realm. */
	if (server->checks_name && server->checks_kvno &&
	    opening->realm.data != NULL &&
	    !spn_str_equal(probe_realm_of(entry->principal), opening->realm))
	{
		return PROBE_OPENS_OTHER_NAME;
	}
	if (server->checks_name && server->is_case_sensitive &&
	    !spn_str_equal(name, opening->name))
	{
		return PROBE_OPENS_OTHER_CASE;
	}
	if (server->checks_kvno &&
	    !probe_kvno_equal(entry->kvno, ticket->kvno))
	{
		return PROBE_OPENS_OTHER_KVNO;
	}
	return PROBE_OPENS;
}

/* The key is another one, and this is an entry of the name. */
static enum probe_opens judge_wrong(const struct opening *opening,
				    const struct probe_keytab_entry *entry)
{
	const struct probe_ticket *ticket = opening->ticket;

	if (probe_kvno_equal(entry->kvno, ticket->kvno)) {
		return (entry->enctype == ticket->enctype) ? PROBE_NOT_KEY
							   : PROBE_NOT_ENCTYPE;
	}
	return (entry->kvno < ticket->kvno) ? PROBE_NOT_KVNO_OLDER
					    : PROBE_NOT_KVNO_NEWER;
}

/*
 * Which of two entries that do not open the ticket comes nearer. An entry of
 * the current kvno says more than an old one that is still there; of others,
 * the one whose kvno is nearest.
 */
static bool comes_nearer(const struct opening *opening,
			 enum probe_opens result,
			 const struct probe_keytab_entry *entry)
{
	static const int order[] = {
		[PROBE_NOT_KEY] = 1,
		[PROBE_NOT_ENCTYPE] = 2,
		[PROBE_NOT_KVNO_NEWER] = 3,
		[PROBE_NOT_KVNO_OLDER] = 4,
		[PROBE_NOT_NAME] = 5,
	};
	const struct probe_opening *best = opening->result;
	bool is_higher = best->entry != NULL &&
			 entry->kvno > best->entry->kvno;

	if (order[result] != order[best->result]) {
		return order[result] < order[best->result];
	}
	return (result == PROBE_NOT_KVNO_OLDER && is_higher) ||
	       (result == PROBE_NOT_KVNO_NEWER && best->entry != NULL &&
		entry->kvno < best->entry->kvno);
}

static void look_at(const struct opening *opening, size_t number)
{
	const struct probe_keytab_entry *entry =
		&opening->keytab->entries[number];
	struct probe_opening *best = opening->result;
	enum probe_opens result;

	if (probe_keytab_key_opens(opening->krb,
				   opening->keytab,
				   number,
				   opening->ticket))
	{
		result = judge_right(opening, entry);
		/* In the order of the enum, the best one comes first. */
		if (best->entry == NULL || result < best->result) {
			best->result = result;
			best->entry = entry;
		}
		return;
	}
	if (best->result < PROBE_NOT_ENCTYPE || !has_name(opening, entry)) {
		return;
	}
	result = judge_wrong(opening, entry);
	if (comes_nearer(opening, result, entry)) {
		best->result = result;
		best->entry = entry;
	}
}

/* ------------------------------------------------------------- in words */

/* "HTTP/web01@EXAMPLE.COM, kvno 3, rc4-hmac" */
static const char *entry_text(const struct opening *opening)
{
	const struct probe_keytab_entry *entry = opening->result->entry;

	return (entry == NULL)
		       ? ""
		       : talloc_asprintf(opening->mem_ctx,
					 "%s, kvno %u, %s",
					 entry->principal,
					 (unsigned)entry->kvno,
					 probe_enctype_name(opening->mem_ctx,
							    entry->enctype));
}

static char *say_right(const struct opening *opening, const char *entry)
{
	const struct probe_server *server = opening->server;
	TALLOC_CTX *mem_ctx = opening->result;

	switch (opening->result->result) {
	case PROBE_OPENS_OTHER_KVNO:
		return talloc_asprintf(mem_ctx,
				       "the key is right (%s), but the ticket "
				       "has kvno %u, and %s wants the same",
				       entry,
				       (unsigned)opening->ticket->kvno,
				       server->title);
	case PROBE_OPENS_OTHER_NAME:
		return talloc_asprintf(mem_ctx,
				       "the key is right (%s), but %s wants "
				       "an entry with the name it was set up "
				       "with, such as %s",
				       entry,
				       server->title,
				       opening->shown);
	case PROBE_OPENS_OTHER_CASE:
		return talloc_asprintf(mem_ctx,
				       "the key is right (%s), but for %s the "
				       "name is another one than %s: upper "
				       "and lower case count",
				       entry,
				       server->title,
				       opening->shown);
	case PROBE_OPENS_RC4:
		return talloc_asprintf(mem_ctx,
				       "the key is right (%s), but %s takes "
				       "no RC4",
				       entry,
				       server->title);
	default:
		return talloc_asprintf(mem_ctx, "opened by %s", entry);
	}
}

static char *say_wrong(const struct opening *opening, const char *entry)
{
	const struct probe_ticket *ticket = opening->ticket;
	TALLOC_CTX *mem_ctx = opening->result;

	switch (opening->result->result) {
	case PROBE_NOT_ENCTYPE:
		return talloc_asprintf(
			mem_ctx,
			"the ticket is encrypted with %s, and the keytab has "
			"no such key of kvno %u; it has %s",
			probe_enctype_name(opening->mem_ctx, ticket->enctype),
			(unsigned)ticket->kvno,
			entry);
	case PROBE_NOT_KVNO_OLDER:
		return talloc_asprintf(mem_ctx,
				       "the account has had new keys since: "
				       "the ticket has kvno %u, and the "
				       "keytab %s",
				       (unsigned)ticket->kvno,
				       entry);
	case PROBE_NOT_KVNO_NEWER:
		return talloc_asprintf(mem_ctx,
				       "the ticket has kvno %u, and the "
				       "keytab a higher one (%s): it is of "
				       "another account, or the ticket was "
				       "made before, or by a KDC that does "
				       "not know yet",
				       (unsigned)ticket->kvno,
				       entry);
	case PROBE_NOT_KEY:
		return talloc_asprintf(mem_ctx,
				       "name and kvno are the same (%s), but "
				       "the key is not the one of the ticket: "
				       "of another account, or made from "
				       "another password or salt",
				       entry);
	default:
		return talloc_asprintf(mem_ctx,
				       "no key of the keytab opens it, and no "
				       "entry is called %s",
				       opening->shown);
	}
}

struct probe_opening *probe_keytab_open_ticket(
	TALLOC_CTX *mem_ctx,
	struct probe_kerberos *krb,
	const struct probe_keytab *keytab,
	const char *service,
	const struct probe_ticket *ticket,
	const struct probe_server *server)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct opening opening = {
		.mem_ctx = tmp_ctx,
		.krb = krb,
		.keytab = keytab,
		.ticket = ticket,
		.server = (server == NULL) ? probe_server_find("apache")
					   : server,
		.name = probe_name_of(service),
		.result = talloc_zero(mem_ctx, struct probe_opening),
	};
	struct probe_opening *result = opening.result;
	const char *entry = NULL;
	size_t i;

	if (tmp_ctx == NULL || result == NULL) {
		talloc_free(tmp_ctx);
		talloc_free(result);
		return NULL;
	}
	if (ticket->server != NULL) {
		opening.realm = probe_realm_of(ticket->server);
	}
	opening.shown = spn_printable(tmp_ctx, opening.name);
	result->result = PROBE_NOT_NAME;
	for (i = 0; i < keytab->num_entries; i++) {
		look_at(&opening, i);
	}
	entry = entry_text(&opening);
	if (entry != NULL && opening.shown != NULL) {
		result->detail = (result->result < PROBE_NOT_ENCTYPE)
					 ? say_right(&opening, entry)
					 : say_wrong(&opening, entry);
	}
	talloc_free(tmp_ctx);
	if (result->detail == NULL) {
		TALLOC_FREE(result);
	}
	return result;
}
