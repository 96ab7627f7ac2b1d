/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all verdicts are made with, and those on the run as a whole.
 */
#include "judge.h"

#include "common/shell_command.h"
#include "policy/quote.h"
#include "policy/room.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

struct probe_verdict *probe_say(TALLOC_CTX *mem_ctx,
				struct probe_verdicts *verdicts,
				const struct probe_message *message,
				const char *format,
				...)
{
	struct probe_verdict *verdict = NULL;
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = talloc_vasprintf(mem_ctx, format, ap);
	va_end(ap);
	verdicts->list = spn_room(mem_ctx,
				  verdicts->list,
				  verdicts->num,
				  struct probe_verdict);
	if (text == NULL || verdicts->list == NULL) {
		return NULL;
	}
	verdict = &verdicts->list[verdicts->num++];
	*verdict = (struct probe_verdict){.message = message, .text = text};
	return verdict;
}

bool probe_fix(TALLOC_CTX *mem_ctx,
	       struct probe_verdict *verdict,
	       const char *fix)
{
	if (verdict == NULL) {
		return false;
	}
	if (fix == NULL) {
		return true;
	}
	verdict->fixes = spn_room(mem_ctx,
				  verdict->fixes,
				  verdict->num_fixes,
				  const char *);
	if (verdict->fixes == NULL) {
		return false;
	}
	verdict->fixes[verdict->num_fixes++] = fix;
	return true;
}

bool probe_fix_format(TALLOC_CTX *mem_ctx,
		      struct probe_verdict *verdict,
		      const char *format,
		      ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = talloc_vasprintf(mem_ctx, format, ap);
	va_end(ap);
	return text != NULL && probe_fix(mem_ctx, verdict, text);
}

const char *probe_quoted(TALLOC_CTX *mem_ctx, const char *text)
{
	char *quoted = spn_quote(mem_ctx,
				 spn_str_of(text),
				 SPN_QUOTE_IF_NEEDED | SPN_QUOTE_CUT);

	return (quoted == NULL) ? "?" : quoted;
}

const char *probe_account_name(TALLOC_CTX *mem_ctx,
			       const struct spn_account *account)
{
	const char *name = (account == NULL) ? NULL
					     : account->sam_account_name;

	if (account != NULL && name == NULL) {
		name = account->dn;
	}
	return (name == NULL) ? "nobody" : probe_quoted(mem_ctx, name);
}

char *probe_setspn(const struct probe *probe,
		   TALLOC_CTX *mem_ctx,
		   const char *verb,
		   const struct spn_account *account,
		   const char *spn)
{
	if (account == NULL || probe->login_words == NULL) {
		return NULL;
	}
	return shell_setspn(mem_ctx,
			    probe->login_words,
			    verb,
			    account,
			    NULL,
			    spn_str_of(spn));
}

/* ------------------------------------------------------------ the worst */

enum probe_weight probe_weight_of(const struct probe_verdicts *verdicts)
{
	enum probe_weight worst = PROBE_GOOD;
	size_t i;

	for (i = 0; i < verdicts->num; i++) {
		if (verdicts->list[i].message->weight > worst) {
			worst = verdicts->list[i].message->weight;
		}
	}
	return worst;
}

enum probe_weight probe_worst(const struct probe *probe)
{
	enum probe_weight worst = probe_weight_of(&probe->verdicts);
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		enum probe_weight weight = probe_weight_of(
			&probe->rows[i].verdicts);

		worst = (weight > worst) ? weight : worst;
	}
	return worst;
}

/* ---------------------------------------------------- the run as a whole */

static bool note_dns(struct probe *probe)
{
	const struct probe_dns *dns = probe->dns;
	struct probe_verdicts *verdicts = &probe->verdicts;

	if (dns == NULL) {
		return true;
	}
	if (dns->failure != NULL &&
	    probe_say(probe,
		      verdicts,
		      &probe_no_address,
		      "%s: %s",
		      probe_quoted(probe, probe->target->host),
		      dns->failure) == NULL)
	{
		return false;
	}
	if (dns->late != NULL &&
	    probe_say(probe, verdicts, &probe_dns_late, "%s", dns->late) ==
		    NULL)
	{
		return false;
	}
	return dns->odd == NULL ||
	       probe_say(probe,
			 verdicts,
			 &probe_dns_odd,
			 "DNS says %s where a name of a host is to be",
			 dns->odd) != NULL;
}

static bool note_absent(struct probe *probe)
{
	struct probe_verdicts *verdicts = &probe->verdicts;

	if (probe->names_reason != NULL &&
	    probe_say(probe,
		      verdicts,
		      &probe_no_names,
		      "%s",
		      probe->names_reason) == NULL)
	{
		return false;
	}
	if (probe->directory_reason != NULL &&
	    probe_say(probe,
		      verdicts,
		      &probe_no_directory,
		      "the directory was not seen: %s",
		      probe->directory_reason) == NULL)
	{
		return false;
	}
	return true;
}

static bool note_no_kdc(struct probe *probe)
{
	const char *cache = probe_cache_named(probe);
	struct probe_verdict *verdict = NULL;
	const char *word = NULL;

	if (probe->krb_reason == NULL) {
		return true;
	}
	if (probe->options->no_kdc) {
		return probe_say(probe,
				 &probe->verdicts,
				 &probe_kdc_skipped,
				 "no KDC was asked (--no-kdc)") != NULL;
	}
	verdict = probe_say(probe,
			    &probe->verdicts,
			    &probe_no_tgt,
			    "no KDC was asked: %s",
			    probe->krb_reason);
	if (verdict == NULL || probe->is_user_named) {
		return verdict != NULL;
	}
	if (cache == NULL) {
		return probe_fix(probe, verdict, "kinit");
	}
	word = shell_word(probe, spn_str_of(cache));
	return word == NULL ||
	       probe_fix_format(probe, verdict, "kinit -c %s", word);
}

bool probe_row_is_web(const struct probe *probe, const struct probe_row *row)
{
	return probe->target == NULL ||
	       strncasecmp(row->name->spn, "HTTP/", strlen("HTTP/")) == 0;
}

static bool judge_other_service(struct probe *probe, struct probe_row *row)
{
	int32_t error = probe_row_error(row);

	return error <= 0 ||
	       probe_say(probe,
			 &row->verdicts,
			 &probe_other_service,
			 "error %d, which is no matter of the web site",
			 error) != NULL;
}

static bool judge_row(struct probe *probe, struct probe_row *row)
{
	if (!probe_row_is_web(probe, row)) {
		return judge_other_service(probe, row);
	}
	return probe_judge_ticket(probe, row) &&
	       probe_judge_name(probe, row) &&
	       probe_judge_opening(probe, row) &&
	       probe_judge_logged(probe, row);
}

bool probe_judge(struct probe *probe)
{
	size_t i;

	if (!note_dns(probe) || !note_absent(probe) || !note_no_kdc(probe) ||
	    !probe_judge_file(probe))
	{
		return false;
	}
	for (i = 0; i < probe->num_rows; i++) {
		struct probe_row *row = &probe->rows[i];

		if (!judge_row(probe, row)) {
			return false;
		}
		if (row->verdicts.num == 0 && probe_row_error(row) == 0 &&
		    probe_say(probe,
			      &row->verdicts,
			      &probe_works,
			      "%s",
			      (row->ticket == NULL)
				      ? "the directory lets expect a ticket"
				      : "works") == NULL)
		{
			return false;
		}
	}
	return probe_judge_entries(probe) && probe_judge_http(probe);
}
