/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_text.c - the bytes of a configuration file.
 *
 * The look before the parse is stricter than YAML on purpose. What has no use in a configuration
 * (UTF-16, control bytes, carriage returns that end no line, directives, explicit keys) is refused
 * here with one clear line, because the scanner of libfyaml 0.7.12 is least tried there: a lone
 * carriage return or broken UTF-8 has led it past its buffer, an explicit key into a double free.
 */
#include "config/config_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
wipe(char *bytes, size_t size)
{
	if (bytes)
		explicit_bzero(bytes, size);
	free(bytes);
}

/* Moves to a larger buffer without realloc(), which could leave a copy of a secret behind. */
static bool
grow(struct config_text *text, size_t *capacity)
{
	size_t larger = *capacity ? *capacity * 4 : 16384;
	char *bytes = malloc(larger + 1);

	if (!bytes)
		return false;
	if (text->size)
		memcpy(bytes, text->bytes, text->size);
	wipe(text->bytes, *capacity);
	text->bytes = bytes;
	*capacity = larger;
	return true;
}

/* Until the end of the file, so that pipes such as /dev/stdin work. errno says why not. */
static bool
read_all(int file, size_t limit, struct config_text *text)
{
	size_t capacity = 0;

	for (;;) {
		if (text->size == capacity && !grow(text, &capacity))
			return false;
		ssize_t got = read(file, text->bytes + text->size, capacity - text->size);
		if (got == 0)
			break;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		text->size += (size_t)got;
		if (text->size > limit) {
			errno = EFBIG;
			return false;
		}
	}
	text->bytes[text->size] = '\0';
	return true;
}

bool
config_text_read(const char *path, size_t limit, struct place place, struct config_text *text,
		 struct report *report)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	*text = (struct config_text){0};
	if (file < 0) {
		report_errno(report, SEVERITY_ERROR, place,
			     "name an existing file that this user may read", "cannot open %s",
			     path);
		return false;
	}
	bool good = fstat(file, &status) == 0 && read_all(file, limit, text);
	if (good)
		text->exposed = S_ISREG(status.st_mode) && (status.st_mode & S_IROTH);
	else
		report_errno(report, SEVERITY_ERROR, place,
			     "name a file that is one and can be read", "cannot read %s", path);
	close(file);
	if (!good)
		config_text_free(text);
	return good;
}

void
config_text_free(struct config_text *text)
{
	wipe(text->bytes, text->size);
	*text = (struct config_text){0};
}

/* Bytes of the UTF-8 character at `p`, 0 when there is none (RFC 3629 4: no overlong forms, no
 * surrogates). */
static size_t
utf8_length(const unsigned char *p, size_t left)
{
	unsigned low = 0x80, high = 0xbf;
	size_t size = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

	if (size == 1)
		return 1;
	if (*p < 0xc2 || *p > 0xf4 || size > left)
		return 0;
	if (*p == 0xe0)
		low = 0xa0;
	else if (*p == 0xed)
		high = 0x9f;
	else if (*p == 0xf0)
		low = 0x90;
	else if (*p == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < size; i++, low = 0x80, high = 0xbf)
		if (p[i] < low || p[i] > high)
			return 0;
	return size;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether the lone `?` at `at` stands where a node may begin, and not behind a word of plain text.
 */
static bool
begins_node(const char *line, const char *at)
{
	const char *end = at;

	if (at > line && !is_space(at[-1]) && !strchr("[]{},\"'", at[-1]))
		return false;
	while (end > line && is_space(end[-1]))
		end--;
	if (end == line || strchr("-?:[]{},\"'", end[-1]))
		return true;
	/* Behind an anchor, an alias, a tag, or the end of a document. */
	while (end > line && !is_space(end[-1]))
		if (strchr("&*!.", *--end))
			return true;
	return false;
}

/*
 * Nobody needs explicit keys (`? key`) here, and libfyaml 0.7.12 frees one twice when it cannot
 * scan what follows its value's colon (fy_fetch_value). The test knows neither quotes nor comments,
 * so it errs on the side of refusing.
 */
static bool
is_explicit_key(const char *line, const char *at, size_t left)
{
	return *at == '?' && (left == 1 || is_space(at[1])) && begins_node(line, at);
}

/* What is wrong with the character of `size` bytes at `at`, and what to do about it; or NULL. */
static const char *
complaint(const char *at, size_t size, size_t left, const char *line, const char **remedy)
{
	const unsigned char *p = (const unsigned char *)at;

	*remedy = "remove it; a configuration is plain UTF-8 text";
	if (size == 0)
		return "this is not UTF-8 text";
	if (*p == '\r')
		return left > 1 && p[1] == '\n' ? NULL : "a carriage return that ends no line";
	if ((*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f)
		return "a control byte";
	/* C1 controls, among them NEL, and the separators that YAML 1.1 took for line ends. */
	if (*p == 0xc2 && p[1] < 0xa0)
		return "a control character";
	if (size == 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9))
		return "a Unicode line or paragraph separator";
	if (size == 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		return "a byte order mark inside the text";
	if (*p == '%' && at == line)
		return "YAML directives (lines that begin with %) are not used here";
	if (!is_explicit_key(line, at, left))
		return NULL;
	*remedy = "write \"key: value\", or put text with a lone ? in quotes";
	return "explicit YAML keys (? key) are not used here";
}

bool
config_text_check(const char *file, const char *bytes, size_t size, struct report *report)
{
	struct place place = {file, 1, 1};
	/* One byte order mark, in front, is what some editors write. */
	size_t i = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	const char *line = bytes + i;

	while (i < size) {
		size_t length = utf8_length((const unsigned char *)bytes + i, size - i);
		const char *remedy;
		const char *wrong = complaint(bytes + i, length, size - i, line, &remedy);

		if (wrong) {
			report_add(report, SEVERITY_ERROR, place, remedy, "%s", wrong);
			return false;
		}
		place.column++;
		if (bytes[i] == '\n') {
			place.line++;
			place.column = 1;
			line = bytes + i + 1;
		}
		i += length;
	}
	return true;
}
