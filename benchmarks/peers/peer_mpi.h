/* What the drivers with MPI share. */
#ifndef PEER_MPI_H
#define PEER_MPI_H

#include <mpi.h>

#include "peer.h"

static inline int peer_rank(void) {
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

static inline int peer_ranks(void) {
    int ranks;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    return ranks;
}

static inline void peer_sum(double *values, int count) {
    MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}

static inline void peer_maximum(double *values, int count) {
    MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
}

/* The name and the number of the MPI, without the lines that follow and with single spaces. */
static inline const char *peer_mpi_version(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n\"")] = 0;
    char *end = text;
    for (char *c = text; *c; c++) {
        int is_space = *c == ' ' || *c == '\t';
        if (!is_space || end[-1] != ' ') *end++ = is_space ? ' ' : *c;
    }
    *end = 0;
    return text;
}

#endif
