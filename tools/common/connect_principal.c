/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the command line says of logging on, for a library that is not
 * Samba's.
 */
#include "connect_private.h"

#include <credentials.h>
#include <ldb_module.h>

bool spn_connect_principal(TALLOC_CTX *mem_ctx,
			   const struct spn_connect *connect,
			   const char **_principal,
			   const char **_password)
{
	struct cli_credentials *credentials = ldb_get_opaque(connect->home,
							     "credentials");
	char *principal = NULL;
	const char *password = NULL;

	*_principal = NULL;
	*_password = NULL;
	if (credentials == NULL ||
	    !connect_login_of(connect->argv).names_user ||
	    cli_credentials_is_anonymous(credentials))
	{
		return true;
	}
	principal = cli_credentials_get_principal(credentials, mem_ctx);
	if (principal == NULL) {
		return false;
	}
	/* Asked for at the terminal, unless it was given. */
	password = cli_credentials_get_password(credentials);
	*_principal = principal;
	*_password = (password == NULL) ? "" : password;
	return true;
}

unsigned spn_connect_timeout(const struct spn_connect *connect, unsigned usual)
{
	return connect->has_timeout ? connect->timeout : usual;
}
