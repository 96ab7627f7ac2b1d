/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which servers are read by OpenLDAP's libldap, and not by Samba's client:
 * those where the way to log on is known to be the same for both.
 *
 *	ldap://NAME	Kerberos, with a ticket that is there
 *	ldaps://	a simple bind, and the checks of TLS as in smb.conf
 *	ldapi://	nothing: the socket knows who comes
 *
 * Whatever fails until then is tried again by Samba's client, which has a
 * reason to tell; so nothing is said here. Only a password that was refused is
 * not sent a second time, since these are counted.
 *
 * smb.conf and Samba's credentials are asked in this file only, and not
 * before the rest is known to fit.
 */
#include "connect_private.h"

#include "ldap_private.h"
#include "policy/host_pair.h"
#include "samba.h"

#include <ldb_module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* For --option, in tests: "no" leaves all to Samba's client. */
#define SWITCH_SECTION "spn_policy"
#define SWITCH_NAME "libldap"

enum way {
	WAY_NONE, /* Samba's client */
	WAY_SOCKET,
	WAY_TICKET,
	WAY_PASSWORD,
};

/* ------------------------------------------------------------- of smb.conf */

/* As smb.conf or its default has it, on mem_ctx; NULL: it cannot be told. */
static char *parameter(TALLOC_CTX *mem_ctx,
		       struct loadparm_context *loadparm,
		       const char *name)
{
	char *printed = NULL;
	char *value = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&printed, &len);
	bool ok = false;
	int ret = -1;

	if (stream == NULL) {
		return NULL;
	}
	ok = samba_config()->lpcfg_dump_a_parameter(loadparm,
						    NULL,
						    name,
						    stream);
	ret = fclose(stream);
	if (ok && ret == 0 && printed != NULL) {
		value = talloc_strndup(mem_ctx,
				       printed,
				       strcspn(printed, "\n"));
	}
	free(printed);
	return value;
}

static const char *if_there(const char *path)
{
	return (path != NULL && path[0] != '\0' && access(path, R_OK) == 0)
		       ? path
		       : NULL;
}

/*
 * smb.conf(5), "tls verify peer". What cannot be done as strictly is not done
 * here: False.
 */
static bool tls_of(TALLOC_CTX *mem_ctx,
		   struct loadparm_context *loadparm,
		   struct connect_tls *_tls)
{
	const char *verify = parameter(mem_ctx, loadparm, "tls verify peer");

	/* A choice of ciphers is GnuTLS', and libldap may have another TLS. */
	if (verify == NULL ||
	    !samba_config()->lpcfg_parm_is_unspecified(loadparm,
						       "tls priority"))
	{
		return false;
	}
	if (strcmp(verify, "no_check") == 0) {
		*_tls = (struct connect_tls){.trusts_any = true};
		return true;
	}
	/* A list of what was revoked is Samba's: Debian 13's libldap does not
	 * look at it. "as_strict_as_possible" needs one. */
	if ((strcmp(verify, "ca_and_name") != 0 &&
	     strcmp(verify, "ca_and_name_if_available") != 0) ||
	    if_there(samba_config()->lpcfg_tls_crlfile(mem_ctx, loadparm)) !=
		    NULL)
	{
		return false;
	}
	*_tls = (struct connect_tls){
		.ca_file = if_there(
			samba_config()->lpcfg_tls_cafile(mem_ctx, loadparm)),
	};
	return _tls->ca_file != NULL;
}

/* NULL: the command line says nothing that is Samba's. */
static struct cli_credentials *credentials_of(
	const struct spn_connect *connect)
{
	return (connect->home == NULL)
		       ? NULL
		       : ldb_get_opaque(connect->home, "credentials");
}

/* NULL: no simple bind is asked for. */
static const char *bind_dn_of(const struct spn_connect *connect)
{
	struct cli_credentials *credentials = credentials_of(connect);

	return (credentials == NULL)
		       ? connect->bind_dn
		       : samba()->cli_credentials_get_bind_dn(credentials);
}

/* Asked for at the terminal, if it was not given. */
static const char *password_of(const struct spn_connect *connect)
{
	struct cli_credentials *credentials = credentials_of(connect);

	return (credentials == NULL)
		       ? connect->password
		       : samba()->cli_credentials_get_password(credentials);
}

/* ------------------------------------------------------------- which way */

