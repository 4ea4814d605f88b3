// The tags of FFTW, and FFTW's own header where there is one: programs call it beside heFFTe without including it themselves.
#ifndef HEFFTE_BACKEND_FFTW_H
#define HEFFTE_BACKEND_FFTW_H

#include "heffte/backend_traits.h"

#if defined(Heffte_ENABLE_FFTW) && defined(__has_include)
#if __has_include(<fftw3.h>)
#include <fftw3.h>
#endif
#endif

#endif
