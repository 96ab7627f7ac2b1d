/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The messages that belong to no rule. All others stand in the file of their
 * rule.
 */
#include "messages.h"

const char spn_no_rule[] = "check";

const struct spn_message spn_check_failed = {
	.code = "SPN-901",
	.id = "CHECK-FAILED",
	.rule = spn_no_rule,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 1,
	.summary = "The check could not be made, so the write was "
		   "refused",
	.client = "the check of service principal names could not be "
		  "made, so the change was refused; the log of the "
		  "domain controller says why",
	.reason = "the check could not be made: {words}",
	.fix = "see the log of the domain controller",
};

const struct spn_message spn_setting_bad = {
	.code = "SPN-902",
	.id = "SETTING-BAD",
	.rule = spn_no_rule,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "A line of the settings object is not understood",
	.reason = "a setting is ignored: {words}",
	.fix = "run spn-policy check",
};

const struct spn_message spn_machine_limit = {
	.code = "SPN-904",
	.id = "MACHINE-LIMIT",
	.rule = spn_no_rule,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 4,
	.summary = "A machine gives itself more SPNs than it may have",
	.client = "'{spn}' would be more than the {words} service "
		  "principal names that a machine may give itself: "
		  "delete others, or ask an administrator",
	.reason = "the machine has given itself more than {words} "
		  "SPNs, which is machine-spn-limit",
	.fix = "find out what the machine does; an administrator may "
	       "add more, or raise machine-spn-limit",
};

const struct spn_message *const spn_messages_of_check[] = {
	&spn_check_failed,
	&spn_setting_bad,
	&spn_machine_limit,
	NULL,
};

const char *spn_severity_text(enum spn_severity severity)
{
	static const char *const texts[] = {
		[SPN_SEVERITY_INFO] = "info",
		[SPN_SEVERITY_WARNING] = "warning",
		[SPN_SEVERITY_ERROR] = "error",
	};

	return texts[severity];
}