static bool begins(const char *url, const char *scheme)
{
	return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

/* That a KDC may know it by: no address. */
static bool has_name(TALLOC_CTX *mem_ctx, const char *url)
{
	const char *host = strstr(url, "://") + strlen("://");
	const char *name = talloc_strndup(mem_ctx, host, strcspn(host, ":/"));

	return connect_safe_name(name) != NULL &&
	       strcasecmp(name, "localhost") != 0 &&
	       !spn_host_is_ip(spn_str_of(name));
}

/* A plain file, of which all is known; NULL: there is none that is valid. */
static const char *ticket_file(TALLOC_CTX *mem_ctx)
{
	struct connect_ticket ticket = {};
	time_t now = time(NULL);

	if (!connect_ticket_read(mem_ctx, NULL, &ticket) || !ticket.is_there ||
	    (time_t)ticket.starts > now || (time_t)ticket.ends <= now)
	{
		return NULL;
	}
	return ticket.path;
}

static enum way way_to(TALLOC_CTX *mem_ctx,
		       const struct spn_connect *connect,
		       const struct spn_connect_options *options,
		       const char *url)
{
	struct connect_login login = connect_login_of(connect->argv);
	struct cli_credentials *credentials = NULL;

	if (begins(url, "ldapi://") && options->as_nobody) {
		return WAY_SOCKET;
	}
	if (options->as_nobody) {
		return WAY_NONE;
	}
	if (begins(url, "ldap://")) {
		return (login.is_by_ticket && has_name(mem_ctx, url))
			       ? WAY_TICKET
			       : WAY_NONE;
	}
	credentials = credentials_of(connect);
	if (begins(url, "ldapi://")) {
		return (login.is_chosen ||
			(credentials != NULL &&
			 samba()->cli_credentials_authentication_requested(
				 credentials)))
			       ? WAY_NONE
			       : WAY_SOCKET;
	}
	return (begins(url, "ldaps://") && bind_dn_of(connect) != NULL)
		       ? WAY_PASSWORD
		       : WAY_NONE;
}

/* ---------------------------------------------------------------- to go it */

static enum connect_ldap log_on_by_password(const struct spn_connect *connect,
					    struct ldb_context *ldb,
					    struct connect_link *link,
					    const struct connect_tls *tls)
{
	const char *password = NULL;
	int code = -1;

	if (!connect_link_start_tls(link, tls)) {
		return CONNECT_LDAP_LEFT;
	}
	password = password_of(connect);
	if (password != NULL) {
		code = connect_link_bind_simple(link,
						ldb,
						bind_dn_of(connect),
						password);
	}
	if (code == LDAP_SUCCESS) {
		return CONNECT_LDAP_DONE;
	}
	return (code < 0) ? CONNECT_LDAP_LEFT : CONNECT_LDAP_REFUSED;
}

static enum connect_ldap log_on(TALLOC_CTX *mem_ctx,
				struct spn_connect *connect,
				struct ldb_context *ldb,
				const char *url,
				enum way way)
{
	enum connect_ldap answer = CONNECT_LDAP_DONE;
	struct connect_link *link = NULL;
	struct connect_tls tls = {};
	const char *ticket = NULL;

	if (way == WAY_TICKET) {
		ticket = ticket_file(mem_ctx);
		if (ticket == NULL) {
			return CONNECT_LDAP_LEFT;
		}
	}
	/* For localhost libldap takes the certificate of this machine. */
	if (way == WAY_PASSWORD &&
	    (!tls_of(mem_ctx, spn_connect_loadparm(connect), &tls) ||
	     (!tls.trusts_any && !has_name(mem_ctx, url))))
	{
		return CONNECT_LDAP_LEFT;
	}
	tls.timeout = connect->timeout;
	link = connect_link_open(mem_ctx, url);
	if (link == NULL || (way == WAY_TICKET &&
			     !connect_link_bind_ticket(link, ldb, ticket)))
	{
		return CONNECT_LDAP_LEFT;
	}
	if (way == WAY_PASSWORD) {
		answer = log_on_by_password(connect, ldb, link, &tls);
	}
	if (answer == CONNECT_LDAP_DONE && !connect_ldap_attach(ldb, link)) {
		return CONNECT_LDAP_LEFT;
	}
	return answer;
}

static bool is_switched_on(struct spn_connect *connect)
{
	if (connect->config_options != NULL) {
		(void)spn_connect_loadparm(connect);
	}
	return connect->loadparm == NULL ||
	       samba_config()->lpcfg_parm_bool(connect->loadparm,
					       NULL,
					       SWITCH_SECTION,
					       SWITCH_NAME,
					       true);
}

enum connect_ldap connect_ldap(struct spn_connect *connect,
			       struct ldb_context *ldb,
			       const struct spn_connect_options *options,
			       const char *url)
{
	enum connect_ldap answer = CONNECT_LDAP_LEFT;
	TALLOC_CTX *tmp_ctx = NULL;
	enum way way = WAY_NONE;

	if (!options->read_only || spn_connect_local_path(url) != NULL) {
		return CONNECT_LDAP_LEFT;
	}
	tmp_ctx = talloc_new(connect);
	if (tmp_ctx == NULL) {
		return CONNECT_LDAP_LEFT;
	}
	way = way_to(tmp_ctx, connect, options, url);
	if (way != WAY_NONE && is_switched_on(connect)) {
		answer = log_on(tmp_ctx, connect, ldb, url, way);
	}
	talloc_free(tmp_ctx);
	/* Whoever was silent is not waited for again. */
	return (answer == CONNECT_LDAP_LEFT && spn_connect_is_given_up(ldb))
		       ? CONNECT_LDAP_REFUSED
		       : answer;
}
