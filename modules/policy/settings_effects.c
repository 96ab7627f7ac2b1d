/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a glob matches every name is asked of the matcher itself. Take a
 * character that is nowhere in the glob: only a wildcard can stand for it. So
 * a glob that matches names of it alone, of each length up to one more than
 * its own, matches every name of these lengths, and all longer ones.
 */
#include "settings_effects.h"

#include "room.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "host_pair.h"
#include "quote.h"

#define MAX_HOST 255

struct findings {
	TALLOC_CTX *mem_ctx;
	const struct spn_settings *settings;
	const char *const *suffixes; /* of the forest */
	struct spn_effect *effects;
	size_t num;
};

/* One more effect, with an empty text; NULL when out of memory. */
static struct spn_effect *add_effect(struct findings *f,
				     const char *key,
				     const char *value)
{
	struct spn_effect *grown =
		spn_room(f->mem_ctx, f->effects, f->num, struct spn_effect);

	if (grown == NULL) {
		return NULL;
	}
	f->effects = grown;
	grown[f->num] = (struct spn_effect){.key = key, .value = value};
	return &grown[f->num++];
}

/* The text of the last effect, and what undoes "KEY=VALUE". */
__attribute__((format(printf, 3, 4))) static bool say(struct findings *f,
						      const char *remedy,
						      const char *format,
						      ...)
{
	struct spn_effect *effect = &f->effects[f->num - 1];
	va_list ap;

	va_start(ap, format);
	effect->text = talloc_vasprintf(f->effects, format, ap);
	va_end(ap);
	effect->remedy = remedy;
	return effect->text != NULL && remedy != NULL;
}

char *spn_settings_command(TALLOC_CTX *mem_ctx,
			   const char *verb,
			   const char *key,
			   const char *value)
{
	char *line = talloc_asprintf(mem_ctx, "%s=%s", key, value);
	char *shown = NULL;

	if (line != NULL) {
		shown = spn_quote(mem_ctx, spn_str_of(line), SPN_QUOTE_DN);
	}
	return (shown == NULL) ? NULL
			       : talloc_asprintf(mem_ctx,
						 "spn-policy %s %s",
						 verb,
						 shown);
}

static bool find_pair_classes(struct findings *f)
{
	static const char key[] = "pair-classes";

	if (spn_settings_is_pair_class(f->settings, spn_str_of("http"))) {
		return true;
	}
	return add_effect(f, key, NULL) != NULL &&
	       say(f,
		   spn_settings_command(f->effects, "set", key, "http"),
		   "%s: http is no paired class any more, so half a pair of a "
		   "web site is let in",
		   key);
}

/* The rules that exemptions spare from, with commas between. */
static char *spared_rules(TALLOC_CTX *mem_ctx, const struct findings *f)
{
	const struct spn_rule *const *rules = f->settings->rules;
	char *names = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; names != NULL && rules[i] != NULL; i++) {
		if (rules[i]->obeys_exemptions) {
			names = talloc_asprintf_append(names,
						       "%s%s",
						       names[0] != '\0' ? ", "
									: "",
						       rules[i]->name);
		}
	}
	return names;
}

/* A letter or digit that is nowhere in text; '\0' when all are. */
static char unused_character(const char *text)
{
	static const char all[] = "zqxjkvwyupfghbmdlcrnstioea0123456789";
	size_t i;

	for (i = 0; all[i] != '\0'; i++) {
		if (strchr(text, all[i]) == NULL &&
		    strchr(text, toupper((unsigned char)all[i])) == NULL)
		{
			break;
		}
	}
	return all[i];
}

/*
 * How many characters a name needs for glob to match it, whatever they are,
 * with tail behind them; 0 when it does not match all such names.
 */
static size_t least_length(const char *glob, const char *tail)
{
	char name[2 * MAX_HOST + 2] = {};
	char filler = unused_character(glob);
	size_t most = strlen(glob) + 1;
	size_t least = 0;
	size_t n;

	if (filler == '\0' || strlen(glob) > MAX_HOST ||
	    strlen(tail) >= MAX_HOST)
	{
		return 0;
	}
	for (n = 1; n <= most; n++) {
		memset(name, filler, n);
		memcpy(name + n, tail, strlen(tail) + 1);
		if (!spn_settings_glob_matches(glob, name)) {
			least = 0;
		} else if (least == 0) {
			least = n;
		}
	}
	return (least <= SPN_NETBIOS_LEN) ? least : 0;
}

/* "every host of a.example, b.example", on mem_ctx; "" when of none. */
static char *whole_suffixes(TALLOC_CTX *mem_ctx,
			    const struct findings *f,
			    const char *glob)
{
	const char *const *lists[] = {f->suffixes, f->settings->dns_suffixes};
	char *names = talloc_strdup(mem_ctx, "");
	size_t most = 0;
	size_t i;
	size_t j;

	for (i = 0; i < 2; i++) {
		for (j = 0; names != NULL && lists[i][j] != NULL; j++) {
			const char *name = lists[i][j];
			char *tail = talloc_asprintf(mem_ctx, ".%s", name);
			size_t least = 0;

			if (tail == NULL) {
				return NULL;
			}
			least = least_length(glob, tail);
			if (least > 0) {
				names = talloc_asprintf_append(names,
							       "%s%s",
							       (most > 0)
								       ? ", "
								       : "",
							       name);
			}
			most = (least > most) ? least : most;
		}
	}
	if (names == NULL || most == 0) {
		return names;
	}
	return talloc_asprintf(mem_ctx,
			       "%severy host of %s",
			       (most > 1) ? "nearly " : "",
			       names);
}

