/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of --help.
 */
#include "options_table.h"

static const struct poptOption option_table[] = {
	{
		.longName = "format",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FORMAT,
		.descrip = "How the report is written: text (default), "
			   "json, csv, html, prometheus, nagios",
		.argDescrip = "FORMAT",
	},
	{
		.longName = "output",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_OUTPUT,
		.descrip = "Write the report to FILE, whole or not at all",
		.argDescrip = "FILE",
	},
	{
		.longName = "from-ldif",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FROM_LDIF,
		.descrip = "Audit an LDIF export instead of a directory; "
			   "\"-\" is standard input",
		.argDescrip = "FILE",
	},
	{
		.longName = "rule",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_RULE,
		.descrip = "What a rule, code or id counts as: error, "
			   "warning, info, off; may be repeated",
		.argDescrip = "RULE=SEVERITY",
	},
	{
		.longName = "only",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_ONLY,
		.descrip = "Report only these rules, codes or ids",
		.argDescrip = "RULE,...",
	},
	{
		.longName = "min-severity",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_MIN_SEVERITY,
		.descrip = "Report only findings of error, warning or info "
			   "(default) and above; exit 1 for any of them",
		.argDescrip = "SEVERITY",
	},
	{
		.longName = "account",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_ACCOUNT,
		.descrip = "Report only findings of this account",
		.argDescrip = "NAME|DN",
	},
	{
		.longName = "base",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_BASE,
		.descrip = "Report only findings of accounts below DN",
		.argDescrip = "DN",
	},
	{
		.longName = "baseline",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_BASELINE,
		.descrip = "Count the findings that FILE accepts, and do not "
			   "report them",
		.argDescrip = "FILE",
	},
	{
		.longName = "write-baseline",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_WRITE_BASELINE,
		.descrip = "Write a FILE that accepts all findings of now",
		.argDescrip = "FILE",
	},
	{
		.longName = "fix-ldif",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FIX_LDIF,
		.descrip = "Write the repairs that need no decision as LDIF",
		.argDescrip = "FILE",
	},
	{
		.longName = "fix-setspn",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FIX_SETSPN,
		.descrip = "Write them as commands of setspn",
		.argDescrip = "FILE",
	},
	{
		.longName = "trend",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_TREND,
		.descrip = "With --format=html, show what earlier reports in "
			   "JSON had, too; \"*\" stands for any characters",
		.argDescrip = "FILES",
	},
	{
		.longName = "apply",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_APPLY,
		.descrip = "Show each repair, ask, and make it; what has been "
			   "done can be undone",
	},
	{
		.longName = "yes",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_YES,
		.descrip = "With --apply, make the repairs that need no "
			   "decision, and ask nothing",
	},
	{
		.longName = "undo",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_UNDO,
		.descrip = "With --apply, the new file that undoes it "
			   "(spn-audit-undo-TIME.ldif)",
		.argDescrip = "FILE",
	},
	{
		.longName = "keytab",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_KEYTAB,
		.descrip = "With --apply, what tells whose key a service has: "
			   "the keytab that it uses",
		.argDescrip = "FILE",
	},
	{
		.longName = "check-dns",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_CHECK_DNS,
		.descrip = "Ask DNS whether the hosts of SPNs exist",
	},
	{
		.longName = "check-dcs",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_CHECK_DCS,
		.descrip = "Ask every DC of the domain whether spn_policy is "
			   "in force there",
	},
	{
		.longName = "partial",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_PARTIAL,
		.descrip = "Report what could be read where a server does not "
			   "send everything",
	},
	{
		.longName = "verbose",
		.shortName = 'v',
		.argInfo = POPT_ARG_NONE,
		.val = OPT_VERBOSE,
		.descrip = "Say what is read, and how long it takes",
	},
	{
		.longName = "quiet",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_QUIET,
		.descrip = "Say nothing on standard error but what is wrong",
	},
	AUDIT_VIEW_ROWS(OPT_VIEW),
	{
		.longName = "watch",
		.argInfo = POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL,
		.val = OPT_WATCH,
		.descrip = "Go on: look for changes every SECONDS (10), and "
			   "print a line for each new and each fixed finding",
		.argDescrip = "SECONDS",
	},
	{
		.longName = "list-rules",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_LIST_RULES,
		.descrip = "List all rules with their codes, and exit",
	},
	{
		.longName = "explain",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_EXPLAIN,
		.descrip = "Say what rules, codes or ids mean (or all), and "
			   "exit",
		.argDescrip = "RULE,...",
	},
	{
		.longName = "config",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_CONFIG,
		.descrip = "Take options from FILE instead of "
			   "/etc/spn-audit.conf",
		.argDescrip = "FILE",
	},
	{
		.longName = "no-config",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_NO_CONFIG,
		.descrip = "Take options from no file",
	},
	{
		.longName = "dns-server",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_DNS_SERVER,
		.descrip = "With --check-dns, ask these servers",
		.argDescrip = "ADDRESS,...",
	},
	{
		.longName = "kdc-default-enctypes",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_KDC_TYPES,
		.descrip = "What the KDC takes for accounts without "
			   "msDS-SupportedEncryptionTypes, if that is not "
			   "known",
		.argDescrip = "LIST",
	},
	{
		.longName = "page-size",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_PAGE_SIZE,
		.descrip = "Ask a server for N entries at a time (default: 0, "
			   "all)",
		.argDescrip = "N",
	},
	{
		.longName = "stale-days",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_STALE_DAYS,
		.descrip = "After how long without a logon a computer is "
			   "forgotten (90)",
		.argDescrip = "DAYS",
	},
	{
		.longName = "password-days",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_PASSWORD_DAYS,
		.descrip = "From what age on the password of a service is old "
			   "(365)",
		.argDescrip = "DAYS",
	},
	{
		.longName = "dns-timeout",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_DNS_TIMEOUT,
		.descrip = "How long the first try of --check-dns may last "
			   "(2000)",
		.argDescrip = "MILLISECONDS",
	},
	{
		.longName = "dns-tries",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_DNS_TRIES,
		.descrip = "How often a DNS server is asked (3)",
		.argDescrip = "N",
	},
	{
		.longName = "dns-queries",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_DNS_QUERIES,
		.descrip = "How many questions to DNS are under way at a time "
			   "(50)",
		.argDescrip = "N",
	},
	POPT_TABLEEND,
};

/* While they are read. */

const struct poptOption *audit_option_table(void)
{
	return option_table;
}
