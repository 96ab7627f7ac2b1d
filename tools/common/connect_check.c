/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of Samba's options that no Samba takes. What it says of them names
 * neither the option nor what is expected, and of an smb.conf that it cannot
 * read it says so and goes on with its defaults. So they are looked at before;
 * where releases differ in what they take, it is left to Samba.
 */
#include "connect_private.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is wrong with a value, behind "'it' "; NULL: nothing. */
static const char *judge_setting(const char *value)
{
	const char *equal = strchr(value, '=');

	return (equal == NULL || equal == value) ? "is no NAME=VALUE" : NULL;
}

static const char *judge_file(const char *value)
{
	struct stat st = {};

	if (access(value, R_OK) != 0 || stat(value, &st) != 0) {
		return strerror(errno);
	}
	return S_ISDIR(st.st_mode) ? strerror(EISDIR) : NULL;
}

static const char *judge_protection(const char *value)
{
	static const char *const words[] = {"sign", "encrypt", "off"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(value, words[i]) == 0) {
			return NULL;
		}
	}
	return "is none of its words";
}

static const struct {
	const char *name;
	char letter; /* '\0': none */
	const char *(*judge)(const char *value);
	const char *between; /* the value and what is wrong */
	const char *remedy;
} checks[] = {
	{
		.name = "option",
		.judge = judge_setting,
		.between = "",
		.remedy = "write it as in smb.conf, like "
			  "--option='log level=3'",
	},
	{
		.name = "configfile",
		.letter = 's',
		.judge = judge_file,
		.between = "cannot be read: ",
		.remedy = "give the path of an smb.conf",
	},
	{
		.name = "authentication-file",
		.letter = 'A',
		.judge = judge_file,
		.between = "cannot be read: ",
		.remedy = "give the path of a file with the lines "
			  "'username = NAME' and 'password = PASSWORD'",
	},
	{
		.name = "client-protection",
		.judge = judge_protection,
		.between = "",
		.remedy = "there are: sign, encrypt, off",
	},
};

/* False after a message. */
static bool check_word(const struct spn_connect *connect, size_t at)
{
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const char *value = connect_value_at(connect->argv,
						     at,
						     checks[i].name,
						     checks[i].letter);
		const char *reason = NULL;

		if (value != NULL) {
			reason = checks[i].judge(value);
		}
		if (reason != NULL) {
			spn_connect_usage_error(connect,
						"--%s: %s %s%s; %s",
						checks[i].name,
						spn_connect_quote(connect,
								  value),
						checks[i].between,
						reason,
						checks[i].remedy);
			return false;
		}
	}
	return true;
}

bool connect_check_values(const struct spn_connect *connect)
{
	const char *const *argv = connect->argv;
	bool ok = true;
	size_t i;

	for (i = 1; ok && i < connect->argc && strcmp(argv[i], "--") != 0; i++)
	{
		ok = check_word(connect, i);
	}
	return ok;
}
