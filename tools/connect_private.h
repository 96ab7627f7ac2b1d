/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What connect.c and connect_options.c share, and nobody else.
 */
#ifndef SPN_CONNECT_PRIVATE_H
#define SPN_CONNECT_PRIVATE_H

#include "connect.h"

#include <stdarg.h>

struct spn_connect {
	const char *tool;
	bool has_url;	 /* url is what -H says */
	const char *url; /* NULL: not looked up yet */
	const char **argv;
	struct ldb_context *home;
	poptContext popt;
	struct loadparm_context *loadparm;
	/* what libldb said while a directory was being opened */
	bool collecting;
	char *first_complaint;
	char *reason;
};

/* "TOOL: message" on stderr, control characters escaped. */
void connect_vmessage(const struct spn_connect *connect,
		      const char *format,
		      va_list ap) __attribute__((format(printf, 2, 0)));

#endif /* SPN_CONNECT_PRIVATE_H */
