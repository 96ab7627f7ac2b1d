/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verdicts on the keytab, the web server and the probe itself: 4, 5, 6.
 */
#include "messages.h"

const struct probe_message probe_keytab_opens = {
	.code = "WEB-400",
	.weight = PROBE_GOOD,
	.title = "the keytab opens the ticket",
	.explanation = "The key that the ticket is encrypted with is in the "
		       "keytab, and the server takes it.",
};

const struct probe_message probe_keytab_unreadable = {
	.code = "WEB-401",
	.weight = PROBE_FAULT,
	.title = "the server's user may not read the keytab",
	.explanation =
		"By its mode, or by those of the folders above, the user "
		"that the web server runs as cannot read the file. Apache "
		"says \"nonexistent or empty\" of it. Give the group of "
		"the server the right to read, and nobody else.",
};

const struct probe_message probe_keytab_broken = {
	.code = "WEB-402",
	.weight = PROBE_FAULT,
	.title = "the keytab cannot be used",
	.explanation = "The file is not there, is empty, is cut off, or is no "
		       "keytab.",
};

const struct probe_message probe_keytab_enctype = {
	.code = "WEB-403",
	.weight = PROBE_FAULT,
	.title = "the keytab lacks the ticket's encryption type",
	.explanation =
		"The keytab has keys of that account, but none of the "
		"encryption type that the ticket has. Mostly the ticket is "
		"RC4 and the keytab has only AES: set "
		"msDS-SupportedEncryptionTypes of the account, or export "
		"the keytab with all keys.",
};

const struct probe_message probe_keytab_old = {
	.code = "WEB-404",
	.weight = PROBE_FAULT,
	.title = "the keytab is older than the account's password",
	.explanation =
		"The key in the keytab has a lower number (kvno): the "
		"password was changed after the keytab was made. Make it "
		"again.",
};

const struct probe_message probe_keytab_new = {
	.code = "WEB-405",
	.weight = PROBE_FAULT,
	.title = "the keytab is newer than the ticket",
	.explanation =
		"The key in the keytab has a higher number (kvno) than the "
		"ticket: the client has an old ticket (kdestroy, kinit), "
		"the KDC has not replicated the new password, or the "
		"ticket is for another account.",
};

const struct probe_message probe_keytab_key = {
	.code = "WEB-406",
	.weight = PROBE_FAULT,
	.title = "another key under the same name and number",
	.explanation =
		"The keytab has this name and this kvno with another key: "
		"it belongs to another account or another domain, or was "
		"made with a wrong password or salt.",
};

const struct probe_message probe_keytab_name = {
	.code = "WEB-407",
	.weight = PROBE_FAULT,
	.title = "no key of that account",
	.explanation =
		"No key of the keytab opens the ticket, and no entry has "
		"its name: it is the keytab of another account.",
};

const struct probe_message probe_keytab_server_kvno = {
	.code = "WEB-408",
	.weight = PROBE_FAULT,
	.title = "right key, but the server compares kvno",
	.explanation =
		"The key is right, and only its number differs. Servers "
		"that choose the entry by its name and number (lighttpd, "
		"squid with -s HTTP/host) refuse it; Apache would take it. "
		"Make the keytab again.",
};

const struct probe_message probe_keytab_server_name = {
	.code = "WEB-409",
	.weight = PROBE_FAULT,
	.title = "right key, but under another name",
	.explanation =
		"The key is right, but this server looks for an entry with "
		"its own name. Apache does so with GssapiAcceptorName, "
		"squid and lighttpd always. Add an entry of that name, or "
		"let the server take any.",
};

const struct probe_message probe_keytab_server_case = {
	.code = "WEB-410",
	.weight = PROBE_FAULT,
	.title = "right key, but the name is in another case",
	.explanation =
		"The key is right, but this server compares the name byte "
		"for byte: HTTP in capitals, the host in small letters.",
};

const struct probe_message probe_keytab_server_rc4 = {
	.code = "WEB-411",
	.weight = PROBE_FAULT,
	.title = "right key, but the server refuses RC4",
	.explanation =
		"The ticket is encrypted with RC4, and this server (Java "
		"from version 17) does not take that, even with the right "
		"key. Set msDS-SupportedEncryptionTypes of the account to "
		"AES (24).",
};

