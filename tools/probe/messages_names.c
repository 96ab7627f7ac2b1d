/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verdicts on names, accounts and the tickets of the client: 1, 2, 3.
 */
#include "messages.h"

const struct probe_message probe_no_address = {
	.code = "WEB-101",
	.weight = PROBE_FAULT,
	.title = "the host has no address",
	.explanation =
		"The name in the URL is not in DNS, or DNS did not answer "
		"in time. No client gets as far as Kerberos. Clients that "
		"canonicalise names (libkrb5's default) cannot even ask "
		"for a ticket.",
};

const struct probe_message probe_no_names = {
	.code = "WEB-102",
	.weight = PROBE_WARNING,
	.title = "libkrb5 cannot be used",
	.explanation =
		"The Kerberos library of this machine cannot be set up, "
		"most often because of a mistake in krb5.conf. What it "
		"would ask for is not known; only the names that other "
		"clients ask for are shown.",
};

const struct probe_message probe_dns_late = {
	.code = "WEB-103",
	.weight = PROBE_WARNING,
	.title = "a part of DNS does not answer",
	.explanation =
		"The host has an address, and the zone of that address did "
		"not answer in time. Clients that ask for the name of the "
		"address (PTR; libkrb5's default) wait as long, each time, "
		"and the name that they would ask a KDC for is not among "
		"these.",
};

const struct probe_message probe_dns_odd = {
	.code = "WEB-104",
	.weight = PROBE_WARNING,
	.title = "DNS gives a name that is none",
	.explanation =
		"Where a CNAME or PTR leads there is a name with letters "
		"that no host may have. Clients that follow it ask for "
		"something that nobody can hold. Mend the record.",
};

const struct probe_message probe_works = {
	.code = "WEB-200",
	.weight = PROBE_GOOD,
	.title = "works",
	.explanation =
		"A KDC gives a ticket for this name, and nothing is known "
		"that speaks against the account whose key it is encrypted "
		"with. Whether the web server has that key only --keytab "
		"or --http can tell.",
};

const struct probe_message probe_nobody = {
	.code = "WEB-201",
	.weight = PROBE_FAULT,
	.title = "nobody has it",
	.explanation =
		"No account holds this SPN, none of the same host holds "
		"HOST/ for it, and no computer has its first label as CN. "
		"A client that asks for it hears error 7 "
		"(KDC_ERR_S_PRINCIPAL_UNKNOWN), goes on with NTLM, or asks "
		"for a password. Give it to the account that the web site "
		"runs as.",
};

const struct probe_message probe_duplicate = {
	.code = "WEB-202",
	.weight = PROBE_FAULT,
	.title = "two or more accounts hold it",
	.explanation =
		"A KDC that finds several accounts for one SPN answers "
		"error 7, as if nobody had it. Take it away from all but "
		"the one that the web site runs as.",
};

const struct probe_message probe_hidden_duplicate = {
	.code = "WEB-203",
	.weight = PROBE_FAULT,
	.title = "one account holds it, and a computer has that CN",
	.explanation =
		"A Samba KDC looks for HOST/NAME among computer objects by "
		"their CN, too. So the holder and that computer are two, "
		"and the answer is error 7, though a search for the SPN "
		"finds one account. Rename or delete the computer, or use "
		"another name.",
};

const struct probe_message probe_several_computers = {
	.code = "WEB-204",
	.weight = PROBE_FAULT,
	.title = "several computers have that CN",
	.explanation =
		"Nobody holds the SPN, and more than one computer object "
		"has the first label of the host as CN, in different "
		"containers. The KDC finds all of them and answers error "
		"7.",
};

const struct probe_message probe_other_account = {
	.code = "WEB-205",
	.weight = PROBE_FAULT,
	.title = "the ticket is for another account",
	.explanation =
		"A ticket is given, but encrypted with the key of an "
		"account that is not the web site's: it stands in by HOST/ "
		"(sPNMappings), or it is a computer whose CN is the first "
		"label of the name. The web server cannot open it: 401.1, "
		"and the browser asks for a password, often three times. "
		"Register the name for the account of the site; then it "
		"goes before what only stands in. Whatever else takes http "
		"tickets with the computer's own key by that name (WinRM, "
		"another site) does not get them any more: give the site a "
		"name of its own then.",
};

const struct probe_message probe_computer = {
	.code = "WEB-206",
	.weight = PROBE_NOTE,
	.title = "a computer's key",
	.explanation =
		"The ticket is encrypted with the key of a computer "
		"account. That is right for a web server that runs as the "
		"computer itself (a keytab made by joining). A web site "
		"that runs as an account of its own cannot open it.",
};

const struct probe_message probe_no_key = {
	.code = "WEB-207",
	.weight = PROBE_FAULT,
	.title = "the account has no key",
	.explanation =
		"The account was found and has no key that the KDC may "
		"use: a computer that was created and has never joined, or "
		"one that may only use DES. Error 14 "
		"(KDC_ERR_ETYPE_NOSUPP). Let it join, or set a password. A "
		"group managed service account (gMSA) has none on Samba 4.17, "
		"which does not make its password: take another account "
		"there, for it is to have no password that people set.",
};

const struct probe_message probe_own_domain = {
	.code = "WEB-208",
	.weight = PROBE_FAULT,
	.title = "the third part is the domain",
	.explanation =
		"An SPN whose third part is the domain's own name is "
		"answered only for a domain controller. Web clients do not "
		"ask for such names.",
};

