// What programs ask of MPI, and the standard headers that they count on.
#ifndef HEFFTE_UTILS_H
#define HEFFTE_UTILS_H

#include "heffte/mpi.h"
#include "heffte/standard.h"

#endif
