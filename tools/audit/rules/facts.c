/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of facts as such.
 */
#include "facts.h"

bool spn_facts_have_sam_name(const struct spn_facts *facts,
			     struct spn_str host)
{
	return facts != NULL && spn_names_have(facts->additional_sam_names,
					       facts->sam_names,
					       host);
}
