/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions of the names that the module calls stand here; they hand on to
 * the real ones unless it is time to fail and the module itself is asking.
 */
#include "fail_allocation.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <util/data_blob.h>

#include <talloc.h>
#include <ldb.h>
#include <ldb_module.h>

static const char *whose = "spn_policy.so";
static unsigned remaining;
static bool happened;

void fail_allocation_in(const char *file)
{
	whose = file;
}

void fail_allocation(unsigned n)
{
	remaining = n;
	happened = false;
}

void count_allocations(void)
{
	fail_allocation(UINT_MAX);
}

unsigned counted_allocations(void)
{
	unsigned counted = UINT_MAX - remaining;

	remaining = 0;
	return counted;
}

bool fail_allocation_happened(void)
{
	remaining = 0;
	return happened;
}

static bool fails(const void *caller)
{
	Dl_info info = {};

	if (remaining == 0 || dladdr(caller, &info) == 0 ||
	    strstr(info.dli_fname, whose) == NULL)
	{
		return false;
	}
	happened |= (--remaining == 0);
	return remaining == 0;
}

#define EXPORT __attribute__((visibility("default")))
#define FAILS fails(__builtin_return_address(0))
#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

EXPORT void *talloc_named_const(const void *context,
				size_t size,
				const char *name)
{
	return FAILS ? NULL : REAL(talloc_named_const)(context, size, name);
}

EXPORT void *_talloc_zero(const void *context, size_t size, const char *name)
{
	return FAILS ? NULL : REAL(_talloc_zero)(context, size, name);
}

EXPORT void *_talloc_array(const void *context,
			   size_t size,
			   unsigned count,
			   const char *name)
{
	return FAILS ? NULL : REAL(_talloc_array)(context, size, count, name);
}

EXPORT void *_talloc_zero_array(const void *context,
				size_t size,
				unsigned count,
				const char *name)
{
	return FAILS ? NULL
		     : REAL(_talloc_zero_array)(context, size, count, name);
}

EXPORT void *_talloc_realloc_array(const void *context,
				   void *old,
				   size_t size,
				   unsigned count,
				   const char *name)
{
	return FAILS ? NULL
		     : REAL(_talloc_realloc_array)(context,
						   old,
						   size,
						   count,
						   name);
}

EXPORT void *_talloc_memdup(const void *context,
			    const void *data,
			    size_t size,
			    const char *name)
{
	return FAILS ? NULL : REAL(_talloc_memdup)(context, data, size, name);
}

EXPORT char *talloc_strdup(const void *context, const char *text)
{
	return FAILS ? NULL : REAL(talloc_strdup)(context, text);
}

EXPORT char *talloc_strndup(const void *context, const char *text, size_t n)
{
	return FAILS ? NULL : REAL(talloc_strndup)(context, text, n);
}

EXPORT char *talloc_strdup_append_buffer(char *text, const char *more)
{
	return FAILS ? NULL : REAL(talloc_strdup_append_buffer)(text, more);
}

EXPORT char *talloc_strndup_append_buffer(char *text,
					  const char *more,
					  size_t n)
{
	return FAILS ? NULL
		     : REAL(talloc_strndup_append_buffer)(text, more, n);
}

EXPORT char *talloc_asprintf(const void *context, const char *format, ...)
{
	va_list args;
	char *text = NULL;

	if (FAILS) {
		return NULL;
	}
	va_start(args, format);
	text = talloc_vasprintf(context, format, args);
	va_end(args);
	return text;
}

EXPORT char *talloc_asprintf_append(char *before, const char *format, ...)
{
	va_list args;
	char *text = NULL;

	if (FAILS) {
		return NULL;
	}
	va_start(args, format);
	text = talloc_vasprintf_append(before, format, args);
	va_end(args);
	return text;
}

