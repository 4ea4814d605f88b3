// ranks: 1 2 3 4
/* All sixteen Fourier transforms against the definition: every algorithm, direction, order, scale and split of the world. */
#include "oracle.h"

/* Odd and even sizes, one of them below the largest number of ranks. */
static int const SIZE[3] = {5, 3, 8};
static int const NATURAL[3] = {0, 1, 2}, ROWS[3] = {2, 1, 0}, MIXED[3] = {1, 2, 0}, OTHER[3] = {2, 0, 1};

static signal_pair real_signal, complex_signal;
static heffte_plan_options const DEFAULTS = {1, Heffte_RESHAPE_ALGORITHM_ALLTOALLV, 1, 1};

/* The factor that a scale stands for; what is none of the three stands for none. */
static long double factor_of(int scale, int n) {
    if (scale == Heffte_SCALE_FULL)
        return 1.0L / n;
    return scale == Heffte_SCALE_SYMMETRIC ? 1.0L / sqrtl(n) : 1.0L;
}

/* One transform of memory of its own: the result is right and the input is as it was. Returns nothing on a rank
 * without points, which passes null arrays. */
static void is_right(heffte_plan plan, int which, box const *near, box const *far, void *workspace, int scale) {
    signal_pair const *s = which & COMPLEX ? &complex_signal : &real_signal;
    int const n = points(s), backward = (which & BACKWARD) != 0, parts = which & COMPLEX ? 2 : 1;
    box const *from = backward ? far : near, *to = backward ? near : far;
    int const from_parts = backward ? 2 : parts, to_parts = backward ? parts : 2;
    size_t const bytes = (size_t)count(from) * (backward ? far_bytes(which) : near_bytes(which));
    size_t const room = (size_t)count(to) * (backward ? near_bytes(which) : far_bytes(which));
    void *in = bytes > 0 ? malloc(bytes) : NULL, *copy = malloc(bytes + 1), *out = room > 0 ? malloc(room) : NULL;
    double const tolerance = (which & DOUBLE ? 5e-16 : 2.5e-7) * sqrt(log2(n));

    fill(in, which, from_parts, s, from, backward ? s->wave : s->value);
    if (bytes > 0)
        memcpy(copy, in, bytes);
    call(which, plan, in, out, workspace, scale);
    CHECK(no_error());
    long double const factor = factor_of(scale, n) * (backward ? n : 1);
    CHECK(error_of(out, which, to_parts, s, to, backward ? s->value : s->wave, factor) < tolerance);
    CHECK(bytes == 0 || memcmp(copy, in, bytes) == 0);
    free(in);
    free(copy);
    free(out);
}

/* All transforms that a plan allows, or the unbuffered ones only. */
static void all_are_right(box const *near, box const *far, int direction, heffte_plan_options const *options,
                          int with_workspace) {
    heffte_plan plan;
    CHECK(make_plan(near, far, direction, options, &plan) == Heffte_SUCCESS);
    CHECK(heffte_size_inbox(plan) == count(near) && heffte_size_outbox(plan) == count(far));
    CHECK((heffte_is_r2c(plan) != 0) == (direction >= 0) && heffte_get_backend(plan) == BACKEND);
    void *workspace = malloc((size_t)heffte_size_workspace(plan) * 2 * sizeof(double) + 1);
    for (int which = 0; which < TRANSFORMS; which++) {
        if ((direction >= 0 && (which & COMPLEX)) || (!with_workspace && (which & BUFFERED)))
            continue;
        is_right(plan, which, near, far, workspace, Heffte_SCALE_NONE);
        if (which & BUFFERED)
            is_right(plan, which, near, far, NULL, Heffte_SCALE_FULL);
    }
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    free(workspace);
}

/* The world of the output. */
static void shortened(int direction, int size[3]) {
    memcpy(size, SIZE, sizeof SIZE);
    if (direction >= 0)
        size[direction] = size[direction] / 2 + 1;
}

/* Slabs in one dimension become slabs in another, where the ranks come the other way round. */
static void slabs(int direction, int in_axis, int out_axis, int const in_order[3], int const out_order[3], box *near,
                  box *far) {
    int in_grid[3] = {1, 1, 1}, out_grid[3] = {1, 1, 1}, size[3];
    shortened(direction, size);
    in_grid[in_axis] = out_grid[out_axis] = ranks;
    *near = part_of(me, SIZE, in_grid, in_order);
    *far = part_of(ranks - 1 - me, size, out_grid, out_order);
}

static void every_algorithm_gives_the_transform_in_every_direction(void) {
    for (int algorithm = 0; algorithm < 4; algorithm++)
        for (int direction = -1; direction < 3; direction++) {
            heffte_plan_options options = DEFAULTS;
            box near, far;
            options.algorithm = algorithm;
            slabs(direction, 2, 0, ROWS, MIXED, &near, &far);
            all_are_right(&near, &far, direction, &options, 1);
        }
}

