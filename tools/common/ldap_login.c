/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logging on at a server by OpenLDAP's libldap.
 *
 * Kerberos is that of Cyrus SASL and MIT's library. It asks the KDC for a
 * server by the name that its address has in DNS, unless it is told not to;
 * whoever answers for DNS could then send us to a server of his own. Samba's
 * client asks for the name in the URL, and so it is here. MIT's library knows
 * no other way to be told than a file of settings, so it gets one of ours
 * before those of the machine, in memory, and only while we log on.
 */
#include "ldap_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sasl/sasl.h>
#include <sys/mman.h>

/* Seconds for a message of the other side, while TLS starts, at most. */
#define TLS_WITHIN 5

/* With 1 nobody on the way can change anything; what libsasl2 takes by itself
 * is the best that both sides have, and that nobody can read, either. */
#define SECURITY "minssf=1,noplain,noanonymous"

/* -------------------------------------------------------------------- TLS */

static bool set_number(LDAP *ld, int option, int value)
{
	return ldap_set_option(ld, option, &value) == LDAP_OPT_SUCCESS;
}

static bool set_text(LDAP *ld, int option, const char *text)
{
	return text == NULL ||
	       ldap_set_option(ld, option, text) == LDAP_OPT_SUCCESS;
}

/* "TLS1.2" of GnuTLS, "TLSv1.2" of OpenSSL. It is looked at, since with GnuTLS
 * libldap takes no notice of LDAP_OPT_X_TLS_PROTOCOL_MIN. */
static bool is_new_enough(LDAP *ld)
{
	char *version = NULL;
	bool ok = ldap_get_option(ld, LDAP_OPT_X_TLS_VERSION, &version) ==
			  LDAP_OPT_SUCCESS &&
		  version != NULL &&
		  (strstr(version, "1.2") != NULL ||
		   strstr(version, "1.3") != NULL);

	ldap_memfree(version);
	return ok;
}

static int patience(const struct connect_tls *tls)
{
	bool is_less = tls->timeout > 0 && tls->timeout < TLS_WITHIN;

	return (is_less ? (int)tls->timeout : TLS_WITHIN) * 1000;
}

bool connect_link_start_tls(struct connect_link *link,
			    const struct connect_tls *tls)
{
	LDAP *ld = link->ld;
	int ret = LDAP_OTHER;

	if (!tls->trusts_any && tls->ca_file == NULL) {
		return false;
	}
	if (!set_number(ld,
			LDAP_OPT_X_TLS_REQUIRE_CERT,
			tls->trusts_any ? LDAP_OPT_X_TLS_NEVER
					: LDAP_OPT_X_TLS_DEMAND) ||
	    !set_text(ld, LDAP_OPT_X_TLS_CACERTFILE, tls->ca_file) ||
	    !set_number(ld, LDAP_OPT_X_TLS_NEWCTX, 0))
	{
		return false;
	}
	link->patience = patience(tls);
	ret = ldap_install_tls(ld);
	link->patience = 0;
	return ret == LDAP_SUCCESS && ldap_tls_inplace(ld) == 1 &&
	       is_new_enough(ld);
}

/* ------------------------------------------------------------ simple bind */

/* The code of what answers a bind, which is freed. */
static int result_of(LDAP *ld, struct ldb_context *ldb, LDAPMessage *answer)
{
	char *matched = NULL;
	char *text = NULL;
	int code = -1;

	if (ldap_parse_result(ld,
			      answer,
			      &code,
			      &matched,
			      &text,
			      NULL,
			      NULL,
			      1) != LDAP_SUCCESS ||
	    code < 0)
	{
		code = -1;
	}
	if (code > 0) {
		connect_ldap_error(ldb, code, matched, text, NULL);
	}
	ldap_memfree(matched);
	ldap_memfree(text);
	return code;
}

int connect_link_bind_simple(struct connect_link *link,
			     struct ldb_context *ldb,
			     const char *dn,
			     const char *password)
{
	struct berval secret = {};
	LDAPMessage *answer = NULL;
	int msgid = -1;

	ber_str2bv(password, 0, 1, &secret);
	if (secret.bv_val == NULL || secret.bv_len == 0) {
		ber_memfree(secret.bv_val);
		return -1; /* the server would take us for nobody */
	}
	if (ldap_sasl_bind(link->ld,
			   dn,
			   LDAP_SASL_SIMPLE,
			   &secret,
			   NULL,
			   NULL,
			   &msgid) == LDAP_SUCCESS)
	{
		answer = connect_link_wait(link, ldb, msgid);
	}
	explicit_bzero(secret.bv_val, secret.bv_len);
	ber_memfree(secret.bv_val);
	return (answer == NULL) ? -1 : result_of(link->ld, ldb, answer);
}

