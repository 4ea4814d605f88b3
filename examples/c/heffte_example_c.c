/*
 * The C interface in one page: a 4 x 4 x 4 grid, split into slabs over 2 (or any number up to 4) ranks, is transformed
 * forward and back.
 *
 * With CMake: copy this file and CMakeLists.txt, then
 *     cmake -B build -DCMAKE_PREFIX_PATH=<prefix> && cmake --build build && mpiexec -n 2 build/heffte_example_c
 * Without:
 *     mpicc heffte_example_c.c -I<prefix>/include -L<prefix>/lib -Wl,-rpath,<prefix>/lib -lheffte -lm
 */
#include <heffte.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Every call tells by its return code whether it worked, and heffte_last_error() why not. */
static void must(int code) {
    if (code != Heffte_SUCCESS) {
        fprintf(stderr, "%s\n", heffte_last_error());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int me, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);

    /* Both corners of a box are inclusive; dimension 0 varies fastest in memory. */
    int const first = 4 * me / ranks, last = 4 * (me + 1) / ranks - 1;
    int const low[3] = {0, 0, first}, high[3] = {3, 3, last};

    heffte_plan_options options;
    must(heffte_set_default_options(Heffte_BACKEND_STOCK, &options));

    heffte_plan plan;
    must(heffte_plan_create(Heffte_BACKEND_STOCK, low, high, NULL, low, high, NULL, MPI_COMM_WORLD, &options, &plan));

    int const n = heffte_size_inbox(plan);
    double *input = malloc((size_t)n * sizeof(double));
    double *output = malloc((size_t)heffte_size_outbox(plan) * 2 * sizeof(double));
    double *result = malloc((size_t)n * sizeof(double));
    for (int i = 0; i < n; i++)
        input[i] = 16.0 * first + i;

    heffte_forward_d2z(plan, input, output, Heffte_SCALE_NONE);
    if (me == 0)
        printf("the sum of 0, 1, ..., 63 is %g\n", output[0]);
    heffte_backward_z2d(plan, output, result, Heffte_SCALE_FULL);

    double error = 0.0, worst;
    for (int i = 0; i < n; i++)
        error = fmax(error, fabs(result[i] - input[i]));
    MPI_Allreduce(&error, &worst, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    if (me == 0)
        printf("forward and backward return the input to %.1e\n", worst);

    must(heffte_plan_destroy(plan));
    free(input);
    free(output);
    free(result);
    MPI_Finalize();
    return worst < 1e-13 ? 0 : 1;
}