static void options_and_orders_do_not_change_the_result(void) {
    int const *const orders[] = {NATURAL, ROWS, MIXED, OTHER};
    for (int bits = 0; bits < 8; bits++)
        for (int direction = -1; direction < 3; direction += 2) {
            heffte_plan_options const options = {bits & 1, Heffte_RESHAPE_ALGORITHM_P2P, bits >> 1 & 1, bits >> 2 & 1};
            box near, far;
            slabs(direction, bits % 3, (bits + 1) % 3, orders[bits % 4], orders[(bits + bits / 4) % 4], &near, &far);
            all_are_right(&near, &far, direction, &options, 0);
        }
}

static void null_orders_and_options_stand_for_the_defaults(void) {
    box near, far;
    heffte_plan plan;
    slabs(-1, 2, 1, NATURAL, NATURAL, &near, &far);
    CHECK(heffte_plan_create(BACKEND, near.low, near.high, NULL, far.low, far.high, NULL, MPI_COMM_WORLD,
                             NULL, &plan) == Heffte_SUCCESS);
    is_right(plan, DOUBLE + COMPLEX, &near, &far, NULL, Heffte_SCALE_NONE);
    is_right(plan, DOUBLE + COMPLEX + BACKWARD, &near, &far, NULL, Heffte_SCALE_NONE);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

/* Only some ranks hold the input and only others the output; with one rank there is but one. */
static void ranks_without_points_take_part_with_null_arrays(void) {
    int const one[3] = {1, 1, 1};
    for (int direction = -1; direction < 3; direction++) {
        int size[3];
        shortened(direction, size);
        box const near = part_of(me, SIZE, one, NATURAL), far = part_of(ranks - 1 - me, size, one, ROWS);
        box nothing = {{0, 0, 0}, {-1, -1, -1}, {0, 1, 2}};
        all_are_right(me == 0 ? &near : &nothing, me == ranks - 1 ? &far : &nothing, direction, &DEFAULTS, 1);
    }
}

static void every_scale_is_what_it_says_and_any_other_number_means_none(void) {
    int const scales[] = {Heffte_SCALE_NONE, Heffte_SCALE_FULL, Heffte_SCALE_SYMMETRIC, 3, -1, 1 << 30};
    for (int direction = -1; direction < 2; direction += 2) {
        box near, far;
        heffte_plan plan;
        slabs(direction, 2, 2, NATURAL, NATURAL, &near, &far);
        CHECK(make_plan(&near, &far, direction, NULL, &plan) == Heffte_SUCCESS);
        for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
            for (int which = 0; which < TRANSFORMS; which++)
                if (!(which & BUFFERED) && !(direction >= 0 && (which & COMPLEX)))
                    is_right(plan, which, &near, &far, NULL, scales[i]);
        CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    }
}

static void complex_transforms_may_be_in_place(void) {
    for (int same = 0; same < 2; same++) {
        box near, far;
        heffte_plan plan;
        slabs(-1, 2, 0, ROWS, MIXED, &near, &far);
        if (same)
            far = near;
        CHECK(make_plan(&near, &far, -1, NULL, &plan) == Heffte_SUCCESS);
        int const room = count(&near) > count(&far) ? count(&near) : count(&far);
        void *data = malloc((size_t)room * 2 * sizeof(double) + 1);
        for (int precision = 0; precision <= DOUBLE; precision += DOUBLE) {
            int const which = precision + COMPLEX, n = points(&complex_signal);
            double const tolerance = (precision ? 5e-16 : 2.5e-7) * sqrt(log2(n));
            fill(data, which, 2, &complex_signal, &near, complex_signal.value);
            call(which, plan, data, data, NULL, Heffte_SCALE_NONE);
            CHECK(error_of(data, which, 2, &complex_signal, &far, complex_signal.wave, 1.0L) < tolerance);
            call(which + BACKWARD, plan, data, data, NULL, Heffte_SCALE_FULL);
            CHECK(error_of(data, which, 2, &complex_signal, &near, complex_signal.value, 1.0L) < 2 * tolerance);
        }
        free(data);
        CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    }
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    make_signal(&real_signal, SIZE, 0);
    make_signal(&complex_signal, SIZE, 1);
    RUN(every_algorithm_gives_the_transform_in_every_direction);
    RUN(options_and_orders_do_not_change_the_result);
    RUN(null_orders_and_options_stand_for_the_defaults);
    RUN(ranks_without_points_take_part_with_null_arrays);
    RUN(every_scale_is_what_it_says_and_any_other_number_means_none);
    RUN(complex_transforms_may_be_in_place);
    return check_end();
}
