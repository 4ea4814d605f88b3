/* FFTW's own MPI transforms, planned with FFTW_MEASURE: slabs of the slowest axis before and after, in natural order.
 * Compiled once for each precision; PEER_SINGLE asks for f32. */
#include "peer_mpi.h"

#include <fftw3-mpi.h>

#ifdef PEER_SINGLE
#define FFTW(name) fftwf_##name
typedef float real;
#else
#define FFTW(name) fftw_##name
typedef double real;
#endif

typedef struct {
    const peer_problem *p;
    ptrdiff_t first, count;   /* this rank's planes */
    ptrdiff_t row_in, row_out; /* distance between lines, in numbers of their types */
    real *in, *back;
    FFTW(complex) * out;
    FFTW(plan) forward, backward;
} run;

static void make(run *r) {
    const peer_problem *p = r->p;
    const ptrdiff_t nx = p->size[0], ny = p->size[1], nz = p->size[2], half = nx / 2 + 1;
    ptrdiff_t room = FFTW(mpi_local_size_3d)(nz, ny, p->is_real ? half : nx, MPI_COMM_WORLD, &r->count, &r->first);
    /* Real lines are padded to the length of their spectra. */
    r->row_in = p->is_real ? 2 * half : nx, r->row_out = p->is_real ? half : nx;
    r->in = FFTW(alloc_real)(2 * room), r->back = FFTW(alloc_real)(2 * room), r->out = FFTW(alloc_complex)(room);
    if (p->is_real) {
        r->forward = FFTW(mpi_plan_dft_r2c_3d)(nz, ny, nx, r->in, r->out, MPI_COMM_WORLD, FFTW_MEASURE);
        r->backward = FFTW(mpi_plan_dft_c2r_3d)(nz, ny, nx, r->out, r->back, MPI_COMM_WORLD, FFTW_MEASURE);
    } else {
        FFTW(complex) *in = (FFTW(complex) *)r->in, *back = (FFTW(complex) *)r->back;
        r->forward = FFTW(mpi_plan_dft_3d)(nz, ny, nx, in, r->out, MPI_COMM_WORLD, FFTW_FORWARD, FFTW_MEASURE);
        r->backward = FFTW(mpi_plan_dft_3d)(nz, ny, nx, r->out, back, MPI_COMM_WORLD, FFTW_BACKWARD, FFTW_MEASURE);
    }
}

static void fill(run *r) {
    const peer_problem *p = r->p;
    for (ptrdiff_t z = 0; z < r->count; z++)
        for (ptrdiff_t y = 0; y < p->size[1]; y++)
            for (ptrdiff_t x = 0; x < p->size[0]; x++) {
                peer_complex value = peer_input(p, x, y, r->first + z);
                ptrdiff_t at = x + r->row_in * (y + p->size[1] * z);
                if (p->is_real)
                    r->in[at] = value.re;
                else
                    r->in[2 * at] = value.re, r->in[2 * at + 1] = value.im;
            }
}

static void check(run *r, double errors[2]) {
    const peer_problem *p = r->p;
    double sums[4] = {0};
    FFTW(execute)(r->forward);
    for (ptrdiff_t z = 0; z < r->count; z++)
        for (ptrdiff_t y = 0; y < p->size[1]; y++)
            for (ptrdiff_t x = 0; x < r->row_out; x++) {
                real *value = r->out[x + r->row_out * (y + p->size[1] * z)];
                peer_add(sums, value[0], value[1], peer_spectrum(p, x, y, r->first + z));
            }
    FFTW(execute)(r->backward);
    const double scale = 1 / peer_count(p);
    for (ptrdiff_t z = 0; z < r->count; z++)
        for (ptrdiff_t y = 0; y < p->size[1]; y++)
            for (ptrdiff_t x = 0; x < p->size[0]; x++) {
                ptrdiff_t at = x + r->row_in * (y + p->size[1] * z);
                double re = p->is_real ? r->back[at] : r->back[2 * at], im = p->is_real ? 0 : r->back[2 * at + 1];
                peer_add(sums + 2, re * scale, im * scale, peer_input(p, x, y, r->first + z));
            }
    peer_sum(sums, 4);
    errors[0] = peer_error(sums), errors[1] = peer_error(sums + 2);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    FFTW(mpi_init)();
    peer_problem p = peer_read(argc, argv);
    const int is_first = peer_rank() == 0;
    /* Planning measures for long: what it found is kept for the next rounds. */
    char wisdom[4096];
    snprintf(wisdom, sizeof wisdom, "%s/fftw-mpi-%d-%s.wisdom", p.scratch, peer_ranks(), argv[5]);
    if (is_first) FFTW(import_wisdom_from_filename)(wisdom);
    FFTW(mpi_broadcast_wisdom)(MPI_COMM_WORLD);

    run r = {.p = &p};
    make(&r);
    FFTW(mpi_gather_wisdom)(MPI_COMM_WORLD);
    if (is_first) FFTW(export_wisdom_to_filename)(wisdom);

    double errors[2] = {0, 0};
    fill(&r);
    if (p.check) check(&r, errors);
    FFTW(execute)(r.forward);
    FFTW(execute)(r.backward);
    double *seconds = malloc(p.calls * sizeof *seconds);
    for (int call = 0; call < p.calls; call++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double begin = MPI_Wtime();
        FFTW(execute)(r.forward);
        FFTW(execute)(r.backward);
        seconds[call] = (MPI_Wtime() - begin) / 2;
    }
    peer_maximum(seconds, p.calls);
    double memory = peer_peak_memory();
    peer_maximum(&memory, 1);
    char version[8192];
    snprintf(version, sizeof version, "%s, %s", FFTW(version), peer_mpi_version());
    if (is_first) peer_print(&p, "fftw-mpi", "measure", version, seconds, errors, memory);
    MPI_Finalize();
    return 0;
}
