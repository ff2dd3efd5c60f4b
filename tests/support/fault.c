/* SPDX-License-Identifier: BSD-2-Clause */
#include "fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/base.h"

/* The linker's names: __real_X is what the program would have called, __wrap_X is called instead.
 */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
int __real_vasprintf(char **out, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_vasprintf(char **out, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* The one global of its kind: malloc() has no argument for it. */
static struct {
	bool armed;
	bool fired;
	size_t left;
	void (*hook)(void *);
	void *context;
} fault;

void
fault_arm(size_t count)
{
	fault.armed = true;
	fault.fired = false;
	fault.left = count;
	fault.hook = NULL;
}

void
fault_before(size_t count, void (*hook)(void *), void *context)
{
	fault_arm(count);
	fault.hook = hook;
	fault.context = context;
}

bool
fault_disarm(void)
{
	fault.armed = false;
	return fault.fired;
}

static bool
fails(void)
{
	if (!fault.armed || fault.fired || fault.left-- > 0)
		return false;
	fault.fired = true;
	if (fault.hook) {
		fault.hook(fault.context);
		return false;
	}
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *
__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : __real_strndup(text, size);
}

int
__wrap_vasprintf(char **out, const char *format, va_list arguments)
{
	/* What *out holds then is undefined; a pointer that nobody may free shows who does. */
	if (fails()) {
		*out = (char *)1;
		return -1;
	}
	return __real_vasprintf(out, format, arguments);
}
