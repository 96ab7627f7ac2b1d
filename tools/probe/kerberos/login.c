/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The TGT with which tickets are asked for. With a password it is got, and
 * lives in memory. Of a cache only the TGT is taken: a ticket for a service
 * that is there already says what the KDC knew when it was made, and not what
 * it would say now.
 */
#include "login.h"
#include "exchange.h"

#include "common/shell_command.h"
#include "policy/quote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What the TGT's name begins with. */
#define TGS "krbtgt"

static const char *printable(TALLOC_CTX *mem_ctx, const char *text)
{
	return spn_printable(mem_ctx, spn_str_of(text));
}

/* " 'alice@EXAMPLE.COM'", or what to put there. */
static const char *who_word(TALLOC_CTX *mem_ctx, const char *principal)
{
	const char *word = (principal == NULL)
				   ? NULL
				   : shell_word(mem_ctx,
						spn_str_of(principal));

	return (word == NULL) ? "USER@REALM" : word;
}

/* The client, its realm and the end of its TGT. */
static krb5_error_code describe(struct probe_kerberos *krb,
				krb5_const_principal client,
				const krb5_creds *tgt)
{
	krb->client = probe_principal_text(krb, krb->ctx, client);
	krb->realm = talloc_strndup(krb,
				    client->realm.data,
				    client->realm.length);
	krb->tgt_end = (time_t)(uint32_t)tgt->times.endtime;
	return (krb->client == NULL || krb->realm == NULL) ? ENOMEM : 0;
}

/* ---------------------------------------------------------- with a password
 */

static krb5_error_code get_tgt(krb5_context ctx,
			       struct probe_question *question,
			       krb5_creds **_creds)
{
	krb5_get_init_creds_opt *options = NULL;
	krb5_creds *creds = calloc(1, sizeof(*creds));
	krb5_error_code code =
		(creds == NULL) ? ENOMEM
				: krb5_get_init_creds_opt_alloc(ctx, &options);

	if (code == 0) {
		/* As Windows does: the realm may be spelled as people do. */
		krb5_get_init_creds_opt_set_canonicalize(options, 1);
		code = krb5_get_init_creds_password(ctx,
						    creds,
						    question->client,
						    question->password,
						    NULL,
						    NULL,
						    0,
						    NULL,
						    options);
	}
	krb5_get_init_creds_opt_free(ctx, options);
	if (code != 0) {
		free(creds);
		return code;
	}
	*_creds = creds;
	return 0;
}

/* What a user can do about an error of the KDC. */
struct refusal {
	int32_t error;
	const char *text; /* %s is the user, as a word for a shell */
};

static const struct refusal refusals[] = {
	{1, "the account has expired"},
	{6, "the realm has no such account; is the name right?"},
	{12, "the account may not log on now, or from here"},
	{14,
	 "the account has no key of a kind that this machine uses; see "
	 "permitted_enctypes in krb5.conf"},
	{18, "the account is disabled or locked, or has expired"},
	{23, "the password has expired; type kpasswd %s"},
	{24, "the password is wrong"},
	{31, "the password is wrong"},
};

/* NULL when out of memory. */
static const char *say_refusal(TALLOC_CTX *mem_ctx,
			       const struct probe_exchange *exchange,
			       const char *user)
{
	const char *word = who_word(mem_ctx, user);
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *refusal = &refusals[i];
		const char *place = strstr(refusal->text, "%s");

		if (refusal->error == exchange->error) {
			return talloc_asprintf(
				mem_ctx,
				"cannot log on as %s: %.*s%s",
				printable(mem_ctx, user),
				(place == NULL) ? (int)strlen(refusal->text)
						: (int)(place - refusal->text),
				refusal->text,
				(place == NULL) ? "" : word);
		}
	}
	if (exchange->error == 37 && exchange->is_clock_known) {
		return talloc_asprintf(mem_ctx,
				       "cannot log on as %s: the clock of the "
				       "KDC is %+d seconds off this one; set "
				       "the clock",
				       printable(mem_ctx, user),
				       (int)exchange->clock_offset);
	}
	return talloc_asprintf(mem_ctx,
			       "cannot log on as %s: %s",
			       printable(mem_ctx, user),
			       exchange->text);
}

