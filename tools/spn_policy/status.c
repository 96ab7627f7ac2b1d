/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * status: what is installed, listed and loadable on this DC, what is set and
 * where it comes from, which other DCs there are.
 *
 * The module list is read without any module, so that status works exactly
 * when it is needed: when sam.ldb does not open any more. Over LDAP the list
 * cannot be seen; status says so instead of guessing.
 */

#include "spn_policy.h"
#include "status.h"

#include "common/dcs.h"
#include "common/presence.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <sys/stat.h>

/* ------------------------------------------- what a DC says about itself */

/* One attribute of one object; NULL when it cannot be read. */
static const struct ldb_message *policy_read_attr(TALLOC_CTX *mem_ctx,
						  struct ldb_context *ldb,
						  struct ldb_dn *dn,
						  const char *attr)
{
	const char *const attrs[] = {attr, NULL};
	struct ldb_result *res = NULL;
	int ret;

	if (dn == NULL) {
		return NULL;
	}
	ret = ldb_search(ldb, mem_ctx, &res, dn, LDB_SCOPE_BASE, attrs, NULL);
	if (ret != LDB_SUCCESS || res->count != 1) {
		return NULL;
	}
	return res->msgs[0];
}

struct ldb_dn *policy_this_dc(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	struct ldb_dn *root = ldb_dn_new(mem_ctx, ldb, NULL);
	const struct ldb_message *msg = NULL;

	msg = policy_read_attr(mem_ctx, ldb, root, "dsServiceName");
	if (msg == NULL) {
		return NULL;
	}
	return spn_values_dn(mem_ctx, ldb, msg, "dsServiceName");
}

bool policy_is_read_only(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	struct ldb_dn *this_dc = policy_this_dc(mem_ctx, ldb);
	const struct ldb_message *msg = NULL;

	msg = policy_read_attr(mem_ctx, ldb, this_dc, "msDS-isRODC");
	return msg != NULL && spn_values_bool(msg, "msDS-isRODC");
}

/* What can be seen of the list of modules over LDAP. */
static void policy_show_presence(TALLOC_CTX *mem_ctx,
				 const struct policy_tool *tool,
				 struct ldb_context *ldb)
{
	static const char *const texts[] = {
		[SPN_PRESENCE_NOT_SEEN] = ": run spn-policy status on the DC",
		[SPN_PRESENCE_WATCHES] = ", but spn_policy is there and "
					 "refuses nothing: spn_policy:mode "
					 "in smb.conf of the DC",
		[SPN_PRESENCE_ENFORCES] = ", but spn_policy is in force there",
	};
	struct ldb_dn *root = ldb_dn_new(mem_ctx, ldb, NULL);
	const struct ldb_message *msg = NULL;
	enum spn_presence presence = SPN_PRESENCE_NOT_SEEN;

	msg = policy_read_attr(mem_ctx, ldb, root, SPN_DC_STATE_ATTRIBUTE);
	if (msg != NULL) {
		presence = spn_presence_of(msg);
	}
	policy_say("database      %s", spn_connect_url(tool->connect));
	policy_say("module list   not visible over LDAP%s", texts[presence]);
}

/* ----------------------------------------------------------------- status */

void policy_problem(struct policy_state *state, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = talloc_vasprintf(state->tool->connect, format, ap);
	va_end(ap);
	policy_mark(state->tool, "PROBLEM:");
	policy_say(" %s", text != NULL ? text : "out of memory");
	talloc_free(text);
	state->problems++;
}

/* quiet: with our module, which may be damaged. */
static struct ldb_context *policy_open_with(TALLOC_CTX *mem_ctx,
					    const struct policy_state *state,
					    const char *modules,
					    bool quiet)
{
	const struct spn_connect_options options = {
		.modules = modules,
		.quiet = quiet,
	};

	if (quiet &&
	    spn_connect_kills(mem_ctx, state->tool->connect, &options))
	{
		return NULL;
	}
	return spn_connect_open(mem_ctx, state->tool->connect, &options);
}

/* The module sets this when it starts; see spn_policy_init(). */
static const char *policy_version(struct ldb_context *ldb)
{
	const char *version = ldb_get_opaque(ldb, SPN_POLICY_VERSION_OPAQUE);

	return version != NULL ? version : "version not known";
}

/* Is there a file of the module, and has this process loaded it? */
static bool policy_show_file(TALLOC_CTX *mem_ctx, struct policy_state *state)
{
	bool loaded = false;
	char *file = policy_module_file(mem_ctx, state->tool, &loaded);
	struct stat st = {};

	if (file == NULL) {
		policy_say("module file   none");
		policy_problem(state,
			       "the module is not installed. Remedy: install "
			       "spn_policy.so into %s",
			       SPN_POLICY_MODULESDIR);
		return false;
	}
	policy_say("module file   %s%s",
		   file,
		   policy_in_modules_dir(file)
			   ? ""
			   : " (by LDB_MODULES_PATH; samba needs the same)");
	if (stat(file, &st) == 0 && !S_ISREG(st.st_mode)) {
		policy_problem(state,
			       "%s is no file. Remedy: install the module "
			       "there",
			       file);
		return false;
	}
	if (!loaded) {
		policy_problem(state,
			       "%s does not load; the reason stands above, or "
			       "ldbsearch --version shows it",
			       file);
		return false;
	}
	if ((st.st_mode & S_IWOTH) != 0) {
		policy_problem(state,
			       "everybody may write %s, which runs inside "
			       "samba. Remedy: chmod o-w",
			       file);
	}
	return true;
}

