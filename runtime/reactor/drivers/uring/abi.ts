// The kernel's words: numbers, flags and layouts of io_uring and of the calls around it, by their names in the kernel's
// headers. Linux on 64-bit little-endian machines, on which all of these are the same (system.ts refuses others).

// ---- <asm-generic/unistd.h> ----

export const SYS_IO_URING_SETUP = 425;
export const SYS_IO_URING_ENTER = 426;
export const SYS_IO_URING_REGISTER = 427;

// ---- <linux/io_uring.h> ----

/** io_uring_setup: flags. */
export const SETUP_CQSIZE = 1 << 3;
export const SETUP_CLAMP = 1 << 4;
export const SETUP_SUBMIT_ALL = 1 << 7;
export const SETUP_COOP_TASKRUN = 1 << 8;
export const SETUP_TASKRUN_FLAG = 1 << 9;
export const SETUP_SINGLE_ISSUER = 1 << 12;
export const SETUP_DEFER_TASKRUN = 1 << 13;

/** io_uring_params.features. */
export const FEAT_SINGLE_MMAP = 1 << 0;
export const FEAT_NODROP = 1 << 1;
export const FEAT_SUBMIT_STABLE = 1 << 2;
export const FEAT_RW_CUR_POS = 1 << 3;
export const FEAT_FAST_POLL = 1 << 5;
export const FEAT_EXT_ARG = 1 << 8;
export const FEAT_CQE_SKIP = 1 << 11;

/** struct io_uring_params: bytes, and the words that are used. */
export const PARAMS_BYTES = 120;
export const PARAMS_SQ_ENTRIES = 0;
export const PARAMS_CQ_ENTRIES = 1;
export const PARAMS_FLAGS = 2;
export const PARAMS_FEATURES = 5;
/** Words of struct io_sqring_offsets and io_cqring_offsets, which give byte offsets into the mapped rings. */
export const PARAMS_SQ_HEAD = 10;
export const PARAMS_SQ_TAIL = 11;
export const PARAMS_SQ_MASK = 12;
export const PARAMS_SQ_FLAGS = 14;
export const PARAMS_SQ_ARRAY = 16;
export const PARAMS_CQ_HEAD = 20;
export const PARAMS_CQ_TAIL = 21;
export const PARAMS_CQ_MASK = 22;
export const PARAMS_CQ_CQES = 25;

/** Offsets for mmap. */
export const OFF_SQ_RING = 0;
export const OFF_SQES = 0x10000000;

/** sq_ring->flags. */
export const SQ_CQ_OVERFLOW = 1 << 1;
export const SQ_TASKRUN = 1 << 2;

/** io_uring_enter: flags, and struct io_uring_getevents_arg { sigmask: u64, sigmask_sz: u32, pad: u32, ts: u64 }. */
export const ENTER_GETEVENTS = 1 << 0;
export const ENTER_EXT_ARG = 1 << 3;
export const GETEVENTS_ARG_BYTES = 24;

/**
 * struct io_uring_sqe, as 32-bit words:
 *
 *     0  opcode: 8 | flags: 8 | ioprio: 16     6   len                      10  buf_group: 16 | personality: 16
 *     1  fd                                    7   msg_flags, poll_events…  11  file_index
 *     2  off (also addr2), two words           8   user_data, two words     12  addr3, two words
 *     4  addr, two words                                                    14  zero, two words
 */
export const SQE_BYTES = 64;
/** struct io_uring_cqe { user_data: u64, res: i32, flags: u32 }. */
export const CQE_BYTES = 16;

/** sqe->flags, where they stand in word 0. */
export const SQE_IO_LINK = 1 << (2 + 8);
export const SQE_BUFFER_SELECT = 1 << (5 + 8);
export const SQE_CQE_SKIP_SUCCESS = 1 << (6 + 8);
/** sqe->ioprio of IORING_OP_ACCEPT, where it stands in word 0. */
export const SQE_ACCEPT_MULTISHOT = 1 << 16;

/** cqe->flags. */
export const CQE_BUFFER = 1 << 0;
export const CQE_MORE = 1 << 1;
export const CQE_BUFFER_SHIFT = 16;

/** Opcodes. */
export const OP_NOP = 0;
export const OP_FSYNC = 3;
export const OP_POLL_ADD = 6;
export const OP_ACCEPT = 13;
export const OP_ASYNC_CANCEL = 14;
export const OP_LINK_TIMEOUT = 15;
export const OP_CONNECT = 16;
export const OP_OPENAT = 18;
export const OP_CLOSE = 19;
export const OP_STATX = 21;
export const OP_READ = 22;
export const OP_WRITE = 23;
export const OP_SEND = 26;
export const OP_RECV = 27;
/** What the driver cannot do without. */
export const NEEDED_OPS = [
  OP_FSYNC,
  OP_POLL_ADD,
  OP_ACCEPT,
  OP_ASYNC_CANCEL,
  OP_LINK_TIMEOUT,
  OP_CONNECT,
  OP_OPENAT,
  OP_CLOSE,
  OP_STATX,
  OP_READ,
  OP_WRITE,
  OP_SEND,
  OP_RECV,
] as const;

/** sqe->cancel_flags. */
export const ASYNC_CANCEL_ALL = 1 << 0;
export const ASYNC_CANCEL_ANY = 1 << 2;

/** io_uring_register: opcodes. */
export const REGISTER_PROBE = 8;
export const REGISTER_PBUF_RING = 22;
/** struct io_uring_probe { last_op: u8, ops_len: u8, …16 bytes; { op: u8, resv: u8, flags: u16, resv2: u32 }[] }. */
export const PROBE_HEAD_BYTES = 16;
export const PROBE_OP_BYTES = 8;
export const PROBE_OPS = 256;
export const OP_SUPPORTED = 1 << 0;
/** struct io_uring_buf_reg { ring_addr: u64, ring_entries: u32, bgid: u16, flags: u16, resv: u64[3] }. */
export const BUF_REG_BYTES = 40;
/** struct io_uring_buf { addr: u64, len: u32, bid: u16, resv: u16 }; the ring's tail lies over the first one's resv. */
export const BUF_BYTES = 16;
export const BUF_RING_TAIL = 14;

// ---- <poll.h> ----

export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLERR = 0x008;
export const POLLHUP = 0x010;
export const POLLRDHUP = 0x2000;

// ---- <fcntl.h>, <sys/stat.h>, <sys/mman.h>, <sys/eventfd.h> ----

export const AT_FDCWD = -100;
export const O_CLOEXEC = 0o2000000;
export const F_GETFL = 3;
export const F_SETFL = 4;
/** struct statx. */
export const STATX_BYTES = 256;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 0x01;
export const MAP_PRIVATE = 0x02;
export const MAP_ANONYMOUS = 0x20;
export const MAP_POPULATE = 0x8000;
export const EFD_CLOEXEC = O_CLOEXEC;

// ---- <sys/socket.h>, <netinet/in.h>, <netinet/tcp.h> ----

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_CLOEXEC = O_CLOEXEC;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const SHUT_RD = 0;
export const MSG_WAITALL = 0x100;
export const MSG_NOSIGNAL = 0x4000;
/** struct sockaddr_in and sockaddr_in6. */
export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN6_BYTES = 28;

// ---- <errno.h>, as completions give them: negative ----

export const EINTR = -4;
export const EAGAIN = -11;
export const ENOMEM = -12;
export const EBUSY = -16;
export const EINVAL = -22;
export const ETIME = -62;
export const EAFNOSUPPORT = -97;
export const EADDRNOTAVAIL = -99;
export const ENOBUFS = -105;
export const ECANCELED = -125;
