/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * status: what the samba that runs does. smb.conf and the list of modules say
 * what it will do after its next start.
 */
#include "status.h"

#include "common/dcs.h"
#include "common/samba.h"

#include <string.h>
#include <sys/stat.h>

/* Is it the database of smb.conf, which the samba of this machine runs with?
 */
static bool policy_is_its_own(const struct policy_state *state)
{
	char *path = spn_connect_private_path(state->tool->connect,
					      state->tool->connect,
					      "sam.ldb");
	struct stat ours = {};
	struct stat its = {};
	bool same = path != NULL && stat(path, &its) == 0 &&
		    stat(state->tool->path, &ours) == 0 &&
		    ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;

	talloc_free(path);
	return same;
}

/* Whatever else was changed there, the mode is the one that it runs in. */
static bool policy_conf_is_obeyed(const struct policy_state *state,
				  const struct spn_dc *dc)
{
	const char *mode = samba_config()->lpcfg_parm_string(
		spn_connect_loadparm(state->tool->connect),
		NULL,
		"spn_policy",
		"mode");

	/* A word that is none of them means enforce. */
	if (mode == NULL ||
	    (strcmp(mode, spn_mode_text(SPN_MODE_AUDIT)) != 0 &&
	     strcmp(mode, spn_mode_text(SPN_MODE_OFF)) != 0))
	{
		mode = spn_mode_text(SPN_MODE_ENFORCE);
	}
	return dc->state.mode == SPN_DC_IDLE ||
	       strcmp(mode, spn_dc_mode_text(dc->state.mode)) == 0;
}

/* A problem only where samba does something else than it was told. */
static void policy_judge_running(TALLOC_CTX *mem_ctx,
				 struct policy_state *state,
				 struct spn_dc *dc,
				 bool listed)
{
	char *text = NULL;

	if (dc->standing == SPN_STANDING_ABSENT) {
		if (listed && state->tool->path != NULL) {
			policy_problem(state,
				       "samba runs without the module. "
				       "Remedy: restart samba");
		}
		return;
	}
	if (dc->has_state && state->tool->path != NULL &&
	    policy_conf_is_obeyed(state, dc))
	{
		dc->state.restart &= ~(unsigned)SPN_DC_RESTART_CONF;
	}
	if (dc->standing != SPN_STANDING_UNCLEAR &&
	    dc->standing != SPN_STANDING_IDLE &&
	    (!dc->has_state || dc->state.restart == 0))
	{
		return;
	}
	text = spn_dc_says(mem_ctx, dc);
	policy_problem(state,
		       "the samba that runs: %s. Remedy: restart samba",
		       text != NULL ? text : "out of memory");
}

static void policy_show_dc(TALLOC_CTX *mem_ctx,
			   struct policy_state *state,
			   struct spn_dc *dc,
			   bool listed)
{
	char *since = NULL;

	if (dc->has_state) {
		since = spn_dc_time_text(mem_ctx, dc->state.since);
	}
	policy_say("running       %s%s%s",
		   spn_standing_text(dc->standing),
		   since != NULL ? ", since " : "",
		   since != NULL ? since : "");
	policy_judge_running(mem_ctx, state, dc, listed);
}

bool policy_show_running(TALLOC_CTX *mem_ctx,
			 struct policy_state *state,
			 bool listed)
{
	struct spn_dc *dc = NULL;

	if (!policy_is_its_own(state)) {
		policy_say("running       not asked: smb.conf names another "
			   "database");
		return true;
	}
	dc = spn_dcs_ask_here(mem_ctx, state->tool->connect);
	if (dc == NULL) {
		policy_oom(state->tool);
		return false;
	}
	if (dc->standing == SPN_STANDING_UNREACHABLE) {
		policy_say("running       samba does not answer: %s",
			   dc->reason);
		return true;
	}
	policy_show_dc(mem_ctx, state, dc, listed);
	return true;
}

bool policy_show_running_there(TALLOC_CTX *mem_ctx,
			       struct policy_state *state,
			       struct ldb_context *ldb)
{
	struct spn_dc *dc = spn_dcs_ask_open(mem_ctx, ldb);

	if (dc == NULL) {
		policy_oom(state->tool);
		return false;
	}
	if (dc->has_state || dc->standing == SPN_STANDING_UNCLEAR) {
		policy_show_dc(mem_ctx, state, dc, true);
	}
	return true;
}
