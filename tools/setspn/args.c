/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * setspn.exe has switches of one letter, of either case, behind "-" or "/";
 * -s and -U, which Samba's tools use, are two of them. So whatever has one
 * letter is read here, and Samba gets the long options, and -H.
 */
#include "args.h"

#include "policy/quote.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

struct parsing {
	struct setspn_plan *plan;
	char **argv;
	int argc;
	int next;
	char verb; /* 0: none yet */
	const char *words[3];
	size_t num_words;
	const char *reason;
};

static const struct {
	char letter;
	enum setspn_verb verb;
	size_t num_words;
	const char *usage;
} verbs[] = {
	{'S', SETSPN_ADD, 2, "an SPN and an account"},
	{'A', SETSPN_ADD, 2, "an SPN and an account"},
	{'D', SETSPN_DELETE, 2, "an SPN and an account"},
	{'L', SETSPN_LIST, 1, "an account"},
	{'R', SETSPN_RESET, 1, "an account"},
	{'Q', SETSPN_QUERY, 1, "an SPN"},
	{'X', SETSPN_DUPLICATES, 0, "nothing more"},
};
#define NUM_VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* Of Samba's long options those whose value may be the next argument. */
static const char *const with_value[] = {
	"--authentication-file",
	"--client-protection",
	"--configfile",
	"--debuglevel",
	"--kerberos",
	"--log-basename",
	"--max-protocol",
	"--name-resolve",
	"--netbios-scope",
	"--netbiosname",
	"--option",
	"--password",
	"--realm",
	"--simple-bind-dn",
	"--socket-options",
	"--timeout",
	"--url",
	"--use-kerberos",
	"--use-krb5-ccache",
	"--user",
	"--workgroup",
	"-H",
};

