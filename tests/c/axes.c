// ranks: 1 2 3 4
/* A kind of transform for each axis, against the definitions. */
#include "oracle.h"

static int const SIZE[3] = {5, 4, 8};
static int const ROWS[3] = {2, 1, 0}, MIXED[3] = {1, 2, 0};

enum { IDENTITY = Heffte_AXIS_IDENTITY, C2C, R2C, COS, SIN, COS1, SIN1 };

/* What the element j of a line of n contributes to the element k of its transform. */
static void weight(int kind, int backward, int n, int j, int k, long double w[2]) {
    long double const pi = acosl(-1.0L), sign = k % 2 ? -1.0L : 1.0L;
    w[1] = 0.0L;
    if (kind == C2C || kind == R2C) {
        w[0] = cosl(2.0L * pi * (j * k % n) / n);
        w[1] = (backward ? 1.0L : -1.0L) * sinl(2.0L * pi * (j * k % n) / n);
    } else if (kind == COS && backward)
        w[0] = j == 0 ? 1.0L : 2.0L * cosl(pi * j * (2 * k + 1) / (2 * n));
    else if (kind == COS)
        w[0] = 2.0L * cosl(pi * k * (2 * j + 1) / (2 * n));
    else if (kind == SIN && backward)
        w[0] = j == n - 1 ? sign : 2.0L * sinl(pi * (j + 1) * (2 * k + 1) / (2 * n));
    else if (kind == SIN)
        w[0] = 2.0L * sinl(pi * (k + 1) * (2 * j + 1) / (2 * n));
    else if (kind == COS1)
        w[0] = j == 0 ? 1.0L : j == n - 1 ? sign : 2.0L * cosl(pi * j * k / (n - 1));
    else if (kind == SIN1)
        w[0] = 2.0L * sinl(pi * (j + 1) * (k + 1) / (n + 1));
    else
        w[0] = j == k ? 1.0L : 0.0L;
}

/* The transform of from, which is complex. */
static void transform(signal_pair const *s, int const kinds[3], int backward, long double const *from,
                      long double *to) {
    static long double line[2 * MOST];
    memcpy(to, from, sizeof(long double) * 2 * (size_t)points(s));
    for (int d = 0, apart = 1; d < 3; apart *= s->size[d], d++) {
        memcpy(line, to, sizeof line);
        for (int i = 0; i < points(s); i++) {
            int const n = s->size[d], k = i / apart % n;
            to[2 * i] = to[2 * i + 1] = 0.0L;
            for (int j = 0; j < n; j++) {
                long double const *x = line + 2 * (i + (j - k) * apart);
                long double w[2];
                weight(kinds[d], backward, n, j, k, w);
                to[2 * i] += x[0] * w[0] - x[1] * w[1];
                to[2 * i + 1] += x[0] * w[1] + x[1] * w[0];
            }
        }
    }
}

/* What a forward and a backward transform multiply a signal by. */
static long double round_trip(int const kinds[3]) {
    long double product = 1.0L;
    for (int d = 0; d < 3; d++)
        product *= kinds[d] == IDENTITY ? 1 : kinds[d] < COS ? SIZE[d] : 2 * (SIZE[d] + (kinds[d] == COS1 ? -1 : kinds[d] == SIN1));
    return product;
}

static int make(box const *in, box const *out, int const kinds[3], heffte_plan *plan) {
    return heffte_plan_create_axes(BACKEND, in->low, in->high, in->order, out->low, out->high, out->order,
                                   kinds, MPI_COMM_WORLD, NULL, plan);
}

/* Slabs in one dimension, and slabs in another where the ranks come the other way round. */
static void slabs(int const kinds[3], box *near, box *far) {
    int const in_grid[3] = {1, 1, ranks}, out_grid[3] = {ranks, 1, 1};
    int size[3];
    for (int d = 0; d < 3; d++)
        size[d] = kinds[d] == R2C ? SIZE[d] / 2 + 1 : SIZE[d];
    *near = part_of(me, SIZE, in_grid, ROWS);
    *far = part_of(ranks - 1 - me, size, out_grid, MIXED);
}

/* Whether real numbers go to real ones, complex to complex, or real to complex. */
enum { REAL, WIDE, HALF };

