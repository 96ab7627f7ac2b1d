/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The catalogue: every code of the rules that judge writes, what it means,
 * what the client, the log and an audit say about it. An audit has more codes,
 * in tools/audit/rules/messages.c. docs/messages.md has them all; a test
 * holds them against each other.
 *
 * The ids are those of the violation classes the predicates come from.
 */
#include "report.h"

#include <string.h>

static const struct spn_message messages[] = {
	{
		.code = "SPN-001",
		.id = "MAL-PARTS",
		.rule = "syntax",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 3,
		.summary = "A value with no slash or with more than two",
		.client = "'{spn}' is no service principal name: write "
			  "class/host or class/host/service{meant}",
		.reason =
			"it has no slash or more than two, no client can ask "
			"for it",
		.cure = "remove it{meant}",
	},
	{
		.code = "SPN-002",
		.id = "MAL-EMPTY",
		.rule = "syntax",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 3,
		.summary = "The service class or the host name is empty",
		.client = "'{spn}' has an empty service class or host name: "
			  "write class/host{meant}",
		.reason = "its service class or host name is empty, no client "
			  "can ask for it",
		.cure = "remove it{meant}",
	},
	{
		.code = "SPN-003",
		.id = "MAL-URL",
		.rule = "syntax",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 3,
		.summary = "A URL was pasted in",
		.client = "'{spn}' is a URL, not a service principal "
			  "name{meant}",
		.reason = "it is a URL, clients ask for class/host",
		.cure = "remove it{meant}",
	},
	{
		.code = "SPN-004",
		.id = "MAL-CLASS-HTTPS",
		.rule = "syntax",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_WARN,
		.rank = 3,
		.summary = "A class that no client asks for: https, ssl, tls",
		.client =
			"'{spn}': clients ask for http/ over TLS, too{meant}",
		.reason = "no client ever asks for this class, http/ serves "
			  "TLS as well",
		.cure = "replace it{meant}",
	},
	{
		.code = "SPN-005",
		.id = "MAL-REALM",
		.rule = "syntax",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_WARN,
		.rank = 3,
		.summary = "A realm was written behind the name",
		.client = "'{spn}': a KDC compares without the realm{meant}",
		.reason = "it contains '@', a KDC compares without the realm",
		.cure = "replace it{meant}",
	},
	{
		.code = "SPN-006",
		.id = "MAL-SPACE",
		.rule = "syntax",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 3,
		.summary = "A blank or control character where none can be",
		.client = "'{spn}' has a blank or a control character at the "
			  "edge of a part or in its host name{meant}",
		.reason = "it has a blank or a control character at the edge "
			  "of a part or in its host name",
		.cure = "remove it{meant}",
	},
	{
		.code = "SPN-007",
		.id = "MAL-DOT",
		.rule = "syntax",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_WARN,
		.rank = 3,
		.summary =
			"A host name that is none: a dot at its end, * or _ "
			"in it",
		.client = "'{spn}': its host name can be in no DNS{meant}",
		.reason = "its host name ends in a dot or contains * or _, "
			  "clients ask for the plain name",
		.cure = "replace it{meant}",
	},
	{
		.code = "SPN-008",
		.id = "MAL-IP",
		.rule = "syntax",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_WARN,
		.rank = 3,
		.summary = "The host name is an IP address",
		.client = "'{spn}': clients do not ask for tickets by IP "
			  "address",
		.reason = "its host name is an IP address, clients do not ask "
			  "for those",
		.cure = "remove it and let clients use the host's name",
	},
	{
		.code = "SPN-009",
		.id = "MAL-PORT80",
		.rule = "syntax",
		.severity = SPN_SEVERITY_INFO,
		.on_write = SPN_ON_WRITE_WARN,
		.rank = 5,
		.summary =
			"An http SPN with the port every browser leaves out",
		.client = "'{spn}': browsers leave this port out{meant}",
		.reason =
			"browsers leave port 80 and 443 out, nobody asks for "
			"it",
		.cure = "remove it{meant}",
	},
	{
		.code = "SPN-010",
		.id = "MAL-INSTANCE",
		.rule = "syntax",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_WARN,
		.rank = 3,
		.summary = "An http or host SPN with an instance name",
		.client = "'{spn}': this class has no instance names{meant}",
		.reason = "clients of this class never send an instance name",
		.cure = "remove it{meant}",
	},
	{
		.code = "SPN-011",
		.id = "CASE-MIX",
		.rule = "syntax",
		.severity = SPN_SEVERITY_INFO,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 5,
		.summary =
			"The halves of a pair are spelled in different case",
		.reason =
			"its class is spelled neither HTTP nor like its other "
			"half; a keytab on Unix compares with case",
		.cure = "spell the class HTTP in both halves",
	},
	{
		.code = "SPN-012",
		.id = "MAL-INVISIBLE",
		.rule = "syntax",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 3,
		.summary = "A character that nobody sees",
		.client = "'{spn}' has an invisible character{meant}",
		.reason = "it has an invisible character: another name to the "
			  "directory, the same to a reader and to a Windows "
			  "KDC",
		.cure = "remove it{meant}",
	},
	{
		.code = "SPN-013",
		.id = "MAL-UTF8",
		.rule = "syntax",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "Bytes that are no text",
		.reason = "it is no UTF-8: no client can ask for it, and no "
			  "directory takes such a value",
		.cure = "look for damage with samba-tool dbcheck, and remove "
			"it",
	},
	{
		.code = "SPN-101",
		.id = "DUP-EXACT",
		.rule = "duplicate-spn",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 1,
		.summary = "One SPN on several accounts",
		.client = "'{spn}' is in use by another account: remove it "
			  "there first, or choose another name",
		.reason = "several accounts hold it, the KDC gives no ticket "
			  "for it",
		.cure = "keep it on the account whose key the service has, "
			"remove it from the others",
	},
	{
		.code = "SPN-102",
		.id = "DUP-FOLD",
		.rule = "duplicate-spn",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 1,
		.summary = "Two SPNs that only a Windows DC takes for one",
		.reason = "a Windows DC does not tell it from {partner} of "
			  "another account",
		.cure = "rename one of the two",
	},
	{
		.code = "SPN-103",
		.id = "DUP-SELF",
		.rule = "duplicate-spn",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 3,
		.summary = "One account holds an SPN twice, in different "
			   "spelling",
		.client = "'{spn}' is on this account already in another "
			  "spelling: remove the other one in the same request",
		.reason = "the account holds it twice, spelled differently",
		.cure = "remove one of the spellings",
	},
	{
		.code = "SPN-104",
		.id = "MULTI-FARM",
		.rule = "duplicate-spn",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 1,
		.summary = "One http SPN on several computers",
		.client =
			"'{spn}' is in use by another computer: a farm needs "
			"one service account for all its members",
		.reason = "several computers hold it, the KDC gives no ticket "
			  "for it",
		.cure = "create one service account for the farm, give it "
			"the SPN and run the service on every member as that "
			"account",
	},
	{
		.code = "SPN-201",
		.id = "ALIAS-CLASH",
		.rule = "alias-spn",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 3,
		.summary = "An SPN and the HOST SPN that stands for it on two "
			   "accounts",
		.client = "'{spn}' clashes with '{partner}' of another "
			  "account: one stands for the other (sPNMappings)",
		.reason = "'{partner}' is on another account, and one stands "
			  "for the other (sPNMappings): who has the exact SPN "
			  "answers alone",
		.cure = "make sure that the service has the key of this "
			"account; otherwise remove the SPN here",
	},
	{
		.code = "SPN-202",
		.id = "HOST-ON-USER",
		.rule = "alias-spn",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "A HOST SPN on an account that is no computer",
		.reason =
			"HOST stands for some fifty classes, so this account "
			"answers for all of them on that host",
		.cure = "replace it by the class that the service really uses",
	},
	{
		.code = "SPN-203",
		.id = "MAP-ODD",
		.rule = "alias-spn",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "sPNMappings is not what clients expect",
		.reason = "sPNMappings {words}",
		.cure = "restore the value that a new domain has",
	},
	{
		.code = "SPN-204",
		.id = "HEUR-21",
		.rule = "alias-spn",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "dSHeuristics turns uniqueness checks off",
		.reason = "character 21 of dSHeuristics turns off: {words}; "
			  "Samba's own check stays on",
		.cure = "set it to 0 unless a migration is under way",
	},
	{
		.code = "SPN-301",
		.id = "PAIR-NO-SHORT",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 2,
		.summary = "http/FQDN without its NetBIOS half",
		.client = "'{spn}' needs its other half '{partner}' on the "
			  "same account: add or remove both in one request",
		.reason = "nobody holds its other half {partner}: who asks by "
			  "the short name gets no ticket",
		.cure = "add {partner} to the same account",
	},
	{
		.code = "SPN-302",
		.id = "PAIR-NO-FQDN",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 2,
		.summary = "http/NetBIOS without its FQDN half",
		.client = "'{spn}' needs its other half '{partner}' on the "
			  "same account: add or remove both in one request",
		.reason = "nobody holds its other half {partner}: who asks by "
			  "the full name gets no ticket",
		.cure = "add {partner} to the same account",
	},
	{
		.code = "SPN-303",
		.id = "PAIR-SPLIT",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 1,
		.summary = "The halves of a pair are on different accounts",
		.client = "'{spn}' needs its other half '{partner}' on the "
			  "same account, but another account holds it: remove "
			  "it there first",
		.reason =
			"its other half {partner} is on another account: one "
			"of the two names gets the wrong key",
		.cure = "move both halves to the account whose key the "
			"service has",
	},
	{
		.code = "SPN-304",
		.id = "PAIR-SPLIT-ALIAS",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 1,
		.summary = "The missing half falls to a computer through its "
			   "HOST SPN",
		.client = "'{spn}' needs its other half '{partner}' on the "
			  "same account: without it another account answers "
			  "through HOST",
		.reason =
			"its other half {partner} is missing and falls to "
			"another account through HOST: wrong key, 401.1 or a "
			"prompt after 30 minutes",
		.cure = "add {partner} to the same account",
	},
	{
		.code = "SPN-305",
		.id = "PAIR-MISMATCH",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "The halves are names of two different machines",
		.reason =
			"{partner} looks like its other half but is the name "
			"of another machine",
		.cure = "replace the half that was not meant",
	},
	{
		.code = "SPN-306",
		.id = "PAIR-PORT",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "An http SPN with a port where the plain one is "
			   "missing",
		.reason =
			"browsers do not send the port, and {partner} is not "
			"on this account",
		.cure = "add {partner} to the same account",
	},
	{
		.code = "SPN-307",
		.id = "WINRM-HIT",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "PowerShell remoting to a computer meets a service "
			   "account",
		.reason = "remote PowerShell asks for the same name and gets "
			  "the key of this account instead of the computer's",
		.cure = "add {partner} to the computer and connect with the "
			"port in the SPN",
	},
	{
		.code = "SPN-308",
		.id = "PAIR-FOREIGN",
		.rule = "http-pair",
		.severity = SPN_SEVERITY_INFO,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 5,
		.summary = "An http SPN whose other half nobody can know",
		.reason = "its DNS suffix is none of this forest, so no other "
			  "half is asked for",
		.cure = "if the suffix is yours, add it: spn-policy set "
			"dns-suffix=SUFFIX",
	},
	{
		.code = "SPN-901",
		.id = "CHECK-FAILED",
		.rule = "check",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 1,
		.summary = "The check could not be made, so the write was "
			   "refused",
		.client = "the check of service principal names could not be "
			  "made, so the change was refused; the log of the "
			  "domain controller says why",
		.reason = "the check could not be made: {words}",
		.cure = "see the log of the domain controller",
	},
	{
		.code = "SPN-902",
		.id = "SETTING-BAD",
		.rule = "check",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "A line of the settings object is not understood",
		.reason = "a setting is ignored: {words}",
		.cure = "run spn-policy check",
	},
	{
		.code = "SPN-903",
		.id = "BASELINE-STALE",
		.rule = "check",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 5,
		.summary = "A line of the baseline matches nothing any more",
		.reason = "{words} accepts what is not there any more",
		.cure = "remove the line, or write the file anew with "
			"--write-baseline",
	},
	{
		.code = "SPN-904",
		.id = "MACHINE-LIMIT",
		.rule = "check",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_REFUSE,
		.rank = 4,
		.summary = "A machine gives itself more SPNs than it may have",
		.client = "'{spn}' would be more than the {words} service "
			  "principal names that a machine may give itself: "
			  "delete others, or ask an administrator",
		.reason = "the machine has given itself more than {words} "
			  "SPNs, which is machine-spn-limit",
		.cure = "find out what the machine does; an administrator may "
			"add more, or raise machine-spn-limit",
	},
	{}, /* ends the table */
};

const struct spn_message *spn_messages(void)
{
	return messages;
}

const struct spn_message *spn_message_by_code(const char *code)
{
	const struct spn_message *m = NULL;

	for (m = messages; m->code != NULL; m++) {
		if (strcasecmp(m->code, code) == 0) {
			return m;
		}
	}
	return NULL;
}

const char *spn_severity_text(enum spn_severity severity)
{
	static const char *const texts[] = {
		[SPN_SEVERITY_INFO] = "info",
		[SPN_SEVERITY_WARNING] = "warning",
		[SPN_SEVERITY_ERROR] = "error",
	};

	return texts[severity];
}