/* What a value of exempt-host matches as a whole; "" when nothing. */
static char *whole(TALLOC_CTX *mem_ctx,
		   const struct findings *f,
		   const char *glob)
{
	size_t least = least_length(glob, "");

	if (least == 1) {
		return talloc_strdup(mem_ctx, "every host name");
	}
	if (least > 1) {
		return talloc_asprintf(mem_ctx,
				       "every host name of %zu or more "
				       "characters",
				       least);
	}
	return whole_suffixes(mem_ctx, f, glob);
}

/* The other name of a host that was exempted by one of its two; NULL in
 * *_other: it has none, or it is exempt as well. */
static bool other_name(const struct findings *f,
		       TALLOC_CTX *mem_ctx,
		       const char *host,
		       char **_other)
{
	const char *dot = strchr(host, '.');
	char *other = NULL;
	size_t i;

	*_other = NULL;
	if (strpbrk(host, "*?") != NULL || spn_host_is_ip(spn_str_of(host))) {
		return true;
	}
	if (dot == NULL) {
		if (f->suffixes[0] == NULL) {
			return true;
		}
		other = talloc_asprintf(mem_ctx,
					"%s.%s",
					host,
					f->suffixes[0]);
		if (other == NULL) {
			return false;
		}
	}
	for (i = 0; dot != NULL && f->suffixes[i] != NULL; i++) {
		if (spn_str_is(spn_str_of(dot + 1), f->suffixes[i])) {
			other = talloc_strndup(mem_ctx,
					       host,
					       (size_t)(dot - host));
			if (other == NULL) {
				return false;
			}
			break;
		}
	}
	if (other != NULL &&
	    !spn_settings_is_exempt_host(f->settings, spn_str_of(other)))
	{
		*_other = other;
	}
	return true;
}

static bool find_exempt_host(struct findings *f,
			     TALLOC_CTX *tmp_ctx,
			     const char *host)
{
	static const char key[] = "exempt-host";
	char *all = whole(tmp_ctx, f, host);
	char *rules = spared_rules(tmp_ctx, f);
	char *other = NULL;
	struct spn_effect *effect = NULL;

	if (all == NULL || rules == NULL ||
	    !other_name(f, tmp_ctx, host, &other))
	{
		return false;
	}
	if (all[0] != '\0') {
		return add_effect(f, key, host) != NULL &&
		       say(f,
			   spn_settings_command(f->effects,
						"unset",
						key,
						host),
			   "%s=%s matches %s: %s judge nothing there",
			   key,
			   host,
			   all,
			   rules);
	}
	if (other == NULL && !spn_host_is_ip(spn_str_of(host))) {
		return true;
	}
	effect = add_effect(f, key, host);
	if (effect == NULL) {
		return false;
	}
	effect->is_note = true;
	if (other != NULL) {
		return say(f,
			   spn_settings_command(f->effects, "set", key, other),
			   "%s=%s is one of the two names of that host; the "
			   "other, %s, is judged",
			   key,
			   host,
			   other);
	}
	return say(f,
		   spn_settings_command(f->effects, "unset", key, host),
		   "%s=%s spares SPNs that are written with this address, no "
		   "others of that host",
		   key,
		   host);
}

static bool is_of_forest(const struct findings *f, const char *suffix)
{
	size_t i;

	for (i = 0; f->suffixes[i] != NULL; i++) {
		if (spn_str_is(spn_str_of(suffix), f->suffixes[i])) {
			return true;
		}
	}
	return false;
}

static bool find_suffix(struct findings *f, const char *suffix)
{
	static const char key[] = "dns-suffix";

	if (strchr(suffix, '.') != NULL || is_of_forest(f, suffix)) {
		return true;
	}
	return add_effect(f, key, suffix) != NULL &&
	       say(f,
		   spn_settings_command(f->effects, "unset", key, suffix),
		   "%s=%s is a top level of DNS: each host NAME.%s counts as "
		   "one of yours, and its http SPN goes in a pair with "
		   "http/NAME",
		   key,
		   suffix,
		   suffix);
}

static bool find_all(struct findings *f, TALLOC_CTX *tmp_ctx)
{
	size_t i;

	if (!find_pair_classes(f)) {
		return false;
	}
	for (i = 0; f->settings->dns_suffixes[i] != NULL; i++) {
		if (!find_suffix(f, f->settings->dns_suffixes[i])) {
			return false;
		}
	}
	for (i = 0; f->settings->exempt_hosts[i] != NULL; i++) {
		if (!find_exempt_host(f,
				      tmp_ctx,
				      f->settings->exempt_hosts[i]))
		{
			return false;
		}
	}
	return true;
}

bool spn_settings_effects(TALLOC_CTX *mem_ctx,
			  const struct spn_settings *settings,
			  const char *const *suffixes,
			  struct spn_effect **_effects,
			  size_t *_num_effects)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct findings f = {mem_ctx, settings, suffixes, NULL, 0};

	f.effects = talloc_array(mem_ctx, struct spn_effect, 0);
	if (tmp_ctx == NULL || f.effects == NULL || !find_all(&f, tmp_ctx)) {
		talloc_free(f.effects);
		talloc_free(tmp_ctx);
		return false;
	}
	talloc_free(tmp_ctx);
	*_effects = f.effects;
	*_num_effects = f.num;
	return true;
}