EXPORT char *talloc_asprintf_append_buffer(char *before,
					   const char *format,
					   ...)
{
	va_list args;
	char *text = NULL;

	if (FAILS) {
		return NULL;
	}
	va_start(args, format);
	text = talloc_vasprintf_append_buffer(before, format, args);
	va_end(args);
	return text;
}

EXPORT struct ldb_dn *ldb_dn_new(TALLOC_CTX *mem_ctx,
				 struct ldb_context *ldb,
				 const char *text)
{
	return FAILS ? NULL : REAL(ldb_dn_new)(mem_ctx, ldb, text);
}

EXPORT struct ldb_dn *ldb_dn_copy(TALLOC_CTX *mem_ctx, struct ldb_dn *dn)
{
	return FAILS ? NULL : REAL(ldb_dn_copy)(mem_ctx, dn);
}

EXPORT const char *ldb_dn_get_linearized(struct ldb_dn *dn)
{
	return FAILS ? NULL : REAL(ldb_dn_get_linearized)(dn);
}

EXPORT bool ldb_dn_add_child_fmt(struct ldb_dn *dn, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	bool ok = false;

	if (FAILS) {
		return false;
	}
	va_start(args, format);
	text = talloc_vasprintf(dn, format, args);
	va_end(args);
	ok = REAL(ldb_dn_add_child_fmt)(dn, "%s", text);
	talloc_free(text);
	return ok;
}

EXPORT char *ldb_binary_encode(TALLOC_CTX *mem_ctx, struct ldb_val val)
{
	return FAILS ? NULL : REAL(ldb_binary_encode)(mem_ctx, val);
}

EXPORT struct ldb_message *ldb_msg_copy_shallow(TALLOC_CTX *mem_ctx,
						const struct ldb_message *msg)
{
	return FAILS ? NULL : REAL(ldb_msg_copy_shallow)(mem_ctx, msg);
}

EXPORT int ldb_request_add_control(struct ldb_request *req,
				   const char *oid,
				   bool critical,
				   void *data)
{
	return FAILS ? LDB_ERR_OPERATIONS_ERROR
		     : REAL(ldb_request_add_control)(req, oid, critical, data);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are ldb's */
EXPORT int ldb_build_search_req(struct ldb_request **_req,
				struct ldb_context *ldb,
				TALLOC_CTX *mem_ctx,
				struct ldb_dn *base,
				enum ldb_scope scope,
				const char *filter,
				const char *const *attrs,
				struct ldb_control **controls,
				void *context,
				ldb_request_callback_t callback,
				struct ldb_request *parent)
{
	return FAILS ? LDB_ERR_OPERATIONS_ERROR
		     : REAL(ldb_build_search_req)(_req,
						  ldb,
						  mem_ctx,
						  base,
						  scope,
						  filter,
						  attrs,
						  controls,
						  context,
						  callback,
						  parent);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are ldb's */
EXPORT int ldb_build_add_req(struct ldb_request **_req,
			     struct ldb_context *ldb,
			     TALLOC_CTX *mem_ctx,
			     const struct ldb_message *msg,
			     struct ldb_control **controls,
			     void *context,
			     ldb_request_callback_t callback,
			     struct ldb_request *parent)
{
	return FAILS ? LDB_ERR_OPERATIONS_ERROR
		     : REAL(ldb_build_add_req)(_req,
					       ldb,
					       mem_ctx,
					       msg,
					       controls,
					       context,
					       callback,
					       parent);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are ldb's */
EXPORT int ldb_build_mod_req(struct ldb_request **_req,
			     struct ldb_context *ldb,
			     TALLOC_CTX *mem_ctx,
			     const struct ldb_message *msg,
			     struct ldb_control **controls,
			     void *context,
			     ldb_request_callback_t callback,
			     struct ldb_request *parent)
{
	return FAILS ? LDB_ERR_OPERATIONS_ERROR
		     : REAL(ldb_build_mod_req)(_req,
					       ldb,
					       mem_ctx,
					       msg,
					       controls,
					       context,
					       callback,
					       parent);
}
