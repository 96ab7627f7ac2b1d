/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba hangs the caller's session on the ldb context as "sessionInfo". The
 * headers for it differ from release to release and are not all installed,
 * so only the leading members are mirrored here: they are the same in 4.17,
 * 4.22 and master.
 */
#include "spn_session.h"

#include <inttypes.h>
#include <string.h>

struct mirrored_sid {
	uint8_t revision;
	int8_t num_auths;   /* 0-15 */
	uint8_t id_auth[6]; /* big-endian */
	uint32_t sub_auths[15];
};

struct mirrored_token {
	uint32_t num_sids;
	struct mirrored_sid *sids; /* the first is the user */
};

struct mirrored_session {
	struct mirrored_token *token;
};

/* The SID of the caller, or NULL when there is no session. */
static const struct mirrored_sid *user_of(struct ldb_context *ldb)
{
	const struct mirrored_session *session = ldb_get_opaque(ldb,
								"sessionInfo");

	if (session == NULL || session->token == NULL ||
	    session->token->num_sids == 0) {
		return NULL;
	}
	return &session->token->sids[0];
}

bool spn_session_is_system(struct ldb_context *ldb)
{
	static const uint8_t nt_authority[6] = {0, 0, 0, 0, 0, 5};
	const struct mirrored_sid *sid = user_of(ldb);

	return sid == NULL ||
	       (sid->num_auths == 1 && sid->sub_auths[0] == 18 &&
		memcmp(sid->id_auth, nt_authority, sizeof(nt_authority)) == 0);
}

bool spn_session_is_account(struct ldb_context *ldb, struct spn_str object_sid)
{
	const struct mirrored_sid *sid = user_of(ldb);
	const uint8_t *bytes = (const uint8_t *)object_sid.data;
	const size_t head = 8;
	size_t num = 0;
	size_t i;

	if (sid == NULL || object_sid.len < head || sid->num_auths < 0 ||
	    sid->num_auths > 15)
	{
		return false;
	}
	num = (size_t)sid->num_auths;
	if (bytes[0] != sid->revision || bytes[1] != num ||
	    object_sid.len != head + 4 * num ||
	    memcmp(bytes + 2, sid->id_auth, sizeof(sid->id_auth)) != 0)
	{
		return false;
	}
	for (i = 0; i < num; i++) {
		const uint8_t *at = bytes + head + 4 * i;
		uint32_t number = at[0] | (uint32_t)at[1] << 8 |
				  (uint32_t)at[2] << 16 |
				  (uint32_t)at[3] << 24;

		if (number != sid->sub_auths[i]) {
			return false;
		}
	}
	return true;
}

char *spn_session_user_sid(struct ldb_context *ldb, TALLOC_CTX *mem_ctx)
{
	const struct mirrored_sid *sid = user_of(ldb);
	uint64_t authority = 0;
	char *text = NULL;
	int8_t i;

	if (sid == NULL) {
		return NULL;
	}
	for (i = 0; i < 6; i++) {
		authority = (authority << 8) | sid->id_auth[i];
	}
	text = talloc_asprintf(mem_ctx,
			       "S-%u-%" PRIu64,
			       sid->revision,
			       authority);
	for (i = 0; text != NULL && i < sid->num_auths && i < 15; i++) {
		text = talloc_asprintf_append(text,
					      "-%" PRIu32,
					      sid->sub_auths[i]);
	}
	return text;
}
