/* Stands between a process and the C library (LD_PRELOAD) for the file that HZ_FILE names, and for the file of
 * acknowledgements HZ_ACKS:
 *
 *   HZ_LOG=path         writes down every write and sync, and every acknowledgement, in their order
 *   HZ_FAIL=call:n:err  the n-th fdatasync, pwrite or writev fails with that errno, having done nothing
 *   HZ_NOSYNC=1         a disk that lies: syncs do nothing, and nobody is told
 *
 * An entry of the log: u8 kind, u64 offset, u32 length, the bytes. Kinds:
 *   W  a write begins     D  the last W of this kind of descriptor is on the disk (O_DSYNC)
 *   S  everything so far is on the disk      T  the file has this length now      A  an acknowledgement
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static long calls[3];
enum call { FDATASYNC, PWRITE, WRITEV };
static const char *names[] = {"fdatasync", "pwrite", "writev"};

static int is_file(int fd, const char *variable) {
  char link[64], path[4096];
  const char *wanted = getenv(variable);
  if (wanted == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return strcmp(path, wanted) == 0;
}

static int has_flag(const char *variable) { return getenv(variable) != NULL; }

/* Raw system calls: ours do not come back here. */
static void note(char kind, uint64_t offset, const struct iovec *parts, int count) {
  const char *path = getenv("HZ_LOG");
  if (path == NULL) return;
  uint32_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  size_t size = 13 + (size_t)length;
  char *entry = malloc(size);
  entry[0] = kind;
  memcpy(entry + 1, &offset, 8);
  memcpy(entry + 9, &length, 4);
  size_t at = 13;
  for (int i = 0; i < count; i++) {
    memcpy(entry + at, parts[i].iov_base, parts[i].iov_len);
    at += parts[i].iov_len;
  }
  pthread_mutex_lock(&lock);
  if (log_fd < 0) log_fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (syscall(SYS_write, log_fd, entry, size) != (long)size) abort();
  pthread_mutex_unlock(&lock);
  free(entry);
}

/* Whether this call is the one that is to fail; then errno says how. */
static int fails(enum call call) {
  const char *wanted = getenv("HZ_FAIL");
  pthread_mutex_lock(&lock);
  long n = ++calls[call];
  pthread_mutex_unlock(&lock);
  if (wanted == NULL) return 0;
  size_t length = strlen(names[call]);
  if (strncmp(wanted, names[call], length) != 0 || wanted[length] != ':') return 0;
  char *rest;
  if (strtol(wanted + length + 1, &rest, 10) != n) return 0;
  errno = (int)strtol(rest + 1, NULL, 10);
  return 1;
}

static int is_synchronous(int fd) { return (fcntl(fd, F_GETFL) & O_DSYNC) != 0 && !has_flag("HZ_NOSYNC"); }

static ssize_t write_at(int fd, const struct iovec *parts, int count, off_t offset, enum call call, int moves) {
  if (fails(call)) return -1;
  note('W', offset, parts, count);
  ssize_t n = moves ? syscall(SYS_writev, fd, parts, count) : syscall(SYS_pwritev, fd, parts, count, offset, 0);
  if (n >= 0 && is_synchronous(fd)) note('D', offset, NULL, 0);
  return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  struct iovec part = {(void *)bytes, length};
  if (!is_file(fd, "HZ_FILE")) return syscall(SYS_pwrite64, fd, bytes, length, offset);
  return write_at(fd, &part, 1, offset, PWRITE, 0);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) { return pwrite(fd, bytes, length, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_file(fd, "HZ_FILE")) return syscall(SYS_writev, fd, parts, count);
  return write_at(fd, parts, count, lseek(fd, 0, SEEK_CUR), WRITEV, 1);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  if (!is_file(fd, "HZ_FILE")) return syscall(SYS_pwritev, fd, parts, count, offset, 0);
  return write_at(fd, parts, count, offset, WRITEV, 0);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev(fd, parts, count, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  if (is_file(fd, "HZ_FILE")) return write_at(fd, &part, 1, lseek(fd, 0, SEEK_CUR), PWRITE, 1);
  ssize_t n = syscall(SYS_write, fd, bytes, length);
  if (n == (ssize_t)length && is_file(fd, "HZ_ACKS")) note('A', 0, &part, 1);
  return n;
}

static int sync_with(int fd, long number) {
  if (is_file(fd, "HZ_FILE")) {
    if (has_flag("HZ_NOSYNC")) return 0;
    if (fails(FDATASYNC)) return -1;
    int result = syscall(number, fd);
    if (result == 0) note('S', 0, NULL, 0);
    return result;
  }
  return syscall(number, fd);
}
int fdatasync(int fd) { return sync_with(fd, SYS_fdatasync); }
int fsync(int fd) { return sync_with(fd, SYS_fsync); }

int ftruncate(int fd, off_t length) {
  if (is_file(fd, "HZ_FILE")) note('T', length, NULL, 0);
  return syscall(SYS_ftruncate, fd, length);
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }
