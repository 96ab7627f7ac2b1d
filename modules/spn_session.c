/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba hangs the caller's session on the ldb context as "sessionInfo". The
 * headers for it differ from release to release and are not all installed,
 * so only the leading members are mirrored here: they are the same in 4.17,
 * 4.22 and master.
 */
#include "spn_session.h"

#include "policy/ids.h"

#include <string.h>

#define MAX_SUB_AUTHORITIES 15
/* S-1-5-... */
#define AUTHENTICATED_USERS 11
#define LOCAL_SYSTEM 18
#define LONGEST_SID (8 + 4 * MAX_SUB_AUTHORITIES)

struct mirrored_sid {
	uint8_t revision;
	int8_t num_auths;   /* 0-15 */
	uint8_t id_auth[6]; /* big-endian */
	uint32_t sub_auths[MAX_SUB_AUTHORITIES];
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
	    session->token->num_sids == 0)
	{
		return NULL;
	}
	return &session->token->sids[0];
}

/* S-1-5-NUMBER */
static bool is_of_nt_authority(const struct mirrored_sid *sid, uint32_t number)
{
	static const uint8_t nt_authority[6] = {0, 0, 0, 0, 0, 5};

	return sid->num_auths == 1 && sid->sub_auths[0] == number &&
	       memcmp(sid->id_auth, nt_authority, sizeof(nt_authority)) == 0;
}

bool spn_session_is_system(struct ldb_context *ldb)
{
	const struct mirrored_sid *sid = user_of(ldb);

	return sid == NULL || is_of_nt_authority(sid, LOCAL_SYSTEM);
}

bool spn_session_is_authenticated(struct ldb_context *ldb)
{
	const struct mirrored_session *session = ldb_get_opaque(ldb,
								"sessionInfo");
	uint32_t i;

	if (spn_session_is_system(ldb)) {
		return true;
	}
	for (i = 0; i < session->token->num_sids; i++) {
		if (is_of_nt_authority(&session->token->sids[i],
				       AUTHENTICATED_USERS))
		{
			return true;
		}
	}
	return false;
}

/* As objectSid stores it, in these bytes; len 0 for what is no SID. */
static struct spn_str bytes_of(const struct mirrored_sid *sid,
			       uint8_t bytes[LONGEST_SID])
{
	uint8_t *at = bytes;
	int8_t i;

	if (sid == NULL || sid->num_auths < 0 ||
	    sid->num_auths > MAX_SUB_AUTHORITIES)
	{
		return (struct spn_str){};
	}
	*at++ = sid->revision;
	*at++ = (uint8_t)sid->num_auths;
	memcpy(at, sid->id_auth, sizeof(sid->id_auth));
	at += sizeof(sid->id_auth);
	for (i = 0; i < sid->num_auths; i++) {
		uint32_t number = sid->sub_auths[i];

		*at++ = (uint8_t)number;
		*at++ = (uint8_t)(number >> 8);
		*at++ = (uint8_t)(number >> 16);
		*at++ = (uint8_t)(number >> 24);
	}
	return (struct spn_str){
		.data = (const char *)bytes,
		.len = (size_t)(at - bytes),
	};
}

bool spn_session_is_account(struct ldb_context *ldb, struct spn_str object_sid)
{
	uint8_t bytes[LONGEST_SID];
	struct spn_str sid = bytes_of(user_of(ldb), bytes);

	return sid.len > 0 && spn_str_equal(sid, object_sid);
}

char *spn_session_user_sid(struct ldb_context *ldb, TALLOC_CTX *mem_ctx)
{
	uint8_t bytes[LONGEST_SID];
	struct spn_str sid = bytes_of(user_of(ldb), bytes);

	return (sid.len == 0) ? NULL : spn_sid_text(mem_ctx, sid);
}
