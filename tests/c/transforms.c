// ranks: 1 2 3 4
/* All sixteen transforms, with every algorithm and with boxes of different orders, against the definition. */
#include "check.h"

enum { NX = 4, NY = 5, NZ = 6, N = NX * NY * NZ, HALF = NX / 2 + 1 };

/* A point of the world has the value (re, im); the transform is computed from the definition in long double. */
static long double value_re[N], value_im[N], wave_re[N], wave_im[N];

static int at(int x, int y, int z) { return x + NX * (y + NY * z); }

static void make_world(int real) {
    unsigned state = 4242;
    for (int i = 0; i < 2 * N; i++) {
        state = state * 1664525u + 1013904223u;
        long double const v = (long double)((float)(state >> 8) / 16777216.0f - 0.5f);
        if (i < N)
            value_re[i] = v;
        else
            value_im[i - N] = real ? 0.0L : v;
    }
    long double const turn = -2.0L * acosl(-1.0L);
    for (int k = 0; k < N; k++) {
        int const kx = k % NX, ky = k / NX % NY, kz = k / NX / NY;
        wave_re[k] = wave_im[k] = 0.0L;
        for (int j = 0; j < N; j++) {
            int const x = j % NX, y = j / NX % NY, z = j / NX / NY;
            long double const a = turn * ((long double)(kx * x % NX) / NX + (long double)(ky * y % NY) / NY +
                                          (long double)(kz * z % NZ) / NZ);
            wave_re[k] += value_re[j] * cosl(a) - value_im[j] * sinl(a);
            wave_im[k] += value_re[j] * sinl(a) + value_im[j] * cosl(a);
        }
    }
}

/* This rank's box, its order, and the visit of its points in memory order. */
typedef struct {
    int low[3], high[3], order[3];
} box;

static long count(box const *b) {
    long n = 1;
    for (int d = 0; d < 3; d++)
        n *= b->high[d] >= b->low[d] ? b->high[d] - b->low[d] + 1 : 0;
    return n;
}

static int point(box const *b, long i) {
    int p[3];
    for (int k = 0; k < 3; k++) {
        int const d = b->order[k], size = b->high[d] - b->low[d] + 1;
        p[d] = b->low[d] + (int)(i % size);
        i /= size;
    }
    return at(p[0], p[1], p[2]);
}

/* Numbers go to and from arrays of float or double by way of these. */
static void put(void *array, int is_double, long i, long double v) {
    if (is_double)
        ((double *)array)[i] = (double)v;
    else
        ((float *)array)[i] = (float)v;
}

static long double get(void const *array, int is_double, long i) {
    return is_double ? (long double)((double const *)array)[i] : (long double)((float const *)array)[i];
}

static void fill(void *array, int is_double, int is_complex, box const *b, long double const *re, long double const *im) {
    for (long i = 0; i < count(b); i++) {
        int const p = point(b, i);
        put(array, is_double, is_complex ? 2 * i : i, re[p]);
        if (is_complex)
            put(array, is_double, 2 * i + 1, im[p]);
    }
}

/* The relative L2 error over all ranks. */
static double error_of(void const *array, int is_double, int is_complex, box const *b, long double const *re,
                       long double const *im, long double factor) {
    double mine[2] = {0.0, 0.0}, all[2];
    for (long i = 0; i < count(b); i++) {
        int const p = point(b, i);
        long double const dr = get(array, is_double, is_complex ? 2 * i : i) - factor * re[p];
        long double const di = is_complex ? get(array, is_double, 2 * i + 1) - factor * im[p] : 0.0L;
        mine[0] += (double)(dr * dr + di * di);
        mine[1] += (double)(factor * factor * (re[p] * re[p] + (is_complex ? im[p] * im[p] : 0.0L)));
    }
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return sqrt(all[0] / all[1]);
}

