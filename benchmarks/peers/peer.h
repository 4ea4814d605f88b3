/* What the drivers in C and C++ share: the command line, the signal, and the line of JSON that they print.
 *
 * Every driver, in whatever language, is called as
 *
 *     DRIVER NX NY NZ c2c|r2c f32|f64 slab|pencil|brick CALLS CHECK SCRATCH THREADS [OPTIONS]
 *
 * NX varies fastest in memory and is the axis that r2c halves. CHECK is 1 where errors are wanted; SCRATCH is a folder
 * that lives as long as the comparison. For each set of options that it measures, a driver prints one line:
 *
 *     {"peer": …, "options": …, "version": …, "seconds": [CALLS numbers], "error": E, "round_trip": R, "memory": BYTES}
 *
 * A call is a forward and a backward transform, both out of place and unscaled; its seconds are half of the time of the
 * slowest rank. The error is that of the forward transform, relative, in the L2 norm, against the spectrum that the signal
 * has by analysis: three plane waves and three single points, so that both sides are full of numbers. Memory is the
 * largest peak of resident memory of a process. */
#ifndef PEER_H
#define PEER_H

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define PEER_TERMS 3

typedef struct {
    double re, im;
} peer_complex;

typedef struct {
    ptrdiff_t size[3];
    int is_real, is_double, calls, check, threads;
    const char *shape, *scratch, *options;
    /* exp(+2 pi i k j / n) of the waves, and exp(-2 pi i p q / n) of the points, along each axis. */
    peer_complex *waves[PEER_TERMS][3], *points[PEER_TERMS][3];
} peer_problem;

static inline ptrdiff_t peer_wave(const peer_problem *p, int m, int d) { return (2 * m + d + 1) * p->size[d] / 11; }
static inline ptrdiff_t peer_point(const peer_problem *p, int m, int d) { return (3 * m + 2 * d + 2) * p->size[d] / 13; }
static inline double peer_count(const peer_problem *p) { return (double)p->size[0] * p->size[1] * p->size[2]; }
/* A whole number, so that both precisions hold it exactly; it gives a point the energy of a wave. */
static inline double peer_amplitude(const peer_problem *p) { return floor(sqrt(peer_count(p))); }

static inline peer_complex *peer_table(ptrdiff_t n, ptrdiff_t step, int sign) {
    peer_complex *table = (peer_complex *)malloc(n * sizeof *table);
    for (ptrdiff_t j = 0; j < n; j++) {
        /* An angle of f64 alone would be wrong by more than what is to be measured. */
        long double angle = sign * 2 * acosl(-1.0L) * (step * j % n) / n;
        table[j].re = (double)cosl(angle), table[j].im = (double)sinl(angle);
    }
    return table;
}

static inline peer_problem peer_read(int argc, char **argv) {
    peer_problem p;
    if (argc < 11) {
        fprintf(stderr, "usage: %s NX NY NZ c2c|r2c f32|f64 SHAPE CALLS CHECK SCRATCH THREADS [OPTIONS]\n", argv[0]);
        exit(2);
    }
    for (int d = 0; d < 3; d++) p.size[d] = atol(argv[1 + d]);
    p.is_real = !strcmp(argv[4], "r2c"), p.is_double = !strcmp(argv[5], "f64");
    p.shape = argv[6], p.calls = atoi(argv[7]), p.check = atoi(argv[8]), p.scratch = argv[9];
    p.threads = atoi(argv[10]), p.options = argc > 11 ? argv[11] : "";
    for (int m = 0; m < PEER_TERMS; m++)
        for (int d = 0; d < 3; d++) {
            p.waves[m][d] = peer_table(p.size[d], peer_wave(&p, m, d), 1);
            p.points[m][d] = peer_table(p.size[d], peer_point(&p, m, d), -1);
        }
    return p;
}

static inline peer_complex peer_product(peer_complex *const tables[3], ptrdiff_t x, ptrdiff_t y, ptrdiff_t z) {
    peer_complex a = tables[0][x], b = tables[1][y], c = tables[2][z];
    peer_complex ab = {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    peer_complex abc = {ab.re * c.re - ab.im * c.im, ab.re * c.im + ab.im * c.re};
    return abc;
}

/* The signal at a point; real signals leave the imaginary part out. */
static inline peer_complex peer_input(const peer_problem *p, ptrdiff_t x, ptrdiff_t y, ptrdiff_t z) {
    peer_complex sum = {0, 0};
    for (int m = 0; m < PEER_TERMS; m++) {
        peer_complex wave = peer_product(p->waves[m], x, y, z);
        int here = x == peer_point(p, m, 0) && y == peer_point(p, m, 1) && z == peer_point(p, m, 2);
        sum.re += wave.re + (here ? peer_amplitude(p) : 0);
        sum.im += wave.im;
    }
    if (p->is_real) sum.im = 0;
    return sum;
}

/* Its spectrum. A real wave has half of its amplitude at the opposite wavenumber. */
static inline peer_complex peer_spectrum(const peer_problem *p, ptrdiff_t x, ptrdiff_t y, ptrdiff_t z) {
    const ptrdiff_t q[3] = {x, y, z};
    peer_complex sum = {0, 0};
    for (int m = 0; m < PEER_TERMS; m++) {
        peer_complex point = peer_product(p->points[m], x, y, z);
        int there = 1, opposite = 1;
        for (int d = 0; d < 3; d++) {
            ptrdiff_t k = peer_wave(p, m, d);
            there &= q[d] == k, opposite &= q[d] == (p->size[d] - k) % p->size[d];
        }
        double weight = p->is_real ? 0.5 * (there + opposite) : there;
        sum.re += peer_amplitude(p) * point.re + peer_count(p) * weight;
        sum.im += peer_amplitude(p) * point.im;
    }
    return sum;
}

/* Squares of a difference and of what it is a difference from; their sums make a relative error. */
static inline void peer_add(double sums[2], double re, double im, peer_complex expected) {
    sums[0] += (re - expected.re) * (re - expected.re) + (im - expected.im) * (im - expected.im);
    sums[1] += expected.re * expected.re + expected.im * expected.im;
}

static inline double peer_error(const double sums[2]) { return sqrt(sums[0] / sums[1]); }

static inline double peer_peak_memory(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * 1024.0;
}

/* errors[0]: of the forward transform, errors[1]: of the round trip. */
static inline void peer_print(const peer_problem *p, const char *peer, const char *options, const char *version,
                              const double *seconds, const double errors[2], double memory) {
    printf("{\"peer\": \"%s\", \"options\": \"%s\", \"version\": \"%s\", \"seconds\": [", peer, options, version);
    for (int call = 0; call < p->calls; call++) printf("%s%.9f", call ? ", " : "", seconds[call]);
    printf("], ");
    if (p->check) printf("\"error\": %.3e, \"round_trip\": %.3e, ", errors[0], errors[1]);
    printf("\"memory\": %.0f}\n", memory);
    fflush(stdout);
}

#endif
