/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How this run logs on. The options for it are Samba's, and Samba reads them;
 * here they are looked at for three things: a ticket is used where nobody was
 * named, commands that are offered keep the way of this run, and Kerberos is
 * known to be the only way when it fails (connect_kerberos.c).
 */
#include "connect_private.h"

#include "shell_command.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum login_kind {
	LOGIN_OTHER,	/* whom or how */
	LOGIN_NOBODY,	/* nobody at all, unless somebody is named, too */
	LOGIN_USER,	/* "USER%PASSWORD" */
	LOGIN_SECRET,	/* never to be shown */
	LOGIN_KERBEROS, /* "required" */
	LOGIN_CACHE,
	LOGIN_OWN_CACHE, /* spn-probe's; if nothing else was chosen */
	LOGIN_PLACE,	 /* where names are at home: not by itself a login */
};

/* Options of the tools by which every DC is asked, whatever -H says. */
static const char *const asking_options[] = {"--all", "--check-dcs"};

struct login_option {
	const char *name;
	char letter; /* 0: none */
	bool takes_value;
	enum login_kind kind;
};

/* Switches first: in "-NUbob" they stand before what has a value. */
static const struct login_option login_options[] = {
	{"no-pass", 'N', false, LOGIN_NOBODY},
	{"machine-pass", 'P', false, LOGIN_OTHER},
	{"user", 'U', true, LOGIN_USER},
	{"password", '\0', true, LOGIN_SECRET},
	{"pw-nt-hash", '\0', false, LOGIN_OTHER},
	{"authentication-file", 'A', true, LOGIN_OTHER},
	{"simple-bind-dn", '\0', true, LOGIN_OTHER},
	{"use-kerberos", '\0', true, LOGIN_KERBEROS},
	{"kerberos", 'k', true, LOGIN_KERBEROS},
	{"use-krb5-ccache", '\0', true, LOGIN_CACHE},
	{"ccache", '\0', true, LOGIN_OWN_CACHE},
	{"use-winbind-ccache", '\0', false, LOGIN_OTHER},
	{"realm", '\0', true, LOGIN_PLACE},
	{"workgroup", 'W', true, LOGIN_PLACE},
};
#define NUM_LOGIN_OPTIONS (sizeof(login_options) / sizeof(login_options[0]))

/* Letters that take no value, of Samba's options and of all tools: others may
 * stand behind them. */
static const char switches[] = "NPVv?";

/* Behind the letter; NULL: it is not in that word, or in a value. */
static const char *behind_letter(const char *word, char letter)
{
	const char *at = NULL;

	if (word[0] != '-' || word[1] == '-') {
		return NULL;
	}
	for (at = word + 1; *at != '\0'; at++) {
		if (*at == letter) {
			return at + 1;
		}
		if (strchr(switches, *at) == NULL) {
			return NULL;
		}
	}
	return NULL;
}

const char *connect_behind_name(const char *word,
				const char *name,
				char letter)
{
	size_t len = strlen(name);
	const char *rest = NULL;

	if (letter != '\0') {
		rest = behind_letter(word, letter);
	}
	if (rest == NULL && strncmp(word, "--", 2) == 0 &&
	    strncmp(word + 2, name, len) == 0 &&
	    strchr("=", word[2 + len]) != NULL)
	{
		rest = word + 2 + len;
	}
	return rest;
}

const char *connect_value_at(const char *const *argv,
			     size_t at,
			     const char *name,
			     char letter)
{
	const char *rest = connect_behind_name(argv[at], name, letter);

	if (rest == NULL || rest[0] == '\0') {
		return (rest == NULL) ? NULL : argv[at + 1];
	}
	return (rest[0] == '=') ? rest + 1 : rest;
}

/* Where in a command line: at a word, and at a row of login_options for it. */
struct place {
	const char *const *argv;
	size_t word;
	size_t row;
	size_t found; /* the word that the last option is in */
};

