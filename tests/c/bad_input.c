// ranks: 1 2 3
/* Bad input: codes, a null plan, one text on all ranks, outputs left alone, and a program that goes on. */
#include "check.h"

#include <stddef.h>

static slab box;

static int same_on_all(char const *text) {
    char root[2048] = "";
    strncpy(root, text, sizeof root - 1);
    MPI_Bcast(root, sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    return strncmp(root, text, sizeof root - 1) == 0;
}

/* That a plan cannot be made: the code, a null plan, and words in the message, which is the same on all ranks. */
#define REFUSED(expected, call, ...)                                                                                    \
    do {                                                                                                                \
        heffte_plan plan = (heffte_plan)&box;                                                                           \
        CHECK((call) == (expected));                                                                                    \
        CHECK(plan == NULL);                                                                                            \
        CHECK(same_on_all(heffte_last_error()));                                                                        \
        char const *words[] = {__VA_ARGS__};                                                                            \
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)                                                       \
            CHECK(strstr(heffte_last_error(), words[w]) != NULL);                                                       \
    } while (0)

static int make(int backend, slab in, int const *order, slab out, MPI_Comm comm, heffte_plan_options const *options,
                heffte_plan *plan) {
    return heffte_plan_create(backend, in.low, in.high, order, out.low, out.high, NULL, comm, options, plan);
}

static void plans(void) {
    MPI_Comm const world = MPI_COMM_WORLD;
    int const last = ranks - 1, twice[3] = {0, 0, 1};
    char named[64];
    snprintf(named, sizeof named, "rank %d: ", last);
    /* Only the last rank is wrong. */
    int const *order = me == last ? twice : NULL;
    REFUSED(2, make(0, box, order, box, world, NULL, &plan), named, "inbox order (0, 0, 1)");
    REFUSED(1, make(me == last ? 77 : 0, box, NULL, box, world, NULL, &plan), named, "backend 77", "stock (0)");
    REFUSED(1, make(me == last ? 1 : 0, box, NULL, box, world, NULL, &plan), named, "fftw (1) is not in this build");
    heffte_plan_options options = {1, me == last ? 4 : 0, 1, 1};
    REFUSED(2, make(0, box, NULL, box, world, &options, &plan), named, "algorithm 4");
    REFUSED(2,
            heffte_plan_create_r2c(0, box.low, box.high, NULL, box.low, box.high, NULL, me == last ? 3 : 0, world, NULL,
                                   &plan),
            named, "r2c direction 3");
    REFUSED(2,
            heffte_plan_create(0, me == last ? NULL : box.low, box.high, NULL, box.low, box.high, NULL, world, NULL, &plan),
            named, "inbox_low is NULL");
    CHECK(make(0, box, NULL, box, world, NULL, NULL) == 2);
    CHECK(strstr(heffte_last_error(), "plan is NULL") != NULL);

    /* All ranks see that the boxes do not fit together. */
    slab shifted = box, wide = box;
    shifted.low[2]++, shifted.high[2]++, wide.high[0]++;
    REFUSED(2, make(0, shifted, NULL, box, world, NULL, &plan), "inboxes begin at (0, 0, 1)");
    REFUSED(2, make(0, box, NULL, wide, world, NULL, &plan), "outboxes fill (0, 0, 0)-(4, 3, 5)", "(0, 0, 0)-(3, 3, 5)");
    if (ranks > 1) {
        slab greedy = box, holed = box;
        greedy.low[2] -= me == last;
        holed.low[1] += me == last;
        REFUSED(2, make(0, greedy, NULL, box, world, NULL, &plan), "overlap", "both hold the point");
        REFUSED(2, make(0, holed, NULL, box, world, NULL, &plan), "inboxes leave a hole");
    }

    REFUSED(2, make(0, box, NULL, box, MPI_COMM_NULL, NULL, &plan), "MPI_COMM_NULL");
    MPI_Comm copy, stale;
    MPI_Comm_dup(world, &copy);
    stale = copy;
    MPI_Comm_free(&copy);
    REFUSED(2, make(0, box, NULL, box, copy, NULL, &plan), "MPI_COMM_NULL");
    heffte_plan plan = (heffte_plan)&box;
    CHECK(make(0, box, NULL, box, stale, NULL, &plan) == 2 && plan == NULL);
    CHECK(strstr(heffte_last_error(), "was it freed?") != NULL);
}