const struct probe_message probe_entry_old = {
	.code = "WEB-412",
	.weight = PROBE_FAULT,
	.title = "an entry of the keytab has an old key",
	.explanation = "The account's password was changed after the keytab "
		       "was made, and the keytab has no entry of the new one. "
		       "Make it again.",
};

const struct probe_message probe_entry_wrong = {
	.code = "WEB-413",
	.weight = PROBE_FAULT,
	.title = "an entry of the keytab has another key",
	.explanation = "Its kvno is the account's, or higher, and its key is "
		       "not the account's: the keytab is of another account "
		       "or domain, or was made with a wrong password.",
};

const struct probe_message probe_entry_nobody = {
	.code = "WEB-414",
	.weight = PROBE_WARNING,
	.title = "nobody has the name of an entry",
	.explanation =
		"No KDC gives a ticket for it, so the entry is not used; a "
		"server that was set up with just this name does not work.",
};

const struct probe_message probe_entry_unknown = {
	.code = "WEB-415",
	.weight = PROBE_WARNING,
	.title = "an entry could not be tried",
	.explanation = "There was no ticket for its name; the text says why.",
};

const struct probe_message probe_keytab_damaged = {
	.code = "WEB-416",
	.weight = PROBE_WARNING,
	.title = "the keytab is damaged",
	.explanation =
		"Only the entries before that place are used, by web servers "
		"as well. A disk that was full, or a copy that broke off. "
		"Make the keytab again.",
};

const struct probe_message probe_keytab_exposed = {
	.code = "WEB-417",
	.weight = PROBE_WARNING,
	.title = "everybody may read the keytab",
	.explanation =
		"Whoever has the keys can be this service, and can make "
		"tickets for it in any user's name. Take the right to read "
		"from others; if strangers can log on here, give the account "
		"a new password, and make the keytab again.",
};

const struct probe_message probe_keytab_unused = {
	.code = "WEB-418",
	.weight = PROBE_WARNING,
	.title = "the web server uses another keytab",
	.explanation =
		"The web server opens a ticket that this keytab does not, so "
		"what is in the keytab says nothing of the site. Look in the "
		"server's configuration which one it uses. It may also have "
		"read this one before it was changed, and stop working when "
		"it is started again.",
};

const struct probe_message probe_keytab_unseen = {
	.code = "WEB-419",
	.weight = PROBE_WARNING,
	.title = "the keytab was not looked at",
	.explanation =
		"You may not read the file, which is as it should be for all "
		"but the web server. Run this as root, on the web server.",
};

const struct probe_message probe_http_works = {
	.code = "WEB-500",
	.weight = PROBE_GOOD,
	.title = "the web server accepts the ticket",
	.explanation = "The request with a ticket was answered, and the same "
		       "request without one was not.",
};

const struct probe_message probe_http_silent = {
	.code = "WEB-501",
	.weight = PROBE_FAULT,
	.title = "the web server gives no answer",
	.explanation = "No connection, no valid certificate, or no answer in "
		       "time. This is no matter of Kerberos.",
};

const struct probe_message probe_http_open = {
	.code = "WEB-502",
	.weight = PROBE_NOTE,
	.title = "the web server asks nobody to log on",
	.explanation =
		"The page comes without authentication. Give the URL of "
		"one that asks.",
};

const struct probe_message probe_http_no_negotiate = {
	.code = "WEB-503",
	.weight = PROBE_FAULT,
	.title = "the web server does not offer Negotiate",
	.explanation =
		"It answers 401 without WWW-Authenticate: Negotiate, so no "
		"client tries Kerberos.",
};

const struct probe_message probe_http_ntlm_only = {
	.code = "WEB-504",
	.weight = PROBE_FAULT,
	.title = "the web server offers NTLM and not Negotiate",
	.explanation =
		"So it is after the workaround of KB 871179, "
		"NTAuthenticationProviders set to NTLM. It hides a missing "
		"SPN, and costs single sign-on through proxies, "
		"delegation, and AES. Register the SPNs and offer "
		"Negotiate again.",
};

const struct probe_message probe_http_basic_only = {
	.code = "WEB-505",
	.weight = PROBE_FAULT,
	.title = "the web server offers only Basic",
	.explanation = "A password is asked for because the server wants one.",
};