/*
 * The next option of a login, and *_place is moved behind it; NULL after the
 * last one. *_value is "" where it has none.
 */
static const struct login_option *next_option(struct place *_place,
					      const char **_value)
{
	const char *const *argv = _place->argv;

	while (argv[_place->word] != NULL &&
	       strcmp(argv[_place->word], "--") != 0)
	{
		const struct login_option *option =
			&login_options[_place->row++];
		const char *rest = NULL;

		if (option == &login_options[NUM_LOGIN_OPTIONS]) {
			_place->word++;
			_place->row = 0;
			continue;
		}
		rest = connect_behind_name(argv[_place->word],
					   option->name,
					   option->letter);
		if (rest == NULL) {
			continue;
		}
		_place->found = _place->word;
		*_value = "";
		if (option->takes_value) {
			const char *value = connect_value_at(argv,
							     _place->word,
							     option->name,
							     option->letter);

			_place->word += (rest[0] == '\0' && value != NULL) ? 2
									   : 1;
			_place->row = 0;
			*_value = (value == NULL) ? "" : value;
		}
		return option;
	}
	return NULL;
}

/* The text before '%'; nobody at all is "%". */
static struct spn_str without_password(const char *value)
{
	struct spn_str user = spn_str_of(value);

	user.len = strcspn(value, "%");
	return (user.len == 0) ? spn_str_of("%") : user;
}

/* Only spn-probe has that one. */
static const char *name_for_all(const struct login_option *option)
{
	return (option->kind == LOGIN_OWN_CACHE) ? "use-krb5-ccache"
						 : option->name;
}

char *spn_connect_login_words(TALLOC_CTX *mem_ctx,
			      const struct spn_connect *connect)
{
	const struct login_option *option = NULL;
	const char *value = NULL;
	char *words = talloc_strdup(mem_ctx, "");
	struct place place = {.argv = connect->argv, .word = 1};

	while (words != NULL && (option = next_option(&place, &value)) != NULL)
	{
		struct spn_str shown = spn_str_of(value);
		char *word = NULL;

		if (option->kind == LOGIN_SECRET ||
		    (option->kind == LOGIN_OWN_CACHE &&
		     connect->added_option == NULL) ||
		    connect->argv[place.found] == connect->added_option)
		{
			continue;
		}
		if (option->kind == LOGIN_USER) {
			shown = without_password(value);
		}
		if (option->takes_value) {
			word = shell_word(mem_ctx, shown);
			if (word == NULL) {
				return NULL;
			}
		}
		words = talloc_asprintf_append(words,
					       " --%s%s%s",
					       name_for_all(option),
					       (word == NULL) ? "" : "=",
					       (word == NULL) ? "" : word);
	}
	return words;
}

bool connect_is_required(const char *value)
{
	return strcasecmp(value, "required") == 0 ||
	       strcasecmp(value, "yes") == 0;
}

/* --kerberos is older, and takes more words. */
static bool is_required(const struct login_option *option, const char *value)
{
	return option->kind == LOGIN_CACHE ||
	       (option->kind == LOGIN_KERBEROS &&
		(connect_is_required(value) ||
		 strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0));
}

/* Samba takes a password from there, too. */
static bool environment_has_password(void)
{
	static const char *const names[] = {"PASSWD",
					    "PASSWD_FD",
					    "PASSWD_FILE"};
	const char *user = getenv("USER");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (getenv(names[i]) != NULL) {
			return true;
		}
	}
	return user != NULL && strchr(user, '%') != NULL;
}

struct connect_login connect_login_of(const char *const *argv)
{
	struct connect_login login = {
		.is_chosen = environment_has_password(),
		.names_user = environment_has_password(),
	};
	const struct login_option *option = NULL;
	bool says_more = environment_has_password();
	const char *own_cache = NULL;
	const char *value = NULL;
	struct place place = {.argv = argv, .word = 1};

