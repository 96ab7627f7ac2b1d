/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ticket for one service: asked for, or out of the user's own cache.
 *
 * The name goes to the KDC as it is, of the type and with the flag that
 * clients send (KRB5_NT_SRV_HST, canonicalize); what a client makes of a URL
 * before is not done here.
 */
#include "exchange.h"

#include "policy/spn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int release(struct probe_ticket *ticket)
{
	krb5_free_creds(ticket->library->ctx, ticket->creds);
	return 0;
}

static struct probe_ticket *new_ticket(TALLOC_CTX *mem_ctx,
				       struct probe_kerberos *krb)
{
	struct probe_ticket *ticket = talloc_zero(mem_ctx,
						  struct probe_ticket);

	if (ticket == NULL) {
		return NULL;
	}
	/* The context is needed as long as the ticket is there. */
	ticket->library = talloc_reference(ticket, krb->library);
	if (ticket->library == NULL) {
		talloc_free(ticket);
		return NULL;
	}
	talloc_set_destructor(ticket, release);
	return ticket;
}

/* ---------------------------------------------------------------- the name */

/* The realm that krb5.conf has for this host; "" if it has none. */
static krb5_error_code set_realm(krb5_context ctx, krb5_principal server)
{
	krb5_error_code code;
	char **realms = NULL;
	char *host = NULL;

	if (server->length < 2 || server->realm.length > 0) {
		return 0;
	}
	host = strndup(server->data[1].data, server->data[1].length);
	if (host == NULL) {
		return ENOMEM;
	}
	host[strcspn(host, ":")] = '\0';
	code = krb5_get_host_realm(ctx, host, &realms);
	if (code == 0 && realms[0] != NULL) {
		code = krb5_set_principal_realm(ctx, server, realms[0]);
	}
	krb5_free_host_realm(ctx, realms);
	free(host);
	return code;
}

/* Without a realm, unless there is one in it. */
static krb5_error_code parse_service(krb5_context ctx,
				     const char *service,
				     krb5_principal *_server)
{
	krb5_error_code code =
		krb5_parse_name_flags(ctx,
				      service,
				      KRB5_PRINCIPAL_PARSE_NO_DEF_REALM,
				      _server);

	if (code == 0) {
		(*_server)->type = KRB5_NT_SRV_HST;
	}
	return code;
}

/*
 * Where the KDC of the client's realm does not know the name, libkrb5 asks
 * again: in the realm that the host's domain may be, if that is another one.
 * If it is the same, the answer will be the same, too.
 */
static bool is_asked_once(krb5_context ctx,
			  krb5_const_principal client,
			  krb5_const_principal server)
{
	krb5_data host = {};
	char **realms = NULL;
	bool is_same = true;

	if (server->realm.length > 0 || server->length < 2) {
		return true;
	}
	host = server->data[1];
	if (krb5_get_fallback_host_realm(ctx, &host, &realms) == 0) {
		is_same =
			realms[0] == NULL ||
			spn_str_equal(spn_str_of(realms[0]),
				      (struct spn_str){client->realm.data,
						       client->realm.length});
		krb5_free_host_realm(ctx, realms);
	}
	return is_same;
}

/* -------------------------------------------------------------- the ticket */

/* What is in the ticket of creds, which belong to it. False: out of memory. */
static bool describe(struct probe_ticket *ticket)
{
	const krb5_creds *creds = ticket->creds;
	krb5_context ctx = ticket->library->ctx;
	krb5_ticket *decoded = NULL;
	const krb5_data *cipher = NULL;

	if (krb5_decode_ticket(&creds->ticket, &decoded) != 0) {
		ticket->error = -1;
		ticket->text = "the ticket of the KDC cannot be read";
		return true;
	}
	cipher = &decoded->enc_part.ciphertext;
	ticket->server = probe_principal_text(ticket, ctx, decoded->server);
	ticket->enctype = decoded->enc_part.enctype;
	ticket->kvno = decoded->enc_part.kvno;
	ticket->ciphertext.data = talloc_memdup(ticket,
						cipher->data,
						cipher->length);
	ticket->ciphertext.length = cipher->length;
	krb5_free_ticket(ctx, decoded);
	ticket->session_enctype = creds->keyblock.enctype;
	ticket->is_forwardable = ((uint32_t)creds->ticket_flags &
				  TKT_FLG_FORWARDABLE) != 0;
	ticket->is_ok_as_delegate = ((uint32_t)creds->ticket_flags &
				     TKT_FLG_OK_AS_DELEGATE) != 0;
	/* Unsigned, so after 2038, too. */
	ticket->end_time = (time_t)(uint32_t)creds->times.endtime;
	return ticket->server != NULL && ticket->ciphertext.data != NULL;
}

