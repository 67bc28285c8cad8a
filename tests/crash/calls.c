/* Ends a process at one of its system calls that something outside can see: LD_PRELOAD, between the process and the C library.
 *
 *   HZ_KILL=n      SIGKILL in place of the n-th of these calls, counted over all threads
 *   HZ_COUNT=path  when the process ends by itself, how many there were
 *
 * Seen outside are writes to files, sockets and the standard streams, syncs, and dialling. Between two of them nothing outside
 * changes, so a process that is killed at each of them has been killed at every moment.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static void count(void) {
  const char *wanted = getenv("HZ_KILL");
  long n = atomic_fetch_add(&calls, 1) + 1;
  if (wanted == NULL || strtol(wanted, NULL, 10) != n) return;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void count_if_seen(int fd) {
  struct stat what;
  if (fd == 1 || fd == 2 || (fstat(fd, &what) == 0 && (S_ISREG(what.st_mode) || S_ISSOCK(what.st_mode)))) count();
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("HZ_COUNT");
  FILE *file = path == NULL ? NULL : fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%ld", atomic_load(&calls));
  fclose(file);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  count_if_seen(fd);
  return syscall(SYS_write, fd, bytes, length);
}
ssize_t writev(int fd, const struct iovec *parts, int n) {
  count_if_seen(fd);
  return syscall(SYS_writev, fd, parts, n);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  count_if_seen(fd);
  return syscall(SYS_pwrite64, fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) { return pwrite(fd, bytes, length, offset); }
ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset) {
  count_if_seen(fd);
  return syscall(SYS_pwritev, fd, parts, n, offset, 0);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int n, off_t offset) { return pwritev(fd, parts, n, offset); }
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  count_if_seen(fd);
  return syscall(SYS_sendmsg, fd, message, flags);
}
int fdatasync(int fd) {
  count_if_seen(fd);
  return syscall(SYS_fdatasync, fd);
}
int fsync(int fd) {
  count_if_seen(fd);
  return syscall(SYS_fsync, fd);
}
int connect(int fd, const struct sockaddr *address, socklen_t length) {
  count();
  return syscall(SYS_connect, fd, address, length);
}