/* --------------------------------------------------------------- Kerberos */

static const char krb5_settings[] = "[libdefaults]\n"
				    "dns_canonicalize_hostname = false\n"
				    "rdns = false\n"
				    "qualify_shortname = \"\"\n";

#define MACHINE_SETTINGS "/etc/krb5.conf"

/* A variable that is changed for a while. */
struct variable {
	const char *name;
	char *before; /* NULL: it was not set */
};

static bool change(TALLOC_CTX *mem_ctx,
		   struct variable *variable,
		   const char *name,
		   const char *value)
{
	const char *before = getenv(name);

	variable->name = name;
	if (before != NULL) {
		variable->before = talloc_strdup(mem_ctx, before);
		if (variable->before == NULL) {
			return false;
		}
	}
	return value != NULL && setenv(name, value, 1) == 0;
}

static void change_back(const struct variable *variable)
{
	if (variable->name == NULL) {
		return;
	}
	if (variable->before == NULL) {
		unsetenv(variable->name);
	} else {
		setenv(variable->name, variable->before, 1);
	}
}

/* A file in memory, and where it is found. -1: there is none. */
static int make_settings(TALLOC_CTX *mem_ctx, char **_path)
{
	const ssize_t len = sizeof(krb5_settings) - 1;
	int fd = memfd_create("krb5.conf", MFD_CLOEXEC);

	if (fd == -1) {
		return -1;
	}
	*_path = talloc_asprintf(mem_ctx, "/proc/self/fd/%d", fd);
	if (write(fd, krb5_settings, (size_t)len) != len || *_path == NULL ||
	    access(*_path, R_OK) != 0)
	{
		close(fd);
		return -1;
	}
	return fd;
}

/* Nothing is asked: the ticket says who it is. */
static int answer_nothing(LDAP *ld,
			  unsigned flags,
			  void *defaults,
			  void *questions)
{
	sasl_interact_t *each = questions;

	(void)ld;
	(void)flags;
	(void)defaults;
	for (; each != NULL && each->id != SASL_CB_LIST_END; each++) {
		each->result = "";
		each->len = 0;
	}
	return LDAP_SUCCESS;
}

static bool bind_gssapi(struct connect_link *link, struct ldb_context *ldb)
{
	LDAPMessage *answer = NULL;
	const char *mechanism = NULL;
	ber_len_t strength = 0;
	int msgid = -1;
	int ret = LDAP_OTHER;

	if (ldap_set_option(link->ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON) !=
		    LDAP_OPT_SUCCESS ||
	    !set_text(link->ld, LDAP_OPT_X_SASL_SECPROPS, SECURITY))
	{
		return false;
	}
	do {
		ret = ldap_sasl_interactive_bind(link->ld,
						 NULL,
						 "GSSAPI",
						 NULL,
						 NULL,
						 LDAP_SASL_QUIET,
						 answer_nothing,
						 NULL,
						 answer,
						 &mechanism,
						 &msgid);
		ldap_msgfree(answer);
		answer = NULL;
		if (ret == LDAP_SASL_BIND_IN_PROGRESS) {
			answer = connect_link_wait(link, ldb, msgid);
		}
	} while (answer != NULL);
	return ret == LDAP_SUCCESS &&
	       ldap_get_option(link->ld, LDAP_OPT_X_SASL_SSF, &strength) ==
		       LDAP_OPT_SUCCESS &&
	       strength > 0;
}

bool connect_link_bind_ticket(struct connect_link *link,
			      struct ldb_context *ldb,
			      const char *path)
{
	TALLOC_CTX *tmp_ctx = talloc_new(link);
	const char *machine = getenv("KRB5_CONFIG");
	struct variable config = {};
	struct variable cache = {};
	char *settings = NULL;
	bool ok = false;
	int fd = -1;

	if (tmp_ctx != NULL) {
		fd = make_settings(tmp_ctx, &settings);
	}
	if (fd == -1) {
		talloc_free(tmp_ctx);
		return false;
	}
	ok = change(tmp_ctx,
		    &config,
		    "KRB5_CONFIG",
		    talloc_asprintf(tmp_ctx,
				    "%s:%s",
				    settings,
				    (machine == NULL) ? MACHINE_SETTINGS
						      : machine)) &&
	     change(tmp_ctx,
		    &cache,
		    "KRB5CCNAME",
		    talloc_asprintf(tmp_ctx, "FILE:%s", path)) &&
	     bind_gssapi(link, ldb);
	change_back(&config);
	change_back(&cache);
	close(fd);
	talloc_free(tmp_ctx);
	return ok;
}
