/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that libsam watches in one of three ways; it prints what happens to it. The test also reads what libsam
 * writes about it into the daemon's map through libcmap.
 */
#include <corosync/corotypes.h>
#include <corosync/sam.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { interval = 3000 }; /* milliseconds; long, so that a healthy process does not look hung on a busy machine */

static void said(const char* what, cs_error_t error)
{
    printf("%s: %d\n", what, (int)error);
}

static void on_warning(int signal_number)
{
    static const char text[] = "warned\n";

    (void)signal_number;
    (void)!write(STDOUT_FILENO, text, sizeof(text) - 1);
}

static volatile sig_atomic_t checks;

static int well_once(void)
{
    printf("checked\n");
    checks = checks + 1;
    return checks == 1 ? 0 : -1;
}

static int well(void)
{
    checks = checks + 1;
    return 0;
}

static void store(const char* text)
{
    said("data_store", sam_data_store(text, strlen(text) + 1));
}

static void restore(void)
{
    char text[64] = "";
    size_t size = 0;

    said("data_getsize", sam_data_getsize(&size));
    said("data_restore", sam_data_restore(text, sizeof(text)));
    printf("stored: %zu bytes, '%s'\n", size, text);
}

/* It does not answer, then answers that it is not healthy, then gives up. libsam restarts it, but not the last time. */
static void be_restarted(unsigned int instance)
{
    restore();
    signal(SIGTERM, on_warning);
    switch (instance) {
    case 1:
        store("of the first");
        said("start", sam_start());
        said("hc_send", sam_hc_send());
        break;
    case 2:
        store("of the second, and longer");
        said("hc_callback_register", sam_hc_callback_register(well_once));
        said("start", sam_start());
        break;
    default:
        said("data_store of nothing", sam_data_store(NULL, 0));
        restore();
        said("start", sam_start());
        sam_mark_failed(); /* does not return */
    }
    for (;;) {
        pause(); /* the warning signal does not end it */
    }
}

/* It is healthy and ends by itself. */
static void quit(unsigned int instance)
{
    (void)instance;
    said("hc_callback_register", sam_hc_callback_register(well));
    said("start", sam_start());
    said("start again", sam_start());
    while (checks < 2) {
        usleep(1000);
    }
    said("stop", sam_stop());
    said("stop again", sam_stop());
    said("hc_send when stopped", sam_hc_send());
    said("finalize", sam_finalize());
    said("finalize again", sam_finalize());
}

/* It runs as long as there is a quorum. */
static void need_quorum(unsigned int instance)
{
    said("hc_callback_register", sam_hc_callback_register(well));
    said("start", sam_start());
    if (instance == 1) {
        for (;;) {
            pause();
        }
    }
    said("stop", sam_stop());
    /* libsam restarts us if we exit before it has handled the stop, and does not tell when it has. */
    sleep(1);
}

int main(int argc, char** argv)
{
    static const struct {
        const char* name;
        int policy;
        void (*live)(unsigned int instance);
    } ways[] = {{"restart", SAM_RECOVERY_POLICY_RESTART, be_restarted},
                {"quit", SAM_RECOVERY_POLICY_QUIT, quit},
                {"quorum", SAM_RECOVERY_POLICY_QUORUM_RESTART, need_quorum}};
    unsigned int instance = 0;
    size_t i = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN); /* libsam's other process may still write to a process that has just ended */
    for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (argc != 2 || strcmp(argv[1], ways[i].name) != 0) {
            continue;
        }
        said("initialize with an unknown policy", sam_initialize(interval, (sam_recovery_policy_t)0));
        said("register before", sam_register(&instance));
        said("initialize",
             sam_initialize(interval, (sam_recovery_policy_t)(ways[i].policy | SAM_RECOVERY_POLICY_CMAP)));
        said("register", sam_register(&instance));
        printf("instance %u\n", instance);
        ways[i].live(instance);
        return 0;
    }
    return 2;
}
