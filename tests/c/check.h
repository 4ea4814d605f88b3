/* Checks that are counted over all ranks. Include it first. */
#ifndef CHECK_H
#define CHECK_H

#define _POSIX_C_SOURCE 200809L

#include <heffte.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* This rank and the number of ranks. */
static int me = 0, ranks = 1;

static int check_failures = 0, check_cases_passed = 0, check_cases_failed = 0;

/* Notes on this rank whether a condition holds. Not collective: ranks may check different things. Failures go to
 * standard output, since some cases take standard error away. */
#define CHECK(condition) check_note((condition) != 0, #condition, __FILE__, __LINE__)

static void check_note(int holds, char const *what, char const *file, int line) {
    if (holds)
        return;
    check_failures++;
    printf("%s:%d: rank %d: not so: %s (last error: \"%s\")\n", file, line, me, what, heffte_last_error());
}

/* Runs a case, which is a function named as a sentence. Collective: it passes where no check failed on any rank. */
#define RUN(sentence) check_run(#sentence, sentence)

static void check_run(char const *sentence, void (*body)(void)) {
    int const before = check_failures;
    body();
    int const mine = check_failures - before;
    int all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (all == 0) {
        check_cases_passed++;
        return;
    }
    check_cases_failed++;
    if (me == 0)
        printf("failed: %s\n", sentence);
}

/* Starts MPI, and a clock that ends a program which hangs; what makes programs slow says how many seconds they have. */
static void check_begin(int *argc, char ***argv) {
    char const *const seconds = getenv("HEFFTE_TEST_SECONDS");
    alarm(seconds == NULL ? 60 : (unsigned)atoi(seconds));
    MPI_Init(argc, argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
}

/* Ends MPI and prints the closing line; returns the exit status, which is nonzero where a check failed. */
static int check_end(void) {
    MPI_Finalize();
    if (me == 0)
        printf("%d passed, %d failed\n", check_cases_passed, check_cases_failed);
    return check_cases_failed > 0 || check_failures > 0;
}

/* Whether the last error has these words in it. */
static inline int error_says(char const *words) { return strstr(heffte_last_error(), words) != NULL; }

/* Whether the last call did what it was asked to. */
static inline int no_error(void) { return strcmp(heffte_last_error(), "") == 0; }

/* Whether the last error is the same on all ranks. Collective. */
static inline int error_is_the_same_on_all(void) {
    char root[2048] = "";
    strncpy(root, heffte_last_error(), sizeof root - 1);
    MPI_Bcast(root, sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    return strncmp(root, heffte_last_error(), sizeof root - 1) == 0;
}

#endif
