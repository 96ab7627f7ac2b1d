/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done about what was seen.
 *
 * A file that ends the loading of all modules, or whoever loads it, has to
 * leave the folder: there libldb loads it whatever the list says. It is kept
 * beside the folder, under another name.
 */

#include "guard.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

/* ------------------------------------------------------ the file, set aside
 */

static char *place_aside(TALLOC_CTX *mem_ctx, const struct guard *guard)
{
	const char *slash = strrchr(guard->file, '/');
	char *folder = NULL;
	char *above = NULL;
	char *place = NULL;

	if (slash == NULL) {
		return NULL;
	}
	folder = talloc_strndup(mem_ctx,
				guard->file,
				(size_t)(slash - guard->file));
	above = (folder == NULL) ? NULL : strrchr(folder, '/');
	if (above != NULL) {
		*above = '\0';
		place = talloc_asprintf(mem_ctx,
					"%s/" SPN_MODULE_FILE ".damaged",
					folder);
	}
	talloc_free(folder);
	return place;
}

/* Without the file. False, and it is where it was, if that does not help. */
static bool set_aside(TALLOC_CTX *mem_ctx,
		      const struct guard *guard,
		      struct guard_look *seen)
{
	const char *why = seen->why;
	char *place = place_aside(mem_ctx, guard);
	struct stat st = {};

	if (place == NULL || lstat(guard->file, &st) != 0) {
		return false;
	}
	if (rename(guard->file, place) != 0) {
		guard_say(GUARD_CRIT,
			  "%s: %s. It has to leave that folder, and cannot be "
			  "moved: %s",
			  guard->file,
			  why,
			  strerror(errno));
		return false;
	}
	*seen = guard_look(mem_ctx, guard);
	if (seen->how == GUARD_NO_MODULES) {
		(void)rename(place, guard->file);
		return false;
	}
	guard_say(GUARD_CRIT,
		  "%s: %s. It keeps every program from opening sam.ldb, so it "
		  "is now %s. Install the module again",
		  guard->file,
		  why,
		  place);
	seen->why = talloc_asprintf(mem_ctx, "%s: %s", guard->file, why);
	return seen->why != NULL;
}

/* ------------------------------------------------------------------ the list
 */

static void say_idle(const struct guard_look *seen)
{
	guard_say(GUARD_CRIT,
		  "spn_policy is idle, nothing is enforced on this DC: %s",
		  seen->why);
}

static int take_off(TALLOC_CTX *mem_ctx,
		    const struct guard *guard,
		    const struct guard_look *seen)
{
	struct module_list_change change = {
		.expected = seen->list.names,
		.wanted.names = module_list_without(mem_ctx, seen->list.names),
		.wanted.mark = module_list_mark_new(mem_ctx, seen->why),
	};
	const char *why = NULL;

	if (change.wanted.names == NULL || change.wanted.mark == NULL) {
		guard_say(GUARD_CRIT, "out of memory");
		return GUARD_EXIT_CANNOT;
	}
	if (!guard_opens(mem_ctx, guard, change.wanted.names, &why)) {
		guard_say(GUARD_CRIT,
			  "%s does not open, also without spn_policy: %s. "
			  "Nothing was changed",
			  guard->database,
			  why);
		return GUARD_EXIT_CANNOT;
	}
	if (!guard_write(mem_ctx, guard, &change, &why)) {
		guard_say(GUARD_CRIT,
			  "%s does not open because of spn_policy (%s), and "
			  "its list of modules cannot be changed: %s",
			  guard->database,
			  seen->why,
			  why);
		return GUARD_EXIT_CANNOT;
	}
	guard_say(
		GUARD_CRIT,
		"spn_policy was taken off the list of modules of %s, so that "
		"samba starts; nothing is enforced on this DC. Why: %s. "
		"Remedy: install the module again and restart samba, which "
		"puts it back on the list",
		guard->database,
		seen->why);
	return GUARD_EXIT_OFF;
}

static int when_listed(TALLOC_CTX *mem_ctx,
		       const struct guard *guard,
		       const struct guard_look *seen)
{
	if (seen->state == GUARD_IN_FORCE) {
		return GUARD_EXIT_FINE;
	}
	if (seen->state == GUARD_IDLE) {
		say_idle(seen);
		return GUARD_EXIT_OFF;
	}
	if (seen->state == GUARD_REFUSES) {
		guard_say(GUARD_CRIT,
			  "samba will not start, as smb.conf wants it: %s",
			  seen->why);
		return GUARD_EXIT_CANNOT;
	}
	return take_off(mem_ctx, guard, seen);
}

/* It was taken off the list. */
static int when_marked(TALLOC_CTX *mem_ctx,
		       const struct guard *guard,
		       const struct guard_look *seen)
{
	struct module_list_change change = {
		.expected = seen->list.names,
		.wanted.names = module_list_with(mem_ctx, seen->list.names),
	};
	const char *why = seen->why;
	char *mark = module_list_mark_text(mem_ctx, seen->list.mark);

	if (change.wanted.names == NULL || mark == NULL) {
		guard_say(GUARD_CRIT, "out of memory");
		return GUARD_EXIT_CANNOT;
	}
	if ((seen->state != GUARD_IN_FORCE && seen->state != GUARD_IDLE) ||
	    !guard_opens(mem_ctx, guard, change.wanted.names, &why) ||
	    !guard_write(mem_ctx, guard, &change, &why))
	{
		guard_say(GUARD_CRIT,
			  "spn_policy is still off the list of modules of %s, "
			  "and nothing is enforced on this DC: %s (off since "
			  "%s)",
			  guard->database,
			  why,
			  mark);
		return GUARD_EXIT_OFF;
	}
	guard_say(GUARD_NOTICE,
		  "spn_policy loads again, and is back on the list of modules "
		  "of %s (off since %s)",
		  guard->database,
		  mark);
	if (seen->state == GUARD_IDLE) {
		say_idle(seen);
		return GUARD_EXIT_OFF;
	}
	return GUARD_EXIT_FINE;
}

int guard_run(TALLOC_CTX *mem_ctx, const struct guard *guard)
{
	struct guard_look seen = guard_look(mem_ctx, guard);
	bool is_aside = false;

	if (seen.how == GUARD_NO_MODULES) {
		is_aside = set_aside(mem_ctx, guard, &seen);
	}
	if (seen.how != GUARD_SEEN) {
		guard_say(GUARD_ERR,
			  "%s cannot be looked at: %s. Nothing was changed",
			  guard->database,
			  seen.why);
		return GUARD_EXIT_CANNOT;
	}
	if (module_list_has(seen.list.names, SPN_MODULE_NAME)) {
		return when_listed(mem_ctx, guard, &seen);
	}
	if (seen.list.mark != NULL) {
		return when_marked(mem_ctx, guard, &seen);
	}
	return is_aside ? GUARD_EXIT_OFF : GUARD_EXIT_FINE;
}