static krb5_error_code take_tgt(struct probe_kerberos *krb, krb5_creds *creds)
{
	krb5_error_code code = krb5_cc_initialize(krb->ctx,
						  krb->cache,
						  creds->client);

	if (code == 0) {
		code = krb5_cc_store_cred(krb->ctx, krb->cache, creds);
	}
	return (code != 0) ? code : describe(krb, creds->client, creds);
}

/* The library in this process has to count with the KDC's clock, as the one in
 * the child did. */
static void take_clock(struct probe_kerberos *krb,
		       const struct probe_exchange *exchange)
{
	krb->is_clock_known = exchange->is_clock_known;
	krb->clock_offset = exchange->clock_offset;
	if (exchange->is_clock_known) {
		time_t there = time(NULL) + exchange->clock_offset;

		(void)krb5_set_real_time(krb->ctx, (krb5_timestamp)there, 0);
	}
}

bool probe_login_password(TALLOC_CTX *mem_ctx,
			  struct probe_kerberos *krb,
			  const struct probe_login *login,
			  const char **_reason)
{
	struct probe_question question = {
		.ask = get_tgt,
		.password = login->password,
	};
	struct probe_exchange **exchanges = NULL;
	struct probe_exchange *exchange = NULL;
	krb5_error_code code;

	if (login->password[0] == '\0') {
		/* libkrb5 would ask for it at the terminal. */
		*_reason = talloc_asprintf(
			mem_ctx,
			"cannot log on as %s: no password was given",
			printable(mem_ctx, login->principal));
		return false;
	}
	code = krb5_parse_name(krb->ctx, login->principal, &question.client);
	if (code == 0) {
		exchanges = probe_exchange_run(mem_ctx,
					       krb->library,
					       krb->timeout,
					       &question,
					       1);
		exchange = (exchanges == NULL) ? NULL : exchanges[0];
		code = (exchange == NULL) ? ENOMEM : 0;
	}
	krb5_free_principal(krb->ctx, question.client);
	if (code == 0 && exchange->error != 0) {
		*_reason = say_refusal(mem_ctx, exchange, login->principal);
		talloc_free(exchanges);
		return false;
	}
	if (code == 0) {
		take_clock(krb, exchange);
		code = take_tgt(krb, exchange->creds);
	}
	talloc_free(exchanges);
	if (code != 0) {
		*_reason = talloc_asprintf(
			mem_ctx,
			"cannot log on as %s: %s",
			printable(mem_ctx, login->principal),
			probe_krb5_text(mem_ctx, krb->ctx, code));
	}
	return code == 0;
}

/* ------------------------------------------------------------ from a cache */

struct reading {
	TALLOC_CTX *mem_ctx;
	struct probe_kerberos *krb;
	const char *name; /* of the cache, for a sentence */
	krb5_principal client;
	krb5_creds tgt; /* zero: none yet */
};

/* Of krbtgt/REALM@REALM, REALM being that of the client. */
static bool is_tgt(krb5_context ctx,
		   const krb5_creds *creds,
		   krb5_const_principal client)
{
	const krb5_data *realm = &client->realm;
	krb5_const_principal server = creds->server;

	(void)ctx;
	return server->length == 2 && server->data[0].length == strlen(TGS) &&
	       memcmp(server->data[0].data, TGS, strlen(TGS)) == 0 &&
	       spn_str_equal((struct spn_str){server->data[1].data,
					      server->data[1].length},
			     (struct spn_str){realm->data, realm->length});
}

