// ranks: 2
/* Calls of MPI that fail, each one in its turn: behind the C interface, an error that names the call on every rank,
 * nothing left behind, and the next plan works. */
#include "check.h"

#include <signal.h>

/* Its functions take the place of MPI's in this program, and so for the library. */
#include "../../rust/heffte/tests/mpi/faults/failing_mpi.c"

enum { SIDE = 12, MOST = SIDE * SIDE * SIDE, RIGHT = 0, NAMED, OTHER };

static double input[2 * MOST], output[2 * MOST], back[2 * MOST];
static char under_way[128];

static void out_of_time(int number) {
    (void)number;
    if (write(STDOUT_FILENO, under_way, strlen(under_way)) > 0)
        _exit(1);
    _exit(2);
}

/* Whether a call that fails may be made good, or not matter; then results must be right. */
static int may_be_mended(char const *name) {
    static char const *const mended[] = {
        "MPI_Comm_free", "MPI_Comm_rank", "MPI_Comm_set_errhandler", "MPI_Comm_size", "MPI_Errhandler_free",
        "MPI_Finalized", "MPI_Get_count", "MPI_Initialized", "MPI_Iprobe", "MPI_Wait", "MPI_Waitall"};
    for (size_t i = 0; i < sizeof mended / sizeof *mended; i++)
        if (strcmp(name, mended[i]) == 0)
            return 1;
    return 0;
}

static int error_names(char const *name) {
    char words[64];
    snprintf(words, sizeof words, "%s failed", name);
    int const is_whole = error_says("the failure that was asked for") || error_says("is not usable");
    return error_says(words) && is_whole ? NAMED : OTHER;
}

/* A plan, a transform there and one back, and the end of the plan. */
static int run(int algorithm, char const *name) {
    int const low[3] = {0, 0, me * SIDE / ranks}, high[3] = {SIDE - 1, SIDE - 1, (me + 1) * SIDE / ranks - 1};
    int const count = SIDE * SIDE * (high[2] - low[2] + 1);
    heffte_plan_options options;
    heffte_plan plan;
    int outcome = RIGHT;
    heffte_set_default_options(Heffte_BACKEND_STOCK, &options);
    options.algorithm = algorithm;
    if (heffte_plan_create(Heffte_BACKEND_STOCK, low, high, NULL, low, high, NULL, MPI_COMM_WORLD, &options, &plan))
        return error_names(name);
    heffte_forward_z2z(plan, input, output, Heffte_SCALE_NONE);
    if (no_error())
        heffte_backward_z2z(plan, output, back, Heffte_SCALE_FULL);
    if (!no_error())
        outcome = error_names(name);
    for (int i = 0; i < 2 * count && outcome == RIGHT; i++)
        if (back[i] - input[i] > 1e-12 || input[i] - back[i] > 1e-12)
            outcome = OTHER;
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    return outcome;
}

/* Lets a call fail on all ranks; whether any rank came to make it. */
static int fails(int algorithm, int function, long call) {
    long before[OBJECT_COUNT];
    memcpy(before, alive, sizeof before);
    snprintf(under_way, sizeof under_way, "call %ld of %s by algorithm %d takes too long\n", call, names[function],
             algorithm);
    if (getenv("HEFFTE_TEST_SECONDS") == NULL)
        alarm(5);
    failing_mpi_arm(function, call);
    int const outcome = run(algorithm, names[function]);
    int mine[2] = {struck, outcome}, most[2], least[2];
    failing_mpi_arm(-1, 0);
    MPI_Allreduce(mine, most, 2, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    MPI_Allreduce(mine, least, 2, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    int const may_be_right = !most[0] || may_be_mended(names[function]);
    int const is_fine = most[1] == least[1] && (most[1] == NAMED || (most[1] == RIGHT && may_be_right));
    int const is_tidy = memcmp(before, alive, sizeof before) == 0;
    int const works = run(algorithm, "nothing") == RIGHT;
    if (!is_fine || !is_tidy || !works)
        printf("call %ld of %s by algorithm %d: outcome %d to %d, %s, the next plan %s\n", call, names[function],
               algorithm, least[1], most[1], is_tidy ? "tidy" : "something was left", works ? "works" : "fails");
    CHECK(is_fine && is_tidy && works);
    return most[0];
}

static void each_fails(int algorithm) {
    int tried = 0;
    for (int function = 0; function < FUNCTION_COUNT; function++)
        for (long call = 1; call <= 40 && fails(algorithm, function, call); call++)
            tried++;
    CHECK(tried > 20);
}

static void each_call_that_fails_is_an_error_of_all_by_shared_memory(void) {
    each_fails(Heffte_RESHAPE_ALGORITHM_ALLTOALLV);
}

static void each_call_that_fails_is_an_error_of_all_by_messages(void) {
    setenv("HEFFTE_SHARED_MEMORY", "0", 1);
    each_fails(Heffte_RESHAPE_ALGORITHM_ALLTOALLV);
    each_fails(Heffte_RESHAPE_ALGORITHM_ALLTOALL);
    each_fails(Heffte_RESHAPE_ALGORITHM_P2P);
    each_fails(Heffte_RESHAPE_ALGORITHM_P2P_PLINED);
    unsetenv("HEFFTE_SHARED_MEMORY");
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    signal(SIGALRM, out_of_time);
    for (int i = 0; i < 2 * MOST; i++)
        input[i] = (double)(i * 7 % 23 - 11 + me);
    RUN(each_call_that_fails_is_an_error_of_all_by_shared_memory);
    RUN(each_call_that_fails_is_an_error_of_all_by_messages);
    if (getenv("HEFFTE_TEST_SECONDS") == NULL)
        alarm(60);
    return check_end();
}
