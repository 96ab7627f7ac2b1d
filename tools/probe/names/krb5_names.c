/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * krb5_sname_to_principal() in a context that is like the one of a client.
 * With dns_canonicalize_hostname = fallback it does nothing: libkrb5 first
 * asks the KDC for what "false" makes of the name, and then for what "true"
 * does, so these two are asked here. (MIT krb5 1.20, lib/krb5/os/sn2princ.c)
 */
#include "probe/names/krb5_names.h"

#include "policy/quote.h"
#include "probe/names/child.h"
#include "probe/names/names.h"

#include <krb5.h>
#include <profile.h>
#include <string.h>
#include <strings.h>

enum {
	SAYS_FIRST = 'n',
	SAYS_SECOND = 's',
	SAYS_WHY = 'e',
};

/* Of [libdefaults]. */
static char canonicalize[] = "dns_canonicalize_hostname";
static char rdns[] = "rdns";
static char qualify[] = "qualify_shortname";

struct setting {
	const char *name; /* NULL: none */
	char value[12];
};

#define MOST_SETTINGS 2

/* What counts before krb5.conf. */
struct settings {
	struct setting settings[MOST_SETTINGS];
};

static const struct settings no_dns = {.settings = {
					       {canonicalize, "false"},
				       }};
static const struct settings with_dns = {.settings = {
						 {canonicalize, "true"},
					 }};

static const struct settings by_how[PROBE_NUM_KRB5] = {
	[PROBE_KRB5_NO_DNS] = {.settings = {{canonicalize, "false"}}},
	[PROBE_KRB5_NO_DNS_NO_DOMAIN] = {.settings = {{canonicalize, "false"},
						      {qualify, ""}}},
	[PROBE_KRB5_NO_RDNS] = {.settings = {{rdns, "false"}}},
};

/* ------------------------------------------------------------ in a child */

/* A profile that has them first, and then all that another one has. */
struct layered {
	profile_t below;
	struct settings own;
	char *values[2]; /* the list that is given away */
};

static long get_values(void *private_data,
		       const char *const *names,
		       char ***_values)
{
	struct layered *l = private_data;
	size_t i;

	for (i = 0; i < MOST_SETTINGS; i++) {
		struct setting *s = &l->own.settings[i];

		if (s->name != NULL && names[0] != NULL && names[1] != NULL &&
		    names[2] == NULL && strcmp(names[0], "libdefaults") == 0 &&
		    strcmp(names[1], s->name) == 0)
		{
			l->values[0] = s->value;
			*_values = l->values;
			return 0;
		}
	}
	return profile_get_values(l->below, names, _values);
}

static void free_values(void *private_data, char **values)
{
	struct layered *l = private_data;

	if (values != l->values) {
		profile_free_list(values);
	}
}

static void say_error(krb5_context ctx,
		      krb5_error_code code,
		      struct spn_child *child)
{
	const char *text = krb5_get_error_message(ctx, code);

	probe_child_say(child, SAYS_WHY, text);
	krb5_free_error_message(ctx, text);
}

static bool is_fallback(krb5_context ctx)
{
	profile_t profile = NULL;
	char *value = NULL;
	bool is = false;

	if (krb5_get_profile(ctx, &profile) != 0) {
		return false;
	}
	if (profile_get_string(profile,
			       "libdefaults",
			       canonicalize,
			       NULL,
			       NULL,
			       &value) == 0 &&
	    value != NULL)
	{
		is = strcasecmp(value, "fallback") == 0;
		profile_release_string(value);
	}
	profile_release(profile);
	return is;
}

static void say_name(krb5_context ctx,
		     const char *host,
		     char letter,
		     struct spn_child *child)
{
	krb5_principal principal = NULL;
	krb5_error_code ret = krb5_sname_to_principal(ctx,
						      host,
						      "HTTP",
						      KRB5_NT_SRV_HST,
						      &principal);
	char name[1025] = "";

	if (ret != 0) {
		say_error(ctx, ret, child);
		return;
	}
	if (principal->length == 2 && principal->data[1].length < sizeof(name))
	{
		memcpy(name,
		       principal->data[1].data,
		       principal->data[1].length);
		probe_child_say(child, letter, name);
	}
	krb5_free_principal(ctx, principal);
}

