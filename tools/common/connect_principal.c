/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the command line says of logging on, for a library that is not
 * Samba's.
 */
#include "connect_private.h"
#include "samba.h"

#include <ldb_module.h>
#include <time.h>
#include <unistd.h>

bool spn_connect_principal(TALLOC_CTX *mem_ctx,
			   struct spn_connect *connect,
			   const char **_principal,
			   const char **_password)
{
	struct cli_credentials *credentials = NULL;
	char *principal = NULL;
	const char *password = NULL;

	*_principal = NULL;
	*_password = NULL;
	if (!connect_login_of(connect->argv).names_user) {
		return true;
	}
	connect_start(connect);
	credentials = ldb_get_opaque(connect->home, "credentials");
	if (credentials == NULL ||
	    samba()->cli_credentials_is_anonymous(credentials))
	{
		return true;
	}
	principal = samba()->cli_credentials_get_principal(credentials,
							   mem_ctx);
	if (principal == NULL) {
		return false;
	}
	/* Asked for at the terminal, unless it was given. */
	password = samba()->cli_credentials_get_password(credentials);
	*_principal = principal;
	*_password = (password == NULL) ? "" : password;
	return true;
}

/* Root has the account of the machine, and need not have a ticket. */
static bool is_machine(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       bool *_is_machine)
{
	const char *url = spn_connect_url(connect);
	struct connect_ticket ticket = {};

	*_is_machine = false;
	if (url == NULL || !connect_ticket_read(mem_ctx, NULL, &ticket)) {
		return false;
	}
	*_is_machine = geteuid() == 0 && spn_connect_local_path(url) != NULL &&
		       (time_t)ticket.ends <= time(NULL);
	return true;
}

bool spn_connect_heir_of(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 struct spn_connect_heir *_heir)
{
	struct connect_login login = connect_login_of(connect->argv);
	const char *config = connect->config_file;
	struct spn_connect_heir heir = {.cache = login.cache};
	const char *principal = NULL;
	bool machine = false;
	size_t num = 0;

	if (connect->home != NULL) {
		config = samba_config()->lpcfg_configfile(connect->loadparm);
	}
	if (config != NULL) {
		heir.arguments[num] = talloc_asprintf(mem_ctx,
						      "--configfile=%s",
						      config);
		if (heir.arguments[num++] == NULL) {
			return false;
		}
	}
	if (login.cache == NULL && !spn_connect_principal(mem_ctx,
							  connect,
							  &principal,
							  &heir.password))
	{
		return false;
	}
	if (principal != NULL) {
		heir.arguments[num] = talloc_asprintf(mem_ctx,
						      "--user=%s",
						      principal);
		if (heir.arguments[num] == NULL) {
			return false;
		}
	} else if (!login.is_chosen) {
		if (!is_machine(mem_ctx, connect, &machine)) {
			return false;
		}
		heir.arguments[num] = machine ? "--machine-pass" : NULL;
	}
	*_heir = heir;
	return true;
}

unsigned spn_connect_timeout(const struct spn_connect *connect, unsigned usual)
{
	return connect->has_timeout ? connect->timeout : usual;
}
