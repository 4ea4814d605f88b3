/* A signal and its Fourier transform from the definition, in long double. */
#ifndef ORACLE_H
#define ORACLE_H

#include "calls.h"

#include <math.h>

enum { MOST = 256 };

typedef struct {
    int size[3];
    /* The signal and its transform, real and imaginary parts in turn; a point (x, y, z) has the index
     * x + size[0] * (y + size[1] * z). */
    long double value[2 * MOST], wave[2 * MOST];
} signal_pair;

static int points(signal_pair const *s) { return s->size[0] * s->size[1] * s->size[2]; }

/* A signal of uniform random numbers that float can hold. */
static void make_signal(signal_pair *s, int const size[3], int is_complex) {
    unsigned state = 4242;
    memcpy(s->size, size, sizeof s->size);
    for (int i = 0; i < 2 * points(s); i++) {
        state = state * 1664525u + 1013904223u;
        long double const v = (long double)(state >> 8) / 16777216.0L - 0.5L;
        s->value[i] = i % 2 == 1 && !is_complex ? 0.0L : v;
    }
    long double const turn = -2.0L * acosl(-1.0L);
    for (int k = 0; k < points(s); k++) {
        s->wave[2 * k] = s->wave[2 * k + 1] = 0.0L;
        for (int j = 0; j < points(s); j++) {
            long double turns = 0.0L;
            for (int d = 0, kd = k, jd = j; d < 3; kd /= size[d], jd /= size[d], d++)
                turns += (long double)((kd % size[d]) * (jd % size[d]) % size[d]) / size[d];
            long double const c = cosl(turn * turns), sn = sinl(turn * turns);
            s->wave[2 * k] += s->value[2 * j] * c - s->value[2 * j + 1] * sn;
            s->wave[2 * k + 1] += s->value[2 * j] * sn + s->value[2 * j + 1] * c;
        }
    }
}

/* The index in the signal of the element i of a box. */
static int point(signal_pair const *s, box const *b, int i) {
    int p[3];
    for (int k = 0; k < 3; k++) {
        int const d = b->order[k];
        p[d] = b->low[d] + i % extent(b, d);
        i /= extent(b, d);
    }
    return p[0] + s->size[0] * (p[1] + s->size[1] * p[2]);
}

/* Writes a box of numbers to an array; parts is 1 for real and 2 for complex elements. */
static void fill(void *array, int which, int parts, signal_pair const *s, box const *b, long double const *from) {
    for (int i = 0; i < count(b) * parts; i++) {
        long double const v = from[2 * point(s, b, i / parts) + i % parts];
        if (which & DOUBLE)
            ((double *)array)[i] = (double)v;
        else
            ((float *)array)[i] = (float)v;
    }
}

/* The error of all ranks' arrays as a fraction of what they should hold, both in the Euclidean norm. Collective. */
static double error_of(void const *array, int which, int parts, signal_pair const *s, box const *b,
                       long double const *of, long double factor) {
    double mine[2] = {0.0, 0.0}, all[2];
    for (int i = 0; i < count(b) * parts; i++) {
        long double const expected = factor * of[2 * point(s, b, i / parts) + i % parts];
        long double const found = which & DOUBLE ? ((double const *)array)[i] : ((float const *)array)[i];
        mine[0] += (double)((found - expected) * (found - expected));
        mine[1] += (double)(expected * expected);
    }
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return sqrt(all[0] / all[1]);
}

#endif
