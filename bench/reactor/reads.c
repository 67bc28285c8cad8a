/* 100,000 reads of 512 bytes from page-cached files, a buffer each, on raw io_uring: what a C program would do.
 *
 * reads.ts compiles and runs it beside the uring driver. Arguments: the files; each is read at every multiple of 512 bytes.
 * Prints the milliseconds, those of CPU time, the number of io_uring_enter calls, and the sum of each buffer's first byte.
 */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { READS = 100000, BYTES = 512, ENTRIES = 32768 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double cpu(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e3 + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e3;
}

int main(int files, char **paths) {
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
  int fds[256], count = files - 1;
  for (int i = 0; i < count; i++) fds[i] = open(paths[i + 1], O_RDONLY);

  double start = now(), cpu_start = cpu();
  char **buffers = malloc(READS * sizeof *buffers);
  unsigned long sum = 0;
  unsigned tail = 0, head = 0, submitted = 0, done = 0, enters = 0;
  while (done < READS) {
    unsigned batch = 0;
    for (; submitted < READS && batch < p.sq_entries; submitted++, batch++, tail++) {
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
  double ms = now() - start, cpu_ms = cpu() - cpu_start;
  printf("%.2f %.2f %u %lu\n", ms, cpu_ms, enters, sum);
  return 0;
}