/* It stays zero if there is none. */
static krb5_error_code find_tgt(struct reading *reading)
{
	krb5_error_code code = probe_cache_find(reading->krb->ctx,
						reading->krb->users,
						is_tgt,
						reading->client,
						&reading->tgt);

	return (code == KRB5_CC_NOTFOUND) ? 0 : code;
}

static const char *say_code(struct reading *reading,
			    krb5_error_code code,
			    const char *text)
{
	TALLOC_CTX *mem_ctx = reading->mem_ctx;

	if (code == KRB5_FCC_NOFILE || code == KRB5_CC_NOTFOUND) {
		return talloc_asprintf(mem_ctx,
				       "there is no Kerberos ticket in %s; "
				       "type kinit USER@REALM",
				       reading->name);
	}
	return talloc_asprintf(mem_ctx,
			       "the Kerberos tickets in %s cannot be read: "
			       "%s",
			       reading->name,
			       text);
}

static const char *say_no_tgt(struct reading *reading)
{
	return talloc_asprintf(reading->mem_ctx,
			       "the cache %s has no ticket with which others "
			       "could be got; type kinit %s",
			       reading->name,
			       who_word(reading->mem_ctx,
					reading->krb->client));
}

static const char *say_expired(struct reading *reading)
{
	char text[64] = "";
	struct tm tm = {};
	time_t end = reading->krb->tgt_end;

	if (localtime_r(&end, &tm) != NULL) {
		(void)strftime(text,
			       sizeof(text),
			       "%Y-%m-%d %H:%M:%S %Z",
			       &tm);
	}
	return talloc_asprintf(reading->mem_ctx,
			       "the Kerberos ticket of %s in %s has expired "
			       "at %s; type kinit %s",
			       reading->krb->client,
			       reading->name,
			       text,
			       who_word(reading->mem_ctx,
					reading->krb->client));
}

/* Is it of use? NULL, or the line that says why not. */
static const char *take_found(struct reading *reading, krb5_error_code *_code)
{
	struct probe_kerberos *krb = reading->krb;
	krb5_timestamp now = 0;

	*_code = describe(krb, reading->client, &reading->tgt);
	if (*_code != 0) {
		return NULL;
	}
	if (reading->tgt.server == NULL) {
		return say_no_tgt(reading);
	}
	*_code = krb5_timeofday(krb->ctx, &now);
	if (*_code == 0 && krb->tgt_end <= (time_t)(uint32_t)now) {
		return say_expired(reading);
	}
	*_code = krb5_cc_initialize(krb->ctx, krb->cache, reading->client);
	if (*_code == 0) {
		*_code = krb5_cc_store_cred(krb->ctx,
					    krb->cache,
					    &reading->tgt);
	}
	return NULL;
}

bool probe_login_cache(TALLOC_CTX *mem_ctx,
		       struct probe_kerberos *krb,
		       const struct probe_login *login,
		       const char **_reason)
{
	struct reading reading = {.mem_ctx = mem_ctx, .krb = krb};
	const char *reason = NULL;
	const char *text = NULL;
	krb5_error_code code;

	reading.name = printable(mem_ctx,
				 (login->ccache != NULL)
					 ? login->ccache
					 : krb5_cc_default_name(krb->ctx));
	code = probe_cache_read(mem_ctx, krb, login->ccache, &text);
	if (login->is_kept) {
		krb->kept_in = talloc_strdup(krb, login->ccache);
	}
	if (code == 0) {
		code = krb5_cc_get_principal(krb->ctx,
					     krb->users,
					     &reading.client);
	}
	if (code == 0) {
		code = find_tgt(&reading);
	}
	if (code == 0) {
		reason = take_found(&reading, &code);
	}
	krb5_free_principal(krb->ctx, reading.client);
	krb5_free_cred_contents(krb->ctx, &reading.tgt);
	if (code == 0 && reason == NULL) {
		return true;
	}
	if (text == NULL) {
		text = probe_krb5_text(mem_ctx, krb->ctx, code);
	}
	*_reason = (reason != NULL) ? reason : say_code(&reading, code, text);
	return false;
}
