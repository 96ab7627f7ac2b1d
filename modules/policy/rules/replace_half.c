/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A replace says what is to be there, and samba-tool deletes by one. So a
 * replace that brings nothing new and lists one half of a pair may come from a
 * program that keeps a site as it is, and does not know that both halves are
 * wanted; or it may be meant to delete. What brings something new is
 * completed, and an explicit delete takes the other half along: completion.c.
 */
#include "replace_half.h"

#include "http_pair.h"

const struct spn_message spn_pair_left_out = {
	.code = "SPN-309",
	.id = "PAIR-LEFT-OUT",
	.rule = spn_http_pair_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 2,
	.summary = "A replace lists one half of a pair and not the other",
	.client = "'{spn}' would lose its other half '{partner}', which the "
		  "replace does not list: list both or none, or delete one "
		  "by value (setspn -D), then the other goes along",
	.reason = "a replace that only takes away lists this half of a pair "
		  "and not {partner}, and may be meant either way",
	.fix = "list both halves or none, or delete one by value as setspn -D "
	       "does: the other goes along; for programs that can do neither "
	       "there is the setting replace-half",
};

void spn_replace_half_settle(const struct spn_settings *settings,
			     struct spn_violation *v)
{
	switch (settings->replace_half) {
	case SPN_REPLACE_HALF_DENY:
		v->message = &spn_pair_left_out;
		break;
	case SPN_REPLACE_HALF_KEEP:
		v->is_allowed = true;
		break;
	case SPN_REPLACE_HALF_REMOVE:
		break; /* it should have gone along */
	}
}
