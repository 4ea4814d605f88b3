/* Counting checks over all ranks. Every rank makes the same checks in the same order. */
#ifndef CHECK_H
#define CHECK_H

#define _POSIX_C_SOURCE 200809L

#include <heffte.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int check_passed = 0, check_failed = 0, me = 0, ranks = 1;

/* Starts MPI, and a clock that ends a program which hangs. */
static void check_begin(int *argc, char ***argv) {
    alarm(60);
    MPI_Init(argc, argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
}

/* Prints the closing line; the exit status is nonzero where a check failed on any rank. */
static int check_end(void) {
    MPI_Finalize();
    if (me == 0)
        printf("%d passed, %d failed\n", check_passed, check_failed);
    return check_failed > 0;
}

/* A check passes where it holds on all ranks. */
static void check_on_all(int holds, char const *what, char const *file, int line) {
    int all;
    MPI_Allreduce(&holds, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (all) {
        check_passed++;
        return;
    }
    check_failed++;
    if (!holds)
        fprintf(stderr, "%s:%d: rank %d: not so: %s (last error: %s)\n", file, line, me, what, heffte_last_error());
}

#define CHECK(condition) check_on_all((condition) != 0, #condition, __FILE__, __LINE__)

/* The slab of this rank when n planes in dimension 2 are shared out. */
typedef struct {
    int low[3], high[3];
} slab;

static inline slab slab_of(int nx, int ny, int nz) {
    int const base = nz / ranks, extra = nz % ranks, first = me * base + (me < extra ? me : extra);
    slab s = {{0, 0, first}, {nx - 1, ny - 1, first + base + (me < extra) - 1}};
    return s;
}

#endif
