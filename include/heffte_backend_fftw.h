// The tags of FFTW, what its planner remembers, and FFTW's own header where there is one: programs written for heFFTe call it without
// including it themselves.
#ifndef HEFFTE_BACKEND_FFTW_H
#define HEFFTE_BACKEND_FFTW_H

#include "heffte/backend_traits.h"
#include "heffte/fftw_wisdom.h"

#if defined(Heffte_ENABLE_FFTW) && defined(__has_include)
#if __has_include(<fftw3.h>)
#include <fftw3.h>
#endif
#endif

#endif
