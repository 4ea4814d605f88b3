// The tags of FFTW.
#ifndef HEFFTE_BACKEND_FFTW_H
#define HEFFTE_BACKEND_FFTW_H

#include "heffte/backend_traits.h"

#endif
