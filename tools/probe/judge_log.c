/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the log of a KDC adds to what the directory says of a name.
 */
#include "judge.h"

bool probe_judge_logged(struct probe *probe, struct probe_row *row)
{
	const struct probe_logged *logged = row->logged;
	const struct spn_account *who = NULL;
	struct probe_verdict *verdict = NULL;

	if (logged == NULL) {
		return true;
	}
	who = probe_row_account(row);
	if (logged->num_failed > 0 && probe_row_error(row) == 0 &&
	    probe_say(probe,
		      &row->verdicts,
		      &probe_answered_today,
		      "%zu requests failed, the last with error %d; now %s "
		      "answers",
		      logged->num_failed,
		      logged->error,
		      probe_account_name(probe, who)) == NULL)
	{
		return false;
	}
	if (!logged->has_rc4) {
		return true;
	}
	verdict =
		probe_say(probe,
			  &row->verdicts,
			  &probe_rc4_logged,
			  "clients have tickets that are encrypted with RC4");
	return probe_fix(probe, verdict, probe_set_types(probe, who));
}
