// ranks: 1
/* What compiled programs rely on: the layout of the structs, the values of the constants, and that every function is
 * exported with its prototype. */
#include "check.h"

#include <stddef.h>

static void structs_have_the_known_layout(void) {
    CHECK(sizeof(heffte_plan_options) == 4 * sizeof(int));
    CHECK(offsetof(heffte_plan_options, use_reorder) == 0);
    CHECK(offsetof(heffte_plan_options, algorithm) == sizeof(int));
    CHECK(offsetof(heffte_plan_options, use_pencils) == 2 * sizeof(int));
    CHECK(offsetof(heffte_plan_options, use_gpu_aware) == 3 * sizeof(int));
    CHECK(sizeof(heffte_fft_plan) == 2 * sizeof(int) + sizeof(void *));
    CHECK(offsetof(heffte_fft_plan, backend_type) == 0);
    CHECK(offsetof(heffte_fft_plan, using_r2c) == sizeof(int));
    CHECK(offsetof(heffte_fft_plan, fft) == 2 * sizeof(int));
    CHECK(sizeof(heffte_plan) == sizeof(void *));
}

static void constants_have_the_known_values(void) {
    CHECK(Heffte_SUCCESS == 0 && Heffte_BACKEND_STOCK == 0);
    CHECK(Heffte_SCALE_NONE == 0 && Heffte_SCALE_FULL == 1 && Heffte_SCALE_SYMMETRIC == 2);
    CHECK(Heffte_RESHAPE_ALGORITHM_ALLTOALLV == 0 && Heffte_RESHAPE_ALGORITHM_P2P_PLINED == 1);
    CHECK(Heffte_RESHAPE_ALGORITHM_P2P == 2 && Heffte_RESHAPE_ALGORITHM_ALLTOALL == 3);
    CHECK(Heffte_VERSION_MAJOR == 2 && Heffte_VERSION_MINOR >= 4);
}

/* Each assignment compiles only with the prototype of heFFTe 2.4, and links only where the function is exported. */
static void every_function_is_exported_with_its_prototype(void) {
    int (*create)(int, int const[3], int const[3], int const *, int const[3], int const[3], int const *, MPI_Comm,
                  heffte_plan_options const *, heffte_plan *) = heffte_plan_create;
    int (*create_r2c)(int, int const[3], int const[3], int const *, int const[3], int const[3], int const *, int,
                      MPI_Comm, heffte_plan_options const *, heffte_plan *) = heffte_plan_create_r2c;
    int (*set_options)(int, heffte_plan_options *) = heffte_set_default_options;
    char const *(*last_error)(void) = heffte_last_error;
    CHECK(create != NULL && create_r2c != NULL && set_options != NULL && last_error != NULL);

    int (*const of_a_plan[])(heffte_plan const) = {heffte_plan_destroy, heffte_size_inbox,  heffte_size_outbox,
                                                   heffte_size_workspace, heffte_get_backend, heffte_is_r2c};
    void (*const s2c)(heffte_plan const, float const *, void *, int) = heffte_forward_s2c;
    void (*const d2z)(heffte_plan const, double const *, void *, int) = heffte_forward_d2z;
    void (*const c2s)(heffte_plan const, void const *, float *, int) = heffte_backward_c2s;
    void (*const z2d)(heffte_plan const, void const *, double *, int) = heffte_backward_z2d;
    void (*const complexes[])(heffte_plan const, void const *, void *, int) = {
        heffte_forward_c2c, heffte_forward_z2z, heffte_backward_c2c, heffte_backward_z2z};
    void (*const s2c_buffered)(heffte_plan const, float const *, void *, void *, int) = heffte_forward_s2c_buffered;
    void (*const d2z_buffered)(heffte_plan const, double const *, void *, void *, int) = heffte_forward_d2z_buffered;
    void (*const c2s_buffered)(heffte_plan const, void const *, float *, void *, int) = heffte_backward_c2s_buffered;
    void (*const z2d_buffered)(heffte_plan const, void const *, double *, void *, int) = heffte_backward_z2d_buffered;
    void (*const complexes_buffered[])(heffte_plan const, void const *, void *, void *, int) = {
        heffte_forward_c2c_buffered, heffte_forward_z2z_buffered, heffte_backward_c2c_buffered,
        heffte_backward_z2z_buffered};
    for (size_t i = 0; i < sizeof of_a_plan / sizeof *of_a_plan; i++)
        CHECK(of_a_plan[i] != NULL);
    for (size_t i = 0; i < 4; i++)
        CHECK(complexes[i] != NULL && complexes_buffered[i] != NULL);
    CHECK(s2c != NULL && d2z != NULL && c2s != NULL && z2d != NULL);
    CHECK(s2c_buffered != NULL && d2z_buffered != NULL && c2s_buffered != NULL && z2d_buffered != NULL);
}

static void default_options_are_set_whole_or_not_at_all(void) {
    heffte_plan_options const before = {9, 9, 9, 9};
    heffte_plan_options options = before;
    CHECK(heffte_set_default_options(Heffte_BACKEND_STOCK, &options) == Heffte_SUCCESS && no_error());
    CHECK(options.use_reorder == 1 && options.algorithm == Heffte_RESHAPE_ALGORITHM_ALLTOALLV);
    CHECK(options.use_pencils == 1 && options.use_gpu_aware == 1);

    int const unknown[] = {-1, 3, 1234};
    options = before;
    for (int i = 0; i < 3; i++) {
        CHECK(heffte_set_default_options(unknown[i], &options) == 1 && error_says("is unknown"));
        CHECK(memcmp(&options, &before, sizeof options) == 0);
    }
#ifndef Heffte_BACKEND_MKL
    CHECK(heffte_set_default_options(2, &options) == 1 && error_says("backend mkl (2) is not in this build"));
    CHECK(memcmp(&options, &before, sizeof options) == 0);
#endif
    CHECK(heffte_set_default_options(Heffte_BACKEND_STOCK, NULL) == 2 && error_says("options is NULL"));
}

