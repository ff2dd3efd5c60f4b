/* SPDX-License-Identifier: BSD-2-Clause */
#include "fault_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The linker's names, as in fault.c; with 64-bit offsets the C library's names end in 64. */
int __real_open64(const char *path, int flags, ...);
int __real_openat64(int folder, const char *path, int flags, ...);
int __real_fstat64(int fd, struct stat *status);
ssize_t __real_pread64(int fd, void *to, size_t size, off_t at);
void *__real_mmap64(void *place, size_t size, int protection, int flags, int fd, off_t at);
int __real_fcntl64(int fd, int command, ...);
void (*__real_signal(int number, void (*handler)(int)))(int);
int __real_fallocate64(int fd, int mode, off_t at, off_t size);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_fsync(int fd);
int __real_linkat(int from, const char *old, int to, const char *fresh, int flags);
int __real_rename(const char *old, const char *fresh);
EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
int __real_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine);
int __real_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t size);
int __real_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *size);
int __real_EVP_Digest(const void *bytes, size_t count, unsigned char *digest, unsigned *size,
		      const EVP_MD *type, ENGINE *engine);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_openat64(int folder, const char *path, int flags, ...);
int __wrap_fstat64(int fd, struct stat *status);
ssize_t __wrap_pread64(int fd, void *to, size_t size, off_t at);
void *__wrap_mmap64(void *place, size_t size, int protection, int flags, int fd, off_t at);
int __wrap_fcntl64(int fd, int command, ...);
void (*__wrap_signal(int number, void (*handler)(int)))(int);
int __wrap_fallocate64(int fd, int mode, off_t at, off_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __wrap_fsync(int fd);
int __wrap_linkat(int from, const char *old, int to, const char *fresh, int flags);
int __wrap_rename(const char *old, const char *fresh);
EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void);
int __wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t size);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *size);
int __wrap_EVP_Digest(const void *bytes, size_t count, unsigned char *digest, unsigned *size,
		      const EVP_MD *type, ENGINE *engine);

static struct {
	bool armed;
	bool fired;
	size_t left;
	int error;
	void (*hook)(void *);
	void *context;
} faults[FAULT_CALLS];

void
fault_call_arm(enum fault_call call, size_t count, int error)
{
	faults[call].armed = true;
	faults[call].fired = false;
	faults[call].left = count;
	faults[call].error = error;
	faults[call].hook = NULL;
}

void
fault_call_before(enum fault_call call, size_t count, void (*hook)(void *), void *context)
{
	fault_call_arm(call, count, 0);
	faults[call].hook = hook;
	faults[call].context = context;
}

bool
fault_calls_disarm(void)
{
	bool all = true;
	for (size_t i = 0; i < FAULT_CALLS; i++)
		all = all && (!faults[i].armed || faults[i].fired);
	memset(faults, 0, sizeof faults);
	return all;
}

static bool
fails(enum fault_call call)
{
	if (!faults[call].armed || faults[call].fired || faults[call].left-- > 0)
		return false;
	faults[call].fired = true;
	if (faults[call].hook) {
		faults[call].hook(faults[call].context);
		return false;
	}
	errno = faults[call].error;
	return true;
}

static int
result(enum fault_call call)
{
	return faults[call].error ? -1 : 0;
}

int
__wrap_open64(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return fails(FAULT_OPEN) ? result(FAULT_OPEN) : __real_open64(path, flags, mode);
}

int
__wrap_openat64(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return fails(FAULT_OPENAT) ? result(FAULT_OPENAT)
				   : __real_openat64(folder, path, flags, mode);
}

int
__wrap_fstat64(int fd, struct stat *status)
{
	return fails(FAULT_FSTAT) ? result(FAULT_FSTAT) : __real_fstat64(fd, status);
}

ssize_t
__wrap_pread64(int fd, void *to, size_t size, off_t at)
{
	return fails(FAULT_PREAD) ? result(FAULT_PREAD) : __real_pread64(fd, to, size, at);
}

void *
__wrap_mmap64(void *place, size_t size, int protection, int flags, int fd, off_t at)
{
	return fails(FAULT_MMAP) ? MAP_FAILED
				 : __real_mmap64(place, size, protection, flags, fd, at);
}

int
__wrap_fcntl64(int fd, int command, ...)
{
	va_list arguments;
	va_start(arguments, command);
	int argument = va_arg(arguments, int); /* all that anyns's calls have */
	va_end(arguments);
	return fails(FAULT_FCNTL) ? result(FAULT_FCNTL) : __real_fcntl64(fd, command, argument);
}

void (*__wrap_signal(int number, void (*handler)(int)))(int)
{
	return fails(FAULT_SIGNAL) ? SIG_ERR : __real_signal(number, handler);
}

int
__wrap_fallocate64(int fd, int mode, off_t at, off_t size)
{
	return fails(FAULT_FALLOCATE) ? result(FAULT_FALLOCATE)
				      : __real_fallocate64(fd, mode, at, size);
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t size)
{
	return fails(FAULT_WRITE) ? result(FAULT_WRITE) : __real_write(fd, bytes, size);
}

int
__wrap_fsync(int fd)
{
	return fails(FAULT_FSYNC) ? result(FAULT_FSYNC) : __real_fsync(fd);
}

int
__wrap_linkat(int from, const char *old, int to, const char *fresh, int flags)
{
	return fails(FAULT_LINKAT) ? result(FAULT_LINKAT)
				   : __real_linkat(from, old, to, fresh, flags);
}

int
__wrap_rename(const char *old, const char *fresh)
{
	return fails(FAULT_RENAME) ? result(FAULT_RENAME) : __real_rename(old, fresh);
}

EVP_MD_CTX *
__wrap_EVP_MD_CTX_new(void)
{
	return fails(FAULT_DIGEST) ? NULL : __real_EVP_MD_CTX_new();
}

int
__wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine)
{
	return fails(FAULT_DIGEST) ? 0 : __real_EVP_DigestInit_ex(context, type, engine);
}

int
__wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t size)
{
	return fails(FAULT_DIGEST) ? 0 : __real_EVP_DigestUpdate(context, bytes, size);
}

int
__wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *size)
{
	return fails(FAULT_DIGEST) ? 0 : __real_EVP_DigestFinal_ex(context, digest, size);
}

int
__wrap_EVP_Digest(const void *bytes, size_t count, unsigned char *digest, unsigned *size,
		  const EVP_MD *type, ENGINE *engine)
{
	return fails(FAULT_DIGEST) ? 0
				   : __real_EVP_Digest(bytes, count, digest, size, type, engine);
}