const struct probe_message probe_http_refused = {
	.code = "WEB-506",
	.weight = PROBE_FAULT,
	.title = "the web server refuses the ticket",
	.explanation =
		"It answered 401 to a valid ticket and did not say why. "
		"Mostly it has not the key of the account that the ticket "
		"is for: try --keytab, and read its error log.",
};

const struct probe_message probe_http_key = {
	.code = "WEB-507",
	.weight = PROBE_FAULT,
	.title = "the web server cannot open the ticket",
	.explanation =
		"Its answer carries a Kerberos error: it has no key, or "
		"another one, for this ticket (errors 31, 35, 44, 45).",
};

const struct probe_message probe_http_clock = {
	.code = "WEB-508",
	.weight = PROBE_FAULT,
	.title = "the web server's clock is wrong",
	.explanation =
		"A ticket counts only if client and server agree on the "
		"time within five minutes. Set the server's clock.",
};

const struct probe_message probe_http_too_long = {
	.code = "WEB-509",
	.weight = PROBE_FAULT,
	.title = "the token is too long for the web server",
	.explanation =
		"It answered 400 (or 431) to a long Authorization header: "
		"a user in several hundred groups has a ticket of more "
		"than 8 KiB. Apache: LimitRequestFieldSize; Tomcat: "
		"maxHttpHeaderSize; IIS: MaxFieldLength and "
		"MaxRequestBytes. Nothing stands in Apache's log at its "
		"usual level.",
};

const struct probe_message probe_http_forbidden = {
	.code = "WEB-510",
	.weight = PROBE_NOTE,
	.title = "logged on, and not allowed",
	.explanation =
		"The web server knows who asks (403), and does not let him "
		"in. This is no matter of SPNs.",
};

const struct probe_message probe_http_elsewhere = {
	.code = "WEB-511",
	.weight = PROBE_NOTE,
	.title = "the web server sends the client elsewhere",
	.explanation =
		"Each host of a redirect has a name of its own. Probe that "
		"one, too.",
};

const struct probe_message probe_http_proxy = {
	.code = "WEB-512",
	.weight = PROBE_NOTE,
	.title = "a proxy answers",
	.explanation =
		"The answers are a proxy's (407). It has an SPN of its "
		"own, HTTP/ and the proxy's name as clients are set to it: "
		"probe that with --proxy.",
};

const struct probe_message probe_http_other = {
	.code = "WEB-513",
	.weight = PROBE_WARNING,
	.title = "the web server gives another answer",
	.explanation =
		"The status is none that says something of authentication.",
};

const struct probe_message probe_http_broke_off = {
	.code = "WEB-514",
	.weight = PROBE_FAULT,
	.title = "the web server does not answer a ticket",
	.explanation =
		"It answered without a ticket, and not, or not in time, with "
		"one. A server or a firewall that cuts long headers off, a "
		"module that crashes, or one that waits for something: its "
		"error log says more.",
};

const struct probe_message probe_http_no_token = {
	.code = "WEB-515",
	.weight = PROBE_FAULT,
	.title = "there is no ticket for who asks",
	.explanation =
		"The web server, or a proxy, asks for a ticket, and none "
		"could be had for its name. A proxy's name is HTTP/ and its "
		"host as clients are set to it.",
};

const struct probe_message probe_no_directory = {
	.code = "WEB-601",
	.weight = PROBE_NOTE,
	.title = "the directory was not seen",
	.explanation = "Holders, duplicates and halves of pairs could not be "
		       "looked at. Give -H and a way to log on.",
};

const struct probe_message probe_kdc_skipped = {
	.code = "WEB-602",
	.weight = PROBE_NOTE,
	.title = "no KDC was asked",
	.explanation =
		"Whether there is a ticket was not tried; what is said is "
		"what the directory lets expect.",
};

const struct probe_message probe_rc4_logged = {
	.code = "WEB-603",
	.weight = PROBE_NOTE,
	.title = "clients got it with RC4",
	.explanation = "The log of the KDC has tickets for this name that are "
		       "encrypted with RC4.",
};

const struct probe_message probe_answered_today = {
	.code = "WEB-604",
	.weight = PROBE_NOTE,
	.title = "clients did not get it, and today they would",
	.explanation =
		"The log has requests that failed, and the directory of "
		"now lets expect a ticket: it was mended in between, "
		"the failure had another reason (a clock, a user who "
		"was locked), or another controller answered.",
};