const struct probe_message probe_half_missing = {
	.code = "WEB-209",
	.weight = PROBE_WARNING,
	.title = "the other half of the pair is missing",
	.explanation =
		"Clients ask by the short name and by the full one "
		"(Microsoft KB 871179). One of the two is not registered, "
		"so some of them get no ticket, or one for a computer. "
		"Internet Explorer changes to the NetBIOS name after 30 "
		"minutes: then it works at first and asks for a password "
		"later.",
};

const struct probe_message probe_half_elsewhere = {
	.code = "WEB-210",
	.weight = PROBE_FAULT,
	.title = "the other half is another account's",
	.explanation =
		"The short name and the full name lead to two accounts. "
		"The web server has one key, so whoever asks by the other "
		"name is asked for a password.",
};

const struct probe_message probe_disabled = {
	.code = "WEB-211",
	.weight = PROBE_NOTE,
	.title = "the account is disabled or expired",
	.explanation = "A Samba KDC gives tickets for a service whatever the "
		       "state of its account is; Windows does not. It works "
		       "today, and stops when a Windows DC answers, or when "
		       "somebody cleans up.",
};

const struct probe_message probe_rc4 = {
	.code = "WEB-212",
	.weight = PROBE_NOTE,
	.title = "the ticket is encrypted with RC4",
	.explanation =
		"The account has no msDS-SupportedEncryptionTypes, and a "
		"KDC of Samba before 4.24 then takes RC4, whatever keys "
		"there are. A keytab with AES keys only cannot open it, "
		"and Java refuses it. Set the types to AES (24), once the "
		"keytab of the web server has AES keys; else it opens no "
		"ticket any more.",
};

const struct probe_message probe_https = {
	.code = "WEB-213",
	.weight = PROBE_WARNING,
	.title = "https/ is registered, and nobody asks for it",
	.explanation =
		"Clients ask for HTTP/ whether the URL begins with http or "
		"https. Register http/ instead.",
};

const struct probe_message probe_disagree = {
	.code = "WEB-214",
	.weight = PROBE_WARNING,
	.title = "the KDC and the directory differ",
	.explanation =
		"The KDC's answer is not what its directory lets expect: "
		"another domain controller that has not replicated yet, a "
		"change a moment ago, or a directory and a KDC of "
		"different domains. Ask again, with -H for the DC that has "
		"answered.",
};

const struct probe_message probe_unexplained = {
	.code = "WEB-215",
	.weight = PROBE_FAULT,
	.title = "no ticket",
	.explanation =
		"The KDC gives no ticket for this name; why cannot be said "
		"without the directory. Give -H and a way to log on.",
};

const struct probe_message probe_other_service = {
	.code = "WEB-216",
	.weight = PROBE_NOTE,
	.title = "a name of another service",
	.explanation = "Programs that open no web page (ssh, smbclient, psql) "
		       "ask for "
		       "it on the same host. It is no name of the web site, "
		       "and is to "
		       "stay with who has it.",
};

const struct probe_message probe_kdc_lacks = {
	.code = "WEB-217",
	.weight = PROBE_FAULT,
	.title = "the KDC does not have it, and the directory does",
	.explanation =
		"Whoever asks this KDC is asked for a password; who asks "
		"another "
		"one may not be. A change was made on one domain controller "
		"and "
		"has not come to the other (samba-tool drs showrepl), or it "
		"was "
		"made a moment ago, or directory and KDC are of different "
		"domains. Ask again, with -H for the DC whose KDC has "
		"answered.",
};

const struct probe_message probe_no_tgt = {
	.code = "WEB-301",
	.weight = PROBE_WARNING,
	.title = "no ticket to begin with",
	.explanation =
		"There is no valid ticket-granting ticket, so a KDC could "
		"not be asked: log on with kinit, or give -U. A browser "
		"without one asks for a password, too.",
};

const struct probe_message probe_no_kdc = {
	.code = "WEB-302",
	.weight = PROBE_FAULT,
	.title = "no KDC answers",
	.explanation =
		"No KDC of the realm answered in time. Look at krb5.conf "
		"([realms], dns_lookup_kdc), at the SRV records "
		"_kerberos._tcp of the realm, and at port 88.",
};

const struct probe_message probe_client_clock = {
	.code = "WEB-303",
	.weight = PROBE_FAULT,
	.title = "this machine's clock is wrong",
	.explanation =
		"The KDC refuses requests whose time is more than five "
		"minutes off (error 37). Set the clock, best with a time "
		"service that the domain controllers use, too, and log on "
		"again.",
};

const struct probe_message probe_client_refused = {
	.code = "WEB-304",
	.weight = PROBE_FAULT,
	.title = "the KDC refuses this user",
	.explanation =
		"Error 12 (KDC_ERR_POLICY) or 18 (KDC_ERR_CLIENT_REVOKED): "
		"the user's account was disabled, locked or has expired "
		"since he logged on. It has nothing to do with the web "
		"site.",
};

const struct probe_message probe_other_error = {
	.code = "WEB-305",
	.weight = PROBE_FAULT,
	.title = "the KDC answers another error",
	.explanation = "The text is the KDC's.",
};

const struct probe_message probe_old_ticket = {
	.code = "WEB-306",
	.weight = PROBE_WARNING,
	.title = "your own ticket is an old one",
	.explanation =
		"The user's cache has a ticket for this name that a KDC "
		"would not give any more: the name was moved, or the "
		"account has a new password. Clients use it until it ends, "
		"so what was mended seems not to be. Log on again (kdestroy "
		"and kinit; on Windows klist purge, or log off).",
};