/* sam.ldb does not open with the module. What does that mean? */
static void policy_show_failure(struct policy_state *state,
				bool listed,
				bool loaded)
{
	const char *reason = spn_connect_reason(state->tool->connect);

	policy_say("loads         no: %s", reason);
	if (listed) {
		policy_problem(state,
			       "sam.ldb does not open, and samba does not "
			       "start. Remedy: install the module, or "
			       "spn-policy disable");
	} else if (loaded) {
		policy_problem(state,
			       "the module is not fit for this samba. Remedy: "
			       "install the build for its version");
	}
}

/* This process has loaded the module; what does it do? */
static void policy_show_loaded(struct policy_state *state,
			       struct ldb_context *ldb)
{
	const char *idle = ldb_get_opaque(ldb, SPN_POLICY_IDLE_OPAQUE);

	policy_say("loads         yes, %s", policy_version(ldb));
	if (idle != NULL) {
		policy_problem(state,
			       "the module is idle and does nothing: %s. "
			       "Remedy: install the build for this samba",
			       idle);
	}
}

/* Taken off the list by spn-guard, which puts it back. */
static void policy_show_mark(TALLOC_CTX *mem_ctx,
			     struct policy_state *state,
			     const char *mark)
{
	char *text = module_list_mark_text(mem_ctx, mark);

	policy_problem(
		state,
		"spn-guard took spn_policy off the list, so that samba "
		"starts. %s. Remedy: install the module again and "
		"restart samba, which puts it back; spn-policy enable "
		"does so at once, and after spn-policy disable it stays "
		"off",
		text != NULL ? text : mark);
}

static bool policy_is_in_units(const char *name)
{
	static const char *const folders[] = {
		"/etc/systemd/system",
		"/run/systemd/system",
		"/usr/local/lib/systemd/system",
		"/usr/lib/systemd/system",
		"/lib/systemd/system",
	};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (access(path, F_OK) == 0) {
			return true;
		}
	}
	return false;
}

/* Only where systemd starts samba; nothing is wrong without it. */
static void policy_show_guard(void)
{
	if (!policy_is_in_units("samba-ad-dc.service")) {
		return;
	}
	policy_say("guard         %s",
		   policy_is_in_units("samba-ad-dc.service.d/spn-guard.conf")
			   ? "yes, spn-guard runs before samba"
			   : "no: samba does not start if the module's file "
			     "is damaged; see spn-guard(8)");
}

/*
 * Module list and module of the local database. *_ldb is open with the module
 * or, if that fails, without. false: could not run.
 */
static bool policy_show_module(TALLOC_CTX *mem_ctx,
			       struct policy_state *state,
			       struct ldb_context **_ldb)
{
	struct module_list list = {};
	char *with = NULL;
	bool listed;
	bool loaded;

	if (!module_list_read(mem_ctx, state->tool->connect, &list)) {
		return false;
	}
	listed = module_list_has(list.names, SPN_MODULE_NAME);
	with = module_list_with(mem_ctx, list.names);
	if (with == NULL) {
		policy_oom(state->tool);
		return false;
	}
	policy_say("database      %s", state->tool->path);
	policy_say("module list   %s", list.names);
	loaded = policy_show_file(mem_ctx, state);

	*_ldb = policy_open_with(mem_ctx, state, with, true);
	if (*_ldb == NULL) {
		policy_show_failure(state, listed, loaded);
		*_ldb = policy_open_with(mem_ctx,
					 state,
					 module_list_without(mem_ctx,
							     list.names),
					 false);
	} else {
		policy_show_loaded(state, *_ldb);
	}
	if (!policy_show_running(mem_ctx, state, listed)) {
		return false;
	}
	policy_show_guard();
	if (!listed && list.mark != NULL) {
		policy_show_mark(mem_ctx, state, list.mark);
	} else if (!listed) {
		policy_problem(state,
			       "spn_policy is not enabled on this DC. Remedy: "
			       "spn-policy enable");
	} else if (strcmp(list.names, with) != 0) {
		policy_problem(state,
			       "spn_policy is not the first of the list, so "
			       "it does not see all. Remedy: spn-policy "
			       "enable");
	}
	return *_ldb != NULL;
}

/* The value of a key for people: accounts by their names. */
static char *policy_shown_value(TALLOC_CTX *mem_ctx,
				const struct policy_state *state,
				struct ldb_context *ldb,
				const struct policy_settings *settings,
				const char *name)
{
	if (strcmp(name, "exempt-account") == 0) {
		return policy_account_names(
			mem_ctx,
			state->tool,
			ldb,
			settings->effective->exempt_accounts);
	}
	return spn_settings_get(settings->effective, mem_ctx, name);
}