static void forward(heffte_plan plan, int d, int c, void const *in, void *out, void *ws, int buffered, int scale) {
    if (d && c)
        buffered ? heffte_forward_z2z_buffered(plan, in, out, ws, scale) : heffte_forward_z2z(plan, in, out, scale);
    else if (d)
        buffered ? heffte_forward_d2z_buffered(plan, in, out, ws, scale) : heffte_forward_d2z(plan, in, out, scale);
    else if (c)
        buffered ? heffte_forward_c2c_buffered(plan, in, out, ws, scale) : heffte_forward_c2c(plan, in, out, scale);
    else
        buffered ? heffte_forward_s2c_buffered(plan, in, out, ws, scale) : heffte_forward_s2c(plan, in, out, scale);
}

static void backward(heffte_plan plan, int d, int c, void const *in, void *out, void *ws, int buffered, int scale) {
    if (d && c)
        buffered ? heffte_backward_z2z_buffered(plan, in, out, ws, scale) : heffte_backward_z2z(plan, in, out, scale);
    else if (d)
        buffered ? heffte_backward_z2d_buffered(plan, in, out, ws, scale) : heffte_backward_z2d(plan, in, out, scale);
    else if (c)
        buffered ? heffte_backward_c2c_buffered(plan, in, out, ws, scale) : heffte_backward_c2c(plan, in, out, scale);
    else
        buffered ? heffte_backward_c2s_buffered(plan, in, out, ws, scale) : heffte_backward_c2s(plan, in, out, scale);
}

static void both_ways(heffte_plan plan, box const *in, box const *out, int is_double, int is_complex) {
    long const ws_len = heffte_size_workspace(plan);
    void *input = malloc((size_t)(count(in) + 1) * 16), *output = malloc((size_t)(count(out) + 1) * 16);
    void *back = malloc((size_t)(count(in) + 1) * 16), *ws = malloc((size_t)(ws_len + 1) * 16);
    double const tolerance = (is_double ? 5e-16 : 2.5e-7) * sqrt(log2(N));
    make_world(!is_complex);
    fill(input, is_double, is_complex, in, value_re, value_im);
    for (int buffered = 0; buffered < 3; buffered++) {
        /* Without a workspace, with one, and with a null one. */
        void *given = buffered == 1 ? ws : NULL;
        forward(plan, is_double, is_complex, input, output, given, buffered > 0, Heffte_SCALE_FULL);
        CHECK(error_of(output, is_double, 1, out, wave_re, wave_im, 1.0L / N) < tolerance);
        fill(output, is_double, 1, out, wave_re, wave_im);
        backward(plan, is_double, is_complex, output, back, given, buffered > 0, Heffte_SCALE_NONE);
        CHECK(error_of(back, is_double, is_complex, in, value_re, value_im, N) < 2 * tolerance);
    }
    free(input);
    free(output);
    free(back);
    free(ws);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    for (int algorithm = 0; algorithm < 4; algorithm++) {
        for (int r2c = 0; r2c < 2; r2c++) {
            slab const near = slab_of(NX, NY, NZ), far = slab_of(r2c ? HALF : NX, NZ, NY);
            /* In: slabs in z; out: slabs in y, in another order. */
            box const in = {{0, 0, near.low[2]}, {NX - 1, NY - 1, near.high[2]}, {2, 0, 1}};
            box const out = {{0, far.low[2], 0}, {far.high[0], far.high[2], NZ - 1}, {1, 2, 0}};
            heffte_plan_options options = {1, algorithm, 1, 1};
            heffte_plan plan;
            int const code =
                r2c ? heffte_plan_create_r2c(Heffte_BACKEND_STOCK, in.low, in.high, in.order, out.low, out.high, out.order, 0,
                                             MPI_COMM_WORLD, &options, &plan)
                    : heffte_plan_create(Heffte_BACKEND_STOCK, in.low, in.high, in.order, out.low, out.high, out.order,
                                         MPI_COMM_WORLD, &options, &plan);
            CHECK(code == Heffte_SUCCESS);
            CHECK(heffte_size_inbox(plan) == count(&in) && heffte_size_outbox(plan) == count(&out));
            for (int is_double = 0; is_double < 2; is_double++) {
                both_ways(plan, &in, &out, is_double, 0);
                if (!r2c)
                    both_ways(plan, &in, &out, is_double, 1);
            }
            CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
        }
    }
    return check_end();
}
