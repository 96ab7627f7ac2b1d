/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What follows from the web server's answers.
 */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SKEW 300 /* seconds, the default of every Kerberos */
#define LONG_TOKEN 7000
#define LONGEST_LIST 16
/* RFC 4120 7.5.9 */
#define KRB_AP_ERR_TKT_EXPIRED 32
#define KRB_AP_ERR_TKT_NYV 33
#define KRB_AP_ERR_SKEW 37

static bool is_asking(long status)
{
	return status == 401 || status == 407;
}

static bool is_success(long status)
{
	return status >= 200 && status < 300;
}

/* After a 401 also a redirect, which comes once it is known who asks. */
static bool is_accepted(long status)
{
	return status >= 200 && status < 400;
}

bool probe_http_accepts(const struct probe *probe)
{
	const struct probe_http *http = probe->http;

	return http != NULL && http->is_token_sent && http->failure == NULL &&
	       is_asking(http->plain.status) && !http->is_proxy &&
	       probe->options->proxy == NULL &&
	       (is_accepted(http->with_token.status) ||
		http->with_token.status == 403);
}

static char *offered(TALLOC_CTX *mem_ctx, const struct probe_reply *reply)
{
	char *list = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; list != NULL && i < reply->num_schemes; i++) {
		list = talloc_asprintf_append(list,
					      "%s%s",
					      (i == 0) ? "" : ", ",
					      probe_quoted(mem_ctx,
							   reply->schemes[i]));
	}
	return list;
}

static bool say(struct probe *probe,
		const struct probe_message *message,
		const char *text)
{
	return text != NULL &&
	       probe_say(probe, &probe->verdicts, message, "%s", text) != NULL;
}

struct probe_row *probe_row_of_http(const struct probe *probe)
{
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		struct probe_row *row = &probe->rows[i];

		if (row->name->is_this_machine && row->ticket != NULL &&
		    row->ticket->error == 0)
		{
			return row;
		}
	}
	return NULL;
}

static bool is_iis(const struct probe *probe)
{
	const char *says = probe->http->plain.server;

	return strcmp(probe->options->server->word, "iis") == 0 ||
	       (says != NULL && strncmp(says, "Microsoft-", 10) == 0);
}

/* IIS, as KB 871179 has it; anything else is told by its own documents. */
static bool say_not_offered(struct probe *probe)
{
	const struct probe_reply *plain = &probe->http->plain;
	const char *list = offered(probe, plain);
	struct probe_verdict *verdict = NULL;

	if (list == NULL) {
		return false;
	}
	if (plain->num_schemes == 0) {
		list = "nothing";
	}
	verdict = probe_say(probe,
			    &probe->verdicts,
			    plain->offers_ntlm	  ? &probe_http_ntlm_only
			    : plain->offers_basic ? &probe_http_basic_only
						  : &probe_http_no_negotiate,
			    "%ld, and it offers %s",
			    plain->status,
			    list);
	if (is_iis(probe)) {
		return probe_fix(probe,
				 verdict,
				 "cscript adsutil.vbs set "
				 "w3svc/NTAuthenticationProviders "
				 "\"Negotiate,NTLM\"");
	}
	return (strncmp(probe->options->server->word, "apache", 6) == 0)
		       ? probe_fix(probe, verdict, "AuthType GSSAPI")
		       : verdict != NULL;
}

static bool say_clock(struct probe *probe, const struct probe_reply *reply)
{
	size_t i;
	size_t j;

	/* It is ours that is wrong, says the KDC. */
	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_verdicts *of = &probe->rows[i].verdicts;

		for (j = 0; j < of->num; j++) {
			if (of->list[j].message == &probe_client_clock) {
				return true;
			}
		}
	}
	if (!reply->has_date || llabs(reply->clock_offset) <= MAX_SKEW) {
		return true;
	}
	return probe_say(probe,
			 &probe->verdicts,
			 &probe_http_clock,
			 "its clock is %lld seconds %s ours",
			 llabs(reply->clock_offset),
			 (reply->clock_offset > 0) ? "ahead of" : "behind") !=
	       NULL;
}

/* What is known of a server that refuses a ticket which it can open. */
static bool offer_setting(struct probe *probe, struct probe_verdict *verdict)
{
	if (strcmp(probe->options->server->word, "lighttpd") == 0) {
		return probe_fix(probe,
				 verdict,
				 "auth.backend.gssapi.store-creds = "
				 "\"disable\"");
	}
	return verdict != NULL;
}

/* Where the name or the keytab has a fault, that was said, with its fix. */
static bool offer_for(struct probe *probe,
		      struct probe_row *row,
		      struct probe_verdict *verdict)
{
	if (row == NULL || row->held == NULL || probe->site == NULL ||
	    probe_weight_of(&row->verdicts) == PROBE_FAULT ||
	    probe->keytab_reason != NULL)
	{
		return verdict != NULL;
	}
	if (row->opening != NULL) {
		return offer_setting(probe, verdict);
	}
	return probe_is_stand_in(row)
		       ? probe_offer(probe, row, verdict, row->name->spn)
		       : probe_offer_export(probe, row, verdict);
}

