/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In the middle of a request, when access control has spoken, samldb asks for
 * the holders of each new SPN and of its aliases, one search after the other,
 * and for sPNMappings each time. We want to know the same and more. So the
 * first question is the moment to look up whatever the rules want, in one
 * search of every naming context; what is known then is answered from here.
 * Nothing else has been written in this transaction, so it is what the modules
 * below would have said, only sooner: a write is checked in the whole forest
 * for less than what Samba's check of one naming context costs.
 */
#include "spn_answer.h"

#include <string.h>

#define SPN_ATTR "servicePrincipalName"

/* (attr=...) and no control: what is live, seen by the system. */
static const struct ldb_val *equality(const struct ldb_request *req,
				      const char *attr)
{
	const struct ldb_parse_tree *tree = req->op.search.tree;

	if (tree == NULL || tree->operation != LDB_OP_EQUALITY ||
	    ldb_attr_cmp(tree->u.equality.attr, attr) != 0 ||
	    (req->controls != NULL && req->controls[0] != NULL))
	{
		return NULL;
	}
	return &tree->u.equality.value;
}

static bool asks_for_mappings(const struct ldb_request *req,
			      const struct ldb_message *known)
{
	static const char object_class[] = "nTDSService";
	const char *const *attrs = req->op.search.attrs;
	const struct ldb_val *value = equality(req, "objectClass");

	return known != NULL && value != NULL &&
	       req->op.search.scope == LDB_SCOPE_BASE && attrs != NULL &&
	       attrs[0] != NULL && attrs[1] == NULL &&
	       ldb_attr_cmp(attrs[0], "sPNMappings") == 0 &&
	       value->length == strlen(object_class) &&
	       memcmp(value->data, object_class, value->length) == 0 &&
	       ldb_dn_compare(req->op.search.base, known->dn) == 0;
}

bool spn_answer_is_about_spn(struct ldb_context *ldb,
			     const struct ldb_request *req)
{
	struct ldb_dn *domain = ldb_get_default_basedn(ldb);

	return equality(req, SPN_ATTR) != NULL &&
	       req->op.search.scope == LDB_SCOPE_SUBTREE && domain != NULL &&
	       req->op.search.base != NULL &&
	       ldb_dn_compare(req->op.search.base, domain) == 0;
}

static int send(struct ldb_request *req, const struct ldb_message *known)
{
	struct ldb_message *msg = NULL;

	if (known != NULL) {
		int ret;

		msg = ldb_msg_copy(req, known);
		if (msg == NULL) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
		ret = ldb_module_send_entry(req, msg, NULL);
		if (ret != LDB_SUCCESS) {
			return ret;
		}
	}
	return ldb_module_done(req, NULL, NULL, LDB_SUCCESS);
}

int spn_answer(struct spn_transaction *txn,
	       struct spn_plan *plan,
	       struct ldb_request *req,
	       bool *_answered)
{
	const struct ldb_val *spn = equality(req, SPN_ATTR);

	*_answered = false;
	if (asks_for_mappings(req, txn->mappings)) {
		*_answered = true;
		return send(req, txn->mappings);
	}
	if (spn == NULL || !spn_answer_is_about_spn(txn->store.ldb, req) ||
	    !spn_plan_nobody_holds(plan,
				   (struct spn_str){
					   .data = (const char *)spn->data,
					   .len = spn->length,
				   }))
	{
		return LDB_SUCCESS;
	}
	*_answered = true;
	return send(req, NULL);
}
