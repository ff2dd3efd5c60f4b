/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/control_socket.h"

enum {
	HEAD_MAX = 64,      /* "refused 4194304\n" and room for later words */
	BODY_MAX = 4 << 20, /* a full status with every byte escaped is a quarter of it */
};

static const struct place nowhere;

/* ------------------------------------------------------------ connecting */

/* Each way of there being no server has its own cause and remedy. */
static void
explain(const char *path, struct report *report)
{
	switch (errno) {
	case ENOENT:
		report_add(report, SEVERITY_ERROR, nowhere,
			   "start it with `anyns run`, or name the configuration it runs with (-c)",
			   "no server runs with this configuration: there is no control socket %s",
			   path);
		break;
	case ECONNREFUSED:
		report_add(report, SEVERITY_ERROR, nowhere, "start one with `anyns run`",
			   "no server runs: the control socket %s is left from one that ended",
			   path);
		break;
	case EACCES:
	case EPERM:
		report_add(report, SEVERITY_ERROR, nowhere,
			   "ask as root or as the user that the server runs as",
			   "no permission to ask the server at %s", path);
		break;
	case EAGAIN:
		report_add(report, SEVERITY_ERROR, nowhere,
			   "look whether its process is stopped; restart it",
			   "the server at %s takes no requests any more", path);
		break;
	default:
		report_errno(report, SEVERITY_ERROR, nowhere, NULL, "cannot ask the server at %s",
			     path);
	}
}

static int
connect_to(const char *path, struct report *report)
{
	struct sockaddr_un address;

	if (!control_socket_address(path, SEVERITY_ERROR, &address, report))
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	explain(path, report);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ------------------------------------------------------------ reading */

struct reading {
	int fd;
	int patience_ms;
	char *bytes; /* one more than size, for the NUL */
	size_t size;
};

/* 1: some bytes more, 0: the end, -1: an error in errno, ETIMEDOUT when patience is over. */
static int
read_some(struct reading *reading)
{
	struct pollfd wait = {.fd = reading->fd, .events = POLLIN};
	int ready = poll(&wait, 1, reading->patience_ms);

	if (ready < 0 && errno == EINTR)
		return 1;
	if (ready <= 0) {
		errno = ready == 0 ? ETIMEDOUT : errno;
		return -1;
	}
	char *more = realloc(reading->bytes, reading->size + 4096 + 1);
	if (!more)
		return -1;
	reading->bytes = more;
	ssize_t got = recv(reading->fd, more + reading->size, 4096, 0);
	if (got < 0)
		/* ECONNRESET: it closed without reading our request, after all it had to say. */
		return errno == EINTR || errno == EAGAIN ? 1 : errno == ECONNRESET ? 0 : -1;
	reading->size += (size_t)got;
	more[reading->size] = '\0';
	return got > 0;
}

static bool
read_all(struct reading *reading, const char *path, struct report *report)
{
	int more = 1;

	while (more > 0 && reading->size <= HEAD_MAX + BODY_MAX)
		more = read_some(reading);
	if (more == 0)
		return true;
	if (more < 0 && errno == ETIMEDOUT)
		report_add(report, SEVERITY_ERROR, nowhere,
			   "ask it by `anyns probe`, look whether its process is stopped and what "
			   "its log says, restart it",
			   "the server at %s does not answer: its main thread has not turned for "
			   "%g s; queries and routes do not depend on that thread, reloads and "
			   "orders do, and this one is not done",
			   path, reading->patience_ms / 1000.);
	else
		report_errno(report, SEVERITY_ERROR, nowhere, NULL,
			     "cannot read what the server at %s answers", path);
	return false;
}

/* ------------------------------------------------------------ understanding */

/* Splits `WORD SIZE\n` off. Returns the body, NULL when the answer is not one or not whole. */
static char *
find_body(const struct reading *reading, char word[static 16])
{
	char *end = memchr(reading->bytes, '\n', size_min(reading->size, HEAD_MAX));
	size_t size;

	/* NOLINTNEXTLINE(cert-err34-c): what does not fit or follow is told by the size below */
	if (!end || sscanf(reading->bytes, "%15[a-z] %zu", word, &size) != 2)
		return NULL;
	return (size_t)(reading->bytes + reading->size - (end + 1)) == size ? end + 1 : NULL;
}

static bool
understand(const struct reading *reading, const char *path, struct control_answer *answer,
	   struct report *report)
{
	char word[16] = "";
	char *body = reading->size > 0 ? find_body(reading, word) : NULL;

	if (!body) {
		report_add(report, SEVERITY_ERROR, nowhere,
			   "look into its log, and whether it still runs",
			   "the server at %s ended before it had answered", path);
		return false;
	}
	if (strcmp(word, "refused") == 0) {
		body[strcspn(body, "\n")] = '\0';
		report_add(report, SEVERITY_ERROR, nowhere, NULL, "the server at %s refuses: %s",
			   path, body);
		return false;
	}
	answer->ok = strcmp(word, "ok") == 0;
	answer->size = strlen(body);
	answer->text = strdup(body);
	if (!answer->text)
		report_errno(report, SEVERITY_ERROR, nowhere, NULL, "cannot keep the answer");
	return answer->text != NULL;
}

bool
control_client_ask(const char *path, const char *request, int patience_ms,
		   struct control_answer *answer, struct report *report)
{
	struct reading reading = {.fd = connect_to(path, report), .patience_ms = patience_ms};
	char line[256];

	*answer = (struct control_answer){0};
	if (reading.fd < 0)
		return false;
	/* A fresh socket has room for a line. When the server closed already, it said why. */
	int size = snprintf(line, sizeof(line), "%s\n", request);
	(void)send(reading.fd, line, size_min((size_t)size, sizeof(line) - 1), MSG_NOSIGNAL);
	bool good = read_all(&reading, path, report) && understand(&reading, path, answer, report);
	free(reading.bytes);
	close(reading.fd);
	return good;
}
