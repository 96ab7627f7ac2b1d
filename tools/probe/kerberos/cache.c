/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in a credentials cache, without libkrb5's own rules of what fits: it
 * would look realms up for them.
 */
#include "exchange.h"

krb5_error_code probe_cache_find(krb5_context ctx,
				 krb5_ccache cache,
				 bool (*wanted)(krb5_context ctx,
						const krb5_creds *creds,
						krb5_const_principal name),
				 krb5_const_principal name,
				 krb5_creds *_creds)
{
	krb5_cc_cursor cursor = NULL;
	krb5_creds creds = {};
	krb5_creds best = {};
	krb5_error_code code = krb5_cc_start_seq_get(ctx, cache, &cursor);

	if (code != 0) {
		return code;
	}
	while (krb5_cc_next_cred(ctx, cache, &cursor, &creds) == 0) {
		bool is_later = best.server == NULL ||
				(uint32_t)creds.times.endtime >
					(uint32_t)best.times.endtime;

		if (is_later && !krb5_is_config_principal(ctx, creds.server) &&
		    wanted(ctx, &creds, name))
		{
			krb5_free_cred_contents(ctx, &best);
			best = creds;
		} else {
			krb5_free_cred_contents(ctx, &creds);
		}
		creds = (krb5_creds){};
	}
	(void)krb5_cc_end_seq_get(ctx, cache, &cursor);
	*_creds = best;
	return (best.server == NULL) ? KRB5_CC_NOTFOUND : 0;
}
