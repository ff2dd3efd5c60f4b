/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tun.c - TUN devices.
 *
 * The link is the flag IFF_UP, though it takes CAP_NET_ADMIN to change it. The carrier of a TUN
 * (TUNSETCARRIER) would not, but it makes a bad switch: BIRD looks at it only when told to
 * (`check link`), so that a forgotten word would announce forever; and the kernel may take a second
 * to tell others that a carrier is gone.
 */
#include "announce/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

void
tun_name(char name[static IFNAMSIZ], const char *base, size_t index)
{
	snprintf(name, IFNAMSIZ, "%.*s%zu", (int)TUN_BASE_MAX, base, index);
}

static struct ifreq
request(const char *name)
{
	struct ifreq request = {0};
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	return request;
}

int
tun_control(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/*
 * Nobody reads: what is routed to other addresses of the prefix is to be dropped, and the kernel
 * does that without waking us once the queue is full. A short queue is full at once.
 */
static void
shorten_queue(const char *name)
{
	struct ifreq ifr = request(name);
	int control = tun_control();
	ifr.ifr_qlen = 1;
	if (control < 0)
		return;
	(void)ioctl(control, SIOCSIFTXQLEN, &ifr);
	close(control);
}

int
tun_open(const char *name)
{
	struct ifreq ifr = request(name);
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	/* EXCL: a persistent device of this name is somebody else's, and would outlive us. */
	ifr.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL);
	if (ioctl(fd, TUNSETIFF, &ifr) != 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	shorten_queue(name);
	return fd;
}

bool
tun_get_link(int control, const char *name, bool *up)
{
	struct ifreq ifr = request(name);
	if (ioctl(control, SIOCGIFFLAGS, &ifr) != 0)
		return false;
	*up = (ifr.ifr_flags & IFF_UP) != 0;
	return true;
}

bool
tun_set_link(int control, const char *name, bool up)
{
	struct ifreq ifr = request(name);
	if (ioctl(control, SIOCGIFFLAGS, &ifr) != 0)
		return false;
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	return ioctl(control, SIOCSIFFLAGS, &ifr) == 0;
}

/* ------------------------------------------------------------ the box */

/* Room for the descriptors of a message, aligned as the kernel wants it. */
union box_control {
	struct cmsghdr head;
	uint8_t bytes[CMSG_SPACE(TUN_BOX_MAX * sizeof(int))];
};

static bool
send_all(int to, const int *fds, size_t count)
{
	uint8_t byte = 0;
	struct iovec part = {&byte, sizeof byte};
	union box_control control = {0};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = CMSG_SPACE(count * sizeof *fds)};
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(count * sizeof *fds);
	memcpy(CMSG_DATA(&control.head), fds, count * sizeof *fds);
	return sendmsg(to, &message, MSG_NOSIGNAL) == 1;
}

int
tun_pack(const int *fds, size_t count)
{
	int pair[2];
	if (count == 0 || count > TUN_BOX_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return -1;
	bool sent = send_all(pair[1], fds, count);
	int error = errno;
	close(pair[1]);
	if (sent)
		return pair[0];
	close(pair[0]);
	errno = error;
	return -1;
}

size_t
tun_unpack(int box, int fds[static TUN_BOX_MAX])
{
	uint8_t byte;
	struct iovec part = {&byte, sizeof byte};
	union box_control control = {0};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};
	const struct cmsghdr *head = &control.head;
	if (recvmsg(box, &message, MSG_CMSG_CLOEXEC) != 1 || message.msg_controllen == 0 ||
	    head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return 0;
	size_t size = head->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(head), size);
	return size / sizeof *fds;
}

/* ------------------------------------------------------------ rights */

bool
tun_keep_rights(void)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
}

bool
tun_limit_rights(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
	sets[0].permitted = sets[0].effective = 1u << CAP_NET_ADMIN;
	return syscall(SYS_capset, &head, sets) == 0;
}
