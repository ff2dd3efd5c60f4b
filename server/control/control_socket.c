/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control_socket.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 16 };

static const struct place nowhere;

bool
control_socket_address(const char *path, enum severity severity, struct sockaddr_un *address,
		       struct report *report)
{
	size_t size = strlen(path) + 1;

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (size > sizeof(address->sun_path)) {
		report_add(report, severity, nowhere, "choose a shorter `control:`",
			   "control socket %s: the path is longer than %zu bytes", path,
			   sizeof(address->sun_path) - 1);
		return false;
	}
	memcpy(address->sun_path, path, size);
	return true;
}

/* ------------------------------------------------------------ the folder */

/* Only a folder that was made just now is given away: whoever owns an old one made a choice. */
static bool
give_folder(const char *folder, const char *user, enum severity severity, struct report *report)
{
	const struct passwd *entry = getpwnam(user);

	if (entry && geteuid() == entry->pw_uid)
		return true;
	if (entry && chown(folder, entry->pw_uid, entry->pw_gid) == 0)
		return true;
	report_errno(report, severity, nowhere, NULL,
		     "cannot give the control socket's folder %s to user %s", folder, user);
	return false;
}

bool
control_socket_folder(const char *path, const char *user, enum severity severity,
		      struct report *report)
{
	const char *slash = strrchr(path, '/');
	if (!slash || slash == path)
		return true;
	char *folder = strndup(path, (size_t)(slash - path));
	bool good = folder != NULL;
	/* Readable by all, so that those who may not ask get told so and not that nobody is there.
	 */
	if (good && mkdir(folder, 0755) == 0)
		good = !user || give_folder(folder, user, severity, report);
	else if (!good || errno != EEXIST) {
		report_errno(report, severity, nowhere,
			     "make the folder (RuntimeDirectory=anyns of a systemd unit does), or "
			     "set `control:` to another path or to off",
			     "cannot make the folder of the control socket %s", path);
		good = false;
	}
	free(folder);
	return good;
}

/* ------------------------------------------------------------ the socket */

enum occupant { NOBODY, DEAD_SOCKET, LIVE_SERVER, OTHER_FILE, UNCLEAR };

/* Who is at the address: connecting is the only way to tell a socket from its dead shell. */
static enum occupant
look(const struct sockaddr_un *address)
{
	struct stat file;
	enum occupant found;

	if (lstat(address->sun_path, &file) != 0)
		return errno == ENOENT ? NOBODY : UNCLEAR;
	if (!S_ISSOCK(file.st_mode))
		return OTHER_FILE;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return UNCLEAR;
	/* EAGAIN: too many clients wait already, which is alive too. */
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN)
		found = LIVE_SERVER;
	else
		found = errno == ECONNREFUSED ? DEAD_SOCKET : UNCLEAR;
	int saved = errno;
	close(fd);
	errno = saved;
	return found;
}

/*
 * Two servers that start at the same moment could both find the same dead socket and the slower one
 * remove the other's new one. Servers of one configuration do not come so far together: the
 * addresses they serve are bound before.
 */
static bool
make_room(const struct sockaddr_un *address, enum severity severity, struct report *report)
{
	const char *path = address->sun_path;

	switch (look(address)) {
	case NOBODY:
		return true;
	case DEAD_SOCKET:
		if (unlink(path) == 0)
			return true;
		report_errno(report, severity, nowhere, "remove it",
			     "cannot replace the control socket %s of a server that ended", path);
		return false;
	case LIVE_SERVER:
		report_add(report, severity, nowhere,
			   "stop it, or give this one a `control:` of its own",
			   "another anyns is running and answers on the control socket %s", path);
		return false;
	case OTHER_FILE:
		report_add(report, severity, nowhere,
			   "remove it, or set `control:` to another path",
			   "%s is no socket and stays as it is; no control socket is made", path);
		return false;
	case UNCLEAR:
		break;
	}
	report_errno(report, severity, nowhere, "remove it when no server uses it",
		     "cannot tell whose the control socket %s is", path);
	return false;
}

/* The mode comes from the umask: a chmod() afterwards would leave a moment of another one. */
static bool
bind_and_listen(int fd, const struct sockaddr_un *address)
{
	mode_t saved = umask(0117);
	bool bound = bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;

	umask(saved);
	return bound && listen(fd, BACKLOG) == 0;
}

bool
control_socket_open(struct control_socket *sock, const char *path, enum severity severity,
		    struct report *report)
{
	struct stat file;

	sock->fd = -1;
	if (!control_socket_address(path, severity, &sock->address, report) ||
	    !make_room(&sock->address, severity, report))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || !bind_and_listen(fd, &sock->address) || lstat(path, &file) != 0) {
		report_errno(report, severity, nowhere,
			     "let the server's user write in the folder, or set `control:` to "
			     "another path or to off",
			     "cannot make the control socket %s", path);
		if (fd >= 0)
			close(fd);
		return false;
	}
	sock->fd = fd;
	sock->device = file.st_dev;
	sock->inode = file.st_ino;
	return true;
}

void
control_socket_close(struct control_socket *sock)
{
	struct stat file;

	if (sock->fd < 0)
		return;
	/* First the file, so that nobody finds it dead; and while the socket holds on to its inode,
	 * that number is no other file's. */
	if (lstat(sock->address.sun_path, &file) == 0 && file.st_dev == sock->device &&
	    file.st_ino == sock->inode)
		(void)unlink(sock->address.sun_path);
	close(sock->fd);
	sock->fd = -1;
}
