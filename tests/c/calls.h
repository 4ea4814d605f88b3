/* Boxes of this rank, and the sixteen Fourier transforms by number. */
#ifndef CALLS_H
#define CALLS_H

#include "check.h"

/* The backend whose transforms are tested. */
#ifndef BACKEND
#define BACKEND Heffte_BACKEND_STOCK
#endif

/* A box and how it lies in memory. */
typedef struct {
    int low[3], high[3], order[3];
} box;

static inline int extent(box const *b, int d) {
    return b->high[d] < b->low[d] ? 0 : b->high[d] - b->low[d] + 1;
}

static inline int count(box const *b) { return extent(b, 0) * extent(b, 1) * extent(b, 2); }

/* The part of a rank in a world that a grid of ranks shares out; ranks beyond the grid, and those that come late in a
 * dimension of fewer points than parts, have none. The low corner of the world is the origin. */
static inline box part_of(int rank, int const size[3], int const grid[3], int const order[3]) {
    int const at[3] = {rank % grid[0], rank / grid[0] % grid[1], rank / (grid[0] * grid[1])};
    box b;
    for (int d = 0; d < 3; d++) {
        int const each = size[d] / grid[d], extra = size[d] % grid[d];
        b.order[d] = order[d];
        b.low[d] = at[d] * each + (at[d] < extra ? at[d] : extra);
        b.high[d] = at[d] < grid[d] ? b.low[d] + each + (at[d] < extra) - 1 : b.low[d] - 1;
    }
    return b;
}

/* This rank's slab when all ranks share the planes of one dimension. */
static inline box slab_of(int nx, int ny, int nz, int axis) {
    int const size[3] = {nx, ny, nz}, order[3] = {0, 1, 2};
    int grid[3] = {1, 1, 1};
    grid[axis] = ranks;
    return part_of(me, size, grid, order);
}

/* A direction below zero asks for a c2c plan. */
static inline int make_plan(box const *in, box const *out, int direction, heffte_plan_options const *options,
                            heffte_plan *plan) {
    if (direction < 0)
        return heffte_plan_create(BACKEND, in->low, in->high, in->order, out->low, out->high, out->order,
                                  MPI_COMM_WORLD, options, plan);
    return heffte_plan_create_r2c(BACKEND, in->low, in->high, in->order, out->low, out->high, out->order,
                                  direction, MPI_COMM_WORLD, options, plan);
}

/* A transform is a sum of these; the type of its real-space side is float where none of them says otherwise. */
enum { DOUBLE = 1, COMPLEX = 2, BUFFERED = 4, BACKWARD = 8, TRANSFORMS = 16 };

static inline void call(int which, heffte_plan plan, void const *in, void *out, void *workspace, int scale) {
#define EITHER(name)                                                                                                   \
    ((which & BUFFERED) != 0 ? name##_buffered(plan, in, out, workspace, scale) : name(plan, in, out, scale))
    switch (which & ~BUFFERED) {
    case 0: EITHER(heffte_forward_s2c); break;
    case DOUBLE: EITHER(heffte_forward_d2z); break;
    case COMPLEX: EITHER(heffte_forward_c2c); break;
    case DOUBLE + COMPLEX: EITHER(heffte_forward_z2z); break;
    case BACKWARD: EITHER(heffte_backward_c2s); break;
    case BACKWARD + DOUBLE: EITHER(heffte_backward_z2d); break;
    case BACKWARD + COMPLEX: EITHER(heffte_backward_c2c); break;
    default: EITHER(heffte_backward_z2z); break;
    }
#undef EITHER
}

/* The function that call() calls. */
static inline char const *name_of(int which) {
    static char const *const types[2][4] = {{"s2c", "d2z", "c2c", "z2z"}, {"c2s", "z2d", "c2c", "z2z"}};
    static char name[64];
    int const backward = (which & BACKWARD) != 0;
    snprintf(name, sizeof name, "heffte_%s_%s%s", backward ? "backward" : "forward", types[backward][which & 3],
             which & BUFFERED ? "_buffered" : "");
    return name;
}

/* Bytes of an element on the real-space side, and on the other. */
static inline size_t near_bytes(int which) {
    return (which & DOUBLE ? sizeof(double) : sizeof(float)) * (which & COMPLEX ? 2 : 1);
}

static inline size_t far_bytes(int which) { return 2 * (which & DOUBLE ? sizeof(double) : sizeof(float)); }

#endif
