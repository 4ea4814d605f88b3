/* 4 x 4 x 4 on two ranks, split in z, with the input 0 ... 31 on each: numbers that are known. */
#include <heffte.h>
#include <math.h>
#include <stdio.h>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int me;
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    int const low[3] = {0, 0, 2 * me}, high[3] = {3, 3, 2 * me + 1};
    heffte_plan plan;
    if (heffte_plan_create(Heffte_BACKEND_STOCK, low, high, NULL, low, high, NULL, MPI_COMM_WORLD, NULL, &plan)) {
        fprintf(stderr, "%s\n", heffte_last_error());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    double input[64], output[64], back[64];
    for (int i = 0; i < 32; i++)
        input[2 * i] = i, input[2 * i + 1] = 0.0;
    heffte_forward_z2z(plan, input, output, Heffte_SCALE_NONE);
    int wrong = fabs(output[0] - (me == 0 ? 992.0 : -512.0)) > 1e-11;
    heffte_backward_z2z(plan, output, back, Heffte_SCALE_FULL);
    for (int i = 0; i < 64; i++)
        wrong += fabs(back[i] - input[i]) > 1e-11;
    heffte_plan_destroy(plan);

    int all;
    MPI_Allreduce(&wrong, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    MPI_Finalize();
    return all > 0;
}