/* krb5.conf may say that realms are looked up in DNS, so this is of the child,
 * too. */
static krb5_error_code get_ticket(krb5_context ctx,
				  struct probe_question *question,
				  krb5_creds **_creds)
{
	krb5_creds wanted = {
		.client = question->client,
		.server = question->server,
	};
	krb5_error_code code = set_realm(ctx, question->server);

	if (code != 0) {
		return code;
	}
	question->is_asked_once = is_asked_once(ctx,
						question->client,
						question->server);
	return krb5_get_credentials(ctx,
				    KRB5_GC_NO_STORE,
				    question->cache,
				    &wanted,
				    _creds);
}

/* In the cache of --ccache. */
static void keep_for_user(struct probe_kerberos *krb,
			  struct probe_ticket **tickets,
			  size_t num)
{
	const char *text = NULL;

	if (krb->kept_in == NULL || krb->kept_reason != NULL) {
		return;
	}
	text = probe_cache_keep_all(krb, krb, tickets, num);
	if (text != NULL) {
		krb->kept_reason = probe_ccache_say(krb, krb->kept_in, text);
	}
}

static void note_clock(struct probe_kerberos *krb,
		       const struct probe_exchange *exchange)
{
	if (exchange->is_clock_known) {
		krb->is_clock_known = true;
		krb->clock_offset = exchange->clock_offset;
	}
}

/* False when out of memory. */
static bool take_answer(struct probe_ticket *ticket,
			struct probe_kerberos *krb,
			struct probe_exchange *exchange)
{
	note_clock(krb, exchange);
	ticket->num_requests = exchange->num_requests;
	ticket->realm = talloc_steal(ticket, exchange->realm);
	ticket->kdc = talloc_steal(ticket, exchange->kdc);
	ticket->error = exchange->error;
	if (ticket->error != 0) {
		ticket->text = talloc_steal(ticket, exchange->text);
		ticket->name = probe_krb_error_name(ticket->error);
		return true;
	}
	ticket->creds = exchange->creds;
	exchange->creds = NULL;
	(void)probe_cache_keep(krb->ctx, krb->cache, ticket->creds);
	return describe(ticket);
}

/* The ticket without an answer, for a name that cannot be asked for. */
static bool set_refused(struct probe_ticket *ticket,
			struct probe_kerberos *krb,
			krb5_error_code code)
{
	ticket->error = -1;
	ticket->text = probe_krb5_text(ticket, krb->ctx, code);
	return ticket->text != NULL;
}

/* Those that can be asked for, on tickets. False when out of memory. */
static bool ask_all(struct probe_ticket **tickets,
		    struct probe_kerberos *krb,
		    struct probe_question *questions,
		    size_t num)
{
	struct probe_exchange **exchanges = NULL;
	bool ok = true;
	size_t i;
	size_t j = 0;

	if (num == 0) {
		return true;
	}
	exchanges = probe_exchange_run(tickets,
				       krb->library,
				       krb->timeout,
				       questions,
				       num);
	for (i = 0; ok && exchanges != NULL && i < num; i++) {
		/* Who has an error already was not asked for. */
		while (tickets[j]->error != 0) {
			j++;
		}
		ok = take_answer(tickets[j++], krb, exchanges[i]);
	}
	ok = ok && exchanges != NULL;
	talloc_free(exchanges);
	return ok;
}