	while ((option = next_option(&place, &value)) != NULL) {
		if (option->kind == LOGIN_OWN_CACHE) {
			own_cache = value;
			says_more = true;
			continue;
		}
		says_more |= option->kind != LOGIN_KERBEROS ||
			     !is_required(option, value);
		login.is_chosen |= option->kind != LOGIN_PLACE;
		login.needs_kerberos |= is_required(option, value);
		login.names_user |= option->kind == LOGIN_USER ||
				    option->kind == LOGIN_OTHER;
		if (option->kind == LOGIN_CACHE) {
			login.cache = value;
		}
	}
	login.cache = (login.cache == NULL) ? own_cache : login.cache;
	login.is_by_ticket = login.needs_kerberos && !says_more;
	return login;
}

const char *spn_connect_cache(const struct spn_connect *connect)
{
	return connect_login_of(connect->argv).cache;
}

/* Of the last option of that name; NULL without one. */
static const char *last_value(const char *const *argv,
			      const char *name,
			      char letter)
{
	const char *found = NULL;
	size_t i;

	for (i = 1; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
		const char *value = connect_value_at(argv, i, name, letter);

		found = (value == NULL) ? found : value;
	}
	return found;
}

static const char *url_of(const char *const *argv)
{
	return last_value(argv, "url", 'H');
}

const char *connect_config_file_of(const char *const *argv)
{
	return last_value(argv, "configfile", 's');
}

static bool is_remote(const char *url)
{
	return url != NULL && (strncasecmp(url, "ldap://", 7) == 0 ||
			       strncasecmp(url, "ldaps://", 8) == 0);
}

static bool asks_servers(const char *const *argv)
{
	size_t i;
	size_t j;

	for (i = 1; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
		for (j = 0;
		     j < sizeof(asking_options) / sizeof(asking_options[0]);
		     j++)
		{
			if (strcmp(argv[i], asking_options[j]) == 0) {
				return true;
			}
		}
	}
	return false;
}

/*
 * Where every DC is asked from one of them: root has the account of the
 * machine (connect_each.c). It is always there, and a ticket may have expired,
 * or the KDC does not know a DC yet that has just been joined.
 */
static bool may_be_machine(const char *const *argv)
{
	return url_of(argv) == NULL && geteuid() == 0;
}

/* In front, for behind "--" it would be no option. False when out of memory.
 */
static bool add_option(struct spn_connect *connect, const char *cache)
{
	const char **argv = talloc_realloc(connect,
					   connect->argv,
					   const char *,
					   connect->argc + 2);
	size_t i;

	if (argv == NULL) {
		return false;
	}
	connect->argv = argv;
	connect->added_option =
		(cache == NULL)
			? talloc_strdup(connect, "--use-kerberos=required")
			: talloc_asprintf(connect,
					  "--use-krb5-ccache=%s",
					  cache);
	if (connect->added_option == NULL) {
		return false;
	}
	for (i = connect->argc + 1; i > 1; i--) {
		argv[i] = argv[i - 1];
	}
	argv[1] = connect->added_option;
	connect->argc++;
	return true;
}

bool connect_prefer_ticket(struct spn_connect *connect)
{
	const char *const *argv = connect->argv;
	bool asks = is_remote(url_of(argv)) ||
		    (asks_servers(argv) && !may_be_machine(argv));
	struct connect_login login = {};
	struct connect_ticket ticket = {};

	if (connect->argc == 0 || !asks) {
		return true;
	}
	login = connect_login_of(argv);
	if (login.is_chosen) {
		return true;
	}
	if (!connect_ticket_find(connect,
				 login.cache,
				 &ticket,
				 &connect->cache_complaint))
	{
		return false;
	}
	/* With one that has ended Samba's client would ask for a password. */
	if (connect->cache_complaint == NULL) {
		connect->cache_complaint = connect_say_expired(connect,
							       &ticket);
	}
	return !ticket.is_there || connect->cache_complaint != NULL ||
	       add_option(connect, login.cache);
}
