/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options that say how a report looks.
 */
#ifndef SPN_AUDIT_OPTIONS_VIEW_H
#define SPN_AUDIT_OPTIONS_VIEW_H

#include "options.h"

/* Their places behind the number that the table gives the first one. */
enum audit_view_option {
	AUDIT_VIEW_SUMMARY,
	AUDIT_VIEW_GROUP_BY,
	AUDIT_VIEW_LIMIT,
	AUDIT_VIEW_COLOR,
	AUDIT_VIEW_NUM,
};

#define AUDIT_VIEW_ROW(first, place, kind, name, text, what)                  \
	{                                                                     \
		.longName = (name),                                           \
		.argInfo = (kind),                                            \
		.val = (first) + (place),                                     \
		.descrip = (text),                                            \
		.argDescrip = (what),                                         \
	}

/* For the table of options. */
#define AUDIT_VIEW_ROWS(first)                                                \
	AUDIT_VIEW_ROW(first,                                                 \
		       AUDIT_VIEW_SUMMARY,                                    \
		       POPT_ARG_NONE,                                         \
		       "summary",                                             \
		       "Only the totals by severity and code",                \
		       NULL),                                                 \
		AUDIT_VIEW_ROW(first,                                         \
			       AUDIT_VIEW_GROUP_BY,                           \
			       POPT_ARG_STRING,                               \
			       "group-by",                                    \
			       "What stands together: code (default), "       \
			       "account, host",                               \
			       "WHAT"),                                       \
		AUDIT_VIEW_ROW(first,                                         \
			       AUDIT_VIEW_LIMIT,                              \
			       POPT_ARG_STRING,                               \
			       "limit",                                       \
			       "Show N findings of a code; 0 is all "         \
			       "(default: 20 on a terminal, else all)",       \
			       "N"),                                          \
		AUDIT_VIEW_ROW(first,                                         \
			       AUDIT_VIEW_COLOR,                              \
			       POPT_ARG_STRING,                               \
			       "color",                                       \
			       SPN_COLOR_HELP,                                \
			       "WHEN")

/* value: NULL for those that have none. SPN_EXIT_DONE, or the exit status
 * after a message. */
int audit_view_read(struct spn_connect *connect,
		    struct audit_options *options,
		    enum audit_view_option which,
		    const char *value);

/* Once all are read: what is usual on a terminal, or in a file. */
void audit_view_settle(struct audit_options *options);

#endif
