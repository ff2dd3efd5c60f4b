/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control_socket.h"

#include "serve_fixture.h"

#include <pwd.h>
#include <sys/socket.h>

static const char *
path_in(const struct folder *folder, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return path;
}

static bool
opens(struct control_socket *sock, const char *path, enum severity severity, const char *finding)
{
	struct report report = REPORT_INIT;
	bool good = control_socket_open(sock, path, severity, &report);

	assert_int_equal(good, finding == NULL);
	if (finding && !report_has(&report, severity, finding))
		report_print(&report, stderr);
	assert_true(!finding || report_has(&report, severity, finding));
	report_clear(&report);
	return good;
}

static void
made_and_removed(void **state)
{
	const char *path = path_in(*state, "control");
	struct control_socket sock;
	struct stat file;

	assert_true(opens(&sock, path, SEVERITY_ERROR, NULL));
	assert_int_equal(lstat(path, &file), 0);
	assert_true(S_ISSOCK(file.st_mode));
	assert_int_equal(file.st_mode & 0777, 0660);
	assert_int_equal(umask(022), 022); /* put back */
	control_socket_close(&sock);
	assert_int_equal(sock.fd, -1);
	assert_int_not_equal(lstat(path, &file), 0);
	control_socket_close(&sock);
}

static void
live_and_dead(void **state)
{
	const char *path = path_in(*state, "control");
	struct control_socket first, second;
	struct stat file;

	assert_true(opens(&first, path, SEVERITY_ERROR, NULL));
	opens(&second, path, SEVERITY_ERROR, "another anyns is running");
	opens(&second, path, SEVERITY_WARNING, "another anyns is running");
	assert_int_equal(second.fd, -1);
	/* With its queue full, of the connections made to look, it is alive all the same. */
	assert_int_equal(listen(first.fd, 0), 0);
	opens(&second, path, SEVERITY_ERROR, "another anyns is running");
	/* As a crash leaves it: closed, not removed. */
	close(first.fd);
	assert_true(opens(&second, path, SEVERITY_ERROR, NULL));
	/* Somebody removed the file and started another server: closing ours leaves its file. */
	assert_int_equal(unlink(path), 0);
	assert_true(opens(&first, path, SEVERITY_ERROR, NULL));
	control_socket_close(&second);
	assert_int_equal(lstat(path, &file), 0);
	control_socket_close(&first);
	assert_int_not_equal(lstat(path, &file), 0);
}

static void
never_another_file(void **state)
{
	struct control_socket sock;
	struct stat file;

	put_file(*state, "control", "precious");
	opens(&sock, path_in(*state, "control"), SEVERITY_ERROR, "is no socket");
	assert_int_equal(symlink("control", path_in(*state, "link")), 0);
	opens(&sock, path_in(*state, "link"), SEVERITY_ERROR, "is no socket");
	assert_int_equal(lstat(path_in(*state, "control"), &file), 0);
	assert_int_equal(file.st_size, 8);
	unlink(path_in(*state, "control"));
	unlink(path_in(*state, "link"));
	opens(&sock, path_in(*state, "none/control"), SEVERITY_WARNING, "cannot make");
}

static void
long_path(void **state)
{
	struct sockaddr_un address;
	struct report report = REPORT_INIT;
	char path[sizeof(address.sun_path) + 1];
	(void)state;

	memset(path, 'p', sizeof(path));
	path[sizeof(address.sun_path) - 1] = '\0';
	assert_true(control_socket_address(path, SEVERITY_ERROR, &address, &report));
	assert_string_equal(address.sun_path, path);
	assert_int_equal(address.sun_family, AF_UNIX);
	path[sizeof(address.sun_path) - 1] = 'p';
	path[sizeof(address.sun_path)] = '\0';
	assert_false(control_socket_address(path, SEVERITY_ERROR, &address, &report));
	assert_true(report_has(&report, SEVERITY_ERROR, "longer than 107 bytes"));
	report_clear(&report);
}

static void
folder(void **state)
{
	struct report report = REPORT_INIT;
	const char *path = path_in(*state, "run/control");
	char folder_path[256];
	struct stat file;

	snprintf(folder_path, sizeof(folder_path), "%s/run", ((struct folder *)*state)->path);
	assert_true(control_socket_folder(path, NULL, SEVERITY_ERROR, &report));
	assert_int_equal(stat(folder_path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0755);
	assert_int_equal(file.st_uid, geteuid());
	/* It exists: not touched, not even for a user there is none of. */
	assert_true(control_socket_folder(path, "nosuchuser", SEVERITY_ERROR, &report));
	assert_int_equal(report.count, 0);
	rmdir(folder_path);
	assert_false(control_socket_folder(path, "nosuchuser", SEVERITY_WARNING, &report));
	assert_true(report_has(&report, SEVERITY_WARNING, "to user nosuchuser"));
	report_clear(&report);
	rmdir(folder_path);

	const struct passwd *nobody = getpwnam("nobody");
	if (geteuid() == 0 && nobody) {
		assert_true(control_socket_folder(path, "nobody", SEVERITY_ERROR, &report));
		assert_int_equal(stat(folder_path, &file), 0);
		assert_int_equal(file.st_uid, nobody->pw_uid);
		rmdir(folder_path);
	}
	path = path_in(*state, "no/run/control");
	assert_false(control_socket_folder(path, NULL, SEVERITY_ERROR, &report));
	assert_true(report_has(&report, SEVERITY_ERROR, "cannot make the folder"));
	report_clear(&report);
	assert_true(control_socket_folder("control", NULL, SEVERITY_ERROR, &report));
	assert_true(control_socket_folder("/control", NULL, SEVERITY_ERROR, &report));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_and_removed),
		cmocka_unit_test(live_and_dead),
		cmocka_unit_test(never_another_file),
		cmocka_unit_test(long_path),
		cmocka_unit_test(folder),
	};
	umask(022);
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
