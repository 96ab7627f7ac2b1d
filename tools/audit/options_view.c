/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each of them may be, and what is usual where nothing was said.
 */
#include "options_view.h"

#include "common/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 1000000

static int read_group_by(struct spn_connect *connect,
			 struct audit_options *options,
			 const char *value)
{
	static const char *const words[] = {
		[AUDIT_BY_CODE] = "code",
		[AUDIT_BY_ACCOUNT] = "account",
		[AUDIT_BY_HOST] = "host",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], value) == 0) {
			options->view.group_by = (enum audit_group_by)i;
			options->view_option = "group-by";
			return SPN_EXIT_DONE;
		}
	}
	return spn_connect_usage_error(connect,
				       "--group-by: there is no %s; there "
				       "are: code, account, host",
				       spn_connect_quote(connect, value));
}

static int read_limit(struct spn_connect *connect,
		      struct audit_options *options,
		      const char *value)
{
	size_t digits = strspn(value, "0123456789");
	long limit = strtol(value, NULL, 10);

	if (digits == 0 || value[digits] != '\0' || limit > MOST) {
		return spn_connect_usage_error(connect,
					       "--limit: %s is no number from "
					       "0 (all) to %d",
					       spn_connect_quote(connect,
								 value),
					       MOST);
	}
	options->view.limit = (size_t)limit;
	options->has_limit = true;
	options->view_option = "limit";
	return SPN_EXIT_DONE;
}

static int read_color(struct spn_connect *connect,
		      struct audit_options *options,
		      const char *value)
{
	if (spn_color_by_name(value, &options->color)) {
		return SPN_EXIT_DONE;
	}
	return spn_connect_usage_error(connect,
				       "--color: there is no %s; there "
				       "are: " SPN_COLOR_WORDS,
				       spn_connect_quote(connect, value));
}

int audit_view_read(struct spn_connect *connect,
		    struct audit_options *options,
		    enum audit_view_option which,
		    const char *value)
{
	switch (which) {
	case AUDIT_VIEW_SUMMARY:
		options->view.is_summary = true;
		options->view_option = "summary";
		return SPN_EXIT_DONE;
	case AUDIT_VIEW_GROUP_BY:
		return read_group_by(connect, options, value);
	case AUDIT_VIEW_LIMIT:
		return read_limit(connect, options, value);
	case AUDIT_VIEW_COLOR:
		return read_color(connect, options, value);
	case AUDIT_VIEW_NUM:
		break;
	}
	return SPN_EXIT_CANNOT_RUN;
}

void audit_view_settle(struct audit_options *options)
{
	struct audit_view *view = &options->view;

	view->terminal = audit_place_is_stream(options->output)
				 ? spn_terminal_of(STDOUT_FILENO,
						   options->color)
				 : spn_terminal_of_file(options->color);
	if (!options->has_limit && view->terminal.is_there) {
		view->limit = AUDIT_USUAL_LIMIT;
	}
	/* Of one account there are few, and who asks wants to know. */
	view->is_full = options->account != NULL;
}
