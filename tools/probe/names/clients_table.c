/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which client takes which way. The rows of Unix clients hold against what was
 * measured with the real programs (tests/tools/tool_probe_names.py); those of
 * Windows are from public documents, and nobody has measured them here.
 */
#include "probe/names/ways.h"

#define MEASURED "measured"
#define DOCUMENTS "documents"
#define MDN                                                                   \
	"https://developer.mozilla.org/en-US/docs/Mozilla/"                   \
	"Integrated_authentication"
#define CHROMIUM                                                              \
	"https://www.chromium.org/developers/design-documents/"               \
	"http-authentication/"
#define MICROSOFT                                                             \
	"https://learn.microsoft.com/en-us/troubleshoot/developer/"           \
	"webapps/iis/www-authentication-authorization/"                       \
	"troubleshoot-kerberos-failures-ie"
#define TRY_IP_SPN                                                            \
	"type the name of the host, or on each client set "                   \
	"TryIPSPN to 1 in "                                                   \
	"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"                \
	"Policies\\System\\Kerberos\\Parameters"
#define TRUSTED_URIS                                                          \
	"about:config, network.negotiate-auth.trusted-uris "                  \
	"names the site"

static const struct probe_client clients[] = {
	{
		.name = "curl",
		.version = "7.88.1, 8.14.1",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "curl",
		.version = "7.88.1, 8.14.1",
		.setting = "krb5.conf: dns_canonicalize_hostname = false",
		.service = "HTTP",
		.way = &probe_way_libkrb5_no_dns,
		.source = MEASURED,
	},
	{
		.name = "curl",
		.version = "7.88.1",
		.setting = "krb5.conf: dns_canonicalize_hostname = false, "
			   "qualify_shortname = \"\"",
		.service = "HTTP",
		.way = &probe_way_libkrb5_no_dns_no_domain,
		.source = MEASURED,
	},
	{
		.name = "curl",
		.version = "7.88.1, 8.14.1",
		.setting = "krb5.conf: dns_canonicalize_hostname = fallback",
		.service = "HTTP",
		.way = &probe_way_libkrb5_fallback,
		.source = MEASURED,
	},
	{
		.name = "curl",
		.version = "7.88.1, 8.14.1",
		.setting = "krb5.conf: rdns = false",
		.service = "HTTP",
		.way = &probe_way_libkrb5_no_rdns,
		.source = MEASURED,
	},
	{
		.name = "Firefox",
		.version = "153.8.0",
		.service = "HTTP",
		.way = &probe_way_none,
		.remedy =
			"in about:config, set "
			"network.negotiate-auth.trusted-uris to the host, or "
			"policy Authentication, SPNEGO",
		.source = MDN,
		.is_usual = true,
	},
	{
		.name = "Firefox",
		.version = "153.8.0",
		.setting = TRUSTED_URIS,
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "Chromium",
		.version = "156.0.8078",
		.service = "HTTP",
		.way = &probe_way_none,
		.remedy = "set the policy AuthServerAllowlist to the host, in "
			  "/etc/chromium/policies/managed/",
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "Chromium",
		.version = "156.0.8078",
		.setting = "policy AuthServerAllowlist names the site",
		.service = "HTTP",
		.way = &probe_way_cname_libkrb5,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "Chromium",
		.version = "156.0.8078",
		.setting = "policy DisableAuthNegotiateCnameLookup",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "Chromium",
		.version = "156.0.8078",
		.setting = "policy EnableAuthNegotiatePort",
		.service = "HTTP",
		.way = &probe_way_cname_port_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "Falkon",
		.version = "22.12.1",
		.service = "HTTP",
		.way = &probe_way_none,
		.remedy = "start it with --auth-server-allowlist=HOST",
		.source = MEASURED,
	},
	{
		.name = "Falkon",
		.version = "22.12.1",
		.setting = "--auth-server-allowlist",
		.service = "HTTP",
		.way = &probe_way_cname_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "Java HttpURLConnection",
		.version = "17, 21",
		.service = "HTTP",
		.way = &probe_way_java,
		.needs = PROBE_NEEDS_ASCII,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "Apache HttpClient",
		.version = "4.5.14",
		.service = "HTTP",
		.way = &probe_way_java_httpclient,
		.needs = PROBE_NEEDS_ASCII,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "git",
		.version = "2.39.5, 2.47.3",
		.service = "HTTP",
		.way = &probe_way_none,
		.remedy = "type: git config --global http.emptyAuth true",
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "git",
		.version = "2.39.5, 2.47.3",
		.setting = "http.emptyAuth = true",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "git",
		.version = "2.39.5",
		.setting = "the URL is http://:@HOST/",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "requests-kerberos",
		.version = "0.12.0",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "requests-kerberos",
		.version = "0.14.0",
		.service = "HTTP",
		.way = &probe_way_none,
		.remedy = "on Debian 13 its module krb5 is not packaged: pip "
			  "install krb5, in an environment of its own",
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "libsoup",
		.version = "3.2.3, 3.6.5",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.needs = PROBE_NEEDS_HTTPS,
		.remedy = "for http set SOUP_GSSAPI_TRUSTED_URIS=http: (port "
			  "80 only)",
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "libsoup",
		.version = "3.2.3",
		.setting = "SOUP_GSSAPI_TRUSTED_URIS=http:",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.needs = PROBE_NEEDS_HTTP_80,
		.remedy = "set SOUP_GSSAPI_TRUSTED_URIS to the exact host",
		.source = MEASURED,
	},
	{
		.name = "Subversion",
		.version = "1.14.2, 1.14.5",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.needs = PROBE_NEEDS_ASCII,
		.source = MEASURED,
	},
	{
		.name = "elinks",
		.version = "0.13.2, 0.18.0",
		.service = "HTTP",
		.way = &probe_way_libkrb5_utf8,
		.source = MEASURED,
	},
	{
		.name = "LWP::Authen::Negotiate",
		.version = "0.08",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "wget",
		.version = "1.21.3, Debian 13",
		.service = "HTTP",
		.way = &probe_way_none,
		.remedy = "it has no Kerberos: use curl --negotiate --user :",
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "wget2",
		.version = "1.99.1, 2.2.0",
		.service = "HTTP",
		.way = &probe_way_none,
		.remedy = "it has no Kerberos: use curl --negotiate --user :",
		.source = MEASURED,
	},
	{
		.name = "PHP curl",
		.version = "8.2.36, 8.4.28",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "Node kerberos",
		.version = "7.0.0",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "ruby-gssapi",
		.version = "1.2.0",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.needs = PROBE_NEEDS_ASCII,
		.source = MEASURED,
	},
	{
		.name = "gokrb5",
		.version = "8.4.3",
		.service = "HTTP",
		.way = &probe_way_gokrb5,
		.source = MEASURED,
		.is_usual = true,
	},
	{
		.name = "go-spnego",
		.version = "20190506",
		.service = "HTTP",
		.way = &probe_way_go_spnego,
		.needs = PROBE_NEEDS_ASCII,
		.source = MEASURED,
	},
	{
		.name = "cadaver",
		.version = "0.24",
		.service = "HTTP",
		.way = &probe_way_libkrb5,
		.needs = PROBE_NEEDS_HTTPS,
		.remedy = "type the URL with https://",
		.source = MEASURED,
	},
	{
		.name = "Internet Explorer on Windows",
		.version = "11, " DOCUMENTS,
		.service = "HTTP",
		.way = &probe_way_cname_netbios,
		.needs = PROBE_NEEDS_NAME,
		.remedy = TRY_IP_SPN,
		.source = "KB 871179; " MICROSOFT,
		.is_usual = true,
	},
	{
		.name = "Internet Explorer on Windows",
		.version = "11, " DOCUMENTS,
		.setting = "FEATURE_INCLUDE_PORT_IN_SPN_KB908209",
		.service = "HTTP",
		.way = &probe_way_cname_port,
		.needs = PROBE_NEEDS_NAME,
		.remedy = TRY_IP_SPN,
		.source = MICROSOFT,
	},
	{
		.name = "Edge and Chrome on Windows",
		.version = DOCUMENTS,
		.service = "HTTP",
		.way = &probe_way_cname,
		.needs = PROBE_NEEDS_NAME,
		.remedy = TRY_IP_SPN,
		.source = CHROMIUM,
		.is_usual = true,
	},
	{
		.name = "Edge and Chrome on Windows",
		.version = DOCUMENTS,
		.setting = "policy DisableAuthNegotiateCnameLookup",
		.service = "HTTP",
		.way = &probe_way_host,
		.needs = PROBE_NEEDS_NAME,
		.remedy = TRY_IP_SPN,
		.source = CHROMIUM,
	},
	{
		.name = "Edge and Chrome on Windows",
		.version = DOCUMENTS,
		.setting = "policy EnableAuthNegotiatePort",
		.service = "HTTP",
		.way = &probe_way_cname_port,
		.needs = PROBE_NEEDS_NAME,
		.remedy = TRY_IP_SPN,
		.source = CHROMIUM,
	},
	{
		.name = "Firefox on Windows",
		.version = DOCUMENTS,
		.setting = TRUSTED_URIS,
		.service = "HTTP",
		.way = &probe_way_host,
		.needs = PROBE_NEEDS_NAME,
		.remedy = TRY_IP_SPN,
		.source = MDN,
		.is_usual = true,
	},
	{
		.name = "ssh",
		.version = "9.2p1",
		.service = "host",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "psql",
		.version = "15.18",
		.service = "postgres",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "ldap3",
		.version = "2.9.1",
		.service = "ldap",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "ldapsearch",
		.version = "2.5.13",
		.service = "ldap",
		.way = &probe_way_ptr_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "ldapsearch",
		.version = "2.5.13",
		.setting = "-N",
		.service = "ldap",
		.way = &probe_way_libkrb5,
		.source = MEASURED,
	},
	{
		.name = "smbclient",
		.version = "4.17.12",
		.service = "cifs",
		.way = &probe_way_as_typed,
		.needs = PROBE_NEEDS_NAME,
		.remedy = "type the name of the host",
		.source = MEASURED,
	},
};

const struct probe_client *probe_clients(size_t *_num_clients)
{
	*_num_clients = sizeof(clients) / sizeof(clients[0]);
	return clients;
}

const char *probe_client_rule(const struct probe_client *client)
{
	return client->way->rule;
}
