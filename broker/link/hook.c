/* SPDX-License-Identifier: Apache-2.0 */
#include "link/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 32 };

/* Its own process group, so that what it starts ends with it; no signal of ours is held back there. */
static bool hook_spawn(char *const argv[], pid_t *ret)
{
	char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", locale[] = "LANG=C.UTF-8";
	char *const environment[] = {path, locale, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	bool ok;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	ok = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
	     posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
	     posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO) == 0 &&
	     posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1) == 0 &&
	     posix_spawnattr_setsigmask(&attr, &none) == 0 && posix_spawnattr_setsigdefault(&attr, &all) == 0 &&
	     posix_spawnattr_setpgroup(&attr, 0) == 0 &&
	     posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP) ==
		 0 &&
	     posix_spawn(ret, argv[0], &actions, &attr, argv, environment) == 0;
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return ok;
}

/* HOOK_CLEAN: it ended by itself. */
static enum hook_end hook_wait(struct clock *clock, int pidfd, int timeout_ms, int stop_fd)
{
	struct pollfd wait[2] = {{.fd = pidfd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
	const int64_t until_ms = clock->mono_us(clock) / 1000 + timeout_ms;

	for (;;) {
		int64_t left = until_ms - clock->mono_us(clock) / 1000;
		int n = left > 0 ? poll(wait, stop_fd >= 0 ? 2 : 1, (int)left) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0 && wait[0].revents)
			return HOOK_CLEAN;
		return n > 0 ? HOOK_STOPPED : n == 0 ? HOOK_LATE : HOOK_FAILED;
	}
}

enum hook_end hook_run(struct clock *clock, struct ent_str words, const char *path, int timeout_ms, int stop_fd)
{
	char *argv[WORDS_MAX + 2] = {NULL};
	struct sdk_arena arena;
	enum hook_end end = HOOK_FAILED;
	int n = 0, pidfd = -1, status = -1;
	pid_t pid = -1;

	sdk_arena_init(&arena);
	while (words.n && n < WORDS_MAX) {
		struct ent_str word = sdk_cut(words, ' ', &words);
		if (word.n)
			argv[n++] = sdk_z(&arena.abi, word);
	}
	argv[n] = sdk_z(&arena.abi, sdk_str(path));
	if (n > 0 && hook_spawn(argv, &pid)) {
		pidfd = pidfd_open(pid, 0);
		if (pidfd >= 0)
			end = hook_wait(clock, pidfd, timeout_ms, stop_fd);
		(void)kill(-pid, SIGKILL); /* what it left running ends, too; nothing is left: as good */
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (end == HOOK_CLEAN && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
			end = WIFEXITED(status) && WEXITSTATUS(status) == 1 ? HOOK_REFUSED : HOOK_FAILED;
	}
	if (pidfd >= 0)
		close(pidfd);
	sdk_arena_release(&arena);
	return end;
}
