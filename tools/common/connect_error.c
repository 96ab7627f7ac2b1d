/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person reads when a request failed: why the connection was given up,
 * what libldb or the server says, or the name of the code.
 */
#include "connect.h"

#include <string.h>
#include <ldb_module.h>

/* What Samba and Windows say to who is nobody. */
static bool is_anonymous(const char *text)
{
	return strstr(text, "unavailable without authentication") != NULL ||
	       strstr(text, "a successful bind must be completed") != NULL;
}

bool spn_connect_is_given_up(struct ldb_context *ldb)
{
	return ldb_get_opaque(ldb, SPN_CONNECT_GIVEN_UP) != NULL;
}

const char *spn_connect_error(struct ldb_context *ldb, int ret)
{
	const char *given_up = ldb_get_opaque(ldb, SPN_CONNECT_GIVEN_UP);
	const char *text = ldb_errstring(ldb);

	if (given_up != NULL) {
		return given_up; /* whatever the cut connection looked like */
	}
	if (text == NULL || text[0] == '\0') {
		text = ldb_strerror(ret);
	}
	return is_anonymous(text) ? "the server answers only to who has "
				    "logged on: give a user and a password, "
				    "or get a Kerberos ticket with kinit"
				  : text;
}