static bool fail(struct parsing *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool fail(struct parsing *p, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	p->reason = talloc_vasprintf(p->plan, format, ap);
	va_end(ap);
	return false;
}

static bool set_verb(struct parsing *p, char letter)
{
	if (p->verb != 0 && p->verb != letter) {
		return fail(p,
			    "-%c and -%c: only one of -S -A -D -L -R -Q -X "
			    "goes in a call",
			    p->verb,
			    letter);
	}
	p->verb = letter;
	return true;
}

static bool set_kind(struct parsing *p, enum setspn_kind kind)
{
	if (p->plan->kind != SETSPN_ANY_KIND && p->plan->kind != kind) {
		return fail(p,
			    "-C and -U: an account is a computer or a user");
	}
	p->plan->kind = kind;
	return true;
}

static bool add_target(struct parsing *p)
{
	if (p->next == p->argc) {
		return fail(p, "-T: the name of a domain must follow, or *");
	}
	p->plan->targets[p->plan->num_targets++] = p->argv[p->next++];
	return true;
}

/* The letter of a switch, upper case; 0 if the argument is none. */
static char switch_of(const char *argument)
{
	static const char letters[] = "SADLRQXCUFPT?";
	const char *letter = NULL;

	if ((argument[0] != '-' && argument[0] != '/') ||
	    argument[1] == '\0' || argument[2] != '\0')
	{
		return '\0';
	}
	letter = strchr(letters, toupper((unsigned char)argument[1]));
	if (letter == NULL) {
		return '\0';
	}
	return *letter;
}

static bool read_switch(struct parsing *p, char letter)
{
	switch (letter) {
	case 'C':
		return set_kind(p, SETSPN_COMPUTER);
	case 'U':
		return set_kind(p, SETSPN_USER);
	case 'F':
		p->plan->forest = true;
		return true;
	case 'P':
		p->plan->quiet = true;
		return true;
	case 'T':
		return add_target(p);
	case '?':
		p->plan->verb = SETSPN_HELP;
		return true;
	default:
		return set_verb(p, letter);
	}
}

static void leave_to_samba(struct parsing *p, char *argument)
{
	p->plan->connect_argv[p->plan->connect_argc++] = argument;
}

static bool takes_value(const char *argument)
{
	size_t i;

	for (i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++) {
		if (strcmp(argument, with_value[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* False if it is none of ours. */
static bool read_own_option(struct parsing *p, const char *argument)
{
	const struct {
		const char *name;
		bool *is_on;
	} own[] = {
		{"--single", &p->plan->single},
		{"--pair", &p->plan->pair},
		{"--dry-run", &p->plan->dry_run},
		{"--aliases", &p->plan->aliases},
		{"--compat-exit", &p->plan->compat_exit},
	};
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strcmp(argument, own[i].name) == 0) {
			*own[i].is_on = true;
			return true;
		}
	}
	return false;
}

static bool read_option(struct parsing *p, char *argument)
{
	if (strcmp(argument, "--help") == 0) {
		p->plan->verb = SETSPN_HELP;
		return true;
	}
	if (strcmp(argument, "--version") == 0) {
		p->plan->verb = SETSPN_VERSION;
	}
	if (read_own_option(p, argument)) {
		return true;
	}
	leave_to_samba(p, argument);
	if (!takes_value(argument)) {
		return true;
	}
	if (p->next == p->argc) {
		return fail(p, "%s: a value must follow", argument);
	}
	leave_to_samba(p, p->argv[p->next++]);
	return true;
}

static bool read_word(struct parsing *p, const char *word)
{
	if (p->num_words == sizeof(p->words) / sizeof(p->words[0])) {
		return true; /* too many anyway */
	}
	p->words[p->num_words++] = word;
	return true;
}

static bool read_argument(struct parsing *p, char *argument)
{
	char letter = switch_of(argument);

	if (letter != '\0') {
		return read_switch(p, letter);
	}
	if (strncmp(argument, "--", 2) == 0 || strncmp(argument, "-H", 2) == 0)
	{
		return read_option(p, argument);
	}
	if (argument[0] == '-' && argument[1] != '\0') {
		return fail(p,
			    "%s is no switch; see setspn -?",
			    spn_quote(p->plan,
				      spn_str_of(argument),
				      SPN_QUOTE_DN | SPN_QUOTE_CUT));
	}
	return read_word(p, argument);
}

static bool read_all(struct parsing *p)
{
	bool only_words = false;

	while (p->next < p->argc) {
		char *argument = p->argv[p->next++];
		bool ok;

		if (only_words) {
			ok = read_word(p, argument);
		} else if (strcmp(argument, "--") == 0) {
			only_words = true;
			ok = true;
		} else {
			ok = read_argument(p, argument);
		}
		if (!ok) {
			return false;
		}
	}
	return true;
}

static bool check_options(struct parsing *p)
{
	const struct setspn_plan *plan = p->plan;

	if (plan->single && plan->pair) {
		return fail(p, "--single and --pair: only one can be");
	}
	if (plan->pair && plan->verb != SETSPN_DELETE &&
	    plan->verb != SETSPN_ADD)
	{
		return fail(p, "--pair goes with -D, -S and -A");
	}
	if (plan->single && plan->verb != SETSPN_DELETE &&
	    plan->verb != SETSPN_ADD)
	{
		return fail(p, "--single goes with -S, -A and -D");
	}
	if (plan->aliases && plan->verb != SETSPN_DUPLICATES) {
		return fail(p, "--aliases goes with -X");
	}
	if (plan->dry_run && plan->verb != SETSPN_DELETE &&
	    plan->verb != SETSPN_ADD && plan->verb != SETSPN_RESET)
	{
		return fail(p, "--dry-run goes with -S, -A, -D and -R");
	}
	return true;
}

static bool hand_out_words(struct parsing *p)
{
	char letter = p->verb;
	size_t i = 0;
	size_t w;

	if (letter == 0) {
		letter = 'L';
	}
	while (verbs[i].letter != letter) {
		i++;
	}
	p->plan->verb = verbs[i].verb;
	if (p->num_words != verbs[i].num_words) {
		return fail(p,
			    "-%c takes %s; see setspn -?",
			    letter,
			    verbs[i].usage);
	}
	for (w = 0; w < p->num_words; w++) {
		if (p->words[w][0] == '\0') {
			return fail(p,
				    "-%c: an argument is empty; see "
				    "setspn -?",
				    letter);
		}
	}
	if (p->num_words == 2 || p->plan->verb == SETSPN_QUERY) {
		p->plan->spn = p->words[0];
	}
	/* What is there already may be removed, whatever it is. */
	if (p->plan->verb == SETSPN_ADD &&
	    !spn_str_is_utf8(spn_str_of(p->plan->spn)))
	{
		return fail(p,
			    "-%c: %s is not UTF-8; does the terminal use "
			    "another character set?",
			    letter,
			    spn_quote(p->plan,
				      spn_str_of(p->plan->spn),
				      SPN_QUOTE_DN | SPN_QUOTE_CUT));
	}
	if (p->plan->verb != SETSPN_QUERY && p->num_words > 0) {
		p->plan->account = p->words[p->num_words - 1];
	}
	return check_options(p);
}

static bool parse(struct parsing *p)
{
	bool says_nothing = p->argc < 2;

	p->plan->verb = SETSPN_LIST;
	if (!read_all(p)) {
		return false;
	}
	if (says_nothing) {
		p->plan->verb = SETSPN_HELP;
	}
	if (p->plan->verb == SETSPN_HELP || p->plan->verb == SETSPN_VERSION) {
		return true;
	}
	return hand_out_words(p);
}

bool setspn_args_parse(TALLOC_CTX *mem_ctx,
		       int argc,
		       char **argv,
		       struct setspn_plan **_plan,
		       const char **_reason)
{
	struct parsing p = {.argv = argv, .argc = argc, .next = 1};
	size_t room = (size_t)((argc > 0) ? argc : 0) + 1;

	*_reason = NULL;
	p.plan = talloc_zero(mem_ctx, struct setspn_plan);
	if (p.plan == NULL) {
		return false;
	}
	p.plan->targets = talloc_zero_array(p.plan, const char *, room);
	p.plan->connect_argv = talloc_zero_array(p.plan, char *, room);
	if (p.plan->targets == NULL || p.plan->connect_argv == NULL) {
		talloc_free(p.plan);
		return false;
	}
	if (argc > 0) {
		leave_to_samba(&p, argv[0]);
	}
	if (parse(&p)) {
		*_plan = p.plan;
		return true;
	}
	*_reason = talloc_steal(mem_ctx, p.reason);
	talloc_free(p.plan);
	return false;
}

bool setspn_args_compat_exit(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--compat-exit") == 0) {
			return true;
		}
	}
	return false;
}
