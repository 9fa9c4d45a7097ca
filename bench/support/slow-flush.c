/* A disk whose flush takes longer, as a cloud volume's does: loaded before the C library (LD_PRELOAD), it lets
 * each fdatasync() do its work and then waits. The caller waits with it, and what comes meanwhile needs a flush
 * of its own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fdatasync(int file)
{
    static int (*flush)(int);
    static struct timespec delay;
    if (flush == NULL) {
        const char *micros = getenv("SLOW_FLUSH_MICROS");
        delay.tv_nsec = micros == NULL ? 0 : 1000L * atol(micros);
        flush = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    }
    int result = flush(file);
    nanosleep(&delay, NULL);
    return result;
}