/* False when out of memory. */
static bool prepare(struct probe_ticket *ticket,
		    struct probe_kerberos *krb,
		    const char *service,
		    struct probe_question *question)
{
	krb5_error_code code = parse_service(krb->ctx,
					     service,
					     &question->server);

	question->ask = get_ticket;
	question->cache = krb->cache;
	if (code == 0) {
		code = krb5_cc_get_principal(krb->ctx,
					     krb->cache,
					     &question->client);
	}
	return code == 0 || set_refused(ticket, krb, code);
}

static void forget(struct probe_kerberos *krb, struct probe_question *question)
{
	krb5_free_principal(krb->ctx, question->server);
	krb5_free_principal(krb->ctx, question->client);
	*question = (struct probe_question){};
}

struct probe_ticket **probe_tickets_get(TALLOC_CTX *mem_ctx,
					struct probe_kerberos *krb,
					const char *const *services,
					size_t num)
{
	struct probe_ticket **tickets =
		talloc_zero_array(mem_ctx,
				  struct probe_ticket *,
				  (unsigned)num + 1);
	struct probe_question *questions =
		talloc_zero_array(tickets,
				  struct probe_question,
				  (unsigned)num + 1);
	bool ok = tickets != NULL && questions != NULL;
	size_t num_questions = 0;
	size_t i;

	for (i = 0; ok && i < num; i++) {
		struct probe_question *question = &questions[num_questions];

		tickets[i] = new_ticket(tickets, krb);
		ok = tickets[i] != NULL &&
		     prepare(tickets[i], krb, services[i], question);
		if (ok && tickets[i]->error == 0) {
			num_questions++;
		} else {
			forget(krb, question);
		}
	}
	ok = ok && ask_all(tickets, krb, questions, num_questions);
	while (num_questions > 0) {
		forget(krb, &questions[--num_questions]);
	}
	talloc_free(questions);
	if (!ok) {
		TALLOC_FREE(tickets);
		return NULL;
	}
	keep_for_user(krb, tickets, num);
	return tickets;
}

struct probe_ticket *probe_ticket_get(TALLOC_CTX *mem_ctx,
				      struct probe_kerberos *krb,
				      const char *service)
{
	struct probe_ticket **tickets =
		probe_tickets_get(mem_ctx, krb, &service, 1);
	struct probe_ticket *ticket = NULL;

	if (tickets != NULL) {
		ticket = talloc_steal(mem_ctx, tickets[0]);
		talloc_free(tickets);
	}
	return ticket;
}

/* Valid, and for that name, of whatever realm. */
static bool is_for(krb5_context ctx,
		   const krb5_creds *creds,
		   krb5_const_principal server)
{
	krb5_timestamp now = 0;

	return krb5_timeofday(ctx, &now) == 0 &&
	       (uint32_t)creds->times.endtime > (uint32_t)now &&
	       krb5_principal_compare_any_realm(ctx, creds->server, server);
}

static krb5_error_code find_cached(struct probe_kerberos *krb,
				   const char *service,
				   krb5_creds **_creds)
{
	krb5_principal server = NULL;
	krb5_creds creds = {};
	krb5_error_code code = parse_service(krb->ctx, service, &server);

	if (code == 0) {
		code = probe_cache_find(krb->ctx,
					krb->users,
					is_for,
					server,
					&creds);
	}
	if (code == 0) {
		code = krb5_copy_creds(krb->ctx, &creds, _creds);
	}
	krb5_free_principal(krb->ctx, server);
	krb5_free_cred_contents(krb->ctx, &creds);
	return code;
}

struct probe_ticket *probe_ticket_cached(TALLOC_CTX *mem_ctx,
					 struct probe_kerberos *krb,
					 const char *service)
{
	struct probe_ticket *ticket = NULL;
	krb5_creds *creds = NULL;

	if (krb->users == NULL || find_cached(krb, service, &creds) != 0) {
		return NULL;
	}
	ticket = new_ticket(mem_ctx, krb);
	if (ticket == NULL) {
		krb5_free_creds(krb->ctx, creds);
		return NULL;
	}
	ticket->creds = creds;
	if (!describe(ticket)) {
		TALLOC_FREE(ticket);
	}
	return ticket;
}