static bool say_refused(struct probe *probe, const struct probe_reply *reply)
{
	const char *text = (reply->gss_text == NULL) ? "it does not say why"
						     : reply->gss_text;
	/* Of a proxy that nobody has asked for there is no row. */
	bool is_other = probe->http->is_proxy && probe->options->proxy == NULL;
	struct probe_row *row = is_other ? NULL : probe_row_of_http(probe);
	bool is_opened = row != NULL && row->opening != NULL &&
			 row->opening->result == PROBE_OPENS;
	const struct probe_message *message = &probe_http_refused;
	struct probe_verdict *verdict = NULL;

	switch (reply->krb_error) {
	case 0:
		break;
	case KRB_AP_ERR_TKT_EXPIRED:
	case KRB_AP_ERR_TKT_NYV:
	case KRB_AP_ERR_SKEW:
		message = &probe_http_clock;
		break;
	default:
		message = &probe_http_key;
		break;
	}
	verdict = probe_say(probe,
			    &probe->verdicts,
			    message,
			    "%ld to a ticket%s%s%s: %s",
			    reply->status,
			    probe->http->is_proxy ? " for " : "",
			    probe->http->is_proxy
				    ? probe_quoted(probe,
						   probe->http->proxy_spn)
				    : "",
			    is_opened ? " that the keytab opens" : "",
			    text);
	return (message == &probe_http_clock) ? verdict != NULL
					      : offer_for(probe, row, verdict);
}

static bool say_too_long(struct probe *probe)
{
	struct probe_verdict *verdict =
		probe_say(probe,
			  &probe->verdicts,
			  &probe_http_too_long,
			  "%ld to a token of %zu bytes",
			  probe->http->with_token.status,
			  probe->http->token_len);

	return probe_fix(probe, verdict, "LimitRequestFieldSize 65536");
}

static bool judge_token(struct probe *probe)
{
	const struct probe_http *http = probe->http;
	const struct probe_reply *reply = &http->with_token;

	/* What it was for has let it pass. */
	if (http->is_proxy && reply->status == 401) {
		return probe_say(
			       probe,
			       &probe->verdicts,
			       &probe_http_works,
			       "the proxy accepts a ticket for %s; the site "
			       "behind it asks for one of its own, which was "
			       "not tried",
			       probe_quoted(probe, http->proxy_spn)) != NULL;
	}
	if (is_asking(reply->status)) {
		return say_refused(probe, reply);
	}
	if (is_accepted(reply->status)) {
		return say(probe,
			   &probe_http_works,
			   reply->is_mutual
				   ? "it accepts the ticket, and has proved "
				     "who it is"
				   : "it accepts the ticket");
	}
	if ((reply->status == 400 || reply->status == 431) &&
	    probe->http->token_len > LONG_TOKEN)
	{
		return say_too_long(probe);
	}
	if (reply->status == 403) {
		return say(probe, &probe_http_forbidden, "403 to a ticket");
	}
	return probe_say(probe,
			 &probe->verdicts,
			 &probe_http_other,
			 "%ld to a ticket",
			 reply->status) != NULL;
}

static bool say_elsewhere(struct probe *probe, const struct probe_reply *reply)
{
	return reply->location == NULL ||
	       say(probe,
		   &probe_http_elsewhere,
		   talloc_asprintf(probe,
				   "%ld to %s",
				   reply->status,
				   probe_quoted(probe, reply->location)));
}

/* What came of the request with a token, if there was to be one. */
static bool say_second(struct probe *probe)
{
	const struct probe_http *http = probe->http;

	if (http->no_token != NULL) {
		return say(probe, &probe_http_no_token, http->no_token);
	}
	if (!http->is_token_sent) {
		return true;
	}
	if (http->failure != NULL) {
		return probe_say(probe,
				 &probe->verdicts,
				 &probe_http_broke_off,
				 "to a token of %zu bytes: %s",
				 http->token_len,
				 http->failure) != NULL;
	}
	return judge_token(probe) && say_elsewhere(probe, &http->with_token);
}

bool probe_judge_http(struct probe *probe)
{
	const struct probe_http *http = probe->http;
	const struct probe_reply *plain = NULL;

	if (http == NULL) {
		return true;
	}
	if (http->failure != NULL && !http->is_token_sent) {
		return say(probe, &probe_http_silent, http->failure);
	}
	plain = &http->plain;
	if (http->is_proxy && !say(probe, &probe_http_proxy, "407")) {
		return false;
	}
	if (!say_elsewhere(probe, plain) || !say_clock(probe, plain)) {
		return false;
	}
	if (is_success(plain->status)) {
		return say(probe,
			   &probe_http_open,
			   "it gives the page to anybody");
	}
	if (is_asking(plain->status) && !plain->offers_negotiate) {
		return say_not_offered(probe);
	}
	if (!is_asking(plain->status) && plain->location == NULL) {
		return probe_say(probe,
				 &probe->verdicts,
				 &probe_http_other,
				 "%ld, and nobody is asked to log on",
				 plain->status) != NULL;
	}
	return say_second(probe);
}
