/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tun_fixture.h"

static void
test_names(void **state)
{
	char name[IFNAMSIZ];
	(void)state;
	tun_name(name, "anyns", 0);
	assert_string_equal(name, "anyns0");
	tun_name(name, "thirteenbytes", 63);
	assert_string_equal(name, "thirteenbytes63");
	assert_int_equal(strlen(name), IFNAMSIZ - 1);
}

static void
test_link(void **state)
{
	bool up;
	(void)state;
	if (!tun_allowed())
		skip();
	int control = tun_control();
	int fd = tun_open("anyns0");
	assert_true(control >= 0 && fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_false(tun_is_up(control, "anyns0"));
	assert_true(tun_set_link(control, "anyns0", true));
	assert_true(tun_is_up(control, "anyns0"));
	assert_true(tun_set_link(control, "anyns0", true));
	assert_true(tun_set_link(control, "anyns0", false));
	assert_false(tun_is_up(control, "anyns0"));
	/* One of a kind. */
	assert_int_equal(tun_open("anyns0"), -1);
	assert_int_equal(errno, EBUSY);
	/* It goes with its descriptor. */
	close(fd);
	assert_false(tun_exists("anyns0"));
	assert_false(tun_get_link(control, "anyns0", &up));
	assert_int_equal(errno, ENODEV);
	assert_false(tun_set_link(control, "anyns0", true));
	close(control);
}

/* A device lives in the box, and dies with it. */
static void
test_box(void **state)
{
	int fds[2], out[TUN_BOX_MAX];
	(void)state;
	if (!tun_allowed())
		skip();
	fds[0] = tun_open("a0");
	fds[1] = tun_open("a1");
	int box = tun_pack(fds, 2);
	assert_true(box >= 0);
	close(fds[0]);
	close(fds[1]);
	assert_true(tun_exists("a0") && tun_exists("a1"));
	assert_int_equal(tun_unpack(box, out), 2);
	assert_int_equal(fcntl(out[1], F_GETFD), FD_CLOEXEC);
	assert_int_equal(tun_unpack(box, out), 0);
	close(box);
	close(out[0]);
	assert_false(tun_exists("a0"));
	assert_true(tun_exists("a1"));
	box = tun_pack(out + 1, 1);
	close(out[1]);
	assert_true(tun_exists("a1"));
	close(box);
	assert_false(tun_exists("a1"));
}

static void
test_box_limits(void **state)
{
	int fds[TUN_BOX_MAX + 1] = {0}, out[TUN_BOX_MAX];
	(void)state;
	assert_int_equal(tun_pack(fds, 0), -1);
	assert_int_equal(tun_pack(fds, TUN_BOX_MAX + 1), -1);
	fds[1] = -1;
	assert_int_equal(tun_pack(fds, 2), -1);
	assert_int_equal(errno, EBADF);
	fds[1] = 0;
	int box = tun_pack(fds, TUN_BOX_MAX);
	assert_true(box >= 0);
	assert_int_equal(tun_unpack(box, out), TUN_BOX_MAX);
	for (size_t i = 0; i < TUN_BOX_MAX; i++)
		close(out[i]);
	close(box);
	assert_int_equal(tun_unpack(-1, out), 0);
}

static uint32_t
permitted(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
	if (syscall(SYS_capget, &head, sets) != 0 || sets[0].permitted != sets[0].effective)
		return 0;
	return sets[0].permitted | sets[1].permitted;
}

/* 0 when somebody else than root can set links and do nothing else. */
static int
as_somebody_else(int control)
{
	if (!tun_keep_rights() || setresuid(65534, 65534, 65534) != 0 || !tun_limit_rights())
		return 1;
	if (permitted() != 1u << CAP_NET_ADMIN || setuid(0) == 0)
		return 2;
	return tun_set_link(control, "anyns0", true) ? 0 : 3;
}

static void
test_rights(void **state)
{
	(void)state;
	if (!tun_allowed() || getuid() != 0)
		skip();
	int control = tun_control(), fd = tun_open("anyns0"), status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(as_somebody_else(control));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(tun_is_up(control, "anyns0"));
	close(fd);
	close(control);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),  cmocka_unit_test(test_link),
		cmocka_unit_test(test_box),    cmocka_unit_test(test_box_limits),
		cmocka_unit_test(test_rights),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
