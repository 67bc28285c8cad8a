/* Reads of 512 bytes from files in the page cache, a buffer each, on raw io_uring: what a C program would do.
 *
 * Arguments: how many, how many files, and the folder in which the files 0, 1, 2 ... are. Prints milliseconds, the number of
 * io_uring_enter calls, and the sum of each buffer's first byte.
 */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 512, ENTRIES = 32768 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int words, char **args) {
  if (words != 4) return fprintf(stderr, "reads COUNT FILES FOLDER\n"), 2;
  unsigned reads = atoi(args[1]), count = atoi(args[2]);
  struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE};
  p.cq_entries = ENTRIES * 2;
  int ring = syscall(SYS_io_uring_setup, ENTRIES, &p);
  if (ring < 0) return perror("io_uring_setup"), 1;
  size_t bytes = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
  size_t array = p.sq_off.array + p.sq_entries * 4;
  char *rings = mmap(0, bytes > array ? bytes : array, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, 0);
  struct io_uring_sqe *sqes =
      mmap(0, p.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
  unsigned *sq_array = (unsigned *)(rings + p.sq_off.array);
  unsigned sq_mask = *(unsigned *)(rings + p.sq_off.ring_mask), cq_mask = *(unsigned *)(rings + p.cq_off.ring_mask);
  _Atomic unsigned *sq_tail = (void *)(rings + p.sq_off.tail);
  _Atomic unsigned *cq_head = (void *)(rings + p.cq_off.head), *cq_tail = (void *)(rings + p.cq_off.tail);
  struct io_uring_cqe *cqes = (void *)(rings + p.cq_off.cqes);
  for (unsigned i = 0; i < p.sq_entries; i++) sq_array[i] = i;
  int *fds = malloc(count * sizeof *fds);
  for (unsigned i = 0; i < count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%u", args[3], i);
    if ((fds[i] = open(path, O_RDONLY)) < 0) return perror(path), 1;
  }

  double start = now();
  char **buffers = malloc(reads * sizeof *buffers);
  unsigned long sum = 0;
  unsigned tail = 0, head = 0, submitted = 0, done = 0, enters = 0;
  while (done < reads) {
    unsigned batch = 0;
    for (; submitted < reads && batch < p.sq_entries; submitted++, batch++, tail++) {
      struct io_uring_sqe *e = &sqes[tail & sq_mask];
      memset(e, 0, sizeof *e);
      buffers[submitted] = malloc(BYTES);
      e->opcode = IORING_OP_READ;
      e->fd = fds[submitted % count];
      e->off = (unsigned long)(submitted / count) * BYTES;
      e->addr = (unsigned long)buffers[submitted];
      e->len = BYTES;
      e->user_data = submitted;
    }
    atomic_store_explicit(sq_tail, tail, memory_order_release);
    if (syscall(SYS_io_uring_enter, ring, batch, 1, IORING_ENTER_GETEVENTS, 0, 0) < 0) return perror("enter"), 1;
    enters++;
    for (; head != atomic_load_explicit(cq_tail, memory_order_acquire); head++, done++) {
      struct io_uring_cqe *c = &cqes[head & cq_mask];
      if (c->res != BYTES) return fprintf(stderr, "read %llu gave %d\n", c->user_data, c->res), 1;
      sum += (unsigned char)buffers[c->user_data][0];
    }
    atomic_store_explicit(cq_head, head, memory_order_release);
  }
  printf("ms=%.3f enters=%u sum=%lu\n", now() - start, enters, sum);
  return 0;
}