static void destroy_tells_apart_nothing_and_what_is_no_plan(void) {
    heffte_fft_plan empty = {Heffte_BACKEND_STOCK, 0, NULL};
    CHECK(heffte_plan_destroy(NULL) == Heffte_SUCCESS && no_error());
    CHECK(heffte_plan_destroy(&empty) == 3 && error_says("holds no transform"));

    int const low[3] = {0, 0, 0}, high[3] = {3, 3, 3};
    heffte_plan plan;
    CHECK(heffte_plan_create(Heffte_BACKEND_STOCK, low, high, NULL, low, high, NULL, MPI_COMM_WORLD, NULL, &plan) ==
          Heffte_SUCCESS);
    plan->backend_type = 55;
    CHECK(heffte_plan_destroy(plan) == 3 && error_says("plan holds backend 55"));
    plan->backend_type = Heffte_BACKEND_STOCK;
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS && no_error());
}

#ifdef Heffte_BACKEND_FFTW
/* A transform of ones by FFTW. */
static int transforms_by_fftw(void) {
    int const low[3] = {0, 0, 0}, high[3] = {3, 2, 1};
    double ones[24], spectrum[48];
    for (int i = 0; i < 24; i++)
        ones[i] = 1.0;
    heffte_plan plan;
    if (heffte_plan_create(Heffte_BACKEND_FFTW, low, high, NULL, low, high, NULL, MPI_COMM_WORLD, NULL, &plan))
        return 0;
    heffte_forward_d2z(plan, ones, spectrum, Heffte_SCALE_NONE);
    int const is_good = no_error() && spectrum[0] > 23.999999 && spectrum[0] < 24.000001;
    heffte_plan_destroy(plan);
    return is_good;
}
#endif

static void a_plan_tells_which_backend_was_picked_for_it(void) {
    int const low[3] = {0, 0, 0}, high[3] = {7, 7, 7};
    double ones[512], spectrum[1024];
    for (int i = 0; i < 512; i++)
        ones[i] = 1.0;
    heffte_plan plan;
    CHECK(heffte_plan_create(Heffte_BACKEND_AUTO, low, high, NULL, low, high, NULL, MPI_COMM_WORLD, NULL, &plan) ==
          Heffte_SUCCESS);
    CHECK(heffte_get_backend(plan) >= Heffte_BACKEND_STOCK && heffte_get_backend(plan) < 10);
    heffte_forward_d2z(plan, ones, spectrum, Heffte_SCALE_FULL);
    CHECK(no_error() && spectrum[0] > 0.999999 && spectrum[0] < 1.000001);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

static void fftw_is_told_what_to_spend_and_tells_what_it_knows(void) {
    CHECK(heffte_set_planning_effort(7) == 2 && error_says("planning effort 7 is unknown: use estimate (0)"));
    CHECK(heffte_fftw_import_wisdom(NULL) == 2 && error_says("path is NULL"));
    CHECK(heffte_fftw_export_wisdom(NULL) == 2 && error_says("path is NULL"));
#ifdef Heffte_BACKEND_FFTW
    char folder[] = "/tmp/heffte_wisdom_XXXXXX", path[64], single[66];
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/wisdom", folder);
    snprintf(single, sizeof single, "%sf", path);
    CHECK(heffte_set_planning_effort(Heffte_EFFORT_PATIENT) == Heffte_SUCCESS && no_error());
    CHECK(transforms_by_fftw());
    CHECK(heffte_set_planning_effort(Heffte_EFFORT_ESTIMATE) == Heffte_SUCCESS);
    CHECK(heffte_fftw_import_wisdom(path) == 2 && error_says(path));
    CHECK(heffte_fftw_export_wisdom(path) == Heffte_SUCCESS && no_error());
    CHECK(heffte_fftw_import_wisdom(path) == Heffte_SUCCESS && no_error());
    FILE *garbage = fopen(path, "w");
    CHECK(garbage != NULL && fputs("garbage", garbage) >= 0 && fclose(garbage) == 0);
    CHECK(heffte_fftw_import_wisdom(path) == 2 && error_says("it is garbage, or of another FFTW"));
    CHECK(transforms_by_fftw());
    CHECK(remove(path) == 0 && remove(single) == 0 && rmdir(folder) == 0);
#else
    CHECK(heffte_fftw_import_wisdom("wisdom") == 1 && error_says("backend fftw (1) is not in this build"));
    CHECK(heffte_fftw_export_wisdom("wisdom") == 1 && error_says("backend fftw (1) is not in this build"));
#endif
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(structs_have_the_known_layout);
    RUN(constants_have_the_known_values);
    RUN(every_function_is_exported_with_its_prototype);
    RUN(default_options_are_set_whole_or_not_at_all);
    RUN(destroy_tells_apart_nothing_and_what_is_no_plan);
    RUN(a_plan_tells_which_backend_was_picked_for_it);
    RUN(fftw_is_told_what_to_spend_and_tells_what_it_knows);
    return check_end();
}