/* One key. false: out of memory. */
static bool policy_show_setting(TALLOC_CTX *mem_ctx,
				const struct policy_state *state,
				struct ldb_context *ldb,
				const struct policy_settings *settings,
				const struct spn_setting *setting)
{
	const char *source = policy_source(mem_ctx, settings, setting->name);
	char *effective = policy_shown_value(mem_ctx,
					     state,
					     ldb,
					     settings,
					     setting->name);

	if (source == NULL || effective == NULL) {
		return false;
	}
	policy_say("  %-16s %-20s %s",
		   setting->name,
		   effective[0] != '\0' ? effective : "-",
		   source);
	return true;
}

static void policy_show_mode(const struct policy_settings *settings)
{
	static const char *const effects[] = {
		[SPN_MODE_ENFORCE] = "",
		[SPN_MODE_AUDIT] = " (deny and complete act as warn)",
		[SPN_MODE_OFF] = " (nothing is checked)",
	};
	enum spn_mode mode = settings->effective->mode;
	bool from_conf = settings->mode != NULL && !settings->mode_is_bad;

	policy_say("  %-16s %-20s %s%s",
		   "mode",
		   spn_mode_text(mode),
		   from_conf ? "smb.conf" : "default",
		   effects[mode]);
}

static bool policy_show_settings(TALLOC_CTX *mem_ctx,
				 struct policy_state *state,
				 struct ldb_context *ldb)
{
	struct policy_settings *settings = NULL;
	const struct spn_setting *table = NULL;
	size_t warnings = 0;
	size_t num = 0;
	size_t i;

	settings = policy_settings_read(mem_ctx, state->tool, ldb);
	if (settings == NULL) {
		return false;
	}
	table = spn_settings_table(mem_ctx, spn_rules(), &num);
	if (table == NULL) {
		policy_oom(state->tool);
		return false;
	}
	policy_say("settings      %s%s",
		   ldb_dn_get_linearized(settings->dn),
		   settings->exists ? "" : " (none yet)");
	if (state->tool->path != NULL) {
		policy_show_mode(settings);
	}
	for (i = 0; i < num; i++) {
		if (!policy_show_setting(mem_ctx,
					 state,
					 ldb,
					 settings,
					 &table[i]))
		{
			policy_oom(state->tool);
			return false;
		}
	}
	state->problems += policy_settings_problems(state->tool, settings);
	if (!policy_effects(mem_ctx,
			    state->tool,
			    ldb,
			    settings,
			    NULL,
			    &warnings))
	{
		return false;
	}
	state->problems += warnings;
	return true;
}

/* All DCs of the domain: the first promise holds for the forest. */
static bool policy_show_dcs(TALLOC_CTX *mem_ctx,
			    struct policy_state *state,
			    struct ldb_context *ldb)
{
	struct ldb_dn *this_dc = policy_this_dc(mem_ctx, ldb);
	const char *here = NULL;
	struct spn_dcs *dcs = spn_dcs_list(mem_ctx, ldb);
	size_t i;

	if (dcs == NULL) {
		spn_connect_message(state->tool->connect,
				    "cannot read the list of DCs: %s",
				    spn_connect_error(ldb, LDB_ERR_OTHER));
		return false;
	}
	if (state->tool->path != NULL && this_dc != NULL) {
		here = ldb_dn_get_linearized(this_dc);
	}
	policy_say("domain controllers of %s", dcs->domain);
	for (i = 0; i < dcs->num_dcs; i++) {
		const struct spn_dc *dc = &dcs->dcs[i];

		policy_say("  %-36s %s%s",
			   dc->name,
			   (here != NULL && strcmp(dc->ntds, here) == 0)
				   ? "this one, see above"
				   : "not asked: spn-policy status --all",
			   dc->is_read_only ? " (read-only)" : "");
	}
	return true;
}

int policy_status(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct policy_state state = {.tool = tool};
	struct ldb_context *ldb = NULL;

	if (tool->all) {
		return policy_status_all(mem_ctx, tool);
	}
	if (tool->path == NULL) {
		ldb = policy_open_with(mem_ctx, &state, NULL, false);
		if (ldb == NULL) {
			return SPN_EXIT_CANNOT_RUN;
		}
		policy_show_presence(mem_ctx, tool, ldb);
		if (!policy_show_running_there(mem_ctx, &state, ldb)) {
			return SPN_EXIT_CANNOT_RUN;
		}
	} else if (!policy_show_module(mem_ctx, &state, &ldb)) {
		return SPN_EXIT_CANNOT_RUN;
	}
	if (!policy_show_settings(mem_ctx, &state, ldb) ||
	    !policy_show_dcs(mem_ctx, &state, ldb))
	{
		return SPN_EXIT_CANNOT_RUN;
	}
	return state.problems == 0 ? SPN_EXIT_DONE : POLICY_EXIT_OFF;
}