static void run(int types, int is_double, int backward, int buffered, heffte_plan plan, void const *in, void *out,
                void *workspace, int scale) {
#define EITHER(name) (buffered ? name##_buffered(plan, in, out, workspace, scale) : name(plan, in, out, scale))
    switch (types * 4 + is_double * 2 + backward) {
    case 0: EITHER(heffte_forward_s2s); break;
    case 1: EITHER(heffte_backward_s2s); break;
    case 2: EITHER(heffte_forward_d2d); break;
    case 3: EITHER(heffte_backward_d2d); break;
    case 4: EITHER(heffte_forward_c2c); break;
    case 5: EITHER(heffte_backward_c2c); break;
    case 6: EITHER(heffte_forward_z2z); break;
    case 7: EITHER(heffte_backward_z2z); break;
    case 8: EITHER(heffte_forward_s2c); break;
    case 9: EITHER(heffte_backward_c2s); break;
    case 10: EITHER(heffte_forward_d2z); break;
    default: EITHER(heffte_backward_z2d); break;
    }
#undef EITHER
}

/* Forward from a signal and, with the full scale, back from its transform, in both precisions, with a workspace of the
 * caller's and without. */
static void both_ways_are_right(int const kinds[3], int types) {
    static signal_pair s;
    box near, far;
    heffte_plan plan;
    make_signal(&s, SIZE, types == WIDE);
    transform(&s, kinds, 0, s.value, s.wave);
    slabs(kinds, &near, &far);
    CHECK(make(&near, &far, kinds, &plan) == Heffte_SUCCESS);
    CHECK(heffte_size_inbox(plan) == count(&near) && heffte_size_outbox(plan) == count(&far));
    int const near_parts = types == WIDE ? 2 : 1, far_parts = types == REAL ? 1 : 2;
    void *in = malloc((size_t)count(&near) * 16 + 1), *out = malloc((size_t)count(&far) * 16 + 1);
    void *workspace = malloc((size_t)heffte_size_workspace(plan) * (types == REAL ? 8 : 16) + 1);
    for (int which = 0; which < 4; which++) {
        int const is_double = which & 1, buffered = which >> 1;
        double const tolerance = (is_double ? 5e-16 : 2.5e-7) * sqrt(log2(points(&s)));
        fill(in, is_double, near_parts, &s, &near, s.value);
        run(types, is_double, 0, buffered, plan, in, out, workspace, Heffte_SCALE_NONE);
        CHECK(no_error());
        CHECK(error_of(out, is_double, far_parts, &s, &far, s.wave, 1.0L) < tolerance);
        fill(out, is_double, far_parts, &s, &far, s.wave);
        run(types, is_double, 1, buffered, plan, out, in, workspace, Heffte_SCALE_FULL);
        CHECK(error_of(in, is_double, near_parts, &s, &near, s.value, 1.0L) < tolerance);
        run(types, is_double, 1, buffered, plan, out, in, workspace, Heffte_SCALE_NONE);
        CHECK(error_of(in, is_double, near_parts, &s, &near, s.value, round_trip(kinds)) < tolerance);
    }
    free(in);
    free(out);
    free(workspace);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

static void cosines_and_sines_follow_their_definitions(void) {
    for (int kind = COS; kind <= SIN1; kind++) {
        int const same[3] = {kind, kind, kind}, others[3] = {kind, IDENTITY, COS + (kind + 1) % 4};
        both_ways_are_right(same, REAL);
        both_ways_are_right(others, REAL);
        both_ways_are_right(others, WIDE);
    }
}

static void they_mix_with_fourier_transforms(void) {
    struct {
        int types, kinds[3];
    } const mixes[] = {
        {WIDE, {COS, C2C, SIN}},  {WIDE, {C2C, SIN1, C2C}}, {WIDE, {IDENTITY, COS1, C2C}},
        {WIDE, {C2C, C2C, C2C}},  {HALF, {COS, R2C, SIN}},  {HALF, {R2C, SIN1, C2C}},
        {HALF, {C2C, COS1, R2C}}, {HALF, {IDENTITY, SIN, R2C}}, {HALF, {C2C, R2C, C2C}},
    };
    for (size_t i = 0; i < sizeof mixes / sizeof *mixes; i++)
        both_ways_are_right(mixes[i].kinds, mixes[i].types);
}

/* What comes back is real only if it goes through the definition backward; here any numbers do. */
static void backward_transforms_follow_their_definitions_too(void) {
    static signal_pair s;
    int const kinds[3] = {SIN, COS, SIN1};
    box near, far;
    heffte_plan plan;
    make_signal(&s, SIZE, 0);
    transform(&s, kinds, 1, s.value, s.wave);
    slabs(kinds, &near, &far);
    CHECK(make(&near, &far, kinds, &plan) == Heffte_SUCCESS);
    double *in = malloc((size_t)count(&far) * sizeof *in + 1), *out = malloc((size_t)count(&near) * sizeof *out + 1);
    fill(in, DOUBLE, 1, &s, &far, s.value);
    heffte_backward_d2d(plan, in, out, Heffte_SCALE_NONE);
    CHECK(error_of(out, DOUBLE, 1, &s, &near, s.wave, 1.0L) < 5e-16 * sqrt(log2(points(&s))));
    free(in);
    free(out);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

static void real_transforms_may_be_in_place(void) {
    static signal_pair s;
    int const kinds[3] = {COS, SIN1, COS1};
    box near, far;
    heffte_plan plan;
    make_signal(&s, SIZE, 0);
    transform(&s, kinds, 0, s.value, s.wave);
    slabs(kinds, &near, &far);
    CHECK(make(&near, &far, kinds, &plan) == Heffte_SUCCESS);
    int const room = count(&near) > count(&far) ? count(&near) : count(&far);
    double *data = malloc((size_t)room * sizeof *data + 1);
    fill(data, DOUBLE, 1, &s, &near, s.value);
    heffte_forward_d2d(plan, data, data, Heffte_SCALE_NONE);
    CHECK(error_of(data, DOUBLE, 1, &s, &far, s.wave, 1.0L) < 5e-16 * sqrt(log2(points(&s))));
    free(data);
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

static void wrong_kinds_are_refused_on_all_ranks(void) {
    int const kinds[3] = {COS, COS, COS};
    box near, far;
    heffte_plan plan = NULL;
    slabs(kinds, &near, &far);
    int const unknown[3] = {COS, 7, COS}, halves[3] = {R2C, COS, R2C};
    CHECK(make(&near, &far, me == 0 ? unknown : kinds, &plan) == 2 && plan == NULL);
    CHECK(error_says("rank 0") && error_says("kind 7 of axis 1") && error_is_the_same_on_all());
    CHECK(make(&near, &far, halves, &plan) == 2 && error_says("axes 0 and 2 are both real-to-complex"));
    CHECK(make(&near, &far, NULL, &plan) == 2 && error_says("kinds is NULL") && error_is_the_same_on_all());
    box const flat = slab_of(4, 1, 8, 2);
    int const cos1[3] = {IDENTITY, COS1, IDENTITY};
    CHECK(make(&flat, &flat, cos1, &plan) == 2 && error_says("axis 1 has 1 point") && error_is_the_same_on_all());
}

/* Standard error has what goes wrong, which is nothing to look at. */
static void types_that_a_plan_does_not_take_are_refused(void) {
    int const real[3] = {COS, SIN, IDENTITY}, wide[3] = {COS, C2C, SIN};
    double data[2 * MOST] = {0};
    box near, far;
    heffte_plan plan;
    slabs(real, &near, &far);
    CHECK(make(&near, &far, real, &plan) == Heffte_SUCCESS);
    heffte_forward_d2z(plan, data, data, Heffte_SCALE_NONE);
    CHECK(error_says("r2r plan") && error_says("float64 to complex128") && error_is_the_same_on_all());
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    CHECK(make(&near, &far, wide, &plan) == Heffte_SUCCESS);
    heffte_backward_d2d(plan, data, data, Heffte_SCALE_NONE);
    CHECK(error_says("c2c plan") && error_says("float64 to float64") && error_is_the_same_on_all());
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(cosines_and_sines_follow_their_definitions);
    RUN(they_mix_with_fourier_transforms);
    RUN(backward_transforms_follow_their_definitions_too);
    RUN(real_transforms_may_be_in_place);
    RUN(wrong_kinds_are_refused_on_all_ranks);
    RUN(types_that_a_plan_does_not_take_are_refused);
    return check_end();
}
