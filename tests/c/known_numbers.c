// ranks: 2
/* The numbers that programs written for heFFTe 2.4 rely on: 4 x 4 x 4 points on two ranks, split in z, whose input on
 * each rank is 0, 1, ..., 31. */
#include "calls.h"

#include <math.h>

/* Elements of this rank's part of the input. */
enum { N = 32 };

/* The transform at the first point of this rank's part: kz is 0 on the first rank and 2 on the second. */
static double first_wave(void) { return me == 0 ? 992.0 : -512.0; }

static void slabs_in_z(int direction, heffte_plan *plan) {
    box const near = slab_of(4, 4, 4, 2), far = slab_of(4, 4, direction == 2 ? 3 : 4, 2);
    CHECK(make_plan(&near, &far, direction, NULL, plan) == Heffte_SUCCESS);
}

/* Numbers of one precision or the other. */
typedef union {
    double as_double[2 * N];
    float as_float[2 * N];
} numbers;

static void set(numbers *array, int precision, int i, double value) {
    if (precision == DOUBLE)
        array->as_double[i] = value;
    else
        array->as_float[i] = (float)value;
}

static double get(numbers const *array, int precision, int i) {
    return precision == DOUBLE ? array->as_double[i] : (double)array->as_float[i];
}

/* Forward without a factor, and back with the full one, by way of a given workspace or none. */
static void goes_there_and_back(heffte_plan plan, int precision, int parts, int buffered, double allowed) {
    int const which = precision + (parts == 2 ? COMPLEX : 0) + (buffered ? BUFFERED : 0);
    numbers input, wave, back;
    double workspace[2 * 96];
    for (int i = 0; i < parts * N; i++)
        set(&input, precision, i, i % parts == 0 ? i / parts : 0);
    call(which, plan, &input, &wave, workspace, Heffte_SCALE_NONE);
    CHECK(fabs(get(&wave, precision, 0) - first_wave()) < allowed);
    call(which + BACKWARD, plan, &wave, &back, workspace, Heffte_SCALE_FULL);
    for (int i = 0; i < parts * N; i++)
        CHECK(fabs(get(&back, precision, i) - get(&input, precision, i)) < allowed);
}

static void complex_plans_give_the_known_numbers(void) {
    heffte_plan plan;
    slabs_in_z(-1, &plan);
    for (int buffered = 0; buffered < 2; buffered++)
        for (int parts = 1; parts <= 2; parts++) {
            goes_there_and_back(plan, 0, parts, buffered, 1e-4);
            /* Programs allow 1e-11; the largest value is 992, whose last digit is 1e-13. */
            goes_there_and_back(plan, DOUBLE, parts, buffered, 1e-13);
        }
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

static void real_plans_give_the_known_numbers(void) {
    heffte_plan plan;
    slabs_in_z(2, &plan);
    for (int buffered = 0; buffered < 2; buffered++) {
        goes_there_and_back(plan, 0, 1, buffered, 1e-4);
        goes_there_and_back(plan, DOUBLE, 1, buffered, 1e-13);
    }
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

static void sizes_are_those_that_programs_expect(void) {
    heffte_plan plan;
    slabs_in_z(-1, &plan);
    CHECK(heffte_size_inbox(plan) == 32 && heffte_size_outbox(plan) == 32 && heffte_size_workspace(plan) == 96);
    CHECK(heffte_get_backend(plan) == Heffte_BACKEND_STOCK && heffte_is_r2c(plan) == 0);
    CHECK(plan->backend_type == Heffte_BACKEND_STOCK && plan->using_r2c == 0 && plan->fft != NULL);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);

    slabs_in_z(2, &plan);
    CHECK(heffte_size_inbox(plan) == 32 && heffte_size_outbox(plan) == (me == 0 ? 32 : 16));
    CHECK(heffte_size_workspace(plan) == (me == 0 ? 96 : 88));
    CHECK(heffte_get_backend(plan) == Heffte_BACKEND_STOCK && heffte_is_r2c(plan) != 0);
    CHECK(plan->backend_type == Heffte_BACKEND_STOCK && plan->using_r2c != 0 && plan->fft != NULL);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(complex_plans_give_the_known_numbers);
    RUN(real_plans_give_the_known_numbers);
    RUN(sizes_are_those_that_programs_expect);
    return check_end();
}
