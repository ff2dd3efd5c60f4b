/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_socket.h - the control socket as a file: made, told from a dead server's, removed.
 */
#ifndef ANYNS_CONTROL_CONTROL_SOCKET_H
#define ANYNS_CONTROL_CONTROL_SOCKET_H

#include <sys/stat.h>
#include <sys/un.h>

#include "anyns/base.h"
#include "anyns/report.h"

struct control_socket {
	int fd; /* listening, does not block; -1: none */
	struct sockaddr_un address;
	dev_t device; /* of the file that we made, so that no other one is ever removed */
	ino_t inode;
};

/* The address of `path`; false, with a finding, when it is longer than the kernel takes. */
bool control_socket_address(const char *path, enum severity severity, struct sockaddr_un *address,
			    struct report *report) NODISCARD;

/*
 * Before root is given up: makes the folder of `path` when it does not exist, such as /run/anyns
 * after a boot, owned by `user` (NULL: by us). Its parent must exist. false, with a finding of
 * `severity`, when it cannot be made.
 */
bool control_socket_folder(const char *path, const char *user, enum severity severity,
			   struct report *report) NODISCARD;

/*
 * Listens at `path`, mode 0660. A socket that nobody listens on any more is replaced; one that
 * another server answers on is not, nor is anything else that is there. false with a finding of
 * `severity`, which may be a warning: many a server is well served without.
 */
bool control_socket_open(struct control_socket *socket, const char *path, enum severity severity,
			 struct report *report) NODISCARD;

/* Closes it and removes the file, if it still is the one that was made. */
void control_socket_close(struct control_socket *socket);

#endif
