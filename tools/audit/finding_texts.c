/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a finding says. Its texts are kept: they speak of accounts that are not
 * those of the finding alone.
 */
#include "findings.h"

/*
 * A text that says the same of every SPN is the message's own, and one that
 * speaks of the partner alone is that of the finding before with the same,
 * which stands in *_text: of such a code there may be thousands of findings.
 */
static bool keep_text(TALLOC_CTX *tmp_ctx,
		      struct audit_findings *findings,
		      const struct spn_violation *violation,
		      const char *template,
		      char *(*in_words)(TALLOC_CTX *mem_ctx,
					const struct spn_violation *v),
		      const char **_text)
{
	struct spn_str kept = {};
	char *text = NULL;

	if (!spn_text_has_places(template)) {
		*_text = template;
		return true;
	}
	if (*_text != NULL && spn_text_is_of_partner(template)) {
		return true;
	}
	text = in_words(tmp_ctx, violation);
	if (text == NULL || !spn_arena_copy(findings,
					    &findings->arena,
					    spn_str_of(text),
					    &kept))
	{
		return false;
	}
	*_text = kept.data;
	return true;
}

bool audit_finding_texts(TALLOC_CTX *tmp_ctx,
			 struct audit_findings *findings,
			 struct audit_finding *finding,
			 const struct spn_violation *violation)
{
	const struct spn_message *message = violation->message;
	struct audit_said *said = &findings->said;

	if (said->message != message ||
	    !spn_str_equal(spn_str_of(said->partner),
			   spn_str_of(violation->partner)))
	{
		*said = (struct audit_said){
			.message = message,
			.partner = violation->partner,
		};
	}
	if (!keep_text(tmp_ctx,
		       findings,
		       violation,
		       message->reason,
		       spn_violation_reason,
		       &said->reason) ||
	    !keep_text(tmp_ctx,
		       findings,
		       violation,
		       message->fix,
		       spn_violation_fix,
		       &said->fix))
	{
		return false;
	}
	finding->reason = said->reason;
	finding->fix = said->fix;
	return true;
}
