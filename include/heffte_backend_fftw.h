// The tags of FFTW, and what its planner remembers.
#ifndef HEFFTE_BACKEND_FFTW_H
#define HEFFTE_BACKEND_FFTW_H

#include "heffte/backend_traits.h"
#include "heffte/fftw_wisdom.h"

#endif
