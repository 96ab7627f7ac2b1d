/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last line of a report: the answer to "why does this web site ask for a
 * password?", and the exit status that goes with it.
 */
#include "judge.h"
#include "report.h"

const char *probe_weight_word(enum probe_weight weight)
{
	static const char *const words[] = {
		[PROBE_GOOD] = "good",
		[PROBE_NOTE] = "note",
		[PROBE_WARNING] = "warning",
		[PROBE_FAULT] = "fault",
	};

	return words[weight];
}

const struct spn_account *probe_row_account(const struct probe_row *row)
{
	return (row->held == NULL) ? NULL : row->held->who.account;
}

static const struct probe_verdict *first_fault(
	const struct probe_verdicts *verdicts)
{
	size_t i;

	for (i = 0; i < verdicts->num; i++) {
		if (verdicts->list[i].message->weight == PROBE_FAULT) {
			return &verdicts->list[i];
		}
	}
	return NULL;
}

static bool is_known(const struct probe_row *row)
{
	return probe_row_error(row) != -1;
}

struct counts {
	size_t num; /* of the web site, or of a log */
	size_t num_good;
	size_t num_unknown;
	const struct probe_row *bad; /* the first one */
	const struct probe_verdict *why;
};

static struct counts count(const struct probe *probe)
{
	struct counts c = {};
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_row *row = &probe->rows[i];
		const struct probe_verdict *fault = first_fault(
			&row->verdicts);

		if (!probe_row_is_web(probe, row)) {
			continue;
		}
		c.num++;
		if (fault == NULL) {
			c.num_unknown += is_known(row) ? 0 : 1;
			c.num_good += is_known(row) ? 1 : 0;
		} else if (c.bad == NULL) {
			c.bad = row;
			c.why = fault;
		}
	}
	return c;
}

static const char *what(struct probe *probe)
{
	if (probe->target != NULL) {
		return talloc_asprintf(probe,
				       "Why %s asks for a password",
				       probe_quoted(probe,
						    probe->target->url));
	}
	return (probe->log != NULL) ? "The first of the names that clients "
				      "did not get"
				    : "The keytab";
}

static const char *why_not(const struct probe *probe)
{
	if (probe->krb_reason != NULL) {
		return probe->krb_reason;
	}
	return (probe->directory_reason == NULL) ? "no answer"
						 : probe->directory_reason;
}

static bool has_old_ticket(const struct probe *probe)
{
	size_t i;
	size_t j;

	/* A cache that was named has new ones by now. */
	if (probe->options->ccache != NULL) {
		return false;
	}
	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_verdicts *of = &probe->rows[i].verdicts;

		for (j = 0; j < of->num; j++) {
			if (of->list[j].message == &probe_old_ticket) {
				return true;
			}
		}
	}
	return false;
}

static bool has_current_entry(const struct probe *probe)
{
	size_t i;

	for (i = 0; probe->checks != NULL && i < probe->keytab->num_entries;
	     i++)
	{
		if (probe->checks[i].state <= PROBE_ENTRY_NOT_ISSUED) {
			return true;
		}
	}
	return false;
}

static const char *of_entries(const struct probe *probe)
{
	if (probe->checks == NULL) {
		return "No KDC was asked whether the keytab is current.";
	}
	return has_current_entry(probe)
		       ? "Every entry of the keytab that a KDC makes tickets "
			 "for is current."
		       : "The keytab: a KDC makes tickets for no name of it "
			 "that it was asked for.";
}

/* Of every name; else the directory alone has spoken. */
static bool was_asked(const struct probe *probe)
{
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		if (probe->rows[i].ticket == NULL) {
			return false;
		}
	}
	return true;
}

/* --account, and a keytab that could be read. */
static bool has_key_question(const struct probe *probe)
{
	return probe->options->num_accounts > 0 && probe->keytab != NULL;
}

static const char *of_no_names(struct probe *probe)
{
	if (probe->log == NULL) {
		return of_entries(probe);
	}
	return talloc_asprintf(
		probe,
		"In %zu requests clients got a ticket for every "
		"name, none with RC4.",
		probe->log->num_understood);
}

const char *probe_sentence(struct probe *probe)
{
	const struct probe_verdict *fault = first_fault(&probe->verdicts);
	struct counts c = count(probe);

	if (has_key_question(probe)) {
		return probe_keys_sentence(probe, probe);
	}
	/* Nobody comes as far as the names. */
	if (c.bad != NULL &&
	    (fault == NULL || fault->message != &probe_no_address))
	{
		return talloc_asprintf(probe,
				       "%s: %s: %s (%s); %zu of %zu names "
				       "work.",
				       what(probe),
				       probe_quoted(probe, c.bad->name->spn),
				       c.why->text,
				       c.why->message->code,
				       c.num_good,
				       c.num);
	}
	if (fault != NULL) {
		return talloc_asprintf(probe,
				       "%s: %s (%s).",
				       what(probe),
				       fault->text,
				       fault->message->code);
	}
	if (probe->num_rows == 0) {
		return of_no_names(probe);
	}
	if (c.num_unknown > 0) {
		return talloc_asprintf(probe,
				       "Of %zu of %zu names nothing is known: "
				       "neither a KDC nor the directory was "
				       "seen (%s).",
				       c.num_unknown,
				       c.num,
				       why_not(probe));
	}
	if (probe->log == NULL && !was_asked(probe)) {
		return talloc_asprintf(probe,
				       "The directory lets expect a ticket "
				       "for all %zu names; no KDC was asked.",
				       c.num);
	}
	return talloc_asprintf(probe,
			       "All %zu names get a ticket%s%s.",
			       c.num,
			       has_old_ticket(probe)
				       ? ", and your own is an old one "
					 "(WEB-306)"
				       : "",
			       (probe->http == NULL && probe->keytab == NULL &&
				probe->log == NULL)
				       ? "; whether the server can open it, "
					 "--http and --keytab tell"
				       : "");
}

int probe_status(const struct probe *probe)
{
	struct counts c = count(probe);

	if (has_key_question(probe)) {
		return probe_keys_status(probe);
	}
	if (c.bad != NULL || first_fault(&probe->verdicts) != NULL) {
		return PROBE_SOME_FAIL;
	}
	if (probe->keytab != NULL && probe->target == NULL &&
	    !has_current_entry(probe))
	{
		return PROBE_CANNOT_RUN;
	}
	return (c.num_unknown > 0) ? PROBE_CANNOT_RUN : PROBE_ALL_WORK;
}
