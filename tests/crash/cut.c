/* Cuts a mounted file system off its disk at once, as a power cut does: what is not on the device is gone.
 * cut MOUNTPOINT   (needs root; ext4 and xfs know it)
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define FS_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_LOG_FLUSH 2

int main(int count, char **arguments) {
  uint32_t how = WITHOUT_LOG_FLUSH;
  int fd = count == 2 ? open(arguments[1], O_RDONLY) : -1;
  if (fd < 0 || ioctl(fd, FS_IOC_SHUTDOWN, &how) != 0) {
    perror("cut");
    return 1;
  }
  return 0;
}
