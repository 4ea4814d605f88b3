// ranks: 2
/* The numbers that programs written for heFFTe 2.4 know: 4 x 4 x 4 on two ranks, split in z. */
#include "check.h"

static void doubles(heffte_plan plan) {
    double input[32], output[64], back[32], workspace[192];
    for (int i = 0; i < 32; i++)
        input[i] = i;
    heffte_forward_d2z(plan, input, output, Heffte_SCALE_NONE);
    CHECK(fabs(output[0] - (me == 0 ? 992.0 : -512.0)) < 1e-11);
    heffte_backward_z2d(plan, output, back, Heffte_SCALE_FULL);
    double worst = 0.0;
    for (int i = 0; i < 32; i++)
        worst = fmax(worst, fabs(back[i] - input[i]));
    CHECK(worst < 1e-13);

    double again[64];
    heffte_forward_d2z_buffered(plan, input, again, workspace, Heffte_SCALE_NONE);
    CHECK(memcmp(output, again, (size_t)heffte_size_outbox(plan) * 2 * sizeof(double)) == 0);
}

static void floats(heffte_plan plan) {
    float input[32], output[64], back[32];
    for (int i = 0; i < 32; i++)
        input[i] = (float)i;
    heffte_forward_s2c(plan, input, output, Heffte_SCALE_SYMMETRIC);
    heffte_backward_c2s(plan, output, back, Heffte_SCALE_SYMMETRIC);
    float worst = 0.0f;
    for (int i = 0; i < 32; i++)
        worst = fmaxf(worst, fabsf(back[i] - input[i]));
    CHECK(worst < 1e-5f);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    slab const box = slab_of(4, 4, 4), half = slab_of(4, 4, 3);
    heffte_plan plan;

    CHECK(heffte_plan_create(Heffte_BACKEND_STOCK, box.low, box.high, NULL, box.low, box.high, NULL, MPI_COMM_WORLD, NULL,
                             &plan) == Heffte_SUCCESS);
    CHECK(heffte_size_inbox(plan) == 32 && heffte_size_outbox(plan) == 32);
    CHECK(heffte_size_workspace(plan) == 96);
    CHECK(heffte_get_backend(plan) == Heffte_BACKEND_STOCK && heffte_is_r2c(plan) == 0);
    CHECK(plan->backend_type == Heffte_BACKEND_STOCK && plan->using_r2c == 0 && plan->fft != NULL);
    doubles(plan);
    floats(plan);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);

    CHECK(heffte_plan_create_r2c(Heffte_BACKEND_STOCK, box.low, box.high, NULL, half.low, half.high, NULL, 2,
                                 MPI_COMM_WORLD, NULL, &plan) == Heffte_SUCCESS);
    CHECK(heffte_size_inbox(plan) == 32 && heffte_size_outbox(plan) == (me == 0 ? 32 : 16));
    CHECK(heffte_size_workspace(plan) == (me == 0 ? 96 : 88));
    CHECK(heffte_is_r2c(plan) != 0);
    floats(plan);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    return check_end();
}
