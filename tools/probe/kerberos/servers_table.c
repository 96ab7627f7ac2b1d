/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each kind of server compares, besides having the right key.
 *
 * Those with MIT's libkrb5 follow one of three rules, by what they ask for
 * (lib/krb5/krb/rd_req_dec.c, decrypt_try_server()):
 *
 *  - no name at all: each key of the ticket's encryption type is tried;
 *  - a service at a host, without a realm ("HTTP@web01"): the same, of entries
 *    of that name;
 *  - a name with a realm ("HTTP/web01@EXAMPLE.COM"): the entry of exactly that
 *    name, the ticket's kvno and its encryption type.
 *
 * tests/tools/tool_probe_realms.py tries all three with the library of this
 * machine, and holds the rows against it.
 *
 * "measured": with real tickets, each way in which a keytab can be wrong, on
 * 28 November 2026. "read": in the source, and not tried.
 */
#include "keytab.h"

#include <strings.h>

#define DEBIAN_12 "measured on Debian 12: "

static const struct probe_server servers[] = {
	{
		.word = "apache",
		.title = "Apache with mod_auth_gssapi",
		.has_keytab = true,
		.user = "www-data",
		.source = DEBIAN_12 "Apache 2.4, mod_auth_gssapi 1.6.4",
	},
	{
		.word = "apache-name",
		.title = "Apache with mod_auth_gssapi and GssapiAcceptorName",
		.checks_name = true,
		.is_case_sensitive = true,
		.has_keytab = true,
		.user = "www-data",
		.source = DEBIAN_12 "Apache 2.4, mod_auth_gssapi 1.6.4",
	},
	{
		.word = "nginx",
		.title = "nginx with spnego-http-auth-nginx-module",
		.has_keytab = true,
		.user = "www-data",
		.source = "read: the module of July 2025, without "
			  "auth_gss_service_name",
	},
	{
		.word = "nginx-name",
		.title = "nginx with spnego-http-auth-nginx-module and "
			 "auth_gss_service_name",
		.checks_name = true,
		.checks_kvno = true,
		.is_case_sensitive = true,
		.has_keytab = true,
		.user = "www-data",
		.source = "read: the module of July 2025, which asks for a "
			  "name with a realm",
	},
	{
		.word = "lighttpd",
		.title = "lighttpd with mod_authn_gssapi",
		.checks_name = true,
		.checks_kvno = true,
		.is_case_sensitive = true,
		.has_keytab = true,
		.user = "www-data",
		.source = DEBIAN_12 "lighttpd 1.4.69",
	},
	{
		.word = "squid",
		.title = "squid with negotiate_kerberos_auth",
		.checks_name = true,
		.is_case_sensitive = true,
		.has_keytab = true,
		.user = "proxy",
		.restart = "systemctl restart squid",
		.source = DEBIAN_12 "squid 5.7, names; read: kvno",
	},
	{
		.word = "squid-name",
		.title = "squid with negotiate_kerberos_auth -s HTTP/HOST",
		.checks_name = true,
		.checks_kvno = true,
		.is_case_sensitive = true,
		.has_keytab = true,
		.user = "proxy",
		.restart = "systemctl restart squid",
		.source = DEBIAN_12 "squid 5.7",
	},
	{
		.word = "squid-any",
		.title = "squid with negotiate_kerberos_auth -s GSS_C_NO_NAME",
		.has_keytab = true,
		.user = "proxy",
		.restart = "systemctl restart squid",
		.source = DEBIAN_12 "squid 5.7",
	},
	{
		.word = "tomcat",
		.title = "Tomcat with Java 17",
		.refuses_rc4 = true,
		.has_keytab = true,
		.user = "tomcat",
		.source = DEBIAN_12 "Tomcat 10.1.60, Java 17",
	},
	{
		.word = "cups",
		.title = "CUPS",
		.has_keytab = true,
		.user = "root",
		.source = DEBIAN_12 "cupsd 2.4.2, names; read: kvno",
	},
	{
		.word = "gssproxy",
		.title = "gssproxy, for Apache and others",
		.has_keytab = true,
		.user = "root",
		.source = DEBIAN_12 "gssproxy 0.9.1",
	},
	{
		.word = "iis",
		.title = "IIS",
		.source = "it has the key from Windows",
	},
	{
		.word = "samba",
		.title = "Samba",
		.source = "it has the key in secrets.tdb or secrets.ldb; "
			  "smb.conf(5), kerberos method",
	},
};

const struct probe_server *probe_servers(size_t *_num_servers)
{
	*_num_servers = sizeof(servers) / sizeof(servers[0]);
	return servers;
}

const struct probe_server *probe_server_find(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		if (strcasecmp(servers[i].word, word) == 0) {
			return &servers[i];
		}
	}
	return NULL;
}