/* As say_name(), with settings before those that ctx has. */
static void say_with(krb5_context ctx,
		     const struct settings *settings,
		     const char *host,
		     char letter,
		     struct spn_child *child)
{
	struct profile_vtable table = {
		.minor_ver = 1,
		.get_values = get_values,
		.free_values = free_values,
	};
	struct layered layered = {.own = *settings};
	profile_t profile = NULL;
	krb5_context own = NULL;
	krb5_error_code ret = krb5_get_profile(ctx, &layered.below);

	if (ret != 0) {
		say_error(ctx, ret, child);
		return;
	}
	ret = (krb5_error_code)profile_init_vtable(&table, &layered, &profile);
	if (ret == 0) {
		ret = krb5_init_context_profile(profile, 0, &own);
		profile_release(profile);
	}
	if (ret == 0) {
		say_name(own, host, letter, child);
	} else {
		say_error(NULL, ret, child);
	}
	krb5_free_context(own);
	profile_release(layered.below);
}

static void work(size_t number,
		 const void *private_data,
		 struct spn_child *child)
{
	const struct probe_krb5_question *questions = private_data;
	const struct probe_krb5_question *q = &questions[number];
	krb5_context ctx = NULL;
	/* It has the better words for a krb5.conf that is broken. */
	krb5_error_code ret = krb5_init_context(&ctx);
	bool asks_twice;

	if (ret != 0) {
		say_error(NULL, ret, child);
		return;
	}
	asks_twice = q->how == PROBE_KRB5_FALLBACK ||
		     (q->how == PROBE_KRB5_MACHINE && is_fallback(ctx));
	if (asks_twice) {
		say_with(ctx, &no_dns, q->host, SAYS_FIRST, child);
		say_with(ctx, &with_dns, q->host, SAYS_SECOND, child);
	} else if (q->how == PROBE_KRB5_MACHINE) {
		say_name(ctx, q->host, SAYS_FIRST, child);
	} else {
		say_with(ctx, &by_how[q->how], q->host, SAYS_FIRST, child);
	}
	krb5_free_context(ctx);
}

/* ----------------------------------------------------------- in the parent */

/* A name as it is, for whoever asks for it; a message as it can be shown. */
static const char *said_text(TALLOC_CTX *mem_ctx,
			     const struct probe_said *said)
{
	return (said->letter == SAYS_WHY)
		       ? spn_printable(mem_ctx, spn_str_of(said->text))
		       : talloc_strdup(mem_ctx, said->text);
}

/* False when out of memory. */
static bool take(TALLOC_CTX *mem_ctx,
		 const struct probe_heard *heard,
		 unsigned timeout,
		 struct probe_krb5_answer *answer)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; i < heard->num_said; i++) {
		const char *text = said_text(mem_ctx, &heard->said[i]);

		if (text == NULL) {
			return false;
		}
		switch (heard->said[i].letter) {
		case SAYS_FIRST:
			answer->first = text;
			break;
		case SAYS_SECOND:
			answer->second = text;
			break;
		default:
			why = text;
			break;
		}
	}
	if (answer->first != NULL) {
		if (answer->second != NULL &&
		    strcmp(answer->first, answer->second) == 0)
		{
			answer->second = NULL;
		}
		return true;
	}
	answer->second = NULL;
	if (heard->is_late) {
		answer->why = talloc_asprintf(mem_ctx,
					      "DNS has not told libkrb5 in "
					      "%u seconds (--timeout)",
					      timeout);
	} else if (why != NULL) {
		answer->why = talloc_asprintf(mem_ctx,
					      "libkrb5 says: %s",
					      why);
	} else {
		answer->why = "asking libkrb5 ended the program that asked";
	}
	return answer->why != NULL;
}

struct probe_krb5_answer *probe_krb5_ask(
	TALLOC_CTX *mem_ctx,
	const struct probe_krb5_question *questions,
	size_t num,
	const struct probe_dns *dns)
{
	const struct probe_child_work ask = {
		.work = work,
		.private_data = questions,
	};
	struct probe_krb5_answer *answers =
		talloc_zero_array(mem_ctx, struct probe_krb5_answer, num + 1);
	struct probe_heard *heard = NULL;
	size_t i;

	if (answers == NULL) {
		return NULL;
	}
	heard = probe_child_ask(answers, &ask, num, dns->left);
	for (i = 0; heard != NULL && i < num; i++) {
		if (!take(answers, &heard[i], dns->timeout, &answers[i])) {
			TALLOC_FREE(heard);
		}
	}
	if (heard == NULL) {
		talloc_free(answers);
		return NULL;
	}
	talloc_free(heard);
	return answers;
}