static void arrays(void) {
    heffte_plan plan, half;
    CHECK(make(0, box, NULL, box, MPI_COMM_WORLD, NULL, &plan) == Heffte_SUCCESS);
    CHECK(strcmp(heffte_last_error(), "") == 0);
    slab out = box;
    out.high[0] = 2;
    CHECK(heffte_plan_create_r2c(0, box.low, box.high, NULL, out.low, out.high, NULL, 0, MPI_COMM_WORLD, NULL, &half) ==
          Heffte_SUCCESS);

    enum { N = 4 * 4 * 6 };
    static double input[2 * N], output[2 * N], untouched[2 * N];
    memset(output, 0x55, sizeof output);
    memcpy(untouched, output, sizeof output);
    heffte_forward_z2z(plan, me == 0 ? NULL : input, output, Heffte_SCALE_NONE);
    CHECK(strstr(heffte_last_error(), "rank 0: input is null") != NULL && same_on_all(heffte_last_error()));
    heffte_forward_z2z(plan, input, me == 0 ? NULL : output, Heffte_SCALE_NONE);
    CHECK(strstr(heffte_last_error(), "rank 0: output is null") != NULL && same_on_all(heffte_last_error()));
    heffte_forward_z2z(half, input, output, Heffte_SCALE_NONE);
    CHECK(strstr(heffte_last_error(), "r2c plan cannot go from complex128 to complex128") != NULL);
    heffte_backward_c2c(half, input, output, Heffte_SCALE_NONE);
    CHECK(strstr(heffte_last_error(), "r2c plan cannot go from complex64 to complex64") != NULL);
    heffte_forward_z2z(NULL, input, output, Heffte_SCALE_NONE);
    CHECK(strstr(heffte_last_error(), "heffte_forward_z2z: plan is NULL") != NULL);
    heffte_backward_z2z_buffered(plan, input, output, input, Heffte_SCALE_NONE);
    CHECK(strstr(heffte_last_error(), "workspace overlaps the input") != NULL);
    CHECK(memcmp(output, untouched, sizeof output) == 0);

    /* The program goes on; a scale that is none of the three means none. */
    for (int i = 0; i < 2 * N; i++)
        input[i] = 1.0;
    heffte_forward_d2z(plan, input, output, 17);
    CHECK(me != 0 || fabs(output[0] - N) < 1e-10);
    CHECK(strcmp(heffte_last_error(), "") == 0);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS && heffte_plan_destroy(half) == Heffte_SUCCESS);
}

static void queries(void) {
    CHECK(heffte_size_inbox(NULL) == -1 && heffte_size_outbox(NULL) == -1 && heffte_size_workspace(NULL) == -1);
    CHECK(heffte_get_backend(NULL) == -1 && heffte_is_r2c(NULL) == -1);
    CHECK(strstr(heffte_last_error(), "plan is NULL") != NULL);
    CHECK(heffte_plan_destroy(NULL) == Heffte_SUCCESS);
    heffte_fft_plan stranger = {55, 0, NULL};
    CHECK(heffte_plan_destroy(&stranger) == 3);

    heffte_plan_options options = {9, 9, 9, 9};
    CHECK(heffte_set_default_options(1234, &options) == 1);
    CHECK(heffte_set_default_options(2, &options) == 1);
    CHECK(options.use_reorder == 9 && options.algorithm == 9 && options.use_pencils == 9 && options.use_gpu_aware == 9);
    CHECK(heffte_set_default_options(Heffte_BACKEND_STOCK, &options) == Heffte_SUCCESS);
    CHECK(options.use_reorder == 1 && options.algorithm == Heffte_RESHAPE_ALGORITHM_ALLTOALLV);
    CHECK(options.use_pencils == 1 && options.use_gpu_aware == 1);
    CHECK(heffte_set_default_options(Heffte_BACKEND_STOCK, NULL) == 2);
}

static void layouts(void) {
    CHECK(sizeof(heffte_plan_options) == 4 * sizeof(int));
    CHECK(offsetof(heffte_plan_options, algorithm) == sizeof(int));
    CHECK(offsetof(heffte_plan_options, use_pencils) == 2 * sizeof(int));
    CHECK(offsetof(heffte_plan_options, use_gpu_aware) == 3 * sizeof(int));
    CHECK(offsetof(heffte_fft_plan, using_r2c) == sizeof(int));
    CHECK(offsetof(heffte_fft_plan, fft) == 2 * sizeof(int));
    CHECK(Heffte_VERSION_MAJOR == 2 && Heffte_VERSION_MINOR >= 4);
    CHECK(Heffte_SCALE_NONE == 0 && Heffte_SCALE_FULL == 1 && Heffte_SCALE_SYMMETRIC == 2);
    CHECK(Heffte_RESHAPE_ALGORITHM_P2P_PLINED == 1 && Heffte_RESHAPE_ALGORITHM_P2P == 2);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    box = slab_of(4, 4, 6);
    /* Every line on standard error is expected here. */
    if (freopen("/dev/null", "w", stderr) == NULL)
        return 1;
    plans();
    arrays();
    queries();
    layouts();
    return check_end();
}
